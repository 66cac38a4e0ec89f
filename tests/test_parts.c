/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_parts.c - descriptors that are computed together are what each of them is by
 * itself, whatever their cutoffs, l_max and species; and a walk gives each neighbour
 * once, those of the shortest cutoff first. */
#include "descriptor/batch.h"
#include "machine.h"

static const int z[3] = {41, 74, 6};

/* More cutoffs than the sorting of neighbours uses; species that some do not have. */
static const char *const text[] = {
    "soap cutoff=3.0 n_max=3 l_max=2 atom_sigma=0.5 n_species=3 species_Z={41 74 6}",
    "soap cutoff=4.5 n_max=9 l_max=5 atom_sigma=0.5 nu_R=2 nu_S=0 n_species=3 "
    "species_Z={41 74 6}",
    "soap cutoff=4.0 n_max=4 l_max=3 atom_sigma=0.4 nu_R=2 nu_S=1 n_species=2 "
    "species_Z={74 41}",
    "soap cutoff=2.0 n_max=4 l_max=0 atom_sigma=0.5 n_species=1 species_Z={6}",
    "soap_turbo rcut_hard=4.2 rcut_soft=3.6 l_max=4 alpha_max={{4 3 5}} n_species=3 "
    "species_Z={41 74 6} atom_sigma_r={{0.5 0.4 0.3}} atom_sigma_t={{0.5 0.4 0.3}} "
    "atom_sigma_r_scaling={{0 0 0}} atom_sigma_t_scaling={{0 0 0}} "
    "amplitude_scaling={{1 1 1}} central_weight={{1 1 1}} compress_mode=trivial"};
enum { N_PARTS = 5 };

/* a periodic box, so that rows are longer than a sorted part */
static sz_status make_box(cluster *c, sz_error *err)
{
    const double edge = 6.0;

    random_cluster(c, 50, 3, edge - 0.8, 1.0);
    for (int x = 0; x < 3; x++) c->cell[x][x] = edge;
    return find_neighbours(c, 4.7, err);
}

static void allocate(const machine *m, const cluster *c, sz_describer_part *part)
{
    size_t n = (size_t)c->n_atoms * m->stride;

    *part = (sz_describer_part){m->d, m->work, m->slot, malloc(n * sizeof(double)),
                                malloc(n * sizeof(double))};
    fill_random(part->dedp, n);
}

/* n_parts descriptors from number first on, together and one by one. */
static void test_together(machine *m, const cluster *c, int first, int n_parts)
{
    size_t n_r = 3 * (size_t)c->list.n_pairs;
    double *dedr = calloc(n_r, sizeof *dedr), *alone = calloc(n_r, sizeof *alone), most;
    sz_describer_part part[N_PARTS];
    int atom[ATOMS_MAX];

    for (int i = 0; i < c->n_atoms; i++) atom[i] = i;
    for (int k = 0; k < n_parts; k++) allocate(&m[first + k], c, &part[k]);
    for (int k = 0; k < n_parts; k++) {
        const sz_slots slots = {z, part[k].slot};
        size_t n = (size_t)c->n_atoms * m[first + k].stride;
        double *dedp = malloc(n * sizeof *dedp);

        memcpy(dedp, part[k].dedp, n * sizeof *dedp);
        sz_describer_forward(part[k].of, part[k].work, &c->list.nb, &slots, c->n_atoms,
                             atom, part[k].p);
        vectors_adjoint(&m[first + k], &c->list.nb, c->n_atoms, atom, part[k].p, dedp,
                        alone);
        memcpy(dedp, part[k].p, n * sizeof *dedp);
        memset(part[k].p, 0, n * sizeof *dedp);
        sz_describers_forward(n_parts, part, &c->list.nb, z, c->n_atoms, atom);
        CHECK_CLOSE(distance(part[k].p, dedp, n), 0.0, 1e-14 * sqrt((double)n));
        CHECK(dot(dedp, dedp, n) > 1.0);
        free(dedp);
    }
    sz_describers_adjoint(n_parts, part, &c->list.nb, c->n_atoms, atom, dedr);
    most = largest(alone, n_r);
    CHECK(most > 1e-3);
    CHECK_CLOSE(distance(dedr, alone, n_r), 0.0, 1e-13 * most);
    for (int k = 0; k < n_parts; k++) {
        free(part[k].p);
        free(part[k].dedp);
    }
    free(dedr);
    free(alone);
}

/* every neighbour within a cutoff occurs once, with its r and u */
static void test_walk(const cluster *c, int n, const sz_reach *reach)
{
    const sz_neigh *nb = &c->list.nb;
    double nearest = reach[0].cutoff, farthest = 0.0;
    sz_walk walk;
    sz_batch b;

    for (int k = 0; k < n; k++) {
        nearest = fmin(nearest, reach[k].cutoff);
        farthest = fmax(farthest, reach[k].cutoff);
    }
    sz_walk_start(&walk, nb, n, reach);
    for (int i = 0; i < nb->n_atoms; i++) {
        int *seen = calloc((size_t)(nb->first[i + 1] - nb->first[i]) + 1, sizeof *seen);
        int outside = 0, count = 0;

        sz_walk_to(&walk, i);
        while (sz_walk_next(&walk, &b))
            for (int k = 0; k < b.n; k++, count++) {
                const double *d = nb->r + 3 * (size_t)b.pair[k];

                if (count % SZ_CHUNK == 0) outside = 0;
                outside |= b.r[k] >= nearest;
                CHECK(n > SZ_SHELLS || outside == (b.r[k] >= nearest));
                CHECK(b.species[k] == nb->neigh_species[b.pair[k]]);
                CHECK_CLOSE(b.r[k], sqrt(dot(d, d, 3)), 1e-14);
                for (int x = 0; x < 3; x++)
                    CHECK_CLOSE(b.u[x * SZ_LANES + k] * b.r[k], d[x], 1e-14);
                seen[b.pair[k] - nb->first[i]]++;
            }
        CHECK(i > 0 || n == 1 || count > SZ_CHUNK);
        for (int j = nb->first[i]; j < nb->first[i + 1]; j++) {
            const double *d = nb->r + 3 * (size_t)j;
            int wanted = 0, s = nb->neigh_species[j];

            for (int k = 0; k < n; k++)
                wanted |= reach[k].slot[s] >= 0 && sqrt(dot(d, d, 3)) < reach[k].cutoff;
            CHECK(seen[j - nb->first[i]] <= 1 && seen[j - nb->first[i]] >= wanted);
            CHECK(sqrt(dot(d, d, 3)) < farthest || !seen[j - nb->first[i]]);
        }
        free(seen);
    }
}

int main(void)
{
    static const int all[3] = {0, 1, 2}, two[3] = {1, -1, 0}, one[3] = {0, 0, 0};
    const sz_reach reach[5] = {
        {4.6, 2, two}, {3.0, 3, all}, {4.5, 1, one}, {2.5, 1, one}, {2.0, 3, all}};
    static cluster c;
    machine m[N_PARTS];
    sz_error err;

    CHECK_OK(make_box(&c, &err), err);
    for (int n = 1; n <= 5; n++) test_walk(&c, n, reach);
    for (int k = 0; k < N_PARTS; k++)
        CHECK_OK(start_text(&m[k], text[k], 0, NULL, 1, z, &err), err);
    for (int first = 0; first < N_PARTS; first++)
        for (int n = 1; first + n <= N_PARTS; n++) test_together(m, &c, first, n);
    for (int k = 0; k < N_PARTS; k++) stop(&m[k]);
    sz_list_free(&c.list);
    return check_done();
}

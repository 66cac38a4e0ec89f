/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_every_compression.c - the vector of every compression equals its dense formula,
 * also where species are absent, for every radial basis; it survives the way in and out;
 * reduced channels leave the kernels. */
#include "compressions.h"
#include "machine.h"

enum { N = 6, ROOM = 2 * DENSE_P };

/* six atoms of the species z in turn, all within the cutoff */
static sz_status make_cluster(cluster *c, int n_species, sz_error *err)
{
    memset(c, 0, sizeof *c);
    random_cluster(c, N, n_species, 3.0, 1.0);
    return find_neighbours(c, 3.8, err);
}

/* One compression with one set of other keys, atoms of the elements z. */
static int test_vectors(int k, int n_max, int l_max, const char *more, const int *z,
                        double tol)
{
    static dense d;
    static double p[N * ROOM], want[ROOM], got[ROOM], inner[ROOM], group[ROOM];
    char text[512];
    const double *matrix;
    int n = compression_text(k, n_max, l_max, more, text, &matrix);
    int all[N], shown = failures;
    cluster c;
    machine m;
    sz_error err;

    build(&d, k, n_max, l_max);
    CHECK_OK(start_text(&m, text, n, matrix, 0, z, &err), err);
    CHECK_OK(make_cluster(&c, 3, &err), err);
    CHECK(strcmp(m.soap->spec.compression.label, compressions[k].label) == 0);
    CHECK(m.d->n_published == d.n_products + 1 && m.n_desc == d.n_products);
    vectors(&m, &c, p);
    for (int i = 0; i < N; i++) all[i] = i;
    for (int i = 0; i < N; i += CHECK_EVERY(5)) {
        const double *pi = p + i * m.stride;

        CHECK_OK(dense_vector(&d, &m.soap->spec, &c, z, 1, &i, want, &err), err);
        CHECK_OK(sz_describer_publish(m.d, pi, got, &err), err);
        CHECK_CLOSE(distance(got, want, d.n_products), 0.0,
                    tol * largest(want, d.n_products));
        CHECK(largest(pi + m.n_desc, m.stride - m.n_desc) == 0.0);
        CHECK(got[d.n_products] == m.soap->spec.sigma0);
        fill_random(inner, m.stride);
        CHECK_OK(sz_describer_import(m.d, 1, got, inner, &err), err);
        CHECK_CLOSE(distance(inner, pi, m.stride), 0.0, 1e-15 * largest(pi, m.stride));
    }
    sz_describer_average(m.d, m.work, &c.list.nb, &m.slots, N, all, group);
    CHECK_OK(dense_vector(&d, &m.soap->spec, &c, z, N, all, want, &err), err);
    CHECK_OK(sz_describer_publish(m.d, group, got, &err), err);
    CHECK_CLOSE(distance(got, want, d.n_products), 0.0,
                tol * largest(want, d.n_products));
    if (failures > shown) printf("above: %s, %d %d\n", text, z[1], z[2]);
    sz_list_free(&c.list);
    stop(&m);
    return 0;
}

/* Components that sz_describer_ranges leaves out are zero, of the block and of each atom.
 */
static int test_ranges(int k, const int *z)
{
    static double p[N * ROOM];
    char text[512];
    const double *matrix;
    int n = compression_text(k, 3, 2, "", text, &matrix);
    cluster c;
    machine m;
    sz_range *range;
    sz_error err;

    CHECK_OK(start_text(&m, text, n, matrix, 0, z, &err), err);
    CHECK_OK(make_cluster(&c, 3, &err), err);
    range = malloc(m.soap->compression.n_groups * sizeof *range);
    for (int first = 0; first < N; first += CHECK_EVERY(2))
        for (int count = 1; count <= N - first; count += 2) {
            int atom[N], n_ranges, from = 0, inside = 0;

            for (int i = 0; i < count; i++) atom[i] = first + i;
            sz_describer_forward(m.d, m.work, &c.list.nb, &m.slots, count, atom, p);
            n_ranges = sz_describer_ranges(m.d, m.work, count, range);
            CHECK(n_ranges >= 0 && n_ranges <= m.soap->compression.n_groups);
            for (int r = 0; r <= n_ranges; r++) {
                int to = r < n_ranges ? range[r].first : m.n_desc;

                CHECK(to >= from);
                for (int i = 0; i < count; i++)
                    CHECK(largest(p + i * m.stride + from, to - from) == 0.0);
                if (r == n_ranges) break;
                inside += range[r].end - range[r].first;
                from = range[r].end;
            }
            /* nu=2 with one of three species: about a ninth */
            if (z[1] == 6 && strcmp(compressions[k].label, "nu=2") == 0)
                CHECK(inside == 6 * 3);
            if (z[1] == 6 && strcmp(compressions[k].label, "nu,mu=1,1") == 0)
                CHECK(inside == 9 * 3);
        }
    free(range);
    sz_list_free(&c.list);
    stop(&m);
    return 0;
}

/* p . p' with all channels and with the reduced ones; an imported published vector is
 * equal to the vector of the reduced descriptor */
static int test_reduced(int k)
{
    static double full[N * ROOM], reduced[N * ROOM], published[ROOM], in[ROOM],
        back[ROOM];
    char text[512];
    const double *matrix;
    int n = compression_text(k, 6, 4, "", text, &matrix), shown = failures;
    cluster c;
    machine a, b;
    sz_error err;

    CHECK_OK(start_text(&a, text, n, matrix, 0, compression_slots, &err), err);
    CHECK_OK(start_text(&b, text, n, matrix, 1, compression_slots, &err), err);
    CHECK_OK(make_cluster(&c, 3, &err), err);
    vectors(&a, &c, full);
    vectors(&b, &c, reduced);
    for (int i = 0; i < N; i++) {
        for (int j = 0; j <= i; j++)
            CHECK_CLOSE(dot(reduced + i * b.stride, reduced + j * b.stride, b.n_desc),
                        dot(full + i * a.stride, full + j * a.stride, a.n_desc), 1e-13);
        CHECK_OK(sz_describer_publish(a.d, full + i * a.stride, published, &err), err);
        CHECK_OK(sz_describer_import(b.d, 1, published, in, &err), err);
        CHECK_CLOSE(distance(in, reduced + i * b.stride, b.stride), 0.0, 1e-13);
        CHECK_CLOSE(sz_describer_lost(b.d, published, in), 0.0, 1e-13);
        CHECK_OK(sz_describer_publish(b.d, reduced + i * b.stride, back, &err), err);
        CHECK_CLOSE(distance(back, published, b.d->n_published), 0.0, 1e-7);
        CHECK_OK(sz_describer_import(b.d, 1, back, in, &err), err);
        CHECK_CLOSE(distance(in, reduced + i * b.stride, b.stride), 0.0, 1e-13);
    }
    if (strcmp(compressions[k].label, "nu=2") == 0) CHECK(b.n_desc < 0.8 * a.n_desc);
    if (a.soap->compression.spec.pairs != SZ_PAIRS_ALL) CHECK(a.n_desc == b.n_desc);
    if (failures > shown) printf("above: %s\n", text);
    sz_list_free(&c.list);
    stop(&a);
    stop(&b);
    return 0;
}

int main(void)
{
    static const int all[] = {41, 74, 42}, two[] = {41, 42, 6}, one[] = {41, 6, 6};
    static const int only_74[] = {74, 74, 74}, none[] = {41, 74, 6};
    static const struct {
        int n_max, l_max;
        const char *more;
        const int *z;
        double tol;
    } with[] = {{3, 3, "", all, 1e-13},
                {4, 2, "normalise=F covariance_sigma0=0.1", two, 1e-13},
                {1, 1, "central_weight=0.7", all, 1e-13},
                {9, 2, "radial_basis=GTO", none, 1e-11},
                {3, 2, "radial_basis=POLY", all, 1e-11},
                {3, 3, "cutoff_dexp=2 cutoff_scale=2", one, 1e-13},
                {2, 0, "", only_74, 1e-13},
                {3, 1, "central_reference_all_species=T", two, 1e-13}};
    enum { N_WITH = sizeof with / sizeof *with };

    for (int k = 0; k < N_COMPRESSIONS; k++) {
        for (int w = k % CHECK_EVERY(3); w < N_WITH; w += CHECK_EVERY(3))
            if (test_vectors(k, with[w].n_max, with[w].l_max, with[w].more, with[w].z,
                             with[w].tol))
                return 1;
        if (test_ranges(k, all) || test_ranges(k, two) || test_ranges(k, one)) return 1;
        if (test_reduced(k)) return 1;
    }
    return check_done();
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_list.c - the neighbour list holds every image of every neighbour once, as a
 * plain loop over images finds them; its cost per atom does not grow. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "soapz.h"

#include <limits.h>
#include <stdlib.h>
#include <time.h>

static unsigned long long seed = 12345;

static double uniform(double lo, double hi)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return lo + (hi - lo) * (double)(seed >> 11) / 9007199254740992.0;
}

static double norm(const double *a)
{
    return sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]);
}

static void cross(const double *a, const double *b, double *c)
{
    for (int k = 0; k < 3; k++)
        c[k] = a[(k + 1) % 3] * b[(k + 2) % 3] - a[(k + 2) % 3] * b[(k + 1) % 3];
}

/* ---- the plain loop ------------------------------------------------------------- */

typedef struct {
    int j, used;
    double r[3];
} pair;

/* Lattice vectors where periodic, completed to a basis; inverse in g. */
static void basis(const sz_structure *s, double h[3][3], double g[3][3])
{
    double v;

    memcpy(h, s->cell, 9 * sizeof(double));
    for (int k = 0; k < 3; k++) {
        if (s->pbc[k]) continue;
        for (double d = 0; !(d > 0.01);) { /* any linearly independent direction */
            double n[3], l;

            for (int x = 0; x < 3; x++) h[k][x] = uniform(-1, 1);
            for (int m = k + 1; m < 3; m++)
                if (!s->pbc[m])
                    for (int x = 0; x < 3; x++) h[m][x] = uniform(-1, 1);
            cross(h[(k + 1) % 3], h[(k + 2) % 3], n);
            l = norm(n) * norm(h[k]);
            d = fabs(n[0] * h[k][0] + n[1] * h[k][1] + n[2] * h[k][2]) / l;
        }
    }
    for (int k = 0; k < 3; k++) cross(h[(k + 1) % 3], h[(k + 2) % 3], g[k]);
    v = h[0][0] * g[0][0] + h[0][1] * g[0][1] + h[0][2] * g[0][2];
    for (int k = 0; k < 3; k++)
        for (int x = 0; x < 3; x++) g[k][x] /= v;
}

/* All images of all neighbours of atom i within the cutoff; returns their number. */
static int plain_row(const sz_structure *s, double h[3][3], double g[3][3], int i,
                     double reach, pair *out, int room)
{
    int n_out = 0;

    for (int j = 0; j < s->n_atoms; j++) {
        const double *a = s->position + 3 * i, *b = s->position + 3 * j;
        double d[3] = {b[0] - a[0], b[1] - a[1], b[2] - a[2]};
        int lo[3] = {0, 0, 0}, hi[3] = {0, 0, 0}, n[3];

        for (int k = 0; k < 3; k++) {
            double f = g[k][0] * d[0] + g[k][1] * d[1] + g[k][2] * d[2];

            if (!s->pbc[k]) continue;
            lo[k] = (int)floor(-f - reach * norm(g[k])) - 1;
            hi[k] = (int)ceil(-f + reach * norm(g[k])) + 1;
        }
        for (n[0] = lo[0]; n[0] <= hi[0]; n[0]++)
            for (n[1] = lo[1]; n[1] <= hi[1]; n[1]++)
                for (n[2] = lo[2]; n[2] <= hi[2]; n[2]++) {
                    double r[3];

                    if (i == j && !n[0] && !n[1] && !n[2]) continue;
                    for (int x = 0; x < 3; x++)
                        r[x] = d[x] + n[0] * h[0][x] + n[1] * h[1][x] + n[2] * h[2][x];
                    if (!(norm(r) < reach)) continue;
                    if (n_out < room) {
                        out[n_out].j = j;
                        out[n_out].used = 0;
                        memcpy(out[n_out].r, r, sizeof r);
                    }
                    n_out++;
                }
    }
    return n_out;
}

/* Rows that differ from the plain loop; pairs within 1e-9 of the cutoff are ignored. */
static int compare(const sz_structure *s, const sz_list *list, double cutoff)
{
    static pair want[200000];
    const double near = 1e-9;
    double h[3][3], g[3][3];
    int wrong = list->nb.n_atoms != s->n_atoms;

    basis(s, h, g);
    for (int i = 0; i < s->n_atoms && !wrong; i++) {
        int n = plain_row(s, h, g, i, cutoff + near, want, 200000), missed = 0, last = -1;

        if (n > 200000 || list->nb.species[i] != s->species[i]) return 1;
        for (int p = list->nb.first[i]; p < list->nb.first[i + 1]; p++) {
            const double *r = list->nb.r + 3 * p;
            int k = last + 1; /* in the order of the plain loop */

            for (; k < n; k++)
                if (!want[k].used && want[k].j == list->neigh[p] &&
                    fabs(want[k].r[0] - r[0]) < near &&
                    fabs(want[k].r[1] - r[1]) < near && fabs(want[k].r[2] - r[2]) < near)
                    break;
            if (k == n || !(norm(r) < cutoff) ||
                list->nb.neigh_species[p] != s->species[list->neigh[p]])
                wrong++;
            else
                want[last = k].used = 1;
        }
        for (int k = 0; k < n; k++)
            missed += !want[k].used && norm(want[k].r) < cutoff - near;
        wrong += missed;
    }
    return wrong + (list->nb.first[s->n_atoms] != list->n_pairs);
}

/* For every r_ij there is an r_ji = -r_ij, bitwise. */
static int unpaired(const sz_list *list)
{
    int n = 0;

    for (int i = 0; i < list->nb.n_atoms; i++)
        for (int p = list->nb.first[i]; p < list->nb.first[i + 1]; p++) {
            const double *r = list->nb.r + 3 * p;
            int j = list->neigh[p], q = list->nb.first[j];

            for (; q < list->nb.first[j + 1]; q++)
                if (list->neigh[q] == i && list->nb.r[3 * q] == -r[0] &&
                    list->nb.r[3 * q + 1] == -r[1] && list->nb.r[3 * q + 2] == -r[2])
                    break;
            n += q == list->nb.first[j + 1];
        }
    return n;
}

/* ---- tests ---------------------------------------------------------------------- */

enum { MAX_ATOMS = 40 };

static double volume(double h[3][3])
{
    double n[3];

    cross(h[0], h[1], n);
    return n[0] * h[2][0] + n[1] * h[2][1] + n[2] * h[2][2];
}

/* A random structure: sheared up to `skew`, left- or right-handed, any pbc. */
static void random_structure(sz_structure *s, double *position, int *species, int max,
                             double skew)
{
    double a = uniform(1.5, 7);

    do {
        for (int k = 0; k < 9; k++) s->cell[k / 3][k % 3] = uniform(-a, a);
    } while (fabs(volume(s->cell)) < 0.1 * a * a * a);
    for (int k = 0; k < 3; k++) { /* the same lattice in other vectors */
        int j = (k + 1) % 3;
        double n = floor(uniform(-skew, skew + 1));

        for (int x = 0; x < 3; x++) s->cell[k][x] += n * s->cell[j][x];
    }
    for (int k = 0; k < 3; k++) s->pbc[k] = uniform(0, 1) < 0.7;
    s->n_atoms = (int)uniform(1, max + 0.999);
    for (int i = 0; i < s->n_atoms; i++) {
        species[i] = (int)uniform(0, 4);
        for (int x = 0; x < 3; x++) position[3 * i + x] = uniform(-2 * a, 3 * a);
    }
    s->species = species;
    s->position = position;
}

static int test_random(void)
{
    double position[3 * MAX_ATOMS];
    int species[MAX_ATOMS];
    sz_structure s;
    sz_list list = {0};
    sz_error err;

    for (int t = 0; t < (CHECK_SANITIZED ? 150 : 600); t++) {
        double skew = t % 3 == 0 ? 0 : t % 3 == 1 ? 2 : 6, cutoff = uniform(0.5, 6);

        random_structure(&s, position, species, t % 2 ? 3 : 12, skew);
        for (int k = 0; k < 3; k++)
            if (!s.pbc[k] && t % 5 == 0) memset(s.cell[k], 0, sizeof s.cell[k]);
        CHECK_OK(sz_list_build(&list, &s, cutoff, &err), err);
        CHECK(compare(&s, &list, cutoff) == 0);
        CHECK(unpaired(&list) == 0);
        if (failures) {
            printf("at structure %d, pbc %d%d%d, cutoff %g\n", t, s.pbc[0], s.pbc[1],
                   s.pbc[2], cutoff);
            break;
        }
    }
    sz_list_free(&list);
    return 0;
}

/* Cells with difficult images. */
static int test_shapes(void)
{
    const double cells[][9] = {
        {1, 0, 0, 0, 1, 0, 0, 0, 1},             /* many images of the atom itself */
        {3, 0, 0, 1000.5, 3, 0, -777.3, 41, 3},  /* the same in very long vectors */
        {1, 0, 0, -0.5, 0.9, 0, -0.5, -0.9, .3}, /* h1 + h2 + h3 short */
        {0.4, 0, 0, 0, 30, 0, 0, 0, 30},         /* needle */
        {30, 0, 0, 0, 30, 0, 0, 0, 0.4},         /* plate */
        {0, 4, 0, 4, 0, 0, 0, 0, 4},             /* left-handed */
        {-1.6, 1.6, 1.6, 1.6, -1.6, 1.6, 1.6, 1.6, -1.6} /* bcc */
    };
    const double position[] = {0.1, 0.2, 0.3, 17.3, -5.2, 0.11};
    const int species[] = {0, 1};
    sz_list list = {0};
    sz_error err;

    for (size_t c = 0; c < sizeof cells / sizeof *cells; c++)
        for (int pbc = 0; pbc < 8; pbc++) {
            sz_structure s = {.n_atoms = 2, .species = species, .position = position};

            memcpy(s.cell, cells[c], sizeof s.cell);
            for (int k = 0; k < 3; k++) s.pbc[k] = pbc >> k & 1;
            CHECK_OK(sz_list_build(&list, &s, 3.3, &err), err);
            CHECK(compare(&s, &list, 3.3) == 0);
        }
    sz_list_free(&list);
    return 0;
}

/* Shells of the simple cubic lattice; no pair at exactly the cutoff. */
static int test_counts(void)
{
    const double position[] = {0, 0, 0}, cutoffs[] = {1, 1.1, 1.5, 1.8, 2, 2.01, 3, 3.01};
    const int species[] = {0}, want[] = {0, 6, 18, 26, 26, 32, 92, 122};
    sz_structure s = {.n_atoms = 1,
                      .species = species,
                      .position = position,
                      .cell = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
                      .pbc = {1, 1, 1}};
    sz_list list = {0};
    sz_error err;

    for (int k = 0; k < 8; k++) {
        CHECK_OK(sz_list_build(&list, &s, cutoffs[k], &err), err);
        CHECK(list.n_pairs == want[k]);
    }
    s.n_atoms = 0;
    CHECK_OK(sz_list_build(&list, &s, 3, &err), err);
    CHECK(list.n_pairs == 0 && list.nb.n_atoms == 0 && list.nb.first[0] == 0);
    sz_list_free(&list);
    sz_list_free(&list);
    sz_list_free(NULL);
    return 0;
}

/* Two atoms at the same position are neighbours at distance zero; distant clusters. */
static int test_odd(void)
{
    const double same[] = {1, 1, 1, 1, 1, 1}, far[] = {0, 0, 0, 1, 0, 0, 9e6, 0, 0};
    const int species[] = {0, 0, 2};
    sz_structure s = {.n_atoms = 2, .species = species, .position = same};
    sz_list list = {0};
    sz_error err;

    CHECK_OK(sz_list_build(&list, &s, 1, &err), err);
    CHECK(list.n_pairs == 2 && norm(list.r) == 0 && list.neigh[0] == 1);
    s.position = far;
    s.n_atoms = 3;
    CHECK_OK(sz_list_build(&list, &s, 1.5, &err), err);
    CHECK(list.n_pairs == 2 && list.nb.first[3] == 2 && list.nb.first[2] == 2);
    sz_list_free(&list);
    return 0;
}

static int test_errors(void)
{
    double position[] = {0, 0, 0, 1, 1, 1};
    int species[] = {0, 1};
    sz_structure good = {.n_atoms = 2,
                         .species = species,
                         .position = position,
                         .cell = {{4, 0, 0}, {0, 4, 0}, {0, 0, 4}},
                         .pbc = {1, 1, 1}};
    sz_structure s = good;
    sz_list list = {0};
    sz_error err;

    position[4] = NAN;
    CHECK_FAILS(sz_list_build(&list, &s, 3, &err), SZ_ERR_NUMERIC, "atom 2", err);
    CHECK(list.n_pairs == 0 && list.nb.n_atoms == 0);
    position[4] = INFINITY;
    CHECK_FAILS(sz_list_build(&list, &s, 3, &err), SZ_ERR_NUMERIC, "not finite", err);
    position[4] = 1e300;
    CHECK_FAILS(sz_list_build(&list, &s, 3, &err), SZ_ERR_NUMERIC, "far away", err);
    position[4] = 1;
    s.cell[1][1] = 0;
    CHECK_FAILS(sz_list_build(&list, &s, 3, &err), SZ_ERR_ARGUMENT, "singular", err);
    s.pbc[1] = 0; /* then that vector is not used */
    CHECK_OK(sz_list_build(&list, &s, 3, &err), err);
    s = good;
    memcpy(s.cell[1], (double[]){0.4, 0, 0}, sizeof s.cell[1]); /* parallel */
    CHECK_FAILS(sz_list_build(&list, &s, 3, &err), SZ_ERR_ARGUMENT, "singular", err);
    memcpy(s.cell[1], (double[]){0.1, 0.7, 0}, sizeof s.cell[1]);
    memcpy(s.cell[2], (double[]){0.3, 0.3, 0}, sizeof s.cell[2]); /* in one plane */
    CHECK_FAILS(sz_list_build(&list, &s, 3, &err), SZ_ERR_ARGUMENT, "singular", err);
    s.cell[2][2] = NAN;
    CHECK_FAILS(sz_list_build(&list, &s, 3, &err), SZ_ERR_NUMERIC, "vector 3", err);
    s = good;
    s.cell[0][0] = s.cell[1][1] = s.cell[2][2] = 1e-4;
    CHECK_FAILS(sz_list_build(&list, &s, 3, &err), SZ_ERR_ARGUMENT, "too small", err);
    s = good;
    CHECK_FAILS(sz_list_build(&list, &s, 0, &err), SZ_ERR_ARGUMENT, "cutoff", err);
    CHECK_FAILS(sz_list_build(&list, &s, NAN, &err), SZ_ERR_ARGUMENT, "cutoff", err);
    species[0] = -1;
    CHECK_FAILS(sz_list_build(&list, &s, 3, &err), SZ_ERR_ARGUMENT, "species", err);
    species[0] = 0;
    CHECK(sz_list_build(&list, &s, 0, NULL) == SZ_ERR_ARGUMENT);
    CHECK_OK(sz_list_build(&list, &good, 3, &err), err); /* still usable */
    CHECK(compare(&good, &list, 3) == 0);
    sz_list_free(&list);
    return 0;
}

/* CPU seconds for a number of lists of a distorted and sheared bcc crystal with n^3
 * cells; minimum of three. */
static double seconds(int n, int n_lists)
{
    int n_atoms = 2 * n * n * n, *species = calloc((size_t)n_atoms, sizeof *species);
    double a = 3.2, best = INFINITY;
    double *position = malloc(3 * (size_t)n_atoms * sizeof *position);
    sz_structure s = {.n_atoms = n_atoms,
                      .species = species,
                      .position = position,
                      .cell = {{n * a, 0, 0}, {n * a, n * a, 0}, {0, 2 * n * a, n * a}},
                      .pbc = {1, 1, 1}};
    sz_list list = {0};

    for (int i = 0; i < n_atoms; i++) {
        int c[3] = {i / 2 % n, i / 2 / n % n, i / 2 / n / n};

        for (int x = 0; x < 3; x++)
            position[3 * i + x] = a * (c[x] + i % 2 * 0.5) + uniform(-0.1, 0.1);
    }
    for (int t = 0; t < 3; t++) {
        clock_t start = clock();

        for (int k = 0; k < n_lists; k++)
            CHECK(sz_list_build(&list, &s, 5.0, NULL) == SZ_OK);
        best = fmin(best, (double)(clock() - start) / CLOCKS_PER_SEC);
        CHECK(list.n_pairs > 24 * n_atoms && list.n_pairs < 32 * n_atoms);
    }
    sz_list_free(&list);
    free(position);
    free(species);
    return best;
}

static void test_linear(void)
{
    double small = seconds(10, 32) / 64000, large = seconds(32, 1) / 65536;

    printf("%.2f and %.2f microseconds an atom for 2,000 and 65,536 atoms\n", small * 1e6,
           large * 1e6);
    CHECK(large < 4 * small + 1e-6);
}

int main(void)
{
    if (test_random() || test_shapes() || test_counts() || test_odd() || test_errors())
        return 1;
    test_linear();
    return check_done();
}

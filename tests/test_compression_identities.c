/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_compression_identities.c - what the theory says of the compressions: sums of the
 * full spectrum, maps that are the identity, environments that one tells apart and
 * another does not. */
#include "descriptor/compression_spec.h"
#include "machine.h"

enum { S = 3, N = 3, L = 3, NS = N * S, N_P = 5 * NS * NS * NS, ATOMS = 5 };

static const int elements[] = {41, 74, 42};

/* Vectors of all atoms in published order; matrix [n_matrix] as the keys need. */
static int describe(const char *keys, int n_matrix, const double *matrix,
                    const cluster *c, double (*out)[N_P])
{
    static double p[ATOMS_MAX * 2 * N_P];
    char text[512];
    machine m;
    sz_error err;

    snprintf(text, sizeof text,
             "soap cutoff=4 atom_sigma=0.5 n_max=%d l_max=%d n_species=%d "
             "species_Z={41 74 42} normalise=F %s",
             N, L, S, keys);
    CHECK_OK(start_text(&m, text, n_matrix, matrix, 0, elements, &err), err);
    CHECK(m.d->n_published <= N_P);
    vectors(&m, c, p);
    for (int i = 0; i < c->n_atoms; i++)
        CHECK_OK(sz_describer_publish(m.d, p + i * m.stride, out[i], &err), err);
    stop(&m);
    return 0;
}

/* full[l][c][c'] = P_l from the vector of nu=2 */
static void unpack(const double *p, double full[L + 1][NS][NS])
{
    for (int a = 0; a < NS; a++)
        for (int b = 0; b <= a; b++)
            for (int l = 0; l <= L; l++, p++)
                full[l][a][b] = full[l][b][a] = a == b ? *p : *p / sqrt(2.0);
}

/* the column of (s, n) if species and n are distinguished or not */
static int column(int s, int n, int by_species, int by_n)
{
    return (by_species ? s : 0) * (by_n ? N : 1) + (by_n ? n : 0);
}

/* The compressed spectrum is the full one, summed over what is not distinguished. */
static int test_sums(const cluster *c, const char *keys, const int by_species[2],
                     const int by_n[2])
{
    static double nu2[ATOMS][N_P], got[ATOMS][N_P];
    static double full[L + 1][NS][NS], sum[L + 1][NS][NS];
    int k1 = column(S - 1, N - 1, by_species[0], by_n[0]) + 1;
    int k2 = column(S - 1, N - 1, by_species[1], by_n[1]) + 1;
    int symmetric = by_species[0] == by_species[1] && by_n[0] == by_n[1];

    if (describe("", 0, NULL, c, nu2) || describe(keys, 0, NULL, c, got)) return 1;
    for (int i = 0; i < c->n_atoms; i++) {
        const double *p = got[i];

        unpack(nu2[i], full);
        memset(sum, 0, sizeof sum);
        for (int l = 0; l <= L; l++)
            for (int x = 0; x < NS; x++)
                for (int y = 0; y < NS; y++) {
                    int a = column(x / N, x % N, by_species[0], by_n[0]);
                    int b = column(y / N, y % N, by_species[1], by_n[1]);

                    sum[l][a][b] += full[l][x][y];
                }
        for (int a = 0; a < k1; a++)
            for (int b = 0; b < (symmetric ? a + 1 : k2); b++)
                for (int l = 0; l <= L; l++, p++)
                    CHECK_CLOSE(
                        *p, symmetric && a != b ? sqrt(2.0) * sum[l][a][b] : sum[l][a][b],
                        1e-13);
    }
    return 0;
}

static int test_all_sums(const cluster *c)
{
    for (int nu_R = 0; nu_R < 3; nu_R++)
        for (int nu_S = 0; nu_S < 3; nu_S++) {
            const int by_species[] = {nu_S > 0, nu_S > 1}, by_n[] = {nu_R > 0, nu_R > 1};
            char keys[64];

            snprintf(keys, sizeof keys, "nu_R=%d nu_S=%d", nu_R, nu_S);
            if (test_sums(c, keys, by_species, by_n)) return 1;
        }
    return test_sums(c, "compression={mu,nu^=1,1}", (int[]){0, 1}, (int[]){1, 0});
}

/* with one species nu,mu=1,1 is the matrix P_l with both triangles */
static int test_one_species(void)
{
    static double nu2[ATOMS][N_P], nu_mu[ATOMS][N_P], mu2[ATOMS][N_P];
    static double full[L + 1][NS][NS];
    cluster c = {0};
    sz_error err;

    random_cluster(&c, ATOMS, 1, 3.0, 1.0);
    CHECK_OK(find_neighbours(&c, 4.0, &err), err);
    if (describe("", 0, NULL, &c, nu2) || describe("nu_S=1", 0, NULL, &c, nu_mu) ||
        describe("nu_S=0", 0, NULL, &c, mu2))
        return 1;
    for (int i = 0; i < c.n_atoms; i++) {
        unpack(nu2[i], full);
        for (int a = 0; a < N; a++)
            for (int b = 0; b < N; b++)
                for (int l = 0; l <= L; l++)
                    CHECK_CLOSE(nu_mu[i][(a * N + b) * (L + 1) + l], full[l][a][b],
                                1e-16);
        CHECK_CLOSE(distance(mu2[i], nu2[i], N * (N + 1) / 2 * (L + 1)), 0.0, 1e-16);
        CHECK(largest(mu2[i], N) > 1e-4);
    }
    sz_list_free(&c.list);
    return 0;
}

/* Equivalent keys. */
static int test_same(const cluster *c, const char *a, const char *b)
{
    static double x[ATOMS][N_P], y[ATOMS][N_P];

    memset(x, 0, sizeof x);
    memset(y, 0, sizeof y);
    if (describe(a, 0, NULL, c, x) || describe(b, 0, NULL, c, y)) return 1;
    CHECK_CLOSE(distance(x[0], y[0], ATOMS * N_P), 0.0, 1e-15);
    CHECK(largest(x[0], N_P) > 1e-4);
    return 0;
}

/* identity matrices give nu=2, or the first rows of P_l */
static int test_identity(const cluster *c)
{
    static double one[NS * NS * (L + 1)], columns[NS * NS * (L + 1)];
    static double nu2[ATOMS][N_P], same[ATOMS][N_P], w[ATOMS][N_P], q[ATOMS][N_P];
    static double full[L + 1][NS][NS];
    int n = 0;

    for (int k = 0; k < NS * (L + 1); k++) one[k * NS + k % NS] = 1.0;
    for (int l = 0; l <= L; l++)
        for (int row = 0; row < NS; row++)
            for (int k = 0; k < 2 * l + 1; k++) columns[n++] = row == k;
    if (describe("", 0, NULL, c, nu2) ||
        describe("compression=optimal u_max=9", NS * NS * (L + 1), one, c, same) ||
        describe("compression={Q^T P_l Q}", NS * NS * (L + 1), one, c, q) ||
        describe("compression={W^T P_l}", n, columns, c, w))
        return 1;
    for (int i = 0; i < c->n_atoms; i++) {
        const double *pw = w[i], *pq = q[i];

        CHECK_CLOSE(distance(same[i], nu2[i], N_P), 0.0, 1e-15);
        unpack(nu2[i], full);
        for (int l = 0; l <= L; l++) {
            for (int a = 0; a < NS; a++)
                for (int b = 0; b < 2 * l + 1; b++)
                    CHECK_CLOSE(*pw++, full[l][a][b], 1e-15);
            for (int a = 0; a < 2 * l + 1; a++)
                for (int b = a; b < NS; b++)
                    CHECK_CLOSE(*pq++, full[l][a][b] * (a == b ? 1.0 : sqrt(2.0)), 1e-15);
        }
    }
    return 0;
}

/* ---- what is told apart ------------------------------------------------------------ */

/* distance between the vectors of atom 0 of two environments */
static double apart(const char *keys, const cluster *a, const cluster *b)
{
    static double x[ATOMS][N_P], y[ATOMS][N_P];

    memset(x, 0, sizeof x);
    memset(y, 0, sizeof y);
    if (describe(keys, 0, NULL, a, x) || describe(keys, 0, NULL, b, y)) return NAN;
    return distance(x[0], y[0], N_P) / largest(x[0], N_P);
}

/* Two neighbours exchange their elements: no change of vectors without species. */
static int test_exchange(void)
{
    cluster a = {.n_atoms = 3,
                 .species = {0, 1, 2},
                 .position = {0, 0, 0, 2.1, 0.3, 0, -0.2, 2.6, 0.4}};
    cluster b = a;
    sz_error err;

    b.species[1] = 2;
    b.species[2] = 1;
    CHECK_OK(find_neighbours(&a, 4.0, &err), err);
    CHECK_OK(find_neighbours(&b, 4.0, &err), err);
    CHECK(apart("nu_S=0", &a, &b) < 1e-14);
    CHECK(apart("nu_R=0 nu_S=0", &a, &b) < 1e-14);
    CHECK(apart("nu_S=1", &a, &b) > 1e-3);
    CHECK(apart("nu_R=1 nu_S=1", &a, &b) > 1e-3);
    CHECK(apart("compression={mu,nu^=1,1}", &a, &b) > 1e-3);
    CHECK(apart("", &a, &b) > 1e-3);
    sz_list_free(&a.list);
    sz_list_free(&b.list);
    return 0;
}

/* Two pairs of mirror images, one element on each side; in the second environment the
 * elements of one pair are exchanged. The total density is equal to its mirror image, so
 * that the angles between a neighbour of one element and the total density are the same
 * on both sides. Only compressions with the elements of both neighbours distinguish the
 * two. */
static int test_mirror(void)
{
    static const char *const blind[] = {"nu_S=1",
                                        "nu_R=1 nu_S=1",
                                        "nu_R=0 nu_S=1",
                                        "nu_S=0",
                                        "compression={nu,mu*=1,1}",
                                        "compression={mu,nu^=1,1}"};
    static const char *const sees[] = {"",
                                       "nu_R=1 nu_S=2",
                                       "nu_R=0 nu_S=2",
                                       "diagonal_radial",
                                       "compression={nu=2,d_J}",
                                       "compression={W^T P_l}",
                                       "compression={Q^T P_l Q}"};
    cluster a = {.n_atoms = 5,
                 .species = {0, 1, 2, 1, 2},
                 .position = {0, 0, 0, 1.2, 0.9, 1.1, 1.2, 0.9, -1.1, -1.3, 1.6, 0.8,
                              -1.3, 1.6, -0.8}};
    cluster b = a;
    sz_error err;

    b.species[3] = 2;
    b.species[4] = 1;
    CHECK_OK(find_neighbours(&a, 4.0, &err), err);
    CHECK_OK(find_neighbours(&b, 4.0, &err), err);
    for (size_t k = 0; k < sizeof blind / sizeof *blind; k++)
        CHECK(apart(blind[k], &a, &b) < 1e-13);
    for (size_t k = 0; k < sizeof sees / sizeof *sees; k++)
        CHECK(apart(sees[k], &a, &b) > 1e-3);
    sz_list_free(&a.list);
    sz_list_free(&b.list);
    return 0;
}

/* ---- three factors ----------------------------------------------------------------- */

/* Four neighbours on a circle at {0, 1, 3, 4} and {0, 1, 2, 5} times 45 degrees: their
 * power spectra, which depend on distances and angles of pairs, are equal. */
static int test_degenerate(void)
{
    static const char *const blind[] = {"",
                                        "nu_S=1",
                                        "nu_S=0",
                                        "nu_R=1 nu_S=1",
                                        "nu_R=0 nu_S=0",
                                        "compression={nu,mu*=1,1}",
                                        "compression={W^T P_l}",
                                        "compression={Q^T P_l Q}",
                                        "compression={K=2} K=8",
                                        "compression={K,K=1,1} K=8"};
    static const char *const sees[] = {"compression={nu=3}",
                                       "compression={mu=3}",
                                       "compression={mu^=3}",
                                       "compression={nu,mu^=1,2}",
                                       "compression={nu,mu^=1,2} l_min=1",
                                       "compression={nu,nu^,mu=1,1,1}",
                                       "compression={nu,mu,mu^=1,1,1}",
                                       "compression={nu,nu^,mu^=1,1,1}",
                                       "compression={K=3} K=8",
                                       "compression={K,K,K=1,1,1} K=8"};
    static const int place[2][4] = {{0, 1, 3, 4}, {0, 1, 2, 5}};
    cluster c[2] = {{.n_atoms = 5}, {.n_atoms = 5}};
    sz_error err;

    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < 4; k++) {
            double angle = place[i][k] * 3.14159265358979323846 / 4.0;

            c[i].position[3 * k + 3] = 2.4 * cos(angle);
            c[i].position[3 * k + 4] = 2.4 * sin(angle);
        }
        CHECK_OK(find_neighbours(&c[i], 4.0, &err), err);
    }
    for (size_t k = 0; k < sizeof blind / sizeof *blind; k++)
        CHECK(apart(blind[k], &c[0], &c[1]) < 1e-12);
    for (size_t k = 0; k < sizeof sees / sizeof *sees; k++)
        CHECK(apart(sees[k], &c[0], &c[1]) > 1e-3);
    for (int i = 0; i < 2; i++) sz_list_free(&c[i].list);
    return 0;
}

/* nu,mu^=1,2 with l = 0 of a mu^ is the power spectrum nu,mu^=1,1 times Chat_00, which is
 * the root of mu^=2 with l = 0. l_min=1 leaves these components out and does not change
 * the others. */
static int test_l_min(const cluster *c)
{
    static double three[ATOMS][N_P], short_[ATOMS][N_P], two[ATOMS][N_P], hat[ATOMS][N_P];

    if (describe("compression={nu,mu^=1,2}", 0, NULL, c, three) ||
        describe("compression={nu,mu^=1,2} l_min=1", 0, NULL, c, short_) ||
        describe("compression={nu,mu^=1,1}", 0, NULL, c, two) ||
        describe("compression={mu^=2}", 0, NULL, c, hat))
        return 1;
    for (int i = 0; i < c->n_atoms; i++) {
        const double *p = three[i], *q = short_[i];

        for (int l1 = 0; l1 <= L; l1++)
            for (int l2 = 0; l2 <= L; l2++)
                for (int l3 = l2; l3 <= L; l3++) {
                    if ((l1 + l2 + l3) % 2 || l1 + l2 < l3 || l2 + l3 < l1) continue;
                    for (int a = 0; a < NS; a++, p++) {
                        double factor = l2 == l3 ? 1.0 : sqrt(2.0);

                        if (l1 > 0 && l2 > 0)
                            CHECK_CLOSE(*q++, *p, 1e-15 * largest(three[i], N_P));
                        if (l2 == 0)
                            CHECK_CLOSE(
                                *p, factor * two[i][a * (L + 1) + l1] * sqrt(hat[i][0]),
                                1e-14 * largest(three[i], N_P));
                    }
                }
    }
    return 0;
}

/* the components named by seed and K, if the matrices are given */
static int test_handed_over(const cluster *c)
{
    enum { K = 4, SIZE = (L + 1) * NS * K };
    static double w[3 * SIZE], drawn[ATOMS][N_P], given[ATOMS][N_P];
    static const char *const keys[] = {
        "compression={K=3} K=4", "compression={K,K,K=1,1,1} K=4", "compression={K=2} K=4",
        "compression={K,K=1,1} K=4"};
    static const int maps[] = {1, 3, 1, 2};

    for (int k = 0; k < 4; k++) {
        char text[128];

        snprintf(text, sizeof text, "%s compression_seed=77", keys[k]);
        sz_matrix_random(77, (size_t)maps[k] * SIZE, w);
        if (describe(text, 0, NULL, c, drawn) ||
            describe(keys[k], maps[k] * SIZE, w, c, given))
            return 1;
        CHECK(memcmp(drawn, given, sizeof drawn) == 0);
        CHECK(largest(drawn[0], N_P) > 1e-6);
    }
    return 0;
}

int main(void)
{
    cluster c = {0};
    sz_error err;

    random_cluster(&c, ATOMS, S, 3.0, 1.0);
    CHECK_OK(find_neighbours(&c, 4.0, &err), err);
    if (test_one_species() || test_all_sums(&c) || test_identity(&c)) return 1;
    if (test_l_min(&c) || test_handed_over(&c) || test_degenerate()) return 1;
    if (test_same(&c, "", "compression={nu=2,d_J} d_J=3 embedding={1 0 0 0 1 0 0 0 1}") ||
        test_same(&c, "nu_S=0", "compression={nu=2,d_J} d_J=1") ||
        test_same(&c, "", "Z_map={41, 74, 42}") ||
        test_same(&c, "nu_S=0", "Z_map={41 74 42}") ||
        test_same(&c, "nu_S=1", "Z_map={41, 74, 42: 42 41 74}"))
        return 1;
    sz_list_free(&c.list);
    if (test_exchange() || test_mirror()) return 1;
    return check_done();
}

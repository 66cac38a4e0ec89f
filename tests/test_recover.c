/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_recover.c - the full spectrum comes back from W^T P_l and Q^T P_l Q, also where
 * there are fewer neighbours than channels; the error grows with the square of the
 * condition number; nu,mu*=1,1 cannot give it back. */
#include "check.h"
#include "describe.h"
#include "descriptor/recover.h"
#include "linear/blas.h"
#include "linear/linalg.h"

enum { N_CELLS = 4, ENVIRONMENTS = N_CELLS * ATOMS_MAX };

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static void text_of(char *text, int n_max, int l_max, const char *more)
{
    sprintf(text,
            "soap cutoff=5 atom_sigma=0.5 n_max=%d l_max=%d n_species=4 "
            "species_Z={41 42 73 74} %s",
            n_max, l_max, more);
}

/* P_l [n][n] of a nu=2 vector; its norm */
static double unpack(const double *vector, int n, int l_max, int l, double *p)
{
    double norm2 = 0.0;

    for (int i = 0, at = l; i < n; i++)
        for (int j = 0; j <= i; j++, at += l_max + 1) {
            double x = i == j ? vector[at] : vector[at] / sqrt(2.0);

            p[i * n + j] = p[j * n + i] = x;
            norm2 += vector[at] * vector[at];
        }
    return sqrt(norm2);
}

static double relative(const double *got, const double *want, size_t n)
{
    double off = 0.0;

    for (size_t k = 0; k < n; k++) off += (got[k] - want[k]) * (got[k] - want[k]);
    return sqrt(off / dot(want, want, n));
}

/* ---- liquids ----------------------------------------------------------------------- */

/* error [ENVIRONMENTS] of the recovered spectra, condition [ENVIRONMENTS] the worst of
 * all l */
static int recover_liquids(const char *label, int n_max, int l_max, double *error,
                           double *condition)
{
    descriptor full, compressed;
    sz_error err;
    char text[300], key[100];
    int at = 0;

    text_of(text, n_max, l_max, "");
    CHECK_OK(open_descriptor(&full, text, 0, NULL, &err), err);
    sprintf(key, "compression={%s}", label);
    text_of(text, n_max, l_max, key);
    CHECK_OK(open_descriptor(&compressed, text, 0, NULL, &err), err);
    CHECK(sz_recover_length(compressed.soap) == full.n_published);
    for (int k = 0; k < N_CELLS; k++) {
        cluster c = {0};
        double *want, *from, *got = malloc((size_t)full.n_published * sizeof *got);

        random_liquid(&c, ATOMS_MAX, 4);
        CHECK_OK(find_neighbours(&c, 5.0, &err), err);
        want = published_vectors(&full, &c);
        from = published_vectors(&compressed, &c);
        for (int i = 0; i < c.n_atoms; i++, at++) {
            sz_recovery how[SZ_L_MAX + 1];
            size_t n = (size_t)full.n_published;

            CHECK_OK(sz_recover_spectrum(compressed.soap,
                                         from + (size_t)i * compressed.n_published, got,
                                         how, &err),
                     err);
            error[at] = relative(got, want + i * n, n);
            condition[at] = 0.0;
            for (int l = 0; l <= l_max; l++) {
                CHECK(how[l].rank == 2 * l + 1);
                condition[at] = fmax(condition[at], how[l].condition);
            }
        }
        free(want);
        free(from);
        free(got);
        sz_list_free(&c.list);
    }
    close_descriptor(&full);
    close_descriptor(&compressed);
    return 0;
}

static int test_liquids(const char *label, int n_max, int l_max)
{
    double error[ENVIRONMENTS], condition[ENVIRONMENTS];

    if (recover_liquids(label, n_max, l_max, error, condition)) return 1;
    qsort(error, ENVIRONMENTS, sizeof *error, by_size);
    qsort(condition, ENVIRONMENTS, sizeof *condition, by_size);
    printf("%-9s N=%d L=%d, %d environments: error of P median %.1e, worst %.1e; "
           "condition of X_l W median %.0f, worst %.0e\n",
           label, n_max, l_max, ENVIRONMENTS, error[ENVIRONMENTS / 2],
           error[ENVIRONMENTS - 1], condition[ENVIRONMENTS / 2],
           condition[ENVIRONMENTS - 1]);
    CHECK(error[ENVIRONMENTS / 2] <= 1e-10);
    for (int k = 0; k < ENVIRONMENTS; k++) CHECK(error[k] <= 1e-7);
    return 0;
}

/* ---- the condition number -------------------------------------------------------- */

/* rows of x [k][n] made orthonormal */
static void orthonormalise(int k, int n, double *x)
{
    for (int q = 0; q < k; q++)
        for (int pass = 0; pass < 2; pass++) {
            double *row = x + q * n, norm;

            for (int s = 0; s < q; s++) {
                double c = dot(row, x + s * n, (size_t)n);

                for (int i = 0; i < n; i++) row[i] -= c * x[s * n + i];
            }
            norm = sqrt(dot(row, row, (size_t)n));
            for (int i = 0; i < n; i++) row[i] /= norm;
        }
}

/* c [m][n] = a [m][k] b [k][n] */
static void times(int m, int n, int k, const double *a, const double *b, double *c)
{
    memset(c, 0, (size_t)m * n * sizeof *c);
    for (int i = 0; i < m; i++)
        for (int q = 0; q < k; q++)
            for (int j = 0; j < n; j++) c[i * n + j] += a[i * k + q] * b[q * n + j];
}

static void transpose(int m, int n, const double *a, double *t)
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) t[j * m + i] = a[i * n + j];
}

/* Orthonormal X, and W that gives singular values 1 .. 1/condition: the error of P
 * divided by the squared condition number, in units of rounding. */
static int test_condition(void)
{
    enum { N = 32, K = 9, TRIALS = 21 };
    double w[N * K], wt[K * N], x[K * N], xt[N * K], p[N * N], a[K * N], r[K * N],
        got[N * N], error[TRIALS], first = 0.0;
    sz_error err;

    for (int power = 0; power <= 4; power++) {
        double condition = pow(10.0, power), growth;

        for (int trial = 0; trial < TRIALS; trial++) {
            sz_recovery how;

            fill_random(x, K * N);
            orthonormalise(K, N, x);
            transpose(K, N, x, xt);
            fill_random(wt, K * N);
            orthonormalise(K, N, wt);
            for (int i = 0; i < N; i++) { /* W = X^T D + a part orthogonal to X */
                for (int q = 0; q < K; q++)
                    w[i * K + q] = xt[i * K + q] * pow(condition, -q / (K - 1.0));
            }
            for (int q = 0; q < K; q++) {
                double *row = wt + q * N;

                for (int s = 0; s < K; s++) {
                    double c = dot(row, x + s * N, N);

                    for (int i = 0; i < N; i++) row[i] -= c * x[s * N + i];
                }
                for (int i = 0; i < N; i++) w[i * K + q] += row[i];
            }
            times(N, N, K, xt, x, p);
            transpose(N, K, w, wt);
            times(K, N, N, wt, p, a);
            CHECK_OK(sz_recover_density(N, K, w, a, r, &how, &err), err);
            CHECK(how.rank == K);
            CHECK_CLOSE(how.condition, condition, 1e-2 * condition);
            transpose(K, N, r, xt);
            times(N, N, K, xt, r, got);
            error[trial] = relative(got, p, N * N);
        }
        qsort(error, TRIALS, sizeof *error, by_size);
        if (power == 1) first = error[TRIALS / 2];
        growth = error[TRIALS / 2] / first / pow(condition / 10.0, 2);
        printf("condition of X W %.0e: error of P %.1e\n", condition, error[TRIALS / 2]);
        CHECK(error[TRIALS - 1] <= 200 * 2.2e-16 * condition * condition);
        CHECK(power < 2 || (growth > 0.1 && growth < 10.0));
    }
    return 0;
}

/* ---- few neighbours, and what cannot be inverted --------------------------------- */

/* an atom with 0 to 6 neighbours, without its own density */
static int test_few_neighbours(const char *label)
{
    enum { N_MAX = 6, L_MAX = 4 };
    descriptor full, compressed;
    sz_error err;
    char text[300], key[100];
    double worst = 0.0;

    text_of(text, N_MAX, L_MAX, "central_weight=0");
    CHECK_OK(open_descriptor(&full, text, 0, NULL, &err), err);
    sprintf(key, "central_weight=0 compression={%s}", label);
    text_of(text, N_MAX, L_MAX, key);
    CHECK_OK(open_descriptor(&compressed, text, 0, NULL, &err), err);
    for (int m = 1; m <= 6; m++)
        for (int trial = 0; trial < 10; trial++) {
            cluster c = {0};
            sz_recovery how[L_MAX + 1];
            double *want, *from, *got = malloc((size_t)full.n_published * sizeof *got);

            random_cluster(&c, m + 1, 4, 3.0, 1.2);
            for (int x = 0; x < 3; x++) c.position[x] = 1.5; /* in the middle */
            CHECK_OK(find_neighbours(&c, 5.0, &err), err);
            want = published_vectors(&full, &c);
            from = published_vectors(&compressed, &c);
            CHECK_OK(sz_recover_spectrum(compressed.soap, from, got, how, &err), err);
            for (int l = 0; l <= L_MAX; l++)
                CHECK(how[l].rank == (m < 2 * l + 1 ? m : 2 * l + 1));
            worst = fmax(worst, relative(got, want, (size_t)full.n_published));
            free(want);
            free(from);
            free(got);
            sz_list_free(&c.list);
        }
    printf("%-9s 1 to 6 neighbours, 24 channels: error %.1e at worst\n", label, worst);
    CHECK(worst <= 1e-9);
    close_descriptor(&full);
    close_descriptor(&compressed);
    return 0;
}

/* singular values s [m] of a [m][n] (destroyed), m <= n */
static int singular_values(int m, int n, double *a, double *s)
{
    int lwork = 4096, one = 1, info;
    double none, *work = malloc((size_t)lwork * sizeof *work);

    SZ_BLAS(dgesvd)
    ("N", "N", &n, &m, a, &n, s, &none, &one, &none, &one, work, &lwork, &info);
    free(work);
    return info == 0;
}

/* The smallest of the 2l+1 singular values of nu,mu*=1,1, and of the eigenvalues of P_l,
 * over the largest, for l >= 1: the greatest and the least of all environments. */
static int star_ranks(const char *basis, double *singular_max, double *singular_min,
                      double *eigenvalue_min)
{
    enum { N_MAX = 8, L_MAX = 3, N = 4 * N_MAX };
    descriptor full, star;
    cluster c = {0};
    sz_error err;
    char text[300], key[100];
    double *want, *from, a[(2 * L_MAX + 1) * N], s[2 * L_MAX + 1], p[N * N], e[N];
    sz_recovery how[L_MAX + 1];

    text_of(text, N_MAX, L_MAX, basis);
    CHECK_OK(open_descriptor(&full, text, 0, NULL, &err), err);
    sprintf(key, "%s compression={nu,mu*=1,1}", basis);
    text_of(text, N_MAX, L_MAX, key);
    CHECK_OK(open_descriptor(&star, text, 0, NULL, &err), err);
    random_liquid(&c, ATOMS_MAX, 4);
    CHECK_OK(find_neighbours(&c, 5.0, &err), err);
    want = published_vectors(&full, &c);
    from = published_vectors(&star, &c);
    CHECK(star.n_published == N * (L_MAX + 1) * (L_MAX + 1));
    *singular_max = 0.0;
    *singular_min = *eigenvalue_min = 1.0;
    for (int i = 0; i < c.n_atoms; i++)
        for (int l = 1, k = 3; l <= L_MAX; l++, k += 2) {
            const double *rows = from + (size_t)i * star.n_published + N * l * l;

            for (int j = 0; j < N; j++)
                for (int q = 0; q < k; q++) a[q * N + j] = rows[j * k + q];
            CHECK(singular_values(k, N, a, s));
            *singular_max = fmax(*singular_max, s[k - 1] / s[0]);
            *singular_min = fmin(*singular_min, s[k - 1] / s[0]);
            unpack(want + (size_t)i * full.n_published, N, L_MAX, l, p);
            CHECK_OK(sz_eigenvectors(N, p, e, &err), err);
            *eigenvalue_min = fmin(*eigenvalue_min, e[N - k] / e[N - 1]);
        }
    CHECK_FAILS(sz_recover_spectrum(star.soap, from, want, how, &err), SZ_ERR_ARGUMENT,
                "cannot be recovered from nu,mu*=1,1", err);
    CHECK_FAILS(sz_recover_spectrum(full.soap, from, want, how, &err), SZ_ERR_ARGUMENT,
                "nu=2", err);
    free(want);
    free(from);
    sz_list_free(&c.list);
    close_descriptor(&full);
    close_descriptor(&star);
    return 0;
}

/* With EQUISPACED_GAUSS one of the 2l+1 directions of P_l is missing for every l >= 1, in
 * every environment; with GTO none. */
static int test_star(void)
{
    double most, least, there;

    if (star_ranks("", &most, &least, &there)) return 1;
    printf(
        "nu,mu*    smallest singular value at most %.0e of the largest, of P_l at least "
        "%.0e\n",
        most, there);
    CHECK(most <= 1e-12);
    CHECK(there >= 1e-8);
    if (star_ranks("radial_basis=GTO", &most, &least, &there)) return 1;
    printf("          with GTO at least %.0e, of P_l %.0e\n", least, there);
    CHECK(least >= 1e-9);
    return 0;
}

/* nu,mu=1,1 is W^T P_l with the sum over species as W: sufficient for 2l+1 < N */
static int test_sum(int l_max, int possible)
{
    enum { N_MAX = 8 };
    descriptor full, sum;
    cluster c = {0};
    sz_error err;
    char text[300];
    double *want, *from, *got, least = 1e300, worst = 0.0;
    sz_recovery how[SZ_L_MAX + 1];

    text_of(text, N_MAX, l_max, "");
    CHECK_OK(open_descriptor(&full, text, 0, NULL, &err), err);
    text_of(text, N_MAX, l_max, "nu_R=2 nu_S=1");
    CHECK_OK(open_descriptor(&sum, text, 0, NULL, &err), err);
    random_liquid(&c, ATOMS_MAX, 4);
    CHECK_OK(find_neighbours(&c, 5.0, &err), err);
    want = published_vectors(&full, &c);
    from = published_vectors(&sum, &c);
    got = malloc((size_t)full.n_published * sizeof *got);
    for (int i = 0; i < c.n_atoms; i++) {
        double e;

        CHECK_OK(sz_recover_spectrum(sum.soap, from + (size_t)i * sum.n_published, got,
                                     how, &err),
                 err);
        e = relative(got, want + (size_t)i * full.n_published, (size_t)full.n_published);
        least = fmin(least, e);
        worst = fmax(worst, e);
        for (int l = 0; l <= l_max && possible; l++) CHECK(how[l].rank == 2 * l + 1);
        CHECK(possible || how[l_max].rank < 2 * l_max + 1);
    }
    printf("nu,mu=1,1 N=%d L=%d: error %.1e to %.1e\n", N_MAX, l_max, least, worst);
    CHECK(possible ? worst <= 1e-4 : least >= 1e-6);
    free(want);
    free(from);
    free(got);
    sz_list_free(&c.list);
    close_descriptor(&full);
    close_descriptor(&sum);
    return 0;
}

int main(void)
{
    int failed = 0;

    for (int k = 0; k < 2; k++) {
        const char *label = k ? "Q^T P_l Q" : "W^T P_l";

        failed |= test_liquids(label, 8, 6);
        failed |= test_liquids(label, 12, 9);
        failed |= test_few_neighbours(label);
    }
    failed |= test_condition();
    failed |= test_star();
    failed |= test_sum(2, 1);
    failed |= test_sum(6, 0);
    return check_done() || failed;
}

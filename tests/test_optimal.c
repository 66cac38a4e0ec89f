/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_optimal.c - the optimal radial basis and the embedding from data: covariances
 * equal slow sums, eigenvectors are orthonormal, all of them give nu=2's kernel again,
 * few of them keep more of the density than others. */
#include "check.h"
#include "describe.h"
#include "descriptor/optimal.h"

enum { N_MAX = 5, L_MAX = 3, N = 4 * N_MAX };

static const char text[] = "soap cutoff=4.5 atom_sigma=0.5 n_max=5 l_max=3 n_species=4 "
                           "species_Z={41 42 73 74} central_weight=0.7";

/* largest difference of the kernels of all pairs of environments */
static double kernel_difference(int n, const double *p, int n_p, const double *q, int n_q)
{
    double worst = 0.0;

    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            worst = fmax(worst, fabs(dot(p + i * n_p, p + j * n_p, (size_t)n_p) -
                                     dot(q + i * n_q, q + j * n_q, (size_t)n_q)));
    return worst;
}

/* columns of u [n][k] are orthonormal */
static void check_orthonormal(int n, int k, const double *u)
{
    for (int a = 0; a < k; a++)
        for (int b = 0; b < k; b++) {
            double sum = 0.0;

            for (int i = 0; i < n; i++) sum += u[i * k + a] * u[i * k + b];
            CHECK_CLOSE(sum, a == b, 1e-12);
        }
}

/* kernels of liquids: nu=2 and the compression of the text */
static int compare_kernels(const cluster *c, const char *more, int n_matrix,
                           const double *matrix, double *difference)
{
    descriptor full, other;
    sz_error err;
    char *long_text = malloc(strlen(text) + strlen(more) + 1);
    double *p, *q;

    sprintf(long_text, "%s%s", text, more);
    CHECK_OK(open_descriptor(&full, text, 0, NULL, &err), err);
    CHECK_OK(open_descriptor(&other, long_text, n_matrix, matrix, &err), err);
    p = published_vectors(&full, c);
    q = published_vectors(&other, c);
    *difference =
        kernel_difference(c->n_atoms, p, full.n_published, q, other.n_published);
    free(p);
    free(q);
    free(long_text);
    close_descriptor(&full);
    close_descriptor(&other);
    return 0;
}

/* C_l and C_ss' from the spectra of all atoms one by one */
static void slow_covariance(const double *p, int n_atoms, int n_published, double *c)
{
    memset(c, 0, (size_t)(L_MAX + 1) * N * N * sizeof *c);
    for (int i = 0; i < n_atoms; i++) {
        const double *next = p + (size_t)i * n_published;

        for (int a = 0; a < N; a++)
            for (int b = 0; b <= a; b++)
                for (int l = 0; l <= L_MAX; l++) {
                    double x = *next++ * sqrt(2 * l + 1) / n_atoms;

                    if (a != b) x /= sqrt(2.0);
                    c[(l * N + a) * N + b] += x;
                    if (a != b) c[(l * N + b) * N + a] += x;
                }
    }
}

/* the density that u [n][k] keeps: sum_k u_k^T C u_k */
static double kept(int n, int k, const double *c, const double *u)
{
    double sum = 0.0;

    for (int q = 0; q < k; q++)
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) sum += u[i * k + q] * c[i * n + j] * u[j * k + q];
    return sum;
}

static int test_basis(const sz_moments *moments, const double *c, const cluster *liquid)
{
    static double all[(L_MAX + 1) * N * N], some[(L_MAX + 1) * N * N], w[(L_MAX + 1) * N];
    double difference[3];
    sz_error err;
    const int u_max[3] = {N, 12, 6};

    CHECK_OK(sz_optimal_basis(moments, N, all, w, &err), err);
    for (int l = 0; l <= L_MAX; l++) {
        const double *u = all + l * N * N, *cl = c + l * N * N, *wl = w + l * N;

        check_orthonormal(N, N, u);
        for (int k = 0; k < N;
             k++) { /* C u = w u, descending; the largest component is positive */
            double most = 0.0;

            for (int i = 0; i < N; i++) {
                double sum = 0.0;

                for (int j = 0; j < N; j++) sum += cl[i * N + j] * u[j * N + k];
                CHECK_CLOSE(sum, wl[k] * u[i * N + k], 1e-12 * wl[0]);
                if (fabs(u[i * N + k]) > fabs(most)) most = u[i * N + k];
            }
            CHECK(k == 0 || wl[k] <= wl[k - 1]);
            CHECK(most > 0.0);
        }
        CHECK(wl[0] > 0.0 && wl[N - 1] > -1e-13 * wl[0]);
    }
    for (int k = 0; k < 3; k++) {
        char more[80];

        sprintf(more, " compression=optimal u_max=%d", u_max[k]);
        CHECK_OK(sz_optimal_basis(moments, u_max[k], some, NULL, &err), err);
        for (int l = 0; l <= L_MAX; l++) {
            double sum = 0.0;

            check_orthonormal(N, u_max[k], some + l * N * u_max[k]);
            for (int q = 0; q < u_max[k]; q++) sum += w[l * N + q];
            CHECK_CLOSE(kept(N, u_max[k], c + l * N * N, some + l * N * u_max[k]), sum,
                        1e-12 * sum);
        }
        if (compare_kernels(liquid, more, (L_MAX + 1) * N * u_max[k], some,
                            &difference[k]))
            return 1;
    }
    printf("optimal, %d channels: kernels off by %.1e with u_max=%d, %.1e with %d, %.1e "
           "with %d\n",
           N, difference[0], u_max[0], difference[1], u_max[1], difference[2], u_max[2]);
    CHECK(difference[0] <= 1e-12);
    CHECK(difference[1] > difference[0] && difference[1] < difference[2]);
    CHECK(difference[1] < 0.05);
    return 0;
}

static int test_embedding(const sz_moments *moments, const double *c,
                          const cluster *liquid)
{
    double u[16], w[4], species[16] = {0}, difference[4];
    sz_error err;

    for (int s = 0; s < 4; s++)
        for (int t = 0; t < 4; t++)
            for (int n = 0; n < N_MAX; n++)
                species[s * 4 + t] += c[(s * N_MAX + n) * N + t * N_MAX + n];
    for (int d_j = 1; d_j <= 4; d_j++) {
        char more[600];
        int at = sprintf(more, " compression={nu=2,d_J} d_J=%d embedding={", d_j);
        double sum = 0.0, random[16];

        CHECK_OK(sz_optimal_embedding(moments, d_j, u, w, &err), err);
        check_orthonormal(4, d_j, u);
        for (int q = 0; q < d_j; q++) sum += w[q];
        CHECK_CLOSE(kept(4, d_j, species, u), sum, 1e-12 * sum);
        /* no other choice of the same number of elements keeps more */
        memset(random, 0, sizeof random);
        for (int q = 0; q < d_j; q++) random[q * d_j + q] = 1.0;
        CHECK(kept(4, d_j, species, random) <= sum * (1 + 1e-12));
        for (int i = 0; i < 4 * d_j; i++) at += sprintf(more + at, " %.17g", u[i]);
        sprintf(more + at, "}");
        if (compare_kernels(liquid, more, 0, NULL, &difference[d_j - 1])) return 1;
    }
    printf("embedding of 4 elements: kernels off by %.1e, %.1e, %.1e, %.1e with d_J=1 to "
           "4\n",
           difference[0], difference[1], difference[2], difference[3]);
    CHECK(difference[3] <= 1e-12);
    CHECK(difference[2] < difference[0]);
    return 0;
}

int main(void)
{
    static double c[(L_MAX + 1) * N * N];
    descriptor raw;
    cluster liquid = {0};
    sz_moments *moments, *none;
    const sz_soap_spec *spec;
    sz_error err;
    char text_raw[300];
    double *p, u[4];
    int atom[ATOMS_MAX], failed;

    sprintf(text_raw, "%s normalise=F", text);
    random_liquid(&liquid, ATOMS_MAX, 4);
    CHECK_OK(find_neighbours(&liquid, 4.5, &err), err);
    CHECK_OK(open_descriptor(&raw, text_raw, 0, NULL, &err), err);
    p = published_vectors(&raw, &liquid);
    slow_covariance(p, liquid.n_atoms, raw.n_published, c);

    spec = &raw.soap->spec;
    CHECK_OK(sz_moments_create(&moments, spec, &err), err);
    CHECK_FAILS(sz_optimal_embedding(moments, 1, u, NULL, &err), SZ_ERR_ARGUMENT,
                "needs environments", err);
    for (int i = 0; i < liquid.n_atoms; i++) atom[i] = i;
    sz_moments_add(moments, &liquid.list.nb, &raw.slots, 50, atom);
    sz_moments_add(moments, &liquid.list.nb, &raw.slots, liquid.n_atoms - 50, atom + 50);
    CHECK(moments->n == liquid.n_atoms);
    failed = test_basis(moments, c, &liquid);
    failed |= test_embedding(moments, c, &liquid);
    CHECK_OK(sz_moments_create(&none, spec, &err), err);
    sz_moments_free(none);
    sz_moments_free(NULL);
    sz_moments_free(moments);
    free(p);
    sz_list_free(&liquid.list);
    close_descriptor(&raw);
    return check_done() || failed;
}

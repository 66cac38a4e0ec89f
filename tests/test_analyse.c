/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_analyse.c - the measures of soapz_analyse.h against their definitions written down
 * plainly, on small random cells of several elements; threads change nothing; what is
 * wrong is said. */
#include "analyse/ridge.h"
#include "check.h"
#include "cluster.h"
#include "data/dataset.h"
#include "soapz_analyse.h"

#include <stdlib.h>

enum { N_FRAMES = 12, N_ATOMS = 8, N = N_FRAMES * N_ATOMS, SPECIES = 5 };

static const int elements[SPECIES] = {22, 23, 41, 42, 74};
static const sz_fit_options one_thread = {.n_threads = 1}, threads = {.n_threads = 3};

/* Frame f has the elements f .. f+2 of five: absent elements have no products. */
static sz_status make_data(sz_dataset **data, sz_error *err)
{
    sz_status status = sz_dataset_create(data, err);

    for (int f = 0; f < N_FRAMES && status == SZ_OK; f++) {
        cluster c = {0};
        int z[N_ATOMS];
        double energy = 0.0;
        sz_frame frame = {.energy = &energy};

        random_cluster(&c, N_ATOMS, 3, 3.8, 1.4);
        for (int i = 0; i < N_ATOMS; i++) {
            z[i] = elements[(c.species[i] + f) % SPECIES];
            energy += -0.1 * z[i] + uniform(-0.5, 0.5);
        }
        frame.structure.n_atoms = N_ATOMS;
        frame.structure.species = z;
        frame.structure.position = c.position;
        status = sz_dataset_add(*data, &frame, err);
    }
    return status;
}

static sz_status make_descriptor(sz_descriptor **d, const char *more, sz_error *err)
{
    char text[400];

    if (!strncmp(more, "acsf", 4)) {
        snprintf(text, sizeof text, "%s n_species=5 species_Z={22 23 41 42 74}", more);
        return sz_descriptor_create(d, text, err);
    }
    snprintf(text, sizeof text,
             "soap n_max=4 l_max=3 cutoff=4 atom_sigma=0.5 central_weight=0 n_species=5 "
             "species_Z={22 23 41 42 74} %s",
             more);
    return sz_descriptor_create(d, text, err);
}

/* p [n][length] of the atoms of frames, one by one */
static double *plain_vectors(const sz_descriptor *d, const sz_dataset *data)
{
    size_t length = (size_t)sz_descriptor_length(d);
    double *p = malloc(N * length * sizeof *p);

    for (int f = 0; f < N_FRAMES && p; f++) {
        sz_structure s = sz_dataset_structure(data, f);
        sz_list list = {0};
        int z[N_ATOMS], all[N_ATOMS];

        for (int i = 0; i < N_ATOMS; i++) {
            z[i] = data->z[s.species[i]];
            all[i] = i;
        }
        s.species = z;
        CHECK(sz_list_build(&list, &s, sz_descriptor_cutoff(d), NULL) == SZ_OK);
        CHECK(sz_descriptor_vectors(d, &list, N_ATOMS, all,
                                    p + (size_t)(f * N_ATOMS) * length, NULL) == SZ_OK);
        sz_list_free(&list);
    }
    return p;
}

static double apart(const double *a, const double *b, size_t n)
{
    double d2 = 0.0;

    for (size_t k = 0; k < n; k++) d2 += (a[k] - b[k]) * (a[k] - b[k]);
    return sqrt(d2);
}

/* ---- distances ------------------------------------------------------------------- */

/* rank of k as neighbour of i: number of others that are nearer */
static int plain_rank(const double *p, size_t length, int i, int k)
{
    int rank = 1;
    double d = apart(p + (size_t)i * length, p + (size_t)k * length, length);

    for (int q = 0; q < N; q++)
        rank += q != i && q != k &&
                apart(p + (size_t)i * length, p + (size_t)q * length, length) < d;
    return rank;
}

static int test_metric(const sz_sites *all)
{
    sz_descriptor *a, *b;
    sz_metric *x, *y, *again, *few;
    sz_agreement g, back;
    sz_sites part = {all->data, 5, all->atom};
    sz_error err;
    double *p, want_ab = 0.0, want_ba = 0.0, *d;
    size_t length, pair[2 * N];

    CHECK_OK(make_descriptor(&a, "", &err), err);
    CHECK_OK(make_descriptor(&b, "compression={mu=2}", &err), err);
    CHECK_OK(sz_metric_create(&x, a, all, &one_thread, &err), err);
    CHECK_OK(sz_metric_create(&again, a, all, &threads, &err), err);
    CHECK_OK(sz_metric_create(&y, b, all, NULL, &err), err);
    CHECK(sz_metric_n(x) == N);
    CHECK(!memcmp(sz_metric_distances(x), sz_metric_distances(again),
                  sizeof(double[N][N])));
    p = plain_vectors(a, all->data);
    length = (size_t)sz_descriptor_length(a);
    for (int i = 0; i < N; i += 7)
        for (int k = 0; k < N; k++) {
            double want = apart(p + (size_t)i * length, p + (size_t)k * length, length);

            CHECK_CLOSE(sz_metric_distances(x)[i * N + k], want, 1e-7);
            /* without common elements all distances are sqrt(2), without an order */
            if (i != k && want < 1.414)
                CHECK(sz_metric_ranks(x)[i * N + k] == plain_rank(p, length, i, k));
            CHECK((sz_metric_ranks(x)[i * N + k] == 0) == (i == k));
        }
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++) {
            if (sz_metric_ranks(x)[i * N + k] == 1)
                want_ab += sz_metric_ranks(y)[i * N + k];
            if (sz_metric_ranks(y)[i * N + k] == 1)
                want_ba += sz_metric_ranks(x)[i * N + k];
        }
    CHECK_OK(sz_metric_compare(&g, x, y, &err), err);
    CHECK_OK(sz_metric_compare(&back, y, x, &err), err);
    CHECK_CLOSE(g.imbalance_ab, 2.0 * want_ab / N / N, 1e-12);
    CHECK_CLOSE(g.imbalance_ba, 2.0 * want_ba / N / N, 1e-12);
    CHECK_CLOSE(back.imbalance_ab, g.imbalance_ba, 1e-15);
    CHECK_CLOSE(back.ranks, g.ranks, 1e-12);
    CHECK(back.near_far == g.far_near && g.ranks < 0.9 && g.distances < 0.9);
    CHECK_OK(sz_metric_compare(&g, x, again, &err), err);
    CHECK_CLOSE(g.distances, 1.0, 1e-12);
    CHECK_CLOSE(g.imbalance_ab, 2.0 / N, 1e-15);
    CHECK_OK(sz_metric_create(&few, a, &part, NULL, &err), err);
    CHECK_FAILS(sz_metric_compare(&g, x, few, &err), SZ_ERR_ARGUMENT, "96 and of 5", err);
    for (int k = 0; k < N; k++) pair[2 * k] = 0, pair[2 * k + 1] = (size_t)k;
    d = malloc(N * sizeof *d);
    CHECK_OK(sz_pair_distances(a, all, N, pair, d, NULL, &err), err);
    CHECK_CLOSE(d[0], 0.0, 0.0);
    CHECK_CLOSE(d[9], apart(p, p + 9 * length, length), 1e-14);
    pair[1] = N;
    CHECK_FAILS(sz_pair_distances(a, all, N, pair, d, NULL, &err), SZ_ERR_ARGUMENT,
                "environment 96", err);
    part.n = 1;
    sz_metric_free(few);
    CHECK_FAILS(sz_metric_create(&few, a, &part, NULL, &err), SZ_ERR_ARGUMENT, "not 1",
                err);
    CHECK(few == NULL);
    sz_metric_free(x);
    sz_metric_free(y);
    sz_metric_free(again);
    sz_descriptor_free(a);
    sz_descriptor_free(b);
    free(p);
    free(d);
    return 0;
}

/* ---- P_l, recovery, sensitivity
 * -------------------------------------------------------- */

static int test_spectra(const sz_sites *all)
{
    enum { L = 3, ROWS = 2 * L + 1 };
    const char *lossless[] = {"compression={W^T P_l}", "compression={Q^T P_l Q}",
                              "compression={W^T P_l} compression_weights=uniform"};
    sz_descriptor *d;
    sz_error err;
    int neighbours[N];
    double *value = malloc(sizeof(double[N][L + 1][ROWS])), error[N], condition[N];

    CHECK_OK(make_descriptor(&d, "", &err), err);
    CHECK(sz_descriptor_l_max(d) == L);
    CHECK_OK(sz_spectrum_values(d, all, 0, value, neighbours, &threads, &err), err);
    for (int k = 0; k < N; k++)
        for (int l = 0; l <= L; l++) {
            const double *v = value + (k * (L + 1) + l) * ROWS;
            int most = 2 * l + 1 < neighbours[k] ? 2 * l + 1 : neighbours[k];

            CHECK_CLOSE(v[0], 1.0, 0.0);
            for (int q = 1; q < ROWS; q++) CHECK(v[q] <= v[q - 1]);
            for (int q = most; q < ROWS; q++) CHECK_CLOSE(v[q], 0.0, 1e-25);
        }
    CHECK_FAILS(sz_recover(d, all, error, condition, NULL, &err), SZ_ERR_ARGUMENT,
                "cannot be recovered from nu=2", err);
    sz_descriptor_free(d);
    for (int q = 0; q < 3; q++) {
        CHECK_OK(make_descriptor(&d, lossless[q], &err), err);
        CHECK_OK(sz_recover(d, all, error, condition, &threads, &err), err);
        for (int k = 0; k < N; k++) CHECK(error[k] <= 1e-6 && condition[k] >= 1.0);
        sz_descriptor_free(d);
    }
    CHECK_OK(sz_descriptor_create(&d, "acsf cutoff=4", &err), err);
    CHECK(sz_descriptor_l_max(d) == -1);
    CHECK_FAILS(sz_spectrum_values(d, all, 0, value, neighbours, NULL, &err),
                SZ_ERR_ARGUMENT, "only a soap has a P_l", err);
    CHECK_FAILS(sz_recover(d, all, error, condition, NULL, &err), SZ_ERR_ARGUMENT,
                "cannot be recovered from", err);
    sz_descriptor_free(d);
    CHECK_FAILS(
        make_descriptor(&d, "compression={W^T P_l} compression_weights=odd", &err),
        SZ_ERR_FORMAT, "known are normal and uniform", err);
    free(value);
    return 0;
}

/* The eigenvalues add up to the squares of all derivatives; six are zero. */
static int test_sensitivity(const sz_sites *all)
{
    sz_descriptor *d, *average;
    sz_sensitivity *s;
    sz_sites part = {all->data, 3, all->atom + 3};
    sz_error err;
    int checked = 0;

    CHECK_OK(make_descriptor(&d, "compression={nu,mu=1,1}", &err), err);
    CHECK_OK(make_descriptor(&average, "average=T", &err), err);
    CHECK_OK(sz_sensitivity_create(&s, d, &part, NULL, &err), err);
    for (size_t k = 0; k < part.n; k++) {
        const double *v = sz_sensitivity_values(s, k);
        size_t length = (size_t)sz_descriptor_length(d);
        sz_structure frame = sz_dataset_structure(all->data, 0);
        sz_list list = {0};
        int z[N_ATOMS], n = sz_sensitivity_n(s, k), i = (int)part.atom[k], pairs;
        double sum = 0.0, want = 0.0, *j, *own;

        for (int a = 0; a < N_ATOMS; a++) z[a] = all->data->z[frame.species[a]];
        frame.species = z;
        CHECK_OK(sz_list_build(&list, &frame, 4.0, &err), err);
        pairs = list.first[i + 1] - list.first[i];
        CHECK(n == 3 * (pairs + 1));
        j = malloc(3 * (size_t)pairs * length * sizeof *j);
        own = calloc(3 * length, sizeof *own);
        CHECK_OK(sz_descriptor_derivatives(d, &list, i, j, &err), err);
        for (size_t q = 0; q < 3 * (size_t)pairs * length; q++) {
            own[q % (3 * length)] -= j[q];
            want += j[q] * j[q];
        }
        for (size_t q = 0; q < 3 * length; q++) want += own[q] * own[q];
        for (int q = 0; q < n; q++) sum += v[q];
        CHECK_CLOSE(sum, want, 1e-10 * want);
        CHECK_CLOSE(v[5], 0.0, 1e-20 * v[n - 1]);
        if (pairs > 3) CHECK(v[6] > 1e-12 * v[n - 1]);
        checked += pairs > 3;
        free(j);
        free(own);
        sz_list_free(&list);
    }
    CHECK(checked > 0);
    sz_sensitivity_free(s);
    CHECK_FAILS(sz_sensitivity_create(&s, average, &part, NULL, &err), SZ_ERR_ARGUMENT,
                "average=T", err);
    sz_descriptor_free(d);
    sz_descriptor_free(average);
    return 0;
}

/* ---- total energies
 * --------------------------------------------------------------------- */

static double plain_kernel(const double *p, size_t length, int a, int b, int zeta)
{
    double sum = 0.0;

    for (int i = a * N_ATOMS; i < (a + 1) * N_ATOMS; i++)
        for (int k = b * N_ATOMS; k < (b + 1) * N_ATOMS; k++)
            sum += pow(dot(p + (size_t)i * length, p + (size_t)k * length, length), zeta);
    return sum;
}

/* K of vectors packed by elements, with 1 and 3 threads, compared with all products. */
static int test_kernel(const sz_dataset *data, const char *more, int zeta)
{
    sz_descriptor *d;
    sz_energy_rows *rows;
    sz_error err;
    int frame[N_FRAMES], n_desc, packed = 0;
    double k[N_FRAMES * N_FRAMES], again[N_FRAMES * N_FRAMES], *p;

    for (int f = 0; f < N_FRAMES; f++) frame[f] = f;
    CHECK_OK(make_descriptor(&d, more, &err), err);
    p = plain_vectors(d, data);
    CHECK_OK(sz_energy_rows_make(&rows, &n_desc, d, data, N_FRAMES, frame, zeta == 1,
                                 &threads, &err),
             err);
    CHECK_OK(sz_energy_kernel(rows, N_FRAMES, frame, zeta, &one_thread, k, &err), err);
    CHECK_OK(sz_energy_kernel(rows, N_FRAMES, frame, zeta, &threads, again, &err), err);
    CHECK(!memcmp(k, again, sizeof k));
    for (int a = 0; a < N_FRAMES; a++) {
        packed += rows[a].n_columns < n_desc;
        CHECK_CLOSE(sz_energy_square(&rows[a], zeta), k[a * N_FRAMES + a],
                    1e-10 * k[a * N_FRAMES + a]);
        for (int b = 0; b < N_FRAMES; b++) {
            double want = plain_kernel(p, (size_t)sz_descriptor_length(d), a, b, zeta);

            CHECK_CLOSE(k[a * N_FRAMES + b], want, 3e-6 * N_ATOMS * N_ATOMS);
        }
    }
    CHECK(packed == (strstr(more, "{mu=2") || strstr(more, ",Z") ? 0 : N_FRAMES));
    sz_energy_rows_free(rows, N_FRAMES);
    sz_descriptor_free(d);
    free(p);
    return 0;
}

/* The two methods for ridge regression agree. */
static int test_ridge(void)
{
    enum { FRAMES = 30, D = 7, TRAIN = 22, JUDGED = 8, SIGMAS = 3 };
    static float x[FRAMES][D];
    static sz_energy_rows rows[FRAMES];
    static sz_range whole = {0, D};
    const double sigma[SIGMAS] = {1e-6, 1e-3, 1e-1};
    int column[D], place[FRAMES], frame[FRAMES];
    double size[FRAMES], k[FRAMES * FRAMES], r[TRAIN], by[2][SIGMAS * JUDGED];
    sz_ridge ridge = {FRAMES, size, 2.0, FRAMES, place, k, rows, 0, column};
    sz_chosen train = {TRAIN, frame}, judged = {JUDGED, frame + TRAIN};
    sz_error err;

    for (int f = 0; f < FRAMES; f++) {
        for (int c = 0; c < D; c++) x[f][c] = (float)uniform(-1.0, 1.0);
        rows[f] = (sz_energy_rows){1, 1, D, &whole, x[f]};
        size[f] = 1.0 + f % 4;
        frame[f] = (7 * f) % FRAMES;
        place[f] = f;
    }
    for (int c = 0; c < D; c++) column[c] = c;
    for (int i = 0; i < TRAIN; i++) r[i] = uniform(-1.0, 1.0);
    CHECK_OK(sz_energy_kernel(rows, FRAMES, place, 1, NULL, k, &err), err);
    for (int way = 0; way < 2; way++) {
        ridge.n_columns = way ? D : 0;
        CHECK(sz_ridge_by_kernel(&ridge, TRAIN) == !way);
        CHECK_OK(
            sz_ridge_predict(&ridge, &train, r, &judged, SIGMAS, sigma, by[way], &err),
            err);
    }
    for (int i = 0; i < SIGMAS * JUDGED; i++) CHECK_CLOSE(by[0][i], by[1][i], 1e-7);
    return 0;
}

/* Underdetermined least squares: two elements always occur together. */
static int test_potentials(void)
{
    const double count[4 * 3] = {1, 1, 0, 2, 2, 1, 1, 1, 3, 0, 0, 1};
    const int frame[4] = {0, 1, 2, 3};
    double energy[4], mu[3];
    const sz_chosen all = {4, frame};
    sz_error err;

    for (int f = 0; f < 4; f++)
        energy[f] = -1000.0 * count[3 * f] - 7.0 * count[3 * f + 2];
    CHECK_OK(sz_chemical_potentials(3, count, energy, &all, mu, &err), err);
    CHECK_CLOSE(mu[0], -500.0, 1e-9);
    CHECK_CLOSE(mu[1], -500.0, 1e-9);
    CHECK_CLOSE(mu[2], -7.0, 1e-9);
    return 0;
}

/* All at once compared with single runs: one split, one size, one sigma. */
static int test_learning(const sz_dataset *data)
{
    enum { TEST = 3, TRAIN = 9 };
    const int order[N_FRAMES] = {4, 0, 7, 1, 2, 3, 5, 6, 8, 9, 10, 11}, size = TRAIN;
    const double sigma = 1e-4;
    sz_learning_options o = {.zeta = 2,
                             .n_sizes = 1,
                             .size = &size,
                             .n_test = TEST,
                             .n_splits = 1,
                             .order = order,
                             .n_folds = 3,
                             .n_sigmas = 1,
                             .sigma = &sigma};
    const sz_chosen train = {TRAIN, order + TEST}, judged = {TEST, order};
    sz_descriptor *d;
    sz_learning *l;
    sz_error err;
    double k[N_FRAMES * N_FRAMES], count[N_FRAMES * SPECIES] = {0}, e[N_FRAMES],
                                                    mu[SPECIES];
    double atoms[N_FRAMES], r[TRAIN], out[TEST], mean = 0.0, mae = 0.0, *p;
    int place[N_FRAMES], twice[N_FRAMES];
    sz_ridge ridge = {N_FRAMES, atoms, 0.0, N_FRAMES, place, k, NULL, 0, NULL};

    CHECK_OK(make_descriptor(&d, "compression={nu,mu=1,1}", &err), err);
    p = plain_vectors(d, data);
    for (int f = 0; f < N_FRAMES; f++) {
        for (int b = 0; b < N_FRAMES; b++)
            k[f * N_FRAMES + b] =
                plain_kernel(p, (size_t)sz_descriptor_length(d), f, b, 2);
        for (int i = 0; i < N_ATOMS; i++)
            count[f * SPECIES + data->species[f * N_ATOMS + i]]++;
        mean += k[f * N_FRAMES + f] / N_FRAMES;
        e[f] = data->frame[f].energy;
        atoms[f] = N_ATOMS;
        place[f] = f;
    }
    ridge.scale = mean / N_ATOMS;
    CHECK_OK(sz_chemical_potentials(SPECIES, count, e, &train, mu, &err), err);
    for (int f = 0; f < N_FRAMES; f++) e[f] -= dot(mu, count + f * SPECIES, SPECIES);
    for (int i = 0; i < TRAIN; i++) r[i] = e[order[TEST + i]];
    CHECK_OK(sz_ridge_predict(&ridge, &train, r, &judged, 1, &sigma, out, &err), err);
    for (int i = 0; i < TEST; i++) mae += fabs(out[i] - e[order[i]]) / TEST;
    CHECK_OK(sz_learning_create(&l, d, data, &o, &threads, &err), err);
    CHECK_CLOSE(sz_learning_sigma(l, 0, 0), sigma, 0.0);
    CHECK_CLOSE(sz_learning_mae(l, 0, 0, 1), mae, 1e-3 * mae);
    CHECK_CLOSE(sz_learning_mae(l, 0, 0, 0), mae / N_ATOMS, 1e-3 * mae);
    sz_learning_free(l);
    memcpy(twice, order, sizeof order);
    twice[5] = 4;
    o.order = twice;
    CHECK_FAILS(sz_learning_create(&l, d, data, &o, NULL, &err), SZ_ERR_ARGUMENT, "twice",
                err);
    o.order = NULL;
    o.n_test = 4;
    CHECK_FAILS(sz_learning_create(&l, d, data, &o, NULL, &err), SZ_ERR_ARGUMENT,
                "fewer than 4 test", err);
    o.n_test = TEST;
    CHECK_OK(sz_learning_create(&l, d, data, &o, NULL, &err), err);
    sz_learning_free(l);
    sz_descriptor_free(d);
    free(p);
    return 0;
}

int main(void)
{
    sz_dataset *data;
    size_t atom[N];
    sz_sites all = {NULL, N, atom};
    sz_error err;

    for (size_t k = 0; k < N; k++) atom[k] = k;
    CHECK_OK(make_data(&data, &err), err);
    all.data = data;
    if (test_metric(&all) || test_spectra(&all) || test_sensitivity(&all)) return 1;
    if (test_kernel(data, "", 2) || test_kernel(data, "", 1)) return 1;
    if (test_kernel(data, "compression={nu,mu=1,1}", 3)) return 1;
    if (test_kernel(data, "compression={mu=2}", 2)) return 1;
    if (test_kernel(data, "acsf cutoff=4 normalise=T", 2)) return 1;
    if (test_kernel(data, "acsf cutoff=4 normalise=T compression={nu,mu=1,1}", 1))
        return 1;
    if (test_kernel(data, "acsf cutoff=4 normalise=T compression={wACSF,Z}", 2)) return 1;
    if (test_ridge() || test_potentials() || test_learning(data)) return 1;
    sz_dataset_free(data);
    return check_done();
}

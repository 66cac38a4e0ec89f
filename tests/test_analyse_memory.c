/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_analyse_memory.c - every allocation of the measures of soapz_analyse.h may fail:
 * they then say SZ_ERR_MEMORY, give no handle and leave nothing behind, and the next call
 * works. The linker puts our malloc and its kin before the real ones (--wrap). */
#include "check.h"
#include "fail_each.h"
#include "numbers.h"
#include "soapz_analyse.h"

enum { FRAMES = 8, ATOMS = 4, L_MAX = 2, ROWS = 2 * L_MAX + 1 };
enum { FIRST = ATOMS, SITES = 4 }; /* environments of two frames */

static const sz_fit_options one_thread = {.n_threads = 1};
static void *const something = (void *)&calls; /* value of a handle before a call */

static sz_status make_data(sz_dataset **data, sz_error *err)
{
    sz_status status = sz_dataset_create(data, err);

    for (int f = 0; f < FRAMES && status == SZ_OK; f++) {
        int z[ATOMS];
        double position[3 * ATOMS], energy = -3.0 * f;
        const sz_frame frame = {
            .structure = {.n_atoms = ATOMS, .species = z, .position = position},
            .energy = &energy};

        for (int i = 0; i < ATOMS; i++) z[i] = (i + f) % 3 ? 42 : 74;
        for (int k = 0; k < 3 * ATOMS; k++)
            position[k] = 2.2 * (k / 3 >> k % 3 & 1) + 0.2 * sin(7.0 * f + 3.0 * k);
        status = sz_dataset_add(*data, &frame, err);
    }
    return status;
}

#define MOW                                                                              \
    "soap n_max=3 l_max=2 cutoff=4 atom_sigma=0.5 central_weight=0 n_species=2 "         \
    "species_Z={42 74} "

/* Data of a measure. */
typedef struct {
    sz_dataset *data;
    sz_descriptor *d;
    size_t atom[SITES];
    sz_sites of;
} material;

static sz_status open(material *m, const char *text, sz_error *err)
{
    sz_status status;

    memset(m, 0, sizeof *m);
    for (size_t k = 0; k < SITES; k++) m->atom[k] = FIRST - 2 + k;
    status = make_data(&m->data, err);
    if (status == SZ_OK) status = sz_descriptor_create(&m->d, text, err);
    m->of = (sz_sites){m->data, SITES, m->atom};
    return status;
}

static void close(material *m)
{
    sz_dataset_free(m->data);
    sz_descriptor_free(m->d);
}

static sz_status distances(const sz_model *none, sz_error *err)
{
    static const size_t pair[4] = {0, 1, 2, 3};
    sz_metric *metric = NULL;
    sz_agreement agreement;
    double d[2];
    material m;
    sz_status status = open(&m, MOW, err);

    (void)none;
    if (status == SZ_OK) {
        metric = something;
        status = sz_metric_create(&metric, m.d, &m.of, &one_thread, err);
        CHECK((status == SZ_OK) == (metric != NULL));
    }
    if (status == SZ_OK)
        status = sz_pair_distances(m.d, &m.of, 2, pair, d, &one_thread, err);
    if (status == SZ_OK) status = sz_metric_compare(&agreement, metric, metric, err);
    if (status == SZ_OK) {
        CHECK_CLOSE(agreement.distances, 1.0, 1e-12);
        CHECK_CLOSE(d[1], sz_metric_distances(metric)[2 * SITES + 3], 1e-7);
    }
    sz_metric_free(metric);
    close(&m);
    return status;
}

static sz_status spectra(const sz_model *none, sz_error *err)
{
    double value[SITES * (L_MAX + 1) * ROWS], error[SITES], condition[SITES];
    int neighbours[SITES];
    material m;
    sz_status status = open(&m, MOW "compression={Q^T P_l Q}", err);

    (void)none;
    if (status == SZ_OK)
        status = sz_spectrum_values(m.d, &m.of, 0, value, neighbours, &one_thread, err);
    if (status == SZ_OK)
        status = sz_recover(m.d, &m.of, error, condition, &one_thread, err);
    for (int k = 0; k < SITES && status == SZ_OK; k++) {
        CHECK_CLOSE(value[k * (L_MAX + 1) * ROWS], 1.0, 0.0);
        CHECK(neighbours[k] == ATOMS - 1 && error[k] < 1e-9 && condition[k] >= 1.0);
    }
    close(&m);
    return status;
}

static sz_status sensitivity(const sz_model *none, sz_error *err)
{
    sz_sensitivity *s = NULL;
    material m;
    sz_status status = open(&m, MOW "compression={nu,mu=1,1}", err);

    (void)none;
    if (status == SZ_OK) {
        s = something;
        status = sz_sensitivity_create(&s, m.d, &m.of, &one_thread, err);
        CHECK((status == SZ_OK) == (s != NULL));
    }
    if (status == SZ_OK) {
        CHECK(sz_sensitivity_n(s, SITES - 1) == 3 * ATOMS);
        CHECK(sz_sensitivity_n(s, SITES) == 0 && !sz_sensitivity_values(s, SITES));
    }
    sz_sensitivity_free(s);
    close(&m);
    return status;
}

/* zeta 1 uses the vectors, which are shorter than the training set; zeta 2 the kernel. */
static sz_status learn(int zeta, const char *text, sz_error *err)
{
    static const int size[] = {3, 6};
    const sz_learning_options o = {.zeta = zeta,
                                   .n_sizes = 2,
                                   .size = size,
                                   .n_test = 2,
                                   .n_splits = 2,
                                   .n_folds = 2};
    sz_learning *l = NULL;
    material m;
    sz_status status = open(&m, text, err);

    if (status == SZ_OK) {
        l = something;
        status = sz_learning_create(&l, m.d, m.data, &o, &one_thread, err);
        CHECK((status == SZ_OK) == (l != NULL));
    }
    if (status == SZ_OK) CHECK(sz_learning_mae(l, 1, 1, 0) >= 0.0);
    sz_learning_free(l);
    close(&m);
    return status;
}

static sz_status learning(const sz_model *none, sz_error *err)
{
    sz_status status = learn(2, MOW, err);

    (void)none;
    if (status == SZ_OK) status = learn(1, MOW "nu_R=0 nu_S=0", err);
    if (status == SZ_OK) status = learn(1, "acsf cutoff=4 g2={0.1 0}", err);
    return status;
}

static sz_status read_frames(const sz_model *none, sz_error *err)
{
    const char *source = getenv("SOAPZ_SOURCE");
    sz_dataset *data = something;
    char path[4096];
    sz_status status;

    (void)none;
    snprintf(path, sizeof path, "%s/tests/data/models/mow_zbl_soap/reference.xyz",
             source ? source : ".");
    status = sz_dataset_read_frames(&data, path, err);
    CHECK((status == SZ_OK) == (data != NULL));
    if (status == SZ_OK) CHECK(sz_dataset_n_atoms(data) > 0);
    sz_dataset_free(data);
    return status;
}

int main(void)
{
    check_each_allocation(distances, NULL);
    check_each_allocation(spectra, NULL);
    check_each_allocation(sensitivity, NULL);
    check_each_allocation(learning, NULL);
    check_each_allocation(read_frames, NULL);
    return check_done();
}

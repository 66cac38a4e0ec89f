/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_fit_memory.c - every allocation of a fit may fail, from the settings and the first
 * frame to the errors, the learning curve and the folds: it then says SZ_ERR_MEMORY,
 * gives no handle and leaves nothing behind. */
#include "check.h"
#include "fail_alloc.h"
#include "soapz_fit.h"

enum { FRAMES = 5, ATOMS = 5 };

#define SETTINGS                                                                         \
    "e0_method=average default_sigma={0.05 0.5 0.5 0.0} rnd_seed=1 sparse_jitter=1e-6 "  \
    "core_ip_args={IP ZBL cutoff=2.4 cutoff_width=1.2} "                                 \
    "gap={distance_2b cutoff=4.2 covariance_type=ard_se delta=0.5 theta_fac=0.5 "        \
    "sparse_method=uniform n_sparse=2 : angle_3b cutoff=3.2 Z_center=42 Z1=74 Z2=74 "    \
    "covariance_type=ard_se delta=0.2 theta_uniform=1 sparse_method=uniform n_sparse=3 " \
    ": soap n_max=2 l_max=2 cutoff=4 cutoff_transition_width=0.9 atom_sigma=0.5 "        \
    "zeta=2 delta=1 covariance_type=dot_product sparse_method=%s n_sparse=4}"            \
    "%s"

static const char *method;
static int curve_too, folds_too, faulty; /* unexpected warnings */

static void warn(void *context, const char *sentence)
{
    (void)context;
    faulty += strstr(sentence, "memory") != NULL;
}

static sz_status make_data(sz_dataset **data, sz_error *err)
{
    static const char *const type[] = {"cold", NULL, "hot"};
    const double sigma = 0.2;
    sz_status status = sz_dataset_create(data, err);

    for (int f = 0; f < FRAMES && status == SZ_OK; f++) {
        int z[ATOMS];
        double position[3 * ATOMS], force[3 * ATOMS], energy = -10.0 - 0.1 * f;
        double virial[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
        sz_frame frame = {.structure = {ATOMS,
                                        z,
                                        position,
                                        {{5, 0, 0}, {0, 5, 0}, {0, 0, 5}},
                                        {1, 1, 0}},
                          .config_type = type[f % 3],
                          .energy = &energy,
                          .force = f ? force : NULL,
                          .virial = f % 2 ? virial : NULL,
                          .force_sigma = f == 2 ? &sigma : NULL};

        for (int k = 0; k < 3 * ATOMS; k++) {
            position[k] = 0.83 * (k * 7 % 13) / 2 + 0.05 * sin(3.0 * f + k);
            force[k] = 0.1 * cos(2.0 * f + k);
        }
        for (int i = 0; i < ATOMS; i++) z[i] = (i + f) % 2 ? 42 : 74;
        status = sz_dataset_add(*data, &frame, err);
    }
    return status;
}

static sz_status fit(sz_error *err)
{
    const sz_watch watch = {.warn = warn};
    const sz_fit_options options = {1, &watch};
    sz_dataset *data = (sz_dataset *)&calls;
    sz_fit_spec *spec = NULL;
    sz_model *model = NULL;
    sz_errors *errors = NULL;
    sz_curve *curve = NULL;
    sz_kfold *kfold = NULL;
    char text[1024];
    sz_status status = make_data(&data, err);

    snprintf(text, sizeof text, SETTINGS, method,
             folds_too ? " soap.zeta=3 distance_2b.n_sparse=3" : "");
    if (status == SZ_OK) status = sz_fit_spec_parse(&spec, text, "settings", err);
    if (status == SZ_OK && curve_too) {
        status = sz_fit_curve(&curve, &model, spec, data, data, &options, err);
        CHECK((status == SZ_OK) == (curve && model));
    } else if (status == SZ_OK && folds_too) {
        status = sz_fit_kfold(&kfold, &model, spec, data, 3, &options, err);
        CHECK((status == SZ_OK) == (kfold && model));
    } else if (status == SZ_OK) {
        status = sz_fit(&model, spec, data, &options, err);
        CHECK((status == SZ_OK) == (model != NULL));
    }
    if (status == SZ_OK) {
        status = sz_errors_create(&errors, model, data, &options, err);
        CHECK((status == SZ_OK) == (errors != NULL));
    }
    sz_curve_free(curve);
    sz_kfold_free(kfold);
    sz_errors_free(errors);
    sz_model_free(model);
    sz_fit_spec_free(spec);
    sz_dataset_free(data);
    return status;
}

/* data and settings from files */
static sz_status read(sz_error *err)
{
    const char *source = getenv("SOAPZ_SOURCE");
    sz_dataset *data = (sz_dataset *)&calls;
    sz_fit_spec *spec = (sz_fit_spec *)&calls;
    char path[4096];
    sz_status status;

    if (!source) source = ".";
    snprintf(path, sizeof path, "%s/tests/data/models/mow_zbl_soap/reference.xyz",
             source);
    status = sz_dataset_read(&data, path, NULL, err);
    CHECK((status == SZ_OK) == (data != NULL));
    if (status == SZ_OK) {
        snprintf(path, sizeof path, "%s/examples/fit/Mo.conf", source);
        status = sz_fit_spec_config(&spec, path, err);
        CHECK((status == SZ_OK) == (spec != NULL));
        if (status == SZ_OK) sz_fit_spec_free(spec);
    }
    sz_dataset_free(data);
    return status;
}

static void fail_each(sz_status (*act)(sz_error *err))
{
    sz_status status = SZ_ERR_MEMORY;
    long n;

    for (n = 0; n < 1000000 && (n < 2 || calls >= fail_at); n += n ? FAIL_STEP : 1) {
        int shown = failures;
        long before = live;
        sz_error err = {SZ_OK, ""};

        calls = 0;
        fail_at = n;
        status = act(&err);
        CHECK(live == before || n == 0); /* allocations that are made once and kept */
        if (n == 0) CHECK_FAILS(status, SZ_OK, "", err);
        if (n > 0 && calls >= fail_at) CHECK_FAILS(status, SZ_ERR_MEMORY, "memory", err);
        CHECK(!faulty);
        faulty = 0;
        if (failures > shown) printf("above: %s, call %ld\n", method, n);
    }
    CHECK(status == SZ_OK && n > 100);
    printf("%s: %ld allocations\n", method, calls);
    fail_at = 0;
}

int main(void)
{
    static const char *const methods[] = {
        "cur_points", "farthest_points",
        "uniform Z_mix=T K=1 compression_train=1 compression_start=pca"};

    for (size_t k = 0; k < sizeof methods / sizeof *methods; k++) {
        method = methods[k];
        curve_too = k == 0;
        folds_too = k == 1;
        fail_each(fit);
    }
    method = "files";
    fail_each(read);
    return check_done();
}

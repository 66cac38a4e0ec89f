/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_alloc.c - every allocation may fail: the call then says SZ_ERR_MEMORY, leaves no
 * handle and no block behind. The linker puts our malloc and its kin before the real
 * ones (--wrap), expat is handed the same.
 *
 * First models are loaded; then all that is done with a model, and a fit. */
#include "check.h"
#include "fail_alloc.h"
#include "fit/rows.h"
#include "model/model.h"
#include "models.h"

#include <expat.h>

XML_Parser __wrap_XML_ParserCreate(const XML_Char *encoding);

XML_Parser __wrap_XML_ParserCreate(const XML_Char *encoding)
{
    static const XML_Memory_Handling_Suite suite = {__wrap_malloc, __wrap_realloc,
                                                    __wrap_free};

    return XML_ParserCreate_MM(encoding, &suite, NULL);
}

/* One attempt to load path and create scratch, in which call n fails. Returns 1 if there
 * was no call n. */
static int attempt(const char *path, long n)
{
    sz_model *model = (sz_model *)&calls; /* not NULL: the call must set it to NULL */
    sz_work *work = (sz_work *)&calls;
    sz_error err = {SZ_OK, ""};
    sz_status status;
    long before = live;

    calls = 0;
    fail_at = n;
    status = sz_model_load(&model, path, &err);
    if (status == SZ_OK) {
        status = sz_work_create(&work, model, 3, &err);
        if (status != SZ_OK) CHECK(work == NULL);
        if (status == SZ_OK) sz_work_free(work);
    } else {
        CHECK(model == NULL);
        model = NULL;
    }
    fail_at = 0;
    sz_model_free(model);
    CHECK(live == before);
    if (calls < n) {
        CHECK(status == SZ_OK);
        return 1;
    }
    CHECK_FAILS(status, SZ_ERR_MEMORY, "memory", err);
    CHECK(err.status == SZ_ERR_MEMORY);
    return 0;
}

/* ---- all that is done with a model ----------------------------------------------- */

/* The calls and their data; the species of the structure are those of the model in
 * .model, and atomic numbers in .elements. */
typedef struct {
    const sz_model *model;
    sz_structure part, model_s, elements; /* part: its first two atoms */
} bench;

typedef sz_status act(const bench *b, sz_error *err);

/* lets every allocation of the act fail in turn */
static void fail_each(const char *name, act *f, const bench *b)
{
    sz_status status = SZ_ERR_MEMORY;
    long n;

    for (n = 0; n < 1000000 && (n < 2 || calls >= fail_at); n += n ? FAIL_STEP : 1) {
        int shown = failures;
        long before = live, at = n;
        sz_error err = {SZ_OK, ""};

        calls = 0;
        fail_at = at; /* first none: allocations that are made once and kept */
        status = f(b, &err);
        if (n == 0) {
            CHECK(status == SZ_OK);
            continue;
        }
        CHECK(live == before);
        if (calls >= fail_at) CHECK_FAILS(status, SZ_ERR_MEMORY, "memory", err);
        if (failures > shown) printf("above: %s, call %ld\n", name, n);
    }
    CHECK(status == SZ_OK && n > 5);
    printf("%s: %ld allocations\n", name, calls);
    fail_at = 0;
}

static sz_status plans(const bench *b, sz_error *err)
{
    sz_plan *plan = (sz_plan *)&calls;
    sz_work *work[2] = {NULL, NULL};
    char *summary = NULL;
    sz_status status = sz_plan_create(&plan, b->model, NULL, err);

    CHECK(status == SZ_OK || !plan);
    for (int k = 0; k < 2 && status == SZ_OK; k++) {
        status = sz_plan_work(&work[k], plan, err);
        CHECK(status == SZ_OK || !work[k]);
    }
    if (status == SZ_OK) status = sz_model_summary(&summary, b->model, plan, err);
    CHECK((status == SZ_OK) == (summary != NULL));
    free(summary);
    sz_plan_free(plan);
    sz_work_free(work[0]);
    sz_work_free(work[1]);
    return status;
}

static sz_status low_ranks(const bench *b, sz_error *err)
{
    const sz_plan_options options = {.rank_tolerance = 1e-3};
    sz_plan *plan = (sz_plan *)&calls;
    sz_status status = sz_plan_create(&plan, b->model, &options, err);

    CHECK(status == SZ_OK || !plan);
    if (status == SZ_OK) CHECK(sz_plan_n_ranks(plan) > 0 && sz_plan_rank(plan, 0).used);
    sz_plan_free(plan);
    return status;
}

/* A predictor can be used after a failure. */
static sz_status predictions(const bench *b, sz_error *err)
{
    sz_predictor *p = (sz_predictor *)&calls;
    sz_prediction got, again;
    sz_status status = sz_predictor_create(&p, b->model, err);

    CHECK(status == SZ_OK || !p);
    if (status == SZ_OK) status = sz_predict(p, &b->part, &got, err);
    if (status == SZ_OK) status = sz_predict(p, &b->model_s, &got, err);
    if (status != SZ_OK && p) {
        const sz_structure nothing = {0};

        CHECK(sz_predict(p, &nothing, &again, NULL) == SZ_OK && again.energy == 0.0);
        CHECK(sz_predict(p, &b->model_s, &again, NULL) == SZ_OK && again.energy != 0.0);
    }
    sz_predictor_free(p);
    return status;
}

static sz_status variances(const bench *b, sz_error *err)
{
    sz_variance *v = (sz_variance *)&calls;
    sz_variance_work *w = NULL;
    sz_list list = {0};
    double local[16], grade[16], total;
    sz_status status = sz_variance_create(&v, b->model, 0.0, err);

    CHECK(status == SZ_OK || !v);
    if (status == SZ_OK) status = sz_variance_predict(v, &b->model_s, local, &total, err);
    if (status == SZ_OK) status = sz_variance_work_create(&w, v, err);
    if (status == SZ_OK)
        status = sz_list_build(&list, &b->model_s, sz_model_cutoff(b->model), err);
    if (status == SZ_OK) status = sz_variance_compute(v, w, &list.nb, local, grade, err);
    sz_list_free(&list);
    sz_variance_work_free(w);
    sz_variance_free(v);
    return status;
}

static sz_status describe(const sz_descriptor *d, const bench *b, sz_error *err)
{
    size_t length = (size_t)sz_descriptor_length(d);
    const int all[] = {0, 1, 2, 3};
    sz_list list = {0};
    sz_status status = sz_list_build(&list, &b->elements, sz_descriptor_cutoff(d), err);
    size_t n = length * (size_t)(3 * list.n_pairs + 4);
    double *p = status == SZ_OK ? __real_malloc(n * sizeof *p) : NULL;

    if (status == SZ_OK) status = sz_descriptor_vectors(d, &list, 4, all, p, err);
    if (status == SZ_OK) status = sz_descriptor_derivatives(d, &list, 1, p, err);
    __real_free(p);
    sz_list_free(&list);
    return status;
}

/* Created from a string, and used. */
static sz_status describe_text(const char *text, const bench *b, sz_error *err)
{
    sz_descriptor *d = (sz_descriptor *)&calls;
    sz_status status = sz_descriptor_create(&d, text, err);

    CHECK(status == SZ_OK || !d);
    if (status == SZ_OK) status = describe(d, b, err);
    sz_descriptor_free(d);
    return status;
}

#define MOW                                                                              \
    "soap n_max=3 l_max=2 cutoff=4 atom_sigma=0.5 n_species=2 species_Z={42 74} Z=42 "   \
    "cutoff_transition_width=0.5 "

static sz_status descriptors(const bench *b, sz_error *err)
{
    static const char *const text[] = {MOW "compression={nu,mu=1,1}",
                                       MOW
                                       "compression={nu,mu^=1,2} radial_tolerance=1e-3",
                                       MOW "compression={K,K,K=1,1,1} K=3",
                                       "acsf cutoff=4 n_species=2 species_Z={42 74}"};
    sz_descriptor *d = (sz_descriptor *)&calls;
    sz_status status = sz_descriptor_of_model(&d, b->model, 0, err);

    CHECK(status == SZ_OK || !d);
    if (status == SZ_OK) status = describe(d, b, err);
    sz_descriptor_free(d);
    for (size_t k = 0; k < sizeof text / sizeof *text && status == SZ_OK; k++)
        status = describe_text(text[k], b, err);
    return status;
}

#define SAVED "test_alloc.d"

/* A file that could not be completed is removed. */
static sz_status save(const sz_model *model, const char *path, sz_error *err)
{
    sz_status status = sz_model_save(model, path, err);
    FILE *there = fopen(path, "r");

    CHECK((status == SZ_OK) == (there != NULL));
    if (there) fclose(there);
    remove(path);
    return status;
}

static sz_status saved(const bench *b, sz_error *err)
{
    sz_status status = save(b->model, SAVED ".soapz", err);

    return status == SZ_OK ? save(b->model, SAVED ".xml", err) : status;
}

static sz_status rows(const bench *b, sz_error *err)
{
    const sz_gap *gap = b->model->gap;
    size_t n = (size_t)sz_rows_columns(gap), m = 3 * (size_t)b->model_s.n_atoms;
    double *k = __real_calloc(n * (m + 10), sizeof *k);
    sz_rows *r = (sz_rows *)&calls;
    sz_list list = {0};
    sz_status status = sz_list_build(&list, &b->model_s, b->model->cutoff, err);

    if (status == SZ_OK) {
        status = sz_rows_create(&r, b->model, gap, err);
        CHECK(status == SZ_OK || !r);
        if (status == SZ_OK)
            status = sz_rows_frame(r, &list, k, k + n, k + n + m * n, err);
        sz_rows_free(r);
    }
    sz_list_free(&list);
    __real_free(k);
    return status;
}

static sz_status notes(const bench *b, sz_error *err)
{
    sz_model *model = (sz_model *)b->model;
    sz_status status = sz_model_set_note(model, "citation", "a paper", err);

    if (status == SZ_OK) status = sz_model_set_note(model, "note", "a note", err);
    sz_model_set_note(model, "citation", NULL, NULL);
    sz_model_set_note(model, "note", NULL, NULL);
    return status;
}

static const double position[] = {0, 0, 0, 2.1, 0.2, 0.1, 0.3, 2.2, 0.4, 1.9, 1.8, 2.3};

/* with_squares: it has terms of zeta 2. */
static int test_model(const char *name, int second_z, int with_squares)
{
    static const char *const what[] = {"plans", "predictions", "variances", "descriptors",
                                       "save",  "rows",        "notes"};
    static act *const acts[] = {plans, predictions, variances, descriptors,
                                saved, rows,        notes};
    const int z[] = {42, second_z, 42, second_z};
    int species[4];
    bench b = {
        .elements = {4, z, position, {{5, 0, 0}, {0, 5, 0}, {0, 0, 5}}, {1, 1, 0}}};
    sz_model *model;
    sz_error err;

    fail_at = 0;
    CHECK_OK(sz_model_load(&model, model_path(name), &err), err);
    for (int i = 0; i < 4; i++)
        species[i] = sz_model_species(model, sz_element_symbol(z[i]));
    b.model = model;
    b.model_s = b.part = b.elements;
    b.model_s.species = b.part.species = species;
    b.part.n_atoms = 2;
    for (size_t k = 0; k < sizeof acts / sizeof *acts; k++) {
        printf("%s ", name);
        fail_each(what[k], acts[k], &b);
    }
    if (with_squares) fail_each("low_ranks", low_ranks, &b);
    sz_model_free(model);
    return 0;
}

int main(void)
{
    static const char *const name[] = {
        "mow_glue_soap",   "mow_2b_soap_nonint_zeta", "hea4_nuR1_nuS1", "hea4_zmap",
        "hea4_mix_others", "li_nonorm_gto",           "nbw_nb23",       "nacl_lj_dsf_2b",
        "nacl_direct_2b",  "cuau_coordination"};
    enum { N = sizeof name / sizeof *name };

    CHECK(attempt(model_path(name[0]), 1L << 40)); /* BLAS allocates its buffers once */
    for (int k = 0; k < N; k++) {
        int shown = failures;
        long n = 1;

        for (; !attempt(model_path(name[k]), n); n++) {
            if (failures > shown) printf("above: %s, call %ld\n", name[k], n);
            shown = failures;
        }
        CHECK(n > 100);
    }
    if (test_model("mow_glue_soap", 74, 1) || test_model("mow_zbl_soap", 74, 1)) return 1;
    if (test_model("mow_2b_soap_nonint_zeta", 74, 0)) return 1;
    return check_done();
}

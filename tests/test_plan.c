/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_plan.c - models, plans, works, predictors and variances are freed in any order,
 * and those that are left go on; the sparse points are freed when nothing needs them. */
#include "check.h"
#include "cluster.h"
#include "groups.h"
#include "model/plan.h"
#include "models.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ATOMS = 12, PAIRS_MAX = ATOMS * ATOMS * 27, MODEL = 0, PLAN, WORK };

static cluster c;
static double want[ATOMS];

static int compute(sz_work *work, double *energy)
{
    static double dedr[3 * PAIRS_MAX];
    sz_error err;

    CHECK(c.list.n_pairs <= PAIRS_MAX);
    CHECK_OK(sz_compute(NULL, work, &c.list.nb, energy, dedr, &err), err);
    return 0;
}

static int same(sz_work *work)
{
    double energy[ATOMS];

    if (compute(work, energy)) return 1;
    CHECK(memcmp(energy, want, sizeof want) == 0);
    return 0;
}

/* Frees the three in this order; the work computes until it is freed. */
static int test_order(const char *path, const int *order, sz_tile tile)
{
    const sz_plan_layout layout = {.tile = tile, .collapse = SZ_COLLAPSE_CHEAPER};
    sz_model *model;
    sz_plan *plan;
    sz_work *work;
    sz_error err;

    CHECK_OK(sz_model_load(&model, path, &err), err);
    CHECK_OK(sz_plan_lay_out(&plan, model, 0, &layout, &err), err);
    CHECK_OK(sz_plan_work(&work, plan, &err), err);
    if (compute(work, want)) return 1;
    for (int k = 0; k < 3; k++) {
        if (order[k] == MODEL) sz_model_free(model);
        if (order[k] == PLAN) sz_plan_free(plan);
        if (order[k] == WORK) {
            sz_work_free(work);
            work = NULL;
        }
        if (work && same(work)) return 1;
    }
    return 0;
}

static int test_orders(const char *path)
{
    static const int order[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                    {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

    for (int k = 0; k < 6; k++)
        if (test_order(path, order[k], sz_tile_best()) ||
            test_order(path, order[k], SZ_TILE_NONE))
            return 1;
    return 0;
}

/* The default plan of a model: two works; the model is freed between them. */
static int test_own_plan(const char *path)
{
    sz_model *model, *other;
    sz_work *one, *two;
    sz_error err;
    double energy[ATOMS];

    CHECK_OK(sz_model_load(&model, path, &err), err);
    CHECK_OK(sz_model_load(&other, path, &err), err);
    CHECK_OK(sz_work_create(&one, model, 0, &err), err);
    CHECK_OK(sz_work_create(&two, model, 3, &err), err);
    CHECK(one->plan == two->plan && one->plan == model->plan);
    CHECK_FAILS(sz_compute(other, one, &c.list.nb, energy, NULL, &err), SZ_ERR_ARGUMENT,
                "another model", err);
    if (compute(one, want)) return 1;
    sz_model_free(other);
    sz_model_free(model);
    sz_work_free(two);
    if (same(one)) return 1;
    sz_work_free(one);
    return 0;
}

/* Points exist as long as a user, or a plan that reads them. */
static int test_points(const char *path)
{
    const sz_plan_layout plain = {.tile = SZ_TILE_NONE, .collapse = SZ_COLLAPSE_NEVER};
    sz_model *model;
    sz_plan *packed, *reading;
    sz_variance *variance;
    sz_error err;

    CHECK_OK(sz_model_load(&model, path, &err), err);
    CHECK_OK(sz_plan_create(&packed, model, NULL, &err), err);
    CHECK(sz_plan_bytes(packed) > 0);
    CHECK_OK(sz_variance_create(&variance, model, 0.0, &err), err);
    sz_model_free(model);
    CHECK(soaps_of(model)->term[0].p_sparse && model->gap);
    sz_variance_free(variance);
    if (sz_tile_best() != SZ_TILE_NONE)
        CHECK(!soaps_of(model)->term[0].p_sparse && !soaps_of(model)->term[0].weight);
    CHECK(!model->gap);
    sz_plan_free(packed);

    CHECK_OK(sz_model_load(&model, path, &err), err);
    CHECK_OK(sz_plan_lay_out(&reading, model, 0, &plain, &err), err);
    sz_model_free(model);
    CHECK(soaps_of(model)->term[0].p_sparse);
    sz_plan_free(reading);
    return 0;
}

static int test_predictor(const char *path)
{
    const sz_structure s = {.n_atoms = c.n_atoms,
                            .species = c.species,
                            .position = c.position,
                            .cell = {{9, 0, 0}, {0, 9, 0}, {0, 0, 9}},
                            .pbc = {1, 1, 1}};
    sz_model *model;
    sz_predictor *p;
    sz_variance *v;
    sz_prediction got;
    sz_error err;
    double local[ATOMS], total, energy, sum[9] = {0};

    CHECK_OK(sz_model_load(&model, path, &err), err);
    CHECK_OK(sz_predictor_create(&p, model, &err), err);
    CHECK_OK(sz_variance_create(&v, model, 0.0, &err), err);
    CHECK_OK(sz_predict(p, &s, &got, &err), err);
    energy = got.energy;
    sz_model_free(model);
    CHECK_OK(sz_predict(p, &s, &got, &err), err);
    CHECK(got.energy == energy);
    for (int i = 0; i < c.n_atoms; i++)
        for (int k = 0; k < 9; k++) sum[k] += got.virials[9 * i + k];
    for (int k = 0; k < 9; k++) CHECK_CLOSE(sum[k], got.virial[k], 1e-10);
    sz_predictor_free(p);
    sz_variance_free(v);
    sz_predictor_free(NULL);
    sz_variance_free(NULL);
    sz_plan_free(NULL);
    sz_work_free(NULL);
    sz_model_free(NULL);
    (void)local;
    (void)total;
    return 0;
}

static int test_refused(const char *path)
{
    const sz_plan_options options = {.n_block = 5000};
    sz_model *model;
    sz_plan *plan;
    sz_error err;

    CHECK_OK(sz_model_load(&model, path, &err), err);
    CHECK_FAILS(sz_plan_create(&plan, model, &options, &err), SZ_ERR_ARGUMENT,
                "1 to 4096 atoms, not 5000", err);
    CHECK(!plan);
    sz_model_free(model);
    return 0;
}

/* The saved model is the loaded one; notes can be added and removed. */
static int test_save(const char *path)
{
    static const char *const name[] = {"test_plan.soapz", "test_plan.xml"};
    static const char letters[] = "\xc2\xa9 \xe2\x84\xab \xf0\x9d\x9c\x88";
    sz_model *model;
    sz_work *work;
    sz_error err;
    double energy[ATOMS];

    CHECK_OK(sz_model_load(&model, path, &err), err);
    CHECK_OK(sz_work_create(&work, model, 0, &err), err);
    if (compute(work, want)) return 1;
    sz_work_free(work);
    CHECK(!sz_model_note(model, "licence"));
    CHECK_OK(sz_model_set_note(model, "licence", "CC0", &err), err);
    CHECK(!strcmp(sz_model_note(model, "licence"), "CC0"));
    /* characters of two, three and four bytes are kept, one of five bytes is not */
    CHECK_OK(sz_model_set_note(model, "licence", "\xf8\x88\x80\x80\x80", &err), err);
    CHECK_FAILS(sz_model_save(model, name[0], &err), SZ_ERR_FORMAT,
                "the note licence is not a UTF-8 text", err);
    CHECK_OK(sz_model_set_note(model, "licence", letters, &err), err);
    for (int k = 0; k < 2; k++) {
        sz_model *again;

        CHECK_OK(sz_model_save(model, name[k], &err), err);
        CHECK_OK(sz_model_load(&again, name[k], &err), err);
        CHECK_OK(sz_work_create(&work, again, 0, &err), err);
        if (compute(work, energy)) return 1;
        CHECK_CLOSE(distance(energy, want, ATOMS), 0.0, 1e-10);
        if (k == 0) {
            CHECK(sz_model_n_notes(again) == 1);
            CHECK(!strcmp(sz_model_note_key(again, 0), "licence"));
            CHECK(!strcmp(sz_model_note(again, "licence"), letters));
            CHECK(!sz_model_note_key(again, 1) && !sz_model_note_key(again, -1));
        }
        sz_work_free(work);
        sz_model_free(again);
        unlink(name[k]);
    }
    CHECK_FAILS(sz_model_save(model, "/nowhere/m.soapz", &err), SZ_ERR_FILE,
                "cannot write", err);
    CHECK_OK(sz_model_set_note(model, "licence", NULL, &err), err);
    CHECK(sz_model_n_notes(model) == 0);
    sz_model_free(model);
    return 0;
}

int main(void)
{
    const char *names[] = {"mo_soap_nu22_zeta4_virial", "nbta_soap_nu22_zeta2"};
    char path[4096];
    sz_error err;

    random_cluster(&c, ATOMS, 1, 8.0, 2.0);
    c.cell[0][0] = c.cell[1][1] = c.cell[2][2] = 9.0;
    CHECK_OK(find_neighbours(&c, 6.0, &err), err);
    for (int k = 0; k < 2; k++) {
        snprintf(path, sizeof path, "%s", model_path(names[k]));
        if (test_orders(path) || test_own_plan(path) || test_points(path) ||
            test_predictor(path) || test_refused(path) || test_save(path))
            return 1;
    }
    sz_list_free(&c.list);
    return check_done();
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_work_threads.c - a work of many threads gives what one thread gives, to the last
 * bit: energies, derivatives, forces, virials; many windows of atoms or few; in a forked
 * child; and of atoms that are not fit for use it names the first. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "models.h"
#include "numbers.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CELLS_MAX = 11, ATOMS_MAX = 2 * CELLS_MAX * CELLS_MAX * CELLS_MAX };

typedef struct {
    int species[ATOMS_MAX];
    double position[3 * ATOMS_MAX];
    sz_structure s;
    sz_list list;
} alloy;

/* bcc with displaced atoms; of one species, or of all at random */
static sz_status make_alloy(alloy *a, int cells, int n_species, double cutoff,
                            sz_error *err)
{
    int n = 2 * cells * cells * cells;

    a->s = (sz_structure){.n_atoms = n, .species = a->species, .position = a->position};
    for (int i = 0; i < n; i++) {
        int at[3] = {i / 2 % cells, i / 2 / cells % cells, i / 2 / cells / cells};

        a->species[i] = (int)uniform(0.0, n_species);
        for (int x = 0; x < 3; x++)
            a->position[3 * i + x] = 3.2 * (at[x] + 0.5 * (i % 2)) + uniform(-0.2, 0.2);
    }
    for (int x = 0; x < 3; x++) {
        a->s.cell[x][x] = 3.2 * cells;
        a->s.pbc[x] = 1;
    }
    return sz_list_build(&a->list, &a->s, cutoff, err);
}

typedef struct {
    double *energy, *dedr;
} result;

static result make_result(const alloy *a)
{
    return (result){malloc((size_t)a->s.n_atoms * sizeof(double)),
                    malloc(3 * (size_t)a->list.n_pairs * sizeof(double))};
}

static int is_same(const alloy *a, const result *p, const result *q)
{
    return memcmp(p->energy, q->energy, (size_t)a->s.n_atoms * sizeof(double)) == 0 &&
           memcmp(p->dedr, q->dedr, 3 * (size_t)a->list.n_pairs * sizeof(double)) == 0;
}

static sz_status compute(const sz_model *model, const alloy *a, int n_threads,
                         const result *to, sz_error *err)
{
    const sz_plan_options options = {.n_threads = n_threads};
    sz_plan *plan;
    sz_work *work = NULL;
    sz_status status = sz_plan_create(&plan, model, &options, err);

    if (status == SZ_OK) status = sz_plan_work(&work, plan, err);
    sz_plan_free(plan);
    for (int k = 0; k < 3 && status == SZ_OK; k++) {
        memset(to->energy, k, (size_t)a->s.n_atoms * sizeof(double));
        memset(to->dedr, k, 3 * (size_t)a->list.n_pairs * sizeof(double));
        status = sz_compute(model, work, &a->list.nb, to->energy, to->dedr, err);
    }
    sz_work_free(work);
    return status;
}

static int test_compute(const sz_model *model, int cells, int n_species)
{
    static alloy a;
    sz_error err;
    result one, many;
    double sum = 0.0;

    CHECK_OK(make_alloy(&a, cells, n_species, sz_model_cutoff(model), &err), err);
    one = make_result(&a);
    many = make_result(&a);
    CHECK_OK(compute(model, &a, 1, &one, &err), err);
    for (int n = 2; n <= 7; n += n < 4 ? 1 : 3) {
        CHECK_OK(compute(model, &a, n, &many, &err), err);
        CHECK(is_same(&a, &one, &many));
    }
    for (int i = 0; i < a.s.n_atoms; i++) sum += fabs(one.energy[i]);
    CHECK(cells == 1 || n_species == 1 || sum > 0.0);
    free(one.energy);
    free(one.dedr);
    free(many.energy);
    free(many.dedr);
    return 0;
}

/* ---- whole structures ------------------------------------------------------------ */

static sz_status make_predictor(sz_predictor **p, const char *name, int n_threads,
                                sz_model **model, sz_error *err)
{
    const sz_plan_options options = {.n_threads = n_threads};
    sz_status status = sz_model_load(model, model_path(name), err);

    if (status == SZ_OK) status = sz_model_set_plan(*model, &options, err);
    return status == SZ_OK ? sz_predictor_create(p, *model, err) : status;
}

static int same_prediction(const sz_prediction *p, const sz_prediction *q, size_t n)
{
    return p->energy == q->energy &&
           memcmp(p->virial, q->virial, sizeof p->virial) == 0 &&
           memcmp(p->local, q->local, n * sizeof(double)) == 0 &&
           memcmp(p->force, q->force, 3 * n * sizeof(double)) == 0 &&
           memcmp(p->virials, q->virials, 9 * n * sizeof(double)) == 0;
}

/* the parent process has the threads */
static int computes_in_child(sz_predictor *p[2], const alloy *a)
{
    sz_prediction got[2];
    pid_t child;
    int how = 1, right = 1;

    if (!CHECK_FORKS) return 1;
    child = fork();
    if (child == 0) {
        for (int k = 0; k < 2; k++)
            right &= sz_predict(p[k], &a->s, &got[k], NULL) == SZ_OK;
        right = right && same_prediction(&got[0], &got[1], (size_t)a->s.n_atoms);
        sz_predictor_free(p[1]);
        _exit(right ? 0 : 1);
    }
    return child > 0 && waitpid(child, &how, 0) == child && how == 0;
}

static int test_predict(void)
{
    static alloy a;
    sz_model *models[2];
    sz_predictor *p[2];
    sz_prediction got[2];
    sz_error err;

    for (int k = 0; k < 2; k++)
        CHECK_OK(make_predictor(&p[k], "mow_zbl_soap", k ? 3 : 1, &models[k], &err), err);
    CHECK_OK(make_alloy(&a, 5, 2, 3.0, &err), err);
    for (int round = 0; round < 3; round++) {
        for (int k = 0; k < 2; k++) CHECK_OK(sz_predict(p[k], &a.s, &got[k], &err), err);
        CHECK(same_prediction(&got[0], &got[1], (size_t)a.s.n_atoms));
        a.position[round] += 0.1;
    }
    CHECK(computes_in_child(p, &a));
    CHECK_OK(sz_predict(p[1], &a.s, &got[1], &err), err);
    for (int k = 0; k < 2; k++) {
        sz_predictor_free(p[k]);
        sz_model_free(models[k]);
    }
    sz_list_free(&a.list);
    return 0;
}

/* ---- what is refused ------------------------------------------------------------- */

static int test_refused(const sz_model *model)
{
    static alloy a;
    const sz_plan_options options = {.n_threads = 3};
    sz_plan *plan;
    sz_work *work;
    sz_error err;
    result to;
    double *r;

    CHECK_OK(make_alloy(&a, 6, 4, sz_model_cutoff(model), &err), err);
    to = make_result(&a);
    CHECK_OK(sz_plan_create(&plan, model, &options, &err), err);
    CHECK_OK(sz_plan_work(&work, plan, &err), err);
    r = a.list.r;
    for (int x = 0; x < 3; x++) r[3 * (size_t)a.list.first[401] + x] = 0.0;
    r[3 * (size_t)a.list.first[203]] = NAN;
    r[3 * (size_t)a.list.first[300]] = NAN;
    CHECK_FAILS(sz_compute(model, work, &a.list.nb, to.energy, to.dedr, &err),
                SZ_ERR_NUMERIC, "the distance from atom 203 to", err);
    a.list.species[77] = 4;
    CHECK_FAILS(sz_compute(model, work, &a.list.nb, to.energy, NULL, &err),
                SZ_ERR_ARGUMENT, "atom 77 has species 4 of 4", err);
    sz_list_free(&a.list);
    CHECK_OK(make_alloy(&a, 6, 4, sz_model_cutoff(model), &err), err);
    CHECK_OK(sz_compute(model, work, &a.list.nb, to.energy, NULL, &err), err);
    for (int n = -1; n < 2000; n += 1026) { /* -1, 1025 */
        const sz_plan_options bad = {.n_threads = n};
        sz_plan *none;

        CHECK_FAILS(sz_plan_create(&none, model, &bad, &err), SZ_ERR_ARGUMENT,
                    "1 to 1024 threads", err);
        CHECK(none == NULL);
    }
    sz_plan_free(plan);
    sz_work_free(work);
    sz_list_free(&a.list);
    free(to.energy);
    free(to.dedr);
    return 0;
}

int main(void)
{
    const char *const names[] = {"hea4_nuR2_nuS1", "cuau_coordination_2b_soap",
                                 "mow_glue_soap", "si_2b_3b_soap", "nacl_lj_dsf_2b"};
    sz_model *model;
    sz_error err;

    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        CHECK_OK(sz_model_load(&model, model_path(names[k]), &err), err);
        if (test_compute(model, 1, sz_model_n_species(model))) return 1;
        if (test_compute(model, 4, sz_model_n_species(model))) return 1;
        if (test_compute(model, 5, 1)) return 1;
        if (k == 0 && test_compute(model, CELLS_MAX, 4)) return 1; /* two windows */
        if (k == 0 && test_refused(model)) return 1;
        sz_model_free(model);
    }
    if (test_predict()) return 1;
    return check_done();
}

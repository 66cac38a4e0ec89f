/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_selection.c - what sz_selection picks does not depend on threads or on picks
 * before; its grades are those of sz_variance_compute; misuse is answered, and every
 * allocation may fail. The linker puts our malloc and its kin before the real ones
 * (--wrap). Numbers are compared with numpy's in cli/test_select.py. */
#include "check.h"
#include "fail_each.h"
#include "models.h"
#include "soapz_fit.h"

enum { N = 9, ATOMS = 8 };

static double position[N][3 * ATOMS];
static int species[N][ATOMS];

/* A crystal with increasing displacements; the third frame is a copy of the second. */
static sz_structure structure_of(int k)
{
    sz_structure s = {.n_atoms = ATOMS,
                      .species = species[k],
                      .position = position[k],
                      .cell = {{6.4, 0, 0}, {0, 6.4, 0}, {0, 0, 3.2}},
                      .pbc = {1, 1, 1}};

    for (int i = 0; i < ATOMS; i++) {
        const double site[3] = {i % 2 + 0.5 * (i / 4), i / 2 % 2 + 0.5 * (i / 4),
                                0.5 * (i / 4)};
        int of = k == 2 ? 1 : k;

        species[k][i] = (i + of) % 2;
        for (int x = 0; x < 3; x++)
            position[k][3 * i + x] =
                3.2 * site[x] + 0.06 * of * sin(1.0 + 7 * i + 3 * x + of);
    }
    return s;
}

static sz_status fill(sz_selection **selection, const sz_model *model, sz_error *err)
{
    static const char *const type[] = {"b", "a", NULL};
    sz_status status = sz_selection_create(selection, model, err);

    for (int k = 0; k < N && status == SZ_OK; k++) {
        const sz_structure s = structure_of(k);

        status = sz_selection_add(*selection, &s, type[k % 3], NULL, err);
    }
    return status;
}

static int same(const sz_selection *a, const sz_selection *b)
{
    int n = sz_selection_n_picks(a);

    if (n != sz_selection_n_picks(b) ||
        sz_selection_n_alike(a) != sz_selection_n_alike(b))
        return 0;
    for (int k = 0; k < n; k++) {
        const sz_pick p = sz_selection_get(a, k), q = sz_selection_get(b, k);

        if (p.structure != q.structure || p.atom != q.atom || p.score != q.score ||
            p.distance != q.distance)
            return 0;
    }
    return 1;
}

static int test_again(const sz_model *model)
{
    sz_selection_options o = {.n = 5, .n_threads = 1};
    sz_selection *one, *two;
    sz_error err;

    CHECK_OK(fill(&one, model, &err), err);
    CHECK_OK(fill(&two, model, &err), err);
    for (int by = SZ_BY_FARTHEST; by <= SZ_BY_VARIANCE; by++) {
        o.by = (sz_score)by;
        o.n_threads = 1;
        CHECK_OK(sz_selection_pick(one, &o, &err), err);
        o.n_threads = 3;
        CHECK_OK(sz_selection_pick(two, &o, &err), err);
        CHECK(sz_selection_n_picks(one) == 5 && same(one, two));
        CHECK_CLOSE(sz_selection_get(one, 0).distance, sqrt(2.0), 1e-15);
    }
    o.n = N;
    CHECK_OK(sz_selection_pick(one, &o, &err), err);
    CHECK(sz_selection_n_picks(one) == N - 1 && sz_selection_n_alike(one) == 1);
    o.min_distance = -1.0;
    CHECK_OK(sz_selection_pick(one, &o, &err), err);
    CHECK(sz_selection_n_picks(one) == N && sz_selection_n_alike(one) == 0);
    o.per_config_type = 1;
    o.n = 2;
    CHECK_OK(sz_selection_pick(one, &o, &err), err);
    CHECK(sz_selection_n_picks(one) == 6);
    for (int k = 0; k < sz_selection_n_picks(one); k++)
        CHECK(sz_selection_get(one, k).structure % 3 == k / 2);
    sz_selection_free(one);
    sz_selection_free(two);
    return 0;
}

/* The first structure chosen by grade has the largest grade of all. */
static int test_grade(const sz_model *model)
{
    const sz_selection_options o = {.by = SZ_BY_GRADE, .n = 1, .n_threads = 1};
    sz_variance *variance;
    sz_variance_work *work;
    sz_selection *selection;
    sz_list list = {0};
    double grade[ATOMS], largest = 0.0;
    int atom = -1, structure = -1;
    sz_error err;

    CHECK_OK(sz_variance_create(&variance, model, SZ_GRADES_ALONE, &err), err);
    CHECK_OK(sz_variance_work_create(&work, variance, &err), err);
    for (int k = 0; k < N; k++) {
        const sz_structure s = structure_of(k);

        CHECK_OK(sz_list_build(&list, &s, sz_model_cutoff(model), &err), err);
        CHECK_OK(sz_variance_compute(variance, work, &list.nb, NULL, grade, &err), err);
        for (int i = 0; i < ATOMS; i++)
            if (grade[i] > largest) {
                largest = grade[i];
                atom = i;
                structure = k;
            }
    }
    CHECK_OK(fill(&selection, model, &err), err);
    CHECK_OK(sz_selection_pick(selection, &o, &err), err);
    CHECK(sz_selection_get(selection, 0).structure == structure);
    CHECK(sz_selection_get(selection, 0).atom == atom);
    CHECK_CLOSE(sz_selection_get(selection, 0).score, largest, 1e-10);
    sz_selection_free(selection);
    sz_variance_work_free(work);
    sz_variance_free(variance);
    sz_list_free(&list);
    return 0;
}

static int stop(void *context)
{
    (void)context;
    return 1;
}

static int test_misuse(const sz_model *model)
{
    const sz_watch watch = {.stop = stop};
    sz_selection_options o = {.n = 0};
    sz_structure s = structure_of(0);
    sz_selection *selection;
    sz_score by;
    sz_error err;

    CHECK_FAILS(sz_score_of(&by, "luck", &err), SZ_ERR_ARGUMENT, "\"luck\"", err);
    CHECK_OK(sz_score_of(&by, "uncertainty", &err), err);
    CHECK(by == SZ_BY_UNCERTAINTY);
    CHECK_OK(fill(&selection, model, &err), err);
    CHECK_FAILS(sz_selection_pick(selection, &o, &err), SZ_ERR_ARGUMENT, "0 structures",
                err);
    o = (sz_selection_options){.n = 1, .by = SZ_BY_UNCERTAINTY};
    CHECK_FAILS(sz_selection_pick(selection, &o, &err), SZ_ERR_ARGUMENT, "no calibration",
                err);
    o = (sz_selection_options){.n = 1, .n_threads = 1, .watch = &watch};
    CHECK_FAILS(sz_selection_pick(selection, &o, &err), SZ_ERR_STOPPED, "", err);
    CHECK(sz_selection_n_picks(selection) == 0);
    species[0][3] = 5;
    CHECK_FAILS(sz_selection_add(selection, &s, NULL, "a.xyz:1", &err), SZ_ERR_ARGUMENT,
                "a.xyz:1: species of atom 3 is 5", err);
    s = structure_of(0);
    s.n_atoms = 0;
    CHECK_FAILS(sz_selection_add(selection, &s, NULL, NULL, &err), SZ_ERR_ARGUMENT,
                "structure 9: a structure without atoms", err);
    s = structure_of(0);
    position[0][4] = NAN;
    CHECK_OK(sz_selection_add(selection, &s, NULL, "b.xyz:1", &err), err);
    o = (sz_selection_options){.n = 1, .n_threads = 1};
    CHECK_FAILS(sz_selection_pick(selection, &o, &err), SZ_ERR_NUMERIC, "b.xyz:1: ", err);
    sz_selection_free(selection);
    sz_selection_free(NULL);
    return 0;
}

static int test_without_soap(void)
{
    sz_selection *selection;
    sz_model *model;
    sz_error err;

    CHECK_OK(sz_model_load(&model, model_path("nacl_lj_dsf_2b"), &err), err);
    CHECK_FAILS(sz_selection_create(&selection, model, &err), SZ_ERR_ARGUMENT,
                "no SOAP term", err);
    CHECK(selection == NULL);
    sz_model_free(model);
    return 0;
}

static sz_status pick_all(const sz_model *model, sz_error *err)
{
    const sz_selection_options o = {.n = 3, .n_threads = 1};
    sz_selection *selection;
    sz_status status = fill(&selection, model, err);

    if (status == SZ_OK) status = sz_selection_pick(selection, &o, err);
    sz_selection_free(selection);
    return status;
}

int main(void)
{
    sz_model *model;
    sz_error err;

    CHECK_OK(sz_model_load(&model, model_path("mow_zbl_soap"), &err), err);
    if (test_again(model) || test_grade(model) || test_misuse(model) ||
        test_without_soap() || check_each_allocation(pick_all, model))
        failures++;
    sz_model_free(model);
    return check_done();
}

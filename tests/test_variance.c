/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_variance.c - the predicted variance: QUIP's numbers, a cell and its supercell,
 * and environments that are sparse points themselves. */
#include "atoms/frame_list.h"
#include "check.h"
#include "groups.h"
#include "model/variance.h"
#include "models.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    sz_model *model;
    sz_variance *variance;
    sz_variance_work *work;
    sz_list list;
    double local[1000], total;
} setting;

static sz_status load(setting *s, const char *name, double lambda, sz_error *err)
{
    sz_status status = sz_model_load(&s->model, model_path(name), err);

    if (status == SZ_OK) status = sz_variance_create(&s->variance, s->model, lambda, err);
    if (status == SZ_OK) status = sz_variance_work_create(&s->work, s->variance, err);
    return status;
}

static void release(setting *s)
{
    sz_variance_work_free(s->work);
    sz_variance_free(s->variance);
    sz_list_free(&s->list);
    sz_model_free(s->model);
}

static sz_status get(setting *s, const sz_structure *structure, sz_error *err)
{
    sz_status status = sz_list_build(&s->list, structure, s->model->cutoff, err);

    if (status == SZ_OK)
        status = sz_variance_frame(s->variance, s->work, &s->list.nb, s->local, &s->total,
                                   err);
    return status;
}

/* The column gap_variance written by QUIP, 17 digits. */
static int test_reference(void)
{
    const char *name = "mo_soap_nu22_zeta4_virial";
    setting s = {0};
    sz_xyz_reader *file;
    sz_xyz_frame *frame;
    sz_error err;
    int *species = NULL, n = 0;
    double largest = 0.0;

    CHECK_OK(load(&s, name, 0.0, &err), err);
    CHECK_OK(sz_xyz_open(&file, model_file(name, "reference.xyz"), &err), err);
    for (;;) {
        const sz_xyz_column *c;

        CHECK_OK(sz_xyz_read(&frame, file, &err), err);
        if (!frame) break;
        CHECK_OK(sz_frame_species(&species, frame, "x", s.model, "m", &err), err);
        CHECK_OK(sz_frame_list(&s.list, frame, species, "x", s.model->cutoff, &err), err);
        CHECK_OK(
            sz_variance_frame(s.variance, s.work, &s.list.nb, s.local, &s.total, &err),
            err);
        c = sz_xyz_find_column(frame, "gap_variance");
        CHECK(c != NULL);
        for (int i = 0; i < frame->n_atoms && c; i++) {
            const char *p = frame->text + frame->row[i];
            double want;

            for (int k = 0; k < c->first; k++) p += sz_xyz_next_word(&p);
            sz_xyz_next_word(&p);
            want = strtod(p, NULL);
            CHECK_CLOSE(s.local[i], want, 1e-8 * fabs(want) + 1e-13);
            if (want > largest) largest = want;
            n++;
        }
        sz_xyz_frame_free(frame);
    }
    CHECK(n > 20 && largest > 1e-5); /* not just a column of lambda^2 */
    sz_xyz_close(file);
    free(species);
    release(&s);
    return 0;
}

/* var_sum - n lambda^2 grows with the square of the number of copies, because their
 * errors are fully correlated; var_i does not change. 8 * 27 atoms are more than one
 * block. */
static int test_supercell(void)
{
    const double position[8][3] = {{0.1, 0, 0},     {1.6, 1.5, 1.7}, {3.2, 0.1, 0},
                                   {4.7, 1.6, 1.5}, {0, 3.1, 0.2},   {1.5, 4.8, 1.6},
                                   {3.1, 3.2, 0},   {4.9, 4.7, 1.6}};
    const double cell[3][3] = {{6.4, 0, 0}, {0.2, 6.3, 0}, {0, 0.1, 3.2}};
    const double lambda = 1e-2;
    double local[8], total, r[216][3];
    int species[216];
    setting s = {0};
    sz_structure one = {.n_atoms = 8, .species = species, .position = position[0]};
    sz_structure many = {.n_atoms = 216, .species = species, .position = r[0]};
    sz_error err;

    CHECK_OK(load(&s, "hea4_nuR1_nuS1", lambda, &err), err);
    for (int k = 0; k < 27; k++)
        for (int i = 0; i < 8; i++) {
            species[8 * k + i] = i % s.model->species.n;
            for (int x = 0; x < 3; x++)
                r[8 * k + i][x] = position[i][x] + k % 3 * cell[0][x] +
                                  k / 3 % 3 * cell[1][x] + k / 9 * cell[2][x];
        }
    for (int a = 0; a < 3; a++) {
        one.pbc[a] = many.pbc[a] = 1;
        for (int x = 0; x < 3; x++) {
            one.cell[a][x] = cell[a][x];
            many.cell[a][x] = 3 * cell[a][x];
        }
    }
    CHECK_OK(get(&s, &one, &err), err);
    memcpy(local, s.local, sizeof local);
    total = s.total;
    CHECK_OK(get(&s, &many, &err), err);
    for (int i = 0; i < 216; i++) CHECK_CLOSE(s.local[i], local[i % 8], 1e-10);
    CHECK_CLOSE((s.total - 216 * lambda * lambda) / (total - 8 * lambda * lambda), 729,
                1e-4);
    CHECK(total > 8 * lambda * lambda && local[0] > lambda * lambda);

    many.n_atoms = 1; /* the sum over one atom, with only the prior */
    for (int a = 0; a < 3; a++) many.pbc[a] = 0;
    CHECK_OK(get(&s, &many, &err), err);
    CHECK_CLOSE(s.total, s.local[0], 1e-12);
    release(&s);
    return 0;
}

/* Without sparse points var = delta^2 + lambda^2. With the environment of the atom as the
 * only sparse point, 2 lambda^2 - lambda^4 / delta^2 ... For any
 * zeta, because with an even one the sign of a product has no effect. */
static int test_known(void)
{
    const double position[6] = {0, 0, 0, 2.3, 0.4, 0.1}, lambda = 0.01;
    const double zeta[] = {4.0, 3.0, 1.5};
    const int species[2] = {0, 0};
    sz_structure two = {.n_atoms = 1, .species = species, .position = position};
    setting s = {0};
    sz_soap_term *term;
    const sz_describer *of;
    sz_describer_work *work;
    sz_slots kinds;
    sz_error err;
    double d2, l2 = lambda * lambda, local[2], grade[2];
    int atom = 0;

    CHECK_OK(load(&s, "mo_soap_nu22_zeta4_virial", lambda, &err), err);
    two.n_atoms = 2;
    CHECK_OK(sz_list_build(&s.list, &two, s.model->cutoff, &err), err);
    term = &soaps_of(s.model)->term[0];
    d2 = term->delta * term->delta;
    kinds = (sz_slots){s.model->z, soaps_of(s.model)->slot[term->describer]};
    of = soaps_of(s.model)->describer[term->describer];
    CHECK_OK(sz_describer_work_create(&work, of, 1, &err), err);
    sz_describer_forward(of, work, &s.list.nb, &kinds, 1, &atom, term->p_sparse);
    sz_describer_work_free(work);
    for (int k = 0; k < 6; k++) {
        const int m = k % 2;

        sz_variance_work_free(s.work);
        sz_variance_free(s.variance);
        term->n_sparse = m;
        term->zeta = zeta[k / 2];
        CHECK_OK(sz_variance_create(&s.variance, s.model, lambda, &err), err);
        CHECK_OK(sz_variance_work_create(&s.work, s.variance, &err), err);
        CHECK_OK(get(&s, &two, &err), err);
        CHECK_CLOSE(s.local[0], m ? d2 + l2 - d2 * d2 / (d2 + l2) : d2 + l2, 1e-12);
        /* the two atoms are equal: their sum has four times the variance */
        CHECK_CLOSE(s.total - 2 * l2, 4 * (s.local[0] - l2), 1e-11);
        CHECK_OK(sz_variance_compute(s.variance, s.work, &s.list.nb, local, grade, &err),
                 err);
        CHECK_CLOSE(local[0], s.local[0], 1e-15);
        CHECK_CLOSE(grade[0], m ? 0.0 : sqrt(2.0), 1e-6); /* sqrt of rounding */
    }
    release(&s);
    return 0;
}

/* More atoms than a block, separately and with the sum; grades only. */
static int test_batch(void)
{
    enum { N = 300 };
    double r[N][3], local[N], grade[N], again[N];
    int species[N];
    setting s = {0};
    sz_variance *grades;
    sz_variance_work *work;
    sz_structure cloud = {.n_atoms = N, .species = species, .position = r[0]};
    sz_error err;

    CHECK_OK(load(&s, "hea4_nuR1_nuS1", 0.0, &err), err);
    for (int i = 0; i < N; i++) {
        species[i] = i % s.model->species.n;
        for (int x = 0; x < 3; x++)
            r[i][x] = 2.5 * (x == 0   ? i % 7
                             : x == 1 ? i / 7 % 7
                                      : i / 49) +
                      0.3 * sin(i * (x + 1.7));
    }
    CHECK_OK(get(&s, &cloud, &err), err);
    CHECK_OK(sz_variance_compute(s.variance, s.work, &s.list.nb, local, grade, &err),
             err);
    for (int i = 0; i < N; i++) {
        CHECK_CLOSE(local[i], s.local[i], 1e-14);
        CHECK(grade[i] > 0.0 && grade[i] < sqrt(2.0));
    }
    CHECK_OK(sz_variance_create(&grades, s.model, SZ_GRADES_ALONE, &err), err);
    CHECK_OK(sz_variance_work_create(&work, grades, &err), err);
    CHECK_OK(sz_variance_compute(grades, work, &s.list.nb, NULL, again, &err), err);
    for (int i = 0; i < N; i++) CHECK_CLOSE(again[i], grade[i], 0.0);
    CHECK_FAILS(sz_variance_compute(grades, work, &s.list.nb, local, NULL, &err),
                SZ_ERR_ARGUMENT, "SZ_GRADES_ALONE", err);
    sz_variance_work_free(work);
    sz_variance_free(grades);
    species[7] = 99;
    CHECK_OK(sz_list_build(&s.list, &cloud, s.model->cutoff, &err), err);
    CHECK_FAILS(sz_variance_compute(s.variance, s.work, &s.list.nb, local, NULL, &err),
                SZ_ERR_ARGUMENT, "species", err);
    release(&s);
    return 0;
}

static int test_refusals(void)
{
    setting s = {0};
    sz_error err;

    CHECK_FAILS(load(&s, "nbw_nb23", 1e-3, &err), SZ_ERR_ARGUMENT, "has no SOAP term",
                err);
    CHECK(s.variance == NULL);
    release(&s);
    s = (setting){0};
    CHECK_OK(load(&s, "mo_soap_nu22_zeta4_virial", 1e-3, &err), err);
    sz_variance_free(s.variance);
    memset(soaps_of(s.model)->term[0].p_sparse, 0,
           sizeof(double)); /* still allowed with lambda */
    CHECK_OK(sz_variance_create(&s.variance, s.model, 1e-3, &err), err);
    sz_variance_free(s.variance);
    soaps_of(s.model)->term[0].p_sparse[0] = NAN;
    CHECK_FAILS(sz_variance_create(&s.variance, s.model, 1e-3, &err), SZ_ERR_NUMERIC,
                "not positive definite", err);
    release(&s);
    return 0;
}

int main(void)
{
    return test_reference() || test_supercell() || test_known() || test_batch() ||
           test_refusals() || check_done();
}

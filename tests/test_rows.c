/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_rows.c - rows of K_nM times the weights of a fitted model are its energy, forces
 * and virial: the forward derivatives of the fit are the reverse ones of MD. */
#include "check.h"
#include "cluster.h"
#include "fit/rows.h"
#include "format/gap_xml.h"
#include "model/model.h"
#include "models.h"

enum { ATOMS = 24 };

static void compare(const char *name, const cluster *c, const sz_model *m,
                    const double *got_e, const double *row_f, const double *row_v,
                    int columns, const double *alpha, double energy, const double *force,
                    const double *virial)
{
    double e = 0.0, worst_f = 0.0, worst_v = 0.0, size = 0.0, size_f = 1e-3;

    for (int i = 0; i < c->n_atoms; i++) energy -= m->e0[c->species[i]];
    for (int s = 0; s < columns; s++) {
        e += got_e[s] * alpha[s];
        size += fabs(got_e[s] * alpha[s]);
    }
    for (int k = 0; k < 3 * c->n_atoms; k++) {
        double f = 0.0, terms = 0.0;

        for (int s = 0; s < columns; s++) {
            f -= row_f[(size_t)k * columns + s] * alpha[s];
            terms += fabs(row_f[(size_t)k * columns + s] * alpha[s]);
        }
        worst_f = fmax(worst_f, fabs(f - force[k]));
        size_f = fmax(size_f, fmax(terms, fabs(force[k])));
    }
    for (int k = 0; k < 9; k++) {
        double v = 0.0;

        for (int s = 0; s < columns; s++) v -= row_v[k * columns + s] * alpha[s];
        worst_v = fmax(worst_v, fabs(v - virial[k]));
    }
    printf("%s: E %.1e, F %.1e, V %.1e\n", name, fabs(e - energy), worst_f, worst_v);
    CHECK_CLOSE(e, energy, 1e-12 * size + 1e-12);
    CHECK_CLOSE(worst_f, 0.0, 1e-10 * size_f);
    CHECK_CLOSE(worst_v, 0.0, 1e-9 * size_f);
}

static int test_model(const char *name)
{
    cluster c = {0};
    sz_model *m;
    sz_gap *gap;
    sz_work *work;
    sz_rows *rows;
    sz_error err;
    double *alpha, *local, *dedr, *force, *row, virial[9], energy = 0.0;
    int columns;

    CHECK_OK(sz_gap_read(&gap, model_path(name), &err), err);
    CHECK_OK(sz_model_build(&m, gap, &err), err);
    CHECK_OK(sz_work_create(&work, m, 0, &err), err);
    random_cluster(&c, ATOMS, sz_model_n_species(m), 7.5, 1.9);
    c.cell[0][0] = c.cell[1][1] = c.cell[2][2] = 8.5;
    c.cell[1][0] = 1.5;
    CHECK_OK(find_neighbours(&c, sz_model_cutoff(m), &err), err);
    columns = sz_rows_columns(gap);
    alpha = calloc((size_t)columns, sizeof *alpha);
    local = malloc(ATOMS * sizeof *local);
    dedr = malloc(3 * (size_t)c.list.n_pairs * sizeof *dedr);
    force = malloc(3 * ATOMS * sizeof *force);
    row = calloc((1 + 3 * ATOMS + 9) * (size_t)columns, sizeof *row);
    CHECK_OK(sz_compute(m, work, &c.list.nb, local, dedr, &err), err);
    for (int i = 0; i < ATOMS; i++) energy += local[i];
    scatter_forces(&c, dedr, force);
    sum_virial(&c, dedr, virial);
    for (int k = 0, column = 0; k < gap->n_terms; k++) {
        const sz_gap_term *g = &gap->term[k];

        memcpy(alpha + column, g->alpha, (size_t)g->n_sparse * sizeof *alpha);
        column += g->n_sparse;
    }
    CHECK_OK(sz_rows_create(&rows, m, gap, &err), err);
    CHECK_OK(sz_rows_frame(rows, &c.list, row, row + columns,
                           row + (1 + 3 * ATOMS) * (size_t)columns, &err),
             err);
    compare(name, &c, m, row, row + columns, row + (1 + 3 * ATOMS) * (size_t)columns,
            columns, alpha, energy, force, virial);
    sz_rows_free(rows);
    sz_work_free(work);
    sz_model_free(m);
    sz_gap_free(gap);
    sz_list_free(&c.list);
    free(alpha);
    free(local);
    free(dedr);
    free(force);
    free(row);
    return 0;
}

int main(void)
{
    static const char *const name[] = {
        "hea4_nuR2_nuS1",          "hea4_nuR2_nuS2",          "hea4_nuR0_all_zeta1",
        "hea4_nuR1_nuS1",          "hea4_per_species_hypers", "hea5_nu20_2b_novirial",
        "mow_2b_soap_nonint_zeta", "si_2b_3b_soap",           "nbw_nb23",
        "nbw_nb3_noncompact_pp",   "li_nonorm_gto",           "hea4_diagonal_radial"};

    for (size_t k = 0; k < sizeof name / sizeof *name; k++)
        if (test_model(name[k])) return 1;
    return check_done();
}

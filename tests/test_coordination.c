/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_coordination.c - energies of the coordination against a plain sum, their slopes,
 * rows whose weighted sum is the model, and what of its keys is refused or warned of. */
#include "atoms/cutoff.h"
#include "check.h"
#include "cluster.h"
#include "fit/rows.h"
#include "model/model.h"
#include "term/coordination.h"

#include <stdlib.h>

enum { ATOMS = 12, M = 40 }; /* more points than are summed at a time */

static double x_sparse[M], alpha[M], fc[M], theta[1] = {2.0};
static int perm[1] = {0};

static sz_status build(sz_model **model, sz_gap_term *term, char *descriptor,
                       sz_covariance covariance, sz_error *err)
{
    sz_gap gap = {.path = (char[]){"here.xml"}, .e_scale = 2.0, .n_terms = 1};

    *term = (sz_gap_term){.line = 7,
                          .descriptor = descriptor,
                          .descriptor_line = 8,
                          .covariance = covariance,
                          .delta = 0.8,
                          .f0 = 0.3,
                          .zeta = 3.0,
                          .n_dim = 1,
                          .theta = theta,
                          .n_perm = 1,
                          .perm = perm,
                          .n_sparse = M,
                          .x_sparse = x_sparse,
                          .alpha = alpha,
                          .fc_sparse = fc};
    gap.term = term;
    return sz_model_build(model, &gap, err);
}

static double covariance(sz_covariance kind, double x, double y)
{
    double t = (x - y) / theta[0], a = 1.0 - fabs(t);

    if (kind == SZ_COVARIANCE_DOT_PRODUCT) return 0.64 * pow(x * y, 3);
    if (kind == SZ_COVARIANCE_ARD_SE) return 0.64 * exp(-0.5 * t * t) + 0.09;
    return (a > 0.0 ? 0.64 * a * a * a * (3.0 * fabs(t) + 1.0) : 0.0) + 0.09;
}

static double plain(sz_covariance kind, const cluster *c, int i)
{
    double x = 0.0, sum = 0.0, unused;

    for (int p = c->list.first[i]; p < c->list.first[i + 1]; p++)
        x += sz_cutoff(sqrt(dot(c->list.r + 3 * p, c->list.r + 3 * p, 3)), 3.5, 0.9,
                       &unused);
    for (int s = 0; s < M; s++)
        sum += alpha[s] * fc[s] * covariance(kind, x_sparse[s], x);
    return 2.0 * sum; /* e_scale */
}

/* f' has kinks there */
static int near_a_corner(const cluster *c)
{
    for (int p = 0; p < c->list.n_pairs; p++) {
        double r = sqrt(dot(c->list.r + 3 * p, c->list.r + 3 * p, 3));

        if (fabs(r - 3.5) < 0.005 || fabs(r - 2.6) < 0.005) return 1;
    }
    return 0;
}

/* forces from energies at four places */
static int check_forces(sz_model *model, sz_work *work, cluster *c, const double *force)
{
    static const double at[4] = {-2, -1, 1, 2}, weight[4] = {1, -8, 8, -1};
    const double h = 1e-4;
    double e[ATOMS];
    sz_error err;

    for (int k = 0; k < 3 * ATOMS; k++) {
        double slope = 0.0, kept = c->position[k];

        for (int n = 0; n < 4; n++) {
            c->position[k] = kept + at[n] * h;
            CHECK_OK(find_neighbours(c, 3.5, &err), err);
            CHECK_OK(sz_compute(model, work, &c->list.nb, e, NULL, &err), err);
            for (int i = 0; i < ATOMS; i++) slope += weight[n] * e[i] / (12.0 * h);
        }
        c->position[k] = kept;
        CHECK_CLOSE(force[k], -slope, 1e-10 * largest(force, 3 * ATOMS) + 1e-9);
    }
    CHECK_OK(find_neighbours(c, 3.5, &err), err);
    return 0;
}

static int check_rows(const sz_model *model, const sz_gap_term *term, const cluster *c,
                      double energy, const double *force)
{
    static double row[(1 + 3 * ATOMS + 9) * M];
    const sz_gap gap = {.path = (char[]){"here.xml"},
                        .e_scale = 1.0,
                        .n_terms = 1,
                        .term = (sz_gap_term *)term};
    double virial[9] = {0}, sum = 0.0;
    sz_rows *rows;
    sz_error err;

    memset(row, 0, sizeof row);
    CHECK_OK(sz_rows_create(&rows, model, &gap, &err), err);
    CHECK_OK(sz_rows_frame(rows, &c->list, row, row + M, row + (1 + 3 * ATOMS) * M, &err),
             err);
    for (int s = 0; s < M; s++) sum += 2.0 * alpha[s] * row[s];
    CHECK_CLOSE(sum, energy, 1e-10);
    for (int k = 0; k < 3 * ATOMS; k++) {
        double f = 0.0;

        for (int s = 0; s < M; s++) f -= 2.0 * alpha[s] * row[(1 + k) * M + s];
        CHECK_CLOSE(f, force[k], 1e-10);
        for (int x = 0; x < 3; x++)
            virial[3 * x + k % 3] += c->position[k - k % 3 + x] * f;
    }
    for (int k = 0; k < 9; k++) { /* of an open cluster: sum of r (x) F */
        double v = 0.0;

        for (int s = 0; s < M; s++)
            v -= 2.0 * alpha[s] * row[(1 + 3 * ATOMS + k) * M + s];
        CHECK_CLOSE(v, virial[k], 1e-9);
    }
    sz_rows_free(rows);
    return 0;
}

static int test_model(char *descriptor, sz_covariance kind, int z_centre)
{
    double e[ATOMS], *dedr, force[3 * ATOMS], sum = 0.0;
    cluster c = {0};
    sz_gap_term term;
    sz_model *model;
    sz_work *work;
    sz_error err;

    CHECK_OK(build(&model, &term, descriptor, kind, &err), err);
    CHECK(sz_model_cutoff(model) == 3.5 && sz_model_n_species(model) == SZ_Z_MAX);
    do {
        random_cluster(&c, ATOMS, 2, 4.5, 1.4);
        CHECK_OK(find_neighbours(&c, 4.0, &err), err);
    } while (near_a_corner(&c));
    for (int i = 0; i < ATOMS; i++)
        c.species[i] = sz_model_species(model, i % 2 ? "W" : "Nb");
    CHECK_OK(find_neighbours(&c, 3.5, &err), err);
    dedr = malloc(3 * (size_t)c.list.n_pairs * sizeof *dedr);
    CHECK(dedr != NULL);
    CHECK_OK(sz_work_create(&work, model, 0, &err), err);
    CHECK_OK(sz_compute(model, work, &c.list.nb, e, dedr, &err), err);
    for (int i = 0; i < ATOMS; i++) {
        int is_centre = z_centre == 0 || (i % 2 ? 74 : 41) == z_centre;

        CHECK_CLOSE(e[i], is_centre ? plain(kind, &c, i) : 0.0, 1e-11);
        sum += e[i];
    }
    scatter_forces(&c, dedr, force);
    if (check_rows(model, &term, &c, sum, force)) return 1;
    if (check_forces(model, work, &c, force)) return 1;
    free(dedr);
    sz_list_free(&c.list);
    sz_work_free(work);
    sz_model_free(model);
    return 0;
}

static int test_keys(void)
{
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"coordination", "here.xml:8: cutoff=0 transition_width=0.2 is not a range"},
        {"coordination cutoff=4 transition_width=-1", "is not a range of distances"},
        {"coordination cutoff=4x", "cutoff='4x' is not a number"},
        {"coordination cutoff=4 Z_center=119", "here.xml:8: Z_center is 119, allowed"},
    };
    char text[100];
    sz_gap_term term;
    sz_model *model;
    sz_error err;

    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        strcpy(text, bad[k].text);
        CHECK_FAILS(build(&model, &term, text, SZ_COVARIANCE_ARD_SE, &err), SZ_ERR_FORMAT,
                    bad[k].message, err);
    }
    strcpy(text, "coordination cutoff=4 Z=41");
    CHECK_OK(build(&model, &term, text, SZ_COVARIANCE_ARD_SE, &err), err);
    CHECK(sz_model_n_warnings(model) == 1);
    CHECK(strstr(sz_model_warning(model, 0), "ignores Z, as in QUIP: the term"));
    sz_model_free(model);
    return 0;
}

int main(void)
{
    char first[] = "coordination cutoff=3.5 transition_width=0.9";
    char second[] = "coordination cutoff=3.5 transition_width=0.9 Z_center=74";

    for (int s = 0; s < M; s++) {
        x_sparse[s] = uniform(0.0, 9.0);
        alpha[s] = uniform(-0.1, 0.1) / (1.0 + x_sparse[s]);
        fc[s] = uniform(0.3, 1.0);
    }
    if (test_model(first, SZ_COVARIANCE_ARD_SE, 0) ||
        test_model(second, SZ_COVARIANCE_ARD_SE, 74) ||
        test_model(second, SZ_COVARIANCE_DOT_PRODUCT, 74) ||
        test_model(first, SZ_COVARIANCE_PP, 0) || test_keys())
        return 1;
    return check_done();
}

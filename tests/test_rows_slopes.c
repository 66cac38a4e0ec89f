/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_rows_slopes.c - rows of two- and three-body terms: force and virial rows are the
 * slopes of the energy rows, for every sparse point on its own. */
#include "check.h"
#include "cluster.h"
#include "fit/rows.h"
#include "format/gap_write.h"
#include "model/model.h"
#include "term/few_bodies_spec.h"

#include <stdlib.h>

enum { ATOMS = 12, M = 4 };

static const double h = 1e-4;

/* a term with random sparse points; theta is invariant under the permutations */
static int make_coordinate(sz_gap_term *c, char *descriptor, const char *type,
                           sz_covariance covariance)
{
    static double x[3 * M], alpha[M], fc[M], theta[3];
    static int perm[18];
    sz_few_bodies few;
    sz_args *args;
    sz_error err;

    CHECK_OK(sz_args_parse(&args, descriptor, "test", &err), err);
    CHECK_OK(sz_few_bodies_parse(&few, type, args, SZ_GAP_VERSION, &err), err);
    sz_args_free(args);
    for (int s = 0; s < M; s++) {
        double r[3];

        for (int k = 0; k < 3; k++) r[k] = uniform(1.8, 3.6);
        for (int k = 0; k < few.n_dim; k++) x[s * few.n_dim + k] = r[k];
        if (few.bodies == 2) sz_pair_vector(&few.pair, r[0], x + s * few.n_dim);
        if (few.bodies == 3 && few.triplet.kind == SZ_TRIPLET_ANGLE) {
            x[3 * s] = r[0] + r[1];
            x[3 * s + 1] = (r[0] - r[1]) * (r[0] - r[1]);
        }
        alpha[s] = uniform(-1.0, 1.0);
        fc[s] = uniform(0.3, 1.0);
    }
    for (int k = 0; k < 3; k++) theta[k] = covariance == SZ_COVARIANCE_PP ? 3.1 : 0.9;
    for (int p = 0; p < few.n_perm; p++)
        for (int k = 0; k < few.n_dim; k++)
            perm[p * few.n_dim + k] = few.n_dim == 3 ? few.perm[p][k] : k;
    *c = (sz_gap_term){.descriptor = descriptor,
                       .covariance = covariance,
                       .delta = 0.8,
                       .f0 = 0.4,
                       .zeta = 2.0,
                       .n_dim = few.n_dim,
                       .theta = theta,
                       .n_perm = few.n_perm,
                       .perm = perm,
                       .n_sparse = M,
                       .x_sparse = x,
                       .alpha = alpha,
                       .fc_sparse = fc};
    return 0;
}

typedef struct {
    cluster c;
    sz_model *model;
    sz_rows *rows;
} subject;

/* rows of the cluster as it is; force NULL: energies only */
static int make_rows(subject *s, double *energy, double *force, double *virial)
{
    sz_error err;

    memset(energy, 0, M * sizeof *energy);
    if (force) memset(force, 0, 3 * ATOMS * M * sizeof *force);
    if (force) memset(virial, 0, 9 * M * sizeof *virial);
    CHECK_OK(find_neighbours(&s->c, sz_model_cutoff(s->model), &err), err);
    CHECK_OK(sz_rows_frame(s->rows, &s->c.list, energy, force, virial, &err), err);
    return 0;
}

/* positions and cell by r_x += step r_y */
static void strain(cluster *c, int x, int y, double step)
{
    for (int i = 0; i < c->n_atoms; i++)
        c->position[3 * i + x] += step * c->position[3 * i + y];
    for (int k = 0; k < 3; k++) c->cell[k][x] += step * c->cell[k][y];
}

static void move(cluster *c, int k, double step)
{
    if (k < 3 * ATOMS)
        c->position[k] += step;
    else
        strain(c, (k - 3 * ATOMS) % 3, (k - 3 * ATOMS) / 3, step);
}

/* the slope of four energies, h^4 exact */
static int slopes(subject *s, int k, double *slope)
{
    static const double at[4] = {-2, -1, 1, 2}, weight[4] = {1, -8, 8, -1};
    cluster keep = s->c;
    double e[M];

    memset(slope, 0, M * sizeof *slope);
    for (int step = 0; step < 4; step++) {
        sz_list list = s->c.list;

        s->c = keep;
        s->c.list = list;
        move(&s->c, k, at[step] * h);
        if (make_rows(s, e, NULL, NULL)) return 1;
        for (int m = 0; m < M; m++) slope[m] += weight[step] * e[m] / (12.0 * h);
    }
    keep.list = s->c.list;
    s->c = keep;
    return 0;
}

/* the second derivative of the cutoff function jumps at its beginning and end */
static int meets_kink(const cluster *c, double cutoff)
{
    for (int p = 0; p < c->list.n_pairs; p++) {
        double r = sqrt(dot(c->list.r + 3 * p, c->list.r + 3 * p, 3));

        if (fabs(r - cutoff) < 1e-3 || fabs(r - cutoff + 0.5) < 1e-3) return 1;
    }
    return 0;
}

static int place_atoms(subject *s)
{
    sz_error err;

    do {
        random_cluster(&s->c, ATOMS, sz_model_n_species(s->model), 5.5, 1.8);
        s->c.cell[0][0] = s->c.cell[1][1] = s->c.cell[2][2] =
            5.7; /* images are neighbours of images */
        s->c.cell[2][0] = -0.8;
        CHECK_OK(find_neighbours(&s->c, sz_model_cutoff(s->model) + 0.1, &err), err);
    } while (meets_kink(&s->c, sz_model_cutoff(s->model)));
    return 0;
}

static int test(const char *descriptor, const char *type, sz_covariance covariance)
{
    static double energy[M], force[3 * ATOMS * M], virial[9 * M];
    char text[200];
    sz_gap gap = {.path = text, .version = SZ_GAP_VERSION, .e_scale = 1.0};
    sz_gap_term c;
    subject s = {.c = {.n_atoms = 0}};
    sz_error err;
    double size = 0.0, largest = 0.0;

    snprintf(text, sizeof text, "%s", descriptor);
    if (make_coordinate(&c, text, type, covariance)) return 1;
    gap.term = &c;
    gap.n_terms = 1;
    CHECK_OK(sz_model_build(&s.model, &gap, &err), err);
    CHECK_OK(sz_rows_create(&s.rows, s.model, &gap, &err), err);
    if (place_atoms(&s)) return 1;
    if (make_rows(&s, energy, force, virial)) return 1;
    for (int m = 0; m < M; m++) size = fmax(size, fabs(energy[m]));
    for (int k = 0; k < 3 * ATOMS + 9; k++) {
        double slope[M];
        const double *got = k < 3 * ATOMS ? force + k * M : virial + (k - 3 * ATOMS) * M;

        if (k >= 6 && k < 3 * ATOMS) continue; /* two atoms, and the strains */
        if (slopes(&s, k, slope)) return 1;
        for (int m = 0; m < M; m++) {
            CHECK_CLOSE(got[m], slope[m], 1e-8 * (1.0 + size));
            largest = fmax(largest, fabs(slope[m]));
        }
    }
    CHECK(largest > 1e-3);
    printf("%s, covariance %d: energies to %.2g, slopes to %.2g\n", descriptor,
           (int)covariance, size, largest);
    sz_rows_free(s.rows);
    sz_model_free(s.model);
    sz_list_free(&s.c.list);
    return 0;
}

int main(void)
{
    static const struct {
        const char *descriptor, *type;
        int no_dot; /* dot_product is refused: r^-8 for a table; like atoms not exchanged
                     */
    } few[] = {
        {"distance_2b cutoff=4.1 Z1=41 Z2=74", "distance_2b", 0},
        {"distance_2b cutoff=4.1 Z1=41 Z2=41 n_exponents=2 exponents={-1 -4}",
         "distance_2b", 1},
        {"distance_2b cutoff=4.1 Z1=0 Z2=74 tail_exponent=2 tail_range=0.7",
         "distance_2b", 0},
        {"angle_3b cutoff=3.3 Z=74 Z1=41 Z2=74", "angle_3b", 0},
        {"angle_3b cutoff=3.3", "angle_3b", 0},
        {"distance_Nb order=2 cutoff=3.9 Z={41 41} compact_clusters=F", "distance_Nb", 0},
        {"distance_Nb order=3 cutoff=3.3 Z={41 74 41}", "distance_Nb", 0},
        {"distance_Nb order=3 cutoff=3.3 Z={74 74 74}", "distance_Nb", 0},
        {"distance_Nb order=3 cutoff=3.3 Z={41 74 74} compact_clusters=F", "distance_Nb",
         1},
    };

    for (size_t k = 0; k < sizeof few / sizeof *few; k++) {
        const char *descriptor = few[k].descriptor, *type = few[k].type;

        if (test(descriptor, type, SZ_COVARIANCE_ARD_SE)) return 1;
        if (test(descriptor, type, SZ_COVARIANCE_PP)) return 1;
        if (few[k].no_dot) continue;
        if (test(descriptor, type, SZ_COVARIANCE_DOT_PRODUCT)) return 1;
    }
    return check_done();
}

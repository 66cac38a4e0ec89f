/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_glue.c - the Glue potential against its formula. The points of its splines lie
 * on cubics with the slopes of those cubics at their ends, so that the splines are
 * known in closed form. */
#include "check.h"
#include "cluster.h"
#include "glue.h"

#include <stdlib.h>

enum { N = 7, TYPES = 2, SPECIES = 3 };

/* model species: tungsten and molybdenum are types 1 and 0, tantalum is no type */
static const int z[SPECIES] = {74, 42, 73};
static const double range_w[TYPES] = {3.1, 3.6}, range_phi[2] = {2.9, 3.3};

/* F, phi of the pair (0,1) and (1,1), and the spline form of w of type 1 */
static double embedding(double rho, double *slope)
{
    *slope = -0.9 + rho * (0.12 - 0.006 * rho);
    return 0.3 + rho * (-0.9 + rho * (0.06 - 0.002 * rho));
}

static double towards(double r, double end, double *slope)
{
    double d = end - r;

    *slope = d * (-4.0 + 1.5 * d);
    return d * d * (2.0 - 0.5 * d);
}

typedef struct {
    double x[4][N], y[4][N], w[N];
    sz_gap_glue_type type[TYPES];
    sz_gap_glue_pair pair[TYPES];
    sz_gap_glue data;
} file;

/* N points of f from lo to hi, not in order */
static void points(sz_gap_points *p, double *x, double *y, double lo, double hi,
                   double end, int radial)
{
    p->n = N;
    p->x = x;
    p->y = y;
    for (int k = 0; k < N; k++) {
        int at = (3 * k + 2) % N;
        double slope;

        x[at] = lo + (hi - lo) * k / (N - 1.0);
        y[at] = radial ? towards(x[at], end, &slope) : embedding(x[at], &slope);
        if (k == 0) p->y1 = slope;
        if (k == N - 1) p->yn = slope;
    }
}

/* type 0: w = P (R - r)^3, type 1: w a spline; no pair energy between 0 and 0 */
static void make(file *f)
{
    memset(f, 0, sizeof *f);
    for (int t = 0; t < TYPES; t++) {
        f->type[t].z = t == 0 ? 42 : 74;
        f->type[t].do_spline = t == 1;
        points(&f->type[t].density, f->x[t], f->y[t], 1.0, range_w[t], range_w[t], 1);
        points(&f->type[t].embedding, f->x[2], f->y[2], 0.0, 9.0, 0.0, 0);
        f->pair[t].type1 = 1;
        f->pair[t].type2 = t; /* 1-0 and 1-1 */
    }
    points(&f->pair[0].pair, f->x[3], f->y[3], 1.2, range_phi[0], range_phi[0], 1);
    points(&f->pair[1].pair, f->w, f->y[3], 1.2, range_phi[1], range_phi[1], 1);
    for (int k = 0; k < N; k++) f->y[3][k] = 0.0;
    f->data = (sz_gap_glue){TYPES, f->type, TYPES, f->pair};
}

int main(void)
{
    return check_done();
}

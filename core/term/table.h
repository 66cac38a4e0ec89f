/* SPDX-License-Identifier: BSD-3-Clause
 *
 * table.h - a function of one variable as polynomial pieces between knots. */
#ifndef SZ_TABLE_H
#define SZ_TABLE_H

#include "base/error.h"

#define SZ_TABLE_ORDER 8       /* coefficients of a piece: degree 7 */
#define SZ_TABLE_MAX (1 << 20) /* pieces that sz_table_fit makes: 100 MB */

typedef struct {
    int n;      /* pieces */
    double *x;  /* [n+1] knots, ascending */
    double *c;  /* [n][SZ_TABLE_ORDER] f = sum_k c_k (x - midpoint)^k */
    int n_bins; /* uniform bins over [x_0, x_n] to find the piece */
    int *bin;   /* [n_bins] first piece that overlaps the bin */
    double per_x;
} sz_table;

/* f and, in *slope, f'; continued linearly outside the knots. */
double sz_table_eval(const sz_table *table, double x, double *slope);
void sz_table_free(sz_table *table);

/* A function that is smooth between the n ascending breaks (n >= 2): Chebyshev
 * interpolation on pieces no longer than width; SZ_ERR_NUMERIC if more than SZ_TABLE_MAX
 * are needed. */
typedef long double sz_function(long double x, const void *context);
sz_status sz_table_fit(sz_table *table, int n, const double *breaks, double width,
                       sz_function *f, const void *context, sz_error *err);
/* Largest |table - f| found between the nodes. */
double sz_table_error(const sz_table *table, sz_function *f, const void *context);

/* Cubic spline through n >= 2 points (sorted here) with end slopes y1, yn; a slope above
 * 0.99e30 means a natural end. where names the points in error messages. */
sz_status sz_table_spline(sz_table *table, int n, const double *x, const double *y,
                          double y1, double yn, const char *where, sz_error *err);

#endif

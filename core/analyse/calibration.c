/* SPDX-License-Identifier: BSD-3-Clause
 *
 * calibration.c - predicted uncertainties against true errors.
 *
 *   rank correlation = Pearson's of the ranks of sigma and |error|; equal values get the
 *   mean of their ranks
 *   z = error / sigma */
#include "analyse/calibration.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    double value;
    long index;
} ranked;

static int compare(const void *a, const void *b)
{
    const ranked *x = a, *y = b;

    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static void sort(long n, const double *value, ranked *item)
{
    for (long i = 0; i < n; i++) item[i] = (ranked){fabs(value[i]), i};
    qsort(item, (size_t)n, sizeof *item, compare);
}

/* sorted items -> rank [n] */
static void find_ranks(long n, const ranked *item, double *rank)
{
    for (long i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && item[end].value == item[i].value;) end++;
        for (long k = i; k < end; k++) rank[item[k].index] = 0.5 * (double)(i + end - 1);
    }
}

static double pearson(long n, const double *x, const double *y)
{
    double mean = 0.5 * (double)(n - 1), xx = 0.0, yy = 0.0, xy = 0.0;

    for (long i = 0; i < n; i++) {
        xx += (x[i] - mean) * (x[i] - mean);
        yy += (y[i] - mean) * (y[i] - mean);
        xy += (x[i] - mean) * (y[i] - mean);
    }
    return xx > 0.0 && yy > 0.0 ? xy / sqrt(xx * yy) : 0.0;
}

/* item: sigma, sorted */
static void fill_bins(sz_calibration *c, const ranked *item, const double *error)
{
    c->n_bins = c->n < SZ_CALIBRATION_BINS ? (int)c->n : SZ_CALIBRATION_BINS;
    for (int b = 0; b < c->n_bins; b++) {
        long first = c->n * b / c->n_bins, end = c->n * (b + 1) / c->n_bins;
        double sigma2 = 0.0, error2 = 0.0;

        for (long i = first; i < end; i++) {
            sigma2 += item[i].value * item[i].value;
            error2 += error[item[i].index] * error[item[i].index];
        }
        c->sigma[b] = sqrt(sigma2 / (double)(end - first));
        c->rmse[b] = sqrt(error2 / (double)(end - first));
    }
}

sz_status sz_calibrate(sz_calibration *c, long n, const double *sigma,
                       const double *error, sz_error *err)
{
    size_t size = (size_t)(n > 0 ? n : 1);
    ranked *item = malloc(size * sizeof *item);
    double *x = malloc(size * sizeof *x), *y = malloc(size * sizeof *y), z2 = 0.0;
    sz_status status = SZ_OK;

    memset(c, 0, sizeof *c);
    c->n = n;
    if (!item || !x || !y)
        status = sz_fail_memory(err, size * sizeof *item, "the calibration");
    if (status == SZ_OK && n >= 3) {
        sort(n, error, item);
        find_ranks(n, item, y);
        sort(n, sigma, item);
        find_ranks(n, item, x);
        c->rank_correlation = pearson(n, x, y);
        fill_bins(c, item, error);
        for (long i = 0; i < n; i++) {
            double z = fabs(error[i]) / sigma[i];

            z2 += z * z;
            c->within_1 += (z <= 1.0) / (double)n;
            c->within_2 += (z <= 2.0) / (double)n;
        }
        c->rms_z = sqrt(z2 / (double)n);
    }
    free(item);
    free(x);
    free(y);
    return status;
}

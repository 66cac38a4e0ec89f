/* SPDX-License-Identifier: BSD-3-Clause
 *
 * metric.c - distances between environments and the ranks of neighbours.
 *
 *   d(i,j) = |p_i - p_j| = (p_i^2 + p_j^2 - 2 p_i.p_j)^1/2
 *   r(i,j) = rank of j among all others sorted by d(i,.), from 1
 *
 *   Pearson correlations of d_A and d_B, r_A and r_B over i != j
 *   Delta(A -> B) = 2/n <r_B | r_A = 1>   (Glielmo et al. 2022) */
#include "analyse/sites.h"

#include "base/crew.h"
#include "linear/blas.h"

#include <math.h>
#include <stdlib.h>

enum { ROWS = 128 }; /* of a block of distances */

struct sz_metric {
    int n;
    double *distance; /* [n][n] */
    int *rank;        /* [n][n] */
};

int sz_metric_n(const sz_metric *metric)
{
    return metric->n;
}

const double *sz_metric_distances(const sz_metric *metric)
{
    return metric->distance;
}

const int *sz_metric_ranks(const sz_metric *metric)
{
    return metric->rank;
}

void sz_metric_free(sz_metric *metric)
{
    if (!metric) return;
    free(metric->distance);
    free(metric->rank);
    free(metric);
}

/* ---- distances --------------------------------------------------------------------- */

typedef struct {
    sz_metric *m;
    int length;
    const double *p; /* [n][length] */
    double *square;  /* [n] |p|^2 */
} job;

/* Rows of the upper triangle, mirrored to the lower one. */
static sz_status find_distances(void *context, void *worker, int item, sz_error *err)
{
    const job *j = context;
    const double minus_two = -2.0, zero = 0.0;
    int n = j->m->n, first = item * ROWS, rows = n - first < ROWS ? n - first : ROWS;
    int columns = n - first;
    double *d = j->m->distance;
    const double *p = j->p + (size_t)first * j->length;

    (void)worker;
    (void)err;
    SZ_BLAS(dgemm)
    ("T", "N", &columns, &rows, &j->length, &minus_two, p, &j->length, p, &j->length,
     &zero, d + (size_t)first * n + first, &n);
    for (int i = first; i < first + rows; i++)
        for (int k = i; k < n; k++) {
            double *at = d + (size_t)i * n + k;
            double d2 = *at + j->square[i] + j->square[k];

            *at = d2 > 0.0 && i != k ? sqrt(d2) : 0.0;
            d[(size_t)k * n + i] = *at;
        }
    return SZ_OK;
}

/* ---- ranks ------------------------------------------------------------------------- */

typedef struct {
    double d;
    int k;
} place;

/* equal distances keep their order */
static int by_distance(const void *a, const void *b)
{
    const place *x = a, *y = b;

    if (x->d != y->d) return x->d < y->d ? -1 : 1;
    return x->k - y->k;
}

static sz_status find_ranks(void *context, void *worker, int i, sz_error *err)
{
    const job *j = context;
    int n = j->m->n, others = 0;
    const double *d = j->m->distance + (size_t)i * n;
    int *rank = j->m->rank + (size_t)i * n;
    place *row = malloc((size_t)n * sizeof *row);

    (void)worker;
    if (!row) return sz_fail_memory(err, (size_t)n * sizeof *row, "ranks");
    for (int k = 0; k < n; k++)
        if (k != i) row[others++] = (place){d[k], k};
    qsort(row, (size_t)others, sizeof *row, by_distance);
    rank[i] = 0;
    for (int r = 0; r < others; r++) rank[row[r].k] = r + 1;
    free(row);
    return SZ_OK;
}

static sz_status fill(job *j, const sz_fit_options *options, sz_error *err)
{
    int n = j->m->n;
    sz_crew crew = {.n_items = (n + ROWS - 1) / ROWS,
                    .context = j,
                    .work = find_distances,
                    .watch = options ? options->watch : NULL,
                    .what = "blocks of distances done"};
    sz_status status =
        sz_crew_threads(&crew.n_threads, options ? options->n_threads : 0, err);

    for (int i = 0; i < n; i++) {
        const double *p = j->p + (size_t)i * j->length;

        j->square[i] = 0.0;
        for (int k = 0; k < j->length; k++) j->square[i] += p[k] * p[k];
    }
    if (status == SZ_OK) status = sz_crew_run(&crew, err);
    crew.n_items = n;
    crew.work = find_ranks;
    crew.what = "environments ranked";
    return status == SZ_OK ? sz_crew_run(&crew, err) : status;
}

sz_status sz_metric_create(sz_metric **metric, const sz_descriptor *descriptor,
                           const sz_sites *of, const sz_fit_options *options,
                           sz_error *err)
{
    sz_metric *m = calloc(1, sizeof *m);
    size_t n = of->n, size;
    job j = {.m = m, .length = sz_descriptor_length(descriptor)};
    double *p = NULL;
    sz_status status = SZ_OK;

    *metric = NULL;
    size = n * (size_t)j.length * sizeof *p;
    if (n < 2 || n > 1000000)
        status = sz_fail(err, SZ_ERR_ARGUMENT,
                         "distances need 2 to 1000000 environments, not %zu", n);
    if (status == SZ_OK && m) {
        m->n = (int)n;
        m->distance = malloc(n * n * sizeof *m->distance);
        m->rank = malloc(n * n * sizeof *m->rank);
        j.p = p = malloc(size);
        j.square = malloc(n * sizeof *j.square);
    }
    if (status == SZ_OK && (!m || !m->distance || !m->rank || !p || !j.square))
        status = sz_fail_memory(err, 12 * n * n + size, "the distances");
    if (status == SZ_OK) status = sz_sites_vectors(descriptor, of, options, p, err);
    if (status == SZ_OK) status = fill(&j, options, err);
    free(p);
    free(j.square);
    if (status == SZ_OK) {
        *metric = m;
        m = NULL;
    }
    sz_metric_free(m);
    return status;
}

/* ---- two of them ------------------------------------------------------------------- */

/* Sums over pairs of the numbers x, y, their deviations from the means given. */
typedef struct {
    double x, y, xx, yy, xy;
} moments;

static void add(moments *m, double x, double y)
{
    m->x += x;
    m->y += y;
    m->xx += x * x;
    m->yy += y * y;
    m->xy += x * y;
}

static double pearson(const moments *m)
{
    return m->xx > 0.0 && m->yy > 0.0 ? m->xy / sqrt(m->xx * m->yy) : NAN;
}

static double mean_distance(const sz_metric *m)
{
    double sum = 0.0, n = m->n;

    for (size_t k = 0; k < (size_t)m->n * m->n; k++) sum += m->distance[k];
    return sum / (n * (n - 1.0));
}

sz_status sz_metric_compare(sz_agreement *agreement, const sz_metric *a,
                            const sz_metric *b, sz_error *err)
{
    int n = a->n;
    double mean_a = mean_distance(a), mean_b = mean_distance(b), middle = 0.5 * n;
    double low = 0.1 * n, high = 0.9 * n, ab = 0.0, ba = 0.0;
    moments d = {0}, r = {0};

    *agreement = (sz_agreement){0};
    if (b->n != n)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "metrics of %d and of %d environments cannot be compared", n,
                       b->n);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++) {
            size_t at = (size_t)i * n + k;
            int ra = a->rank[at], rb = b->rank[at];

            if (i == k) continue;
            add(&d, a->distance[at] - mean_a, b->distance[at] - mean_b);
            add(&r, ra - middle, rb - middle);
            if (ra == 1) ab += rb;
            if (rb == 1) ba += ra;
            agreement->near_far += ra < low && rb > high;
            agreement->far_near += ra > high && rb < low;
        }
    agreement->distances = pearson(&d);
    agreement->ranks = pearson(&r);
    agreement->imbalance_ab = 2.0 * ab / ((double)n * n);
    agreement->imbalance_ba = 2.0 * ba / ((double)n * n);
    return SZ_OK;
}

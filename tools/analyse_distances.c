/* SPDX-License-Identifier: BSD-3-Clause
 *
 * analyse_distances.c - soapz analyse correlation and imbalance. */
#include "analyse.h"

#include <math.h>
#include <stdlib.h>

/* ---- distances --------------------------------------------------------------------- */

static sz_status make_metric(const sz_analysis *a, int k, sz_metric **metric,
                             sz_error *err)
{
    return sz_metric_create(metric, a->compared.entry[k].d, &a->sites, &a->options, err);
}

enum { BINS = 60 };

/* Pairs by their distance in the two compressions, each relative to its largest. */
static json_t *histogram(int n, const double *x, const double *y)
{
    int *count = calloc(BINS * BINS, sizeof *count);
    double x_max = 0.0, y_max = 0.0;
    json_t *list;

    if (!count) return NULL;
    for (size_t k = 0; k < (size_t)n * n; k++) {
        x_max = fmax(x_max, x[k]);
        y_max = fmax(y_max, y[k]);
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            size_t at = (size_t)i * n + j;
            int p = (int)fmin(BINS - 1, BINS * x[at] / x_max);
            int q = (int)fmin(BINS - 1, BINS * y[at] / y_max);

            if (i != j) count[p * BINS + q]++;
        }
    list = sz_json_integers(BINS * BINS, count);
    free(count);
    return list;
}

static json_t *rank_histogram(int n, const int *x, const int *y)
{
    int *count = calloc(BINS * BINS, sizeof *count);
    json_t *list;

    if (!count) return NULL;
    for (size_t k = 0; k < (size_t)n * n; k++)
        if (x[k] > 0)
            count[(size_t)(x[k] - 1) * BINS / n * BINS + (size_t)(y[k] - 1) * BINS / n]++;
    list = sz_json_integers(BINS * BINS, count);
    free(count);
    return list;
}

static json_t *agreement_json(const sz_compared *c, const sz_agreement *g)
{
    json_t *o = sz_json_compared(c);

    json_object_set_new(o, "pearson_distances", sz_json_number(g->distances));
    json_object_set_new(o, "pearson_ranks", sz_json_number(g->ranks));
    json_object_set_new(o, "imbalance_from_first", sz_json_number(g->imbalance_ab));
    json_object_set_new(o, "imbalance_to_first", sz_json_number(g->imbalance_ba));
    json_object_set_new(o, "near_far", json_integer(g->near_far));
    json_object_set_new(o, "far_near", json_integer(g->far_near));
    return o;
}

static void start_distances(const sz_analysis *a)
{
    json_object_set_new(a->json, "n_environments", json_integer((json_int_t)a->sites.n));
    json_object_set_new(a->json, "first", sz_json_text(a->compared.entry[0].name));
    fprintf(a->out, "%zu environments, against %s\n", a->sites.n,
            a->compared.entry[0].name);
}

sz_status sz_analyse_correlation(sz_analysis *a, sz_error *err)
{
    sz_metric *first = NULL;
    json_t *rows = json_array();
    sz_status status = make_metric(a, 0, &first, err);

    json_object_set_new(a->json, "bins", json_integer(BINS));
    json_object_set_new(a->json, "compressions", rows);
    if (status != SZ_OK) return status;
    start_distances(a);
    fprintf(a->out, "%-20s %7s  %22s  %19s\n%-20s %7s  %11s %10s  %9s %9s\n", "", "",
            "Pearson correlation of", "pairs near, far", "", "length", "distances",
            "ranks", "first", "other");
    for (int k = 0; k < a->compared.n && status == SZ_OK; k++) {
        const sz_compared *c = &a->compared.entry[k];
        sz_metric *m = first;
        sz_agreement g;
        json_t *o;

        if (k > 0) status = make_metric(a, k, &m, err);
        if (status == SZ_OK) status = sz_metric_compare(&g, first, m, err);
        if (status == SZ_OK) {
            int n = sz_metric_n(first);

            sz_analyse_name(a, c);
            fprintf(a->out, " %7d  %11.6f %10.6f  %9ld %9ld\n", c->length, g.distances,
                    g.ranks, g.near_far, g.far_near);
            o = agreement_json(c, &g);
            json_object_set_new(
                o, "distances",
                histogram(n, sz_metric_distances(first), sz_metric_distances(m)));
            json_object_set_new(
                o, "ranks",
                rank_histogram(n, sz_metric_ranks(first), sz_metric_ranks(m)));
            json_array_append_new(rows, o);
        }
        if (m != first) sz_metric_free(m);
    }
    sz_metric_free(first);
    return status;
}

/* delta [n][n]: Delta(row -> column) */
static sz_status imbalances(const sz_analysis *a, sz_metric **m, double *delta,
                            sz_error *err)
{
    int n = a->compared.n;
    json_t *rows = json_object_get(a->json, "compressions");
    sz_status status = SZ_OK;

    for (int i = 0; i < n && status == SZ_OK; i++)
        for (int k = i; k < n && status == SZ_OK; k++) {
            sz_agreement g;

            status = sz_metric_compare(&g, m[i], m[k], err);
            delta[i * n + k] = g.imbalance_ab;
            delta[k * n + i] = g.imbalance_ba;
            if (i == 0)
                json_array_append_new(rows, agreement_json(&a->compared.entry[k], &g));
        }
    return status;
}

static void print_imbalances(const sz_analysis *a, const double *delta)
{
    int n = a->compared.n;
    const char *first = a->compared.entry[0].name;

    fprintf(a->out, "%-20s %7s  %14s %14s   (first: %s)\n", "", "length", "first -> this",
            "this -> first", first);
    for (int k = 0; k < n; k++) {
        sz_analyse_name(a, &a->compared.entry[k]);
        fprintf(a->out, " %7d  %14.6f %14.6f\n", a->compared.entry[k].length, delta[k],
                delta[k * n]);
    }
    fprintf(a->out, "Delta(row -> column):\n");
    for (int i = 0; i < n; i++) {
        sz_analyse_name(a, &a->compared.entry[i]);
        for (int k = 0; k < n; k++) fprintf(a->out, " %7.4f", delta[i * n + k]);
        fputc('\n', a->out);
    }
}

sz_status sz_analyse_imbalance(sz_analysis *a, sz_error *err)
{
    size_t n = (size_t)a->compared.n;
    sz_metric **m = calloc(n, sizeof *m);
    double *delta = calloc(n * n, sizeof *delta);
    sz_status status = m && delta ? SZ_OK : sz_fail_memory(err, n * n * 8, "imbalances");

    json_object_set_new(a->json, "compressions", json_array());
    for (int k = 0; k < a->compared.n && status == SZ_OK; k++)
        status = make_metric(a, k, &m[k], err);
    if (status == SZ_OK) start_distances(a);
    if (status == SZ_OK) status = imbalances(a, m, delta, err);
    if (status == SZ_OK) {
        json_object_set_new(a->json, "imbalance", sz_json_numbers(n * n, delta));
        print_imbalances(a, delta);
    }
    for (size_t k = 0; m && k < n; k++) sz_metric_free(m[k]);
    free(m);
    free(delta);
    return status;
}

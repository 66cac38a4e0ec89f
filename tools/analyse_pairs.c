/* SPDX-License-Identifier: BSD-3-Clause
 *
 * analyse_pairs.c - soapz analyse pairs and recover. */
#include "analyse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- pairs ------------------------------------------------------------------------- */

/* Of all environments; the caller frees the n pairs. */
static sz_status list_pairs(const sz_analysis *a, size_t **pair, size_t *n, sz_error *err)
{
    size_t n_sites = a->sites.n, at = 0;

    *n = a->words->every ? n_sites * (n_sites - 1) / 2 : n_sites / 2;
    if (!a->words->every && n_sites % 2)
        return sz_fail(
            err, SZ_ERR_ARGUMENT,
            "%s holds %zu environments: pairs are frames 1 and 2, 3 and 4, ..; "
            "--every compares each with each",
            a->in, n_sites);
    *pair = malloc((2 * *n + 1) * sizeof **pair);
    if (!*pair) return sz_fail_memory(err, *n * 16, "the pairs");
    for (size_t i = 0; i < n_sites; i++)
        for (size_t k = i + 1; k < n_sites; k++) {
            if (!a->words->every && (i % 2 || k != i + 1)) continue;
            (*pair)[at++] = i;
            (*pair)[at++] = k;
        }
    return SZ_OK;
}

/* Mean and standard deviation over the seeds of one label, which are adjacent from k on;
 * returns how many there are. */
static int spread(const sz_analysis *a, int k, size_t n, size_t p, const double *d,
                  double *mean, double *deviation)
{
    const sz_compared *e = a->compared.entry;
    int end = k + 1, count;
    double sum = 0.0, sum2 = 0.0;

    while (e[k].seed && end < a->compared.n && e[end].seed > e[end - 1].seed) end++;
    count = end - k;
    for (int q = k; q < end; q++) sum += d[(size_t)q * n + p];
    *mean = sum / count;
    for (int q = k; q < end; q++)
        sum2 += (d[(size_t)q * n + p] - *mean) * (d[(size_t)q * n + p] - *mean);
    *deviation = sqrt(sum2 / count);
    return count;
}

/* d [compressions][n] */
static void print_pairs(const sz_analysis *a, size_t n, const size_t *pair,
                        const double *d)
{
    enum { MOST = 40 };

    for (size_t p = 0; p < n && p < MOST; p++) {
        fprintf(a->out, "environments %zu and %zu\n", pair[2 * p] + 1,
                pair[2 * p + 1] + 1);
        for (int k = 0; k < a->compared.n;) {
            double mean, deviation;
            int count = spread(a, k, n, p, d, &mean, &deviation);

            fprintf(a->out, "  %-20.60s %12.6g", a->compared.entry[k].name, mean);
            if (count > 1) fprintf(a->out, "  +- %.3g of %d seeds", deviation, count);
            fputc('\n', a->out);
            k += count;
        }
    }
    if (n > MOST) fprintf(a->out, "and %zu more pairs, see --json\n", n - MOST);
}

/* value [n][l_max+1][2 l_max+1] of all environments */
static sz_status find_spectra(const sz_analysis *a, int total, double **value,
                              int *neighbours, sz_error *err)
{
    const sz_descriptor *d = a->compared.entry[0].d;
    int l_max = sz_descriptor_l_max(d);
    size_t size = l_max < 0 ? 0 : a->sites.n * (size_t)((l_max + 1) * (2 * l_max + 1));

    *value = malloc((size + 1) * sizeof **value);
    if (!*value) return sz_fail_memory(err, size * 8, "singular values");
    return sz_spectrum_values(d, &a->sites, total, *value, neighbours, &a->options, err);
}

static int rank_of(const double *value, int rows, double tolerance)
{
    int rank = 0;

    while (rank < rows && value[rank] > tolerance) rank++;
    return rank;
}

/* The ranks of P_l of each environment, as text and as [n][l_max+1]; none if the first
 * descriptor has no P_l. */
static sz_status say_ranks(const sz_analysis *a, int total, double tolerance,
                           sz_error *err)
{
    enum { MOST = 20 };
    int l_max = sz_descriptor_l_max(a->compared.entry[0].d), rows = 2 * l_max + 1, *rank;
    double *value = NULL;
    sz_status status;

    if (l_max < 0) return SZ_OK;
    rank = malloc((a->sites.n * (size_t)(l_max + 1) + 1) * sizeof *rank);
    status = rank ? find_spectra(a, total, &value, NULL, err)
                  : sz_fail_memory(err, a->sites.n * 4, "ranks");
    for (size_t k = 0; k < a->sites.n && status == SZ_OK; k++) {
        if (k < MOST)
            fprintf(a->out, "environment %zu: ranks of P_l%s, l = 0 ..:", k + 1,
                    total ? " of the total density" : "");
        for (int l = 0; l <= l_max; l++) {
            size_t at = k * (size_t)(l_max + 1) + (size_t)l;

            rank[at] = rank_of(value + at * (size_t)rows, rows, tolerance);
            if (k < MOST) fprintf(a->out, " %d", rank[at]);
        }
        if (k < MOST) fputc('\n', a->out);
    }
    if (status == SZ_OK)
        json_object_set_new(a->json, total ? "ranks_total" : "ranks",
                            sz_json_integers(a->sites.n * (size_t)(l_max + 1), rank));
    free(value);
    free(rank);
    return status;
}

sz_status sz_analyse_pairs(sz_analysis *a, sz_error *err)
{
    size_t *pair = NULL, n = 0;
    double *d = NULL, tolerance;
    json_t *rows = json_array(), *list = json_array();
    sz_status status = sz_analyse_tolerance(a, 1e-12, &tolerance, err);

    json_object_set_new(a->json, "compressions", rows);
    json_object_set_new(a->json, "pairs", list);
    if (status == SZ_OK) status = list_pairs(a, &pair, &n, err);
    if (status == SZ_OK) {
        d = malloc(((size_t)a->compared.n * n + 1) * sizeof *d);
        if (!d) status = sz_fail_memory(err, n * 8, "the distances");
    }
    for (int k = 0; k < a->compared.n && status == SZ_OK; k++) {
        json_t *o = sz_json_compared(&a->compared.entry[k]);
        double *row = d + (size_t)k * n;

        status = sz_pair_distances(a->compared.entry[k].d, &a->sites, n, pair, row,
                                   &a->options, err);
        if (status == SZ_OK) json_object_set_new(o, "distances", sz_json_numbers(n, row));
        json_array_append_new(rows, o);
    }
    for (size_t p = 0; p < n && status == SZ_OK; p++)
        json_array_append_new(list, json_pack("[II]", (json_int_t)pair[2 * p],
                                              (json_int_t)pair[2 * p + 1]));
    if (status == SZ_OK) print_pairs(a, n, pair, d);
    if (status == SZ_OK) status = say_ranks(a, 0, tolerance, err);
    if (status == SZ_OK) status = say_ranks(a, 1, tolerance, err);
    free(pair);
    free(d);
    return status;
}

/* ---- recovery ---------------------------------------------------------------------- */

/* Singular values beyond the largest possible rank of P_l, relative to the largest: they
 * should be zero. */
static void print_ranks(const sz_analysis *a, const double *value, const int *neighbours,
                        double tolerance)
{
    int l_max = sz_descriptor_l_max(a->compared.entry[0].d), rows = 2 * l_max + 1;
    json_t *list = json_array();

    fprintf(a->out, "%zu environments\n%3s %6s %16s   %s\n", a->sites.n, "l", "2l+1",
            "ranks of P_l",
            "largest singular value beyond min(2l+1, neighbours), over the largest");
    for (int l = 0; l <= l_max; l++) {
        int low = rows, high = 0;
        double beyond = 0.0;

        for (size_t k = 0; k < a->sites.n; k++) {
            const double *v =
                value + (k * (size_t)(l_max + 1) + (size_t)l) * (size_t)rows;
            int rank = rank_of(v, rows, tolerance), most = 2 * l + 1;

            if (l > 0 && neighbours[k] < most) most = neighbours[k];
            if (most < rows) beyond = fmax(beyond, v[most]);
            low = rank < low ? rank : low;
            high = rank > high ? rank : high;
        }
        fprintf(a->out, "%3d %6d %8d to %4d   %.1e\n", l, 2 * l + 1, low, high, beyond);
        json_array_append_new(list, json_pack("{si si si sf}", "l", l, "least", low,
                                              "greatest", high, "beyond", beyond));
    }
    json_object_set_new(a->json, "ranks", list);
}

static int is_lossless(const sz_compared *c)
{
    return !strcmp(c->name, "W^T P_l") || !strcmp(c->name, "Q^T P_l Q") ||
           !strcmp(c->name, "nu,mu=1,1") || strchr(c->name, '{');
}

static sz_status recover_one(const sz_analysis *a, const sz_compared *c, json_t *rows,
                             sz_error *err)
{
    size_t n = a->sites.n;
    double *error = malloc(2 * n * sizeof *error), *condition;
    sz_status status;
    json_t *o;

    if (!error) return sz_fail_memory(err, n * 16, "the errors");
    condition = error + n;
    status = sz_recover(c->d, &a->sites, error, condition, &a->options, err);
    if (status == SZ_OK) {
        o = sz_json_compared(c);
        json_object_set_new(o, "error", sz_json_numbers(n, error));
        json_object_set_new(o, "condition", sz_json_numbers(n, condition));
        json_array_append_new(rows, o);
        qsort(error, n, sizeof *error, sz_by_size);
        qsort(condition, n, sizeof *condition, sz_by_size);
        sz_analyse_name(a, c);
        fprintf(a->out, " %7d  %9.1e %9.1e  %10.0f %9.1e\n", c->length, error[n / 2],
                error[n - 1], condition[n / 2], condition[n - 1]);
    }
    free(error);
    return status;
}

sz_status sz_analyse_recover(sz_analysis *a, sz_error *err)
{
    double tolerance, *value = NULL;
    int *neighbours = malloc((a->sites.n + 1) * sizeof *neighbours), n = 0;
    json_t *rows = json_array();
    sz_status status = sz_analyse_tolerance(a, 1e-12, &tolerance, err);

    json_object_set_new(a->json, "compressions", rows);
    if (status == SZ_OK && !neighbours)
        status = sz_fail_memory(err, a->sites.n * 4, "ranks");
    if (status == SZ_OK) status = find_spectra(a, 0, &value, neighbours, err);
    if (status == SZ_OK) {
        print_ranks(a, value, neighbours, tolerance);
        fprintf(a->out, "%-20s %7s  %19s  %20s\n%-20s %7s  %9s %9s  %10s %9s\n", "", "",
                "|P' - P| / |P|", "condition of X_l W", "", "length", "median", "worst",
                "median", "worst");
    }
    for (int k = 0; k < a->compared.n && status == SZ_OK; k++)
        if (is_lossless(&a->compared.entry[k])) {
            status = recover_one(a, &a->compared.entry[k], rows, err);
            n++;
        }
    if (status == SZ_OK && n == 0)
        status = sz_fail(err, SZ_ERR_ARGUMENT,
                         "P_l cannot be recovered from these compressions: use W^T P_l, "
                         "Q^T P_l Q or nu,mu=1,1");
    free(value);
    free(neighbours);
    return status;
}

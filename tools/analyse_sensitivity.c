/* SPDX-License-Identifier: BSD-3-Clause
 *
 * analyse_sensitivity.c - soapz analyse sensitivity. */
#include "analyse.h"

#include <math.h>
#include <stdlib.h>

/* ---- sensitivity ------------------------------------------------------------------- */

/* One compression relative to the first, over all environments. NAN: no eigenvalue,
 * because the environments are too small. */
typedef struct {
    double sixth; /* largest, relative to the largest eigenvalue of its environment */
    double seventh, middle; /* smallest and median */
    int zero_min, zero_max;
    double ratio, ratio_min; /* log10 of lambda / lambda of the first: mean, smallest */
    double correlation;      /* standard deviation of the logarithms */
} summary;

/* An atom without neighbours has no relative displacement. */
static sz_status check_neighbours(const sz_sensitivity *s, size_t n, sz_error *err)
{
    for (size_t k = 0; k < n; k++)
        if (sz_sensitivity_n(s, k) > 3) return SZ_OK;
    return sz_fail(
        err, SZ_ERR_ARGUMENT,
        "none of the %zu atoms has a neighbour within the cutoff, so no "
        "displacement changes a descriptor; give structures of more atoms or a "
        "larger cutoff",
        n);
}

static double scaled(const sz_sensitivity *s, size_t k, int q)
{
    const double *v = sz_sensitivity_values(s, k);

    return v[q] / v[sz_sensitivity_n(s, k) - 1];
}

/* The eigenvalues after the sixth that are non-zero in both. */
static void compare_logs(summary *m, size_t n, const sz_sensitivity *s,
                         const sz_sensitivity *first, double tolerance)
{
    double x = 0.0, y = 0.0, xx = 0.0, yy = 0.0, xy = 0.0, count = 0.0, cov;

    m->ratio_min = INFINITY;
    for (size_t k = 0; k < n; k++)
        for (int q = 6; q < sz_sensitivity_n(s, k); q++) {
            double a = scaled(first, k, q), b = scaled(s, k, q);

            if (!(a > tolerance) || !(b > tolerance)) continue;
            a = log10(a);
            b = log10(b);
            m->ratio_min = fmin(m->ratio_min, b - a);
            x += a, y += b, xx += a * a, yy += b * b, xy += a * b, count++;
        }
    if (!(count > 0.0)) {
        m->ratio = m->ratio_min = m->correlation = NAN;
        return;
    }
    m->ratio = (y - x) / count;
    cov = xy - x * y / count;
    m->correlation = cov / sqrt((xx - x * x / count) * (yy - y * y / count));
}

static sz_status summarise(summary *m, size_t n, const sz_sensitivity *s,
                           const sz_sensitivity *first, double tolerance, sz_error *err)
{
    double *seventh = malloc((n + 1) * sizeof *seventh);
    size_t n_seventh = 0;

    *m = (summary){.zero_min = 1000000000};
    if (!seventh) return sz_fail_memory(err, n * 8, "the eigenvalues");
    for (size_t k = 0; k < n; k++) {
        int zeros = 0, all = sz_sensitivity_n(s, k);

        while (zeros < all && !(scaled(s, k, zeros) > tolerance)) zeros++;
        m->zero_min = zeros < m->zero_min ? zeros : m->zero_min;
        m->zero_max = zeros > m->zero_max ? zeros : m->zero_max;
        if (all > 5) m->sixth = fmax(m->sixth, scaled(s, k, 5));
        if (all > 6) seventh[n_seventh++] = scaled(s, k, 6);
    }
    qsort(seventh, n_seventh, sizeof *seventh, sz_by_size);
    m->seventh = n_seventh ? seventh[0] : NAN;
    m->middle = n_seventh ? seventh[n_seventh / 2] : NAN;
    compare_logs(m, n, s, first, tolerance);
    free(seventh);
    return SZ_OK;
}

static json_t *sensitivity_json(const sz_analysis *a, const sz_compared *c,
                                const sz_sensitivity *s, const summary *m)
{
    json_t *o = sz_json_compared(c), *values = json_array();

    for (size_t k = 0; k < a->sites.n; k++)
        json_array_append_new(values, sz_json_numbers((size_t)sz_sensitivity_n(s, k),
                                                      sz_sensitivity_values(s, k)));
    json_object_set_new(o, "eigenvalues", values);
    json_object_set_new(o, "sixth", sz_json_number(m->sixth));
    json_object_set_new(o, "seventh_least", sz_json_number(m->seventh));
    json_object_set_new(o, "seventh_median", sz_json_number(m->middle));
    json_object_set_new(o, "zeros_least", json_integer(m->zero_min));
    json_object_set_new(o, "zeros_most", json_integer(m->zero_max));
    json_object_set_new(o, "log_ratio_mean", sz_json_number(m->ratio));
    json_object_set_new(o, "log_ratio_least", sz_json_number(m->ratio_min));
    json_object_set_new(o, "correlation_of_logs", sz_json_number(m->correlation));
    return o;
}

/* a number in a column, "-" if there is none */
static void print_cell(const sz_analysis *a, const char *before, int width,
                       const char *format, double number)
{
    char text[32] = "-";

    if (isfinite(number)) snprintf(text, sizeof text, format, number);
    fprintf(a->out, "%s%*s", before, width, text);
}

static void print_row(const sz_analysis *a, const summary *m)
{
    print_cell(a, " ", 8, "%.1e", m->sixth);
    print_cell(a, " ", 8, "%.1e", m->seventh);
    print_cell(a, " ", 8, "%.1e", m->middle);
    fprintf(a->out, "  %4d to %3d", m->zero_min, m->zero_max);
    print_cell(a, "  ", 11, "%+.3f", m->ratio);
    print_cell(a, " ", 10, "%+.3f", m->ratio_min);
    print_cell(a, "  ", 11, "%.4f", m->correlation);
    fputc('\n', a->out);
}

static void print_head(const sz_analysis *a)
{
    fprintf(a->out,
            "%zu environments; eigenvalues relative to the largest of each\n"
            "%-20s %8s %8s %8s  %11s  %22s  %11s\n%-20s %8s %8s %8s  %11s  %11s %10s  "
            "%11s\n",
            a->sites.n, "", "sixth,", "seventh,", "", "", "log10 lambda / first", "", "",
            "largest", "least", "median", "zeros", "mean", "least", "correlation");
}

sz_status sz_analyse_sensitivity(sz_analysis *a, sz_error *err)
{
    sz_sensitivity *first = NULL;
    double tolerance;
    json_t *rows = json_array();
    sz_status status = sz_analyse_tolerance(a, 1e-20, &tolerance, err);

    json_object_set_new(a->json, "compressions", rows);
    for (int k = 0; k < a->compared.n && status == SZ_OK; k++) {
        const sz_compared *c = &a->compared.entry[k];
        sz_sensitivity *s = NULL;
        summary m;

        status = sz_sensitivity_create(&s, c->d, &a->sites, &a->options, err);
        if (status == SZ_OK && !first) {
            first = s;
            status = check_neighbours(s, a->sites.n, err);
        }
        if (status == SZ_OK) status = summarise(&m, a->sites.n, s, first, tolerance, err);
        if (status == SZ_OK) {
            if (k == 0) print_head(a);
            sz_analyse_name(a, c);
            print_row(a, &m);
            json_array_append_new(rows, sensitivity_json(a, c, s, &m));
        }
        if (s != first) sz_sensitivity_free(s);
    }
    sz_sensitivity_free(first);
    return status;
}

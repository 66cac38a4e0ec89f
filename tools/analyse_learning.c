/* SPDX-License-Identifier: BSD-3-Clause
 *
 * analyse_learning.c - soapz analyse learning: errors of total energies against the
 * number of training frames. */
#include "analyse.h"
#include "base/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 100 };
#define KCAL_MOL 23.060548 /* eV to the unit printed */

typedef struct {
    sz_learning_options o;
    int size[MOST];
} settings;

static sz_status read_sizes(settings *s, const char *text, sz_error *err)
{
    char word[16];

    while (*(text += strspn(text, " ,\t"))) {
        size_t length = strcspn(text, " ,\t");
        int *size = &s->size[s->o.n_sizes];

        snprintf(word, sizeof word, "%.*s", (int)(length < 15 ? length : 15), text);
        if (s->o.n_sizes == MOST || !sz_parse_int(word, size) || *size < 1)
            return sz_fail(err, SZ_ERR_ARGUMENT,
                           "--sizes needs up to %d numbers of frames, not \"%.60s\"",
                           MOST, text);
        s->o.n_sizes++;
        text += length;
    }
    if (s->o.n_sizes) return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT, "--sizes is empty");
}

static sz_status read_settings(settings *s, const sz_analysis *a, sz_error *err)
{
    const sz_analyse_words *w = a->words;
    const char *unit = w->unit ? w->unit : "atom";
    sz_status status = read_sizes(s, w->sizes ? w->sizes : "100 200 400 800", err);

    s->o.size = s->size;
    s->o.n_test = 400;
    s->o.n_splits = 3;
    s->o.n_folds = 5;
    s->o.zeta = 2;
    s->o.seed = a->sample_seed;
    s->o.per_frame = strcmp(unit, "frame") == 0;
    if (status == SZ_OK && !s->o.per_frame && strcmp(unit, "atom") != 0)
        status = sz_fail(err, SZ_ERR_ARGUMENT,
                         "--unit is \"%.60s\", allowed are atom and frame", unit);
    if (status == SZ_OK)
        status = sz_analyse_int("--test", w->test, 1, 1000000000, &s->o.n_test, err);
    if (status == SZ_OK)
        status = sz_analyse_int("--zeta", w->zeta, 1, 100, &s->o.zeta, err);
    if (status == SZ_OK)
        status = sz_analyse_int("--splits", w->splits, 1, MOST, &s->o.n_splits, err);
    if (status == SZ_OK)
        status = sz_analyse_int("--folds", w->folds, 2, MOST, &s->o.n_folds, err);
    return status;
}

/* Averages over the splits. */
static void spread(const sz_learning *l, const settings *s, int size, double *mean,
                   double *deviation)
{
    int n = s->o.n_splits;
    double sum = 0.0, sum2 = 0.0;

    for (int k = 0; k < n; k++) sum += sz_learning_mae(l, k, size, s->o.per_frame);
    *mean = sum / n;
    for (int k = 0; k < n; k++) {
        double d = sz_learning_mae(l, k, size, s->o.per_frame) - *mean;

        sum2 += d * d;
    }
    *deviation = sqrt(sum2 / n);
}

static json_t *learning_json(const sz_compared *c, const sz_learning *l,
                             const settings *s)
{
    json_t *o = sz_json_compared(c), *all = json_array();

    for (int size = 0; size < s->o.n_sizes; size++) {
        json_t *one = json_object(), *per_atom = json_array(), *per_frame = json_array();
        json_t *sigma = json_array();

        for (int k = 0; k < s->o.n_splits; k++) {
            json_array_append_new(per_atom,
                                  sz_json_number(sz_learning_mae(l, k, size, 0)));
            json_array_append_new(per_frame,
                                  sz_json_number(sz_learning_mae(l, k, size, 1)));
            json_array_append_new(sigma, sz_json_number(sz_learning_sigma(l, k, size)));
        }
        json_object_set_new(one, "n_frames", json_integer(s->size[size]));
        json_object_set_new(one, "mae_atom", per_atom);
        json_object_set_new(one, "mae_frame", per_frame);
        json_object_set_new(one, "sigma", sigma);
        json_array_append_new(all, one);
    }
    json_object_set_new(o, "sizes", all);
    return o;
}

static void print_curve(const sz_analysis *a, const sz_compared *c, const sz_learning *l,
                        const settings *s)
{
    double unit = s->o.per_frame ? KCAL_MOL : 1e3;

    sz_analyse_name(a, c);
    fprintf(a->out, " %7d", c->length);
    for (int size = 0; size < s->o.n_sizes; size++) {
        double mean, deviation;

        spread(l, s, size, &mean, &deviation);
        fprintf(a->out, " %8.3f +- %-6.3f", unit * mean, unit * deviation);
    }
    fputc('\n', a->out);
    fflush(a->out);
}

static void print_head(const sz_analysis *a, const settings *s)
{
    fprintf(a->out, "MAE of %d frames, %s; mean +- deviation of %d splits\n%-20s %7s",
            s->o.n_test, s->o.per_frame ? "kcal/mol a frame" : "meV/atom", s->o.n_splits,
            "", "length");
    for (int k = 0; k < s->o.n_sizes; k++) fprintf(a->out, " %18d", s->size[k]);
    fputc('\n', a->out);
}

sz_status sz_analyse_learning(sz_analysis *a, sz_error *err)
{
    settings s = {0};
    json_t *rows = json_array();
    sz_status status = read_settings(&s, a, err);

    json_object_set_new(a->json, "compressions", rows);
    if (status != SZ_OK) return status;
    json_object_set_new(a->json, "zeta", json_integer(s.o.zeta));
    json_object_set_new(a->json, "n_test", json_integer(s.o.n_test));
    json_object_set_new(a->json, "unit", json_string(s.o.per_frame ? "frame" : "atom"));
    for (int k = 0; k < a->compared.n && status == SZ_OK; k++) {
        const sz_compared *c = &a->compared.entry[k];
        sz_learning *l;

        status = sz_learning_create(&l, c->d, a->data, &s.o, &a->options, err);
        if (status != SZ_OK) break;
        if (k == 0) print_head(a, &s);
        print_curve(a, c, l, &s);
        json_array_append_new(rows, learning_json(c, l, &s));
        sz_learning_free(l);
    }
    return status;
}

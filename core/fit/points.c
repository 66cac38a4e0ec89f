/* SPDX-License-Identifier: BSD-3-Clause
 *
 * points.c - the terms of a fit and their sparse points.
 *
 *   theta_i = theta_fac times the range of x_i in the data, over all permutations
 *
 * and, if they differ between components that a permutation exchanges, their mean, as in
 * a model file. */
#include "fit/points.h"

#include "base/file.h"
#include "base/text.h"
#include "descriptor/environment.h"
#include "fit/spec_keys.h"
#include "fit/train.h"
#include "fit/vectors.h"
#include "format/gap_write.h"
#include "select/sparsify.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the kernel ------------------------------------------------------------------ */

/* theta_fac: the range of the data times the factor */
static void range_theta(const sz_fit_vectors *s, const sz_fit_descriptor *d,
                        const sz_gap_term *c, double *theta)
{
    for (int k = 0; k < s->probe->n_dim; k++) {
        double lo = INFINITY, hi = -INFINITY;

        for (int i = 0; i < s->n; i++)
            for (int p = 0; p < c->n_perm; p++) {
                double x =
                    s->x[(size_t)i * s->probe->n_dim + c->perm[p * s->probe->n_dim + k]];

                lo = fmin(lo, x);
                hi = fmax(hi, x);
            }
        theta[k] = (hi - lo) * d->theta[d->n_theta == 1 ? 0 : k];
        if (!(theta[k] >= 1e-8)) theta[k] = 1.0;
    }
}

/* theta_file: as many numbers as components */
static sz_status read_theta(const sz_fit_descriptor *d, int n, double *theta,
                            sz_error *err)
{
    char *text, *rest, *item;
    int k = 0;
    sz_status status = sz_read_text(&text, d->theta_file, err);

    if (status != SZ_OK) return status;
    for (rest = text; status == SZ_OK && (item = sz_next_item(&rest, " \t\r\n")); k++)
        if (k < n && (!sz_parse_double(item, &theta[k]) || !(theta[k] > 0.0)))
            status = sz_fail(err, SZ_ERR_FORMAT,
                             "%s: theta_file %.300s: '%.40s' is not a positive number",
                             d->where, d->theta_file, item);
    free(text);
    if (status == SZ_OK && k != n)
        status = sz_fail(err, SZ_ERR_FORMAT,
                         "%s: theta_file %.300s has %d numbers, the descriptor has %d "
                         "components",
                         d->where, d->theta_file, k, n);
    return status;
}

static void average_theta(sz_gap_term *c, const double *theta)
{
    for (int i = 0; i < c->n_dim; i++) {
        double sum = 0.0;

        for (int p = 0; p < c->n_perm; p++) sum += theta[c->perm[p * c->n_dim + i]];
        c->theta[i] = sum / c->n_perm;
    }
}

/* theta [n_dim] as the rule wants it, of x itself */
static sz_status choose_theta(double *theta, const sz_gap_term *c,
                              const sz_fit_descriptor *d, const sz_fit_vectors *s,
                              sz_error *err)
{
    if (d->theta_rule == SZ_THETA_FILE) return read_theta(d, c->n_dim, theta, err);
    if (d->n_theta != 1 && d->n_theta != c->n_dim)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: theta_fac has %d numbers, the descriptor has %d components",
                       d->where, d->n_theta, c->n_dim);
    if (d->theta_rule == SZ_THETA_FACTOR)
        range_theta(s, d, c, theta);
    else
        for (int k = 0; k < c->n_dim; k++) theta[k] = d->theta[0];
    return SZ_OK;
}

static sz_status find_theta(sz_gap_term *c, const sz_fit_descriptor *d,
                            const sz_fit_vectors *s, sz_error *err)
{
    double *theta = malloc((size_t)c->n_dim * sizeof *theta);
    sz_status status = theta ? choose_theta(theta, c, d, s, err)
                             : sz_fail_memory(err, (size_t)c->n_dim * 8, "theta");

    if (status == SZ_OK) average_theta(c, theta);
    free(theta);
    return status;
}

static sz_status fill_kernel(sz_gap_term *c, const sz_fit_descriptor *d,
                             const sz_fit_vectors *s, sz_error *err)
{
    size_t n = (size_t)s->probe->n_dim;
    char text[120];
    sz_status status;

    c->covariance = d->covariance;
    c->delta = d->delta;
    c->f0 = d->f0;
    c->zeta = d->zeta;
    c->n_dim = s->probe->n_dim;
    c->n_perm = 1;
    if (d->covariance == SZ_COVARIANCE_DOT_PRODUCT) return SZ_OK;
    if (!s->probe->has_theta)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: soap with this kernel is not supported, only with "
                       "covariance_type=dot_product",
                       d->where);
    c->n_perm = s->probe->n_perm;
    c->theta = malloc(n * sizeof *c->theta);
    c->perm = malloc(n * (size_t)c->n_perm * sizeof *c->perm);
    if (!c->theta || !c->perm) return sz_fail_memory(err, n * 8, "theta");
    for (int p = 0; p < c->n_perm; p++)
        for (int k = 0; k < s->probe->n_dim; k++)
            c->perm[p * s->probe->n_dim + k] = n == 3 ? s->probe->perm[p][k] : k;
    status = find_theta(c, d, s, err);
    if (status == SZ_OK && sz_kernel_fault(c, text))
        status = sz_fail(err, SZ_ERR_FORMAT, "%s: %s", d->where, text);
    return status;
}

/* ---- the choice ------------------------------------------------------------------ */

/* Config types in gap_fit's order: those that have sigmas, "default" first, then as the
 * descriptors name them. */
typedef struct {
    int n;
    sz_type_count *type; /* names belong to the settings */
    int *type_of;        /* [all vectors] */
} type_list;

static int find_type(const type_list *list, const char *name)
{
    for (int k = 0; k < list->n; k++)
        if (strcmp(list->type[k].config_type, name) == 0) return k;
    return -1;
}

static void add_type(type_list *list, char *name)
{
    if (find_type(list, name) >= 0) return;
    list->type[list->n++] = (sz_type_count){name, 0};
}

static sz_status list_types(type_list *list, const sz_fit_spec *spec,
                            const sz_fit_descriptor *d, const sz_fit_vectors *s,
                            sz_error *err)
{
    const sz_dataset *train = s->train;
    size_t n = (size_t)spec->sigma.n, n_pool = (size_t)s->n + 1;
    int other;

    for (int k = 0; k < spec->n_descriptors; k++)
        n += (size_t)spec->descriptor[k].n_type_counts;
    list->type = malloc((n + 1) * sizeof *list->type);
    list->type_of = malloc(n_pool * sizeof *list->type_of);
    if (!list->type || !list->type_of)
        return sz_fail_memory(err, n_pool * sizeof *list->type_of, "the config types");
    for (int k = 0; k < spec->sigma.n; k++)
        add_type(list, spec->sigma.entry[k].config_type);
    for (int k = 0; k < spec->n_descriptors; k++)
        for (int t = 0; t < spec->descriptor[k].n_type_counts; t++)
            add_type(list, spec->descriptor[k].type_count[t].config_type);
    for (int t = 0; t < d->n_type_counts; t++)
        list->type[find_type(list, d->type_count[t].config_type)].n = d->type_count[t].n;
    other = find_type(list, "default");
    for (int k = 0; k < s->n; k++) {
        const sz_dataset_frame *frame = &train->frame[s->frame[k]];
        int t = find_type(list, train->config_type[frame->config_type]);

        list->type_of[k] = t >= 0 ? t : other;
    }
    return SZ_OK;
}

/* random seed of term number k; the streams of rnd_seed and rnd_seed + 1 are unrelated */
static int random_seed(const sz_fit_spec *spec, int k)
{
    long long seed = spec->rnd_seed > 0 ? spec->rnd_seed : 1;

    return (int)((seed - 1 + 1000003LL * k) % 2147483646LL) + 1;
}

static sz_status choose(sz_sparse_choice *choice, const sz_gap_term *c,
                        const sz_fit_vectors *s, const sz_fit_spec *spec, int k,
                        sz_rng *rng, sz_error *err)
{
    const sz_fit_descriptor *d = &spec->descriptor[spec->term[k].descriptor];
    type_list types = {0};
    sz_sparsify_options options = {.method = d->method,
                                   .n_sparse = d->n_sparse,
                                   .hash_tolerance = d->unique_hash_tolerance,
                                   .vector_tolerance = d->unique_descriptor_tolerance,
                                   .like = {.zeta = c->zeta, .theta = c->theta},
                                   .rng = rng,
                                   .seed = random_seed(spec, k)};
    sz_status status = SZ_OK;

    if (d->method == SZ_SPARSE_INDEX_FILE)
        return sz_sparse_read_index(choice, d->sparse_file, s->n, err);
    if (d->n_type_counts && d->method != SZ_SPARSE_NONE) {
        status = list_types(&types, spec, d, s, err);
        options.n_types = types.n;
        options.type = types.type;
        options.type_of = types.type_of;
    }
    if (status == SZ_OK) status = sz_sparsify(choice, &s->vectors, &options, err);
    free(types.type);
    free(types.type_of);
    return status;
}

/* Appends a line, 1-based, in the format of index_file. */
static sz_status print_index(const char *path, const sz_sparse_choice *choice,
                             sz_error *err)
{
    sz_output part = {0};
    char *old = NULL;
    FILE *there = fopen(path, "rb");
    sz_status status = SZ_OK;

    if (there) {
        fclose(there);
        status = sz_read_text(&old, path, err);
    }
    if (status == SZ_OK) status = sz_output_open(&part, path, err);
    if (status == SZ_OK) {
        if (old) fputs(old, part.file);
        for (int k = 0; k < choice->n; k++)
            fprintf(part.file, "%s%d", k ? " " : "", choice->index[k] + 1);
        fputc('\n', part.file);
        status = sz_output_finish(&part, err);
    }
    if (status == SZ_OK) status = sz_output_publish(&part, err);
    sz_output_free(&part);
    free(old);
    return status;
}

static sz_status fill_points(sz_gap_term *c, const sz_fit_vectors *s,
                             const sz_sparse_choice *choice, sz_error *err)
{
    size_t m = (size_t)choice->n;
    sz_status status;

    c->x_sparse = malloc((m * c->n_dim + 1) * sizeof *c->x_sparse);
    c->alpha = calloc(m + 1, sizeof *c->alpha);
    c->fc_sparse = malloc((m + 1) * sizeof *c->fc_sparse);
    if (!c->x_sparse || !c->alpha || !c->fc_sparse)
        return sz_fail_memory(err, m * c->n_dim * 8, "the sparse points");
    status = sz_vectors_rows(&s->vectors, choice->index, choice->n, c->x_sparse, err);
    if (status != SZ_OK) return status;
    c->n_sparse = choice->n;
    for (size_t k = 0; k < m; k++) c->fc_sparse[k] = s->fc[choice->index[k]];
    return SZ_OK;
}

/* the environments that the vectors were made from, for a .soapz file */
static sz_status keep_environments(sz_gap_term *c, sz_fit_vectors *s,
                                   const sz_sparse_choice *choice, sz_error *err)
{
    sz_status status = sz_environments_create(&c->environment, err);

    for (int k = 0; k < choice->n && status == SZ_OK; k++) {
        int v = choice->index[k];

        status = sz_fit_vectors_frame(s, s->frame[v], err);
        if (status == SZ_OK)
            status = sz_environments_add(c->environment, &s->list.nb, s->train->z,
                                         s->atom[v], s->probe->cutoff, err);
    }
    return status;
}

/* sparse_file: the points as given */
static sz_status read_points(sz_gap_term *c, const sz_fit_descriptor *d, sz_error *err)
{
    sz_status status = sz_sparse_read_points(d->sparse_file, c->n_dim, &c->n_sparse,
                                             &c->x_sparse, &c->fc_sparse, err);

    if (status != SZ_OK) return status;
    c->alpha = calloc((size_t)c->n_sparse + 1, sizeof *c->alpha);
    return c->alpha ? SZ_OK : sz_fail_memory(err, (size_t)c->n_sparse * 8, "the weights");
}

static sz_status choose_points(sz_gap_term *c, sz_fit_vectors *s, const sz_fit_spec *spec,
                               int k, sz_rng *rng, sz_error *err)
{
    const sz_fit_descriptor *d = &spec->descriptor[spec->term[k].descriptor];
    sz_sparse_choice choice = {0};
    sz_status status = choose(&choice, c, s, spec, k, rng, err);

    for (int w = 0; status == SZ_OK && w < choice.warnings.n; w++)
        sz_watch_warn(s->watch, "%s: %s", d->where, choice.warnings.text[w]);
    if (status == SZ_OK) status = fill_points(c, s, &choice, err);
    if (status == SZ_OK && s->probe->on_demand && spec->sparse_environments)
        status = keep_environments(c, s, &choice, err);
    if (status == SZ_OK && d->print_sparse_index && !spec->dryrun)
        status = print_index(d->print_sparse_index, &choice, err);
    sz_sparse_choice_free(&choice);
    return status;
}

/* compress_file, relative to the working directory like the other files of a fit */
static sz_status load_map(sz_gap_term *c, const sz_fit_descriptor *d, sz_error *err)
{
    sz_error why;
    sz_status status = sz_gap_term_load_map(c, NULL, NULL, &why);

    if (status == SZ_OK) return SZ_OK;
    return sz_fail(err, status, "%s: %.700s", d->where, why.message);
}

/* The data for making the terms of a fit. */
typedef struct {
    sz_gap *gap;
    const sz_fit_spec *spec;
    const sz_targets *targets;
    int n_threads;
    const sz_watch *watch;
    sz_rng rng;
} maker;

static sz_status make_coordinate(maker *m, int k, sz_error *err)
{
    const sz_fit_spec *spec = m->spec;
    sz_gap_term *c = &m->gap->term[k];
    const sz_fit_descriptor *d = &spec->descriptor[spec->term[k].descriptor];
    sz_fit_vectors s = {0};
    sz_args *args = NULL;
    sz_status status = sz_args_parse(&args, spec->term[k].text, d->where, err);

    if (status == SZ_OK) {
        c->descriptor = sz_copy_text(spec->term[k].text);
        if (!c->descriptor) status = sz_fail_memory(err, 1, "a descriptor");
    }
    if (status == SZ_OK) status = load_map(c, d, err);
    if (status == SZ_OK)
        status =
            sz_fit_find_maps(m->gap, k, spec, m->targets, m->n_threads, m->watch, err);
    if (status == SZ_OK)
        status = sz_fit_vectors_open(&s, m->targets->data, args, c->n_matrix ? c : NULL,
                                     m->watch, err);
    if (status == SZ_OK) status = fill_kernel(c, d, &s, err);
    if (status == SZ_OK && d->method == SZ_SPARSE_FILE)
        status = read_points(c, d, err);
    else if (status == SZ_OK)
        status = choose_points(c, &s, spec, k, &m->rng, err);
    sz_args_free(args);
    sz_fit_vectors_free(&s);
    return sz_fit_blame(&d->places, d->where, status, err);
}

/* gap_fit's random numbers before the first choice: mixing descriptors advance the
 * stream */
static sz_status start_rng(sz_rng *rng, const sz_fit_spec *spec, int n_frames,
                           sz_error *err)
{
    sz_rng_seed(rng, spec->rnd_seed > 0 ? spec->rnd_seed : 1);
    for (int k = 0; k < spec->n_terms; k++) {
        int r_mix = 0, z_mix = 0;
        sz_args *args;
        sz_status status = sz_args_parse(&args, spec->term[k].text, "gap", err);

        if (status == SZ_OK) status = sz_args_bool(args, "R_mix", &r_mix, err);
        if (status == SZ_OK) status = sz_args_bool(args, "Z_mix", &z_mix, err);
        sz_args_free(args);
        if (status != SZ_OK) return status;
        if (r_mix || z_mix) sz_sparsify_skip_mixing(rng, n_frames);
    }
    return SZ_OK;
}

sz_status sz_fit_make_gap(sz_gap **gap, const sz_fit_spec *spec,
                          const sz_targets *targets, const sz_e0 *e0, int n_threads,
                          const sz_watch *watch, sz_error *err)
{
    sz_gap *g = calloc(1, sizeof *g);
    maker m = {g, spec, targets, n_threads, watch, {0}};
    sz_status status = SZ_OK;

    *gap = NULL;
    if (!g) return sz_fail_memory(err, sizeof *g, "the model");
    g->path = sz_copy_text(spec->gp_file);
    g->version = SZ_GAP_VERSION;
    g->e_scale = 1.0;
    for (int z = 1; z <= SZ_Z_MAX; z++) g->e0[z] = e0->known[z] ? e0->value[z] : 0.0;
    g->term = calloc((size_t)spec->n_terms + 1, sizeof *g->term);
    if (!g->path || !g->term)
        status = sz_fail_memory(err, (size_t)spec->n_terms, "the model");
    if (status == SZ_OK) status = start_rng(&m.rng, spec, targets->data->n_frames, err);
    for (int k = 0; k < spec->n_terms && status == SZ_OK; k++) {
        g->n_terms = k + 1;
        status = make_coordinate(&m, k, err);
    }
    if (status == SZ_OK) {
        *gap = g;
        g = NULL;
    }
    sz_gap_free(g);
    return status;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soapz_read.c - a .soapz file: the numbers of a GAP as tensors, and their description as
 * JSON text under the key "model" of the container's notes (docs/format.md).
 *
 *   e0                      [118]
 *   term.K.sparse           [n_sparse][n_dim]
 *     or, for a soap, their environments:
 *   term.K.count, .z        [n_sparse]            neighbours, element of the centre
 *   term.K.neighbour        [n_neighbours][3]     r_neighbour - r_centre
 *   term.K.neighbour_z      [n_neighbours]
 *   term.K.alpha, .cutoff   [n_sparse]
 *   term.K.theta            [n_dim]               not with dot_product
 *   term.K.permutation      [n_perm][n_dim]       not with dot_product
 *   term.K.matrix           [n_matrix]            soapz's compressions
 *   glue.type.K.density, .embedding; glue.pair.K  [2][n] abscissae, ordinates */
#include "format/soapz_read.h"

#include "base/json.h"
#include "descriptor/environment.h"
#include "format/safetensors.h"
#include "format/soapz_core.h"
#include "format/soapz_format.h"
#include "model/gap_check.h"
#include "term/glue.h"
#include "term/zbl.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAKE_AGAIN "make the file again"

enum { NAME = SZ_TENSOR_NAME };

static int kernel_of(const char *name, sz_covariance *c)
{
    static const sz_covariance known[] = {SZ_COVARIANCE_ARD_SE, SZ_COVARIANCE_DOT_PRODUCT,
                                          SZ_COVARIANCE_PP};

    for (int k = 0; k < 3; k++) {
        *c = known[k];
        if (strcmp(name, sz_kernel_name(*c)) == 0) return 1;
    }
    return 0;
}

/* ---- tensors ----------------------------------------------------------------------- */

typedef struct {
    const char *path;
    sz_error *err;
    sz_tensors *file;
    json_t *model; /* the description */
    sz_gap *gap;
    size_t n_taken; /* tensors used so far */
} loader;

static sz_status fail(loader *l, const char *what)
{
    return sz_fail(l->err, SZ_ERR_FORMAT, "%s: %s; " MAKE_AGAIN, l->path, what);
}

/* A copy of a tensor, which the caller frees; its shape was checked against the file's
 * size. */
static sz_status take(loader *l, const char *name, sz_dtype type, int rows, int columns,
                      void *copy)
{
    const void *data;
    size_t bytes = sz_dtype_size(type) * (size_t)rows * (columns ? (size_t)columns : 1);
    sz_status status = sz_tensors_find(l->file, name, type, (size_t)rows, (size_t)columns,
                                       &data, l->err);
    void *p;

    if (status != SZ_OK) return status;
    p = malloc(bytes);
    if (!p) return sz_fail_memory(l->err, bytes, l->path);
    memcpy(p, data, bytes);
    memcpy(copy, &p, sizeof p);
    l->n_taken++;
    return SZ_OK;
}

static sz_status take_term_tensor(loader *l, int k, const char *what, sz_dtype type,
                                  int rows, int columns, void *copy)
{
    char name[NAME];

    snprintf(name, sizeof name, "term.%d.%s", k, what);
    return take(l, name, type, rows, columns, copy);
}

static sz_status take_permutations(loader *l, int k, sz_gap_term *c)
{
    int64_t *perm = NULL;
    size_t n = (size_t)c->n_perm * (size_t)c->n_dim;
    sz_status status =
        take_term_tensor(l, k, "permutation", SZ_I64, c->n_perm, c->n_dim, &perm);

    if (status == SZ_OK) {
        c->perm = malloc(n * sizeof *c->perm);
        if (!c->perm) status = sz_fail_memory(l->err, n * sizeof *c->perm, l->path);
    }
    for (size_t i = 0; i < n && status == SZ_OK; i++) /* sz_gap_check detects the -1 */
        c->perm[i] = perm[i] >= 0 && perm[i] < c->n_dim ? (int)perm[i] : -1;
    free(perm);
    return status;
}

static sz_status take_points(loader *l, const char *name, sz_gap_points *p)
{
    size_t n = (size_t)p->n;
    double *xy = NULL;
    sz_status status = take(l, name, SZ_F64, 2, p->n, &xy);

    if (status != SZ_OK) return status;
    p->x = xy; /* the first half */
    p->y = malloc(n * sizeof *p->y);
    if (!p->y) return sz_fail_memory(l->err, n * sizeof *p->y, l->path);
    memcpy(p->y, xy + n, n * sizeof *p->y);
    return SZ_OK;
}

/* ---- the description --------------------------------------------------------------- */

/* value of key in [low, high] */
static sz_status get_int(loader *l, const json_t *object, const char *key, int low,
                         int high, int *value)
{
    const json_t *v = json_object_get(object, key);
    json_int_t n = json_integer_value(v);

    if (json_is_integer(v) && n >= low && n <= high) {
        *value = (int)n;
        return SZ_OK;
    }
    return sz_fail(l->err, SZ_ERR_FORMAT,
                   "%s: \"%s\" in the description of the model is missing or not an "
                   "integer from %d to %d; " MAKE_AGAIN,
                   l->path, key, low, high);
}

static sz_status fail_description(loader *l, const char *part, const json_error_t *why)
{
    return sz_fail(l->err, SZ_ERR_FORMAT,
                   "%s: the description of %s is wrong (%.100s); " MAKE_AGAIN, l->path,
                   part, why->text);
}

static sz_status get_text(loader *l, const char *text, char **copy)
{
    *copy = sz_copy_text(text);
    return *copy ? SZ_OK : sz_fail_memory(l->err, strlen(text), l->path);
}

static sz_status load_counts(loader *l, const json_t *term, sz_gap_term *c)
{
    sz_status status = get_int(l, term, "n_dim", 1, INT_MAX, &c->n_dim);

    if (status == SZ_OK) status = get_int(l, term, "n_sparse", 0, INT_MAX, &c->n_sparse);
    if (status == SZ_OK)
        status = get_int(l, term, "n_permutations", 0, INT_MAX, &c->n_perm);
    if (status == SZ_OK) status = get_int(l, term, "n_matrix", 0, INT_MAX, &c->n_matrix);
    return status;
}

/* first [n+1] from the counts of neighbours; they must add up to n_neighbours */
static sz_status take_counts(loader *l, int k, sz_environments *env, int n_neighbours)
{
    int64_t *count = NULL, sum = 0;
    sz_status status = take_term_tensor(l, k, "count", SZ_I64, env->n, 0, &count);
    int *first = NULL;

    if (status == SZ_OK) {
        first = calloc((size_t)env->n + 1, sizeof *first);
        if (!first) status = sz_fail_memory(l->err, (size_t)env->n * 4, l->path);
    }
    for (int s = 0; s < env->n && status == SZ_OK; s++) {
        if (count[s] < 0 || count[s] > n_neighbours - sum) {
            sum = -1;
            break;
        }
        sum += count[s];
        first[s + 1] = (int)sum;
    }
    free(count);
    free(env->first);
    env->first = first;
    if (status == SZ_OK && sum != n_neighbours)
        status = fail(l, "the counts of neighbours do not add up to n_neighbours");
    return status;
}

static sz_status take_environments(loader *l, int k, const json_t *term, sz_gap_term *c)
{
    sz_environments *env;
    int n = 0;
    sz_status status = get_int(l, term, "n_neighbours", 0, INT_MAX / 3, &n);

    if (status == SZ_OK && c->covariance != SZ_COVARIANCE_DOT_PRODUCT)
        status = fail(l, "a term with environments has a kernel other than dot_product");
    if (status == SZ_OK) status = sz_environments_create(&c->environment, l->err);
    if (status != SZ_OK) return status;
    env = c->environment;
    env->n = c->n_sparse;
    status = take_counts(l, k, env, n);
    if (status == SZ_OK) status = take_term_tensor(l, k, "z", SZ_U8, env->n, 0, &env->z);
    if (status == SZ_OK && n > 0)
        status = take_term_tensor(l, k, "neighbour", SZ_F64, n, 3, &env->r);
    if (status == SZ_OK && n > 0)
        status = take_term_tensor(l, k, "neighbour_z", SZ_U8, n, 0, &env->neigh_z);
    return status;
}

static sz_status load_term(loader *l, int k, const json_t *term, sz_gap_term *c)
{
    const char *descriptor, *kernel;
    json_t *skip, *neighbours = NULL;
    json_error_t why;
    sz_status status;

    if (json_unpack_ex((json_t *)term, &why, 0,
                       "{s:s, s:s, s:F, s:F, s:F, s:o, s:o, s:o, s:o, s?o!}",
                       "descriptor", &descriptor, "kernel", &kernel, "delta", &c->delta,
                       "f0", &c->f0, "zeta", &c->zeta, "n_dim", &skip, "n_sparse", &skip,
                       "n_permutations", &skip, "n_matrix", &skip, "n_neighbours",
                       &neighbours) != 0)
        return fail_description(l, "a term", &why);
    if (!kernel_of(kernel, &c->covariance))
        return fail(l, "a kernel is neither ard_se nor dot_product nor pp");
    c->line = c->descriptor_line = k + 1; /* for messages: the number of the term */
    status = load_counts(l, term, c);
    if (status == SZ_OK) status = get_text(l, descriptor, &c->descriptor);
    if (status != SZ_OK) return status;
    if (c->n_sparse > 0) {
        status = neighbours ? take_environments(l, k, term, c)
                            : take_term_tensor(l, k, "sparse", SZ_F64, c->n_sparse,
                                               c->n_dim, &c->x_sparse);
        if (status == SZ_OK)
            status = take_term_tensor(l, k, "alpha", SZ_F64, c->n_sparse, 0, &c->alpha);
        if (status == SZ_OK)
            status =
                take_term_tensor(l, k, "cutoff", SZ_F64, c->n_sparse, 0, &c->fc_sparse);
    }
    if (status == SZ_OK && c->n_matrix > 0)
        status = take_term_tensor(l, k, "matrix", SZ_F64, c->n_matrix, 0, &c->matrix);
    if (status != SZ_OK || c->covariance == SZ_COVARIANCE_DOT_PRODUCT) return status;
    status = take_term_tensor(l, k, "theta", SZ_F64, c->n_dim, 0, &c->theta);
    return status == SZ_OK ? take_permutations(l, k, c) : status;
}

static sz_status load_terms(loader *l, const json_t *terms)
{
    size_t n = json_array_size(terms);
    sz_status status = SZ_OK;

    if (!json_is_array(terms)) return fail(l, "the model has no list of terms");
    l->gap->term = calloc(n + 1, sizeof *l->gap->term);
    if (!l->gap->term) return sz_fail_memory(l->err, n * sizeof *l->gap->term, l->path);
    for (size_t k = 0; k < n && status == SZ_OK; k++) {
        l->gap->n_terms = (int)k + 1;
        status = load_term(l, (int)k, json_array_get(terms, k), l->gap->term + k);
    }
    return status;
}

static sz_status load_points(loader *l, const json_t *table, const char *kind, int k,
                             const char *what, sz_gap_points *p)
{
    char name[NAME];
    json_t *skip;
    json_error_t why;
    int n = 0;
    sz_status status;

    snprintf(name, sizeof name, "glue.%s.%d%s", kind, k, what);

    if (json_unpack_ex((json_t *)table, &why, 0, "{s:o, s:[F,F!]!}", "n", &skip, "slopes",
                       &p->y1, &p->yn) != 0)
        return fail_description(l, "a table of Glue", &why);
    status = get_int(l, table, "n", 2, INT_MAX / 2, &n);
    if (status != SZ_OK) return status;
    p->n = n;
    return take_points(l, name, p);
}

static sz_status load_glue_type(loader *l, int t, const json_t *type, sz_gap_glue_type *g)
{
    json_t *density, *embedding, *skip;
    json_error_t why;
    sz_status status;

    if (json_unpack_ex((json_t *)type, &why, 0, "{s:o, s:b, s:o, s:o!}", "z", &skip,
                       "do_spline", &g->do_spline, "density", &density, "embedding",
                       &embedding) != 0)
        return fail_description(l, "a type of Glue", &why);
    status = get_int(l, type, "z", 1, SZ_Z_MAX, &g->z);
    if (status == SZ_OK)
        status = load_points(l, density, "type", t, ".density", &g->density);
    if (status == SZ_OK)
        status = load_points(l, embedding, "type", t, ".embedding", &g->embedding);
    return status;
}

static sz_status load_glue_pair(loader *l, int k, const json_t *pair, sz_gap_glue_pair *g)
{
    json_int_t a, b;
    json_t *table;
    json_error_t why;

    if (json_unpack_ex((json_t *)pair, &why, 0, "{s:[I,I!], s:o!}", "types", &a, &b,
                       "table", &table) != 0)
        return fail_description(l, "a pair of Glue", &why);
    g->type1 = a >= 0 && a < SZ_Z_MAX ? (int)a : -1; /* checked by sz_gap_check */
    g->type2 = b >= 0 && b < SZ_Z_MAX ? (int)b : -1;
    return load_points(l, table, "pair", k, "", &g->pair);
}

static sz_status load_glue(loader *l, const json_t *glue)
{
    json_t *types, *pairs;
    json_error_t why;
    size_t n_types, n_pairs;
    sz_gap_glue *g;
    sz_status status = SZ_OK;

    if (json_unpack_ex((json_t *)glue, &why, 0, "{s:o, s:o!}", "types", &types, "pairs",
                       &pairs) != 0)
        return fail_description(l, "Glue", &why);
    n_types = json_array_size(types);
    n_pairs = json_array_size(pairs);
    if (n_types > SZ_Z_MAX || n_pairs > SZ_Z_MAX * SZ_Z_MAX)
        return fail(l, "Glue has more types or pairs than there are elements");
    g = l->gap->glue = calloc(1, sizeof *g);
    if (!g) return sz_fail_memory(l->err, sizeof *g, l->path);
    g->type = calloc(n_types + 1, sizeof *g->type);
    g->pair = calloc(n_pairs + 1, sizeof *g->pair);
    if (!g->type || !g->pair)
        return sz_fail_memory(l->err, n_pairs * sizeof *g->pair, l->path);
    for (size_t t = 0; t < n_types && status == SZ_OK; t++) {
        g->n_types = (int)t + 1;
        status = load_glue_type(l, (int)t, json_array_get(types, t), g->type + t);
    }
    for (size_t k = 0; k < n_pairs && status == SZ_OK; k++) {
        g->n_pairs = (int)k + 1;
        status = load_glue_pair(l, (int)k, json_array_get(pairs, k), g->pair + k);
    }
    return status;
}

static sz_status load_zbl(loader *l, const json_t *zbl)
{
    json_error_t why;
    sz_zbl *z = l->gap->zbl = calloc(1, sizeof *z);

    if (!z) return sz_fail_memory(l->err, sizeof *z, l->path);
    if (json_unpack_ex((json_t *)zbl, &why, 0, "{s:F, s:F, s:b, s:F!}", "cutoff",
                       &z->cutoff, "cutoff_width", &z->cutoff_width, "shift", &z->shift,
                       "scale", &z->scale) != 0)
        return fail_description(l, "ZBL", &why);
    return SZ_OK;
}

/* ---- notes ------------------------------------------------------------------------- */

static sz_status load_notes(loader *l)
{
    int n = sz_tensors_n_notes(l->file);
    sz_status status = SZ_OK;

    if (n > SZ_NOTES_MAX + 7) return fail(l, "more than 100 notes");
    for (int k = 0; k < n && status == SZ_OK; k++) {
        sz_metadata note = sz_tensors_note_at(l->file, k);

        if (!sz_note_is_reserved(note.key))
            status = sz_gap_set_note(l->gap, note.key, note.text, l->err);
    }
    return status;
}

/* ---- the file ---------------------------------------------------------------------- */

static sz_status check_format(loader *l)
{
    const char *format = sz_tensors_note(l->file, "format");
    const char *version = sz_tensors_note(l->file, "format_version");

    if (!format || strcmp(format, SZ_FORMAT) != 0)
        return sz_fail(l->err, SZ_ERR_FORMAT,
                       "%s: a safetensors file whose format is not \"" SZ_FORMAT
                       "\"; it is "
                       "not a model of soapz",
                       l->path);
    if (!version || strcmp(version, SZ_FORMAT_VERSION) != 0)
        return sz_fail(l->err, SZ_ERR_FORMAT,
                       "%s: format_version is %.20s, soapz %s reads " SZ_FORMAT_VERSION
                       "; use a newer soapz",
                       l->path, version ? version : "missing", SZ_VERSION);
    return SZ_OK;
}

static sz_status load_model(loader *l)
{
    const char *label = NULL;
    json_t *skip, *terms, *glue = NULL, *zbl = NULL, *lj = NULL, *coulomb = NULL;
    json_error_t why;
    sz_gap *gap = l->gap;
    double *e0 = NULL;
    sz_status status;

    if (json_unpack_ex(l->model, &why, 0, "{s?s, s:o, s:F, s:o, s?o, s?o, s?o, s?o!}",
                       "label", &label, "gap_version", &skip, "e_scale", &gap->e_scale,
                       "terms", &terms, "glue", &glue, "zbl", &zbl, "lj", &lj, "coulomb",
                       &coulomb) != 0)
        return fail_description(l, "the model", &why);
    if (label && !sz_is_label(label)) return fail(l, "the label is not a word");
    status = get_int(l, l->model, "gap_version", 0, INT_MAX, &gap->version);
    if (status == SZ_OK && label) status = get_text(l, label, &gap->label);
    if (status == SZ_OK) status = take(l, "e0", SZ_F64, SZ_Z_MAX, 0, &e0);
    if (status == SZ_OK) memcpy(gap->e0 + 1, e0, SZ_Z_MAX * sizeof *e0);
    free(e0);
    if (status == SZ_OK) status = load_terms(l, terms);
    if (status == SZ_OK && glue) status = load_glue(l, glue);
    if (status == SZ_OK && zbl) status = load_zbl(l, zbl);
    if (status == SZ_OK && lj) status = sz_load_lj(gap, lj, l->path, l->err);
    if (status == SZ_OK && coulomb)
        status = sz_load_coulomb(gap, coulomb, l->path, l->err);
    if (status == SZ_OK && l->n_taken != sz_tensors_count(l->file))
        status = fail(l, "there are tensors that the model does not mention");
    return status;
}

static sz_status parse_model(loader *l)
{
    const char *text = sz_tensors_note(l->file, "model");

    if (!text) return fail(l, "there is no description of the model");
    return sz_json_read(&l->model, text, strlen(text), l->path,
                        "the description of the model", MAKE_AGAIN, l->err);
}

sz_status sz_soapz_read(sz_gap **gap, const char *path, sz_error *err)
{
    loader l = {.path = path, .err = err};
    sz_status status = sz_tensors_open(&l.file, path, err);

    *gap = NULL;
    if (status == SZ_OK) status = check_format(&l);
    if (status == SZ_OK) status = parse_model(&l);
    if (status == SZ_OK) {
        l.gap = calloc(1, sizeof *l.gap);
        status = l.gap ? get_text(&l, path, &l.gap->path)
                       : sz_fail_memory(err, sizeof *l.gap, path);
    }
    if (status == SZ_OK) status = sz_files_read(&l.gap->files, "the model", path, err);
    if (status == SZ_OK) status = load_model(&l);
    if (status == SZ_OK) status = load_notes(&l);
    if (status == SZ_OK) status = sz_gap_check(l.gap, path, MAKE_AGAIN, err);
    if (status == SZ_OK) {
        *gap = l.gap;
        l.gap = NULL;
    }
    sz_gap_free(l.gap);
    json_decref(l.model);
    sz_tensors_close(l.file);
    return status;
}

sz_status sz_soapz_read_notes(sz_gap_note **note, int *n, const char *path, sz_error *err)
{
    sz_gap gap = {0};
    loader l = {.path = path, .err = err, .gap = &gap};
    sz_status status;

    *note = NULL;
    *n = 0;
    status = sz_tensors_open(&l.file, path, err);
    if (status == SZ_OK && sz_tensors_note(l.file, "soapz_version"))
        status = sz_gap_set_note(&gap, "soapz_version",
                                 sz_tensors_note(l.file, "soapz_version"), err);
    if (status == SZ_OK) status = load_notes(&l);
    sz_tensors_close(l.file);
    if (status == SZ_OK) {
        *note = gap.note;
        *n = gap.n_notes;
    } else {
        sz_gap_notes_free(gap.note, gap.n_notes);
    }
    return status;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soapz_write.c - writes a GAP as a .soapz file: its numbers as tensors, their
 * description as JSON text (soapz_read.c lists them, docs/format.md explains). */
#include "format/soapz_write.h"
#include "base/args.h"
#include "base/json.h"
#include "descriptor/environment.h"
#include "format/safetensors.h"
#include "format/soapz_core.h"
#include "format/soapz_format.h"
#include "model/gap_check.h"
#include "term/glue.h"
#include "term/zbl.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int sz_note_is_reserved(const char *key)
{
    static const char *const reserved[] = {
        "md5", "format", "format_version", "soapz_version", "elements", "units", "model"};

    for (size_t k = 0; k < sizeof reserved / sizeof *reserved; k++)
        if (strcmp(key, reserved[k]) == 0) return 1;
    return 0;
}

const char *sz_kernel_name(sz_covariance covariance)
{
    return covariance == SZ_COVARIANCE_ARD_SE        ? "ard_se"
           : covariance == SZ_COVARIANCE_DOT_PRODUCT ? "dot_product"
                                                     : "pp";
}

/* ---- tensors ---------------------------------------------------------------------- */

typedef struct {
    int n;
    sz_tensor *tensor;
    void **owned; /* copies in the form of the file, otherwise NULL */
    sz_error *err;
} tensor_list;

static void add(tensor_list *l, sz_dtype type, int rows, int columns, const void *data,
                const char *format, ...) SZ_PRINTF(6, 7);

static void add(tensor_list *l, sz_dtype type, int rows, int columns, const void *data,
                const char *format, ...)
{
    sz_tensor *t = l->tensor + l->n++;
    va_list args;

    va_start(args, format);
    vsnprintf(t->name, sizeof t->name, format, args);
    va_end(args);
    t->type = type;
    t->n_dims = columns ? 2 : 1;
    t->dim[0] = (size_t)rows;
    t->dim[1] = (size_t)columns;
    t->data = data;
}

static void *own(tensor_list *l, size_t bytes)
{
    void *copy = malloc(bytes);

    if (!copy) sz_fail_memory(l->err, bytes, "a tensor");
    l->owned[l->n] = copy;
    return copy;
}

static sz_status add_environments(tensor_list *l, int k, const sz_environments *env)
{
    int64_t *count = own(l, (size_t)env->n * sizeof *count);

    if (!count) return SZ_ERR_MEMORY;
    for (int s = 0; s < env->n; s++) count[s] = env->first[s + 1] - env->first[s];
    add(l, SZ_I64, env->n, 0, count, "term.%d.count", k);
    if (env->first[env->n] > 0)
        add(l, SZ_F64, env->first[env->n], 3, env->r, "term.%d.neighbour", k);
    return SZ_OK;
}

/* one-byte elements come last, so that everything else is aligned */
static void add_elements(tensor_list *l, int k, const sz_gap_term *c)
{
    const sz_environments *env = c->environment;

    if (!env || c->n_sparse == 0) return;
    add(l, SZ_U8, env->n, 0, env->z, "term.%d.z", k);
    if (env->first[env->n] > 0)
        add(l, SZ_U8, env->first[env->n], 0, env->neigh_z, "term.%d.neighbour_z", k);
}

static sz_status add_term(tensor_list *l, int k, const sz_gap_term *c)
{
    if (c->n_sparse > 0 && c->environment && add_environments(l, k, c->environment))
        return SZ_ERR_MEMORY;
    if (c->n_sparse > 0) {
        if (!c->environment)
            add(l, SZ_F64, c->n_sparse, c->n_dim, c->x_sparse, "term.%d.sparse", k);
        add(l, SZ_F64, c->n_sparse, 0, c->alpha, "term.%d.alpha", k);
        add(l, SZ_F64, c->n_sparse, 0, c->fc_sparse, "term.%d.cutoff", k);
    }
    if (c->n_matrix > 0) add(l, SZ_F64, c->n_matrix, 0, c->matrix, "term.%d.matrix", k);
    if (c->covariance != SZ_COVARIANCE_DOT_PRODUCT) {
        size_t n = (size_t)c->n_perm * (size_t)c->n_dim;
        int64_t *perm = own(l, n * sizeof *perm);

        if (!perm) return SZ_ERR_MEMORY;
        for (size_t i = 0; i < n; i++) perm[i] = c->perm[i];
        add(l, SZ_I64, c->n_perm, c->n_dim, perm, "term.%d.permutation", k);
        add(l, SZ_F64, c->n_dim, 0, c->theta, "term.%d.theta", k);
    }
    return SZ_OK;
}

static sz_status add_points(tensor_list *l, const sz_gap_points *p, const char *kind,
                            int k, const char *what)
{
    size_t n = (size_t)p->n;
    double *xy = own(l, 2 * n * sizeof *xy);

    if (!xy) return SZ_ERR_MEMORY;
    memcpy(xy, p->x, n * sizeof *xy);
    memcpy(xy + n, p->y, n * sizeof *xy);
    add(l, SZ_F64, 2, p->n, xy, "glue.%s.%d%s", kind, k, what);
    return SZ_OK;
}

static sz_status add_glue(tensor_list *l, const sz_gap_glue *g)
{
    sz_status status = SZ_OK;

    for (int t = 0; t < g->n_types && status == SZ_OK; t++) {
        status = add_points(l, &g->type[t].density, "type", t, ".density");
        if (status == SZ_OK)
            status = add_points(l, &g->type[t].embedding, "type", t, ".embedding");
    }
    for (int k = 0; k < g->n_pairs && status == SZ_OK; k++)
        status = add_points(l, &g->pair[k].pair, "pair", k, "");
    return status;
}

static sz_status list_tensors(tensor_list *l, const sz_gap *gap)
{
    size_t room = 1 + 9 * (size_t)gap->n_terms;
    sz_status status = SZ_OK;

    if (gap->glue) room += 2 * (size_t)gap->glue->n_types + (size_t)gap->glue->n_pairs;
    l->tensor = calloc(room, sizeof *l->tensor);
    l->owned = calloc(room, sizeof *l->owned);
    if (!l->tensor || !l->owned)
        return sz_fail_memory(l->err, room * sizeof *l->tensor, "the list of tensors");
    add(l, SZ_F64, SZ_Z_MAX, 0, gap->e0 + 1, "e0");
    for (int k = 0; k < gap->n_terms && status == SZ_OK; k++)
        status = add_term(l, k, gap->term + k);
    if (status == SZ_OK && gap->glue) status = add_glue(l, gap->glue);
    for (int k = 0; k < gap->n_terms && status == SZ_OK; k++)
        add_elements(l, k, gap->term + k);
    return status;
}

/* ---- the description -------------------------------------------------------------- */

/* Each returns NULL only if memory runs out: texts and numbers were checked. */
static json_t *describe_term(const sz_gap_term *c)
{
    json_t *term =
        json_pack("{s:s, s:s, s:f, s:f, s:f, s:i, s:i, s:i, s:i}", "descriptor",
                  c->descriptor, "kernel", sz_kernel_name(c->covariance), "delta",
                  c->delta, "f0", c->f0, "zeta", c->zeta, "n_dim", c->n_dim, "n_sparse",
                  c->n_sparse, "n_permutations", c->n_perm, "n_matrix", c->n_matrix);

    if (c->environment && c->n_sparse > 0 &&
        json_object_set_new(term, "n_neighbours",
                            json_integer(c->environment->first[c->n_sparse])) != 0) {
        json_decref(term);
        return NULL;
    }
    return term;
}

static json_t *describe_points(const sz_gap_points *p)
{
    return json_pack("{s:i, s:[f,f]}", "n", p->n, "slopes", p->y1, p->yn);
}

static json_t *describe_glue(const sz_gap_glue *g)
{
    json_t *types = json_array(), *pairs = json_array();
    int bad = 0;

    for (int t = 0; t < g->n_types; t++)
        bad |= json_array_append_new(
            types, json_pack("{s:i, s:b, s:o, s:o}", "z", g->type[t].z, "do_spline",
                             g->type[t].do_spline, "density",
                             describe_points(&g->type[t].density), "embedding",
                             describe_points(&g->type[t].embedding)));
    for (int k = 0; k < g->n_pairs; k++)
        bad |= json_array_append_new(pairs, json_pack("{s:[i,i], s:o}", "types",
                                                      g->pair[k].type1, g->pair[k].type2,
                                                      "table",
                                                      describe_points(&g->pair[k].pair)));
    if (!bad) return json_pack("{s:o, s:o}", "types", types, "pairs", pairs);
    json_decref(types);
    json_decref(pairs);
    return NULL;
}

static json_t *describe_zbl(const sz_zbl *z)
{
    return json_pack("{s:f, s:f, s:b, s:f}", "cutoff", z->cutoff, "cutoff_width",
                     z->cutoff_width, "shift", z->shift, "scale", z->scale);
}

/* the model as JSON text, which the caller frees, or NULL */
static char *describe(const sz_gap *gap)
{
    const char *label = gap->label && sz_is_label(gap->label) ? gap->label : NULL;
    json_t *terms = json_array();
    json_t *model =
        json_pack("{s:i, s:f}", "gap_version", gap->version, "e_scale", gap->e_scale);
    char *text = NULL;
    int bad = 0;

    if (label) bad |= json_object_set_new(model, "label", json_string(label));
    for (int k = 0; k < gap->n_terms; k++)
        bad |= json_array_append_new(terms, describe_term(gap->term + k));
    bad |= json_object_set_new(model, "terms", terms);
    if (gap->glue) bad |= json_object_set_new(model, "glue", describe_glue(gap->glue));
    if (gap->zbl) bad |= json_object_set_new(model, "zbl", describe_zbl(gap->zbl));
    if (gap->lj) bad |= json_object_set_new(model, "lj", sz_describe_lj(gap->lj));
    if (gap->coulomb)
        bad |= json_object_set_new(model, "coulomb", sz_describe_coulomb(gap->coulomb));
    if (!bad) text = sz_json_write(model);
    json_decref(model);
    return text;
}

static void mark_elements(const char *list, unsigned char met[SZ_Z_MAX + 1])
{
    while (*list) {
        char *end;
        long z = strtol(list, &end, 10);

        if (end == list) return;
        if (z >= 1 && z <= SZ_Z_MAX) met[z] = 1;
        list = end;
    }
}

/* Elements named in the descriptors: "Nb Mo". Informative; it is never read. */
static sz_status find_elements(const sz_gap *gap, char text[4 * SZ_Z_MAX + 1],
                               sz_error *err)
{
    static const char *const key[] = {"Z", "Z1", "Z2", "species_Z"};
    unsigned char met[SZ_Z_MAX + 1] = {0};
    char *end = text;

    for (int k = 0; k < gap->n_terms; k++) {
        sz_args *args;
        sz_status status =
            sz_args_parse(&args, gap->term[k].descriptor, "descriptor", err);

        if (status != SZ_OK) return status;
        for (int j = 0; j < 4; j++) mark_elements(sz_args_string(args, key[j], ""), met);
        sz_args_free(args);
    }
    for (int t = 0; gap->glue && t < gap->glue->n_types; t++)
        met[gap->glue->type[t].z] = 1;
    *end = '\0';
    for (int z = 1; z <= SZ_Z_MAX; z++)
        if (met[z]) end += sprintf(end, end == text ? "%s" : " %s", sz_element_symbol(z));
    return SZ_OK;
}

/* ---- the file --------------------------------------------------------------------- */

static sz_status write_file(const sz_gap *gap, const tensor_list *l, const char *model,
                            const char *path, sz_error *err)
{
    enum { OWN = 6 };
    char elements[4 * SZ_Z_MAX + 1];
    sz_metadata *note = malloc((OWN + (size_t)gap->n_notes) * sizeof *note);
    sz_status status;

    if (!note) return sz_fail_memory(err, OWN * sizeof *note, path);
    status = find_elements(gap, elements, err);
    if (status == SZ_OK) {
        const sz_metadata own_note[OWN] = {
            {"format", SZ_FORMAT},  {"format_version", SZ_FORMAT_VERSION},
            {"elements", elements}, {"units", "Angstrom eV"},
            {"model", model},       {"soapz_version", SZ_VERSION}};

        memcpy(note, own_note, sizeof own_note);
        for (int k = 0; k < gap->n_notes; k++) {
            note[OWN + k].key = gap->note[k].key;
            note[OWN + k].text = gap->note[k].text;
        }
        status = sz_tensors_write(path, OWN + gap->n_notes, note, l->n, l->tensor, err);
    }
    free(note);
    return status;
}

static sz_status check_notes(const sz_gap *gap, const char *path, sz_error *err)
{
    if (gap->n_notes > SZ_NOTES_MAX)
        return sz_fail(err, SZ_ERR_ARGUMENT, "%s: %d notes, allowed are %d", path,
                       gap->n_notes, SZ_NOTES_MAX);
    for (int k = 0; k < gap->n_notes; k++)
        if (sz_note_is_reserved(gap->note[k].key))
            return sz_fail(err, SZ_ERR_ARGUMENT,
                           "%s: no note may have the key %s, which the format uses; "
                           "choose another",
                           path, gap->note[k].key);
    return SZ_OK;
}

sz_status sz_gap_save(const sz_gap *gap, const char *path, sz_error *err)
{
    tensor_list l = {0, NULL, NULL, err};
    char *model = NULL;
    sz_status status = sz_gap_check(gap, path, "nothing was written", err);

    if (status == SZ_OK) status = sz_files_check(&gap->files, "the new model", path, err);
    if (status == SZ_OK) status = check_notes(gap, path, err);
    if (status == SZ_OK) status = list_tensors(&l, gap);
    if (status == SZ_OK) {
        model = describe(gap);
        if (!model) status = sz_fail_memory(err, 4096, path);
    }
    if (status == SZ_OK) status = write_file(gap, &l, model, path, err);
    for (int k = 0; l.owned && k < l.n; k++) free(l.owned[k]);
    free(l.owned);
    free(l.tensor);
    free(model);
    return status;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * model.c - queries of a model, its users, and sz_model_free.
 *
 *   users    own the model, or need its sparse points (variance, fits)
 *   holders  do not need the points (plans and their works)
 *
 * Without users the points and the potential are released, without either the rest. */
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

/* ---- users and holders ------------------------------------------------------------- */

/* The counters may change in a constant model: a lock protects them. */
static sz_model *counters(const sz_model *model)
{
    return (sz_model *)model;
}

static void destroy(sz_model *model)
{
    for (int k = 0; k < model->n_kinds; k++)
        if (model->group[k]) sz_term_kinds[k]->free(model->group[k]);
    free(model->group);
    sz_warnings_free(&model->warnings);
    sz_gap_free(model->gap);
    free(model->path);
    pthread_mutex_destroy(&model->lock);
    free(model);
}

static void drop_points(sz_model *model)
{
    for (int k = 0; k < model->n_kinds && !model->keep_points; k++)
        if (model->group[k] && sz_term_kinds[k]->drop_points)
            sz_term_kinds[k]->drop_points(model->group[k]);
    sz_gap_free(model->gap);
    model->gap = NULL;
}

void sz_model_use(const sz_model *model)
{
    sz_model *m = counters(model);

    pthread_mutex_lock(&m->lock);
    m->n_users++;
    pthread_mutex_unlock(&m->lock);
}

void sz_model_hold(const sz_model *model, int keep_points)
{
    sz_model *m = counters(model);

    pthread_mutex_lock(&m->lock);
    m->n_holders++;
    if (keep_points) m->keep_points = 1;
    pthread_mutex_unlock(&m->lock);
}

void sz_model_release(const sz_model *model)
{
    sz_model *m = counters(model);
    int last;

    pthread_mutex_lock(&m->lock);
    last = --m->n_holders == 0 && m->n_users == 0;
    pthread_mutex_unlock(&m->lock);
    if (last) destroy(m);
}

void sz_model_free(sz_model *model)
{
    sz_plan *plan = NULL;
    int last;

    if (!model) return;
    pthread_mutex_lock(&model->lock);
    last = --model->n_users == 0;
    if (last) {
        plan = model->plan;
        model->plan = NULL;
        model->n_holders++; /* until the points are released */
    }
    pthread_mutex_unlock(&model->lock);
    if (!last) return;
    drop_points(model);
    sz_plan_free(plan);
    sz_model_release(model);
}

/* ---- queries ----------------------------------------------------------------------- */

const void *sz_model_group(const sz_model *model, const sz_term_kind *kind)
{
    for (int k = 0; k < model->n_kinds; k++)
        if (sz_term_kinds[k] == kind) return model->group[k];
    return NULL;
}

double sz_model_cutoff(const sz_model *model)
{
    return model->cutoff;
}

int sz_model_ordered(const sz_model *model)
{
    for (int k = 0; k < model->n_kinds; k++)
        if (model->group[k] && sz_term_kinds[k]->ordered &&
            sz_term_kinds[k]->ordered(model->group[k]))
            return 1;
    return 0;
}

int sz_model_n_species(const sz_model *model)
{
    return model->species.n;
}

int sz_model_species(const sz_model *model, const char *symbol)
{
    int z = sz_element_number(symbol);

    for (int k = 0; k < model->species.n && z > 0; k++)
        if (model->z[k] == z) return k;
    return -1;
}

const char *sz_model_symbol(const sz_model *model, int species)
{
    if (species < 0 || species >= model->species.n) return NULL;
    return sz_element_symbol(model->z[species]);
}

int sz_model_n_warnings(const sz_model *model)
{
    return model->warnings.n;
}

const char *sz_model_warning(const sz_model *model, int k)
{
    return sz_warnings_text(&model->warnings, k);
}

const char *sz_model_origin(const sz_model *model, const char *what)
{
    const sz_gap *gap = model->gap;

    if (!gap) return NULL;
    if (!strcmp(what, "gap_label")) return gap->label;
    if (!strcmp(what, "label")) return gap->potential;
    return !strcmp(what, "init_args") ? gap->init_args : NULL;
}

/* ---- notes ------------------------------------------------------------------------- */

int sz_model_n_notes(const sz_model *model)
{
    return model->gap ? model->gap->n_notes : 0;
}

const char *sz_model_note_key(const sz_model *model, int k)
{
    return k >= 0 && k < sz_model_n_notes(model) ? model->gap->note[k].key : NULL;
}

const char *sz_model_note(const sz_model *model, const char *key)
{
    return model->gap ? sz_gap_find_note(model->gap, key) : NULL;
}

sz_status sz_model_files(const sz_model *model, sz_files *files, sz_error *err)
{
    return model->gap ? sz_files_read_those(files, &model->gap->files, err) : SZ_OK;
}

sz_status sz_model_set_note(sz_model *model, const char *key, const char *text,
                            sz_error *err)
{
    if (model->gap) return sz_gap_set_note(model->gap, key, text, err);
    return sz_fail(err, SZ_ERR_ARGUMENT, "this model cannot have notes");
}

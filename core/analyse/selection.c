/* SPDX-License-Identifier: BSD-3-Clause
 *
 * selection.c - selects structures to add to the training data.
 *
 *   score(S)       = max_{i in S} variance, expected error or grade of atom i
 *   farthest:        max_{i in S} d(i; sparse points and atoms of the picked structures)
 *   distance(S)    = max_{i in S} d(i; atoms of the picked structures)
 *
 * d as in model/grade.c. All structures are scored once, in parallel. Then the best is
 * picked repeatedly, unless its distance is too small. Further picks can only decrease d,
 * so an old score is an upper bound: only the candidate with the best score is compared
 * with the structures picked since (lazy greedy). */
#include "atoms/list_check.h"
#include "base/crew.h"
#include "base/memory.h"
#include "model/grade.h"
#include "model/model.h"
#include "model/predict.h"
#include "soapz_fit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    sz_structure structure; /* a copy with its own arrays */
    char *where;
    int type;
    double score, distance;
    int atom;
    double *near; /* [n vectors] cosines with the sparse points, SZ_BY_FARTHEST only */
    double *like; /* the same with the first n_seen picked ones */
    int n_seen;
    int done;                 /* 1: picked, or skipped */
    sz_atom_vectors *vectors; /* for a picked one */
} candidate;

struct sz_selection {
    const sz_model *model; /* a user of it */
    int n, room;
    candidate *candidate; /* [n] */
    int n_types;
    char **type;
    int n_picks, n_alike;
    sz_pick *pick; /* [n_picks], room for n */
};

/* The data for picking. */
typedef struct {
    sz_selection *s;
    const sz_selection_options *o;
    sz_grader *grader;
    sz_variance *variance;
    sz_uncertainty *uncertainty;
} job;

/* The data of one thread. */
typedef struct {
    sz_predictor *p;
    sz_variance_work *variance;
    sz_grade_work *grade;
    double *local, *sigma; /* [room] of the atoms */
    int room;
} worker;

/* ---- candidates ------------------------------------------------------------------ */

sz_status sz_selection_create(sz_selection **selection, const sz_model *model,
                              sz_error *err)
{
    sz_grader *grader; /* checks that an uncertainty can be created */
    sz_selection *s = NULL;
    sz_status status = sz_grader_create(&grader, model, err);

    *selection = NULL;
    sz_grader_free(grader);
    if (status != SZ_OK) return status;
    s = calloc(1, sizeof *s);
    if (!s) return sz_fail_memory(err, sizeof *s, "a selection");
    sz_model_use(model);
    s->model = model;
    *selection = s;
    return SZ_OK;
}

/* Frees what a candidate no longer needs after a pick. */
static void forget(candidate *c)
{
    free(c->near);
    free(c->like);
    sz_atom_vectors_free(c->vectors);
    c->near = c->like = NULL;
    c->vectors = NULL;
    c->n_seen = c->done = 0;
}

static void free_candidate(candidate *c)
{
    forget(c);
    free((int *)c->structure.species);
    free((double *)c->structure.position);
    free(c->where);
}

void sz_selection_free(sz_selection *selection)
{
    if (!selection) return;
    for (int k = 0; k < selection->n; k++) free_candidate(&selection->candidate[k]);
    for (int k = 0; k < selection->n_types; k++) free(selection->type[k]);
    free(selection->candidate);
    free(selection->type);
    free(selection->pick);
    sz_model_free((sz_model *)selection->model);
    free(selection);
}

static sz_status find_type(sz_selection *s, const char *name, int *type, sz_error *err)
{
    for (*type = 0; *type < s->n_types; ++*type)
        if (!strcmp(s->type[*type], name)) return SZ_OK;
    if (!sz_grow(&s->type, (size_t)s->n_types + 1, sizeof *s->type))
        return sz_fail_memory(err, sizeof *s->type, "a selection");
    s->type[s->n_types] = sz_copy_text(name);
    if (!s->type[s->n_types]) return sz_fail_memory(err, strlen(name), "a selection");
    s->n_types++;
    return SZ_OK;
}

static sz_status check_structure(const sz_selection *s, const sz_structure *structure,
                                 const char *where, sz_error *err)
{
    if (structure->n_atoms <= 0)
        return sz_fail(err, SZ_ERR_ARGUMENT, "%s: a structure without atoms", where);
    for (int i = 0; i < structure->n_atoms; i++)
        if (structure->species[i] < 0 || structure->species[i] >= s->model->species.n)
            return sz_fail(err, SZ_ERR_ARGUMENT,
                           "%s: species of atom %d is %d, the model has 0 .. %d", where,
                           i, structure->species[i], s->model->species.n - 1);
    return SZ_OK;
}

static sz_status copy_structure(candidate *c, const sz_structure *structure,
                                sz_error *err)
{
    size_t n = (size_t)structure->n_atoms;
    int *species = malloc(n * sizeof *species);
    double *position = malloc(3 * n * sizeof *position);

    c->structure = *structure;
    c->structure.species = species;
    c->structure.position = position;
    if (!species || !position) return sz_fail_memory(err, 28 * n, "a structure");
    memcpy(species, structure->species, n * sizeof *species);
    memcpy(position, structure->position, 3 * n * sizeof *position);
    return SZ_OK;
}

sz_status sz_selection_add(sz_selection *selection, const sz_structure *structure,
                           const char *config_type, const char *where, sz_error *err)
{
    char number[32];
    candidate c = {0};
    sz_status status;

    snprintf(number, sizeof number, "structure %d", selection->n);
    if (!where) where = number;
    status = check_structure(selection, structure, where, err);
    if (status == SZ_OK)
        status =
            find_type(selection, config_type ? config_type : "default", &c.type, err);
    if (status == SZ_OK) status = copy_structure(&c, structure, err);
    if (status == SZ_OK && !(c.where = sz_copy_text(where)))
        status = sz_fail_memory(err, strlen(where), "a structure");
    if (status == SZ_OK && selection->n == selection->room) {
        int room = selection->room < 32 ? 64 : 2 * selection->room;

        if (sz_grow(&selection->candidate, (size_t)room, sizeof c))
            selection->room = room;
        else
            status = sz_fail_memory(err, (size_t)room * sizeof c, "a selection");
    }
    if (status == SZ_OK)
        selection->candidate[selection->n++] = c;
    else
        free_candidate(&c);
    return status;
}

/* ---- scores ---------------------------------------------------------------------- */

static sz_status make_room(worker *w, int n, sz_error *err)
{
    if (n <= w->room) return SZ_OK;
    if (!sz_grow(&w->local, (size_t)n, sizeof *w->local) ||
        !sz_grow(&w->sigma, (size_t)n, sizeof *w->sigma))
        return sz_fail_memory(err, 16 * (size_t)n, "a structure");
    w->room = n;
    return SZ_OK;
}

static void take_largest(candidate *c, const double *of_atom)
{
    c->atom = 0;
    for (int i = 1; i < c->structure.n_atoms; i++)
        if (of_atom[i] > of_atom[c->atom]) c->atom = i;
    c->score = of_atom[c->atom];
}

static sz_status judge_variance(const job *j, worker *w, candidate *c, sz_error *err)
{
    const sz_list *list = &w->p->list;
    sz_status status = make_room(w, c->structure.n_atoms, err);

    if (status == SZ_OK)
        status =
            sz_variance_compute(j->variance, w->variance, &list->nb, w->local, NULL, err);
    if (status == SZ_OK && j->uncertainty) status = sz_predict_list(w->p, err);
    if (status != SZ_OK) return status;
    if (j->uncertainty)
        sz_uncertainty_forces(j->uncertainty, list, w->p->force, w->local, w->sigma);
    take_largest(c, j->uncertainty ? w->sigma : w->local);
    return SZ_OK;
}

static sz_status judge_grade(const job *j, worker *w, candidate *c, sz_error *err)
{
    sz_atom_vectors *v;
    sz_status status =
        sz_atom_vectors_create(&v, j->grader, w->grade, &w->p->list.nb, err);

    if (status != SZ_OK) return status;
    c->near = calloc(sz_atom_vectors_n(v) + 1, sizeof *c->near);
    if (c->near) {
        sz_grade_by_points(j->grader, w->grade, v, c->near);
        c->score = sz_grade_worst(v, c->near, NULL, &c->atom);
    } else {
        status = sz_fail_memory(err, sz_atom_vectors_n(v) * 8, "a structure");
    }
    sz_atom_vectors_free(v);
    if (j->o->by == SZ_BY_FARTHEST) return status;
    free(c->near);
    c->near = NULL;
    return status;
}

static sz_status fail_at(const candidate *c, sz_status status, sz_error *err)
{
    sz_error inner = {0};

    if (err) inner = *err;
    return sz_fail(err, status, "%s: %.800s", c->where, inner.message);
}

static sz_status find_list(const job *j, worker *w, const candidate *c, sz_error *err)
{
    sz_status status =
        sz_list_build(&w->p->list, &c->structure, j->s->model->cutoff, err);

    return status == SZ_OK ? sz_list_check(&w->p->list.nb, j->s->model->species.n, err)
                           : status;
}

static sz_status judge(void *context, void *worker_of_thread, int item, sz_error *err)
{
    const job *j = context;
    worker *w = worker_of_thread;
    candidate *c = &j->s->candidate[item];
    sz_status status = find_list(j, w, c, err);

    if (status == SZ_OK)
        status = j->variance ? judge_variance(j, w, c, err) : judge_grade(j, w, c, err);
    return status == SZ_OK ? SZ_OK : fail_at(c, status, err);
}

/* ---- picking --------------------------------------------------------------------- */

/* The best candidate of a config_type, of all if type is -1; the first of equal ones;
 * NULL: none. */
static candidate *best(const sz_selection *s, int type)
{
    candidate *found = NULL;

    for (int k = 0; k < s->n; k++) {
        candidate *c = &s->candidate[k];

        if (!c->done && (type < 0 || c->type == type) &&
            (!found || c->score > found->score))
            found = c;
    }
    return found;
}

/* Compares c, whose vectors are computed, with the structures picked since the last
 * comparison. */
static sz_status compare(const job *j, worker *w, candidate *c, sz_error *err)
{
    const sz_selection *s = j->s;
    size_t n = sz_atom_vectors_n(c->vectors);
    int atom;

    if (!c->like) c->like = calloc(n + 1, sizeof *c->like);
    if (!c->like) return sz_fail_memory(err, n * sizeof *c->like, "a structure");
    for (; c->n_seen < s->n_picks; c->n_seen++)
        sz_grade_by_vectors(j->grader, w->grade, c->vectors,
                            s->candidate[s->pick[c->n_seen].structure].vectors, c->like);
    c->distance = sz_grade_worst(c->vectors, c->like, NULL, &atom);
    if (j->o->by == SZ_BY_FARTHEST)
        c->score = sz_grade_worst(c->vectors, c->near, c->like, &c->atom);
    return SZ_OK;
}

static void take(sz_selection *s, candidate *c, double min_distance)
{
    c->done = 1;
    if (c->distance < min_distance) {
        s->n_alike++;
        forget(c);
        c->done = 1;
        return;
    }
    s->pick[s->n_picks++] = (sz_pick){.structure = (int)(c - s->candidate),
                                      .atom = c->atom,
                                      .score = c->score,
                                      .distance = c->distance};
}

/* Examines the best one: picks it, skips it, or finds that it is not the best. */
static sz_status look(const job *j, worker *w, candidate *c, int type, sz_error *err)
{
    double least = j->o->min_distance == 0.0 ? SZ_MIN_DISTANCE : j->o->min_distance;
    sz_status status = find_list(j, w, c, err);

    if (status == SZ_OK)
        status =
            sz_atom_vectors_create(&c->vectors, j->grader, w->grade, &w->p->list.nb, err);
    if (status == SZ_OK) status = compare(j, w, c, err);
    if (status != SZ_OK) return fail_at(c, status, err);
    if (best(j->s, type) == c) {
        take(j->s, c, least);
    } else {
        sz_atom_vectors_free(c->vectors);
        c->vectors = NULL;
    }
    return SZ_OK;
}

static sz_status pick_type(const job *j, worker *w, int type, sz_error *err)
{
    sz_selection *s = j->s;
    int start = s->n_picks;
    candidate *c;
    sz_status status = SZ_OK;

    while (status == SZ_OK && s->n_picks - start < j->o->n && (c = best(s, type))) {
        status = sz_watch_check(j->o->watch, err);
        if (status == SZ_OK) status = look(j, w, c, type, err);
        sz_watch_progress(j->o->watch, -1.0, s->n_picks, "structures picked");
    }
    return status;
}

static sz_status open_job(job *j, sz_error *err)
{
    const sz_model *model = j->s->model;
    sz_score by = j->o->by;
    sz_status status = sz_grader_create(&j->grader, model, err);

    if (status == SZ_OK && by == SZ_BY_UNCERTAINTY)
        status = sz_uncertainty_create(&j->uncertainty, model, err);
    if (status == SZ_OK && (by == SZ_BY_UNCERTAINTY || by == SZ_BY_VARIANCE))
        status = sz_variance_create(&j->variance, model, 0.0, err);
    return status;
}

static sz_status open_worker(worker *w, const job *j, sz_error *err)
{
    sz_status status = sz_predictor_create(&w->p, j->s->model, err);

    if (status == SZ_OK) status = sz_grade_work_create(&w->grade, j->grader, err);
    if (status == SZ_OK && j->variance)
        status = sz_variance_work_create(&w->variance, j->variance, err);
    return status;
}

static void close_worker(worker *w)
{
    sz_predictor_free(w->p);
    sz_variance_work_free(w->variance);
    sz_grade_work_free(w->grade);
    free(w->local);
    free(w->sigma);
}

/* All are scored by the crew; the rest is done by the first thread. */
static sz_status run_job(job *j, int n_threads, worker *w, sz_error *err)
{
    sz_selection *s = j->s;
    int n_types = j->o->per_config_type ? s->n_types : 1;
    const sz_crew crew = {.n_threads = n_threads,
                          .n_items = s->n,
                          .worker = w,
                          .size = sizeof *w,
                          .context = j,
                          .work = judge,
                          .watch = j->o->watch,
                          .what = "structures judged"};
    sz_status status = SZ_OK;

    for (int k = 0; k < n_threads && status == SZ_OK; k++)
        status = open_worker(&w[k], j, err);
    if (status == SZ_OK) status = sz_crew_run(&crew, err);
    for (int t = 0; t < n_types && status == SZ_OK; t++)
        status = pick_type(j, w, j->o->per_config_type ? t : -1, err);
    return status;
}

sz_status sz_selection_pick(sz_selection *selection, const sz_selection_options *options,
                            sz_error *err)
{
    job j = {.s = selection, .o = options};
    worker *w = NULL;
    int n_threads = 0;
    sz_status status = sz_crew_threads(&n_threads, options->n_threads, err);

    if (status == SZ_OK && options->n < 1)
        status =
            sz_fail(err, SZ_ERR_ARGUMENT, "%d structures cannot be picked", options->n);
    selection->n_picks = selection->n_alike = 0;
    if (status != SZ_OK) return status;
    if (n_threads > selection->n) /* more would have no work */
        n_threads = selection->n > 1 ? selection->n : 1;
    for (int k = 0; k < selection->n; k++) forget(&selection->candidate[k]);
    w = calloc((size_t)n_threads, sizeof *w);
    if (!w || !sz_grow(&selection->pick, (size_t)selection->n + 1, sizeof(sz_pick)))
        status = sz_fail_memory(err, (size_t)selection->n * sizeof(sz_pick), "the picks");
    if (status == SZ_OK) status = open_job(&j, err);
    if (status == SZ_OK) status = run_job(&j, n_threads, w, err);
    if (status != SZ_OK) selection->n_picks = 0;
    for (int k = 0; w && k < n_threads; k++) close_worker(&w[k]);
    free(w);
    sz_grader_free(j.grader);
    sz_variance_free(j.variance);
    sz_uncertainty_free(j.uncertainty);
    for (int k = 0; k < selection->n; k++) forget(&selection->candidate[k]);
    return status;
}

int sz_selection_n_picks(const sz_selection *selection)
{
    return selection->n_picks;
}

sz_pick sz_selection_get(const sz_selection *selection, int k)
{
    return selection->pick[k];
}

int sz_selection_n_alike(const sz_selection *selection)
{
    return selection->n_alike;
}

sz_status sz_score_of(sz_score *by, const char *word, sz_error *err)
{
    static const char *const name[] = {"farthest", "grade", "variance", "uncertainty"};

    for (int k = 0; k < 4; k++)
        if (!strcmp(word, name[k])) {
            *by = (sz_score)k;
            return SZ_OK;
        }
    return sz_fail(err, SZ_ERR_ARGUMENT,
                   "structures can be chosen by farthest, grade, variance or "
                   "uncertainty, not by \"%s\"",
                   word);
}

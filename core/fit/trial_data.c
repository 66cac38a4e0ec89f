/* SPDX-License-Identifier: BSD-3-Clause
 *
 * trial_data.c - the rows of a small fit as sums over environments.
 *
 *   E_f = sum_i E(X_i)
 *   dE/dc = -sum_i c_i . F_i = sum_i (E(X_i(+h c)) - E(X_i(-h c))) / 2h + O(h^2)
 *
 * c: random displacements of all atoms of a frame, h: 1e-3 Angstrom. So both energies and
 * forces are sums of energies of environments, whose densities X do not depend on the
 * maps: they are computed once and stored. Frames are sampled evenly from all
 * config_types.
 */
#include "fit/trial.h"

#include "base/crew.h"
#include "base/rng.h"
#include "descriptor/soap_spec.h"
#include "fit/rows.h"
#include "model/model.h"
#include "term/covariance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    FRAMES = 300,      /* largest number */
    FRAMES_LEAST = 5,  /* fewest frames to train: some in each part */
    DIRECTIONS = 2,    /* of a frame with forces */
    POINTS = 200,      /* sparse points of all terms */
    POINTS_LEAST = 20, /* of each */
    BLOCK = 64
};
#define ROOM_MAX ((size_t)1 << 30) /* bytes of densities */
static const double step = 1e-3;   /* h, Angstrom */

/* A frame that is used, in variants: undisplaced if it has an energy, then displaced
 * forward and back. */
typedef struct {
    int frame, part, has_energy, n_directions;
    int row;    /* its first variant */
    size_t env; /* position of its first variant in layout.env */
} member;

typedef struct {
    const sz_trial_setup *setup;
    sz_trial_data *data;
    int n_members;
    member *member;
    size_t n_places;         /* variants and atoms of all members */
    int *env;                /* [n_places] environment, or -1 */
    int term_of[SZ_Z_MAX];   /* of a species of the data, -1: none */
    int soap_slot[SZ_Z_MAX]; /* of a species of the data */
    const sz_gap *before;    /* NULL: there is none, or it does not contain all species */
    sz_model *model;         /* of it */
    int species[SZ_Z_MAX];   /* of it, for each species of the data */
    double cutoff;
    int least; /* number of frames needed */
} layout;

typedef struct {
    sz_soap_work *work;
    sz_rows *rows;
    sz_list list;
    double *position; /* [most atoms][3] */
    double *row;      /* [2][n_columns] */
} worker;

void sz_trial_data_free(sz_trial_data *data)
{
    if (!data) return;
    sz_maps_free(data->maps);
    free(data->start);
    free(data->y);
    free(data->part);
    free(data->kind);
    free(data->row);
    free(data->factor);
    free(data->x);
    free(data->present);
    free(data->block);
    free(data->point);
    free(data->point_first);
    free(data->k);
    free(data->k_mm);
    free(data);
}

/* ---- the frames -------------------------------------------------------------------- */

typedef struct {
    int config_type, frame;
    double order;
} candidate;

static int by_type(const void *a, const void *b)
{
    const candidate *x = a, *y = b;

    if (x->config_type != y->config_type) return x->config_type - y->config_type;
    if (x->order != y->order) return x->order < y->order ? -1 : 1;
    return x->frame - y->frame;
}

static int seed_of(const sz_fit_spec *spec, long long k)
{
    long long seed = spec->rnd_seed > 0 ? spec->rnd_seed : 1;

    return (int)((seed - 1 + 1000003LL * k) % 2147483645LL) + 1;
}

/* The data of frame f that can be used for testing; masked forces are left out. */
static member member_of(const sz_targets *t, int f)
{
    const sz_dataset_frame *of = &t->data->frame[f];
    member m = {.frame = f,
                .has_energy = of->has_energy && t->frame[f].energy_sigma > 0.0};

    for (size_t k = 3 * of->first; k < 3 * (of->first + (size_t)of->n_atoms); k++)
        if (of->has_force && t->force_sigma[k] > 0.0) m.n_directions = DIRECTIONS;
    return m;
}

static int variants_of(const member *m)
{
    return m->has_energy + 2 * m->n_directions;
}

/* Environments of all variants of a frame. */
static size_t environments_of(const sz_targets *t, const member *m)
{
    return (size_t)t->data->frame[m->frame].n_atoms * variants_of(m);
}

/* Selects evenly spaced ones of n sorted candidates, as many as there is room for. */
static void take_frames(layout *l, const candidate *list, int n)
{
    static const sz_part part[] = {SZ_PART_A, SZ_PART_B, SZ_PART_A, SZ_PART_B,
                                   SZ_PART_WATCHED};
    const sz_targets *t = l->setup->targets;
    size_t all = 0, mean,
           room = ROOM_MAX / ((l->data->maps->n_x + POINTS) * sizeof(double)) + 1;
    int take = n < FRAMES ? n : FRAMES;

    for (int k = 0; k < n; k++) {
        const member m = member_of(t, list[k].frame);

        all += environments_of(t, &m);
    }
    mean = all / n;
    if (mean * take > room) take = (int)(room / mean);
    if (take < l->least) take = l->least;
    for (int k = 0; k < take; k++) {
        member m = member_of(t, list[(size_t)k * n / take].frame);

        m.part = part[k % 5];
        m.row = l->data->n_rows;
        m.env = l->n_places;
        l->data->n_rows += m.has_energy + m.n_directions;
        l->n_places += environments_of(t, &m);
        l->member[k] = m;
    }
    l->n_members = l->data->n_frames = take;
}

static sz_status choose_frames(layout *l, sz_error *err)
{
    const sz_targets *t = l->setup->targets;
    const sz_fit_spec *spec = l->setup->spec;
    candidate *list = malloc(((size_t)t->data->n_frames + 1) * sizeof *list);
    sz_rng rng;
    int n = 0;

    l->member = malloc((FRAMES + 1) * sizeof *l->member);
    if (!list || !l->member) {
        free(list);
        return sz_fail_memory(err, (size_t)t->data->n_frames * sizeof *list, "frames");
    }
    sz_rng_seed(&rng, seed_of(spec, 0));
    for (int f = 0; f < t->data->n_frames; f++) {
        double order = sz_rng_uniform(&rng);
        const member m = member_of(t, f);

        if (variants_of(&m) > 0)
            list[n++] = (candidate){t->data->frame[f].config_type, f, order};
    }
    qsort(list, (size_t)n, sizeof *list, by_type);
    if (n >= l->least) take_frames(l, list, n);
    free(list);
    if (n >= l->least) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: maps from data need %d frames with energies or forces, %s has %d",
                   spec->descriptor[l->setup->descriptor].where, l->least,
                   t->data->path ? t->data->path : "the data", n);
}

/* ---- the environments -------------------------------------------------------------- */

/* Counts the environments of each term, or, with next [n_terms], numbers them. */
static void walk(layout *l, int *count, int *next)
{
    const sz_dataset *data = l->setup->targets->data;

    for (int j = 0; j < l->n_members; j++) {
        const member *m = &l->member[j];
        const sz_dataset_frame *f = &data->frame[m->frame];

        for (int v = 0; v < variants_of(m); v++)
            for (int i = 0; i < f->n_atoms; i++) {
                int term = l->term_of[data->species[f->first + (size_t)i]];
                size_t at = m->env + (size_t)v * f->n_atoms + i;

                if (count && term >= 0) count[term]++;
                if (next) l->env[at] = term >= 0 ? next[term]++ : -1;
            }
    }
}

static sz_status make_blocks(sz_trial_data *d, const int *count, sz_error *err)
{
    int first = 0;

    for (int t = 0; t < d->n_terms; t++) d->n_blocks += (count[t] + BLOCK - 1) / BLOCK;
    d->block = malloc(((size_t)d->n_blocks + 1) * sizeof *d->block);
    if (!d->block) return sz_fail_memory(err, (size_t)d->n_blocks * 12, "environments");
    d->n_blocks = 0;
    for (int t = 0; t < d->n_terms; first += count[t++])
        for (int at = 0; at < count[t]; at += BLOCK)
            d->block[d->n_blocks++] = (sz_trial_block){
                t, first + at, count[t] - at < BLOCK ? count[t] - at : BLOCK};
    return SZ_OK;
}

static sz_status make_environments(layout *l, sz_error *err)
{
    sz_trial_data *d = l->data;
    size_t slots = (size_t)d->maps->full->compression.n_slots, n, rows;
    int *count = calloc(2 * (size_t)d->n_terms + 1, sizeof *count);
    int *next;
    sz_status status = SZ_OK;

    l->env = malloc((l->n_places + 1) * sizeof *l->env);
    if (!count || !l->env) {
        free(count);
        return sz_fail_memory(err, l->n_places * sizeof *l->env, "environments");
    }
    next = count + d->n_terms;
    walk(l, count, NULL);
    for (int t = 0; t < d->n_terms; t++) {
        next[t] = d->n_env;
        d->n_env += count[t];
    }
    walk(l, NULL, next);
    n = (size_t)d->n_env + 1;
    rows = (size_t)d->n_rows + 1;
    d->row = malloc(n * sizeof *d->row);
    d->factor = calloc(n, sizeof *d->factor);
    d->x = malloc(n * d->maps->n_x * sizeof *d->x);
    d->present = malloc(n * slots);
    d->y = calloc(rows, sizeof *d->y);
    d->part = malloc(rows);
    d->kind = malloc(rows);
    if (!d->row || !d->factor || !d->x || !d->present || !d->y || !d->part || !d->kind)
        status = sz_fail_memory(err, n * d->maps->n_x * sizeof *d->x,
                                "the densities that maps are judged by");
    if (status == SZ_OK) status = make_blocks(d, count, err);
    free(count);
    return status;
}

/* ---- the sparse points ------------------------------------------------------------- */

/* Environments of a term that may be sparse points: of the first variant, not for
 * validation. */
static int list_eligible(const layout *l, int term, int *env)
{
    const sz_dataset *data = l->setup->targets->data;
    int n = 0;

    for (int j = 0; j < l->n_members; j++) {
        const member *m = &l->member[j];
        const sz_dataset_frame *f = &data->frame[m->frame];

        for (int i = 0; i < f->n_atoms && m->part != SZ_PART_WATCHED; i++)
            if (l->term_of[data->species[f->first + (size_t)i]] == term)
                env[n++] = l->env[m->env + (size_t)i];
    }
    return n;
}

static sz_status choose_points(layout *l, sz_error *err)
{
    sz_trial_data *d = l->data;
    int most = POINTS / d->n_terms > POINTS_LEAST ? POINTS / d->n_terms : POINTS_LEAST;
    int *env = malloc(((size_t)d->n_env + 1) * sizeof *env);
    sz_rng rng;

    d->point = malloc((size_t)d->n_terms * most * sizeof *d->point);
    d->point_first = calloc((size_t)d->n_terms + 1, sizeof *d->point_first);
    if (!env || !d->point || !d->point_first) {
        free(env);
        return sz_fail_memory(err, (size_t)d->n_env * sizeof *env, "sparse points");
    }
    sz_rng_seed(&rng, seed_of(l->setup->spec, 1));
    for (int t = 0; t < d->n_terms; t++) {
        int n = list_eligible(l, t, env), m = n < most ? n : most;

        for (int k = 0; k < m; k++) {
            int pick = k + (int)(sz_rng_uniform(&rng) * (n - k)), swap;

            if (pick >= n) pick = n - 1;
            swap = env[pick];
            env[pick] = env[k];
            d->point[d->n_points++] = swap;
        }
        d->point_first[t + 1] = d->n_points;
        if (m > d->most_points) d->most_points = m;
    }
    free(env);
    if (d->n_points > 0) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: maps from data: no atom of the frames is a centre of this "
                   "descriptor",
                   l->setup->spec->descriptor[l->setup->descriptor].where);
}

/* ---- the earlier terms ------------------------------------------------------------- */

static int n_before(const layout *l)
{
    return l->before ? sz_rows_columns(l->before) : 0;
}

static sz_status know_before(layout *l, sz_error *err)
{
    const sz_gap *before = l->setup->before;
    const sz_dataset *data = l->setup->targets->data;
    int unknown;
    sz_status status = SZ_OK;

    if (before && sz_rows_columns(before) > 0)
        status = sz_model_build(&l->model, before, err);
    if (!l->model) return status;
    unknown = sz_dataset_map(l->species, data, l->model);
    if (unknown >= 0) {
        sz_watch_warn(l->setup->watch,
                      "%s: no earlier term acts on %s, so none is used for its maps",
                      l->setup->spec->descriptor[l->setup->descriptor].where,
                      sz_element_symbol(data->z[unknown]));
        return SZ_OK;
    }
    l->before = before;
    l->cutoff = fmax(l->cutoff, sz_model_cutoff(l->model));
    return SZ_OK;
}

static sz_status fill_before(const layout *l, sz_error *err)
{
    sz_trial_data *d = l->data;
    size_t n = (size_t)d->n_columns, at = (size_t)d->n_points;
    sz_status status = SZ_OK;

    for (int k = 0; l->before && k < l->before->n_terms && status == SZ_OK; k++) {
        const sz_gap_term *c = &l->before->term[k];
        size_t m = (size_t)c->n_sparse;
        double *block = malloc(m * m * sizeof *block + 1);

        status = block ? sz_covariance_matrix(c, 0.0, block, err)
                       : sz_fail_memory(err, m * m * 8, "K_MM");
        for (size_t s = 0; s < m && status == SZ_OK; s++)
            memcpy(d->k_mm + (at + s) * n + at, block + s * m, m * sizeof *block);
        at += m;
        free(block);
    }
    return status;
}

static sz_status open_columns(layout *l, sz_error *err)
{
    sz_trial_data *d = l->data;
    size_t n;
    sz_status status = know_before(l, err);

    if (status != SZ_OK) return status;
    d->n_columns = d->n_points + n_before(l);
    n = (size_t)d->n_columns;
    d->k = calloc(((size_t)d->n_rows + 1) * (n + 1), sizeof *d->k);
    d->k_mm = calloc(n * n + 1, sizeof *d->k_mm);
    if (!d->k || !d->k_mm) return sz_fail_memory(err, n * n * 8, "a small fit");
    return fill_before(l, err);
}

/* ---- densities and rows ------------------------------------------------------------ */

/* y / sigma of a row */
static void set_row(const layout *l, const member *m, int row, double y, double sigma)
{
    sz_trial_data *d = l->data;

    d->part[row] = (unsigned char)m->part;
    d->kind[row] = row > m->row || !m->has_energy;
    d->y[row] = y / sigma;
}

/* Displacements of the frame's atoms, 0 if a force is not used; y and sigma of the slope
 * along them. */
static void displace(const layout *l, const member *m, int direction, double *c,
                     double *y, double *sigma)
{
    const sz_targets *t = l->setup->targets;
    const sz_dataset_frame *f = &t->data->frame[m->frame];
    double square = 0.0;
    sz_rng rng;

    sz_rng_seed(
        &rng, seed_of(l->setup->spec, 2 + (long long)DIRECTIONS * m->frame + direction));
    *y = 0.0;
    for (size_t k = 3 * f->first; k < 3 * (f->first + (size_t)f->n_atoms); k++) {
        double s = t->force_sigma[k], x = s > 0.0 ? sz_rng_normal(&rng) : 0.0;

        c[k - 3 * f->first] = x;
        *y -= x * t->force[k];
        square += x * x * s * s;
    }
    *sigma = sqrt(square);
}

/* One variant, whose neighbours are w->list: densities, and the row of the earlier terms,
 * to before unless NULL. */
static sz_status make_variant(const layout *l, worker *w, const member *m, int variant,
                              double *before, sz_error *err)
{
    sz_trial_data *d = l->data;
    const sz_dataset *data = l->setup->targets->data;
    const sz_soap *full = d->maps->full;
    const sz_slots slots = {data->z, l->soap_slot};
    int n_atoms = data->frame[m->frame].n_atoms;
    const int *env = l->env + m->env + (size_t)variant * n_atoms;

    for (int i = 0; i < n_atoms; i++)
        if (env[i] >= 0)
            sz_soap_density(full, w->work, &w->list.nb, &slots, i,
                            d->x + (size_t)env[i] * d->maps->n_x,
                            d->present + (size_t)env[i] * full->compression.n_slots);
    if (!before) return SZ_OK;
    memset(before, 0, (size_t)n_before(l) * sizeof *before);
    for (int i = 0; i < w->list.nb.n_atoms; i++)
        w->list.species[i] = l->species[w->list.species[i]];
    for (int p = 0; p < w->list.n_pairs; p++)
        w->list.neigh_species[p] = l->species[w->list.neigh_species[p]];
    return sz_rows_frame(w->rows, &w->list, before, NULL, NULL, err);
}

/* The energies of a variant contribute with factor to a row. */
static void count_in(const layout *l, const member *m, int variant, int n_atoms, int row,
                     double factor)
{
    const int *env = l->env + m->env + (size_t)variant * n_atoms;

    for (int i = 0; i < n_atoms; i++) {
        if (env[i] < 0) continue;
        l->data->row[env[i]] = row;
        l->data->factor[env[i]] = factor;
    }
}

static double *columns_before(const layout *l, int row)
{
    return l->data->k + (size_t)row * l->data->n_columns + l->data->n_points;
}

/* The slope along one random displacement. */
static sz_status make_slope(const layout *l, worker *w, const member *m, int direction,
                            sz_error *err)
{
    sz_structure s = sz_dataset_structure(l->setup->targets->data, m->frame);
    const double *here = s.position;
    int n = 3 * s.n_atoms, row = m->row + m->has_energy + direction, fixed = n_before(l);
    double *c = w->position + n, y, sigma, factor;
    sz_status status = SZ_OK;

    displace(l, m, direction, c, &y, &sigma);
    set_row(l, m, row, y, sigma);
    factor = 0.5 / (step * sigma);
    s.position = w->position;
    for (int back = 0; back < 2 && status == SZ_OK; back++) {
        int variant = m->has_energy + 2 * direction + back;

        for (int k = 0; k < n; k++)
            w->position[k] = here[k] + (back ? -step : step) * c[k];
        count_in(l, m, variant, s.n_atoms, row, back ? -factor : factor);
        status = sz_list_build(&w->list, &s, l->cutoff, err);
        if (status == SZ_OK)
            status =
                make_variant(l, w, m, variant, fixed ? w->row + back * fixed : NULL, err);
    }
    for (int k = 0; k < fixed && status == SZ_OK; k++)
        columns_before(l, row)[k] = factor * (w->row[k] - w->row[fixed + k]);
    return status;
}

/* w->list: the neighbours of the undisplaced frame */
static sz_status make_energy(const layout *l, worker *w, const member *m, sz_error *err)
{
    const sz_targets *all = l->setup->targets;
    const sz_target *t = &all->frame[m->frame];
    int fixed = n_before(l);
    sz_status status = make_variant(l, w, m, 0, fixed ? w->row : NULL, err);

    set_row(l, m, m->row, t->energy, t->energy_sigma);
    count_in(l, m, 0, all->data->frame[m->frame].n_atoms, m->row, 1.0 / t->energy_sigma);
    for (int k = 0; k < fixed && status == SZ_OK; k++)
        columns_before(l, m->row)[k] = w->row[k] / t->energy_sigma;
    return status;
}

static sz_status make_frame(void *context, void *of, int item, sz_error *err)
{
    const layout *l = context;
    const member *m = &l->member[item];
    worker *w = of;
    /* detects coincident atoms */
    sz_status status =
        sz_dataset_list(&w->list, l->setup->targets->data, m->frame, l->cutoff, err);

    if (status != SZ_OK) return status;
    if (m->has_energy) status = make_energy(l, w, m, err);
    for (int k = 0; k < m->n_directions && status == SZ_OK; k++)
        status = make_slope(l, w, m, k, err);
    if (status == SZ_OK) return SZ_OK;
    return sz_dataset_fail(l->setup->targets->data, m->frame, status, err);
}

static sz_status open_worker(const layout *l, worker *w, sz_error *err)
{
    const sz_dataset *data = l->setup->targets->data;
    size_t most = 1, fixed = (size_t)n_before(l);
    sz_status status = sz_soap_work_create(&w->work, l->data->maps->full, 1, err);

    for (int j = 0; j < l->n_members; j++) {
        size_t n = (size_t)data->frame[l->member[j].frame].n_atoms;

        if (n > most) most = n;
    }
    w->position = malloc(6 * most * sizeof *w->position);
    w->row = malloc((2 * fixed + 1) * sizeof *w->row);
    if (status == SZ_OK && (!w->position || !w->row))
        status = sz_fail_memory(err, 48 * most, "a frame");
    if (status == SZ_OK && fixed)
        status = sz_rows_create(&w->rows, l->model, l->before, err);
    return status;
}

static sz_status make_rows(layout *l, sz_error *err)
{
    size_t n = (size_t)l->setup->n_threads;
    worker *w = calloc(n, sizeof *w);
    const sz_crew crew = {.n_threads = l->setup->n_threads,
                          .n_items = l->n_members,
                          .worker = w,
                          .size = sizeof *w,
                          .context = l,
                          .work = make_frame,
                          .watch = l->setup->watch,
                          .what = "frames for the maps"};
    sz_status status = w ? SZ_OK : sz_fail_memory(err, n * sizeof *w, "threads");

    for (size_t k = 0; k < n && status == SZ_OK; k++) status = open_worker(l, w + k, err);
    if (status == SZ_OK) status = sz_crew_run(&crew, err);
    for (size_t k = 0; k < n && w; k++) {
        sz_soap_work_free(w[k].work);
        sz_rows_free(w[k].rows);
        sz_list_free(&w[k].list);
        free(w[k].position);
        free(w[k].row);
    }
    free(w);
    return status;
}

/* ---- the whole data set ------------------------------------------------------------ */

sz_status sz_trial_read_term(sz_describer_spec *term, const sz_fit_spec *spec, int k,
                             sz_error *err)
{
    sz_args *args;
    sz_status status = sz_args_parse(
        &args, spec->term[k].text, spec->descriptor[spec->term[k].descriptor].where, err);

    memset(term, 0, sizeof *term);
    if (status == SZ_OK && sz_args_has_word(args, "soap"))
        status = sz_describer_parse(term, args, -1, 0, NULL, err);
    sz_args_free(args);
    return status;
}

/* The descriptor of term number k, and the species of the data that are its centres. */
static sz_status add_term(layout *l, int k, int term, sz_describer_spec *spec,
                          sz_error *err)
{
    const sz_dataset *data = l->setup->targets->data;
    sz_describer_spec s;
    sz_status status = sz_trial_read_term(&s, l->setup->spec, k, err);

    for (int a = 0; a < data->n_species && status == SZ_OK; a++)
        if (l->term_of[a] < 0 && sz_describer_is_centre(&s, data->z[a]))
            l->term_of[a] = term;
    if (term == 0)
        *spec = s;
    else
        sz_describer_spec_free(&s);
    return status;
}

static sz_status open_terms(layout *l, sz_error *err)
{
    const sz_trial_setup *setup = l->setup;
    const sz_fit_spec *fit = setup->spec;
    const sz_fit_descriptor *of = &fit->descriptor[setup->descriptor];
    const sz_dataset *data = setup->targets->data;
    sz_trial_data *d = l->data;
    sz_describer_spec first = {0};
    const sz_soap_spec *spec;
    sz_status status = SZ_OK;

    for (int a = 0; a < data->n_species; a++) l->term_of[a] = -1;
    for (int k = 0; k < fit->n_terms && status == SZ_OK; k++)
        if (fit->term[k].descriptor == setup->descriptor)
            status = add_term(l, k, d->n_terms++, &first, err);
    spec = sz_soap_spec_of(&first);
    if (status == SZ_OK) status = sz_maps_create(&d->maps, spec, err);
    if (status == SZ_OK) {
        d->delta = of->delta;
        d->zeta = of->zeta;
        d->sigma0 = spec->sigma0;
        l->cutoff = spec->radial.cutoff;
        l->least = spec->train.steps ? FRAMES_LEAST : 1;
        d->start = malloc(((size_t)d->maps->n + 1) * sizeof *d->start);
        if (!d->start) status = sz_fail_memory(err, (size_t)d->maps->n * 8, "maps");
    }
    if (status == SZ_OK)
        sz_maps_get(&spec->compression, spec->n_slots, spec->radial.n_max,
                    spec->radial.l_max, d->start);
    for (int a = 0; a < data->n_species && status == SZ_OK; a++)
        l->soap_slot[a] = sz_describer_slot(&d->maps->full->base, data->z[a]);
    sz_describer_spec_free(&first);
    return status;
}

sz_status sz_trial_data_create(sz_trial_data **data, const sz_trial_setup *setup,
                               sz_error *err)
{
    layout l = {.setup = setup, .data = calloc(1, sizeof *l.data)};
    sz_status status;

    *data = NULL;
    if (!l.data) return sz_fail_memory(err, sizeof *l.data, "a small fit");
    status = open_terms(&l, err);
    if (status == SZ_OK) status = choose_frames(&l, err);
    if (status == SZ_OK) status = make_environments(&l, err);
    if (status == SZ_OK) status = choose_points(&l, err);
    if (status == SZ_OK) status = open_columns(&l, err);
    if (status == SZ_OK) status = make_rows(&l, err);
    free(l.member);
    free(l.env);
    sz_model_free(l.model);
    if (status == SZ_OK)
        *data = l.data;
    else
        sz_trial_data_free(l.data);
    return status;
}

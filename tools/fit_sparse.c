/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_sparse.c - the coordinates of a fit and their sparse points.
 *
 * The vectors that sparse points are chosen from are made on demand, frame by frame, as
 * often as the method asks: they would not fit into memory. */
#include "fit_sparse.h"

#include "cutoff.h"
#include "gap_args.h"
#include "gap_write.h"
#include "pair.h"
#include "soap_spec.h"
#include "sparsify.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the vectors of one coordinate come from. */
typedef struct {
    const sz_train *train;
    int is_soap, n_dim;
    double cutoff;
    sz_soap_spec soap_spec;
    int n_centres, centre_z[SZ_Z_MAX];
    sz_soap *soap; /* published vectors: not reduced */
    sz_soap_work *work;
    int slot[SZ_Z_MAX]; /* of train's species */
    sz_pair_spec pair;

    int n, *frame, *atom; /* [n] vector k of a SOAP: its centre */
    double *x;            /* [n][n_dim] of a two-body coordinate */
    sz_list list;         /* neighbours of list_frame */
    int list_frame;
    double *inner; /* [stride] */
} source;

static void source_free(source *s)
{
    sz_soap_spec_free(&s->soap_spec);
    sz_soap_work_free(s->work);
    sz_soap_free(s->soap);
    sz_list_free(&s->list);
    free(s->frame);
    free(s->atom);
    free(s->x);
    free(s->inner);
}

static sz_status need_list(source *s, int frame, sz_error *err)
{
    sz_structure structure = sz_train_structure(s->train, frame);

    if (s->list_frame == frame) return SZ_OK;
    s->list_frame = frame;
    return sz_list_build(&s->list, &structure, s->cutoff, err);
}

static int is_centre(const source *s, int z)
{
    for (int k = 0; k < s->n_centres; k++)
        if (s->centre_z[k] == 0 || s->centre_z[k] == z) return 1;
    return 0;
}

/* sz_pool's fetch: published vectors first .. first+count-1 */
static sz_status fetch(void *context, int first, int count, double *x, sz_error *err)
{
    source *s = context;
    const sz_soap_species species = {s->train->z, s->slot};
    sz_status status = SZ_OK;

    for (int k = first; k < first + count && status == SZ_OK; k++, x += s->n_dim) {
        status = need_list(s, s->frame[k], err);
        if (status != SZ_OK) break;
        sz_soap_forward(s->soap, s->work, &s->list.nb, &species, 1, &s->atom[k],
                        s->inner);
        status = sz_soap_publish(s->soap, s->inner, x, err);
    }
    return status;
}

static sz_status open_soap(source *s, const sz_args *args, sz_error *err)
{
    const sz_train *t = s->train;
    size_t n = t->n_atoms;
    sz_status status = sz_soap_spec_parse(&s->soap_spec, &s->n_centres, s->centre_z, args,
                                          SZ_GAP_VERSION, 0, NULL, err);

    if (status == SZ_OK) status = sz_soap_create(&s->soap, &s->soap_spec, 0, err);
    if (status == SZ_OK) status = sz_soap_work_create(&s->work, s->soap, 1, err);
    if (status != SZ_OK) return status;
    s->is_soap = 1;
    s->cutoff = s->soap_spec.radial.cutoff;
    s->n_dim = sz_soap_n_published(s->soap);
    s->frame = malloc((n + 1) * sizeof *s->frame);
    s->atom = malloc((n + 1) * sizeof *s->atom);
    s->inner = aligned_alloc(64, (size_t)sz_soap_stride(s->soap) * sizeof *s->inner);
    if (!s->frame || !s->atom || !s->inner)
        return sz_fail_memory(err, 2 * n * sizeof *s->atom, "the list of environments");
    for (int k = 0; k < t->n_species; k++) s->slot[k] = sz_soap_slot(s->soap, t->z[k]);
    for (int f = 0; f < t->n_frames; f++)
        for (int i = 0; i < t->frame[f].n_atoms; i++) {
            if (!is_centre(s, t->z[t->species[t->frame[f].first + (size_t)i]])) continue;
            s->frame[s->n] = f;
            s->atom[s->n++] = i;
        }
    return SZ_OK;
}

/* every directed pair within the cutoff, in the order of the neighbour list */
static sz_status collect_pairs(source *s, sz_error *err)
{
    const sz_train *t = s->train;
    size_t room = 0;

    for (int f = 0; f < t->n_frames; f++) {
        sz_status status = need_list(s, f, err);

        if (status != SZ_OK) return status;
        for (int i = 0; i < s->list.nb.n_atoms; i++)
            for (int p = s->list.first[i]; p < s->list.first[i + 1]; p++) {
                const double *d = s->list.r + 3 * (size_t)p;
                double r = sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);

                if (!sz_pair_acts(&s->pair, t->z[s->list.species[i]],
                                  t->z[s->list.neigh_species[p]]))
                    continue;
                if ((size_t)s->n == room) {
                    double *grown = realloc(s->x, (room = 2 * room + 1024) * s->n_dim *
                                                      sizeof *grown);

                    if (!grown) return sz_fail_memory(err, room * 8, "the distances");
                    s->x = grown;
                }
                for (int k = 0; k < s->n_dim; k++)
                    s->x[(size_t)s->n * s->n_dim + k] = pow(r, s->pair.exponent[k]);
                s->n++;
            }
    }
    return SZ_OK;
}

static sz_status open_pair(source *s, const sz_args *args, sz_error *err)
{
    sz_pair_spec *p = &s->pair;
    sz_status status = sz_args_double(args, "cutoff", &p->cutoff, err);

    p->cutoff_width = 0.5;
    p->share = p->tail_range = 1.0;
    p->n_exponents = s->n_dim = 1;
    p->exponent[0] = 1;
    if (sz_args_has(args, "n_exponents") || sz_args_has(args, "tail_exponent"))
        return sz_fail(
            err, SZ_ERR_FORMAT,
            "%s: fitting distance_2b with exponents or a tail is not supported",
            sz_args_where(args));
    if (status == SZ_OK)
        status = sz_args_double(args, "cutoff_transition_width", &p->cutoff_width, err);
    if (status == SZ_OK) status = sz_args_int(args, "Z1", &p->z[0], err);
    if (status == SZ_OK) status = sz_args_int(args, "Z2", &p->z[1], err);
    if (status != SZ_OK) return status;
    s->cutoff = p->cutoff;
    return collect_pairs(s, err);
}

/* ---- one coordinate -----------------------------------------------------------------
 */

/* theta_fac: the range of the data times the factor */
static void range_theta(const source *s, const sz_fit_descriptor *d, double *theta)
{
    for (int k = 0; k < s->n_dim; k++) {
        double lo = INFINITY, hi = -INFINITY;

        for (int i = 0; i < s->n; i++) {
            lo = fmin(lo, s->x[(size_t)i * s->n_dim + k]);
            hi = fmax(hi, s->x[(size_t)i * s->n_dim + k]);
        }
        theta[k] = (hi - lo) * d->theta[d->n_theta == 1 ? 0 : k];
        if (!(theta[k] >= 1e-8)) theta[k] = 1.0;
    }
}

static sz_status fill_kernel(sz_gap_coordinate *c, const sz_fit_descriptor *d,
                             const source *s, sz_error *err)
{
    c->covariance = d->covariance;
    c->delta = d->delta;
    c->f0 = d->f0;
    c->zeta = d->zeta;
    c->n_dim = s->n_dim;
    c->n_perm = 1;
    if (d->covariance == SZ_COVARIANCE_DOT_PRODUCT) return SZ_OK;
    if (s->is_soap || d->theta_rule == SZ_THETA_FILE)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: this kernel or theta_file is not supported", d->where);
    c->theta = malloc((size_t)s->n_dim * sizeof *c->theta);
    c->perm = malloc((size_t)s->n_dim * sizeof *c->perm);
    if (!c->theta || !c->perm) return sz_fail_memory(err, 8, "theta");
    for (int k = 0; k < s->n_dim; k++) {
        c->perm[k] = k;
        c->theta[k] = d->theta ? d->theta[d->n_theta == 1 ? 0 : k] : 1.0;
    }
    if (d->theta_rule == SZ_THETA_FACTOR) range_theta(s, d, c->theta);
    return SZ_OK;
}

static sz_status choose(sz_sparse_choice *choice, const sz_pool *pool,
                        const sz_fit_descriptor *d, sz_rng *rng, int seed, sz_error *err)
{
    sz_sparsify_options options = {.method = d->method,
                                   .n_sparse = d->n_sparse,
                                   .hash_tolerance = d->unique_hash_tolerance,
                                   .vector_tolerance = d->unique_descriptor_tolerance,
                                   .rng = rng,
                                   .seed = seed};

    if (d->method == SZ_SPARSE_INDEX_FILE)
        return sz_sparse_read_index(choice, d->sparse_file, pool->n, err);
    if (d->n_type_counts)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: config_type_n_sparse is not supported; give n_sparse",
                       d->where);
    return sz_sparsify(choice, pool, &options, err);
}

static sz_status fill_points(sz_gap_coordinate *c, const source *s, const sz_pool *pool,
                             const sz_sparse_choice *choice, sz_error *err)
{
    size_t m = (size_t)choice->n;
    double slope;
    sz_status status;

    c->x_sparse = malloc((m * c->n_dim + 1) * sizeof *c->x_sparse);
    c->alpha = calloc(m + 1, sizeof *c->alpha);
    c->fc_sparse = malloc((m + 1) * sizeof *c->fc_sparse);
    if (!c->x_sparse || !c->alpha || !c->fc_sparse)
        return sz_fail_memory(err, m * c->n_dim * 8, "the sparse points");
    status = sz_pool_rows(pool, choice->index, choice->n, c->x_sparse, err);
    if (status != SZ_OK) return status;
    c->n_sparse = choice->n;
    for (size_t k = 0; k < m; k++)
        c->fc_sparse[k] = s->is_soap ? 1.0
                                     : sz_cutoff(c->x_sparse[k], s->pair.cutoff,
                                                 s->pair.cutoff_width, &slope);
    return SZ_OK;
}

/* the environments that the vectors were made from, for a .soapz file */
static sz_status keep_environments(sz_gap_coordinate *c, source *s,
                                   const sz_sparse_choice *choice, sz_error *err)
{
    sz_status status = sz_environments_create(&c->environment, err);

    for (int k = 0; k < choice->n && status == SZ_OK; k++) {
        int v = choice->index[k];

        status = need_list(s, s->frame[v], err);
        if (status == SZ_OK)
            status = sz_environments_add(c->environment, &s->list.nb, s->train->z,
                                         s->atom[v], s->cutoff, err);
    }
    return status;
}

/* sparse_file: the points as they stand */
static sz_status read_points(sz_gap_coordinate *c, const sz_fit_descriptor *d,
                             sz_error *err)
{
    sz_status status = sz_sparse_read_points(d->sparse_file, c->n_dim, &c->n_sparse,
                                             &c->x_sparse, &c->fc_sparse, err);

    if (status != SZ_OK) return status;
    c->alpha = calloc((size_t)c->n_sparse + 1, sizeof *c->alpha);
    return c->alpha ? SZ_OK : sz_fail_memory(err, (size_t)c->n_sparse * 8, "the weights");
}

static sz_status make_coordinate(sz_gap_coordinate *c, const sz_fit_spec *spec, int k,
                                 const sz_train *train, sz_rng *rng, sz_error *err)
{
    const sz_fit_descriptor *d = &spec->descriptor[spec->coordinate[k].descriptor];
    source s = {.train = train, .list_frame = -1};
    sz_args *args = NULL;
    sz_sparse_choice choice = {0};
    sz_pool pool = {0};
    sz_status status = sz_args_parse(&args, spec->coordinate[k].text, d->where, err);

    if (status == SZ_OK) {
        c->descriptor = sz_copy_text(spec->coordinate[k].text);
        if (!c->descriptor) status = sz_fail_memory(err, 1, "a descriptor");
    }
    if (status == SZ_OK && strcmp(d->type, "soap") == 0)
        status = open_soap(&s, args, err);
    else if (status == SZ_OK && strcmp(d->type, "distance_2b") == 0)
        status = open_pair(&s, args, err);
    else if (status == SZ_OK)
        status = sz_fail(err, SZ_ERR_FORMAT, "%s: fitting %s is not supported", d->where,
                         d->type);
    pool.n = s.n;
    pool.d = s.n_dim;
    pool.x = s.x;
    pool.fetch = s.is_soap ? fetch : NULL;
    pool.context = &s;
    if (status == SZ_OK) status = fill_kernel(c, d, &s, err);
    if (status == SZ_OK && d->method == SZ_SPARSE_FILE)
        status = read_points(c, d, err);
    else if (status == SZ_OK) {
        status = choose(&choice, &pool, d, rng, k + 1, err);
        if (status == SZ_OK && choice.warning)
            fprintf(stderr, "soapz fit: %s: %s\n", d->where, choice.warning);
        if (status == SZ_OK) status = fill_points(c, &s, &pool, &choice, err);
        if (status == SZ_OK && s.is_soap && spec->sparse_environments)
            status = keep_environments(c, &s, &choice, err);
    }
    sz_sparse_choice_free(&choice);
    sz_args_free(args);
    source_free(&s);
    return status;
}

/* gap_fit's numbers before the first choice: mixing descriptors shift the stream */
static sz_status start_rng(sz_rng *rng, const sz_fit_spec *spec, int n_frames,
                           sz_error *err)
{
    sz_rng_seed(rng, spec->rnd_seed > 0 ? spec->rnd_seed : 1);
    for (int k = 0; k < spec->n_coordinates; k++) {
        int r_mix = 0, z_mix = 0;
        sz_args *args;
        sz_status status = sz_args_parse(&args, spec->coordinate[k].text, "gap", err);

        if (status == SZ_OK) status = sz_args_bool(args, "R_mix", &r_mix, err);
        if (status == SZ_OK) status = sz_args_bool(args, "Z_mix", &z_mix, err);
        sz_args_free(args);
        if (status != SZ_OK) return status;
        if (r_mix || z_mix) sz_sparsify_skip_mixing(rng, n_frames);
    }
    return SZ_OK;
}

sz_status sz_fit_make_gap(sz_gap **gap, const sz_fit_spec *spec, const sz_train *train,
                          const sz_e0 *e0, sz_error *err)
{
    sz_gap *g = calloc(1, sizeof *g);
    sz_rng rng;
    sz_status status = SZ_OK;

    *gap = NULL;
    if (!g) return sz_fail_memory(err, sizeof *g, "the model");
    g->path = sz_copy_text(spec->gp_file);
    g->version = SZ_GAP_VERSION;
    g->e_scale = 1.0;
    for (int z = 1; z <= SZ_Z_MAX; z++) g->e0[z] = e0->known[z] ? e0->value[z] : 0.0;
    g->coordinate = calloc((size_t)spec->n_coordinates + 1, sizeof *g->coordinate);
    if (!g->path || !g->coordinate)
        status = sz_fail_memory(err, (size_t)spec->n_coordinates, "the model");
    if (status == SZ_OK) status = start_rng(&rng, spec, train->n_frames, err);
    for (int k = 0; k < spec->n_coordinates && status == SZ_OK; k++) {
        g->n_coordinates = k + 1;
        status = make_coordinate(&g->coordinate[k], spec, k, train, &rng, err);
    }
    if (status == SZ_OK) {
        *gap = g;
        g = NULL;
    }
    sz_gap_free(g);
    return status;
}

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_term_kind.c - a new kind of term is one record: this program adds one to the list
 * and has its energies, forces, rows, vectors and fits by the library's own loops.
 *
 *   decay   E_i += sum_s alpha_s sum_j x_s (1 - r_ij / cutoff)^3 */
#include "check.h"
#include "cluster.h"
#include "fit/rows.h"
#include "fit/spec.h"
#include "model/model.h"
#include "soapz_fit.h"
#include "term/core_terms.h"
#include "term/few_bodies_term.h"
#include "term/soap_term.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { ATOMS = 10, M = 3, PAIRS_MAX = 27 * ATOMS * ATOMS };

/* ---- the kind ---------------------------------------------------------------------- */

typedef struct {
    double cutoff;
} decay_spec;

typedef struct {
    int n;
    double cutoff, weight; /* weight: sum_s alpha_s x_s */
    int gap_term;
} decay_group;

static double decay(double cutoff, const double *d, double *slope_over_r)
{
    double r = sqrt(dot(d, d, 3)), u = 1.0 - r / cutoff;

    *slope_over_r = r < cutoff ? -3.0 * u * u / cutoff / r : 0.0;
    return r < cutoff ? u * u * u : 0.0;
}

static const sz_key keys[] = {{"cutoff", SZ_KEY_REAL, offsetof(decay_spec, cutoff), NULL,
                               "Angstrom: neighbours end there"},
                              {NULL, SZ_KEY_OTHER, 0, NULL, NULL}};

static void append(sz_text *text, int n, const int *z, int centre, int n_elements,
                   const int *k)
{
    (void)n;
    (void)z;
    (void)centre;
    (void)n_elements;
    (void)k;
    sz_text_add(text, " ");
}

static const sz_term_type decay_type = {.word = "decay",
                                        .keys = keys,
                                        .covariance = "dot_product",
                                        .sparse_method = "uniform",
                                        .append = append};

static sz_status parse(void **spec, const sz_term_type *type,
                       const sz_term_source *source, sz_error *err)
{
    decay_spec *s;

    *spec = NULL;
    if (type != &decay_type) return SZ_OK;
    *spec = s = calloc(1, sizeof *s);
    if (!s) return sz_fail_memory(err, sizeof *s, "decay");
    return sz_keys_read(keys, source->args, s, err);
}

static void elements(const void *spec, sz_add_element *add, void *context)
{
    (void)spec;
    add(context, 41);
    add(context, 74);
}

static sz_status create(void **group, int room, sz_error *err)
{
    (void)room;
    *group = calloc(1, sizeof(decay_group));
    return *group ? SZ_OK : sz_fail_memory(err, sizeof(decay_group), "decay");
}

static sz_status add(void *group, const void *spec, const sz_term_source *source,
                     const sz_species *species, sz_warnings *warnings, sz_error *err)
{
    decay_group *g = group;
    const sz_gap_term *term = source->term;

    (void)species;
    g->n++;
    g->cutoff = ((const decay_spec *)spec)->cutoff;
    g->gap_term = source->index;
    for (int s = 0; s < term->n_sparse; s++)
        g->weight += term->alpha[s] * term->x_sparse[s];
    return sz_warnings_add(warnings, err, "a decay of %g Angstrom", g->cutoff);
}

static double cutoff(const void *group)
{
    return ((const decay_group *)group)->cutoff;
}

static void print(const void *group, const void *plan, const sz_species *species,
                  sz_text *text)
{
    (void)plan;
    sz_text_add(text, "\ndecay: %d elements, cutoff %g\n", species->n, cutoff(group));
}

static void energy(const void *plan, void *work, const sz_species *species,
                   const sz_neigh *nb, double *e, double *dedr)
{
    const decay_group *g = plan;

    (void)work;
    (void)species;
    for (int i = 0; i < nb->n_atoms; i++)
        for (int k = nb->first[i]; k < nb->first[i + 1]; k++) {
            double slope;

            e[i] += g->weight * decay(g->cutoff, nb->r + 3 * k, &slope);
            for (int x = 0; dedr && x < 3; x++)
                dedr[3 * k + x] += g->weight * slope * nb->r[3 * k + x];
        }
}

static sz_status probe(sz_probe **p, const void *spec, const sz_species *species,
                       sz_error *err)
{
    (void)species;
    *p = calloc(1, sizeof **p);
    if (!*p) return sz_fail_memory(err, sizeof **p, "decay");
    **p =
        (sz_probe){.n_dim = 1, .cutoff = ((const decay_spec *)spec)->cutoff, .n_perm = 1};
    return SZ_OK;
}

static sz_status collect(sz_probe *p, const sz_list *list, sz_take_vector *take,
                         void *context, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int i = 0; i < list->nb.n_atoms; i++)
        for (int k = list->first[i]; k < list->first[i + 1] && status == SZ_OK; k++) {
            double slope, x = decay(p->cutoff, list->r + 3 * k, &slope);

            status = take(context, i, &x, 1.0, err);
        }
    return status;
}

static void free_probe(sz_probe *p)
{
    free(p);
}

typedef struct {
    const decay_group *group;
    const sz_gap_term *term;
    int column;
} decay_rows;

static sz_status make_rows(void **rows, const void *group, const sz_gap_term *term,
                           const int *column, const sz_species *species, sz_error *err)
{
    const decay_group *g = group;
    decay_rows *r = malloc(sizeof *r);

    (void)species;
    *rows = r;
    if (!r) return sz_fail_memory(err, sizeof *r, "decay");
    *r = (decay_rows){g, &term[g->gap_term], column[g->gap_term]};
    return SZ_OK;
}

static sz_status add_rows(void *rows, const sz_row_frame *f, sz_error *err)
{
    const decay_rows *r = rows;
    const sz_neigh *nb = &f->list->nb;

    (void)err;
    for (int i = 0; i < nb->n_atoms; i++)
        for (int k = nb->first[i]; k < nb->first[i + 1]; k++) {
            double slope, value = decay(r->group->cutoff, nb->r + 3 * k, &slope), g[M];
            sz_row_target to;

            for (int s = 0; s < M; s++)
                f->energy[r->column + s] += value * r->term->x_sparse[s];
            if (!f->force) continue;
            to = sz_row_find(f, r->column, i, k);
            for (int x = 0; x < 3; x++) {
                for (int s = 0; s < M; s++)
                    g[s] = slope * nb->r[3 * k + x] * r->term->x_sparse[s];
                sz_row_scatter(&to, x, M, g);
            }
        }
    return SZ_OK;
}

static const sz_term_type *const types[] = {&decay_type, NULL};

static const sz_term_kind decay_kind = {.name = "decay",
                                        .types = types,
                                        .parse = parse,
                                        .free_spec = free,
                                        .elements = elements,
                                        .create = create,
                                        .add = add,
                                        .free = free,
                                        .cutoff = cutoff,
                                        .print = print,
                                        .energy = energy,
                                        .probe = probe,
                                        .collect = collect,
                                        .free_probe = free_probe,
                                        .rows = make_rows,
                                        .add_rows = add_rows,
                                        .free_rows = free};

/* the list of the library with one more line */
const sz_term_kind *const sz_term_kinds[] = {
    &sz_kind_soap, &sz_kind_pair, &sz_kind_triplet, &sz_kind_glue, &sz_kind_zbl,
    &decay_kind,   NULL};

/* ---- what the library makes of it -------------------------------------------------- */

static char pair_text[] = "distance_2b cutoff=4 Z1=41 Z2=74";
static char decay_text[] = "decay cutoff=4.5";
static double alpha[M] = {0.3, -0.2, 0.7}, x_sparse[M] = {1.0, 2.0, 0.5},
              fc[M] = {1, 1, 1};
static double theta[1] = {1.0};
static int perm[1] = {0};

/* a two-body term and a decay, as in a file */
static sz_gap_term terms[2] = {{.line = 1,
                                .descriptor = pair_text,
                                .covariance = SZ_COVARIANCE_ARD_SE,
                                .delta = 0.5,
                                .n_dim = 1,
                                .theta = theta,
                                .n_perm = 1,
                                .perm = perm,
                                .n_sparse = M,
                                .x_sparse = x_sparse,
                                .alpha = alpha,
                                .fc_sparse = fc},
                               {.line = 2,
                                .descriptor = decay_text,
                                .covariance = SZ_COVARIANCE_DOT_PRODUCT,
                                .n_dim = 1,
                                .n_sparse = M,
                                .x_sparse = x_sparse,
                                .alpha = alpha,
                                .fc_sparse = fc}};
static const sz_gap gap = {
    .path = (char[]){"decay.xml"}, .e_scale = 1.0, .n_terms = 2, .term = terms};

static int test_energies(const sz_model *model, cluster *c, double *force)
{
    static double e[ATOMS], dedr[3 * PAIRS_MAX];
    const double h = 1e-5;
    sz_work *work;
    sz_error err;

    CHECK_OK(sz_work_create(&work, model, 0, &err), err);
    CHECK_OK(sz_compute(model, work, &c->list.nb, e, dedr, &err), err);
    scatter_forces(c, dedr, force);
    for (int k = 0; k < 6; k++) {
        double sum[2] = {0.0, 0.0}, kept = c->position[k];

        for (int side = 0; side < 2; side++) {
            c->position[k] = kept + (side ? h : -h);
            CHECK_OK(find_neighbours(c, sz_model_cutoff(model), &err), err);
            CHECK_OK(sz_compute(model, work, &c->list.nb, e, NULL, &err), err);
            for (int i = 0; i < ATOMS; i++) sum[side] += e[i];
        }
        c->position[k] = kept;
        CHECK_CLOSE(force[k], -(sum[1] - sum[0]) / (2.0 * h), 1e-8);
    }
    CHECK_OK(find_neighbours(c, sz_model_cutoff(model), &err), err);
    sz_work_free(work);
    return 0;
}

static int test_rows(const sz_model *model, const cluster *c, const double *force)
{
    static double row[(1 + 3 * ATOMS + 9) * 2 * M];
    sz_rows *rows;
    sz_error err;

    CHECK(sz_rows_columns(&gap) == 2 * M);
    CHECK_OK(sz_rows_create(&rows, model, &gap, &err), err);
    CHECK_OK(sz_rows_frame(rows, &c->list, row, row + 2 * M,
                           row + (1 + 3 * ATOMS) * 2 * M, &err),
             err);
    for (int k = 0; k < 3 * ATOMS; k++) {
        double f = 0.0;

        for (int s = 0; s < 2 * M; s++) f -= row[(1 + k) * 2 * M + s] * alpha[s % M];
        CHECK_CLOSE(f, force[k], 1e-12);
    }
    CHECK(sz_rows_flops(rows, &c->list, 1) == 0.0);
    sz_rows_free(rows);
    return 0;
}

static sz_status count(void *context, int atom, const double *x, double factor,
                       sz_error *err)
{
    (void)atom;
    (void)err;
    *(int *)context += *x > 0.0 && factor == 1.0;
    return SZ_OK;
}

static int test_vectors(const cluster *c)
{
    const sz_species species = {.n = 2, .z = (const int[]){41, 74}};
    sz_term_source source = {.index = -1};
    const sz_term_kind *kind;
    sz_args *args;
    void *spec;
    sz_probe *p;
    sz_error err;
    int n = 0;

    CHECK_OK(sz_args_parse(&args, decay_text, "here", &err), err);
    source.args = args;
    CHECK_OK(sz_term_parse(&kind, &spec, &source, &err), err);
    CHECK(kind == &decay_kind);
    CHECK_OK(kind->probe(&p, spec, &species, &err), err);
    CHECK_OK(kind->collect(p, &c->list, count, &n, &err), err);
    CHECK(n == c->list.n_pairs);
    kind->free_probe(p);
    kind->free_spec(spec);
    sz_args_free(args);
    CHECK_OK(sz_args_parse(&args, "decay soap", "here", &err), err);
    source.args = args;
    CHECK_FAILS(sz_term_parse(&kind, &spec, &source, &err), SZ_ERR_FORMAT,
                "both decay and soap", err);
    sz_args_free(args);
    return 0;
}

/* ---- a fit ------------------------------------------------------------------------- */

/* Energies of a decay are reproduced by its fit. */
static int test_fit(const cluster *c)
{
    static const int z[] = {41, 74};
    int number[ATOMS];
    double energy = 0.0, slope;
    const sz_frame frame = {.structure = {.n_atoms = ATOMS,
                                          .species = number,
                                          .position = c->position,
                                          .cell = {{7, 0, 0}, {0, 7, 0}, {0, 0, 7}},
                                          .pbc = {1, 1, 1}},
                            .energy = &energy};
    sz_dataset *data;
    sz_fit_spec *spec;
    sz_model *model;
    sz_errors *errors;
    sz_error err;

    for (int i = 0; i < ATOMS; i++) number[i] = z[c->species[i]];
    for (int k = 0; k < c->list.n_pairs; k++)
        energy += 0.37 * decay(4.5, c->list.r + 3 * k, &slope);
    CHECK_OK(sz_dataset_create(&data, &err), err);
    CHECK_OK(sz_dataset_add(data, &frame, &err), err);
    CHECK_OK(sz_fit_spec_parse(&spec,
                               "default_sigma={1e-4 1 1 0} e0={Nb:0:W:0} "
                               "gap={decay cutoff=4.5 delta=1 zeta=1 n_sparse=3 "
                               "covariance_type=dot_product sparse_method=uniform}",
                               "here", &err),
             err);
    CHECK(sz_fit_spec_n_warnings(spec) == 0);
    CHECK_OK(sz_fit(&model, spec, data, NULL, &err), err);
    CHECK(sz_model_group(model, &decay_kind));
    CHECK_OK(sz_errors_create(&errors, model, data, NULL, &err), err);
    CHECK(sz_errors_all(errors, SZ_ENERGY).n == 1);
    CHECK_CLOSE(sz_errors_all(errors, SZ_ENERGY).mae, 0.0, 1e-6);
    CHECK(fabs(energy) > 1.0);
    sz_errors_free(errors);
    sz_model_free(model);
    sz_fit_spec_free(spec);
    sz_dataset_free(data);
    return 0;
}

int main(void)
{
    double force[3 * ATOMS];
    cluster c = {0};
    sz_model *model;
    char *summary;
    sz_error err;

    CHECK_OK(sz_model_build(&model, &gap, &err), err);
    CHECK(sz_model_cutoff(model) == 4.5 && sz_model_n_species(model) == 2);
    CHECK(sz_model_group(model, &decay_kind) && !sz_model_group(model, &sz_kind_soap));
    CHECK(sz_model_n_warnings(model) == 1 &&
          strstr(sz_model_warning(model, 0), "a decay of 4.5"));
    CHECK_OK(sz_model_summary(&summary, model, NULL, &err), err);
    CHECK(strstr(summary, "two-body terms: 1") && strstr(summary, "decay: 2 elements"));
    free(summary);
    random_cluster(&c, ATOMS, 2, 6.0, 1.8);
    c.cell[0][0] = c.cell[1][1] = c.cell[2][2] = 7.0;
    CHECK_OK(find_neighbours(&c, sz_model_cutoff(model), &err), err);
    if (test_energies(model, &c, force) || test_rows(model, &c, force) ||
        test_vectors(&c) || test_fit(&c))
        return 1;
    sz_model_free(model);
    sz_list_free(&c.list);
    return check_done();
}

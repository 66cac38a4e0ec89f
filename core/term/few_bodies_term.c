/* SPDX-License-Identifier: BSD-3-Clause
 *
 * few_bodies_term.c - code shared by the terms of two and of three atoms. */
#include "term/few_bodies_term.h"

#include "term/gap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- keys -------------------------------------------------------------------------- */

static void append_2b(sz_text *text, int n, const int *z, int centre, int n_elements,
                      const int *k)
{
    (void)n;
    (void)centre;
    (void)n_elements;
    sz_text_add(text, " Z1=%d Z2=%d", z[k[0]], z[k[1]]);
}

static void append_3b(sz_text *text, int n, const int *z, int centre, int n_elements,
                      const int *k)
{
    (void)n;
    (void)n_elements;
    sz_text_add(text, " Z=%d Z1=%d Z2=%d", z[centre], z[k[0]], z[k[1]]);
}

static void append_nb(sz_text *text, int n, const int *z, int centre, int n_elements,
                      const int *k)
{
    (void)n;
    (void)centre;
    sz_term_append_list(text, "Z", n_elements, z, k);
}

const sz_term_type sz_type_distance_2b = {.word = "distance_2b",
                                          .keys = sz_distance_2b_keys,
                                          .covariance = "gaussian",
                                          .sparse_method = "uniform",
                                          .n_elements = 2,
                                          .append = append_2b};
const sz_term_type sz_type_angle_3b = {.word = "angle_3b",
                                       .keys = sz_angle_3b_keys,
                                       .covariance = "gaussian",
                                       .sparse_method = "cur_points",
                                       .has_centre = 1,
                                       .n_elements = 2,
                                       .append = append_3b};
const sz_term_type sz_type_distance_nb = {.word = "distance_Nb",
                                          .keys = sz_distance_nb_keys,
                                          .covariance = "gaussian",
                                          .sparse_method = "cur_points",
                                          .n_elements = -1,
                                          .append = append_nb};

/* ---- terms ------------------------------------------------------------------------- */

sz_status sz_few_bodies_term_parse(void **spec, int bodies, const sz_term_type *type,
                                   const sz_term_source *source, sz_error *err)
{
    sz_few_bodies *few = malloc(sizeof *few);
    sz_status status;

    *spec = NULL;
    if (!few) return sz_fail_memory(err, sizeof *few, "a descriptor");
    status = sz_few_bodies_parse(few, type->word, source->args, source->version, err);
    if (status == SZ_OK && few->bodies == bodies) {
        *spec = few;
        few = NULL;
    }
    free(few);
    return status;
}

sz_status sz_few_bodies_check(const sz_few_bodies *few, const sz_term_source *source,
                              sz_error *err)
{
    const sz_gap_term *c = source->term;

    if (!c->x_sparse && c->n_sparse > 0)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: environments are for soap descriptors only",
                       sz_args_where(source->args));
    if (few->n_dim == c->n_dim) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT, "%s:%d: dimensions is %d, the descriptor has %d",
                   source->gap->path, c->line, c->n_dim, few->n_dim);
}

sz_status sz_few_bodies_probe_create(sz_probe **probe, const void *spec,
                                     const sz_species *species, sz_error *err)
{
    const sz_few_bodies *few = spec;
    sz_few_bodies_probe *p = calloc(1, sizeof *p);

    *probe = NULL;
    if (!p) return sz_fail_memory(err, sizeof *p, "a descriptor");
    p->probe = (sz_probe){.n_dim = few->n_dim,
                          .cutoff = few->cutoff,
                          .n_perm = few->n_perm,
                          .has_theta = 1};
    memcpy(p->probe.perm, few->perm, sizeof few->perm);
    p->few = few;
    p->species = *species;
    *probe = &p->probe;
    return SZ_OK;
}

void sz_few_bodies_probe_free(sz_probe *probe)
{
    free(probe);
}

int sz_stands_first(int i, int j, const double *d)
{
    if (i != j) return i < j;
    for (int x = 0; x < 3; x++)
        if (fabs(d[x]) > 1e-9) return d[x] > 0.0;
    return 1;
}

const char *sz_element_or_any(int z)
{
    return z ? sz_element_symbol(z) : "any";
}

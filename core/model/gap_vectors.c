/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap_vectors.c - published vectors of sparse points that are stored as environments. */
#include "descriptor/environment.h"
#include "model/gap.h"

#include <stdlib.h>

/* the descriptor of a term with its published components */
static sz_status open_term(sz_describer **d, const sz_gap *gap, const sz_gap_term *c,
                           sz_error *err)
{
    sz_describer_spec spec = {.kind = NULL};
    sz_args *args;
    sz_status status = sz_gap_term_args(&args, gap, c, err);

    *d = NULL;
    if (status == SZ_OK && !sz_describer_is(args))
        status =
            sz_fail(err, SZ_ERR_FORMAT, "%s: environments are for soap descriptors only",
                    sz_args_where(args));
    if (status == SZ_OK)
        status =
            sz_describer_parse(&spec, args, gap->version, c->n_matrix, c->matrix, err);
    if (status == SZ_OK) {
        sz_error why;

        status = sz_describer_create(d, &spec, 0, &why);
        if (status != SZ_OK)
            sz_fail(err, status, "%s: %.300s", sz_args_where(args), why.message);
    }
    if (status == SZ_OK && (*d)->n_published != c->n_dim) {
        status =
            sz_fail(err, SZ_ERR_FORMAT, "%s: dimensions is %d, the descriptor has %d",
                    sz_args_where(args), c->n_dim, (*d)->n_published);
        sz_describer_free(*d);
        *d = NULL;
    }
    sz_describer_spec_free(&spec);
    sz_args_free(args);
    return status;
}

static sz_status make_vectors(const sz_gap *gap, sz_gap_term *c, sz_error *err)
{
    size_t m = (size_t)c->n_sparse, n = (size_t)c->n_dim, stride;
    double *inner = NULL, *x = NULL;
    sz_describer *d;
    sz_status status = open_term(&d, gap, c, err);

    if (status != SZ_OK) return status;
    stride = (size_t)d->stride;
    inner = aligned_alloc(64, m * stride * sizeof *inner);
    x = malloc(m * n * sizeof *x);
    if (!inner || !x) status = sz_fail_memory(err, m * n * sizeof *x, gap->path);
    if (status == SZ_OK) status = sz_environments_describe(c->environment, d, inner, err);
    for (size_t s = 0; s < m && status == SZ_OK; s++)
        status = sz_describer_publish(d, inner + s * stride, x + s * n, err);
    if (status == SZ_OK) {
        c->x_sparse = x;
        x = NULL;
    }
    free(x);
    free(inner);
    sz_describer_free(d);
    return status;
}

sz_status sz_gap_make_vectors(sz_gap *gap, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int k = 0; k < gap->n_terms && status == SZ_OK; k++) {
        sz_gap_term *c = gap->term + k;

        if (c->environment && !c->x_sparse) status = make_vectors(gap, c, err);
    }
    return status;
}

void sz_gap_drop_environments(sz_gap *gap)
{
    for (int k = 0; k < gap->n_terms; k++) {
        sz_gap_term *c = gap->term + k;

        if (!c->x_sparse) continue;
        sz_environments_free(c->environment);
        c->environment = NULL;
    }
}

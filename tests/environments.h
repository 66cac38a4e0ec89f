/* SPDX-License-Identifier: BSD-3-Clause
 *
 * environments.h - a GAP whose sparse points are atoms of a cluster, both as vectors and
 * as environments. */
#ifndef SZ_TEST_ENVIRONMENTS_H
#define SZ_TEST_ENVIRONMENTS_H

#include "check.h"
#include "describe.h"
#include "descriptor/environment.h"
#include "format/gap_write.h"

/* The first n atoms of c are the sparse points of its one term, zeta 4. */
static inline int make_gap(sz_gap **gap, const char *text, const cluster *c, int n)
{
    descriptor d;
    sz_gap *g = *gap = calloc(1, sizeof *g);
    sz_gap_term *t = calloc(1, sizeof *t);
    sz_error err;

    CHECK_OK(open_descriptor(&d, text, 0, NULL, &err), err);
    g->path = sz_copy_text("made");
    g->version = SZ_GAP_VERSION;
    g->e_scale = 1.0;
    g->e0[42] = -4.5;
    g->n_terms = 1;
    g->term = t;
    t->descriptor = sz_copy_text(text);
    t->covariance = SZ_COVARIANCE_DOT_PRODUCT;
    t->delta = 0.7;
    t->zeta = 4.0;
    t->n_dim = d.n_published + 1;
    t->n_perm = 1;
    t->n_sparse = n;
    t->x_sparse = malloc((size_t)n * t->n_dim * sizeof *t->x_sparse);
    t->alpha = malloc((size_t)n * sizeof *t->alpha);
    t->fc_sparse = malloc((size_t)n * sizeof *t->fc_sparse);
    CHECK_OK(sz_environments_create(&t->environment, &err), err);
    for (int i = 0; i < n; i++) {
        t->alpha[i] = uniform(-1.0, 1.0);
        t->fc_sparse[i] = 1.0;
        sz_describer_forward(d.d, d.work, &c->list.nb, &d.slots, 1, &i, d.p);
        CHECK_OK(sz_describer_publish(d.d, d.p, t->x_sparse + (size_t)i * t->n_dim, &err),
                 err);
        CHECK_OK(sz_environments_add(t->environment, &c->list.nb, hea, i, 4.0, &err),
                 err);
    }
    CHECK(t->environment->n == n && !sz_environments_fault(t->environment));
    close_descriptor(&d);
    return 0;
}

#endif

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * describe.h - published vectors of a cluster from a descriptor string; a liquid. */
#ifndef SZ_TEST_DESCRIBE_H
#define SZ_TEST_DESCRIBE_H

#include "cluster.h"
#include "descriptor/soap_spec.h"

#include <stdlib.h>

static const int hea[] = {41, 42, 73, 74}; /* Nb Mo Ta W */

/* A descriptor and its scratch; species of the clusters are indices into hea. */
typedef struct {
    sz_describer *d;
    const sz_soap *soap; /* the same as a SOAP, or NULL */
    sz_describer_work *work;
    int slot[4];
    sz_slots slots;
    int n_published; /* without the sigma0 component */
    double *p;       /* [ATOMS_MAX][stride] */
} descriptor;

static inline void close_descriptor(descriptor *d)
{
    sz_describer_work_free(d->work);
    sz_describer_free(d->d);
    free(d->p);
    memset(d, 0, sizeof *d);
}

/* matrix [n_matrix] of the compression, or NULL */
static inline sz_status open_descriptor(descriptor *d, const char *text, int n_matrix,
                                        const double *matrix, sz_error *err)
{
    sz_args *args;
    sz_describer_spec spec = {0};
    sz_status status = sz_args_parse(&args, text, "text", err);

    memset(d, 0, sizeof *d);
    if (status == SZ_OK)
        status = sz_describer_parse(&spec, args, -1, n_matrix, matrix, err);
    if (status == SZ_OK) status = sz_describer_create(&d->d, &spec, 0, err);
    sz_describer_spec_free(&spec);
    sz_args_free(args);
    if (status != SZ_OK) return status;
    d->soap = sz_soap_of(d->d);
    for (int s = 0; s < 4; s++) d->slot[s] = sz_describer_slot(d->d, hea[s]);
    d->slots = (sz_slots){hea, d->slot};
    d->n_published = d->d->n_published - 1;
    d->p = aligned_alloc(64, (size_t)ATOMS_MAX * d->d->stride * sizeof *d->p);
    return sz_describer_work_create(&d->work, d->d, ATOMS_MAX, err);
}

/* vectors [n_atoms][n_published] of all atoms, to be freed; NULL after an error */
static inline double *published_vectors(const descriptor *d, const cluster *c)
{
    int atom[ATOMS_MAX], failed = 0;
    size_t n = (size_t)d->n_published;
    double *row = malloc((n + 1) * sizeof *row);
    double *all = malloc(n * c->n_atoms * sizeof *all);

    for (int i = 0; i < c->n_atoms; i++) atom[i] = i;
    sz_describer_forward(d->d, d->work, &c->list.nb, &d->slots, c->n_atoms, atom, d->p);
    for (int i = 0; i < c->n_atoms && row && all; i++) {
        failed |= sz_describer_publish(d->d, d->p + (size_t)i * d->d->stride, row,
                                       NULL) != SZ_OK;
        memcpy(all + n * i, row, n * sizeof *all);
    }
    if (failed || !row || !all) {
        free(all);
        all = NULL;
    }
    free(row);
    return all;
}

/* n atoms of n_species elements at random in a periodic cube, 17 Angstrom^3 each, none
 * closer than 2.1 Angstrom */
static inline void random_liquid(cluster *c, int n, int n_species)
{
    double edge = cbrt(17.0 * n);

    memset(c->cell, 0, sizeof c->cell);
    for (int x = 0; x < 3; x++) c->cell[x][x] = edge;
    c->n_atoms = 0;
    while (c->n_atoms < n) {
        double *at = c->position + 3 * c->n_atoms;
        int far = 1;

        for (int x = 0; x < 3; x++) at[x] = uniform(0.0, edge);
        for (int i = 0; i < c->n_atoms; i++) {
            double d[3];

            for (int x = 0; x < 3; x++) {
                d[x] = at[x] - c->position[3 * i + x];
                d[x] -= edge * round(d[x] / edge);
            }
            if (!(dot(d, d, 3) > 2.1 * 2.1)) far = 0;
        }
        c->species[c->n_atoms] = (int)uniform(0.0, n_species);
        c->n_atoms += far;
    }
}

#endif

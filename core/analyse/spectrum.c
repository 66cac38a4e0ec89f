/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spectrum.c - the ranks of power spectra.
 *
 *   P_l = X_l^T X_l,   X_l [2l+1][n_slots n_max],   rank P_l <= min(2l+1, neighbours)
 *
 * The singular values of P_l are the squares of those of X_l, computed from X_l itself:
 * then zeros appear as 1e-32 of the largest instead of 1e-16. */
#include "analyse/sites.h"

#include "descriptor/compression_spec.h"
#include "descriptor/harmonics.h"
#include "descriptor/soap.h"
#include "linear/blas.h"

#include <stdlib.h>
#include <string.h>

/* NULL: it has no P_l over all elements and radial functions. */
static const sz_soap_spec *soap_of(const sz_descriptor *d)
{
    const sz_soap *soap = sz_soap_of(d->describer);

    return soap && !soap->spec.turbo.n_species ? &soap->spec : NULL;
}

int sz_descriptor_l_max(const sz_descriptor *descriptor)
{
    const sz_soap_spec *spec = soap_of(descriptor);

    return spec ? spec->radial.l_max : -1;
}

typedef struct {
    const sz_descriptor *d;
    sz_soap *soap; /* its densities, with elements resolved */
    int total;
    double *value;
    int *neighbours; /* or NULL */
} job;

/* X_l of the elements side by side or summed, [2l+1][n]; returns n. */
static int gather(const job *j, const double *x, int l, double *to)
{
    const sz_compression *c = &j->soap->compression;
    int n_max = c->n_max, lanes = j->soap->radial->n_lane, slots = c->n_slots;
    int n = j->total ? n_max : slots * n_max;

    memset(to, 0, (size_t)(2 * l + 1) * n * sizeof *to);
    for (int m = 0; m < 2 * l + 1; m++)
        for (int s = 0; s < slots; s++) {
            const double *row = x + (size_t)(l * l + m) * c->n_chan + (size_t)s * lanes;
            double *at = to + (size_t)m * n + (j->total ? 0 : s * n_max);

            for (int k = 0; k < n_max; k++) at[k] += row[k];
        }
    return n;
}

/* value [2l+1] of a [2l+1][n] (destroyed); work [n_work] */
static int squares(int l, int n, double *a, double *value, double *work, int n_work)
{
    int m = 2 * l + 1, least = m < n ? m : n, one = 1, info;
    double none;

    SZ_BLAS(dgesvd)
    ("N", "N", &n, &m, a, &n, value, &none, &one, &none, &one, work, &n_work, &info);
    for (int k = least; k < m; k++) value[k] = 0.0;
    for (int k = m - 1; k >= 0; k--) {
        double part = value[0] > 0.0 ? value[k] / value[0] : 0.0;

        value[k] = part * part;
    }
    return info;
}

static sz_status values_of_site(const job *j, sz_soap_work *work, const sz_neigh *nb,
                                int atom, double *scratch, double *value, sz_error *err)
{
    const sz_compression *c = &j->soap->compression;
    const sz_slots slots = {j->d->z, j->d->slot};
    int l_max = c->l_max, n_work = 16 * (c->n_slots * c->n_max + 2 * l_max + 1);
    double *x = scratch, *a = x + (size_t)SZ_N_LM(l_max) * c->n_chan;
    double *rest = a + (size_t)(2 * l_max + 1) * c->n_slots * c->n_max;

    unsigned char present[SZ_Z_MAX];
    int info = 0;

    sz_soap_density(j->soap, work, nb, &slots, atom, x, present);
    for (int l = 0; l <= l_max && info == 0; l++) {
        int n = gather(j, x, l, a);

        info = squares(l, n, a, value + (size_t)l * (2 * l_max + 1), rest, n_work);
    }
    if (info == 0) return SZ_OK;
    return sz_fail(
        err, SZ_ERR_NUMERIC,
        "atom %d: the singular values of its density were not found (dgesvd returns %d)",
        atom, info);
}

static int count_neighbours(const job *j, const sz_list *list, int atom)
{
    int n = 0;

    for (int k = list->first[atom]; k < list->first[atom + 1]; k++)
        n += j->d->slot[list->neigh_species[k]] >= 0;
    return n;
}

static sz_status work_frame(void *context, const sz_frame_sites *e, sz_error *err)
{
    const job *j = context;
    const sz_compression *c = &j->soap->compression;
    size_t rows = 2 * (size_t)c->l_max + 1, one = ((size_t)c->l_max + 1) * rows;
    size_t n = (size_t)c->n_slots * c->n_max;
    size_t size = (size_t)SZ_N_LM(c->l_max) * c->n_chan + rows * n + 16 * (n + rows);
    double *scratch = malloc(size * sizeof *scratch);
    sz_soap_work *work = NULL;
    sz_status status = scratch ? sz_soap_work_create(&work, j->soap, 1, err)
                               : sz_fail_memory(err, size * 8, "a density");

    for (int k = 0; k < e->n && status == SZ_OK; k++) {
        status = values_of_site(j, work, &e->list->nb, e->atom[k], scratch,
                                j->value + e->place[k] * one, err);
        if (j->neighbours)
            j->neighbours[e->place[k]] = count_neighbours(j, e->list, e->atom[k]);
    }
    sz_soap_work_free(work);
    free(scratch);
    return status;
}

sz_status sz_spectrum_values(const sz_descriptor *descriptor, const sz_sites *of,
                             int total, double *value, int *neighbours,
                             const sz_fit_options *options, sz_error *err)
{
    job j = {descriptor, NULL, total, value, neighbours};
    const sz_soap_spec *spec = soap_of(descriptor);
    sz_soap_spec full;
    size_t l_max;
    sz_status status = sz_sites_check(descriptor, err);

    if (status != SZ_OK) return status;
    if (!spec)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "only a soap has a P_l of all elements and radial functions, not "
                       "\"%.60s\"",
                       sz_descriptor_text(descriptor));
    full = *spec;
    l_max = (size_t)full.radial.l_max;
    memset(value, 0, of->n * (l_max + 1) * (2 * l_max + 1) * sizeof *value);
    full.train.open = 0;
    status = sz_compress_nu(&full.compression, 2, 2, 0, err);
    if (status == SZ_OK) status = sz_soap_create(&j.soap, &full, 0, err);
    if (status == SZ_OK)
        status = sz_sites_visit(of, sz_descriptor_cutoff(descriptor), options,
                                "frames looked through", work_frame, &j, err);
    sz_soap_free(j.soap);
    return status;
}

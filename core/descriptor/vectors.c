/* SPDX-License-Identifier: BSD-3-Clause
 *
 * vectors.c - vectors of atoms, and their derivatives, in the published order.
 *
 *   p_i = publish(p'_i),   dp_i/dr_ij = publish(dp'_i/dr_ij)
 *
 * p' is the internal vector; publish is linear, so it also applies to the derivatives.
 * Scratch belongs to the call, so that threads can share a descriptor. */
#include "descriptor/vectors.h"

#include "atoms/list_check.h"
#include "base/text.h"
#include "linear/vec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 }; /* atoms at a time */

/* ---- properties -------------------------------------------------------------------- */

sz_status sz_descriptor_of(sz_descriptor **descriptor, sz_describer *describer,
                           const unsigned char centre[SZ_Z_MAX + 1], const char *text,
                           sz_error *err)
{
    sz_descriptor *d = calloc(1, sizeof *d);
    sz_status status;

    *descriptor = NULL;
    if (!d) {
        sz_describer_free(describer);
        return sz_fail_memory(err, sizeof *d, "a descriptor");
    }
    d->describer = describer;
    d->text = sz_copy_text(text);
    status = d->text ? SZ_OK : sz_fail_memory(err, strlen(text), "a descriptor");
    if (status == SZ_OK && describer->kind->names)
        status = describer->kind->names(&d->names, describer, err);
    memcpy(d->centre, centre, sizeof d->centre);
    for (int z = 0; z <= SZ_Z_MAX; z++) {
        d->z[z] = z;
        d->slot[z] = z ? sz_describer_slot(describer, z) : -1;
    }
    if (status == SZ_OK)
        *descriptor = d;
    else
        sz_descriptor_free(d);
    return status;
}

sz_status sz_descriptor_of_spec(sz_descriptor **descriptor, const sz_describer_spec *spec,
                                const char *text, sz_error *err)
{
    unsigned char centre[SZ_Z_MAX + 1] = {0};
    sz_describer *describer;
    sz_status status = sz_describer_create(&describer, spec, 0, err);

    *descriptor = NULL;
    for (int z = 1; z <= SZ_Z_MAX; z++)
        centre[z] = (unsigned char)sz_describer_is_centre(spec, z);
    if (status != SZ_OK) return status;
    return sz_descriptor_of(descriptor, describer, centre, text, err);
}

sz_status sz_descriptor_parse(sz_describer_spec *spec, const char *text,
                              const char *where, int version, int n_matrix,
                              const double *matrix, sz_error *err)
{
    sz_args *args;
    sz_status status = sz_args_parse(&args, text, where, err);

    memset(spec, 0, sizeof *spec);
    if (status == SZ_OK)
        status = sz_describer_parse(spec, args, version, n_matrix, matrix, err);
    sz_args_free(args);
    return status;
}

sz_status sz_descriptor_create(sz_descriptor **descriptor, const char *text,
                               sz_error *err)
{
    sz_describer_spec spec;
    sz_status status =
        sz_descriptor_parse(&spec, text, "the descriptor", -1, 0, NULL, err);

    *descriptor = NULL;
    if (status == SZ_OK) status = sz_descriptor_of_spec(descriptor, &spec, text, err);
    sz_describer_spec_free(&spec);
    return status;
}

void sz_descriptor_free(sz_descriptor *descriptor)
{
    if (!descriptor) return;
    sz_describer_free(descriptor->describer);
    free(descriptor->text);
    free(descriptor->names);
    free(descriptor);
}

int sz_descriptor_length(const sz_descriptor *descriptor)
{
    return descriptor->describer->n_published;
}

double sz_descriptor_cutoff(const sz_descriptor *descriptor)
{
    return descriptor->describer->cutoff;
}

int sz_descriptor_is_centre(const sz_descriptor *descriptor, int z)
{
    return z >= 0 && z <= SZ_Z_MAX && descriptor->centre[z];
}

int sz_descriptor_is_average(const sz_descriptor *descriptor)
{
    return descriptor->describer->average;
}

const char *sz_descriptor_text(const sz_descriptor *descriptor)
{
    return descriptor->text;
}

int sz_descriptor_label(const sz_descriptor *descriptor, int k, char *text, size_t size)
{
    if (k < 0 || k >= descriptor->describer->n_published)
        return snprintf(text, size, "no component");
    return descriptor->describer->kind->label(descriptor->describer, descriptor->names, k,
                                              text, size);
}

/* ---- vectors --------------------------------------------------------------------- */

static sz_status check_atoms(const sz_list *list, int n, const int *atom, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int k = 0; k < n && status == SZ_OK; k++)
        status = atom[k] < 0 || atom[k] >= list->nb.n_atoms
                     ? sz_fail(err, SZ_ERR_ARGUMENT, "atom %d of %d atoms", atom[k],
                               list->nb.n_atoms)
                     : sz_list_check_row(&list->nb, atom[k], SZ_Z_MAX + 1, err);
    return status;
}

/* Publishes the internal vector of an atom. */
static sz_status publish(const sz_descriptor *d, const double *inner, int atom, double *p,
                         sz_error *err)
{
    double norm2 = 0.0;
    sz_status status = sz_describer_publish(d->describer, inner, p, err);

    if (status != SZ_OK || !d->describer->empty) return status;
    for (int k = 0; k < d->describer->n_desc; k++) norm2 += inner[k] * inner[k];
    if (norm2 > 0.0 && isfinite(norm2)) return SZ_OK;
    return sz_fail(err, SZ_ERR_NUMERIC, "atom %d has no descriptor: %s", atom,
                   d->describer->empty);
}

static sz_status fill_rows(const sz_descriptor *d, sz_describer_work *work,
                           const sz_neigh *nb, int n, const int *atom, double *inner,
                           double *p, int *faulty, sz_error *err)
{
    const sz_slots slots = {d->z, d->slot};
    size_t stride = (size_t)d->describer->stride;
    size_t length = (size_t)d->describer->n_published;
    sz_status status = SZ_OK;

    if (d->describer->average) {
        if (n == 0) return SZ_OK;
        sz_describer_average(d->describer, work, nb, &slots, n, atom, inner);
        status = publish(d, inner, atom[0], p, err);
        if (status == SZ_ERR_NUMERIC) *faulty = 0;
        return status;
    }
    for (int at = 0; at < n && status == SZ_OK; at += BLOCK) {
        int size = n - at < BLOCK ? n - at : BLOCK;

        sz_describer_forward(d->describer, work, nb, &slots, size, atom + at, inner);
        for (int k = at; k < at + size && status == SZ_OK; k++) {
            status = publish(d, inner + (size_t)(k - at) * stride, atom[k],
                             p + (size_t)k * length, err);
            if (status == SZ_ERR_NUMERIC) *faulty = k;
        }
    }
    return status;
}

sz_status sz_descriptor_rows(const sz_descriptor *d, const sz_list *list, int n,
                             const int *atom, double *p, int *faulty, sz_error *err)
{
    int n_block = n < BLOCK ? n : BLOCK;
    size_t size = SZ_PAD((size_t)d->describer->stride * (size_t)(n_block + 1));
    double *inner = aligned_alloc(64, size * sizeof *inner);
    sz_describer_work *work = NULL;
    sz_status status;

    *faulty = -1;
    if (!inner) return sz_fail_memory(err, size * sizeof *inner, "descriptor vectors");
    status = check_atoms(list, n, atom, err);
    if (status == SZ_OK)
        status =
            sz_describer_work_create(&work, d->describer, n_block > 0 ? n_block : 1, err);
    if (status == SZ_OK)
        status = fill_rows(d, work, &list->nb, n, atom, inner, p, faulty, err);
    sz_describer_work_free(work);
    free(inner);
    return status;
}

sz_status sz_descriptor_vectors(const sz_descriptor *descriptor, const sz_list *list,
                                int n, const int *atom, double *p, sz_error *err)
{
    int faulty;

    return sz_descriptor_rows(descriptor, list, n, atom, p, &faulty, err);
}

/* ---- derivatives ----------------------------------------------------------------- */

/* Scratch of the derivatives of one atom. */
typedef struct {
    double *p;        /* [length] */
    double *inner;    /* [stride] */
    double *jacobian; /* [3 n][stride] */
    int *pair;        /* [n] */
    sz_describer_work *work;
} slopes;

static void slopes_free(slopes *s)
{
    free(s->p);
    free(s->inner);
    free(s->jacobian);
    free(s->pair);
    sz_describer_work_free(s->work);
}

/* n: neighbours */
static sz_status slopes_create(slopes *s, const sz_describer *of, int n, sz_error *err)
{
    size_t stride = (size_t)of->stride;
    size_t size = SZ_PAD(3 * (size_t)n * stride + stride) * sizeof(double);

    memset(s, 0, sizeof *s);
    s->p = malloc((size_t)of->n_published * sizeof *s->p);
    s->inner = aligned_alloc(64, SZ_PAD(stride) * sizeof *s->inner);
    s->jacobian = aligned_alloc(64, size);
    s->pair = malloc(((size_t)n + 1) * sizeof *s->pair);
    if (!s->p || !s->inner || !s->jacobian || !s->pair)
        return sz_fail_memory(err, size, "the derivatives of a descriptor");
    return sz_describer_work_create(&s->work, of, 1, err);
}

static sz_status fill_slopes(const sz_descriptor *d, const sz_neigh *nb, int i, slopes *s,
                             double *dpdr, sz_error *err)
{
    const sz_describer *of = d->describer;
    const sz_slots slots = {d->z, d->slot};
    size_t stride = (size_t)of->stride;
    size_t length = (size_t)of->n_published;
    int n;
    sz_status status;

    sz_describer_forward(of, s->work, nb, &slots, 1, &i, s->inner);
    status = publish(d, s->inner, i, s->p, err);
    if (status != SZ_OK) return status;
    n = sz_describer_jacobian(of, s->work, nb, &slots, i, s->inner, s->pair, s->jacobian);
    for (int k = 0; k < 3 * n && status == SZ_OK; k++) {
        size_t row = 3 * (size_t)(s->pair[k / 3] - nb->first[i]) + (size_t)(k % 3);

        status = sz_describer_publish_slope(of, s->jacobian + (size_t)k * stride,
                                            dpdr + row * length, err);
    }
    return status;
}

sz_status sz_descriptor_derivatives(const sz_descriptor *d, const sz_list *list, int i,
                                    double *dpdr, sz_error *err)
{
    int n;
    slopes s;
    sz_status status = check_atoms(list, 1, &i, err);

    if (status != SZ_OK) return status;
    if (d->describer->average)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "a descriptor with average=T belongs to no single atom: compute "
                       "derivatives without this key");
    n = list->first[i + 1] - list->first[i];
    memset(dpdr, 0, 3 * (size_t)n * (size_t)d->describer->n_published * sizeof *dpdr);
    status = slopes_create(&s, d->describer, n, err);
    if (status == SZ_OK) status = fill_slopes(d, &list->nb, i, &s, dpdr, err);
    slopes_free(&s);
    return status;
}

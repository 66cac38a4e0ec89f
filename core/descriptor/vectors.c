/* SPDX-License-Identifier: BSD-3-Clause
 *
 * vectors.c - vectors of atoms, and their derivatives, in the published order.
 *
 *   p_i = publish(p'_i),   dp_i/dr_ij = publish(dp'_i/dr_ij)
 *
 * p' is the inner vector; publish is linear, so the derivatives go through it too.
 * Scratch belongs to the call: threads share a descriptor. */
#include "descriptor/vectors.h"

#include "atoms/list_check.h"
#include "descriptor/soap_spec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 }; /* atoms at a time */

/* ---- what it is ------------------------------------------------------------------ */

sz_status sz_descriptor_of_spec(sz_descriptor **descriptor, const sz_soap_spec *spec,
                                const unsigned char centre[SZ_Z_MAX + 1],
                                const char *text, sz_error *err)
{
    sz_descriptor *d = calloc(1, sizeof *d);
    sz_status status;

    *descriptor = NULL;
    if (!d) return sz_fail_memory(err, sizeof *d, "a descriptor");
    status = sz_soap_create(&d->soap, spec, 0, err);
    if (status == SZ_OK) {
        size_t n = (size_t)sz_soap_n_published(d->soap);

        d->text = sz_copy_text(text);
        d->component = malloc(n * sizeof *d->component);
        if (!d->text || !d->component)
            status = sz_fail_memory(err, n * sizeof *d->component, "a descriptor");
        else if (!d->soap->acsf) /* which has labels of its own */
            status = sz_compression_components(&d->soap->compression, d->component, err);
    }
    if (status == SZ_OK) {
        memcpy(d->centre, centre, sizeof d->centre);
        for (int z = 0; z <= SZ_Z_MAX; z++) {
            d->z[z] = z;
            d->slot[z] = z ? sz_soap_slot(d->soap, z) : -1;
        }
        *descriptor = d;
        d = NULL;
    }
    sz_descriptor_free(d);
    return status;
}

sz_status sz_descriptor_parse(sz_soap_spec *spec, unsigned char centre[SZ_Z_MAX + 1],
                              const char *text, const char *where, int version,
                              int n_matrix, const double *matrix, sz_error *err)
{
    int n_centres = 0, centre_z[SZ_Z_MAX];
    sz_args *args;
    sz_status status = sz_args_parse(&args, text, where, err);

    memset(spec, 0, sizeof *spec);
    memset(centre, 0, SZ_Z_MAX + 1);
    if (status == SZ_OK && !sz_soap_spec_is(args))
        status = sz_fail(err, SZ_ERR_FORMAT,
                         "%s: only soap, soap_turbo and acsf can be described, not %s",
                         where, sz_args_n_words(args) ? sz_args_word(args, 0) : "\"\"");
    if (status == SZ_OK)
        status = sz_soap_spec_parse(spec, &n_centres, centre_z, args, version, n_matrix,
                                    matrix, err);
    for (int z = 1; z <= SZ_Z_MAX && status == SZ_OK; z++)
        for (int k = 0; k < n_centres; k++)
            centre[z] |= centre_z[k] == z || centre_z[k] == 0;
    sz_args_free(args);
    return status;
}

sz_status sz_descriptor_create(sz_descriptor **descriptor, const char *text,
                               sz_error *err)
{
    sz_soap_spec spec;
    unsigned char centre[SZ_Z_MAX + 1];
    sz_status status =
        sz_descriptor_parse(&spec, centre, text, "the descriptor", -1, 0, NULL, err);

    *descriptor = NULL;
    if (status == SZ_OK)
        status = sz_descriptor_of_spec(descriptor, &spec, centre, text, err);
    sz_soap_spec_free(&spec);
    return status;
}

void sz_descriptor_free(sz_descriptor *descriptor)
{
    if (!descriptor) return;
    sz_soap_free(descriptor->soap);
    free(descriptor->text);
    free(descriptor->component);
    free(descriptor);
}

int sz_descriptor_length(const sz_descriptor *descriptor)
{
    return sz_soap_n_published(descriptor->soap);
}

double sz_descriptor_cutoff(const sz_descriptor *descriptor)
{
    return descriptor->soap->spec.radial.cutoff;
}

int sz_descriptor_is_centre(const sz_descriptor *descriptor, int z)
{
    return z >= 0 && z <= SZ_Z_MAX && descriptor->centre[z];
}

int sz_descriptor_is_average(const sz_descriptor *descriptor)
{
    return descriptor->soap->spec.average;
}

const char *sz_descriptor_text(const sz_descriptor *descriptor)
{
    return descriptor->text;
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

/* The inner vector of an atom, of all of them where atom is -1, becomes published. */
static sz_status publish(const sz_descriptor *d, const double *inner, int atom, double *p,
                         sz_error *err)
{
    int n = sz_soap_n_published(d->soap);
    double norm2 = 0.0;
    sz_status status = sz_soap_publish(d->soap, inner, p, err);

    /* symmetry functions of an atom without neighbours are 0 */
    if (status != SZ_OK || d->soap->acsf) return status;
    for (int k = 0; k < n - 1; k++) norm2 += p[k] * p[k];
    if (norm2 > 0.0 && isfinite(norm2)) return SZ_OK;
    return sz_fail(err, SZ_ERR_NUMERIC,
                   "atom %d has no descriptor: neither it nor a neighbour counts in the "
                   "density%s",
                   atom,
                   d->soap->spec.compression.l_min
                       ? ", or it has no neighbour: then l_min leaves nothing"
                       : "");
}

static sz_status fill_rows(const sz_descriptor *d, sz_soap_work *work, const sz_neigh *nb,
                           int n, const int *atom, double *inner, double *p, int *faulty,
                           sz_error *err)
{
    const sz_soap_species species = {d->z, d->slot};
    size_t stride = (size_t)sz_soap_stride(d->soap);
    size_t length = (size_t)sz_soap_n_published(d->soap);
    sz_status status = SZ_OK;

    if (d->soap->spec.average) {
        if (n == 0) return SZ_OK;
        sz_soap_average(d->soap, work, nb, &species, n, atom, inner);
        status = publish(d, inner, atom[0], p, err);
        if (status == SZ_ERR_NUMERIC) *faulty = 0;
        return status;
    }
    for (int at = 0; at < n && status == SZ_OK; at += BLOCK) {
        int size = n - at < BLOCK ? n - at : BLOCK;

        sz_soap_forward(d->soap, work, nb, &species, size, atom + at, inner);
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
    size_t size = SZ_PAD((size_t)sz_soap_stride(d->soap) * (size_t)(n_block + 1));
    double *inner = aligned_alloc(64, size * sizeof *inner);
    sz_soap_work *work = NULL;
    sz_status status;

    *faulty = -1;
    if (!inner) return sz_fail_memory(err, size * sizeof *inner, "descriptor vectors");
    status = check_atoms(list, n, atom, err);
    if (status == SZ_OK)
        status = sz_soap_work_create(&work, d->soap, n_block > 0 ? n_block : 1, err);
    if (status == SZ_OK)
        status = fill_rows(d, work, &list->nb, n, atom, inner, p, faulty, err);
    sz_soap_work_free(work);
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
    sz_soap_work *work;
} slopes;

static void slopes_free(slopes *s)
{
    free(s->p);
    free(s->inner);
    free(s->jacobian);
    free(s->pair);
    sz_soap_work_free(s->work);
}

/* n: neighbours */
static sz_status slopes_create(slopes *s, const sz_soap *soap, int n, sz_error *err)
{
    size_t stride = (size_t)sz_soap_stride(soap);
    size_t size = SZ_PAD(3 * (size_t)n * stride + stride) * sizeof(double);

    memset(s, 0, sizeof *s);
    s->p = malloc((size_t)sz_soap_n_published(soap) * sizeof *s->p);
    s->inner = aligned_alloc(64, SZ_PAD(stride) * sizeof *s->inner);
    s->jacobian = aligned_alloc(64, size);
    s->pair = malloc(((size_t)n + 1) * sizeof *s->pair);
    if (!s->p || !s->inner || !s->jacobian || !s->pair)
        return sz_fail_memory(err, size, "the derivatives of a descriptor");
    return sz_soap_work_create(&s->work, soap, 1, err);
}

static sz_status fill_slopes(const sz_descriptor *d, const sz_neigh *nb, int i, slopes *s,
                             double *dpdr, sz_error *err)
{
    const sz_soap *soap = d->soap;
    const sz_soap_species species = {d->z, d->slot};
    size_t stride = (size_t)sz_soap_stride(soap);
    size_t length = (size_t)sz_soap_n_published(soap);
    int n;
    sz_status status;

    sz_soap_forward(soap, s->work, nb, &species, 1, &i, s->inner);
    status = publish(d, s->inner, i, s->p, err);
    if (status != SZ_OK) return status;
    n = sz_soap_jacobian(soap, s->work, nb, &species, i, s->inner, s->pair, s->jacobian);
    for (int k = 0; k < 3 * n && status == SZ_OK; k++) {
        size_t row = 3 * (size_t)(s->pair[k / 3] - nb->first[i]) + (size_t)(k % 3);

        status = sz_soap_publish_slope(soap, s->jacobian + (size_t)k * stride,
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
    if (d->soap->spec.average)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "a descriptor with average=T belongs to no atom: take its "
                       "derivatives without this key");
    n = list->first[i + 1] - list->first[i];
    memset(dpdr, 0, 3 * (size_t)n * (size_t)sz_soap_n_published(d->soap) * sizeof *dpdr);
    status = slopes_create(&s, d->soap, n, err);
    if (status == SZ_OK) status = fill_slopes(d, &list->nb, i, &s, dpdr, err);
    slopes_free(&s);
    return status;
}

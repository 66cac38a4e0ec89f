/* SPDX-License-Identifier: BSD-3-Clause
 *
 * acsf_vectors.c - vectors of symmetry functions, optionally normalised, and the record
 * of the kind.
 *
 *   p = G / |G|,   dE/dG = (dE/dp - p (p . dE/dp)) / |G|
 *
 * Published and internal components are the same. */
#include "descriptor/acsf.h"

#include "linear/vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Shorter vectors are not normalised. */
#define LEAST_NORM 1e-5

/* ---- scratch ----------------------------------------------------------------------- */

typedef struct {
    sz_describer_work base;
    sz_acsf_work *sums;
    unsigned char present[SZ_Z_MAX]; /* groups that occur in the block */
    double norm[];                   /* [n_block] norm that p was divided by; 1: not
                                        divided */
} acsf_work;

static sz_status create_work(sz_describer_work **work, const sz_describer *d, int n_block,
                             sz_error *err)
{
    size_t size = sizeof(acsf_work) + (size_t)n_block * sizeof(double);
    acsf_work *w = calloc(1, size);
    sz_status status = w ? sz_acsf_work_create(&w->sums, err)
                         : sz_fail_memory(err, size, "the scratch of a descriptor");

    (void)d;
    *work = NULL;
    if (status == SZ_OK)
        *work = &w->base;
    else
        free(w);
    return status;
}

static void free_work(sz_describer_work *work)
{
    acsf_work *w = (acsf_work *)work;

    sz_acsf_work_free(w->sums);
    free(w);
}

/* ---- vectors ----------------------------------------------------------------------- */

static double product(int n, const double *a, const double *b)
{
    double sum = 0.0;

    for (int k = 0; k < n; k++) sum += a[k] * b[k];
    return sum;
}

/* The norm that p [length] is divided by. */
static double normalise(const sz_acsf *acsf, double *p)
{
    double norm = acsf->spec.normalise ? sqrt(product(acsf->length, p, p)) : 1.0;

    if (!acsf->spec.normalise || norm < LEAST_NORM) return 1.0;
    for (int k = 0; k < acsf->length; k++) p[k] /= norm;
    return norm;
}

/* The groups of the neighbours of atom i. */
static void note_groups(const sz_acsf *acsf, const sz_neigh *nb, const int *slot, int i,
                        unsigned char *present)
{
    for (int j = nb->first[i]; j < nb->first[i + 1]; j++) {
        int s = slot[nb->neigh_species[j]];

        if (s >= 0) present[acsf->n_groups > 1 ? s : 0] = 1;
    }
}

/* one part: these descriptors share nothing */
static void forward(int n_parts, const sz_describer_part *part, const sz_neigh *nb,
                    const int *z, int n, const int *atom)
{
    const sz_acsf *acsf = (const sz_acsf *)part->of;
    acsf_work *w = (acsf_work *)part->work;
    size_t stride = (size_t)acsf->stride, length = (size_t)acsf->length;

    (void)n_parts;
    (void)z;
    memset(w->present, 0, sizeof w->present);
    for (int k = 0; k < n; k++) {
        double *p = part->p + (size_t)k * stride;

        note_groups(acsf, nb, part->slot, atom[k], w->present);
        sz_acsf_forward(acsf, w->sums, nb, part->slot, atom[k], p);
        memset(p + length, 0, (stride - length) * sizeof *p);
        w->norm[k] = normalise(acsf, p);
    }
}

/* g, the slope with respect to p or dp/dr, is replaced by that with respect to the vector
 * before normalisation, or by dp/dr of the normalised vector. */
static void project(const sz_acsf *acsf, double norm, const double *p, double *g)
{
    int n = acsf->length;
    double along = norm == 1.0 ? 0.0 : product(n, p, g);

    for (int k = 0; k < n && norm != 1.0; k++) g[k] = (g[k] - along * p[k]) / norm;
}

static void adjoint(int n_parts, const sz_describer_part *part, const sz_neigh *nb, int n,
                    const int *atom, double *dedr)
{
    const sz_acsf *acsf = (const sz_acsf *)part->of;
    const acsf_work *w = (const acsf_work *)part->work;

    (void)n_parts;
    for (int k = 0; k < n; k++) {
        size_t at = (size_t)k * (size_t)acsf->stride;

        project(acsf, w->norm[k], part->p + at, part->dedp + at);
        sz_acsf_adjoint(acsf, w->sums, nb, part->slot, atom[k], part->dedp + at, dedr);
    }
}

static int jacobian(const sz_describer_part *part, const sz_neigh *nb, int i, int *pair,
                    double *to)
{
    const sz_acsf *acsf = (const sz_acsf *)part->of;
    const acsf_work *w = (const acsf_work *)part->work;
    int n = sz_acsf_jacobian(acsf, w->sums, nb, part->slot, i, pair, to);

    for (int k = 0; k < 3 * n; k++)
        project(acsf, w->norm[0], part->p, to + (size_t)k * (size_t)acsf->stride);
    return n;
}

static int ranges(const sz_describer *d, const sz_describer_work *work, int n,
                  sz_range *range)
{
    (void)n;
    return sz_acsf_ranges((const sz_acsf *)d, ((const acsf_work *)work)->present, range);
}

static const sz_describer_stages stages = {.create_work = create_work,
                                           .free_work = free_work,
                                           .forward = forward,
                                           .adjoint = adjoint,
                                           .jacobian = jacobian,
                                           .ranges = ranges};

/* ---- the record -------------------------------------------------------------------- */

static int equal(const void *own, const void *other)
{
    return sz_acsf_equal(own, other);
}

static void free_acsf(sz_describer *d)
{
    free(d);
}

static size_t bytes(const sz_describer *d)
{
    (void)d;
    return sizeof(sz_acsf);
}

static void print(const sz_describer *d, sz_text *text)
{
    const sz_acsf *acsf = (const sz_acsf *)d;
    const sz_acsf_spec *s = &acsf->spec;

    sz_text_add(text, "  %-12scutoff %g Angstrom%s\n", "functions", s->cutoff,
                s->normalise ? ", vectors of length 1" : "");
    sz_text_add(text, "  %-12s%d G1, %d G2, %d G3, %d G4, %d G5\n", "", s->g1, s->n2,
                s->n3, s->n4, s->n5);
    sz_describer_print_slots(d, text);
    sz_text_add(text, "  %-12s%s: %d row%s of three-body functions\n", "compression",
                d->compression, acsf->n_rows, acsf->n_rows == 1 ? "" : "s");
    sz_text_add(text, "  %-12s%d\n", "components", acsf->length);
}

static sz_status import(const sz_describer *d, int n, const double *published,
                        double *inner, sz_error *err)
{
    size_t length = (size_t)d->n_desc, stride = (size_t)d->stride;

    (void)err;
    for (int k = 0; k < n; k++, published += length, inner += stride) {
        memcpy(inner, published, length * sizeof *inner);
        memset(inner + length, 0, (stride - length) * sizeof *inner);
    }
    return SZ_OK;
}

static sz_status publish(const sz_describer *d, const double *inner, double *published,
                         sz_error *err)
{
    (void)err;
    memcpy(published, inner, (size_t)d->n_desc * sizeof *published);
    return SZ_OK;
}

static const char *const words[] = {"acsf", NULL};

const sz_describer_kind sz_acsf_describer = {
    .words = words,
    .stages = {&stages, NULL},
    .most_parts = 1,
    .parse = sz_acsf_parse,
    .free_own = free,
    .equal = equal,
    .create = sz_acsf_create,
    .free = free_acsf,
    .bytes = bytes,
    .print = print,
    .label = sz_acsf_label,
    .import = import,
    .publish = publish,
};

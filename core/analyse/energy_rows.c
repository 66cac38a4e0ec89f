/* SPDX-License-Identifier: BSD-3-Clause
 *
 * energy_rows.c - vectors of the atoms of frames, packed.
 *
 * A vector of nu=2 over 56 elements has 100,800 components, of which a cell of three
 * elements has 1 in 200: those are kept, as ranges. They are rounded to single precision,
 * 6e-8 of a vector: the kernel of the rounded vectors is as positive as that of the
 * others. */
#include "analyse/energy_rows.h"

#include "analyse/sites.h"
#include "data/dataset.h"
#include "descriptor/acsf.h"
#include "descriptor/soap.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 }; /* atoms at a time */

/* ---- ranges ------------------------------------------------------------------------ */

/* Adds range r to a union in ascending order that ends before r begins or overlaps it. */
static void append(sz_range *list, int *n, sz_range r)
{
    if (*n && r.first <= list[*n - 1].end) {
        if (r.end > list[*n - 1].end) list[*n - 1].end = r.end;
        return;
    }
    list[(*n)++] = r;
}

/* to = a and b united; both ascending */
static int unite(const sz_range *a, int n_a, const sz_range *b, int n_b, sz_range *to)
{
    int i = 0, k = 0, n = 0;

    while (i < n_a || k < n_b)
        append(to, &n,
               k == n_b || (i < n_a && a[i].first <= b[k].first) ? a[i++] : b[k++]);
    return n;
}

static int columns_of(const sz_range *range, int n)
{
    int columns = 0;

    for (int k = 0; k < n; k++) columns += range[k].end - range[k].first;
    return columns;
}

/* ---- one frame --------------------------------------------------------------------- */

typedef struct {
    const sz_descriptor *d;
    sz_soap *soap; /* reduced */
    int sum;
    const int *frame_of; /* [atoms] */
    sz_energy_rows *rows;
} job;

static size_t most_ranges(const sz_soap *soap)
{
    return soap->acsf ? (size_t)(soap->acsf->n_groups + soap->acsf->n_rows) + 1
                      : (size_t)soap->compression.n_groups + 1;
}

/* Those of symmetry functions, by the elements of the frame. */
static int ranges_of_elements(const job *j, const sz_frame_sites *e, sz_range *range)
{
    const sz_acsf *acsf = j->soap->acsf;
    const sz_neigh *nb = &e->list->nb;
    unsigned char present[SZ_Z_MAX] = {0};

    for (int i = 0; i < nb->n_atoms; i++) {
        int slot = j->d->slot[nb->species[i]];

        if (slot >= 0) present[acsf->n_groups > 1 ? slot : 0] = 1;
    }
    return sz_acsf_ranges(acsf, present, range);
}

/* p [n][stride] of all atoms; and the ranges of them, united. */
static sz_status find_vectors(const job *j, const sz_frame_sites *e, double *p,
                              sz_range *range, int *n_ranges, sz_error *err)
{
    const sz_soap_species species = {j->d->z, j->d->slot};
    size_t stride = (size_t)sz_soap_stride(j->soap);
    size_t most = most_ranges(j->soap);
    sz_range *other = malloc(2 * most * sizeof *other);
    sz_soap_work *work = NULL;
    sz_status status = other ? sz_soap_work_create(&work, j->soap, BLOCK, err)
                             : sz_fail_memory(err, most * 16, "ranges");

    *n_ranges = 0;
    for (int at = 0; at < e->n && status == SZ_OK; at += BLOCK) {
        int n = e->n - at < BLOCK ? e->n - at : BLOCK, n_other;

        sz_soap_forward(j->soap, work, &e->list->nb, &species, n, e->atom + at,
                        p + (size_t)at * stride);
        n_other = j->soap->acsf ? ranges_of_elements(j, e, other)
                                : sz_soap_ranges(j->soap, work, n, other);
        n_other = unite(range, *n_ranges, other, n_other, other + most);
        memcpy(range, other + most, (size_t)n_other * sizeof *range);
        *n_ranges = n_other;
    }
    sz_soap_work_free(work);
    free(other);
    return status;
}

/* The components in range of p [n][stride], each row or their sum. */
static void pack(sz_energy_rows *to, const double *p, int n, size_t stride, int sum)
{
    for (int row = 0; row < to->n; row++) {
        float *x = to->x + (size_t)row * to->n_columns;

        for (int r = 0; r < to->n_ranges; r++)
            for (int k = to->range[r].first; k < to->range[r].end; k++) {
                double value = p[(size_t)row * stride + k];

                for (int i = 1; sum && i < n; i++) value += p[(size_t)i * stride + k];
                *x++ = (float)value;
            }
    }
}

static sz_status work_frame(void *context, const sz_frame_sites *e, sz_error *err)
{
    const job *j = context;
    sz_energy_rows *to = &j->rows[j->frame_of[e->place[0]]];
    size_t stride = (size_t)sz_soap_stride(j->soap), n = (size_t)e->n;
    double *p = aligned_alloc(64, SZ_PAD((n + 1) * stride) * sizeof *p);
    sz_status status = SZ_OK;

    to->range = malloc(most_ranges(j->soap) * sizeof *to->range);
    if (!p || !to->range) status = sz_fail_memory(err, n * stride * 8, "the vectors");
    if (status == SZ_OK) status = find_vectors(j, e, p, to->range, &to->n_ranges, err);
    if (status == SZ_OK) {
        to->n = j->sum ? 1 : e->n;
        to->n_columns = columns_of(to->range, to->n_ranges);
        to->x = malloc(((size_t)to->n * to->n_columns + 1) * sizeof *to->x);
        if (!to->x) status = sz_fail_memory(err, n * stride * 4, "the vectors");
    }
    if (status == SZ_OK) pack(to, p, e->n, stride, j->sum);
    free(p);
    return status;
}

/* ---- all of them ------------------------------------------------------------------- */

void sz_energy_rows_free(sz_energy_rows *rows, int n_frames)
{
    for (int f = 0; rows && f < n_frames; f++) {
        free(rows[f].range);
        free(rows[f].x);
    }
    free(rows);
}

/* All atoms of the frames, and which frame of the list each is of. */
static sz_status list_atoms(sz_sites *sites, size_t **atom, int **frame_of, int n_frames,
                            const int *frame, sz_error *err)
{
    const sz_dataset *data = sites->data;
    size_t n = 0;

    for (int f = 0; f < n_frames; f++) n += (size_t)data->frame[frame[f]].n_atoms;
    *atom = malloc((n + 1) * sizeof **atom);
    *frame_of = malloc((n + 1) * sizeof **frame_of);
    if (!*atom || !*frame_of) return sz_fail_memory(err, n * 12, "the atoms");
    for (int f = 0; f < n_frames; f++)
        for (int i = 0; i < data->frame[frame[f]].n_atoms; i++) {
            (*atom)[sites->n] = data->frame[frame[f]].first + (size_t)i;
            (*frame_of)[sites->n++] = f;
        }
    sites->atom = *atom;
    return SZ_OK;
}

sz_status sz_energy_rows_make(sz_energy_rows **rows, int *n_desc, const sz_descriptor *d,
                              const sz_dataset *data, int n_frames, const int *frame,
                              int sum, const sz_fit_options *options, sz_error *err)
{
    sz_sites sites = {.data = data};
    size_t *atom = NULL;
    int *frame_of = NULL;
    job j = {.d = d, .sum = sum};
    sz_status status = sz_sites_check(d, err);

    *rows = NULL;
    if (status == SZ_OK) status = sz_soap_create(&j.soap, &d->soap->spec, 1, err);
    if (status == SZ_OK)
        status = list_atoms(&sites, &atom, &frame_of, n_frames, frame, err);
    if (status == SZ_OK) {
        j.frame_of = frame_of;
        j.rows = calloc((size_t)n_frames + 1, sizeof *j.rows);
        if (!j.rows) status = sz_fail_memory(err, (size_t)n_frames * 32, "the vectors");
    }
    if (status == SZ_OK)
        status = sz_sites_visit(&sites, sz_descriptor_cutoff(d), options,
                                "frames described", work_frame, &j, err);
    if (status == SZ_OK) {
        *n_desc = sz_soap_n_desc(j.soap);
        *rows = j.rows;
        j.rows = NULL;
    }
    sz_energy_rows_free(j.rows, n_frames);
    sz_soap_free(j.soap);
    free(atom);
    free(frame_of);
    return status;
}

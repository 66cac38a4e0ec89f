/* SPDX-License-Identifier: BSD-3-Clause
 *
 * energy_rows.c - vectors of the atoms of frames, packed.
 *
 * A vector of nu=2 over 56 elements has 100,800 components, of which a cell with three
 * elements uses 1 in 200: only those are stored, as ranges. They are rounded to single
 * precision, 6e-8 of a vector: the kernel of the rounded vectors remains positive. */
#include "analyse/energy_rows.h"

#include "analyse/sites.h"
#include "data/dataset.h"
#include "descriptor/describer.h"
#include "linear/vec.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 }; /* atoms at a time */

/* ---- ranges ------------------------------------------------------------------------ */

/* Adds range r to a union in ascending order, whose last range ends before r starts or
 * overlaps it. */
static void append(sz_range *list, int *n, sz_range r)
{
    if (*n && r.first <= list[*n - 1].end) {
        if (r.end > list[*n - 1].end) list[*n - 1].end = r.end;
        return;
    }
    list[(*n)++] = r;
}

/* to = union of a and b; both ascending */
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
    sz_describer *of; /* reduced */
    int sum;
    const int *frame_of; /* [atoms] */
    sz_energy_rows *rows;
} job;

/* p [n][stride] of all atoms, and the union of their ranges. */
static sz_status find_vectors(const job *j, const sz_frame_sites *e, double *p,
                              sz_range *range, int *n_ranges, sz_error *err)
{
    const sz_slots slots = {j->d->z, j->d->slot};
    size_t stride = (size_t)j->of->stride;
    int n_most = j->of->n_ranges + 1;
    sz_range *other = malloc(2 * (size_t)n_most * sizeof *other);
    sz_describer_work *work = NULL;
    sz_status status = other ? sz_describer_work_create(&work, j->of, BLOCK, err)
                             : sz_fail_memory(err, (size_t)n_most * 16, "ranges");

    *n_ranges = 0;
    for (int at = 0; at < e->n && status == SZ_OK; at += BLOCK) {
        int n = e->n - at < BLOCK ? e->n - at : BLOCK, n_other;

        sz_describer_forward(j->of, work, &e->list->nb, &slots, n, e->atom + at,
                             p + (size_t)at * stride);
        n_other = sz_describer_ranges(j->of, work, n, other);
        n_other = unite(range, *n_ranges, other, n_other, other + n_most);
        memcpy(range, other + n_most, (size_t)n_other * sizeof *range);
        *n_ranges = n_other;
    }
    sz_describer_work_free(work);
    free(other);
    return status;
}

/* The components in range of p [n][stride], each row or the sum of rows. */
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
    size_t stride = (size_t)j->of->stride, n = (size_t)e->n;
    size_t n_most = (size_t)j->of->n_ranges + 1;
    double *p = aligned_alloc(64, SZ_PAD((n + 1) * stride) * sizeof *p);
    sz_status status = SZ_OK;

    to->range = malloc(n_most * sizeof *to->range);
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

/* All atoms of the frames, and the frame of the list that each belongs to. */
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
    if (status == SZ_OK) status = sz_describer_copy(&j.of, d->describer, 1, err);
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
        *n_desc = j.of->n_desc;
        *rows = j.rows;
        j.rows = NULL;
    }
    sz_energy_rows_free(j.rows, n_frames);
    sz_describer_free(j.of);
    free(atom);
    free(frame_of);
    return status;
}

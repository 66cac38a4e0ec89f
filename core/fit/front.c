/* SPDX-License-Identifier: BSD-3-Clause
 *
 * front.c - rows that touch few columns.
 *
 * A cell without Ta has no entry in the columns of Ta's sparse points. Rows of such cells
 * are folded into the triangle of their own m columns, the front, at 2 m^2 flops each
 * instead of 2 n^2. Once rows with other columns come, the front joins the triangle of
 * all n columns: for columns spread evenly that takes
 *
 *   sum over its rows 2 (n - c)^2  =  2/3 m n^2,   c the first column of a row
 *
 * so a front is worth its while for N rows to come where N (n^2 - m^2) > m n^2 / 3.
 *
 * This is the multifrontal idea of I. S. Duff and J. K. Reid, ACM Trans. Math. Softw. 9,
 * 302 (1983), on two levels. */
#include "fit/front.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* larger fronts save less than half of the work and take as much memory as lsq */
#define LARGEST 0.7

/* ---- frames by their elements ------------------------------------------------------ */

enum { WORDS = (SZ_Z_MAX + 63) / 64 };

typedef struct {
    uint64_t species[WORDS];
    int frame;
    int first; /* frame that has this set */
} item;

static int by_set(const void *a, const void *b)
{
    const item *x = a, *y = b;
    int c = memcmp(x->species, y->species, sizeof x->species);

    return c ? c : x->frame - y->frame;
}

static int by_first(const void *a, const void *b)
{
    const item *x = a, *y = b;

    return x->first != y->first ? x->first - y->first : x->frame - y->frame;
}

static void find_species(const sz_dataset *data, int f, uint64_t species[WORDS])
{
    const sz_dataset_frame *frame = &data->frame[f];

    for (int i = 0; i < frame->n_atoms; i++) {
        int s = data->species[frame->first + (size_t)i];

        species[s / 64] |= (uint64_t)1 << s % 64;
    }
}

static double count_rows(const sz_dataset_frame *f)
{
    return (f->has_energy ? 1 : 0) + (f->has_force ? 3 * f->n_atoms : 0) +
           (f->has_virial ? 6 : 0);
}

/* list is sorted by sets: a set at a time */
static void count_alike(const sz_dataset *data, item *list, sz_alike *alike)
{
    for (int i = 0, end; i < data->n_frames; i = end) {
        double n = 0.0;

        for (end = i; end < data->n_frames &&
                      !memcmp(list[end].species, list[i].species, sizeof list->species);
             end++) {
            list[end].first = list[i].frame;
            n += count_rows(&data->frame[list[end].frame]);
        }
        for (int k = i; k < end; k++) {
            alike->set[list[k].frame] = list[i].frame;
            alike->n_rows[list[k].frame] = n;
        }
    }
}

sz_status sz_alike_create(sz_alike *alike, const sz_dataset *data, sz_error *err)
{
    size_t n = (size_t)data->n_frames;
    item *list = calloc(n + 1, sizeof *list);

    alike->order = malloc((n + 1) * sizeof *alike->order);
    alike->set = malloc((n + 1) * sizeof *alike->set);
    alike->n_rows = malloc((n + 1) * sizeof *alike->n_rows);
    if (!list || !alike->order || !alike->set || !alike->n_rows) {
        free(list);
        return sz_fail_memory(err, (n + 1) * sizeof *list, "the order of the frames");
    }
    for (size_t f = 0; f < n; f++) {
        list[f].frame = (int)f;
        find_species(data, (int)f, list[f].species);
    }
    qsort(list, n, sizeof *list, by_set);
    count_alike(data, list, alike);
    qsort(list, n, sizeof *list, by_first);
    for (size_t f = 0; f < n; f++) alike->order[f] = list[f].frame;
    free(list);
    return SZ_OK;
}

void sz_alike_free(sz_alike *alike)
{
    free(alike->order);
    free(alike->set);
    free(alike->n_rows);
}

/* ---- a front ----------------------------------------------------------------------- */

size_t sz_front_memory(int n_unknowns, int n_species)
{
    size_t all = sz_lsq_memory(n_unknowns, 0);

    return n_species < 2 ? all : all + sz_lsq_memory((int)(LARGEST * n_unknowns), 0);
}

sz_status sz_front_create(sz_front *front, const sz_gap *gap, sz_lsq *lsq, sz_error *err)
{
    size_t n = (size_t)gap->n_terms + 1;

    memset(front, 0, sizeof *front);
    front->lsq = lsq;
    front->set = -1;
    front->n_blocks = gap->n_terms;
    front->first = calloc(n, sizeof *front->first);
    front->of_set = calloc(n, 1);
    front->column = malloc((size_t)lsq->width * sizeof *front->column);
    if (!front->first || !front->of_set || !front->column)
        return sz_fail_memory(err, (size_t)lsq->width * 4, "the columns of the rows");
    for (int b = 0; b < gap->n_terms; b++)
        front->first[b + 1] = front->first[b] + gap->term[b].n_sparse;
    return SZ_OK;
}

void sz_front_free(sz_front *front)
{
    sz_lsq_free(front->narrow);
    free(front->first);
    free(front->of_set);
    free(front->column);
    free(front->k);
    memset(front, 0, sizeof *front);
}

sz_status sz_front_close(sz_front *front, sz_error *err)
{
    sz_status status;

    if (!front->narrow) return SZ_OK;
    status = sz_lsq_merge_columns(front->lsq, front->narrow, front->column, err);
    if (status != SZ_OK) return status;
    sz_lsq_free(front->narrow);
    front->narrow = NULL;
    return SZ_OK;
}

static int is_zero(const double *k, int n_rows, size_t ld, int first, int end)
{
    for (int i = 0; i < n_rows; i++)
        for (int j = first; j < end; j++)
            if (k[(size_t)i * ld + (size_t)j] != 0.0) return 0;
    return 1;
}

/* Adds the blocks that the rows touch to those of their set; 0 where it has them all. */
static int grow(sz_front *front, int n_rows, const double *k)
{
    int grown = 0;

    for (int b = 0; b < front->n_blocks; b++) {
        if (front->of_set[b] || is_zero(k, n_rows, (size_t)front->lsq->n_unknowns,
                                        front->first[b], front->first[b + 1]))
            continue;
        front->of_set[b] = grown = 1;
    }
    return grown;
}

/* of the set */
static int count_columns(const sz_front *front)
{
    int n = 0;

    for (int b = 0; b < front->n_blocks; b++)
        if (front->of_set[b]) n += front->first[b + 1] - front->first[b];
    return n;
}

static int is_worth_it(int m, int n, double n_alike)
{
    double share = (double)m / n;

    return m > 0 && share <= LARGEST && n_alike * (1.0 - share * share) > m / 3.0;
}

static sz_status open_front(sz_front *front, int m, sz_error *err)
{
    int n = 0;

    for (int b = 0; b < front->n_blocks; b++)
        for (int j = front->first[b]; j < front->first[b + 1] && front->of_set[b]; j++)
            front->column[n++] = j;
    return sz_lsq_create(&front->narrow, m, 0, front->lsq->method, err);
}

/* The front that takes these rows, or none. */
static sz_status choose(sz_front *front, int set, double n_alike, int n_rows,
                        const double *k, sz_error *err)
{
    int other = front->set != set, m;
    sz_status status = SZ_OK;

    if (other) memset(front->of_set, 0, (size_t)front->n_blocks);
    front->set = set;
    if (grow(front, n_rows, k) || other) status = sz_front_close(front, err);
    m = count_columns(front);
    if (status == SZ_OK && !front->narrow &&
        is_worth_it(m, front->lsq->n_unknowns, n_alike))
        status = open_front(front, m, err);
    return status;
}

/* The columns of the front from those of all. */
static sz_status gather(sz_front *front, int n_rows, const double *k, sz_error *err)
{
    size_t n = (size_t)front->lsq->n_unknowns, m = (size_t)front->narrow->n_unknowns;
    size_t size = (size_t)n_rows * m;

    if (size > front->room) {
        free(front->k);
        front->room = 0;
        front->k = malloc(size * sizeof *front->k);
        if (!front->k) return sz_fail_memory(err, size * 8, "the rows of a frame");
        front->room = size;
    }
    for (size_t i = 0; i < (size_t)n_rows; i++)
        for (size_t j = 0; j < m; j++)
            front->k[i * m + j] = k[i * n + (size_t)front->column[j]];
    return SZ_OK;
}

sz_status sz_front_add(sz_front *front, int set, double n_alike, int n_rows,
                       const double *k, const double *y, const double *weight, int *width,
                       sz_error *err)
{
    sz_lsq *lsq = front->lsq;
    sz_status status = choose(front, set, n_alike, n_rows, k, err);

    *width = front->narrow ? front->narrow->width : lsq->width;
    if (status == SZ_OK && front->narrow) {
        status = gather(front, n_rows, k, err);
        if (status == SZ_OK)
            status = sz_lsq_add(front->narrow, n_rows, front->k,
                                front->narrow->n_unknowns, y, weight, err);
        if (status != SZ_ERR_NUMERIC) return status;
        /* its sentence shall count all columns and all rows */
        status = sz_front_close(front, err);
    }
    if (status == SZ_OK)
        status = sz_lsq_add(lsq, n_rows, k, lsq->n_unknowns, y, weight, err);
    return status;
}

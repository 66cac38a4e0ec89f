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
static void count_alike(const sz_dataset *data, item *list, sz_alike_frames *alike)
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

sz_status sz_alike_frames_create(sz_alike_frames *alike, const sz_dataset *data,
                                 sz_error *err)
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

void sz_alike_frames_free(sz_alike_frames *alike)
{
    free(alike->order);
    free(alike->set);
    free(alike->n_rows);
}

/* ---- the front --------------------------------------------------------------------- */

size_t sz_front_memory(int n_unknowns, int n_species)
{
    size_t all = sz_lsq_memory(n_unknowns, 0);

    return n_species < 2 ? all : all + sz_lsq_memory((int)(LARGEST * n_unknowns), 0);
}

sz_status sz_front_create(sz_front *front, const sz_gap *gap, sz_error *err)
{
    size_t n = (size_t)gap->n_terms + 1;

    memset(front, 0, sizeof *front);
    front->set = -1;
    front->n_blocks = gap->n_terms;
    front->first = calloc(n, sizeof *front->first);
    front->touched = calloc(n, 1);
    if (!front->first || !front->touched)
        return sz_fail_memory(err, 5 * n, "the columns of the rows");
    for (int b = 0; b < gap->n_terms; b++)
        front->first[b + 1] = front->first[b] + gap->term[b].n_sparse;
    n = (size_t)front->first[front->n_blocks] + 1;
    front->column = malloc(n * sizeof *front->column);
    return front->column ? SZ_OK : sz_fail_memory(err, 4 * n, "the columns of the rows");
}

void sz_front_free(sz_front *front)
{
    free(front->first);
    free(front->touched);
    free(front->column);
    memset(front, 0, sizeof *front);
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
    size_t ld = (size_t)front->first[front->n_blocks];
    int grown = 0;

    for (int b = 0; b < front->n_blocks; b++)
        if (!front->touched[b] &&
            !is_zero(k, n_rows, ld, front->first[b], front->first[b + 1]))
            front->touched[b] = grown = 1;
    return grown;
}

/* of the set; returns how many */
static int list_columns(sz_front *front)
{
    int n = 0;

    for (int b = 0; b < front->n_blocks; b++)
        for (int j = front->first[b]; j < front->first[b + 1] && front->touched[b]; j++)
            front->column[n++] = j;
    return n;
}

static int is_worth_it(int m, int n, double n_alike)
{
    double share = (double)m / n;

    return m > 0 && share <= LARGEST && n_alike * (1.0 - share * share) > m / 3.0;
}

sz_status sz_front_choose(sz_front *front, sz_lsq *lsq, int set, double n_alike,
                          int n_rows, const double *k, sz_error *err)
{
    int other = front->set != set, m;

    if (other) memset(front->touched, 0, (size_t)front->n_blocks);
    front->set = set;
    if (!grow(front, n_rows, k) && !other) return SZ_OK;
    if (lsq->narrow) sz_lsq_flush(lsq);
    m = list_columns(front);
    return is_worth_it(m, lsq->n_unknowns, n_alike)
               ? sz_lsq_narrow(lsq, m, front->column, err)
               : SZ_OK;
}

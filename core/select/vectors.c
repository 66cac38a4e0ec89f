/* SPDX-License-Identifier: BSD-3-Clause
 *
 * vectors.c - vectors in blocks, and the removal of equal ones.
 *
 * Environments related by symmetry have equal vectors up to rounding. Sorted by h_j =
 * sum_k |x_jk| they are adjacent: of two adjacent vectors with |h_j - h_j'| and max_k
 * |x_jk - x_j'k| below the tolerances the first is removed. Only vectors with such a
 * neighbour are recomputed, each once and in blocks, so that memory is O(n + block). */
#include "select/vectors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

sz_status sz_vectors_rows(const sz_vectors *vectors, const int *index, int count,
                          double *x, sz_error *err)
{
    size_t d = (size_t)vectors->d;
    sz_status status = sz_watch_check(vectors->watch, err);

    for (int i = 0, run; i < count && status == SZ_OK; i += run) {
        for (run = 1; i + run < count && index[i + run] == index[i] + run; run++)
            continue;
        if (vectors->x)
            memcpy(x + (size_t)i * d, vectors->x + (size_t)index[i] * d,
                   (size_t)run * d * sizeof *x);
        else
            status =
                vectors->fetch(vectors->context, index[i], run, x + (size_t)i * d, err);
    }
    return status;
}

int sz_vectors_block(size_t memory, size_t n_double)
{
    size_t rows = memory / (n_double * sizeof(double));

    return rows < 16 ? 16 : rows > 1024 ? 1024 : (int)rows;
}

/* Heapsort, not stable: of two equal children the right one rises. Which of several equal
 * vectors gap_fit keeps depends on this. */
static void sift(const double *key, int *order, int root, int end)
{
    int keep = order[root];

    for (int child = 2 * root + 1; child < end; child = 2 * root + 1) {
        if (child + 1 < end && key[order[child]] <= key[order[child + 1]]) child++;
        if (!(key[keep] < key[order[child]])) break;
        order[root] = order[child];
        root = child;
    }
    order[root] = keep;
}

void sz_vectors_sort(int n, const double *key, int *order)
{
    for (int i = 0; i < n; i++) order[i] = i;
    for (int root = n / 2 - 1; root >= 0; root--) sift(key, order, root, n);
    for (int end = n - 1; end > 0; end--) {
        int top = order[0];

        order[0] = order[end];
        order[end] = top;
        sift(key, order, 0, end);
    }
}

static int differ(int d, double tolerance, const double *a, const double *b)
{
    for (int k = 0; k < d; k++)
        if (!(fabs(a[k] - b[k]) < tolerance)) return 1;
    return 0;
}

static int by_index(const void *a, const void *b)
{
    int i = *(const int *)a, j = *(const int *)b;

    return (i > j) - (i < j);
}

/* h is rounded to 1/GRAIN, so that vectors that differ only by rounding have equal h, and
 * the one that is kept does not depend on the blocks. */
#define GRAIN 1099511627776.0 /* 2^40 */

typedef struct {
    const sz_vectors *vectors;
    double hash_tolerance, vector_tolerance;
    int n_block;
    double *h;  /* [n] */
    int *order; /* [n] indices in the order of h */
    double *x;  /* [n_block][d] */
    int *place; /* [n_block] positions in order[] to compare next, ascending */
    int *row;   /* [n_block] their vectors, ascending */
    char *drop; /* [n] */
} search;

static sz_status hash(search *s, sz_error *err)
{
    const sz_vectors *vectors = s->vectors;
    sz_status status = SZ_OK;

    for (int first = 0; first < vectors->n && status == SZ_OK; first += s->n_block) {
        int count = vectors->n - first < s->n_block ? vectors->n - first : s->n_block;
        const double *row = s->x;

        if (vectors->x) row = vectors->x + (size_t)first * (size_t)vectors->d;
        status = sz_watch_check(vectors->watch, err);
        if (status == SZ_OK && !vectors->x)
            status = vectors->fetch(vectors->context, first, count, s->x, err);
        for (int j = first; j < first + count && status == SZ_OK;
             j++, row += vectors->d) {
            s->h[j] = 0.0;
            for (int k = 0; k < vectors->d; k++) s->h[j] += fabs(row[k]);
            s->h[j] = nearbyint(s->h[j] * GRAIN) / GRAIN;
            if (!isfinite(s->h[j]))
                status = sz_fail(err, SZ_ERR_NUMERIC,
                                 "descriptor vector %d of %d is not a number: look for "
                                 "atoms that coincide or have no neighbours",
                                 j + 1, vectors->n);
        }
    }
    return status;
}

/* Can the vectors at the sorted positions s and s + 1 be equal? */
static int suspect(const search *s, int place)
{
    return place >= 0 && place + 1 < s->vectors->n &&
           fabs(s->h[s->order[place + 1]] - s->h[s->order[place]]) < s->hash_tolerance;
}

static const double *vector(const search *s, int n, int place)
{
    const int *row =
        bsearch(s->order + place, s->row, (size_t)n, sizeof *s->row, by_index);

    return s->x + (size_t)(row - s->row) * (size_t)s->vectors->d;
}

/* Compares adjacent vectors among n positions. */
static sz_status compare(search *s, int n, sz_error *err)
{
    sz_status status;

    for (int i = 0; i < n; i++) s->row[i] = s->order[s->place[i]];
    qsort(s->row, (size_t)n, sizeof *s->row, by_index);
    status = sz_vectors_rows(s->vectors, s->row, n, s->x, err);
    for (int i = 0; i + 1 < n && status == SZ_OK; i++) {
        int a = s->place[i], b = s->place[i + 1];

        if (b == a + 1 && suspect(s, a) &&
            !differ(s->vectors->d, s->vector_tolerance, vector(s, n, a), vector(s, n, b)))
            s->drop[s->order[a]] = 1;
    }
    return status;
}

static sz_status drop_equal(search *s, sz_error *err)
{
    sz_status status = SZ_OK;
    int n = 0;

    for (int place = 0; place < s->vectors->n && status == SZ_OK; place++) {
        if (!suspect(s, place - 1) && !suspect(s, place)) continue;
        s->place[n++] = place;
        if (n < s->n_block) continue;
        status = compare(s, n, err);
        s->place[0] = place; /* its other neighbour is in the next block */
        n = 1;
    }
    if (status == SZ_OK && n > 1) status = compare(s, n, err);
    return status;
}

sz_status sz_vectors_unique(const sz_vectors *vectors, double hash_tolerance,
                            double vector_tolerance, size_t memory, int *member,
                            int *n_member, sz_error *err)
{
    size_t n = (size_t)vectors->n + 1, d = (size_t)vectors->d;
    int n_block = sz_vectors_block(memory, d);
    search s = {.vectors = vectors,
                .hash_tolerance = hash_tolerance,
                .vector_tolerance = vector_tolerance,
                .n_block = n_block};
    sz_status status;

    *n_member = 0;
    s.h = malloc(n * sizeof *s.h);
    s.order = malloc(n * sizeof *s.order);
    s.x = malloc((size_t)n_block * d * sizeof *s.x);
    s.place = malloc((size_t)n_block * sizeof *s.place);
    s.row = malloc((size_t)n_block * sizeof *s.row);
    s.drop = calloc(n, 1);
    if (!s.h || !s.order || !s.x || !s.place || !s.row || !s.drop)
        status = sz_fail_memory(err, n * 13 + (size_t)n_block * d * sizeof *s.x,
                                "the search for equal vectors");
    else
        status = hash(&s, err);
    if (status == SZ_OK) {
        sz_vectors_sort(vectors->n, s.h, s.order);
        status = drop_equal(&s, err);
    }
    for (int j = 0; j < vectors->n && status == SZ_OK; j++)
        if (!s.drop[j]) member[(*n_member)++] = j;
    free(s.h);
    free(s.order);
    free(s.x);
    free(s.place);
    free(s.row);
    free(s.drop);
    return status;
}

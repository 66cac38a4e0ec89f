/* SPDX-License-Identifier: BSD-3-Clause
 *
 * energy_kernel.c - the kernel of total energies.
 *
 *   K(A,B) = sum_(a in A) sum_(b in B) (p_a . p_b)^zeta
 *
 * Frames of the same elements have the same components: they are grouped into blocks of a
 * few hundred rows, and two blocks are multiplied in their common components, as one
 * matrix product. */
#include "analyse/energy_rows.h"

#include "base/crew.h"
#include "linear/blas.h"

#include <stdlib.h>
#include <string.h>

/* rows of a block; multiplications that justify a call of BLAS */
enum { ROWS = 512, FEW = 4000 };

typedef struct {
    int first, end; /* of order */
    int n_rows;
} block;

typedef struct {
    const sz_energy_rows *rows;
    int n, zeta;
    const int *frame;
    int *order; /* [n] indices in frame, those with the same components adjacent */
    int n_blocks, most_rows, most_columns;
    block *block;
    double *k;
} job;

/* ---- blocks ------------------------------------------------------------------------ */

static int by_ranges(const sz_energy_rows *a, const sz_energy_rows *b)
{
    if (a->n_ranges != b->n_ranges) return a->n_ranges - b->n_ranges;
    if (a->n_ranges == 0) return 0;
    return memcmp(a->range, b->range, (size_t)a->n_ranges * sizeof *a->range);
}

/* qsort has no context argument, so the sorted items contain it. */
typedef struct {
    const sz_energy_rows *rows;
    int place;
} sorted;

static int compare(const void *a, const void *b)
{
    const sorted *x = a, *y = b;
    int order = by_ranges(x->rows, y->rows);

    return order ? order : x->place - y->place;
}

static sz_status make_blocks(job *j, sz_error *err)
{
    size_t n = (size_t)j->n;
    sorted *list = malloc((n + 1) * sizeof *list);

    j->order = malloc((n + 1) * sizeof *j->order);
    j->block = malloc((n + 1) * sizeof *j->block);
    if (!list || !j->order || !j->block) {
        free(list);
        return sz_fail_memory(err, n * 40, "the frames");
    }
    for (int i = 0; i < j->n; i++) list[i] = (sorted){&j->rows[j->frame[i]], i};
    qsort(list, n, sizeof *list, compare);
    for (int i = 0; i < j->n; i++) {
        block *b = j->n_blocks ? &j->block[j->n_blocks - 1] : NULL;
        int rows = list[i].rows->n, columns = list[i].rows->n_columns;

        j->order[i] = list[i].place;
        if (!b || b->n_rows + rows > ROWS || by_ranges(list[i].rows, list[i - 1].rows)) {
            b = &j->block[j->n_blocks++];
            *b = (block){i, i, 0};
        }
        b->end = i + 1;
        b->n_rows += rows;
        if (b->n_rows > j->most_rows) j->most_rows = b->n_rows;
        if (columns > j->most_columns) j->most_columns = columns;
    }
    free(list);
    return SZ_OK;
}

static const sz_energy_rows *rows_of(const job *j, int place)
{
    return &j->rows[j->frame[j->order[place]]];
}

/* ---- products ---------------------------------------------------------------------- */

/* Scratch of one thread. */
typedef struct {
    double *a, *b; /* [most_rows][most_columns] */
    double *s;     /* [most_rows][most_rows] */
    sz_range *both;
} worker;

/* The common ranges of two frames, at most n_a + n_b. */
static int common(const sz_energy_rows *a, const sz_energy_rows *b, sz_range *to)
{
    int i = 0, k = 0, n = 0;

    while (i < a->n_ranges && k < b->n_ranges) {
        sz_range x = a->range[i], y = b->range[k];
        sz_range r = {x.first > y.first ? x.first : y.first,
                      x.end < y.end ? x.end : y.end};

        if (r.first < r.end) to[n++] = r;
        if (x.end < y.end)
            i++;
        else
            k++;
    }
    return n;
}

/* Copies the components in range of all rows of a block to x; returns their number. */
static int gather(const job *j, const block *b, const sz_range *range, int n, double *x)
{
    const double *start = x;

    for (int place = b->first; place < b->end; place++) {
        const sz_energy_rows *rows = rows_of(j, place);

        for (int row = 0; row < rows->n; row++) {
            const float *from = rows->x + (size_t)row * rows->n_columns;
            int at = 0; /* column where range q of the frame starts */

            for (int r = 0, q = 0; r < n; r++) {
                while (rows->range[q].end <= range[r].first) {
                    at += rows->range[q].end - rows->range[q].first;
                    q++;
                }
                for (int c = range[r].first; c < range[r].end; c++)
                    *x++ = from[at + c - rows->range[q].first];
            }
        }
    }
    return b->n_rows ? (int)((x - start) / b->n_rows) : 0;
}

/* s [n_b][n_a] = b a^T */
static void multiply(int n_a, int n_b, int columns, const double *a, const double *b,
                     double *s)
{
    const double one = 1.0, zero = 0.0;

    if ((double)n_a * n_b * columns > FEW) {
        SZ_BLAS(dgemm)
        ("T", "N", &n_a, &n_b, &columns, &one, a, &columns, b, &columns, &zero, s, &n_a);
        return;
    }
    for (int i = 0; i < n_b; i++)
        for (int k = 0; k < n_a; k++) {
            double sum = 0.0;

            for (int c = 0; c < columns; c++)
                sum += a[(size_t)k * columns + c] * b[(size_t)i * columns + c];
            s[(size_t)i * n_a + k] = sum;
        }
}

static void raise(double *s, size_t n, int zeta)
{
    if (zeta == 1) return;
    for (size_t i = 0; i < n; i++) {
        double x = s[i], power = x;

        for (int z = 1; z < zeta; z++) power *= x;
        s[i] = power;
    }
}

/* Sums of s [n_b][n_a] over the rows of every two frames. */
static void sum_up(const job *j, const block *a, const block *b, const double *s)
{
    for (int q = b->first; q < b->end; q++) {
        int n_q = rows_of(j, q)->n;
        const double *part = s;

        for (int p = a->first; p < a->end; p++) {
            int n_p = rows_of(j, p)->n;
            size_t at = (size_t)j->order[p], bt = (size_t)j->order[q];
            double sum = 0.0;

            for (int i = 0; i < n_q; i++)
                for (int k = 0; k < n_p; k++) sum += part[(size_t)i * a->n_rows + k];
            j->k[at * (size_t)j->n + bt] = j->k[bt * (size_t)j->n + at] = sum;
            part += n_p;
        }
        s += (size_t)n_q * a->n_rows;
    }
}

/* Block item with itself and all blocks before it. */
static sz_status work(void *context, void *worker_of_thread, int item, sz_error *err)
{
    const job *j = context;
    worker *w = worker_of_thread;
    const block *a = &j->block[item];

    (void)err;
    for (int other = 0; other <= item; other++) {
        const block *b = &j->block[other];
        int n = common(rows_of(j, a->first), rows_of(j, b->first), w->both);
        int columns = gather(j, a, w->both, n, w->a);

        if (n == 0) {
            memset(w->s, 0, (size_t)a->n_rows * b->n_rows * sizeof *w->s);
        } else {
            gather(j, b, w->both, n, w->b);
            multiply(a->n_rows, b->n_rows, columns, w->a, w->b, w->s);
            raise(w->s, (size_t)a->n_rows * b->n_rows, j->zeta);
        }
        sum_up(j, a, b, w->s);
    }
    return SZ_OK;
}

static double weight(void *context, int item)
{
    const job *j = context;

    return (double)j->block[item].n_rows * (item + 1);
}

static sz_status open_worker(worker *w, const job *j, int n_ranges, sz_error *err)
{
    size_t rows = (size_t)j->most_rows, columns = (size_t)j->most_columns;

    w->a = malloc((rows * columns + 1) * sizeof *w->a);
    w->b = malloc((rows * columns + 1) * sizeof *w->b);
    w->s = malloc((rows * rows + 1) * sizeof *w->s);
    w->both = malloc((2 * (size_t)n_ranges + 1) * sizeof *w->both);
    if (w->a && w->b && w->s && w->both) return SZ_OK;
    return sz_fail_memory(err, rows * (2 * columns + rows) * 8, "the kernel");
}

sz_status sz_energy_kernel(const sz_energy_rows *rows, int n, const int *frame, int zeta,
                           const sz_fit_options *options, double *k, sz_error *err)
{
    job j = {.rows = rows, .n = n, .zeta = zeta, .frame = frame, .k = k};
    sz_crew crew = {.size = sizeof(worker),
                    .context = &j,
                    .work = work,
                    .weight = weight,
                    .watch = options ? options->watch : NULL,
                    .what = "blocks of the kernel done"};
    worker *w = NULL;
    int n_ranges = 0;
    sz_status status =
        sz_crew_threads(&crew.n_threads, options ? options->n_threads : 0, err);

    if (status == SZ_OK) status = make_blocks(&j, err);
    if (status == SZ_OK) {
        w = calloc((size_t)crew.n_threads, sizeof *w);
        if (!w) status = sz_fail_memory(err, sizeof *w, "the threads");
    }
    for (int i = 0; i < n; i++)
        if (rows[frame[i]].n_ranges > n_ranges) n_ranges = rows[frame[i]].n_ranges;
    for (int t = 0; t < crew.n_threads && status == SZ_OK; t++)
        status = open_worker(&w[t], &j, n_ranges, err);
    crew.n_items = j.n_blocks;
    crew.worker = w;
    if (status == SZ_OK) status = sz_crew_run(&crew, err);
    for (int t = 0; w && t < crew.n_threads; t++) {
        free(w[t].a);
        free(w[t].b);
        free(w[t].s);
        free(w[t].both);
    }
    free(w);
    free(j.order);
    free(j.block);
    return status;
}

double sz_energy_square(const sz_energy_rows *rows, int zeta)
{
    double sum = 0.0;

    for (int i = 0; i < rows->n; i++)
        for (int k = 0; k < rows->n; k++) {
            const float *a = rows->x + (size_t)i * rows->n_columns;
            const float *b = rows->x + (size_t)k * rows->n_columns;
            double product = 0.0, power = 1.0;

            for (int c = 0; c < rows->n_columns; c++) product += (double)a[c] * b[c];
            for (int z = 0; z < zeta; z++) power *= product;
            sum += power;
        }
    return sum;
}

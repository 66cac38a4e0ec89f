/* SPDX-License-Identifier: BSD-3-Clause
 *
 * farthest.c - points that lie as far from each other as the vectors allow, greedily.
 *
 *   D_j = min_s |phi(x_j) - phi(x_s)|^2
 *   |phi(x) - phi(y)|^2 = k(x,x) + k(y,y) - 2 k(x,y)
 *
 * The next point is the j of the largest D_j. For the Gaussian kernel, which only falls
 * with the scaled distance, D is that distance squared.
 *
 * A pass over the vectors updates all D_j by matrix products with the points chosen since
 * the last pass. The vectors with the largest D_j, as many as fit into memory, are then
 * kept and searched alone: D_j never grows, so the best of them is the best of all while
 * its D exceeds the largest D_j outside. Among them D_j is updated only when its old
 * value is at the top of the heap. The result does not depend on memory, which is
 * O((n_sparse + block) d + n); at most 2 n n_sparse d flops for the passes and as many
 * for the search. */
#include "select/farthest.h"

#include "linear/blas.h"
#include "linear/powers.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TILE = 256 };

typedef struct {
    const sz_vectors *vectors;
    const int *member;
    const sz_likeness *like;
    int n, d, n_block;
    double *near; /* [n] D_j of member j, -1 after it is chosen */
    double scale; /* largest |phi|^2 */

    int n_chosen, n_passed; /* chosen, and of these included in D_j of all members */
    double *s;              /* [n_sparse][d] */
    double *self;           /* [n_sparse] |phi(s)|^2 */

    double *x;    /* [n_block][d] */
    double *gram; /* [n_block][TILE] */

    int n_kept;  /* the kept vectors */
    int *kept;   /* [n_kept] index into member, ascending */
    double *y;   /* [n_kept][d] */
    int *fresh;  /* [n_kept] number of chosen points included in its D */
    int *heap;   /* [n_kept] index into kept, largest D first */
    int *order;  /* [n] */
    int *index;  /* [max(n_kept, n_block)] indices of the vectors to fetch */
    double edge; /* largest D outside */
} farthest;

static void farthest_free(farthest *f)
{
    free(f->near);
    free(f->s);
    free(f->self);
    free(f->x);
    free(f->gram);
    free(f->kept);
    free(f->y);
    free(f->fresh);
    free(f->heap);
    free(f->order);
    free(f->index);
}

static sz_status farthest_create(farthest *f, int n_sparse, size_t memory, sz_error *err)
{
    size_t d = (size_t)f->d, n = (size_t)f->n, m = (size_t)n_sparse, b, k;

    f->n_block = sz_vectors_block(memory / 4, d);
    k = memory / 2 / (d * sizeof(double));
    f->n_kept = k < 16 ? 16 : k > 1000000000 ? 1000000000 : (int)k;
    if (f->n_kept > f->n) f->n_kept = f->n;
    b = (size_t)f->n_block;
    k = (size_t)f->n_kept;
    f->near = malloc(n * sizeof *f->near);
    f->s = malloc(m * d * sizeof *f->s);
    f->self = malloc(m * sizeof *f->self);
    f->x = malloc(b * d * sizeof *f->x);
    f->gram = malloc((b * TILE + m) * sizeof *f->gram);
    f->kept = malloc(k * sizeof *f->kept);
    f->y = malloc(k * d * sizeof *f->y);
    f->fresh = malloc(k * sizeof *f->fresh);
    f->heap = malloc(k * sizeof *f->heap);
    f->order = malloc(n * sizeof *f->order);
    f->index = malloc((k > b ? k : b) * sizeof *f->index);
    if (!f->near || !f->s || !f->self || !f->x || !f->gram || !f->kept || !f->y ||
        !f->fresh || !f->heap || !f->order || !f->index)
        return sz_fail_memory(err, (n * 2 + (m + b + k) * d) * sizeof *f->x,
                              "the search for farthest points");
    for (size_t j = 0; j < n; j++) f->near[j] = INFINITY;
    return SZ_OK;
}

/* Vectors of members which[0..count-1], scaled by 1/theta. */
static sz_status rows(farthest *f, const int *which, int count, double *x, sz_error *err)
{
    sz_status status;

    for (int i = 0; i < count; i++) f->index[i] = f->member[which[i]];
    status = sz_vectors_rows(f->vectors, f->index, count, x, err);
    for (int i = 0; i < count && status == SZ_OK && f->like->theta; i++)
        for (int k = 0; k < f->d; k++)
            x[(size_t)i * (size_t)f->d + k] /= f->like->theta[k];
    return status;
}

/* n products x.y become k(x,y); the Gaussian kernel uses them as they are. */
static void like(const sz_likeness *l, size_t n, double *dot)
{
    if (l->theta || l->zeta == 1.0) return;
    for (size_t i = 0; i < n && sz_whole_power(l->zeta) < 0; i++)
        if (dot[i] < 0.0) dot[i] = 0.0;
    sz_powers(n, l->zeta, 0.0, dot, dot);
}

static double self(const farthest *f, const double *x)
{
    double sum = 0.0;

    for (int k = 0; k < f->d; k++) sum += x[k] * x[k];
    like(f->like, 1, &sum);
    return sum;
}

/* Updates D of x with n distances to chosen points, from |phi(x)|^2, theirs and
 * k(x,s). */
static void nearer(int n, double xx, const double *ss, const double *xs, double *near)
{
    for (int t = 0; t < n; t++) {
        double dist = xx + ss[t] - 2.0 * xs[t];

        if (dist < *near) *near = dist < 0.0 ? 0.0 : dist;
    }
}

/* Updates D of the members j[0..count-1] with the chosen points first .. last-1. */
static void approach_block(farthest *f, int first, int last, const int *j, int count)
{
    const double one = 1.0, zero = 0.0;

    for (int s = first, n; s < last; s += n) {
        n = last - s < TILE ? last - s : TILE;
        SZ_BLAS(dgemm)
        ("T", "N", &n, &count, &f->d, &one, f->s + (size_t)s * (size_t)f->d, &f->d, f->x,
         &f->d, &zero, f->gram, &n);
        like(f->like, (size_t)count * (size_t)n, f->gram);
        for (int i = 0; i < count; i++) {
            double xx = self(f, f->x + (size_t)i * (size_t)f->d);

            if (xx > f->scale) f->scale = xx;
            nearer(n, xx, f->self + s, f->gram + (size_t)i * (size_t)n, f->near + j[i]);
        }
    }
}

/* Updates D of all members. */
static sz_status pass(farthest *f, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int j = 0, count; j < f->n && status == SZ_OK; j += count) {
        count = f->n - j < f->n_block ? f->n - j : f->n_block;
        for (int i = 0; i < count; i++) f->order[i] = j + i;
        status = rows(f, f->order, count, f->x, err);
        if (status == SZ_OK) approach_block(f, f->n_passed, f->n_chosen, f->order, count);
    }
    f->n_passed = f->n_chosen;
    return status;
}

/* Does kept vector a come before b? */
static int ahead(const farthest *f, int a, int b)
{
    double x = f->near[f->kept[a]], y = f->near[f->kept[b]];

    return x > y || (x == y && a < b);
}

static void sift(farthest *f, int root)
{
    int keep = f->heap[root];

    for (int child = 2 * root + 1; child < f->n_kept; child = 2 * root + 1) {
        if (child + 1 < f->n_kept && ahead(f, f->heap[child + 1], f->heap[child]))
            child++;
        if (!ahead(f, f->heap[child], keep)) break;
        f->heap[root] = f->heap[child];
        root = child;
    }
    f->heap[root] = keep;
}

static int by_index(const void *a, const void *b)
{
    int i = *(const int *)a, j = *(const int *)b;

    return (i > j) - (i < j);
}

/* Keeps the vectors with the largest D. */
static sz_status keep(farthest *f, sz_error *err)
{
    int n = f->n_kept;
    sz_status status;

    sz_vectors_sort(f->n, f->near, f->order);
    for (int i = 0; i < n; i++) f->kept[i] = f->order[f->n - 1 - i];
    f->edge = n < f->n ? f->near[f->order[f->n - 1 - n]] : -1.0;
    qsort(f->kept, (size_t)n, sizeof *f->kept, by_index);
    status = rows(f, f->kept, n, f->y, err);
    for (int i = 0; i < n; i++) {
        f->fresh[i] = f->n_passed;
        f->heap[i] = i;
    }
    for (int root = n / 2 - 1; root >= 0; root--) sift(f, root);
    return status;
}

static void choose(farthest *f, int i, int *chosen)
{
    double *s = f->s + (size_t)f->n_chosen * (size_t)f->d;

    memcpy(s, f->y + (size_t)i * (size_t)f->d, (size_t)f->d * sizeof *s);
    f->self[f->n_chosen] = self(f, s);
    chosen[f->n_chosen++] = f->member[f->kept[i]];
    f->near[f->kept[i]] = -1.0;
}

/* Updates D of kept vector i. */
static void approach(farthest *f, int i)
{
    const double one = 1.0, zero = 0.0;
    const double *y = f->y + (size_t)i * (size_t)f->d;
    const int n = f->n_chosen - f->fresh[i], inc = 1;

    SZ_BLAS(dgemv)
    ("T", &f->d, &n, &one, f->s + (size_t)f->fresh[i] * (size_t)f->d, &f->d, y, &inc,
     &zero, f->gram, &inc);
    like(f->like, (size_t)n, f->gram);
    nearer(n, self(f, y), f->self + f->fresh[i], f->gram, f->near + f->kept[i]);
    f->fresh[i] = f->n_chosen;
}

/* Chooses from the kept vectors while their D is certainly the largest; 1: none is
 * left. */
static int search(farthest *f, int n_sparse, int *chosen)
{
    int start = f->n_chosen;

    while (f->n_chosen < n_sparse) {
        int i = f->heap[0];
        double best = f->near[f->kept[i]];

        if (f->n_chosen > start && best <= f->edge) return 0;
        if (best <= 16.0 * DBL_EPSILON * f->scale) return 1;
        if (f->fresh[i] == f->n_chosen)
            choose(f, i, chosen);
        else
            approach(f, i);
        sift(f, 0);
    }
    return 0;
}

sz_status sz_farthest(const sz_vectors *vectors, const int *member, int n_member,
                      const sz_likeness *like_, size_t memory, int n_sparse, int *chosen,
                      int *n_chosen, sz_error *err)
{
    farthest f = {.vectors = vectors, .member = member, .like = like_, .n = n_member};
    sz_status status = SZ_OK;
    int done = n_member == 0 || n_sparse == 0;

    *n_chosen = 0;
    if (done) return SZ_OK;
    f.d = vectors->d;
    status = farthest_create(&f, n_sparse, memory, err);
    if (status == SZ_OK) {
        f.kept[0] = 0;
        status = rows(&f, f.kept, 1, f.y, err);
    }
    if (status == SZ_OK) choose(&f, 0, chosen);
    while (status == SZ_OK && f.n_chosen < n_sparse && !done) {
        status = pass(&f, err);
        if (status == SZ_OK) status = keep(&f, err);
        if (status == SZ_OK) done = search(&f, n_sparse, chosen);
    }
    *n_chosen = f.n_chosen;
    farthest_free(&f);
    return status;
}

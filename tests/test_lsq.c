/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_lsq.c - the streamed least squares give what a dense QR of all rows at once, in
 * long double, gives; whatever the blocks, their order, the number of parts, an
 * interruption; and whatever goes wrong is said. */
#define _DEFAULT_SOURCE /* usleep */
#include "check.h"
#include "linear/blas.h"
#include "linear/lsq.h"
#include "linear/qr.h"
#include "numbers.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void __wrap_free(void *block);

static long calls, fail_at,
    live; /* number of allocations; the failing one; blocks not freed */
static size_t bytes;

void *__wrap_malloc(size_t size)
{
    if (++calls == fail_at) return NULL;
    bytes += size;
    live++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    if (++calls == fail_at) return NULL;
    bytes += n * size;
    live++;
    return __real_calloc(n, size);
}

void __wrap_free(void *block)
{
    live -= block != NULL;
    __real_free(block);
}

/* ---- the problem ------------------------------------------------------------------ */

/* Two terms of a sparse GP with Gaussian kernels in one dimension. */
enum { M1 = 23, M = 60, ROWS = 700, TEST = 50 };

typedef struct {
    double jitter;
    double k[ROWS][M], y[ROWS], weight[ROWS];
    double test[TEST][M];
    double k_mm[M][M];
} problem;

static double kernel(double x, double y, double length)
{
    return exp(-0.5 * (x - y) * (x - y) / (length * length));
}

/* The sparse points are in random order, so that the first ones cover the interval. */
static void make_problem(problem *p, double length, double jitter)
{
    double point[M];

    memset(p, 0, sizeof *p);
    p->jitter = jitter;
    for (int s = 0; s < M; s++) point[s] = 10.0 * (s * 37 % M) / M + 0.01 * uniform(0, 1);
    for (int s = 0; s < M; s++)
        for (int t = 0; t < M; t++)
            if ((s < M1) == (t < M1))
                p->k_mm[s][t] =
                    (s < M1 ? 1.0 : 4.0) *
                    kernel(point[s], point[t], s < M1 ? length : 0.6 * length);
    for (int i = 0; i < ROWS + TEST; i++) {
        double x = uniform(0, 10), *row = i < ROWS ? p->k[i] : p->test[i - ROWS];

        for (int s = 0; s < M; s++)
            row[s] = (s < M1 ? 1.0 : 4.0) *
                     kernel(x, point[s], s < M1 ? length : 0.6 * length);
        if (i >= ROWS) continue;
        p->y[i] = sin(2 * x) + 0.3 * cos(7 * x) + 0.001 * uniform(-1, 1);
        p->weight[i] = i % 3 ? 1.0 / 0.01 : 1.0 / 0.002;
    }
}

/* |A x - b| least squares by naive Householder reflections; a [rows][n+1] with b as its
 * last column is destroyed. Returns the residual. */
static double dense(int rows, int n, long double *a, double *x)
{
    int w = n + 1;
    long double left = 0;

    for (int j = 0; j < n; j++) {
        long double norm = 0, head, vv;

        for (int i = j; i < rows; i++) norm += a[i * w + j] * a[i * w + j];
        norm = sqrtl(norm);
        head = a[j * w + j] + (a[j * w + j] < 0 ? -norm : norm);
        vv = norm * norm - a[j * w + j] * a[j * w + j] + head * head;
        for (int c = w - 1; c > j; c--) {
            long double sum = head * a[j * w + c];

            for (int i = j + 1; i < rows; i++) sum += a[i * w + j] * a[i * w + c];
            sum *= 2 / vv;
            a[j * w + c] -= sum * head;
            for (int i = j + 1; i < rows; i++) a[i * w + c] -= sum * a[i * w + j];
        }
        a[j * w + j] = a[j * w + j] < 0 ? norm : -norm;
    }
    for (int i = n; i < rows; i++) left += a[i * w + n] * a[i * w + n];
    for (int j = n - 1; j >= 0; j--) {
        for (int c = j + 1; c < n; c++) a[j * w + n] -= a[j * w + c] * a[c * w + n];
        a[j * w + n] /= a[j * w + j];
        x[j] = (double)a[j * w + n];
    }
    return (double)sqrtl(left);
}

/* Solves p directly for the m unknowns of order; alpha [m], and the solution by LAPACK in
 * double precision, lapack [m] or NULL. */
static double reference_and(const problem *p, int m, const int *order, double *alpha,
                            double *lapack)
{
    int rows = ROWS + m, w = m + 1;
    long double *a = calloc((size_t)(rows * w), sizeof *a), *u = a + ROWS * w;
    double residual;

    for (int i = 0; i < ROWS; i++) {
        for (int s = 0; s < m; s++) a[i * w + s] = p->k[i][order[s]] * p->weight[i];
        a[i * w + m] = p->y[i] * p->weight[i];
    }
    for (int j = 0; j < m; j++) /* U^T U = K_MM + jitter */
        for (int i = 0; i <= j; i++) {
            long double sum =
                (long double)p->k_mm[order[i]][order[j]] + (i == j ? p->jitter : 0.0L);

            for (int k = 0; k < i; k++) sum -= u[k * w + i] * u[k * w + j];
            u[i * w + j] = i == j ? sqrtl(sum) : sum / u[i * w + i];
        }
    if (lapack) {
        const int one = 1, lwork = 64 * M;
        double *d = malloc((size_t)(rows * w) * 8), *work = malloc(64 * M * 8);
        int info;

        for (int i = 0; i < rows; i++)
            for (int j = 0; j < w; j++) d[i + j * rows] = (double)a[i * w + j];
        SZ_BLAS(dgels)
        ("N", &rows, &m, &one, d, &rows, d + rows * m, &rows, work, &lwork, &info);
        memcpy(lapack, d + rows * m, (size_t)m * sizeof *lapack);
        free(d);
        free(work);
    }
    residual = dense(rows, m, a, alpha);
    free(a);
    return residual;
}

static double reference(const problem *p, int m, const int *order, double *alpha)
{
    return reference_and(p, m, order, alpha, NULL);
}

static const int *natural(void)
{
    static int order[M];

    for (int s = 0; s < M; s++) order[s] = s;
    return order;
}

static void predict(const problem *p, int m, const int *order, const double *alpha,
                    double *e)
{
    for (int i = 0; i < TEST; i++) {
        e[i] = 0;
        for (int s = 0; s < m; s++) e[i] += p->test[i][order[s]] * alpha[s];
    }
}

/* largest difference of the predictions, relative to the largest of them */
static double difference(const problem *p, int m, const int *order, const double *alpha,
                         const double *want)
{
    double e[TEST], f[TEST];

    predict(p, m, order, alpha, e);
    predict(p, m, order, want, f);
    return distance(e, f, TEST) / largest(f, TEST);
}

static sz_status regularise(sz_lsq *lsq, const problem *p, sz_error *err)
{
    double k[M * M];
    sz_status status = SZ_OK;

    for (int first = 0, n = M1; first < M && status == SZ_OK; first = M1, n = M - M1) {
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++) k[i * n + j] = p->k_mm[first + i][first + j];
        status = sz_lsq_regularise(lsq, n, k, p->jitter, err);
        if (first) break;
    }
    return status;
}

static sz_status add(sz_lsq *lsq, const problem *p, int first, int last, sz_error *err)
{
    return sz_lsq_add(lsq, last - first, p->k[first], M, p->y + first, p->weight + first,
                      err);
}

/* ---- the factor ------------------------------------------------------------------- */

static void gram(int n, int rows, const double *b, int ldb, double *g)
{
    const double one = 1.0;

    if (rows == 0) return;
    SZ_BLAS(dsyrk)("U", "T", &n, &rows, &one, b, &ldb, &one, g, &n);
}

/* R^T R is the sum over rows before and after; the lower triangle does not change */
static void check_fold(int rows, int n, int triangular)
{
    size_t area = (size_t)n * (size_t)n, size = (size_t)rows * (size_t)n;
    double *r = calloc(area, 8), *b = malloc((size + 1) * 8), *g = calloc(area, 8);
    double *s = malloc(sz_qr_scratch(n) * 8), *after = calloc(area, 8), most = 0;

    for (int j = 0; j < n; j++) fill_random(r + (size_t)j * n, (size_t)j + 1);
    fill_random(b, size);
    for (int j = 0; j < n && triangular; j++)
        for (int i = j + 1; i < rows; i++) b[i + (size_t)j * rows] = 0.0;
    gram(n, n, r, n, g);
    gram(n, rows, b, rows, g);
    for (int j = 0; j < n; j++)
        for (int i = j + 1; i < n; i++) r[i + (size_t)j * n] = NAN;
    sz_qr_fold(rows, n, triangular, r, n, b, rows, s);
    for (int j = 0; j < n; j++)
        for (int i = j + 1; i < n; i++) r[i + (size_t)j * n] = 0.0;
    gram(n, n, r, n, after);
    for (size_t k = 0; k < area; k++)
        if (!(fabs(g[k] - after[k]) <= most)) most = fabs(g[k] - after[k]);
    CHECK_CLOSE(most, 0.0, 1e-14 * (n + rows));
    free(r);
    free(b);
    free(g);
    free(s);
    free(after);
}

static void test_fold(void)
{
    static const int sizes[][2] = {{1, 1},   {5, 1},     {1, 15},   {40, 16},
                                   {3, 17},  {70, 95},   {70, 96},  {70, 97},
                                   {97, 97}, {300, 200}, {33, 333}, {400, 333}};

    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        for (int t = 0; t < 2; t++) check_fold(sizes[k][0], sizes[k][1], t);
    check_fold(40, 1510, 0); /* wider panels */
    check_fold(1510, 1510, 1);
    check_fold(0, 3, 0);
}

/* ---- the solution ----------------------------------------------------------------- */

/* condition number of the factor from 1e2 to 1e12 */
static int test_accuracy(void)
{
    static const double length[] = {0.15, 0.5, 1.0}, jitter[] = {1e-6, 1e-8, 1e-9};
    static const double weight[] = {1.0, 1.0, 8e2};
    static problem p;
    double alpha[M], want[M], lapack[M], residual, worst = 0, plain;
    sz_lsq_report report;
    sz_error err;

    for (int c = 0; c < 3; c++) {
        sz_lsq *lsq;

        make_problem(&p, length[c], jitter[c]);
        for (int i = 0; i < ROWS; i++) p.weight[i] *= weight[c];
        residual = reference_and(&p, M, natural(), want, lapack);
        CHECK_OK(sz_lsq_create(&lsq, M, 0, SZ_LSQ_QR, &err), err);
        CHECK_OK(add(lsq, &p, 0, ROWS, &err), err);
        CHECK_OK(regularise(lsq, &p, &err), err);
        CHECK_OK(sz_lsq_solve(lsq, M, alpha, &report, &err), err);
        worst = difference(&p, M, natural(), alpha, want);
        plain = difference(&p, M, natural(), lapack, want);
        printf("condition %.1e: predictions differ by %.1e (dgels by %.1e), "
               "coefficients %.1e\n",
               report.condition, worst, plain,
               distance(alpha, want, M) / largest(want, M));
        CHECK_CLOSE(worst, 0.0, fmax(1e-9, 3 * plain));
        CHECK(worst < 10 * plain + 1e-14); /* as stable as the QR of all rows at once */
        CHECK_CLOSE(report.residual / residual, 1.0, c < 2 ? 1e-10 : 1e-7);
        CHECK_CLOSE(report.norm, sqrt(dot(alpha, alpha, M)), 1e-12 * report.norm);
        sz_lsq_free(lsq);
    }
    CHECK(report.condition > 1e11 && report.condition < 1e13);
    return 0;
}

/* normal equations: accurate for small squared condition numbers; otherwise a warning */
static int test_normal(void)
{
    static problem p;
    double alpha[M], want[M], residual, easy = NAN, hard = NAN;
    sz_lsq_report report;
    sz_lsq *lsq;
    sz_error err;

    for (int c = 0; c < 2; c++) {
        make_problem(&p, c ? 0.5 : 0.15, c ? 1e-9 : 1e-6);
        residual = reference(&p, M, natural(), want);
        CHECK_OK(sz_lsq_create(&lsq, M, 100, SZ_LSQ_NORMAL, &err), err);
        CHECK_OK(add(lsq, &p, 0, ROWS, &err), err);
        CHECK_OK(regularise(lsq, &p, &err), err);
        CHECK_OK(sz_lsq_solve(lsq, M, alpha, &report, &err), err);
        CHECK(strstr(report.warning, "normal equations: the condition number"));
        if (c)
            hard = difference(&p, M, natural(), alpha, want);
        else
            easy = difference(&p, M, natural(), alpha, want);
        if (!c) CHECK_CLOSE(report.residual / residual, 1.0, 1e-6);
        sz_lsq_free(lsq);
    }
    printf("normal equations: predictions differ by %.1e and %.1e\n", easy, hard);
    CHECK_CLOSE(easy, 0.0, 1e-9);
    CHECK(hard > 10 * easy);
    return 0;
}

static int solve_parts(const problem *p, sz_lsq_method method, int n_parts, int n_block,
                       int chunk, double *alpha)
{
    sz_lsq *part[5];
    sz_error err;

    for (int q = 0; q < n_parts; q++) {
        int first = ROWS * q / n_parts, last = ROWS * (q + 1) / n_parts;

        CHECK_OK(sz_lsq_create(&part[q], M, n_block, method, &err), err);
        for (int i = first; i < last; i += chunk)
            CHECK_OK(add(part[q], p, i, i + chunk < last ? i + chunk : last, &err), err);
    }
    for (int q = 1; q < n_parts; q++) {
        CHECK_OK(sz_lsq_merge(part[0], part[q], &err), err);
        CHECK(part[q]->n_rows == 0 && largest(part[q]->r, (M + 1) * (M + 1)) == 0.0);
        sz_lsq_free(part[q]);
    }
    CHECK(part[0]->n_rows == ROWS);
    CHECK_OK(regularise(part[0], p, &err), err);
    CHECK_OK(sz_lsq_solve(part[0], M, alpha, NULL, &err), err);
    sz_lsq_free(part[0]);
    return 0;
}

static int test_blocks_and_parts(void)
{
    static const int blocks[] = {1, 7, 64, 256, 1000}, parts[] = {1, 2, 3, 5};
    static problem p, shuffled;
    double serial[M], alpha[M];

    make_problem(&p, 0.4, 1e-8);
    for (int method = 0; method < 2; method++) {
        double tolerance = method == SZ_LSQ_QR ? 1e-10 : 1e-8;

        if (solve_parts(&p, method, 1, 0, ROWS, serial)) return 1;
        for (int k = 0; k < 5; k++) {
            if (solve_parts(&p, method, 1, blocks[k], blocks[4 - k], alpha)) return 1;
            CHECK_CLOSE(difference(&p, M, natural(), alpha, serial), 0.0, tolerance);
        }
        for (int k = 0; k < 4; k++) {
            if (solve_parts(&p, method, parts[k], 64, 11, alpha)) return 1;
            CHECK_CLOSE(difference(&p, M, natural(), alpha, serial), 0.0, tolerance);
        }
        shuffled = p;
        for (int i = 0; i < ROWS; i++) {
            int from = i * 307 % ROWS;

            memcpy(shuffled.k[i], p.k[from], sizeof p.k[i]);
            shuffled.y[i] = p.y[from];
            shuffled.weight[i] = p.weight[from];
        }
        if (solve_parts(&shuffled, method, 1, 64, 50, alpha)) return 1;
        CHECK_CLOSE(difference(&p, M, natural(), alpha, serial), 0.0, tolerance);
    }
    return 0;
}

/* weighted rows, in an array with longer rows */
static int test_layout(void)
{
    static problem p;
    static double wide[ROWS][M + 5], y[ROWS];
    double want[M], alpha[M];
    sz_lsq *lsq;
    sz_error err;

    make_problem(&p, 0.3, 1e-8);
    reference(&p, M, natural(), want);
    for (int i = 0; i < ROWS; i++) {
        for (int s = 0; s < M + 5; s++)
            wide[i][s] = s < M ? p.k[i][s] * p.weight[i] : NAN;
        y[i] = p.y[i] * p.weight[i];
    }
    CHECK_OK(sz_lsq_create(&lsq, M, 33, SZ_LSQ_QR, &err), err);
    CHECK_OK(sz_lsq_add(lsq, ROWS, wide[0], M + 5, y, NULL, &err), err);
    CHECK_OK(sz_lsq_add(lsq, 0, NULL, M, NULL, NULL, &err), err);
    CHECK_OK(regularise(lsq, &p, &err), err);
    CHECK_OK(sz_lsq_solve(lsq, M, alpha, NULL, &err), err);
    CHECK_CLOSE(difference(&p, M, natural(), alpha, want), 0.0, 1e-10);
    sz_lsq_free(lsq);
    return 0;
}

/* Any leading unknowns, in the given order or another, are a fit; rows can be added after
 * a copy. */
static int test_nested(void)
{
    static const int models[] = {1, 2, M1, M1 + 1, 41, M};
    static problem p;
    double want[M], alpha[M], residual;
    int order[M], random[M];
    sz_lsq_report report;
    sz_error err;

    make_problem(&p, 0.3, 1e-8);
    for (int s = 0; s < M; s++) random[s] = s * 17 % M;
    random[5] = random[59]; /* no regular pattern */
    random[59] = 5 * 17 % M;
    for (int method = 0; method < 2; method++)
        for (int c = 0; c < 3; c++) {
            double tolerance = method == SZ_LSQ_QR ? 1e-10 : 1e-7;
            sz_lsq *stream, *lsq;

            memcpy(order, c ? random : natural(), sizeof order);
            CHECK_OK(sz_lsq_create(&stream, M, 64, method, &err), err);
            CHECK_OK(add(stream, &p, 0, 500, &err), err);
            CHECK_OK(sz_lsq_copy(&lsq, stream, &err), err);
            CHECK_OK(regularise(lsq, &p, &err), err); /* used up */
            sz_lsq_free(lsq);
            CHECK_OK(add(stream, &p, 500, ROWS, &err), err);
            CHECK_OK(sz_lsq_copy(&lsq, stream, &err), err);
            sz_lsq_free(stream);
            CHECK_OK(regularise(lsq, &p, &err), err);
            if (c) CHECK_OK(sz_lsq_reorder(lsq, order, &err), err);
            if (c == 2) { /* and back */
                int back[M];

                for (int s = 0; s < M; s++) back[order[s]] = s;
                CHECK_OK(sz_lsq_reorder(lsq, back, &err), err);
                memcpy(order, natural(), sizeof order);
            }
            for (int k = 0; k < 6; k++) {
                residual = reference(&p, models[k], order, want);
                CHECK_OK(sz_lsq_solve(lsq, models[k], alpha, &report, &err), err);
                CHECK_CLOSE(difference(&p, models[k], order, alpha, want), 0.0,
                            tolerance);
                CHECK_CLOSE(report.residual / residual, 1.0, 100 * tolerance);
            }
            sz_lsq_free(lsq);
        }
    return 0;
}

/* the second half of the rows has another order of columns */
static int test_reorder_stream(void)
{
    static problem p, q;
    double want[M], alpha[M];
    int order[M];
    sz_lsq *lsq;
    sz_error err;

    make_problem(&p, 0.6, 1e-8);
    q = p;
    for (int s = 0; s < M; s++) {
        order[s] = M - 1 - s;
        for (int i = 0; i < ROWS; i++) q.k[i][s] = p.k[i][order[s]];
    }
    CHECK_OK(sz_lsq_create(&lsq, M, 64, SZ_LSQ_QR, &err), err);
    CHECK_OK(add(lsq, &p, 0, 333, &err), err);
    CHECK_OK(sz_lsq_reorder(lsq, order, &err), err);
    CHECK_OK(add(lsq, &q, 333, ROWS, &err), err);
    CHECK_OK(sz_lsq_reorder(lsq, order, &err), err);
    CHECK_OK(regularise(lsq, &p, &err), err);
    CHECK_OK(sz_lsq_solve(lsq, M, alpha, NULL, &err), err);
    reference(&p, M, natural(), want);
    CHECK_CLOSE(difference(&p, M, natural(), alpha, want), 0.0, 1e-9);
    sz_lsq_free(lsq);
    return 0;
}

/* diag(d) has the condition number of d; the units of the unknowns do not change whether
 * a matrix is singular */
static int test_condition(void)
{
    double k[16] = {1, 0, 0, 0, 0, 1e-3, 0, 0, 0, 0, 1e-12, 0, 0, 0, 0, 1e-40};
    double y[4] = {1, 1, 1, 1}, alpha[4];
    sz_lsq_report report;
    sz_lsq *lsq;
    sz_error err;

    CHECK_OK(sz_lsq_create(&lsq, 4, 0, SZ_LSQ_QR, &err), err);
    CHECK_OK(sz_lsq_add(lsq, 4, k, 4, y, NULL, &err), err);
    CHECK_OK(sz_lsq_solve(lsq, 2, alpha, &report, &err), err);
    CHECK_CLOSE(report.condition, 1e3, 1e-6);
    CHECK_CLOSE(report.residual, sqrt(2.0), 1e-14);
    CHECK(report.warning[0] == '\0');
    CHECK_OK(sz_lsq_solve(lsq, 4, alpha, &report, &err), err);
    CHECK_CLOSE(report.condition / 1e40, 1.0, 1e-10);
    CHECK_CLOSE(alpha[3] / 1e40, 1.0, 1e-10);
    CHECK(strstr(report.warning, "leaves few digits"));
    sz_lsq_free(lsq);
    return 0;
}

/* ---- two threads ------------------------------------------------------------------ */

typedef struct {
    sz_lsq *lsq;
    const problem *p;
    int first, last;
    sz_status status;
} task;

static void *fill(void *context)
{
    task *t = context;

    t->status = SZ_OK;
    for (int i = t->first; i < t->last && t->status == SZ_OK; i++)
        t->status = add(t->lsq, t->p, i, i + 1, NULL);
    return NULL;
}

static int test_threads(void)
{
    static problem p;
    double serial[M], alpha[M];
    pthread_t thread[2];
    task t[2];
    sz_error err;

    make_problem(&p, 0.4, 1e-8);
    if (solve_parts(&p, SZ_LSQ_QR, 1, 32, ROWS, serial)) return 1;
    for (int q = 0; q < 2; q++) {
        t[q] = (task){NULL, &p, q * 300, q ? ROWS : 300, SZ_OK};
        CHECK_OK(sz_lsq_create(&t[q].lsq, M, 32, SZ_LSQ_QR, &err), err);
    }
    for (int q = 0; q < 2; q++) CHECK(!pthread_create(&thread[q], NULL, fill, &t[q]));
    for (int q = 0; q < 2; q++) CHECK(!pthread_join(thread[q], NULL));
    CHECK(t[0].status == SZ_OK && t[1].status == SZ_OK);
    CHECK_OK(sz_lsq_merge(t[0].lsq, t[1].lsq, &err), err);
    CHECK_OK(regularise(t[0].lsq, &p, &err), err);
    CHECK_OK(sz_lsq_solve(t[0].lsq, M, alpha, NULL, &err), err);
    CHECK_CLOSE(difference(&p, M, natural(), alpha, serial), 0.0, 1e-10);
    sz_lsq_free(t[0].lsq);
    sz_lsq_free(t[1].lsq);
    return 0;
}

/* ---- misuse ----------------------------------------------------------------------- */

static int test_bad_rows(void)
{
    static problem p;
    double alpha[M], want[M];
    sz_lsq *lsq;
    sz_error err;

    make_problem(&p, 0.3, 1e-8);
    reference(&p, M, natural(), want);
    CHECK_OK(sz_lsq_create(&lsq, M, 64, SZ_LSQ_QR, &err), err);
    CHECK_OK(add(lsq, &p, 0, 100, &err), err);
    for (int column = 0; column < M; column += 59) {
        double keep = p.k[150][column];

        p.k[150][column] = column ? INFINITY : NAN;
        CHECK_FAILS(add(lsq, &p, 100, ROWS, &err), SZ_ERR_NUMERIC,
                    column ? "row 50 of the block (150 of the fit, both from 0): its "
                             "column 59 is inf"
                           : "its column 0 is",
                    err);
        p.k[150][column] = keep;
    }
    p.y[699] = NAN;
    CHECK_FAILS(add(lsq, &p, 100, ROWS, &err), SZ_ERR_NUMERIC, "row 599", err);
    CHECK(strstr(err.message, "target"));
    p.y[699] = 0.5;
    p.weight[101] = 0;
    CHECK_FAILS(add(lsq, &p, 100, ROWS, &err), SZ_ERR_NUMERIC, "weight 1/sigma is 0",
                err);
    p.weight[101] = INFINITY;
    CHECK_FAILS(add(lsq, &p, 100, ROWS, &err), SZ_ERR_NUMERIC, "weight", err);
    p.weight[101] = 100;
    CHECK_FAILS(sz_lsq_add(lsq, 1, p.k[0], M - 1, p.y, NULL, &err), SZ_ERR_ARGUMENT,
                "columns", err);
    CHECK(lsq->n_rows == 100);

    /* these calls have not changed anything */
    CHECK_OK(add(lsq, &p, 100, ROWS, &err), err);
    CHECK_OK(regularise(lsq, &p, &err), err);
    CHECK_OK(sz_lsq_solve(lsq, M, alpha, NULL, &err), err);
    reference(&p, M, natural(), want);
    CHECK_CLOSE(difference(&p, M, natural(), alpha, want), 0.0, 1e-10);
    sz_lsq_free(lsq);
    return 0;
}

static int test_singular(void)
{
    static problem p;
    double alpha[M], k[9] = {1, 0, 0, 1, 1, 0, 0, 0, 1};
    sz_lsq *lsq;
    sz_error err;

    make_problem(&p, 0.15, 1e-8);
    for (int method = 0; method < 2; method++) {
        CHECK_OK(sz_lsq_create(&lsq, M, 64, method, &err), err);
        CHECK_OK(add(lsq, &p, 0, M - 1, &err), err); /* fewer rows than unknowns */
        CHECK_FAILS(sz_lsq_solve(lsq, M, alpha, NULL, &err), SZ_ERR_NUMERIC, "singular",
                    err);
        sz_lsq_free(lsq);

        for (int i = 0; i < ROWS; i++) p.k[i][40] = -3.3 * p.k[i][7];
        CHECK_OK(sz_lsq_create(&lsq, M, 64, method, &err), err);
        CHECK_OK(add(lsq, &p, 0, ROWS, &err), err);
        CHECK_FAILS(sz_lsq_solve(lsq, M, alpha, NULL, &err), SZ_ERR_NUMERIC,
                    "unknown 40 of 60", err);
        CHECK_OK(sz_lsq_solve(lsq, 40, alpha, NULL, &err), err);
        sz_lsq_free(lsq);
    }
    CHECK_OK(sz_lsq_create(&lsq, 3, 0, SZ_LSQ_QR, &err), err);
    CHECK_FAILS(sz_lsq_regularise(lsq, 3, k, -1e-9, &err), SZ_ERR_NUMERIC,
                "sparse point 1 of 3", err);
    k[3] = NAN;
    CHECK_FAILS(sz_lsq_regularise(lsq, 3, k, 0, &err), SZ_ERR_NUMERIC, "not finite", err);
    sz_lsq_free(lsq);
    return 0;
}

static int test_misuse(void)
{
    static problem p;
    double alpha[M], k[1] = {1};
    int order[M] = {0};
    sz_lsq *lsq = (sz_lsq *)&p, *other; /* not NULL: the call must set it to NULL */
    sz_error err;

    make_problem(&p, 0.3, 1e-8);
    CHECK_FAILS(sz_lsq_create(&lsq, 0, 0, SZ_LSQ_QR, &err), SZ_ERR_ARGUMENT, "unknowns",
                err);
    CHECK(!lsq);
    CHECK_FAILS(sz_lsq_create(&lsq, 5, -1, SZ_LSQ_QR, &err), SZ_ERR_ARGUMENT, "rows",
                err);
    CHECK_OK(sz_lsq_create(&lsq, M, 0, SZ_LSQ_QR, &err), err);
    CHECK_FAILS(sz_lsq_solve(lsq, 0, alpha, NULL, &err), SZ_ERR_ARGUMENT, "0 unknowns",
                err);
    CHECK_FAILS(sz_lsq_solve(lsq, M + 1, alpha, NULL, &err), SZ_ERR_ARGUMENT, "61", err);
    CHECK_FAILS(sz_lsq_reorder(lsq, order, &err), SZ_ERR_ARGUMENT, "element 1 is 0", err);
    CHECK_FAILS(sz_lsq_merge(lsq, lsq, &err), SZ_ERR_ARGUMENT, "itself", err);
    CHECK_OK(sz_lsq_create(&other, M - 1, 0, SZ_LSQ_QR, &err), err);
    CHECK_FAILS(sz_lsq_merge(lsq, other, &err), SZ_ERR_ARGUMENT, "60 and 59", err);
    sz_lsq_free(other);
    CHECK_OK(sz_lsq_create(&other, M, 0, SZ_LSQ_NORMAL, &err), err);
    CHECK_FAILS(sz_lsq_merge(lsq, other, &err), SZ_ERR_ARGUMENT, "methods", err);
    sz_lsq_free(other);
    CHECK_OK(sz_lsq_create(&other, M, 0, SZ_LSQ_QR, &err), err);
    CHECK_OK(sz_lsq_regularise(other, 1, k, 0, &err), err);
    CHECK_FAILS(sz_lsq_merge(lsq, other, &err), SZ_ERR_ARGUMENT, "after the last merge",
                err);
    CHECK_FAILS(sz_lsq_reorder(other, natural(), &err), SZ_ERR_ARGUMENT, "1 of 60", err);
    CHECK_FAILS(sz_lsq_regularise(other, M, k, 0, &err), SZ_ERR_ARGUMENT, "1 of 60", err);
    sz_lsq_free(other);
    sz_lsq_free(lsq);
    sz_lsq_free(NULL);
    return 0;
}

/* ---- memory ----------------------------------------------------------------------- */

/* Every call once, with failure of allocation n. Returns 1 if there was no allocation n.
 */
static int attempt(const problem *p, sz_lsq_method method, const char *path, long n)
{
    sz_lsq *lsq, *copy = NULL, *read = NULL;
    double alpha[M];
    void *header = NULL;
    size_t size;
    sz_error err;
    sz_status status;

    calls = live = 0;
    fail_at = n;
    status = sz_lsq_create(&lsq, M, 64, method, &err);
    if (status == SZ_OK) status = add(lsq, p, 0, 333, &err);
    if (status == SZ_OK) status = sz_lsq_copy(&copy, lsq, &err);
    if (status == SZ_OK) status = regularise(copy, p, &err);
    if (status == SZ_OK) status = sz_lsq_reorder(copy, natural(), &err);
    if (status == SZ_OK) status = sz_lsq_solve(copy, M, alpha, NULL, &err);
    if (status == SZ_OK) status = sz_lsq_save(lsq, path, "head", 4, &err);
    if (status == SZ_OK) status = sz_lsq_load(&read, path, 0, &header, &size, &err);
    fail_at = 0;
    if (status != SZ_OK) {
        CHECK(status == SZ_ERR_MEMORY && strstr(err.message, "out of memory"));
        CHECK(!read && !header);
    }
    sz_lsq_free(lsq);
    sz_lsq_free(copy);
    sz_lsq_free(read);
    free(header);
    CHECK(live == 0);
    return status == SZ_OK;
}

static int test_memory(const char *path)
{
    static problem p;
    static const int sizes[][2] = {{60, 64}, {1000, 0}, {1600, 0}};
    sz_lsq *lsq;
    sz_error err;

    for (int k = 0; k < 3; k++) {
        bytes = 0;
        CHECK_OK(sz_lsq_create(&lsq, sizes[k][0], sizes[k][1], SZ_LSQ_QR, &err), err);
        CHECK(bytes == sz_lsq_memory(sizes[k][0], sizes[k][1]));
        sz_lsq_free(lsq);
    }
    make_problem(&p, 0.3, 1e-8);
    for (int method = 0; method < 2; method++) {
        long n = 1;

        while (n < 100 && !attempt(&p, method, path, n)) n++;
        printf("%ld allocations, each refused once\n", n - 1);
        CHECK(n > 12 && n < 100);
    }
    CHECK_OK(sz_lsq_create(&lsq, M, 64, SZ_LSQ_QR, &err), err);
    calls = 0;
    CHECK_OK(add(lsq, &p, 0, ROWS, &err), err);
    CHECK(calls == 0);
    sz_lsq_free(lsq);
    unlink(path);
    return 0;
}

/* ---- checkpoints ------------------------------------------------------------------ */

static unsigned char *read_all(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    unsigned char *data = malloc(1 << 20);

    *size = f ? fread(data, 1, 1 << 20, f) : 0;
    if (f) fclose(f);
    return data;
}

static void write_all(const char *path, const void *data, size_t size)
{
    FILE *f = fopen(path, "wb");

    if (!f) return;
    fwrite(data, 1, size, f);
    fclose(f);
}

/* the status after reading data as a checkpoint */
static sz_status load_bytes(const char *path, const void *data, size_t size,
                            sz_error *err)
{
    sz_lsq *lsq;
    void *header;
    size_t header_size;
    sz_status status;

    write_all(path, data, size);
    status = sz_lsq_load(&lsq, path, 0, &header, &header_size, err);
    if (status != SZ_OK) CHECK(!lsq && !header && header_size == 0);
    sz_lsq_free(lsq);
    free(header);
    return status;
}

/* narrow: some rows are in a triangle of two columns */
static int test_damage(const char *path, int narrow)
{
    const int column[2] = {1, 3};
    double k[5][4], y[5];
    unsigned char *data;
    size_t size, header_size, refused = 0;
    void *header;
    sz_lsq *lsq;
    sz_error err;

    fill_random(k[0], 20);
    fill_random(y, 5);
    CHECK_OK(sz_lsq_create(&lsq, 4, 3, SZ_LSQ_QR, &err), err);
    CHECK_OK(sz_lsq_add(lsq, 5, k[0], 4, y, NULL, &err), err);
    if (narrow) {
        for (int i = 0; i < 5; i++) k[i][0] = k[i][2] = 0.0;
        CHECK_OK(sz_lsq_narrow(lsq, 2, column, &err), err);
        CHECK_OK(sz_lsq_add(lsq, 5, k[0], 4, y, NULL, &err), err);
        CHECK(lsq->narrow && lsq->narrow->n_buffered == 5);
    }
    CHECK_OK(sz_lsq_save(lsq, path, "frame 17", 9, &err), err);
    sz_lsq_free(lsq);
    data = read_all(path, &size);
    CHECK(load_bytes(path, data, size, &err) == SZ_OK);
    for (size_t n = 0; n < size; n++)
        refused += load_bytes(path, data, n, &err) == SZ_ERR_FORMAT;
    CHECK(refused == size);
    for (size_t n = refused = 0; n < size; n++) {
        data[n] ^= 1 << n % 8;
        refused += load_bytes(path, data, size, &err) == SZ_ERR_FORMAT;
        data[n] ^= 1 << n % 8;
    }
    CHECK(refused == size);
    CHECK(load_bytes(path, data, size, &err) == SZ_OK);
    CHECK_FAILS(load_bytes(path, data, size - 8, &err), SZ_ERR_FORMAT, "truncated", err);
    data[size - 20] ^= 1;
    CHECK_FAILS(load_bytes(path, data, size, &err), SZ_ERR_FORMAT, "checksum", err);
    data[size - 20] ^= 1;
    data[8] = 99;
    CHECK_FAILS(load_bytes(path, data, size, &err), SZ_ERR_FORMAT, "another version",
                err);
    data[8] = 2;
    CHECK_FAILS(load_bytes(path,
                           "something else altogether, and longer than a head is: "
                           "more than sixty-four bytes",
                           81, &err),
                SZ_ERR_FORMAT, "not a checkpoint", err);
    write_all(path, data, size);
    CHECK_FAILS(sz_lsq_load(&lsq, path, 5, &header, &header_size, &err), SZ_ERR_FORMAT,
                "4 unknowns, not 5", err);
    unlink(path);
    CHECK_FAILS(sz_lsq_load(&lsq, path, 5, &header, &header_size, &err), SZ_ERR_FILE,
                "cannot open", err);
    CHECK_FAILS(sz_lsq_load(&lsq, "/", 5, &header, &header_size, &err), SZ_ERR_FORMAT,
                "not a checkpoint", err);
    free(data);
    return 0;
}

/* a full disk: only the old file is there */
static int test_disk_full(const char *folder, const char *path)
{
    struct rlimit old, little;
    size_t header_size;
    void *header;
    sz_lsq *lsq, *read;
    sz_error err;

    CHECK_OK(sz_lsq_create(&lsq, M, 64, SZ_LSQ_QR, &err), err);
    CHECK_OK(sz_lsq_save(lsq, path, "old", 4, &err), err);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    for (rlim_t limit = 0; limit < 15000; limit += 3000) {
        little = old;
        little.rlim_cur = limit;
        setrlimit(RLIMIT_FSIZE, &little);
        CHECK_FAILS(sz_lsq_save(lsq, path, "new", 4, &err), SZ_ERR_FILE, path, err);
        setrlimit(RLIMIT_FSIZE, &old);
    }
    CHECK_OK(sz_lsq_load(&read, path, M, &header, &header_size, &err), err);
    CHECK(header_size == 4 && !strcmp(header, "old"));
    CHECK_FAILS(sz_lsq_save(lsq, "/nowhere/at/all", NULL, 0, &err), SZ_ERR_FILE,
                "/nowhere/at/all", err);
    free(header);
    sz_lsq_free(read);
    sz_lsq_free(lsq);
    unlink(path);
    CHECK(rmdir(folder) == 0); /* it contains nothing else */
    return 0;
}

/* The stream with a checkpoint after every chunk; it continues from path. */
static int stream(const problem *p, const char *path, double *alpha)
{
    int position = 0;
    void *header;
    size_t size;
    sz_lsq *lsq;
    sz_error err;

    if (access(path, F_OK) == 0) {
        CHECK_OK(sz_lsq_load(&lsq, path, M, &header, &size, &err), err);
        CHECK(size == sizeof position);
        memcpy(&position, header, sizeof position);
        free(header);
    } else {
        CHECK_OK(sz_lsq_create(&lsq, M, 64, SZ_LSQ_QR, &err), err);
    }
    for (; position < ROWS;) {
        CHECK_OK(add(lsq, p, position, position + 10, &err), err);
        position += 10;
        CHECK_OK(sz_lsq_save(lsq, path, &position, sizeof position, &err), err);
    }
    CHECK(lsq->n_rows == ROWS);
    CHECK_OK(regularise(lsq, p, &err), err);
    CHECK_OK(sz_lsq_solve(lsq, M, alpha, NULL, &err), err);
    sz_lsq_free(lsq);
    return 0;
}

static int test_kill(const char *folder, const char *path)
{
    static problem p;
    double want[M], alpha[M];
    char command[600];
    int kills = 0, resumed = 0;

    make_problem(&p, 0.4, 1e-8);
    if (solve_parts(&p, SZ_LSQ_QR, 1, 64, 10, want)) return 1;
    for (int k = 0; k < 40; k++) {
        pid_t child = fork();
        int status;

        resumed += access(path, F_OK) == 0;
        if (child == 0) _exit(stream(&p, path, alpha));
        CHECK(child > 0);
        usleep((unsigned)(500 + 700 * (k % 7)));
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        if (WIFSIGNALED(status))
            kills++;
        else
            CHECK(WEXITSTATUS(status) == 0);
    }
    printf("killed %d times, resumed %d times\n", kills, resumed);
    CHECK(kills > 0 && resumed > 0);
    if (stream(&p, path, alpha)) return 1;
    CHECK_CLOSE(difference(&p, M, natural(), alpha, want), 0.0, 1e-12);
    snprintf(command, sizeof command, "rm -f '%s'/*", folder);
    CHECK(system(command) == 0);
    return 0;
}

int main(void)
{
    char folder[] = "/tmp/soapz-lsq-XXXXXX", path[sizeof folder + 16];

    if (!mkdtemp(folder)) return 1;
    snprintf(path, sizeof path, "%s/checkpoint", folder);
    test_fold();
    return test_accuracy() || test_normal() || test_blocks_and_parts() || test_layout() ||
           test_nested() || test_reorder_stream() || test_condition() || test_threads() ||
           test_bad_rows() || test_singular() || test_misuse() || test_memory(path) ||
           test_damage(path, 0) || test_damage(path, 1) || test_kill(folder, path) ||
           test_disk_full(folder, path) || check_done();
}

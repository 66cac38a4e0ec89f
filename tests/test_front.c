/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_front.c - rows that are folded into a front of their own columns give the solution
 * that those folded into all columns give; frames with the same elements follow each
 * other; whatever goes wrong is said and nothing is left behind. */
#include "check.h"
#include "fail_alloc.h"
#include "fit/front.h"
#include "numbers.h"

#include <stdlib.h>

/* Three terms: of element A, of element B, of pairs of A and B. */
enum { TERMS = 3, PER_TERM = 8, N = TERMS * PER_TERM, ROWS = 40, BLOCK = 5 };

static const char touches[][TERMS + 1] = {
    "100", /* only A */
    "010", /* only B */
    "110", /* A and B that are not neighbours */
    "111",
};

static void make_rows(int what, double k[BLOCK][N], double y[BLOCK], double weight[BLOCK])
{
    for (int i = 0; i < BLOCK; i++) {
        for (int j = 0; j < N; j++)
            k[i][j] = touches[what][j / PER_TERM] == '1' ? uniform(-1, 1) : 0.0;
        y[i] = uniform(-1, 1);
        weight[i] = uniform(0.5, 2);
    }
}

static sz_status solve(sz_lsq *lsq, double alpha[N], sz_error *err)
{
    double k_mm[N * N] = {0};
    sz_status status;

    for (int j = 0; j < N; j++) k_mm[j * N + j] = 0.01;
    status = sz_lsq_regularise(lsq, N, k_mm, 0.0, err);
    return status == SZ_OK ? sz_lsq_solve(lsq, N, alpha, NULL, err) : status;
}

/* Sets in the given order; n_alike: the number that is announced. */
typedef struct {
    const char *order; /* digits: which of touches; the set is what precedes a digit */
    double n_alike;
    sz_lsq_method method;
    int fronts,
        narrow; /* blocks that were added to a front; their width if all are equal */
} task;

static const task tasks[] = {
    {"a0a0a0b1b1b1c3c3", 200, SZ_LSQ_QR, 6, PER_TERM},
    {"a0a0a0b1b1b1c3c3", 200, SZ_LSQ_NORMAL, 6, PER_TERM},
    {"a0b1a0b1", 200, SZ_LSQ_QR, 4, PER_TERM}, /* sets that alternate */
    {"a0a0b1", 1, SZ_LSQ_QR, 0, 0},            /* too few rows for a front */
    {"c2c2c3c2c2", 200, SZ_LSQ_QR, 2,
     2 * PER_TERM},                     /* then all elements: the front is closed */
    {"a0c2c0c1", 200, SZ_LSQ_QR, 4, 0}, /* a set with a wider front */
};

/* The stream as a file and back again, and a copy of that. */
static sz_status go_on_from_file(sz_lsq **lsq, sz_error *err)
{
    const char *path = "test_front.rows";
    sz_lsq *read = NULL, *copy = NULL;
    size_t size;
    void *header = NULL;
    sz_status status = sz_lsq_save(*lsq, path, "", 0, err);

    if (status == SZ_OK) status = sz_lsq_load(&read, path, N, &header, &size, err);
    if (status == SZ_OK) status = sz_lsq_copy(&copy, read, err);
    if (status == SZ_OK) {
        CHECK(!(*lsq)->narrow == !copy->narrow);
        sz_lsq_free(*lsq);
        *lsq = copy;
    }
    sz_lsq_free(read);
    free(header);
    remove(path);
    return status;
}

static sz_status run(const task *t, const sz_gap *gap, double alpha[2][N], int *fronts,
                     int *narrow, long long n_rows[2], sz_error *err)
{
    double k[BLOCK][N], y[BLOCK], weight[BLOCK];
    sz_front front = {0};
    sz_lsq *direct = NULL, *lsq = NULL;
    sz_status status = sz_lsq_create(&direct, N, 0, t->method, err);

    if (status == SZ_OK) status = sz_lsq_create(&lsq, N, 0, t->method, err);
    if (status == SZ_OK) status = sz_front_create(&front, gap, err);
    for (const char *c = t->order; *c && status == SZ_OK; c += 2) {
        make_rows(c[1] - '0', k, y, weight);
        status = sz_lsq_add(direct, BLOCK, k[0], N, y, weight, err);
        if (status == SZ_OK)
            status = sz_front_choose(&front, lsq, c[0], t->n_alike, BLOCK, k[0], err);
        if (status == SZ_OK && lsq->narrow) {
            ++*fronts;
            *narrow = lsq->narrow->n_unknowns;
        }
        if (status == SZ_OK) status = sz_lsq_add(lsq, BLOCK, k[0], N, y, weight, err);
        if (status == SZ_OK && c[2] == '\0') status = go_on_from_file(&lsq, err);
    }
    if (status == SZ_OK) n_rows[0] = direct->n_rows, n_rows[1] = lsq->n_rows;
    if (status == SZ_OK) status = solve(direct, alpha[0], err);
    if (status == SZ_OK) status = solve(lsq, alpha[1], err);
    sz_front_free(&front);
    sz_lsq_free(direct);
    sz_lsq_free(lsq);
    return status;
}

static void test_equal(const sz_gap *gap)
{
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++) {
        const task *t = &tasks[i];
        double alpha[2][N];
        long long n_rows[2] = {0, 0};
        int fronts = 0, narrow = 0;
        sz_error err;

        CHECK(run(t, gap, alpha, &fronts, &narrow, n_rows, &err) == SZ_OK);
        CHECK(distance(alpha[1], alpha[0], N) < 1e-10);
        CHECK(n_rows[0] > 0 && n_rows[0] == n_rows[1]);
        CHECK(fronts == t->fronts);
        CHECK(!t->narrow || narrow == t->narrow);
    }
}

/* Each allocation fails in turn. */
static void test_memory(const sz_gap *gap)
{
    double alpha[2][N];
    long long n_rows[2];
    int n = 0, fronts = 0, narrow;
    sz_error err;

    for (long k = 1; k < 1000; k++) {
        long before = live;
        sz_status status;

        calls = 0;
        fail_at = k;
        status = run(&tasks[0], gap, alpha, &fronts, &narrow, n_rows, &err);
        fail_at = 0;
        CHECK(live == before);
        if (status == SZ_OK) break;
        CHECK(status == SZ_ERR_MEMORY);
        n++;
    }
    CHECK(n > 15);
}

/* The columns of a narrow triangle are checked, and its rows are those of all. */
static void test_narrow(void)
{
    static const int bad[][2] = {{3, 3}, {4, 2}, {-1, 2}, {5, N}}, good[] = {3, 7};
    double k[N] = {[3] = 1.0, [7] = NAN}, y = 1.0;
    sz_lsq *lsq = NULL;
    sz_error err;

    CHECK(sz_lsq_create(&lsq, N, 0, SZ_LSQ_QR, &err) == SZ_OK);
    for (int i = 0; i < 4; i++)
        CHECK_FAILS(sz_lsq_narrow(lsq, 2, bad[i], &err), SZ_ERR_ARGUMENT, "must ascend",
                    err);
    CHECK(!lsq->narrow);
    CHECK(sz_lsq_narrow(lsq, 2, good, &err) == SZ_OK && lsq->narrow);
    CHECK_FAILS(sz_lsq_add(lsq, 1, k, N, &y, NULL, &err), SZ_ERR_NUMERIC,
                "its column 7 is nan", err);
    k[7] = 2.0;
    CHECK(sz_lsq_add(lsq, 1, k, N, &y, NULL, &err) == SZ_OK);
    CHECK(lsq->n_rows == 1 && lsq->narrow->n_buffered == 1);
    sz_lsq_flush(lsq);
    CHECK(!lsq->narrow && lsq->n_rows == 1);
    CHECK_CLOSE(fabs(lsq->r[3 + 7 * (N + 1)]), 2.0, 1e-15);
    sz_lsq_free(lsq);
}

/* Frames of one set follow each other, sets and frames in the order of the file. */
static void test_order(void)
{
    static const int z[][2] = {{42, 42}, {74, 42}, {42, 42},
                               {74, 74}, {42, 74}, {74, 74}};
    static const int order[] = {0, 2, 1, 4, 3, 5}, set[] = {0, 1, 0, 3, 1, 3};
    static const double rows[] = {20, 14, 20, 2, 14, 2};
    enum { FRAMES = sizeof z / sizeof *z };
    double position[6] = {0, 0, 0, 1.5, 1.5, 1.5}, energy = 1.0, force[6] = {0};
    double virial[9] = {0};
    sz_dataset *data = NULL;
    sz_alike_frames alike;
    sz_error err;

    CHECK(sz_dataset_create(&data, &err) == SZ_OK);
    for (int f = 0; f < FRAMES; f++) {
        sz_frame frame = {.structure = {2,
                                        z[f],
                                        position,
                                        {{3, 0, 0}, {0, 3, 0}, {0, 0, 3}},
                                        {1, 1, 1}},
                          .energy = &energy,
                          .force = f == 3 || f == 5 ? NULL : force,
                          .virial = f == 0 ? virial : NULL};

        CHECK(sz_dataset_add(data, &frame, &err) == SZ_OK);
    }
    CHECK(sz_alike_frames_create(&alike, data, &err) == SZ_OK);
    for (int f = 0; f < FRAMES; f++) {
        CHECK(alike.order[f] == order[f]);
        CHECK(alike.set[f] == set[f]);
        CHECK(alike.n_rows[f] == rows[f]);
    }
    sz_alike_frames_free(&alike);
    sz_dataset_free(data);
}

int main(void)
{
    sz_gap_term term[TERMS] = {
        {.n_sparse = PER_TERM}, {.n_sparse = PER_TERM}, {.n_sparse = PER_TERM}};
    const sz_gap gap = {.n_terms = TERMS, .term = term};

    test_equal(&gap);
    test_memory(&gap);
    test_narrow();
    test_order();
    return check_done();
}

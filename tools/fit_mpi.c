/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_mpi.c - soapz-fit-mpi: soapz fit on the ranks of MPI.
 *
 *   R = factor of [R_0; R_1; ..]   by a binary tree of pairs, log2(ranks) steps
 *
 * Rank r sends the triangle it has to rank r - s, s = 1, 2, 4, .. the lowest bit set in
 * r, which folds it into its own; rank 0 is left with the factor of all rows. */
#define _POSIX_C_SOURCE 200809L /* nanosleep */
#include "fit_main.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TAG_HALT = 1, TAG_TRIANGLE = 2, CHUNK = 1 << 15 /* doubles per message */ };

/* Messages sent to the other ranks, and received from them, since the last agreement. */
typedef struct {
    sz_halt sent, known;
    int n_sent, why[2];   /* messages are not changed while they are sent */
    MPI_Request *request; /* [2][size] */
    int n_requests;
    int *received; /* [size] messages from each rank */
} halts;

/* ---- agreement --------------------------------------------------------------------- */

/* Other ranks may take minutes: this rank leaves the core to them. */
static void wait_politely(MPI_Request *request)
{
    struct timespec pause = {0, 20000};
    int done = 0;

    MPI_Test(request, &done, MPI_STATUS_IGNORE);
    while (!done) {
        nanosleep(&pause, NULL);
        if (pause.tv_nsec < 5000000) pause.tv_nsec *= 2;
        MPI_Test(request, &done, MPI_STATUS_IGNORE);
    }
}

static void receive(halts *g, int from)
{
    MPI_Status status;
    int why;

    MPI_Recv(&why, 1, MPI_INT, from, TAG_HALT, MPI_COMM_WORLD, &status);
    if (why > (int)g->known) g->known = (sz_halt)why;
    g->received[status.MPI_SOURCE]++;
}

static sz_halt halt(sz_team *team, sz_halt why)
{
    halts *g = team->context;
    int waiting = 1;

    if (why > g->known) g->known = why;
    if (why > g->sent) {
        g->sent = why;
        g->why[g->n_sent] = (int)why;
        for (int r = 0; r < team->size; r++)
            if (r != team->rank)
                MPI_Isend(&g->why[g->n_sent], 1, MPI_INT, r, TAG_HALT, MPI_COMM_WORLD,
                          &g->request[g->n_requests++]);
        g->n_sent++;
    }
    while (waiting) {
        MPI_Iprobe(MPI_ANY_SOURCE, TAG_HALT, MPI_COMM_WORLD, &waiting, MPI_STATUS_IGNORE);
        if (waiting) receive(g, MPI_ANY_SOURCE);
    }
    return g->known;
}

/* Receives every message that was sent, so that none is left for the next stage. */
static void settle(sz_team *team, const int (*said)[2])
{
    halts *g = team->context;

    for (int r = 0; r < team->size; r++)
        while (r != team->rank && g->received[r] < said[r][1]) receive(g, r);
    MPI_Waitall(g->n_requests, g->request, MPI_STATUSES_IGNORE);
    memset(g->received, 0, (size_t)team->size * sizeof *g->received);
    g->n_requests = g->n_sent = 0;
    g->sent = g->known = SZ_GO_ON;
}

static sz_status agree(sz_team *team, sz_status status, sz_error *err)
{
    int own[2] = {(int)status, ((halts *)team->context)->n_sent}, first = -1;
    int(*said)[2] = malloc((size_t)team->size * sizeof *said);
    MPI_Request request;

    if (!said) MPI_Abort(MPI_COMM_WORLD, 1); /* a few bytes */
    MPI_Iallgather(own, 2, MPI_INT, said, 2, MPI_INT, MPI_COMM_WORLD, &request);
    wait_politely(&request);
    settle(team, (const int(*)[2])said);
    for (int r = team->size - 1; r >= 0; r--)
        if (said[r][0] != SZ_OK) first = r;
    if (first >= 0) {
        status = (sz_status)said[first][0];
        MPI_Bcast(err, (int)sizeof *err, MPI_BYTE, first, MPI_COMM_WORLD);
    }
    free(said);
    return status;
}

static void share(sz_team *team, void *data, size_t n)
{
    char *p = data;

    (void)team;
    for (size_t i = 0; i < n; i += 8 * CHUNK)
        MPI_Bcast(p + i, n - i < 8 * CHUNK ? (int)(n - i) : 8 * CHUNK, MPI_BYTE, 0,
                  MPI_COMM_WORLD);
}

static double sum(sz_team *team, double x)
{
    double total = 0.0;

    (void)team;
    MPI_Allreduce(&x, &total, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    return total;
}

/* ---- triangles --------------------------------------------------------------------- */

/* The columns of a triangle are sent through a buffer of CHUNK doubles, or of one
 * column. */
typedef struct {
    double *buffer;
    size_t room, n;
    int rank; /* rank at the other end */
} pipe;

static void send_buffer(pipe *p)
{
    MPI_Send(p->buffer, (int)p->n, MPI_DOUBLE, p->rank, TAG_TRIANGLE, MPI_COMM_WORLD);
    p->n = 0;
}

static void send_triangle(const sz_lsq *lsq, pipe *p)
{
    size_t width = (size_t)lsq->width;

    p->n = 0;
    MPI_Send(&lsq->n_rows, 1, MPI_LONG_LONG, p->rank, TAG_TRIANGLE, MPI_COMM_WORLD);
    for (size_t j = 0; j < width; j++) {
        if (p->n + j + 1 > p->room) send_buffer(p);
        memcpy(p->buffer + p->n, lsq->r + j * width, (j + 1) * sizeof *p->buffer);
        p->n += j + 1;
    }
    send_buffer(p);
}

/* into lsq, which must be empty */
static void receive_triangle(sz_lsq *lsq, pipe *p)
{
    size_t width = (size_t)lsq->width, at = 0;

    p->n = 0;
    MPI_Recv(&lsq->n_rows, 1, MPI_LONG_LONG, p->rank, TAG_TRIANGLE, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
    for (size_t j = 0; j < width; j++) {
        if (at == p->n) {
            MPI_Status status;
            int n = 0;

            MPI_Recv(p->buffer, (int)p->room, MPI_DOUBLE, p->rank, TAG_TRIANGLE,
                     MPI_COMM_WORLD, &status);
            MPI_Get_count(&status, MPI_DOUBLE, &n);
            p->n = (size_t)n;
            at = 0;
        }
        memcpy(lsq->r + j * width, p->buffer + at, (j + 1) * sizeof *p->buffer);
        at += j + 1;
    }
}

static sz_status merge_tree(sz_team *team, sz_lsq *lsq, sz_lsq *other, pipe *p,
                            sz_error *err)
{
    sz_status status = SZ_OK;

    sz_lsq_flush(lsq);
    for (int step = 1; step < team->size; step *= 2) {
        if (team->rank & step) {
            p->rank = team->rank - step;
            send_triangle(lsq, p);
            return status;
        }
        if (team->rank + step >= team->size) continue;
        p->rank = team->rank + step;
        receive_triangle(other, p);
        if (status == SZ_OK) status = sz_lsq_merge(lsq, other, err);
    }
    return status;
}

static sz_status merge(sz_team *team, sz_lsq *lsq, sz_error *err)
{
    size_t width = (size_t)lsq->width;
    pipe p = {.room = width > CHUNK ? width : CHUNK};
    sz_lsq *other = NULL;
    sz_status status = SZ_OK;

    if (team->size == 1) return SZ_OK;
    p.buffer = malloc(p.room * sizeof *p.buffer);
    if (!p.buffer) status = sz_fail_memory(err, p.room * 8, "a part of the factor");
    if (status == SZ_OK && !(team->rank & 1)) /* the other ranks only send */
        status = sz_lsq_create(&other, lsq->n_unknowns, 1, lsq->method, err);
    status = agree(team, status, err); /* before any rank waits for another triangle */
    if (status == SZ_OK) status = merge_tree(team, lsq, other, &p, err);
    sz_lsq_free(other);
    free(p.buffer);
    return status;
}

/* ---- the program ------------------------------------------------------------------- */

static int run(int argc, char **argv, halts *g)
{
    sz_team team = {.n_threads = 1,
                    .agree = agree,
                    .share = share,
                    .sum = sum,
                    .merge = merge,
                    .halt = halt,
                    .context = g};

    MPI_Comm_rank(MPI_COMM_WORLD, &team.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &team.size);
    g->request = malloc(2 * (size_t)team.size * sizeof(MPI_Request));
    g->received = calloc((size_t)team.size, sizeof *g->received);
    if (!g->request || !g->received) MPI_Abort(MPI_COMM_WORLD, 1);
    return sz_fit_main(argc, argv, &team);
}

int main(int argc, char **argv)
{
    halts g = {0};
    int level = MPI_THREAD_SINGLE, code = 1;

    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &level);
    if (level < MPI_THREAD_SERIALIZED)
        fprintf(stderr, "soapz-fit-mpi: this MPI library does not support threads\n");
    else
        code = run(argc, argv, &g);
    MPI_Finalize();
    free(g.request);
    free(g.received);
    return code;
}

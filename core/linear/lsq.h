/* SPDX-License-Identifier: BSD-3-Clause
 *
 * lsq.h - least squares over a stream of rows, in memory that does not grow with them.
 *
 *   min | K alpha - y |^2 + alpha^T K_MM alpha      rows already divided by their sigma
 *
 * Create, add rows in any number of blocks, merge the rows of other threads or ranks,
 * regularise, solve:
 *
 *     sz_lsq_create(&lsq, n_unknowns, 0, SZ_LSQ_QR, err)
 *     sz_lsq_add(lsq, n_rows, k, ld, y, weight, err)    as often as there are rows
 *     sz_lsq_merge(lsq, other, err)   if there are others
 *     sz_lsq_copy(&whole, lsq, err)                     if the stream is to go on
 *     sz_lsq_regularise(whole, n, k_mm, jitter, err)    once per term
 *     sz_lsq_solve(whole, m, alpha, &report, err)       any m, as often as wanted
 *
 * Threads  one sz_lsq per thread. The caller sets the threads inside BLAS.
 * Memory   sz_lsq_memory each; nothing else grows with the number of unknowns. */
#ifndef SZ_LSQ_H
#define SZ_LSQ_H

#include "base/error.h"

#include <stddef.h>

#define SZ_LSQ_MAX 1000000     /* unknowns */
#define SZ_LSQ_MAX_BLOCK 65536 /* rows */

typedef enum {
    SZ_LSQ_QR,    /* Householder QR: errors grow with the condition number */
    SZ_LSQ_NORMAL /* K^T K and Cholesky: with its square, but half the work */
} sz_lsq_method;

typedef struct sz_lsq sz_lsq;
struct sz_lsq {
    sz_lsq_method method;
    int n_unknowns;
    int width;         /* n_unknowns + 1 columns: the last is the right-hand side */
    int n_block;       /* rows that are added at once */
    int n_buffered;    /* rows waiting in buffer */
    int n_regularised; /* unknowns that have a regulariser */
    long long n_rows;  /* rows added so far */
    double *r;         /* [width][width] column-major: R with zeros below its diagonal,
                        * or the upper triangle of K^T K */
    int stride; /* columns of buffer: n_block plus a cache line, because with powers of
                   two the columns would share cache sets */
    double *buffer; /* [width][stride] column-major */
    double *scratch;
    sz_lsq *narrow; /* receives the rows at present; NULL: lsq itself does */
    int *column;    /* [narrow->width] its columns, ascending; the last is width - 1 */
};

/* The size of an sz_lsq in bytes; n_block as for sz_lsq_create. */
size_t sz_lsq_memory(int n_unknowns, int n_block);

/* n_block: 0 selects the number of rows that is fastest for n_unknowns. The result does
 * not depend on it beyond rounding. */
sz_status sz_lsq_create(sz_lsq **lsq, int n_unknowns, int n_block, sz_lsq_method method,
                        sz_error *err);
void sz_lsq_free(sz_lsq *lsq);
sz_status sz_lsq_copy(sz_lsq **copy, const sz_lsq *lsq, sz_error *err);

/* Adds rows; allocates nothing.
 * k      [n_rows][ld], ld >= n_unknowns
 * y      [n_rows]
 * weight [n_rows] 1/sigma, which multiplies k and y; NULL: already multiplied
 * If a value is not finite the error names its row, and no row is added. */
sz_status sz_lsq_add(sz_lsq *lsq, int n_rows, const double *k, int ld, const double *y,
                     const double *weight, sz_error *err);

/* Adds waiting rows, and those of a narrow triangle, to the triangle of all unknowns,
 * which then holds all rows of lsq. All functions except add, copy, save and load call it
 * first. */
void sz_lsq_flush(sz_lsq *lsq);

/* The rows added until the next flush are zero except in these n ascending columns: they
 * are folded into a triangle of their own, at 2 n^2 flops instead of 2 width^2. That
 * triangle takes sz_lsq_memory(n, 0), and about 2/3 n width^2 flops at the end. */
sz_status sz_lsq_narrow(sz_lsq *lsq, int n, const int *column, sz_error *err);

/* Moves all rows of other to lsq; other is empty afterwards. */
sz_status sz_lsq_merge(sz_lsq *lsq, sz_lsq *other, sz_error *err);

/* Adds the regulariser of the next n unknowns, those of one term; call it after the last
 * merge. k_mm [n][n] the kernel between the sparse points, of which k_mm[i][j], j <= i,
 * is read;
 *             overwritten
 * jitter      added to its diagonal */
sz_status sz_lsq_regularise(sz_lsq *lsq, int n, double *k_mm, double jitter,
                            sz_error *err);

/* Permutes the unknowns: unknown j becomes the present order[j], so that any set of them
 * can come first. Needs width^2 doubles temporarily. Rows added later use the new
 * order. */
sz_status sz_lsq_reorder(sz_lsq *lsq, const int *order, sz_error *err);

typedef struct {
    double residual;   /* |[K; U] alpha - [y; 0]|, U^T U = K_MM + jitter */
    double norm;       /* |alpha| */
    double condition;  /* of the factor of [K; U], estimated in the 1-norm */
    char warning[256]; /* a sentence about the condition number, or "" */
} sz_lsq_report;

/* The solution for the first m unknowns alone, as if there were no others. alpha [m];
 * report may be NULL. */
sz_status sz_lsq_solve(sz_lsq *lsq, int m, double *alpha, sz_lsq_report *report,
                       sz_error *err);

/* Writes everything, with header_size bytes of the caller's own, to path: the old file is
 * kept until the new one is complete on the disk. */
sz_status sz_lsq_save(const sz_lsq *lsq, const char *path, const void *header,
                      size_t header_size, sz_error *err);
/* Reads it again; rows can then be added as if there had been no interruption.
 * n_unknowns: what the file must have; 0: any. The caller frees *header, also if it is
 * empty. */
sz_status sz_lsq_load(sz_lsq **lsq, const char *path, int n_unknowns, void **header,
                      size_t *header_size, sz_error *err);

#endif

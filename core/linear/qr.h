/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qr.h - adds rows to a triangular factor. */
#ifndef SZ_QR_H
#define SZ_QR_H

#include <stddef.h>

/* Doubles of scratch that sz_qr_fold needs for up to n columns. */
size_t sz_qr_scratch(int n);

/* R becomes the factor of [R; B]: new R^T R = R^T R + B^T B.
 * r [n][ldr]  column-major; its upper triangle, the rest is neither read nor written
 * b [n][ldb]  column-major, n_rows rows; destroyed
 * triangular  1: b is zero below its diagonal, which more than halves the work */
void sz_qr_fold(int n_rows, int n, int triangular, double *r, int ldr, double *b, int ldb,
                double *scratch);

#endif

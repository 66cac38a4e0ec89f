# SPDX-License-Identifier: BSD-3-Clause
"""Weighted least squares over more rows than memory holds: N = sum_g A_g^T A_g / s_g^2, N c = r.

A_g^T A_g and A_g^T y_g are summed once for each kind of row g; any choice of the sigmas s_g is then one
Cholesky decomposition. Columns are scaled to N_kk = 1, and `ridge` is added to the diagonal."""
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is read
import numpy as np  # noqa: E402
from scipy.linalg import LinAlgError, cho_factor, cho_solve  # noqa: E402
from scipy.linalg.blas import dsyrk  # noqa: E402

BLOCK = 32 << 20  # numbers that are held before they are summed


class Sums:
    """A^T A (its lower triangle) and A^T y, of rows that are given in pieces"""

    def __init__(self, size):
        self.matrix = np.zeros((size, size), order="F")
        self.vector = np.zeros(size)
        self.rows, self.values, self.held = [], [], 0

    def add(self, rows, values):
        self.rows.append(np.array(rows))
        self.values.append(np.array(values))
        self.held += len(values)
        if self.held * len(self.vector) > BLOCK:
            self.flush()

    def flush(self):
        if not self.rows:
            return
        rows, values = np.concatenate(self.rows), np.concatenate(self.values)
        self.matrix = dsyrk(1.0, rows.T, 1.0, self.matrix, lower=1, overwrite_c=1)
        self.vector += values @ rows
        self.rows, self.values, self.held = [], [], 0


def sums_of(rows, values):
    result = Sums(rows.shape[1])
    result.add(rows, values)
    result.flush()
    return result


def solve(parts, ridge):
    """c for parts [(sums, weight), ...], weight = 1 / s^2; None where N is not positive definite"""
    size = len(parts[0][0].vector)
    matrix, vector = np.zeros((size, size), order="F"), np.zeros(size)
    for sums, weight in parts:
        matrix += weight * sums.matrix
        vector += weight * sums.vector
    diagonal = np.diag(matrix).copy()
    scale = 1.0 / np.sqrt(np.where(diagonal > 0.0, diagonal, 1.0))
    matrix *= scale
    matrix *= scale[:, None]
    matrix[np.diag_indices(size)] = 1.0 + ridge
    try:
        factor = cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
    except LinAlgError:
        return None
    return scale * cho_solve(factor, scale * vector, check_finite=False)

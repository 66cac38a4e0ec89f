# SPDX-License-Identifier: BSD-3-Clause
"""Weighted least squares with more rows than fit into memory: N = sum_g A_g^T A_g / s_g^2, N c = r.

A_g^T A_g and A_g^T y_g are summed once for each kind of row g. After that each choice of the sigmas s_g needs one
Cholesky decomposition. Columns are scaled to N_kk = 1, and `ridge` is added to the diagonal."""
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # must be set before numpy is imported
import numpy as np  # noqa: E402
from scipy.linalg import LinAlgError, cho_factor, cho_solve  # noqa: E402
from scipy.linalg.blas import dsyrk  # noqa: E402

BLOCK = 16 << 20  # numbers that are collected before they are summed


class Sums:
    """A^T A (its lower triangle) and A^T y of rows that are added in pieces, without their zeros"""

    def __init__(self, size):
        self.matrix = np.zeros((size, size), order="F")
        self.vector = np.zeros(size)
        self.pieces = {}  # by their columns: [rows], [values], how many numbers

    def add(self, columns, rows, values):
        piece = self.pieces.setdefault(columns.tobytes(), [columns, [], [], 0])
        piece[1].append(rows)
        piece[2].append(values)
        piece[3] += rows.size
        if piece[3] > BLOCK:
            self.sum_up(self.pieces.pop(columns.tobytes()))

    def sum_up(self, piece):
        columns, rows, values = piece[0], np.concatenate(piece[1]), np.concatenate(piece[2])
        self.matrix[np.ix_(columns, columns)] += dsyrk(1.0, rows.T, lower=1)
        self.vector[columns] += values @ rows

    def flush(self):
        while self.pieces:
            self.sum_up(self.pieces.popitem()[1])


def solve(parts, ridge):
    """c for parts [(sums, weight), ...], weight = 1 / s^2; a negative weight removes rows that another part
    contains; None if N is not positive definite"""
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

# SPDX-License-Identifier: BSD-3-Clause
"""What descriptors resolve of environments, and how fast energies are learned from them: the measures of
Darby, Kermode and Csanyi (2021), as in `soapz analyse` (docs/analyse.md).

    labels = ["nu=2", "nu,mu=1,1", "mu=2"]
    descriptors = [soapz.Descriptor(label, ["Mo", "V", "W"], cutoff=5) for label in labels]
    soapz.analyse.imbalance("liquids.xyz", descriptors)             # [3][3] Delta(row -> column)
    soapz.analyse.learning("qm9.xyz", descriptors, [200, 400], 400)  # curves

frames is a Dataset, a list of ase.Atoms or the path of an extended XYZ file. Environments are
chosen by atoms=[..], numbers from 0 over all frames one after the other; by default all atoms.  One
descriptor gives one result, a list of them a list. n_threads, progress and Ctrl-C as for
soapz.fit; results do not depend on n_threads."""
from __future__ import annotations

import os
from ctypes import byref
from typing import Any, List, NamedTuple, Optional, Sequence

import numpy as np

from .dataset import Dataset, as_dataset
from .descriptor import Descriptor
from .fitting import Progress, _Waiter
from .library import (AgreementStruct, Handle, LearningOptions, Sites, call, create, existing,
                      function)
from .structures import copied

__all__ = ["Agreement", "Learning", "Metric", "Recovery", "correlation", "imbalance", "learning", "pairs",
           "ranks", "recover", "sensitivity", "singular_values"]


class _Choice:
    """Environments of a dataset, in the library."""

    def __init__(self, frames: Any, atoms: Optional[Sequence[int]]):
        if isinstance(frames, (str, os.PathLike)):
            path = existing(frames, "data file")
            self.data = create("sz_dataset_read_frames", "sz_dataset_free", os.fsencode(path))
        else:
            self._dataset = frames if isinstance(frames, Dataset) else Dataset(frames)
            self.data = self._dataset._handle
        n = function("sz_dataset_n_atoms")(self.data.pointer)
        chosen = np.arange(n) if atoms is None else np.asarray(atoms)
        if chosen.ndim != 1 or chosen.size and chosen.dtype.kind not in "iu":
            raise TypeError("atoms are a list of numbers, counted from 0 over all frames")
        if chosen.size and not (chosen.min() >= 0 and chosen.max() < n):
            raise ValueError(f"atoms are 0 .. {n - 1}")
        self._atoms = np.ascontiguousarray(chosen, np.uintp)
        self.n = len(chosen)
        self.sites = Sites(self.data.pointer, self.n, self._atoms.ctypes.data)


def _each(descriptors: Any, work: Any) -> Any:
    """work(descriptor) for one descriptor, or for each of a list"""
    if isinstance(descriptors, Descriptor):
        return work(descriptors)
    return [work(d) for d in descriptors]


# ---- distances -----------------------------------------------------------------------------


class Agreement(NamedTuple):
    """How two metrics a and b of the same environments compare.

    distances, ranks   Pearson correlations over all pairs
    imbalance_ab, _ba  Delta(a -> b) = 2/n <rank by b | rank by a is 1>, and the other way
    near_far, far_near pairs of rank below n/10 by a and above 9n/10 by b, and the reverse"""
    distances: float
    ranks: float
    imbalance_ab: float
    imbalance_ba: float
    near_far: int
    far_near: int


class Metric:
    """Distances between environments by one descriptor.

    distances  [n][n] |p_i - p_j|
    ranks      [n][n] the rank of j among the neighbours of i, from 1; 0 for j = i"""

    def __init__(self, frames: Any, descriptor: Descriptor, *, atoms: Optional[Sequence[int]] = None,
                 n_threads: int = 0, progress: Optional[Progress] = None):
        self._make(_Choice(frames, atoms), descriptor, n_threads, progress)

    def _make(self, choice: _Choice, descriptor: Descriptor, n_threads: int,
              progress: Optional[Progress]) -> "Metric":
        self._handle = Handle("sz_metric_free")
        _Waiter(progress, n_threads).call("sz_metric_create", [self._handle], descriptor._handle,
                                          byref(choice.sites))
        return self

    def _array(self, name: str, kind: Any) -> np.ndarray:
        n = function("sz_metric_n")(self._handle.pointer)
        return copied(function(name)(self._handle.pointer), (n, n), kind)

    @property
    def distances(self) -> np.ndarray:
        return self._array("sz_metric_distances", np.float64)

    @property
    def ranks(self) -> np.ndarray:
        return self._array("sz_metric_ranks", np.intc)

    def compare(self, other: "Metric") -> Agreement:
        """self is a, other b"""
        found = AgreementStruct()
        call("sz_metric_compare", byref(found), self._handle.pointer, other._handle.pointer)
        return Agreement(*(getattr(found, name) for name in Agreement._fields))


def _metrics(frames: Any, descriptors: Sequence[Descriptor], atoms: Optional[Sequence[int]],
             n_threads: int, progress: Optional[Progress]) -> List[Metric]:
    choice = _Choice(frames, atoms)
    return [Metric.__new__(Metric)._make(choice, d, n_threads, progress) for d in descriptors]


def correlation(frames: Any, descriptors: Sequence[Descriptor], *, atoms: Optional[Sequence[int]] = None,
                n_threads: int = 0, progress: Optional[Progress] = None) -> List[Agreement]:
    """The Agreement of the first descriptor with each, itself first."""
    metrics = _metrics(frames, descriptors, atoms, n_threads, progress)
    return [metrics[0].compare(m) for m in metrics]


def imbalance(frames: Any, descriptors: Sequence[Descriptor], *, atoms: Optional[Sequence[int]] = None,
              n_threads: int = 0, progress: Optional[Progress] = None) -> np.ndarray:
    """[n][n] the information imbalance Delta(row -> column): near 0 if near neighbours by the row's
    descriptor are near by the column's, 1 if they are not."""
    metrics = _metrics(frames, descriptors, atoms, n_threads, progress)
    delta = np.empty((len(metrics), len(metrics)))
    for i, a in enumerate(metrics):
        for k, b in enumerate(metrics[i:], i):
            found = a.compare(b)
            delta[i, k], delta[k, i] = found.imbalance_ab, found.imbalance_ba
    return delta


def pairs(frames: Any, descriptors: Any, pairs: Sequence[Sequence[int]], *,
          atoms: Optional[Sequence[int]] = None, n_threads: int = 0,
          progress: Optional[Progress] = None) -> Any:
    """[n_pairs] |p_a - p_b| of the environments a, b of each pair, which are indices into atoms (without
    atoms, atoms). Computed from the differences of components: 1e-16 if they are equal."""
    choice = _Choice(frames, atoms)
    chosen = np.asarray(pairs)
    if chosen.ndim != 2 or chosen.shape[1] != 2 or chosen.dtype.kind not in "iu" or chosen.min() < 0:
        raise ValueError("pairs are [n_pairs][2] numbers of environments, from 0")
    chosen = np.ascontiguousarray(chosen, np.uintp)

    def work(d: Descriptor) -> np.ndarray:
        found = np.empty(len(chosen))
        _Waiter(progress, n_threads).call("sz_pair_distances", [], d._handle, byref(choice.sites),
                                          len(chosen), chosen.ctypes.data, found.ctypes.data)
        return found
    return _each(descriptors, work)


# ---- ranks of P_l ---- ------------------------------------------------------------------------


def singular_values(frames: Any, descriptor: Descriptor, *, total: bool = False,
                    atoms: Optional[Sequence[int]] = None, n_threads: int = 0,
                    progress: Optional[Progress] = None) -> np.ndarray:
    """[n][l_max+1][2 l_max+1] the singular values of P_l over the largest of that l, descending;
    of the densities of the elements, for any compression, or of the total density."""
    choice = _Choice(frames, atoms)
    l_max = max(function("sz_descriptor_l_max")(descriptor._handle.pointer), 0)
    found = np.empty((choice.n, l_max + 1, 2 * l_max + 1))
    _Waiter(progress, n_threads).call("sz_spectrum_values", [], descriptor._handle, byref(choice.sites),
                                      int(total), found.ctypes.data, None)
    return found


def ranks(frames: Any, descriptor: Descriptor, *, tolerance: float = 1e-12, **options: Any) -> np.ndarray:
    """[n][l_max+1] ranks of P_l: singular values above tolerance times the largest. total=True,
    atoms, .. as for singular_values."""
    return (singular_values(frames, descriptor, **options) > tolerance).sum(-1)


class Recovery(NamedTuple):
    """error [n] |P' - P| / |P| over all l; condition [n] the largest condition number of X_l W"""
    error: np.ndarray
    condition: np.ndarray


def recover(frames: Any, descriptors: Any, *, atoms: Optional[Sequence[int]] = None, n_threads: int = 0,
            progress: Optional[Progress] = None) -> Any:
    """Recovers the spectrum of nu=2 from W^T P_l, Q^T P_l Q or nu,mu=1,1, see Recovery."""
    choice = _Choice(frames, atoms)

    def work(d: Descriptor) -> Recovery:
        found = Recovery(np.empty(choice.n), np.empty(choice.n))
        _Waiter(progress, n_threads).call("sz_recover", [], d._handle, byref(choice.sites),
                                          found.error.ctypes.data, found.condition.ctypes.data)
        return found
    return _each(descriptors, work)


# ---- sensitivity ---------------------------------------------------------------------------


def sensitivity(frames: Any, descriptors: Any, *, atoms: Optional[Sequence[int]] = None,
                n_threads: int = 0, progress: Optional[Progress] = None) -> Any:
    """For each environment the eigenvalues, ascending, of J J^T, J = dp/dr with respect to the positions of
    the centre and all atoms within the cutoff: [3 (neighbours + 1)] each, 1/Angstrom^2."""
    choice = _Choice(frames, atoms)

    def work(d: Descriptor) -> List[np.ndarray]:
        handle = Handle("sz_sensitivity_free")
        _Waiter(progress, n_threads).call("sz_sensitivity_create", [handle], d._handle,
                                          byref(choice.sites))
        n, values = function("sz_sensitivity_n"), function("sz_sensitivity_values")
        return [copied(values(handle.pointer, k), (n(handle.pointer, k),)) for k in range(choice.n)]
    return _each(descriptors, work)


# ---- learning curves of total energies -----------------------------------------------------


class Learning(NamedTuple):
    """sizes [n_sizes]; mae_atom, mae_frame [n_splits][n_sizes] mean absolute errors of the test frames,
    eV/atom and eV; sigma [n_splits][n_sizes] the regularisation chosen."""
    sizes: np.ndarray
    mae_atom: np.ndarray
    mae_frame: np.ndarray
    sigma: np.ndarray


def learning(frames: Any, descriptors: Any, sizes: Sequence[int], n_test: int, *, zeta: int = 2,
             n_splits: int = 3, orders: Any = None, seed: int = 1, n_folds: int = 5,
             sigmas: Optional[Sequence[float]] = None, per_frame: bool = False, n_threads: int = 0,
             progress: Optional[Progress] = None) -> Any:
    """Kernel ridge regression of total energies with K(A,B) = sum of (p_a.p_b)^zeta over all
    pairs of atoms, for training sets of these sizes, tested on n_test other frames.

    orders     [n_splits][n_test + the largest size] frames of each split, from 0: test frames first, then
               the training set; by default drawn from seed
    sigmas     regularisations tried by cross-validation in n_folds parts of the training frames,
               relative to the mean of K(A,A); 1e-10, 1e-9, .. 0.1
    per_frame  cross-validation with errors per frame instead of per atom"""
    data, size = as_dataset(frames), np.ascontiguousarray(sizes, np.intc)
    if size.ndim != 1 or not size.size:
        raise ValueError("sizes are a list of numbers of training frames")
    options = LearningOptions(zeta, len(size), size.ctypes.data, n_test, n_splits, None, seed, n_folds,
                              0, None, int(per_frame))
    order = tried = None
    if orders is not None:
        order = np.ascontiguousarray(orders, np.intc)
        if order.ndim != 2 or order.shape[1] != n_test + size.max():
            raise ValueError(f"orders have the shape {order.shape}, but need "
                             f"[n_splits][{n_test + size.max()}]")
        options.n_splits, options.order = len(order), order.ctypes.data
    if sigmas is not None:
        tried = np.ascontiguousarray(sigmas, float)
        options.n_sigmas, options.sigma = len(tried), tried.ctypes.data

    def work(d: Descriptor) -> Learning:
        handle = Handle("sz_learning_free")
        _Waiter(progress, n_threads).call("sz_learning_create", [handle], d._handle, data._handle,
                                          byref(options))
        mae, sigma = function("sz_learning_mae"), function("sz_learning_sigma")
        grid = [(s, k) for s in range(options.n_splits) for k in range(len(size))]
        tables = [[mae(handle.pointer, s, k, whole) for s, k in grid] for whole in (0, 1)]
        tables.append([sigma(handle.pointer, s, k) for s, k in grid])
        return Learning(size.copy(), *(np.reshape(t, (options.n_splits, len(size))) for t in tables))
    return _each(descriptors, work)

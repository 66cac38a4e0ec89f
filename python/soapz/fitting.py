# SPDX-License-Identifier: BSD-3-Clause
"""Fits, learning curves and cross-validation.

    min | diag(1/sigma) (K alpha - y) |^2 + alpha^T (K_MM + jitter) alpha

y: energies, minus forces, minus virials; K: the contributions of the sparse points. docs/fit.md lists the
keys, which are gap_fit's."""
from __future__ import annotations

import os
import threading
import warnings
from ctypes import byref, pointer
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

import numpy as np

from .dataset import Dataset, as_dataset
from .library import (PROGRESS, STOP, WARN, Error, FitOptions, Handle, Watch, check, create,
                      existing, function, one_blas_thread, sentences)
from .model import Potential

Progress = Callable[[float, int, str], Any]

# ---- long calls ----------------------------------------------------------------------------


class _Waiter:
    """Runs a long call of the library in a separate thread, so that Ctrl-C reaches the waiting thread; the
    library calls `stop` regularly."""

    def __init__(self, progress: Optional[Progress], n_threads: int):
        if n_threads < 0:
            raise ValueError(f"n_threads is {n_threads}: 0 means all cores")
        self.stopped = False
        self.problem: Optional[BaseException] = None  # exception of the caller's progress function
        self.progress = progress
        self.warnings: List[str] = []
        # kept until the call returns
        self._calls = STOP(self._stop), PROGRESS(self._progress), WARN(self._warn)
        self._watch = Watch(*self._calls, None)
        self.options = FitOptions(n_threads, pointer(self._watch))

    def _stop(self, context: Any) -> int:
        return int(self.stopped)

    def _progress(self, context: Any, done: float, count: int, what: Optional[bytes]) -> None:
        if self.progress is None or self.stopped:
            return
        try:
            self.progress(done, count, (what or b"").decode(errors="replace"))
        except BaseException as e:  # exceptions cannot pass through C
            self.problem, self.stopped = e, True

    def _warn(self, context: Any, sentence: bytes) -> None:
        self.warnings.append(sentence.decode(errors="replace"))

    def call(self, name: str, results: Sequence[Handle], *arguments: Any) -> None:
        """The results are the first arguments, by reference; of a Handle its pointer is passed."""
        error, run, status = Error(), function(name), [0]

        done = threading.Event()  # is_alive() may lie after an interrupted join()

        def work() -> None:  # keeps the handles: it may outlive its caller
            try:
                with one_blas_thread:
                    status[0] = run(*(byref(h.pointer) for h in results),
                                    *(getattr(h, "pointer", h) for h in arguments),
                                    byref(self.options), byref(error))
            except BaseException as e:
                self.problem = e
            finally:
                done.set()

        interrupted = False
        threading.Thread(target=work, name=name, daemon=True).start()
        try:
            while not done.is_set():
                try:
                    done.wait(0.1)
                except KeyboardInterrupt:
                    self.stopped = interrupted = True
        finally:  # Ctrl-C between these lines
            self.stopped = True
        for sentence in self.warnings:
            warnings.warn(sentence, stacklevel=3)
        if self.problem is not None:
            raise self.problem
        if interrupted:
            raise KeyboardInterrupt
        check(status[0], error)


# ---- settings ------------------------------------------------------------------------------

def _text(value: Any) -> str:
    """A value in the form of gap_fit's command line."""
    if isinstance(value, (bool, np.bool_)):
        return "T" if value else "F"
    if isinstance(value, str):
        return value
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Mapping):  # {type: [..]} or {element: number}
        parts = []
        for key, item in value.items():
            items = item if isinstance(item, (list, tuple, np.ndarray)) else [item]
            parts.append(":".join([str(key), *map(_text, items)]))
        return ":".join(parts)
    if isinstance(value, (list, tuple, np.ndarray)):
        return " ".join(_text(v) for v in value)
    raise TypeError(f"{value!r} is not a setting: settings are texts, numbers, logicals, lists of them "
                    "and dictionaries")


def _sentence_of(keys: Mapping[str, Any]) -> str:
    """gap=["soap ..", "distance_2b .."], default_sigma=[..], e0={"Mo": -4.6} -> a command
    line; values are in braces."""
    words = []
    for key, value in keys.items():
        if value is None:
            continue
        if key == "gap" and not isinstance(value, str):
            value = " : ".join(value)
        text = _text(value).strip()
        if text.startswith("{") and text.endswith("}"):
            words.append(f"{key}={text}")
        else:
            words.append(f"{key}={{{text}}}")
    return " ".join(words)


def _read_settings(settings: Any, keys: Dict[str, Any]) -> Handle:
    """The sz_fit_spec of a command line, of the path of a configuration file, or of keys."""
    for key, instead in (("at_file", "the data are the first argument"),
                         ("atoms_filename", "the data are the first argument"),
                         ("gp_file", "the potential is returned: save it"),
                         ("gap_file", "the potential is returned: save it")):
        if key in keys:
            raise TypeError(f"{key} is not allowed here: {instead}")
    free = "sz_fit_spec_free"
    if settings is not None and not isinstance(settings, (str, os.PathLike)):
        raise TypeError("settings are a command line or the path of a configuration file, not "
                        f"{type(settings).__name__}")
    if settings is not None and (isinstance(settings, os.PathLike) or "=" not in settings):
        if keys:
            raise TypeError("a configuration file is complete: leave out other keys")
        path = existing(settings, "configuration file")
        spec = create("sz_fit_spec_config", free, os.fsencode(path))
    else:
        text = " ".join(filter(None, [settings, _sentence_of(keys)]))
        if not text:
            raise TypeError("a fit needs settings: keys of gap_fit, its command line as one text, or "
                            "the path of a configuration file")
        spec = create("sz_fit_spec_parse", free, text.encode(), b"settings")
    for sentence in sentences(spec.pointer, "sz_fit_spec_n_warnings", "sz_fit_spec_warning"):
        warnings.warn(sentence, stacklevel=3)
    return spec


# ---- fits ----------------------------------------------------------------------------------

def fit(dataset: Any, settings: Any = None, *, n_threads: int = 0,
        progress: Optional[Progress] = None, **keys: Any) -> Potential:
    """The potential fitted to a Dataset (or the path of an extended XYZ file, or a list of
    ase.Atoms).

        soapz.fit(data, gap=["distance_2b cutoff=5 ..", "soap n_max=8 .."],
                  default_sigma=[0.002, 0.1, 0.1, 0], e0={"Mo": -4.6})
        soapz.fit(data, "default_sigma={0.002 0.1 0.1 0} gap={soap ..}")
        soapz.fit(data, "Mo.conf")

    settings, keys  gap_fit's command line, as one text or as keyword arguments (gap is a list
                    of descriptor strings; logicals, numbers, lists and dictionaries become
                    its words; keys overrule settings), or a configuration file's path
    n_threads       0: all cores
    progress        called as progress(done, count, what) from another thread: done is 0..1,
                    negative if unknown; an exception in it ends the fit and is raised here

    Nothing is written; use Potential.save. Ctrl-C ends the fit within moments
    (KeyboardInterrupt). SoapzError: errors in settings or data; for an unknown key it names the nearest
    one. Warnings are UserWarnings."""
    spec = _read_settings(settings, keys)
    data = as_dataset(dataset, spec)
    model = Handle("sz_model_free")
    _Waiter(progress, n_threads).call("sz_fit", [model], spec, data._handle)
    return Potential._of(model)


class LearningCurve:
    """Errors of smaller models and of less data, the result of learning_curve.

    n_frames  [n_steps] frames of the data
    n_sparse  [n_sizes] sparse points
    energy, force, virial   each with n, mae, rmse and max, [n_steps][n_sizes] arrays, in
                            eV/atom, eV/Angstrom and eV/atom
    potential fitted to all data with all sparse points, as from soapz.fit"""

    def __init__(self, handle: Handle, potential: Potential):
        from .validation import KINDS, Errors
        curve, get = handle.pointer, function("sz_curve_error")
        steps = range(function("sz_curve_n_steps")(curve))
        sizes = range(function("sz_curve_n_sizes")(curve))
        self.potential = potential
        self.n_frames = np.array([function("sz_curve_n_frames")(curve, k) for k in steps])
        self.n_sparse = np.array([function("sz_curve_n_sparse")(curve, k) for k in sizes])
        self.energy, self.force, self.virial = (
            Errors(*(np.array([[getattr(get(curve, s, k, kind), name) for k in sizes]
                               for s in steps]) for name in Errors._fields))
            for kind in range(len(KINDS)))

    def __repr__(self) -> str:
        return (f"<soapz.LearningCurve: {len(self.n_frames)} amounts of data up to "
                f"{max(self.n_frames, default=0)} frames, {len(self.n_sparse)} sizes up to "
                f"{max(self.n_sparse, default=0)} sparse points>")


def learning_curve(dataset: Any, settings: Any = None, *, test: Any = None, n_threads: int = 0,
                   progress: Optional[Progress] = None, **keys: Any) -> LearningCurve:
    """One fit, and the errors of all models contained in it: fewer sparse points, less data. test: test
    data, by default the dataset itself, whose errors decrease even if the model does not improve. The
    rest as for fit."""
    spec = _read_settings(settings, keys)
    data = as_dataset(dataset, spec)
    judge: Optional[Dataset] = None if test is None else as_dataset(test, spec)
    curve, model = Handle("sz_curve_free"), Handle("sz_model_free")
    _Waiter(progress, n_threads).call("sz_fit_curve", [curve, model], spec, data._handle,
                                      judge._handle if judge is not None else None)
    return LearningCurve(curve, Potential._of(model))


class CrossValidation:
    """What cross_validate returns: errors of frames by the fits that had not seen them.

    energy, force, virial  Errors (n, mae, rmse, max) of all folds together, in eV/atom, eV/Angstrom
                           and eV/atom
    by_config_type         {type: ErrorsOf(energy, force, virial)}
    by_element             {symbol: Errors} of the forces
    folds                  [ErrorsOf(energy, force, virial)] of each fold
    fold                   [n_frames] the fold that a frame is left out of; -1: of none
    potential              the one of all frames, as soapz.fit gives it"""

    def __init__(self, handle: Handle, potential: Potential, dataset: Dataset):
        from .validation import ErrorsOf, _errors
        kfold = handle.pointer
        total, of_type, of_element, fold = (function(f"sz_kfold_{name}") for name in ("all", "type", "species", "fold"))
        self.potential = potential
        self.energy, self.force, self.virial = (_errors(total(kfold, -1, k)) for k in range(3))
        self.by_config_type = {name: ErrorsOf(*(_errors(of_type(kfold, -1, t, k)) for k in range(3)))
                               for t, name in enumerate(dataset.config_types)}
        self.by_element = {symbol: _errors(of_element(kfold, -1, s)) for s, symbol in enumerate(dataset.elements)}
        self.folds = [ErrorsOf(*(_errors(total(kfold, p, k)) for k in range(3)))
                      for p in range(function("sz_kfold_n_folds")(kfold))]
        self.fold = np.array([fold(kfold, f) for f in range(len(dataset))])

    def __repr__(self) -> str:
        return (f"<soapz.CrossValidation: {len(self.folds)} folds of {np.sum(self.fold >= 0)} frames, force RMSE "
                f"{self.force.rmse:.4g} eV/Angstrom, energy RMSE {1e3 * self.energy.rmse:.3g} meV/atom>")


def cross_validate(dataset: Any, settings: Any = None, *, n_folds: int = 5, n_threads: int = 0,
                   progress: Optional[Progress] = None, **keys: Any) -> CrossValidation:
    """The frames dealt into n_folds parts by rnd_seed, each config_type evenly, and each part judged by
    the fit of the others: exact, in about the time of one fit, with the sparse points and e0 of all frames.
    Isolated atoms are in every fit. The rest as for fit; keys of one descriptor are overruled by
    **{"soap.cutoff": 4.5}."""
    spec = _read_settings(settings, keys)
    data = as_dataset(dataset, spec)
    kfold, model = Handle("sz_kfold_free"), Handle("sz_model_free")
    _Waiter(progress, n_threads).call("sz_fit_kfold", [kfold, model], spec, data._handle, n_folds)
    return CrossValidation(kfold, Potential._of(model), data)

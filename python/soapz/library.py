# SPDX-License-Identifier: BSD-3-Clause
"""libsoapz from Python: the structs and calls of soapz.h, soapz_fit.h and
soapz_analyse.h.

libsoapz.so is $SOAPZ_LIBRARY, or the one installed with this package (beside this file by
pip, in the lib folder of the same prefix by cmake --install)."""
from __future__ import annotations

import ctypes
import glob
import os
import threading
import weakref
from ctypes import (CFUNCTYPE, POINTER, Structure, byref, c_char, c_char_p, c_double, c_int,
                    c_long, c_size_t, c_ubyte, c_void_p)
from typing import Any, Callable, List


class SoapzError(RuntimeError):
    """An error of the library, with its message."""


# ---- structs -------------------------------------------------------------------------------

OK, ERR_MEMORY, ERR_STOPPED = 0, 4, 6


class Error(Structure):
    _fields_ = [("status", c_int), ("message", c_char * 1024)]


class AtomicStructure(Structure):
    _fields_ = [("n_atoms", c_int), ("species", c_void_p), ("position", c_void_p),
                ("cell", c_double * 9), ("pbc", c_int * 3)]


class Neighbours(Structure):
    _fields_ = [("n_atoms", c_int), ("species", POINTER(c_int)), ("first", POINTER(c_int)),
                ("neigh_species", POINTER(c_int)), ("r", POINTER(c_double))]


class NeighbourList(Structure):
    _fields_ = [("nb", Neighbours), ("neigh", POINTER(c_int)), ("first", POINTER(c_int)),
                ("species", POINTER(c_int)), ("neigh_species", POINTER(c_int)),
                ("r", POINTER(c_double)), ("n_pairs", c_int), ("max_atoms", c_int),
                ("max_pairs", c_int)]


class PredictionStruct(Structure):
    _fields_ = [("energy", c_double), ("virial", c_double * 9), ("local", POINTER(c_double)),
                ("force", POINTER(c_double)), ("virials", POINTER(c_double))]


class PlanOptions(Structure):
    _fields_ = [("n_block", c_int), ("rank_tolerance", c_double), ("n_threads", c_int),
                ("precision", c_int), ("device", c_int)]


class RankStruct(Structure):
    _fields_ = [("term", c_int), ("n_desc", c_int), ("rank", c_int), ("used", c_int),
                ("rms", c_double), ("max", c_double), ("bound", c_double)]


class Frame(Structure):
    _fields_ = [("structure", AtomicStructure), ("config_type", c_char_p),
                ("energy", POINTER(c_double)), ("force", c_void_p), ("virial", c_void_p),
                ("energy_sigma", POINTER(c_double)), ("force_sigma", POINTER(c_double)),
                ("virial_sigma", POINTER(c_double)), ("force_mask", POINTER(c_ubyte))]


STOP = CFUNCTYPE(c_int, c_void_p)
PROGRESS = CFUNCTYPE(None, c_void_p, c_double, c_long, c_char_p)
WARN = CFUNCTYPE(None, c_void_p, c_char_p)


class Watch(Structure):
    _fields_ = [("stop", STOP), ("progress", PROGRESS), ("warn", WARN), ("context", c_void_p)]


class FitOptions(Structure):
    _fields_ = [("n_threads", c_int), ("watch", POINTER(Watch))]


class SelectionOptions(Structure):
    _fields_ = [("by", c_int), ("n", c_int), ("per_config_type", c_int), ("min_distance", c_double),
                ("n_threads", c_int), ("watch", POINTER(Watch))]


class PickStruct(Structure):
    _fields_ = [("structure", c_int), ("atom", c_int), ("score", c_double), ("distance", c_double)]


class ErrorSummary(Structure):
    _fields_ = [("n", c_long), ("mae", c_double), ("rmse", c_double), ("max", c_double)]


class Sites(Structure):
    _fields_ = [("data", c_void_p), ("n", c_size_t), ("atom", c_void_p)]


class AgreementStruct(Structure):
    _fields_ = [("distances", c_double), ("ranks", c_double), ("imbalance_ab", c_double),
                ("imbalance_ba", c_double), ("near_far", c_long), ("far_near", c_long)]


class LearningOptions(Structure):
    _fields_ = [("zeta", c_int), ("n_sizes", c_int), ("size", c_void_p), ("n_test", c_int),
                ("n_splits", c_int), ("order", c_void_p), ("seed", c_int), ("n_folds", c_int),
                ("n_sigmas", c_int), ("sigma", c_void_p), ("per_frame", c_int)]


_MIRRORS = {"sz_error": Error, "sz_structure": AtomicStructure, "sz_neigh": Neighbours,
            "sz_list": NeighbourList, "sz_prediction": PredictionStruct, "sz_frame": Frame,
            "sz_plan_options": PlanOptions, "sz_rank": RankStruct,
            "sz_watch": Watch, "sz_fit_options": FitOptions,
            "sz_selection_options": SelectionOptions, "sz_pick": PickStruct, "sz_error_summary": ErrorSummary,
            "sz_sites": Sites, "sz_agreement": AgreementStruct,
            "sz_learning_options": LearningOptions}

# ---- calls ---------------------------------------------------------------------------------

_ERR, _OUT, _P, _S = POINTER(Error), POINTER(c_void_p), c_void_p, c_char_p
_LIST = POINTER(NeighbourList)

_PROTOTYPES = {
    "sz_version": (_S, []),
    "sz_sizeof": (c_size_t, [_S]),
    "sz_blas_tune": (None, []),
    "sz_blas_set_threads": (c_int, [c_int]),
    "sz_element_symbol": (_S, [c_int]),
    "sz_element_number": (c_int, [_S]),
    "sz_potential_names": (c_int, [POINTER(_S), _ERR]),
    "sz_potential_path": (c_int, [POINTER(_S), _S, _ERR]),
    "sz_model_load": (c_int, [_OUT, _S, _ERR]),
    "sz_model_free": (None, [_P]),
    "sz_model_cutoff": (c_double, [_P]),
    "sz_model_n_species": (c_int, [_P]),
    "sz_model_species": (c_int, [_P, _S]),
    "sz_model_symbol": (_S, [_P, c_int]),
    "sz_model_n_warnings": (c_int, [_P]),
    "sz_model_warning": (_S, [_P, c_int]),
    "sz_precision_of": (c_int, [POINTER(c_int), _S, _ERR]),
    "sz_device_of": (c_int, [POINTER(c_int), _S, _ERR]),
    "sz_model_set_plan": (c_int, [_P, POINTER(PlanOptions), _ERR]),
    "sz_model_plan": (c_int, [_OUT, _P, _ERR]),
    "sz_plan_n_wide": (c_int, [_P]),
    "sz_plan_n_ranks": (c_int, [_P]),
    "sz_plan_rank": (RankStruct, [_P, c_int]),
    "sz_predictor_create": (c_int, [_OUT, _P, _ERR]),
    "sz_predictor_free": (None, [_P]),
    "sz_predict": (c_int, [_P, POINTER(AtomicStructure), POINTER(PredictionStruct), _ERR]),
    "sz_list_build": (c_int, [_LIST, POINTER(AtomicStructure), c_double, _ERR]),
    "sz_list_free": (None, [_LIST]),
    "sz_variance_create": (c_int, [_OUT, _P, c_double, _ERR]),
    "sz_variance_free": (None, [_P]),
    "sz_variance_predict": (c_int, [_P, POINTER(AtomicStructure), _P, POINTER(c_double), _ERR]),
    "sz_variance_work_create": (c_int, [_OUT, _P, _ERR]),
    "sz_variance_work_free": (None, [_P]),
    "sz_variance_compute": (c_int, [_P, _P, POINTER(Neighbours), _P, _P, _ERR]),
    "sz_uncertainty_create": (c_int, [_OUT, _P, _ERR]),
    "sz_uncertainty_free": (None, [_P]),
    "sz_uncertainty_forces": (None, [_P, _LIST, _P, _P, _P]),
    "sz_uncertainty_energy": (c_double, [_P, c_int, c_double]),
    "sz_descriptor_create": (c_int, [_OUT, _S, _ERR]),
    "sz_descriptor_of_model": (c_int, [_OUT, _P, c_int, _ERR]),
    "sz_descriptor_free": (None, [_P]),
    "sz_descriptor_length": (c_int, [_P]),
    "sz_descriptor_cutoff": (c_double, [_P]),
    "sz_descriptor_text": (_S, [_P]),
    "sz_descriptor_is_centre": (c_int, [_P, c_int]),
    "sz_descriptor_is_average": (c_int, [_P]),
    "sz_descriptor_label": (c_int, [_P, c_int, c_char_p, c_size_t]),
    "sz_descriptor_vectors": (c_int, [_P, _LIST, c_int, _P, _P, _ERR]),
    "sz_descriptor_derivatives": (c_int, [_P, _LIST, c_int, _P, _ERR]),
    "sz_model_save": (c_int, [_P, _S, _ERR]),
    "sz_model_n_notes": (c_int, [_P]),
    "sz_model_note_key": (_S, [_P, c_int]),
    "sz_model_note": (_S, [_P, _S]),
    "sz_model_set_note": (c_int, [_P, _S, _S, _ERR]),
    "sz_fit_spec_parse": (c_int, [_OUT, _S, _S, _ERR]),
    "sz_fit_spec_config": (c_int, [_OUT, _S, _ERR]),
    "sz_fit_spec_free": (None, [_P]),
    "sz_fit_spec_n_warnings": (c_int, [_P]),
    "sz_fit_spec_warning": (_S, [_P, c_int]),
    "sz_dataset_create": (c_int, [_OUT, _ERR]),
    "sz_dataset_add": (c_int, [_P, POINTER(Frame), _ERR]),
    "sz_dataset_read": (c_int, [_OUT, _S, _P, _ERR]),
    "sz_dataset_free": (None, [_P]),
    "sz_dataset_n_frames": (c_int, [_P]),
    "sz_dataset_n_atoms": (c_size_t, [_P]),
    "sz_dataset_n_config_types": (c_int, [_P]),
    "sz_dataset_config_type": (_S, [_P, c_int]),
    "sz_dataset_n_species": (c_int, [_P]),
    "sz_dataset_species": (c_int, [_P, c_int]),
    "sz_dataset_n_warnings": (c_int, [_P]),
    "sz_dataset_warning": (_S, [_P, c_int]),
    "sz_fit": (c_int, [_OUT, _P, _P, POINTER(FitOptions), _ERR]),
    "sz_errors_create": (c_int, [_OUT, _P, _P, POINTER(FitOptions), _ERR]),
    "sz_errors_free": (None, [_P]),
    "sz_errors_all": (ErrorSummary, [_P, c_int]),
    "sz_errors_type": (ErrorSummary, [_P, c_int, c_int]),
    "sz_errors_species": (ErrorSummary, [_P, c_int]),
    "sz_errors_predictions": (None, [_P, _P, _P]),
    "sz_score_of": (c_int, [POINTER(c_int), _S, _ERR]),
    "sz_selection_create": (c_int, [_OUT, _P, _ERR]),
    "sz_selection_free": (None, [_P]),
    "sz_selection_add": (c_int, [_P, POINTER(AtomicStructure), _S, _S, _ERR]),
    "sz_selection_pick": (c_int, [_P, POINTER(SelectionOptions), _ERR]),
    "sz_selection_n_picks": (c_int, [_P]),
    "sz_selection_get": (PickStruct, [_P, c_int]),
    "sz_fit_curve": (c_int, [_OUT, _OUT, _P, _P, _P, POINTER(FitOptions), _ERR]),
    "sz_curve_free": (None, [_P]),
    "sz_curve_n_steps": (c_int, [_P]),
    "sz_curve_n_sizes": (c_int, [_P]),
    "sz_curve_n_frames": (c_int, [_P, c_int]),
    "sz_curve_n_sparse": (c_int, [_P, c_int]),
    "sz_curve_error": (ErrorSummary, [_P, c_int, c_int, c_int]),
    "sz_fit_kfold": (c_int, [_OUT, _OUT, _P, _P, c_int, POINTER(FitOptions), _ERR]),
    "sz_kfold_free": (None, [_P]),
    "sz_kfold_n_folds": (c_int, [_P]),
    "sz_kfold_fold": (c_int, [_P, c_int]),
    "sz_kfold_all": (ErrorSummary, [_P, c_int, c_int]),
    "sz_kfold_type": (ErrorSummary, [_P, c_int, c_int, c_int]),
    "sz_kfold_species": (ErrorSummary, [_P, c_int, c_int]),
    "sz_dataset_read_frames": (c_int, [_OUT, _S, _ERR]),
    "sz_metric_create": (c_int, [_OUT, _P, POINTER(Sites), POINTER(FitOptions), _ERR]),
    "sz_metric_free": (None, [_P]),
    "sz_metric_n": (c_int, [_P]),
    "sz_metric_distances": (POINTER(c_double), [_P]),
    "sz_metric_ranks": (POINTER(c_int), [_P]),
    "sz_metric_compare": (c_int, [POINTER(AgreementStruct), _P, _P, _ERR]),
    "sz_pair_distances": (c_int, [_P, POINTER(Sites), c_size_t, _P, _P, POINTER(FitOptions), _ERR]),
    "sz_descriptor_l_max": (c_int, [_P]),
    "sz_spectrum_values": (c_int, [_P, POINTER(Sites), c_int, _P, _P, POINTER(FitOptions), _ERR]),
    "sz_recover": (c_int, [_P, POINTER(Sites), _P, _P, POINTER(FitOptions), _ERR]),
    "sz_sensitivity_create": (c_int, [_OUT, _P, POINTER(Sites), POINTER(FitOptions), _ERR]),
    "sz_sensitivity_free": (None, [_P]),
    "sz_sensitivity_n": (c_int, [_P, c_size_t]),
    "sz_sensitivity_values": (POINTER(c_double), [_P, c_size_t]),
    "sz_learning_create": (c_int, [_OUT, _P, _P, POINTER(LearningOptions), POINTER(FitOptions), _ERR]),
    "sz_learning_free": (None, [_P]),
    "sz_learning_mae": (c_double, [_P, c_int, c_int, c_int]),
    "sz_learning_sigma": (c_double, [_P, c_int, c_int]),
}


def _candidates() -> List[str]:
    here = os.path.dirname(os.path.abspath(__file__))
    given = os.environ.get("SOAPZ_LIBRARY")
    if given:
        return [given]
    prefix = os.path.abspath(os.path.join(here, "..", "..", "..", ".."))
    found = [os.path.join(here, "libsoapz.so")]
    for lib in ("lib", "lib64", os.path.join("lib", "*")):
        found += sorted(glob.glob(os.path.join(prefix, lib, "libsoapz.so")))
    return [path for path in found if os.path.exists(path)] + ["libsoapz.so.0.2"]


def _check_sizes(lib: ctypes.CDLL) -> None:
    """Checks that the structs above match those of the library."""
    for name, mirror in _MIRRORS.items():
        size = lib.sz_sizeof(name.encode())
        if size != ctypes.sizeof(mirror):
            raise OSError(f"its {name} has {size} bytes, here it has {ctypes.sizeof(mirror)}: "
                          "library and Python package are of different versions")


def _load(path: str) -> ctypes.CDLL:
    try:
        lib = ctypes.CDLL(path)
        for name, (result, arguments) in _PROTOTYPES.items():
            function = getattr(lib, name)
            function.restype, function.argtypes = result, arguments
        _check_sizes(lib)
    except (OSError, AttributeError) as e:
        raise ImportError(f"soapz: the library {path} cannot be used: {e}; install soapz "
                          "(pip install .) or set SOAPZ_LIBRARY to the path of libsoapz.so") from None
    lib.sz_blas_tune()
    return lib


_library = None


def library() -> ctypes.CDLL:
    """libsoapz, loaded once."""
    global _library
    if _library is None:
        _library = _load(_candidates()[0])
    return _library


def version() -> str:
    return library().sz_version().decode()


def function(name: str) -> Callable[..., Any]:
    return getattr(library(), name)


def check(status: int, error: Error) -> None:
    """Raises the exception for a status and its message."""
    if status == OK:
        return
    sentence = error.message.decode(errors="replace")
    if status == ERR_STOPPED:
        raise KeyboardInterrupt(sentence)
    raise MemoryError(sentence) if status == ERR_MEMORY else SoapzError(sentence)


class _OneBlasThread:
    """One thread inside BLAS calls while any Python thread is in a call of the library, whose products are
    small; afterwards the number of the process is restored, which numpy may share."""

    def __init__(self) -> None:
        self.lock, self.users, self.before = threading.Lock(), 0, 0

    def __enter__(self) -> None:
        with self.lock:
            if self.users == 0:
                self.before = library().sz_blas_set_threads(1)
            self.users += 1

    def __exit__(self, *_: Any) -> None:
        with self.lock:
            self.users -= 1
            if self.users == 0:
                library().sz_blas_set_threads(self.before)

    def fork(self) -> None:
        """In a child process: the threads that were in a call do not exist."""
        if self.users:
            library().sz_blas_set_threads(self.before)
        self.__init__()  # type: ignore[misc]


one_blas_thread = _OneBlasThread()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=one_blas_thread.fork)


def call(name: str, *arguments: Any) -> None:
    """A call that returns a status and takes an sz_error last."""
    error = Error()
    with one_blas_thread:
        status = function(name)(*arguments, byref(error))
    check(status, error)


class Handle:
    """A pointer into the library, NULL at first, that is freed with this object. Nothing is freed at the end
    of the process, when threads may still be working."""

    def __init__(self, free: str):
        self.pointer = c_void_p()
        weakref.finalize(self, function(free), self.pointer).atexit = False


def create(name: str, free: str, *arguments: Any) -> Handle:
    """The Handle created by sz_.._create or a similar function with these arguments."""
    handle = Handle(free)
    call(name, byref(handle.pointer), *arguments)
    return handle


def sentences(pointer: c_void_p, count: str, item: str) -> List[str]:
    """Texts that the library counts: count(pointer) of item(pointer, k)."""
    get = function(item)
    return [get(pointer, k).decode(errors="replace") for k in range(function(count)(pointer))]


def owned_text(name: str, *arguments: Any) -> str:
    """The text that a call of the library returns in memory of its own, name(&text, *arguments, &err)"""
    text, free = c_char_p(), ctypes.CDLL(None).free
    free.restype, free.argtypes = None, [c_void_p]
    call(name, byref(text), *arguments)
    result = os.fsdecode(text.value or b"")
    free(text)
    return result


def existing(path: Any, what: str) -> str:
    """path as text; FileNotFoundError if there is no such file."""
    text = os.fspath(path)
    if isinstance(text, bytes):
        text = os.fsdecode(text)
    if not os.path.exists(text):
        raise FileNotFoundError(2, f"no such {what}", text)
    return text

# SPDX-License-Identifier: BSD-3-Clause
"""The C library from Python: the structs and calls of soapz.h that a potential needs.

libsoapz.so is $SOAPZ_LIBRARY, or the one installed with this package (beside this file by
pip, in the lib folder of the same prefix by cmake --install)."""
import ctypes
import glob
import os
import weakref
from ctypes import POINTER, Structure, byref, c_char, c_char_p, c_double, c_int, c_void_p

import numpy as np


class SoapzError(RuntimeError):
    """What the library says went wrong, in its own words."""


# ---- soapz.h -----------------------------------------------------------------------------

class _Error(Structure):
    _fields_ = [("status", c_int), ("message", c_char * 1024)]


class _Neigh(Structure):
    _fields_ = [("n_atoms", c_int), ("species", POINTER(c_int)), ("first", POINTER(c_int)),
                ("neigh_species", POINTER(c_int)), ("r", POINTER(c_double))]


class _Structure(Structure):
    _fields_ = [("n_atoms", c_int), ("species", c_void_p), ("position", c_void_p),
                ("cell", c_double * 9), ("pbc", c_int * 3)]


class _List(Structure):
    _fields_ = [("nb", _Neigh), ("neigh", POINTER(c_int)), ("first", POINTER(c_int)),
                ("species", POINTER(c_int)), ("neigh_species", POINTER(c_int)),
                ("r", POINTER(c_double)), ("n_pairs", c_int), ("max_atoms", c_int),
                ("max_pairs", c_int)]


_PROTOTYPES = {
    "sz_version": (c_char_p, []),
    "sz_blas_tune": (None, []),
    "sz_blas_set_threads": (None, [c_int]),
    "sz_element_symbol": (c_char_p, [c_int]),
    "sz_model_load": (c_int, [POINTER(c_void_p), c_char_p, POINTER(_Error)]),
    "sz_model_free": (None, [c_void_p]),
    "sz_model_cutoff": (c_double, [c_void_p]),
    "sz_model_n_species": (c_int, [c_void_p]),
    "sz_model_species": (c_int, [c_void_p, c_char_p]),
    "sz_model_symbol": (c_char_p, [c_void_p, c_int]),
    "sz_work_create": (c_int, [POINTER(c_void_p), c_void_p, c_int, POINTER(_Error)]),
    "sz_work_free": (None, [c_void_p]),
    "sz_list_build": (c_int, [POINTER(_List), POINTER(_Structure), c_double, POINTER(_Error)]),
    "sz_list_scatter": (None, [POINTER(_List), c_int, c_int, c_void_p, c_void_p, c_void_p]),
    "sz_list_free": (None, [POINTER(_List)]),
    "sz_compute": (c_int, [c_void_p, c_void_p, POINTER(_Neigh), c_void_p, c_void_p,
                           POINTER(_Error)]),
}


def _candidates():
    here = os.path.dirname(os.path.abspath(__file__))
    given = os.environ.get("SOAPZ_LIBRARY")
    if given:
        return [given]
    prefix = os.path.abspath(os.path.join(here, "..", "..", "..", ".."))
    found = [os.path.join(here, "libsoapz.so")]
    for lib in ("lib", "lib64", os.path.join("lib", "*")):
        found += sorted(glob.glob(os.path.join(prefix, lib, "libsoapz.so")))
    return [path for path in found if os.path.exists(path)] + ["libsoapz.so.0"]


_library = None


def library():
    """libsoapz, loaded once. One BLAS thread: its products are small."""
    global _library
    if _library is not None:
        return _library
    path = _candidates()[0]
    try:
        lib = ctypes.CDLL(path)
        for name, (result, arguments) in _PROTOTYPES.items():
            function = getattr(lib, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError) as e:
        raise ImportError(f"soapz: the library {path} cannot be used: {e}; install soapz "
                          "(pip install .) or let SOAPZ_LIBRARY name libsoapz.so") from None
    lib.sz_blas_tune()
    lib.sz_blas_set_threads(1)
    _library = lib
    return lib


def _call(function, *arguments):
    error = _Error()
    if function(*arguments, byref(error)) != 0:
        raise SoapzError(error.message.decode(errors="replace"))


# ---- a potential ---------------------------------------------------------------------------

class Potential:
    """A model file, ready to compute. Use one from one thread at a time.

    cutoff is in Angstrom, elements are the model's symbols."""

    def __init__(self, path):
        lib, self.path = library(), os.fspath(path)
        self._model, self._work, self._list = c_void_p(), c_void_p(), _List()
        _call(lib.sz_model_load, byref(self._model), os.fsencode(self.path))
        weakref.finalize(self, lib.sz_model_free, self._model)
        _call(lib.sz_work_create, byref(self._work), self._model, 0)
        weakref.finalize(self, lib.sz_work_free, self._work)  # before the model: last in, first out
        weakref.finalize(self, lib.sz_list_free, byref(self._list))
        self.cutoff = lib.sz_model_cutoff(self._model)
        self.elements = [lib.sz_model_symbol(self._model, k).decode()
                         for k in range(lib.sz_model_n_species(self._model))]
        self._species = np.full(119, -1, np.intc)  # of atomic numbers
        for z in range(1, 119):
            self._species[z] = lib.sz_model_species(self._model, lib.sz_element_symbol(z))

    def _find_species(self, numbers):
        z = np.asarray(numbers)
        if z.ndim != 1 or len(z) and not (z.min() >= 0 and z.max() <= 118):
            raise SoapzError("atomic numbers are a list of 1 .. 118")
        species = np.ascontiguousarray(self._species[z], np.intc)
        if len(z) and species.min() < 0:
            i = int(species.argmin())
            symbol = library().sz_element_symbol(int(z[i]))
            raise SoapzError(f"atom {i}: the model {self.path} is for {' '.join(self.elements)}, "
                             f"not for {symbol.decode() if symbol else 'atomic number 0'}")
        return species

    def compute(self, numbers, positions, cell=None, pbc=False):
        """energies [n] eV, forces [n][3] eV/Angstrom, virial [3][3] eV (-volume * stress).

        numbers: atomic numbers; positions [n][3] and the rows of cell in Angstrom."""
        lib, species = library(), self._find_species(numbers)
        n = len(species)
        positions = np.ascontiguousarray(positions, float).reshape(n, 3)
        structure = _Structure(n, species.ctypes.data, positions.ctypes.data)
        if cell is not None:
            structure.cell[:] = np.asarray(cell, float).reshape(9)
        structure.pbc[:] = [int(p) for p in np.broadcast_to(pbc, 3)]
        _call(lib.sz_list_build, byref(self._list), byref(structure), self.cutoff)
        energies, dedr = np.zeros(n), np.empty((self._list.n_pairs, 3))
        forces, virial = np.zeros((n, 3)), np.zeros((3, 3))
        _call(lib.sz_compute, self._model, self._work, byref(self._list.nb),
              energies.ctypes.data, dedr.ctypes.data)
        lib.sz_list_scatter(byref(self._list), 0, n, dedr.ctypes.data, forces.ctypes.data,
                            virial.ctypes.data)
        return energies, forces, virial

    def __reduce__(self):  # a copy loads the file again: C pointers cannot be shared
        return type(self), (self.path,)

# SPDX-License-Identifier: BSD-3-Clause
"""Potentials: energies, forces, stresses and their predicted variance.

    E = sum_i E_i,  F_j = -dE/dr_j,  virial = -sum_ij r_ij (x) dE_i/dr_ij = -volume * stress

docs/theory.md has the equations of E_i. The variance is that of the Gaussian process:
k(x, x) - k^T (K + lambda^2)^-1 k, a measure of the distance from the sparse points."""
from __future__ import annotations

import contextlib
import operator
import os
import tempfile
from ctypes import byref, c_double, c_int, c_void_p
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, NamedTuple, Optional, Tuple, Union

import numpy as np

from .library import (Handle, NeighbourList, PlanOptions, PredictionStruct, SoapzError, call, create, function, library,
                      sentences)
from .shipped import model_file
from .structures import Atoms, as_symbol, as_voigt, copied, read_atoms

if TYPE_CHECKING:
    from .descriptor import Descriptor


_GRADES_ALONE = -1.0  # SZ_GRADES_ALONE of soapz.h


class Rank(NamedTuple):
    """The effect of rank_tolerance on a SOAP term, see Potential.ranks."""
    term: int  #: from 0
    length: int  #: components of the vectors used internally
    rank: int  #: eigenvectors that the tolerance needs
    used: bool  #: False: the exact kernel is faster and is used
    rms: float  #: rms change of its local energies at its sparse points, eV
    max: float  #: the largest of these
    bound: float  #: for any vector p the change is at most bound |p|^2, eV


class Variance(NamedTuple):
    """Result of Potential.variance, eV^2."""
    energies: np.ndarray  #: [n] of the local energies
    energy: float  #: of their sum, correlations included


class Uncertainty(NamedTuple):
    """Result of Potential.uncertainty: standard deviations of errors."""
    forces: np.ndarray  #: [n] eV/Angstrom, of each component of an atom's force
    energy: float  #: eV


class Prediction:
    """Result of Potential.predict: all results of one evaluation.

    energy     eV
    energies   [n] eV, local energies; their sum is energy
    forces     [n][3] eV/Angstrom
    virial     [3][3] eV, -volume * stress before symmetrisation
    virials    [n][3][3] eV, of the atoms; their sum is virial (that of a pair is counted at the
               neighbour, as in LAMMPS's stress/atom)
    volume     Angstrom^3, None without three lattice vectors"""

    def __init__(self, energy: float, energies: np.ndarray, forces: np.ndarray,
                 virial: np.ndarray, virials: np.ndarray, volume: Optional[float]):
        self.energy, self.energies, self.forces = energy, energies, forces
        self.virial, self.virials, self.volume = virial, virials, volume

    def _volume(self) -> float:
        if self.volume is None:
            raise ValueError("a structure without three lattice vectors has no stress; its "
                             "virial is -volume * stress")
        return self.volume

    @property
    def stress(self) -> np.ndarray:
        """[6] eV/Angstrom^3 in ASE's order xx yy zz yz xz xy, positive under tension."""
        return as_voigt(-self.virial / self._volume())

    @property
    def stresses(self) -> np.ndarray:
        """[n][6] eV/Angstrom^3, of the atoms; their sum is stress."""
        return as_voigt(-self.virials / self._volume())

    def __repr__(self) -> str:
        return f"Prediction(energy={self.energy!r}, n_atoms={len(self.energies)})"


class _Model:
    """A model of the library with its predictors: one for each computing thread, taken out of a pool while
    it is used. Freed with the last Potential that uses it."""

    def __init__(self, handle: Handle, rank_tolerance: float = 0.0, threads: int = 1,
                 precision: str = "double", device: str = "cpu"):
        self.handle, self.pointer = handle, handle.pointer
        self.rank_tolerance, self.threads, self.precision = rank_tolerance, threads, precision
        self.device = device
        number, place = c_int(), c_int()
        call("sz_precision_of", byref(number), str(precision).encode())
        call("sz_device_of", byref(place), str(device).encode())
        options = PlanOptions(0, rank_tolerance, threads or _cores(), number, place)
        call("sz_model_set_plan", self.pointer, byref(options))
        self.pool: List[Handle] = []
        self.variances: Dict[float, Handle] = {}
        self.uncertainty: Optional[Handle] = None
        with self.predictor():  # created once, now
            pass

    @contextlib.contextmanager
    def predictor(self) -> Iterator[c_void_p]:
        try:
            predictor = self.pool.pop()  # list.pop and append need no lock
        except IndexError:
            predictor = create("sz_predictor_create", "sz_predictor_free", self.pointer)
        try:
            yield predictor.pointer
        finally:
            self.pool.append(predictor)

    def calibration(self) -> c_void_p:
        if self.uncertainty is None:
            self.uncertainty = create("sz_uncertainty_create", "sz_uncertainty_free", self.pointer)
        return self.uncertainty.pointer

    def variance(self, regularisation: float) -> c_void_p:
        found = self.variances.get(regularisation)
        if found is None:
            made = create("sz_variance_create", "sz_variance_free", self.pointer, regularisation)
            found = self.variances.setdefault(regularisation, made)
        return found.pointer


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _as_path(path: Any) -> bytes:
    return os.fsencode(os.fspath(path))


class Potential:
    """A model, ready to compute: a GAP XML file, a .soapz file or the name of a potential that comes with soapz,
    another Potential, or the result of soapz.fit. Constant; threads may share it, forked and pickled copies work.

    path      the file; None for the result of a fit
    cutoff    largest distance of interacting atoms, Angstrom
    elements  symbols, in the model's order
    warnings  what the reader accepted but considers doubtful
    ranks     [Rank] effect of rank_tolerance on SOAP terms; empty without it

    rank_tolerance  eV; positive: kernels of zeta 2 are computed with their leading eigenvectors where
                    that is faster, each with this rms error of its local energies at its sparse points.
                    0: exact; default: that of a given Potential
    threads         threads for each structure; 0: one per core; None: 1, or that of a given Potential.
                    Results do not depend on it. If Python threads or processes compute in parallel leave
                    it at 1

    precision       "mixed": SOAP terms in single precision, their sums in double: faster, with forces
                    within 1e-5 eV/Angstrom of "double", which is the default unless a given Potential has
                    another

    device          "kokkos": SOAP terms on the GPU or the threads that Kokkos was built for, in
                    a library built with it; "cpu" is the default unless a Potential given has
                    another

    Structures are ase.Atoms, or tuples (numbers, positions[, cell[, pbc]]) in Angstrom, with
    rows of cell as lattice vectors.

    Raises FileNotFoundError for a missing file and SoapzError for errors of the library: files that are
    not models, elements that are not in the model, atoms that coincide, positions that are not numbers.
    Wrong shapes and types are ValueError and TypeError."""

    path: Optional[str]
    cutoff: float
    elements: List[str]
    warnings: List[str]

    def __init__(self, path: Union[str, "os.PathLike[str]", "Potential"],
                 rank_tolerance: float = 0.0, threads: Optional[int] = None,
                 precision: Optional[str] = None, device: Optional[str] = None):
        library()
        if threads is not None:
            threads = operator.index(threads)
        if isinstance(path, Potential):
            for name, given in (("rank_tolerance", rank_tolerance or None), ("threads", threads),
                                ("precision", precision), ("device", device)):
                if given is not None and given != getattr(path._model, name):
                    raise ValueError(f"{name} is set when a file is loaded; "
                                     f"{path!r} is already loaded")
            self._take(path._model, path.path)
            return
        if not isinstance(path, (str, bytes, os.PathLike)):
            raise TypeError("a potential is the path of a model file or a soapz.Potential, not "
                            f"{type(path).__name__}")
        text = model_file(path)
        self._take(_Model(create("sz_model_load", "sz_model_free", os.fsencode(text)),
                           float(rank_tolerance), 1 if threads is None else threads,
                           precision or "double", device or "cpu"), text)

    @classmethod
    def _of(cls, handle: Handle) -> "Potential":
        """A Potential for an sz_model."""
        self = cls.__new__(cls)
        self._take(_Model(handle), None)
        return self

    def _take(self, model: _Model, path: Optional[str]) -> None:
        lib = library()
        self._model, self.path = model, path
        self.cutoff = lib.sz_model_cutoff(model.pointer)
        self.elements = [lib.sz_model_symbol(model.pointer, k).decode()
                         for k in range(lib.sz_model_n_species(model.pointer))]
        self.warnings = sentences(model.pointer, "sz_model_n_warnings", "sz_model_warning")
        self._species = np.full(119, -1, np.intc)  # of atomic numbers
        for z in range(1, 119):
            self._species[z] = lib.sz_model_species(model.pointer, lib.sz_element_symbol(z))

    # ---- energies --------------------------------------------------------------------------

    def _species_of(self, atoms: Atoms) -> np.ndarray:
        species = np.ascontiguousarray(self._species[atoms.numbers], np.intc)
        if len(species) and species.min() < 0:
            i = int(species.argmin())
            z = int(atoms.numbers[i])
            raise SoapzError(f"atom {i}: the model {self.path or 'of the fit'} has "
                             f"{' '.join(self.elements)}, not "
                             f"{as_symbol(z) if z else 'atomic number 0'}")
        return species

    def predict(self, atoms: Any) -> Prediction:
        """Energy, forces and virials of one structure, see Prediction."""
        atoms = read_atoms(atoms)
        species, n = self._species_of(atoms), len(atoms)
        structure, result = atoms.struct(species), PredictionStruct()
        with self._model.predictor() as predictor:
            call("sz_predict", predictor, byref(structure), byref(result))
            energies, forces, virials = (  # the predictor's memory: copied before the predictor is returned
                copied(values, shape)
                for values, shape in ((result.local, (n,)), (result.force, (n, 3)),
                                      (result.virials, (n, 3, 3))))
        return Prediction(result.energy, energies, forces,
                          np.array(result.virial).reshape(3, 3), virials, atoms.volume)

    def compute(self, numbers: Any, positions: Any, cell: Any = None,
                pbc: Any = False) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        """energies [n] eV, forces [n][3] eV/Angstrom, virial [3][3] eV (-volume * stress).

        numbers: atomic numbers; positions [n][3] and the rows of cell in Angstrom."""
        p = self.predict(Atoms(numbers, positions, cell, pbc))
        return p.energies, p.forces, p.virial

    def energy(self, atoms: Any) -> float:
        """eV"""
        return self.predict(atoms).energy

    def energies(self, atoms: Any) -> np.ndarray:
        """[n] eV, local energies"""
        return self.predict(atoms).energies

    def forces(self, atoms: Any) -> np.ndarray:
        """[n][3] eV/Angstrom"""
        return self.predict(atoms).forces

    def virial(self, atoms: Any) -> np.ndarray:
        """[3][3] eV, -volume * stress"""
        return self.predict(atoms).virial

    def stress(self, atoms: Any) -> np.ndarray:
        """[6] eV/Angstrom^3, xx yy zz yz xz xy; ValueError without three lattice vectors"""
        return self.predict(atoms).stress

    def stresses(self, atoms: Any) -> np.ndarray:
        """[n][6] eV/Angstrom^3, of the atoms: their sum is stress"""
        return self.predict(atoms).stresses

    def variance(self, atoms: Any, regularisation: float = 1e-3) -> Variance:
        """Predicted variance of the local energies and of their sum, eV^2.

        regularisation: lambda, eV, added to the diagonal of the kernel matrix (QUIP's
        gap_variance_regularisation). The first call factorises that matrix, n_sparse^3 / 3
        operations per term; further calls with the same number do not. It does not depend on the training
        data or their noise: it measures the distance from the sparse points. SoapzError for a model
        without SOAP terms."""
        if not regularisation > 0:
            raise ValueError(f"the regularisation is {regularisation}, it must be positive")
        atoms = read_atoms(atoms)
        species = self._species_of(atoms)
        structure, local, total = atoms.struct(species), np.zeros(len(atoms)), c_double()
        call("sz_variance_predict", self._model.variance(float(regularisation)),
             byref(structure), local.ctypes.data, byref(total))
        return Variance(local, total.value)

    def grade(self, atoms: Any) -> np.ndarray:
        """[n] distance of each environment from the nearest sparse point: sqrt(2 - 2 c), c the
        cosine of their descriptor vectors, the largest of the atom's SOAP terms. 0 at a sparse
        point, at most sqrt(2); no matrix is factorised. SoapzError for a model without SOAP terms."""
        atoms = read_atoms(atoms)
        grade = np.zeros(len(atoms))
        variance = self._model.variance(_GRADES_ALONE)
        work = create("sz_variance_work_create", "sz_variance_work_free", variance)
        with self._list(atoms) as neighbours:
            call("sz_variance_compute", variance, work.pointer, byref(neighbours.nb), None,
                 grade.ctypes.data)
        return grade

    def uncertainty(self, atoms: Any) -> Uncertainty:
        """Standard deviations of the errors of forces and energy, from the calibration in the model (soapz
        calibrate): about 68 % of errors are smaller. SoapzError for a model without one."""
        atoms = read_atoms(atoms)
        calibration = self._model.calibration()
        variance = self.variance(atoms)
        forces = np.ascontiguousarray(self.predict(atoms).forces)
        sigma = np.zeros(len(atoms))
        with self._list(atoms) as neighbours:
            library().sz_uncertainty_forces(calibration, byref(neighbours), forces.ctypes.data,
                                            variance.energies.ctypes.data, sigma.ctypes.data)
        energy = library().sz_uncertainty_energy(calibration, len(atoms), variance.energy)
        return Uncertainty(sigma, energy)

    @contextlib.contextmanager
    def _list(self, atoms: Atoms) -> Iterator[NeighbourList]:
        species = self._species_of(atoms)
        neighbours, structure = NeighbourList(), atoms.struct(species)
        try:
            call("sz_list_build", byref(neighbours), byref(structure), self.cutoff)
            yield neighbours
        finally:
            library().sz_list_free(byref(neighbours))

    # ---- the model -------------------------------------------------------------------------

    def descriptor(self, term: int = 0) -> "Descriptor":
        """The descriptor of SOAP term number `term`, from 0."""
        from .descriptor import Descriptor
        return Descriptor._of_model(self, term)

    def _plan(self) -> c_void_p:
        plan = c_void_p()
        call("sz_model_plan", byref(plan), self._model.pointer)
        return plan

    @property
    def n_wide(self) -> int:
        """Number of SOAP kernels computed in double with precision="mixed", because their weights cancel too
        strongly for single precision."""
        return function("sz_plan_n_wide")(self._plan())

    @property
    def ranks(self) -> List[Rank]:
        """The SOAP terms that rank_tolerance was applied to."""
        plan = self._plan()
        found = (function("sz_plan_rank")(plan, k)
                 for k in range(function("sz_plan_n_ranks")(plan)))
        return [Rank(r.term, r.n_desc, r.rank, bool(r.used), r.rms, r.max, r.bound) for r in found]

    @property
    def notes(self) -> Dict[str, str]:
        """Notes of the model: citation, licence, training_data, .."""
        keys = sentences(self._model.pointer, "sz_model_n_notes", "sz_model_note_key")
        get = function("sz_model_note")
        return {key: get(self._model.pointer, key.encode()).decode(errors="replace")
                for key in keys}

    def save(self, path: Union[str, "os.PathLike[str]"],
             notes: Optional[Dict[str, Optional[str]]] = None) -> None:
        """Writes a .soapz file, or a GAP XML file if the name ends in .xml. The file appears only when it is
        complete; files that the potential was read from or fitted to are not overwritten.

        notes: texts to set, None to remove one; two threads must not save the same potential with notes
        at the same time."""
        for key, text in (notes or {}).items():
            call("sz_model_set_note", self._model.pointer, key.encode(),
                 None if text is None else text.encode())
        call("sz_model_save", self._model.pointer, _as_path(path))

    def __repr__(self) -> str:
        source = repr(self.path) if self.path else "of a fit"
        elements = self.elements if len(self.elements) < 12 else [*self.elements[:10], ".."]
        return f"<soapz.Potential {source}: {' '.join(elements)}, cutoff {self.cutoff:g} Angstrom>"

    def __reduce__(self):  # a copy loads the file again: C pointers cannot be shared
        if self.path:
            return type(self), (self.path, self._model.rank_tolerance, self._model.threads,
                                self._model.precision, self._model.device)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.soapz")
            self.save(path)
            with open(path, "rb") as f:
                return _from_bytes, (f.read(), self._model.threads)


def _from_bytes(data: bytes, threads: int = 1) -> Potential:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.soapz")
        with open(path, "wb") as f:
            f.write(data)
        potential = Potential(path, threads=threads)
        potential.path = None
        return potential

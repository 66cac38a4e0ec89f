# SPDX-License-Identifier: BSD-3-Clause
"""Reference data: structures with energies, forces and virials."""
from __future__ import annotations

import os
import warnings
from ctypes import POINTER, byref, c_double, c_ubyte, cast, c_void_p
from typing import Any, Dict, Iterable, List, Optional, Tuple, Union

import numpy as np

from .library import Frame, SoapzError, call, create, existing, function, sentences
from .names import STEMS, Names, choose_names, find
from .structures import as_reals, as_symbol, from_voigt, read_atoms

def _calculated(atoms: Any) -> Dict[str, Any]:
    """Results that the calculator of an ase.Atoms has stored for it; nothing is computed."""
    calc = getattr(atoms, "calc", None)
    results = dict(getattr(calc, "results", None) or {})
    check = getattr(calc, "check_state", None)
    if results and check is not None and check(atoms):  # for other positions
        return {}
    return results


def _known(atoms: Any, results: Dict[str, Any], names: Names) -> Dict[str, Any]:
    """energy, forces, virial or stress of an ase.Atoms"""
    found = {kind: find(kind, atoms, results, names) for kind in STEMS}
    known = {kind: f.value if f else None for kind, f in found.items()}
    if known["energy"] is not None and np.size(known["energy"]) == 1:  # [-3.5], which ASE may return
        known["energy"] = np.reshape(known["energy"], ())
    if known["virial"] is not None or not names.stress_counts:
        known["stress"] = None
    return known


# keys of a frame: those that add accepts, and those only allowed in a file
OWN_SIGMAS = ("energy_sigma", "force_sigma", "virial_sigma")
FINE_SIGMAS = ("force_atom_sigma", "force_component_sigma", "virial_component_sigma")


def _weights(atoms: Any) -> Dict[str, Any]:
    """Sigmas and the force mask of a frame, under the names used in files."""
    info, arrays = getattr(atoms, "info", {}), getattr(atoms, "arrays", {})
    for name in FINE_SIGMAS:
        if name in info or name in arrays:
            raise ValueError(f"{name} is only supported in a file: write one, or remove it")
    found = {name: info[name] for name in OWN_SIGMAS if name in info}
    if "force_mask" in arrays:
        mask = np.asarray(arrays["force_mask"])
        if mask.dtype.kind not in "biu" or not np.isin(mask, (0, 1)).all():
            raise ValueError("force_mask must be logicals, or 1 and 0")
        found["force_mask"] = mask
    return found


def _finite(array: np.ndarray, what: str) -> np.ndarray:
    if not np.isfinite(array).all():
        raise ValueError(f"{what} contain something that is not a number; leave out what is not known")
    return array


def _as_tensor(value: Any, what: str, voigt: bool) -> np.ndarray:
    shape = np.shape(value)
    if voigt and shape == (6,):
        return from_voigt(_finite(as_reals(value, (6,), what), what))
    if shape == (9,):
        value = np.reshape(np.asarray(value), (3, 3))
    return _finite(as_reals(value, (3, 3), what), what)


class Dataset:
    """Frames for fits and validations.

        Dataset(list_of_atoms)                  # ase.Atoms with energies, forces, stresses
        Dataset.read("train.xyz")               # an extended XYZ file, read in C
        data = Dataset(); data.add(atoms, energy=-10.1, forces=f)

    For ase.Atoms the data are info and arrays under names of the reference (REF_, DFT_ or QM_energy,
    _forces, _virial, _stress, in any case), then the results of the calculator if they belong to the
    positions (nothing is computed), then the names without a prefix: one name for all frames, as in a
    file; frames that have another give a warning. energy_key, forces_key, virial_key and stress_key give
    other names. info["config_type"] is the frame's type; info["energy_sigma"], ["force_sigma"],
    ["virial_sigma"] and arrays["force_mask"] (True: not used) are used as in a file.

    Units are eV and eV/Angstrom; stress is ASE's, virial = -volume * stress. A frame may lack any of
    them. Wrong shapes and numbers that are not finite are ValueError. Threads may share
    a Dataset that is not added to."""

    def __init__(self, frames: Iterable[Any] = (), *, energy_key: Optional[str] = None,
                 forces_key: Optional[str] = None, virial_key: Optional[str] = None,
                 stress_key: Optional[str] = None):
        self._handle = create("sz_dataset_create", "sz_dataset_free")
        self._source: Optional[Tuple[str, Optional[str]]] = None
        keys = {"energy": energy_key, "forces": forces_key, "virial": virial_key,
                "stress": stress_key}
        if hasattr(frames, "positions"):
            raise TypeError("a Dataset needs a list of structures, not one structure: write [atoms]")
        if isinstance(frames, (str, bytes, os.PathLike)):
            raise TypeError("Dataset.read reads a file")
        read = [(atoms, _calculated(atoms)) for atoms in frames]
        names = choose_names(read, keys)
        missing = {kind: key for kind, key in names.asked.items() if names.taken[kind]}
        for n, (atoms, results) in enumerate(read):
            try:
                known = _known(atoms, results, names)
                self.add(atoms, **known, **_weights(atoms))
            except (ValueError, TypeError, SoapzError) as e:
                raise type(e)(f"frame {n}: {e}") from None
            missing = {kind: key for kind, key in missing.items() if known[kind] is None}
        for kind, key in missing.items():
            raise ValueError(f"no frame has the {kind} {key!r}")
        for sentence in names.notes:
            warnings.warn(sentence, stacklevel=2)

    @classmethod
    def read(cls, path: Union[str, "os.PathLike[str]"],
             settings: Optional[str] = None) -> "Dataset":
        """All frames of an extended XYZ file. settings: a fit's command line with energy_parameter_name, ..;
        names that it does not give are found by the rule of docs/fit.md. FileNotFoundError; SoapzError
        names the line of an error."""
        spec = None
        if settings is not None:
            spec = create("sz_fit_spec_parse", "sz_fit_spec_free", settings.encode(), b"settings")
        self = cls._of_file(path, spec)
        self._source = self._source[0], settings
        return self

    @classmethod
    def _of_file(cls, path: Any, spec: Any) -> "Dataset":
        text = existing(path, "data file")
        self = cls.__new__(cls)
        self._source = text, None
        self._handle = create("sz_dataset_read", "sz_dataset_free", os.fsencode(text),
                              spec.pointer if spec else None)
        for sentence in self.warnings:
            warnings.warn(sentence, stacklevel=3)
        return self

    def add(self, atoms: Any, *, energy: Optional[float] = None, forces: Any = None,
            virial: Any = None, stress: Any = None, config_type: Optional[str] = None,
            energy_sigma: Optional[float] = None, force_sigma: Optional[float] = None,
            virial_sigma: Optional[float] = None, force_mask: Any = None) -> None:
        """Appends one frame; None: not known.

        energy      eV
        forces      [n][3] eV/Angstrom
        virial      [3][3] or [9] eV, or stress [3][3] or [6] eV/Angstrom^3
        config_type by default atoms.info["config_type"]
        *_sigma     of the whole frame, eV, eV/Angstrom, eV; by default those of the fit
        force_mask  [n] True if the atom's force is not used"""
        frame = Frame()
        keep: List[Any] = []  # keeps what frame points to
        known = read_atoms(atoms)
        n = len(known)
        if config_type is None:
            config_type = getattr(atoms, "info", {}).get("config_type")
        if config_type is not None:
            frame.config_type = str(config_type).encode()
        if stress is not None:
            if virial is not None:
                raise ValueError("give either virial or stress")
            if known.volume is None:
                raise ValueError("a stress needs three lattice vectors")
            virial = -known.volume * _as_tensor(stress, "stress components", True)
        frame.structure = known.struct(known.numbers)
        for name, value in (("energy", energy), ("energy_sigma", energy_sigma),
                            ("force_sigma", force_sigma), ("virial_sigma", virial_sigma)):
            if value is None:
                continue
            number = c_double(float(_finite(as_reals(value, (), f"{name} values"),
                                            f"{name} values")))
            keep.append(number)
            setattr(frame, name, cast(byref(number), POINTER(c_double)))
        if forces is not None:
            array = _finite(as_reals(forces, (n, 3), "forces"), "forces")
            keep.append(array)
            frame.force = array.ctypes.data
        if virial is not None:
            array = np.ascontiguousarray(_as_tensor(virial, "virial components", False))
            keep.append(array)
            frame.virial = array.ctypes.data
        if force_mask is not None:
            mask = np.ascontiguousarray(np.asarray(force_mask).astype(bool), np.uint8)
            if mask.shape != (n,):
                raise ValueError(f"force_mask has the shape {mask.shape}, but needs ({n},)")
            keep.append(mask)
            frame.force_mask = cast(c_void_p(mask.ctypes.data), POINTER(c_ubyte))
        call("sz_dataset_add", self._handle.pointer, byref(frame))

    def __len__(self) -> int:
        """frames"""
        return function("sz_dataset_n_frames")(self._handle.pointer)

    @property
    def n_atoms(self) -> int:
        """of all frames"""
        return function("sz_dataset_n_atoms")(self._handle.pointer)

    @property
    def config_types(self) -> List[str]:
        """in order of first appearance"""
        return sentences(self._handle.pointer, "sz_dataset_n_config_types",
                         "sz_dataset_config_type")

    @property
    def elements(self) -> List[str]:
        """symbols, in order of first appearance"""
        get = function("sz_dataset_species")
        return [as_symbol(get(self._handle.pointer, k))
                for k in range(function("sz_dataset_n_species")(self._handle.pointer))]

    @property
    def warnings(self) -> List[str]:
        """what the reader accepted but considers doubtful"""
        return sentences(self._handle.pointer, "sz_dataset_n_warnings", "sz_dataset_warning")

    def __repr__(self) -> str:
        source = f" {self._source[0]!r}" if self._source else ""
        return (f"<soapz.Dataset{source}: {len(self)} frames, {self.n_atoms} atoms of "
                f"{' '.join(self.elements)}>")

    def __reduce__(self):
        if self._source:
            return type(self).read, self._source
        raise TypeError("a Dataset cannot be pickled: pickle its frames")


def as_dataset(data: Any, spec: Any = None) -> Dataset:
    """A Dataset, the path of an extended XYZ file, or a list of ase.Atoms. spec: the settings of a fit,
    which may give the names in a file."""
    if isinstance(data, Dataset):
        return data
    if isinstance(data, (str, os.PathLike)):
        return Dataset._of_file(data, spec)
    return Dataset(data)

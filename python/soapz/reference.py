# SPDX-License-Identifier: BSD-3-Clause
"""Energy, forces and virial of a frame, from any supported name and format."""
from __future__ import annotations

import re
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import numpy as np

from .names import Found, Names, find
from .structures import from_voigt

USUAL = re.compile("((REF|DFT|QM)_)?((free_|total_)?energy|forces?|virials?|stress(es)?)", re.I)
ENERGIES = re.compile("((REF|DFT|QM)_)?(free_|total_)?energy", re.I)
OUT = {"energy": "energy", "forces": "force", "virial": "virial"}  # gap_fit's names


class Reference(NamedTuple):
    """energy in eV, forces [n][3] in eV/Angstrom, virial [3][3] in eV, -volume * stress; None if not known.
    took: {kind: source, as text}; doubts: sentences."""
    energy: Optional[float]
    forces: Optional[np.ndarray]
    virial: Optional[np.ndarray]
    took: Dict[str, str]
    used: Dict[str, str]  # {key of info or arrays: kind}
    doubts: List[str]


def _in_words(kind: str, found: Found, results: Dict[str, Any], names: Names) -> str:
    """Its source, as in the summary."""
    if found.key is not None or kind in names.asked:
        return names.asked.get(kind, found.name)
    both = [results.get(key) for key in ("free_energy", "energy")]
    if kind == "energy" and None not in both and both[0] != both[1]:
        return ("the free energy, of which forces are derivatives" if found.value is both[0]
                else "the energy extrapolated to zero smearing")
    return f"ASE's {kind}"


def as_numbers(value: Any) -> np.ndarray:
    """Numbers of an array, a list or a text as found in files ("[[1. 2.] [3. 4.]]", -3.5D0), in one row.
    ValueError for anything else."""
    if isinstance(value, str):
        words = value.translate({ord(c): " " for c in ",;[]{}()\"\\"}).split()
        return np.array([float(re.sub("[dD]", "e", word)) for word in words])
    array = np.asarray(value)
    if array.dtype.kind in "USO" and array.size and all(isinstance(v, str) for v in array.ravel()):
        return as_numbers(" ".join(array.ravel()))
    if array.dtype.kind not in "fiu":
        raise ValueError("not numbers")
    return array.astype(float).ravel()


def as_number(value: Any, name: str) -> float:
    try:
        (number,) = as_numbers(value)
    except ValueError:
        raise ValueError(f"{name} is not a number, but {value!r:.60}") from None
    return float(number)


def _virial(kind: str, found: Found, name: str, atoms: Any) -> Optional[np.ndarray]:
    """[3][3] of nine numbers in any shape, or of a stress in ASE's order xx yy zz yz xz xy."""
    sizes = (9,) if kind == "virial" else (6, 9)
    try:
        array = as_numbers(found.value)
    except ValueError:
        array = np.empty(0)
    if array.size not in sizes:
        raise ValueError(f"{name} must be {'six or ' * (6 in sizes)}nine numbers, not "
                         f"{found.value!r:.60}")
    tensor = from_voigt(array) if array.size == 6 else array.reshape(3, 3)
    if kind == "virial":
        return tensor
    volume = abs(np.linalg.det(np.asarray(atoms.cell)))
    return -volume * tensor if volume > 0 else None


def _forces(found: Found, name: str, n: int) -> np.ndarray:
    array = np.asarray(found.value)
    if array.dtype.kind not in "fiu" or array.shape != (n, 3):
        raise ValueError(f"{name} are not three numbers for each of {n} atoms")
    return array.astype(float)


def find_reference(atoms: Any, results: Dict[str, Any], names: Names) -> Reference:
    """The data of a frame under these names. ValueError: a value has the wrong shape."""
    value: Dict[str, Any] = {"energy": None, "forces": None, "virial": None}
    took: Dict[str, str] = {}
    used: Dict[str, str] = {}
    doubts: List[str] = []
    for kind in ("energy", "forces", "virial", "stress"):
        found = find(kind, atoms, results, names)
        if not found:
            continue
        name, to = _in_words(kind, found, results, names), "virial" if kind == "stress" else kind
        if kind == "energy":
            got = as_number(found.value, name)
        elif kind == "forces":
            got = _forces(found, name, len(atoms))
        else:
            got = _virial(kind, found, name, atoms)
        if got is None:
            doubts.append(f"{name} without a cell of three vectors is left out")
            continue
        if value[to] is not None and abs(got - value[to]).max() > 1e-3 + 0.01 * abs(got).max():
            doubts.append(f"{name} gives another virial than {took[to]}, which is used")
            continue
        if value[to] is None and kind == "stress" and not names.stress_counts:
            continue
        if value[to] is None:
            value[to], took[to] = got, f"-volume * {name}" if kind == "stress" else name
        if found.key is not None:
            used[found.key] = to  # also if it is the same value
    return Reference(value["energy"], value["forces"], value["virial"], took, used, doubts)


def _is_number(value: Any, number: Optional[float]) -> bool:
    try:
        return number is not None and as_number(value, "") == number
    except ValueError:
        return False


def _kept(name: str, taken: Any) -> str:
    """An unused name for data under a name that now means the reference."""
    new = "other_" + name
    while new in taken:
        new = "other_" + new
    return new


def write_reference(atoms: Any, results: Dict[str, Any], ref: Reference,
                    names: Dict[str, str] = OUT) -> List[str]:
    """Stores the reference in atoms under these names, replacing older data, and also the other results of
    the calculator. These are then the only energies, forces and virials under usual names: another
    REF_energy, forces, stress, .. becomes other_NAME, with a message."""
    notes = []
    taken = {name.lower() for name in names.values()}
    for holder in (atoms.info, atoms.arrays):
        for key in list(holder):
            if key in ref.used:
                del holder[key]
            elif ENERGIES.fullmatch(str(key)) and _is_number(holder[key], ref.energy):
                del holder[key]  # the same value
            elif USUAL.fullmatch(str(key)) or str(key).lower() in taken:
                new = _kept(key, holder)
                holder[new] = holder.pop(key)
                notes.append(f"{key} differs from the data used: it is kept as {new}")
    for key, value in results.items():
        _keep_result(atoms, key, value, ref)
    if ref.energy is not None:
        atoms.info[names["energy"]] = ref.energy
    if ref.virial is not None:
        atoms.info[names["virial"]] = ref.virial.ravel()
    if ref.forces is not None:
        atoms.arrays[names["forces"]] = ref.forces
    return notes


def _keep_result(atoms: Any, key: str, value: Any, ref: Reference) -> None:
    """Other results of a calculator: magmoms, charges, dipole, .."""
    if key in ("energy", "free_energy"):
        if ref.energy is None or value == ref.energy:
            return
        free = ref.took["energy"].startswith("the free energy")
        key = "energy_extrapolated" if free else "other_" + key
    elif key == "forces":
        if ref.forces is not None and np.array_equal(value, ref.forces):
            return
        key = "other_forces"
    elif key == "stress":
        if ref.virial is not None and not any("another virial" in d for d in ref.doubts):
            return
        key = "other_stress"
    array = np.asarray(value)
    if array.ndim and len(array) == len(atoms) and array.dtype.kind in "fiub" and key not in (
            "dipole", "stress", "other_stress"):
        atoms.arrays.setdefault(key, array)
    else:
        atoms.info.setdefault(key, value)

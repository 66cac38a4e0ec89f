# SPDX-License-Identifier: BSD-3-Clause
"""Energy, forces and virial of a frame, from whatever name and form they have."""
from __future__ import annotations

import re
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import numpy as np

from .dataset import PREFIXES, STEMS
from .structures import from_voigt

FREE = ("free_energy", "energy", "total_energy")
USUAL = re.compile("((REF|DFT|QM)_)?((free_|total_)?energy|forces?|virials?|stress(es)?)", re.I)
OUT = {"energy": "energy", "forces": "force", "virial": "virial"}  # gap_fit's names


class Found(NamedTuple):
    value: Any
    name: str  # in words
    key: Optional[str]  # of info or arrays; None: of the calculator


class Reference(NamedTuple):
    """energy in eV, forces [n][3] in eV/Angstrom, virial [3][3] in eV, -volume * stress; None
    where it is not known. took: {kind: where from, in words}; doubts: sentences."""
    energy: Optional[float]
    forces: Optional[np.ndarray]
    virial: Optional[np.ndarray]
    took: Dict[str, str]
    used: Dict[str, str]  # {key of info or arrays: kind}
    doubts: List[str]


def _lower(holder: Any) -> Dict[str, str]:
    return {str(key).lower(): key for key in holder}


def _named(kind: str, holder: Any, prefixed: bool) -> Optional[Found]:
    """The first usual name that the holder has, in any case."""
    keys = _lower(holder)
    stems = FREE if kind == "energy" and not prefixed else STEMS[kind]
    for prefix in (p for p in PREFIXES if bool(p) == prefixed):
        for stem in stems:
            key = keys.get((prefix + stem).lower())
            if key is not None:
                return Found(holder[key], key, key)
    return None


def _asked(key: str, atoms: Any, results: Dict[str, Any]) -> Optional[Found]:
    for holder, own in ((atoms.info, True), (atoms.arrays, True), (results, False)):
        keys = _lower(holder)
        if key.lower() in keys:
            return Found(holder[keys[key.lower()]], key, keys[key.lower()] if own else None)
    return None


def _energy(atoms: Any, results: Dict[str, Any], extrapolated: bool) -> Optional[Found]:
    found = _named("energy", atoms.info, True)
    if found:
        return found
    order = ("energy", "free_energy") if extrapolated else ("free_energy", "energy")
    words = {"free_energy": "the free energy, of which forces are derivatives",
             "energy": "the energy extrapolated to no smearing"}
    both = all(results.get(k) is not None for k in order)
    for key in order:
        if results.get(key) is not None:
            return Found(results[key], words[key] if both and results["energy"] !=
                         results["free_energy"] else "ASE's energy", None)
    return _named("energy", atoms.info, False)


def _candidates(atoms: Any, results: Dict[str, Any],
                asked: Dict[str, Optional[str]]) -> List[Tuple[str, Found]]:
    """Virials and stresses, the one that counts first."""
    if asked.get("virial") or asked.get("stress"):
        found = [(kind, _asked(asked[kind], atoms, results)) for kind in ("virial", "stress")
                 if asked.get(kind)]
        return [(kind, f) for kind, f in found if f]
    of_calculator = (Found(results["stress"], "ASE's stress", None)
                     if results.get("stress") is not None else None)
    found = [("virial", _named("virial", atoms.info, True)),
             ("stress", _named("stress", atoms.info, True)),
             ("virial", _named("virial", atoms.info, False)),
             ("stress", of_calculator), ("stress", _named("stress", atoms.info, False))]
    return [(kind, f) for kind, f in found if f]


def _tensor(value: Any, name: str) -> np.ndarray:
    """[3][3] of nine numbers in any shape, or of six in ASE's order xx yy zz yz xz xy."""
    array = np.asarray(value)
    if array.dtype.kind not in "fiu" or array.size not in (6, 9):
        raise ValueError(f"{name} is not made of six or nine numbers, but {value!r:.60}")
    array = array.astype(float).ravel()
    return from_voigt(array) if array.size == 6 else array.reshape(3, 3)


def _virial(kind: str, found: Found, atoms: Any) -> Optional[np.ndarray]:
    tensor = _tensor(found.value, found.name)
    if kind == "virial":
        return tensor
    volume = abs(np.linalg.det(np.asarray(atoms.cell)))
    return -volume * tensor if volume > 0 else None


def find_reference(atoms: Any, results: Dict[str, Any], asked: Dict[str, Optional[str]],
                   extrapolated: bool = False) -> Reference:
    """What counts of a frame: names that are asked for; else those with a prefix that says
    reference (REF_, DFT_, QM_); else what the calculator says; else energy, forces, virial,
    stress. asked: {"energy": key or None, ..}.

    ValueError: a value has the wrong shape."""
    took, used, doubts = {}, {}, []
    energy = (_asked(asked["energy"], atoms, results) if asked.get("energy")
              else _energy(atoms, results, extrapolated))
    if asked.get("forces"):
        forces = _asked(asked["forces"], atoms, results)
    else:
        forces = _named("forces", atoms.arrays, True)
        if not forces and results.get("forces") is not None:
            forces = Found(results["forces"], "ASE's forces", None)
        forces = forces or _named("forces", atoms.arrays, False)
    value = {"energy": None, "forces": None, "virial": None}
    if energy:
        number = np.asarray(energy.value)
        if number.dtype.kind not in "fiu" or number.size != 1:
            raise ValueError(f"{energy.name} is not a number, but {energy.value!r:.60}")
        value["energy"] = float(number.ravel()[0])
    if forces:
        array = np.asarray(forces.value)
        if array.dtype.kind not in "fiu" or array.shape != (len(atoms), 3):
            raise ValueError(f"{forces.name} are not three numbers for each of {len(atoms)} atoms")
        value["forces"] = array.astype(float)
    for kind, found in (("energy", energy), ("forces", forces)):
        if found:
            took[kind] = found.name
            if found.key is not None:
                used[found.key] = kind
    for kind, found in _candidates(atoms, results, asked):
        virial = _virial(kind, found, atoms)
        if virial is None:
            doubts.append(f"{found.name} without a cell of three vectors is left out")
            continue
        if value["virial"] is None:
            value["virial"] = virial
            took["virial"] = found.name if kind == "virial" else f"-volume * {found.name}"
            if found.key is not None:
                used[found.key] = "virial"
        elif abs(virial - value["virial"]).max() > 1e-3 + 0.01 * abs(virial).max():
            doubts.append(f"{found.name} says another virial than {took['virial']}, which is taken")
        elif found.key is not None:
            used[found.key] = "virial"  # the same again
    return Reference(value["energy"], value["forces"], value["virial"], took, used, doubts)


def _kept(name: str, taken: Any) -> str:
    """A free name for what the frame has under a name that now means the reference."""
    new = "other_" + name
    while new in taken:
        new = "other_" + new
    return new


def write_reference(atoms: Any, results: Dict[str, Any], ref: Reference,
                    names: Dict[str, str] = OUT) -> List[str]:
    """Puts the reference into atoms under these names, in the place of what it had there, and
    what else the calculator knew beside it. Whoever looks for energies, forces or virials by
    their usual names finds these alone: another REF_energy, forces, stress, .. becomes
    other_NAME, and sentences tell of it."""
    notes = []
    taken = {name.lower() for name in names.values()}
    for holder in (atoms.info, atoms.arrays):
        for key in list(holder):
            if key in ref.used:
                del holder[key]
            elif USUAL.fullmatch(str(key)) or str(key).lower() in taken:
                new = _kept(key, holder)
                holder[new] = holder.pop(key)
                notes.append(f"{key} is not what was taken: it is kept as {new}")
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
    """What a calculator knew beside the reference: magmoms, charges, dipole, .."""
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

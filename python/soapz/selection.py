# SPDX-License-Identifier: BSD-3-Clause
"""Selects and names training data: isolated atoms, config_types, duplicate structures."""
from __future__ import annotations

import os
import re
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from .sources import Source

ISOLATED = "isolated_atom"


class LeftOut(NamedTuple):
    """A frame that was left out: its place ("run/OUTCAR, frame 3") and the reason."""
    where: str
    why: str


class Frame:
    """One frame being processed."""

    def __init__(self, atoms: Any, source: Source, number: int):
        self.atoms, self.source, self.number = atoms, source, number
        self.n_known = 0  # of energy, forces, virial
        self.energy: Optional[float] = None

    @property
    def where(self) -> str:
        return f"{self.source.path}, frame {self.number + 1}"


def count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


# ---- single frames -------------------------------------------------------------------------

def _nearest_image(atoms: Any) -> float:
    """The distance of an atom to its nearest periodic image, Angstrom."""
    cell = np.asarray(atoms.cell)[np.asarray(atoms.pbc, bool)]
    if not len(cell):
        return np.inf
    steps = np.stack(np.meshgrid(*[np.arange(-3, 4)] * len(cell), indexing="ij"), -1)
    lengths = np.linalg.norm(steps.reshape(-1, len(cell)) @ cell, axis=1)
    return float(lengths[lengths > 0].min(initial=np.inf))


def _is_isolated(atoms: Any, distance: float) -> bool:
    return len(atoms) == 1 and _nearest_image(atoms) > distance


# ---- config_type ---------------------------------------------------------------------------

def _safe(name: str) -> str:
    """A name that is allowed in a list {type:sigma}."""
    return re.sub(r"[^A-Za-z0-9_.+-]+", "_", name).strip("_") or "default"


def _stem(path: str) -> str:
    name = re.sub(r"\.(gz|bz2|xz)$", "", os.path.basename(path))
    return _safe(os.path.splitext(name)[0])


def _folder_names(sources: Iterable[Source]) -> Dict[Source, str]:
    """The folder relative to the one that was searched, or to the common one of the files."""
    sources = list(sources)
    named = [os.path.dirname(os.path.abspath(s.path)) for s in sources if s.root is None]
    shared = os.path.commonpath(named) if named else ""
    names = {}
    for s in sources:
        folder = os.path.dirname(os.path.abspath(s.path))
        top = os.path.abspath(s.root) if s.root is not None else shared
        below = os.path.relpath(folder, top)
        names[s] = _safe(os.path.basename(top) if below == "." else below.split(os.sep)[0])
    return names


def _rule(text: str, frames: Sequence[Frame]) -> Callable[[Frame], Optional[str]]:
    """The rule of --config-type as a function; None: the frame has none."""
    sources = list(dict.fromkeys(f.source for f in frames))
    folders = _folder_names(sources)
    kind, _, word = text.partition(":")

    def own(key: str) -> Callable[[Frame], Optional[str]]:
        return lambda f: None if f.atoms.info.get(key) is None else str(f.atoms.info[key])

    if text == "folder":
        return lambda f: folders[f.source]
    if text == "file":
        return lambda f: _stem(f.source.path)
    if kind == "name" and word:
        return lambda f: word
    if kind == "key" and word:
        return own(word)
    if text == "auto":
        several = len(set(folders.values())) > 1 or any(s.root for s in sources)
        stems = len(set(_stem(s.path) for s in sources)) > 1

        def auto(f: Frame) -> Optional[str]:
            said = own("config_type")(f)
            if said is not None:
                return said
            return folders[f.source] if several else _stem(f.source.path) if stems else None
        return auto
    if any(text in f.atoms.info for f in frames):
        return own(text)
    return lambda f: text


def set_config_types(frames: Sequence[Frame], text: str, isolated: float,
                     notes: List[str]) -> None:
    """By the rule of --config-type; isolated: Angstrom. Notes report what was renamed."""
    rule, renamed, silent = _rule(text, frames), {}, 0
    for f in frames:
        before, name = f.atoms.info.get("config_type"), rule(f)
        if _is_isolated(f.atoms, isolated) and f.energy is not None:
            name = ISOLATED
        silent += name is None
        name = name or "default"
        if before is not None and str(before) != name:
            renamed[str(before), name] = renamed.get((str(before), name), 0) + 1
        f.atoms.info["config_type"] = name
    for (before, name), n in renamed.items():
        notes.append(f"config_type {before} became {name} in {count(n, 'frame')}")
    if silent and text != "auto":
        notes.append(f"{count(silent, 'frame')} without {text}: config_type default")


# ---- duplicates ---- ---------------------------------------------------------------------

def _features(atoms: Any) -> np.ndarray:
    """Numbers that change by no more than the displacements of the atoms (Angstrom) and do not depend on the
    image in which an atom is written: equal structures have similar numbers."""
    cell, some = np.asarray(atoms.cell), atoms.positions[:4]
    if abs(np.linalg.det(cell)) < 1e-9 or not np.any(atoms.pbc):
        return np.concatenate([cell.ravel(), some.ravel()])
    fractional = some @ np.linalg.inv(cell)
    # a shift dr changes a fractional coordinate by at most |dr| |b|
    scale = 1 / np.linalg.norm(np.linalg.inv(cell), axis=0)
    parts = [cell.ravel()]
    for d in range(3):
        if atoms.pbc[d]:
            angle = 2 * np.pi * fractional[:, d]
            parts += [scale[d] / (2 * np.pi) * np.cos(angle), scale[d] / (2 * np.pi) * np.sin(angle)]
        else:
            parts.append(scale[d] * fractional[:, d])
    return np.concatenate(parts)


def _same(a: Any, b: Any, tolerance: float) -> bool:
    """Equal atoms up to lattice vectors, in one order."""
    cell = np.asarray(a.cell)
    if abs(cell - np.asarray(b.cell)).max() > tolerance:
        return False
    if abs(np.linalg.det(cell)) < 1e-9 or not np.any(a.pbc):
        shift = a.positions - b.positions
    else:
        f = a.positions @ np.linalg.inv(cell) - b.positions @ np.linalg.inv(np.asarray(b.cell))
        f -= np.round(f) * np.asarray(a.pbc, bool)
        shift = f @ cell
    return bool((np.linalg.norm(shift, axis=1) <= tolerance).all())


def _duplicates(frames: Sequence[Frame], tolerance: float) -> Dict[int, int]:
    """{frame: the one that is kept instead}. Of equal ones, the first with most data is kept."""
    from scipy.spatial import cKDTree  # ASE needs scipy too
    groups: Dict[Tuple[bytes, bytes], List[int]] = {}
    for k, f in enumerate(frames):
        key = f.atoms.numbers.tobytes(), np.asarray(f.atoms.pbc, bool).tobytes()
        groups.setdefault(key, []).append(k)
    gone: Dict[int, int] = {}
    for members in groups.values():
        if len(members) < 2:
            continue
        order = sorted(members, key=lambda k: (-frames[k].n_known, k))
        points = np.array([_features(frames[k].atoms) for k in order])
        tree = cKDTree(points)
        reach = 3 * tolerance * np.sqrt(points.shape[1])
        for at, k in enumerate(order):
            if k in gone:
                continue
            for other in tree.query_ball_point(points[at], reach):
                j = order[other]
                if other > at and j not in gone and _same(frames[k].atoms, frames[j].atoms, tolerance):
                    gone[j] = k
    return gone


def leave_out_duplicates(frames: List[Frame], tolerance: float, left_out: List[LeftOut],
                         notes: List[str]) -> List[Frame]:
    """Removes frames whose structure occurred before, within the tolerance in Angstrom."""
    gone = _duplicates(frames, tolerance)
    differ = []
    for j in sorted(gone):
        a, b = frames[j], frames[gone[j]]
        left_out.append(LeftOut(a.where, f"the same structure as {b.where}"))
        if a.energy is not None and b.energy is not None and (
                abs(a.energy - b.energy) > 1e-3 * len(a.atoms)):
            differ.append((a, b))
    for a, b in differ[:5]:
        notes.append(f"{a.where} and {b.where} are one structure with energies "
                     f"{1e3 * abs(a.energy - b.energy) / len(a.atoms):.3g} meV/atom apart; the "
                     "second is kept: check that the calculations used the same settings")
    if len(differ) > 5:
        notes.append(f"{len(differ) - 5} more such pairs with different energies")
    return [f for k, f in enumerate(frames) if k not in gone]


def leave_out_atoms(frames: List[Frame], left_out: List[LeftOut]) -> List[Frame]:
    """Keeps the isolated atom of lowest energy for each element: e0 is one number."""
    best: Dict[str, Frame] = {}
    single = [f for f in frames if f.atoms.info["config_type"] == ISOLATED and len(f.atoms) == 1
              and f.energy is not None]
    for f in single:
        symbol = f.atoms.get_chemical_symbols()[0]
        if symbol not in best or f.energy < best[symbol].energy:
            best[symbol] = f
    gone = {id(f) for f in single if best[f.atoms.get_chemical_symbols()[0]] is not f}
    for f in single:
        if id(f) in gone:
            b = best[f.atoms.get_chemical_symbols()[0]]
            left_out.append(LeftOut(f.where, f"a second isolated atom, that of {b.where} has a "
                                             f"lower energy, {b.energy:.6g} eV"))
    return [f for f in frames if id(f) not in gone]

# SPDX-License-Identifier: BSD-3-Clause
"""The crystals of soapz property, their planes and their high-symmetry points.

A crystal is named bcc:W, hcp:Ti or rocksalt:NaCl. A plane is given by three lattice vectors: two that
span it and one across it. Those of cubic crystals are written in units of the lattice constant along
the cubic axes, those of hcp in units of its cell vectors a1, a2, c (a1 and a2 at 120 degrees)."""
from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import numpy as np
from ase.build import bulk, make_supercell
from ase.data import atomic_numbers, covalent_radii, reference_states
from ase.symbols import string2symbols

Rows = List[List[float]]


class Plane(NamedTuple):
    """rows: the lattice vectors u, v in the plane and w across it. slip: the vector of the gamma line,
    None without one; partial: it ends in a stacking fault and not in the perfect crystal, and its sign
    is the one that moves no atom on top of another."""
    rows: Rows
    slip: Optional[List[float]] = None
    partial: bool = False


class Kind(NamedTuple):
    """n_elements, atoms in a cubic cell (hcp: 2), repeats of that cell around a vacancy, repeats of the
    primitive cell of phonons, which is commensurate with all the points, in units of 2 pi / a along the
    cubic axes (hcp: of the reciprocal vectors)."""
    n_elements: int
    n_atoms: int
    vacancy: Tuple[int, int, int]
    repeats: Tuple[int, int, int]
    points: Dict[str, List[float]]
    planes: Dict[str, Plane]


_FCC_POINTS = {"Gamma": [0, 0, 0], "X": [1, 0, 0], "L": [.5, .5, .5], "W": [1, .5, 0]}
_SC_POINTS = {"Gamma": [0, 0, 0], "X": [.5, 0, 0], "M": [.5, .5, 0], "R": [.5, .5, .5]}
_FCC_PLANES = {"111": [[.5, -.5, 0], [0, .5, -.5], [1, 1, 1]], "100": [[.5, .5, 0], [-.5, .5, 0], [0, 0, 1]],
               "110": [[.5, -.5, 0], [0, 0, 1], [.5, .5, 0]]}
_SC_PLANES = {"100": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "110": [[0, 0, 1], [1, -1, 0], [1, 1, 0]],
              "111": [[1, -1, 0], [0, 1, -1], [1, 1, 1]]}


def _planes(rows: Dict[str, Rows]) -> Dict[str, Plane]:
    return {name: Plane(r) for name, r in rows.items()}


KINDS = {
    "bcc": Kind(1, 2, (4, 4, 4), (4, 4, 4),
                {"Gamma": [0, 0, 0], "H": [1, 0, 0], "N": [.5, .5, 0], "P": [.5, .5, .5]},
                {"110": Plane([[.5, .5, .5], [-.5, -.5, .5], [1, -1, 0]], [.5, .5, .5]),
                 "100": Plane([[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
                 "111": Plane([[1, -1, 0], [0, 1, -1], [.5, .5, .5]]),
                 "112": Plane([[.5, .5, .5], [1, -1, 0], [1, 1, -2]], [.5, .5, .5])}),
    "fcc": Kind(1, 4, (3, 3, 3), (4, 4, 4), _FCC_POINTS,
                {**_planes(_FCC_PLANES), "111": Plane(_FCC_PLANES["111"], [1 / 6, 1 / 6, -1 / 3], True)}),
    "hcp": Kind(1, 2, (5, 5, 3), (6, 6, 2),
                {"Gamma": [0, 0, 0], "A": [0, 0, .5], "M": [.5, 0, 0], "L": [.5, 0, .5],
                 "K": [1 / 3, 1 / 3, 0], "H": [1 / 3, 1 / 3, .5]},
                {"0001": Plane([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [1 / 3, 2 / 3, 0], True),
                 "1010": Plane([[1, 0, 0], [0, 0, 1], [1, 2, 0]])}),
    "sc": Kind(1, 1, (5, 5, 5), (2, 2, 2), _SC_POINTS, _planes(_SC_PLANES)),
    "diamond": Kind(1, 8, (3, 3, 3), (4, 4, 4), _FCC_POINTS, _planes(_FCC_PLANES)),
    "rocksalt": Kind(2, 8, (2, 2, 2), (4, 4, 4), _FCC_POINTS, {}),
    "zincblende": Kind(2, 8, (2, 2, 2), (4, 4, 4), _FCC_POINTS, {}),
    "cesiumchloride": Kind(2, 2, (3, 3, 3), (2, 2, 2), _SC_POINTS, {}),
}


class Crystal:
    """name "bcc:W"; kind, structure "bcc", symbols ["W"]."""

    def __init__(self, name: str):
        structure, _, formula = str(name).partition(":")
        if structure not in KINDS or not formula:
            raise ValueError(f"unknown crystal \"{name}\": write STRUCTURE:ELEMENTS, such as bcc:W, "
                             f"with the structures {', '.join(KINDS)}")
        self.name, self.structure, self.kind = f"{structure}:{formula}", structure, KINDS[structure]
        try:
            self.symbols = string2symbols(formula)
        except (ValueError, KeyError):
            self.symbols = []
        if any(s not in atomic_numbers or s == "X" for s in self.symbols):
            self.symbols = []
        if len(set(self.symbols)) != self.kind.n_elements or len(self.symbols) != self.kind.n_elements:
            needed = "one element" if self.kind.n_elements == 1 else "two elements, such as NaCl"
            raise ValueError(f"crystal \"{name}\": {structure} has {needed}, not \"{formula}\"")
        self.hexagonal = structure == "hcp"

    def guess(self) -> float:
        """An initial lattice constant, Angstrom: from ASE's data for this crystal, else from the volume in
        the element's ground-state crystal, else from covalent radii."""
        z = [atomic_numbers[s] for s in self.symbols]
        state = (reference_states[z[0]] or {}) if len(z) == 1 else {}
        own, a = state.get("symmetry"), state.get("a")
        per_cell = {"bcc": 2, "fcc": 4, "diamond": 8, "sc": 1}
        if a and own == self.structure:
            return float(a)
        if a and own == "hcp":
            volume = a ** 3 * state["c/a"] * np.sqrt(3) / 4
        elif a and own in per_cell:
            volume = a ** 3 / per_cell[own]
        else:
            volume = (2 * np.mean([covalent_radii[k] for k in z])) ** 3 * (1.5 if len(z) == 2 else 1)
        if self.structure == "diamond" and own != "diamond":
            volume *= 1.4
        cell = volume * self.kind.n_atoms
        return float((cell / (np.sqrt(3) / 2 * np.sqrt(8 / 3)) if self.hexagonal else cell) ** (1 / 3))

    def primitive(self, a: float, ratio: Optional[float] = None) -> Any:
        """The primitive cell as ase.Atoms; ratio: c/a of hcp."""
        more = {"covera": np.sqrt(8 / 3) if ratio is None else ratio} if self.hexagonal else {}
        return bulk("".join(self.symbols), self.structure, a=a, **more)

    def axes(self, primitive: Any) -> np.ndarray:
        """[3][3] the units of planes and points: cubic axes or the cell vectors of hcp."""
        if self.hexagonal:
            return np.array(primitive.cell)
        return np.eye(3) * (primitive.get_volume() * self.kind.n_atoms / len(primitive)) ** (1 / 3)

    def repeated(self, primitive: Any, rows: Any) -> Any:
        """The crystal in the cell whose vectors are these rows in units of axes()."""
        vectors = np.array(rows, float) @ self.axes(primitive)
        matrix = vectors @ np.linalg.inv(np.array(primitive.cell))
        whole = np.rint(matrix)
        if np.abs(matrix - whole).max() > 1e-6:
            raise ValueError(f"{self.name}: {rows} are not lattice vectors")
        atoms = make_supercell(primitive, whole)
        atoms.set_cell(vectors)
        atoms.wrap()
        return atoms

    def slab(self, primitive: Any, plane: Plane, thickness: float, vacuum: float) -> Any:
        """(slab, slip): a slab of at least this thickness, the plane normal to z; slip [3] in Angstrom, or
        None. It is cut where the distance between atomic layers is largest. Angstrom."""
        axes = self.axes(primitive)
        u, v, w = np.array(plane.rows, float)
        normal = np.cross(u @ axes, v @ axes)
        normal /= np.linalg.norm(normal)
        if (w @ axes) @ normal < 0:
            u, v = v, u
            normal = -normal
        n = max(2, int(np.ceil(thickness / ((w @ axes) @ normal))))
        atoms = self.repeated(primitive, [u, v, n * w])
        x = u @ axes / np.linalg.norm(u @ axes)
        frame = np.array([x, np.cross(normal, x), normal])  # rows: the new axes
        slip = None if plane.slip is None else frame @ (np.array(plane.slip) @ axes)
        atoms.set_cell(np.array(atoms.cell) @ frame.T, scale_atoms=True)
        _cut(atoms)
        atoms.center(vacuum=vacuum / 2, axis=2)
        return atoms, slip


def _cut(atoms: Any) -> None:
    """Moves the largest gap between layers to the border of the cell."""
    scaled = atoms.get_scaled_positions() % 1.0
    height = np.sort(scaled[:, 2])
    gaps = np.diff(np.append(height, height[0] + 1))
    # the first of those that are equally large
    k = int(np.flatnonzero(gaps > gaps.max() - 1e-4)[0])
    scaled[:, 2] = (scaled[:, 2] - height[k] - 0.5 * gaps[k]) % 1.0
    atoms.set_scaled_positions(scaled)

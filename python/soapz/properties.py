# SPDX-License-Identifier: BSD-3-Clause
"""Properties of crystals by a potential, through ASE.

    cohesive energy   e_free - E/N                     e_free: an isolated atom, with the same potential
    E(V)              Birch's equation of state: a polynomial of third degree in V^(-2/3)
                      (Birch, Phys. Rev. 71, 809 (1947)); B = V E'', B' = dB/dp
    elastic           C_ij = d sigma_i / d epsilon_j, Voigt's six strains, positive and negative, atoms
                      relaxed;
                      stable if C is positive definite (Born)
    phonons           D(q) = sum_R Phi(0, R) exp(i q R) / sqrt(m m'), Phi = -dF/du from displacements in
                      one cell in a supercell: exact if q is commensurate with it
    vacancy           E(N - 1) - (N - 1)/N E(N), atoms relaxed, cell fixed
    surface           (E(slab) - N E/atom) / 2A, atoms relaxed
    gamma line        (E(s) - E(0)) / A, the upper half of a slab moved by s; atoms relax only normal to
                      the plane (Vitek, Phil. Mag. 18, 773 (1968))

Units: Angstrom, eV, GPa, THz, J/m^2."""
from __future__ import annotations

import json
import os
import re
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Union

import numpy as np

try:
    from ase import Atoms
    from ase.calculators.calculator import PropertyNotImplementedError
    from ase.constraints import FixCartesian
    from ase.optimize import LBFGS
except ImportError as e:
    raise ImportError("soapz.property needs ASE: pip install ase") from e
from scipy.optimize import minimize, minimize_scalar

from .crystals import Crystal, Plane

GPA = 160.21766208  # one eV/Angstrom^3
J_M2 = 16.021766208  # one eV/Angstrom^2
THZ = 15.633302  # sqrt(eV / (Angstrom^2 amu)) / 2 pi
STRAIN, DISPLACEMENT = 0.002, 0.01
THICKNESS, VACUUM = 18.0, 14.0  # Angstrom, of slabs
GROUPS = ["lattice", "eos", "elastic", "phonons", "vacancy", "surfaces", "gamma"]
UNITS = {"a": "Angstrom", "c": "Angstrom", "c/a": "", "volume": "Angstrom^3", "cohesive": "eV", "B": "GPa",
         "B'": "", "vacancy": "eV"}


NAMES = {r"C[1-6][1-6]": "GPa", r"phonon \w+": "THz", r"surface \w+": "J/m^2",
         r"gamma \w+ (un)?stable": "J/m^2"}


def unit_of(name: str) -> Optional[str]:
    """The unit of a property, "GPa" of "C11"; None: there is no such property."""
    if name in UNITS:
        return UNITS[name]
    return next((unit for pattern, unit in NAMES.items() if re.fullmatch(pattern, name)), None)


class Failed(Exception):
    """A property cannot be computed; the message gives the reason."""


class Progress(NamedTuple):
    """Progress of the calculation."""
    crystal: str
    group: str  #: one of GROUPS
    done: float  #: fraction of the work, 0 to 1, by number of atoms


class Properties:
    """Result of soapz.property.

    source     the model or calculator
    crystals   {"bcc:W": {name: value}}: values are numbers; of "phonon H" a list, THz, ascending,
               imaginary ones negative
    curves     {"bcc:W": {name: [[x, ..], [y, ..]]}}: "energy": Angstrom^3 and eV, both per atom, from the
               minimum; "gamma 110": fraction of the slip vector and J/m^2
    notes      [(crystal, sentence)] what could not be computed, or is doubtful
    reference  of the same kind, or None"""

    def __init__(self, source: str, reference: Optional["Properties"] = None):
        self.source, self.reference = source, reference
        self.crystals: Dict[str, Dict[str, Any]] = {}
        self.curves: Dict[str, Dict[str, Any]] = {}
        self.notes: List[Any] = []

    def as_dict(self) -> Dict[str, Any]:
        """The format that --json writes and --reference reads."""
        return {"source": self.source, "crystals": self.crystals, "curves": self.curves,
                "units": {name: unit_of(name) for c in self.crystals.values() for name in c},
                "notes": [f"{crystal}: {sentence}" for crystal, sentence in self.notes]}

    def rows(self, crystal: str) -> List[Any]:
        """[(name, unit, value, reference or None)] of a crystal; equal modes of phonons are one row, their
        mean, named "phonon H 1-3" by the numbers of the modes."""
        known = self.reference.crystals.get(crystal, {}) if self.reference else {}
        rows = []
        for name, value in self.crystals[crystal].items():
            other = known.get(name)
            if not isinstance(value, list):
                rows.append((name, unit_of(name), value, other))
                continue
            for group in _equal(value):
                fits = isinstance(other, list) and len(other) == len(value)
                number = f"{group[0] + 1}-{group[-1] + 1}" if len(group) > 1 else f"{group[0] + 1}"
                rows.append((f"{name} {number}", unit_of(name), float(np.mean([value[k] for k in group])),
                             float(np.mean([other[k] for k in group])) if fits else None))
        return rows

    def __str__(self) -> str:
        from .property_command import table
        return table(self)


def _equal(values: Sequence[float]) -> List[List[int]]:
    """Indices of modes that are the same within 0.02 THz."""
    groups: List[List[int]] = []
    for k, x in enumerate(values):
        if groups and abs(x - values[groups[-1][-1]]) < 0.02:
            groups[-1].append(k)
        else:
            groups.append([k])
    return groups


# ---- energies, stresses, relaxation --------------------------------------------------------

class _Bench:
    """A calculator, and relaxation with it."""

    def __init__(self, calculator: Any, fmax: float, steps: int, tell: Callable[[float], None]):
        self.calculator, self.fmax, self.steps, self.tell = calculator, fmax, steps, tell

    def energy(self, atoms: Atoms) -> float:
        atoms.calc = self.calculator
        e = float(atoms.get_potential_energy())
        self.tell(len(atoms))
        if not np.isfinite(e):
            raise Failed(f"the energy of {len(atoms)} atoms is {e}")
        return e

    def stress(self, atoms: Atoms) -> np.ndarray:
        """[6] eV/Angstrom^3, Voigt's order; from energies if the calculator has none"""
        atoms.calc = self.calculator
        try:
            return np.array(atoms.get_stress())
        except (PropertyNotImplementedError, NotImplementedError):
            from ase.calculators.fd import calculate_numerical_stress
            return np.array(calculate_numerical_stress(atoms, eps=1e-4))

    def relax(self, atoms: Atoms, what: str, fmax: Optional[float] = None) -> None:
        """Relaxes positions until no force is larger than fmax."""
        fmax = fmax or self.fmax
        atoms.calc = self.calculator
        run = LBFGS(atoms, logfile=None, maxstep=0.1)
        for _ in run.irun(fmax=fmax, steps=self.steps):
            self.tell(len(atoms))
        force = np.sqrt((atoms.get_forces() ** 2).sum(axis=1).max())
        if not force <= fmax * 1.0001:
            raise Failed(f"{what} did not relax: after {self.steps} steps the largest force is "
                         f"{force:.3g} eV/Angstrom, not {fmax:g} (--steps, --fmax)")


# ---- the properties ------------------------------------------------------------------------

class _Work:
    """One crystal: its primitive cell at the lattice constants, and the results."""

    def __init__(self, crystal: Crystal, bench: _Bench, result: Properties, groups: Sequence[str]):
        self.crystal, self.bench, self.groups = crystal, bench, groups
        self.values = result.crystals.setdefault(crystal.name, {})
        self.curves = result.curves.setdefault(crystal.name, {})
        self.result = result
        self.unstable: Optional[str] = None

    def note(self, sentence: str) -> None:
        self.result.notes.append((self.crystal.name, sentence))

    # lattice
    def find_lattice(self) -> None:
        """a (and c) of the lowest energy. Sets cell (ase.Atoms) and energy, eV per atom."""
        crystal, guess = self.crystal, self.crystal.guess()

        def energy(a: float, ratio: Optional[float] = None) -> float:
            atoms = crystal.primitive(a, ratio)
            return self.bench.energy(atoms) / len(atoms)

        a, step = self._bracket(energy, guess)
        ratio = None
        if crystal.hexagonal:
            best = minimize(lambda x: energy(*x), [a, np.sqrt(8 / 3)], method="Nelder-Mead",
                            options={"initial_simplex": [[a, 1.633], [a + step / 4, 1.633], [a, 1.66]],
                                     "xatol": 1e-6, "fatol": 1e-11, "maxiter": 300})
            a, ratio = best.x
            if not best.success or not 1.2 < ratio < 2.2:
                raise Failed(f"the energy has no minimum near hcp: c/a went to {ratio:.3f}")
        else:
            a = minimize_scalar(energy, bracket=(a - step, a, a + step), options={"xtol": 1e-8}).x
        self.cell = crystal.primitive(a, ratio)
        self.energy = energy(a, ratio)
        self.volume = self.cell.get_volume() / len(self.cell)
        if "lattice" in self.groups:
            self.values["a"] = float(a)
            if ratio is not None:
                self.values.update({"c": float(a * ratio), "c/a": float(ratio)})
            self.values["volume"] = float(self.volume)
            self.values["cohesive"] = self._cohesive()

    def _bracket(self, energy: Callable[[float], float], guess: float) -> Any:
        """(a, step): a has a lower energy than a - step and a + step. The lowest of several minima;
        if there is none, searches a wider range."""
        for low, high in ((0.85, 1.2), (0.7, 1.6)):
            a = guess * np.linspace(low, high, 29)
            e = np.array([energy(x) for x in a])
            inside = [k for k in range(1, 28) if e[k] < e[k - 1] and e[k] <= e[k + 1]]
            if inside:
                k = min(inside, key=lambda i: e[i])
                return a[k], a[1] - a[0]
        raise Failed(f"the energy has no minimum between a = {a[0]:.2f} and {a[-1]:.2f} Angstrom: the "
                     "potential does not have this crystal")

    def _cohesive(self) -> Any:
        alone = {s: self.bench.energy(Atoms(s, cell=[30.0] * 3, positions=[[15.0] * 3]))
                 for s in dict.fromkeys(self.crystal.symbols)}
        e = float(np.mean([alone[s] for s in self.cell.symbols]) - self.energy)
        if e <= 0:
            self.note(f"the crystal is not bound: its energy is {-e:.3f} eV per atom above that of "
                      "free atoms")
        return e

    # energy and volume
    def find_eos(self) -> None:
        """B and B' of Birch's equation over 7 % of volume; the curve over 24 %."""
        v = self.volume * np.sort(np.append(np.linspace(0.88, 1.12, 13), [0.93, 0.95, 0.97, 0.99,
                                                                         1.01, 1.03, 1.05, 1.07]))
        e = np.array([self._energy_at(one) for one in v])
        self.curves["energy"] = [v.tolist(), (e - self.energy).tolist()]
        self.values["B"], self.values["B'"] = birch(v, e, self.volume)
        if not self.values["B"] > 0:
            self.unstable = f"the bulk modulus is {self.values['B']:.1f} GPa"
            self.note(f"not stable: {self.unstable}")

    def _energy_at(self, volume: float) -> float:
        """eV per atom, at Angstrom^3 per atom; hcp: at the best c/a of this volume."""
        def energy(stretch: float) -> float:
            atoms = self.cell.copy()
            f = (volume / self.volume) ** (1 / 3)
            shape = np.diag([stretch ** (-1 / 3)] * 2 + [stretch ** (2 / 3)])
            atoms.set_cell(np.array(self.cell.cell) @ (f * shape), scale_atoms=True)
            return self.bench.energy(atoms) / len(atoms)

        if not self.crystal.hexagonal:
            return energy(1.0)
        return float(minimize_scalar(energy, bounds=(0.9, 1.1), method="bounded", options={"xatol": 1e-5}).fun)

    # elastic constants
    def find_elastic(self) -> None:
        c = self.elastic_matrix()
        d = np.diag(c)
        if self.crystal.hexagonal:
            found = {"C11": d[:2].mean(), "C12": c[0, 1], "C13": c[:2, 2].mean(), "C33": d[2],
                     "C44": d[3:5].mean()}
        else:
            found = {"C11": d[:3].mean(), "C12": (c[:3, :3].sum() - d[:3].sum()) / 6, "C44": d[3:].mean()}
        self.values.update({k: float(x) for k, x in found.items()})
        least = np.linalg.eigvalsh(c)[0]
        if least <= 0:
            self.unstable = f"an elastic constant is negative (the least eigenvalue is {least:.1f} GPa)"
            self.note(f"not stable: {self.unstable}")
        elif "B" not in self.values:
            self.values["B"] = float(1 / np.linalg.inv(c)[:3, :3].sum())

    def elastic_matrix(self) -> np.ndarray:
        """[6][6] GPa, Voigt's order xx yy zz yz xz xy; made symmetric."""
        c = np.empty((6, 6))
        for j, (p, q) in enumerate(((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))):
            stress = []
            for sign in (1, -1):
                strain = np.zeros((3, 3))
                strain[p, q] += sign * STRAIN / 2
                strain[q, p] += sign * STRAIN / 2
                atoms = self.cell.copy()
                atoms.set_cell(np.array(self.cell.cell) @ (np.eye(3) + strain), scale_atoms=True)
                if len(atoms) > 1:
                    self.bench.relax(atoms, "a strained cell", 1e-4)
                stress.append(self.bench.stress(atoms))
                self.bench.tell(len(atoms))
            c[:, j] = (stress[0] - stress[1]) / (2 * STRAIN) * GPA
        return 0.5 * (c + c.T)

    # phonons
    def find_phonons(self) -> None:
        self.force_constants()
        least, where = 0.0, ""
        for name, point in self.crystal.kind.points.items():
            f = self.frequencies(point)
            self.values[f"phonon {name}"] = f.tolist()
            if f[0] < least:
                least, where = f[0], name
        if least < -0.1:
            self.unstable = f"a phonon at {where} is imaginary ({-least:.2f}i THz)"
            self.note(f"not stable: {self.unstable}")

    def force_constants(self) -> None:
        """phi [n][3][cells][n][3], eV/Angstrom^2, and the cells' vectors shift [cells][3]."""
        n, repeats = len(self.cell), self.crystal.kind.repeats
        steps = np.array(list(np.ndindex(*repeats)), float)
        self.shift = steps @ np.array(self.cell.cell)
        positions = (self.shift[:, None, :] + self.cell.positions[None]).reshape(-1, 3)
        big = Atoms(list(self.cell.symbols) * len(steps), positions,
                    cell=np.array(self.cell.cell) * np.array(repeats)[:, None], pbc=True)
        big.calc = self.bench.calculator
        self.phi = np.empty((n, 3, len(steps), n, 3))
        for i, k in np.ndindex(n, 3):
            force = []
            for sign in (1, -1):
                big.positions = positions
                big.positions[i, k] += sign * DISPLACEMENT
                force.append(big.get_forces())
                self.bench.tell(len(big))
            self.phi[i, k] = -(force[0] - force[1]).reshape(-1, n, 3) / (2 * DISPLACEMENT)

    def frequencies(self, point: Sequence[float]) -> np.ndarray:
        """[3 n] THz, ascending, imaginary ones negative; point as in Kind."""
        q = 2 * np.pi * np.linalg.inv(self.crystal.axes(self.cell)) @ np.array(point, float)
        n = len(self.cell)
        d = np.einsum("ikrjl,r->ikjl", self.phi, np.exp(1j * self.shift @ q)).reshape(3 * n, 3 * n)
        m = np.sqrt(np.repeat(self.cell.get_masses(), 3))
        d = d / np.outer(m, m)
        w = np.linalg.eigvalsh(0.5 * (d + d.conj().T))
        return np.sign(w) * np.sqrt(np.abs(w)) * THZ

    # defects
    def find_vacancy(self) -> None:
        if self.crystal.kind.n_elements > 1:
            raise Failed("the vacancy energy of a compound depends on a chemical potential and is not computed")
        atoms = self.crystal.repeated(self.cell, np.diag(self.crystal.kind.vacancy))
        del atoms[0]
        before = atoms.positions.copy()
        self.bench.relax(atoms, "the vacancy")
        self._check_moved(atoms, before, "around the vacancy")
        self.values["vacancy"] = self.bench.energy(atoms) - len(atoms) * self.energy
        if self.values["vacancy"] <= 0:
            self.note("the vacancy costs no energy: the crystal is not stable")

    def _check_moved(self, atoms: Atoms, before: np.ndarray, where: str) -> None:
        moved = np.sqrt(((atoms.positions - before) ** 2).sum(axis=1).max())
        if moved > 0.5 * self.volume ** (1 / 3):
            raise Failed(f"the crystal is not stable: an atom {where} moved by {moved:.2f} Angstrom")

    def find_surfaces(self) -> None:
        if not self.crystal.kind.planes:
            raise Failed(f"surfaces of {self.crystal.structure} are not computed")
        for name, plane in self.crystal.kind.planes.items():
            try:
                atoms, _ = self.crystal.slab(self.cell, plane, THICKNESS, VACUUM)
                area = np.linalg.norm(np.cross(atoms.cell[0], atoms.cell[1]))
                before = atoms.positions.copy()
                self.bench.relax(atoms, f"the surface {name}")
                self._check_moved(atoms, before, f"of the surface {name}")
                excess = self.bench.energy(atoms) - len(atoms) * self.energy
                self.values[f"surface {name}"] = float(excess / (2 * area) * J_M2)
            except Failed as e:
                self.note(str(e))

    def find_gamma(self) -> None:
        planes = {k: p for k, p in self.crystal.kind.planes.items() if p.slip}
        if not planes:
            raise Failed(f"gamma lines of {self.crystal.structure} are not computed")
        for name, plane in planes.items():
            try:
                self._gamma_line(name, plane)
            except Failed as e:
                self.note(str(e))

    def _gamma_line(self, name: str, plane: Plane) -> None:
        atoms, slip = self.crystal.slab(self.cell, plane, 1.4 * THICKNESS, VACUUM)
        area = np.linalg.norm(np.cross(atoms.cell[0], atoms.cell[1]))
        upper = _upper_half(atoms)
        if plane.partial and _nearest(atoms, upper, slip) < _nearest(atoms, upper, -slip):
            slip = -slip
        share = np.linspace(0, 1, 11)
        energy = []
        for s in share if plane.partial else share[:-1]:
            moved = atoms.copy()
            moved.positions[upper] += s * slip
            moved.set_constraint(FixCartesian(range(len(moved)), mask=(True, True, False)))
            self.bench.relax(moved, f"the gamma line {name}, {s:.1f} of the slip vector,")
            energy.append(self.bench.energy(moved))
        if not plane.partial:
            energy.append(energy[0])  # a lattice vector: the same slab
        line = (np.array(energy) - energy[0]) / area * J_M2
        self.curves[f"gamma {name}"] = [share.tolist(), line.tolist()]
        self.values[f"gamma {name} unstable"] = _top(share, line)
        if plane.partial:
            self.values[f"gamma {name} stable"] = float(line[-1])
        if line.min() < -1e-3:
            self.note(f"the gamma line {name} is negative, {line.min():.3f} J/m^2: another crystal is lower")


def birch(v: np.ndarray, e: np.ndarray, v0: float, width: float = 0.071) -> Any:
    """(B in GPa, B') of energies e (eV) at volumes v (Angstrom^3) within this share of the minimum v0:
    e = a polynomial of third degree in x = (v/v0)^(-2/3)."""
    near = np.abs(v / v0 - 1) <= width
    p = np.polynomial.polynomial.Polynomial.fit((v[near] / v0) ** (-2 / 3), e[near], 3).convert()
    # where the polynomial has its minimum
    roots = [r.real for r in p.deriv().roots() if abs(r.imag) < 1e-9]
    x = min(roots or [1.0], key=lambda r: abs(r - 1))
    d2, d3 = p.deriv(2)(x), p.deriv(3)(x)
    b = 4 / 9 * d2 * x ** 3.5 * x ** 1.5 / v0  # V E'' with dx/dV = -2/3 x^(5/2) / v0
    return float(b * GPA), float(4 + 2 / 3 * x * d3 / d2)


def _upper_half(atoms: Atoms) -> np.ndarray:
    """The atoms above the gap of layers that is nearest to the middle."""
    z = np.sort(atoms.positions[:, 2])
    gaps = np.flatnonzero(np.diff(z) > 0.3)
    middles = 0.5 * (z[gaps] + z[gaps + 1])
    return atoms.positions[:, 2] > middles[np.abs(middles - z.mean()).argmin()]


def _nearest(atoms: Atoms, upper: np.ndarray, slip: np.ndarray) -> float:
    """The smallest distance across the plane after the slip, Angstrom."""
    moved = atoms.copy()
    moved.positions[upper] += slip
    d = moved.get_all_distances(mic=True)
    return float(d[np.ix_(upper, ~upper)].min())


def _top(x: np.ndarray, y: np.ndarray) -> float:
    """The maximum of a curve, of the parabola through its three highest points."""
    k = int(np.clip(y.argmax(), 1, len(y) - 2))
    p = np.polynomial.polynomial.Polynomial.fit(x[k - 1:k + 2], y[k - 1:k + 2], 2)
    c = p.convert().coef
    if len(c) < 3 or c[2] >= 0:
        return float(y.max())
    return float(max(p(np.clip(-c[1] / (2 * c[2]), x[k - 1], x[k + 1])), y.max()))


# ---- all of them ---------------------------------------------------------------------------

def _cost(crystal: Crystal, group: str) -> float:
    """Approximate number of atoms computed in all evaluations"""
    kind, n = crystal.kind, len(crystal.primitive(4.0))
    planes = len(kind.planes)
    return {"lattice": (150 if crystal.hexagonal else 50) * n, "eos": (300 if crystal.hexagonal else 21) * n, "elastic": 30 * n * n,
            "phonons": 6 * n * n * np.prod(kind.repeats), "vacancy": 25 * kind.n_atoms * np.prod(kind.vacancy),
            "surfaces": 20 * 14 * planes, "gamma": sum(bool(p.slip) for p in kind.planes.values()) * 11 * 10 * 16
            }[group]


class _Meter:
    """Reports the fraction of the work done, from the costs of all groups."""

    def __init__(self, jobs: Iterable[Any], progress: Optional[Callable[[Progress], None]]):
        self.jobs = {(c.name, g): float(_cost(c, g)) for c, g in jobs}
        self.total = sum(self.jobs.values()) or 1.0
        self.before = self.inside = self.now = 0.0
        self.job, self.progress = ("", ""), progress

    def begin(self, crystal: str, group: str) -> None:
        self.before += self.now
        self.job, self.inside, self.now = (crystal, group), 0.0, self.jobs.get((crystal, group), 0.0)

    def tell(self, n_atoms: float) -> None:
        self.inside += n_atoms
        if self.progress:
            part = self.now * min(1.0, self.inside / (self.now or 1.0))
            self.progress(Progress(*self.job, min(1.0, (self.before + part) / self.total)))


def _calculator(model: Any, threads: Optional[int]) -> Any:
    """(calculator, its name, its elements or None)"""
    from .model import Potential
    if isinstance(model, (str, os.PathLike, Potential)):
        from .calculator import SoapzCalculator
        potential = Potential(model, threads=threads)
        return SoapzCalculator(potential), potential.path or "a fit", list(potential.elements)
    if not hasattr(model, "get_potential_energy"):
        raise TypeError(f"a model is a file, a soapz.Potential or an ASE calculator, not {type(model).__name__}")
    return model, getattr(model, "name", None) or type(model).__name__, None


def _run(work: _Work, meter: _Meter, groups: Sequence[str]) -> None:
    name = work.crystal.name
    finders = {"eos": work.find_eos, "elastic": work.find_elastic, "phonons": work.find_phonons,
               "vacancy": work.find_vacancy, "surfaces": work.find_surfaces, "gamma": work.find_gamma}
    meter.begin(name, "lattice")
    try:
        work.find_lattice()
    except Failed as e:
        work.note(f"{e}; nothing else was computed")
        return
    for group in groups:
        if group == "lattice":
            continue
        if work.unstable and group in ("vacancy", "surfaces", "gamma"):
            work.note(f"{group}: not computed, the crystal is not stable")
            continue
        meter.begin(name, group)
        try:
            finders[group]()
        except Failed as e:
            work.note(f"{group}: {e}")
        except Exception as e:  # an error of the calculator: earlier results are kept
            work.note(f"{group}: the calculator failed: {type(e).__name__}: {' '.join(str(e).split())}")


FORMULA = re.compile("[A-Z][A-Za-z0-9]*")


def _reference_of(source: Any, names: Sequence[str]) -> Properties:
    """The reference, whose values of "W" are those of the only crystal of W among names."""
    result = read_reference(source)
    for formula in [c for c in result.crystals if ":" not in c]:
        meant = [name for name in names if name.split(":")[1] == formula]
        if len(meant) > 1:
            raise ValueError(f"{result.source}: \"{formula}\" may be {' or '.join(meant)}; name it so")
        if meant:
            result.crystals.setdefault(meant[0], result.crystals[formula])
    return result


def read_reference(source: Any) -> Properties:
    """A file of --json or written by hand, or the same as a dict: {"source": text, "crystals": {"bcc:W":
    {"a": 3.17, "C11": 523, "phonon H": [5.5, 5.5, 5.5]}}}. "crystals" may be left out. "W" alone stands for
    the one crystal of W that is computed."""
    where = "the reference"
    if isinstance(source, Properties):
        return source
    if isinstance(source, (str, os.PathLike)):
        where = os.fspath(source)
        with open(where) as f:
            try:
                source = json.load(f)
            except ValueError as e:
                raise ValueError(f"{where} is not JSON: {e}") from None
    if not isinstance(source, dict):
        raise ValueError(f"{where}: expected an object with crystals such as \"bcc:W\"")
    crystals = source.get("crystals") or {k: v for k, v in source.items() if ":" in k or FORMULA.fullmatch(k)}
    if not crystals:
        raise ValueError(f"{where} has no crystal such as \"bcc:W\"")
    result = Properties(str(source.get("source", where)))
    for name, values in crystals.items():
        if not isinstance(values, dict):
            raise ValueError(f"{where}: {name} is not an object of numbers")
        for key, x in values.items():
            parts = x if isinstance(x, list) else [x]
            if unit_of(key) is None or not all(
                    isinstance(p, (int, float)) and np.isfinite(p) for p in parts):
                raise ValueError(f"{where}: {name} has \"{key}\": {json.dumps(x)}; allowed are numbers named as in the "
                                 "output of soapz property, such as a, C11, \"surface 110\"")
        result.crystals[name] = values
    result.curves = source.get("curves") or {}
    return result


def property(model: Any, crystals: Union[str, Sequence[str]], *, only: Optional[Sequence[str]] = None,
             reference: Any = None, fmax: float = 0.005, steps: int = 300, threads: Optional[int] = None,
             progress: Optional[Callable[[Progress], None]] = None) -> Properties:
    """Lattice constants, elastic constants, phonons, defects, .. of crystals, see Properties.

    model      a model file, a soapz.Potential, or any ASE calculator
    crystals   "bcc:W", or several; structures bcc, fcc, hcp, sc, diamond with one element, rocksalt,
               zincblende, cesiumchloride with two ("rocksalt:NaCl")
    only       some of "lattice", "eos", "elastic", "phonons", "vacancy", "surfaces", "gamma"; all
    reference  values to compare with: another Properties, a dict or a file, see docs/property.md
    fmax       eV/Angstrom, largest force after relaxation; steps: largest number of steps
    threads    see Potential
    progress   called with a Progress

    Properties that cannot be computed are in notes and not among the values. ValueError for an unknown
    crystal or an element that is not in the model; errors of the calculator in the search for the lattice
    constant are raised, later ones become notes."""
    found = [Crystal(c) for c in ([crystals] if isinstance(crystals, str) else crystals)]
    names = [c.name for c in found]
    if not names or len(set(names)) != len(names):
        raise ValueError("no crystal is given" if not names else "a crystal is given twice")
    wrong = [g for g in only or [] if g not in GROUPS]
    if wrong or only is not None and not list(only):
        raise ValueError(f"there is no property \"{''.join(wrong[:1])}\"; allowed are {', '.join(GROUPS)}")
    if not fmax > 0 or steps < 1:
        raise ValueError(f"fmax is {fmax}, steps {steps}: both must be positive")
    groups = [g for g in GROUPS if only is None or g in only]
    calculator, source, elements = _calculator(model, threads)
    for c in found:
        missing = [s for s in c.symbols if elements is not None and s not in elements]
        if missing:
            raise ValueError(f"{c.name}: the model {source} has {' '.join(elements)}, not {missing[0]}")
    result = Properties(source, None if reference is None else _reference_of(reference, names))
    meter = _Meter(((c, g) for c in found for g in dict.fromkeys(["lattice", *groups])), progress)
    for c in found:
        _run(_Work(c, _Bench(calculator, fmax, steps, meter.tell), result, groups), meter, groups)
    return result

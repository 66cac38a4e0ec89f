#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A folder `runs` of aluminium as VASP would leave it, with EMT in the place of VASP. The files
hold the least that ASE needs to read them (foreign_files.py).

    runs/atom/vasprun.xml         one atom in a large cell
    runs/strain/*/OUTCAR         strained crystals
    runs/md_300K/vasprun.xml      molecular dynamics, 32 atoms; one step has not converged
    runs/md_900K/vasprun.xml"""
import os

import ase.build
import numpy as np
from ase import Atoms, units
from ase.calculators.emt import EMT
from ase.md.langevin import Langevin

import foreign_files

KBAR = 0.1 * units.GPa


def step(atoms, electronic=5):
    """A step of VASP. energy is the free energy, energy0 that extrapolated to no smearing."""
    stress = np.zeros((3, 3)) if len(atoms) == 1 else atoms.get_stress(voigt=False)
    energy = atoms.get_potential_energy()
    return {"positions": atoms.positions.copy(), "energy": energy, "energy0": energy + 0.001,
            "forces": atoms.get_forces(), "pressure": -stress / KBAR, "electronic": electronic,
            "change": 1e-6 if electronic < foreign_files.NELM else 1e-2}


def write(folder, atoms, steps, form):
    os.makedirs(folder, exist_ok=True)
    getattr(foreign_files, form)(os.path.join(folder, {"vasprun": "vasprun.xml", "outcar": "OUTCAR"}[form]),
                                 list(atoms.symbols), atoms.cell.array, steps)


def main():
    rng = np.random.RandomState(1)
    atom = Atoms("Al", cell=[20, 20, 20], pbc=True, calculator=EMT())
    write("runs/atom", atom, [step(atom)], "vasprun")
    for k in range(16):
        atoms = ase.build.bulk("Al", "fcc", a=4.0, cubic=True)
        atoms.set_cell(atoms.cell.array @ (np.eye(3) + rng.uniform(-0.03, 0.03, (3, 3))), scale_atoms=True)
        atoms.positions += rng.normal(scale=0.02, size=(len(atoms), 3))
        atoms.calc = EMT()
        write(f"runs/strain/{k:02d}", atoms, [step(atoms)], "outcar")
    for kelvin, n_steps in ((300, 12), (900, 24)):
        atoms = ase.build.bulk("Al", "fcc", a=4.03, cubic=True) * 2
        atoms.calc = EMT()
        size = np.sqrt(2 * kelvin * units.kB * atoms.get_masses())  # half becomes potential energy
        atoms.set_momenta(rng.standard_normal((len(atoms), 3)) * size[:, None])
        run = Langevin(atoms, 3 * units.fs, temperature_K=kelvin, friction=0.02 / units.fs, rng=rng, fixcm=False)
        run.run(50)
        steps = []
        for k in range(n_steps):
            run.run(10)
            steps.append(step(atoms, foreign_files.NELM if k == 5 and kelvin == 300 else 5))
        write(f"runs/md_{kelvin}K", atoms, steps, "vasprun")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Training and test cells of Mo, with a shipped potential instead of DFT.

    teacher.py [--model FILE] [--cells N]

Writes train.xyz and test.xyz: snapshots of molecular dynamics of a crystal, of a hot crystal and
of a crystal with a vacancy (N of each, and a third of that number for the test), and strained
crystals. The runs for the test have other initial velocities."""
import argparse
import os

import ase.build
import numpy as np
from ase import units
from ase.md.langevin import Langevin
from soapz import SoapzCalculator

HERE = os.path.dirname(os.path.abspath(__file__))
MODEL = os.path.join(HERE, "..", "..", "potentials", "NbMoTaW_nu_mu_hat", "NbMoTaW.xml")
CRYSTAL = ase.build.bulk("Mo", "bcc", a=3.17, cubic=True)


def frame(atoms, kind):
    """a frame of extended XYZ; the virial is -volume * stress"""
    virial = -atoms.get_volume() * atoms.get_stress(voigt=False)
    lines = [f"{len(atoms)}", 'Lattice="%s" Properties=species:S:1:pos:R:3:forces:R:3 '
             'energy=%.10f virial="%s" config_type=%s pbc="T T T"' %
             (" ".join("%.10f" % x for x in atoms.cell.array.ravel()), atoms.get_potential_energy(),
              " ".join("%.10f" % x for x in virial.ravel()), kind)]
    for symbol, r, f in zip(atoms.symbols, atoms.positions, atoms.get_forces()):
        lines.append("%s %.10f %.10f %.10f %.10f %.10f %.10f" % (symbol, *r, *f))
    return "\n".join(lines) + "\n"


def dynamics(atoms, kelvin, n_frames, kind, rng):
    """snapshots every 40 fs, after 200 fs of equilibration"""
    size = np.sqrt(2 * kelvin * units.kB * atoms.get_masses())  # half of it becomes potential energy
    atoms.set_momenta(rng.standard_normal((len(atoms), 3)) * size[:, None])
    run = Langevin(atoms, 2 * units.fs, temperature_K=kelvin, friction=0.02 / units.fs, rng=rng,
                   fixcm=False)
    run.run(100)
    for _ in range(n_frames):
        run.run(20)
        yield frame(atoms, kind)


def strained(calculator, n_frames, rng):
    for _ in range(n_frames):
        atoms = CRYSTAL * (2, 2, 2)
        atoms.set_cell(atoms.cell.array @ (np.eye(3) + rng.uniform(-0.03, 0.03, (3, 3))),
                       scale_atoms=True)
        atoms.calc = calculator
        yield frame(atoms, "Elastic")


def write(path, calculator, n_frames, seed):
    rng = np.random.RandomState(seed)
    with open(path, "w") as f:
        for kelvin, kind in ((300, "Crystal"), (1500, "Crystal"), (3500, "Hot"), (1500, "Vacancy")):
            atoms = CRYSTAL * (3, 3, 3)
            if kind == "Vacancy":
                del atoms[0]
            atoms.calc = calculator
            f.writelines(dynamics(atoms, kelvin, n_frames, kind, rng))
        f.writelines(strained(calculator, 2 * n_frames, rng))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default=MODEL, help="the teacher")
    parser.add_argument("--cells", type=int, default=9, help="snapshots of each run")
    options = parser.parse_args()
    calculator = SoapzCalculator(options.model)
    write("train.xyz", calculator, options.cells, 1)
    write("test.xyz", calculator, (options.cells + 2) // 3, 2)


if __name__ == "__main__":
    main()

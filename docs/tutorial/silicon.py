#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Training and test data of silicon for the tutorial. The potential of Stillinger and Weber
(1985), computed by LAMMPS, stands for DFT.

    silicon.py [--only KIND ..] [--label FILE.xyz]

Writes train.xyz and test.xyz in extended XYZ, with energy, force, virial and config_type:

    isolated_atom  one atom alone
    elastic        strained crystals of 8 atoms
    crystal        molecular dynamics of 64 atoms at 300 and 1200 K
    vacancy        the same with one atom taken out, at 1200 K
    liquid         a melt at 4000 K

--only takes these kinds alone. --label computes energy, force and virial of the frames of a file
instead and writes them to labelled.xyz, as DFT would."""
import argparse
import ctypes
import os
import sys
import tempfile

import ase.build
import ase.io
import numpy as np
from ase import Atoms, units
from ase.calculators.lammpslib import LAMMPSlib
from ase.md.langevin import Langevin

# epsilon sigma a lambda gamma cos A B p q tolerance
PARAMETERS = "Si Si Si 2.1683 2.0951 1.80 21.0 1.20 -0.333333333333 7.049556277 0.6022245584 4.0 0.0 0.0\n"
LATTICE = 5.431
KINDS = ("isolated_atom", "elastic", "crystal", "vacancy", "liquid")


def stillinger_weber():
    mpi = os.path.join(sys.prefix, "lib", "libmpi.so.12")  # pip's, which the loader does not look for
    if os.path.exists(mpi):
        ctypes.CDLL(mpi, ctypes.RTLD_GLOBAL)
    with tempfile.NamedTemporaryFile("w", suffix=".sw", delete=False) as f:
        f.write(PARAMETERS)
    return LAMMPSlib(lmpcmds=["pair_style sw", f"pair_coeff * * {f.name} Si"], atom_types={"Si": 1},
                     keep_alive=True, log_file=os.devnull)


def frame(atoms, kind):
    """A copy with its data, as a program of DFT would leave it"""
    copy = Atoms(atoms.symbols, atoms.positions, cell=atoms.cell, pbc=True)
    copy.info["energy"] = atoms.get_potential_energy()
    copy.arrays["force"] = atoms.get_forces()
    copy.info["virial"] = -atoms.get_volume() * atoms.get_stress(voigt=False)
    copy.info["config_type"] = kind
    return copy


def dynamics(atoms, kelvin, n_frames, kind, rng):
    """n_frames, 60 fs apart, after 300 fs"""
    atoms.calc = stillinger_weber()
    size = np.sqrt(2 * kelvin * units.kB * atoms.get_masses())  # half becomes potential energy
    atoms.set_momenta(rng.standard_normal((len(atoms), 3)) * size[:, None])
    run = Langevin(atoms, 2 * units.fs, temperature_K=kelvin, friction=0.02 / units.fs, rng=rng, fixcm=False)
    run.run(150)
    for _ in range(n_frames):
        run.run(30)
        yield frame(atoms, kind)


def crystal():
    return ase.build.bulk("Si", "diamond", a=LATTICE, cubic=True)


def elastic(n_frames, rng):
    for _ in range(n_frames):
        atoms = crystal()
        atoms.set_cell(atoms.cell.array @ (np.eye(3) + rng.uniform(-0.04, 0.04, (3, 3))), scale_atoms=True)
        atoms.positions += rng.normal(scale=0.03, size=(len(atoms), 3))
        atoms.calc = stillinger_weber()
        yield frame(atoms, "elastic")


def isolated():
    atoms = Atoms("Si", cell=[20, 20, 20], pbc=True)
    atoms.info["energy"] = 0.0
    atoms.info["config_type"] = "isolated_atom"
    return atoms


def frames(n, seed, kinds):
    rng = np.random.RandomState(seed)
    big = crystal() * 2
    hole = big.copy()
    del hole[0]
    molten = big.copy()
    molten.set_cell(molten.cell.array * 0.98, scale_atoms=True)  # the melt is denser
    molten.positions += rng.normal(scale=0.2, size=(len(molten), 3))
    made = []
    if "isolated_atom" in kinds:
        made.append(isolated())
    if "elastic" in kinds:
        made += elastic(3 * n, rng)
    if "crystal" in kinds:
        made += dynamics(big.copy(), 300, n, "crystal", rng)
        made += dynamics(big.copy(), 1200, n, "crystal", rng)
    if "vacancy" in kinds:
        made += dynamics(hole, 1200, n, "vacancy", rng)
    if "liquid" in kinds:
        made += dynamics(molten, 4000, n, "liquid", rng)
    return made


def label(path):
    made = []
    for atoms in ase.io.read(path, index=":"):
        kind = atoms.info.get("config_type", "new")
        atoms.calc = stillinger_weber()
        made.append(frame(atoms, kind))
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", nargs="+", choices=KINDS, default=KINDS, metavar="KIND")
    parser.add_argument("--frames", type=int, default=8, help="of each run; 8")
    parser.add_argument("--label", metavar="FILE.xyz")
    options = parser.parse_args()
    if options.label:
        labelled = label(options.label)
        ase.io.write("labelled.xyz", labelled)
        print(f"labelled.xyz: {len(labelled)} frames, {sum(map(len, labelled))} atoms")
        return
    train = frames(options.frames, 1, options.only)
    test = [a for a in frames((options.frames + 2) // 3, 2, options.only) if len(a) > 1]
    ase.io.write("train.xyz", train)
    ase.io.write("test.xyz", test)
    print(f"train.xyz: {len(train)} frames, {sum(map(len, train))} atoms")
    print(f"test.xyz: {len(test)} frames, {sum(map(len, test))} atoms")


if __name__ == "__main__":
    main()

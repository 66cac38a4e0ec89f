#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes disordered.xyz: surfaces of alloys, melts and glasses, which the DFT data do not have.

    disordered.py DATA > disordered.xyz        # minutes; lmp from $LMP or the path

A crystal of 54 atoms of each element and of random alloys, and a slab of each alloy, are heated in
LAMMPS until they have melted, the crystal is then quenched; energies and forces along the way are those
of the published SNAP (DATA/Ta-W-Nb-Mo.snapcoeff), which was fitted to the same DFT data. Its energies
are shifted, element by element, to the DFT energies of the crystals. An estimate, fitted with large
sigmas: it only keeps disorder from being favourable. The runs are chaotic: another machine gives other
cells."""
import itertools
import os
import subprocess
import sys
import tempfile

from apart import ELEMENTS

MASS = {"Nb": 92.906, "Mo": 95.95, "Ta": 180.948, "W": 183.84}
CELLS = 3
HOT = 4500

START = """
units metal
lattice bcc {a}
region box block 0 {cells} 0 {cells} 0 {height}
create_box 4 box
region filled block INF INF INF INF -0.1 {top}
create_atoms {first} region filled
{mix}
mass 1 {mass[0]}
mass 2 {mass[1]}
mass 3 {mass[2]}
mass 4 {mass[3]}
pair_style snap
pair_coeff * * {snap}coeff {snap}param {elements}
thermo_style custom step pe
thermo_modify format float %.10g
thermo {every}
"""
HEAT = """
timestep 0.002
velocity all create 600 {seed} loop geom
dump cells all custom {every} cells.dump id type x y z fx fy fz
dump_modify cells sort id first no format float %.8f
fix move all nvt temp 300 {hot} 0.1
run {steps}
"""
QUENCH = """
fix move all nvt temp {hot} 300 0.1
run {steps}
"""


def lammps(text):
    """runs `text`; potential energies by step, and the frames dumped by step"""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([os.environ.get("LMP", "lmp"), "-log", "none", "-in", "/dev/stdin"],
                              input=text, cwd=folder, text=True, capture_output=True)
        if done.returncode:
            sys.exit(f"disordered.py: LAMMPS failed:\n{done.stdout[-2000:]}{done.stderr}")
        energies = {}
        for line in done.stdout.splitlines():
            words = line.split()
            if len(words) == 2 and words[0].isdigit():
                energies[int(words[0])] = float(words[1])
        path = os.path.join(folder, "cells.dump")
        return energies, dict(frames(path)) if os.path.exists(path) else {}


def frames(path):
    """(step, sides of the box, rows of id type x y z fx fy fz) of each frame"""
    with open(path) as file:
        while file.readline():
            step = int(next(file))
            next(file)
            atoms = int(next(file))
            next(file)
            sides = [float(high) - float(low) for low, high in (next(file).split() for _ in "xyz")]
            next(file)
            yield step, (sides, [next(file).split() for _ in range(atoms)])


def start(snap, parts, a, height, top, every):
    """LAMMPS input: a cell of the elements `parts`, equal amounts at random places"""
    names = list(ELEMENTS)
    types = [names.index(p) + 1 for p in parts]
    atoms = 2 * CELLS * CELLS * CELLS
    mix = "\n".join(f"set type {types[0]} type/subset {t} {atoms // len(types)} {40 + t}"
                    for t in types[1:])
    return START.format(a=a, cells=CELLS, height=height, top=top, first=types[0], mix=mix,
                        mass=[MASS[name] for name in names], snap=snap, every=every,
                        elements=" ".join(names))


def show(frame, energy, shifts):
    sides, rows = frame
    names = list(ELEMENTS)
    symbols = [names[int(row[1]) - 1] for row in rows]
    energy += sum(shifts[s] for s in symbols)
    lattice = " ".join(f"{sides[i] if i == j else 0:.5f}" for i in range(3) for j in range(3))
    print(f"{len(rows)}\nLattice=\"{lattice}\" Properties=species:S:1:pos:R:3:forces:R:3 "
          f"energy={energy:.4f} config_type=disordered pbc=\"T T T\"")
    for symbol, row in zip(symbols, rows):
        print(symbol, *(f"{float(x):.4f}" for x in row[2:]))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    snap = os.path.abspath(os.path.join(sys.argv[1], "Ta-W-Nb-Mo.snap"))
    shifts = {}
    for name, (energy, _, a, _) in ELEMENTS.items():
        energies, _ = lammps(start(snap, [name], a, CELLS, CELLS - 0.1, 1) + "run 0\n")
        shifts[name] = energy - energies[0] / (2 * CELLS ** 3)
    mixes = [m for n in (1, 2, 3, 4) for m in itertools.combinations(ELEMENTS, n)]
    for seed, parts in enumerate(mixes, 11):
        a = sum(ELEMENTS[p][2] for p in parts) / len(parts)
        heat = dict(seed=seed, every=750, hot=HOT, steps=3000)
        slab = start(snap, parts, a, 2 * CELLS, CELLS - 0.1, 750) + HEAT.format(**heat)
        melt = (start(snap, parts, 1.03 * a, CELLS, CELLS - 0.1, 750)
                + HEAT.format(**{**heat, "every": 1500}) + QUENCH.format(hot=HOT, steps=3000))
        # surfaces of the elements are in the data, and so are crystals
        runs = [(slab, 0), (melt, 1)] if len(parts) > 1 else [(melt, 1)]
        for text, first in runs:
            energies, cells = lammps(text)
            for step in list(cells)[first:]:
                show(cells[step], energies[step], shifts)
        print(f"{' '.join(parts)} done", file=sys.stderr)


if __name__ == "__main__":
    main()

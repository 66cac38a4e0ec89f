#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Does a potential survive a close encounter?

    repulsion.py MODEL [MODEL ...] [-o PICTURE] [--step ANGSTROM]

Brings each pair of elements together, from 2.0 to 0.5 Angstrom, in vacuum and inside a bcc
crystal (an atom is pushed along <111> towards its neighbour, all others stay), and tells
whether the energy rises all the way. Free dimers with V are bound at less than 2 Angstrom (V2 at
1.77): theirs has to rise from 1.5. Where molecule.data of H, C and O lies beside MODEL, the nearest atoms of
each pair of elements are brought together in that molecule, from nine tenths of their distance. Exit code 1
where the energy falls."""
import argparse
import itertools
import os
import sys

import numpy as np
from soapz import Potential

NUMBER = {"Nb": 41, "Mo": 42, "Ta": 73, "W": 74, "V": 23}
LATTICE = {"Nb": 3.308, "Mo": 3.163, "Ta": 3.321, "W": 3.185, "V": 2.998}
FAR, NEAR = 2.0, 0.5
BOUND = 1.5  # free dimers with V


def in_vacuum(potential, a, b, distances):
    numbers = [NUMBER[a], NUMBER[b]]
    return [potential.compute(numbers, [[0, 0, 0], [r, 0, 0]])[0].sum() for r in distances]


def in_crystal(potential, a, b, distances):
    """atom a on its way to b in a crystal of 54 atoms, half a and half b"""
    side = 3 * 0.5 * (LATTICE[a] + LATTICE[b])
    sites = np.array([(x + s, y + s, z + s) for x in range(3) for y in range(3) for z in range(3)
                      for s in (0.0, 0.5)]) * side / 3
    numbers = [NUMBER[a] if k % 2 == 0 else NUMBER[b] for k in range(len(sites))]
    direction = np.ones(3) / np.sqrt(3.0)
    energies = []
    for r in distances:
        positions = sites.copy()
        positions[0] = sites[1] - r * direction
        energies.append(potential.compute(numbers, positions, side * np.eye(3), True)[0].sum())
    return energies


def read_molecule(path):
    """elements and positions of a LAMMPS data file with the types H C O"""
    with open(path) as file:
        rows = np.array([line.split() for line in file.read().split("Atoms # atomic")[1].splitlines()
                         if line.strip()], float)
    return ["HCO"[int(k) - 1] for k in rows[:, 1]], rows[:, 2:]


def in_molecule(potential, a, b, n, symbols, positions):
    """distances and energies of the nearest a and b: both move, all others stay"""
    distance = np.linalg.norm(positions[:, None] - positions, axis=-1)
    i, j = min(((i, j) for i in range(len(symbols)) for j in range(len(symbols))
                if i != j and (symbols[i], symbols[j]) == (a, b)), key=lambda ij: distance[ij])
    middle, along = (positions[i] + positions[j]) / 2, (positions[i] - positions[j]) / distance[i, j]
    energies = []
    distances = np.linspace(0.9 * distance[i, j], NEAR, n)
    for r in distances:
        moved = positions.copy()
        moved[i], moved[j] = middle + r / 2 * along, middle - r / 2 * along
        energies.append(potential.compute(["_HXXXXCXO".index(s) for s in symbols], moved)[0].sum())
    return distances, energies


def first_fall(distances, energies, begin):
    """the distance below begin where the energy stops to rise, or None"""
    rises = (np.diff(energies) > 0) | (distances[:-1] > begin + 1e-9)
    return None if rises.all() else distances[np.argmin(rises)]


def all_curves(path, potential, step):
    """(a, b, place, distances, energies, the distance from which they have to rise)"""
    elements = [e for e in NUMBER if e in potential.elements]
    distances = np.linspace(FAR, NEAR, round((FAR - NEAR) / step) + 1)
    for a, b in itertools.combinations_with_replacement(elements, 2):
        for place, energy in (("vacuum", in_vacuum), ("crystal", in_crystal)):
            bound = place == "vacuum" and "V" in (a, b)
            yield a, b, place, distances, energy(potential, a, b, distances), BOUND if bound else FAR
    molecule = os.path.join(os.path.dirname(path), "molecule.data")
    if os.path.exists(molecule):
        for a, b in itertools.combinations_with_replacement("HCO", 2):
            yield a, b, "molecule", *in_molecule(potential, a, b, len(distances), *read_molecule(molecule)), FAR


def judge(path, step):
    curves, bad = {}, 0
    for a, b, place, distances, energies, begin in all_curves(path, Potential(path), step):
        fall = first_fall(distances, energies, begin)
        bad += fall is not None
        curves[a, b, place] = distances, np.array(energies) - energies[0]
        at = [0, len(distances) // 3, 2 * len(distances) // 3, -1]
        print(f"{a:>2}-{b:<2} {place:8s} " + " -> ".join(f"{distances[k]:.2f}" for k in at) + " Angstrom: "
              + " ".join(f"{curves[a, b, place][1][k]:9.1f}" for k in at[1:]) + " eV"
              + (f"   NOT MONOTONIC at {fall:.2f}" if fall else ""))
    print(f"{path}: {len(curves)} curves, {bad} of them fall somewhere")
    return curves, bad


def draw(curves, path):
    from soapz.pictures import WIDTH, label_ends, plain, plt, write_figure
    figure, axes = plt.subplots(2, 1, figsize=(WIDTH, 6.4), sharex=True)
    for (a, b, place), (distances, energies) in curves.items():
        axes[int(place != "vacuum")].semilogy(distances[1:], energies[1:], label=f"{a}-{b}", lw=1)
    for place, axis in zip(("in vacuum", "in the crystal or molecule"), axes):
        axis.set_title(f"energy {place}, eV")
        plain(axis.yaxis)
    axes[1].set_xlabel("distance, Å")
    axes[1].invert_xaxis()  # the labels are at the closest distance
    for axis in axes:
        label_ends(axis)
    write_figure(figure, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=
                                     argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="+")
    parser.add_argument("-o", "--output", help="picture of the last model")
    parser.add_argument("--step", type=float, default=0.01, help="between distances, Angstrom")
    options = parser.parse_args()
    bad = 0
    for model in options.model:
        curves, n = judge(model, options.step)
        bad += n
    if options.output:
        draw(curves, options.output)
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Lattice parameters and elastic constants of the DFT data themselves.

    dft.py FOLDER [-o dft.json]       FOLDER holds train.xyz

The strained cells of each element (config_type X_Elastic) are one bcc cell deformed by up to
10 % along the axes and in shear. With F the deformation of the unstrained cell, of volume V0,
and sigma its Cauchy stress,

    E = (F^T F - 1) / 2                  Green's strain
    S = det(F) F^-1 sigma F^-T           second Piola-Kirchhoff stress = d(energy / V0) / dE

so that polynomials of the energy and of S in E give the same constants twice:

    S11 = S0 + C11 E11 + ..., S22 = S0 + C12 E11 + ...        (a strain along an axis)
    S12 = C44 g + ..., g = 2 E12                              (a shear)
    energy / V0 = w0 + S0 E11 + C11 E11^2 / 2 + ...           (C44 in the same way)

Both results are printed; their difference shows how well the DFT is converged. C44 is taken from the
energies, because the stresses of the sheared cells of niobium change their sign near 0.01, in
contrast to the energies.

S0 of the unstrained cell, a pressure below 0.1 GPa, changes the lattice parameter by S0 / 3B. Its
effect on the constants is neglected.

The data: Li, Chen, Zheng, Zuo and Ong, npj Comput. Mater. 6, 70 (2020).
"""
import argparse
import json
import os
import re
import sys

import numpy as np

GPA = 160.2176634  # GPa in one eV/Angstrom^3
ELEMENTS = ["Nb", "Mo", "Ta", "W"]


def read_cells(path, config_type):
    """(lattice [3][3] of rows, energy, virial [3][3]) of the frames of this config_type."""
    cells = []
    with open(path) as file:
        for line in file:
            if f"config_type={config_type} " not in line:
                continue
            quoted = dict(re.findall(r'(\w+)="([^"]*)"', line))
            energy = float(re.search(r"\benergy=(\S+)", line)[1])
            lattice, virial = (np.array(quoted[k].split(), float).reshape(3, 3)
                               for k in ("Lattice", "virial"))
            cells.append((lattice, energy, virial))
    return cells


def unrotated(lattice, reference):
    """The deformation of the reference as a symmetric U, and the rotation R that follows:
    lattice = reference U R, as rows."""
    u, s, vt = np.linalg.svd(np.linalg.solve(reference, lattice))
    return (u * s) @ u.T, u @ vt


def strains_and_stresses(cells):
    """Green's strains, stresses S (eV/Angstrom^3) and energies / V0, relative to the unstrained
    cell, which is the cubic one."""
    def distortion(cell):
        metric = cell[0] @ cell[0].T
        return np.abs(metric - np.eye(3) * np.trace(metric) / 3).max()

    reference = min(cells, key=distortion)[0]
    volume = np.linalg.det(reference)
    strain, stress, energy = [], [], []
    for lattice, e, virial in cells:
        u, rotation = unrotated(lattice, reference)
        back = np.linalg.inv(u)
        # the virial is -V sigma, and V = det(U) V0
        stress.append(back @ (rotation @ -virial @ rotation.T) @ back / volume)
        strain.append((u @ u - np.eye(3)) / 2)
        energy.append(e / volume)
    return np.array(strain), np.array(stress), np.array(energy), reference[0, 0]


def slope(x, y, degree):
    """The coefficient of x in a polynomial of this degree fitted to y."""
    return np.polynomial.polynomial.polyfit(x, y, degree)[1]


def curvature(x, y, degree):
    return 2 * np.polynomial.polynomial.polyfit(x, y, degree)[2]


def constants(cells, largest):
    strain, stress, energy, a = strains_and_stresses(cells)
    engineering = np.abs(strain) * (2 - np.eye(3))
    size = engineering.max(axis=(1, 2))
    x11, y11, y12, e11, x44, y44, e44 = ([] for _ in range(7))
    for k in np.flatnonzero(size <= largest * (1 + largest / 2) + 1e-6):
        i, j = np.unravel_index(engineering[k].argmax(), (3, 3))
        if i != j and size[k] > 1e-6:  # a shear
            x44.append(2 * strain[k, i, j])
            y44.append(stress[k, i, j])
            e44.append(energy[k])
            continue
        for i in range(3):  # the unstrained cell is used for each axis
            others = [j for j in range(3) if j != i]
            if np.abs(strain[k, others, others]).max() > 1e-5:
                continue
            x11.append(strain[k, i, i])
            y11.append(stress[k, i, i])
            y12.append(stress[k, others, others].mean())
            e11.append(energy[k])
    rest = stress[size < 1e-6][:, [0, 1, 2], [0, 1, 2]].mean()  # S0
    c11, c12, c44 = (slope(x, y, 3) for x, y in ((x11, y11), (x11, y12), (x44, y44)))
    # a shear of g also has E22 = g^2 / 2, on which S0 does work
    zero = energy[size < 1e-6]
    e44_all, x44_all = np.append(e44, zero), np.append(x44, 0 * zero)
    return {"a": a * (1 - rest / (c11 + 2 * c12)),
            "C11": c11 * GPA, "C12": c12 * GPA,
            "C44": (curvature(x44_all, e44_all, 4) - rest) * GPA,
            "C11_energy": curvature(x11, e11, 4) * GPA, "C44_stress": c44 * GPA,
            "cells": len(x11) + len(x44)}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--largest", type=float, default=0.05, help="strain that is used")
    parser.add_argument("-o", default="dft.json")
    args = parser.parse_args()
    path = os.path.join(args.folder, "train.xyz")
    if not os.path.isfile(path):
        sys.exit(f"{path}: no such file; give the folder of the NbMoTaW data")
    result = {"source": "strained cells of the data of Li, Chen, Zheng, Zuo and Ong, "
                        "npj Comput. Mater. 6, 70 (2020)", "largest_strain": args.largest}
    print("element      a     C11    C12    C44   C11 (energy)  C44 (stress)  cells")
    for element in ELEMENTS:
        cells = read_cells(path, element + "_Elastic")
        if len(cells) < 20:
            sys.exit(f"{path}: {len(cells)} cells of config_type {element}_Elastic, 121 are "
                     "expected; give the folder of the NbMoTaW data")
        c = constants(cells, args.largest)
        result[element] = {k: round(v, 4 if k == "a" else 1) if k != "cells" else v
                           for k, v in c.items()}
        print(f"{element:7} {c['a']:8.4f} {c['C11']:6.1f} {c['C12']:6.1f} {c['C44']:6.1f}"
              f"{c['C11_energy']:15.1f} {c['C44_stress']:13.1f} {c['cells']:6}")
    with open(args.o, "w") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()

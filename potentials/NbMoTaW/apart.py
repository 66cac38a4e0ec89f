#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes apart.xyz: energies of atoms far from each other, which the DFT data do not have.

    apart.py > apart.xyz

Isolated atoms: the energy of the crystal in the data plus the measured cohesive energy (C. Kittel,
Introduction to Solid State Physics). Crystals stretched to 1.2 to 1.8 of their length, elements and
ordered binary alloys: the universal binding energy relation of J. H. Rose, J. R. Smith, F. Guinea and
J. Ferrante, Phys. Rev. B 29, 2963 (1984),

    E(a) = -E_c (1 + a + 0.05 a^3) exp(-a),   a = (r - r_0) / l,   l = sqrt(E_c / (12 pi B r_0)),

r the Wigner-Seitz radius and B the bulk modulus; binary alloys with the means of their elements. An
estimate, fitted with a large sigma: it only keeps evaporation from being favourable."""
import itertools
from math import exp, pi, sqrt

EV_A3 = 160.21766  # GPa
# energy of the crystal in the data, eV; cohesive energy, eV; lattice parameter, Angstrom; B, GPa
ELEMENTS = {"Nb": (-10.0950, 7.57, 3.322, 173), "Mo": (-10.8483, 6.82, 3.169, 264),
            "Ta": (-11.8529, 8.10, 3.322, 195), "W": (-12.9603, 8.90, 3.190, 305)}
STRETCHED = (1.2, 1.3, 1.4, 1.5, 1.6, 1.8)


def rose(cohesive, a0, bulk, stretch):
    """energy of an atom over that of isolated atoms, eV"""
    r0 = a0 * (3 / (8 * pi)) ** (1 / 3)
    a = (stretch - 1) * r0 / sqrt(cohesive / (12 * pi * bulk / EV_A3 * r0))
    return -cohesive * (1 + a + 0.05 * a ** 3) * exp(-a)


def show(kind, cell, atoms, energy):
    lattice = " ".join(f"{cell if i == j else 0.0:.4f}" for i in range(3) for j in range(3))
    print(f"{len(atoms)}\nLattice=\"{lattice}\" Properties=species:S:1:pos:R:3 energy={energy:.4f} "
          f"config_type={kind} pbc=\"T T T\"")
    for symbol, x in atoms:
        print(symbol, *[f"{x:.4f}"] * 3)


def main():
    for symbol, (crystal, cohesive, _, _) in ELEMENTS.items():
        show("isolated_atom", 20.0, [(symbol, 0.0)], crystal + cohesive)
    for pair in itertools.combinations_with_replacement(ELEMENTS, 2):
        crystal, cohesive, a0, bulk = (sum(v) / 2 for v in zip(*(ELEMENTS[s] for s in pair)))
        for stretch in STRETCHED:
            a = a0 * stretch
            energy = crystal + cohesive + rose(cohesive, a0, bulk, stretch)
            show("stretched", a, list(zip(pair, (0.0, a / 2))), 2 * energy)


if __name__ == "__main__":
    main()

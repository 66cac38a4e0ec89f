#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A potential from Python: energy against volume of the elements, and a relaxed alloy.

    relax.py [--model FILE] [--cells N] [-o PICTURE]

For each element of the model: the energy of the bcc crystal at 15 volumes, and the lattice parameter
and the bulk modulus from a Birch-Murnaghan fit. For an equimolar random alloy: the same, before and
after relaxation of the atoms and the cell."""
import argparse
import os
import warnings

import ase.build
import numpy as np
from ase.eos import EquationOfState
from ase.filters import FrechetCellFilter
from ase.optimize import BFGS
from ase.units import GPa
from soapz import SoapzCalculator

# the cell filter takes logarithms of matrices near 1, for which scipy warns about the last digits
warnings.filterwarnings("ignore", "logm result may be inaccurate", RuntimeWarning)
HERE = os.path.dirname(os.path.abspath(__file__))
MODEL = os.path.join(HERE, "..", "..", "potentials", "NbMoTaW", "balanced.soapz")
PBE = {"Nb": (3.308, 165), "Mo": (3.163, 254), "Ta": (3.321, 201), "W": (3.185, 323)}


def curve(atoms, n_volumes=15, reach=0.06):
    """volumes and energies per atom, lengths scaled by 1-reach to 1+reach"""
    cell, points = atoms.cell.array.copy(), []
    for scale in np.linspace(1 - reach, 1 + reach, n_volumes):
        strained = atoms.copy()
        strained.calc = atoms.calc
        strained.set_cell(scale * cell, scale_atoms=True)
        points.append((strained.get_volume(), strained.get_potential_energy()))
    return np.array(points).T / len(atoms)


def equation_of_state(atoms):
    """lattice parameter of bcc in Angstrom, bulk modulus in GPa, and the curve"""
    volume, energy = curve(atoms)
    v0, _, bulk = EquationOfState(volume, energy, eos="birchmurnaghan").fit()
    return (2 * v0) ** (1 / 3), bulk / GPa, volume, energy


def element(symbol, calculator):
    atoms = ase.build.bulk(symbol, "bcc", a=PBE.get(symbol, (3.2,))[0], cubic=True)
    atoms.calc = calculator
    return atoms


def alloy(symbols, n_cells, calculator, seed=1):
    """an equimolar alloy, elements at random on the sites of bcc"""
    atoms = ase.build.bulk("W", "bcc", a=3.24, cubic=True) * (n_cells, n_cells, n_cells)
    kinds = np.resize(symbols, len(atoms))
    np.random.default_rng(seed).shuffle(kinds)
    atoms.symbols[:] = kinds
    atoms.calc = calculator
    return atoms


def draw(curves, path):
    from soapz.pictures import COLOURS, label_ends, plt, write_figure

    figure, axes = plt.subplots()
    for (name, (volume, energy)), color in zip(curves.items(), COLOURS):
        axes.plot(volume, energy - energy.min(), "o-", ms=3.5, color=color, label=name)
    axes.set(xlabel="volume of an atom, Å$^3$", ylabel="energy of an atom, eV", title="Energy above its minimum")
    label_ends(axes)
    write_figure(figure, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default=MODEL)
    parser.add_argument("--cells", type=int, default=3, help="alloy: cells along an edge")
    parser.add_argument("-o", "--output", help="picture")
    options = parser.parse_args()
    calculator, curves = SoapzCalculator(options.model), {}
    elements = calculator.potential.elements

    print("            a, Angstrom    PBE      B, GPa    PBE")
    for symbol in elements:
        a, bulk, *curves[symbol] = equation_of_state(element(symbol, calculator))
        pbe = PBE.get(symbol, (np.nan, np.nan))
        print(f"{symbol:10s}  {a:11.4f}  {pbe[0]:6.3f}  {bulk:8.1f}  {pbe[1]:6.0f}")

    atoms = alloy(elements, options.cells, calculator)
    name, before = "".join(elements), atoms.get_potential_energy() / len(atoms)
    BFGS(FrechetCellFilter(atoms), logfile=None).run(fmax=0.01, steps=500)
    after = atoms.get_potential_energy() / len(atoms)
    a, bulk, *curves[name] = equation_of_state(atoms)
    print(f"{name:10s}  {a:11.4f}          {bulk:8.1f}")
    print(f"\n{len(atoms)} atoms of {name}, relaxed: {1e3 * (after - before):.1f} meV/atom, largest "
          f"force {np.abs(atoms.get_forces()).max():.3f} eV/Angstrom,")
    shift = atoms.get_scaled_positions() - alloy(elements, options.cells, None).get_scaled_positions()
    shift = (shift - np.round(shift)) @ atoms.cell.array
    shift -= shift.mean(axis=0)
    print(f"atoms {np.sqrt((shift**2).sum(axis=1).mean()):.3f} Angstrom (rms) from their sites")
    if options.output:
        draw(curves, options.output)


if __name__ == "__main__":
    main()

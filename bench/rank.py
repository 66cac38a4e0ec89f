#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Time saved by rank_tolerance, and the differences in the results.

    PYTHONPATH=python SOAPZ_LIBRARY=build/libsoapz.so rank.py [MODEL.soapz ..] [--build build]

For each tolerance: the ranks of the terms; microseconds per atom for the kernel and for a whole
evaluation (soapz bench, 1024 atoms, the minimum over --rounds in turns); and the differences in 50
cells of 54 atoms: random bcc alloys of the elements of the model, 3.18 to 3.32 Angstrom, strained
by 1 %, with displacements of 0.02 to 0.15 Angstrom (rms along each axis)."""
import argparse
import os

import numpy as np
import soapz

from common import ROOT, bench

TOLERANCES = ("0", "1e-6", "1e-5", "1e-4", "1e-3")
SHIPPED = [os.path.join(ROOT, "potentials", "NbMoTaW", name) for name in
           ("balanced.soapz", "accurate.soapz")]


def cells(elements, n=50):
    """structures in the form that Potential takes"""
    rng = np.random.default_rng(7)
    corner = np.array([[i, j, k] for i in range(3) for j in range(3) for k in range(3)], float)
    sites = np.concatenate([corner, corner + 0.5])
    for _ in range(n):
        a, shake = rng.uniform(3.18, 3.32), rng.uniform(0.02, 0.15)
        strain = np.eye(3) + rng.normal(scale=0.01, size=(3, 3))
        positions = a * sites @ strain + rng.normal(scale=shake, size=sites.shape)
        yield rng.choice(elements, len(sites)).tolist(), positions, 3 * a * strain, True


def times(build, model, rounds):
    """{tolerance: (kernel, energies and forces)}"""
    best = {}
    for _ in range(rounds):
        for t in TOLERANCES:
            spent = bench(build, model, "--cells", 8, "--rank-tolerance", t)["microseconds"]
            found = (spent["kernel"], spent["forces"])
            best[t] = tuple(map(min, found, best.get(t, found)))
    return best


def rms(x):
    return np.sqrt(np.mean(np.square(x)))


def report(model, spent):
    print(f"\n{os.path.basename(model)}\n\n| tolerance, eV | ranks | kernel | step | local energy, rms "
          "| force, rms | force, largest |\n|---|---|---:|---:|---:|---:|---:|")
    exact = None
    for t in TOLERANCES:
        potential = soapz.Potential(model, rank_tolerance=float(t))
        found = [potential.predict(c) for c in cells(potential.elements)]
        energies = np.concatenate([p.energies for p in found])
        forces = np.concatenate([p.forces for p in found])
        exact = exact or (energies, forces)
        ranks = {}
        for r in potential.ranks:
            ranks.setdefault(r.length, []).append(r.rank if r.used else r.length)
        ranks = ", ".join(f"{min(r)} to {max(r)} of {n}" for n, r in ranks.items())
        print(f"| {t} | {ranks or 'exact'} | {spent[t][0]:.2f} | {spent[t][1]:.1f} "
              f"| {rms(energies - exact[0]):.1e} | {rms(forces - exact[1]):.1e} "
              f"| {abs(forces - exact[1]).max():.1e} |")
    print(f"\nforces are {rms(exact[1]):.2f} eV/Angstrom rms")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="*", default=SHIPPED)
    parser.add_argument("--build", default=os.path.join(ROOT, "build"), help="with the program soapz")
    parser.add_argument("--rounds", type=int, default=3)
    a = parser.parse_args()
    for model in a.model:
        report(model, times(a.build, model, a.rounds))


if __name__ == "__main__":
    main()

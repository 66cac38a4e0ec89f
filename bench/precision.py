#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Time saved by mixed precision, and the differences in the results.

    PYTHONPATH=python SOAPZ_LIBRARY=build/libsoapz.so precision.py [MODEL ..] [--build build]

Microseconds per atom for energies and forces (soapz bench, 1024 atoms), double and mixed in turns:
medians over --rounds and the ratio within rounds; and the differences in the 50 cells of rank.py."""
import argparse
import os

import numpy as np
import soapz

from common import ROOT, bench
from rank import cells, rms

SHIPPED = [os.path.join(ROOT, "potentials", "NbMoTaW", name) for name in
           ("fast.soapz", "balanced.soapz", "accurate.soapz")]


def time_of(build, model, *options):
    return bench(build, model, "--cells", 8, "--repeat", 5, *options)["microseconds"]["forces"]


def report(model, spent):
    double, mixed = (soapz.Potential(model, precision=p) for p in ("double", "mixed"))
    found = [[p.predict(c) for c in cells(double.elements)] for p in (double, mixed)]
    local, force, total = (
        np.concatenate([np.ravel(f(b)) - np.ravel(f(a)) for a, b in zip(*found)])
        for f in (lambda p: p.energies, lambda p: p.forces, lambda p: p.energy / len(p.energies)))
    a, b = np.transpose(spent)
    print(f"| {os.path.basename(model)} | {np.median(a):.1f} | {np.median(b):.1f} | {np.median(a / b):.2f} "
          f"({min(a / b):.2f} .. {max(a / b):.2f}) | {abs(total).max():.1e} | {rms(local):.1e} "
          f"| {rms(force):.1e} | {abs(force).max():.1e} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="*", default=SHIPPED)
    parser.add_argument("--build", default=os.path.join(ROOT, "build"), help="with the program soapz")
    parser.add_argument("--rounds", type=int, default=5)
    a = parser.parse_args()
    print("| model | double | mixed | ratio | energy, eV/atom | local energy, eV rms | force, eV/Å rms | largest |"
          "\n|---|---:|---:|---:|---:|---:|---:|---:|")
    for model in a.model:
        report(model, [(time_of(a.build, model), time_of(a.build, model, "--precision", "mixed"))
                       for _ in range(a.rounds)])


if __name__ == "__main__":
    main()

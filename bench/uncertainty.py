#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Cost of variance, grade and uncertainty of atoms: CPU time relative to energies and forces.

    uncertainty.py [MODEL] [--cells 8] [--turns 5]

bcc cells of a random alloy of the elements of the model, with displaced atoms; one thread. Each turn
measures all of them; the shortest times are compared. Each time includes a neighbour list.
SOAPZ_LIBRARY names the library."""
import argparse
import os
import sys
import time
from ctypes import byref

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(ROOT, "python"))
import numpy as np  # noqa: E402
import soapz  # noqa: E402
from soapz.library import call, create  # noqa: E402
from soapz.structures import read_atoms  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("model", nargs="?", default=os.path.join(ROOT, "potentials/NbMoTaW/balanced.soapz"))
parser.add_argument("--cells", type=int, default=8)
parser.add_argument("--turns", type=int, default=5)
options = parser.parse_args()

potential = soapz.Potential(options.model)
rng = np.random.default_rng(1)
corner = np.array(list(np.ndindex(*3 * (options.cells,))), float)
positions = np.concatenate([corner, corner + 0.5]) * 3.24
positions += rng.normal(scale=0.1, size=positions.shape)
atoms = read_atoms((rng.choice(potential.elements, len(positions)).tolist(), positions,
                    3.24 * options.cells * np.eye(3), True))


def asked(regularisation, with_variance, with_grade):
    variance = potential._model.variance(regularisation)
    work = create("sz_variance_work_create", "sz_variance_work_free", variance)
    arrays = [np.zeros(len(positions)) if w else None for w in (with_variance, with_grade)]

    def run():
        with potential._list(atoms) as neighbours:
            call("sz_variance_compute", variance, work.pointer, byref(neighbours.nb),
                 *(a if a is None else a.ctypes.data for a in arrays))
    return run


def seconds(run):
    start = time.process_time()
    run()
    return time.process_time() - start


start = time.process_time()
potential._model.variance(1e-3)
factor = time.process_time() - start
jobs = {"energies and forces": lambda: potential.predict(atoms), "grade": asked(-1.0, False, True),
        "variance": asked(1e-3, True, False), "both": asked(1e-3, True, True)}
times = {name: [] for name in jobs}
for _ in range(options.turns + 1):  # the first turn is not used
    for name, run in jobs.items():
        times[name].append(seconds(run))
step = min(times["energies and forces"][1:])
print(f"{options.model}, {len(positions)} atoms, {options.turns} turns; factor once: {factor:.2f} s")
for name, t in times.items():
    print(f"{name:20} {1e6 * min(t[1:]) / len(positions):8.1f} microseconds an atom, {min(t[1:]) / step:5.2f} "
          "of energies and forces")

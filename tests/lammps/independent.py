# SPDX-License-Identifier: BSD-3-Clause
"""independent.py - results of soapz.Potential for the structures of lmp.py, with its own neighbour lists
and without LAMMPS, in the form of lmp.evaluate, so that the two can be compared key by key."""
import numpy as np

import lmp
import soapz

FAST = lmp.ROOT / "potentials/NbMoTaW/fast.soapz"
SMALL = lmp.ROOT / "tests/data/models/hea4_nuR2_nuS2/gp.xml"  # loads in milliseconds, has no core
NUMBER = {"Nb": 41, "Mo": 42, "Ta": 73, "W": 74}
# eV of each atom, eV/Angstrom. The rounding of a step is the same in both. But the collapse of the
# sparse points uses the BLAS of the process, and its rounding is multiplied by weights that cancel.
SAME = 5e-8
_loaded = {}


def predict(frame, model=FAST):
    if model not in _loaded:
        _loaded[model] = soapz.Potential(model)
    numbers = np.array([NUMBER[s] for s in frame.symbols])
    return _loaded[model].predict((numbers, frame.positions, frame.cell, frame.pbc))


def energies(frames, model=FAST):
    return np.array([predict(frame, model).energy for frame in frames])


def evaluate(frame, model=FAST):
    p = predict(frame, model)
    virials = np.asarray(p.virials)
    return {"energy": p.energy, "virial": (p.virial + p.virial.T) / 2, "forces": p.forces,
            "local_energy": p.energies, "stress": (virials + virials.transpose(0, 2, 1)) / 2,
            "centroid": virials}


def check(name, got, frame, model=FAST, keys=None, factor=1.0):
    """Compares each key of a result of lmp.evaluate with Potential, within SAME for every atom."""
    want = evaluate(frame, model)
    for key in keys or got:
        atoms = len(frame) if key in ("energy", "virial") else 1
        lmp.check_close(f"{name}: {key}", got[key], want[key], factor * SAME * atoms, 1.0)

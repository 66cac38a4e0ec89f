# SPDX-License-Identifier: BSD-3-Clause
"""snapshots.py - dumps of LAMMPS as frames, and the results of other programs for a frame: soapz.Potential,
with its own neighbour lists and sums, and numpy for pairs of atoms."""
import sys
from pathlib import Path

import numpy as np

import lmp

sys.path.insert(0, str(lmp.ROOT / "python"))
from independent import FAST, NUMBER, evaluate as predict  # noqa: E402  soapz must be found before

# Kernels with weights of opposite sign are collapsed when a model is loaded. The program lmp has its own
# LAPACK, with other rounding than in Python: 1e-8 eV per atom
TOLERANCE = 5e-9


def pairs(frame, cutoff, energy_and_slope):
    """The same of a sum over pairs of V(r); energy_and_slope(r, i, j) -> V, dV/dr."""
    n, reach = len(frame), np.ceil(cutoff / np.min(1 / np.linalg.norm(np.linalg.inv(frame.cell), axis=0)))
    shift = np.stack(np.meshgrid(*[np.arange(-reach, reach + 1)] * 3), -1).reshape(-1, 3) @ frame.cell
    d = (frame.positions[None, :, None] + shift) - frame.positions[:, None, None]
    r = np.linalg.norm(d, axis=-1)
    i, j, k = np.nonzero((r < cutoff) & (r > 1e-9))
    d, r = d[i, j, k], r[i, j, k]
    v, slope = energy_and_slope(r, i, j)
    half = 0.5 * slope[:, None] * d / r[:, None]  # each pair occurs twice
    forces, local = np.zeros((n, 3)), np.zeros(n)
    np.add.at(forces, i, half)
    np.add.at(forces, j, -half)
    np.add.at(local, i, 0.5 * v)
    return {"energy": local.sum(), "forces": forces, "local_energy": local,
            "virial": -(d[:, :, None] * half[:, None, :]).sum(axis=0)}


def read(path, elements=lmp.ELEMENTS):
    """[(step, frame, {column: values})] of dump custom, atoms in the order of their IDs, the
    corner of the box at the origin."""
    lines = Path(path).read_text().splitlines()
    at, found = 0, []
    while at < len(lines):
        step, n = int(lines[at + 1]), int(lines[at + 3])
        bounds = np.array([line.split() for line in lines[at + 5:at + 8]], float)
        xy, xz, yz = bounds[:, 2] if bounds.shape[1] == 3 else (0.0, 0.0, 0.0)
        low = bounds[:, 0] - [min(0, xy, xz, xy + xz), min(0, yz), 0]
        high = bounds[:, 1] - [max(0, xy, xz, xy + xz), max(0, yz), 0]
        cell = np.diag(high - low)
        cell[1, 0], cell[2, 0], cell[2, 1] = xy, xz, yz
        names = lines[at + 8].split()[2:]
        rows = np.array([line.split() for line in lines[at + 9:at + 9 + n]], float)
        rows = rows[np.argsort(rows[:, names.index("id")])]
        column = {name: rows[:, k] for k, name in enumerate(names)}
        pbc = tuple(word[0] == "p" for word in lines[at + 4].split()[-3:])
        frame = lmp.Frame([elements[int(t) - 1] for t in column["type"]],
                          np.stack([column[c] for c in "xyz"], 1) - low, cell, pbc)
        found.append((step, frame, column))
        at += 9 + n
    return found


def check(name, path, elements=lmp.ELEMENTS, model=FAST, tolerance=TOLERANCE):
    """Forces and energies (c_pe) of each snapshot agree with soapz.Potential."""
    found = read(path, elements)
    want = [predict(frame, model) for _, frame, _ in found]
    text = f"{name}: {len(found)} snapshots as soapz.Potential has them, "
    lmp.check_close(text + "forces", np.concatenate([
        np.stack([column[c] for c in ("fx", "fy", "fz")], 1) for _, _, column in found]),
        np.concatenate([w["forces"] for w in want]), tolerance,
        max(1.0, max(np.abs(w["forces"]).max() for w in want)))
    lmp.check_close(text + "energies", np.concatenate([column["c_pe"] for _, _, column in found]),
                    np.concatenate([w["local_energy"] for w in want]), tolerance)
    return found

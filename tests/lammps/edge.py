# SPDX-License-Identifier: BSD-3-Clause
"""edge.py - difficult boxes for the neighbour list: an isolated atom, a cell smaller than the cutoff,
several cells of one lattice, open boundaries, a rank without atoms."""
import numpy as np

import lmp

TOLERANCE = 1e-10


def repeat(frame, n):
    shift = np.array([[i, j, k] for i in range(n[0]) for j in range(n[1])
                      for k in range(n[2])]) @ frame.cell
    return lmp.Frame(frame.symbols * len(shift),
                     np.concatenate([frame.positions + s for s in shift]),
                     frame.cell * np.array(n)[:, None])


def per_atom(result, n):
    return {key: np.asarray(value)[:n] for key, value in result.items()
            if key in ("forces", "local_energy", "centroid")}


# one cell of 3.24 Angstrom: every atom has many images as neighbours, including its own
cell = lmp.bcc((1, 1, 1), seed=5)
small, large = lmp.evaluate([cell, repeat(cell, (4, 4, 4))])
for key, value in per_atom(large, 2).items():
    lmp.check_close(f"one cell = 4x4x4 cells: {key}", small[key], value, TOLERANCE)
lmp.check_close("one cell = 4x4x4 cells: energy", 64 * small["energy"], large["energy"], TOLERANCE)
lmp.check_close("one cell = 4x4x4 cells: virial", 64 * small["virial"], large["virial"],
                TOLERANCE)

# the same crystal in a skewed cell, and in a rotated left-handed one
cube = lmp.bcc((3, 3, 3), seed=6)
skewed = lmp.Frame(cube.symbols, cube.positions,
                   np.array([[1, 0, 0], [1, 1, 0], [-1, 1, 1]]) @ cube.cell)
turn, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))
turned = lmp.Frame(cube.symbols, cube.positions @ turn, (cube.cell @ turn)[[1, 2, 0]])
a, b, c = lmp.evaluate([cube, skewed, turned])
for key in a:
    lmp.check_close(f"skewed cell: {key}", b[key], a[key], TOLERANCE)
lmp.check_close("turned cell: energy", c["energy"], a["energy"], TOLERANCE)
lmp.check_close("turned cell: forces", c["forces"], a["forces"] @ turn, TOLERANCE)
lmp.check_close("turned cell: virial", c["virial"], turn.T @ a["virial"] @ turn, TOLERANCE)

# an atom far from a cluster does not change its energy, and has the energy of an isolated atom
cluster = lmp.bcc((2, 2, 2), seed=7)
cluster.pbc = (False, False, False)
gas = lmp.Frame(["W"], np.zeros((1, 3)), 20.0 * np.eye(3))
both = lmp.Frame(cluster.symbols + ["W"],
                 np.concatenate([cluster.positions, [[40.0, 0.0, 0.0]]]), cluster.cell,
                 cluster.pbc)
alone, with_gas, lone = lmp.evaluate([cluster, both, gas])
on_ranks = lmp.evaluate([cluster, both, gas], ranks=4)
lmp.check_close("gas atom: energy", with_gas["energy"], alone["energy"] + lone["energy"],
                TOLERANCE)
lmp.check_close("gas atom: forces", with_gas["forces"][:-1], alone["forces"], TOLERANCE)
for result in (with_gas, lone):
    lmp.check_close("gas atom: its force is zero", result["forces"][-1], np.zeros(3), 0.0, 1.0)
    lmp.check_close("gas atom: its virial is zero", result["centroid"][-1], np.zeros((3, 3)),
                    0.0, 1.0)
for name, got, want in zip(("cluster", "cluster and gas atom", "gas atom"), on_ranks,
                           (alone, with_gas, lone)):
    lmp.check_close(f"{name} on 4 ranks: energy", got["energy"], want["energy"], TOLERANCE)
    lmp.check_close(f"{name} on 4 ranks: forces", got["forces"], want["forces"], TOLERANCE,
                    np.abs(alone["forces"]).max())

# a slab with open z equals the same slab with a wide gap
slab = lmp.bcc((2, 2, 3), seed=8)
gap = lmp.Frame(slab.symbols, slab.positions, slab.cell + np.diag([0.0, 0.0, 30.0]))
slab.pbc = (True, True, False)
a, b = lmp.evaluate([slab, gap])
for key in a:
    lmp.check_close(f"open slab = slab with a gap: {key}", a[key], b[key], TOLERANCE)
lmp.finish()

# SPDX-License-Identifier: BSD-3-Clause
"""Makes acsf.json: vectors of atom-centred symmetry functions by DScribe on random atoms.

    python3 make_acsf.py acsf.json [SEED N_CLUSTERS N_CELLS]    # pip install dscribe

Each case has a structure, the descriptor with our keys, and x, the vectors of DScribe for some
atoms (centres), with separate functions for all elements. Structures are random: clusters, and
cells so small that several images of one atom, and images of the central atom, are neighbours."""
import json
import sys

import numpy as np
from ase import Atoms
from dscribe.descriptors import ACSF

BOHR = 0.529177210903
ELEMENTS = (1, 6, 8, 42)


def traditional(cutoff):
    scale = (6.5 / cutoff) ** 2 / BOHR ** 2
    g2 = [(eta * scale, 0.0) for eta in (0.0009, 0.01, 0.02, 0.035, 0.06, 0.1, 0.2, 0.4)]
    g4 = [(eta * scale, zeta, sign)
          for eta in (0.0001, 0.003, 0.008, 0.015, 0.025, 0.045, 0.08)
          for zeta in ((1, 2) if eta < 0.01 else (1, 2, 4, 16)) for sign in (-1.0, 1.0)]
    return g2, [], [f for f in g4 if f != (0.08 * scale, 16, -1.0)], []


def free(rng, zetas):
    """some functions of every kind, not in the order of their eta"""
    def three(n):
        return [(float(e), float(z), float(s)) for e, z, s in zip(
            rng.choice([0.0, 0.003, 0.04, 0.2], n), rng.choice(zetas, n),
            rng.choice([-1, 1], n))]
    return ([(float(rng.uniform(0, 3)), float(rng.uniform(0, 4))) for _ in range(3)],
            [float(rng.uniform(0.3, 3)) for _ in range(2)], three(5), three(4))


def scatter(rng, n, edge, apart, cell):
    x = np.zeros((0, 3))
    images = [np.array(s) @ cell for s in np.ndindex(3, 3, 3)] if cell.any() else [0.0]
    middle = np.ones(3) @ cell
    while len(x) < n:
        new = rng.uniform(0, 1, 3) @ cell if cell.any() else rng.uniform(0, edge, 3)
        if all(np.linalg.norm(new + s - middle - y) > apart for y in x for s in images):
            x = np.vstack([x, new])
    return x


def braces(rows):
    return "{" + " ".join(repr(float(v)) for row in rows for v in np.ravel(row)) + "}"


def case(rng, structures, periodic, known):
    n, edge = (int(rng.integers(2, 5)), 3.4) if periodic else (int(rng.integers(5, 12)), 5.0)
    cell = (np.eye(3) * edge + rng.uniform(-0.3, 0.3, (3, 3))) if periodic else np.zeros((3, 3))
    z = [int(v) for v in rng.choice(ELEMENTS, n)]
    atoms = Atoms(z, scatter(rng, n, edge, 1.0, cell), cell=cell, pbc=periodic)
    # with other values DScribe gives NaN if three atoms, two of them images, are on a line
    zetas = [1, 2, 3, 7] if periodic else [1, 2, 3, 7, 2.5]
    cutoff = float(rng.choice([2.9, 4.0, 5.1]))
    g2, g3, g4, g5 = traditional(cutoff) if known else free(rng, zetas)
    acsf = ACSF(r_cut=cutoff, g2_params=g2 or None, g3_params=g3 or None,
                g4_params=g4 or None, g5_params=g5 or None,
                species=list(rng.permutation(ELEMENTS)), periodic=periodic)
    centres = sorted(int(i) for i in rng.choice(n, 1 if known else 2, replace=False))
    name = f"s{len(structures)}"
    structures[name] = {"numbers": z, "positions": atoms.positions.tolist(),
                        "cell": cell.tolist(), "pbc": [periodic] * 3}
    text = (f"acsf cutoff={cutoff} n_species={len(ELEMENTS)} species_Z={{" +
            " ".join(str(v) for v in rng.permutation(ELEMENTS)) + "}")
    if not known:
        text += f" g2={braces(g2)} g3={braces(g3)} g4={braces(g4)} g5={braces(g5)}"
    x = acsf.create(atoms, centers=centres)
    return {"structure": name, "descriptor": text, "centres": centres,
            "n_two": 1 + len(g2) + len(g3), "n_three": len(g4) + len(g5),
            "x": [[float(v) for v in row] for row in np.atleast_2d(x)]}


def main():
    seed, n_clusters, n_cells = [int(v) for v in sys.argv[2:] or (1, 12, 6)]
    rng, structures = np.random.default_rng(seed), {}
    cases = [case(rng, structures, k >= n_clusters, k % 6 == 0)
             for k in range(n_clusters + n_cells)]
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump({"about": "DScribe 2.1.2 ACSF; made by make_acsf.py",
                   "elements": ELEMENTS, "structures": structures, "cases": cases}, file,
                  separators=(",", ":"))


main()

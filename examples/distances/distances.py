#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Distances between environments by compressed descriptors, compared with those by nu=2.

For all pairs of environments, the distance by each compression against that by nu=2, as in
Figures 4 and S5 of Darby, Kermode and Csanyi (2021). The environments come from random
high-entropy-alloy liquids made here, or from --xyz FILE.
"""
import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np

LABELS = ["nu,mu=1,1", "nu,mu*=1,1", "W^T P_l", "Q^T P_l Q",
          "nu,mu^=1,1", "optimal", "nu=2,d_J", "mu=2"]
ELEMENTS = ["V", "Nb", "Mo", "Ta", "W"]
SOAPZ = os.environ.get("SOAPZ", "soapz")
HERE = os.path.dirname(os.path.abspath(__file__))


# ---- environments ------------------------------------------------------------------------

def liquid(rng, n, volume=17.0, diameter=2.6, steps=400):
    """n atoms at random in a periodic cube, pushed apart until no pair is much closer than
    diameter; Angstrom."""
    edge = (n * volume) ** (1 / 3)
    x = rng.uniform(0, edge, (n, 3))
    for _ in range(steps):
        d = x[:, None] - x
        d -= edge * np.round(d / edge)
        r = np.sqrt((d ** 2).sum(axis=-1)) + 10 * np.eye(n)
        push = np.clip(diameter - r, 0, 0.5) / r
        x = (x + 0.3 * (push[:, :, None] * d).sum(axis=1)) % edge
    return x + rng.normal(scale=0.05, size=x.shape), edge


def write_liquids(path, seed, n_cells, n_atoms):
    rng = np.random.default_rng(seed)
    with open(path, "w") as f:
        for _ in range(n_cells):
            some = rng.choice(ELEMENTS, rng.integers(3, 6), replace=False)
            x, edge = liquid(rng, n_atoms)
            f.write(f'{n_atoms}\nLattice="{edge} 0 0 0 {edge} 0 0 0 {edge}" pbc="T T T" '
                    'Properties=species:S:1:pos:R:3\n')
            for symbol, r in zip(rng.choice(some, n_atoms), x):
                f.write("%s %.6f %.6f %.6f\n" % (symbol, *r))


def describe(label, xyz, args, folder):
    """Vectors of all atoms. As in the paper they do not contain the density of the central atom, so that
    environments of different elements can be compared."""
    out = os.path.join(folder, "out.npz")
    command = [SOAPZ, "describe", "--compression", label, "--central-weight", "0",
               "--n-max", str(args.n_max), "--l-max", str(args.l_max), "--cutoff", "5",
               "--cutoff-width", "0.5", "--atom-sigma", "0.4", xyz, "-o", out]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with np.load(out) as z:
        return z["descriptor"]


# ---- distances ---------------------------------------------------------------------------

def distances(p):
    """|p_i - p_j| [n][n] of unit vectors, the largest scaled to 1"""
    d = np.sqrt(np.clip(2 - 2 * (p @ p.T), 0, None))
    return d / d.max()


def ranks(d):
    """For each environment the ranks of all others by distance, scaled to 0..1"""
    r = d.copy()
    np.fill_diagonal(r, -1)
    return (r.argsort(axis=1).argsort(axis=1) - 1) / (len(d) - 2)


def compare(first, other):
    """Both matrices without the diagonal, and their correlation"""
    off = ~np.eye(len(first), dtype=bool)
    x, y = first[off], other[off]
    return x, y, np.corrcoef(x, y)[0, 1]


def draw(results, picture):
    """Distances by each compression, and below them the ranks"""
    sys.path.insert(0, os.path.join(HERE, "..", "..", "python"))
    try:
        from matplotlib.colors import LogNorm
        from soapz.pictures import FAINT, SMALL, WIDTH, plt, write_figure
    except ImportError:
        print(f"no picture: {picture} needs matplotlib")
        return
    columns = (len(results) + 1) // 2
    fig, axes = plt.subplots(4, columns, figsize=(WIDTH, 6), sharex=True, sharey=True)
    for k, (label, length, pairs) in enumerate(results):
        for kind, (x, y, c) in enumerate(pairs):
            a = axes[2 * (k // columns) + kind, k % columns]
            a.hist2d(x, y, bins=60, range=[[0, 1], [0, 1]], cmin=1, cmap="viridis_r", norm=LogNorm(),
                     rasterized=True)
            a.plot([0, 1], [0, 1], color=FAINT, lw=0.6)
            a.text(0.96, 0.04, f"{c:.3f}", fontsize=SMALL, ha="right", transform=a.transAxes,
                   bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 1})
            a.set(xticks=[0, 1], yticks=[0, 1])
            a.grid(False)
            if kind == 0:
                a.set_title(f"{label}\n{length}", fontsize=SMALL)
    for row, text in enumerate(("distance", "rank", "distance", "rank")):
        axes[row, 0].set_ylabel(text)
    fig.supxlabel("by nu=2", fontsize=9.5)
    fig.suptitle("Pairs of environments, few to many; length of the vector;\ncorrelation with nu=2")
    if write_figure(fig, picture) == 0:
        print("picture", picture)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--xyz", help="environments from this file instead of random liquids")
    parser.add_argument("--cells", type=int, default=8, help="liquids to make (8)")
    parser.add_argument("--atoms", type=int, default=64, help="atoms in each (64)")
    parser.add_argument("--n-max", type=int, default=12)
    parser.add_argument("--l-max", type=int, default=9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=int, default=2000, help="environments at most (2000)")
    parser.add_argument("-o", "--output", default="distances.png", help="the picture")
    args = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        xyz = args.xyz or os.path.join(folder, "liquids.xyz")
        if not args.xyz:
            write_liquids(xyz, args.seed, args.cells, args.atoms)
        full = describe("nu=2", xyz, args, folder)
        keep = slice(None)
        if len(full) > args.most:
            keep = np.random.default_rng(args.seed).permutation(len(full))[:args.most]
        by_distance = distances(full[keep])
        by_rank = ranks(by_distance)
        print(f"{len(by_distance)} environments, nu=2 has {full.shape[1]} components")
        print("label        length  distances  ranks")
        results = []
        for label in LABELS:
            p = describe(label, xyz, args, folder)
            d = distances(p[keep])
            pairs = compare(by_distance, d), compare(by_rank, ranks(d))
            results.append((label, p.shape[1], pairs))
            print(f"{label:11s} {p.shape[1]:7d} {pairs[0][2]:10.3f} {pairs[1][2]:6.3f}")
    draw(results, args.output)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failure:
        sys.exit(failure.returncode)
    except FileNotFoundError as failure:
        sys.exit(f"{failure.filename} was not found; the variable SOAPZ names the command soapz")

#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Molecular dynamics of random NbMoTaW: the crystal at 300 K, a slab that melts, a quench.

Runs in.nvt, in.melt and in.quench and draws g(r), the melting and the quench. --short: a few
hundred steps of small cells, far from melting.
"""
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from lammps_run import Example, pictures  # noqa: E402

# variables of the input scripts in a short run
SHORT = {"in.nvt": {"cells": 4, "steps": 400}, "in.melt": {"cells": 4, "layers": 4, "steps": 600},
         "in.quench": {"cells": 3, "steps": 1000}}


def table(folder, name):
    data = np.loadtxt(os.path.join(folder, name))
    if len(data) < 10 or not np.isfinite(data).all():
        sys.exit(f"{folder}/{name}: ten lines of numbers or more were expected")
    return data.T


def rdf(folder, name):
    """r and g(r) [pairs][r] from the one block of a file of fix ave/time mode vector"""
    rows = [line.split() for line in open(os.path.join(folder, name))
            if not line.startswith("#")]
    data = np.array(rows[1:], float)  # the first line has the step and the number of rows
    return data[:, 1], data[:, 2::2].T


def peak(r, g):
    """Position and height of the first peak, and the smallest distance"""
    top = np.flatnonzero((g > 1) & (g >= np.roll(g, 1)) & (g > np.roll(g, -1)))
    if not len(top):
        sys.exit("g(r) has no peak: this is a gas")
    top = max(top[r[top] < r[top[0]] + 0.4], key=lambda k: g[k])
    return {"first peak, Angstrom": r[top], "peak height": g[top],
            "closest pair, Angstrom": r[np.flatnonzero(g)[0]]}


def crystal(run, folder):
    ps, temperature, energy, volume, pressure = table(folder, "thermo.txt")
    late = ps > 0.3 * ps[-1]
    r, g = rdf(folder, "rdf.txt")
    found = {"temperature, K": temperature[late].mean(), "energy, eV/atom": energy[late].mean(),
             "volume, Angstrom^3/atom": volume[-1], **peak(r, g[0])}
    run.numbers |= {f"300 K: {k}": v for k, v in found.items()}
    return r, g[0]


def melting(run, folder):
    """The slab has melted when the smoothed psi is less than 0.3."""
    ps, temperature, energy, msd, psi = data = table(folder, "thermo.txt")
    smooth = np.convolve(psi, np.ones(5) / 5, "same")
    gone = np.flatnonzero((smooth < 0.3) & (ps > 0.1 * ps[-1]))
    run.numbers |= {"slab: order at 300 K": psi[np.searchsorted(ps, 0.08 * ps[-1])],
                    "slab: order at the end": psi[-3:].mean(),
                    "slab: displacement at the end, Angstrom^2": msd[-1]}
    if len(gone):
        run.numbers["slab: melted at, K"] = temperature[max(gone[0] - 2, 0):gone[0] + 3].mean()
    return data


def quench(run, folder):
    ps, temperature, energy, volume, pressure = data = table(folder, "thermo.txt")
    melt, solid = rdf(folder, "melt.txt"), rdf(folder, "solid.txt")
    run.numbers |= {f"melt: {k}": v for k, v in peak(melt[0], melt[1][0]).items()}
    run.numbers |= {f"quenched: {k}": v for k, v in peak(solid[0], solid[1][0]).items()}
    run.numbers |= {"quenched: energy, eV/atom": energy[-20:].mean(),
                    "quenched: volume, Angstrom^3/atom": volume[-20:].mean()}
    return data, (melt[0], melt[1][0]), (solid[0], solid[1][0])


def draw(run, cold, melted, quenched, path):
    style = pictures()
    fig, (g, heat, order, energies, cool) = style.plt.subplots(5, 1, figsize=(style.WIDTH, 10.2))
    blue, red, green = style.COLOURS[:3]
    for (r, values), label, color, at in ((cold, "crystal, 300 K", blue, (2.92, 0.92)),
                                          (quenched[2], "quenched to 300 K", green, (3.42, 0.55)),
                                          (quenched[1], "melt", red, (3.42, 0.4))):
        g.plot(r, values, color=color)
        g.text(at[0], at[1] * cold[1].max(), label, color=color, fontsize=9)
    g.set(title="Pair distribution g(r)", xlabel="r, Å", xlim=(1.5, 7))

    window = np.ones(7) / 7  # for smoothing
    ps, temperature, energy, msd, psi = (np.convolve(row, window, "valid") for row in melted)
    start = ps > ps[-1] / 12
    heat.plot(temperature[start], energy[start], color=red)
    heat.set(title="Slab that is heated: energy, eV/atom")
    order.plot(temperature[start], psi[start], color=red)
    order.plot(temperature[start], np.minimum(msd[start] / 10, 1.2), color=style.INK)
    order.text(0.03, 0.66, "order psi", color=red, transform=order.transAxes, fontsize=9)
    order.text(0.03, 0.1, "displacement$^2$ / 10 Å$^2$", color=style.INK, transform=order.transAxes, fontsize=9)
    order.set(title="Slab: order and displacement", ylim=(0, 1.2))
    for axis in (heat, order):
        axis.set(xlabel="temperature, K")

    ps, temperature, energy, *rest = quenched[0]
    energies.plot(ps, energy, color=green)
    energies.set(title="Quench: energy, eV/atom", xlabel="time, ps")
    cool.plot(ps, temperature, color=green)
    cool.set(title="Quench: temperature, K", xlabel="time, ps", ylim=(0, None))
    cool.annotate("the crystal is given velocities of 10,000 K:\nhalf of it becomes potential energy, and it melts",
                  (ps[0], temperature[0]), (0.1, 0.8), textcoords="axes fraction", fontsize=9, va="center",
                  arrowprops={"arrowstyle": "-", "lw": 0.6, "color": style.INK})
    style.write_figure(fig, path)


def main():
    run = Example(HERE, __doc__)
    folders = {}
    for script in SHORT:
        folders[script] = run.lmp(script, script[3:], **(SHORT[script] if run.args.short else {}))
    cold = crystal(run, folders["in.nvt"])
    melted = melting(run, folders["in.melt"])
    quenched = quench(run, folders["in.quench"])
    draw(run, cold, melted, quenched, os.path.join(run.output, "alloy_md.png"))
    run.finish(["alloy_md.png"], "\n".join(f"{k:44}{v:10.4g}" for k, v in run.numbers.items()))


if __name__ == "__main__":
    main()

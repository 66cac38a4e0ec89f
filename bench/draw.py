#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The pictures of this folder and of docs/, from the tables that the scripts have written.

    draw.py [accuracy] [compressions] [fourbody] [rivals] [scaling]

A picture shows the numbers of its page, and can be drawn again without a measurement. The scripts of the same
names call these functions. learning.png is drawn from the files of `soapz fit --curve` (accuracy.py)."""
import os
import re
import sys

from common import ELEMENTS, ROOT

sys.path.insert(0, os.path.join(ROOT, "python"))
from soapz.pictures import (COLOURS, ENERGY, FAINT, FORCE, INK, WIDTH, label_ends, label_points, plain,  # noqa: E402
                            plt, ticks, write_figure)
from soapz.scan import front  # noqa: E402

GREY = "#7a8491"
COST = "µs per atom and MD step, one core"
PUBLISHED = "SNAP, published"


# ---- tables ------------------------------------------------------------------------------

def tables(path):
    """[(names of the columns, rows)] of the tables of a page; cells without the marks of bold text"""
    with open(path, encoding="utf-8") as file:
        blocks = re.findall(r"(?:^\|.*\n)+", file.read(), re.M)
    lines = [[[cell.strip().replace("**", "").replace("\\", "") for cell in line[1:-1].split("|")]
              for line in block.splitlines()] for block in blocks]
    return [(rows[0], rows[2:]) for rows in lines]


def table(path, *columns):
    """[{column: text}] of the first table with these columns"""
    for names, rows in tables(path):
        if set(columns) <= set(names):
            return [dict(zip(names, row)) for row in rows]
    sys.exit(f"draw.py: {path} has no table with the columns {', '.join(columns)}")


def number(text):
    """the number that a cell begins with, or None"""
    found = re.match(r"[\d.]+", text)
    return float(found[0]) if found else None


# ---- cost and accuracy -------------------------------------------------------------------

FAMILIES = ["nu,mu=1,1", "nu,mu=1,1 + mu=2", "nu,mu^=1,1", "mu=2", "nu=2"]  # the others are grey


def accuracy(page):
    """Errors of all compressions against cost; the Pareto front is a line, labelled with n_max, l_max."""
    rows = table(page, "compression", "n_max, l_max", "of SNAP")
    panels = [("force AIMD", FORCE, "elements (AIMD)"), ("force quaternary", FORCE, "quaternary"),
              ("energy all", ENERGY, "all frames")]
    figure, axes = plt.subplots(3, 1, figsize=(WIDTH, 9.4), sharex=True)
    fronts = []
    for axis, (column, kind, frames) in zip(axes, panels):
        points = [(number(r["µs per atom and step"]), number(r[column]), r["n_max, l_max"], r["compression"])
                  for r in rows]
        fronts.append(front([p for p in points if p[3] != PUBLISHED]))
        axis.plot([p[0] for p in fronts[-1]], [p[1] for p in fronts[-1]], color=FAINT, zorder=1)
        for name, colour in [*zip([*FAMILIES, "others"], [*COLOURS[:5], GREY]), (PUBLISHED, INK)]:
            family = [p for p in points if p[3] == name or name == "others" and p[3] not in (*FAMILIES, PUBLISHED)]
            axis.plot([p[0] for p in family], [p[1] for p in family], "*" if name == PUBLISHED else "o", color=colour,
                      ms=10 if name == PUBLISHED else 6, mec="white", mew=0.6, label=name)
        axis.set(xscale="log", yscale="log", title=f"{kind.name} MAE, {frames}, {kind.unit}")
        axis.margins(0.08, 0.12)
        plain(axis.yaxis)
    plain(axes[-1].xaxis, 7)
    axes[-1].set_xlabel(COST)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, columnspacing=0.8,
                  handletextpad=0.1)
    for axis, points in zip(axes, fronts):
        label_points(axis, [p[:2] for p in points], [p[2] for p in points], [INK] * len(points))
    return figure


def rivals(page):
    """Errors of soapz, SNAP and POD against cost"""
    rows = table(page, "potential", "of SNAP", "alloys left out: force")
    panels = [("force MAE, eV/Å", f"force MAE, test cells, {FORCE.unit}"),
              ("energy MAE, meV/atom", f"energy MAE, test cells, {ENERGY.unit}"),
              ("alloys left out: force", f"force MAE, alloys left out, {FORCE.unit}")]
    colours = {"soapz": COLOURS[0], "SNAP": COLOURS[1], "quadratic": COLOURS[2], "POD": COLOURS[3]}
    figure, axes = plt.subplots(3, 1, figsize=(WIDTH, 8.6), sharex=True)
    labels = []
    for axis, (column, title) in zip(axes, panels):
        points = [(number(r["µs per atom and step"]), number(r[column]), r["potential"]) for r in rows
                  if number(r[column])]
        for first, colour in colours.items():
            family = sorted(p for p in points if p[2].startswith(first) and p[2] != PUBLISHED)
            axis.plot([p[0] for p in family], [p[1] for p in family], "o-", color=colour, ms=6)
        for p in points:
            if p[2] == PUBLISHED:
                axis.plot(*p[:2], "*", color=INK, ms=10)
        labels.append([(p[:2], p[2].replace(", twojmax", "").replace(",", ""), INK if p[2] == PUBLISHED else
                        colours[p[2].replace(",", "").split()[0]]) for p in points])
        axis.set(xscale="log", yscale="log", title=title)
        axis.margins(0.14, 0.14)
        plain(axis.yaxis)
    plain(axes[-1].xaxis, 7)
    axes[-1].set_xlabel(COST)
    for axis, of in zip(axes, labels):
        label_points(axis, *zip(*of))
    return figure


def learning(curves, n_frames, n_sparse):
    """Errors over sparse points and frames; curves: {compression: output of soapz fit --curve}"""
    figure, axes = plt.subplots(2, 2, figsize=(WIDTH, 5.4), sharex="col", sharey="row")
    for (label, d), colour in zip(curves.items(), COLOURS):
        sizes = [n for n in d["n_unknowns"] if n > d["n_whole"]]
        for (left, right), kind in zip(axes, (FORCE, ENERGY)):
            error = {(m["n_unknowns"], m["n_frames"]): kind.scale * m[kind.name]["mae"] for m in d["models"]}
            points = [(n - d["n_whole"]) / len(ELEMENTS) for n in sizes]
            left.plot(points, [error[n, d["n_frames"][-1]] for n in sizes], "o-", color=colour)
            right.plot(d["n_frames"], [error[sizes[-1], n] for n in d["n_frames"]], "o-", color=colour, label=label)
            left.set(xscale="log", yscale="log", title=f"{kind.name} MAE, {kind.unit}")
            plain(left.yaxis)
            right.set_xscale("log")
            ticks(left.xaxis, points, 4)
            ticks(right.xaxis, d["n_frames"], 4)
    axes[1, 0].set_xlabel("sparse points\nper element")
    axes[1, 1].set_xlabel("training frames")
    figure.suptitle(f"n_max=8 l_max=6 zeta=2; left: {n_frames} frames,\nright: {n_sparse} sparse points per element")
    for right in axes[:, 1]:
        label_ends(right)
    return figure


# ---- cost --------------------------------------------------------------------------------

SHOWN = {"compressions": ["nu=2", "W^T P_l", "nu,nu^=1,1", "nu,mu=1,1", "nu,mu^=1,1", "mu=2"],
         "fourbody": ["nu,nu^,mu=1,1,1", "nu,mu,mu^=1,1,1", "K=3 K=32", "nu,mu^=1,2", "mu=3", "nu,mu=1,1"]}


def compressions(page, shown=None):
    """Time of descriptor and adjoint over the number of elements; for four elements also of the kernel and QUIP"""
    shown = shown or SHOWN["compressions"]
    growing = {r["compression"]: r for r in table(page, "compression", "S=1")}
    details = {r["compression"]: r for r in table(page, "compression", "kernel")}
    figure, (above, below) = plt.subplots(2, 1, figsize=(WIDTH, 5.6), height_ratios=(1.3, 1))
    species = [int(name[2:]) for name in growing[shown[0]] if name.startswith("S=")]
    for name, colour in zip(shown, COLOURS):
        above.plot(species, [number(growing[name][f"S={n}"]) for n in species], "o-", color=colour, label=name)
    above.set(title="descriptor and adjoint, µs per atom", xlabel="number of elements", xticks=species, ylim=(0, None))
    for y, (name, colour) in enumerate(zip(shown, COLOURS)):
        r = details[name]
        below.plot(number(r["descriptor"]) + number(r["adjoint"]), y, "o", color=colour, ms=6)
        below.plot(number(r["kernel"]), y, "s", mfc="none", mec=colour, ms=6)
        if number(r.get("QUIP", "")):
            below.plot(number(r["QUIP"]), y, "x", color=colour, ms=6)
    below.set(xscale="log", title="4 elements, µs per atom")
    below.set_yticks(range(len(shown)), shown)
    below.set_ylim(len(shown) - 0.5, -0.5)
    plain(below.xaxis)
    quip = ",\n× QUIP: vectors and gradients" if any("QUIP" in r for r in details.values()) else ""
    below.set_xlabel("● descriptor and adjoint, □ kernel" + quip)
    label_ends(above)
    return figure


def fourbody(page):
    return compressions(page, SHOWN["fourbody"])


def scaling(page):
    """Time per atom over the numbers of atoms, sparse points and elements, and over the cutoff"""
    figure, axes = plt.subplots(4, 1, figsize=(WIDTH, 9.2))
    for names, rows in tables(page):
        x, values = [number(r[0]) for r in rows], dict(zip(names, zip(*rows)))
        name, _, of = names[0].partition(": ")
        if of == "atoms" and "pair style" in names:
            axes[0].plot(x, [number(v) for v in values["step"]], "o-", label=name.partition(".")[0])
        elif of == "elements":
            axes[2].plot(x, [number(v) for v in values["forces"]], "o-", label=name)
        elif name in ("sparse points", "cutoff, Å"):
            for column in ("descriptor", "kernel"):
                axes[1 if name == "sparse points" else 3].plot(x, [number(v) for v in values[column]], "o-", label=column)
    axes[0].set(xscale="log", xlabel="atoms, one rank of LAMMPS", ylim=(0, None), title="step, µs of CPU per atom")
    axes[1].set(xlabel="sparse points", ylim=(0, None), title="evaluation, µs of CPU per atom")
    axes[2].set(yscale="log", xlabel="number of elements", title="energies and forces, µs of CPU per atom")
    axes[3].set(xlabel="cutoff, Å", ylim=(0, None), title="evaluation, µs of CPU per atom")
    plain(axes[2].yaxis)
    ticks(axes[0].xaxis, [100, 1000, 10000, 100000, 1000000], 5)
    for axis in axes:
        label_ends(axis)
    return figure


# name: function, page, picture
PICTURES = {"accuracy": (accuracy, "docs/compressions.md", "docs/accuracy.png"),
            "compressions": (compressions, "bench/compressions.md", "bench/compressions.png"),
            "fourbody": (fourbody, "bench/fourbody.md", "bench/fourbody.png"),
            "rivals": (rivals, "bench/rivals.md", "bench/rivals.png"),
            "scaling": (scaling, "docs/scaling.md", "docs/scaling.png")}


def main():
    for name in sys.argv[1:] or PICTURES:
        if name not in PICTURES:
            sys.exit(f"draw.py: {name} is none of {', '.join(PICTURES)}")
        function, page, picture = PICTURES[name]
        write_figure(function(os.path.join(ROOT, page)), os.path.join(ROOT, picture))


if __name__ == "__main__":
    main()

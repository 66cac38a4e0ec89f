# SPDX-License-Identifier: BSD-3-Clause
"""The picture of `soapz fit --curve`: the JSON of the learning curves from standard input,
SVG, PNG or PDF (by its name) to the path in argv[0]."""
import io
import json
import os
import sys

import numpy as np

from .pictures import COLOURS, FAINT, plt, write_whole
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator


def grid(data, kind, measure):
    """[n_frames][n_unknowns], NaN if there is no such error"""
    shape = len(data["n_frames"]), len(data["n_unknowns"])
    values = [m.get(kind, {}).get(measure) if m.get(kind, {}).get("n") else None
              for m in data["models"]]
    return np.array(values, float).reshape(shape)


def ticks(axis, values):
    """Logarithmic, labelled with the data values, as far as there is room."""
    kept = [values[-1]]
    for v in values[-2::-1]:
        if kept[0] / v > 1.45:
            kept.insert(0, v)
    axis.set_major_locator(plt.FixedLocator(kept))
    axis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.0f}"))
    axis.set_minor_locator(NullLocator())


def plain(axis):
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    axis.set_minor_locator(NullLocator())


def panel(axes, x, curves, others, colour, labels):
    """curves: the main lines; others: the same with less of the other quantity."""
    for y in others:
        axes.plot(x, y, color=FAINT, lw=1, zorder=1)
    for y, label, style in zip(curves, labels, ("o-", "s--")):
        axes.plot(x, y, style, color=colour, ms=4, lw=1.4, label=label, zorder=2)
    axes.set(xscale="log", yscale="log")
    ticks(axes.xaxis, x)
    plain(axes.yaxis)


def draw(data):
    kinds = [("energy", 1e3, "energy, meV/atom"), ("force", 1, "force, eV/Å"),
             ("virial", 1e3, "virial, meV/atom")]
    kinds = [k for k in kinds if np.isfinite(grid(data, k[0], "mae")).any()]
    figure, axes = plt.subplots(2, len(kinds), figsize=(3.65 * len(kinds), 5.8), squeeze=False,
                                sharey="col")
    for k, ((kind, scale, name), column) in enumerate(zip(kinds, axes.T)):
        mae, rmse = (scale * grid(data, kind, m) for m in ("mae", "rmse"))
        panel(column[0], data["n_unknowns"], (mae[-1], rmse[-1]), mae[:-1], COLOURS[k],
              ("MAE", "RMSE"))
        panel(column[1], data["n_frames"], (mae[:, -1], rmse[:, -1]), mae[:, :-1].T, COLOURS[k],
              ("MAE", "RMSE"))
        column[0].set(title=name, xlabel="sparse points")
        column[1].set(xlabel="training frames")
        column[0].legend()
    for row in axes:
        row[0].set_ylabel("error")
    where = ("the test data " if data["judged_on"] == "test" else "the training data ")
    figure.suptitle(f"{os.path.basename(data['model'])}: errors on {where}"
                    f"{os.path.basename(data['data'])}\ngrey: MAE with less data (above), with "
                    "fewer sparse points (below)", fontsize=9.5)
    return figure


def main(argv):
    figure, out = draw(json.load(sys.stdin)), io.BytesIO()
    kind = os.path.splitext(argv[0])[1][1:] or "svg"
    figure.savefig(out, format=kind, metadata={"Date": None} if kind == "svg" else None)
    return write_whole(argv[0], out.getvalue())

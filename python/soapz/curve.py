# SPDX-License-Identifier: BSD-3-Clause
"""The picture of `soapz fit --curve`: the JSON of the learning curves from standard input,
SVG, PNG or PDF (by its name) to the path in argv[0]."""
import json
import os
import sys

import numpy as np

from .pictures import COLOURS, FAINT, KINDS, WIDTH, label_ends, plain, plt, ticks, wrapped, write_figure


def grid(data, kind, measure):
    """[n_frames][n_unknowns], NaN if there is no such error"""
    shape = len(data["n_frames"]), len(data["n_unknowns"])
    values = [m.get(kind, {}).get(measure) if m.get(kind, {}).get("n") else None
              for m in data["models"]]
    return np.array(values, float).reshape(shape)


def panel(axes, x, curves, others, colour):
    """curves: MAE and RMSE of all data; others: the MAE with less of the quantity that is not on this axis."""
    for y in others:
        axes.plot(x, y, color=FAINT, lw=1, zorder=1)
    for y, label, style in zip(curves, ("MAE", "RMSE"), ("o-", "s--")):
        axes.plot(x, y, style, color=colour, label=label, zorder=2)
    axes.set(xscale="log", yscale="log")
    ticks(axes.xaxis, x, 4)
    plain(axes.yaxis)


def draw(data):
    kinds = [k for k in KINDS if np.isfinite(grid(data, k.name, "mae")).any()]
    figure, axes = plt.subplots(len(kinds), 2, figsize=(WIDTH, 2.1 * len(kinds) + 0.8), squeeze=False,
                                sharey="row", sharex="col")
    for k, (kind, (left, right)) in enumerate(zip(kinds, axes)):
        mae, rmse = (kind.scale * grid(data, kind.name, m) for m in ("mae", "rmse"))
        panel(left, data["n_unknowns"], (mae[-1], rmse[-1]), mae[:-1], COLOURS[k])
        panel(right, data["n_frames"], (mae[:, -1], rmse[:, -1]), mae[:, :-1].T, COLOURS[k])
        left.set_title(kind.title)
    axes[-1, 0].set_xlabel("sparse points")
    axes[-1, 1].set_xlabel("training frames")
    where = "the test data" if data["judged_on"] == "test" else "the training data"
    figure.suptitle(wrapped(f"{os.path.basename(data['model'])}: errors on {where} {os.path.basename(data['data'])}\n"
                            "Grey: MAE with less data (left), with fewer sparse points (right)"))
    for right in axes[:, 1]:
        label_ends(right)
    return figure


def main(argv):
    return write_figure(draw(json.load(sys.stdin)), argv[0])

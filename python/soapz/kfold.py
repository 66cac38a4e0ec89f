# SPDX-License-Identifier: BSD-3-Clause
"""The picture of `soapz fit --kfold`: the JSON of the cross-validation from standard input,
SVG, PNG or PDF (by its name) to the path in argv[0]."""
import json
import math
import os
import sys

from .pictures import COLOURS, FAINT, INK, KINDS, SMALL, WIDTH, plain, plt, wrapped, write_figure


def rows(data, kind):
    """[(name, errors)], the whole first"""
    groups = [("all", data["all"])]
    if len(data["config_types"]) > 1:
        groups += data["config_types"].items()
    if kind == "force" and len(data["elements"]) > 1:
        groups += data["elements"].items()
    return [(name, g[kind]) for name, g in groups if g[kind]["n"]]


def rounded(value, deviation):
    """215 ± 45, 0.674 ± 0.071"""
    if not deviation > 0:
        return f"{value:.3g}"
    digits = max(0, 1 - math.floor(math.log10(deviation)))
    return f"{value:.{digits}f} ± {deviation:.{digits}f}"


def panel(axes, lines, scale, colour):
    for y, (name, errors) in enumerate(lines):
        folds = [scale * f["mae"] for f in errors["folds"] if f["n"]]
        axes.plot(folds, [y] * len(folds), "|", color=FAINT, ms=11, mew=1.6, zorder=1)
        axes.plot(scale * errors["mae"], y, "o", color=colour, ms=6, zorder=3)
        axes.plot(scale * errors["rmse"], y, "s", mfc="none", mec=colour, ms=5.5, zorder=2)
        axes.annotate(rounded(scale * errors["mae"], scale * errors["mae_deviation"]), (1.02, y),
                      xycoords=("axes fraction", "data"), va="center", fontsize=SMALL, color=INK)
    axes.set_yticks(range(len(lines)), [name if len(name) <= 18 else name[:17] + "…" for name, _ in lines])
    axes.set_ylim(len(lines) - 0.5, -0.5)
    if all(e["mae"] > 0 for _, e in lines):
        axes.set_xscale("log")
        plain(axes.xaxis, 4)
    axes.grid(axis="y", visible=False)


def draw(data):
    kinds = [(k, lines) for k in KINDS if (lines := rows(data, k.name))]
    heights = [len(lines) + 1.8 for _, lines in kinds]
    figure, axes = plt.subplots(len(kinds), 1, figsize=(WIDTH, 0.27 * sum(heights) + 0.9), squeeze=False,
                                gridspec_kw={"height_ratios": heights})
    for k, ((kind, lines), ax) in enumerate(zip(kinds, axes[:, 0])):
        panel(ax, lines, kind.scale, COLOURS[k])
        ax.set_title(kind.title)
    figure.suptitle(wrapped(f"{os.path.basename(data['model'])}: {data['n_folds']}-fold cross-validation on "
                            f"{os.path.basename(data['training_data'])}\n● MAE (± deviation of parts), □ RMSE, "
                            "| MAE of a part"))
    return figure


def main(argv):
    return write_figure(draw(json.load(sys.stdin)), argv[0])

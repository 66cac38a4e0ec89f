# SPDX-License-Identifier: BSD-3-Clause
"""The picture of `soapz fit --scan`: the file of the scan from standard input, SVG, PNG or PDF
(by its name) to the path in argv[0]. Errors over cost; what no other fit beats in both is
joined by a line and labelled with its settings."""
import json
import os
import sys

from .pictures import COLOURS, FAINT, INK, plain, plt, write_figure

KINDS = [("force", 1, "force RMSE, eV/Å"), ("energy", 1e3, "energy RMSE, meV/atom")]


def points_of(data, kind):
    """[(microseconds, RMSE, label)] of the fits that have such errors"""
    found = []
    for number, key in enumerate(data["scan"]["points"]):
        r = data["results"].get(key, {})
        if r.get(kind, {}).get("n") and r["microseconds"]:
            found.append((r["microseconds"], r[kind]["rmse"], label_of(data["scan"]["keys"], number)))
    return found


def label_of(keys, number):
    """the values of a point, the last key fastest; names without their descriptor where that is enough"""
    names = [k.split(".")[-1] for k in keys]
    short = names if len(set(names)) == len(names) else list(keys)
    values = []
    for name, choice in zip(reversed(short), reversed(list(keys.values()))):
        number, k = divmod(number, len(choice))
        values.insert(0, f"{name} {choice[k]}")
    return ", ".join(values)


def front(points):
    """those that no other beats in cost and error, by cost"""
    kept = []
    for p in sorted(points):
        if not kept or p[1] < kept[-1][1]:
            kept.append(p)
    return kept


def panel(axes, points, scale, colour):
    best = front(points)
    axes.plot([p[0] for p in points], [scale * p[1] for p in points], "o", color=FAINT, ms=5, zorder=1)
    axes.plot([p[0] for p in best], [scale * p[1] for p in best], "o-", color=colour, ms=5, lw=1.2, zorder=2)
    middle = (min(p[0] for p in points) * max(p[0] for p in points)) ** 0.5
    for cost, error, label in best:
        right = cost <= middle
        axes.annotate(label, (cost, scale * error), xytext=(5 if right else -5, 4), textcoords="offset points",
                      ha="left" if right else "right", fontsize=7.5, color=INK)
    axes.set(xscale="log", yscale="log")
    plain(axes.xaxis)
    plain(axes.yaxis)
    axes.margins(x=0.12, y=0.12)


def draw(data):
    kinds = [(k, p) for k in KINDS if (p := points_of(data, k[0]))]
    figure, axes = plt.subplots(max(len(kinds), 1), 1, figsize=(5.2, 3.0 * max(len(kinds), 1) + 0.6),
                                squeeze=False)
    for k, ((kind, scale, name), points) in enumerate(kinds):
        panel(axes[k, 0], points, scale, COLOURS[k])
        axes[k, 0].set_title(name, loc="left")
    axes[-1, 0].set_xlabel("µs an atom and step, one core")
    by = (f"{data['scan']['n_folds']}-fold cross-validation" if data["scan"]["test_data"] is None else
          os.path.basename(data["scan"]["test_data"]))
    figure.suptitle(f"{os.path.basename(data['scan']['model'])}: a scan judged by {by}", fontsize=9)
    return figure


def main(argv):
    return write_figure(draw(json.load(sys.stdin)), argv[0])

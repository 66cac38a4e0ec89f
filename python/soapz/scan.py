# SPDX-License-Identifier: BSD-3-Clause
"""The picture of `soapz fit --scan`: the file of the scan from standard input, SVG, PNG or PDF
(by its name) to the path in argv[0]. Errors over cost; the Pareto front is a line, labelled
with the settings."""
import json
import os
import sys

from .pictures import COLOURS, ENERGY, FAINT, FORCE, INK, WIDTH, label_points, plain, plt, wrapped, write_figure


def points_of(data, kind):
    """[(microseconds, RMSE, label)] of the fits that have such errors"""
    found = []
    for number, key in enumerate(data["scan"]["points"]):
        r = data["results"].get(key, {})
        if r.get(kind, {}).get("n") and r["microseconds"]:
            found.append((r["microseconds"], r[kind]["rmse"], label_of(data["scan"]["keys"], number)))
    return found


def label_of(keys, number):
    """the values of a point, the last key fastest; names without descriptor if they are unique"""
    names = [k.split(".")[-1] for k in keys]
    short = names if len(set(names)) == len(names) else list(keys)
    values = []
    for name, choice in zip(reversed(short), reversed(list(keys.values()))):
        number, k = divmod(number, len(choice))
        values.insert(0, f"{name} {choice[k]}")
    return ", ".join(values)


def front(points):
    """the Pareto front of cost and error, by cost"""
    kept = []
    for p in sorted(points):
        if not kept or p[1] < kept[-1][1]:
            kept.append(p)
    return kept


def panel(axes, points, scale, colour):
    """draws all points, and joins those of the front, which it returns"""
    best = front(points)
    axes.plot([p[0] for p in points], [scale * p[1] for p in points], "o", color=FAINT, ms=5, zorder=1)
    axes.plot([p[0] for p in best], [scale * p[1] for p in best], "o-", color=colour, ms=5, lw=1.2, zorder=2)
    axes.set(xscale="log", yscale="log")
    plain(axes.xaxis)
    plain(axes.yaxis)
    axes.margins(x=0.12, y=0.12)
    return [(cost, scale * error) for cost, error, _ in best], [label for *_, label in best]


def draw(data):
    kinds = [(k, p) for k in (FORCE, ENERGY) if (p := points_of(data, k.name))]
    figure, axes = plt.subplots(max(len(kinds), 1), 1, figsize=(WIDTH, 3.0 * max(len(kinds), 1) + 0.6),
                                squeeze=False)
    fronts = []
    for k, (kind, points) in enumerate(kinds):
        fronts.append(panel(axes[k, 0], points, kind.scale, COLOURS[k]))
        axes[k, 0].set_title(f"{kind.name} RMSE, {kind.unit}")
    axes[-1, 0].set_xlabel("µs an atom and step, one core")
    by = (f"{data['scan']['n_folds']}-fold cross-validation" if data["scan"]["test_data"] is None else
          os.path.basename(data["scan"]["test_data"]))
    figure.suptitle(wrapped(f"{os.path.basename(data['scan']['model'])}: a scan judged by {by}"))
    for k, (points, labels) in enumerate(fronts):
        label_points(axes[k, 0], points, labels, [INK] * len(points))
    return figure


def main(argv):
    return write_figure(draw(json.load(sys.stdin)), argv[0])

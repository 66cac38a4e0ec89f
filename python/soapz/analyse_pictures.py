# SPDX-License-Identifier: BSD-3-Clause
"""The pictures of `soapz analyse`: its JSON from standard input, SVG, PNG or PDF (by its name)
to the path in argv[0]."""
import json
import os
import sys

import numpy as np

from .pictures import COLOURS, FAINT, INK, SMALL, WIDTH, apart, label_ends, plain, plt, ticks, wrapped, write_figure

STYLES = ["-", "--", ":"]


def name(c):
    return c["label"] if c["seed"] is None else f"{c['label']}, seed {c['seed']}"


def source(data):
    return os.path.basename(data["data"])


def colour(k):
    return COLOURS[k % len(COLOURS)]


def grid(n, columns, height):
    """n axes in rows of `columns`, of this height in inches; those that are left over are empty"""
    rows = -(-n // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(WIDTH, height * rows + 0.9), squeeze=False, sharex=True,
                                sharey=True)
    for a in axes.ravel()[n:]:
        a.set_axis_off()
    for k, a in enumerate(axes.ravel()[:n]):  # those below which there is none
        a.tick_params(labelbottom=k + columns >= n)
    return figure, axes.ravel()[:n]


def joint(axes, counts, bins):
    """How often which two, over their largest; darker is more."""
    shown = np.ma.masked_equal(np.reshape(counts, (bins, bins)).T, 0)
    axes.imshow(np.ma.log10(shown), origin="lower", extent=(0, 1, 0, 1), cmap="viridis_r", aspect="auto")
    axes.plot([0, 1], [0, 1], color=FAINT, lw=0.8)
    axes.set(xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
    axes.grid(False)


def correlation(data):
    """Of each compression the distances, and right of them the ranks"""
    others = data["compressions"][1:] or data["compressions"]
    figure, axes = grid(2 * len(others), 2, 2.2)
    for c, left, right in zip(others, axes[::2], axes[1::2]):
        joint(left, c["distances"], data["bins"])
        joint(right, c["ranks"], data["bins"])
        left.set_title(name(c))
        left.set_ylabel("distance, rank")
        for a, r in ((left, c["pearson_distances"]), (right, c["pearson_ranks"])):
            a.text(0.96, 0.04, f"r = {r:.3f}", transform=a.transAxes, ha="right", fontsize=SMALL,
                   bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 1})
    axes[1].set_title("ranks")
    for a, what in zip(axes[-2:], ("distance", "rank")):
        a.set_xlabel(f"{what} by {data['first']}")
    figure.suptitle(wrapped(f"{source(data)}, {data['n_environments']} environments: pairs by distance and rank, over "
                            "the largest; r: Pearson correlation"))
    return figure


def imbalance(data):
    figure, a = plt.subplots(figsize=(WIDTH, 3.8))
    least = 2 / data["n_environments"]
    others = data["compressions"][1:] or data["compressions"]
    a.plot([least, 1], [least, 1], color=FAINT, lw=1, zorder=0)
    a.set(xscale="log", yscale="log", xlabel=f"Δ({data['first']} → X)", ylabel=f"Δ(X → {data['first']})",
          xlim=(0.8 * least, 1.25), ylim=(0.8 * least, 1.25))
    plain(a.xaxis)
    plain(a.yaxis)
    a.set_title(wrapped(f"{source(data)}: {data['n_environments']} environments", 44))
    x, y = (np.array([c[key] for c in others]) for key in ("imbalance_from_first", "imbalance_to_first"))
    figure.draw_without_rendering()
    at = (a.transData + a.transAxes.inverted()).transform(np.column_stack([x, y]))
    height = a.get_window_extent().height / figure.dpi * 72
    for k, (c, row, y1) in enumerate(zip(others, at, apart(at[:, 1], 1.25 * SMALL / height))):
        a.plot(x[k], y[k], "o", color=colour(k), ms=6)
        a.annotate(name(c), tuple(row), (1.04, y1), xycoords="axes fraction", textcoords="axes fraction", va="center",
                   fontsize=SMALL, color=colour(k), annotation_clip=False,
                   arrowprops={"arrowstyle": "-", "color": colour(k), "lw": 0.6, "shrinkA": 0, "shrinkB": 3})
    return figure


def sensitivity(data):
    first, *others = data["compressions"]
    figure, axes = grid(max(len(others), 1), 2, 1.9)

    def scaled(c):
        return np.concatenate([np.array(v) / v[-1] for v in c["eigenvalues"]])
    x = scaled(first)
    for a, c in zip(axes, others or [first]):
        y = scaled(c)
        seen = (x > 1e-20) & (y > 1e-20)
        a.plot(x[seen], y[seen], ".", ms=2, color=COLOURS[0], alpha=0.5, rasterized=True)
        ends = x[seen].min(), 1
        a.plot(ends, ends, color=INK, lw=0.8)
        a.set(xscale="log", yscale="log", title=name(c))
        plain(a.xaxis, 4)
        plain(a.yaxis, 5)
    figure.supxlabel(f"λ by {first['label']}", fontsize=9.5)
    figure.supylabel("λ by the compression", fontsize=9.5)
    figure.suptitle(wrapped(f"{source(data)}: eigenvalues over the largest of each environment; zero are "
                            f"{first['zeros_least']} to {first['zeros_most']}"))
    return figure


def pairs(data):
    labels = list(dict.fromkeys(c["label"] for c in data["compressions"]))
    figure, a = plt.subplots(figsize=(WIDTH, 0.36 * len(labels) + 1.1))
    for k, label in enumerate(labels):
        d = np.array([c["distances"] for c in data["compressions"] if c["label"] == label])
        mean, spread = d.mean(0), d.std(0)
        y = k + np.linspace(-0.25, 0.25, max(d.shape[1], 2))[:d.shape[1]]
        a.errorbar(np.maximum(mean, 1e-17), y, xerr=spread, fmt="o", color=colour(k))
    a.set(xscale="log", xlabel="distance of the pair", title=wrapped(source(data), 44), ylim=(len(labels) - 0.4, -0.6))
    plain(a.xaxis)
    a.set_yticks(range(len(labels)), labels)
    return figure


def recover(data):
    figure, a = plt.subplots()
    for k, c in enumerate(data["compressions"]):
        a.plot(c["condition"], np.maximum(c["error"], 1e-17), ".", color=colour(k), label=name(c), rasterized=True)
    x = np.logspace(0, 8, 50)
    a.plot(x, 2.2e-16 * x ** 2, color=INK, lw=0.8, label="rounding · condition²")
    a.set(xscale="log", yscale="log", xlabel="condition of X W, worst l", ylabel="|P′ − P| / |P|",
          title=wrapped(source(data), 44), ylim=(1e-17, 10))
    plain(a.xaxis)
    plain(a.yaxis)
    a.legend()
    return figure


def learning(data):
    figure, a = plt.subplots(figsize=(WIDTH, 3.6))
    whole = data["unit"] == "frame"
    n = []
    for k, c in enumerate(data["compressions"]):
        n = [s["n_frames"] for s in c["sizes"]]
        mae = np.array([s["mae_frame" if whole else "mae_atom"] for s in c["sizes"]], float)
        mae *= 23.060548 if whole else 1e3
        a.plot(n, mae.mean(1), "o", color=colour(k), ls=STYLES[k // len(COLOURS) % len(STYLES)], label=name(c))
        a.errorbar(n, mae.mean(1), mae.std(1), fmt="none", capsize=2, color=colour(k))
    a.set(xscale="log", yscale="log", xlabel="training frames",
          ylabel="MAE, kcal/mol a frame" if whole else "MAE, meV/atom",
          title=wrapped(f"{source(data)}: total energies, ζ = {data['zeta']}", 44))
    ticks(a.xaxis, n)
    plain(a.yaxis)
    label_ends(a)
    return figure


PICTURES = {"correlation": correlation, "imbalance": imbalance, "sensitivity": sensitivity,
            "pairs": pairs, "recover": recover, "learning": learning}


def main(argv):
    data = json.load(sys.stdin)
    return write_figure(PICTURES[data["analysis"]](data), argv[0])

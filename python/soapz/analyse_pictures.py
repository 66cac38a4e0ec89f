# SPDX-License-Identifier: BSD-3-Clause
"""The pictures of `soapz analyse`: its JSON from standard input, SVG, PNG or PDF (by its name)
to the path in argv[0]."""
import io
import json
import os
import sys

import numpy as np

from .curve import plain, ticks
from .pictures import COLOURS, FAINT, INK, plt, write_whole


def name(c):
    return c["label"] if c["seed"] is None else f"{c['label']}, seed {c['seed']}"


def grid(n, width=2.6, height=2.6):
    columns = min(n, 4)
    rows = -(-n // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(width * columns, height * rows), squeeze=False)
    for a in axes.ravel()[n:]:
        a.set_axis_off()
    return figure, axes.ravel()


def joint(axes, counts, bins, what, first, c):
    """How often which two, over their largest; darker is more."""
    shown = np.ma.masked_equal(np.reshape(counts, (bins, bins)).T, 0)
    axes.imshow(np.ma.log10(shown), origin="lower", extent=(0, 1, 0, 1), cmap="viridis", aspect="auto")
    axes.plot([0, 1], [0, 1], color=FAINT, lw=0.8)
    axes.set(xlabel=f"{what} by {first}", ylabel=f"by {name(c)}")
    axes.grid(False)


def correlation(data):
    others = data["compressions"][1:] or data["compressions"]
    figure, axes = plt.subplots(2, len(others), figsize=(2.6 * len(others), 5.2), squeeze=False)
    for c, column in zip(others, axes.T):
        joint(column[0], c["distances"], data["bins"], "distance", data["first"], c)
        column[0].set_title(f"{name(c)}\n{c['pearson_distances']:.3f}", fontsize=9)
        joint(column[1], c["ranks"], data["bins"], "rank", data["first"], c)
        column[1].set_title(f"{c['pearson_ranks']:.3f}", fontsize=9)
    figure.suptitle(f"{os.path.basename(data['data'])}, {data['n_environments']} environments: pairs by "
                    "distance and rank, over the largest; Pearson correlation", fontsize=9.5)
    return figure


def imbalance(data):
    figure, a = plt.subplots(figsize=(5.4, 4.8))
    least = 2 / data["n_environments"]
    for k, c in enumerate(data["compressions"][1:] or data["compressions"]):
        a.plot(c["imbalance_from_first"], c["imbalance_to_first"], "o", color=COLOURS[k % len(COLOURS)],
               ms=7, label=name(c))
    a.plot([least, 1], [least, 1], color=FAINT, lw=1, zorder=0)
    a.set(xscale="log", yscale="log", xlabel=f"Δ({data['first']} → X)", ylabel=f"Δ(X → {data['first']})",
          xlim=(0.8 * least, 1.25), ylim=(0.8 * least, 1.25))
    a.legend(fontsize=8)
    a.set_title(f"{os.path.basename(data['data'])}: {data['n_environments']} environments")
    return figure


def sensitivity(data):
    first, *others = data["compressions"]
    figure, axes = grid(max(len(others), 1))

    def scaled(c):
        return np.concatenate([np.array(v) / v[-1] for v in c["eigenvalues"]])
    x = scaled(first)
    for a, c in zip(axes, others or [first]):
        y = scaled(c)
        seen = (x > 1e-20) & (y > 1e-20)
        a.plot(x[seen], y[seen], ".", ms=2, color=COLOURS[0], alpha=0.5, rasterized=True)
        ends = x[seen].min(), 1
        a.plot(ends, ends, color=INK, lw=0.8)
        a.set(xscale="log", yscale="log", xlabel=f"λ by {first['label']}", ylabel=f"by {name(c)}")
    figure.suptitle(f"{os.path.basename(data['data'])}: eigenvalues over the largest of each environment; "
                    f"zero are {first['zeros_least']} to {first['zeros_most']}", fontsize=9.5)
    return figure


def pairs(data):
    figure, a = plt.subplots(figsize=(6, 4))
    labels = list(dict.fromkeys(c["label"] for c in data["compressions"]))
    for k, label in enumerate(labels):
        d = np.array([c["distances"] for c in data["compressions"] if c["label"] == label])
        mean, spread = d.mean(0), d.std(0)
        x = k + np.linspace(-0.25, 0.25, max(d.shape[1], 2))[:d.shape[1]]
        a.errorbar(x, np.maximum(mean, 1e-17), spread, fmt="o", ms=4, color=COLOURS[k % len(COLOURS)])
    a.set(yscale="log", ylabel="distance of the pair", title=os.path.basename(data["data"]))
    a.set_xticks(range(len(labels)), labels, rotation=30, ha="right")
    return figure


def recover(data):
    figure, a = plt.subplots(figsize=(5.4, 4))
    for k, c in enumerate(data["compressions"]):
        a.plot(c["condition"], np.maximum(c["error"], 1e-17), ".", color=COLOURS[k % len(COLOURS)],
               label=name(c), rasterized=True)
    x = np.logspace(0, 8, 50)
    a.plot(x, 2.2e-16 * x ** 2, color=INK, lw=0.8, label="rounding · condition²")
    a.set(xscale="log", yscale="log", xlabel="condition of X W, worst l", ylabel="|P′ − P| / |P|",
          title=os.path.basename(data["data"]), ylim=(1e-17, 10))
    a.legend(fontsize=8)
    return figure


def learning(data):
    figure, a = plt.subplots(figsize=(5.6, 4.4))
    whole = data["unit"] == "frame"
    for k, c in enumerate(data["compressions"]):
        n = [s["n_frames"] for s in c["sizes"]]
        mae = np.array([s["mae_frame" if whole else "mae_atom"] for s in c["sizes"]], float)
        mae *= 23.060548 if whole else 1e3
        a.errorbar(n, mae.mean(1), mae.std(1), fmt="o", ms=4, lw=1.3, capsize=2,
                   color=COLOURS[k % len(COLOURS)], ls=("-", "--")[k // len(COLOURS) % 2], label=name(c))
    a.set(xscale="log", yscale="log", xlabel="training frames",
          ylabel="MAE, kcal/mol a frame" if whole else "MAE, meV/atom")
    ticks(a.xaxis, n)
    plain(a.yaxis)
    a.set_title(f"{os.path.basename(data['data'])}: total energies, ζ = {data['zeta']}")
    a.legend(fontsize=8)
    return figure


PICTURES = {"correlation": correlation, "imbalance": imbalance, "sensitivity": sensitivity,
            "pairs": pairs, "recover": recover, "learning": learning}


def main(argv):
    data, out = json.load(sys.stdin), io.BytesIO()
    figure = PICTURES[data["analysis"]](data)
    kind = os.path.splitext(argv[0])[1][1:] or "svg"
    figure.savefig(out, format=kind, metadata={"Date": None} if kind == "svg" else None)
    return write_whole(argv[0], out.getvalue())

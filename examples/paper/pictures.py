# SPDX-License-Identifier: BSD-3-Clause
"""The pictures of run.py. Each function draws a figure from numbers. A compression has the same colour in all
figures, and its name is next to its points."""
import numpy as np
from matplotlib.ticker import FixedLocator, LogLocator, NullLocator
from soapz.pictures import COLOURS, FAINT, INK, apart, plain, plt, ticks

NAMES = {"nu=2": r"$\nu=2$", "nu,mu=1,1": r"$\nu,\mu=1,1$", "nu,mu*=1,1": r"$\nu,\mu^*=1,1$",
         "W^T P_l": r"$W^TP_l$", "nu,mu^=1,1": r"$\nu,\hat\mu=1,1$", "nu=2,d_J": r"$\nu,d_J=2,2$",
         "mu=2": r"$\mu=2$", "wACSF": "wACSF", "2b+3b": "2b+3b"}
COLOUR = dict(zip(NAMES, [INK, *COLOURS, COLOURS[4], COLOURS[1]]))
plt.rcParams.update({"font.size": 9, "axes.titlesize": 9.5, "axes.titleweight": "normal", "savefig.dpi": 110})


def beside(axes, labels, points, size=9.5, column=False):
    """A name to the right of each point (x, y), or of all points, joined by a line; names do not overlap."""
    to_axes = (axes.transData + axes.transAxes.inverted()).transform(points)
    right = to_axes[:, 0].max()
    height = axes.get_window_extent().height / axes.figure.dpi * 72
    y = apart(to_axes[:, 1], 1.25 * size / height)
    for label, (x, y0), y1 in zip(labels, to_axes, y):
        axes.annotate(NAMES.get(label, label), (x, y0), ((right if column else x) + 0.05, y1), xycoords="axes fraction",
                      textcoords="axes fraction", va="center", color=COLOUR[label], fontsize=size,
                      annotation_clip=False, arrowprops=dict(arrowstyle="-", color=COLOUR[label], lw=0.6,
                                                             shrinkA=0, shrinkB=2))


def density(axes, counts):
    """Pairs in bins, from few to many"""
    shown = np.ma.log10(np.ma.masked_equal(counts.T, 0))
    axes.imshow(shown, origin="lower", extent=(0, 1, 0, 1), cmap="viridis", aspect="auto", interpolation="nearest")
    axes.plot([0, 1], [0, 1], color=FAINT, lw=0.8)
    axes.grid(False)
    axes.set(xticks=[0, 0.5, 1], yticks=[0, 0.5, 1], xticklabels=["0", "", "1"], yticklabels=["0", "", "1"])


def correlation(found, labels, title):
    """Distances (above) and ranks by each compression against those by nu=2, over the largest"""
    figure, axes = plt.subplots(2, len(labels), figsize=(4.4, 4.7 if len(labels) < 3 else 3.1), squeeze=False,
                                sharex=True, sharey=True)
    for k, label in enumerate(labels):
        for a, (what, value) in zip(axes[:, k], (("distances", found[label]["distances"]),
                                                 ("ranks", found[label]["ranks"]))):
            density(a, found[label][what + "_counts"])
            a.text(0.05, 0.95, f"{value:.3f}", transform=a.transAxes, va="top", fontsize=8.5,
                   bbox=dict(facecolor="white", edgecolor="none", alpha=0.85, pad=1.5))
        axes[0, k].set_title(NAMES[label], color=COLOUR[label])
    for row, what in zip(axes, ("distance", "rank")):
        row[0].set_ylabel(f"{what} by it")
    figure.supxlabel(rf"by {NAMES['nu=2']}", fontsize=9)
    figure.suptitle(title, fontsize=9)
    return figure


def imbalance(found, n, title):
    figure, a = plt.subplots(figsize=(4.4, 3.9))
    labels = [label for label in found if label != "nu=2"]
    points = np.array([[found[label]["imbalance_ab"], found[label]["imbalance_ba"]] for label in labels])
    a.plot([2 / n, 1], [2 / n, 1], color=FAINT, lw=1, zorder=0)
    for label, (x, y) in zip(labels, points):
        a.plot(x, y, "o", color=COLOUR[label], ms=6)
    least, most = 0.7 * points.min(), 1.6 * points.max()
    a.set(xscale="log", yscale="log", xlim=(least, 3 * most), ylim=(least, most), title=title,
          xlabel=r"$\Delta(\nu=2\rightarrow X)$", ylabel=r"$\Delta(X\rightarrow\nu=2)$")
    for axis in (a.xaxis, a.yaxis):
        plain(axis)
        axis.set_major_locator(LogLocator(subs=(1, 3)))
    figure.canvas.draw()
    beside(a, labels, points)
    return figure


def sensitivity(found):
    """found: {label: eigenvalues over the largest, the six zeros left out}"""
    first, *others = found
    figure, axes = plt.subplots(2, 3, figsize=(4.4, 3.5), sharex=True, sharey=True)
    x = found[first]
    ends = np.array([x.min(), 1])
    for a, label in zip(axes.ravel(), others):
        a.plot(x, found[label], ".", ms=1.2, color=COLOUR[label], alpha=0.6, rasterized=True)
        a.plot(ends, ends, color=INK, lw=0.6)
        a.set(xscale="log", yscale="log")
        a.text(0.05, 0.95, NAMES[label], transform=a.transAxes, va="top", color=COLOUR[label])
        for axis in (a.xaxis, a.yaxis):
            axis.set_major_locator(FixedLocator([1e-12, 1e-6, 1]))
            axis.set_minor_locator(NullLocator())
    figure.supxlabel(r"eigenvalue $\lambda$ by $\nu=2$, over the largest", fontsize=9)
    figure.supylabel(r"$\lambda$ by the compression", fontsize=9)
    return figure


def symmetric(found):
    """Eigenvalues of a symmetric environment; those that are rounding errors are drawn at 1e-20."""
    figure, axes = plt.subplots(1, 2, figsize=(4.4, 3.4), sharey=True)
    rng = np.random.default_rng(1)
    for k, (a, where) in enumerate(zip(axes, ("round Al", "round F"))):
        for m, (label, values) in enumerate(found.items()):
            v = np.asarray(values[k])
            zero = v < 1e-20
            y = np.where(zero, 1e-20 * 10 ** rng.uniform(-0.8, 0.8, len(v)), v)
            a.plot(m + rng.uniform(-0.25, 0.25, len(v)), y, ".", ms=3, color=COLOUR[label], rasterized=True)
        a.axhline(1e-18, color=FAINT, lw=1)
        a.text(0.5, 1e-17, f"below: zero, {zero.sum()} of {len(v)}", ha="center", fontsize=8.5,
               transform=a.get_yaxis_transform())
        a.set(yscale="log", title=where, ylim=(1e-22, 10))
        a.yaxis.set_major_locator(FixedLocator([1e-20, 1e-15, 1e-10, 1e-5, 1]))
        a.yaxis.set_minor_locator(NullLocator())
        a.set_xticks(range(len(found)), [NAMES[label] for label in found], rotation=90)
    axes[0].set_ylabel(r"$\lambda$ over the largest")
    return figure


def pairs(found, paper):
    """found: {label: (distances of each pair, their deviation or 0)}"""
    figure, a = plt.subplots(figsize=(4.4, 3.2))
    for k, (label, (mean, spread)) in enumerate(found.items()):
        name = label.split()[0] + " P_l" if label.startswith("W") else label
        x = k + np.linspace(-0.25, 0.25, len(mean))
        a.errorbar(x, mean, spread, fmt="o", ms=3.5, lw=1, color=COLOUR[name])
        if name in paper:
            a.plot([k - 0.38, k + 0.38], 2 * [paper[name]], color=INK, lw=1, zorder=0)
    a.set(ylabel="distance", ylim=(-0.03, None))
    a.set_xticks(range(len(found)), [label.replace("W^T P_l", NAMES["W^T P_l"] + "\n") if label.startswith("W")
                                     else NAMES[label] for label in found], rotation=90)
    a.set_title("Mo and Ta exchanged; lines: the paper's pair")
    return figure


def curve(a, sizes, found, what):
    """found: {label: (mean, deviation)}, each for the first of the sizes"""
    for label, (mean, spread) in found.items():
        n = sizes[:len(mean)]
        a.errorbar(n, mean, spread if max(spread) > 0 else None, fmt="o-", ms=3.5, lw=1.2, capsize=2,
                   color=COLOUR[label])
    a.set(xscale="log", yscale="log", xlabel=what[0], ylabel=what[1])
    ticks(a.xaxis, sizes)
    plain(a.yaxis)
    a.yaxis.set_major_locator(LogLocator(subs=(1, 1.5, 2, 3, 5, 7)))


def learning(found, sizes, what, title):
    figure, a = plt.subplots(figsize=(4.4, 3.9))
    curve(a, sizes, found, what)
    a.set_title(title)
    a.set_xlim(right=sizes[-1] * (sizes[-1] / sizes[0]) ** 0.32)
    figure.canvas.draw()
    beside(a, list(found), np.array([[sizes[len(m) - 1], m[-1]] for m, _ in found.values()]), column=True)
    return figure


def symmetry_functions(first, found, sizes, zetas, what, title, note):
    """first: {label: (mean, deviation)}; found: the same for each zeta; the last sizes of these are drawn"""
    figure, axes = plt.subplots(2, 1, figsize=(4.4, 6))
    last = {label: ([found[z][label][0][-1] for z in zetas], [found[z][label][1][-1] for z in zetas])
            for label in first}
    panels = (axes[0], sizes, first, what[0]), (axes[1], zetas, last, r"$\zeta$")
    for a, x, curves, name in panels:
        curve(a, x, curves, (name, what[1]))
        a.set_xlim(right=x[-1] * (x[-1] / x[0]) ** 0.32)
    axes[0].set_title(title)
    axes[1].set_title(f"{sizes[-1]} {what[0]}" + (f", vectors {note}" if note else ""))
    figure.canvas.draw()
    for a, x, curves, _ in panels:
        beside(a, list(curves), np.array([[x[-1], m[-1]] for m, _ in curves.values()]))
    return figure


def force_fields(found, title):
    """found: {label: (sparse points, force RMSE in eV/A, energy RMSE in eV/atom, us per atom or nan)}"""
    figure, axes = plt.subplots(3, 1, figsize=(4.4, 8.4))
    panels = [(0, 1, 1, "sparse points", "force RMSE, eV/Å"), (0, 2, 1e3, "sparse points", "energy RMSE, meV/atom"),
              (3, 1, 1, "µs an atom, one core", "force RMSE, eV/Å")]
    ends = []
    for a, (x, y, scale, xlabel, ylabel) in zip(axes, panels):
        for label, v in found.items():
            seen = np.isfinite(v[x])
            a.plot(v[x][seen], scale * v[y][seen], "o-", color=COLOUR[label], ms=3.5, lw=1.2)
        a.set(xscale="log", yscale="log", xlabel=xlabel, ylabel=ylabel,
              ylim=(None, 1.15 * scale * max(v[y].max() for label, v in found.items() if label != "2b+3b")))
        ticks(a.xaxis, list(found["nu=2"][0][1::2])) if x == 0 else plain(a.xaxis)
        plain(a.yaxis)
        left, right = a.get_xlim()
        a.set_xlim(left, right * (right / left) ** 0.32)
        ends.append(np.array([[v[x][-1], scale * v[y][-1]] for v in found.values()]))
    axes[0].set_title(title)
    figure.canvas.draw()
    for a, points, panel in zip(axes, ends, panels):
        beside(a, list(found), points, column=panel[0] == 0)
    return figure

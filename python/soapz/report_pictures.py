# SPDX-License-Identifier: BSD-3-Clause
"""The pictures of a report: one panel each, all of one width, so that a page shows as many side by
side as it has room for."""
from math import erf, sqrt

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.ticker import MaxNLocator

from .pictures import COLOURS, ENERGY, FAINT, INK, WIDTH, as_image, label_ends, plain, plt

LETTERS = "AB"
MARKERS = "o^s"  # with the colours: 18 config_types
LEAST = 25       # numbers behind each point of a line through bins
MANY = 400       # more points than these are drawn as an image


# ---- config_types ----------------------------------------------------------------------

class TypeStyles:
    """Colour and marker of each config_type, the most frequent first; what is beyond 18 is grey."""

    def __init__(self, data):
        types = [f["config_type"] for f in data["frames"]]
        n = np.bincount(types, minlength=len(data["config_types"]))
        order = np.argsort(-n, kind="stable")
        colours = COLOURS[2:] + COLOURS[:2]  # first those that are not of A and B
        room = len(MARKERS) * len(colours)
        self.styles = [("#7a8491", ".")] * len(n)
        for rank, t in enumerate(order[:room]):
            self.styles[t] = colours[rank % len(colours)], MARKERS[rank // len(colours)]
        self.rgba = np.array([to_rgba(colour, 0.7) for colour, _ in self.styles])
        self.legend = [(data["config_types"][t], *self.styles[t]) for t in order[:room]]
        self.n_other = max(len(n) - room, 0)

    def draw(self, axes, x, y, types):
        """A cloud; no config_type lies over all others."""
        size = 26 if len(x) < 200 else 10 if len(x) < 3000 else 5
        order = np.random.default_rng(0).permutation(len(x))
        x, y, types = x[order], y[order], types[order]
        for marker in {m for _, m in self.styles}:
            of_marker = [t for t, s in enumerate(self.styles) if s[1] == marker]
            use = np.isin(types, of_marker)
            axes.scatter(x[use], y[use], s=size, c=self.rgba[types[use]], marker=marker, linewidths=0,
                         rasterized=len(x) > MANY)


# ---- model against reference -----------------------------------------------------------

def parity(kind, k, models, styles):
    """Reference against model k, and its errors below; the ends are those of all models."""
    of = [m.samples[kind.name] for m in models]
    figure, (above, below) = plt.subplots(2, 1, figsize=(WIDTH, 4.6), height_ratios=[2.2, 1], sharex=True)
    ends = np.array([min(np.minimum(s.x, s.x + s.error).min() for s in of),
                     max(np.maximum(s.x, s.x + s.error).max() for s in of)])
    ends += (ends[1] - ends[0] or 1) * np.array([-0.03, 0.03])
    reach = 1.08 * kind.scale * max(abs(s.error).max() for s in of) or 1
    s = of[k]
    above.plot(ends, ends, color=FAINT, lw=1, zorder=0.9)
    styles.draw(above, s.x, s.x + s.error, s.types)
    letter = f"{LETTERS[k]}: " if len(models) > 1 else ""
    above.set(title=letter + kind.values, ylabel=f"model, {kind.value_unit}", xlim=ends, ylim=ends)
    below.axhline(0, color=FAINT, lw=1, zorder=0.9)
    styles.draw(below, s.x, kind.scale * s.error, s.types)
    below.set(xlabel=f"reference, {kind.value_unit}", ylabel=f"error, {kind.unit}", ylim=(-reach, reach))
    for axis, n in ((below.xaxis, 5), (above.yaxis, 6), (below.yaxis, 4)):
        axis.set_major_locator(MaxNLocator(n))
    figure.align_ylabels()
    return as_image(figure, f"{letter}{kind.values}, model against reference")


# ---- how large the errors are ----------------------------------------------------------

def histogram(kind, models):
    errors = [kind.scale * m.samples[kind.name].error for m in models]
    figure, a = plt.subplots()
    reach = 1.05 * max(np.quantile(abs(e), 0.998) for e in errors) or 1
    edges = np.linspace(-reach, reach, 61)
    for k, e in enumerate(errors):
        counts, _ = np.histogram(np.clip(e, -reach, reach), edges)
        a.stairs(counts, edges, fill=True, color=COLOURS[k], alpha=0.25, lw=0)
        a.stairs(counts, edges, color=COLOURS[k], lw=1.3)
        if len(models) > 1:
            a.text(0.02, 0.97 - 0.1 * k, LETTERS[k], color=COLOURS[k], transform=a.transAxes,
                   va="top", weight="bold")
    a.axvline(0, color=INK, lw=0.6)
    a.xaxis.set_major_locator(MaxNLocator(5))
    a.set(title=kind.values, xlabel=f"error, {kind.unit}",
          yscale="log", ylim=(0.6, None), ylabel="number")
    plain(a.yaxis, whole=True)
    return as_image(figure, f"histogram of the errors, {kind.name}")


def in_bins(size, error):
    """size, and 10 %, half and 90 % of the error, in up to 20 bins of the size that hold LEAST or more;
    nothing where there are not three such bins"""
    n = min(20, len(size) // LEAST)
    if n < 3:
        return None
    edges = np.unique(np.quantile(size, np.linspace(0, 1, n + 1)))
    where = np.clip(np.searchsorted(edges, size, "right") - 1, 0, max(len(edges) - 2, 0))
    bins = [where == b for b in range(len(edges) - 1) if (where == b).sum() >= LEAST]
    if len(bins) < 3:
        return None
    return np.array([[np.median(size[b]), *np.quantile(error[b], (0.1, 0.5, 0.9))] for b in bins]).T


def against_force(k, models, styles):
    """Does the error grow with the force?"""
    size, error = (np.linalg.norm(x, axis=1) for x in (models[k].force, models[k].force_error))
    figure, a = plt.subplots()
    styles.draw(a, size, error, models[k].atom_types)
    line = in_bins(size, error)
    if line is not None:
        x, low, middle, high = line
        a.plot(x, middle, "o-", ms=3, color=INK)
        a.plot(x, low, x, high, color=INK, lw=0.8)
    top = max(np.linalg.norm(m.force_error, axis=1).max() for m in models)
    letter = f"{LETTERS[k]}: " if len(models) > 1 else ""
    a.set(xlabel="force of the reference on an atom, eV/Å", ylabel="error of the force, eV/Å",
          ylim=(0, 1.05 * top or 1), title=f"{letter}error against force")
    a.xaxis.set_major_locator(MaxNLocator(6))
    return as_image(figure, f"{letter}error of the force against the force")


def above(models):
    """The share of the atoms with a larger error"""
    figure, a = plt.subplots()
    largest = 0
    for k, m in enumerate(models):
        s = np.sort(np.linalg.norm(m.force_error, axis=1))
        a.plot(s, 1 - np.arange(len(s)) / len(s), color=COLOURS[k], ls=("-", "--")[k],
               label=LETTERS[k] if len(models) > 1 else "_")
        largest = max(largest, s[-1])
    a.set(xlabel="error of the force on an atom, eV/Å", ylabel="share of the atoms", yscale="log",
          xlim=(0, largest or 1), title="share with a larger error")
    a.xaxis.set_major_locator(MaxNLocator(6))
    plain(a.yaxis)
    label_ends(a)
    return as_image(figure, "share of the atoms with a larger error")


# ---- predicted variance ----------------------------------------------------------------

def tenths(a, c, scale):
    """The rms of the error in tenths of sigma, each of LEAST numbers or more"""
    if c["sigma"] and c["n"] // len(c["sigma"]) >= LEAST:
        a.plot(np.multiply(c["sigma"], scale), np.multiply(c["rmse"], scale), "o-", color=INK,
               label="rms in tenths")


def against_sigma(sigma, error, types, c, styles, words):
    """words: title, xlabel, ylabel, scale of c, whether sigma is meant to be the error"""
    title, xlabel, ylabel, scale, equal = words
    use = (sigma > 0) & (error > 1e-4 * error.max(initial=0))  # the rest: by symmetry
    if not use.any():
        return None
    sigma, error = sigma[use], error[use]
    figure, a = plt.subplots()
    styles.draw(a, sigma, error, types[use])
    tenths(a, c, scale)
    if equal:
        ends = np.array([sigma.min(), sigma.max()])
        a.plot(ends, ends, "--", color=INK, lw=1, label="error = σ")
    a.set(xscale="log", yscale="log", xlabel=xlabel, ylabel=ylabel,
          title=f"{title}: rank correlation {c['rank_correlation']:.2f}")
    plain(a.xaxis, 5)
    plain(a.yaxis)
    if a.get_legend_handles_labels()[0]:
        a.legend()
    return as_image(figure, f"{title}: predicted variance against true error")


def within(k, model):
    """The share of energies within so many sigma, beside that of a normal distribution"""
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.sort(abs(model.samples["energy"].error) / model.energy_sigma)
    figure, a = plt.subplots()
    x = np.linspace(0, 5, 101)
    a.plot(x, [erf(t / sqrt(2)) for t in x], "--", color=INK, lw=1, label="normal")
    a.plot(x, np.searchsorted(z, x, "right") / len(z), color=COLOURS[k], label="model")
    a.set(xlabel="σ", ylabel="share of the energy errors within", xlim=(0, 5), ylim=(0, 1.02),
          title="energies: σ against errors")
    label_ends(a)
    return as_image(figure, "share of the energy errors within so many sigma")


def variance(k, model, styles):
    """The pictures of the predicted variance of model k"""
    v, out = model.summary["variance"], []
    error = np.linalg.norm(model.force_error, axis=1)
    out.append(against_sigma(model.sigma, error, model.atom_types, v["forces"], styles,
                             ("atoms", "σ of the local energy, eV", "error of the force, eV/Å", 1, False)))
    s = model.samples["energy"]
    out.append(against_sigma(ENERGY.scale * model.energy_sigma, ENERGY.scale * abs(s.error), s.types, v["energies"], styles,
                             ("frames", "σ of the energy, meV/atom", "its error, meV/atom", ENERGY.scale, True)))
    if len(s.x) >= LEAST:
        out.append(within(k, model))
    return [picture for picture in out if picture]

# SPDX-License-Identifier: BSD-3-Clause
"""The picture of soapz property: energy and volume, gamma lines, and differences from the reference,
one below the other so that they are readable on a narrow page."""
import numpy as np
from matplotlib.ticker import MaxNLocator

from .crystals import Crystal
from .pictures import COLOURS, FAINT, INK, SMALL, WIDTH, label_ends, plt, wrapped, write_figure

LINES = ["-", "--", "-.", ":"]
PER_CRYSTAL = 0.19  # inches of a line of the last panel


def _offsets(result):
    """{crystal: energy above the lowest one of the same elements, eV per atom}"""
    bound = {c: v.get("cohesive") for c, v in result.crystals.items()}
    same = {c: sorted(Crystal(c).symbols) for c in bound}
    return {c: max((b for d, b in bound.items() if same[d] == same[c] and b is not None), default=0) - bound[c]
            if bound[c] is not None else 0.0 for c in bound}


def _smooth(x, y):
    """A spline through the points of a curve"""
    from scipy.interpolate import CubicSpline
    fine = np.linspace(x[0], x[-1], 200)
    return fine, CubicSpline(x, y)(fine)


def _energies(axis, result, colour):
    offsets = _offsets(result)
    for c, curves in result.curves.items():
        if "energy" not in curves:
            continue
        x, y = (np.array(v) for v in curves["energy"])
        axis.plot(*_smooth(x, y + offsets[c]), color=colour[c], label=c)
        axis.plot(x, y + offsets[c], "o", ms=2.5, color=colour[c])
        other = (result.reference.curves.get(c) if result.reference else None) or {}
        if "energy" in other:
            x, y = other["energy"]
            axis.plot(*_smooth(x, np.array(y) + offsets[c]), "--", lw=1, color=INK)
    axis.set_title("Energy and volume")
    axis.set_xlabel("volume of an atom, Å$^3$")
    axis.set_ylabel("energy, eV/atom")
    axis.xaxis.set_major_locator(MaxNLocator(7))
    label_ends(axis)


def _gammas(axis, result, colour):
    many = len(result.crystals) > 1
    top = 0.0
    for c, curves in result.curves.items():
        lines = {k: v for k, v in curves.items() if k.startswith("gamma")}
        for (name, (x, y)), style in zip(lines.items(), LINES):
            plane = name.split()[1]
            axis.plot(*_smooth(x, y), style, color=colour[c], label=f"{c} ({plane})" if many else f"({plane})")
            axis.plot(x, y, "o", ms=2.5, color=colour[c])
            other = (result.reference.curves.get(c) if result.reference else None) or {}
            if name in other:
                axis.plot(*_smooth(*other[name]), style, lw=1, color=INK)
            top = max(top, max(y))
    axis.axhline(0, lw=0.8, color=FAINT)
    axis.set_ylim(top=(1.2 + 0.2 * -(-len(axis.get_legend_handles_labels()[0]) // 2)) * top)  # room for the legend
    axis.set_title("Gamma lines")
    axis.set_xlabel("fraction of the slip vector")
    axis.set_ylabel("J/m$^2$")
    axis.legend(loc="upper center", ncols=2)


def _differences(axis, rows, colour):
    for k, (c, name, difference) in enumerate(rows):
        axis.plot([0, difference], [k, k], color=FAINT, lw=1.5)
        axis.plot(difference, k, "o", ms=4, color=colour[c])
    many = len({c for c, _, _ in rows}) > 1
    axis.set_yticks(range(len(rows)), [f"{c} {n}" if many else n for c, n, _ in rows], fontsize=SMALL)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.axvline(0, lw=0.8, color=INK)
    axis.set_title("Difference from the reference")
    axis.set_xlabel("%")
    axis.xaxis.set_major_locator(MaxNLocator(7))


def draw(result, path):
    """Writes the picture, .svg, .png or .pdf; returns 0, or 1 with a message."""
    colour = {c: COLOURS[k % len(COLOURS)] for k, c in enumerate(result.crystals)}
    rows = [(c, name, 100 * (value / other - 1)) for c in result.crystals
            for name, _, value, other in result.rows(c) if other]
    panels = [(draw_one, 2.5) for draw_one, key in ((_energies, "energy"), (_gammas, "gamma"))
              if any(k.startswith(key) for c in result.curves.values() for k in c)]
    heights = [h for _, h in panels] + ([0.8 + PER_CRYSTAL * len(rows)] if rows else [])
    if not heights:
        raise ValueError("there is nothing to draw: the picture shows eos, gamma and differences from a reference")
    figure, axes = plt.subplots(len(heights), 1, figsize=(WIDTH, sum(heights)), squeeze=False,
                                height_ratios=heights)
    for (draw_one, _), axis in zip(panels, axes[:, 0]):
        draw_one(axis, result, colour)
    if rows:
        _differences(axes[-1, 0], rows, colour)
    if result.reference and any(result.reference.curves.values()):
        figure.suptitle(wrapped(f"thin, dark: {result.reference.source}"), fontsize=SMALL)
    return write_figure(figure, path)

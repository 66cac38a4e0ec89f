# SPDX-License-Identifier: BSD-3-Clause
"""Shared code of the pictures of soapz: style, ticks with enough room, labels at the ends of lines, and
figures as files or as parts of a page.

Python only draws; the numbers come from the command `soapz`."""
import base64
import io
import itertools
import os
import sys
import tempfile
import textwrap
from typing import NamedTuple

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
from matplotlib.ticker import FixedLocator, FuncFormatter, Locator, MaxNLocator, NullLocator  # noqa: E402

plt.style.use(os.path.join(os.path.dirname(os.path.abspath(__file__)), "soapz.mplstyle"))
WIDTH = plt.rcParams["figure.figsize"][0]  # inches, of every picture
COLOURS = ["#" + c.lstrip("#") for c in plt.rcParams["axes.prop_cycle"].by_key()["color"]]
INK, FAINT = "#1f2933", "#c9d1da"
SMALL = 8.5  # points, the smallest letters

# In a page these four change where the reader's screen is dark: (name, on white, on black).
THEME = [("ink", INK, "#e4e8ec"), ("faint", FAINT, "#46505b"), ("edge", "#8b97a5", "#7d8894"),
         ("grid", "#e8ecf1", "#2a313a")]


# ---- quantities ------------------------------------------------------------------------

class Kind(NamedTuple):
    """A quantity that is compared with data: its name in JSON, the unit of its values (energies and
    virials per atom, as in JSON), the unit of its errors, the factor between them, and its decimals"""
    name: str
    value_unit: str
    unit: str
    scale: float
    digits: int

    @property
    def title(self):
        return f"{self.name}, {self.unit}"

    @property
    def values(self):
        """the name of one number"""
        return self.name if self.name == "energy" else f"{self.name} component"

    def text(self, x, sign=""):
        return "" if x is None or np.isnan(x) else f"{self.scale * x:{sign}.{self.digits}f}"


KINDS = [Kind("energy", "eV/atom", "meV/atom", 1e3, 2), Kind("force", "eV/Å", "eV/Å", 1, 4),
         Kind("virial", "eV/atom", "meV/atom", 1e3, 2)]
ENERGY, FORCE, VIRIAL = KINDS


# ---- axes ------------------------------------------------------------------------------

class LogTicks(Locator):
    """At most so many ticks of a logarithmic axis: 1 2 5 10 .., or more or fewer to a decade; whole: of a
    number of things."""

    def __init__(self, most=6, whole=False):
        self.most, self.whole = most, whole

    def __call__(self):
        return self.tick_values(*sorted(self.axis.get_view_interval()))

    def tick_values(self, low, high):
        if not 0 < low < high:
            return np.array([])
        decades = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
        for steps in ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
            ticks = np.outer(decades, steps).ravel()
            ticks = ticks[(ticks >= low * (1 - 1e-9)) & (ticks <= high * (1 + 1e-9))]
            if self.whole:
                ticks = ticks[abs(ticks - ticks.round()) < 1e-9 * ticks]
            if len(ticks) <= self.most:
                break
        if len(ticks) < (1 if self.whole else 2):
            return MaxNLocator(self.most - 1).tick_values(low, high)
        return ticks[::-(-len(ticks) // self.most)]


def plain(axis, most=6, whole=False):
    """A logarithmic axis with numbers such as 0.02, not powers of ten; whole: of a number of things"""
    axis.set_major_locator(LogTicks(most, whole))
    axis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.4g}"))
    axis.set_minor_locator(NullLocator())


def ticks(axis, values, most=7):
    """A logarithmic axis with ticks at these ascending values: the last one, and as many of the others as have
    room."""
    kept, least = [values[-1]], (values[-1] / values[0]) ** (1 / most)
    for v in values[-2::-1]:
        if kept[0] / v >= least:
            kept.insert(0, v)
    axis.set_major_locator(FixedLocator(kept))
    axis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.0f}"))
    axis.set_minor_locator(NullLocator())


# ---- labels ----------------------------------------------------------------------------

def wrapped(text, letters=56):
    """In lines that fit into the width of a picture; 44 letters for a bold title"""
    return "\n".join(line for part in text.split("\n") for line in textwrap.wrap(part, letters))


def apart(values, least):
    """The values in the same order, with distances of at least `least`."""
    order = np.argsort(values, kind="stable")
    groups = [[values[k]] for k in order]
    at = [values[k] for k in order]  # of each group its middle
    k = 0
    while k + 1 < len(groups):
        room = 0.5 * least * (len(groups[k]) + len(groups[k + 1]))
        if at[k + 1] - at[k] >= room:
            k += 1
            continue
        groups[k] += groups.pop(k + 1)
        at.pop(k + 1)
        at[k] = np.mean(groups[k])
        k = max(k - 1, 0)
    spread = [a + least * (i - 0.5 * (len(g) - 1)) for a, g in zip(at, groups) for i in range(len(g))]
    out = np.empty(len(values))
    out[order] = spread
    return out


def label_ends(axes, size=SMALL):
    """The label of each line at its right end, in the colour of the line, without overlaps. To be called last,
    with the final scales and limits."""
    lines = [line for line in axes.get_lines() if not line.get_label().startswith("_")]
    if not lines:
        return
    axes.figure.draw_without_rendering()
    height = axes.get_window_extent().height / axes.figure.dpi * 72  # points
    to_axes = axes.transData + axes.transAxes.inverted()
    points = [to_axes.transform(np.column_stack(line.get_data())) for line in lines]
    ends = np.array([p[np.nanargmax(np.where(np.isfinite(p[:, 1]), p[:, 0], -np.inf)), 1] for p in points])
    for line, y in zip(lines, apart(np.clip(ends, 0, 1), 1.25 * size / height)):
        axes.text(1.03, y, line.get_label(), transform=axes.transAxes, va="center", fontsize=size,
                  color=line.get_color())


SIDES = [(1, 1), (-1, 1), (1, -1), (-1, -1), (0, 1), (0, -1), (1, 0), (-1, 0)]  # right, up


def label_points(axes, points, texts, colours):
    """A text beside each point, the most important first: no text overlaps another or leaves the axes, and few
    cover a line or marker. A text far from its point is joined to it by a line; one without room is left out.
    To be called last, like label_ends."""
    axes.figure.draw_without_rendering()
    frame, pixel = axes.get_window_extent().extents, axes.figure.dpi / 72  # pixels a point
    drawn = [np.concatenate(p) for p in zip(*(pixels_of(line, 5 * pixel) for line in axes.get_lines()))]
    taken = []
    for (x, y), where, words, colour in zip(points, axes.transData.transform(points), texts, colours):
        text = axes.annotate(words, (x, y), (0, 0), textcoords="offset points", fontsize=SMALL, color=colour)
        box = best_box(where, text.get_window_extent().size, frame, taken, drawn, pixel)
        if box is None:
            text.remove()
            continue
        taken.append(box)
        text.set_position((np.array(box[:2]) - where) / pixel)
        nearest = np.clip(where, box[:2], box[2:])
        if np.hypot(*(nearest - where)) > 11 * pixel:
            axes.annotate("", (x, y), (nearest - where) / pixel, textcoords="offset points",
                          arrowprops={"arrowstyle": "-", "lw": 0.6, "color": colour, "shrinkA": 0, "shrinkB": 3})


def best_box(where, size, frame, taken, drawn, pixel):
    """A box of this size near a point, inside the frame and outside of those taken, that covers little of what is
    drawn (markers and lines, as from pixels_of); None without room"""
    choices, (markers, lines) = [], drawn
    for rank, (away, side) in enumerate(itertools.product((5, 12, 20, 30, 42, 56, 72), SIDES)):
        low = where + np.array(side) * (away * pixel / np.hypot(*side) + size / 2) - size / 2
        box = *low, *(low + size)
        if inside(box, frame) and not any(crosses(box, other) for other in taken):
            covered = within(lines, box) + 3 * within(markers, grown(box, 3 * pixel))
            choices.append((covered + away / 12, rank, box))
    return min(choices)[2] if choices else None


def pixels_of(line, step):
    """where the data of a line, and points along it, are on the screen: two [n][2]"""
    data = line.get_transform().transform(np.column_stack(line.get_data()))
    if line.get_linestyle() == "None":
        return data, data[:0]
    parts = [np.linspace(a, b, int(np.hypot(*(b - a)) / step) + 2) for a, b in zip(data, data[1:])]
    return data, np.concatenate([data[:0], *parts])


def within(points, box):
    """how many of the points lie in the box"""
    return np.all((points > box[:2]) & (points < box[2:]), axis=1).sum()


def grown(box, by):
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def inside(box, frame):
    return box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]


def crosses(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


# ---- files and pages -------------------------------------------------------------------

def as_image(figure, text):
    """The figure as the src of an <img>, and its alternative text. Rasterized parts
    stay small; ink and lines follow the reader's light or dark screen."""
    data = io.StringIO()
    figure.savefig(data, format="svg", metadata={"Date": None}, transparent=True)
    plt.close(figure)
    svg = data.getvalue()
    for name, light, _ in THEME:
        svg = svg.replace(light, f"var(--{name})")
    light, dark = ("".join(f"--{t[0]}:{t[k]};" for t in THEME) for k in (1, 2))
    svg = svg.replace('<style type="text/css">', f'<style type="text/css">svg{{{light}}}'
                      f'@media(prefers-color-scheme:dark){{svg{{{dark}}}}}', 1)
    return {"src": "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode(), "text": text}


def write_figure(figure, path):
    """The figure as SVG, PNG or PDF, by its name; returns 0, or 1 with a message."""
    data = io.BytesIO()
    kind = os.path.splitext(path)[1][1:].lower() or "svg"
    figure.savefig(data, format=kind, metadata={"Date": None} if kind == "svg" else None)
    plt.close(figure)
    return write_whole(path, data.getvalue())


def write_whole(path, data):
    """Writes the bytes to path, which is unchanged after a failure; returns 0, or 1 with a message."""
    part = None
    try:
        if os.path.exists(path) and not os.path.isfile(path):  # a device or a pipe
            with open(path, "wb") as f:
                f.write(data)
            return 0
        path = os.path.realpath(path)
        handle, part = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".soapz-")
        with os.fdopen(handle, "wb") as f:
            f.write(data)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(part, 0o666 & ~mask)
        os.replace(part, path)
        return 0
    except OSError as e:
        if part and os.path.exists(part):
            os.unlink(part)
        print(f"soapz: cannot write {path}: {e.strerror}", file=sys.stderr)
        return 1

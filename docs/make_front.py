#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""make_front.py [front.svg]: draws the picture of README.md, the error of forces against the time of
an MD step, from the tables of bench/rivals.md, bench/README.md and examples/validate/README.md.

Times are in units of that of the published SNAP, which was measured right before each of them, so
that tables of two machines meet in one picture."""
import math
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 62, 20, 62, 76  # margins
TIMES, ERRORS = (0.1, 150.0), (0.0, 0.125)
INK, FAINT = "#1f2933", "#dfe4ea"
SNAP_STEP = "SNAP in LAMMPS (twojmax 6, cutoff 4.6), whole step"
BLUE, ORANGE, GREEN, PURPLE = "#2566a8", "#b8571a", "#2f7a4b", "#7d4e9b"

# families of potentials: colour, and the members in rivals.md, each with the words at its point, if any:
# (words, anchor, dx, dy)
FAMILIES = [
    (BLUE, {"soapz fast": ("fast", "end", -12, 6), "soapz balanced": ("balanced", "middle", 4, 28),
            "soapz accurate": ("accurate", "start", 12, 4)}),
    (ORANGE, {"SNAP, twojmax 6": None, "SNAP, twojmax 8": ("SNAP", "start", 12, 2)}),
    (GREEN, {"quadratic SNAP, twojmax 4": None,
             "quadratic SNAP, twojmax 6": ("quadratic SNAP", "start", 12, 7)}),
    (PURPLE, {"POD, 3-body": None, "POD, 4-body": ("POD", "start", 12, 2)})]


def rows(path):
    """cells of every table in a page, without the marks of bold text"""
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        for line in file:
            if line.startswith("|"):
                yield [cell.replace("**", "").strip() for cell in line.strip().strip("|").split("|")]


def numbers_of(path, column, *first):
    """{name: number in that column}, of the first row that begins with the name"""
    found = {}
    for cells in rows(path):
        if cells[0] in first:
            found.setdefault(cells[0], float(re.match(r"[-\d.]+", cells[column])[0]))
    missing = [name for name in first if name not in found]
    if missing:
        sys.exit(f"make_front.py: {path} has no row {missing[0]}")
    return found


def rivals():
    """{name: (time of the published SNAP = 1, force MAE)}"""
    names = ["SNAP, published"] + [name for family in FAMILIES for name in family[1]]
    time, error = (numbers_of("bench/rivals.md", column, *names) for column in (3, 4))
    return {name: (time[name], error[name]) for name in names}


def quip():
    """one GAP of gap_fit: its time in soapz, published SNAP = 1, QUIP's of that, its force MAE"""
    step, snap, quip = "soapz in LAMMPS, whole step", SNAP_STEP, "QUIP / soapz"
    found = numbers_of("bench/README.md", 2, step, snap, quip)
    return found[step] / found[snap], found[quip], numbers_of("examples/validate/README.md", 2, "all")["all"]


def place(time, error):
    part = math.log(time / TIMES[0]) / math.log(TIMES[1] / TIMES[0])
    x = LEFT + part * (WIDTH - LEFT - RIGHT)
    return x, HEIGHT - BOTTOM - (error - ERRORS[0]) / (ERRORS[1] - ERRORS[0]) * (HEIGHT - TOP - BOTTOM)


def text(x, y, words, colour=INK, anchor="middle", more=""):
    """with a white edge, so that lines behind it do not cross it"""
    return (f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" stroke="white" '
            f'stroke-width="5" paint-order="stroke"{more}>{words}</text>')


def line(points, colour, more=""):
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"{more}/>'


def dot(x, y, colour, more=""):
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="{colour}"{more}/>'


def axes():
    parts = []
    for error in (0.0, 0.02, 0.04, 0.06, 0.08, 0.10, 0.12):
        x, y = place(TIMES[0], error)
        parts.append(f'<path d="M{x:.1f} {y:.1f}H{WIDTH - RIGHT}" stroke="{FAINT}" stroke-width="1.5"/>')
        parts.append(text(x - 8, y + 7, f"{error:.2f}" if error else "0", anchor="end"))
    for time in (0.2, 0.5, 1, 2, 5, 10, 20, 50, 100):
        x, y = place(time, 0.0)
        parts.append(f'<path d="M{x:.1f} {y:.1f}v7" stroke="{INK}" stroke-width="1.5"/>')
        parts.append(text(x, y + 27, f"{time:g}"))
    parts.append(text(8, 28, "error of forces, eV/Å", anchor="start", more=' font-weight="bold"'))
    parts.append(text(WIDTH - RIGHT, HEIGHT - 16, "time of an MD step, published SNAP = 1", anchor="end",
                      more=' font-weight="bold"'))
    return parts


def draw_family(colour, members, found):
    points = [place(*found[member]) for member in members]
    parts = [line(points, colour)] + [dot(x, y, colour) for x, y in points]
    for (x, y), label in zip(points, members.values()):
        if label:
            words, anchor, dx, dy = label
            parts.append(text(x + dx, y + dy, words, colour, anchor))
    return parts


def draw_quip():
    time, ratio, error = quip()
    (x, y), (far, _) = place(time, error), place(time * ratio, error)
    return [line([(x + 22, y), (far - 8, y)], BLUE, ' stroke-dasharray="3 7"'),
            f'<path d="M{x + 10:.1f} {y:.1f}l14 -7v14z" fill="{BLUE}"/>', dot(x, y, BLUE),
            dot(far, y, "white", f' stroke="{INK}" stroke-width="2.5"'),
            text(WIDTH - RIGHT, y - 16, "a GAP in QUIP", INK, "end"),
            text(WIDTH - RIGHT, y + 30, f"in soapz {ratio:.0f} times faster", BLUE, "end")]


def draw():
    found = rivals()
    parts = axes() + draw_quip()
    for family in FAMILIES:
        parts += draw_family(*family, found)
    x, y = place(*found["SNAP, published"])
    parts += [dot(x, y, INK), text(x + 2, y - 24, "published SNAP")]
    x, y = place(*found["soapz balanced"])
    parts.append(text(x, y - 20, "soapz", BLUE, more=' font-weight="bold"'))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
            'font-family="Helvetica, Arial, sans-serif" font-size="20" '
            'stroke-linejoin="round">\n'
            f'<rect width="{WIDTH}" height="{HEIGHT}" rx="12" fill="white"/>\n' + "\n".join(parts) + "\n</svg>\n")


if __name__ == "__main__":
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "docs", "front.svg")
    with open(path, "w", encoding="utf-8") as file:
        file.write(draw())

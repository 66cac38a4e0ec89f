#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes core.xml: what keeps atoms apart where there are no data, besides ZBL.

    core.py > core.xml

ZBL is switched off from 0.4 to 0.9 Angstrom, below the shortest bond. core.xml, a Glue potential without a
density, is a soft step that begins at b, 0.15 Angstrom below the smallest distance of each pair of elements in
the data,

    phi(r) = 5 eV (1 + cos(pi (r - a) / (b - a))) / 2   from a = b - 0.5 Angstrom to b, constant below

The fit is the same with it as without. Hotter molecules come nearer than the data do: hence the margin."""
import os
import sys
from math import cos, pi

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import glue  # noqa: E402

NUMBERS = {"H": 1, "C": 6, "O": 8}
NEAREST = {"H-H": 1.58, "H-C": 1.00, "H-O": 0.94, "C-C": 1.29, "C-O": 1.17, "O-O": 2.38}  # Angstrom
MARGIN, HEIGHT, WIDTH, KNOTS = 0.15, 5.0, 0.5, 33


def step(a, b):
    """distances and phi of two elements"""
    far = NEAREST[f"{a}-{b}"] - MARGIN
    r = [far - WIDTH + WIDTH * k / (KNOTS - 1) for k in range(KNOTS)]
    return r, [0.5 * HEIGHT * (1 + cos(pi * (x - r[0]) / WIDTH)) for x in r]


if __name__ == "__main__":
    glue.show(NUMBERS, [0.5, 1.0], step)

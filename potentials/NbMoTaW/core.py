#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes core.xml: what keeps atoms apart where there are no data, besides ZBL.

    core.py > core.xml

The core of these potentials is ZBL, switched off from 1.2 to 2.4 Angstrom, as atoms of hot crystals come
as near as 2.02. What is fitted on top of it is free below that, and may take ZBL away again. core.xml, a
Glue potential without a density, is a soft step beneath 2 Angstrom:

    phi(r) = V_ZBL(1.6) / 2 (1 + cos(pi (r - 1.2) / 0.8)) / 2   from 1.2 to 2.0, constant below

No two atoms of the data are so near: the fit is the same with it as without."""
import os
import sys
from math import cos, exp, pi

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import glue  # noqa: E402

NUMBERS = {"Nb": 41, "Mo": 42, "Ta": 73, "W": 74}
SHORT, MIDDLE, LONG, KNOTS = 1.2, 1.6, 2.0, 33


def zbl(za, zb, r):
    """eV; core/term/zbl.c"""
    a = 0.46850 / (za ** 0.23 + zb ** 0.23)
    return 14.399645805358887 * za * zb / r * sum(
        p * exp(-e * r / a) for p, e in ((0.18175, 3.19980), (0.50986, 0.94229),
                                         (0.28022, 0.40290), (0.02817, 0.20162)))


def phi(za, zb, r):
    """eV, from SHORT to LONG"""
    return 0.25 * zbl(za, zb, MIDDLE) * (1 + cos(pi * (r - SHORT) / (LONG - SHORT)))


def main():
    r = [SHORT + (LONG - SHORT) * k / (KNOTS - 1) for k in range(KNOTS)]
    glue.show(NUMBERS, [SHORT, LONG], lambda a, b: (r, [phi(NUMBERS[a], NUMBERS[b], x) for x in r]))


if __name__ == "__main__":
    main()

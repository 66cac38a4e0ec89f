#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes core.xml: what keeps atoms apart where there are no data, besides ZBL.

    core.py > core.xml

The core of these potentials is ZBL, switched off from 1.2 to 2.4 Angstrom, as atoms of hot crystals come
as near as 2.02. What is fitted on top of it is free below that, and may take ZBL away again. core.xml, a
Glue potential without a density, is a soft step beneath 2 Angstrom:

    phi(r) = V_ZBL(1.6) / 2 (1 + cos(pi (r - 1.2) / 0.8)) / 2   from 1.2 to 2.0, constant below

No two atoms of the data are so near: the fit is the same with it as without."""
from itertools import combinations_with_replacement
from math import cos, exp, pi

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


def table(name, key, value, x, y, attributes=""):
    points = " ".join(f'<point {key}="{a:.4f}" {value}="{b:.6f}"/>' for a, b in zip(x, y))
    return f'<{name}{attributes} num_points="{len(x)}"> {points} </{name}>'


def main():
    r = [SHORT + (LONG - SHORT) * k / (KNOTS - 1) for k in range(KNOTS)]
    print(f'<Glue_params n_types="{len(NUMBERS)}" label="close">')
    for k, z in enumerate(NUMBERS.values(), 1):
        print(f'<per_type_data type="{k}" atomic_num="{z}">')
        print(table("density", "a", "rho", [SHORT, LONG], [0, 0],
                    ' do_spline="T" density_y1="0" density_yn="0"'))
        print(table("potential_density", "rho", "E", [0, 1], [0, 0]))
        print("</per_type_data>")
    for (i, a), (j, b) in combinations_with_replacement(enumerate(NUMBERS.values(), 1), 2):
        print(f'<per_pair_data type1="{i}" type2="{j}">')
        print(table("potential_pair", "r", "E", r, [phi(a, b, x) for x in r]))
        print("</per_pair_data>")
    print("</Glue_params>")


if __name__ == "__main__":
    main()

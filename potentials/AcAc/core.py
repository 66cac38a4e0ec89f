#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes core.xml: what keeps atoms apart where there are no data, besides ZBL.

    core.py > core.xml

ZBL is switched off from 0.4 to 0.9 Angstrom, below the shortest bond. core.xml, a Glue potential without a
density, is a soft step that begins at b, 0.15 Angstrom below the smallest distance of each pair of elements in
the data,

    phi(r) = 5 eV (1 + cos(pi (r - a) / (b - a))) / 2   from a = b - 0.5 Angstrom to b, constant below

The fit is the same with it as without. Hotter molecules come nearer than the data do: hence the margin."""
from itertools import combinations_with_replacement
from math import cos, pi

NUMBERS = {"H": 1, "C": 6, "O": 8}
NEAREST = {"H-H": 1.58, "H-C": 1.00, "H-O": 0.94, "C-C": 1.29, "C-O": 1.17, "O-O": 2.38}  # Angstrom
MARGIN, HEIGHT, WIDTH, KNOTS = 0.15, 5.0, 0.5, 33


def table(name, key, value, x, y, attributes=""):
    points = " ".join(f'<point {key}="{a:.4f}" {value}="{b:.6f}"/>' for a, b in zip(x, y))
    return f'<{name}{attributes} num_points="{len(x)}"> {points} </{name}>'


def main():
    print(f'<Glue_params n_types="{len(NUMBERS)}" label="close">')
    for k, z in enumerate(NUMBERS.values(), 1):
        print(f'<per_type_data type="{k}" atomic_num="{z}">')
        print(table("density", "a", "rho", [0.5, 1.0], [0, 0],
                    ' do_spline="T" density_y1="0" density_yn="0"'))
        print(table("potential_density", "rho", "E", [0, 1], [0, 0]))
        print("</per_type_data>")
    for (i, a), (j, b) in combinations_with_replacement(enumerate(NUMBERS, 1), 2):
        far = NEAREST[f"{a}-{b}"] - MARGIN
        r = [far - WIDTH + WIDTH * k / (KNOTS - 1) for k in range(KNOTS)]
        phi = [0.5 * HEIGHT * (1 + cos(pi * (x - r[0]) / WIDTH)) for x in r]
        print(f'<per_pair_data type1="{i}" type2="{j}">')
        print(table("potential_pair", "r", "E", r, phi))
        print("</per_pair_data>")
    print("</Glue_params>")


if __name__ == "__main__":
    main()

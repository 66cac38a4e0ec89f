# SPDX-License-Identifier: BSD-3-Clause
"""What the core.py of the potentials share: pair functions as a Glue potential without a density."""
from itertools import combinations_with_replacement


def table(name, key, value, x, y, attributes=""):
    points = " ".join(f'<point {key}="{a:.4f}" {value}="{b:.6f}"/>' for a, b in zip(x, y))
    return f'<{name}{attributes} num_points="{len(x)}"> {points} </{name}>'


def show(numbers, density, pair):
    """Prints it. numbers: {element: Z}; density: from and to, Angstrom, of the density, which is zero;
    pair(a, b): the distances, Angstrom, and the values, eV, for two elements"""
    print(f'<Glue_params n_types="{len(numbers)}" label="close">')
    for k, z in enumerate(numbers.values(), 1):
        print(f'<per_type_data type="{k}" atomic_num="{z}">')
        print(table("density", "a", "rho", density, [0, 0],
                    ' do_spline="T" density_y1="0" density_yn="0"'))
        print(table("potential_density", "rho", "E", [0, 1], [0, 0]))
        print("</per_type_data>")
    for (i, a), (j, b) in combinations_with_replacement(enumerate(numbers, 1), 2):
        print(f'<per_pair_data type1="{i}" type2="{j}">')
        print(table("potential_pair", "r", "E", *pair(a, b)))
        print("</per_pair_data>")
    print("</Glue_params>")

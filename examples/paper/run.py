#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The statements of Darby, Kermode and Csanyi (2021), measured.

    run.py FIGURE [--data FOLDER] [--few] [--pictures FOLDER] [--keep FOLDER]

FIGURE      table1, ranks   lengths; ranks of P_l, and P_l recovered from its compressions
            2, S1           pairs of environments that compressions do not distinguish
            S2              Mo and Ta exchanged around an atom of a liquid, normal and uniform W
            4, 5            correlations and imbalances, of liquids and of molecules (also 6, S5)
            9, S4           sensitivities, of liquids and of a symmetric crystal
            7, 7z1          learning curves, of molecules and (zeta = 1) of perovskites
            7large          of up to 10,000 molecules
            10              learning curves with symmetry functions
            8, S3           force fields of four and of five metals over sparse points, by `soapz fit --curve`
            w               W of W^T P_l trained on a data set, compared with random W
            4b              compressed bispectra
--data      folder with HEA_liquid/liquids.xyz, QM9/qm9_10000.xyz, Perov5/perov5.xyz; for 8 and w
            NbMoTaW/train.xyz, test.xyz, multinary24.xyz; for S3 MoNbTaVW/hea.xyz
--qm9pack   folder with qm9_part1.csv, .. of the package qm9pack, for 7large
--few       a shortened form; that of 8, S3 and w uses cells made by this script
--pictures  folder for figure4.svg, ..
--keep      folder for the numbers of learning curves and for the fits of 8, S3 and w; existing results
            are not computed again
--points, --part, --threads
            for 8, S3: total number of sparse points (4000); every which training cell of NbMoTaW is used
            (12); threads of a fit (1)

Each figure prints numbers, and for each statement whether it is true. The exit code is 1 if one is not.
docs/paper.md has the table."""
import argparse
import os
import sys

import energies
import fields
import information
from common import failed

FIGURES = {"table1": information.table1, "ranks": information.ranks, "2": information.figure2,
           "S1": information.figure_s1, "S2": information.figure_s2, "4": information.figure4,
           "5": information.figure5, "9": information.figure9, "S4": information.figure_s4,
           "7": energies.figure7, "7z1": energies.figure7_zeta1, "7large": energies.figure7_large,
           "10": energies.figure10, "8": fields.figure8, "S3": fields.figure_s3, "w": fields.optimised_w,
           "4b": fields.four_body}


def draw(pictures, folder):
    import pictures as functions  # needs matplotlib
    os.makedirs(folder, exist_ok=True)
    for name, (function, *numbers) in pictures.items():
        figure = getattr(functions, function)(*numbers)
        figure.savefig(f"{folder}/{name}.svg", metadata={"Date": None})
        functions.plt.close(figure)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("figure", nargs="+", choices=FIGURES)
    p.add_argument("--data", default="../shared/data")
    p.add_argument("--qm9pack", default="qm9pack/data")
    p.add_argument("--few", action="store_true")
    p.add_argument("--pictures")
    p.add_argument("--keep", metavar="FOLDER")
    p.add_argument("--points", type=int, default=4000)
    p.add_argument("--part", type=int, default=12)
    p.add_argument("--threads", type=int, default=1)
    p.set_defaults(scratch=None)
    o = p.parse_args()
    for figure in o.figure:
        pictures = FIGURES[figure](o)
        if o.pictures and pictures:
            draw(pictures, o.pictures)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())

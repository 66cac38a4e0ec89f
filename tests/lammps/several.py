# SPDX-License-Identifier: BSD-3-Clause
"""several.py - the style with charges, tables and scaled styles, in several instances, and with two types
of one element: equal to the sum of the parts by soapz.Potential and numpy."""
import tempfile
from pathlib import Path

import numpy as np

import lmp
import snapshots
from snapshots import FAST

every = " ".join(lmp.ELEMENTS)
frame = lmp.bcc((3, 3, 3), shake=0.15, seed=31)
first, second = (snapshots.predict(frame, m) for m in (FAST, lmp.MODEL))


def run(style, coeffs, ranks=1, elements=lmp.ELEMENTS, frame=frame, files=(), before=""):
    with tempfile.TemporaryDirectory() as folder:
        lmp.write_data(Path(folder, "data"), frame, elements)
        for name, text in files:
            Path(folder, name).write_text(text)
        head = lmp.setup("data", ["x"]).split("pair_style")[0]
        lmp.run_ok(head + before + f"pair_style {style}\n{coeffs}" + lmp.MEASURE.format(name="0"),
                   folder, ranks)
        return lmp.read_result(folder, "0")


def compare(name, got, parts, tolerance=snapshots.TOLERANCE):
    """parts: [(factor, results)]"""
    for key in ("energy", "forces", "virial", "local_energy", "centroid", "stress"):
        if all(key in part for _, part in parts):
            lmp.check_close(f"{name}: {key}", got[key], sum(f * p[key] for f, p in parts), tolerance)


soapz = f"pair_coeff * * soapz {FAST} {every}\n"
for ranks in (1, 2):
    # two types of one element, the second one by its atomic number
    twins = lmp.Frame([s + "2" if s == "W" and k % 2 else s for k, s in enumerate(frame.symbols)],
                      frame.positions, frame.cell)
    compare(f"two types of W, {ranks} ranks", run(
        "soapz", f"pair_coeff * * {FAST} {every} 74\n", ranks, [*lmp.ELEMENTS, "W2"], twins),
        [(1.0, first)])

    # two models at the same time, each with its own keywords; the same model twice
    compare(f"two models, {ranks} ranks", run(
        "hybrid/overlay soapz block 7 soapz threads 2",
        f"pair_coeff * * soapz 1 {FAST} {every}\npair_coeff * * soapz 2 {lmp.MODEL} {every}\n", ranks),
        [(1.0, first), (1.0, second)])
compare("one model twice", run("hybrid/overlay soapz soapz", "".join(
    f"pair_coeff * * soapz {k} {FAST} {every}\n" for k in (1, 2))), [(2.0, first)])

# each model has its own types: two lattices without interaction
got = run("hybrid soapz soapz zero 6.0", f"pair_coeff * * soapz 1 {FAST} Nb Mo NULL NULL\n"
          f"pair_coeff * * soapz 2 {lmp.MODEL} NULL NULL Ta W\npair_coeff 1*2 3*4 zero\n")
for model, mine in ((FAST, ("Nb", "Mo")), (lmp.MODEL, ("Ta", "W"))):
    keep = np.array([s in mine for s in frame.symbols])
    part = snapshots.predict(lmp.Frame([s for s in frame.symbols if s in mine],
                                       frame.positions[keep], frame.cell), model)
    for key in ("forces", "local_energy", "centroid"):
        lmp.check_close(f"{mine} of a model of their own: {key}", got[key][keep], part[key], snapshots.TOLERANCE)

# charges: fix property/atom gives them to atom_style atomic
q = np.array([{"Nb": 0.4, "Mo": -0.3, "Ta": 0.2, "W": -0.35}[s] for s in frame.symbols])
C = 14.399645  # eV Angstrom, the constant of LAMMPS in units metal
coul = snapshots.pairs(frame, 6.5, lambda r, i, j: (C * q[i] * q[j] / r, -C * q[i] * q[j] / r**2))
charges = "fix charge all property/atom q ghost yes\n" + "".join(
    f"set type {t} charge {c}\n" for t, c in ((1, 0.4), (2, -0.3), (3, 0.2), (4, -0.35)))
for ranks in (1, 2):
    compare(f"coul/cut, {ranks} ranks", run(
        "hybrid/overlay soapz coul/cut 6.5", soapz + "pair_coeff * * coul/cut\n", ranks,
        before=charges), [(1.0, first), (1.0, coul)])

# a table of a Born-Mayer repulsion
r = np.linspace(1.0, 5.0, 4001)
born = snapshots.pairs(frame, 5.0, lambda r, i, j: (900 * np.exp(-r / 0.4), -2250 * np.exp(-r / 0.4)))
table = f"BORN\nN {len(r)} R 1.0 5.0\n\n" + "".join(
    "%d %.17g %.17g %.17g\n" % (k + 1, x, 900 * np.exp(-x / 0.4), 2250 * np.exp(-x / 0.4))
    for k, x in enumerate(r))
compare("table", run("hybrid/overlay soapz table spline 4001", soapz
                     + "pair_coeff * * table born.table BORN 5.0\n",
                     files=[("born.table", table)]), [(1.0, first), (1.0, born)], 1e-7)

# hybrid/scaled: numbers, and variables that change during a run
def lj_of(r, i, j):
    x = (2.6 / r) ** 6
    return 4 * 0.02 * (x * x - x), -24 * 0.02 * (2 * x * x - x) / r


lj = snapshots.pairs(frame, 5.5, lj_of)
scaled = soapz + "pair_coeff * * lj/cut 0.02 2.6\n"
for ranks in (1, 2):
    compare(f"hybrid/scaled, {ranks} ranks", run("hybrid/scaled 0.3 soapz 0.7 lj/cut 5.5", scaled,
                                                 ranks), [(0.3, first), (0.7, lj)])
compare("hybrid/scaled by variables", run("hybrid/scaled v_a soapz v_b lj/cut 5.5", scaled, before=(
    "variable a equal 0.25*(step+1)\nvariable b equal 1-v_a\n")), [(0.25, first), (0.75, lj)])
compare("hybrid/scaled, twice", run(
    "hybrid/scaled 0.4 soapz -0.6 soapz",
    f"pair_coeff * * soapz 1 {FAST} {every}\npair_coeff * * soapz 2 {lmp.MODEL} {every}\n"),
    [(0.4, first), (-0.6, second)])
lmp.finish()

# SPDX-License-Identifier: BSD-3-Clause
"""hybrid.py - the style together with others: hybrid/overlay is the sum of its parts; types mapped to
NULL are neither centres nor neighbours."""
import tempfile
from pathlib import Path

import numpy as np

import lmp

TOLERANCE = 1e-10
ZBL = "zbl 3.0 4.0"


def zbl_coeffs(style=""):
    z = {"Nb": 41, "Mo": 42, "Ta": 73, "W": 74}
    return "".join(f"pair_coeff {i + 1} {j + 1} {style} {z[a]} {z[b]}\n"
                   for i, a in enumerate(lmp.ELEMENTS)
                   for j, b in enumerate(lmp.ELEMENTS) if i <= j)


def script(style, coeffs):
    """evaluate() writes its own pair lines first; these replace them."""
    return f"pair_style {style}\n{coeffs}"


every = " ".join(lmp.ELEMENTS)
frame = lmp.bcc((4, 4, 4), seed=11)
for ranks in (1, 2):
    alone, = lmp.evaluate([frame], ranks=ranks)
    zbl, = lmp.evaluate([frame], ranks=ranks, extra=script(ZBL, zbl_coeffs()))
    for order in (f"soapz {ZBL}", f"{ZBL} soapz"):
        both, = lmp.evaluate([frame], ranks=ranks, extra=script(
            f"hybrid/overlay {order}",
            f"pair_coeff * * soapz {lmp.MODEL} {every}\n" + zbl_coeffs("zbl")))
        for key in both:
            lmp.check_close(f"{order}, {ranks} ranks: {key}", both[key], alone[key] + zbl[key],
                            TOLERANCE)
lmp.check("zbl is not zero", bool(np.abs(zbl["forces"]).max() > 1e-3))

# zero adds nothing, with full and half lists in one run
zero, = lmp.evaluate([frame], extra=script(
    "hybrid/overlay soapz zero 6.0",
    f"pair_coeff * * soapz {lmp.MODEL} {every}\npair_coeff * * zero\n"))
for key in zero:
    lmp.check_close(f"with zero: {key}", zero[key], alone[key], TOLERANCE)

# type 4 (W) is NULL: Lennard-Jones atoms, which soapz must ignore
lj = "pair_coeff 1*4 4 lj/cut 0.05 2.2\n"
mixed, = lmp.evaluate([frame], extra=script(
    "hybrid soapz lj/cut 4.5", f"pair_coeff * * soapz {lmp.MODEL} Nb Mo Ta NULL\n" + lj))
only_lj, = lmp.evaluate([frame], extra=script(
    "hybrid lj/cut 4.5 zero 4.5", "pair_coeff * * zero\n" + lj))
keep = np.array([s != "W" for s in frame.symbols])
rest = lmp.Frame([s for s in frame.symbols if s != "W"], frame.positions[keep], frame.cell)
without, = lmp.evaluate([rest])
lmp.check_close("NULL: energy", mixed["energy"], without["energy"] + only_lj["energy"], TOLERANCE)
for key in ("forces", "local_energy", "centroid"):
    expected = np.array(only_lj[key])
    expected[keep] += without[key]
    lmp.check_close(f"NULL: {key}", mixed[key], expected, TOLERANCE)
lmp.check("the NULL atoms feel Lennard-Jones",
          bool(np.abs(mixed["forces"][~keep]).max() > 1e-3))

# bonds mark entries of the neighbour list; special_bonds factors below 1 must not remove atoms
# from a many-body energy, and marked entries must be read correctly
with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS, bonds=True)
    lmp.run_ok(lmp.setup("data", lmp.ELEMENTS, atom_style="bond")
               + "bond_style zero\nbond_coeff *\nspecial_bonds lj/coul 0.5 0.5 0.5\n"
               + lmp.MEASURE.format(name="bonds"), folder)
    bonds = lmp.read_result(folder, "bonds")
for key in bonds:
    lmp.check_close(f"special_bonds: {key}", bonds[key], alone[key], TOLERANCE)
lmp.finish()

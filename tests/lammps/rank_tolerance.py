# SPDX-License-Identifier: BSD-3-Clause
"""rank_tolerance.py - the keyword rank_tolerance: equal to soapz eval on one rank and on two; the log
reports its effect once; 0 means off, bitwise."""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import lmp

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from soapz_cli import SOAPZ, numbers, read_xyz, write_xyz  # noqa: E402

MODEL = lmp.ROOT / "potentials/NbMoTaW/fast.soapz"
TOLERANCE = 1e-9  # weights of 1e5 amplify rounding errors of positions, also for the exact kernel
frame = lmp.bcc((4, 4, 4), shake=0.15, seed=3)


def evaluate(style, ranks=1):
    return lmp.evaluate([frame], model=MODEL, style=style, ranks=ranks)[0]


def by_eval(tolerance):
    with tempfile.TemporaryDirectory() as folder:
        xyz, out = os.path.join(folder, "in.xyz"), os.path.join(folder, "out.xyz")
        write_xyz(xyz, frame.symbols, frame.positions, frame.cell, [1, 1, 1])
        subprocess.run([SOAPZ, "eval", MODEL, xyz, "-o", out, "--rank-tolerance", tolerance],
                       check=True, stdout=subprocess.DEVNULL)
        f = read_xyz(out)[0]
        return numbers(f["energy"])[0], f["forces"]


exact, off = evaluate("soapz"), evaluate("soapz rank_tolerance 0")
for key in exact:
    lmp.check(f"rank_tolerance 0: {key}", np.array_equal(exact[key], off[key]))
size = np.abs(exact["forces"]).max()
for ranks, style in ((1, "soapz rank_tolerance 1e-4"), (2, "soapz rank_tolerance 1e-4"),
                     (1, "soapz block 7 rank_tolerance 1e-4"),
                     (2, "soapz rank_tolerance 1e-4 block 64")):
    low, (energy, forces) = evaluate(style, ranks), by_eval("1e-4")
    lmp.check_close(f"{style}, {ranks} ranks: energy of soapz eval", low["energy"], energy, TOLERANCE)
    lmp.check_close(f"{style}, {ranks} ranks: forces of soapz eval", low["forces"], forces, TOLERANCE)
change = np.abs(low["forces"] - exact["forces"]).max()
lmp.check("it changes forces, a little", bool(1e-6 * size < change < 1e-2 * size),
          f"by {change:.1e} of {size:.2g} eV/Angstrom")

with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS)
    script = lmp.setup("data", lmp.ELEMENTS, MODEL, style="soapz rank_tolerance 1e-4") + "run 0\n"
    code, output = lmp.run(script, folder, 2)
    said = [line for line in output.splitlines() if "eV rms" in line]
    lmp.check("each of the 8 terms is in the output of 2 ranks once", code == 0 and [
        line.split(":")[0].strip() for line in said] == [f"term {t}" for t in range(1, 9)], output[-900:]
        if code else f"{len(said)} lines")
lmp.finish()

# SPDX-License-Identifier: BSD-3-Clause
"""precision.py - the keyword precision: forces within 1e-5 eV/Angstrom of double and equal to soapz eval,
on one rank and on two, also with rank_tolerance; double is the default, bitwise; the drift of NVE is less
than 1e-6 eV/atom/ps; pair_style after read_restart replaces the setting."""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import lmp

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from soapz_cli import SOAPZ, numbers, read_xyz, write_xyz  # noqa: E402

MODEL = lmp.ROOT / "potentials/NbMoTaW/balanced.soapz"
ALLOWED = 1e-5  # eV/Angstrom; the same number in eV for local energies
frame = lmp.bcc((3, 3, 3), shake=0.15, seed=3)


def evaluate(style, ranks=1, model=MODEL):
    return lmp.evaluate([frame], model=model, style=style, ranks=ranks)[0]


def by_eval(*options):
    with tempfile.TemporaryDirectory() as folder:
        xyz, out = os.path.join(folder, "in.xyz"), os.path.join(folder, "out.xyz")
        write_xyz(xyz, frame.symbols, frame.positions, frame.cell, [1, 1, 1])
        subprocess.run([SOAPZ, "eval", MODEL, xyz, "-o", out, *options],
                       check=True, stdout=subprocess.DEVNULL)
        f = read_xyz(out)[0]
        return numbers(f["energy"])[0], f["forces"]


def close(name, got, want, factor=1.0):
    forces = np.abs(got["forces"] - want[1]).max()
    energy = abs(got["energy"] - want[0]) / len(frame)
    lmp.check(name, bool(forces <= factor * ALLOWED and energy <= 0.5 * ALLOWED),
              f"forces off by {forces:.1e} eV/Angstrom, energies by {energy:.1e} eV/atom")
    return forces


exact, said = evaluate("soapz"), evaluate("soapz precision double")
for key in exact:
    lmp.check(f"precision double: {key}", np.array_equal(exact[key], said[key]))
for ranks, style in ((1, "soapz precision mixed"), (2, "soapz precision mixed block 7")):
    mixed = evaluate(style, ranks)
    off = close(f"{style}, {ranks} ranks: double", mixed, (exact["energy"], exact["forces"]))
    close(f"{style}, {ranks} ranks: soapz eval", mixed, by_eval("--precision", "mixed"), 2.0)
    lmp.check("it is not double", off > 1e-9)
low = by_eval("--rank-tolerance", "1e-4")
close("with rank_tolerance", evaluate("soapz rank_tolerance 1e-4 precision mixed"), low, 2.0)

NVE = """
velocity all create 600.0 4711 mom yes rot no dist gaussian
timestep 0.001
fix move all nve
fix log all print 10 "$(step) $(etotal:%.17g)" file energy screen no
run {steps}
"""
AGAIN = f"""
units metal
newton on
atom_style atomic
atom_modify map array
read_restart half
pair_style soapz
pair_coeff * * {MODEL} {' '.join(lmp.ELEMENTS)}
run 0
print "pe $(pe:%.17g)"
"""
with tempfile.TemporaryDirectory() as folder:
    still = lmp.bcc((3, 3, 3), shake=0.0)
    lmp.write_data(Path(folder, "data"), still, lmp.ELEMENTS)
    setup = lmp.setup("data", lmp.ELEMENTS, MODEL, style="soapz precision mixed")
    code, output = lmp.run(setup + "minimize 0.0 0.01 100 200\nreset_timestep 0\n"
                           + NVE.format(steps=6000) + "write_restart half\n"
                           + 'run 0\nprint "pe $(pe:%.17g)"\n', folder)
    lmp.check("the log says so", code == 0 and output.count("mixed precision") == 1, output[-900:])
    step, energy = np.loadtxt(Path(folder, "energy")).T
    late = step >= 1000
    slope = np.polyfit(step[late] / 1000.0, energy[late] / len(still), 1)[0]
    lmp.check("drift", bool(abs(slope) <= 1e-6), f"{slope:.1e} eV/atom/ps")
    own = [line for line in output.splitlines() if line.startswith("pe ")][-1]
    code, again = lmp.run(AGAIN, folder)
    pe = [line for line in again.splitlines() if line.startswith("pe ")][-1]
    lmp.check("pair_style without it behind read_restart is double again", code == 0 and "mixed precision" not in again
              and pe != own and abs(float(pe[3:]) - float(own[3:])) < 1e-5 * len(still), f"{own}, {pe}")
lmp.finish()

# SPDX-License-Identifier: BSD-3-Clause
"""reference_lammps.py - published numbers of LAMMPS + QUIP and of the tests of QUIP, in the printed
digits: 64 Si atoms over 40 steps, 54 Mo atoms, 1 water box.
Needs SOAPZ_SHARED, the folder with data/gap_models."""
import os
import re
import tempfile
from pathlib import Path

import numpy as np

import lmp

if not os.environ.get("SOAPZ_SHARED"):
    lmp.skip("SOAPZ_SHARED is not set")
MODELS = Path(os.environ["SOAPZ_SHARED"], "data/gap_models")


SILICON = """
units metal
atom_style atomic
read_data {folder}/data_gap
pair_style soapz
pair_coeff * * {folder}/gap_example.xml Si
neighbor 0.3 bin
neigh_modify delay 10
fix move all nve
timestep 0.001
thermo 10
thermo_style custom step pe etotal press
fix log all print 10 "$(step) $(pe:%.17g) $(etotal:%.17g) $(press:%.17g)" file thermo screen no
run 40
"""


def silicon():
    """The example of LAMMPS: thermo lines of every 10th step."""
    folder = MODELS / "lammps_quip_Si_soap"
    rows = re.findall(r"^ +(\d+) +\S+ +(\S+) +0 +(\S+) +(\S+) *$",
                      (folder / "log.24Jul17.gap.g++.1").read_text(), re.M)
    want = np.array(rows, float)
    with tempfile.TemporaryDirectory() as work:
        lmp.run_ok(SILICON.format(folder=folder), work)
        got = np.loadtxt(Path(work, "thermo"))
    lmp.check_close("Si steps", got[:, 0], want[:, 0], 0.0)
    lmp.check_close("Si energy, 8 digits", got[:, 1], want[:, 1], 0.0005, 1.01)
    lmp.check_close("Si total energy, 8 digits", got[:, 2], want[:, 2], 0.0005, 1.01)
    for k in range(len(want)):
        digit = 10.0 ** (np.floor(np.log10(abs(want[k, 3]))) - 7)
        # near zero the rounding error after k steps is that of the other numbers
        allowed = max(0.51 * digit, 1e-9 * np.abs(want[:, 3]).max())
        lmp.check_close(f"Si pressure at step {int(want[k, 0])}, 8 digits", got[k, 3],
                        want[k, 3], allowed, 1.0)


def cif(path):
    """An orthogonal P1 cell of one element."""
    text = Path(path).read_text()
    cell = np.diag([float(re.search(rf"_cell_length_{d}\s+(\S+)", text)[1]) for d in "abc"])
    rows = re.findall(r"^\s*([A-Z][a-z]?)\s+\S+\s+\d+\s+(\S+)\s+(\S+)\s+(\S+)", text, re.M)
    fractions = np.array([row[1:4] for row in rows], float)
    return lmp.Frame([row[0] for row in rows], fractions @ cell, cell)


def molybdenum():
    """The notebook of mlearn: energy, forces and stress of pair_style quip."""
    folder = MODELS / "mlearn_Mo_soap"
    text = (folder / "reference_lammps_quip_output.txt").read_text()
    energy = float(re.search(r"energy: (\S+)", text)[1])
    block = re.search(r"forces:(.*?)stresses:(.*)", text, re.S)
    forces = np.array(re.findall(r"[-+.\de]+", block[1]), float).reshape(-1, 3)
    xx, yy, zz, xy, xz, yz = np.array(re.findall(r"[-+.\de]+", block[2]), float)
    frame = cif(folder / "test_struct.cif")
    frame.positions = frame.positions.round(6)  # as in the input file of LAMMPS
    got, = lmp.evaluate([frame], ["Mo"], folder / "soap.xml")
    pressure = got["virial"] / np.linalg.det(frame.cell) * lmp.NKTV2P * 1e-4
    lmp.check_close("Mo energy", got["energy"], energy, 1e-8)
    lmp.check_close("Mo forces, 6 digits", got["forces"] / np.abs(forces),
                    np.sign(forces), 5.1e-6, 1.0)
    lmp.check_close("Mo pressure", pressure, [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]], 1e-8)


def water():
    """The test of a two-body model in QUIP."""
    folder = MODELS / "quip_tests"
    frame = lmp.read_xyz(folder / "gap_sample.xyz")[0]
    got, = lmp.evaluate([frame], ["O", "H"], folder / "GAP.xml")
    lmp.check_close("water energy", got["energy"], float(frame.info["energy"]), 1e-5, 1.0)
    lmp.check_close("water forces", got["forces"], frame.columns["force"], 1e-6, 1.0)


silicon()
molybdenum()
water()
lmp.finish()

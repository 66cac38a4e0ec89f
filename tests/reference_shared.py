# SPDX-License-Identifier: BSD-3-Clause
"""Models by other authors, from the data folder SOAPZ_SHARED: equal in the printed digits.

python3 reference_shared.py [soapz]"""
import json
import os
import re
import sys
import tempfile

import numpy as np

from soapz_cli import SHARED, SKIPPED, check, done, numbers, read_xyz, run, write_xyz

BAR = 1 / 1.6021765e6  # eV/Angstrom^3, the constant of LAMMPS when these files were made


def evaluate(model, structure, folder):
    out = os.path.join(folder, "out.xyz")
    code, _, err = run("eval", model, structure, "-o", out)
    if not check(code == 0, f"{model}: exit code {code}: {err}"):
        done()
    return read_xyz(out)[0]


def water(data, folder):
    """three two-body terms with alphas of 1e6; the energy of QUIP's own test"""
    sample = f"{data}/quip_tests/gap_sample.xyz"
    want = read_stripped(sample, folder)
    got = evaluate(f"{data}/quip_tests/GAP.xml", sample, folder)
    e = abs(float(got["energy"]) - float(want["energy"]))
    f = abs(got["forces"] - want["force"]).max()
    print(f"quip_tests/GAP.xml: energy off by {e:.1e} eV, forces by {f:.1e} eV/Angstrom")
    check(e < 1e-5, "GAP.xml: energy")
    check(f < 1e-6, "GAP.xml: forces")


def read_stripped(path, folder):
    """read_xyz of a file whose lines begin with blanks"""
    copy = os.path.join(folder, "copy.xyz")
    with open(path) as source, open(copy, "w") as f:
        f.writelines(line.lstrip() for line in source)
    return read_xyz(copy)[0]


def molybdenum(data, folder):
    """54 atoms of Mo; energy, forces and stress as LAMMPS with QUIP printed them"""
    text = open(f"{data}/mlearn_Mo_soap/test_struct.cif").read()
    a = float(re.search(r"_cell_length_a\s+(\S+)", text).group(1))
    atoms = re.findall(r"^\s*Mo\s+Mo\d+\s+1\s+(\S+)\s+(\S+)\s+(\S+)", text, re.M)
    structure = os.path.join(folder, "mo.xyz")
    # LAMMPS read positions with six decimals
    write_xyz(structure, ["Mo"] * len(atoms), np.round(a * np.array(atoms, float), 6),
              a * np.eye(3))
    got = evaluate(f"{data}/mlearn_Mo_soap/soap.xml", structure, folder)

    text = open(f"{data}/mlearn_Mo_soap/reference_lammps_quip_output.txt").read()
    energy = float(re.search(r"energy:\s+(\S+)", text).group(1))
    middle = text.index("stresses:")
    forces = text[text.index("forces:") + 7:middle]
    forces = numbers(re.sub(r"[\[\]]", " ", forces)).reshape(-1, 3)
    stress = numbers(re.sub(r"[\[\]]", " ", text[middle + 9:]))
    v = numbers(got["virial"]).reshape(3, 3) / a**3 / BAR / 1e4  # GPa
    v = v[[0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]]  # pressure
    e = abs(float(got["energy"]) - energy)
    f = (abs(got["forces"] - forces) / (1e-5 * abs(forces) + 1e-9)).max()
    s = abs(v - stress).max()
    print(f"mlearn_Mo_soap: energy off by {e:.1e} eV, forces by {f:.2f} of the last digit, "
          f"stress by {s:.1e} GPa")
    check(len(forces) == 54, "Mo: 54 forces in the reference")
    check(e < 1e-8, "Mo: energy")
    check(f <= 1, "Mo: forces")
    check(s < 1e-7, "Mo: stress")


def silicon(data, folder):
    """64 atoms of Si, Glue core, sparse points inline; energy and pressure of a LAMMPS log"""
    text = open(f"{data}/lammps_quip_Si_soap/data_gap").read()
    a = float(re.search(r"([\d.]+)\s+xlo xhi", text).group(1))
    atoms = re.findall(r"^\d+\s+1\s+(\S+)\s+(\S+)\s+(\S+)\s*$", text, re.M)
    structure = os.path.join(folder, "si.xyz")
    write_xyz(structure, ["Si"] * len(atoms), np.array(atoms, float), a * np.eye(3))
    got = evaluate(f"{data}/lammps_quip_Si_soap/gap_example.xml", structure, folder)
    log = open(f"{data}/lammps_quip_Si_soap/log.24Jul17.gap.g++.1").read()
    step0 = re.search(r"^\s+0(?:\s+\S+){5}\s*$", log, re.M).group(0).split()
    energy, pressure = step0[2], step0[5]
    p = np.trace(numbers(got["virial"]).reshape(3, 3)) / 3 / a**3 / BAR
    e = abs(float(got["energy"]) - float(energy))
    print(f"lammps_quip_Si_soap: energy off by {e:.1e} eV, pressure by "
          f"{abs(p / float(pressure) - 1):.1e} relative")
    check(len(atoms) == 64, "Si: 64 atoms")
    check(e < 6e-4, "Si: energy")
    check(abs(p / float(pressure) - 1) < 2e-6, "Si: pressure")


def main():
    folders = [os.path.join(SHARED, "data", "gap_models"), os.path.join(SHARED, "gap_models")]
    data = next((f for f in folders if SHARED and os.path.isdir(f)), None)
    if not data:
        print("SKIPPED: SOAPZ_SHARED does not name the folder of the reference data")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as folder:
        water(data, folder)
        molybdenum(data, folder)
        silicon(data, folder)
    done()


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: BSD-3-Clause
"""The shipped potentials: notes about their origin, repulsion at short distances and, if the test cells of the
authors are there, the errors given in their README."""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

from soapz_cli import HERE, SHARED, check, done, run

FOLDER = os.path.join(HERE, "..", "potentials")
# folder, cells, test data of the errors in its README
SAID = (("NbMoTaW", "test.xyz", "the authors' test cells"),
        ("MoNbTaVW", "hea.xyz", "the training cells"),
        ("AcAc", "test_MD_300K.xyz", "the authors' frames at 300 K"))

models = sorted(glob.glob(os.path.join(FOLDER, "*", "*.soapz")))
check(len(models) >= 5, f"too few potentials were found: {models}")
for model in models:
    code, text, err = run("info", model)
    check(code == 0 and all(w in text for w in ("licence", "citation", "training_data", "ZBL")),
          f"{model}: {err or text}")
r = subprocess.run([sys.executable, os.path.join(FOLDER, "repulsion.py"), "--step", "0.03", *models],
                   capture_output=True, text=True)
check(r.returncode == 0 and r.stdout.count(" 0 of them fall") == len(models), r.stdout + r.stderr)


def check_disorder(model):
    """melts, glasses and slabs of alloys have the energies they were fitted to: none is favourable"""
    e = errors(model, os.path.join(os.path.dirname(model), "disordered.xyz"))["energy"]
    print(f"{model}: disorder, energies {1e3 * e['mae']:.0f} meV/atom off, {1e3 * e['max']:.0f} at most")
    check(e["mae"] < 0.05 and e["max"] < 0.25, f"{model}: energies of disordered cells: {e}")


def check_readme(folder, cells, where):
    """the errors in the table of a README are those of soapz validate"""
    with open(os.path.join(FOLDER, folder, "README.md")) as file:
        text = file.read()
    said = [[float(x) for x in re.search(rf"^\| {name} \| (.*) \|$", text, re.M)[1].split("|")]
            for name in (f"forces, MAE on {where}, eV/Å", "energies, MAE, meV/atom")]
    names = re.search(r"^\| \| (.*) \|$", text, re.M)[1].split(" | ")
    check(len(names) == len(said[0]) == len(said[1]), f"{folder}: README: {names} {said}")
    path = os.path.join(SHARED or "", "data", folder, cells)
    if not SHARED or not os.path.exists(path):
        print(f"{folder}: errors on DFT data are not checked: SOAPZ_SHARED names no such folder")
        return
    for name, force, energy in zip(names, *said):
        e = errors(os.path.join(FOLDER, folder, name + ".soapz"), path)
        force_mae, energy_mae = e["force"]["mae"], 1e3 * e["energy"]["mae"]
        print(f"{folder}/{name}: forces {force_mae:.4f} eV/Angstrom, energies {energy_mae:.2f} meV/atom")
        check(abs(force_mae - force) < 6e-5, f"{name}: README says {force}")
        check(abs(energy_mae - energy) < 6e-3, f"{name}: README says {energy}")


def errors(model, cells):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "errors.json")
        code, _, err = run("validate", model, cells, "--no-variance", "--json", out)
        check(code == 0, err)
        with open(out) as file:
            return json.load(file)["models"][0]["errors"]["all"]


for model in models:
    if os.path.basename(os.path.dirname(model)) == "NbMoTaW":
        check_disorder(model)
for of in SAID:
    check_readme(*of)
done()

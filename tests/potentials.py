# SPDX-License-Identifier: BSD-3-Clause
"""The shipped potentials: they know where they come from, survive close encounters, and where
the authors' test cells are at hand have the errors that their README says."""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

from soapz_cli import HERE, SHARED, check, done, run

FOLDER = os.path.join(HERE, "..", "potentials")
DATA = os.path.join(SHARED, "data", "NbMoTaW", "test.xyz") if SHARED else ""

models = sorted(glob.glob(os.path.join(FOLDER, "*", "*.soapz")))
check(len(models) >= 1, "no potential was found")
for model in models:
    code, text, err = run("info", model)
    check(code == 0 and all(w in text for w in ("licence", "citation", "training_data", "ZBL")),
          f"{model}: {err or text}")
r = subprocess.run([sys.executable, os.path.join(FOLDER, "repulsion.py"), *models],
                   capture_output=True, text=True)
check(r.returncode == 0 and r.stdout.count(" 0 of them fall") == len(models), r.stdout + r.stderr)

with open(os.path.join(FOLDER, "NbMoTaW", "README.md")) as file:
    text = file.read()
said = [[float(x) for x in re.search(rf"^\| {name} \| (.*) \|$", text, re.M)[1].split("|")]
        for name in ("forces, MAE on the authors' test cells, eV/Å", "energies, MAE, meV/atom")]
names = re.search(r"^\| \| (.*) \|$", text, re.M)[1].split(" | ")
check(len(names) == len(said[0]) == len(said[1]), f"README: {names} {said}")
for name, force, energy in zip(names, *said):
    if not os.path.exists(DATA):
        print("the errors on DFT data are not checked: SOAPZ_SHARED names no such folder")
        break
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "errors.json")
        code, _, err = run("validate", os.path.join(FOLDER, "NbMoTaW", name + ".soapz"), DATA,
                           "--no-variance", "--json", out)
        check(code == 0, err)
        with open(out) as file:
            e = json.load(file)["models"][0]["errors"]["all"]
    print(f"{name}: forces {e['force']['mae']:.4f} eV/Angstrom, energies {1e3 * e['energy']['mae']:.2f} meV/atom")
    check(abs(e["force"]["mae"] - force) < 6e-5, f"{name}: README says {force}")
    check(abs(1e3 * e["energy"]["mae"] - energy) < 6e-3, f"{name}: README says {energy}")
done()

# SPDX-License-Identifier: BSD-3-Clause
"""QUIP reads the XML written by soapz and gets the same energies and forces as from the file of
gap_fit, and as soapz. Needs SOAPZ_QUIPPY_PYTHON, a Python with
quippy and ase; skipped otherwise."""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from soapz_cli import MODELS, SKIPPED, check, done, numbers, read_xyz, run  # noqa: E402

PYTHON = os.environ.get("SOAPZ_QUIPPY_PYTHON")
JUDGE = """
import json, sys
import ase.io
from quippy.potential import Potential
result = []
for model in sys.argv[3:]:
    potential = Potential(param_filename=model)
    for atoms in ase.io.read(sys.argv[1], ":"):
        atoms.calc = potential
        result.append([float(atoms.get_potential_energy()), atoms.get_forces().ravel().tolist()])
json.dump(result, open(sys.argv[2], "w"))
"""
# Glue and ZBL together, every part scaled: gap_fit does not write this
SUM = ("Sum init_args_pot1={IP Glue label=coreglue} init_args_pot2={IP GAP",
       "Sum init_args_pot1={Sum init_args_pot1={IP Glue label=coreglue} init_args_pot2={IP ZBL "
       "cutoff=2.5 cutoff_width=.4 E_scale=0.7}} init_args_pot2={IP GAP E_scale=0.5")

if not PYTHON:
    print("SKIPPED: SOAPZ_QUIPPY_PYTHON does not name a Python with quippy")
    sys.exit(SKIPPED)


def judge(folder, frames, *models):
    out = os.path.join(folder, "quip.json")
    r = subprocess.run([PYTHON, "-c", JUDGE, frames, out, *models], capture_output=True,
                       text=True, timeout=300)
    if not check(r.returncode == 0, f"quippy: {r.stderr[-500:]}"):
        return []
    return [(e, np.array(f)) for e, f in json.load(open(out))]


def test_model(name, folder):
    source = os.path.join(MODELS, name, "gp.xml")
    frames = os.path.join(MODELS, name, "reference.xyz")
    soapz, xml = os.path.join(folder, "gp.soapz"), os.path.join(folder, "gp.xml")
    for a, b in ((source, soapz), (soapz, xml)):
        code, _, err = run("convert", a, b)
        check(code == 0 and not err, f"{name}: {err}")
    both = judge(folder, frames, source, xml)
    n = len(both) // 2
    check(n == 9, f"{name}: {n} frames")
    for (e, f), (e_ours, f_ours) in zip(both[:n], both[n:]):
        check(e == e_ours and np.array_equal(f, f_ours),
              f"{name}: QUIP finds {e_ours} with our file, {e} with gap_fit's")


def test_sum(folder):
    source = os.path.join(MODELS, "mow_glue_soap")
    frames, out = os.path.join(source, "reference.xyz"), os.path.join(folder, "out.xyz")
    for f in os.listdir(source):
        text = open(os.path.join(source, f)).read()
        open(os.path.join(folder, f), "w").write(text.replace(*SUM))
    xml, soapz = os.path.join(folder, "new.xml"), os.path.join(folder, "new.soapz")
    for a, b in ((os.path.join(folder, "gp.xml"), soapz), (soapz, xml)):
        code, _, err = run("convert", a, b)
        check(code == 0 and not err, err)
    check("E_scale=.5" in open(xml).read(), "the sum is not in the file")
    code, _, err = run("eval", soapz, frames, "-o", out)
    check(code == 0, err)
    for (e, f), frame in zip(judge(folder, frames, xml), read_xyz(out)):
        check(abs(e - numbers(frame["energy"])[0]) < 1e-9, f"sum: {e} {frame['energy']}")
        check(np.abs(f - frame["forces"].ravel()).max() < 1e-9, "sum: forces")


for name in sorted(os.listdir(MODELS)):
    with tempfile.TemporaryDirectory() as folder:
        test_model(name, folder)
with tempfile.TemporaryDirectory() as folder:
    test_sum(folder)
done()

# SPDX-License-Identifier: BSD-3-Clause
"""The example of an import with fewer cells: from files written by ASE in four forms to a potential that
is close to the one of the data."""
import json
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
from soapz_cli import HERE, SKIPPED, SOAPZ, check, check_ignored, done, numbers, read_xyz

try:
    import ase  # noqa: F401
except ImportError:
    print("SKIPPED: ASE is not installed")
    sys.exit(SKIPPED)

FOLDER = os.path.abspath(os.path.join(HERE, "..", "examples", "import"))
N = 16  # cells of each kind

with tempfile.TemporaryDirectory() as folder:
    r = subprocess.run(["sh", os.path.join(FOLDER, "import.sh")], cwd=folder, capture_output=True,
                       text=True, env=dict(os.environ, SOAPZ=SOAPZ, PYTHON=sys.executable,
                                           CELLS=str(N), LIMIT="0.2"))
    check(r.returncode == 0, r.stdout[-2000:] + r.stderr)
    check_ignored("import", [os.path.join("work", name) for name in os.listdir(folder)])
    train, test = (read_xyz(os.path.join(folder, name)) for name in ("train.xyz", "test.xyz"))
    kinds = [f["config_type"] for f in train + test]
    check({k: kinds.count(k) for k in kinds} ==
          {"isolated_atom": 2, "ordered": N, "alloy": N, "liquid": N}, f"{kinds}")
    check([f["config_type"] for f in test].count("ordered") == 3 and len(test) == 9, "the test")
    check("left out: 5 frames, duplicates" in r.stdout and "isolated atoms of all" in r.stdout, r.stdout)
    for f in train + test:
        check("energy" in f and "force" in f and not {"stress", "forces", "REF_energy", "REF_forces"} & set(f),
              f["line"])
        if f["config_type"] != "isolated_atom":
            check(numbers(f["virial"]).shape == (9,), f["line"])
    # positive when compressed, in each form: pressure against volume of ordered Cu
    for kind in ("ordered", "alloy"):
        f = [f for f in train + test if f["config_type"] == kind]
        size = np.array([abs(np.linalg.det(numbers(x["Lattice"]).reshape(3, 3))) /
                         (16 * (3.61 + 0.47 * (x["species"] == "Au").mean()) ** 3 / 4) for x in f])
        trace = np.array([numbers(x["virial"])[[0, 4, 8]].sum() for x in f])
        check(np.corrcoef(size, trace)[0, 1] < -0.6, f"{kind}: virial against volume")
    check("e0_method=isolated" in open(os.path.join(folder, "suggested.txt")).read(), "--suggest")
    check("e0 Cu 3.51" in r.stdout and "e0 Au 3.8" in r.stdout, "e0 of EMT")
    with open(os.path.join(folder, "errors.json")) as f:
        e = json.load(f)["models"][0]["errors"]["all"]
    print("MAE: energy %.4f eV/atom, force %.3f eV/Angstrom, virial %.3f eV/atom" %
          tuple(e[k]["mae"] for k in ("energy", "force", "virial")))
    # typical forces are 1 eV/Angstrom, virials 1 eV/atom
    check(e["energy"]["n"] == 9 and e["energy"]["mae"] < 0.02 and e["force"]["mae"] < 0.15 and
          e["virial"]["n"] == 54 and e["virial"]["mae"] < 0.15, f"{e}")
    (f,) = read_xyz(os.path.join(folder, "result.xyz"))
    check(list(f["species"][:, 0]) == ["Au", "Cu", "Cu", "Cu"] and abs(float(f["energy"])) < 2, f["line"])

with open(os.path.join(FOLDER, "expected.json")) as f:
    expected = json.load(f)
with open(os.path.join(FOLDER, "README.md")) as f:
    rows = [w.strip("| \n").split("|") for w in f if re.match(r"\| (alloy|liquid|ordered|all) ", w)]
check(len(rows) == 4, f"README: {rows}")
for name, *row in rows:
    want = expected[name.strip()]
    for got, key, scale in zip(row, ("energy", "force", "virial"), (1e3, 1, 1)):
        digits = len(got.strip().partition(".")[2])
        check(abs(float(got) - scale * want[key]) <= 0.51 * 10**-digits, f"{name} {key}: {got}")
done()

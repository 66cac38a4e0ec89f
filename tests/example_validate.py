# SPDX-License-Identifier: BSD-3-Clause
"""The example gives the numbers of its README if the data are there. Otherwise reference numbers by QUIP for
the same model give zero errors."""
import json
import os
import subprocess
import sys
import tempfile

from soapz_cli import HERE, SHARED, SOAPZ, check, check_ignored, done

FOLDER = os.path.join(HERE, "..", "examples", "validate")
DATA = os.path.join(SHARED, "data", "NbMoTaW", "test.xyz")

with open(os.path.join(FOLDER, "README.md")) as f:
    rows = [line.strip("| \n").split("|") for line in f if line.startswith("| ")]
said = {w[0].strip(): [float(x) for x in w[1:]] for w in rows if len(w) == 4 and w[0].strip()}
check(len(said) == 5, f"README: {said}")

try:
    import jinja2  # noqa: F401
    import matplotlib  # noqa: F401
except ImportError:
    print("SKIPPED: matplotlib or jinja2 is not installed")
    sys.exit(77)
with tempfile.TemporaryDirectory() as folder:
    have = SHARED and os.path.exists(DATA)
    test = DATA if have else os.path.join(HERE, "..", "potentials", "NbMoTaW_nu_mu_hat",
                                          "reference.xyz")
    r = subprocess.run(["sh", os.path.abspath(os.path.join(FOLDER, "judge.sh")),
                        os.path.abspath(test)], cwd=folder, env=dict(os.environ, SOAPZ=SOAPZ),
                       capture_output=True, text=True)
    check(r.returncode == 0 and r.stdout.endswith("good enough\n") and r.stderr == "", r.stderr)
    check_ignored("validate", os.listdir(folder))
    with open(os.path.join(folder, "report.json")) as f:
        errors = json.load(f)["models"][0]["errors"]
    with open(os.path.join(folder, "report.html")) as f:
        check(f.read().count("<img") == (11 if have else 9), "the report")
    if have:
        for name, want in said.items():
            e = errors["all"] if name == "all" else errors["config_type"][name]
            got = [1e3 * e["energy"]["mae"], e["force"]["mae"], 1e3 * e["virial"]["mae"]]
            check(all(abs(g - w) < tol for g, w, tol in zip(got, want, (0.006, 6e-5, 0.006))),
                  f"{name}: {got}, README {want}")
    else:
        print("without the DFT data: the model against QUIP's numbers for it")
        check(errors["all"]["force"]["max"] < 1e-8, f"QUIP: {errors['all']}")
    r = subprocess.run(["sh", os.path.abspath(os.path.join(FOLDER, "judge.sh")), "missing.xyz"],
                       cwd=folder, env=dict(os.environ, SOAPZ=SOAPZ), capture_output=True, text=True)
    check(r.returncode == 1 and "missing.xyz" in r.stderr and "no verdict" in r.stdout, r.stdout)
done()

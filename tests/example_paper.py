# SPDX-License-Identifier: BSD-3-Clause
"""examples/paper/run.py tests the exact statements of the paper, and force fields in a shortened form; its exit
code is 1 if one fails. Its pictures, stored numbers, and the reader of qm9pack with molecules made here."""
import csv
import glob
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import numpy as np
from soapz_cli import HERE, SHARED, SOAPZ, check, done

SCRIPT = os.path.join(HERE, "..", "examples", "paper", "run.py")
try:
    import matplotlib  # noqa: F401
    DRAWS = True
except ImportError:
    DRAWS = False
    print("no pictures without matplotlib")


def measure(figures, pictures, more=()):
    """runs shortened figures one after the other; pictures: the names of the expected pictures"""
    printed = []
    with tempfile.TemporaryDirectory() as folder:
        for figure in figures:
            r = subprocess.run([sys.executable, SCRIPT, figure, "--few", "--data", os.path.join(SHARED, "data"), *more,
                                *(["--pictures", folder] if DRAWS else [])],
                               env=dict(os.environ, SOAPZ=SOAPZ), capture_output=True, text=True)
            print(r.stdout, r.stderr)
            check(r.returncode == 0 and "FAILS" not in r.stdout and r.stdout, f"{figure}: {r.stdout}{r.stderr}")
            printed.append(r.stdout)
        made = sorted(glob.glob(folder + "/*"))
        check([os.path.basename(m)[:-4] for m in made] == (sorted(pictures) if DRAWS else []), f"pictures: {made}")
        for path in made:
            root = xml.etree.ElementTree.parse(path).getroot()
            size = os.path.getsize(path)
            check(root.tag.endswith("svg") and 5000 < size < 100000, f"{path}: {root.tag}, {size} bytes")
    return printed


def write_molecules(folder, n):
    """chains of C, N and O with hydrogen, in the format of qm9pack"""
    rng = np.random.default_rng(4)
    with open(folder + "/qm9_part1.csv", "w", newline="") as f:
        table = csv.writer(f)
        table.writerow(["Index", "Elements", "XYZ_Ang", "InternalEnergy_0K_au"])
        for k in range(n):
            heavy = [str(s) for s in rng.choice(["C", "N", "O"], 4)]
            x = np.arange(4)[:, None] * [1.3, 0, 0] + rng.normal(0, 0.1, (4, 3))
            x = np.concatenate([x, x + [0, 1.1, 0]])
            table.writerow([k, heavy + 4 * ["H"], x.tolist(), -38.0 * heavy.count("C") + 0.01 * rng.normal()])


def large():
    with tempfile.TemporaryDirectory() as folder:
        write_molecules(folder, 70)
        keep = folder + "/keep/learning.json"
        more = ["--qm9pack", folder, "--keep", os.path.dirname(keep)]
        first, = measure(["7large"], ["figure7large", "figure7ridge"], more)
        table = json.load(open(keep))
        check(len(table) == 16 and all(len(t["mean"]) == 2 for t in table.values()), f"kept: {table}")
        for t in table.values():
            t["mean"] = [777.0] * len(t["mean"])
        json.dump(table, open(keep, "w"))
        again, = measure(["7large"], ["figure7large", "figure7ridge"], more)
        check(again.count("777.000") == 32 and "777" not in first, f"numbers that are kept are taken: {again}")


if __name__ == "__main__":
    measure(["table1", "ranks", "2", "S1", "S4", "8", "S3", "w", "4b"], ["figureS4", "figure8", "figureS3"])
    large()
    done()

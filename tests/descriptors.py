# SPDX-License-Identifier: BSD-3-Clause
"""Descriptor vectors equal to quippy's for every soap and soap_turbo option; other
descriptors are refused by name.

python3 descriptors.py [soapz]"""
import json
import os
import tempfile

import numpy as np

from soapz_cli import HERE, check, done, run, write_xyz

TOLERANCE = 1e-10  # of the norm of a vector

SYMBOL = {1: "H", 3: "Li", 6: "C", 8: "O", 14: "Si", 17: "Cl", 23: "V", 29: "Cu", 41: "Nb",
          42: "Mo", 73: "Ta", 74: "W", 79: "Au"}
# file: descriptors in it that are compared, and all
FILES = {"descriptors.json": (61, 73), "turbo_descriptors.json": (32, 32)}


def compare(case, folder):
    """the difference from quippy's vectors; None for a descriptor that is refused"""
    text, out = case["descriptor"], os.path.join(folder, "out.npy")
    code, _, err = run("describe", "--descriptor", text, os.path.join(folder, case["structure"]),
                       "-o", out)
    name = text.split()[0]
    if name not in ("soap", "soap_turbo"):
        check(code == 1 and name in err, f"{text}: exit code {code}, {err!r}")
        check(not os.path.exists(out), f"{text}: left a file")
        return None
    if not check(code == 0, f"{text}: exit code {code}: {err}"):
        return np.inf
    got, want = np.load(out), np.array(case["x"])
    os.remove(out)
    if not check(got.shape == want.shape, f"{text}: {got.shape} not {want.shape}"):
        return np.inf
    off = (abs(got - want).max(axis=1) / np.linalg.norm(want, axis=1)).max()
    check(off <= TOLERANCE, f"{case['structure']} {text}: off by {off:.1e}")
    return off


def main():
    for name, (known, total) in FILES.items():
        data = json.load(open(os.path.join(HERE, "data", name)))
        with tempfile.TemporaryDirectory() as folder:
            for structure, s in data["structures"].items():
                write_xyz(os.path.join(folder, structure), [SYMBOL[z] for z in s["numbers"]],
                          s["positions"], s["cell"], s["pbc"])
            off = [compare(case, folder) for case in data["cases"]]
        compared = [x for x in off if x is not None]
        print(f"{name}: {len(compared)} option strings compared, largest deviation "
              f"{np.max(compared):.1e}; {len(off) - len(compared)} refused")
        check((len(compared), len(off)) == (known, total), f"{name}: cases are missing")
    done()


if __name__ == "__main__":
    main()

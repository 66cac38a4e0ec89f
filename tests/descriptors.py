# SPDX-License-Identifier: BSD-3-Clause
"""Descriptor vectors are equal to those of quippy for every option of soap and soap_turbo; other
descriptors are refused with their name.

python3 descriptors.py [soapz]"""
import json
import os
import tempfile

import numpy as np

from soapz_cli import HERE, check, done, run, write_xyz

TOLERANCE = 1e-10  # relative to the norm of a vector

SYMBOL = {1: "H", 3: "Li", 6: "C", 8: "O", 14: "Si", 17: "Cl", 23: "V", 29: "Cu", 41: "Nb",
          42: "Mo", 73: "Ta", 74: "W", 79: "Au"}


def compare(file, least):
    """compares all cases of a file, at least `least` of them"""
    data = json.load(open(os.path.join(HERE, "data", file)))
    compared = refused = 0
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.npy")
        for name, s in data["structures"].items():
            write_xyz(os.path.join(folder, name), [SYMBOL[z] for z in s["numbers"]],
                      s["positions"], s["cell"], s["pbc"])
        for case in data["cases"]:
            text = case["descriptor"]
            code, _, err = run("describe", "--descriptor", text,
                               os.path.join(folder, case["structure"]), "-o", out)
            if not text.startswith(("soap ", "soap_turbo ")):
                name = text.split()[0]
                refused += 1
                check(code == 1 and name in err, f"{text}: exit code {code}, {err!r}")
                check(not os.path.exists(out), f"{text}: left a file")
                continue
            compared += 1
            if not check(code == 0, f"{text}: exit code {code}: {err}"):
                continue
            got, want = np.load(out), np.array(case["x"])
            os.remove(out)
            if not check(got.shape == want.shape, f"{text}: {got.shape} not {want.shape}"):
                continue
            off = (abs(got - want).max(axis=1) / np.linalg.norm(want, axis=1)).max()
            worst = max(worst, off)
            check(off <= TOLERANCE, f"{case['structure']} {text}: off by {off:.1e}")
    print(f"{compared} option strings compared, largest deviation {worst:.1e}; "
          f"{refused} refused")
    check(compared >= least and compared + refused == len(data["cases"]),
          "cases are missing")


def main():
    compare("descriptors.json", 61)
    compare("turbo_descriptors.json", 32)
    done()


if __name__ == "__main__":
    main()

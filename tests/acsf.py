# SPDX-License-Identifier: BSD-3-Clause
"""Symmetry functions are equal to those of DScribe, and their compressions to sums of the columns of
DScribe; the traditional set is the default.

python3 acsf.py [soapz [FILE]]    FILE: more cases, of data/make_acsf.py with another seed"""
import json
import os
import sys
import tempfile

import numpy as np

from soapz_cli import HERE, check, done, run, write_xyz

SYMBOL = {1: "H", 6: "C", 8: "O", 42: "Mo"}
# relative and absolute tolerance; the second is the rounding of 1 + cos(pi r/r_c) in DScribe
TOLERANCE, LEAST = 1e-12, 1e-3


def compressions(data, case, full):
    """{label: vectors [centre][length]} from the columns of DScribe"""
    s, m = len(data["elements"]), case["n_three"]
    two, three = full[:, :s * case["n_two"]], full[:, s * case["n_two"]:].reshape(len(full), -1, m)
    pairs = [(a, b) for a in range(s) for b in range(a + 1)]
    z = np.array(data["elements"])
    w = np.array([(a + 1) * (b + 1) for a, b in pairs])
    zz = np.array([z[a] * z[b] for a, b in pairs])
    by_element = [three[:, [a in p for p in pairs]].sum(1) for a in range(s)]
    total = three.sum(1)
    apart = two.reshape(len(full), s, -1)
    return {"nu=2": full,
            "nu,mu=1,1": np.hstack([two] + by_element),
            "mu=2": np.hstack([two, total]),
            "wACSF": np.hstack([two, total, np.einsum("p,ipm->im", w, three)]),
            "wACSF,Z": np.hstack([np.einsum("s,ism->im", z, apart),
                                  np.einsum("p,ipm->im", zz, three)])}


def compare(path, least):
    data = json.load(open(path))
    worst, n = 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.npy")
        for name, s in data["structures"].items():
            write_xyz(os.path.join(folder, name), [SYMBOL[z] for z in s["numbers"]],
                      s["positions"], s["cell"], s["pbc"])
        for case in data["cases"]:
            full = np.array(case["x"])
            for label, want in compressions(data, case, full).items():
                text = f"{case['descriptor']} compression={{{label}}}"
                code, _, err = run("describe", "--descriptor", text,
                                   os.path.join(folder, case["structure"]), "-o", out)
                if not check(code == 0, f"{text}: exit code {code}: {err}"):
                    continue
                got = np.load(out)[case["centres"]]
                if not check(got.shape == want.shape, f"{text}: {got.shape} not {want.shape}"):
                    continue
                off = (abs(got - want) / np.maximum(abs(want), LEAST)).max()
                worst, n = max(worst, off), n + 1
                check(off <= TOLERANCE, f"{case['structure']} {text}: off by {off:.1e}")
    print(f"{n} descriptors compared, largest deviation {worst:.1e}")
    check(n >= least, "cases are missing")


def main():
    compare(os.path.join(HERE, "data", "acsf.json"), 5 * 18)
    for path in sys.argv[2:]:
        compare(path, 1)
    done()


main()

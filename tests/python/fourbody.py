# SPDX-License-Identifier: BSD-3-Clause
"""fourbody.py - products of three factors are equal to those of another program: kernels and the norm of
every (l1,l2,l3) of all 20 labels, from data/fourbody.json; and, if the folder SOAPZ_SHARED contains that
program, for other environments and other l_max."""
import json
import os
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import make_fourbody as made  # noqa: E402
from soapz import Descriptor  # noqa: E402
from soapz_cli import check, done  # noqa: E402

TOLERANCE = 1e-10


def factor_of(channel):
    """"n=3 Z=42" is one of nu, "all" of mu^"""
    return {(True, True): "nu", (False, True): "nu^", (True, False): "mu",
            (False, False): "mu^"}["n=" in channel, "Z=" in channel]


def parts_of(labels):
    """the part's name of each component: "l=2,1,1 [n=3 Z=42][all][all]" is nu2 mu^1 mu^1"""
    for text in labels:
        l, channels = text[2:].split(" ", 1)
        yield made.part_name([factor_of(c) for c in channels[1:-1].split("][")], l.split(","))


def compare(soap, environments, wanted, what):
    worst = 0.0
    for label, want in wanted.items():
        d = Descriptor(f"{soap} compression={{{label}}} normalise=F")
        p = np.array([d.compute((z, x))[0] for x, z in environments])[:, :-1]
        kernels = np.array(want["kernels"])
        off = np.abs(p @ p.T - kernels).max() / np.abs(kernels).max()
        squares = {}
        for k, name in enumerate(parts_of(d.labels[:-1])):
            squares[name] = squares.get(name, 0) + p[:, k] ** 2
        check(set(squares) == set(want["norms"]), f"{what} {label}: parts "
              f"{set(squares) ^ set(want['norms'])}")
        most = np.abs(p).max(axis=1)
        for name, norm in want["norms"].items():
            off = max(off, (np.abs(np.sqrt(squares[name]) - norm) / most).max())
        worst = max(worst, off)
        check(off <= TOLERANCE, f"{what} {label}: off by {off:.1e}")
    print(f"{what}: {len(wanted)} labels, largest deviation {worst:.1e}")


data = json.load(open(os.path.join(made.HERE, "data", "fourbody.json")))
check(set(data["labels"]) == set(made.labels()) and len(made.labels()) == 20, "20 labels")
compare(data["soap"], [(e["positions"], e["numbers"]) for e in data["environments"]],
        data["labels"], "stored")
reference = os.path.join(os.environ.get("SOAPZ_SHARED", ""), "reference")
if os.path.exists(os.path.join(reference, "analysis_fourbody.py")):
    for seed, l_max in ((21, 4), (22, 1)):
        atoms = made.environments(seed, 2)
        compare(made.SOAP.format(l_max=l_max), atoms, made.compute(reference, l_max, atoms),
                f"l_max={l_max}")
done()

# SPDX-License-Identifier: BSD-3-Clause
"""soapz.select chooses the same structures as the command, and refuses wrong arguments."""
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import MODELS, check, done, fails, run, write_xyz  # noqa: E402

import soapz  # noqa: E402

MODEL = os.path.join(MODELS, "hea4_nuR2_nuS1", "gp.xml")
NUMBERS = {"Nb": 41, "Mo": 42, "Ta": 73, "W": 74}


class Atoms:
    """the required part of ase.Atoms"""

    def __init__(self, symbols, positions, cell, kind):
        self.numbers, self.positions, self.cell = np.array([NUMBERS[s] for s in symbols]), positions, cell
        self.pbc, self.info, self.arrays = np.array([True] * 3), {"config_type": kind}, {}


def structures(n):
    rng = np.random.default_rng(4)
    sites = np.concatenate([np.array(list(np.ndindex(2, 2, 2))), np.array(list(np.ndindex(2, 2, 2))) + 0.5])
    for k in range(n):
        moved = 3.25 * sites + rng.normal(scale=0.02 + 0.01 * k, size=(16, 3))
        yield list(rng.choice(list(NUMBERS), 16)), moved, 6.5 * np.eye(3), "ab"[k % 2]


def of_command(folder, *words):
    path, out, said = (os.path.join(folder, f) for f in ("pool.xyz", "out.xyz", "said.json"))
    with open(path, "w") as pool:
        for symbols, positions, cell, kind in structures(12):
            one = os.path.join(folder, "one.xyz")
            write_xyz(one, symbols, positions, cell, more=f"config_type={kind}")
            with open(one) as f:
                pool.write(f.read())
    code, text, err = run("select", MODEL, path, "-o", out, "--json", said, *words)
    check(code == 0, err)
    with open(said) as f:
        return [(p["frame"], p["atom"], p["score"], p["distance"]) for p in json.load(f)["picked"]]


frames = [Atoms(*s) for s in structures(12)]
potential = soapz.Potential(MODEL)
with tempfile.TemporaryDirectory() as folder:
    for words, keys in (([], {}), (["--by", "grade"], {"by": "grade"}),
                        (["--by=variance", "--min-distance=0"], {"by": "variance", "min_distance": 0}),
                        (["--per-config-type", "--min-distance=0.2"],
                         {"per_config_type": True, "min_distance": 0.2})):
        want = of_command(folder, "-n", 4, *words)
        for given in (frames, ((a.numbers, a.positions, a.cell, True) for a in frames)):
            if "per_config_type" in keys and given is not frames:
                continue  # tuples have no config_type
            got = soapz.select(potential, given, 4, n_threads=2, **keys)
            check(len(got) == len(want) and all(
                g.index == w[0] and g.atom == w[1] and np.allclose(g[2:], w[2:], rtol=1e-6)
                for g, w in zip(got, want)), f"{keys}: {got}, not {want}")
first = soapz.select(MODEL, frames, 1, by="grade")[0]
grades = [potential.grade(a) for a in frames]
check(first.index == int(np.argmax([g.max() for g in grades])) and
      abs(first.score - grades[first.index][first.atom]) < 1e-9, f"{first}")
check(soapz.select(potential, [], 3) == [] and isinstance(first, soapz.Pick), "none of none")

fails(soapz.SoapzError, ["farthest", "luck"], lambda: soapz.select(potential, frames, by="luck"))
fails(soapz.SoapzError, ["no calibration"], lambda: soapz.select(potential, frames, by="uncertainty"))
fails(ValueError, ["n is 0"], lambda: soapz.select(potential, frames, 0))
fails(ValueError, ["min_distance"], lambda: soapz.select(potential, frames, min_distance=-1))
fails(TypeError, ["list"], lambda: soapz.select(potential, frames[0]))
frames[3].positions[1] = frames[3].positions[0]
fails(soapz.SoapzError, ["structure 3", "coincide"], lambda: soapz.select(potential, frames, 2))
frames[5].numbers[2] = 29
fails(soapz.SoapzError, ["Cu"], lambda: soapz.select(potential, frames, 2))
done()

# SPDX-License-Identifier: BSD-3-Clause
"""Invalid data of a fit: one sentence that names file and line, and no model."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import MODELS, check, done, read_xyz, run  # noqa: E402

DATA = os.path.join(MODELS, "hea4_nuR2_nuS2", "reference.xyz")
LINES = open(DATA).read().split("\n")
KEYS = ["energy_parameter_name=energy", "force_parameter_name=forces",
        "virial_parameter_name=virial", "default_sigma={0.001 0.01 0.05 0.0}", "rnd_seed=1",
        "sparse_jitter=1e-8"]
SOAP = ("gap={soap n_max=3 l_max=2 cutoff=4.6 cutoff_transition_width=0.9 atom_sigma=0.5 "
        "zeta=2 delta=1.0 covariance_type=dot_product sparse_method=cur_points n_sparse=5}")
PAIR = ("gap={distance_2b cutoff=4.6 cutoff_transition_width=1.0 covariance_type=ard_se "
        "delta=0.5 theta_uniform=1.0 sparse_method=uniform n_sparse=4}")
E0 = "e0={Nb:-3.1:Mo:-4.6:Ta:-3.5:W:-4.5}"
ATOM = ('1\nLattice="30 0 0 0 30 0 0 0 30" Properties=species:S:1:pos:R:3:forces:R:3 '
        "energy=-3.1\nNb 0 0 0 0 0 0\n")


def fit(text, *more, e0=E0, gap=SOAP):
    path = os.path.join(folder, "bad.xyz")
    open(path, "w").write(text)
    return run("fit", e0, "at_file=" + path, "gp_file=" + model, *KEYS, gap, *more)


def fails(parts, text, *more, **words):
    code, _, err = fit(text, *more, **words)
    last = err.splitlines()[-1] if err else ""
    check(code == 1 and last.startswith("soapz: "), f"{parts}: {code} {err!r}")
    for part in parts:
        check(part in last, f"{last!r} lacks {part!r}")
    left = [n for n in os.listdir(folder) if n.startswith("model")]
    check(not left, f"{parts}: left {left}")


def changed(line, *pairs):
    """The data with another text in a line, numbered from 1."""
    text = LINES[line - 1]
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return "\n".join(LINES[:line - 1] + [text] + LINES[line:])


def word(line, k, new):
    words = LINES[line - 1].split()
    return "\n".join(LINES[:line - 1] + [" ".join(words[:k] + [new] + words[k + 1:])] +
                     LINES[line:])


def bad():
    second = 1 + 2 + int(LINES[0])  # line of the second frame
    energy = [w for w in LINES[1].split() if w.startswith("energy=")][0]
    fails(["bad.xyz:4", "finite"], word(4, 5, "nan"))
    fails(["bad.xyz:4", "finite"], word(4, 4, "inf"))
    fails(["bad.xyz:5", "oops"], word(5, 1, "oops"))
    fails(["bad.xyz:2", "energy"], changed(2, (energy, "energy=nan")))
    fails(["bad.xyz:2", "virial", "3 numbers"], changed(2, ('virial="', 'virial="1 2 3" x="')))
    fails(["bad.xyz:2"], changed(2, ("pos:R:3", "place:R:3")))
    fails(["bad.xyz:2"], changed(2, ("species:S:1", "kind:S:1")))
    fails(["bad.xyz:3", "columns"], changed(2, ("forces:R:3", "forces:R:4")))
    fails(["bad.xyz:3", "Xx"], word(3, 0, "Xx"))
    # truncated: in the atoms, before the second line, within a line
    fails(["bad.xyz:7", "5 of the 16 atoms"], "\n".join(LINES[:7]) + "\n")
    fails(["bad.xyz"], "\n".join(LINES[:second]) + "\n")
    fails([f"bad.xyz:{second - 1}"],
          "\n".join(LINES[:second - 2] + [LINES[second - 2][:60]]))
    fails(["bad.xyz", "no frame"], "")
    # without the data to be fitted
    fails(["bad.xyz:2", "nrg", "energy_parameter_name"], "\n".join(LINES),
          "energy_parameter_name=nrg")
    fails(["there is no e0 for W", "bad.xyz:"], "\n".join(LINES), e0="e0={Nb:-3:Mo:-4:Ta:-3}")
    fails(["no isolated atom", "e0_method=average"], "\n".join(LINES), e0="e0_method=isolated")
    fails(["unknown key", "energy_parameter_name"], "\n".join(LINES), "energy_parameter_nam=x")
    # no atoms within the cutoff
    fails(["bad.xyz", "no sparse points to choose"], ATOM, gap=PAIR)


def lonely():
    """Atoms without neighbours are ordinary data and do not cause NaN."""
    for gap in (SOAP, PAIR):
        code, _, err = fit("\n".join(LINES) + ATOM, gap=gap)
        check(code == 0, err)
        out = os.path.join(folder, "out.xyz")
        code, _, err = run("eval", model, os.path.join(folder, "bad.xyz"), "-o", out)
        check(code == 0, err)
        last = read_xyz(out)[-1]
        check(last["n_atoms"] == 1 and abs(float(last["energy"]) + 3.1) < 0.5, last["line"])
        check(np.abs(last["forces"]).max() == 0.0, last["forces"])
        for name in os.listdir(folder):
            if name.startswith("model"):
                os.remove(os.path.join(folder, name))


with tempfile.TemporaryDirectory() as folder:
    model = os.path.join(folder, "model.xml")
    bad()
    lonely()
done()

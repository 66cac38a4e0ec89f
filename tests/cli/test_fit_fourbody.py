# SPDX-License-Identifier: BSD-3-Clause
"""Products of three factors and K channels in fits and models: soapz fit from a
command line and from a .conf, both kinds of files, info, eval, validate, describe, convert.
Forces are slopes of the energy; the seed in a model's file gives the same matrices."""
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import (MODELS, check, check_fails, done, numbers, read_xyz, run,  # noqa: E402
                       write_xyz)

DATA = os.path.join(MODELS, "mow_glue_soap", "reference.xyz")  # Mo W: slab, dimer, one atom ..
COMMON = "n_max=4 l_max=3 cutoff=4.0 atom_sigma=0.5 covariance_type=dot_product "
SEED_5 = [1.2769998, -0.15492034, 0.39845125]  # its first random numbers
LABELS = ["nu,mu=1,1", "nu,mu^=1,2", "nu,nu^,mu=1,1,1", "K=3"]
TERMS = [("nu,mu=1,1", 2, ""), ("nu,mu^=1,2", 2, "l_min=1"), ("nu,nu^,mu=1,1,1", 1, ""),
         ("K=3", 1, "K=12 compression_seed=5")]
GAP = "gap={" + " : ".join(
    f"soap {COMMON} zeta={zeta} delta=1 n_sparse=12 sparse_method=cur_points "
    f"compression={{{{{label}}}}} {more}" for label, zeta, more in TERMS) + "}"
CONF = f"""train = {DATA}
model = conf.soapz
sigma_energy = 0.001
sigma_force = 0.02
sigma_virial = 0.1
e0 = average
seed = 3
force_key = forces
""" + "".join(f"""
[soap]
n_max = 4
l_max = 3
cutoff = 4.0
atom_sigma = 0.5
zeta = {zeta}
delta = 1
n_sparse = 12
compression = {label}
""" + "".join(w.replace("=", " = ") + "\n" for w in more.split()) for label, zeta, more in TERMS)


def ok(*words):
    code, out, err = run(*words)
    check(code == 0, f"soapz {' '.join(map(str, words))[:300]}: {err}")
    return out, err


def evaluate(model, file, folder):
    out = os.path.join(folder, "predicted.xyz")
    ok("eval", model, file, "-o", out)
    return read_xyz(out)


def differ(a, b):
    return max(np.abs(numbers(x[q]) - numbers(y[q])).max() if q != "forces"
               else np.abs(x[q] - y[q]).max() for x, y in zip(a, b)
               for q in ("energy", "virial", "forces"))


def slopes(model, folder):
    """forces of three atoms in a cell, and by differences"""
    rng = np.random.default_rng(4)
    base = 3.16 * np.array([[i, j, k] for i in (0, .5, 1, 1.5) for j in (0, .5, 1, 1.5)
                            for k in (0, .5, 1, 1.5) if 2 * i % 2 == 2 * j % 2 == 2 * k % 2])
    x = base + 0.2 * rng.normal(size=base.shape)
    cell, species = 6.32 * np.eye(3), ["Mo" if k % 3 else "W" for k in range(len(x))]
    path, h, moved = os.path.join(folder, "cells.xyz"), 1e-4, []
    for atom in (0, 5, 9):
        for c in range(3):
            for step in (-2, -1, 1, 2):
                y = x.copy()
                y[atom, c] += step * h
                moved.append(y)
    text = ""
    for y in [x] + moved:
        write_xyz(path, species, y, cell, [1, 1, 1])
        text += open(path).read()
    open(path, "w").write(text)
    frames = evaluate(model, path, folder)
    e = np.array([numbers(f["energy"])[0] for f in frames[1:]]).reshape(-1, 4)
    want = -(e @ [1, -8, 8, -1]) / (12 * h)
    got = frames[0]["forces"][[0, 5, 9]].ravel()
    worst = np.abs(got - want).max() / np.abs(frames[0]["forces"]).max()
    check(worst < 1e-7, f"{model}: forces are no slopes: {worst:.1e}")


with tempfile.TemporaryDirectory() as folder:
    path = lambda name: os.path.join(folder, name)  # noqa: E731
    line = ["fit", f"at_file={DATA}", "default_sigma={0.001 0.02 0.1 0}", "e0_method=average",
            "rnd_seed=3", "force_parameter_name=forces", GAP]
    out, err = ok(*line, f"gp_file={path('line.soapz')}")
    open(path("f.conf"), "w").write(CONF.replace("conf.soapz", path("conf.soapz")))
    ok("fit", path("f.conf"))
    models = [path("line.soapz"), path("conf.soapz")]
    out, err = ok(*line, f"gp_file={path('line.xml')}")
    # two elements: terms 1 and 2 are nu,mu=1,1, which QUIP has
    check("term 3 has compression, which only soapz knows" in err, f"XML for QUIP: {err}")
    xml = open(path("line.xml")).read()
    for label, _, more in TERMS[1:]:
        check(f"compression={{{label}}}" in xml, f"{label} in the XML")
    check("l_min=1" in xml and "K=12" in xml and "compression_seed=5" in xml, "keys in the XML")
    models.append(path("line.xml"))
    out, err = ok("convert", path("line.soapz"), path("again.xml"))
    check("only soapz knows" in err and "compression" in err, f"convert: {err}")
    ok("convert", path("again.xml"), path("again.soapz"))
    models += [path("again.xml"), path("again.soapz")]
    first = evaluate(models[0], DATA, folder)
    size = max(np.abs(f["forces"]).max() for f in first)
    for model in models[1:]:
        off = differ(first, evaluate(model, DATA, folder))
        check(off <= 1e-9 * size, f"{os.path.basename(model)}: {off:.1e} off")
    data = read_xyz(DATA)
    rms = np.sqrt(np.mean([np.mean((f["forces"] - g["forces"]) ** 2)
                           for f, g in zip(first, data)]))
    check(rms < 0.1 * size, f"fitted: forces {rms:.2g} off, up to {size:.2g}")

    # the notes of the model
    out = ok("info", models[0])[0]
    check(all(label in out for label in LABELS), f"info: {out}")
    check("three factors: four-body, l from 1" in out and "K=3: 12 combinations" in out, f"{out}")
    slopes(models[0], folder)
    out = ok("validate", models[0], DATA, "force_parameter_name=forces", "--json", path("v.json"))[0]
    v = json.load(open(path("v.json")))
    check("variance" in json.dumps(v).lower(), "predicted variance")

    # the matrices follow from the seed wherever a model is read
    ok("describe", models[0], "--term", 7, path("cells.xyz"), "-o", path("p.npz"))
    with np.load(path("p.npz")) as z:
        a, p = z["A_0"], z["descriptor"]
        check("compression_seed=5" in str(z["descriptor_string"]), "words of the term")
    check(a.shape == (8, 12) and np.allclose(a.ravel()[:3], SEED_5, rtol=0, atol=1e-8),
          f"matrices of seed 5: {a.ravel()[:3]!r}")
    ok("describe", "-c", "K=3", "--K", 12, "--seed", 5, "--n-max", 4, "--l-max", 3, "--cutoff", 4,
       "--species", "42 74", "--centre", "Mo", path("cells.xyz"), "-o", path("q.npz"))
    with np.load(path("q.npz")) as z:
        check(np.array_equal(z["A_0"], a) and not np.array_equal(z["A_3"], a), "matrices")
        check(np.abs(z["descriptor"] - p[:, :-1]).max() < 1e-14, "the model's vectors")

    # impossible settings
    bad = GAP.replace("zeta=1 ", "zeta=1.5 ")
    check_fails(1, ["zeta=1.5", "whole"], *line[:-1], bad, f"gp_file={path('bad.soapz')}",
                gone=path("bad.soapz"), quiet=False)
    bad = CONF.replace("l_min = 1", "l_min = 3").replace("conf.soapz", path("bad.soapz"))
    open(path("bad.conf"), "w").write(bad)
    check_fails(1, ["bad.conf:", "l_min=3", "no product"], "fit", path("bad.conf"),
                gone=path("bad.soapz"), quiet=False)
    open(path("bad.conf"), "w").write(CONF.replace("K = 12", "").replace("conf.soapz", path("bad.soapz")))
    check_fails(1, ["bad.conf:", "K is 0"], "fit", path("bad.conf"), gone=path("bad.soapz"), quiet=False)
done()

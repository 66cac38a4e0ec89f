# SPDX-License-Identifier: BSD-3-Clause
"""Fits with symmetry functions: XML, .soapz, a section [acsf], all compressions; forces
are slopes of the energy; QUIP cannot read the models."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from acsf_fit import fit, write_cells  # noqa: E402
from soapz_cli import check, check_fails, done, numbers, read_xyz, run, write_xyz  # noqa: E402

CONFIG = """train = train.xyz
model = conf.soapz
e0 = average
energy_key = energy
force_key = forces
sigma_energy = 0.0005
sigma_force = 0.02
sigma_virial = 0.05

[acsf]
cutoff = 4.6
compression = nu,mu=1,1
zeta = 2
delta = 0.03
covariance_sigma0 = 3
n_sparse = 60
"""


def evaluate(model, data, *options):
    code, _, err = run("eval", model, data, "-o", "out.xyz", *options)
    check(code == 0, err)
    return read_xyz("out.xyz")


def same(a, b, tolerance, what):
    off = max(np.abs(f["forces"] - g["forces"]).max() for f, g in zip(a, b))
    off = max([off] + [np.abs(numbers(f["energy"]) - numbers(g["energy"])).max()
                       for f, g in zip(a, b)])
    check(off <= tolerance, f"{what}: {off:.1e}")


def test_files():
    """one fit by the command line and by a file; errors; contents of the model"""
    code, out, err = fit("train.xyz", "m.soapz")
    check(code == 0 and "acsf" in out, f"{code} {err}")
    code, _, err = fit("train.xyz", "m.xml")
    check(code == 0 and "term 1 is an acsf, which QUIP does not have" in err, err)
    open("a.conf", "w").write(CONFIG)
    code, _, err = run("fit", "a.conf")
    check(code == 0, err)
    want, truth = evaluate("m.soapz", "test.xyz"), read_xyz("test.xyz")
    force = np.concatenate([f["forces"] for f in truth])
    off = np.concatenate([f["forces"] for f in want]) - force
    check(off.std() < 0.25 * force.std(), f"rmse {off.std():.3f} of {force.std():.3f}")
    for f in want:
        check(np.abs(f["forces"].sum(0)).max() < 1e-10, "the forces do not add up to 0")
    for model in ("m.xml", "conf.soapz"):
        same(evaluate(model, "test.xyz"), want, 1e-7, model)
    same(evaluate("m.soapz", "test.xyz", "--precision", "mixed"), want, 0.0, "mixed")
    code, _, err = run("convert", "m.soapz", "back.xml")
    check(code == 0 and "is an acsf" in err, err)
    same(evaluate("back.xml", "test.xyz"), want, 1e-10, "back.xml")
    text = run("info", "m.soapz")[1]
    for part in ("acsf: 2 terms", "1 G1, 8 G2, 0 G3, 43 G4, 0 G5", "nu,mu=1,1", "104"):
        check(part in text, f"{text} lacks {part}")
    f = evaluate("m.soapz", "train.xyz", "--variance", "--grade")[0]
    check(float(f["grade"].min()) >= 0 and float(f["grade"].max()) < 1.42, "grades")
    check(bool((f["local_energy_variance"] >= 0).all()), "variances")


def test_describe():
    """the vectors of a model are those of its text"""
    for name, words in (("a", ("m.soapz",)), ("b", ("--descriptor", "acsf cutoff=4.6 n_species=2 "
                                                    "species_Z={74 42} compression={nu,mu=1,1}"))):
        code, _, err = run("describe", *words, "test.xyz", "-o", name + ".npz")
        check(code == 0 and not err, err)
    check(np.array_equal(np.load("a.npz")["descriptor"], np.load("b.npz")["descriptor"]), "vectors")
    check_fails(1, ["acsf", "not one of"], "describe", "--descriptor",
                "acsf cutoff=4 compression={nu=2,d_J}", "test.xyz", "-o", "c.npz", gone="c.npz")


def test_path(model):
    """E is the integral of F along a path: 20 steps, four points of Gauss and Legendre each;
    no distance passes the cutoff, where forces have a kink"""
    rng = np.random.default_rng(11)
    x = np.array([[0, 0, 0], [2.4, 0.1, 0], [0.2, 2.5, 0.3], [0.1, -.1, 2.6], [1.9, 1.8, 1.7]])
    symbols, way = ["Mo", "W", "W", "Mo", "Mo"], rng.normal(0, 0.15, x.shape)
    t, w = np.polynomial.legendre.leggauss(4)
    points = [(k + 0.5 + 0.5 * u) / 20 for k in range(20) for u in t]
    with open("path.xyz", "w") as file:
        for s in [0.0, 1.0] + points:
            write_xyz("one.xyz", symbols, x + s * way, 20 * np.eye(3), [False] * 3)
            file.write(open("one.xyz").read())
    frames = evaluate(model, "path.xyz")
    energy = [numbers(f["energy"])[0] for f in frames[:2]]
    work = sum(v * (f["forces"] * way).sum() for v, f in zip(np.tile(w, 20) / 40, frames[2:]))
    size = max(abs((f["forces"] * way).sum()) for f in frames[2:])
    off = abs(energy[1] - energy[0] + work)
    check(off <= 1e-8 * size, f"{model}: off by {off:.1e} of {size:.1f}")


def test_compressions():
    text = "acsf cutoff=4.2 zeta=2 delta=0.05 covariance_sigma0=1 n_sparse=20"
    free = "g1=F g2={0.3 2.7 0.1 0} g3={1.1} g4={0.05 2 -1 0.05 2.5 1} g5={0.1 1 1}"
    for label in ("nu=2", "nu,mu=1,1", "mu=2", "wACSF", "wACSF,Z"):
        code, _, err = fit("train.xyz", "c.soapz", f"{text} compression={{{label}}} {free}",
                           ["sparse_jitter=1e-7"])
        check(code == 0, f"{label}: {err}")
        test_path("c.soapz")
    code, _, err = fit("train.xyz", "n.soapz", text + " normalise=T")
    check(code == 0, err)
    test_path("n.soapz")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    write_cells("train.xyz", 25, 1)
    write_cells("test.xyz", 5, 2)
    test_files()
    test_describe()
    test_path("m.soapz")
    test_compressions()
    os.chdir("/")
done()

# SPDX-License-Identifier: BSD-3-Clause
"""soapz.Descriptor: the vectors of soapz describe, their slopes, labels, errors."""
import json
import os
import pickle
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import HERE, MODELS, check, done, fails, run, write_xyz  # noqa: E402
from soapz import Descriptor, Potential, SoapzError  # noqa: E402

SYMBOLS = ["W", "Nb", "W", "Mo", "Ta"]
POSITIONS = np.array([[0, 0, 0], [2.6, 0, 0.1], [0, 2.5, 0.2], [0.3, 0, 2.7], [2.4, 2.6, 2.5]])
CELL = np.array([[4.8, 0, 0], [0.3, 5.0, 0], [0, 0.4, 5.2]])
ATOMS = (SYMBOLS, POSITIONS, CELL, True)
ELEMENTS = [41, 42, 73, 74]
SOAP = "soap cutoff=4 n_max=3 l_max=2 atom_sigma=0.5 n_species=2 species_Z={41 74} "


def command(folder, *words):
    """descriptor and the other arrays of soapz describe"""
    data, out = os.path.join(folder, "in.xyz"), os.path.join(folder, "out.npz")
    write_xyz(data, SYMBOLS, POSITIONS, CELL, [1, 1, 1])
    code, text, err = run("describe", *words, data, "-o", out)
    check(code == 0, f"{words}: {text}{err}")
    with np.load(out) as z:
        return {k: z[k] for k in z.files}


def agreement():
    small = dict(elements=ELEMENTS, n_max=4, l_max=3, cutoff=4.0)
    options = ["--n-max", 4, "--l-max", 3, "--cutoff", 4]
    with tempfile.TemporaryDirectory() as folder:
        for one in json.loads(run("compressions", "--json", "--n-max", 4, "--l-max", 3)[1]):
            if one["label"] == "optimal":
                continue
            d = Descriptor(one["label"], **small)
            want = command(folder, "--compression", one["label"], *options)["descriptor"]
            check(d.length == one["length"] and np.array_equal(d(ATOMS), want), one["label"])
            labels = d.labels
            check(len(set(labels)) == len(labels) == d.length, f"{one['label']}: labels")
        for more, words in (({"seed": 5}, ["--seed", 5]), ({"centres": "W Mo"}, ["--centre", "W Mo"]),
                            ({"central_weight": 0.5}, ["--central-weight", 0.5]),
                            ({"radial_basis": "GTO"}, ["--radial-basis", "GTO"])):
            got = Descriptor("W^T P_l", **small, **more)(ATOMS)
            want = command(folder, "--compression", "W^T P_l", *options, *words)["descriptor"]
            check(np.array_equal(got, want), f"{more}")
        for label, more, words in (
                ("K=3", {"K": 5, "seed": 9, "l_min": 1}, ["--K", 5, "--seed", 9, "--l-min", 1]),
                ("K, K = 1, 1", {"K": 4}, ["--K", 4]), ("nu,mu^=1,2", {"l_min": 2}, ["--l-min", 2])):
            got = Descriptor(label, **small, **more)(ATOMS)
            want = command(folder, "--compression", label, *options, *words)["descriptor"]
            check(np.array_equal(got, want), f"{label} {more}")
        u = np.arange(8.0).reshape(4, 2) / 3
        got = Descriptor("nu=2,d_J", **small, embedding=u)(ATOMS)
        want = command(folder, "--compression", "nu=2,d_J", *options, "--embedding",
                       " ".join("%.17g" % x for x in u.ravel()))["descriptor"]
        check(np.array_equal(got, want), "an embedding")
        for text in (SOAP, SOAP + "Z=74 nu_R=1 nu_S=1", SOAP + "average=T", SOAP + "normalise=F"):
            got = Descriptor(text)(ATOMS)
            check(np.array_equal(got, command(folder, "--descriptor", text)["descriptor"]), text)
        model = os.path.join(MODELS, "hea4_nuR1_nuS0", "gp.xml")
        for term in range(4):
            d = Potential(model).descriptor(term)
            want = command(folder, model, "--term", term + 1)
            check(np.array_equal(d(ATOMS), want["descriptor"]) and
                  np.array_equal(d.centres(ATOMS), want["atom"]), f"term {term} of a model")
            check(np.array_equal(pickle.loads(pickle.dumps(d))(ATOMS), d(ATOMS)), "a pickled one")
    raw = Descriptor("nu=2", **small, normalise=False)(ATOMS)
    unit = Descriptor("nu=2", **small)(ATOMS)
    check(np.allclose(raw / np.linalg.norm(raw, axis=1)[:, None], unit, rtol=0, atol=1e-14), "norm")


def derivatives():
    h = 1e-4
    for d in (Descriptor("nu,mu=1,1", elements="Nb W", n_max=4, l_max=2, cutoff=4),
              Descriptor("nu,nu^,mu=1,1,1", elements="Nb W", n_max=3, l_max=2, cutoff=4),
              Descriptor("K,K,K=1,1,1", elements="Nb W", n_max=3, l_max=2, cutoff=4, K=4, l_min=1),
              Descriptor(SOAP + "n_Z=2 Z={42 74} covariance_sigma0=0.1")):
        found, centres = d.derivatives(ATOMS), d.centres(ATOMS)
        check(found.dpdr.shape == (len(found.i), 3, d.length), "shape")
        check(set(found.i) == set(centres) and found.r.shape == (len(found.i), 3), "pairs")
        check((np.linalg.norm(found.r, axis=1) < d.cutoff).all(), "inside the cutoff")
        shift = (found.r - POSITIONS[found.j] + POSITIONS[found.i]) @ np.linalg.inv(CELL)
        check(np.allclose(shift, np.round(shift), atol=1e-12), "r is that of an image")
        for j in range(5):
            for x in range(3):
                p = []
                for sign in (1, -1):
                    moved = POSITIONS.copy()
                    moved[j, x] += sign * h
                    p.append(d((SYMBOLS, moved, CELL, True)))
                slope, got = (p[0] - p[1]) / (2 * h), np.zeros_like(p[0])
                for row, i in enumerate(centres):
                    got[row] = found.dpdr[(found.i == i) & (found.j == j), x].sum(axis=0)
                    if i == j:
                        got[row] -= found.dpdr[found.i == i, x].sum(axis=0)
                check(np.abs(got - slope).max() < 1e-6 * np.abs(slope).max() + 1e-9,
                      f"{j} {x}: {np.abs(got - slope).max()}")
        one = d.derivatives(ATOMS, centres=[2])
        check(np.array_equal(one.dpdr, found.dpdr[found.i == 2]), "of one atom")
        check(d.derivatives(ATOMS, centres=[]).dpdr.shape == (0, 3, d.length), "of none")


def turbo():
    """soap_turbo: vectors, and slopes of the first centre, of tests/data/turbo_descriptors.json by
    QUIP; slopes compared with central differences of the vectors"""
    with open(os.path.join(HERE, "data", "turbo_descriptors.json")) as f:
        known = json.load(f)
    n_slopes = 0
    for case in known["cases"]:
        a, text = known["structures"][case["structure"]], case["descriptor"]
        x = np.array(a["positions"])
        d = Descriptor(text)
        centres = np.ravel(case["centres"])

        def vectors(x):
            return d((a["numbers"], x, a["cell"], a["pbc"]))
        check(d.length == case["n_dim"], f"{text}: {d.length}")
        check(np.array_equal(d.centres((a["numbers"], x, a["cell"], a["pbc"])), centres), text)
        if "grad" not in case:
            continue
        want, i = np.zeros((len(x), 3, d.length)), centres[0]
        for g in case["grad"]:
            want[g["atom"]] = np.transpose(g["d"])
        found = d.derivatives((a["numbers"], x, a["cell"], a["pbc"]), centres=[int(i)])
        got = np.zeros_like(want)
        for j, dp in zip(found.j, found.dpdr):
            got[j] += dp
            got[i] -= dp
        off = np.abs(got - want).max() / np.abs(want).max()
        check(off < 1e-8, f"{text}: slopes are {off:.1e} from QUIP's")
        h = 1e-4
        for j in range(len(x)):
            for c in range(3):
                step = np.zeros_like(x)
                step[j, c] = h
                slope = (vectors(x + step)[0] - vectors(x - step)[0]) / (2 * h)
                off = np.abs(slope - got[j, c]).max() / np.abs(want).max()
                check(off < 1e-6, f"{text}: atom {j}: {off:.1e} from central differences")
        n_slopes += 1
    check(n_slopes >= 10, f"{n_slopes} cases with slopes")


def labels():
    d = Descriptor("nu,mu=1,1", elements=["Mo", "W"], n_max=3, l_max=2)
    check(d.labels[0] == "l=0 [n=1 Z=42][n=1]" and d.labels[1] == "l=1 [n=1 Z=42][n=1]", d.labels[0])
    d = Descriptor("nu,mu^=1,2", elements=["Mo", "W"], n_max=2, l_max=2)
    check(d.labels[:2] == ["l=0,0,0 [n=1 Z=42][all][all]", "l=0,0,0 [n=2 Z=42][all][all]"]
          and d.labels[-1] == "l=2,2,2 [n=2 Z=74][all][all]", f"{d.labels}")
    d = Descriptor("K=3", elements=["Mo", "W"], n_max=2, l_max=2, K=2)
    check(d.labels[-1] == "l=2,2,2 [mix 2][mix 2][mix 2]", d.labels[-1])
    check(Descriptor(SOAP).labels[-1] == "covariance_sigma0", "the last of a string")
    only = Descriptor("nu=2", elements="Mo W", n_max=3, l_max=2, cutoff=3)
    p = only((["Mo", "Mo"], [[0, 0, 0], [0, 0, 2.2]]))
    tungsten = np.array(["Z=74" in text for text in only.labels])
    check((p[:, tungsten] == 0).all() and (p[:, ~tungsten] != 0).any(axis=0).all(), "elements")


def refusals():
    d = Descriptor("mu=2", elements="W")
    check("mu=2" in repr(d) and str(d.length) in repr(d), repr(d))
    check(d(([], [])).shape == (0, d.length), "no atoms")
    check(Descriptor(SOAP + "average=T Z=42")((["W"], [[0, 0, 0]])).shape == (0, 64), "no centre")
    for kind, parts, call in (
            (TypeError, ["nmax"], lambda: Descriptor("mu=2", elements="W", nmax=3)),
            (TypeError, ["label"], lambda: Descriptor(7)),
            (ValueError, ["elements"], lambda: Descriptor("mu=2")),
            (ValueError, ["leave out elements"], lambda: Descriptor(SOAP, elements="W")),
            (ValueError, ["'Xx'"], lambda: Descriptor("mu=2", elements="Xx")),
            (ValueError, ["W is given twice"], lambda: Descriptor("mu=2", elements=["W", 74])),
            (ValueError, ["d_J", "nu=2,d_J"], lambda: Descriptor("mu=2", elements="W", d_J=2)),
            (ValueError, ["from data"], lambda: Descriptor("optimal", elements="W")),
            (ValueError, ["embedding", "(1, 2)"],
             lambda: Descriptor("nu=2,d_J", elements="W Mo", embedding=[[1, 2]])),
            (ValueError, ["K ", "K=3", "mu=2"], lambda: Descriptor("mu=2", elements="W", K=3)),
            (ValueError, ["l_min", "mu=2"], lambda: Descriptor("mu=2", elements="W", l_min=1)),
            (ValueError, ["l_min", "K=2"], lambda: Descriptor("K=2", elements="W", l_min=1)),
            (SoapzError, ["l_min", "no product"],
             lambda: Descriptor("mu=3", elements="W", l_max=3, l_min=3)),
            (SoapzError, ["l_min leaves"], lambda: Descriptor("mu=3", elements="W", l_min=1)(
                (["W"], [[0, 0, 0]]))),
            (SoapzError, ["K is 0"], lambda: Descriptor("K=3", elements="W", K=0)),
            (SoapzError, ["nu=7", "soapz compressions"], lambda: Descriptor("nu=7", elements="W")),
            (SoapzError, ["n_max is 99"], lambda: Descriptor("mu=2", elements="W", n_max=99)),
            (SoapzError, ["apart"], lambda: d((["W", "W"], np.zeros((2, 3))))),
            (SoapzError, ["not finite"], lambda: d((["W"], [[0, 0, np.inf]]))),
            (SoapzError, ["no descriptor"], lambda: Descriptor("mu=2", elements="W Ta")(
                (["Mo"], [[0, 0, 0]]))),
            (ValueError, ["0 .. 0"], lambda: d.derivatives((["W"], [[0, 0, 0]]), centres=[1])),
            (SoapzError, ["average"],
             lambda: Descriptor(SOAP + "average=T").derivatives(ATOMS)),
            (SoapzError, ["SOAP terms 0 to 3"], lambda: Potential(
                os.path.join(MODELS, "hea4_nuR1_nuS0", "gp.xml")).descriptor(4))):
        fails(kind, parts, call)


agreement()
derivatives()
turbo()
labels()
refusals()
done()

# SPDX-License-Identifier: BSD-3-Clause
"""soapz.analyse compared with numpy, and exact statements of the paper: ranks of P_l, degenerate pairs,
displacements that do not change vectors of symmetric environments to first order."""
import itertools
import os
import sys
import tempfile
import warnings

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from soapz_cli import check, done, fails  # noqa: E402

import soapz  # noqa: E402
from soapz import Descriptor, analyse  # noqa: E402

FINE = dict(n_max=12, l_max=9, cutoff=5.0, atom_sigma=0.4, central_weight=0.0)
LABELS = ["nu=2", "nu,mu=1,1", "nu,mu*=1,1", "W^T P_l", "nu,mu^=1,1", "nu=2,d_J", "mu=2"]


def on_sphere(points):
    return np.array([[0, 0, 0]] + [[r * np.sin(t) * np.cos(f), r * np.sin(t) * np.sin(f), r * np.cos(t)]
                                   for r, t, f in points])


def dataset(frames, energies=None):
    """frames: (symbols, positions[, cell])"""
    data = soapz.Dataset()
    for k, (symbols, x, *cell) in enumerate(frames):
        atoms = (list(symbols), x, cell[0], True) if cell else (list(symbols), x)
        data.add(atoms, energy=None if energies is None else energies[k])
    return data


def liquids(rng, n_frames, n, elements, edge):
    frames = []
    for _ in range(n_frames):
        x = []
        while len(x) < n:
            at = rng.random(3) * edge
            d = np.array(x).reshape(-1, 3) - at
            if not len(x) or np.linalg.norm(d - edge * np.round(d / edge), axis=1).min() > 1.8:
                x.append(at)
        frames.append((rng.choice(elements, n), np.array(x), np.eye(3) * edge))
    return frames


def test_measures():
    rng = np.random.default_rng(3)
    data = dataset(liquids(rng, 3, 10, ["Mo", "V", "W"], 5.5))
    d = [Descriptor(label, ["V", "Mo", "W"], n_max=4, l_max=3, cutoff=4.0) for label in ("nu=2", "mu=2")]
    metric = analyse.Metric(data, d[0])
    p = metric.distances
    check(p.shape == (30, 30) and np.abs(p - p.T).max() == 0 and (metric.ranks.diagonal() == 0).all(), "distances")
    check((np.sort(metric.ranks, 1) == np.arange(30)).all(), "ranks")
    delta = analyse.imbalance(data, d)
    found = analyse.correlation(data, d)
    check(abs(delta[0, 1] - found[1].imbalance_ab) < 1e-15 and abs(delta[0, 0] - 2 / 30) < 1e-15, "imbalance")
    one = analyse.pairs(data, d[0], [[0, 7], [3, 12]])
    check(np.abs(one - p[[0, 3], [7, 12]]).max() < 1e-7, "pairs")
    part = analyse.pairs(data, d, [[0, 1]], atoms=[3, 12])
    check(len(part) == 2 and abs(part[0][0] - one[1]) < 1e-15, "chosen atoms, a list of descriptors")
    many = analyse.sensitivity(data, d[0], atoms=[1, 11], n_threads=2)
    check(len(many) == 2 and all(v[5] < 1e-20 * v[-1] < 1e-3 * v[6] for v in many), "sensitivity")
    back = analyse.recover(data, Descriptor("Q^T P_l Q", ["V", "Mo", "W"], n_max=4, l_max=3, cutoff=4.0))
    check(back.error.shape == (30,) and back.error.max() < 1e-6, "recovery")
    seen = []
    analyse.Metric(data, d[0], progress=lambda done, count, what: seen.append(what))
    check("environments ranked" in seen, f"progress: {seen}")
    fails(ValueError, ["atoms are 0 .. 29"], lambda: analyse.Metric(data, d[0], atoms=[30]))
    fails(soapz.SoapzError, ["not 1"], lambda: analyse.Metric(data, d[0], atoms=[3]))
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/two.xyz", "w") as f:
            f.write('3\npbc="F F F" Properties=species:S:1:pos:R:3\nMo 0 0 0\nV 2 0 0\nW 0 2.2 0.1\n')
        check(analyse.Metric(folder + "/two.xyz", d[0]).distances.shape == (3, 3), "the path of a file")


def test_learning():
    """The formulae of docs/analyse.md in numpy, the same splits."""
    rng = np.random.default_rng(5)
    frames = liquids(rng, 40, 6, ["Mo", "V", "W"], 4.6)
    energies = rng.normal(size=40) + [-sum({"Mo": 3, "V": 1, "W": 7}[s] for s in f[0]) for f in frames]
    data = dataset(frames, energies)
    d = Descriptor("nu,mu=1,1", ["V", "Mo", "W"], n_max=3, l_max=2, cutoff=4.0)
    orders = np.array([rng.permutation(40)[:32] for _ in range(2)])
    sigmas = [1e-4, 1e-3, 1e-2]
    used = np.unique(orders)
    p = [d((list(f[0]), f[1], f[2], True)) for f in frames]
    c = np.array([[(f[0] == s).sum() for s in ("V", "Mo", "W")] for f in frames], float)
    for zeta in (1, 2):
        k = np.array([[((a @ b.T) ** zeta).sum() for b in p] for a in p])

        def error(train, test, sigma):
            r = energies - c @ np.linalg.lstsq(c[train], energies[train], rcond=None)[0]
            a = k[np.ix_(train, train)] + sigma * k.diagonal()[used].mean() * np.eye(len(train))
            return np.abs(k[np.ix_(test, train)] @ np.linalg.solve(a, r[train]) - r[test]).mean()

        found = analyse.learning(data, d, [10, 24], 8, zeta=zeta, orders=orders, n_folds=4, sigmas=sigmas,
                                 per_frame=True)
        for s, m in itertools.product(range(2), range(2)):
            test, train = orders[s][:8], orders[s][8:8 + (10, 24)[m]]
            folds = np.array_split(train, 4)
            cv = [np.mean([error(np.setdiff1d(train, f), f, g) for f in folds]) for g in sigmas]
            best = sigmas[int(np.argmin(cv))]
            check(found.sigma[s, m] == best, f"sigma {found.sigma[s, m]}, not {best}")
            want = error(train, test, best)
            check(abs(found.mae_frame[s, m] - want) < 1e-4 * want, f"{found.mae_frame[s, m]}, not {want}")
            check(abs(found.mae_atom[s, m] * 6 - want) < 1e-4 * want, "an atom")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        others = dataset([*frames[:31], (["Nb", "V", "Mo", "W", "V", "Mo"], *frames[31][1:])], energies[:32])
        order = [31, *range(31)]  # the only Nb is in the test set
        analyse.learning(others, d, [24], 8, orders=[order])
        sure = len(said)
        analyse.learning(others, d, [24], 8, orders=[order[::-1]])
    check(sure == 1 and len(said) == 1 and "24 training frames of split 1 do not contain Nb" in str(said[0].message),
          f"an element that cannot be learned: {[str(w.message) for w in said]}")
    fails(ValueError, ["need [n_splits][32]"], lambda: analyse.learning(data, d, [24], 8, orders=[[1, 2]]))
    fails(soapz.SoapzError, ["fewer than"], lambda: analyse.learning(data, d, [35], 8))


def gap(label, a, b):
    d = Descriptor(label, sorted({*a[0], *b[0]}), **FINE)
    return analyse.pairs(dataset([a, b]), d, [[0, len(a[0])]])[0]


def test_pairs():
    """Figure 2: a total density with a mirror plane; S1: positions with the same triangles."""
    x = on_sphere([(2.2, 1.1, 0.4), (2.2, 1.1, -0.4), (2.8, 0.7, 1.9), (2.8, 0.7, -1.9)])
    a, b = (["W", "Mo", "V", "Mo", "V"], x), (["W", "Mo", "V", "V", "Mo"], x)
    gaps = {label: gap(label, a, b) for label in LABELS}
    check(abs(gaps["nu=2"] - 0.448) < 1e-3 and abs(gaps["nu=2,d_J"] - 0.042) < 1e-3, f"nu=2: {gaps}")
    check(all(gaps[k] < 1e-7 for k in ("nu,mu=1,1", "nu,mu*=1,1", "nu,mu^=1,1", "mu=2")), f"{gaps}")
    check(abs(gaps["W^T P_l"] - 0.490) < 1e-3, "W^T P_l, seed 1")
    nu2 = Descriptor("nu=2", ["Mo", "V", "W"], **FINE)
    ranks = [analyse.ranks(dataset([a]), nu2, atoms=[0], total=t).max() for t in (False, True)]
    check(ranks == [4, 2], f"ranks {ranks}")
    places = [on_sphere([(2.4, np.pi / 2, k * np.pi / 4) for k in s]) for s in ((0, 1, 3, 4), (0, 1, 2, 5))]
    one = [(["W"] + 4 * ["Mo"], x) for x in places]
    check(all(gap(label, *one) < 1e-12 for label in LABELS), "the same power spectrum")
    kinds = list(itertools.product(["Mo", "V"], repeat=4))
    data = dataset([(["W", *k], x) for x in places for k in kinds])
    atoms = [5 * k for k in range(32)]
    both = [[i, 16 + k] for i in range(16) for k in range(16)]
    same = np.array([sorted(kinds[i]) == sorted(kinds[k - 16]) for i, k in both])
    far = [analyse.pairs(data, Descriptor(label, ["Mo", "V", "W"], **FINE), both, atoms=atoms)
           for label in ("nu=2", "nu,mu=1,1")]
    check(same.sum() == 70 and (far[0][same] < 1e-6).sum() == 12, "12 of 70 colourings")
    check(((far[1] < 1e-6) & (far[0] > 1e-6)).sum() == 0, "none for nu,mu=1,1 alone")


def test_ranks():
    """Rank P_l <= min(2l+1, neighbours); W^T P_l gives P_l back for one to twenty of them."""
    rng = np.random.default_rng(1)
    d = Descriptor("W^T P_l", ["Mo", "V", "W"], **FINE)
    frames = []
    for n in range(1, 21):
        x = [np.zeros(3)]
        while len(x) <= n:
            at = rng.uniform(-2.8, 2.8, 3)
            if min(np.linalg.norm(at - y) for y in x) > 1.2:
                x.append(at)
        frames.append((rng.choice(["Mo", "V", "W"], n + 1), np.array(x)))
    data = dataset(frames)
    first = np.cumsum([0] + [len(f[0]) for f in frames])[:-1]
    values = analyse.singular_values(data, d, atoms=first)
    for n, v in enumerate(values, 1):
        for l in range(10):
            check((v[l][min(2 * l + 1, n):] < 1e-12).all(), f"{n} neighbours, l = {l}")
    check((analyse.ranks(data, d, atoms=first[:1]) == 1).all(), "one neighbour: rank 1")
    back = analyse.recover(data, d, atoms=first)
    check(np.median(back.error) < 1e-12 and back.error.max() < 1e-6, f"recovered: {back.error.max()}")


def elpasolite():
    """Cs2 Na Al F6, a = 8.12 Angstrom, u = 0.22; environments of Al and F"""
    a, u = 8.12, 0.22
    fcc = [(0, 0, 0), (0, .5, .5), (.5, 0, .5), (.5, .5, 0)]
    kinds = [("Al", (0, 0, 0))] + [("F", s) for s in ((u, 0, 0), (-u, 0, 0), (0, u, 0), (0, -u, 0), (0, 0, u),
                                                      (0, 0, -u))]
    kinds += [("Na", (.5, 0, 0)), ("Cs", (.25, .25, .25)), ("Cs", (-.25, -.25, -.25))]
    return ([s for s, _ in kinds for _ in fcc], a * np.array([np.add(x, t) for _, x in kinds for t in fcc]),
            np.eye(3) * a)


def test_symmetry():
    """S4: displacements that are not totally symmetric do not change the vector to first order: 3 of 63 do
    for Al (Oh), and 11 of 60 for F (C4v)."""
    data = dataset([elpasolite()])
    for label in ("nu=2", "nu,mu=1,1", "mu=2"):
        d = Descriptor(label, ["F", "Na", "Al", "Cs"], **{**FINE, "cutoff": 4.2})
        for atom, n, seen in ((0, 63, 3), (4, 60, 11)):
            v = analyse.sensitivity(data, d, atoms=[atom])[0]
            check(len(v) == n and (v > 1e-20 * v[-1]).sum() == seen,
                  f"{label}: {len(v)} eigenvalues, {(v > 1e-20 * v[-1]).sum()} not zero")


for test in (test_measures, test_learning, test_pairs, test_ranks, test_symmetry):
    test()
done()

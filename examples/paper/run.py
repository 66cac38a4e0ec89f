#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The statements of Darby, Kermode and Csanyi (2021) that are about information, measured.

    run.py FIGURE [--data FOLDER] [--few]

FIGURE  table1, ranks   lengths; what is in P_l and comes back from compressions of it
        2, S1           pairs of environments that compressions do not tell apart
        S2              Mo and Ta exchanged round an atom of a liquid, normal and uniform W
        4, 5            correlations and imbalances, of liquids and of molecules
        9, S4           sensitivities, of liquids and of a symmetric crystal
        7, 7z1          learning curves, of molecules and (zeta = 1) of perovskites
        8, S3           force fields of four and of five metals over sparse points, by `soapz fit --curve`
        w               W of W^T P_l trained on a data set, against random ones
        4b              compressed bispectra
--data  folder with HEA_liquid/liquids.xyz, QM9/qm9_10000.xyz, Perov5/perov5.xyz; of 8 and w NbMoTaW/train.xyz,
        test.xyz, multinary24.xyz, of S3 MoNbTaVW/hea.xyz
--few   a shortened form, that of 8, S3 and w on cells made up here
--keep  of 8, S3, w: where models, numbers and pictures stay; what is there is not made again
--points, --part, --threads
        of 8, S3: sparse points in all (4000); one training cell of NbMoTaW in so many (12); threads of a fit (1)

Each prints numbers, and for each statement whether it holds; 1 is returned where one does not.
docs/paper.md has the table."""
import argparse
import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import numpy as np
import soapz
from soapz import Descriptor, analyse

LABELS = ["nu=2", "nu,mu=1,1", "nu,mu*=1,1", "W^T P_l", "nu,mu^=1,1", "nu=2,d_J", "mu=2"]
FINE = dict(n_max=12, l_max=9, cutoff=5.0, atom_sigma=0.4, central_weight=0.0)
failed = []


def states(ok, text):
    print(f"{'holds ' if ok else 'FAILS '} {text}")
    if not ok:
        failed.append(text)


def read(path, chosen=None):
    """[(symbols, positions, cell)] of an extended XYZ file, of the frames chosen"""
    frames = []
    with open(path) as f:
        while line := f.readline():
            comment = f.readline()
            rows = [f.readline().split() for _ in range(int(line))]
            cell = np.reshape(comment.split('Lattice="')[1].split('"')[0].split(), (3, 3)).astype(float) \
                if "Lattice" in comment else None
            frames.append(([r[0] for r in rows], np.array([r[1:4] for r in rows], float), cell))
    return frames if chosen is None else [frames[k] for k in chosen]


def dataset(frames):
    data = soapz.Dataset()
    for symbols, x, cell in frames:
        data.add((symbols, x, cell, True) if cell is not None else (symbols, x))
    return data


def elements(frames):
    """by atomic number, as the command has them: the numbers of W follow this order"""
    return sorted(soapz.structures.as_elements(sorted({s for f in frames for s in f[0]})))


def on_sphere(points):
    return np.array([[0, 0, 0]] + [[r * np.sin(t) * np.cos(f), r * np.sin(t) * np.sin(f), r * np.cos(t)]
                                   for r, t, f in points])


def gap(label, a, b, **settings):
    """|p_a - p_b| of the first atoms of two clusters"""
    d = Descriptor(label, elements([a, b]), **settings)
    return analyse.pairs(dataset([a, b]), d, [[0, len(a[0])]])[0]


# ---- exact statements ----------------------------------------------------------------------


def table1(o):
    command = os.environ.get("SOAPZ", "soapz")
    out = subprocess.run([command, "compressions", "--species", "4", "--n-max", "12", "--l-max", "9", "--json"],
                         capture_output=True, text=True, check=True).stdout
    length = {c["label"]: c["length"] for c in json.loads(out)}
    want = {"nu=2": 11760, "nu,mu=1,1": 5760, "nu,mu*=1,1": 4800, "W^T P_l": 4800, "nu,mu^=1,1": 480,
            "nu=2,d_J": 3000}
    for label, n in want.items():
        states(length[label] == n, f"row 1: {label} has {length[label]} components (S2: {n})")
    for n, s, l_max in ((12, 4, 9), (8, 5, 6)):
        out = subprocess.run([command, "compressions", "--species", str(s), "--n-max", str(n), "--l-max",
                              str(l_max), "--json"], capture_output=True, text=True, check=True).stdout
        q = {c["label"]: c["length"] for c in json.loads(out)}["Q^T P_l Q"]
        formula = sum(n * s * (2 * k + 1) - k * (2 * k + 1) for k in range(l_max + 1))
        states(q == formula, f"row 4: Q^T P_l Q has {q} components, NS(2l+1) - l(2l+1) summed is {formula}")


def cluster(rng, n, kinds):
    """n atoms round a centre, no two closer than 1.2 Angstrom"""
    x = [np.zeros(3)]
    while len(x) <= n:
        at = rng.uniform(-2.8, 2.8, 3)
        if min(np.linalg.norm(at - y) for y in x) > 1.2:
            x.append(at)
    return list(rng.choice(kinds, n + 1)), np.array(x), None


def ranks(o):
    rng = np.random.default_rng(1)
    kinds = ["Mo", "V", "W"]
    frames = [cluster(rng, n, kinds) for n in range(1, 21) for _ in range(1 if o.few else 5)]
    first = np.cumsum([0] + [len(f[0]) for f in frames])[:-1]
    data = dataset(frames)
    value = analyse.singular_values(data, Descriptor("nu=2", kinds, **FINE), atoms=first)
    beyond = max(v[l][min(2 * l + 1, len(f[0]) - 1):].max(initial=0)
                 for f, v in zip(frames, value) for l in range(10))
    states(beyond < 1e-12, f"row 2: singular values of P_l beyond min(2l+1, neighbours) {beyond:.1e} of the largest")
    one = [v for f, v in zip(frames, value) if len(f[0]) == 2]
    states(all((v[:, 1:] < 1e-12).all() for v in one), "row 5: one neighbour: rank 1 for every l")
    for label in ("W^T P_l", "Q^T P_l Q"):
        for weights in ("normal", "uniform"):
            d = Descriptor(label, kinds, weights=weights, **FINE)
            r = analyse.recover(data, d, atoms=first)
            states(np.median(r.error) < 1e-11,
                   f"row 3: {label}, {weights}: |P' - P|/|P| median {np.median(r.error):.1e}, worst "
                   f"{r.error.max():.1e}; condition {np.median(r.condition):.0f}, {r.condition.max():.0e}")


def figure2(o):
    x = on_sphere([(2.2, 1.1, 0.4), (2.2, 1.1, -0.4), (2.8, 0.7, 1.9), (2.8, 0.7, -1.9)])
    a, b = (["W", "Mo", "V", "Mo", "V"], x, None), (["W", "Mo", "V", "V", "Mo"], x, None)
    gaps = {label: gap(label, a, b, **FINE) for label in LABELS}
    print("  ".join(f"{k} {v:.3g}" for k, v in gaps.items()))
    states(gaps["nu=2"] > 0.1, f"row 6: nu=2 tells the pair apart: {gaps['nu=2']:.3f}")
    worst = max(gaps[k] for k in ("nu,mu=1,1", "nu,mu*=1,1", "nu,mu^=1,1", "mu=2"))
    states(worst < 1e-7, f"row 6: nu,mu, nu,mu*, nu,mu^, mu=2 do not: at most {worst:.1e}")
    d = Descriptor("nu=2", ["Mo", "V", "W"], **FINE)
    found = [int(analyse.ranks(dataset([a]), d, atoms=[0], total=t).max()) for t in (False, True)]
    states(found == [4, 2], f"row 6: ranks of P_l, of the total density: {found}")


def figure_s1(o):
    places = [on_sphere([(2.4, np.pi / 2, k * np.pi / 4) for k in s]) for s in ((0, 1, 3, 4), (0, 1, 2, 5))]
    one = [(["W"] + 4 * ["Mo"], x, None) for x in places]
    worst = max(gap(label, *one, **FINE) for label in LABELS)
    states(worst < 1e-12, f"row 7: distinct, the same power spectrum: at most {worst:.1e}")
    four = Descriptor("nu=3", ["Mo", "W"], n_max=4, l_max=4, cutoff=5.0, atom_sigma=0.4, central_weight=0.0)
    apart = analyse.pairs(dataset(one), four, [[0, 5]])[0]
    states(apart > 0.1, f"row 7: products of three densities are {apart:.2f} apart")
    kinds = list(itertools.product(["Mo", "V"], repeat=4))
    data = dataset([(["W", *k], x, None) for x in places for k in kinds])
    both = [[i, 16 + k] for i in range(16) for k in range(16)]
    same = np.array([sorted(kinds[i]) == sorted(kinds[k - 16]) for i, k in both])
    full, short = (analyse.pairs(data, Descriptor(label, ["Mo", "V", "W"], **FINE), both,
                                 atoms=[5 * k for k in range(32)]) for label in ("nu=2", "nu,mu=1,1"))
    n = int(((short < 1e-6) & (full > 1e-6)).sum())
    print(f"nu=2 is degenerate in {(full[same] < 1e-6).sum()} of {same.sum()} pairs of equal composition")
    states(n == 0, f"row 8: pairs that nu=2 tells apart and nu,mu=1,1 does not: {n}")


def neighbours(frame, k, cutoff):
    symbols, x, cell = frame
    out = [(symbols[k], np.zeros(3))]
    for s in itertools.product(range(-2, 3), repeat=3):
        for symbol, r in zip(symbols, x + np.array(s) @ cell - x[k]):
            if 1e-6 < np.linalg.norm(r) < cutoff:
                out.append((symbol, r))
    return [s for s, _ in out], np.array([r for _, r in out]), None


def figure_s2(o):
    """Eight and more neighbours, most of them Mo and Ta, where 1.0 < d(nu=2) < 1.15; the paper's
    two environments are not printed."""
    frames, found = read(o.data + "/HEA_liquid/liquids.xyz"), []
    settings = {**FINE, "cutoff": 3.2, "cutoff_width": 0.1}
    for frame in frames:
        for k in range(len(frame[0])):
            a = neighbours(frame, k, 3.0)
            around = a[0][1:]
            exchanged = [s for s in around if s in ("Mo", "Ta")]
            if len(around) < 8 or len(exchanged) <= 0.5 * len(around) or len({*exchanged}) < 2:
                continue
            b = [{"Mo": "Ta", "Ta": "Mo"}.get(s, s) for s in around]
            pair = a, ([a[0][0], *b], a[1], None)
            if 1.0 < gap("nu=2", *pair, **settings) < 1.15:
                found.append(pair)
    found = found[:2 if o.few else 6]
    print(f"{'':20s} neighbours" + "".join(f"{len(a[0]) - 1:9d}" for a, _ in found))
    gaps = {}
    for label in LABELS:
        if label == "W^T P_l":
            continue
        gaps[label] = np.array([gap(label, a, b, **settings) for a, b in found])
        print(f"{label:31s}" + "".join(f"{g:9.3f}" for g in gaps[label]))
    for weights in ("normal", "uniform"):
        draws = np.array([[gap("W^T P_l", a, b, seed=s, weights=weights, **settings) for a, b in found]
                          for s in range(1, 21)])
        gaps[weights] = draws
        print(f"W^T P_l, {weights:22s}" + "".join(f"{g:9.3f}" for g in draws.mean(0)))
        print(f"{'   +- of 20 seeds':31s}" + "".join(f"{g:9.3f}" for g in draws.std(0)))
    hat, star = gaps["nu,mu^=1,1"], gaps["nu,mu=1,1"]
    states(((star > 0.8) & (star < 0.97) & (hat > 0.8) & (hat < 0.97)).all(), "row 9: nu,mu and nu,mu^ in 0.8 .. 0.97")
    states((abs(star - hat) < 0.03).all(), f"row 9: and within 0.03: {abs(star - hat).max():.3f}")
    states((gaps["nu=2,d_J"] < 0.15).all(), "row 9: d_J below 0.15")
    states((gaps["mu=2"] < 1e-7).all(), "row 9: mu=2 zero")
    for weights in ("normal", "uniform"):
        d = gaps[weights]
        states((abs(d.mean(0) - 0.975) < 0.125).all() and (d.std(0) < 0.07).all(),
               f"row 9: W^T P_l, {weights}: 0.85 .. 1.1, deviation below 0.07; over nu,mu=1,1 by "
               f"{(d.mean(0) - star).mean():.3f} +- {d.std(0).mean():.3f} (the paper: 0.054 +- 0.02)")


# ---- environments of data ------------------------------------------------------------------


def compare(title, frames, atoms, **settings):
    """Agreement with nu=2 of each label"""
    data, kinds = dataset(frames), elements(frames)
    found = analyse.correlation(data, [Descriptor(label, kinds, **settings) for label in LABELS], atoms=atoms)
    print(f"{title}\n{'':12s} {'distances':>10s} {'ranks':>8s} {'nu=2 -> X':>10s} {'X -> nu=2':>10s} near/far")
    for label, a in zip(LABELS, found):
        print(f"{label:12s} {a.distances:10.4f} {a.ranks:8.4f} {a.imbalance_ab:10.4f} {a.imbalance_ba:10.4f} "
              f"{a.near_far:5d}{a.far_near:6d}")
    return dict(zip(LABELS, found))


def figure4(o):
    frames = read(o.data + "/HEA_liquid/liquids.xyz")
    a = compare("Figures 4, 6, S5", frames, range(200) if o.few else None, **FINE)
    near = a["nu,mu=1,1"]
    states(near.ranks > 0.95 and near.near_far == near.far_near == 0,
           f"row 10: nu,mu=1,1: ranks {near.ranks:.3f}, no pair near by one and far by the other")
    states(a["nu=2,d_J"].ranks < 0.45 and a["mu=2"].ranks < 0.25,
           f"row 11: ranks d_J {a['nu=2,d_J'].ranks:.3f}, mu=2 {a['mu=2'].ranks:.3f}")
    if not o.few:
        close = max(a[k].imbalance_ba for k in LABELS[1:5])
        states(close < 0.06 and a["nu=2,d_J"].imbalance_ba > 0.25 and a["mu=2"].imbalance_ba > 0.6,
               f"row 12: Delta(X -> nu=2) at most {close:.3f}, d_J {a['nu=2,d_J'].imbalance_ba:.3f}, "
               f"mu=2 {a['mu=2'].imbalance_ba:.3f}")
        off = max(abs(a["nu,mu^=1,1"][k] - near[k]) for k in (2, 3))
        states(off < 0.01, f"row 14: nu,mu^ and nu,mu differ by {off:.4f}")


def figure5(o):
    """2,000 environments of relaxed molecules"""
    frames = read(o.data + "/QM9/qm9_10000.xyz")
    rng = np.random.default_rng(0)
    frames = [frames[k] for k in rng.permutation(len(frames))[:20 if o.few else 200]]
    n = sum(len(f[0]) for f in frames)
    atoms = np.sort(rng.permutation(n)[:2000])
    a = compare("Figure 5", frames, atoms, n_max=8, l_max=6, cutoff=5.0, atom_sigma=0.4, central_weight=0.0)
    if not o.few:
        states(a["mu=2"].imbalance_ba < 0.1, f"row 13: molecules: Delta(mu=2 -> nu=2) {a['mu=2'].imbalance_ba:.3f}")


def sensitivities(frames, atoms, **settings):
    data, kinds = dataset(frames), elements(frames)
    out = {}
    for label in LABELS:
        found = analyse.sensitivity(data, Descriptor(label, kinds, **settings), atoms=atoms)
        out[label] = [v / v[-1] for v in found]
    return out


def figure9(o):
    frames = read(o.data + "/HEA_liquid/liquids.xyz")
    rng = np.random.default_rng(0)
    n = sum(len(f[0]) for f in frames)
    for n_max, l_max in ((12, 9), (8, 6)):
        atoms = np.sort(rng.permutation(n)[:6 if o.few else 50])
        v = sensitivities(frames, atoms, **{**FINE, "n_max": n_max, "l_max": l_max})
        full, least = np.log10(np.concatenate([x[6:] for x in v["nu=2"]])), {}
        print(f"N={n_max} L={l_max}, {len(atoms)} environments\n{'':12s} {'sixth':>8s} {'seventh':>8s} {'median':>8s}  "
              "log10 ratio to nu=2: mean, least; correlation of logs")
        for label, x in v.items():
            log = np.log10(np.concatenate([e[6:] for e in x]))
            six, seven = max(e[5] for e in x), [e[6] for e in x]
            least[label] = (log - full).min()
            c = np.corrcoef(log, full)[0, 1]
            print(f"{label:12s} {six:8.1e} {min(seven):8.1e} {np.median(seven):8.1e}  {(log - full).mean():+.3f} "
                  f"{least[label]:+.3f} {c:.4f}")
            states(six < 1e-14 and min(seven) > 1e3 * six, f"row 15: {label}: six zero eigenvalues")
            if n_max == 12:
                bound = -1 if label in LABELS[:4] else -2.5
                states(least[label] > bound and c > 0.97, f"row 16: {label}: least {least[label]:+.2f}")


def figure_s4(o):
    a, u = 8.12, 0.22
    fcc = [(0, 0, 0), (0, .5, .5), (.5, 0, .5), (.5, .5, 0)]
    kinds = [("Al", (0, 0, 0)), ("Na", (.5, 0, 0)), ("Cs", (.25, .25, .25)), ("Cs", (-.25, -.25, -.25))]
    kinds += [("F", s * u * e) for e in np.eye(3) for s in (1, -1)]
    frame = [s for s, _ in kinds for _ in fcc], a * np.array([np.add(x, t) for _, x in kinds for t in fcc]), np.eye(3) * a
    for label, found in sensitivities([frame], [0, 16], **{**FINE, "cutoff": 4.2}).items():
        seen = [(len(v), int((v > 1e-20).sum())) for v in found]
        states(seen == [(63, 3), (60, 11)], f"row 17: {label}: eigenvalues, not zero, round Al and F: {seen}")


# ---- learning ------------------------------------------------------------------------------


def curves(path, labels, sizes, n_test, per_frame, n_splits, zeta, **settings):
    data = soapz.Dataset.read(path)
    mae = {}
    for label, more in labels:
        d = Descriptor(label, data.elements, **more, **settings)
        r = analyse.learning(data, d, sizes, n_test, zeta=zeta, n_splits=n_splits, per_frame=per_frame)
        m = 23.060548 * r.mae_frame if per_frame else 1e3 * r.mae_atom
        name = label + "".join(f" {v}" for v in more.values())
        mae[name] = m.mean(0)
        print(f"{name:20s} " + "  ".join(f"{n}: {a:.3f} +- {b:.3f}" for n, a, b in zip(sizes, m.mean(0), m.std(0))),
              flush=True)
    return mae


def figure7(o):
    """QM9, kcal/mol a molecule"""
    labels = [(label, {}) for label in LABELS]
    labels += [("W^T P_l", {"weights": w, "seed": s}) for w in ("normal", "uniform") for s in range(1, 6)]
    sizes = [100, 200] if o.few else [200, 400, 800, 1600]
    m = curves(o.data + "/QM9/qm9_10000.xyz", labels[4:7] if o.few else labels, sizes, 100 if o.few else 400, True,
               1 if o.few else 3, 2, n_max=8, l_max=6, cutoff=4.0, atom_sigma=0.4)
    if o.few:
        return
    ratio = {k: v[-1] / m["nu=2"][-1] for k, v in m.items()}
    states(0.85 < ratio["nu,mu=1,1"] < 1.08, f"row 18: nu,mu=1,1 over nu=2: {ratio['nu,mu=1,1']:.2f}")
    states(0.85 < ratio["nu,mu*=1,1"] < 1.2, f"row 19: nu,mu*: {ratio['nu,mu*=1,1']:.2f}")
    for w in ("normal", "uniform"):
        r = [v for k, v in ratio.items() if f"W^T P_l {w}" in k]
        print(f"row 19: W^T P_l, {w}, of five seeds: {np.mean(r):.2f} +- {np.std(r):.2f}")
    hat = m["nu,mu^=1,1"] / m["nu,mu=1,1"]
    states(hat[-1] > 1.1 and hat[-1] > hat[1], f"row 20: nu,mu^ over nu,mu: {hat.round(2)}")
    states(max(ratio, key=ratio.get) == "mu=2" and m["mu=2"][-1] < 0.6 * m["mu=2"][0], "row 22: mu=2 is worst, and falls")


def figure7_zeta1(o):
    """Perovskites of 56 elements, meV/atom"""
    labels = [(k, {}) for k in ("nu=2", "nu,mu=1,1", "nu,mu^=1,1", "nu=2,d_J", "mu=2")]
    sizes = [100, 200] if o.few else [250, 500, 1000, 2000]
    m = curves(o.data + "/Perov5/perov5.xyz", labels[2:] if o.few else labels, sizes, 200 if o.few else 400, False,
               1 if o.few else 3, 1, n_max=4, l_max=3, cutoff=5.0, atom_sigma=0.5)
    if o.few:
        return
    slope = {k: np.polyfit(np.log(sizes), np.log(v), 1)[0] for k, v in m.items()}
    print("slopes", {k: round(v, 2) for k, v in slope.items()})
    last = {k: v[-1] for k, v in m.items()}
    states(abs(last["nu=2,d_J"] / last["mu=2"] - 1) < 0.03 and min(last["nu=2,d_J"], last["mu=2"]) > 2 * last["nu=2"],
           "row 23: d_J no better than mu=2, both twice nu=2")
    states(0.85 < last["nu,mu=1,1"] / last["nu=2"] < 1.1, f"row 23: nu,mu over nu=2 {last['nu,mu=1,1'] / last['nu=2']:.2f}")
    states(slope["nu=2"] < -0.3 and min(slope["mu=2"], slope["nu=2,d_J"]) > -0.1, "row 23: slopes")
    states(max(m["nu,mu=1,1"][0], m["nu,mu^=1,1"][0]) < m["nu=2"][0], "row 23: short ones better with little data")
    states(last["nu,mu^=1,1"] < 1.2 * last["nu=2"], f"row 20: nu,mu^ over nu=2 {last['nu,mu^=1,1'] / last['nu=2']:.2f}")


# ---- force fields --------------------------------------------------------------------------

# The paper does not print its settings. Energies of free atoms, core and sigmas are those of
# potentials/*/balanced.conf, but those of single kinds of cells of NbMoTaW, which were chosen for larger fits: 0.005 eV/A
# for alloys of four makes 2b+3b overfit them. Of the descriptors' settings, made alike for both alloys:
PAIRS = """
[distance_2b]
cutoff = 4.6
cutoff_width = 1.0
theta = 1.0
delta = 5.0
n_sparse = 15
"""
TRIPLETS = """
[angle_3b]
cutoff = 4.6
cutoff_width = 1.0
theta = 2.0
delta = 1.0
sparse = uniform
n_sparse = {points}
"""
SOAP = """
[soap]
n_max = {n_max}
l_max = {l_max}
cutoff = 4.6
cutoff_width = 1.0
atom_sigma = 0.5
compression = {label}
zeta = 2
delta = 1.0
sparse = random
n_sparse = {points}
radial_tolerance = {tolerance}
{more}
"""
FIELDS = ["nu=2", "nu,mu=1,1", "nu,mu^=1,1", "2b+3b"]
ALLOYS = {"NbMoTaW": ["Nb", "Mo", "Ta", "W"], "MoNbTaVW": ["Mo", "Nb", "Ta", "V", "W"]}
TAKEN_TO = {"NbMoTaW": "# hot elements", "MoNbTaVW": "[distance_2b]"}  # of balanced.conf
POTENTIALS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "potentials")


def texts(path):
    """the frames of an extended XYZ file as they stand there"""
    with open(path) as f:
        return [n + "".join(f.readline() for _ in range(int(n) + 1)) for n in iter(f.readline, "")]


def dealt(frames, every):
    """of each config_type one frame of so many; the others"""
    seen, taken, left = {}, [], []
    for frame in frames:
        kind = re.search(r"config_type=(\S+)", frame)[1]
        seen[kind] = seen.get(kind, -1) + 1
        (left if seen[kind] % every else taken).append(frame)
    return taken, left


def invented(alloy, n):
    """random bcc cells of 16 atoms with the energies and forces of a potential of this project"""
    rng, kinds, frames = np.random.default_rng(1), ALLOYS[alloy], []
    potential = soapz.Potential(os.path.join(POTENTIALS, alloy, "balanced.soapz"))
    sites = np.array([(x, y, z) for x in range(2) for y in range(2) for z in range(2)], float)
    for _ in range(n):
        a = rng.uniform(3.05, 3.35)
        x = a * np.concatenate([sites, sites + 0.5]) + rng.normal(0, 0.12, (16, 3))
        symbols, cell = list(rng.choice(kinds, 16)), 2 * a * np.eye(3)
        p = potential.predict((symbols, x, cell, True))
        frames.append(f'16\nLattice="{" ".join(map(str, cell.ravel()))}" Properties=species:S:1:pos:R:3:forces:R:3 '
                      f'energy={p.energy} config_type=random pbc="T T T"\n' +
                      "".join(" ".join([s, *map(str, [*r, *f])]) + "\n" for s, r, f in zip(symbols, x, p.forces)))
    return frames


def kept(o):
    """the folder of models and numbers, which goes at the end if nobody named one"""
    if not o.keep:
        folder = tempfile.TemporaryDirectory(prefix="soapz-paper-")
        o.keep, o.folder = folder.name, folder
    os.makedirs(o.keep, exist_ok=True)
    return os.path.abspath(o.keep)


def fit(o, alloy, name, sections, train, test):
    """the learning curve on the test cells; it is not made again if nothing has changed"""
    path = os.path.join(kept(o), name)
    with open(os.path.join(POTENTIALS, alloy, "balanced.conf")) as f:
        conf = f.read().split(TAKEN_TO[alloy])[0] + sections
    recipe = hashlib.sha256("".join([conf, *train, "|", *test]).encode()).hexdigest()
    if os.path.exists(path + ".recipe") and open(path + ".recipe").read() == recipe:
        return json.load(open(path + ".json"))
    for end, text in ((".conf", conf), (".train.xyz", "".join(train)), (".test.xyz", "".join(test))):
        with open(path + end, "w") as f:
            f.write(text)
    words = [f"train={path}.train.xyz", f"test={path}.test.xyz", f"model={path}.soapz"]
    with open(path + ".log", "w") as log:  # in the folder of the .conf, for its core
        subprocess.run([os.environ.get("SOAPZ", "soapz"), "fit", path + ".conf", *words, "--curve", path + ".json",
                        "--threads", str(o.threads)], cwd=os.path.join(POTENTIALS, alloy),
                       stdout=log, stderr=subprocess.STDOUT, check=True)
    with open(path + ".recipe", "w") as f:
        f.write(recipe)
    return json.load(open(path + ".json"))


def judged(o, name, kinds):
    """{kind: (force rmse, energy rmse)} of the model in its file on its test cells; kinds: patterns of config_type"""
    path = os.path.join(kept(o), name)
    words = [path + ".soapz", path + ".test.xyz", "--no-variance", "--threads", str(o.threads)]
    subprocess.run([os.environ.get("SOAPZ", "soapz"), "validate", *words, "--json", path + ".errors.json"],
                   stdout=subprocess.DEVNULL, check=True)
    with open(path + ".errors.json") as f:
        errors = json.load(f)["models"][0]["errors"]["config_type"]
    of = {kind: [e for k, e in errors.items() if re.search(pattern, k)] for kind, pattern in kinds.items()}
    return {kind: [np.sqrt(sum(e[q]["n"] * e[q]["rmse"] ** 2 for e in some) / sum(e[q]["n"] for e in some))
                   for q in ("force", "energy")] for kind, some in of.items() if some}


def microseconds(model, alloy):
    """CPU time of energies and forces an atom, of 432 atoms of the random alloy on one core"""
    rng, potential, t = np.random.default_rng(1), soapz.Potential(model), []
    sites = np.array(list(itertools.product(range(6), repeat=3)), float)
    x = 3.25 * np.concatenate([sites, sites + 0.5]) + rng.uniform(-0.1, 0.1, (432, 3))
    frame = list(rng.choice(ALLOYS[alloy], 432)), x, 6 * 3.25 * np.eye(3), True
    for _ in range(5):
        start = time.process_time()
        potential.predict(frame)
        t.append(time.process_time() - start)
    return 1e6 * min(t) / 432


def sections(label, alloy, points, n_max, l_max):
    """so many sparse points in all: shared by the elements or by the kinds of triplets"""
    s = len(ALLOYS[alloy])
    if label == "2b+3b":
        return PAIRS + TRIPLETS.format(points=max(1, points // (s * s * (s + 1) // 2)))
    return PAIRS + SOAP.format(label=label, points=max(1, points // s), n_max=n_max, l_max=l_max, tolerance=0.01,
                               more="")


def force_fields(o, alloy, train, test, points, kinds, n_max=8, l_max=6):
    """{label: (sparse points, force rmse, energy rmse, microseconds where they were taken)}"""
    print(f"{alloy}: {len(train)} cells fitted, {len(test)} judged; n_max={n_max} l_max={l_max}")
    out = {}
    for label in FIELDS:
        name = f"{alloy}_{slug(label)}"
        c = fit(o, alloy, name, sections(label, alloy, points, n_max, l_max), train, test)
        rows = c["models"][-len(c["n_unknowns"]):]
        n = np.array(c["n_unknowns"]) - c["n_whole"]
        cost = np.full(len(n), np.nan)
        cost[-1] = microseconds(os.path.join(kept(o), name + ".soapz"), alloy)
        for k in () if o.few else range(0, len(n) - 2, 2):  # models as long, of few cells
            small = f"{name}_{n[k]}"
            fit(o, alloy, small, sections(label, alloy, n[k], n_max, l_max), dealt(train, 4)[0], test[:1])
            cost[k] = microseconds(os.path.join(kept(o), small + ".soapz"), alloy)
        error = [[r[k][mean] for r in rows] for k in ("force", "energy") for mean in ("rmse", "mae")]
        out[label] = n, np.array(error[0]), np.array(error[2]), cost
        for m, f, df, e, de, t in zip(n, *error, cost):
            print(f"{label:12s} {m:6d} points: force RMSE {f:.4f}, MAE {df:.4f} eV/A, energy {1e3 * e:7.2f}, {1e3 * de:7.2f} "
                  "meV/atom" + (f", {t:.1f} us an atom" if t == t else ""), flush=True)
        for kind, (f, e) in judged(o, name, kinds).items():
            print(f"{'':12s} {kind}: force RMSE {f:.4f} eV/A, energy {1e3 * e:.2f} meV/atom")
    draw_fields(os.path.join(kept(o), alloy + ".svg"), alloy, out)
    return out


def slug(label):
    return re.sub(r"[^a-z0-9]", "", label.replace("^", "hat").replace("+", "and"))


def draw_fields(path, alloy, fields):
    from soapz.curve import plain, ticks
    from soapz.pictures import COLOURS, plt
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.6))
    places = [(0, 1, 1, "sparse points", "force RMSE, eV/Å"), (0, 2, 1e3, "sparse points", "energy RMSE, meV/atom"),
              (3, 1, 1, "µs an atom, one core", "force RMSE, eV/Å")]
    for a, (x, y, scale, xlabel, ylabel) in zip(axes, places):
        ends = {}
        for (label, v), colour in zip(fields.items(), COLOURS):
            seen = np.isfinite(v[x])
            a.plot(v[x][seen], scale * v[y][seen], "o-", color=colour, ms=4, lw=1.4)
            ends[label] = v[x][-1], scale * v[y][-1], colour
        a.set(xscale="log", yscale="log", xlabel=xlabel, ylabel=ylabel)
        ticks(a.xaxis, list(fields["nu=2"][0][1::2])) if x == 0 else plain(a.xaxis)
        plain(a.yaxis)
        a.set_xlim(right=a.get_xlim()[1] * (a.get_xlim()[1] / a.get_xlim()[0]) ** 0.3)
        a.set_ylim(top=1.15 * scale * max(v[y].max() for label, v in fields.items() if label != "2b+3b"))
        low, high = np.log(a.get_ylim())
        at = -np.inf
        for label, (u, v, colour) in sorted(ends.items(), key=lambda e: e[1][1]):  # names keep their distance
            at = max(at + 0.055 * (high - low), np.log(v))
            a.annotate(label, (u, np.exp(at)), xytext=(6, 0), color=colour, textcoords="offset points", fontsize=8,
                       va="center")
    figure.suptitle(f"{alloy}, cells that were not fitted", fontsize=9.5)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def figure8(o):
    """NbMoTaW: crystals, surfaces, hot crystals, alloys"""
    if o.few:
        cells = invented("NbMoTaW", 60)
        f = force_fields(o, "NbMoTaW", cells[20:], cells[:20], 160, {}, n_max=4, l_max=3)
    else:
        four, some = dealt(texts(o.data + "/NbMoTaW/multinary24.xyz"), 4)
        train = dealt(texts(o.data + "/NbMoTaW/train.xyz"), o.part)[0] + some
        test = dealt(texts(o.data + "/NbMoTaW/test.xyz"), 2)[0] + four
        f = force_fields(o, "NbMoTaW", train, test, o.points, {
            "elements": "^[A-Z][a-z]?_Test", "binaries": "[A-Z].?[A-Z].?_Test", "four elements": "Multinary"})
    row24(f, o.few)


def row24(f, few):
    first, last = ({k: v[1][m] for k, v in f.items()} for m in (0, -1))
    slope = {k: np.log(v[1][-1] / v[1][-2]) / np.log(v[0][-1] / v[0][-2]) for k, v in f.items() if k != "2b+3b"}
    print("slopes at the end", {k: round(v, 3) for k, v in slope.items()})
    states(min(last, key=last.get) == "nu,mu=1,1", f"row 24: best with most points: {min(last, key=last.get)}")
    states(first["nu,mu^=1,1"] < first["nu=2"], f"row 24: with fewest points nu,mu^ {first['nu,mu^=1,1']:.3f}, "
           f"nu=2 {first['nu=2']:.3f}")
    if not few:
        states(slope["nu,mu^=1,1"] > 0.5 * slope["nu=2"], f"row 24: slopes at the end: nu,mu^ "
               f"{slope['nu,mu^=1,1']:.2f}, nu=2 {slope['nu=2']:.2f}")


def figure_s3(o):
    """MoNbTaVW: half of its disordered cells of five elements are judged"""
    if o.few:
        cells = invented("MoNbTaVW", 60)
        f = force_fields(o, "MoNbTaVW", cells[20:], cells[:20], 160, {}, n_max=4, l_max=3)
    else:
        five = [(c, "quinary" in c.split("\n", 2)[1]) for c in texts(o.data + "/MoNbTaVW/hea.xyz")]
        test, some = dealt([c for c, is_five in five if is_five], 2)
        train = [c for c, is_five in five if not is_five] + some
        f = force_fields(o, "MoNbTaVW", train, test, o.points, {
            "crystals, 54 atoms": "bcc54", "cells of 125 to 133 atoms": "large"})
    energy = {k: 1e3 * v[2][-1] for k, v in f.items()}
    states(energy["nu,mu=1,1"] < energy["2b+3b"],
           "row 25: energy RMSE, meV/atom: " + ", ".join(f"{k} {v:.1f}" for k, v in energy.items()))


# ---- extensions ----------------------------------------------------------------------------


def optimised_w(o):
    """W^T P_l with ten random W, and with W trained on energies and forces of the training cells (the adjoint of the
    fit: docs/compressions.md, Maps from data); the model's file holds it"""
    if o.few:
        cells = invented("NbMoTaW", 60)
        test, train, seeds, size = cells[:20], cells[20:], 2, dict(n_max=4, l_max=2, points=20)
    else:
        four, some = dealt(texts(o.data + "/NbMoTaW/multinary24.xyz"), 4)
        train = dealt(texts(o.data + "/NbMoTaW/train.xyz"), 2 * o.part)[0] + some
        test = dealt(texts(o.data + "/NbMoTaW/test.xyz"), 4)[0] + four
        seeds, size = 10, dict(n_max=4, l_max=3, points=100)
    runs = [(w, s, "") for w in ("normal", "uniform") for s in range(1, seeds + 1)]
    runs += [(w, s, "compression_train = 60") for w in ("normal", "uniform") for s in range(1, 2 if o.few else 4)]
    runs += [("pca", 1, "compression_start = pca"), ("pca", 1, "compression_start = pca\ncompression_train = 60")]
    mae, in_file = {}, True
    for w, seed, train_key in runs:
        kind = w + ("" if "train" not in train_key else ", trained")
        drawn = "compression_weights = uniform\n" if w == "uniform" else ""
        more = f"compression_seed = {seed}\n{drawn}{train_key}"
        text = PAIRS + SOAP.format(label="W^T P_l", tolerance=0, more=more, **size)
        c = fit(o, "NbMoTaW", f"w_{slug(kind)}_{seed}", text, train, test)
        last = c["models"][-1]
        read, = judged(o, f"w_{slug(kind)}_{seed}", {"all": ""}).values()
        in_file &= abs(read[0] / last["force"]["rmse"] - 1) < 1e-5
        mae.setdefault(kind, []).append((last["force"]["mae"], 1e3 * last["energy"]["mae"]))
        print(f"W {kind:16s} seed {seed:2d}: force {mae[kind][-1][0]:.4f} eV/A, energy {mae[kind][-1][1]:.2f} meV/atom",
              flush=True)
    for kind, v in mae.items():
        (f, e), (df, de) = np.mean(v, 0), np.std(v, 0)
        print(f"W {kind:16s} of {len(v):2d}: force {f:.4f} +- {df:.4f} eV/A, energy {e:.2f} +- {de:.2f} meV/atom")
    states(in_file, "row 29: the models' files hold their W: the same errors when read")
    mean, deviation = np.mean(mae["normal"], 0), np.std(mae["normal"], 0)
    best = np.mean(mae["normal, trained"], 0)
    if o.few:
        before = mae["normal"][0][0]
        return states(best[0] < before, f"row 29: forces, W trained {best[0]:.3f}, before {before:.3f}")
    states((best < mean - deviation).all(), "row 29: trained W below the mean of random ones by "
           + " and ".join(f"{g:.1f}" for g in (mean - best) / deviation) + " deviations (forces, energies)")


def four_body(o):
    """Lengths of compressed bispectra, and the pair of S1 by them"""
    command = os.environ.get("SOAPZ", "soapz")
    want = {"nu=3": 16608, "nu,nu^,mu=1,1,1": 5888, "nu,mu,mu^=1,1,1": 1472, "nu,nu^,mu^=1,1,1": 1472,
            "nu,mu^=1,2": 240, "mu=3": 304}
    out = subprocess.run([command, "compressions", "--species", "4", "--n-max", "4", "--l-max", "3", "--json"],
                         capture_output=True, text=True, check=True).stdout
    length = {c["label"]: c["length"] for c in json.loads(out)}
    states(all(length[k] == n for k, n in want.items()),
           "row 30: lengths " + ", ".join(f"{k} {length[k]}" for k in want))
    a, b = [(["W"] + 4 * ["Mo"], on_sphere([(2.4, np.pi / 2, k * np.pi / 4) for k in s]), None)
            for s in ((0, 1, 3, 4), (0, 1, 2, 5))]
    small = dict(n_max=4, l_max=3, cutoff=5.0, atom_sigma=0.4, central_weight=0.0)
    apart = {k: gap(k, a, b, **small) for k in want}
    states(gap("nu=2", a, b, **small) < 1e-12 and min(apart.values()) > 1e-3,
           "row 30: what nu=2 does not tell apart: " + ", ".join(f"{k} {g:.3f}" for k, g in apart.items()))


FIGURES = {"table1": table1, "ranks": ranks, "2": figure2, "S1": figure_s1, "S2": figure_s2, "4": figure4,
           "5": figure5, "9": figure9, "S4": figure_s4, "7": figure7, "7z1": figure7_zeta1,
           "8": figure8, "S3": figure_s3, "w": optimised_w, "4b": four_body}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("figure", nargs="+", choices=FIGURES)
    p.add_argument("--data", default="../shared/data")
    p.add_argument("--few", action="store_true")
    p.add_argument("--keep", metavar="FOLDER")
    p.add_argument("--points", type=int, default=4000)
    p.add_argument("--part", type=int, default=12)
    p.add_argument("--threads", type=int, default=1)
    o = p.parse_args()
    for figure in o.figure:
        FIGURES[figure](o)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The statements of Darby, Kermode and Csanyi (2021) that are about information, measured.

    run.py FIGURE [--data FOLDER] [--few] [--pictures FOLDER] [--keep FOLDER]

FIGURE      table1, ranks   lengths; what is in P_l and comes back from compressions of it
            2, S1           pairs of environments that compressions do not tell apart
            S2              Mo and Ta exchanged round an atom of a liquid, normal and uniform W
            4, 5            correlations and imbalances, of liquids and of molecules (also 6, S5)
            9, S4           sensitivities, of liquids and of a symmetric crystal
            7, 7z1          learning curves, of molecules and (zeta = 1) of perovskites
            7large          of up to 10,000 molecules
            10              learning curves with symmetry functions
--data      folder with HEA_liquid/liquids.xyz, QM9/qm9_10000.xyz, Perov5/perov5.xyz
--qm9pack   folder with qm9_part1.csv, .. of the package qm9pack, for 7large
--few       a shortened form
--pictures  folder for figure4.svg, ..
--keep      folder for the numbers of learning curves; those that are there are not computed again

Each prints numbers, and for each statement whether it holds; 1 is returned where one does not.
docs/paper.md has the table."""
import argparse
import ast
import csv
import glob
import itertools
import json
import os
import resource
import subprocess
import sys
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
    shown = {label: (gaps[label], 0 * star) for label in LABELS if label in gaps}
    shown |= {f"W^T P_l {w}": (gaps[w].mean(0), gaps[w].std(0)) for w in ("normal", "uniform")}
    return {"figureS2": ("pairs", shown, {"nu=2": 1.07, "nu,mu=1,1": 0.856, "nu,mu*=1,1": 0.849,
                                          "nu,mu^=1,1": 0.856, "nu=2,d_J": 0.106, "W^T P_l": 0.91})}


# ---- environments of data ------------------------------------------------------------------


def compare(title, frames, atoms, **settings):
    """Agreement with nu=2 of each label, with the pairs in bins of their distances and ranks"""
    data, kinds = dataset(frames), elements(frames)
    metrics = [analyse.Metric(data, Descriptor(label, kinds, **settings), atoms=atoms) for label in LABELS]
    found, n = [metrics[0].compare(m) for m in metrics], len(metrics[0].ranks)
    pair = ~np.eye(n, dtype=bool)

    def counts(a, b):
        return np.histogram2d(a[pair] / a.max(), b[pair] / b.max(), 48, [[0, 1], [0, 1]])[0]

    d, r = metrics[0].distances, metrics[0].ranks
    shown = {label: {**a._asdict(), "distances_counts": counts(d, m.distances), "ranks_counts": counts(r, m.ranks)}
             for label, a, m in zip(LABELS, found, metrics)}
    print(f"{title}\n{'':12s} {'distances':>10s} {'ranks':>8s} {'nu=2 -> X':>10s} {'X -> nu=2':>10s} near/far")
    for label, a in zip(LABELS, found):
        print(f"{label:12s} {a.distances:10.4f} {a.ranks:8.4f} {a.imbalance_ab:10.4f} {a.imbalance_ba:10.4f} "
              f"{a.near_far:5d}{a.far_near:6d}")
    return dict(zip(LABELS, found)), shown, n


def figure4(o):
    frames = read(o.data + "/HEA_liquid/liquids.xyz")
    a, shown, n = compare("Figures 4, 6, S5", frames, range(200) if o.few else None, **FINE)
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
    title = f"{n} environments of liquids: pairs by distance and rank"
    return {"figure4": ("correlation", shown, ["nu,mu=1,1", "nu=2,d_J"], title),
            "figureS5": ("correlation", shown, ["nu,mu*=1,1", "W^T P_l", "nu,mu^=1,1", "mu=2"], title),
            "figure6": ("imbalance", shown, n, f"{n} environments of liquids")}


def figure5(o):
    """2,000 environments of relaxed molecules"""
    frames = read(o.data + "/QM9/qm9_10000.xyz")
    rng = np.random.default_rng(0)
    frames = [frames[k] for k in rng.permutation(len(frames))[:20 if o.few else 200]]
    n = sum(len(f[0]) for f in frames)
    atoms = np.sort(rng.permutation(n)[:2000])
    a, shown, n = compare("Figure 5", frames, atoms, n_max=8, l_max=6, cutoff=5.0, atom_sigma=0.4, central_weight=0.0)
    if not o.few:
        states(a["mu=2"].imbalance_ba < 0.1, f"row 13: molecules: Delta(mu=2 -> nu=2) {a['mu=2'].imbalance_ba:.3f}")
    return {"figure5": ("imbalance", shown, n, f"{n} environments of molecules")}


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
        if n_max == 12:
            shown = {label: np.concatenate([e[6:] for e in x]) for label, x in v.items()}
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
    return {"figure9": ("sensitivity", shown)}


def figure_s4(o):
    a, u = 8.12, 0.22
    fcc = [(0, 0, 0), (0, .5, .5), (.5, 0, .5), (.5, .5, 0)]
    kinds = [("Al", (0, 0, 0)), ("Na", (.5, 0, 0)), ("Cs", (.25, .25, .25)), ("Cs", (-.25, -.25, -.25))]
    kinds += [("F", s * u * e) for e in np.eye(3) for s in (1, -1)]
    frame = [s for s, _ in kinds for _ in fcc], a * np.array([np.add(x, t) for _, x in kinds for t in fcc]), np.eye(3) * a
    found_all = sensitivities([frame], [0, 16], **{**FINE, "cutoff": 4.2})
    for label, found in found_all.items():
        seen = [(len(v), int((v > 1e-20).sum())) for v in found]
        states(seen == [(63, 3), (60, 11)], f"row 17: {label}: eigenvalues, not zero, round Al and F: {seen}")
    return {"figureS4": ("symmetric", found_all)}


# ---- learning ------------------------------------------------------------------------------


def once(o, key, work):
    """The numbers of key in learning.json of the folder --keep, or those of work(), which are added to it."""
    if not o.keep:
        return work()
    os.makedirs(o.keep, exist_ok=True)
    path, key = os.path.join(o.keep, "learning.json"), json.dumps(key)
    table = json.load(open(path)) if os.path.exists(path) else {}
    if key not in table:
        table[key] = work()
        with open(path + ".part", "w") as f:
            json.dump(table, f, indent=1)
        os.replace(path + ".part", path)
    return table[key]


def learn(o, data, where, text, make, sizes, n_test, n_splits, zeta, per_frame=True, sigma=(-10, -1)):
    """(mean, deviation) over the splits of the errors, kcal/mol a frame or meV/atom, with the time and
    the largest memory that they took; make() gives the descriptor; sigma are powers of ten"""
    def work():
        start = time.process_time()
        r = analyse.learning(data, make(), sizes, n_test, zeta=zeta, n_splits=n_splits, per_frame=per_frame,
                             sigmas=10.0 ** np.arange(sigma[0], sigma[1] + 1))
        m = 23.060548 * r.mae_frame if per_frame else 1e3 * r.mae_atom
        return {"mean": m.mean(0).tolist(), "deviation": m.std(0).tolist(), "cpu_s": time.process_time() - start,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}

    found = once(o, [where, text, sizes, n_test, n_splits, zeta, sigma], work)
    print(f"{text:31s} " + "  ".join(f"{n}: {a:.3f} +- {b:.3f}" for n, a, b in
                                     zip(sizes, found["mean"], found["deviation"])) +
          f"  {found['cpu_s']:.0f} s of CPU, {found['peak_mb']:.0f} MB", flush=True)
    return np.array(found["mean"]), np.array(found["deviation"])


def curves(o, data, where, labels, sizes, n_test, n_splits, zeta, per_frame=True, **settings):
    """{label: (mean, deviation)}; labels: [(label, settings of its own)]"""
    found = {}
    for label, more in labels:
        name = label + "".join(f" {v}" for v in more.values())
        found[name] = learn(o, data, where, name, lambda: Descriptor(label, data.elements, **more, **settings), sizes,
                            n_test, n_splits, zeta, per_frame)
    return found


SMALL = dict(n_max=8, l_max=6, cutoff=4.0, atom_sigma=0.4)
MOLECULES = "training molecules", "MAE, kcal/mol a molecule"


def figure7(o):
    """QM9, kcal/mol a molecule"""
    labels = [(label, {}) for label in LABELS]
    labels += [("W^T P_l", {"weights": w, "seed": s}) for w in ("normal", "uniform") for s in range(1, 6)]
    sizes = [100, 200] if o.few else [200, 400, 800, 1600]
    data = soapz.Dataset.read(o.data + "/QM9/qm9_10000.xyz")
    found = curves(o, data, "QM9", labels[4:7] if o.few else labels, sizes, 100 if o.few else 400, 1 if o.few else 3,
                   2, **SMALL)
    m = {k: v[0] for k, v in found.items()}
    shown = {label: found[label] for label in LABELS if label in found}
    if o.few:
        return {"figure7": ("learning", shown, sizes, MOLECULES, "QM9")}
    ratio = {k: v[-1] / m["nu=2"][-1] for k, v in m.items()}
    states(ratio["nu,mu=1,1"] < 1.08, f"row 18: nu,mu=1,1 over nu=2: {ratio['nu,mu=1,1']:.2f}")
    states(ratio["nu,mu*=1,1"] < 1.2, f"row 19: nu,mu*: {ratio['nu,mu*=1,1']:.2f}")
    for w in ("normal", "uniform"):
        r = np.array([v / m["nu=2"] for k, v in m.items() if f"W^T P_l {w}" in k])
        print(f"row 19: W^T P_l, {w}, over nu=2, five seeds: " +
              ", ".join(f"{a:.2f} +- {b:.2f}" for a, b in zip(r.mean(0), r.std(0))))
    hat = m["nu,mu^=1,1"] / m["nu,mu=1,1"]
    states(hat[-1] > 1.1 and hat[-1] > hat[1], f"row 20: nu,mu^ over nu,mu: {hat.round(2)}")
    print(f"row 21: d_J over nu=2: {(m['nu=2,d_J'] / m['nu=2']).round(2)}")
    states(max(ratio, key=ratio.get) == "mu=2" and m["mu=2"][-1] < 0.6 * m["mu=2"][0], "row 22: mu=2 is worst, and falls")
    return {"figure7": ("learning", shown, sizes, MOLECULES, r"QM9, $\zeta=2$, three splits")}


def molecules(folder, n):
    """n molecules of qm9pack: pip download --no-deps qm9pack==1.0.3, unzip"""
    csv.field_size_limit(sys.maxsize)
    rows, data = [], soapz.Dataset()
    for path in sorted(glob.glob(folder + "/qm9_part*.csv")):
        with open(path, newline="") as file:
            rows += [(r["Elements"], r["XYZ_Ang"], r["InternalEnergy_0K_au"]) for r in csv.DictReader(file)]
    if len(rows) < n:
        sys.exit(f"run.py: {folder} has {len(rows)} molecules, fewer than {n}; --qm9pack names the folder of "
                 "qm9_part1.csv, .. of the package qm9pack")
    for k in np.sort(np.random.default_rng(1).choice(len(rows), n, replace=False)):
        symbols, x, energy = (ast.literal_eval(t) for t in rows[k])
        data.add((symbols, np.round(x, 6)), energy=round(27.211386245988 * energy, 6))
    return data


def figure7_large(o):
    """Up to 10,000 molecules of QM9 (the longest vectors: 5,000), one split, 1,000 judged; zeta 1 too"""
    n_test, sizes = (20, [20, 40]) if o.few else (1000, [625, 1250, 2500, 5000, 10000])
    data, short = molecules(o.qm9pack, n_test + sizes[-1]), ("nu,mu=1,1", "nu,mu^=1,1", "mu=2")

    def of(zeta, to_last):
        return {label: learn(o, data, "qm9pack", label, lambda: Descriptor(label, data.elements, **SMALL),
                             sizes if label in to_last else sizes[:-1], n_test, 1, zeta,
                             sigma=(-8, -4) if zeta == 2 else (-10, -1)) for label in LABELS}

    found, linear = of(2, short), of(1, LABELS[1:])
    pictures = {"figure7large": ("learning", found, sizes, MOLECULES, r"QM9, $\zeta=2$"),
                "figure7ridge": ("learning", linear, sizes, MOLECULES, r"QM9, $\zeta=1$")}
    if o.few:
        return pictures
    m = {k: v[0] for k, v in found.items()}
    for label in LABELS[1:]:
        print(f"{label:12s} over nu=2: {(m[label][:4] / m['nu=2']).round(2)}, over nu,mu=1,1: "
              f"{(m[label] / m['nu,mu=1,1'][:len(m[label])]).round(2)}")
    hat = m["nu,mu^=1,1"] / m["nu,mu=1,1"]
    states(m["nu,mu=1,1"][3] < 1.08 * m["nu=2"][3], "row 18: nu,mu=1,1 over nu=2 at 5,000")
    states(hat[-1] > hat[0], f"row 20: nu,mu^ over nu,mu grows: {hat.round(2)}")
    return pictures


def figure7_zeta1(o):
    """Perovskites of 56 elements, meV/atom"""
    labels = [(k, {}) for k in ("nu=2", "nu,mu=1,1", "nu,mu^=1,1", "nu=2,d_J", "mu=2")]
    sizes = [100, 200] if o.few else [250, 500, 1000, 2000]
    data = soapz.Dataset.read(o.data + "/Perov5/perov5.xyz")
    found = curves(o, data, "Perov5", labels[2:] if o.few else labels, sizes, 200 if o.few else 400, 1 if o.few else 3,
                   1, False, n_max=4, l_max=3, cutoff=5.0, atom_sigma=0.5)
    m = {k: v[0] for k, v in found.items()}
    pictures = {"figure7z1": ("learning", found, sizes, ("training cells", "MAE, meV/atom"),
                              r"perovskites of 56 elements, $\zeta=1$")}
    if o.few:
        return pictures
    slope = {k: np.polyfit(np.log(sizes), np.log(v), 1)[0] for k, v in m.items()}
    print("slopes", {k: round(v, 2) for k, v in slope.items()})
    last = {k: v[-1] for k, v in m.items()}
    states(abs(last["nu=2,d_J"] / last["mu=2"] - 1) < 0.03 and min(last["nu=2,d_J"], last["mu=2"]) > 2 * last["nu=2"],
           "row 23: d_J no better than mu=2, both twice nu=2")
    states(0.85 < last["nu,mu=1,1"] / last["nu=2"] < 1.1, f"row 23: nu,mu over nu=2 {last['nu,mu=1,1'] / last['nu=2']:.2f}")
    states(slope["nu=2"] < -0.3 and min(slope["mu=2"], slope["nu=2,d_J"]) > -0.1, "row 23: slopes")
    states(max(m["nu,mu=1,1"][0], m["nu,mu^=1,1"][0]) < m["nu=2"][0], "row 23: short ones better with little data")
    states(last["nu,mu^=1,1"] < 1.2 * last["nu=2"], f"row 20: nu,mu^ over nu=2 {last['nu,mu^=1,1'] / last['nu=2']:.2f}")
    return pictures


# ---- symmetry functions --------------------------------------------------------------------

ACSF = ["nu=2", "nu,mu=1,1", "mu=2", "wACSF"]


def acsf(label, kinds, cutoff, normalise="T"):
    """The traditional functions"""
    z = " ".join(str(k) for k in kinds)
    return Descriptor(f"acsf cutoff={cutoff} compression={{{label}}} n_species={len(kinds)} species_Z={{{z}}} "
                      f"normalise={normalise}")


def times(o):
    """Row 27: cells of eleven elements"""
    rng, kinds = np.random.default_rng(1), [3, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30]
    edge = 4 * 2.9
    sites = np.array([edge / 4 * (np.array(c) + shift) for c in np.ndindex(4, 4, 4) for shift in (0, 0.5)])
    data = soapz.Dataset()
    n_frames = 8 if o.few else 40
    for _ in range(n_frames):
        x = sites + rng.normal(0, 0.1, sites.shape)
        data.add((rng.choice(kinds, len(x)), x, np.eye(3) * edge, True), energy=rng.normal())
    length, seconds = {}, {}
    for label in ACSF[:3]:
        d, start = acsf(label, kinds, 6.0), time.process_time()
        analyse.learning(data, d, [n_frames - 2], 2, zeta=1, n_splits=1, n_threads=1)
        described = time.process_time() - start
        analyse.learning(data, d, [n_frames - 2], 2, zeta=2, n_splits=1, n_threads=1)
        seconds[label] = described, time.process_time() - start - 2 * described
        length[label] = d.length
        print(f"{label:12s} {d.length:5d} components, {n_frames} cells of {len(sites)} atoms: vectors "
              f"{described:.2f} s, kernel {seconds[label][1]:.2f} s")
    states(length["nu=2"] > 5 * length["nu,mu=1,1"], f"row 27: nu=2 is {length['nu=2'] / length['nu,mu=1,1']:.2f} "
           "times as long as nu,mu=1,1")
    if not o.few:
        states(seconds["nu=2"][1] > 3 * seconds["nu,mu=1,1"][1], "row 27: its kernel takes "
               f"{seconds['nu=2'][1] / seconds['nu,mu=1,1'][1]:.2f} times as long")


def acsf_curves(o, data, where, cutoff, sizes, zetas, n_test, normalise="T"):
    """{zeta: {label: (mean, deviation)}}, with errors over those of nu=2"""
    kinds = sorted(soapz.structures.as_elements(data.elements))

    def of(label, zeta):
        name = f"ACSF {label}, zeta {zeta}" + ("" if normalise == "T" else ", not normalised")
        return learn(o, data, where, name, lambda: acsf(label, kinds, cutoff, normalise), sizes, n_test,
                     1 if o.few else 3, zeta, where == "QM9",
                     sigma=(-14, -1))  # the functions are nearly dependent on each other

    found = {zeta: {label: of(label, zeta) for label in ACSF} for zeta in zetas}
    for zeta, curve in found.items():
        over = {label: curve[label][0] / curve["nu=2"][0] for label in ACSF[1:]}
        print(f"{where}, zeta {zeta}, over nu=2: " +
              ", ".join(f"{label} {' '.join(f'{v:.2f}' for v in r)}" for label, r in over.items()))
    return found


def figure10(o):
    """Molecules, kcal/mol a molecule; for the Li-TM oxides perovskites of 56 elements, meV/atom"""
    qm9, perov = soapz.Dataset.read(o.data + "/QM9/qm9_10000.xyz"), soapz.Dataset.read(o.data + "/Perov5/perov5.xyz")
    sizes, cells, zetas = ([50, 100], [50, 100], [1, 2]) if o.few else ([200, 400, 800, 1600], [250, 500, 1000],
                                                                        [1, 2, 4, 8, 16])
    n_test = 50 if o.few else 400
    unit = acsf_curves(o, qm9, "QM9", 4.0, sizes, zetas, n_test)
    raw = acsf_curves(o, qm9, "QM9", 4.0, sizes, zetas[:2], n_test, "F")
    crystals = acsf_curves(o, perov, "Perov5", 6.0, cells, zetas, n_test)
    times(o)
    pictures = {"figure10": ("symmetry_functions", raw[2], unit, sizes, zetas, MOLECULES,
                             r"QM9, symmetry functions, $\zeta=2$", "of length 1"),
                "figure10cells": ("symmetry_functions", crystals[1], crystals, cells, zetas,
                                  ("training cells", "MAE, meV/atom"),
                                  r"perovskites, symmetry functions, $\zeta=1$", "")}
    if o.few:
        return pictures
    for text, found in (("as long as they are", raw), ("of length 1", unit)):
        ratio = found[2]["nu,mu=1,1"][0][-1] / found[2]["nu=2"][0][-1]
        states(ratio < 1.1, f"row 26: molecules, zeta 2, vectors {text}: nu,mu=1,1 over nu=2 {ratio:.2f}")
    ratio = {z: crystals[z]["nu,mu=1,1"][0][-1] / crystals[z]["nu=2"][0][-1] for z in zetas}
    states(max(ratio.values()) < 1.1, f"row 26: perovskites: nu,mu=1,1 over nu=2 " +
           ", ".join(f"{r:.2f} (zeta {z})" for z, r in ratio.items()))
    for what, found, some in (("molecules", unit, [2]), ("perovskites", crystals, zetas)):
        short = min(min(found[z][label][0][-1] for label in ("mu=2", "wACSF")) /
                    max(found[z][label][0][-1] for label in ("nu=2", "nu,mu=1,1")) for z in some)
        states(short > 1.1, f"row 28: {what}: mu=2 and wACSF over the worse of the others {short:.2f}")
        gain = {label: found[1][label][0][-1] / min(found[z][label][0][-1] for z in zetas) for label in ACSF}
        states(min(gain["mu=2"], gain["wACSF"]) > max(gain["nu=2"], gain["nu,mu=1,1"]),
               f"row 28: {what}: zeta 1 over the best zeta: " + ", ".join(f"{k} {v:.2f}" for k, v in gain.items()))
    return pictures


FIGURES = {"table1": table1, "ranks": ranks, "2": figure2, "S1": figure_s1, "S2": figure_s2, "4": figure4,
           "5": figure5, "9": figure9, "S4": figure_s4, "7": figure7, "7z1": figure7_zeta1, "7large": figure7_large,
           "10": figure10}


def draw(pictures, folder):
    import pictures as functions  # needs matplotlib
    os.makedirs(folder, exist_ok=True)
    for name, (function, *numbers) in pictures.items():
        figure = getattr(functions, function)(*numbers)
        figure.savefig(f"{folder}/{name}.svg", metadata={"Date": None})
        functions.plt.close(figure)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("figure", nargs="+", choices=FIGURES)
    p.add_argument("--data", default="../shared/data")
    p.add_argument("--qm9pack", default="qm9pack/data")
    p.add_argument("--few", action="store_true")
    p.add_argument("--pictures")
    p.add_argument("--keep")
    o = p.parse_args()
    for figure in o.figure:
        pictures = FIGURES[figure](o)
        if o.pictures and pictures:
            draw(pictures, o.pictures)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())

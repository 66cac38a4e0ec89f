# SPDX-License-Identifier: BSD-3-Clause
"""Figures about the information in vectors: lengths, ranks, degenerate pairs, distances, imbalance, sensitivity."""
import itertools
import json
import os
import subprocess

import numpy as np
from common import FINE, LABELS, dataset, elements, gap, on_sphere, read, states
from soapz import Descriptor, analyse

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
    """n atoms around a centre, no two closer than 1.2 Angstrom"""
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
    """Eight and more neighbours, most of them Mo and Ta, with 1.0 < d(nu=2) < 1.15. The paper does not
    give its two environments."""
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

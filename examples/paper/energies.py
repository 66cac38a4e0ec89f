# SPDX-License-Identifier: BSD-3-Clause
"""Figures 7 and 10: learning curves of total energies, with SOAP and with symmetry functions."""
import ast
import csv
import glob
import json
import os
import resource
import sys
import time

import numpy as np
import soapz
from common import LABELS, states
from soapz import Descriptor, analyse


def once(o, key, work):
    """The numbers of key from learning.json in the folder --keep, or from work(); these are added to the file."""
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
    """(mean, deviation) of the errors over the splits, kcal/mol per frame or meV/atom, with time and
    largest memory; make() returns the descriptor; sigma are powers of ten"""
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


def curves(o, data, where, labels, sizes, n_test, n_splits, zeta, per_frame=True, sigma=(-10, -1), **settings):
    """{label: (mean, deviation)}; labels: [(label, its settings)]"""
    found = {}
    for label, more in labels:
        name = label + "".join(f" {v}" for v in more.values())
        found[name] = learn(o, data, where, name, lambda: Descriptor(label, data.elements, **more, **settings), sizes,
                            n_test, n_splits, zeta, per_frame, sigma)
    return found


SMALL = dict(n_max=8, l_max=6, cutoff=4.0, atom_sigma=0.4)
MOLECULES = "training molecules", "MAE, kcal/mol a molecule"


def figure7(o):
    """QM9, kcal/mol per molecule"""
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
    """Up to 10,000 molecules of QM9, one split, 1,000 for the test; also zeta 1"""
    n_test, sizes = (20, [20, 40]) if o.few else (1000, [625, 1250, 2500, 5000, 10000])
    data = molecules(o.qm9pack, n_test + sizes[-1])
    labels = [(label, {}) for label in LABELS] + [("W^T P_l", {"weights": "uniform", "seed": 1})]
    found, linear = (curves(o, data, "qm9pack", labels, sizes, n_test, 1, zeta, sigma=sigma, **SMALL)
                     for zeta, sigma in ((2, (-8, -4)), (1, (-10, -1))))
    pictures = {name: ("learning", {label: f[label] for label in LABELS}, sizes, MOLECULES, rf"QM9, $\zeta={zeta}$")
                for name, f, zeta in (("figure7large", found, 2), ("figure7ridge", linear, 1))}
    if o.few:
        return pictures
    m = {k: v[0] for k, v in found.items()}
    for label in list(m)[1:]:
        print(f"{label:17s} over nu=2: {(m[label] / m['nu=2']).round(2)}, over nu,mu=1,1: "
              f"{(m[label] / m['nu,mu=1,1']).round(2)}")
    hat = m["nu,mu^=1,1"] / m["nu,mu=1,1"]
    states(m["nu,mu=1,1"][-1] < 1.08 * m["nu=2"][-1], "row 18: nu,mu=1,1 over nu=2 at 10,000")
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
                     sigma=(-14, -1))  # the functions are nearly linearly dependent

    found = {zeta: {label: of(label, zeta) for label in ACSF} for zeta in zetas}
    for zeta, curve in found.items():
        over = {label: curve[label][0] / curve["nu=2"][0] for label in ACSF[1:]}
        print(f"{where}, zeta {zeta}, over nu=2: " +
              ", ".join(f"{label} {' '.join(f'{v:.2f}' for v in r)}" for label, r in over.items()))
    return found


def figure10(o):
    """Molecules, kcal/mol per molecule; perovskites of 56 elements instead of the Li-TM oxides, meV/atom"""
    qm9, perov = soapz.Dataset.read(o.data + "/QM9/qm9_10000.xyz"), soapz.Dataset.read(o.data + "/Perov5/perov5.xyz")
    sizes, cells, zetas = ([50, 100], [50, 100], [1, 2]) if o.few else ([200, 400, 800, 1600], [250, 500, 1000],
                                                                        [1, 2, 4, 8, 16])
    n_test = 50 if o.few else 400
    unit = acsf_curves(o, qm9, "QM9", 4.0, sizes, zetas, n_test)
    raw = acsf_curves(o, qm9, "QM9", 4.0, sizes, zetas[:2], n_test, "F")
    crystals = acsf_curves(o, perov, "Perov5", 6.0, cells, zetas, n_test)
    times(o)
    pictures = {"figure10": ("symmetry_functions", raw[2], unit, sizes, zetas, MOLECULES,
                             r"QM9, symmetry functions, $\zeta=2$", "normalised"),
                "figure10cells": ("symmetry_functions", crystals[1], crystals, cells, zetas,
                                  ("training cells", "MAE, meV/atom"),
                                  r"perovskites, symmetry functions, $\zeta=1$", "")}
    if o.few:
        return pictures
    for text, found in (("not normalised", raw), ("normalised", unit)):
        ratio = found[2]["nu,mu=1,1"][0][-1] / found[2]["nu=2"][0][-1]
        states(ratio < 1.1, f"row 26: molecules, zeta 2, vectors {text}: nu,mu=1,1 over nu=2 {ratio:.2f}")
    ratio = {z: crystals[z]["nu,mu=1,1"][0][-1] / crystals[z]["nu=2"][0][-1] for z in zetas}
    states(max(ratio.values()) < 1.1, "row 26: perovskites: nu,mu=1,1 over nu=2 " +
           ", ".join(f"{r:.2f} (zeta {z})" for z, r in ratio.items()))
    for what, found, some in (("molecules", unit, [2]), ("perovskites", crystals, zetas)):
        short = min(min(found[z][label][0][-1] for label in ("mu=2", "wACSF")) /
                    max(found[z][label][0][-1] for label in ("nu=2", "nu,mu=1,1")) for z in some)
        states(short > 1.1, f"row 28: {what}: mu=2 and wACSF over the worse of the others {short:.2f}")
        gain = {label: found[1][label][0][-1] / min(found[z][label][0][-1] for z in zetas) for label in ACSF}
        states(min(gain["mu=2"], gain["wACSF"]) > max(gain["nu=2"], gain["nu,mu=1,1"]),
               f"row 28: {what}: zeta 1 over the best zeta: " + ", ".join(f"{k} {v:.2f}" for k, v in gain.items()))
    return pictures

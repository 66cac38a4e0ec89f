# SPDX-License-Identifier: BSD-3-Clause
"""soapz analyse compared with numpy on vectors of soapz describe, and with the numbers of another program
for the same small liquids; errors are reported."""
import json
import os
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from soapz_cli import check, check_fails, done, run  # noqa: E402

SETTINGS = ["--n-max", "4", "--l-max", "3", "--cutoff", "4", "--atom-sigma", "0.4",
            "--central-weight", "0"]
LABELS = ["nu=2", "nu,mu=1,1", "W^T P_l", "nu,mu^=1,1", "nu=2,d_J", "mu=2"]


def random(seed):
    """Numbers in [0, 1) that are the same everywhere."""
    state = seed
    while True:
        state = (1103515245 * state + 12345) % 2 ** 31
        yield state / 2 ** 31


def liquid(r, n, elements):
    """n atoms in a cube of 17 cubic Angstrom each, none closer than 1.9 Angstrom"""
    edge, x = (17 * n) ** (1 / 3), []
    while len(x) < n:
        at = np.array([next(r) for _ in range(3)]) * edge
        d = np.array([b - at - edge * np.round((b - at) / edge) for b in x]).reshape(-1, 3)
        if not len(d) or np.linalg.norm(d, axis=1).min() > 1.9:
            x.append(at)
    return [elements[int(next(r) * len(elements))] for _ in range(n)], np.array(x), edge


def write(path, frames, energies=None):
    with open(path, "w") as f:
        for k, (symbols, x, edge) in enumerate(frames):
            cell = f'Lattice="{edge} 0 0 0 {edge} 0 0 0 {edge}" pbc="T T T" ' if edge else 'pbc="F F F" '
            energy = f"energy={energies[k]:.10f} " if energies is not None else ""
            f.write(f"{len(x)}\n{cell}{energy}Properties=species:S:1:pos:R:3\n")
            f.writelines("%s %.10f %.10f %.10f\n" % (s, *p) for s, p in zip(symbols, x))


def describe(path, label, more=()):
    with tempfile.TemporaryDirectory() as d:
        code, _, err = run("describe", "--compression", label, *SETTINGS, *more, path, "-o", d + "/x.npz")
        check(code == 0, err)
        with np.load(d + "/x.npz") as z:
            return z["descriptor"], z["frame"]


def analyse(what, path, *more, settings=SETTINGS):
    code, out, err = run("analyse", what, path, *settings, *more, "--json", "-", "--threads", "1")
    check(code == 0, f"analyse {what}: {err}")
    return json.loads(out)


def distances(p):
    q = (p * p).sum(1)
    d = np.sqrt(np.maximum(q[:, None] + q - 2 * p @ p.T, 0))
    np.fill_diagonal(d, np.inf)
    return d


def test_distances(path):
    found = analyse("correlation", path, "-c", ";".join(LABELS))
    imbalance = analyse("imbalance", path, "-c", ";".join(LABELS))
    n = len(LABELS)
    delta = np.reshape(imbalance["imbalance"], (n, n))
    d = [distances(describe(path, label)[0]) for label in LABELS]
    off = ~np.eye(len(d[0]), dtype=bool)
    r = [x.argsort(1, kind="stable").argsort(1, kind="stable") + 1 for x in d]
    for k, c in enumerate(found["compressions"]):
        check(c["label"] == LABELS[k], c["label"])
        want = (np.corrcoef(d[0][off], d[k][off])[0, 1], np.corrcoef(r[0][off], r[k][off])[0, 1])
        got = c["pearson_distances"], c["pearson_ranks"]
        check(np.abs(np.subtract(want, got)).max() < 1e-9, f"{c['label']}: {got}, not {want}")
        check(sum(c["distances"]) == off.sum() == sum(c["ranks"]), "the histograms")
        far = (off & (r[0] < 0.1 * len(off)) & (r[k] > 0.9 * len(off))).sum()
        check(c["near_far"] == far, f"{c['label']}: {far} pairs")
        for j in range(n):
            want = 2 / len(off) * r[j][r[k] == 1].mean()
            check(abs(delta[k, j] - want) < 1e-9, f"Delta({LABELS[k]} -> {LABELS[j]})")
    # of the same list in another program
    stored = STORED["imbalance"]
    for label, row in zip(LABELS, zip(delta[0], delta[:, 0])):
        check(np.abs(np.subtract(row, stored[label])).max() < 1e-6, f"{label}: {row}")
    few = analyse("correlation", path, "-c", "nu=2", "--environments", "20")
    again = analyse("correlation", path, "-c", "nu=2", "--environments", "20", "--sample-seed", "2")
    check(few["n_environments"] == 20 == again["n_environments"], "the number of environments")
    check(few["compressions"] != again["compressions"], "other environments by another seed")


def test_pairs(folder):
    """Figure 2 of the paper: a mirror image with the same total density."""
    def at(r, t, f):
        return [r * np.sin(t) * np.cos(f), r * np.sin(t) * np.sin(f), r * np.cos(t)]
    x = np.array([[0, 0, 0], at(2.2, 1.1, .4), at(2.2, 1.1, -.4), at(2.8, .7, 1.9), at(2.8, .7, -1.9)])
    path = folder + "/pair.xyz"
    write(path, [(["W", *"A A B B".replace("A", "Mo").replace("B", "V").split()], x, 0)] * 2)
    frames = [(["W", "Mo", "V", "Mo", "V"], x, 0), (["W", "Mo", "V", "V", "Mo"], x, 0)]
    write(path, frames)
    found = analyse("pairs", path, "-c", ";".join(LABELS), "--seeds", "3")
    gap = {(c["label"], c["seed"]): c["distances"][0] for c in found["compressions"]}
    for (label, seed), d in gap.items():
        more = ["--seed", str(seed)] if seed else []
        p = describe(path, label, more)[0]
        check(abs(d - np.linalg.norm(p[0] - p[5])) < 1e-13, f"{label}: {d}")
    check(gap["nu=2", None] > 0.1 and gap["nu=2,d_J", None] > 1e-3, "nu=2 tells them apart")
    check(len({gap["W^T P_l", k] for k in (1, 2, 3)}) == 3, "three seeds")
    for label in ("nu,mu=1,1", "nu,mu^=1,1", "mu=2"):
        check(gap[label, None] < 1e-12, f"{label} does not: {gap[label, None]}")
    check(found["ranks"] == [1, 3, 4, 4] * 2 and found["ranks_total"] == [1, 2, 2, 2] * 2, "ranks")
    uniform = analyse("pairs", path, "-c", "W^T P_l", "--weights", "uniform", "--seed", "2")
    p = describe(path, "W^T P_l", ["--weights", "uniform", "--seed", "2"])[0]
    d = uniform["compressions"][0]["distances"][0]
    check(abs(d - np.linalg.norm(p[0] - p[5])) < 1e-13 and d not in gap.values(), "uniform weights")
    every = analyse("pairs", path, "-c", "nu=2", "--every")
    check(every["pairs"] == [[0, 1]], "each with each")
    check_fails(1, ["known are normal"], "analyse", "pairs", path, "--weights", "cauchy", "-c", "W^T P_l")
    check_fails(1, ["--weights applies to"], "analyse", "pairs", path, "--weights", "normal", "-c", "nu=2")


def test_recovery(path, folder):
    found = analyse("recover", path, "-c", "W^T P_l; Q^T P_l Q; nu=2", "--environments", "30")
    check([c["label"] for c in found["compressions"]] == ["W^T P_l", "Q^T P_l Q"], "who can")
    for c in found["compressions"]:
        check(np.median(c["error"]) < 1e-11 and max(c["error"]) < 1e-6, f"{c['label']}: {max(c['error'])}")
    check([r["greatest"] for r in found["ranks"]] == [1, 3, 5, 7], "ranks of a liquid")
    r = random(5)
    clusters = [(["Mo"] * (n + 1), np.vstack([np.zeros(3), 1.0 + 1.1 * np.array([[next(r) for _ in range(3)]
                for _ in range(n)])]), 0) for n in range(1, 6)]
    write(folder + "/few.xyz", clusters)
    few = analyse("recover", folder + "/few.xyz", "-c", "W^T P_l", "--atom", "1")
    check(all(r["least"] == 1 and r["greatest"] <= min(2 * r["l"] + 1, 5) for r in few["ranks"]),
          f"one neighbour has rank 1: {few['ranks']}")
    check(all(r["beyond"] < 1e-12 for r in few["ranks"]), f"beyond: {few['ranks']}")


def test_sensitivity(path, frames, folder):
    """J by central differences of the centre's vector in a cluster."""
    found = analyse("sensitivity", path, "-c", "nu=2;nu,mu=1,1;nu,mu^=1,1", "--atom", "1")
    symbols, x, edge = frames[0]
    around = [(symbols[0], np.zeros(3))]
    for s in np.ndindex(3, 3, 3):
        for symbol, r in zip(symbols, x + (np.array(s) - 1) * edge - x[0]):
            if 1e-6 < np.linalg.norm(r) < 4.0:
                around.append((symbol, r))
    kinds, r, h = [s for s, _ in around], np.array([p for _, p in around]), 1e-4
    steps = h * np.repeat(np.eye(r.size), 2, 0) * np.tile([1, -1], r.size)[:, None]
    write(folder + "/steps.xyz", [(kinds, r + s.reshape(-1, 3), 0) for s in steps])
    for c in found["compressions"]:
        p = describe(folder + "/steps.xyz", c["label"], ["--species", "Mo V W"])[0][::len(kinds)]
        want = np.sort(np.linalg.svd((p[::2] - p[1::2]) / (2 * h), compute_uv=False)[:r.size] ** 2)
        got = np.array(c["eigenvalues"][0])
        check(len(got) == r.size, f"{len(got)} eigenvalues")
        check(np.abs(got - want).max() < 1e-5 * want[-1], f"{c['label']}: eigenvalues")
        check(got[5] < 1e-20 * got[-1], f"{c['label']}: six are zero: {got[:8]}")
        check(c["length"] < 2 * r.size or got[6] > 1e-13 * got[-1], f"{c['label']}: no more: {got[:8]}")
        check(c["zeros_least"] >= 6, "zeros")


def test_learning(folder, frames):
    """Energies of two of the elements together are learned; tests/python/analyse.py tests the
    numbers."""
    path, n = folder + "/energies.xyz", len(frames)
    weight = {"Mo": -3.0, "V": -1.5, "W": 2.0}
    write(path, frames, [sum(weight[s] for s in f[0]) + 0.01 * k for k, f in enumerate(frames)])
    more = ["--sizes", "8 16", "--test", "6", "--folds", "2", "--splits", "2"]
    found = analyse("learning", path, "-c", "nu,mu^=1,1; W^T P_l", "--seeds", "2", *more)
    check([(c["label"], c["seed"]) for c in found["compressions"]] ==
          [("nu,mu^=1,1", None), ("W^T P_l", 1), ("W^T P_l", 2)], "labels and seeds")
    for c in found["compressions"]:
        check([s["n_frames"] for s in c["sizes"]] == [8, 16], "sizes")
        for s in c["sizes"]:
            mae = np.array([s["mae_atom"], s["mae_frame"]])
            check(mae.shape == (2, 2) and (mae > 0).all() and np.abs(12 * mae[0] - mae[1]).max() < 1e-9, f"{mae}")
            check((mae[1] < 0.3).all(), f"learned: {mae}")
    check_fails(1, ["fewer than 6 test"], "analyse", "learning", path, "--sizes", str(n), "--test", "6")
    check_fails(1, ["--unit"], "analyse", "learning", path, "--unit", "mole")
    check_fails(1, ["--sizes"], "analyse", "learning", path, "--sizes", "ten")


def test_pictures(folder, path):
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return
    energies, pair = folder + "/energies.xyz", folder + "/pair.xyz"
    for what, data, more in (("correlation", path, []), ("imbalance", path, []),
                             ("sensitivity", path, ["--environments", "2"]), ("pairs", pair, []),
                             ("recover", path, ["-c", "W^T P_l"]),
                             ("learning", energies, ["--sizes", "8 16", "--test", "6"])):
        out = f"{folder}/{what}.svg"
        code, _, err = run("analyse", what, data, *SETTINGS, *more, "--picture", out)
        check(code == 0 and os.path.exists(out) and "<svg" in open(out).read(), f"{what}: {err}")


OTHERS = ("acsf cutoff=4 n_species=3 species_Z={23 42 74}",
          "soap_turbo l_max=3 n_species=3 species_Z={23 42 74} central_index=1 rcut_hard=4 rcut_soft=3.5 "
          "alpha_max={3 3 3} atom_sigma_r={0.5 0.5 0.5} atom_sigma_t={0.5 0.5 0.5} atom_sigma_r_scaling={0 0 0} "
          "atom_sigma_t_scaling={0 0 0} amplitude_scaling={1 1 1} central_weight={1 1 1}")


def test_others(folder, path, pairs):
    """Other descriptors than soap: those with vectors are analysed; they have no P_l."""
    for text in OTHERS:
        for what, more in (("correlation", []), ("imbalance", []), ("sensitivity", ["--environments", "3"]),
                           ("learning", ["--sizes", "8", "--test", "6", "--folds", "2", "--splits", "1"])):
            data = folder + "/energies.xyz" if what == "learning" else path
            found = analyse(what, data, "-c", text, *more, settings=[])["compressions"][0]
            check(found["descriptor"] == text, f"{what}: {found['descriptor']}")
    found = analyse("pairs", pairs, "-c", OTHERS[0], settings=[])
    check(found["compressions"][0]["distances"][0] > 1e-3 and "ranks" not in found, "distances without ranks")
    for text in OTHERS:
        check_fails(1, ["only a soap has a P_l", text[:30]], "analyse", "recover", path, "-c", text)


def test_faults(folder, path):
    """One sentence for input or output that is impossible, before the calculation."""
    def fails(words, *line):
        check_fails(1, words, "analyse", *line)
    one, nan, bare = (folder + "/" + name for name in ("one.xyz", "nan.xyz", "bare.xyz"))
    label = [*SETTINGS, "-c", "nu=2"]
    write(one, [(["Mo"], np.zeros((1, 3)), 0)])
    text = open(path).read().split("\n")
    text[2] = text[2].split()[0] + " 0.5 nan 1.5"
    open(nan, "w").write("\n".join(text))
    write(bare, [(["Mo", "W"], np.array([[0, 0, 0], [2.2, 0, 0.]]), 0)] * 3, [-1, -2, -3])
    learning = ["--sizes", "2", "--test", "1", "--folds", "2"]
    for what in ("correlation", "imbalance", "sensitivity", "pairs", "recover", "learning"):
        fails(["nan.xyz:3: the position \"nan\" is not a finite number"], what, nan, *label)
        if what in ("correlation", "imbalance"):
            fails(["need 2 to 1000000 environments, not 1"], what, one, *label)
        data = [folder + "/energies.xyz", *learning] if what == "learning" else [path]
        for option in ("--json", "--picture"):
            fails(["/none/x.svg: No such file or directory; nothing was changed"], what, *data, *label,
                  option, folder + "/none/x.svg")
    check(run("analyse", "recover", one, *SETTINGS[:-1], "1", "-c", "W^T P_l")[0] == 0, "an atom alone has a P_l")
    fails(["atom 0 has no descriptor"], "sensitivity", one, *label)
    fails(["none of the 1 atoms has a neighbour within the cutoff"], "sensitivity", one, *SETTINGS[:-1], "1",
          "-c", "nu=2")
    fails(["holds 1 environments"], "pairs", one, *label)
    fails(["2 training frames are fewer than the 3 parts"], "learning", bare, *label, *learning[:-1], "3")
    fails(["3 frames are fewer than 1 test and 3 training frames"], "learning", bare, *label, "--sizes", "2 3",
          "--test", "1", "--folds", "2")
    text = open(bare).read().replace("energy=-2", "energies=-2")
    open(bare, "w").write(text)
    fails(["bare.xyz:5: this frame has no energy; leave it out"], "learning", bare, *label, *learning)
    for what, option, bad in (("learning", "--sizes", "0"), ("learning", "--sizes", ""), ("learning", "--zeta", "0"),
                              ("recover", "--tolerance", "nan"), ("sensitivity", "--tolerance", "1"),
                              ("correlation", "--environments", "0"), ("imbalance", "--threads", "-1"),
                              ("pairs", "--compressions", " ; ")):
        fails([option], what, folder + "/energies.xyz", *label, option, bad)


# Delta(nu=2 -> X) and Delta(X -> nu=2) by another program for the liquids below
STORED = {"imbalance": {
    "nu=2": (0.020833333333, 0.020833333333),
    "nu,mu=1,1": (0.034288194444, 0.046875000000),
    "W^T P_l": (0.144965277778, 0.127821180556),
    "nu,mu^=1,1": (0.041666666667, 0.047960069444),
    "nu=2,d_J": (0.340277777778, 0.473741319444),
    "mu=2": (0.502604166667, 0.974826388889),}}


def main():
    r = random(1)
    frames = [liquid(r, 12, ["Mo", "V", "W"]) for _ in range(8)]
    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/liquids.xyz"
        write(path, frames)
        test_distances(path)
        test_pairs(folder)
        test_recovery(path, folder)
        test_sensitivity(path, frames, folder)
        test_learning(folder, frames + [liquid(r, 12, ["Mo", "V", "W"]) for _ in range(16)])
        test_others(folder, path, folder + "/pair.xyz")
        test_faults(folder, path)
        test_pictures(folder, path)
        check_fails(2, ["is not one of correlation"], "analyse", "colour", path)
        check_fails(1, ["nu=5"], "analyse", "imbalance", path, "-c", "nu=5")
        check_fails(2, ["would overwrite"], "analyse", "imbalance", path, "--json", path)
        check_fails(1, ["has 12 atoms"], "analyse", "pairs", path, "--atom", "13")
    done()


main()

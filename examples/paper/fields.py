# SPDX-License-Identifier: BSD-3-Clause
"""Figures 8 and S3, and extensions: force fields over sparse points, trained W, four bodies."""
import hashlib
import itertools
import json
import os
import re
import subprocess
import tempfile
import time

import numpy as np
import soapz
from common import gap, on_sphere, states


# The paper does not give its settings. Energies of free atoms, core and sigmas are those of
# potentials/*/balanced.conf, without the sigmas of single kinds of cells of NbMoTaW. These were chosen for larger fits:
# with 0.005 eV/A for alloys of four elements 2b+3b overfits them. Settings of the descriptors, equal for both alloys:
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
    """the texts of the frames of an extended XYZ file"""
    with open(path) as f:
        return [n + "".join(f.readline() for _ in range(int(n) + 1)) for n in iter(f.readline, "")]


def dealt(frames, every):
    """every part-th frame of each config_type, and the other frames"""
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
    """the folder of models and numbers; it is removed at the end if it is not named by --keep"""
    if not o.keep and not o.scratch:
        o.scratch = tempfile.TemporaryDirectory(prefix="soapz-paper-")
    folder = os.path.abspath(o.keep or o.scratch.name)
    os.makedirs(folder, exist_ok=True)
    return folder


def fit(o, alloy, name, sections, train, test):
    """the learning curve on the test cells; it is stored, and computed again only after changes"""
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
    with open(path + ".log", "w") as log:  # in the folder of the .conf, because the path of its core is relative
        subprocess.run([os.environ.get("SOAPZ", "soapz"), "fit", path + ".conf", *words, "--curve", path + ".json",
                        "--threads", str(o.threads)], cwd=os.path.join(POTENTIALS, alloy),
                       stdout=log, stderr=subprocess.STDOUT, check=True)
    with open(path + ".recipe", "w") as f:
        f.write(recipe)
    return json.load(open(path + ".json"))


def judged(o, name, kinds):
    """{kind: (force rmse, energy rmse)} of the model on its test cells; kinds: patterns of config_type"""
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
    """CPU time per atom for energies and forces of 432 atoms of the random alloy on one core"""
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
    """n sparse points in total, divided among the elements or the kinds of triplets"""
    s = len(ALLOYS[alloy])
    if label == "2b+3b":
        return PAIRS + TRIPLETS.format(points=max(1, points // (s * s * (s + 1) // 2)))
    return PAIRS + SOAP.format(label=label, points=max(1, points // s), n_max=n_max, l_max=l_max, tolerance=0.01,
                               more="")


def force_fields(o, alloy, train, test, points, kinds, n_max=8, l_max=6):
    """{label: (sparse points, force rmse, energy rmse, microseconds or nan)}"""
    print(f"{alloy}: {len(train)} cells fitted, {len(test)} judged; n_max={n_max} l_max={l_max}")
    out = {}
    for label in FIELDS:
        name = f"{alloy}_{slug(label)}"
        c = fit(o, alloy, name, sections(label, alloy, points, n_max, l_max), train, test)
        rows = c["models"][-len(c["n_unknowns"]):]
        n = np.array(c["n_unknowns"]) - c["n_whole"]
        cost = np.full(len(n), np.nan)
        cost[-1] = microseconds(os.path.join(kept(o), name + ".soapz"), alloy)
        for k in () if o.few else range(0, len(n) - 2, 2):  # models of the same length, fitted to few cells
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
    return out


def slug(label):
    return re.sub(r"[^a-z0-9]", "", label.replace("^", "hat").replace("+", "and"))


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
    return {"figure8": ("force_fields", f, "NbMoTaW, cells that were not fitted")}


def row24(f, few):
    first, last = ({k: v[1][m] for k, v in f.items()} for m in (0, -1))
    slope = {k: np.log(v[1][-1] / v[1][-2]) / np.log(v[0][-1] / v[0][-2]) for k, v in f.items() if k != "2b+3b"}
    print("slopes at the end", {k: round(float(v), 3) for k, v in slope.items()})
    states(min(last, key=last.get) == "nu,mu=1,1", f"row 24: best with most points: {min(last, key=last.get)}")
    states(first["nu,mu^=1,1"] < first["nu=2"], f"row 24: with fewest points nu,mu^ {first['nu,mu^=1,1']:.3f}, "
           f"nu=2 {first['nu=2']:.3f}")
    if not few:
        states(slope["nu,mu^=1,1"] > 0.5 * slope["nu=2"], f"row 24: slopes at the end: nu,mu^ "
               f"{slope['nu,mu^=1,1']:.2f}, nu=2 {slope['nu=2']:.2f}")


def figure_s3(o):
    """MoNbTaVW: half of the disordered cells of five elements are the test"""
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
    return {"figureS3": ("force_fields", f, "MoNbTaVW, cells that were not fitted")}


# ---- extensions ----------------------------------------------------------------------------


def optimised_w(o):
    """W^T P_l with ten random W, and with W trained on energies and forces of the training cells (with the adjoint
    of the fit: docs/compressions.md, Maps from data). The file of the model contains W."""
    if o.few:
        cells = invented("NbMoTaW", 60)
        test, train, seeds, steps, size = cells[:20], cells[20:], 2, 15, dict(n_max=4, l_max=2, points=20)
    else:
        four, some = dealt(texts(o.data + "/NbMoTaW/multinary24.xyz"), 4)
        train = dealt(texts(o.data + "/NbMoTaW/train.xyz"), 2 * o.part)[0] + some
        test = dealt(texts(o.data + "/NbMoTaW/test.xyz"), 4)[0] + four
        seeds, steps, size = 10, 60, dict(n_max=4, l_max=3, points=100)
    runs = [(w, s, "") for w in ("normal", "uniform") for s in range(1, seeds + 1)]
    runs += [(w, s, f"compression_train = {steps}") for w in ("normal", "uniform") for s in range(1, 2 if o.few else 4)]
    runs += [("pca", 1, "compression_start = pca"), ("pca", 1, f"compression_start = pca\ncompression_train = {steps}")]
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
    """Lengths of compressed bispectra, and their distances for the pair of S1"""
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

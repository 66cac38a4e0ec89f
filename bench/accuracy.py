#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Accuracy against cost of the compressions on real data, and their learning curves.

    accuracy.py --data FOLDER [--build build] [--lmp .venv/bin/lmp] [--cache build/accuracy]

FOLDER holds train.xyz, multinary24.xyz and the SNAP coefficients of NbMoTaW (Li et al., npj
Comput Mater 6, 70 (2020)); the authors' test.xyz is not read. Every 10th frame of each config_type
of train.xyz and every 4th frame of multinary24.xyz are used for validation. Every candidate is
fitted to the same frames: every --part-th of the other frames of train.xyz, and all other frames of
multinary24.xyz. A candidate with two SOAP terms has --n-sparse points per element for each of them.

Cost: CPU time of whole MD steps in LAMMPS, 2,000 atoms of the random alloy at 300 K, one core.
Every model is timed right after SNAP, --rounds times. The time of a model is the median of its
ratios to SNAP, times the median of all SNAP runs, so that other work of the machine cancels.
The errors of SNAP are measured on the same frames, all of which its authors used in their fit.

Four of the fits are made with --curve: errors over sparse points and over frames, nested.

Fits, errors and times are kept in --cache, so that an interrupted run can be continued and only
changed parts are computed again. Writes accuracy.png and learning.png into --docs, and the table into its
compressions.md, between the lines <!-- accuracy.py --> and <!-- end -->."""
import argparse
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, namedtuple
from statistics import median

from common import (ELEMENTS, ROOT, Frame, add_options, alloy, cpu_name, frames, kind_of, load, need,
                    run_fit, run_lmp, run_main, store, write_data, write_whole)
from run import CELLS, time_lammps

PAIR = ("distance_2b cutoff=4.6 cutoff_transition_width=1.0 covariance_type=ard_se delta=5 "
        "theta_uniform=1.0 sparse_method=uniform n_sparse=15 add_species=T")
SOAP = ("soap n_max={n} l_max={l} atom_sigma=0.5 cutoff=4.6 cutoff_transition_width=1.0 delta=1.0 "
        "covariance_type=dot_product sparse_method=cur_points n_sparse={sparse} add_species=T "
        "zeta={zeta} {keys}")
SIGMA = "{0.002 0.03 0.1 0.0}"

# the keys of each compression in a descriptor string inside gap={..}
KEYS = {"nu=2": "nu_R=2 nu_S=2", "nu,mu=1,1": "nu_R=2 nu_S=1", "nu,nu^=1,1": "nu_R=1 nu_S=2",
        "nu,mu^=1,1": "nu_R=1 nu_S=1", "mu=2": "nu_R=2 nu_S=0",
        "nu,mu*=1,1": "compression={{nu,mu*=1,1}}", "mu,nu^=1,1": "compression={{mu,nu^=1,1}}",
        "nu=2,d_J": "compression={{nu=2,d_J}} d_J=2", "W^T P_l": "compression={{W^T P_l}}",
        "Z_mix K=2": "Z_mix=T K=2 sym_mix=T"}

# beside: a second SOAP term, with its own sparse points
Candidate = namedtuple("Candidate", "label n l zeta tolerance beside",
                       defaults=(8, 6, 2, 0.01, None))
CANDIDATES = [
    Candidate("nu,mu=1,1"), Candidate("nu,mu^=1,1"), Candidate("nu=2"), Candidate("mu=2"),
    Candidate("nu,mu=1,1", 6, 4), Candidate("nu,mu=1,1", 4, 3), Candidate("nu,mu=1,1", zeta=4),
    Candidate("nu,mu=1,1", 8, 4), Candidate("nu,mu=1,1", tolerance=0.05),
    Candidate("nu=2", 6, 4), Candidate("nu=2", 4, 3),
    Candidate("nu,mu^=1,1", 6, 4), Candidate("nu,mu^=1,1", zeta=4),
    Candidate("nu,nu^=1,1"), Candidate("nu,nu^=1,1", 6, 4),
    Candidate("nu=2,d_J"), Candidate("nu,mu*=1,1", 6, 4), Candidate("W^T P_l", 6, 4, tolerance=0),
    Candidate("mu,nu^=1,1"), Candidate("Z_mix K=2"),
    Candidate("mu=2", 12, 8),
    Candidate("nu,mu=1,1", 4, 3, beside=Candidate("mu=2")),
    Candidate("nu,mu=1,1", 8, 4, tolerance=0.05, beside=Candidate("mu=2", 12, 6, tolerance=0.05)),
    Candidate("nu,mu=1,1", 8, 4, tolerance=0.02, beside=Candidate("mu=2", 12, 8)),
    Candidate("nu,mu=1,1", beside=Candidate("mu=2", 12, 8))]
CURVES = CANDIDATES[:4]

GROUPS = {"AIMD": r"_AIMD$", "SS": r"_SS$", "quaternary": r"^Multinary", "all": ""}


def terms(c):
    return [c, c.beside] if c.beside else [c]


def name_of(c):
    return " + ".join(f"{t.label} {t.n}, {t.l}" for t in terms(c))


def slug(c):
    """name of the candidate's files"""
    table = str.maketrans({"^": "h", "*": "s", ",": "", "=": "", " ": ""})
    return "_and_".join(f"{t.label.translate(table)}_{t.n}_{t.l}_zeta{t.zeta}_tol{t.tolerance:g}"
                        for t in terms(c))


# ---- data --------------------------------------------------------------------------------

def split(path, every, part):
    """frames to fit and frames for validation, chosen from each config_type"""
    seen, kept, fitted, judged = Counter(), Counter(), [], []
    for frame in frames(path):
        kind = kind_of(frame)
        seen[kind] += 1
        if seen[kind] % every == 0:
            judged.append(frame)
            continue
        if kept[kind] % part == 0:
            fitted.append(frame)
        kept[kind] += 1
    return fitted, judged


def make_data(options):
    """writes train.xyz and validation.xyz into the cache; returns their numbers of frames and atoms"""
    binaries = split(options.train, 10, options.part)
    multinary = split(options.multinary, 4, 1)
    facts = {}
    for k, name in enumerate(("train", "validation")):
        chosen = binaries[k] + multinary[k]
        write_whole(os.path.join(options.cache, name + ".xyz"), "".join(chosen))
        facts[name] = (len(chosen), sum(int(f.split(None, 1)[0]) for f in chosen))
    return facts


# ---- one candidate -----------------------------------------------------------------------

def soap_words(options, t):
    words = SOAP.format(n=t.n, l=t.l, sparse=options.n_sparse, zeta=t.zeta, keys=KEYS[t.label])
    return words + (f" radial_tolerance={t.tolerance:g}" if t.tolerance else "")


def fit(options, c):
    """path of the model, and when it was fitted"""
    name = slug(c)
    gap = " : ".join([PAIR, *(soap_words(options, t) for t in terms(c))])
    words = ["at_file=train.xyz", f"gp_file={name}.soapz", "test_file=validation.xyz",
             "energy_parameter_name=energy", "force_parameter_name=forces",
             "virial_parameter_name=virial", f"default_sigma={SIGMA}", "e0_method=average",
             "do_copy_at_file=F", "rnd_seed=1", f"gap={{{gap}}}"]
    if c in CURVES:
        words = ["--curve", name + ".curve.json", *words]
    recipe = [*words, options.facts]
    path = os.path.join(options.cache, name)
    result = load(path + ".fit.json", recipe)
    if result is None:
        seconds = run_fit(options, words, name_of(c))
        result = {"seconds": seconds, "made": time.time()}
        store(path + ".fit.json", recipe, result)
        print(f"fitted {name}: {result['seconds']:.0f} s", flush=True)
    return path + ".soapz", result["made"]


def judge(options, model, made):
    """force and energy MAE of the groups, eV/Angstrom and eV/atom"""
    path = model[:-len(".soapz")] + ".errors.json"
    result = load(path, made)
    if result is None:
        whole = path + ".whole"
        subprocess.run([options.soapz, "validate", model,
                        os.path.join(options.cache, "validation.xyz"), "--no-variance",
                        "--json", whole], stdout=subprocess.DEVNULL, check=True)
        with open(whole) as file:
            result = json.load(file)["models"][0]["errors"]["config_type"]
        os.remove(whole)
        store(path, made, result)
    return grouped(result)


def grouped(errors):
    """means over the groups of the errors by config_type"""
    result = {}
    for group, kind in itertools.product(GROUPS, ("force", "energy")):
        of = [e[kind] for name, e in errors.items() if re.search(GROUPS[group], name)]
        result[group, kind] = sum(e["n"] * e["mae"] for e in of) / sum(e["n"] for e in of)
    return result


def time_all(options, models):
    """{candidate: microseconds}; median, minimum and maximum of SNAP"""
    pairs = {}
    for k in range(options.rounds):
        for c, (path, made) in models.items():
            known = path[:-len(".soapz")] + ".time.json"
            pairs[c] = (load(known, made) or [])[:options.rounds]
            if len(pairs[c]) > k:
                continue
            snap = time_lammps(options, options.cache, "snap", options.snap, options.steps)
            ours = time_lammps(options, options.cache, "soapz", f"{path} {' '.join(ELEMENTS)}",
                               options.steps)
            pairs[c].append([snap["step"], ours["step"]])
            store(known, made, pairs[c])
        print(f"timed, round {k + 1}", flush=True)
    every = [s for of in pairs.values() for s, _ in of]
    snap = median(every)
    costs = {c: snap * median(o / s for s, o in of) for c, of in pairs.items()}
    return costs, (snap, min(every), max(every))


# ---- SNAP's own errors -------------------------------------------------------------------

FRAME = """
clear
units         metal
read_data     {k}.data
pair_style    {style}
pair_coeff    * * {coeff}
mass          * 100.0
run           0
print         "ENERGY $(pe:%.17g)"
write_dump    all custom {k}.forces id fx fy fz modify sort id format float %.17g &
              triclinic/general yes
"""


def measure_in_lammps(options, style, coeff):
    """errors of any pair style by config_type; constants of the elements are subtracted from its energies"""
    errors = {}
    with tempfile.TemporaryDirectory() as folder:
        some = [Frame(f) for f in frames(os.path.join(options.cache, "validation.xyz"))]
        for k, frame in enumerate(some):
            frame.write_data(os.path.join(folder, f"{k}.data"))
        text = run_lmp(options, folder, "".join(FRAME.format(k=k, style=style, coeff=coeff)
                                                for k in range(len(some))))
        energies = [float(e) for e in re.findall(r"^ENERGY (\S+)$", text, re.M)]
        for frame, error in zip(some, energy_errors(some, energies), strict=True):
            errors.setdefault(frame.kind, ([], []))[0].append(error)
        for k, frame in enumerate(some):
            with open(os.path.join(folder, f"{k}.forces")) as file:
                rows = file.read().splitlines()[-len(frame.atoms):]
            forces = [float(x) for row in rows for x in row.split()[1:]]
            errors[frame.kind][1].extend(abs(x - y) for x, y in
                                         zip(forces, frame.forces, strict=True))
    return {kind: {name: {"n": len(of), "mae": sum(of) / len(of)}
                   for name, of in zip(("energy", "force"), both)}
            for kind, both in errors.items()}


def energy_errors(some, energies):
    """errors per atom after subtraction of constants of the elements from a least-squares fit: the energies of
    SNAP have another zero than the data"""
    import numpy as np
    count = np.array([[sum(a[0] == symbol for a in f.atoms) for symbol in ELEMENTS]
                      for f in some], float)
    size = count.sum(axis=1)
    off = (np.array(energies) - [f.energy for f in some]) / size
    shift, *_ = np.linalg.lstsq(count / size[:, None], off, rcond=None)
    return list(np.abs(off - count / size[:, None] @ shift))


def judge_snap(options):
    """errors of SNAP, from the cache if they are known"""
    path, recipe = os.path.join(options.cache, "snap.errors.json"), [options.snap, options.facts]
    result = load(path, recipe)
    if result is None:
        result = store(path, recipe, measure_in_lammps(options, "snap", options.snap))
    return grouped(result)


# ---- table ------------------------------------------------------------------------------

Row = namedtuple("Row", "c cost errors inside collapsed")


def inside(options, model):
    """number of components in the kernels, and whether all kernels are collapsed"""
    text = subprocess.run([options.soapz, "info", model], text=True, stdout=subprocess.PIPE,
                          check=True).stdout
    components = [int(n) for n in re.findall(r"components .* (\d+) inside", text)]
    kernels = re.findall(r"sparse points, zeta .*", text)
    return sum(components), all(", collapsed," in k for k in kernels)


def front(rows, key):
    """the Pareto front of cost and error, by cost"""
    best, kept = float("inf"), []
    for row in sorted(rows, key=lambda r: r.cost):
        if row.errors[key] < best:
            best = row.errors[key]
            kept.append(row)
    return kept


COLUMNS = [("AIMD", "force"), ("SS", "force"), ("quaternary", "force"), ("all", "force"),
           ("AIMD", "energy"), ("SS", "energy"), ("quaternary", "energy"), ("all", "energy")]


def cells(errors):
    """eV/Angstrom to four digits, meV/atom"""
    return " | ".join(f"{errors[key]:.4f}" if key[1] == "force" else f"{1e3 * errors[key]:.2f}"
                      for key in COLUMNS)


def joined(values):
    """the values of the terms of a candidate, or one value if all are equal"""
    return " + ".join(values if len(set(values)) > 1 else values[:1])


def table(options, rows, snap_costs, snap):
    snap_cost, low, high = snap_costs
    kept = front(rows, ("all", "force"))
    (fitted, atoms), (judged, judged_atoms) = options.facts["train"], options.facts["validation"]
    lines = [f"{fitted} frames ({atoms} atoms) fitted, {judged} frames ({judged_atoms} atoms) "
             f"for the test; {options.n_sparse} sparse points per element and SOAP term. {cpu_name()}, "
             f"one core, rounds of timing: {options.rounds}, SNAP between {low:.1f} and {high:.1f} µs. MAE of force "
             "components in eV/Å, of energies in meV/atom. Bold: on the Pareto front of cost and "
             "force MAE over all frames.", "",
             "| compression | n_max, l_max | zeta | radial_tolerance | components | "
             "µs per atom and step | of SNAP | "
             + " | ".join(f"{kind} {group}" for group, kind in COLUMNS) + " |",
             "|---|---|---:|---:|---:|---:|---:|" + "---:|" * len(COLUMNS)]
    for r in sorted(rows, key=lambda r: r.cost):
        of = terms(r.c)
        name = " + ".join(t.label for t in of).replace("nu,mu*", "nu,mu\\*")
        name = f"**{name}**" if r in kept else name
        basis = " + ".join(f"{t.n}, {t.l}" for t in of)
        zeta = joined([str(t.zeta) for t in of])
        tolerance = joined([str(t.tolerance or "–") for t in of])
        mark = "" if r.collapsed else " †"
        lines.append(f"| {name} | {basis} | {zeta} | {tolerance} | {r.inside}{mark} | "
                     f"{r.cost:.1f} | {r.cost / snap_cost:.2f} | {cells(r.errors)} |")
    lines += [f"| SNAP, published | | | | 30 | {snap_cost:.1f} | 1 | {cells(snap)} |", "",
              "components: those used in the kernel; † the sum over the sparse points is not collapsed "
              "(zeta 4, or more components than twice the points), so more points cost more."]
    return "\n".join(lines) + "\n"


def put_table(path, text):
    """writes the table between the two lines of the file"""
    first, last = "<!-- accuracy.py -->\n", "<!-- end -->"
    with open(path) as file:
        page = file.read()
    if page.count(first) != 1 or last not in page[page.index(first):]:
        sys.exit(f"accuracy.py: {path} has no lines {first.strip()} and {last}")
    head, rest = page.split(first)
    write_whole(path, head + first + text + rest[rest.index(last):])


# ---- main --------------------------------------------------------------------------------

def curves(options):
    """{label: output of soapz fit --curve} of CURVES"""
    found = {}
    for c in CURVES:
        with open(os.path.join(options.cache, slug(c) + ".curve.json")) as file:
            found[c.label] = json.load(file)
    return found


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=
                                     argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--data", required=True, help="folder of NbMoTaW")
    parser.add_argument("--cache", help="folder of fits, errors and times [BUILD/accuracy]")
    parser.add_argument("--docs", default=os.path.join(ROOT, "docs"))
    parser.add_argument("--part", type=int, default=8, help="every which frame is fitted [8]")
    parser.add_argument("--n-sparse", type=int, default=400,
                        help="points an element of each SOAP term [400]")
    parser.add_argument("--rounds", type=int, default=2, help="of timing [2]")
    parser.add_argument("--steps", type=int, default=10, help="MD steps that are timed [10]")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    options.lmp = need(shutil.which(options.lmp) or options.lmp, "--lmp")
    options.soapz = need(os.path.join(options.build, "soapz"), "--build")
    need(os.path.join(options.build, "soapzplugin.so"), "--build")
    options.train = need(os.path.join(options.data, "train.xyz"), "--data")
    options.multinary = need(os.path.join(options.data, "multinary24.xyz"), "--data")
    snap = need(os.path.join(options.data, "Ta-W-Nb-Mo.snapcoeff"), "--data")[:-len("coeff")]
    options.snap = f"{snap}coeff {snap}param {' '.join(ELEMENTS)}"
    options.cache = os.path.abspath(options.cache or os.path.join(options.build, "accuracy"))
    os.makedirs(options.cache, exist_ok=True)
    need(os.path.join(options.docs, "compressions.md"), "--docs")
    return options


def main():
    options = parse()
    import draw  # before the fits: if matplotlib is missing, this fails at once
    options.facts = make_data(options)
    side, atoms = alloy(CELLS)
    write_data(os.path.join(options.cache, "cell.data"), side, atoms)
    models = {c: fit(options, c) for c in CANDIDATES}
    errors = {c: judge(options, *models[c]) for c in CANDIDATES}
    snap = judge_snap(options)
    costs, snap_costs = time_all(options, models)
    rows = [Row(c, costs[c], errors[c], *inside(options, models[c][0])) for c in CANDIDATES]
    text = table(options, rows, snap_costs, snap)
    print(text)
    page = os.path.join(options.docs, "compressions.md")
    put_table(page, text)
    draw.write_figure(draw.accuracy(page), os.path.join(options.docs, "accuracy.png"))
    draw.write_figure(draw.learning(curves(options), options.facts["train"][0], options.n_sparse),
                      os.path.join(options.docs, "learning.png"))


if __name__ == "__main__":
    run_main(main)

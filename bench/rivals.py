#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""soapz compared with SNAP and POD that are fitted to the same cells: accuracy on test cells against cost.

    rivals.py --data FOLDER [--model NAME=FILE ...] [--kfold NAME=FILE.json ...] [--build build]
              [--lmp .venv/bin/lmp] [--cache build/rivals]

FOLDER holds train.xyz, multinary24.xyz, test.xyz and the published SNAP of NbMoTaW (Li et al., npj
Comput Mater 6, 70 (2020)). Other potentials: linear and quadratic SNAP with ZBL, and POD with three and four
bodies. Both are fitted by weighted least squares to energies and forces of all cells of train.xyz and
multinary24.xyz (rows.py, normal.py). For each of them the sigmas of the kinds of cells and the ridge are
chosen by errors on every 10th frame of each config_type and every 4th frame of multinary24.xyz. These frames
are included in the last fit. test.xyz is read after that. --trial fits to every --part-th frame, prints
the errors of the validation frames and ends. The settings of the potentials were chosen in this way.

Alloys of three and four elements: six folds of multinary24.xyz, each left out once from a fit to all other
cells. --kfold reads the same for a soapz model from kfold.py, whose fits have a part of the other cells.

Models: potentials of Nb Mo Ta W that `pair_style soapz` reads; default: those of potentials/NbMoTaW.
Cost: CPU time of whole MD steps in LAMMPS, 2,000 atoms of the random alloy at 300 K, one core. Every model
is timed right after the published SNAP, --rounds times; the result is the median of the ratios.

It needs a Python with the modules lammps, numpy, scipy and matplotlib. Sums, fits, errors and times are kept
in --cache, so that an interrupted run can be continued and only changed parts are computed again. Writes
rivals.md and rivals.png into --docs."""
import argparse
import hashlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import namedtuple
from statistics import median

import normal  # before numpy, because it sets one thread
import numpy as np

import accuracy
from common import (ELEMENTS, ROOT, Frame, add_options, alloy, cpu_name, frames, load, need,
                    program, run_main, store, write_data, write_whole)
from rows import (Pod, Snap, evaluate, frame_rows, pair_style, size_of, start_lammps, write_coefficients,
                  write_parameters)
from run import CELLS, time_lammps

RIVALS = {
    "SNAP, twojmax 6": Snap(6), "SNAP, twojmax 8": Snap(8),
    "quadratic SNAP, twojmax 4": Snap(4, 1), "quadratic SNAP, twojmax 6": Snap(6, 1),
    "POD, 3-body": Pod(four=0, four_l=0), "POD, 4-body": Pod(), "quadratic SNAP, twojmax 8": Snap(8, 1)}

# kinds of force rows by config_type, with the initial sigmas (eV/Angstrom) of the search
FORCES = {"AIMD": (r"_AIMD$", 0.012), "SS": (r"_SS$", 0.003), "alloy": (r"^Multinary", 0.014),
          "other": (r"", 0.02)}
START = {"energy": 6e-5, **{name: sigma for name, (_, sigma) in FORCES.items()}, "ridge": 1e-10}
SEARCH = {"ridge": 10.0, "energy": 2.0, "SS": 2.0, "alloy": 2.0, "other": 2.0}  # factor of each step; AIMD is fixed
ENERGY = 10.0  # minimised: force MAE in eV/Angstrom + ENERGY * energy MAE in eV/atom
FOLDS = 6
AGREE = 1e-8   # our prediction against pair_style: eV/atom, and of the largest force

GROUPS = {**{e: f"^{e}_Test$" for e in sorted(ELEMENTS)}, "binaries": r"^\w{3,4}_Test$", "all": ""}


def slug(name):
    return re.sub(r"\W+", "_", name)


def group_of(kind):
    return next(name for name, (pattern, _) in FORCES.items() if re.search(pattern, kind))


def digest(*texts):
    return hashlib.sha256("".join(texts).encode()).hexdigest()


def file_digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


# ---- frames ------------------------------------------------------------------------------

Cells = namedtuple("Cells", "fitted judged alloys")  # alloys: all of multinary24.xyz


def read_cells(options, part):
    """texts of the frames; alloys are fitted or used for validation according to their number in the file"""
    fitted, judged = accuracy.split(options.train, 10, part)
    alloys = list(frames(options.multinary))
    return Cells(fitted, judged, alloys)


# ---- sums over the rows of a rival -------------------------------------------------------

class Rows:
    """the rows of a potential: sums over the fitted frames, rows of the validation frames and of the alloys"""

    def __init__(self, size):
        self.size = size
        self.fitted = {name: normal.Sums(size) for name in ("energy", *FORCES)}
        self.judged, self.alloys = [], []  # (kind of force rows, Row)


def add(sums, some):
    for kind, r in some:
        sums["energy"].add(r.columns, r.energy[None], [r.value])
        sums[kind].add(r.columns, r.rows, r.forces)


def sums_of(size, some):
    """of alloys alone"""
    sums = {name: normal.Sums(size) for name in ("energy", "alloy")}
    add(sums, some)
    for s in sums.values():
        s.flush()
    return sums


def make_rows(options, name, model, cells):
    """streams all frames through LAMMPS"""
    lmp, path, start = start_lammps(), os.path.join(options.cache, slug(name)), time.monotonic()
    write_parameters(model, path)

    def one(text):
        frame = Frame(text)
        return group_of(frame.kind), frame_rows(lmp, model, path, frame)

    result = Rows(size_of(lmp, model, path, Frame(cells.alloys[0])))
    for text in cells.fitted:
        add(result.fitted, [one(text)])
    for sums in result.fitted.values():
        sums.flush()
    result.judged = [one(text) for text in cells.judged]
    result.alloys = [one(text) for text in cells.alloys]
    print(f"{name}: {result.size} coefficients, rows made in {time.monotonic() - start:.0f} s "
          f"({time.process_time():.0f} s of CPU so far)", flush=True)
    return result


def solve(parts, sigma):
    """parts: [(sums, 1 or -1 to leave them out), ...]"""
    return normal.solve([(of, sign * sigma[name] ** -2.0) for sums, sign in parts
                         for name, of in sums.items()], sigma["ridge"])


def solved(parts, sigma):
    c = solve(parts, sigma)
    if c is None:
        sys.exit(f"{program()}: the equations are not positive definite with a ridge of {sigma['ridge']:g}: "
                 "begin with a larger one (START)")
    return c


def errors_of(some, c):
    """MAE of the force components, eV/Angstrom, and of energies, eV/atom"""
    force = sum(np.abs(r.rows @ c[r.columns] - r.forces).sum() for _, r in some)
    energy = sum(abs(r.energy @ c[r.columns] - r.value) for _, r in some)
    return float(force / sum(len(r.forces) for _, r in some)), float(energy / len(some))


def search(parts, judged):
    """chooses sigmas and ridge: each in turn is increased or decreased by its step while the error decreases"""
    def score(sigma):
        c = solve(parts, sigma)
        if c is None:
            return float("inf"), None
        force, energy = errors_of(judged, c)
        return force + ENERGY * energy, (force, energy)

    sigma = dict(START)
    best, errors = score(sigma)
    for key, step in SEARCH.items():
        for factor in (step, 1.0 / step):
            moved = False
            while True:
                other = {**sigma, key: sigma[key] * factor}
                value, of = score(other)
                if not value < best * (1.0 - 1e-3):
                    break
                sigma, best, errors, moved = other, value, of, True
            if moved:
                break
    return sigma, errors


# ---- one rival ---------------------------------------------------------------------------

def fit(options, name, model, cells):
    """chooses the settings, fits, writes the files of LAMMPS; returns the results"""
    recipe = [list(model), START, SEARCH, ENERGY, options.facts]
    path = os.path.join(options.cache, slug(name) + ".fit.json")
    result = load(path, recipe)
    if result is not None:
        return result
    rows = make_rows(options, name, model, cells)
    aside = [r for k, r in enumerate(rows.alloys) if k % 4 == 3]  # as in accuracy.py
    early = sums_of(rows.size, [r for k, r in enumerate(rows.alloys) if k % 4 != 3])
    sigma, errors = search([(rows.fitted, 1), (early, 1)], rows.judged + aside)
    result = {"sigma": sigma, "validation": errors, "size": rows.size}
    print(f"{name}: validation {errors[0]:.4f} eV/Angstrom, {1e3 * errors[1]:.2f} meV/atom, "
          + ", ".join(f"{k} {v:.2g}" for k, v in sigma.items()), flush=True)
    if options.trial:
        return result
    del early
    add(rows.fitted, rows.judged + rows.alloys)
    for sums in rows.fitted.values():
        sums.flush()
    result["folds"] = [fold for k in range(FOLDS) for fold in judge_fold(rows, sigma, k)]
    c = solved([(rows.fitted, 1)], sigma)
    write_coefficients(model, os.path.join(options.cache, slug(name)), c)
    result["disagreement"] = check(options, name, model, c, cells)
    return store(path, recipe, result)


def judge_fold(rows, sigma, fold):
    """(number of the cell, components, force MAE, energy error) of the alloys of a fold"""
    mine = range(fold, len(rows.alloys), FOLDS)
    c = solved([(rows.fitted, 1), (sums_of(rows.size, [rows.alloys[k] for k in mine]), -1)], sigma)
    return [(k, len(rows.alloys[k][1].forces), *errors_of([rows.alloys[k]], c)) for k in mine]


def check(options, name, model, c, cells):
    """compares pair_style with the rows on frames of every kind; the largest difference"""
    lmp, path, worst = start_lammps(), os.path.join(options.cache, slug(name)), 0.0
    for text in cells.alloys[:3] + cells.fitted[::max(1, len(cells.fitted) // 12)]:
        frame = Frame(text)
        r = frame_rows(lmp, model, path, frame)
        energy = r.energy @ c[r.columns] - r.value + frame.energy / len(frame.atoms)
        ours = r.rows @ c[r.columns] - r.forces
        found, theirs, wanted = evaluate(lmp, frame, commands(*pair_style(model, path)))
        scale = max(1.0, np.abs(theirs).max())
        worst = max(worst, abs(energy - found / len(frame.atoms)),
                    np.abs(ours + wanted - theirs).max() / scale)
    if not worst <= AGREE:
        sys.exit(f"{program()}: {name}: pair_style differs from the rows by {worst:.1e}: > {AGREE:g}")
    return float(worst)


def commands(style, coeff):
    return f"pair_style {style}\npair_coeff * * {coeff}"


FITPOD = """file_format extxyz
file_extension xyz
path_to_training_data_set fitpod
path_to_test_data_set fitpod
fitting_weight_energy {energy}
fitting_weight_force 1.0
fitting_regularization_parameter 1e-12
error_analysis_for_training_data_set 0
error_analysis_for_test_data_set 0
basename_for_output_files fitpod
precision_for_pod_coefficients 17
"""


def check_fitpod(options, cells):
    """checks that the coefficients of fitpod of LAMMPS solve our equations for some cells: |N c - r| / |r|"""
    model, weight = Pod(two=4, three=3, three_l=3, four=1, four_l=1), 100.0
    some = cells.alloys[:3] + cells.fitted[::max(1, len(cells.fitted) // 100)]
    path = os.path.join(options.cache, "fitpod")
    os.makedirs(path, exist_ok=True)
    write_whole(os.path.join(path, "some.xyz"), "".join(some))
    write_whole(path + ".data", FITPOD.format(energy=weight))
    write_parameters(model, path)
    write_whole(path + ".in", "units metal\nfitpod fitpod.pod fitpod.data\n")
    subprocess.run([options.lmp, "-in", "fitpod.in", "-log", "none", "-screen", "none"],
                   cwd=options.cache, check=True)
    c = np.loadtxt(path + "_coefficients.pod", skiprows=1)
    lmp, sums = start_lammps(), normal.Sums(len(c))
    for text in some:
        r = frame_rows(lmp, model, path, Frame(text))
        sums.add(r.columns, weight * r.energy[None], [weight * r.value])
        sums.add(r.columns, r.rows, r.forces)
    sums.flush()
    matrix = np.tril(sums.matrix) + np.tril(sums.matrix, -1).T
    worst = np.abs(matrix @ c - sums.vector).max() / np.abs(sums.vector).max()
    print(f"fitpod, {len(some)} cells, {len(c)} coefficients: solves our equations to {worst:.1e}", flush=True)
    if not worst <= 1e-7:
        sys.exit(f"{program()}: fitpod's coefficients do not solve our equations of the same cells")
    return float(worst)


# ---- errors on the test cells ------------------------------------------------------------

def judge(options, name, style, coeff, files):
    """[[config_type, components, force MAE, energy error an atom], ...] of the frames of test.xyz"""
    path = os.path.join(options.cache, slug(name) + ".test.json")
    recipe = [style, coeff, [file_digest(f) for f in files], options.test_digest]
    result = load(path, recipe)
    if result is not None:
        return result
    some = [Frame(text) for text in frames(options.test)]
    if style == "soapz":
        return store(path, recipe, judge_soapz(options, files[0], some))
    lmp, found, energies = start_lammps(), [], []
    for frame in some:
        energy, forces, wanted = evaluate(lmp, frame, commands(style, coeff))
        energies.append(energy)
        found.append([frame.kind, len(forces), float(np.abs(forces - wanted).mean())])
    if name == PUBLISHED:
        off = accuracy.energy_errors(some, energies)
    else:
        off = [abs(e - f.energy) / len(f.atoms) for e, f in zip(energies, some)]
    return store(path, recipe, [[*row, float(e)] for row, e in zip(found, off, strict=True)])


def judge_soapz(options, file, some):
    whole = os.path.join(options.cache, "validate.json")
    subprocess.run([options.soapz, "validate", file, options.test, "--no-variance", "--json", whole],
                   stdout=subprocess.DEVNULL, check=True)
    with open(whole) as stream:
        found = json.load(stream)["frames"]
    os.remove(whole)
    return [[frame.kind, 3 * of["n_atoms"], of["models"][0]["force_mae"],
             abs(of["models"][0]["energy"] - of["energy"]) / of["n_atoms"]]
            for frame, of in zip(some, found, strict=True)]


def grouped(rows):
    result = {}
    for group, pattern in GROUPS.items():
        of = [r for r in rows if re.search(pattern, r[0])]
        result[group, "force"] = sum(r[1] * r[2] for r in of) / sum(r[1] for r in of)
        result[group, "energy"] = sum(r[3] for r in of) / len(of)
    return result


def of_folds(folds):
    """force and energy MAE over all folds"""
    n = sum(f[1] for f in folds)
    return sum(f[1] * f[2] for f in folds) / n, sum(f[3] for f in folds) / len(folds)


# ---- costs -------------------------------------------------------------------------------

PUBLISHED = "SNAP, published"


def time_all(options, styles):
    """{name: ratio to the published SNAP}; median, minimum and maximum of its microseconds"""
    side, atoms = alloy(CELLS)
    write_data(os.path.join(options.cache, "cell.data"), side, atoms)
    pairs = {}
    for k, name in itertools.product(range(options.rounds), [s for s in styles if s != PUBLISHED]):
        style, coeff, files = styles[name]
        known = os.path.join(options.cache, slug(name) + ".time.json")
        recipe = [style, coeff, [file_digest(f) for f in files], options.steps]
        pairs[name] = (load(known, recipe) or [])[:options.rounds]
        if len(pairs[name]) > k:
            continue
        snap = time_lammps(options, options.cache, "snap", options.snap, options.steps)["step"]
        ours = time_lammps(options, options.cache, style, coeff, options.steps)["step"]
        pairs[name].append([snap, ours])
        store(known, recipe, pairs[name])
        print(f"timed {name}, round {k + 1}: {ours:.1f} us, {ours / snap:.2f}", flush=True)
    every = [s for of in pairs.values() for s, _ in of]
    ratio = {PUBLISHED: 1.0, **{name: median(o / s for s, o in of) for name, of in pairs.items()}}
    return ratio, (median(every), min(every), max(every))


# ---- table ------------------------------------------------------------------------------

Row = namedtuple("Row", "name family size ratio errors alloys")  # alloys: (force, energy) or None


def table(options, rows, snap_cost):
    snap, low, high = snap_cost
    best, kept = float("inf"), set()
    for r in sorted(rows, key=lambda r: r.ratio):
        if r.errors["all", "force"] < best:
            best = r.errors["all", "force"]
            kept.add(r.name)
    facts = options.facts
    lines = ["# Comparison with SNAP and POD", "",
             f"Written by rivals.py. The fits use {facts['fitted'][0] + facts['judged'][0] + facts['alloys'][0]} DFT "
             f"cells ({facts['fitted'][1] + facts['judged'][1] + facts['alloys'][1]} atoms). The errors "
             f"are those on the authors' test.xyz (360 cells, 8,400 atoms). {cpu_name()}, one core, "
             f"{options.rounds} rounds. Every model is timed right after the published SNAP, which took {low:.1f} to "
             f"{high:.1f} µs. Bold: on the Pareto front of cost and force MAE.", "",
             "| potential | coefficients | µs per atom and step | of SNAP | force MAE, eV/Å | energy MAE, "
             "meV/atom | alloys left out: force | energy |", "|---|---:|---:|---:|---:|---:|---:|---:|"]
    for r in sorted(rows, key=lambda r: r.ratio):
        name = f"**{r.name}**" if r.name in kept else r.name
        alloys = f"{r.alloys[0]:.4f} | {1e3 * r.alloys[1]:.2f}" if r.alloys else "– | –"
        lines.append(f"| {name} | {r.size or '–'} | {snap * r.ratio:.1f} | {r.ratio:.2f} | "
                     f"{r.errors['all', 'force']:.4f} | {1e3 * r.errors['all', 'energy']:.2f} | {alloys} |")
    lines += ["", "Alloys left out: the 24 ternary and quaternary cells are divided into six folds, and each fold is "
              "left out once from a fit to all other cells. For soapz (kfold.py) it is a fit to all other alloys "
              "and a part of the other cells."]
    for kind, unit, scale, digits in (("force", "eV/Å", 1.0, 4), ("energy", "meV/atom", 1e3, 2)):
        lines += ["", f"| {kind} MAE, {unit} | " + " | ".join(GROUPS) + " |",
                  "|---|" + "---:|" * len(GROUPS)]
        lines += [f"| {r.name} | " + " | ".join(f"{scale * r.errors[g, kind]:.{digits}f}" for g in GROUPS)
                  + " |" for r in sorted(rows, key=lambda r: r.ratio)]
    return "\n".join(lines) + "\n"


# ---- main --------------------------------------------------------------------------------

def named(parser, values, what):
    pairs = {}
    for value in values or []:
        name, equals, path = value.partition("=")
        if not equals or name in pairs or name in RIVALS:
            parser.error(f"{what} {value}: wanted NAME=FILE, each NAME once")
        pairs[name] = need(path, what)
    return pairs


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=
                                     argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--data", required=True, help="folder of NbMoTaW")
    parser.add_argument("--cache", help="folder of sums, fits, errors and times [BUILD/rivals]")
    parser.add_argument("--docs", default=os.path.join(ROOT, "bench"), help="for rivals.md, .png")
    parser.add_argument("--model", action="append", help="NAME=FILE of soapz, may be repeated")
    parser.add_argument("--kfold", action="append", help="NAME=FILE.json of kfold.py for a model")
    parser.add_argument("--only", help="regular expression: these rivals [all]")
    parser.add_argument("--trial", action="store_true", help="errors of the frames set aside, no more")
    parser.add_argument("--part", type=int, default=8, help="with --trial: every which frame [8]")
    parser.add_argument("--rounds", type=int, default=3, help="of timing [3]")
    parser.add_argument("--steps", type=int, default=10, help="MD steps that are timed [10]")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    options.cache = os.path.abspath(options.cache or os.path.join(options.build, "rivals"))
    os.makedirs(options.cache, exist_ok=True)
    for name, file in (("train", "train.xyz"), ("multinary", "multinary24.xyz"), ("test", "test.xyz")):
        setattr(options, name, need(os.path.join(options.data, file), "--data"))
    snap = need(os.path.join(options.data, "Ta-W-Nb-Mo.snapcoeff"), "--data")[:-len("coeff")]
    options.snap_files = [snap + "coeff", snap + "param"]
    options.snap = " ".join((*options.snap_files, *ELEMENTS))
    options.rivals = {n: m for n, m in RIVALS.items() if re.search(options.only or "", n)}
    folder = os.path.join(ROOT, "potentials", "NbMoTaW")
    options.models = named(parser, options.model or [
        f"soapz {n}={os.path.join(folder, n + '.soapz')}" for n in ("fast", "balanced", "accurate")],
        "--model")
    options.kfolds = named(parser, options.kfold, "--kfold")
    if set(options.kfolds) - set(options.models):
        parser.error("--kfold is for a NAME of --model")
    if not options.trial:
        options.lmp = need(shutil.which(options.lmp) or options.lmp, "--lmp")
        options.soapz = need(os.path.join(options.build, "soapz"), "--build")
        need(os.path.join(options.build, "soapzplugin.so"), "--build")
    return options


def all_rows(options, fits):
    """styles in LAMMPS, errors and costs of all that are compared"""
    styles = {PUBLISHED: ("snap", options.snap, options.snap_files)}
    for name, file in options.models.items():
        styles[name] = ("soapz", f"{file} {' '.join(ELEMENTS)}", [file])
    for name in fits:
        style, coeff = pair_style(RIVALS[name], os.path.join(options.cache, slug(name)))
        styles[name] = (style, coeff, [w for w in coeff.split() if os.path.isabs(w)])
    errors = {name: grouped(judge(options, name, *of)) for name, of in styles.items()}
    ratio, snap_cost = time_all(options, styles)
    rows = []
    for name, (style, _, _) in styles.items():
        alloys = None
        if name in fits:
            alloys = of_folds(fits[name]["folds"])
        elif name in options.kfolds:
            with open(options.kfolds[name]) as file:
                found = json.load(file)["errors"]["all"]
            alloys = found["force"], found["energy"]
        family = name if name == PUBLISHED else "soapz" if style == "soapz" else name.split(",")[0]
        size = fits[name]["size"] if name in fits else 4 * 31 if name == PUBLISHED else None
        rows.append(Row(name, family, size, ratio[name], errors[name], alloys))
    return rows, snap_cost


def main():
    options = parse()
    import draw  # before the fits: if matplotlib is missing, this fails at once
    cells = read_cells(options, options.part if options.trial else 1)
    options.facts = {name: (len(of), sum(int(f.split(None, 1)[0]) for f in of), digest(*of))
                     for name, of in cells._asdict().items()}
    options.test_digest = file_digest(options.test)
    known = os.path.join(options.cache, "fitpod.json")
    if not options.trial and load(known, options.facts) is None:
        store(known, options.facts, check_fitpod(options, cells))
    fits = {name: fit(options, name, model, cells) for name, model in options.rivals.items()}
    if options.trial:
        return
    rows, snap_cost = all_rows(options, fits)
    text = table(options, rows, snap_cost)
    print(text)
    page = os.path.join(options.docs, "rivals.md")
    write_whole(page, text)
    draw.write_figure(draw.rivals(page), os.path.join(options.docs, "rivals.png"))


if __name__ == "__main__":
    run_main(main)

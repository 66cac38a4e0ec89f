#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""k-fold cross-validation of the settings of a fit.

    kfold.py --cells FILE.xyz --conf FILE.conf [--train FILE.xyz] [--folds 6] [--part 6] [--scale 1]

The cells of FILE.xyz are divided into folds, each config_type evenly. The training data of a fold are
the cells of all other folds and a part of --train, which is not used for testing: every --part-th
frame of each config_type, and all frames of *_Surface and *_Elastic. The settings are those of
FILE.conf (docs/fit.md); n_sparse of the [soap] sections is multiplied with --scale, so that a fit
takes minutes. The fit runs in the cache: a core file must be in the folder of FILE.conf, other files
need absolute paths.

For NbMoTaW (Li et al., npj Comput Mater 6, 70 (2020)) the cells are multinary24.xyz.

Force errors are means over all components, energy errors over cells. Fits and errors are kept in
--cache, so that an interrupted run can be continued and only changed parts are computed again."""
import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter, namedtuple

from common import (ROOT, Frame, frames, kind_of, load, need, program, run_fit, run_main, store,
                    write_whole)

WHOLE = re.compile(r"_(Surface|Elastic)$")
OWN = {"train", "at_file", "model", "gp_file", "test", "test_file"}  # settings that this script sets
SCALED = {"n_sparse", "config_type_n_sparse"}
CORE = {"core", "core_param_file"}
RELAXED = 0.05  # eV/Angstrom, mean of |f| over the components

# force: mean over the 3 n_atoms components; energy: an atom, without its sign
Cell = namedtuple("Cell", "number fold n_atoms n_elements size force energy")


# ---- data and settings -------------------------------------------------------------------

def thinned(path, part):
    """every part-th frame of each config_type, all frames of some types"""
    seen = Counter()
    for frame in frames(path):
        kind = kind_of(frame)
        if WHOLE.search(kind) or seen[kind] % part == 0:
            yield frame
        seen[kind] += 1


def rewritten(text, folder, scale, own):
    """writes the configuration to `folder`, with the files of this script and fewer sparse points in [soap]"""
    lines, section = [f"{key} = {value}" for key, value in own.items()], ""
    for line in text.splitlines():
        code = line.split("#")[0].strip()
        key = code.split("=")[0].strip()
        if code.startswith("["):
            section = code.strip("[] \t")
        elif not section and key in OWN:
            continue
        elif not section and key in CORE:
            line = f"{key} = {os.path.join(folder, code.split('=', 1)[1].strip())}"
        elif section == "soap" and key in SCALED:
            value = code.split("=", 1)[1]  # a number, or one for each config_type
            line = f"{key} =" + re.sub(r"(?<![\w.])\d+(?![\w.])", lambda n: str(
                max(1, round(scale * int(n[0])))), value)
        lines.append(line)
    return "\n".join(lines) + "\n"


# ---- one fold ----------------------------------------------------------------------------

def judge(options, fold, model, path):
    """the cells of a fold, from soapz validate"""
    whole = path + ".whole"
    subprocess.run([options.soapz, "validate", model, path, "--no-variance", "--json", whole],
                   stdout=subprocess.DEVNULL, check=True)
    with open(whole) as file:
        found = json.load(file)["frames"]
    os.remove(whole)
    cells = []
    for k, (number, of) in enumerate(zip(options.order[fold::options.folds], found, strict=True)):
        frame, ours = Frame(options.cells[number]), of["models"][0]
        if len(frame.atoms) != of["n_atoms"] or None in (ours["energy"], of["energy"], ours["force_mae"]):
            sys.exit(f"{program()}: {path}: frame {k + 1} has no errors")
        cells.append(Cell(number, fold, len(frame.atoms), len({a[0] for a in frame.atoms}),
                          sum(map(abs, frame.forces)) / len(frame.forces), ours["force_mae"],
                          abs(ours["energy"] - of["energy"]) / len(frame.atoms)))
    return cells


def run_fold(options, fold):
    """errors of the cells of one fold, from the cache if they are known"""
    name = f"{options.name}_{fold}"
    path = os.path.join(options.cache, name)
    own = {"train": name + ".train.xyz", "model": name + ".soapz"}
    text = rewritten(options.conf_text, options.folder, options.scale, own)
    mine = options.order[fold::options.folds]
    held = [options.cells[k] for k in mine]
    train = "".join(options.frames + [c for k, c in enumerate(options.cells) if k not in mine])
    recipe = [text, *(hashlib.sha256(t.encode()).hexdigest() for t in (train, "".join(held)))]
    result = load(path + ".json", recipe)
    if result is None:
        write_whole(path + ".conf", text)
        write_whole(path + ".train.xyz", train)
        write_whole(path + ".cells.xyz", "".join(held))
        seconds = run_fit(options, [path + ".conf"], name)
        result = store(path + ".json", recipe,
                       judge(options, fold, path + ".soapz", path + ".cells.xyz"))
        os.remove(path + ".train.xyz")
        print(f"fitted {name}: {seconds:.0f} s", flush=True)
    return [Cell(*c) for c in result]


# ---- all of them -------------------------------------------------------------------------

NAMES = {1: "elements", 2: "binary", 3: "ternary", 4: "quaternary", 5: "quinary"}


def groups(options, cells):
    """{name: its cells}: by elements, forces, config_type and fold"""
    chosen = {"all": cells}
    for n in sorted({c.n_elements for c in cells}):
        chosen[NAMES.get(n, f"{n} elements")] = [c for c in cells if c.n_elements == n]
    chosen[f"relaxed, mean abs. force component below {RELAXED} eV/Å"] = [
        c for c in cells if c.size < RELAXED]
    chosen["not relaxed"] = [c for c in cells if c.size >= RELAXED]
    kinds = [kind_of(text) for text in options.cells]
    if len(set(kinds)) > 1:
        for kind in sorted(set(kinds)):
            chosen[kind] = [c for c in cells if kinds[c.number] == kind]
    for fold in range(options.folds):
        chosen[f"fold {fold}"] = [c for c in cells if c.fold == fold]
    return {name: of for name, of in chosen.items() if of}


def errors(cells):
    n_atoms = sum(c.n_atoms for c in cells)
    return {"cells": len(cells), "atoms": n_atoms,
            "size": sum(c.n_atoms * c.size for c in cells) / n_atoms,
            "force": sum(c.n_atoms * c.force for c in cells) / n_atoms,
            "energy": sum(c.energy for c in cells) / len(cells)}


def table(summary):
    lines = ["| held-out cells | cells | atoms | mean abs. force component, eV/Å | "
             "force MAE, eV/Å | energy MAE, meV/atom |", "|---|---:|---:|---:|---:|---:|"]
    lines += [f"| {name} | {e['cells']} | {e['atoms']} | {e['size']:.3f} | {e['force']:.4f} | "
              f"{1e3 * e['energy']:.2f} |" for name, e in summary.items()]
    return "\n".join(lines)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=
                                     argparse.RawDescriptionHelpFormatter)
    build = os.path.join(ROOT, "build")
    parser.add_argument("--cells", required=True, help="dealt into folds")
    parser.add_argument("--train", help="always fitted, in part")
    parser.add_argument("--conf", required=True, help="settings, a file of soapz fit")
    parser.add_argument("--folds", type=int, default=6, help="[6]")
    parser.add_argument("--part", type=int, default=6, help="every which frame of --train is fitted [6]")
    parser.add_argument("--scale", type=float, default=1.0,
                        help="n_sparse of SOAP terms, in parts of that in the file [1]")
    parser.add_argument("--soapz", default=os.path.join(build, "soapz"), help="[build/soapz]")
    parser.add_argument("--cache", default=os.path.join(build, "kfold"),
                        help="folder of fits and errors [build/kfold]")
    options = parser.parse_args()
    options.soapz = need(options.soapz, "--soapz")
    if options.part < 1 or not 0.0 < options.scale < float("inf"):
        parser.error("--part and --scale are above 0")
    options.frames = []
    if options.train:
        options.frames = list(thinned(need(options.train, "--train"), options.part))
    options.cells = list(frames(need(options.cells, "--cells")))
    options.order = sorted(range(len(options.cells)), key=lambda k: kind_of(options.cells[k]))
    if not 2 <= options.folds <= len(options.cells):
        parser.error(f"--folds: from 2 to {len(options.cells)}, the number of cells")
    with open(need(options.conf, "--conf")) as file:
        options.conf_text = file.read()
    options.folder, name = os.path.split(os.path.splitext(os.path.abspath(options.conf))[0])
    name = f"{os.path.basename(options.folder)}_{name}"
    options.name = f"{name}_folds{options.folds}_part{options.part}_scale{options.scale:g}"
    options.cache = os.path.abspath(options.cache)
    os.makedirs(options.cache, exist_ok=True)
    return options


def main():
    options = parse()
    cells = sorted(c for fold in range(options.folds) for c in run_fold(options, fold))
    summary = {name: errors(of) for name, of in groups(options, cells).items()}
    write_whole(os.path.join(options.cache, options.name + ".json"), json.dumps(
        {"conf": options.conf_text, "folds": options.folds, "part": options.part,
         "scale": options.scale, "errors": summary, "cells": [c._asdict() for c in cells]},
        indent=1))
    print(f"\n{options.name}: the other folds and {len(options.frames)} frames more fitted\n")
    print(table(summary))


if __name__ == "__main__":
    run_main(main)

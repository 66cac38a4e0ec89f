#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Four-body terms for a molecule: acetylacetone, fitted at 300 K, tested at 300 K and 600 K.

    molecules.py --data FOLDER [--soapz build/soapz] [--cache build/molecules] [--only REGEX]

FOLDER holds train_300K.xyz, test_MD_300K.xyz and test_MD_600K.xyz of acetylacetone in the BOTNet data
sets (Batatia et al., arXiv:2205.06643, MIT licence). Every candidate has the same two-body terms
and one or two SOAP terms with --n-sparse points per element each; all other settings are equal. Fits to
every frame, every 2nd and every 5th frame (--every 1 2 5) show the dependence on the amount of data.

Fits and errors are kept in --cache. Writes molecules.md into this folder."""
import argparse
import json
import os
import re
import subprocess
from collections import namedtuple

from common import HERE, ROOT, cpu_name, load, need, run_fit, run_main, store, write_whole

PAIR = ("distance_2b cutoff=5.0 cutoff_transition_width=1.0 covariance_type=ard_se delta=2 "
        "theta_uniform=0.6 sparse_method=uniform n_sparse=20 add_species=T")
SOAP = ("soap n_max={n} l_max={l} atom_sigma=0.4 cutoff=4.0 cutoff_transition_width=1.0 delta=1.0 "
        "covariance_type=dot_product sparse_method=cur_points n_sparse={sparse} add_species=T "
        "zeta={zeta} {keys}")
TESTS = {"300 K": "test_MD_300K.xyz", "600 K": "test_MD_600K.xyz"}

# points: times --n-sparse
Term = namedtuple("Term", "label n l zeta points", defaults=(1,))
THREE = Term("nu,mu=1,1", 8, 4, 2)
CANDIDATES = [
    [THREE],
    [THREE._replace(points=2)],
    [THREE._replace(zeta=1)],
    [Term("nu=2", 8, 4, 2)],
    [Term("nu,mu^=1,2", 5, 4, 2)],
    [THREE, Term("nu,mu^=1,2", 5, 4, 1)],
    [THREE, Term("nu,mu^=1,2", 5, 4, 2)],
    [THREE, Term("nu,mu,mu^=1,1,1", 5, 3, 1)],
    [THREE, Term("nu,mu,mu^=1,1,1", 5, 3, 2)],
    [THREE, Term("nu,nu^,mu=1,1,1", 4, 3, 1)],
    [THREE, Term("K=3 K=32", 5, 4, 2)],
    [Term("nu=2", 8, 4, 2), Term("nu,mu,mu^=1,1,1", 5, 3, 2)],
]


def name_of(terms):
    return " + ".join(f"{t.label} ({t.n}, {t.l}) zeta={t.zeta}{', twice the points' if t.points == 2 else ''}"
                      for t in terms)


def text_of(term, options):
    label, *more = term.label.split(" ")
    return SOAP.format(n=term.n, l=term.l, zeta=term.zeta, sparse=term.points * options.n_sparse,
                       keys=" ".join([f"compression={{{{{label}}}}}", *more]))


def thin(path, part, out):
    """every part-th frame"""
    with open(path) as file:
        lines = file.readlines()
    size = int(lines[0]) + 2
    kept = [line for k in range(0, len(lines) // size, part) for line in lines[k * size:(k + 1) * size]]
    write_whole(out, "".join(kept))


def judge(options, model, name):
    """mean absolute errors: energies in meV per molecule, force components in eV/Angstrom"""
    out = os.path.join(options.cache, "errors.json")
    subprocess.run([options.soapz, "validate", model, name, "--no-variance", "--json", out], check=True,
                   cwd=options.cache, stdout=subprocess.DEVNULL)
    with open(out) as file:
        found = json.load(file)
    errors = found["models"][0]["errors"]["all"]
    return [1e3 * errors["energy"]["mae"] * found["n_atoms"] / found["n_frames"], errors["force"]["mae"]]


def lengths(options, model):
    done = subprocess.run([options.soapz, "info", model], check=True, cwd=options.cache, text=True,
                          stdout=subprocess.PIPE).stdout
    return [int(n) for n in re.findall(r"published, (\d+) inside", done)]


def measure(options, terms, every):
    recipe = [PAIR, *(text_of(t, options) for t in terms), every]
    slug = re.sub(r"[^A-Za-z0-9]+", "_", f"{name_of(terms)} of {every}")
    path = os.path.join(options.cache, slug + ".json")
    known = load(path, recipe)
    if known:
        return known
    model = slug + ".soapz"
    run_fit(options, [
        f"at_file=train_{every}.xyz", f"gp_file={model}", f"gap={{{' : '.join(recipe[:-1])}}}",
        "default_sigma={0.0005 0.02 0.0 0.0}", "energy_parameter_name=energy",
        "force_parameter_name=forces", "e0_method=average", "sparse_jitter=1e-10"], name_of(terms))
    result = {"lengths": lengths(options, model),
              "errors": {test: judge(options, model, name) for test, name in TESTS.items()}}
    return store(path, recipe, result)


def prepare(options):
    options.cache = os.path.abspath(options.cache)
    os.makedirs(options.cache, exist_ok=True)
    train = need(os.path.join(options.data, "train_300K.xyz"), "the training frames")
    for every in options.every:
        thin(train, every, os.path.join(options.cache, f"train_{every}.xyz"))
    for name in TESTS.values():
        thin(need(os.path.join(options.data, name), "a test"), 1, os.path.join(options.cache, name))


def row(terms, found, every):
    cells = [f"{found[e]['errors'][test][0]:.1f}; {found[e]['errors'][test][1]:.4f}"
             for e in every for test in TESTS]
    return f"| {name_of(terms)} | {' + '.join(map(str, found[every[0]]['lengths']))} | {' | '.join(cells)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--soapz", default=os.path.join(ROOT, "build", "soapz"))
    parser.add_argument("--cache", default=os.path.join(ROOT, "build", "molecules"))
    parser.add_argument("--n-sparse", type=int, default=600)
    parser.add_argument("--every", type=int, nargs="+", default=[1, 5])
    parser.add_argument("--only", default="", help="candidates whose name holds this")
    options = parser.parse_args()
    options.soapz = need(options.soapz, "soapz")
    prepare(options)
    rows = []
    for terms in CANDIDATES:
        if not re.search(options.only, name_of(terms)):
            continue
        rows.append(row(terms, {e: measure(options, terms, e) for e in options.every}, options.every))
        print(rows[-1], flush=True)
    heads = [f"{500 // e} frames, {test}" for e in options.every for test in TESTS]
    table = ["# Acetylacetone: three-body and four-body terms", "",
             f"Written by molecules.py. {cpu_name()}. The fits are to frames of MD at 300 K. The table gives mean "
             "absolute errors of energies in meV per molecule and of force components in eV/Å, each on 650 frames of "
             f"MD. All fits have the same two-body terms and {options.n_sparse} sparse points per element and "
             "SOAP term.", "",
             f"| SOAP terms (n_max, l_max) | components | {' | '.join(heads)} |",
             f"|---|---:|{'---:|' * len(heads)}", *rows, ""]
    if not options.only:
        write_whole(os.path.join(HERE, "molecules.md"), "\n".join(table))


if __name__ == "__main__":
    run_main(main)

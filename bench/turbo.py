#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""soap_turbo compared with QUIP, and with a soap of the same length.

    turbo.py --quippy-python PYTHON [--build build] [--lmp .venv/bin/lmp] [--rounds 3]

CPU time on one core for silicon in the diamond structure: 216 atoms. QUIP evaluates the single
cell (energy and forces by quippy). LAMMPS repeats it 2 x 2 x 2 and runs MD at 300 K (whole steps,
neighbour lists included). Energy and forces of the first configuration are compared. Every round
runs all models once, one after the other. Ratios are taken within a round; results are medians
over the rounds. The first run makes three models with the gap_fit in the folder of the Python of
quippy; their training cells are computed by this script:

published  distance_2b, angle_3b and soap_turbo with alpha_max 8, l_max 8, poly3gauss and
           trivial compression (72 components), like the published potentials of C and Si
turbo      the soap_turbo alone
soap       a soap with n_max 8, l_max 8 and nu_R=1 instead (73 components), with the same
           channels

load: `soapz eval` of one atom, the whole process, and the time of QUIP to read the model."""
import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from statistics import median

import numpy as np
from ase.build import bulk
from ase.io import read, write

from common import (ROOT, add_options, cpu_name, need, one_core, run_lmp, run_main,
                    step_times)

sys.path.insert(0, os.path.join(ROOT, "tests"))
import make_turbo_models as labels  # noqa: E402

CELLS, TIMES, LATTICE = 3, 2, 5.4  # cells along an axis for QUIP, how often LAMMPS repeats them, the lattice parameter
AGREE = 1e-6  # relative; the rounding errors of QUIP are 1e-8 with alpha_max 8, and 1e-7 in the forces with nf 4

POINTS = "covariance_type=dot_product sparse_method=random"
TURBO = ("soap_turbo l_max=8 alpha_max={{8}} atom_sigma_r={{0.5}} atom_sigma_t={{0.5}} "
         "rcut_hard=5.0 rcut_soft=4.5 basis=poly3gauss radial_enhancement=1 n_species=1 "
         "species_Z={{14}} compress_mode=trivial add_species=F zeta=4 delta=0.5 n_sparse=%d "
         + POINTS)
SOAP = ("soap l_max=8 n_max=8 atom_sigma=0.5 cutoff=5.0 cutoff_transition_width=0.5 nu_R=1 "
        "nu_S=1 add_species=F n_species=1 species_Z={{14}} Z=14 zeta=4 delta=0.5 n_sparse=%d "
        + POINTS)
BODIES = ("distance_2b Z1=14 Z2=14 cutoff=5.0 covariance_type=ard_se theta_uniform=0.8 delta=1.0 "
          "n_sparse=40 sparse_method=uniform add_species=F : angle_3b Z_center=14 Z1=14 Z2=14 "
          "cutoff=3.4 covariance_type=pp theta_uniform=4.0 delta=0.02 n_sparse=200 "
          "sparse_method=uniform add_species=F : ")
MODELS = {"published": BODIES + TURBO, "turbo": TURBO, "soap": SOAP}

SCRIPT = """
units         metal
atom_modify   map array
read_data     cell.data
replicate     {times} {times} {times}
pair_style    soapz
pair_coeff    * * {model} Si
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


# ---- models ------------------------------------------------------------------------------

def silicon(cells, shake, seed):
    atoms = bulk("Si", "diamond", a=LATTICE, cubic=True).repeat(cells)
    atoms.positions += 0.4 + np.random.default_rng(seed).uniform(-shake, shake,
                                                                 atoms.positions.shape)
    return atoms


def make_models(folder, gap_fit, points):
    """makes the folder when all models are complete"""
    part = folder.rstrip("/") + ".part"
    shutil.rmtree(part, ignore_errors=True)
    os.makedirs(part)
    rng, frames = np.random.default_rng(5), []
    for k in range(80):
        atoms = silicon((2, 1, 1), 0.08 + 0.004 * k, k)
        strain = np.eye(3) * rng.uniform(0.95, 1.08) + rng.uniform(-0.04, 0.04, (3, 3))
        atoms.set_cell(atoms.cell.array @ strain, scale_atoms=True)
        frames.append(labels.label(atoms))
    labels.write_training(os.path.join(part, "train.xyz"), frames)
    for name, gap in MODELS.items():
        command = [gap_fit, "at_file=train.xyz", "energy_parameter_name=energy",
                   "force_parameter_name=force", "virial_parameter_name=virial",
                   "gp_file=%s.xml" % name, "default_sigma={0.01 0.3 0.5 0.0}",
                   "sparse_jitter=1e-8", "rnd_seed=1", "do_copy_at_file=F",
                   "e0={Si:%g}" % labels.E0["Si"], "gap={%s}" % (gap % points)]
        with open(os.path.join(part, name + ".log"), "w") as log:
            subprocess.run(command, cwd=part, stdout=log, stderr=subprocess.STDOUT, check=True)
    os.rename(part, folder)


# ---- one measurement each ----------------------------------------------------------------

def time_lammps(options, folder, model):
    """microseconds per atom for a whole step and for the pair style; energy per cell, forces"""
    text = run_lmp(options, folder, SCRIPT.format(model=model, steps=options.steps, times=TIMES))
    n = 8 * CELLS ** 3
    lines = text.splitlines()
    row = next(k for k, line in enumerate(lines) if line.split()[:2] == ["Step", "PotEng"])
    with open(os.path.join(folder, "forces.txt")) as file:
        rows = [line.split()[1:] for line in file.read().splitlines()[9:]]
    step, pair = (1e6 * t / (n * TIMES ** 3) for t in step_times(text))
    return {"step": step, "pair": pair, "energy": float(lines[row + 1].split()[1]) / TIMES ** 3,
            "forces": np.array(rows[:n], float)}


def time_load(options, folder, model):
    """CPU seconds of a process that reads the model and evaluates one atom"""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([os.path.join(options.build, "soapz"), "eval", model, "atom.xyz", "-o",
                    "out.xyz"], cwd=folder, env=one_core(), stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def time_quip(options, folder, model):
    text = subprocess.run([options.quippy_python, os.path.join(ROOT, "bench", "quip.py"), model,
                           "cell.xyz", "3"], cwd=folder, env=one_core(), text=True,
                          stdout=subprocess.PIPE, check=True).stdout
    result = json.loads(text.splitlines()[-1])
    return {"atom": 1e6 * median(result["seconds"]) / (8 * CELLS ** 3), "load": result["load"],
            "energy": result["energy"], "forces": np.array(result["forces"])}


def one_round(options, folder, models):
    row = {}
    for name in MODELS:
        model = os.path.join(models, name + ".xml")
        ours, quip = time_lammps(options, folder, model), time_quip(options, folder, model)
        off = max(abs(ours["energy"] / quip["energy"] - 1.0),
                  abs(ours["forces"] - quip["forces"]).max() / abs(quip["forces"]).max())
        row[name] = {"step": ours["step"], "pair": ours["pair"], "QUIP": quip["atom"],
                     "QUIP / step": quip["atom"] / ours["step"],
                     "load": time_load(options, folder, model), "QUIP's load": quip["load"],
                     "difference": off}
    for name in ("turbo", "published"):
        row[name]["step / soap's"] = row[name]["step"] / row["soap"]["step"]
        row[name]["load / soap's"] = row[name]["load"] / row["soap"]["load"]
    return row


# ---- report ------------------------------------------------------------------------------

def report(rows):
    """medians as a Markdown table for README.md; 1 if soapz and QUIP disagree"""
    result = {name: {key: (max if key == "difference" else median)(r[name][key] for r in rows)
                     for key in rows[0][name]} for name in MODELS}
    print("\nmicroseconds of CPU an atom and step; load in seconds\n\n| | "
          + " | ".join(MODELS) + " |\n|---|" + "---:|" * len(MODELS))
    for key in result["turbo"]:
        form = "%.1e" if key == "difference" else "%.3g"
        print("| %s | %s |" % (key, " | ".join(
            form % result[name][key] if key in result[name] else "" for name in MODELS)))
    worst = max(r["difference"] for r in result.values())
    agree = worst <= AGREE
    print("\nlargest difference to QUIP %.1e relative, %s: <= %g"
          % (worst, "agrees" if agree else "DISAGREES", AGREE))
    return 0 if agree else 1


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=
                                     argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--quippy-python", required=True, help="a Python with quippy-ase")
    parser.add_argument("--models", default=os.path.join(ROOT, "build", "bench-turbo"))
    parser.add_argument("--sparse", type=int, default=1000, help="points of soap and soap_turbo")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=25, help="MD steps that are timed")
    options = parser.parse_args()
    options.lmp = need(shutil.which(options.lmp) or options.lmp, "--lmp")
    for name in ("soapz", "soapzplugin.so"):
        need(os.path.join(options.build, name), "--build")
    options.build = os.path.abspath(options.build)
    options.quippy_python = need(shutil.which(options.quippy_python) or options.quippy_python,
                                 "--quippy-python")
    options.gap_fit = need(os.path.join(os.path.dirname(options.quippy_python), "gap_fit"),
                           "gap_fit beside --quippy-python")
    return options


def main():
    options = parse()
    models = os.path.abspath(options.models)
    if not os.path.exists(models):
        print("making the models ...", flush=True)
        make_models(models, options.gap_fit, options.sparse)
    print(f"{cpu_name()}, {time.strftime('%Y-%m-%d %H:%M')}, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        atoms = silicon(CELLS, 0.1, 3)
        write(os.path.join(folder, "cell.xyz"), atoms, format="extxyz")
        atoms = read(os.path.join(folder, "cell.xyz"))  # the XML, for QUIP
        write(os.path.join(folder, "cell.data"), atoms, format="lammps-data", masses=True)
        write(os.path.join(folder, "atom.xyz"), atoms[:1], format="extxyz")
        rows = []
        for k in range(options.rounds):
            rows.append(one_round(options, folder, models))
            print(f"round {k + 1}: " + ", ".join(
                f"{name} {r['step']:.2f} us, QUIP / soapz {r['QUIP / step']:.0f}"
                for name, r in rows[-1].items()), flush=True)
    sys.exit(report(rows))


if __name__ == "__main__":
    run_main(main)

#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Does the molecule live through molecular dynamics?

    md.py                                    300 and 600 K, 20 ps each, then without thermostat
    md.py --potential FILE --ps 1 -T 300     a look

Acetylacetone in its enol form (molecule.data) runs with a Langevin thermostat at each temperature, then as long
without one from where the coldest run ended, at 0.5 fs a step. Reported: the mean temperature, the longest bond
between heavy atoms, the farthest that a hydrogen was from all heavy atoms (the one of the bridge may change
sides), the largest force, and the drift of the total energy, the slope of a straight line. Exit code 1 where a
bond is longer than 2 Angstrom, LAMMPS failed or the energy drifts by more than 0.01 eV over the run."""
import argparse
import os
import shutil
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "examples"))
from lammps_run import run_lmp  # noqa: E402

STEP, EVERY, N = 0.0005, 20, 15  # ps, steps
LONGEST, MAX_CHANGE = 2.0, 0.01  # Angstrom, eV
SCRIPT = """units metal
atom_style atomic
atom_modify map array
{start}
mass 1 1.008
mass 2 12.011
mass 3 15.999
pair_style soapz rank_tolerance 1e-5
pair_coeff * * {model} H C O
timestep {step}
{thermostat}fix move all nve
thermo_style custom step temp etotal
thermo_modify lost error
fix log all print {every} "$(step) $(temp:%.8g) $(etotal:%.14g)" file rows.txt screen no
dump all all custom {every} frames.txt type xu yu zu fx fy fz
dump_modify all sort id format float %.10g
run {steps}
write_restart end.restart
"""


def run(options, name, start, thermostat):
    """The tables of a run: [rows][step, temperature, energy] and [frames][atom][type x y z fx fy fz]"""
    folder = os.path.join(options.output, name)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "in.md"), "w") as file:
        file.write(SCRIPT.format(start=start, model=options.potential, step=STEP, every=EVERY,
                                 thermostat=thermostat, steps=round(options.ps / STEP)))
    run_lmp(["-in", "in.md"], folder, 1)
    with open(os.path.join(folder, "frames.txt")) as file:
        lines = file.read().split("ITEM: TIMESTEP\n")[1:]
    frames = [[line.split() for line in frame.splitlines()[-N:]] for frame in lines]
    return np.loadtxt(os.path.join(folder, "rows.txt"), ndmin=2), np.array(frames, float)


def judge(rows, frames):
    kind, x, force = frames[0, :, 0], frames[:, :, 1:4], frames[:, :, 4:]
    distance = np.linalg.norm(x[:, :, None] - x[:, None, :], axis=-1)
    heavy = kind > 1
    bonded = np.triu(distance[0] < 1.8, 1) & heavy[:, None] & heavy[None, :]
    late = rows[len(rows) // 5:]
    return {"temperature": late[:, 1].mean(), "longest bond": distance[:, bonded].max(),
            "hydrogen": distance[:, ~heavy][:, :, heavy].min(axis=2).max(),
            "largest force": np.linalg.norm(force, axis=-1).max(),
            "drift": np.polyfit(rows[:, 0] * STEP, rows[:, 2], 1)[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--potential", default=os.path.join(HERE, "acac.soapz"))
    parser.add_argument("-T", "--temperatures", type=int, nargs="+", default=[300, 600])
    parser.add_argument("--ps", type=float, default=20.0)
    parser.add_argument("-o", "--output", default="md-output")
    options = parser.parse_args()
    options.potential = os.path.abspath(options.potential)
    options.output = os.path.abspath(options.output)
    os.makedirs(options.output, exist_ok=True)
    shutil.copy(os.path.join(HERE, "molecule.data"), options.output)
    bad = 0
    print(f"{'':9}{'mean K':>8}{'heavy bond, A':>15}{'hydrogen, A':>13}{'force, eV/A':>13}{'drift, eV/ps':>14}")
    for T in sorted(options.temperatures) + ["nve"]:
        start, thermostat = f"read_restart ../{min(options.temperatures)}/end.restart", ""
        if T != "nve":
            start = "read_data ../molecule.data"
            thermostat = (f"velocity all create {2 * T} 4711 mom yes rot yes\n"
                          f"fix heat all langevin {T} {T} 0.1 815\n")
        r = judge(*run(options, str(T), start, thermostat))
        drift = f"{r['drift']:14.1e}" if T == "nve" else ""
        print(f"{T!s:9}{r['temperature']:8.0f}{r['longest bond']:15.3f}{r['hydrogen']:13.3f}"
              f"{r['largest force']:13.2f}{drift}", flush=True)
        bad += not max(r["longest bond"], r["hydrogen"]) < LONGEST
        bad += T == "nve" and not abs(r["drift"]) * options.ps < MAX_CHANGE
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Long molecular dynamics with a potential of Nb Mo Ta W: is it stable?

A random equimolar bcc alloy of 128 atoms runs for --ps picoseconds at each of --temperatures in
each of --ensembles (npt: pressure zero, nvt: a lattice parameter of 3.25 Angstrom), then without
a thermostat from the end of the coldest of these runs. The report gives for each run: the number
of lost atoms, the smallest distance and the largest force (measured every 10 steps), the volume,
and for nve the drift of the total energy, which is the slope of a straight line. All runs can be
interrupted and continued by another call. The exit code is 1 if atoms were lost, LAMMPS failed or
the drift exceeds --max-drift.

    md.py --potential FILE -o FOLDER                 all runs
    md.py --potential FILE -o FOLDER --minutes 20    20 minutes of them; call again to continue
    md.py --potential FILE --ps 1 --temperatures 300 # a short test
"""
import argparse
import hashlib
import json
import os
import sys
import time

import numpy as np

import common

STEP = 0.001  # ps
START = """
variable      quarter equal floor(count(all)/4)
lattice       bcc {lattice}
region        box block 0 {cells} 0 {cells} 0 {cells}
create_box    4 box
create_atoms  1 box
set           type 1 type/subset 2 ${{quarter}} 11
set           type 1 type/subset 3 ${{quarter}} 12
set           type 1 type/subset 4 ${{quarter}} 13
"""
HEAD = """units metal
atom_modify map array
{start}
mass 1 92.906
mass 2 95.95
mass 3 180.948
mass 4 183.84
pair_style soapz
pair_coeff * * {model} Nb Mo Ta W
timestep {step}
thermo_modify lost error
{velocity}
"""
# extremes of pair distances and forces are written; energies are per atom
RUN = """
compute pairs all pair/local dist
compute near all reduce min c_pairs inputs local
variable size atom sqrt(fx*fx+fy*fy+fz*fz)
compute far all reduce max v_size
thermo_style custom step time temp pe etotal press vol c_near c_far
thermo_modify norm yes lost error
thermo 1000
fix move all {fix}
fix log all print 10 &
"$(step) $(atoms) $(temp:%.8g) $(etotal:%.12g) $(vol:%.8g) $(c_near:%.8g) $(c_far:%.8g)" &
file {rows} screen no
run {steps}
write_restart {restart}
write_data {data} nocoeff
"""
FIX = {"nvt": "nvt temp {T} {T} 0.1", "npt": "npt temp {T} {T} 0.1 iso 0 0 1.0", "nve": "nve"}


def read_rows(folder, names):
    """[rows][step atoms temperature energy volume distance force] of all parts"""
    tables = [np.loadtxt(os.path.join(folder, name), ndmin=2) for name in names]
    return np.concatenate(tables) if tables else np.empty((0, 7))


class Job:
    """One ensemble at one temperature, in parts of --part ps; state.json counts them."""

    def __init__(self, options, ensemble, temperature, after=None):
        self.options, self.ensemble, self.T, self.after = options, ensemble, temperature, after
        self.folder = os.path.join(options.output, f"{ensemble}-{temperature}")
        os.makedirs(self.folder, exist_ok=True)
        self.state_path = os.path.join(self.folder, "state.json")
        self.state = {"steps": 0, "parts": [], "potential": options.digest, "error": ""}
        if os.path.exists(self.state_path):
            with open(self.state_path) as file:
                self.state = json.load(file)
            if self.state["potential"] != options.digest:
                sys.exit(f"{self.state_path} is of another potential; give another folder with -o")
            self.state["error"] = ""

    def left(self):
        """Number of steps. A part that fails is tried once per call."""
        return 0 if self.state["error"] else (round(self.options.ps / STEP)
                                              - self.state["steps"])

    def script(self, steps, rows, restart):
        o, first = self.options, not self.state["parts"]
        if not first:
            start, velocity = f"read_restart {self.state['restart']}", ""
        elif self.after:
            start, velocity = f"read_data {self.after.data()}", ""
        else:
            start = START.format(lattice=common.LATTICE, cells=o.cells)
            velocity = f"velocity all create {2 * self.T} 4711 loop geom mom yes"
        return HEAD.format(start=start, model=o.potential, step=STEP, velocity=velocity) + \
            RUN.format(fix=FIX[self.ensemble].format(T=self.T), steps=steps, rows=rows,
                       restart=restart, data="end.data")

    def data(self):
        return os.path.join(self.folder, "end.data")

    def advance(self):
        """Runs one more part. Its files are counted when it is complete."""
        steps = min(self.left(), round(self.options.part / STEP))
        number = len(self.state["parts"])
        rows, restart = f"part{number}.txt", f"part{number}.restart"
        if self.after and not self.after.state["parts"]:
            self.state["error"] = "the run it starts from has failed"
            return
        process = common.start_lmp(self.options, self.folder, self.script(steps, rows, restart))
        text, _ = process.communicate()
        if process.returncode != 0 or "Loop time" not in text:
            self.state["error"] = next((line for line in text.splitlines() if "ERROR" in line),
                                       f"exit code {process.returncode}")
        else:
            self.state |= {"steps": self.state["steps"] + steps, "restart": restart}
            self.state["parts"].append(rows)
        with open(self.state_path + ".part", "w") as file:
            json.dump(self.state, file, indent=1)
        os.replace(self.state_path + ".part", self.state_path)

    def report(self):
        rows = read_rows(self.folder, self.state["parts"])
        ps = self.state["steps"] * STEP
        result = {"ensemble": self.ensemble, "temperature": self.T, "ps": ps,
                  "error": self.state["error"]}
        if len(rows):
            n = 2 * self.options.cells ** 3
            late = rows[len(rows) // 5:]  # means do not include the start, with its heating
            result |= {"atoms_lost": int(n - rows[:, 1].min()),
                       "finite": bool(np.isfinite(rows).all()),
                       "mean_temperature": late[:, 2].mean(),
                       "volume_per_atom": late[:, 4].mean() / n,
                       "smallest_distance": rows[:, 5].min(), "largest_force": rows[:, 6].max()}
            if self.ensemble == "nve":
                result["drift"] = np.polyfit(rows[:, 0] * STEP, rows[:, 3], 1)[0]
        return result


def print_reports(reports, wanted):
    print(f"{'':9}{'ps':>7}{'mean K':>8}{'A^3/atom':>9}{'lost':>6}{'nearest, A':>12}"
          f"{'largest force, eV/A':>21}{'drift, eV/atom/ps':>19}")
    for r in reports:
        name = f"{r['ensemble']} {r['temperature']}"
        if "atoms_lost" in r:
            drift = f"{r['drift']:19.1e}" if "drift" in r else ""
            print(f"{name:9}{r['ps']:7.1f}{r['mean_temperature']:8.0f}{r['volume_per_atom']:9.2f}"
                  f"{r['atoms_lost']:6}{r['smallest_distance']:12.3f}"
                  f"{r['largest_force']:21.2f}{drift}")
        if r["error"]:
            print(f"{name:9}{r['error']}")
        elif r["ps"] < wanted - 1e-9:
            print(f"{name:9}not finished: {r['ps']:g} of {wanted:g} ps")


def bad(report, max_drift):
    return bool(report["error"] or report.get("atoms_lost") or not report.get("finite", True)
                or not abs(report.get("drift", 0.0)) <= max_drift)


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    common.add_options(parser)
    parser.add_argument("--potential", required=True)
    parser.add_argument("-o", "--output", default="md-output")
    parser.add_argument("--ps", type=float, default=100.0)
    parser.add_argument("--part", type=float, default=10.0, help="ps between two restart files")
    parser.add_argument("--temperatures", type=int, nargs="+", default=[300, 1500, 3000])
    parser.add_argument("--ensembles", nargs="+", choices=["npt", "nvt"], default=["npt", "nvt"])
    parser.add_argument("--cells", type=int, default=4, help="bcc cells along an edge")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="then stop")
    parser.add_argument("--max-drift", type=float, default=1e-6, help="eV/atom/ps")
    options = parser.parse_args()
    options.potential = common.need(options.potential, "--potential")
    common.need(os.path.join(options.build, "soapzplugin.so"), "--build")
    options.output = os.path.abspath(options.output)
    with open(options.potential, "rb") as file:
        options.digest = hashlib.md5(file.read()).hexdigest()
    return options


def main():
    options = parse()
    stop = time.monotonic() + 60 * options.minutes
    jobs = [Job(options, e, t) for t in options.temperatures for e in options.ensembles]
    coldest = min(jobs, key=lambda job: job.T)
    jobs.append(Job(options, "nve", coldest.T, after=coldest))
    for job in jobs:
        while job.left() > 0 and time.monotonic() < stop:
            if job.after and job.after.left() > 0:
                break
            job.advance()
            print(f"{job.ensemble} {job.T}: {job.state['steps'] * STEP:g} ps", flush=True)
    reports = [job.report() for job in jobs]
    print_reports(reports, options.ps)
    with open(os.path.join(options.output, "md.json"), "w") as file:
        json.dump({"potential": options.potential, "md5": options.digest, "runs": reports}, file,
                  indent=1)
    sys.exit(any(bad(r, options.max_drift) for r in reports))


if __name__ == "__main__":
    main()

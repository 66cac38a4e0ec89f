#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Active learning: collisions in tungsten, with a potential that selects its own training data.

A potential of this repository, the teacher, replaces DFT. The first student is fitted to four crystals
at 300 K. In each round MD is run with the student. fix halt ends a run if an atom is too far from the
training data (grade). soapz select picks four structures of these runs, the teacher computes their
energies and forces, and the student is fitted again. Its force errors on MD of the teacher are compared
with those of students fitted to the same number of structures chosen at random from MD of the teacher.
--short: two rounds of two short runs.
"""
import json
import os
import re
import shutil
import subprocess
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from lammps_run import ELEMENTS, ROOT, Example, pictures, program  # noqa: E402

FULL = {"rounds": 6, "runs": 4, "steps": 1300, "every": 20, "repeats": 3, "draws": 5}
SHORT = {"rounds": 2, "runs": 2, "steps": 200, "every": 20, "repeats": 1, "draws": 2}
FIRST = 4  # structures at the beginning
LIMIT = 0.3  # of the grade, 0 at a sparse point
CELLS, A = 3, 3.19  # bcc cells per side, Angstrom
W = ELEMENTS.index("W") + 1


def soapz(*words, folder=None):
    """Runs the command in this folder; returns its output"""
    command = [program("SOAPZ", "soapz"), *map(str, words)]
    environment = dict(os.environ, OPENBLAS_NUM_THREADS="1")
    try:
        done = subprocess.run(command, text=True, capture_output=True, env=environment,
                              cwd=folder)
    except FileNotFoundError:
        sys.exit(f"{command[0]} was not found; name it with the variable SOAPZ")
    if done.returncode != 0:
        sys.exit(done.stderr)
    return done.stdout


def write_crystal(path):
    """Writes bcc tungsten as a data file of LAMMPS"""
    site = np.array(list(np.ndindex(CELLS, CELLS, CELLS)), float)
    site = A * np.concatenate([site, site + 0.5])
    box = "".join(f"0 {CELLS * A:g} {x}lo {x}hi\n" for x in "xyz")
    with open(path, "w") as f:
        f.write(f"bcc tungsten\n\n{len(site)} atoms\n{len(ELEMENTS)} atom types\n\n{box}\nAtoms # atomic\n\n")
        f.writelines(f"{i + 1} {W} {x:g} {y:g} {z:g}\n" for i, (x, y, z) in enumerate(site))


def frames(path):
    """The texts of the frames of an extended XYZ file"""
    with open(path) as f:
        lines = f.read().split("\n")
    found, at = [], 0
    while at < len(lines) and lines[at].strip():
        end = at + int(lines[at]) + 2
        found.append("\n".join(lines[at:end]) + "\n")
        at = end
    return found


def label(teacher, source, to):
    """Writes energies, forces and virials of the teacher; returns the frames"""
    soapz("eval", teacher, source, "--elements", *ELEMENTS, "-o", to)
    return frames(to)


class Study:
    def __init__(self, run):
        self.run, self.teacher = run, run.args.potential
        self.o = SHORT if run.args.short else FULL
        self.folder = run.output
        write_crystal(self.path("crystal.data"))
        for source in (os.path.join(HERE, "student.conf"),
                       os.path.join(ROOT, "potentials", "NbMoTaW", "core.xml")):
            shutil.copy(source, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def collide(self, name, model, seed, **variables):
        """Runs MD of a collision; returns its folder, its length in ps and its last grade"""
        folder = self.run.lmp("in.cascade", name, ranks=1, model=model, seed=seed,
                              start=self.path("crystal.data"), steps=self.o["steps"],
                              every=self.o["every"], **variables)
        with open(os.path.join(folder, "log.lammps")) as f:
            step, grade = re.findall(r"^ended (\d+) (\S+)", f.read(), re.M)[-1]
        return folder, 0.001 * int(step), float(grade)

    def plain(self, name, first_seed, n):
        """Structures of n runs of the teacher, with energies and forces"""
        found = []
        for k in range(n):
            folder, _, _ = self.collide(f"{name}{k}", self.teacher, first_seed + k, limit=2,
                                     check=self.o["steps"])
            found.append(label(self.teacher, os.path.join(folder, "run.dump"),
                               os.path.join(folder, "run.xyz")))
        return found

    def fit(self, train, name):
        with open(self.path("train.xyz"), "w") as f:
            f.writelines(train)
        model = self.path(name)
        soapz("fit", "student.conf", "train=train.xyz", f"model={name}", folder=self.folder)
        return model

    def error(self, model):
        """Root mean square error of force components on the test, eV/Angstrom"""
        said = json.loads(soapz("validate", model, self.path("test.xyz"), "--json", "-"))
        return said["models"][0]["errors"]["all"]["force"]["rmse"]

    def explore(self, model, name, seed):
        """One round: the chosen structures with energies and forces, and the lengths of the runs in ps"""
        dumps, times = [], []
        for k in range(self.o["runs"]):
            folder, ps, _ = self.collide(f"{name}_run{k}", model, seed + k, limit=LIMIT)
            dumps += [os.path.join(folder, "run.dump"), os.path.join(folder, "last.dump")]
            times.append(ps)
        picked = self.path(f"{name}_picked.xyz")
        print(soapz("select", model, *dumps, "--elements", *ELEMENTS, "-n", FIRST, "-o", picked), flush=True)
        return label(self.teacher, picked, self.path(f"{name}_labelled.xyz")), times

    def learn(self, first, repeat):
        """Errors after each round, and the lengths of its runs"""
        train, errors, times = list(first), [], []
        for number in range(self.o["rounds"] + 1):
            name = f"active{repeat}_round{number}"
            model = self.fit(train, f"{name}.soapz")
            errors.append(self.error(model))
            print(f"{name}: {len(train)} structures, {errors[-1]:.4f} eV/Angstrom", flush=True)
            if number < self.o["rounds"]:
                more, ended = self.explore(model, name, 1000 * (repeat + 1) + 10 * number)
                train += more
                times.append(ended)
        return errors, times

    def at_random(self, first, pool, draw):
        """Errors of fits to the same numbers of structures of the pool"""
        order, errors = np.random.default_rng(draw).permutation(len(pool)), []
        for n in range(1, self.o["rounds"] + 1):
            model = self.fit(first + [pool[k] for k in order[:FIRST * n]], "random.soapz")
            errors.append(self.error(model))
        print(f"random {draw}:", " ".join(f"{e:.4f}" for e in errors), flush=True)
        return errors


def band(axis, n, errors, color, label):
    axis.fill_between(n, errors.min(axis=0), errors.max(axis=0), color=color, alpha=0.25, lw=0)
    axis.plot(n, np.median(errors, axis=0), "o-", color=color, label=label)


def draw(active, times, chance, path):
    """active, chance [runs][sizes] errors; times [runs][rounds][runs of MD] ps"""
    style = pictures()
    n = FIRST * np.arange(1, active.shape[1] + 1)
    fig, (above, below) = style.plt.subplots(2, 1, figsize=(style.WIDTH, 5.4), height_ratios=(1.5, 1))
    band(above, n[1:], chance, style.INK, f"at random from plain MD, {len(chance)} draws")
    band(above, n, active, style.COLOURS[1], f"MD halted by the grade, {len(active)} repeats")
    above.set_yscale("log")
    style.plain(above.yaxis)
    above.set(xticks=n, xlabel="labelled structures (median and range)",
              title="rms error of forces, eV/Å", ylim=(0.5 * active.min(), None))  # room for the legend
    above.legend(loc="lower left")
    for number, ended in enumerate(np.moveaxis(times, 1, 0).reshape(times.shape[1], -1)):
        below.plot(number + np.linspace(0.85, 1.15, len(ended)), ended, "o", color=style.COLOURS[1], ms=3, alpha=0.7)
    below.set(xlabel="round", title="ps until the grade halts a run", ylim=(0, None))
    below.xaxis.get_major_locator().set_params(integer=True)
    style.write_figure(fig, path)


def simulate(study):
    """active, times and chance, as in draw"""
    pool, test = study.plain("plain", 100, study.o["runs"]), study.plain("test", 200, study.o["runs"])
    with open(study.path("test.xyz"), "w") as f:
        f.writelines(text for one in test for text in one[::2])
    first = [pool[k % len(pool)][5 + k // len(pool)] for k in range(FIRST)]  # before the collision
    everything = [text for one in pool for text in one]
    active, times = zip(*(study.learn(first, repeat) for repeat in range(study.o["repeats"])))
    return active, times, [study.at_random(first, everything, k) for k in range(study.o["draws"])]


def main():
    run = Example(HERE, __doc__)
    study = Study(run)
    kept = study.path("errors.json")
    if not run.args.draw:
        with open(kept, "w") as f:
            json.dump(simulate(study), f)
    with open(kept) as f:
        active, times, chance = map(np.array, json.load(f))
    run.numbers["4 structures"] = active[0, 0]
    for k in range(study.o["rounds"]):
        for name, errors in (("active", active[:, k + 1]), ("random", chance[:, k])):
            for what, value in (("best", errors.min()), ("median", np.median(errors)), ("worst", errors.max())):
                run.numbers[f"{FIRST * (k + 2)} structures, {name}: {what}"] = float(value)
        run.numbers[f"round {k + 1}: mean ps"] = float(times[:, k].mean())
    draw(active, times, chance, os.path.join(run.output, "active_learning.png"))
    rows = [f"{'structures':>10}{'active':>10}{'range':>18}{'at random':>12}{'range':>18}",
            f"{FIRST:10}{active[0, 0]:10.3f}"]
    for k in range(study.o["rounds"]):
        a, c = active[:, k + 1], chance[:, k]
        rows.append(f"{FIRST * (k + 2):10}{np.median(a):10.3f}{a.min():9.3f} ..{a.max():6.3f}"
                    f"{np.median(c):12.3f}{c.min():9.3f} ..{c.max():6.3f}")
    run.finish(["active_learning.png"], "\n".join(rows))


if __name__ == "__main__":
    main()

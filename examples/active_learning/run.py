#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Active learning: collisions in tungsten, by a potential that finds its own data.

A teacher, a potential of this repository, stands for DFT. The student begins with four crystals at
300 K. In each round it runs MD of its own, which fix halt ends where an atom is too far from what
it knows (grade); soapz select picks four of the structures that were met, the teacher labels
them, the student is fitted again. Its force errors on MD of the teacher are compared with those of
students that were given as many structures of plain MD of the teacher, at random. --short: two
rounds of two short runs.
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
from lammps_run import ELEMENTS, ROOT, Example, program, pyplot  # noqa: E402

FULL = {"rounds": 6, "runs": 4, "steps": 1300, "every": 20, "seeds": 5}
SHORT = {"rounds": 2, "runs": 2, "steps": 200, "every": 20, "seeds": 2}
FIRST = 4  # structures of the beginning
LIMIT = 0.3  # of the grade, 0 at a sparse point
CELLS, A = 3, 3.19  # bcc cells a side, Angstrom
W = ELEMENTS.index("W") + 1


def soapz(*words, folder=None):
    """What the command prints, run in this folder"""
    command = [os.environ.get("SOAPZ") or program("SOAPZ", "soapz"), *map(str, words)]
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
    """bcc tungsten as a data file of LAMMPS"""
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
    """Energies, forces and virials of the teacher"""
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
        """MD of a collision; the folder, ps and grade of its end"""
        folder = self.run.lmp("in.cascade", name, ranks=1, model=model, seed=seed,
                              start=self.path("crystal.data"), steps=self.o["steps"],
                              every=self.o["every"], **variables)
        with open(os.path.join(folder, "log.lammps")) as f:
            step, grade = re.findall(r"^ended (\d+) (\S+)", f.read(), re.M)[-1]
        return folder, 0.001 * int(step), float(grade)

    def plain(self, name, first_seed, n):
        """Labelled structures of n runs of the teacher, one after the other"""
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

    def explore(self, model, number):
        """One round: labelled structures, and the ps after which the runs ended"""
        dumps, times = [], []
        for k in range(self.o["runs"]):
            folder, ps, _ = self.collide(f"round{number}_{k}", model, 1000 + 10 * number + k, limit=LIMIT)
            dumps += [os.path.join(folder, "run.dump"), os.path.join(folder, "last.dump")]
            times.append(ps)
        picked = self.path(f"picked{number}.xyz")
        print(soapz("select", model, *dumps, "--elements", *ELEMENTS, "-n", FIRST, "-o", picked), flush=True)
        return label(self.teacher, picked, self.path(f"labelled{number}.xyz")), times

    def learn(self, first):
        """Errors after each round, and the times of its runs"""
        train, errors, times = list(first), [], []
        for number in range(self.o["rounds"] + 1):
            model = self.fit(train, f"active{number}.soapz")
            errors.append(self.error(model))
            print(f"round {number}: {len(train)} structures, {errors[-1]:.4f} eV/Angstrom", flush=True)
            if number == self.o["rounds"]:
                return errors, times
            more, ended = self.explore(model, number)
            train += more
            times.append(ended)

    def at_random(self, first, pool):
        """[seeds][sizes] errors of as many structures of the pool"""
        errors = []
        for seed in range(self.o["seeds"]):
            order = np.random.default_rng(seed).permutation(len(pool))
            errors.append([self.error(self.fit(first + [pool[k] for k in order[:FIRST * n]], "random.soapz"))
                           for n in range(1, self.o["rounds"] + 1)])
            print(f"random {seed}:", " ".join(f"{e:.4f}" for e in errors[-1]), flush=True)
        return np.array(errors)


def draw(errors, times, chance, path):
    plt = pyplot()
    n = FIRST * np.arange(1, len(errors) + 1)
    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), width_ratios=(1.6, 1))
    left.fill_between(n[1:], chance.min(axis=0), chance.max(axis=0), color="0.85", lw=0)
    left.plot(n[1:], np.median(chance, axis=0), "o-", color="0.5",
              label=f"at random, {len(chance)} draws: median and range")
    left.plot(n, errors, "o-", color="C3", label="MD halted by the grade, soapz select")
    left.set_yscale("log")
    left.set_xlabel("labelled structures")
    left.set_title("rms error of forces on other collisions, eV/Angstrom", fontsize=9)
    left.legend(fontsize=8)
    for number, ended in enumerate(times):
        right.plot([number + 1] * len(ended), ended, "o", color="C3", ms=4, alpha=0.7)
    right.set_xlabel("round")
    right.set_title("ps until the grade halts the run", fontsize=9)
    right.set_ylim(0)
    fig.tight_layout()
    fig.savefig(path)


def main():
    run = Example(HERE, __doc__)
    study = Study(run)
    pool, test = study.plain("plain", 100, study.o["runs"]), study.plain("test", 200, study.o["runs"])
    with open(study.path("test.xyz"), "w") as f:
        f.writelines(text for one in test for text in one[::2])
    first = [pool[k % len(pool)][5 + k // len(pool)] for k in range(FIRST)]  # before the push
    errors, times = study.learn(first)
    chance = study.at_random(first, [text for one in pool for text in one])
    run.numbers["first: error, eV/Angstrom"] = errors[0]
    for k, error in enumerate(errors[1:]):
        n = FIRST * (k + 2)
        run.numbers |= {f"{n} structures: active": error,
                        f"{n} structures: random, median": float(np.median(chance[:, k])),
                        f"{n} structures: random, best": chance[:, k].min(),
                        f"{n} structures: random, worst": chance[:, k].max(),
                        f"round {k + 1}: mean ps": float(np.mean(times[k]))}
    draw(errors, times, chance, os.path.join(run.output, "active_learning.png"))
    run.finish(["active_learning.png"], "\n".join(f"{k:36}{v:10.4g}" for k, v in run.numbers.items()))


if __name__ == "__main__":
    main()

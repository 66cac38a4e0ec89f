#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Active learning: tungsten, heated until it melts, by a potential that finds its own data.

A teacher, a potential of this folder, stands for DFT. The student begins with four crystals at
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

FULL = {"rounds": 6, "runs": 4, "steps": 4000, "every": 50, "seeds": 5}
SHORT = {"rounds": 2, "runs": 2, "steps": 300, "every": 20, "seeds": 2}
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

    def heat(self, name, model, seed, **variables):
        """MD that heats the crystal; the folder, ps and grade of its end"""
        folder = self.run.lmp("in.explore", name, ranks=1, model=model, seed=seed,
                              start=self.path("crystal.data"), steps=self.o["steps"],
                              every=self.o["every"], **variables)
        with open(os.path.join(folder, "log.lammps")) as f:
            step, grade = re.findall(r"^ended (\d+) (\S+)", f.read(), re.M)[-1]
        return folder, 0.002 * int(step), float(grade)

    def plain(self, name, first_seed, n):
        """Labelled structures of n runs of the teacher, one after the other"""
        found = []
        for k in range(n):
            folder, _, _ = self.heat(f"{name}{k}", self.teacher, first_seed + k, limit=2,
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
            folder, ps, _ = self.heat(f"round{number}_{k}", model, 1000 + 10 * number + k, limit=LIMIT)
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

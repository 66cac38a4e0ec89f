# SPDX-License-Identifier: BSD-3-Clause
"""threads.py - the keyword threads: results are bitwise those of one thread, on one rank and on two; the
same MD."""
import os
import tempfile
from pathlib import Path

import numpy as np

import lmp

FAST = lmp.ROOT / "potentials/NbMoTaW/fast.soapz"
frames = [lmp.bcc((8, 8, 9), shake=0.12, seed=8), lmp.bcc((2, 2, 2), shake=0.1, seed=9),
          lmp.bcc((3, 3, 3), shake=0.1, seed=10, elements=("W",))]

for ranks in (1, 2):
    one = lmp.evaluate(frames, model=FAST, ranks=ranks)
    for words in ("threads 1", "threads 2", "threads 5", "threads 0"):
        many = lmp.evaluate(frames, model=FAST, style=f"soapz {words}", ranks=ranks)
        for k, (a, b) in enumerate(zip(one, many)):
            wrong = [key for key in a if not np.array_equal(a[key], b[key])]
            lmp.check(f"{words}, {ranks} ranks, {len(frames[k])} atoms: the same bits", not wrong,
                      ", ".join(wrong))
blocks = [lmp.evaluate(frames[:1], model=FAST, style=f"soapz block 23{words}")[0]
          for words in ("", " threads 3")]
lmp.check("block 23: the same bits",
          all(np.array_equal(blocks[0][key], blocks[1][key]) for key in blocks[0]))
lmp.check_close("block 23: forces of the default", blocks[0]["forces"],
                lmp.evaluate(frames[:1], model=FAST)[0]["forces"], 1e-9)

MD = """
velocity all create 900 4711 loop geom
timestep 0.002
neighbor 0.4 bin
fix move all nve
thermo_style custom step pe ke press
thermo_modify format float %.17g
thermo 20
run 60
"""
with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), frames[0], lmp.ELEMENTS)
    rows = {}
    for words in ("", "threads 3"):
        text = lmp.run_ok(lmp.setup("data", lmp.ELEMENTS, FAST, style=f"soapz {words}") + MD, folder)
        rows[words] = [line.split() for line in text.splitlines()
                       if line.split()[:1] in (["20"], ["40"], ["60"]) and len(line.split()) == 4]
    lmp.check("MD: the same numbers after 60 steps", len(rows[""]) == 3 and
              rows[""] == rows["threads 3"], "" if rows[""] == rows["threads 3"] else f"{rows}")
    for words, message in (("threads -1", "threads is -1"), ("threads 1025", "threads is 1025"),
                           ("threads x", "ERROR: "), ("threads", "threads needs a number")):
        code, output = lmp.run(lmp.setup("data", lmp.ELEMENTS, FAST, style=f"soapz {words}")
                               + "run 0\n", folder)
        lmp.check(f"{words}: refused", code != 0 and message in output,
                  "" if message in output else output[-300:])
    code, output = lmp.run(lmp.setup("data", lmp.ELEMENTS, FAST, style="soapz threads 0")
                           + "run 0\n", folder, 2)
    cores = len(os.sched_getaffinity(0))
    n = max(1, cores // 2)
    said = [line.split(", ")[-1] for line in output.splitlines() if "blocks of" in line]
    lmp.check("threads 0 on 2 ranks: each has half the cores", code == 0 and
              said == [f"{n} thread{'s per rank' if n > 1 else ''}"], f"{said}")
lmp.finish()

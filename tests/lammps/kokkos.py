# SPDX-License-Identifier: BSD-3-Clause
"""kokkos.py - pair_style soapz with the device kokkos: energies, forces and virials agree with the CPU on
one rank and on two, also after new neighbour lists and in a run from a restart file."""
import tempfile
from pathlib import Path

import numpy as np

import lmp

MODEL = lmp.ROOT / "potentials/NbMoTaW/fast.soapz"
RUN = """
thermo_modify format float %.17g
velocity all create 1200 87 loop geom
fix move all nve
neigh_modify every 1 delay 0 check yes
run 20
write_restart r
print "$(pe:%.17g)" file {name} screen no
"""
AGAIN = """
read_restart r
{style}run 0
print "$(pe:%.17g)" file {name} screen no
"""


def energy_of(folder, name, script, ranks=1):
    output = lmp.run_ok(script.replace("{name}", name), folder, ranks)
    return float(Path(folder, name).read_text()), output


frame = lmp.bcc((3, 3, 3), shake=0.15, seed=3)
want = lmp.evaluate([frame], model=MODEL)[0]
for ranks, style in ((1, "soapz device kokkos"), (2, "soapz device kokkos block 7")):
    got = lmp.evaluate([frame], model=MODEL, style=style, ranks=ranks)[0]
    for key in want:
        off = np.abs(got[key] - want[key]).max() / np.abs(want[key]).max()
        lmp.check(f"{style}, {ranks} ranks: {key}", bool(off <= 1e-11), f"off by {off:.1e}")

with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS)
    cpu, _ = energy_of(folder, "cpu", lmp.setup("data", lmp.ELEMENTS, MODEL) + RUN)
    device, output = energy_of(folder, "device",
                               lmp.setup("data", lmp.ELEMENTS, MODEL, style="soapz device kokkos") + RUN, 2)
    lmp.check("20 steps", abs(device - cpu) <= 1e-8 * abs(cpu), f"{device} and {cpu}")
    lmp.check("the log says so", output.count("SOAP terms by Kokkos") == 1, output[-900:])
    again, output = energy_of(folder, "again", AGAIN.format(style="", name="again"))
    lmp.check("restart", abs(again - device) <= 1e-9 * abs(device) and "SOAP terms by Kokkos" in output, output[-900:])
lmp.finish()

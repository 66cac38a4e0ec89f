# SPDX-License-Identifier: BSD-3-Clause
"""nve.py - total energy of 250 atoms at 300 K, 1 fs, drifts less than 1e-6 eV/atom/ps:
slope of a straight line over 10 ps, after 2 ps."""
import tempfile
from pathlib import Path

import numpy as np

import lmp

SCRIPT = """
minimize 0.0 0.01 200 400
reset_timestep 0
velocity all create 600.0 4711 mom yes rot no dist gaussian
timestep 0.001
fix move all nve
thermo_style custom step temp pe etotal
thermo_modify format float %.17g
fix log all print 10 "$(step) $(temp:%.17g) $(etotal:%.17g)" file energy screen no
run 12000
"""

frame = lmp.bcc((5, 5, 5), shake=0.0)
with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS)
    lmp.run_ok(lmp.setup("data", lmp.ELEMENTS) + SCRIPT, folder)
    step, temperature, energy = np.loadtxt(Path(folder, "energy")).T
late = step >= 2000
slope = np.polyfit(step[late] / 1000.0, energy[late] / len(frame), 1)[0]
spread = np.ptp(energy[late]) / len(frame)
mean = temperature[late].mean()
lmp.check("temperature is that of a solid at 300 K", bool(250 <= mean <= 350), f"{mean:.1f} K")
lmp.check("drift", bool(abs(slope) <= 1e-6),
          f"{slope:.1e} eV/atom/ps, energies within {spread:.1e} eV/atom")
lmp.finish()

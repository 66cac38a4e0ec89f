# SPDX-License-Identifier: BSD-3-Clause
"""nve.py - total energy of 128 atoms at 300 K, 1 fs, drifts less than 1e-6 eV/atom/ps:
slope of a straight line over 10 ps, after 2 ps."""
import tempfile
from pathlib import Path

import lmp

frame = lmp.bcc((4, 4, 4), shake=0.0)
with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS)
    lmp.run_ok(lmp.setup("data", lmp.ELEMENTS) + lmp.NVE.replace("{steps}", "12000"), folder)
    lmp.check_drift(Path(folder, "energy"), len(frame), 2000, (250, 350), 1e-6)
lmp.finish()

# SPDX-License-Identifier: BSD-3-Clause
"""A molecule with the shipped potential of acetylacetone: it remains intact, and its energy is conserved."""
import re
import subprocess
import sys
import tempfile

import lmp

MD = lmp.ROOT / "potentials/AcAc/md.py"

with tempfile.TemporaryDirectory() as folder:
    done = subprocess.run([sys.executable, MD, "--ps", "0.2", "-T", "300", "-o", folder],
                          capture_output=True, text=True)
print(done.stdout + done.stderr)
lmp.check("md.py", done.returncode == 0)
rows = {name: [float(x) for x in rest.split()]
        for name, rest in re.findall(r"^(300|nve) +(.*)$", done.stdout, re.M)}
lmp.check("both runs are reported", set(rows) == {"300", "nve"}, str(rows))
for name, (kelvin, bond, hydrogen, force, *_) in rows.items():
    lmp.check(f"{name}: a molecule at about 300 K", 50 < kelvin < 700, f"{kelvin:g} K")
    lmp.check(f"{name}: its bonds", 1.45 < bond < 1.8 and 1.05 < hydrogen < 1.5, f"{bond} {hydrogen}")
    lmp.check(f"{name}: its forces", 1 < force < 20, f"{force}")
lmp.finish()

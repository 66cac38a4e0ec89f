# SPDX-License-Identifier: BSD-3-Clause
"""restart.py - a run continued from a restart file follows the uninterrupted one: 1e-10 at
once, 1e-8 after 100 steps. The style stores nothing: pair_style and pair_coeff again."""
import tempfile
from pathlib import Path

import lmp

MOVE = """
timestep 0.001
fix move all nve
neigh_modify every 1 delay 0 check yes
thermo_style custom step pe etotal
"""
FORCES = """
dump {name} all custom 1000000 {name}.dump id x y z fx fy fz
dump_modify {name} sort id first yes format float %.17g
run 0 post no
undump {name}
print "$(pe:%.17g) $(etotal:%.17g)" file {name}.global screen no
"""

START = """
velocity all create 600.0 4711 mom yes rot no dist gaussian
run 100
write_restart half.restart
"""
GO_ON = "run 100\n"
CONTINUE = f"""
units metal
newton on
atom_style atomic
atom_modify map array
read_restart half.restart
pair_style soapz
pair_coeff * * {lmp.MODEL} {' '.join(lmp.ELEMENTS)}
"""

with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), lmp.bcc((4, 4, 4), shake=0.0), lmp.ELEMENTS)
    lmp.run_ok(lmp.setup("data", lmp.ELEMENTS) + MOVE + START + FORCES.format(name="half")
               + GO_ON + FORCES.format(name="end"), folder)
    lmp.run_ok(CONTINUE + MOVE + FORCES.format(name="half2") + GO_ON
               + FORCES.format(name="end2"), folder)
    for name, again, tolerance in (("half", "half2", 1e-10), ("end", "end2", 1e-8)):
        got, want = (lmp.read_dump(Path(folder, n + ".dump")) for n in (again, name))
        when = "at once" if name == "half" else "after 100 steps"
        lmp.check_close(f"forces {when}", got[:, 4:], want[:, 4:], tolerance)
        lmp.check_close(f"positions {when}", got[:, 1:4], want[:, 1:4], tolerance)
        got, want = ([float(w) for w in Path(folder, n + ".global").read_text().split()]
                     for n in (again, name))
        lmp.check_close(f"energies {when}", got, want, tolerance)
    code, output = lmp.run(CONTINUE.split("pair_style")[0] + MOVE + "run 0\n", folder)
    lmp.check("a restart without pair_style is refused", code == 1, f"exit code {code}")
lmp.finish()

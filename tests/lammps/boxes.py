# SPDX-License-Identifier: BSD-3-Clause
"""boxes.py - boxes and atoms that change: npt of a triclinic box, change_box, replicate, atoms made
and deleted between runs, fix deposit. Each snapshot agrees with soapz.Potential; npt conserves its
energy; a doubled box has twice the energy."""
import tempfile
from pathlib import Path

import numpy as np

import lmp
import snapshots

DUMP = """
compute pe all pe/atom
dump D all custom {every} {name}.dump id type x y z fx fy fz c_pe
dump_modify D sort id format float %.17g
"""


def run(frame, script, ranks=1, names=("md",), read=()):
    """the snapshots of each name, after the check, and the files printed by the script"""
    with tempfile.TemporaryDirectory() as folder:
        box = lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS)
        lmp.run_ok(lmp.setup("data", lmp.ELEMENTS, snapshots.FAST, box.boundary) + script,
                   folder, ranks)
        found = [snapshots.check(f"{name}, {ranks} ranks", Path(folder, f"{name}.dump"))
                 for name in names]
        return found, [np.loadtxt(Path(folder, f)) for f in read]


# ---- npt, all six components free, a box that starts slanted --------------------------------

slanted = lmp.bcc((4, 4, 4), 3.24, 0.0, seed=51)
slanted.cell[1, 0], slanted.cell[2, 0], slanted.cell[2, 1] = 0.5, -0.4, 0.6
slanted.positions = slanted.positions @ np.linalg.inv(12.96 * np.eye(3)) @ slanted.cell
NPT = DUMP.format(every=50, name="md") + """
velocity all create 900.0 4711 mom yes rot no dist gaussian loop geom
timestep 0.001
fix box all npt temp 600.0 600.0 0.1 tri 0.0 0.0 0.5
thermo 10
thermo_style custom step temp econserve press pxx pyy pzz pxy pxz pyz
fix log all print 2 "$(step) $(econserve:%.17g) $(pe:%.17g) $(xy:%.17g) $(lx:%.17g)" file energy screen no
run 200
"""
for ranks in (1, 2):
    (frames,), (log,) = run(slanted, NPT, ranks, read=["energy"])
    late = log[log[:, 0] >= 20]
    slope = np.polyfit(late[:, 0] / 1000, late[:, 1] / len(slanted), 1)[0]
    lmp.check(f"npt tri, {ranks} ranks: energy with bath and barostat is conserved",
              bool(np.ptp(late[:, 1]) <= 0.002 * np.ptp(late[:, 2])),
              f"{np.ptp(late[:, 1]):.1e} eV where pe goes through {np.ptp(late[:, 2]):.2g} eV, "
              f"slope {slope:.1e} eV/atom/ps")
    moved = np.ptp([f.cell for _, f, _ in frames], axis=0)
    lmp.check("all components of the box move",
              bool(moved[np.tril_indices(3)].min() > 1e-3), f"{moved[np.tril_indices(3)].min():.1e}")

# ---- change_box, replicate -------------------------------------------------------------------

frame = lmp.bcc((3, 3, 3), shake=0.12, seed=52)
SHOT = DUMP.format(every=1, name="box{k}") + "run 0 post no\nundump D\nuncompute pe\n"
CHANGE = SHOT.format(k=0) + """
change_box all triclinic
change_box all x scale 1.03 y scale 0.98 xy final 0.7 yz final -0.4 remap units box
""" + SHOT.format(k=1) + """
change_box all xy final 0.0 yz final 0.0 remap units box
change_box all ortho
change_box all z delta -3.0 3.0 boundary p p f units box
""" + SHOT.format(k=2)
for ranks in (1, 2):
    found, _ = run(frame, CHANGE, ranks, ["box0", "box1", "box2"])
    (_, before, _), (_, strained, _), (_, slab, _) = (f[0] for f in found)
    lmp.check_close("the box that was asked for", strained.cell,
                    [[9.72 * 1.03, 0, 0], [0.7, 9.72 * 0.98, 0], [0, -0.4, 9.72]], 1e-14)
    lmp.check("the slab is open", slab.pbc == (True, True, False), f"{slab.pbc}")
    _, (small, large) = run(frame, """
run 0 post no
print "$(pe:%.17g) $(pxx:%.17g) $(pxy:%.17g)" file small screen no
replicate 2 1 3
""" + DUMP.format(every=1, name="replicate") + """
run 0 post no
print "$(pe/6:%.17g) $(pxx:%.17g) $(pxy:%.17g)" file large screen no
""", ranks, ["replicate"], ["small", "large"])
    for k, what in ((0, "six times the energy"), (1, "the same pressure"), (2, "its xy")):
        lmp.check_close(f"replicate, {ranks} ranks: {what}", large[k], small[k], 1e-10,
                        max(abs(small[k]), 1e3))

# ---- atoms that come and go ------------------------------------------------------------------

COME = DUMP.format(every=5, name="come") + """
velocity all create 600.0 4711 mom yes rot no dist gaussian loop geom
timestep 0.001
fix move all nve
thermo 5
run 10
group out id 5 17 23
delete_atoms group out
run 10
create_atoms 4 single 1.1 0.3 0.7 units box
create_atoms 1 single 6.0 6.2 6.5 units box
velocity all create 300.0 99 loop geom
min_style cg
minimize 0 1e-2 20 50
run 10
delete_atoms overlap 0.5 all all
set type 2 type 3
run 5
"""
for ranks in (1, 2):
    (frames,), _ = run(frame, COME, ranks, ["come"])
    sizes = sorted({len(f) for _, f, _ in frames})
    lmp.check("54, 51 and 53 atoms", sizes == [51, 53, 54], f"{sizes}")

# tungsten falls onto a slab, one atom at a time
slab = lmp.bcc((3, 3, 2), shake=0.05, seed=53)
slab.cell[2, 2] = 22.0
DEPOSIT = DUMP.format(every=20, name="deposit") + """
region sky block 0 9.72 0 9.72 10.0 14.0 units box
timestep 0.001
fix move all nve
fix rain all deposit 5 4 30 4711 region sky near 2.5 attempt 100 vz -20.0 -10.0 units box
thermo 20
thermo_style custom step atoms etotal
run 160
"""
for ranks in (1, 2):
    (frames,), _ = run(slab, DEPOSIT, ranks, ["deposit"])
    lmp.check(f"deposit, {ranks} ranks: atoms arrive", len(frames[-1][1]) == len(slab) + 5,
              f"{len(frames[-1][1])}")
    lmp.check("and are felt", bool(np.abs(frames[-1][2]["fz"][-5:]).max() > 0.1))
lmp.finish()

# SPDX-License-Identifier: BSD-3-Clause
"""runs.py - run 0, run pre no, run every, several runs, rerun and clear give the same trajectory, whose
snapshots agree with soapz.Potential."""
import tempfile
from pathlib import Path

import numpy as np

import lmp
import snapshots
from snapshots import FAST

frame = lmp.bcc((3, 3, 3), shake=0.1, seed=71)
v = np.random.default_rng(72).normal(scale=3.0, size=(len(frame), 3))
HEAD = """
compute pe all pe/atom
compute press all pressure NULL virial
neigh_modify every 1 delay 0 check yes
timestep 0.001
fix move all nve
dump D all custom 10 {name}.dump id type x y z vx vy vz fx fy fz c_pe
dump_modify D sort id format float %.17g
thermo 10
thermo_style custom step pe c_press[1] c_press[2] c_press[4]
fix log all print 10 "$(step) $(pe:%.17g) $(c_press[1]:%.17g) $(c_press[2]:%.17g) $(c_press[4]:%.17g)" &
file {name}.log screen no
"""
WAYS = {
    "run 40": "run 40\n",
    "run pre no": "run 10 post no\nrun 20 pre no post no\nrun 10 pre no\n",
    "run every": 'run 40 every 5 "print here"\n',
    "run upto": "run 10 upto\nrun 40 upto\nrun 0\nrun 0 pre no\n",
    "run start stop": "run 25 start 0 stop 40\nrun 15 start 0 stop 40\n",
    "minimize in between": "run 20\nminimize 0 0 0 1\nrun 20\n",
    "threads, blocks": "run 20\npair_style soapz threads 2 block 7\nrun 20\n",
}
RERUN = """
compute pe all pe/atom
compute press all pressure NULL virial
thermo_style custom step pe c_press[1] c_press[2] c_press[4]
thermo 10
dump D all custom 10 rerun.dump id type x y z vx vy vz fx fy fz c_pe
dump_modify D sort id format float %.17g
fix log all print 10 "$(step) $(pe:%.17g) $(c_press[1]:%.17g) $(c_press[2]:%.17g) $(c_press[4]:%.17g)" &
file rerun.log screen no
rerun run_40.dump dump x y z vx vy vz box yes replace yes
"""
found, setup = {}, lmp.setup("data", lmp.ELEMENTS, FAST)


def read(folder, name):
    shots = snapshots.read(Path(folder, f"{name}.dump"))
    steps = {step: np.stack([c[k] for k in ("x", "y", "z", "vx", "vy", "vz", "fx", "fy", "fz", "c_pe")],
                            1) for step, _, c in shots}
    log = np.loadtxt(Path(folder, f"{name}.log"))
    return steps, {int(row[0]): row[1:] for row in log}


with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS, v)
    for way, commands in WAYS.items():
        name = way.replace(" ", "_").replace(",", "")
        lmp.run_ok(setup + HEAD.format(name=name) + commands, folder)
        found[way] = read(folder, name)
    shots = snapshots.check("run 40", Path(folder, "run_40.dump"))
    lmp.run_ok(setup + RERUN, folder, 2)
    snapshots.check("rerun on 2 ranks", Path(folder, "rerun.dump"))
    found["rerun on 2 ranks"] = read(folder, "rerun")

    # clear between systems, and a second style instead of the first
    other = lmp.bcc((2, 2, 2), shake=0.1, seed=73)
    lmp.write_data(Path(folder, "other"), other, lmp.ELEMENTS)
    E = 'run 0 post no\nprint "$(pe:%.17g)" append energies screen no\n'
    lmp.run_ok(setup + E + "clear\n" + lmp.setup("other", lmp.ELEMENTS, lmp.MODEL) + E + "clear\n" + setup
               + E + "pair_style lj/cut 5.0\npair_coeff * * 0.1 2.6\n" + E
               + setup.split("read_data data")[1] + E + "pair_style none\npair_style zero 5.0\n"
               "pair_coeff * *\n" + E, folder)
    energies = np.loadtxt(Path(folder, "energies"))

steps, log = found["run 40"]
lmp.check("atoms move", bool(np.abs(steps[40][:, :3] - steps[0][:, :3]).max() > 0.05))
for way, (own_steps, own_log) in found.items():
    lmp.check(f"{way}: the steps", set(own_steps) == set(steps) == {0, 10, 20, 30, 40}
              and set(own_log) >= {10, 20, 30, 40}, f"{sorted(own_steps)} {sorted(own_log)}")
    away = np.array([own_steps[s][:, :3] - steps[s][:, :3] for s in sorted(steps)])
    away -= 9.72 * np.round(away / 9.72)  # another image is the same position
    lmp.check_close(f"{way}: positions", away, np.zeros_like(away), 1e-8, 1.0)
    for k, what in ((slice(3, 6), "velocities"), (slice(6, 9), "forces"),
                    (slice(9, 10), "energies of atoms")):
        lmp.check_close(f"{way}: {what}", [own_steps[s][:, k] for s in sorted(own_steps)],
                        [steps[s][:, k] for s in sorted(steps)], 1e-8)
    for k, what in enumerate(("energy", "xx", "yy", "xy")):
        lmp.check_close(f"{way}: {what}", [own_log[s][k] for s in (10, 20, 30, 40)],
                        [log[s][k] for s in (10, 20, 30, 40)], 1e-8)
want = snapshots.predict(frame)["energy"], snapshots.predict(other, lmp.MODEL)["energy"]
for k, e in ((0, want[0]), (1, want[1]), (2, want[0]), (4, want[0]), (5, 0.0)):
    lmp.check_close(f"clear and other styles, {k}", energies[k], e, snapshots.TOLERANCE, abs(want[0]))
lmp.finish()

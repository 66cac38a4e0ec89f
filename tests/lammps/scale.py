# SPDX-License-Identifier: BSD-3-Clause
"""scale.py - fix adapt scales the style: E = sum_i scale(type of i) E_i, forces and virial are its
slopes. With one scale for all types a trajectory is that of the unscaled potential with scaled time. During a
change of the scale the energy of the system grows by the work, the integral of dU/dscale. compute fep gives
the energy differences of thermodynamic integration."""
import tempfile
from pathlib import Path

import numpy as np

import lmp
import snapshots
from snapshots import FAST

every = " ".join(lmp.ELEMENTS)
frame = lmp.bcc((3, 3, 3), shake=0.15, seed=61)
want = snapshots.predict(frame)


def run(script, ranks=1, files=(), frame=frame, style="soapz", velocities=None):
    """the files of the script, and its output"""
    with tempfile.TemporaryDirectory() as folder:
        box = lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS, velocities)
        said = lmp.run_ok(lmp.setup("data", lmp.ELEMENTS, FAST, box.boundary, style) + script,
                          folder, ranks)
        return [np.loadtxt(Path(folder, f)) if f != "0" else lmp.read_result(folder, f)
                for f in files], said


def adapt(*lines):
    return "".join(f"variable s{k} equal {value}\n" for k, (_, value) in enumerate(lines)) + \
        "fix scale all adapt 1" + "".join(
            f" pair soapz scale {types} v_s{k}" for k, (types, _) in enumerate(lines)) + "\n"


# ---- single points -----------------------------------------------------------------------------

for ranks in (1, 2):
    (got,), said = run(adapt(("* *", 0.37)) + lmp.MEASURE.format(name="0"), ranks, ["0"])
    for key in want:
        lmp.check_close(f"scale 0.37, {ranks} ranks: {key}", got[key], 0.37 * want[key],
                        snapshots.TOLERANCE)
    lmp.check("no warning of the style", "has no effect" not in said)

# single types: energies of centres; forces and virial compared with differences by LAMMPS
factor = {"Nb": 0.2, "Mo": 1.0, "Ta": -0.5, "W": 1.7}
single = adapt(*((f"{t + 1} {t + 1}", factor[e]) for t, e in enumerate(lmp.ELEMENTS)))
DIFFERENCES = """
fix slope all numdiff 1 3.0e-4
fix strain all numdiff/virial 1 5.0e-5
compute press all pressure NULL virial
compute pe all pe/atom
thermo_style custom step pe c_press[1] c_press[2] c_press[3] c_press[4] c_press[5] c_press[6]
dump atoms all custom 1 atoms.dump id type x y z fx fy fz c_pe f_slope[*]
dump_modify atoms sort id format float %.17g
run 0
print "$(c_press[1]:%.17g) $(c_press[2]:%.17g) $(c_press[3]:%.17g) &
$(c_press[6]:%.17g) $(c_press[5]:%.17g) $(c_press[4]:%.17g)" file exact screen no
print "$(f_strain[1]:%.17g) $(f_strain[2]:%.17g) $(f_strain[3]:%.17g) &
$(f_strain[4]:%.17g) $(f_strain[5]:%.17g) $(f_strain[6]:%.17g)" file slopes screen no
"""
small = lmp.bcc((2, 2, 2), shake=0.15, seed=62)
with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), small, lmp.ELEMENTS)
    lmp.run_ok(lmp.setup("data", lmp.ELEMENTS, FAST) + single + DIFFERENCES, folder)
    (_, _, c), = snapshots.read(Path(folder, "atoms.dump"))
    exact, slopes = np.loadtxt(Path(folder, "exact")), np.loadtxt(Path(folder, "slopes"))
lmp.check_close("a scale for each type: energies of atoms", c["c_pe"], np.array(
    [factor[s] for s in small.symbols]) * snapshots.predict(small)["local_energy"], snapshots.TOLERANCE)
lmp.check_close("forces are its slopes", np.stack([c["fx"], c["fy"], c["fz"]], 1),
                np.stack([c[f"f_slope[{k}]"] for k in (1, 2, 3)], 1), 3e-6)
lmp.check_close("so is the virial", exact, slopes, 3e-6)
_, said = run(adapt(("* *", 1.0), ("1 2", 0.5)) + "run 0\n")
lmp.check("a scale of two types is said to count for nothing",
          said.count("scale of atom types 1 and 2 has no effect") == 1)

# the fix restores the original values; pair_coeff resets them
after, = run(adapt(("* *", 0.5)).rstrip() + " reset yes\nrun 1 post no\n"
             "unfix scale\nrun 0 post no\nprint \"$(pe:%.17g)\" file after screen no\n", 1, ["after"])[0]
lmp.check_close("reset yes", after, want["energy"], snapshots.TOLERANCE)
after, = run(adapt(("* *", 0.5)) + f"run 1 post no\nunfix scale\npair_coeff * * {FAST} {every}\n"
             "run 0 post no\nprint \"$(pe:%.17g)\" file after screen no\n", 1, ["after"])[0]
lmp.check_close("pair_coeff again", after, want["energy"], snapshots.TOLERANCE)

# one of two instances of the style
(got,), _ = run(f"pair_style hybrid/overlay soapz soapz\npair_coeff * * soapz 1 {FAST} {every}\n"
                f"pair_coeff * * soapz 2 {lmp.MODEL} {every}\n"
                + adapt(("* *", 0.3)).replace("soapz scale", "soapz:2 scale")
                + lmp.MEASURE.format(name="0"), 1, ["0"])
second = snapshots.predict(frame, lmp.MODEL)
for key in want:
    lmp.check_close(f"scale of the second instance: {key}", got[key], want[key] + 0.3 * second[key],
                    snapshots.TOLERANCE)

# ---- trajectories ------------------------------------------------------------------------------

# m x'' = -s dU/dx: x at time t with scale s is x at time t sqrt(s) with scale 1. With s = 1/4, doubled
# timestep and half the velocities, the steps are the same.
v = np.random.default_rng(63).normal(scale=3.0, size=(len(frame), 3))
NVE = """
timestep {dt}
neigh_modify every 1 delay 0 check yes
fix move all nve
run 100
dump atoms all custom 1 last.dump id xu yu zu
dump_modify atoms sort id format float %.17g
run 0
"""


def last(script, velocities):
    with tempfile.TemporaryDirectory() as folder:
        lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS, velocities)
        lmp.run_ok(lmp.setup("data", lmp.ELEMENTS, FAST) + script, folder)
        return lmp.read_dump(Path(folder, "last.dump"))[:, 1:]


plain = last(NVE.format(dt=0.001), v)
slow = last(adapt(("* *", 0.25)) + NVE.format(dt=0.002), v / 2)
lmp.check_close("scale 1/4: the same path in half the speed", slow, plain, 1e-9)
lmp.check("which is not short", bool(np.abs(plain - frame.positions).max() > 0.3))

# ---- thermodynamic integration -----------------------------------------------------------------

# From Lennard-Jones (0) to the potential (1) during a run: U = L U_soapz + (1 - L) U_lj, and the
# work is the integral of dU/dL over L, by the trapezoidal rule for the steps
SWITCH = f"""
pair_style hybrid/overlay soapz lj/cut 5.5
pair_coeff * * soapz {FAST} {every}
pair_coeff * * lj/cut 0.3 2.5
pair_modify pair lj/cut shift yes
compute of_gap all pair soapz epair
compute of_lj all pair lj/cut epair
variable L equal step/200.0
variable eps equal 0.3*(1-v_L+1e-9)
variable slope equal c_of_gap/(v_L+1e-30)-c_of_lj/(1-v_L+1e-9)
fix scale all adapt 1 pair soapz scale * * v_L pair lj/cut epsilon * * v_eps
timestep 0.0005
fix move all nve
thermo 1
thermo_style custom step etotal c_of_gap c_of_lj
fix log all print 1 "$(v_L:%.17g) $(etotal:%.17g) $(v_slope:%.17g)" file work screen no
run 199
"""
for ranks in (1, 2):
    (log,), _ = run(SWITCH, ranks, ["work"], velocities=v)
    L, total, slope = log[1:].T  # at L = 0 c_of_gap/L is undefined
    work = np.concatenate([[0.0], np.cumsum(0.5 * (slope[1:] + slope[:-1]) * np.diff(L))])
    lmp.check_close(f"{ranks} ranks: energy gained while L grows is the work", total - total[0], work,
                    1e-5)

# the package FEP: compute fep changes the scale itself; fix adapt/fep works like fix adapt
with tempfile.TemporaryDirectory() as folder:
    has_fep = " fep " in lmp.run_ok("info styles compute\n", folder)
if has_fep:
    FEP = adapt(("* *", "0.4")) + """
variable d equal 0.05
compute fep all fep 300.0 pair soapz scale * * v_d
thermo_style custom step pe c_fep[1]
run 0
print "$(pe:%.17g) $(c_fep[1]:%.17g)" file fep screen no
"""
    for fix in ("adapt", "adapt/fep"):
        (fep,), _ = run(FEP.replace("all adapt", f"all {fix}"), 1, ["fep"])
        lmp.check_close(f"{fix}, compute fep: U at 0.45 less U at 0.4", fep[1], 0.05 * want["energy"], 1e-7)
        lmp.check_close("and leaves it as it was", fep[0], 0.4 * want["energy"], snapshots.TOLERANCE)
lmp.finish()

# SPDX-License-Identifier: BSD-3-Clause
"""units.py - units real: the results of units metal in kcal/mol, femtoseconds and atmospheres, with the
constants of LAMMPS: single points, variances, a trajectory, the style together with charges, rank_tolerance
(which is in eV), and a run from a restart file."""
import tempfile
from pathlib import Path

import numpy as np

import lmp
import snapshots
from snapshots import FAST

EV = 23.060549  # kcal/mol, METAL2REAL of LAMMPS
NKTV2P = {"metal": 1.6021765e6, "real": 68568.415}  # of update.cpp
MVV2E = {"metal": 1.0364269e-4, "real": 48.88821291**2}
every = " ".join(lmp.ELEMENTS)
frame = lmp.bcc((3, 3, 3), shake=0.15, seed=81)
want = snapshots.predict(frame)


def run(units, script, read=(), dumps=(), ranks=1, style="soapz", model=FAST, velocities=None,
        before=""):
    with tempfile.TemporaryDirectory() as folder:
        lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS, velocities)
        setup = lmp.setup("data", lmp.ELEMENTS, model, style=style, units=units)
        said = lmp.run_ok(before + setup + script, folder, ranks)
        return ([np.loadtxt(Path(folder, f)) for f in read],
                [lmp.read_dump(Path(folder, f)) for f in dumps], said)


POINT = lmp.MEASURE.format(name="0").replace("fx fy fz", "fx fy fz f_F[1] f_F[2]").replace(
    "\nthermo_style", "\nfix F all pair 1 soapz variance 1 grade 1\nthermo_style")
_, (of_metal,), _ = run("metal", POINT, dumps=["0.dump"])
volume = np.linalg.det(frame.cell)
for ranks in (1, 2):
    (numbers,), (atoms,), _ = run("real", POINT, ["0.global"], ["0.dump"], ranks)
    name = f"real, {ranks} ranks: "
    lmp.check_close(name + "energy", numbers[0], EV * want["energy"], snapshots.TOLERANCE)
    lmp.check_close(name + "forces", atoms[:, 1:4], EV * want["forces"], snapshots.TOLERANCE)
    lmp.check_close(name + "energies", atoms[:, 6], EV * want["local_energy"], snapshots.TOLERANCE)
    lmp.check_close(name + "pressure", lmp.tensor(numbers[1:7])[0],
                    EV * want["virial"] / volume * NKTV2P["real"], snapshots.TOLERANCE)
    lmp.check_close(name + "stress/atom", -lmp.tensor(atoms[:, 7:13]) / NKTV2P["real"],
                    EV * want["stress"], snapshots.TOLERANCE)
    lmp.check_close(name + "centroid/stress/atom", -lmp.tensor(atoms[:, 13:22]) / NKTV2P["real"],
                    EV * want["centroid"], snapshots.TOLERANCE)
    lmp.check_close(name + "variance", atoms[:, 4], EV**2 * of_metal[:, 4], 1e-8)
    lmp.check_close(name + "grade", atoms[:, 5], of_metal[:, 5], 1e-8)
    if ranks == 1:  # the same to the last bits, except for the factor
        lmp.check_close(name + "metal's forces", atoms[:, 1:4], EV * of_metal[:, 1:4], 1e-14)

# the same path in femtoseconds; the constants of LAMMPS for the two units differ by 1e-8
v = np.random.default_rng(82).normal(scale=4.0, size=(len(frame), 3))  # Angstrom/ps
NVE = """
neigh_modify every 1 delay 0 check yes
timestep {dt}
fix move all nve
fix log all print 1 "$(pe:%.17g) $(ke:%.17g) $(temp:%.17g)" file log screen no
thermo_style custom step pe ke temp
run 100
dump D all custom 1 last.dump id xu yu zu vx vy vz
dump_modify D sort id format float %.17g
run 0
"""
logs, lasts = {}, {}
for units, dt, per_ps in (("metal", 0.001, 1.0), ("real", 1.0, 1e-3)):
    (logs[units],), (lasts[units],), _ = run(units, NVE.format(dt=dt), ["log"], ["last.dump"],
                                             velocities=v * per_ps)
    logs[units] /= [EV, EV, 1.0] if units == "real" else 1.0
    lasts[units][:, 4:] /= per_ps
apart = abs(MVV2E["real"] / MVV2E["metal"] * 1e-6 / EV - 1)
lmp.check("LAMMPS's masses are as heavy in both units", apart < 1e-7, f"but for {apart:.1e}")
lmp.check_close("NVE: positions", lasts["real"][:, 1:4], lasts["metal"][:, 1:4], 1e-7, 1.0)
lmp.check_close("NVE: velocities", lasts["real"][:, 4:], lasts["metal"][:, 4:], 1e-6)
for k, what in enumerate(("potential energy", "kinetic energy", "temperature")):
    lmp.check_close(f"NVE: {what}", logs["real"][:, k], logs["metal"][:, k], 1e-6)
total = logs["real"][:, :2].sum(axis=1)
lmp.check("NVE: energy is conserved", bool(np.ptp(total) < 0.01 * np.ptp(logs["real"][:, 0])),
          f"{np.ptp(total):.1e} of {np.ptp(logs['real'][:, 0]):.2g} eV")

# with charges, whose constant depends on the units
q = np.array([{"Nb": 0.4, "Mo": -0.3, "Ta": 0.2, "W": -0.35}[s] for s in frame.symbols])
C = 332.06371  # kcal/mol Angstrom
coul = snapshots.pairs(frame, 6.5, lambda r, i, j: (C * q[i] * q[j] / r, -C * q[i] * q[j] / r**2))
CHARGES = "fix charge all property/atom q ghost yes\n" + "".join(
    f"set type {t} charge {c}\n" for t, c in ((1, 0.4), (2, -0.3), (3, 0.2), (4, -0.35))) + (
    f"pair_style hybrid/overlay soapz coul/cut 6.5\npair_coeff * * soapz {FAST} {every}\n"
    "pair_coeff * * coul/cut\n")
(numbers,), (atoms,), _ = run("real", CHARGES + lmp.MEASURE.format(name="0"), ["0.global"], ["0.dump"])
lmp.check_close("with charges: energy", numbers[0], EV * want["energy"] + coul["energy"],
                snapshots.TOLERANCE)
lmp.check_close("with charges: forces", atoms[:, 1:4], EV * want["forces"] + coul["forces"],
                snapshots.TOLERANCE)

# rank_tolerance is in eV in both units, as the log and the energies show
texts, energies = [], []
for units in ("metal", "real"):
    (e,), _, said = run(units, "run 0\nprint \"$(pe:%.17g)\" file e screen no\n", ["e"],
                        style="soapz rank_tolerance 1e-4")
    texts.append([line for line in said.splitlines() if "rank" in line and line.startswith("  ")])
    energies.append(float(e))
lmp.check("rank_tolerance: the same ranks", texts[0] == texts[1] and len(texts[0]) > 0, f"{texts}")
lmp.check_close("rank_tolerance: the same energy", energies[1], EV * energies[0], 1e-13)
lmp.check("which is not the exact one", abs(energies[0] - want["energy"]) > 1e-6)

# expected errors of forces are those of the model, in kcal/mol/Angstrom, for any scale
ASK = """
fix F all pair 1 soapz uncertainty 1
dump D all custom 1 errors.dump id f_F
dump_modify D sort id format float %.17g
run 0
"""
SCALED = "variable s equal 0.3\nfix s all adapt 1 pair soapz scale * * v_s\n" + ASK
with tempfile.TemporaryDirectory() as model_folder:
    import soapz
    model = Path(model_folder, "calibrated.soapz")
    soapz.Potential(FAST).save(model, notes={"uncertainty": (
        "cutoff=4.5 variance=1e-4 energy_noise=0.001 energy_scale=1 "
        "Nb={0.01 0.05} Mo={0.02 0.03} Ta={0.03 0.02} W={0.015 0.04}")})
    errors = {name: run(units, script, [], ["errors.dump"], model=model)[1][0][:, 1]
              for name, units, script in (("real", "real", ASK), ("scaled", "real", SCALED),
                                          ("metal, scaled", "metal", SCALED))}
    by_python = soapz.Potential(model).uncertainty(
        ([snapshots.NUMBER[s] for s in frame.symbols], frame.positions, frame.cell, True)).forces
for name, errors_of in errors.items():
    lmp.check_close(f"uncertainty, {name}", errors_of,
                    (1.0 if "metal" in name else EV) * by_python, 1e-7)
lmp.finish()

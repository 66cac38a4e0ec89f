# SPDX-License-Identifier: BSD-3-Clause
"""heatflux.py - compute heat/flux on centroid stresses is the exact flux

    J = d/dt sum_i r_i (e_i + m v_i^2 / 2)
      = sum_i (e_i + m v_i^2 / 2) v_i + sum_i r_i (de_i/dt + f_i . v_i)

of an open cluster, de_i/dt by moving all atoms along their velocities; and in a periodic
box it does not depend on the number of ranks or on the cell chosen."""
import tempfile
from pathlib import Path

import numpy as np

import lmp

FLUX = """
compute ke all ke/atom
compute pe all pe/atom
compute centroid all centroid/stress/atom NULL virial
compute flux all heat/flux ke pe centroid
thermo_style custom step pe c_flux[1] c_flux[2] c_flux[3]
run 0
print "$(c_flux[1]:%.17g) $(c_flux[2]:%.17g) $(c_flux[3]:%.17g)" file flux screen no
"""
MVV2E = 1.0364269e-4  # (g/mol) (Angstrom/ps)^2 in eV, the constant of LAMMPS


def flux(frame, velocities, ranks=1):
    with tempfile.TemporaryDirectory() as folder:
        box = lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS, velocities)
        lmp.run_ok(lmp.setup("data", lmp.ELEMENTS, boundary=box.boundary) + FLUX, folder, ranks)
        return np.loadtxt(Path(folder, "flux"))


def moved(frame, step):
    return lmp.Frame(frame.symbols, frame.positions + step, frame.cell, frame.pbc)


rng = np.random.default_rng(12)
cluster = lmp.bcc((3, 2, 2), shake=0.2, seed=13)
cluster.pbc = (False, False, False)
v = rng.normal(scale=3.0, size=(len(cluster), 3))
h = 4e-4  # ps
at, *others = lmp.evaluate([cluster] + [moved(cluster, k * h * v) for k in (-2, -1, 1, 2)])
rate = np.array([1, -8, 8, -1]) / (12 * h) @ [r["local_energy"] for r in others]
mass = np.array([lmp.MASS[s] for s in cluster.symbols])
kinetic = 0.5 * MVV2E * mass * (v * v).sum(axis=1)
power = rate + (at["forces"] * v).sum(axis=1)
convective = (at["local_energy"] + kinetic) @ v
potential = power @ cluster.positions
lmp.check_close("energy is conserved: rates and powers cancel", power.sum(), 0.0, 1e-6,
                np.abs(power).max())
lmp.check("the potential part is not small", bool(np.abs(potential).max() > 1.0))
for ranks in (1, 2):
    lmp.check_close(f"cluster, {ranks} ranks", flux(cluster, v, ranks) - convective, potential,
                    1e-6)

box = lmp.bcc((4, 4, 4), seed=14)
v = rng.normal(scale=3.0, size=(len(box), 3))
skewed = lmp.Frame(box.symbols, box.positions,
                   np.array([[1, 0, 0], [0, 1, 0], [0, 1, 1]]) @ box.cell)
one = flux(box, v)
lmp.check_close("periodic, 4 ranks", flux(box, v, 4), one, 1e-10)
lmp.check_close("periodic, skewed cell", flux(skewed, v), one, 1e-10)
lmp.finish()

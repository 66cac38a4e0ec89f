# SPDX-License-Identifier: BSD-3-Clause
"""relax.py - minimize (cg, fire) ends with zero forces of soapz.Potential and, if the minimum is known by
symmetry, at this minimum; fix box/relax finds the lattice constant of a scan, at zero pressure and at 20
GPa, and the original cube from a slanted box."""
import tempfile
from pathlib import Path

import numpy as np

import lmp
import snapshots

DUMP = """
compute pe all pe/atom
dump D all custom 1 {name}.dump id type x y z fx fy fz c_pe
dump_modify D sort id format float %.17g
run 0 post no
undump D
uncompute pe
print "$(pe:%.17g)" file {name}.global screen no
"""


def run(frame, script, name="end", ranks=1):
    """the last frame and its energy, by LAMMPS; checked by soapz.Potential"""
    with tempfile.TemporaryDirectory() as folder:
        box = lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS)
        lmp.run_ok(lmp.setup("data", lmp.ELEMENTS, snapshots.FAST, box.boundary)
                   + script + DUMP.format(name="end"), folder, ranks)
        (_, last, _), = snapshots.check(name, Path(folder, "end.dump"))
        return last, float(Path(folder, "end.global").read_text())


def largest_force(frame):
    return np.abs(snapshots.predict(frame)["forces"]).max()


# an alloy without velocities: two algorithms find the same minimum
shaken = lmp.bcc((3, 3, 3), shake=0.12, seed=41)
ends = {}
for style, ranks in (("cg", 1), ("fire", 2)):
    end, energy = run(shaken, f"timestep 0.002\nmin_style {style}\nminimize 0.0 2.0e-5 1000 5000\n",
                      f"minimize, {style}, {ranks} ranks", ranks)
    ends[style] = energy
    lmp.check(f"{style}: forces of soapz.Potential are gone",
              bool(largest_force(end) <= 3e-5 and largest_force(shaken) > 1.0),
              f"{largest_force(end):.1e} eV/Angstrom of {largest_force(shaken):.2g}")
lmp.check_close("cg and fire: one energy", ends["cg"], ends["fire"], 1e-7, 1.0)
lmp.check("which is lower", ends["cg"] < snapshots.predict(shaken)["energy"] - 1.0)

# displaced tungsten atoms return to their sites
tungsten = lmp.bcc((3, 3, 3), a=3.19, shake=0.0, elements=("W",))
off = lmp.bcc((3, 3, 3), a=3.19, shake=0.08, elements=("W",))
end, _ = run(off, "min_style cg\nminimize 0.0 1.0e-6 1000 5000\n", "minimize tungsten")
gone = end.positions - tungsten.positions
gone -= 9.57 * np.round(gone / 9.57)
lmp.check_close("its sites, but for a shift of the whole", gone - gone.mean(axis=0),
                np.zeros((54, 3)), 1e-6, 1.0)


# lattice constants: the minimum of E(a) + p a^3 in a scan with soapz.Potential
def scanned(pressure):
    """two atoms of tungsten, pressure in eV/Angstrom^3: minimum of a cubic through 9 points"""
    a = 3.18 + 0.01 * np.arange(-4, 5) - 0.2 * pressure
    for _ in range(3):
        h = [snapshots.predict(lmp.bcc((1, 1, 1), x, 0.0, elements=("W",)))["energy"]
             + pressure * x**3 for x in a]
        fit = np.polyfit(a - a.mean(), h, 4)
        roots = np.roots(np.polyder(fit))
        least = a.mean() + min(roots[np.abs(roots.imag) < 1e-12].real, key=abs)
        a = least + 0.004 * np.arange(-4, 5)
    return least


cell = lmp.bcc((2, 2, 2), 3.24, 0.0, elements=("W",))
for bar in (0.0, 2e5):
    want = scanned(bar / lmp.NKTV2P)
    end, _ = run(cell, f"fix box all box/relax iso {bar} vmax 0.002\nmin_style cg\n"
                 "minimize 0.0 1.0e-8 2000 5000\nunfix box\n", f"box/relax, {bar:g} bar")
    lmp.check_close(f"box/relax, {bar:g} bar: lattice constant of the scan", end.cell[0, 0] / 2,
                    want, 1e-5, 1.0)
    virial = snapshots.predict(end)["virial"]
    lmp.check_close(f"box/relax, {bar:g} bar: stress of soapz.Potential",
                    virial / np.linalg.det(end.cell) * lmp.NKTV2P, bar * np.eye(3), 0.1, 1.0)

slanted = lmp.bcc((2, 2, 2), 3.18, 0.0, elements=("W",))
strain = np.array([[1.02, 0.0, 0.0], [0.02, 0.99, 0.0], [-0.01, 0.03, 1.0]])
slanted = lmp.Frame(slanted.symbols, slanted.positions @ strain, slanted.cell @ strain)
end, _ = run(slanted, "fix box all box/relax tri 0.0 vmax 0.002\nmin_style cg\n"
             "minimize 0.0 1.0e-8 2000 5000\nunfix box\n", "box/relax, tri")
lmp.check_close("box/relax, tri: a cube again", end.cell, 2 * scanned(0.0) * np.eye(3), 1e-3, 1.0)
lmp.finish()

# SPDX-License-Identifier: BSD-3-Clause
"""numdiff.py - forces and virial are the slopes of the energy: the differences by LAMMPS (fix numdiff,
fix numdiff/virial) agree within 1e-6 of the largest force and virial.

The steps are chosen so that the rounding error of the energy (1e-9 eV in this model, because of large
weights of opposite sign) divided by the step is about the squared step times the third derivative."""
import tempfile
from pathlib import Path

import numpy as np

import lmp

SCRIPT = """
fix slope all numdiff 1 3.0e-4
fix strain all numdiff/virial 1 5.0e-5
compute press all pressure NULL virial
thermo_style custom step pe c_press[1] c_press[2] c_press[3] c_press[4] c_press[5] c_press[6]
dump atoms all custom 1 atoms.dump id fx fy fz f_slope[*]
dump_modify atoms sort id format float %.17g
run 0
print "$(c_press[1]:%.17g) $(c_press[2]:%.17g) $(c_press[3]:%.17g) &
$(c_press[4]:%.17g) $(c_press[5]:%.17g) $(c_press[6]:%.17g)" file exact screen no
print "$(f_strain[1]:%.17g) $(f_strain[2]:%.17g) $(f_strain[3]:%.17g) &
$(f_strain[6]:%.17g) $(f_strain[5]:%.17g) $(f_strain[4]:%.17g)" file slopes screen no
"""


def compare(name, frame, ranks):
    with tempfile.TemporaryDirectory() as folder:
        box = lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS)
        lmp.run_ok(lmp.setup("data", lmp.ELEMENTS, boundary=box.boundary) + SCRIPT, folder,
                   ranks)
        atoms = lmp.read_dump(Path(folder, "atoms.dump"))
        exact = np.loadtxt(Path(folder, "exact"))
        slopes = np.loadtxt(Path(folder, "slopes"))
    lmp.check(f"{name}: forces are not zero", bool(np.abs(atoms[:, 1:4]).max() > 0.1))
    lmp.check_close(f"{name}: forces", atoms[:, 1:4], atoms[:, 4:7], 1e-6)
    lmp.check_close(f"{name}: virial", exact, slopes, 1e-6)


slanted = lmp.bcc((3, 3, 2), seed=4)
slanted.cell[1, 0], slanted.cell[2, 0], slanted.cell[2, 1] = 1.1, -0.7, 0.9
compare("cubic, 54 atoms", lmp.bcc((3, 3, 3), shake=0.15, seed=3), 1)
compare("triclinic, 36 atoms, 2 ranks", slanted, 2)
lmp.finish()

# SPDX-License-Identifier: BSD-3-Clause
"""fourbody.py - a potential with products of three factors, linear and quadratic, and with K
channels, fitted to data of a shipped potential: 200 steps of LAMMPS on one rank and on two are the
same and conserve the energy; the first energy agrees with soapz eval."""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import lmp

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from soapz_cli import SOAPZ, numbers, read_xyz, write_xyz  # noqa: E402

SHIPPED = str(lmp.ROOT / "potentials" / "NbMoTaW_nu_mu_hat" / "NbMoTaW.xml")
SOAP = ("soap n_max=3 l_max=3 cutoff=4 atom_sigma=0.5 delta=1 n_sparse=20 "
        "covariance_type=dot_product sparse_method=cur_points ")
GAP = ("gap={" + " : ".join(SOAP + keys for keys in (
    "zeta=2 nu_S=1", "zeta=1 compression={{nu,nu^,mu=1,1,1}}",
    "zeta=2 compression={{nu,mu^=1,2}} l_min=1", "zeta=1 compression={{K,K,K=1,1,1}} K=8")) + "}")
SCRIPT = """
velocity all create 600.0 4711 mom yes rot no dist gaussian
timestep 0.0005
fix move all nve
thermo_style custom step temp pe etotal
thermo_modify format float %.17g
fix log all print 10 "$(step) $(pe:%.17g) $(etotal:%.17g)" file energy screen no
dump atoms all custom 200 last.dump id x y z fx fy fz
dump_modify atoms sort id format float %.17g first no
run 200
"""


def simulate(folder, model, ranks):
    lmp.run_ok(lmp.setup("data", ["Mo", "W"], model) + SCRIPT, folder, ranks)
    return np.loadtxt(Path(folder, "energy")), lmp.read_dump(Path(folder, "last.dump"))


def make_data(folder):
    """cells with displaced atoms, with energies and forces of a shipped potential"""
    text, path = "", os.path.join(folder, "cells.xyz")
    for k in range(8):
        cell = lmp.bcc((2, 2, 2), shake=0.05 + 0.03 * k, seed=k, elements=("Mo", "W"))
        write_xyz(path, cell.symbols, cell.positions, cell.cell, [1, 1, 1])
        text += open(path).read()
    open(path, "w").write(text)
    out = os.path.join(folder, "train.xyz")
    subprocess.run([SOAPZ, "eval", SHIPPED, path, "-o", out], check=True, capture_output=True)
    return out


frame = lmp.bcc((3, 3, 3), shake=0.05, seed=7, elements=("Mo", "W"))
with tempfile.TemporaryDirectory() as folder:
    model = os.path.join(folder, "four.soapz")
    subprocess.run([SOAPZ, "fit", f"at_file={make_data(folder)}", f"gp_file={model}",
                    "rnd_seed=3", "force_parameter_name=forces", "e0_method=average",
                    "default_sigma={0.001 0.02 0.1 0}", "sparse_jitter=1e-6", GAP], check=True,
                   capture_output=True)
    lmp.write_data(Path(folder, "data"), frame, ["Mo", "W"])
    one, two = (simulate(folder, model, ranks) for ranks in (1, 2))
    xyz, out = os.path.join(folder, "in.xyz"), os.path.join(folder, "out.xyz")
    write_xyz(xyz, frame.symbols, frame.positions, frame.cell, [1, 1, 1])
    subprocess.run([SOAPZ, "eval", model, xyz, "-o", out], check=True, stdout=subprocess.DEVNULL)
    want = numbers(read_xyz(out)[0]["energy"])[0]
energy, atoms = one
lmp.check_close("first energy is that of soapz eval", energy[0, 1], want, 1e-10)
lmp.check("atoms move", bool(np.ptp(energy[:, 1]) > 0.1), f"{np.ptp(energy[:, 1]):.2f} eV")
lmp.check("total energy stays", bool(np.ptp(energy[:, 2]) < 2e-5 * len(frame)),
          f"within {np.ptp(energy[:, 2]) / len(frame):.1e} eV/atom")
lmp.check_close("2 ranks: energies", two[0][:, 1:], energy[:, 1:], 1e-9)
lmp.check_close("2 ranks: positions and forces after 200 steps", two[1], atoms, 1e-7)
lmp.finish()

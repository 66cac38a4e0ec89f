# SPDX-License-Identifier: BSD-3-Clause
"""python.py - the style inside Python: the module lammps, in which errors are exceptions and the process
continues, and LAMMPSlib of ASE; both are equal to lmp."""
import importlib.util
import os
import tempfile
from pathlib import Path

import numpy as np

import lmp
from inprocess import QUIET, load_lammps

lammps = load_lammps()
if lammps is None:
    lmp.skip("Python has no lammps module")
frame = lmp.bcc((3, 3, 3), seed=21)
want, = lmp.evaluate([frame])


def forces(instance):
    """By atom ID."""
    order = np.argsort(instance.numpy.extract_atom("id")[:len(frame)])
    return instance.numpy.extract_atom("f")[:len(frame)][order]


with tempfile.TemporaryDirectory() as folder:
    data = Path(folder, "data")
    lmp.write_data(data, frame, lmp.ELEMENTS)
    instance = lammps.lammps(cmdargs=QUIET)
    instance.commands_string(lmp.setup(data, lmp.ELEMENTS) + "run 0\n")
    lmp.check_close("lammps module: energy", instance.get_thermo("pe"), want["energy"], 1e-12)
    lmp.check_close("lammps module: forces", forces(instance), want["forces"], 1e-12)
    try:
        instance.command(f"pair_coeff * * {lmp.MODEL} Nb Mo Cu W")
        message = "no error"
    except Exception as caught:
        message = str(caught)
    lmp.check("lammps module: an error is an exception",
              "the model does not contain element Cu" in message, message.strip()[:200])
    instance.command(f"pair_coeff * * {lmp.MODEL} {' '.join(lmp.ELEMENTS)}")
    instance.command("run 0")
    lmp.check_close("lammps module: goes on after an error", forces(instance), want["forces"],
                    1e-12)
    instance.command("clear")
    instance.commands_string(lmp.setup(data, lmp.ELEMENTS) + "run 0\n")
    lmp.check_close("lammps module: goes on after clear", forces(instance), want["forces"], 1e-12)
    second = lammps.lammps(cmdargs=QUIET)
    second.commands_string(lmp.setup(data, lmp.ELEMENTS, style="soapz block 8") + "run 0\n")
    lmp.check_close("two instances side by side: forces", forces(second), want["forces"], 1e-10)
    second.close()
    instance.command("run 0")
    lmp.check_close("the first one goes on", forces(instance), want["forces"], 1e-12)
    instance.close()

if importlib.util.find_spec("ase") is None:
    print("without ASE: LAMMPSlib was not tested")
    lmp.finish()
import ase  # noqa: E402
from ase.calculators.lammpslib import LAMMPSlib  # noqa: E402

atoms = ase.Atoms(frame.symbols, frame.positions, cell=frame.cell, pbc=True)
atoms.calc = LAMMPSlib(
    lmpcmds=["pair_style soapz", f"pair_coeff * * {lmp.MODEL} {' '.join(lmp.ELEMENTS)}"],
    atom_types={e: t + 1 for t, e in enumerate(lmp.ELEMENTS)}, keep_alive=True,
    lammps_header=["units metal", "atom_style atomic", "atom_modify map array sort 0 0"],
    log_file=os.devnull)
lmp.check_close("ASE LAMMPSlib: energy", atoms.get_potential_energy(), want["energy"], 1e-10)
lmp.check_close("ASE LAMMPSlib: forces", atoms.get_forces(), want["forces"], 1e-8)
xx, yy, zz, yz, xz, xy = atoms.get_stress()
lmp.check_close("ASE LAMMPSlib: stress", [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]],
                -want["virial"] / atoms.get_volume(), 1e-6)
lmp.finish()

/* SPDX-License-Identifier: BSD-3-Clause
 *
 * data.c - soapz data: training data from outputs of other programs. Implemented in
 * python/soapz/data_command.py, which reads through ASE. */
#include "python.h"
#include "tool.h"

static const char help[] =
    "usage: soapz data IN... -o TRAIN.xyz [NAME=KEY ...] [options]\n"
    "\n"
    "Makes training data in extended XYZ, for soapz fit and gap_fit, from files that "
    "ASE\n"
    "reads: OUTCAR, vasprun.xml, ase.db, extended XYZ, trajectories, outputs of Quantum\n"
    "ESPRESSO, FHI-aims, CASTEP, GPAW, .., LAMMPS dumps. Writes energy (eV), virial\n"
    "(eV, -volume * stress: positive when compressed), force (eV/Angstrom) and\n"
    "config_type; all other data of a frame are kept. Needs Python and ASE.\n"
    "\n"
    "  IN               files, folders (searched with subfolders), \"globs\", "
    "FILE@0:100\n"
    "  -o, --output FILE\n"
    "                   output file; - is standard output\n"
    "  --test FILE      write a fraction of each config_type to this file instead:\n"
    "  --test-fraction X    the fraction (0.1)\n"
    "  --seed N             seed of the random choice (1)\n"
    "  --config-type RULE   folder, file, key:KEY (an entry of the frames), name:NAME;\n"
    "                   by default the frame's own, else the folder, else the file.\n"
    "                   A single atom with no other atom near it is an isolated_atom:\n"
    "                   its energy is the e0 of a fit\n"
    "  --isolated X     smallest distance of an isolated atom from others, Angstrom (8)\n"
    "  --tolerance X    structures that agree within X are duplicates, Angstrom (0.001)\n"
    "  --keep-duplicates, --keep-unconverged\n"
    "                   keep these frames\n"
    "  --extrapolated   use the energy extrapolated to zero smearing instead of the "
    "free\n"
    "                   energy, of which the forces are derivatives\n"
    "  --elements A,B   elements of the atom types 1, 2, .. in LAMMPS dumps\n"
    "  --format NAME    ASE's format name for all IN; by default by name and content\n"
    "  --verbose        list everything that is left out\n"
    "  NAME=KEY         energy_parameter_name, force_parameter_name,\n"
    "                   virial_parameter_name, stress_parameter_name: names of the "
    "data;\n"
    "                   by default REF_.., DFT_.., QM_.., then what ASE found, then\n"
    "                   energy, forces, virial, stress\n"
    "  --help           this text\n"
    "\n"
    "Left out, with a message: duplicates, steps whose electronic structure did not\n"
    "converge (VASP, Quantum ESPRESSO), frames without any data.\n"
    "\n"
    "example:\n"
    "  soapz data runs/ atoms/ -o train.xyz --test test.xyz --config-type folder\n";

int sz_verb_data(int argc, char **argv)
{
    return sz_run_python_verb("data_command", help, argc, argv);
}

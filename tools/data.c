/* SPDX-License-Identifier: BSD-3-Clause
 *
 * data.c - soapz data: training data from what other programs wrote. The work is that of
 * python/soapz/data_command.py, which reads through ASE. */
#include "python.h"
#include "tool.h"

#include <string.h>

static const char help[] =
    "usage: soapz data IN... -o TRAIN.xyz [NAME=KEY ...] [options]\n"
    "\n"
    "Training data in extended XYZ, as soapz fit and gap_fit take it, from files that "
    "ASE\n"
    "reads: OUTCAR, vasprun.xml, ase.db, extended XYZ, trajectories, outputs of Quantum\n"
    "ESPRESSO, FHI-aims, CASTEP, GPAW, .., LAMMPS dumps. Written are energy (eV), "
    "virial\n"
    "(eV, -volume * stress: positive when compressed), force (eV/Angstrom) and\n"
    "config_type; everything else that a frame has is kept. Needs Python and ASE.\n"
    "\n"
    "  IN               files, folders (all below them is looked at), \"globs\", "
    "FILE@0:100\n"
    "  -o, --output FILE\n"
    "                   where the data go; - is standard output\n"
    "  --test FILE      a share of each config_type goes here instead:\n"
    "  --test-fraction X    this share (0.1)\n"
    "  --seed N             and this choice (1)\n"
    "  --config-type RULE   folder, file, key:KEY (an entry of the frames), name:NAME;\n"
    "                   by default what the frames say, else the folder, else the file.\n"
    "                   A single atom without another near is an isolated_atom: its\n"
    "                   energy is the e0 of a fit\n"
    "  --isolated X     how near, Angstrom (8)\n"
    "  --tolerance X    structures that are equal to this are one, Angstrom (0.001)\n"
    "  --keep-duplicates, --keep-unconverged\n"
    "                   do not leave these out\n"
    "  --extrapolated   take the energy extrapolated to no smearing; without it the "
    "free\n"
    "                   energy, of which the forces are derivatives\n"
    "  --elements A,B   of the atom types 1, 2, .. of LAMMPS dumps\n"
    "  --format NAME    of all IN, one of ASE's; by default by name and content\n"
    "  --verbose        name all that is left out\n"
    "  NAME=KEY         energy_parameter_name, force_parameter_name,\n"
    "                   virial_parameter_name, stress_parameter_name: where the data "
    "are;\n"
    "                   without them REF_.., DFT_.., QM_.., then what ASE found, then\n"
    "                   energy, forces, virial, stress\n"
    "  --help           this text\n"
    "\n"
    "Left out, and named: structures that are there already, steps whose electronic\n"
    "structure did not converge (VASP, Quantum ESPRESSO), frames without any data.\n"
    "\n"
    "example:\n"
    "  soapz data runs/ atoms/ -o train.xyz --test test.xyz --config-type folder\n";

int sz_verb_data(int argc, char **argv)
{
    for (int k = 1; k < argc && strcmp(argv[k], "--") != 0; k++)
        if (!strcmp(argv[k], "--help") || !strcmp(argv[k], "-h"))
            return sz_print_text(help);
    sz_catch_interrupts();
    return sz_run_python_verb("data_command", argc, argv);
}

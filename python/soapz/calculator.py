# SPDX-License-Identifier: BSD-3-Clause
"""A potential as an ASE calculator.

    from soapz import SoapzCalculator
    atoms.calc = SoapzCalculator("NbMoTaW.soapz")"""
from __future__ import annotations

import os
from typing import Any, Optional, Union

try:
    from ase.calculators.calculator import Calculator, all_changes
except ImportError as e:
    raise ImportError("SoapzCalculator needs ASE: pip install ase") from e

from .model import Potential


class SoapzCalculator(Calculator):
    """energy, free_energy (the same), energies, forces and, of a cell with three vectors,
    stress and stresses, in ASE's units, signs and order.

    model     a GAP XML or a .soapz file, or a soapz.Potential, which calculators may share
    variance  True: results also hold "energies_variance" [n] and "energy_variance", eV^2,
              see Potential.variance; each evaluation then costs a second one and more
    threads   threads for each structure, see Potential
    grade     True: results also hold "grade" [n], see Potential.grade
    uncertainty  True: "forces_uncertainty" [n], eV/Angstrom, and "energy_uncertainty", eV, for a
                 calibrated model, see Potential.uncertainty
    precision "mixed" or "double", device "kokkos" or "cpu", see Potential
    more      arguments of ase.calculators.calculator.Calculator

    Errors are those of Potential."""

    implemented_properties = ["energy", "free_energy", "energies", "forces", "stress", "stresses"]
    ignored_changes = {"initial_magmoms", "initial_charges"}

    def __init__(self, model: Union[str, "os.PathLike[str]", Potential], *,
                 variance: bool = False, grade: bool = False, uncertainty: bool = False,
                 threads: Optional[int] = None, precision: Optional[str] = None,
                 device: Optional[str] = None, **more: Any):
        self.potential = Potential(model, threads=threads, precision=precision, device=device)
        self.variance, self.grade = bool(variance), bool(grade)
        self.uncertainty = bool(uncertainty)
        super().__init__(**more)
        self.parameters["model"] = self.potential.path
        for name, given in (("precision", precision), ("device", device)):
            if given:
                self.parameters[name] = given
        for name in ("variance", "grade", "uncertainty"):
            if getattr(self, name):
                self.parameters[name] = True

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        p = self.potential.predict(self.atoms)
        self.results = {"energy": p.energy, "free_energy": p.energy, "energies": p.energies,
                        "forces": p.forces}
        if p.volume is not None:
            self.results.update(stress=p.stress, stresses=p.stresses)
        if self.variance:
            v = self.potential.variance(self.atoms)
            self.results.update(energies_variance=v.energies, energy_variance=v.energy)
        if self.grade:
            self.results["grade"] = self.potential.grade(self.atoms)
        if self.uncertainty:
            u = self.potential.uncertainty(self.atoms)
            self.results.update(forces_uncertainty=u.forces, energy_uncertainty=u.energy)

    def __reduce__(self):
        return _again, (type(self), self.potential, self.variance, self.grade, self.uncertainty)


def _again(cls, potential, variance, grade=False, uncertainty=False):
    return cls(potential, variance=variance, grade=grade, uncertainty=uncertainty)

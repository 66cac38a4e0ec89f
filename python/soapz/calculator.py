# SPDX-License-Identifier: BSD-3-Clause
"""The ASE face of a potential.

    from soapz import SoapzCalculator
    atoms.calc = SoapzCalculator("NbMoTaW.soapz")"""
try:
    from ase.calculators.calculator import Calculator, all_changes
except ImportError as e:
    raise ImportError("SoapzCalculator needs ASE: pip install ase") from e

from .library import Potential

VOIGT = [0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]  # xx yy zz yz xz xy


class SoapzCalculator(Calculator):
    """energy, free_energy (the same), energies, forces and, of a cell with three vectors,
    stress. A GAP XML or a .soapz file; errors are soapz.SoapzError."""

    implemented_properties = ["energy", "free_energy", "energies", "forces", "stress"]
    ignored_changes = {"initial_magmoms", "initial_charges"}

    def __init__(self, model, **more):
        self.potential = Potential(model)
        super().__init__(**more)
        self.parameters["model"] = self.potential.path

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        a = self.atoms
        energies, forces, virial = self.potential.compute(a.numbers, a.positions, a.cell.array,
                                                          a.pbc)
        energy = float(energies.sum())
        self.results = {"energy": energy, "free_energy": energy, "energies": energies,
                        "forces": forces}
        if a.cell.rank == 3:
            stress = -0.5 * (virial + virial.T) / a.get_volume()
            self.results["stress"] = stress[VOIGT]

    def __reduce__(self):
        return type(self), (self.potential.path,)

# SPDX-License-Identifier: BSD-3-Clause
"""Errors of a potential on reference data."""
from __future__ import annotations

from typing import Any, Dict, NamedTuple, Optional, Union

import numpy as np

from .dataset import Dataset, as_dataset
from .fitting import Progress, _Waiter
from .library import Handle, function
from .model import Potential

KINDS = ("energy", "force", "virial")  # as in sz_quantity


class Errors(NamedTuple):
    """n numbers compared; mean absolute, root mean square and largest absolute error."""
    n: Union[int, np.ndarray]
    mae: Union[float, np.ndarray]
    rmse: Union[float, np.ndarray]
    max: Union[float, np.ndarray]


class ErrorsOf(NamedTuple):
    """Errors of energies in eV/atom, of force components in eV/Angstrom, of six virial components in
    eV/atom."""
    energy: Errors
    force: Errors
    virial: Errors


def _errors(summary: Any) -> Errors:
    return Errors(summary.n, summary.mae, summary.rmse, summary.max)


class Validation:
    """Result of soapz.validate; print it for a table.

    energy, force, virial  Errors (n, mae, rmse, max) of energies in eV/atom, of force components
                           in eV/Angstrom, of six virial components in eV/atom
    by_config_type         {type: ErrorsOf(energy, force, virial)}
    by_element             {symbol: Errors} of the forces
    energies               [n_frames] eV, predicted; NaN if the data have none
    forces                 [n_atoms][3] eV/Angstrom, all frames one after the other; the same"""

    def __init__(self, handle: Handle, dataset: Dataset):
        errors = handle.pointer
        total, of_type, of_element = (function(name) for name in (
            "sz_errors_all", "sz_errors_type", "sz_errors_species"))
        self.energy, self.force, self.virial = (_errors(total(errors, k)) for k in range(3))
        self.by_config_type: Dict[str, ErrorsOf] = {
            name: ErrorsOf(*(_errors(of_type(errors, t, k)) for k in range(3)))
            for t, name in enumerate(dataset.config_types)}
        self.by_element: Dict[str, Errors] = {
            symbol: _errors(of_element(errors, s)) for s, symbol in enumerate(dataset.elements)}
        self.energies = np.full(len(dataset), np.nan)
        self.forces = np.full((dataset.n_atoms, 3), np.nan)
        function("sz_errors_predictions")(errors, self.energies.ctypes.data, self.forces.ctypes.data)

    def __str__(self) -> str:
        rows = [*self.by_config_type.items(), ("all", ErrorsOf(self.energy, self.force, self.virial))]
        width = max([len(name) for name, _ in rows] + [11])
        lines = [f"{'':{width}}  {'energy, meV/atom':>20}{'force, eV/Angstrom':>21}"
                 f"{'virial, meV/atom':>20}",
                 f"{'config_type':{width}}  " + f"{'MAE':>10}{'RMSE':>10}" * 3]

        def cells(errors: Errors, scale: float, digits: int) -> str:
            if not errors.n:
                return f"{'-':>10}{'-':>10}"
            return f"{scale * errors.mae:10.{digits}f}{scale * errors.rmse:10.{digits}f}"

        for name, e in rows:
            lines.append(f"{name:{width}}  " + cells(e.energy, 1e3, 2) + cells(e.force, 1, 4) +
                         cells(e.virial, 1e3, 2))
        for symbol, errors in self.by_element.items():
            lines.append(f"{symbol:{width}}  {'':20}" + cells(errors, 1, 4))
        return "\n".join(lines)

    def __repr__(self) -> str:
        return (f"<soapz.Validation: MAE of {self.energy.n} energies {1e3 * self.energy.mae:.2f} "
                f"meV/atom, of {self.force.n} force components {self.force.mae:.4f} eV/Angstrom>")


def validate(potential: Any, dataset: Any, *, n_threads: int = 0,
             progress: Optional[Progress] = None) -> Validation:
    """The errors of a Potential (or the path of one) on a Dataset (or the path of an extended
    XYZ file, or a list of ase.Atoms), see Validation.

    n_threads, progress and Ctrl-C as for soapz.fit. SoapzError: an element that is not in the model, data
    without energies, forces and virials."""
    model, data = Potential(potential), as_dataset(dataset)
    errors = Handle("sz_errors_free")
    _Waiter(progress, n_threads).call("sz_errors_create", [errors], model._model.handle,
                                      data._handle)
    return Validation(errors, data)

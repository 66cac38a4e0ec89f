# SPDX-License-Identifier: BSD-3-Clause
"""Selects structures to add to the training data of a potential.

    score(S) = max over the atoms i of S of variance, expected error or grade

docs/select.md has the equations."""
from __future__ import annotations

from ctypes import byref, c_int, pointer
from typing import Any, Iterable, List, NamedTuple, Optional

from .fitting import Progress, _Waiter
from .library import PickStruct, SelectionOptions, call, create, function
from .model import Potential
from .structures import read_atoms


class Pick(NamedTuple):
    """A structure that soapz.select has chosen."""
    index: int  #: index in the given list
    atom: int  #: its worst atom
    score: float  #: score of that atom: a grade, eV^2 (variance), eV/Angstrom (uncertainty)
    distance: float  #: largest distance of an atom from those chosen before; sqrt(2) for the first


def select(potential: Any, structures: Iterable[Any], n: int = 10, *, by: str = "farthest",
           per_config_type: bool = False, min_distance: Optional[float] = None,
           n_threads: int = 0, progress: Optional[Progress] = None) -> List[Pick]:
    """The n structures for which a Potential (or the path of one) is most uncertain, best first; fewer if
    the others are near-duplicates of these. structures: ase.Atoms or tuples, see Potential.

    by               "farthest": the grade that remains if all atoms of the structures chosen before
                     were sparse points too; "grade", "variance", "uncertainty": of the worst
                     atom, see Potential.grade, .variance, .uncertainty
    per_config_type  n of each info["config_type"]
    min_distance     a structure is skipped if none of its atoms is farther than this from the atoms of
                     those chosen before, measured like the grade. None: 0.02; 0: none is skipped

    n_threads, progress and Ctrl-C as for soapz.fit. SoapzError: elements that are not in the model, atoms
    that coincide, a model without SOAP terms or, for "uncertainty", without calibration."""
    model, number = Potential(potential), c_int()
    if n < 1:
        raise ValueError(f"n is {n}: it must be at least 1")
    if min_distance is not None and min_distance < 0:
        raise ValueError(f"min_distance is {min_distance}: it must be 0 or more")
    if hasattr(structures, "positions"):
        raise TypeError("structures are a list, not one structure: write [atoms]")
    call("sz_score_of", byref(number), str(by).encode())
    selection = create("sz_selection_create", "sz_selection_free", model._model.pointer)
    for atoms in structures:
        kind = (getattr(atoms, "info", None) or {}).get("config_type")
        atoms = read_atoms(atoms)
        structure = atoms.struct(model._species_of(atoms))
        call("sz_selection_add", selection.pointer, byref(structure),
             None if kind is None else str(kind).encode(), None)
    waiter = _Waiter(progress, n_threads)
    waiter.options = SelectionOptions(number, n, per_config_type,
                                      -1.0 if min_distance == 0 else min_distance or 0.0,
                                      n_threads, pointer(waiter._watch))
    waiter.call("sz_selection_pick", [], selection)
    get = function("sz_selection_get")
    picks: List[PickStruct] = [get(selection.pointer, k)
                               for k in range(function("sz_selection_n_picks")(selection.pointer))]
    return [Pick(p.structure, p.atom, p.score, p.distance) for p in picks]

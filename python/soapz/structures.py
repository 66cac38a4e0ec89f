# SPDX-License-Identifier: BSD-3-Clause
"""Structures in the form that the library needs: an ase.Atoms, or (numbers, positions, cell, pbc)."""
from __future__ import annotations

import ctypes
import operator
from typing import Any, List, Optional, Sequence, Tuple, Union

import numpy as np

from .library import AtomicStructure, library

Z_MAX = 118


def as_reals(value: Any, shape: Sequence[int], what: str) -> np.ndarray:
    """A C-contiguous float64 array of this shape; TypeError and ValueError name the error."""
    try:
        array = np.asarray(value)
    except ValueError as e:  # ragged
        raise ValueError(f"{what}: {e}") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{what} must be real numbers, not {array.dtype}")
    if array.shape != tuple(shape):
        raise ValueError(f"{what} have the shape {array.shape}, but need {tuple(shape)}")
    return np.asarray(array, np.float64, order="C")


def as_numbers(value: Any) -> np.ndarray:
    """Atomic numbers 0..118 (0: no element) or symbols, as an array."""
    array = np.asarray(value)
    if array.ndim == 1 and array.size and array.dtype.kind in "US":
        array = np.array([as_number(s) for s in array.tolist()])
    if array.ndim != 1:
        raise ValueError(f"atomic numbers must be a list, not an array of shape {array.shape}")
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"atomic numbers must be integers, not {array.dtype}")
    if array.size and not (array.min() >= 0 and array.max() <= Z_MAX):
        raise ValueError(f"atomic numbers are 1 .. {Z_MAX}, not "
                         f"{array.min() if array.min() < 0 else array.max()}")
    return np.ascontiguousarray(array, np.intc)


def as_number(element: Union[str, int]) -> int:
    """The atomic number of a symbol or of a number."""
    if isinstance(element, bytes):
        element = element.decode(errors="replace")
    if isinstance(element, str):
        z = library().sz_element_number(element.encode())
    else:
        z = operator.index(element)
    if not 1 <= z <= Z_MAX:
        raise ValueError(f"{element!r} is not an element")
    return z


def as_symbol(z: int) -> str:
    return library().sz_element_symbol(int(z)).decode()


def as_elements(elements: Union[str, Sequence[Union[str, int]]]) -> List[int]:
    """Atomic numbers of "Nb Mo", ["Nb", "Mo"] or [41, 42]."""
    if isinstance(elements, str):
        elements = elements.replace(",", " ").split()
    z = [as_number(e) for e in elements]
    if not z:
        raise ValueError("no element is given")
    for k, one in enumerate(z):
        if one in z[:k]:
            raise ValueError(f"{as_symbol(one)} is given twice")
    return z


def copied(values: Any, shape: Tuple[int, ...], dtype: Any = np.float64) -> np.ndarray:
    """The array that a pointer of the library points to. (numpy's as_array makes ctypes keep a type for
    every shape used.)"""
    array = np.empty(shape, dtype)
    if array.size:
        ctypes.memmove(array.ctypes.data, values, array.nbytes)
    return array


class Atoms:
    """numbers [n] and positions [n][3] in Angstrom, rows of cell [3][3] in Angstrom, pbc [3]."""

    def __init__(self, numbers: Any, positions: Any, cell: Any = None, pbc: Any = False):
        self.numbers = as_numbers(numbers)
        n = len(self.numbers)
        # an empty list has the shape (0,)
        self.positions = (np.zeros((0, 3)) if n == 0 and np.size(positions) == 0
                          else as_reals(positions, (n, 3), "positions"))
        self.cell = np.zeros((3, 3)) if cell is None else as_reals(cell, (3, 3), "cell vectors")
        try:
            self.pbc = np.broadcast_to(np.asarray(pbc), 3).astype(bool)
        except ValueError:
            raise ValueError(f"pbc is one logical or three, not {pbc!r}") from None

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def volume(self) -> Optional[float]:
        """Volume, Angstrom^3; None without three independent vectors."""
        if np.linalg.matrix_rank(self.cell) < 3:
            return None
        return float(abs(np.linalg.det(self.cell)))

    def struct(self, species: np.ndarray) -> AtomicStructure:
        """species [n] of intc; it and self must be kept as long as the struct."""
        s = AtomicStructure(len(self), species.ctypes.data, self.positions.ctypes.data)
        s.cell[:] = self.cell.ravel()
        s.pbc[:] = [int(p) for p in self.pbc]
        return s


def read_atoms(atoms: Any) -> Atoms:
    """A structure from an ase.Atoms, or from a tuple (numbers, positions[, cell[, pbc]])."""
    if isinstance(atoms, Atoms):
        return atoms
    if all(hasattr(atoms, name) for name in ("numbers", "positions", "cell", "pbc")):
        return Atoms(atoms.numbers, atoms.positions, np.asarray(atoms.cell), atoms.pbc)
    if isinstance(atoms, (tuple, list)) and 2 <= len(atoms) <= 4:
        return Atoms(*atoms)
    raise TypeError("a structure is an ase.Atoms or a tuple (numbers, positions, cell, pbc), not "
                    f"{type(atoms).__name__}")


VOIGT = [0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]  # xx yy zz yz xz xy


def as_voigt(tensors: np.ndarray) -> np.ndarray:
    """[..][3][3], symmetrised -> [..][6], ASE's order xx yy zz yz xz xy."""
    return (0.5 * (tensors + np.swapaxes(tensors, -1, -2)))[(Ellipsis, *VOIGT)]


def from_voigt(stress: np.ndarray) -> np.ndarray:
    """[6] -> [3][3]"""
    full = np.empty((3, 3))
    full[VOIGT] = stress
    full[VOIGT[::-1]] = stress
    return full

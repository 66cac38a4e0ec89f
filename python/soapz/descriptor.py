# SPDX-License-Identifier: BSD-3-Clause
"""SOAP vectors of atoms, and their derivatives.

    c_nlm of the density of each element;  p = sum_m c_nlm c_n'lm / sqrt(2l+1), |p| = 1

and its compressions after Darby, Kermode and Csanyi, npj Comput. Mater. 8, 166 (2022):
docs/theory.md has the equations, docs/compressions.md the labels."""
from __future__ import annotations

import contextlib
import operator
from ctypes import byref, create_string_buffer
from typing import TYPE_CHECKING, Any, Iterator, List, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from .library import Handle, NeighbourList, call, create, library
from .structures import Atoms, as_elements, as_symbol, copied, read_atoms

if TYPE_CHECKING:
    from .model import Potential

Elements = Union[str, Sequence[Union[str, int]]]


class Derivatives(NamedTuple):
    """Result of Descriptor.derivatives, for each pair of a centre i and a neighbour j (images of one atom
    are separate),

    i, j  [n_pairs] atoms of the structure
    r     [n_pairs][3] r_j - r_i, Angstrom, of this image
    dpdr  [n_pairs][3][length] dp_i/dr_j, 1/Angstrom

    The derivative with respect to the position of i itself is minus the sum over the pairs of i."""
    i: np.ndarray
    j: np.ndarray
    r: np.ndarray
    dpdr: np.ndarray


def _braces(values: Sequence[Any]) -> str:
    return "{" + " ".join(str(v) for v in values) + "}"


def _needs(given: bool, label: str, fits: bool, name: str, owner: str) -> None:
    if given and not fits:
        raise ValueError(f"{name} applies to the compression {owner}, not to {label}")


def _is_string(label: str) -> bool:
    """"soap n_max=8 ..": a word, followed by keys"""
    first, *rest = label.split() or [""]
    return first in ("soap", "soap_turbo", "acsf") or (first.isidentifier() and any("=" in w for w in rest))


class Descriptor:
    """Vectors of atoms, SOAP or symmetry functions, by a compression's label or by a descriptor string.

        Descriptor("nu,mu=1,1", elements=["Nb", "Mo"], n_max=8, l_max=6, cutoff=5.0)
        Descriptor("soap n_max=8 l_max=6 cutoff=5 atom_sigma=0.5 n_species=2 species_Z={41 42}")

    label           of docs/compressions.md: "nu=2", "nu,mu=1,1", "mu=2", "W^T P_l", ..;
                    with four bodies "nu,mu^=1,2", "nu,nu^,mu=1,1,1", "K=3", ..
                    ("optimal" needs a basis from data: use soapz describe)
    elements        of the densities, symbols or atomic numbers, in this order; neighbours of
                    other elements are ignored
    n_max, l_max    limits of the radial and angular basis
    cutoff, cutoff_width, atom_sigma   Angstrom
    central_weight  weight of the centre's own density
    radial_basis    "EQUISPACED_GAUSS", "POLY" or "GTO"
    centres         elements whose atoms are centres; by default all atoms
    normalise       False: vectors keep their length
    d_J, embedding  for "nu=2,d_J": dimension and numbers [element][d_J]
    K               channels of "K=2", "K,K=1,1", "K=3" and "K,K,K=1,1,1", 32 by default
    l_min           smallest l in products of three; 1 leaves out those that repeat the power spectrum
    seed            seed of the random matrices of "W^T P_l", "Q^T P_l Q" and K channels
    weights         their distribution: "normal" (the default) or "uniform" in (0,1)

    A string starts with the word soap or soap_turbo and is as in gap_fit, or with acsf
    (symmetry functions, docs/theory.md); the vectors of soap have covariance_sigma0 as last component;
    those by label, of soap_turbo and of acsf do not. average=T gives one vector per structure. Settings
    out of range, unknown labels and keys are SoapzError.

    length  components of a vector
    labels  [length] their meaning: "l=2 [n=3 Z=42][n=1]", n counts from 1; for three factors "l=2,1,1
            [n=3 Z=42][all][all]"
    cutoff  Angstrom
    text    the descriptor string

    Constant: threads may share it."""

    def __init__(self, label: str, elements: Optional[Elements] = None, *, n_max: int = 8,
                 l_max: int = 6, cutoff: float = 5.0, atom_sigma: float = 0.5,
                 cutoff_width: float = 0.5, central_weight: float = 1.0,
                 radial_basis: Optional[str] = None, centres: Optional[Elements] = None,
                 normalise: bool = True, d_J: Optional[int] = None, embedding: Any = None,
                 seed: Optional[int] = None, K: Optional[int] = None,
                 l_min: Optional[int] = None, weights: Optional[str] = None):
        if not isinstance(label, str):
            raise TypeError(f"a descriptor is a label or a string, not {type(label).__name__}")
        library()
        if _is_string(label):
            if elements is not None:
                raise ValueError("a descriptor string is complete: leave out elements")
            self._start(label, 0)
            return
        if elements is None:
            raise ValueError(f'the compression "{label}" needs elements=[..] of the density')
        name, z = "".join(label.split()), as_elements(elements)
        if name == "optimal":
            raise ValueError("the optimal basis is computed from data: use soapz describe "
                             "--compression optimal")
        _needs(d_J is not None, label, name == "nu=2,d_J", "d_J", "nu=2,d_J")
        _needs(embedding is not None, label, name == "nu=2,d_J", "embedding", "nu=2,d_J")
        mixed, powers = name[:1] == "K", name.split("=")[-1].split(",")
        three = all(p.isdigit() for p in powers) and sum(map(int, powers)) == 3
        _needs(seed is not None, label, mixed or name[:1] in ("W", "Q"), "seed",
               "W^T P_l, Q^T P_l Q, K=3 or its like")
        _needs(weights is not None, label, mixed or name[:1] in ("W", "Q"), "weights",
               "W^T P_l, Q^T P_l Q, K=3 or its like")
        _needs(K is not None, label, mixed, "K", "K=2, K,K=1,1, K=3 or K,K,K=1,1,1")
        _needs(l_min is not None, label, three, "l_min", "nu=3 or another of three factors")
        words = ["soap", f"n_max={operator.index(n_max)}", f"l_max={operator.index(l_max)}"]
        words += [f"{key}={float(value)!r}" for key, value in (
            ("cutoff", cutoff), ("cutoff_transition_width", cutoff_width),
            ("atom_sigma", atom_sigma), ("central_weight", central_weight))]
        words += [f"n_species={len(z)}", f"species_Z={_braces(z)}", f"compression={{{label}}}"]
        if radial_basis is not None:
            words.append(f"radial_basis={{{radial_basis}}}")
        if centres is not None:
            c = as_elements(centres)
            words.append(f"n_Z={len(c)} Z={_braces(c)}")
        if not normalise:
            words.append("normalise=F")
        if embedding is not None:
            u = np.asarray(embedding, float)
            if u.ndim != 2 or len(u) != len(z) or (d_J or u.shape[1]) != u.shape[1]:
                raise ValueError(f"the embedding has the shape {u.shape}, but needs [element][d_J]")
            d_J = u.shape[1]
            words.append("embedding=" + _braces([repr(float(x)) for x in u.ravel()]))
        if d_J is not None:
            words.append(f"d_J={operator.index(d_J)}")
        if mixed:
            words.append(f"K={operator.index(32 if K is None else K)}")
        if l_min is not None:
            words.append(f"l_min={operator.index(l_min)}")
        if seed is not None:
            words.append(f"compression_seed={operator.index(seed)}")
        if weights is not None:
            words.append(f"compression_weights={{{weights}}}")
        self._start(" ".join(words), 1)

    def _start(self, text: str, n_hidden: int) -> None:
        self._source: Tuple[Any, ...] = (text, n_hidden)
        self._take(create("sz_descriptor_create", "sz_descriptor_free", text.encode()), n_hidden)

    @classmethod
    def _of_text(cls, text: str, n_hidden: int) -> "Descriptor":
        self = cls.__new__(cls)
        self._start(text, n_hidden)
        return self

    @classmethod
    def _of_model(cls, potential: "Potential", term: int) -> "Descriptor":
        self = cls.__new__(cls)
        self._source = (potential, term)
        self._take(create("sz_descriptor_of_model", "sz_descriptor_free",
                          potential._model.pointer, term), 0)
        return self

    def _take(self, handle: Handle, n_hidden: int) -> None:
        """n_hidden: components at the end that are not returned"""
        lib = library()
        self._handle = handle
        self._n = lib.sz_descriptor_length(handle.pointer)
        self.length: int = self._n - n_hidden
        self.cutoff: float = lib.sz_descriptor_cutoff(handle.pointer)
        self.text: str = lib.sz_descriptor_text(handle.pointer).decode()
        self._average = bool(lib.sz_descriptor_is_average(handle.pointer))
        self._is_centre = np.array([bool(lib.sz_descriptor_is_centre(handle.pointer, z))
                                    for z in range(119)])

    @property
    def labels(self) -> List[str]:
        """[length] the meaning of the components: "l=2 [n=3 Z=42][n=1]" """
        get, buffer = library().sz_descriptor_label, create_string_buffer(200)
        texts = []
        for k in range(self.length):
            get(self._handle.pointer, k, buffer, len(buffer))
            texts.append(buffer.value.decode())
        return texts

    def centres(self, atoms: Any) -> np.ndarray:
        """[n_centres] the centres of compute and derivatives"""
        return np.flatnonzero(self._is_centre[read_atoms(atoms).numbers])

    @contextlib.contextmanager
    def _list(self, atoms: Atoms) -> Iterator[NeighbourList]:
        neighbours = NeighbourList()
        structure = atoms.struct(atoms.numbers)
        try:
            call("sz_list_build", byref(neighbours), byref(structure), self.cutoff)
            yield neighbours
        finally:
            library().sz_list_free(byref(neighbours))

    def compute(self, atoms: Any) -> np.ndarray:
        """[n_centres][length] the vectors of the atoms that are centres, in their order; with average=T one
        vector, [1][length], if there is a centre.

        atoms: an ase.Atoms or (numbers, positions[, cell[, pbc]]). SoapzError for an atom without density
        around it, and for atoms that coincide."""
        atoms = read_atoms(atoms)
        centres = np.ascontiguousarray(self.centres(atoms), np.intc)
        n = min(len(centres), 1) if self._average else len(centres)
        p = np.zeros((n, self._n))
        with self._list(atoms) as neighbours:
            call("sz_descriptor_vectors", self._handle.pointer, byref(neighbours), len(centres),
                 centres.ctypes.data, p.ctypes.data)
        return p if self._n == self.length else np.ascontiguousarray(p[:, :self.length])

    __call__ = compute

    def derivatives(self, atoms: Any, centres: Optional[Sequence[int]] = None) -> Derivatives:
        """The derivatives of the vectors of these centres, by default of all of centres(atoms),
        see Derivatives; pairs are those closer than the cutoff. 24 length bytes per pair."""
        atoms = read_atoms(atoms)
        chosen = self.centres(atoms) if centres is None else np.asarray(centres)
        if chosen.ndim != 1 or chosen.size and chosen.dtype.kind not in "iu":
            raise TypeError("centres are a list of atoms, counted from 0")
        if chosen.size and not (chosen.min() >= 0 and chosen.max() < len(atoms)):
            raise ValueError(f"centres are atoms 0 .. {len(atoms) - 1}")
        with self._list(atoms) as neighbours:
            first = [neighbours.first[k] for k in range(len(atoms) + 1)]
            rows = [np.arange(first[i], first[i + 1]) for i in chosen]
            pairs = np.concatenate([*rows, np.zeros(0, int)]).astype(int)
            n = neighbours.n_pairs
            j = copied(neighbours.neigh, (n,), np.intc)[pairs]
            r = copied(neighbours.r, (n, 3))[pairs]
            dpdr, at = np.empty((len(pairs), 3, self.length)), 0
            for i, row in zip(chosen, rows):
                part = np.empty((len(row), 3, self._n))
                call("sz_descriptor_derivatives", self._handle.pointer, byref(neighbours), int(i),
                     part.ctypes.data)
                dpdr[at:at + len(row)] = part[..., :self.length]
                at += len(row)
        return Derivatives(np.repeat(chosen, [len(row) for row in rows]).astype(int),
                           j.astype(int), r, dpdr)

    def __repr__(self) -> str:
        who = "all atoms" if self._is_centre[1:].all() else "atoms of " + " ".join(
            as_symbol(z) for z in np.flatnonzero(self._is_centre).tolist())
        return f"<soapz.Descriptor of {who}, length {self.length}: {self.text}>"

    def __reduce__(self):
        of = self._of_text if isinstance(self._source[0], str) else self._of_model
        return of, self._source

# SPDX-License-Identifier: BSD-3-Clause
"""Reads extended XYZ like core/atoms/xyz.c: it accepts and refuses the same files, with file and line in
messages. (ASE's reader stops at a blank line between frames, drops columns that Properties does not name,
and reads any unknown pbc as T.)

No data become results of a calculator: energies stay in info, forces in arrays."""
from __future__ import annotations

import re
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

import numpy as np

from .extxyz import ARRAY_NAMES, LOGICAL, parse_value, split_comment

PLAIN = [("species", "S", 1), ("pos", "R", 3)]
SPECIES = ("species", "symbols", "element")
NUMBERS = ("Z", "numbers", "atomic_numbers")
CELLS = ("cell", "vec1", "lattice_vectors", "unit_cell", "box")  # of other programs
SEPARATORS = re.compile(r'[\s,;\[\]{}()"]+')


class _Lines:
    """Lines of a file, with their number; notes: sentences, each kind once."""

    def __init__(self, path: str, file: Any):
        self.path, self.number, self._file = path, 0, file
        self.notes: Dict[str, str] = {}

    def next(self) -> Optional[str]:
        """The next line without its end; None at the end of the file."""
        raw = self._file.readline()
        if not raw:
            return None
        self.number += 1
        if self.number == 1 and raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw:
            raise self.error("this is not a text file, or one in UTF-16; save it as UTF-8")
        if self.number == 1 and raw.startswith(b"\xef\xbb\xbf"):
            raw = raw[3:]
        text = raw.rstrip(b"\r\n").decode("utf-8", "surrogateescape")
        if "\r" in text:
            raise self.error("lines end with a carriage return only; end them with a line feed")
        return text

    def error(self, what: str, line: Optional[int] = None) -> ValueError:
        return ValueError(f"{self.path}:{line or self.number}: {what}")

    def note(self, kind: str, text: str, line: Optional[int] = None) -> None:
        self.notes.setdefault(kind, f"{self.path}:{line or self.number}: {text}")


class _Head(NamedTuple):
    line: int  # of the number of atoms
    n_atoms: int
    info: Dict[str, str]
    columns: List[Tuple[str, str, int]]
    cell: Optional[np.ndarray]
    pbc: List[bool]
    is_plain: bool


# ---- the comment line ----------------------------------------------------------------------

def _take(info: Dict[str, str], key: str) -> Optional[str]:
    """Removes a key, in any case, and returns its last value."""
    value = None
    for name in [name for name in info if name.lower() == key]:
        value = info.pop(name)
    return value


def _words(text: str) -> List[str]:
    return [w for w in SEPARATORS.split(text[5:] if text.startswith("_JSON") else text) if w]


def _real(word: str) -> float:
    return float(re.sub("[dD]", "e", word))


def _cell(lines: _Lines, text: Optional[str]) -> Optional[np.ndarray]:
    if text is None:
        return None
    words = _words(text)
    if len(words) != 9:
        raise lines.error(f"Lattice has {len(words)} numbers, it needs 9: the three vectors one "
                          "after the other")
    try:
        cell = np.array([_real(w) for w in words]).reshape(3, 3)
    except ValueError:
        cell = np.array([np.nan])
    if not np.isfinite(cell).all():
        raise lines.error("Lattice is not made of finite numbers")
    return cell


def _pbc(lines: _Lines, text: Optional[str], has_cell: bool) -> List[bool]:
    if text is None:
        return [has_cell] * 3
    words = [{"1": "T", "0": "F"}.get(w, w) for w in _words(text)]
    if len(words) == 1:
        words *= 3
    if len(words) != 3 or any(w.lower() not in ("t", "f", "true", "false") for w in words):
        raise lines.error(f'pbc must be three logicals such as "T T F", not "{text}"')
    pbc = [w[0] in "tT" for w in words]
    if any(pbc) and not has_cell:
        raise lines.error("pbc is periodic, but there is no Lattice")
    return pbc


def _columns(lines: _Lines, text: str) -> List[Tuple[str, str, int]]:
    parts = text.split(":")
    columns = []
    for k in range(0, len(parts), 3):
        name, kind, n = (parts[k:k + 3] + ["", ""])[:3]
        if not name or kind not in ("S", "R", "I", "L") or not n.isdigit() or int(n) < 1:
            raise lines.error(f'"{":".join(parts[k:k + 3])}" in Properties is not name:type:number '
                              "with a type S, R, I or L")
        if any(name.lower() == c[0].lower() for c in columns):
            raise lines.error(f"Properties has two columns named {name}")
        columns.append((name, kind, int(n)))
    return columns


def _split(lines: _Lines, text: str, is_free: bool) -> Dict[str, str]:
    """A comment of plain XYZ is free text and cannot have errors."""
    try:
        return split_comment(text)
    except ValueError as e:
        if not is_free:
            raise lines.error(str(e)) from None
    return {key: value if equals else "T" for key, equals, value in
            (word.partition("=") for word in text.split()) if key}


def _head(lines: _Lines, line: int, n_atoms: int) -> _Head:
    text = lines.next()
    if text is None:
        raise lines.error("the file ends after the number of atoms")
    is_free = not re.search(r'(?:^|[\s"])(?:properties|lattice)"?\s*=', text, re.I)
    info = _split(lines, text, is_free)
    if not is_free and "" in info:
        raise lines.error("there is a = without a key")
    if is_free:
        return _Head(line, n_atoms, info, PLAIN, None, [False] * 3, True)
    cell = _cell(lines, _take(info, "lattice"))
    pbc = _pbc(lines, _take(info, "pbc"), cell is not None)
    properties = _take(info, "properties")
    columns = PLAIN if properties is None else _columns(lines, properties)
    return _Head(line, n_atoms, info, columns, cell, pbc, properties is None)


# ---- the atoms -----------------------------------------------------------------------------

def _rows(lines: _Lines, head: _Head) -> List[List[str]]:
    """The words of each atom's line, as many as the columns have."""
    n = sum(c[2] for c in head.columns)
    rows = []
    for i in range(head.n_atoms):
        text = lines.next()
        if text is None:
            raise lines.error(f"the file ends after {i} of the {head.n_atoms} atoms announced in line "
                              f"{head.line}")
        words = text.split() if '"' not in text else re.findall(r'"[^"]*"|\S+', text)
        if len(words) < 2 and not "".join(words).lstrip("+-").strip("0123456789"):
            raise lines.error(f"the number of atoms is {head.n_atoms} here, but after {i} of them line "
                              f"{lines.number} is {'the beginning of another frame' if words else 'blank'}; "
                              "correct the number, or add the missing atoms", head.line)
        if len(words) < n or (len(words) > n and not head.is_plain):
            raise lines.error(f"this line has {len(words)} columns, but by line {head.line + 1} it "
                              f"must have {n}")
        if len(words) > n:
            lines.note("columns", "data after symbol x y z are not used, because the second line "
                       "of the frame does not name them")
        rows.append(words[:n])
    return rows


def _convert(kind: str, word: str) -> Any:
    if kind == "R":
        return _real(word)
    if kind == "I":
        return int(word)
    if kind == "L":
        return bool(int(word)) if word.isdigit() else LOGICAL[word]
    return word.strip('"')


def _array(lines: _Lines, head: _Head, column: Tuple[str, str, int], rows: List[List[str]]
           ) -> np.ndarray:
    """[n] or [n][fields]: rows of words as numbers, logicals or texts"""
    name, kind, n = column
    values = []
    for i, row in enumerate(rows):
        try:
            values.append([_convert(kind, word) for word in row])
        except (ValueError, KeyError):
            raise lines.error(f"{name} of this atom, {' '.join(row)[:40]!r}, is not of its type {kind}",
                              head.line + 2 + i) from None
    of = {"R": float, "I": int, "L": bool, "S": None}[kind]
    array = np.array(values, dtype=of).reshape(len(rows), n)
    return array[:, 0] if n == 1 else array


def _numbers(lines: _Lines, head: _Head, words: Any, is_symbols: bool) -> np.ndarray:
    """Atomic numbers of symbols, in any case, or of numbers."""
    from ase.data import atomic_numbers, chemical_symbols
    found = []
    for i, word in enumerate(words):
        z = atomic_numbers.get(str(word).capitalize(), 0) if is_symbols else 0
        if not z and str(word).isdigit() and 0 < int(word) < len(chemical_symbols):
            z = int(word)
            if is_symbols:
                lines.note("types", "elements are given as numbers and read as atomic numbers "
                           f"({z} is {chemical_symbols[z]}); if they are atom types, write "
                           "symbols", head.line + 2 + i)
        if not z:
            raise lines.error(f'"{word}" is not an element' + ("" if is_symbols else "'s atomic number"),
                              head.line + 2 + i)
        found.append(z)
    return np.array(found, int)


def _elements(lines: _Lines, head: _Head, arrays: Dict[str, np.ndarray]) -> np.ndarray:
    """Removes the column with the elements from arrays."""
    lower = {name.lower(): name for name in arrays}
    for names, is_symbols in ((SPECIES, True), (NUMBERS, False)):
        for name in names:
            if name.lower() not in lower:
                continue
            words = arrays.pop(lower[name.lower()])
            is_symbols &= words.dtype.kind == "U"
            z = _numbers(lines, head, words, is_symbols)
            other = next((lower[n.lower()] for n in NUMBERS if n.lower() in lower and
                          lower[n.lower()] in arrays), None)
            if other and not np.array_equal(arrays[other], z):
                lines.note("other", f"{other} gives other elements than {name}, which is used",
                           head.line + 1)
                arrays["other_" + other] = arrays[other]
            arrays.pop(other, None)
            return z
    raise lines.error("Properties has neither species:S:1 nor Z:I:1 with the elements", head.line + 1)


def _constrain(atoms: Any, mask: np.ndarray) -> None:
    """move_mask, as ASE reads it"""
    from ase.constraints import FixAtoms, FixCartesian
    free = mask.astype(bool)
    if free.ndim == 1:
        atoms.set_constraint(FixAtoms(mask=~free))
    else:
        atoms.set_constraint([FixCartesian(i, mask=~row) for i, row in enumerate(free) if not row.all()])


def _frame(lines: _Lines, head: _Head) -> Any:
    from ase import Atoms
    rows, arrays, first = _rows(lines, head), {}, 0
    for column in head.columns:
        arrays[column[0]] = _array(lines, head, column, [row[first:first + column[2]] for row in rows])
        first += column[2]
    z = _elements(lines, head, arrays)
    pos = next((name for name in arrays if name.lower() in ("pos", "positions")), "")
    x = arrays.pop(pos, np.empty(0))
    if x.shape != (head.n_atoms, 3) or x.dtype.kind != "f":
        raise lines.error("Properties has no column pos:R:3 with the positions", head.line + 1)
    if head.cell is None:
        for key in head.info:
            if key.lower() in CELLS:
                lines.note("cell", f"{key} is not read as a cell and the structure is not periodic; "
                           "write Lattice=\"..\" with the three vectors", head.line + 1)
    atoms = Atoms(numbers=z, positions=x, cell=head.cell, pbc=head.pbc)
    mask = arrays.get("move_mask")
    if mask is not None and mask.dtype.kind in "bi" and mask.shape in ((len(z),), (len(z), 3)):
        _constrain(atoms, arrays.pop("move_mask"))
    for name, array in arrays.items():
        atoms.new_array(ARRAY_NAMES.get(name, name), array)
    for key, text in head.info.items():
        try:
            atoms.info[key] = parse_value(text)
        except ValueError as e:
            raise lines.error(f"{key}: {e}", head.line + 1) from None
    return atoms


def read_frames(path: str, file: Any, notes: List[str]) -> Iterator[Any]:
    """ase.Atoms of every frame. file: open for bytes. ValueError names file and line."""
    lines = _Lines(path, file)
    text = lines.next()
    while text is not None:
        if text.strip():
            try:
                n = int(text)
            except ValueError:
                n = -1
            if n < 0:
                raise lines.error(f'a frame begins with its number of atoms, not with "{text[:40]}"; is '
                                  "that of the frame before right?")
            yield _frame(lines, _head(lines, lines.number, n))
        text = lines.next()
    notes.extend(lines.notes.values())

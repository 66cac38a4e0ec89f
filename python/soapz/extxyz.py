# SPDX-License-Identifier: BSD-3-Clause
"""Extended XYZ: values of the comment line, and ase.Atoms as text, without loss of data.

ASE writes positions with eight decimals and reads every word that looks like a number as one (run=007 is
read as 7); here numbers keep all their digits, and texts remain texts."""
from __future__ import annotations

import json
import re
from typing import Any, Dict, Iterator, List, Tuple

import numpy as np

COLUMN_NAMES = {"charges": "charge"}  # arrays for which ASE's column has another name
ARRAY_NAMES = {column: name for name, column in COLUMN_NAMES.items()}

# ---- the comment line ----------------------------------------------------------------------

CLOSES = {'"': '"', "'": "'", "{": "}", "[": "]"}


def _value(line: str, at: int) -> Tuple[str, int]:
    """The value that begins at line[at], without its quotes, and where it ends."""
    opened, text = line[at:at + 1], []
    close = CLOSES.get(opened)
    if close is None:
        end = at
        while end < len(line) and not line[end].isspace():
            end += 1
        return line[at:end], end
    depth, at = 1, at + 1
    while at < len(line):
        c = line[at]
        if c == "\\" and opened in "\"'" and at + 1 < len(line):
            at += 1
            c = line[at]
        elif c == close:
            depth -= 1
            if depth == 0:
                return "".join(text), at + 1
        elif c == opened:
            depth += 1
        text.append(c)
        at += 1
    raise ValueError(f"a quote or bracket is not closed: {line[:60]!r}")


EMPTY = re.compile(r"""\s+[^\s="'{[]+\s*=""")  # behind "a=": " b=3", as ASE writes an empty text


def split_comment(line: str) -> Dict[str, str]:
    """{key: text of its value}; a key alone has the value T."""
    found, at = {}, 0
    while at < len(line):
        if line[at].isspace():
            at += 1
            continue
        if line[at] == '"':
            key, at = _value(line, at)
        else:
            begin = at
            while at < len(line) and not line[at].isspace() and line[at] != "=":
                at += 1
            key = line[begin:at]
        after = at
        while after < len(line) and line[after].isspace():
            after += 1
        if line[after:after + 1] != "=":
            found[key] = "T"
            continue
        at = after + 1
        if EMPTY.match(line, at):
            found[key] = ""
            continue
        while at < len(line) and line[at].isspace():
            at += 1
        found[key], at = _value(line, at)
    return found


LOGICAL = {"T": True, "F": False, "True": True, "False": False, "TRUE": True, "FALSE": False,
           "true": True, "false": False}


def _plain(text: str) -> Any:
    """A number or logical written as text, or a list of them; else the text."""
    words = text.replace(",", " ").split() if text.count(",") < len(text) else []
    if not words or (len(words) == 1 and words[0] != text):
        return text
    if all(w in LOGICAL for w in words):
        values = [LOGICAL[w] for w in words]
        return values[0] if len(words) == 1 else np.array(values)
    try:
        integers = [int(w) for w in words]
        if [str(k) for k in integers] == words:
            return integers[0] if len(words) == 1 else np.array(integers)
        if any(w.lstrip("+-").isdigit() for w in words) and len(words) == 1:
            return text  # 007
    except ValueError:
        pass
    try:
        reals = np.array([float(w) for w in words])
    except ValueError:
        return text
    return float(reals[0]) if len(words) == 1 else reals


def parse_value(text: str) -> Any:
    """The value of a text."""
    if text.startswith("_JSON "):
        value = json.loads(text[6:])
        array = np.array(value) if isinstance(value, list) and _is_block(value) else None
        return array if array is not None and array.dtype.kind in "ifb" else value
    bare = text.strip()
    if bare.startswith("[") or bare.startswith("{"):  # ".. [[..], ..]": nested brackets
        try:
            array = np.array(json.loads(bare))
            return array if array.dtype.kind in "ifb" else text
        except ValueError:
            bare = bare.translate({ord(c): " " for c in "[]{}"})
            value = _plain(bare.strip())
            return text if isinstance(value, str) else value
    return _plain(text)


def _is_block(value: Any) -> bool:
    """a list of lists of equal lengths"""
    if not isinstance(value, list):
        return True
    return (all(not isinstance(v, list) for v in value) or
            (all(isinstance(v, list) and len(v) == len(value[0]) for v in value) and
             all(_is_block(v) for v in value)))


# ---- writing -------------------------------------------------------------------------------

def _number(x: Any) -> str:
    if isinstance(x, (bool, np.bool_)):
        return "T" if x else "F"
    if isinstance(x, (int, np.integer)):
        return str(int(x))
    return repr(float(x))


def _quoted(text: str) -> str:
    """The text, in quotes if it would otherwise not be one word or be read as another type."""
    if text and not any(c.isspace() or c in "\"'{}[]\\=," for c in text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _default(value: Any) -> Any:
    if isinstance(value, (np.integer, np.floating, np.bool_)):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, (set, tuple)):
        return list(value)
    return str(value)


def value_text(value: Any) -> str:
    """A value of atoms.info as written in the comment line, with quotes."""
    if isinstance(value, (bool, int, float, np.bool_, np.integer, np.floating)):
        return _number(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub" and value.ndim == 1 and len(value):
        return _quoted(" ".join(_number(x) for x in value))
    if isinstance(value, str) and not any(c in "\n\r" for c in value):
        return _quoted(value)
    if hasattr(value, "symbol") and hasattr(value, "scaled_primitive_cell"):
        return _quoted(value.symbol)  # ase.spacegroup.Spacegroup
    return _quoted("_JSON " + json.dumps(value, default=_default))


def _column(name: str, array: Any, n: int) -> Tuple[str, List[List[str]]]:
    """"name:R:3" and its words, [n][3]."""
    array = np.asarray(array)
    rows = array.reshape(n, -1) if n else array.reshape(0, 1)
    kind = {"f": "R", "i": "I", "u": "I", "b": "L"}.get(array.dtype.kind, "S")
    text = _number if kind != "S" else lambda x: "_".join(str(x).split()) or "_"
    return f"{name}:{kind}:{rows.shape[1]}", [[text(x) for x in row] for row in rows]


def _free_to_move(atoms: Any) -> List[Tuple[str, np.ndarray]]:
    """The column move_mask with which ASE stores FixAtoms and FixCartesian."""
    mask = None
    for constraint in getattr(atoms, "constraints", []):
        name = type(constraint).__name__
        if name == "FixAtoms":
            mask = np.ones(len(atoms), bool) if mask is None else mask
            mask[constraint.index] = False
        elif name in ("FixCartesian", "FixScaled"):
            mask = np.ones((len(atoms), 3), bool) if mask is None else mask
            mask = np.repeat(mask[:, None], 3, axis=1) if mask.ndim == 1 else mask
            mask[constraint.index] &= ~np.asarray(constraint.mask, bool)
    return [] if mask is None else [("move_mask", mask)]


def frame_text(atoms: Any) -> str:
    """One frame: cell, positions, every entry of info and every array. Results of a calculator are
    ignored."""
    n = len(atoms)
    head = []
    cell = np.asarray(atoms.cell)
    if cell.any():
        head.append('Lattice="' + " ".join(_number(x) for x in cell.ravel()) + '"')
    blocks = [_column("species", np.array(atoms.get_chemical_symbols(), object), n),
              _column("pos", atoms.positions, n)]
    arrays = [(name, array) for name, array in atoms.arrays.items()
              if name not in ("numbers", "positions")] + _free_to_move(atoms)
    blocks += [_column(COLUMN_NAMES.get(name, name), array, n) for name, array in arrays]
    head.append("Properties=" + ":".join(name for name, _ in blocks))
    head += [f"{_quoted(str(key))}={value_text(value)}" for key, value in atoms.info.items()
             if value is not None]
    pbc = atoms.pbc if cell.any() else [False] * 3
    head.append('pbc="' + " ".join("FT"[bool(p)] for p in pbc) + '"')
    lines = [str(n), " ".join(head)]
    lines += [" ".join(word for words in row for word in words)
              for row in zip(*(words for _, words in blocks))]
    return "\n".join(lines) + "\n"


def frames_text(frames: Any) -> Iterator[str]:
    for atoms in frames:
        yield frame_text(atoms)

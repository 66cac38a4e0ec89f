# SPDX-License-Identifier: BSD-3-Clause
"""Files of other programs, read through ASE: finding them, their frames, and their electronic convergence.

ASE gives energies in eV, forces in eV/Angstrom and stresses in eV/Angstrom^3, positive under
tension. What it does not report is read from the files here: that a self-consistent cycle ran
out of steps (VASP, Quantum ESPRESSO), and that a LAMMPS dump has no energy, for which ASE puts 0."""
from __future__ import annotations

import glob
import os
import re
import warnings
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence

import numpy as np

from .xyz_frames import read_frames

# Formats of ASE that may contain energies or forces. Others are ignored in folders, but read if they are
# given by name.
RESULTS = {"abinit-out", "aims-output", "bundletrajectory", "castep-castep", "castep-geom",
           "castep-md", "crystal", "db", "dftb", "espresso-out", "extxyz", "gamess-us-out",
           "gaussian-out", "gpaw-out", "gpw", "json", "lammps-dump-text", "nwchem-out",
           "octopus-out", "onetep-out", "orca-output", "qbox", "runnerdata", "traj",
           "turbomole-gradient", "vasp-out", "vasp-xml"}
# Formats that a name's end alone decides (.out, .log, .json): in a folder such a file may
# well be something else.
LOOK_INSIDE = {"espresso-out": b"PWSCF", "gaussian-out": b"Gaussian", "json": b"unique_id"}


class Source(NamedTuple):
    path: str
    index: Optional[str]  # ASE's "file@0:10": "0:10"
    root: Optional[str]  # the folder that was searched, if one was
    format: Optional[str]  # ASE's format; None: ASE detects it


class Read(NamedTuple):
    """One frame of a file."""
    atoms: Any  # ase.Atoms without a calculator
    results: Dict[str, Any]  # results of its calculator
    number: int  # in the file, from 0
    converged: Optional[bool]  # convergence of the electronic structure; None: not known


# ---- which files ---------------------------------------------------------------------------

def format_of(path: str) -> Optional[str]:
    """ASE's name for the format of a file, None if it knows none."""
    from ase.io.formats import UnknownFileTypeError, filetype
    try:
        name = filetype(path, guess=False)
    except (UnknownFileTypeError, OSError, UnicodeDecodeError):
        name = os.path.splitext(path)[1][1:]  # .db, .extxyz: the format's own name
        if name not in RESULTS or not os.path.isfile(path):
            return None
    if name in LOOK_INSIDE:
        with open_any(path, "rb") as f:
            if LOOK_INSIDE[name] not in f.read(50000):
                return None
    return name


def begins_with_count(path: str) -> bool:
    """Starts like an XYZ file, with any name; POSCAR starts with a comment."""
    if "POSCAR" in path or "CONTCAR" in path or not os.path.isfile(path):
        return False
    with open(path, "rb") as f:
        for line in f:
            if line.strip():
                return line.replace(b"\xef\xbb\xbf", b"", 1).strip().isdigit()
    return False


def open_any(path: str, mode: str = "rt") -> Any:
    """gzip, bzip2 and xz, as in ASE"""
    from ase.io.formats import open_with_compression
    return open_with_compression(path, mode)


def _run_of(path: str) -> Optional[Any]:
    """The same for vasprun.xml and OUTCAR of one run."""
    folder, name = os.path.split(path)
    name = re.sub(r"\.(gz|bz2|xz)$", "", name)
    m = re.fullmatch(r"vasprun(.*)\.xml", name) or re.fullmatch(r"OUTCAR(.*)", name)
    return (folder, m[1]) if m else None


class Search:
    """The files for the words of a command line, in order.

    sources  of Source
    passed   {reason: [paths]} of files in folders that are not read"""

    def __init__(self, words: Sequence[str], format: Optional[str] = None):
        self.sources: List[Source] = []
        self.passed: Dict[str, List[str]] = {}
        self._format = format
        self._seen: set = set()
        for word in words:
            self._take(os.fspath(word))

    def _add(self, source: Source) -> None:
        key = os.path.realpath(source.path), source.index
        if key not in self._seen:
            self._seen.add(key)
            self.sources.append(source)

    def _take(self, word: str) -> None:
        if os.path.isdir(word):
            return self._search(word)
        if os.path.exists(word):
            if not os.path.isfile(word):
                raise ValueError(f"{word} is not a regular file, and data are read more than once: "
                                 "write them to the disk first")
            return self._add(Source(word, None, None, self._format))
        path, at, index = word.rpartition("@")
        if at and os.path.isfile(path) and re.fullmatch(r"[-0-9:]+", index):
            return self._add(Source(path, index, None, self._format))
        found = sorted(glob.glob(word, recursive=True)) if glob.has_magic(word) else []
        if not found:
            what = "no file matches" if glob.has_magic(word) else "there is no file or folder"
            raise FileNotFoundError(f"{what} {word}")
        for path in found:
            if os.path.isdir(path):
                self._search(path)
            elif os.path.isfile(path):
                self._add(Source(path, None, None, self._format))

    def _search(self, root: str) -> None:
        found = []
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(f for f in folders if not f.startswith("."))
            found += [os.path.join(folder, name) for name in sorted(names)
                      if not name.startswith(".")]
        # vasprun.xml has more digits than the OUTCAR beside it
        runs = {_run_of(p) for p in found if "vasprun" in os.path.basename(p)} - {None}
        for path in found:
            if "OUTCAR" in os.path.basename(path) and _run_of(path) in runs:
                self.passed.setdefault("OUTCAR beside its vasprun.xml", []).append(path)
                continue
            kind = (self._format or format_of(path)) if os.path.isfile(path) else None
            if kind in RESULTS or kind and self._format:
                self._add(Source(path, None, root, kind))
            else:
                why = "without energies (by its format)" if kind else "not in a format of ASE"
                self.passed.setdefault(why, []).append(path)


# ---- electronic convergence ----------------------------------------------------------------

def vasp_xml_convergence(path: str) -> List[bool]:
    """For each <calculation>: there are fewer electronic steps than NELM, or the last one changed the energy
    by less than EDIFF."""
    import xml.etree.ElementTree as ElementTree
    most, enough, steps, free, states = None, 0.0, 0, [], []
    inside = False
    try:
        with open_any(path, "rb") as f:
            for event, e in ElementTree.iterparse(f, events=("start", "end")):
                if event == "start":
                    if e.tag == "calculation":
                        inside, steps, free = True, 0, []
                    continue
                name = e.attrib.get("name", "").upper()
                if e.tag == "i" and name == "NELM" and e.text:
                    most = int(e.text)
                elif e.tag == "i" and name == "EDIFF" and e.text:
                    enough = abs(float(e.text))
                elif e.tag == "scstep" and inside:
                    steps += 1
                    energy = e.find("energy/i[@name='e_fr_energy']")
                    free.append(float(energy.text) if energy is not None else np.nan)
                    e.clear()
                elif e.tag == "calculation":
                    last = abs(free[-1] - free[-2]) if len(free) > 1 else np.inf
                    states.append(most is None or steps < most or last <= enough)
                    inside = False
                    e.clear()
    except ElementTree.ParseError:
        pass  # the run was cut off; ASE reads what is left
    return states


def outcar_convergence(path: str) -> List[bool]:
    """For each ionic step, which ends with its free energy: VASP reports that it reached EDIFF, or there are
    fewer electronic steps than NELM."""
    most, steps, reached, states = None, 0, None, []
    with open_any(path) as f:
        for line in f:
            if "NELM " in line and most is None:
                m = re.search(r"NELM\s*=\s*(\d+)", line)
                most = int(m[1]) if m else None
            elif "Iteration" in line:
                m = re.search(r"Iteration\s+\d+\(\s*(\d+)\)", line)
                steps = int(m[1]) if m else steps
            elif "aborting loop" in line:
                reached = "not reached" not in line
            elif "FREE ENERGIE OF THE ION-ELECTRON SYSTEM" in line:
                states.append(bool(reached) if reached is not None
                              else most is None or steps < most)
                steps, reached = 0, None
    return states


def espresso_convergence(path: str) -> List[bool]:
    """For each structure that pw.x prints."""
    states: List[bool] = []
    with open_any(path) as f:
        for line in f:
            if "Program PWSCF" in line or "ATOMIC_POSITIONS" in line:
                states.append(True)
            elif "convergence NOT achieved" in line and states:
                states[-1] = False
    return states


CONVERGENCE = {"vasp-xml": vasp_xml_convergence, "vasp-out": outcar_convergence,
               "espresso-out": espresso_convergence}

# ---- frames --------------------------------------------------------------------------------


def _dump_words(path: str, elements: Optional[Sequence[str]]) -> Dict[str, Any]:
    """The options that ASE needs for a LAMMPS dump."""
    units, columns = "metal", []
    with open_any(path) as f:
        for line in f:
            if line.startswith("ITEM: UNITS"):
                units = next(f, "metal").strip()
            if line.startswith("ITEM: ATOMS"):
                columns = line.split()[2:]
                break
    words: Dict[str, Any] = {"units": units}
    if elements:
        words["specorder"] = list(elements)
    elif "element" not in columns and "mass" not in columns:
        raise ValueError("this dump has atom types but no elements: give the elements of types 1, 2, "
                         ".. with --elements Cu,Au, or dump the column element "
                         "(dump_modify .. element)")
    return words


def _rows(path: str) -> Iterator[Any]:
    """Frames of an ase.db, with key_value_pairs and data in info."""
    import ase.db
    if not os.path.getsize(path):
        raise ValueError("the data base is empty")
    for row in ase.db.connect(path).select():
        atoms = row.toatoms()
        atoms.info.update(row.get("data") or {})
        atoms.info.update(row.key_value_pairs)
        yield atoms


def _frames(source: Source, kind: str, elements: Optional[Sequence[str]]) -> Iterator[Any]:
    from ase.io import iread
    if kind in ("db", "json"):
        yield from _rows(source.path)
        return
    words: Dict[str, Any] = {}
    if kind == "espresso-out":
        words["results_required"] = False  # numbered as in espresso_convergence
    elif kind == "lammps-dump-text":
        words = _dump_words(source.path, elements)
    yield from iread(source.path, ":", format=kind, do_not_split_by_at_sign=True, **words)


def _index(text: str, n: int) -> List[int]:
    from ase.io.formats import string2index
    index = string2index(text)
    if not isinstance(index, slice) and not -n <= index < n:
        raise ValueError(f"there is no frame {text}: it has {n} frames, from 0")
    return list(range(n))[index] if isinstance(index, slice) else [range(n)[index]]


def _strip(atoms: Any, kind: str) -> Dict[str, Any]:
    """Removes the calculator; returns its results unchanged: constraints do not change forces."""
    calculator = atoms.calc
    results = dict(getattr(calculator, "results", None) or {})
    atoms.calc = None
    if kind.startswith("lammps-dump"):
        results.pop("energy", None)
    return {k: v for k, v in results.items() if v is not None}


def read_source(source: Source, elements: Optional[Sequence[str]] = None,
                notes: Optional[List[str]] = None) -> List[Read]:
    """All frames of a file; ValueError with a message if ASE cannot read it. Warnings of ASE go to notes."""
    kind = source.format or format_of(source.path)
    if not source.format and kind not in RESULTS and begins_with_count(source.path):
        kind = "extxyz"
    if kind is None:
        from ase.io.formats import UnknownFileTypeError, filetype
        try:
            kind = filetype(source.path)
        except UnknownFileTypeError as e:
            raise ValueError(f"{source.path}: ASE does not know this kind of file ({e}); give one of "
                             "ASE's formats with --format") from None
        except (OSError, UnicodeDecodeError) as e:
            raise ValueError(f"{source.path} cannot be read: {e}") from None
    said: List[str] = []
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            if kind in ("extxyz", "xyz"):
                with open_any(source.path, "rb") as file:
                    frames = list(read_frames(source.path, file, said))
            else:
                frames = list(_frames(source, kind, elements))
        states = CONVERGENCE[kind](source.path) if kind in CONVERGENCE else []
    except Exception as e:  # readers of ASE may raise any exception
        if str(e).startswith(source.path + ":"):  # ours
            raise
        raise ValueError(f"{source.path} cannot be read as {kind}: {e or type(e).__name__}") from None
    said_once = {str(w.message) for w in caught
                 if not issubclass(w.category, (DeprecationWarning, FutureWarning))}
    if notes is not None:
        notes += said + [f"{source.path}: ASE says: {text}" for text in sorted(said_once)]
        if states and len(states) < len(frames):
            notes.append(f"{source.path}: of {len(frames)} frames the electronic convergence of "
                         f"{len(states)} is known")
    read = [Read(a, _strip(a, kind), k, states[k] if k < len(states) else None)
            for k, a in enumerate(frames)]
    if kind == "espresso-out":  # pw.x prints the last structure of a relaxation again
        read = [r for r in read if r.results or r.converged is False]
    if source.index is not None:
        try:
            read = [read[k] for k in _index(source.index, len(read))]
        except ValueError as e:
            raise ValueError(f"{source.path}@{source.index}: {e}") from None
    return read

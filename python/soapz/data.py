# SPDX-License-Identifier: BSD-3-Clause
"""Training data from outputs of other programs: soapz.read_data, and the command soapz data.

    frames --names-->     energy, force, virial         reference.py
           --one atom, no neighbour-->              config_type isolated_atom
           --folder, file, key or a name-->             config_type
           --the same structure, no convergence-->      left out, and named
           --a share of each config_type, by a seed-->  training and test data"""
from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
import warnings
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from .names import NONE, Names, choose_names
from .reference import OUT, find_reference, write_reference
from .selection import (ISOLATED, Frame, LeftOut, count, leave_out_atoms, leave_out_duplicates,
                        set_config_types)
from .sources import Search, read_source

class DataOptions(NamedTuple):
    """See read_data."""
    config_type: str = "auto"
    tolerance: float = 1e-3
    isolated: float = 8.0
    keep_duplicates: bool = False
    keep_unconverged: bool = False
    extrapolated: bool = False
    elements: Optional[Sequence[str]] = None
    format: Optional[str] = None
    names: Dict[str, Optional[str]] = {}
    as_is: bool = False  # keep everything


class ImportedData(NamedTuple):
    """frames    ase.Atoms with info["energy"] (eV), info["virial"] [9] (eV, -volume * stress),
              arrays["force"] [n][3] (eV/Angstrom), info["config_type"], as far as known
    left_out  of LeftOut
    took      {"energy": {source: frames}, "forces": .., "virial": ..}
    notes     sentences about doubtful data
    files     paths that were read"""
    frames: List[Any]
    left_out: List[LeftOut]
    took: Dict[str, Dict[str, int]]
    notes: List[str]
    files: List[str]


def some(items: Sequence[str], n: int = 3) -> str:
    return ", ".join(items[:n]) + (f" and {len(items) - n} more" if len(items) > n else "")


# ---- reading -------------------------------------------------------------------------------

def _finite(atoms: Any, ref: Any) -> bool:
    values = [atoms.positions, np.asarray(atoms.cell), ref.energy, ref.forces, ref.virial]
    return all(np.isfinite(v).all() for v in values if v is not None)


class _Notes(NamedTuple):
    """names  of the reference in the output; seen  {sentence: frames}"""
    names: Dict[str, str]
    seen: Dict[str, int]


def _take(f: Frame, read: Any, found: Names, options: DataOptions, data: ImportedData,
          notes: _Notes) -> Optional[str]:
    """Finds the reference of one frame; returns the reason to leave it out, or None."""
    if read.converged is False and not (options.keep_unconverged or options.as_is):
        return "the electronic structure did not converge"
    if not len(f.atoms):
        return "no atoms"
    ref = find_reference(f.atoms, read.results, found)
    if not _finite(f.atoms, ref):
        return "a number is not finite"
    for kind, name in ref.took.items():
        data.took[kind][name] = data.took[kind].get(name, 0) + 1
    for text in ref.doubts + write_reference(f.atoms, read.results, ref, notes.names):
        notes.seen[text] = notes.seen.get(text, 0) + 1
    f.energy = ref.energy
    f.n_known = sum(x is not None for x in (ref.energy, ref.forces, ref.virial))
    if f.n_known or options.as_is:
        return None
    keys = " ".join(str(k) for k in [*f.atoms.info, *f.atoms.arrays]
                    if k not in ("numbers", "positions"))
    return "no energy, forces, virial or stress under a usual name" + (
        f" (what it has: {keys}; give energy_parameter_name=..)" if keys else "")


def _check_names(data: ImportedData, options: DataOptions) -> None:
    for kind, key in options.names.items():
        if key and key.lower() not in NONE and not any(key in name for name in data.took["virial" if kind == "stress" else kind]):
            raise ValueError(f"no frame has the {kind} {key!r}")


def read_all(search: Search, options: DataOptions, names: Dict[str, str] = OUT,
          progress: Optional[Callable[[int, int, int], None]] = None
          ) -> Tuple[List[Frame], ImportedData]:
    """All frames with their reference, before any selection."""
    data = ImportedData([], [], {"energy": {}, "forces": {}, "virial": {}}, [], [])
    frames: List[Frame] = []
    notes = _Notes(names, {})
    for n, source in enumerate(search.sources):
        if progress:
            progress(n, len(search.sources), len(frames))
        try:
            reads = read_source(source, options.elements, data.notes)
        except ValueError as e:
            if source.root is None:
                raise
            data.notes.append(f"{e}; it is left out")
            continue
        data.files.append(source.path)
        if not reads:
            data.notes.append(f"{source.path} has no finished structure")
        # in outputs forces are derivatives of the free energy
        found = choose_names([(r.atoms, r.results) for r in reads], options.names,
                             not options.extrapolated and any(r.results for r in reads))
        data.notes.extend(f"{source.path}: {text}" for text in found.notes)
        for r in reads:
            f = Frame(r.atoms, source, r.number)
            try:
                why = _take(f, r, found, options, data, notes)
            except ValueError as e:
                raise ValueError(f"{f.where}: {e}") from None
            if why:
                data.left_out.append(LeftOut(f.where, why))
            else:
                frames.append(f)
    for why, paths in search.passed.items():
        data.notes.append(f"not read: {count(len(paths), 'file')} {why}, {some(paths)}")
    data.notes.extend(f"{text} (in {count(n, 'frame')})" for text, n in notes.seen.items())
    _check_names(data, options)
    return frames, data


def gather(search: Search, options: DataOptions, progress: Any = None
            ) -> Tuple[List[Frame], ImportedData]:
    frames, data = read_all(search, options, progress=progress)
    set_config_types(frames, options.config_type, options.isolated, data.notes)
    if not options.keep_duplicates:
        frames = leave_out_atoms(frames, data.left_out)
        frames = leave_out_duplicates(frames, options.tolerance, data.left_out, data.notes)
    data.frames.extend(f.atoms for f in frames)
    return frames, data


def read_data(paths: Any, *, config_type: str = "auto", tolerance: float = 1e-3,
              isolated: float = 8.0, keep_duplicates: bool = False, keep_unconverged: bool = False,
              extrapolated: bool = False, elements: Optional[Sequence[str]] = None,
              format: Optional[str] = None, energy_key: Optional[str] = None,
              forces_key: Optional[str] = None, virial_key: Optional[str] = None,
              stress_key: Optional[str] = None) -> ImportedData:
    """Training data from files that ASE reads (OUTCAR, vasprun.xml, ase.db, extended XYZ,
    trajectories, outputs of Quantum ESPRESSO, FHI-aims, .., LAMMPS dumps), as in the command soapz data,
    docs/data.md. Needs ASE.

    paths            a path, or several: files, folders (searched), globs, "file@0:100"
    config_type      "auto": the frame's own, else by folder, else by file; "folder",
                     "file", "key:KEY" of info, "name:NAME" for all
    tolerance        Angstrom: structures whose atoms and cells agree within this are duplicates
    isolated         Angstrom: a single atom farther than this from its images is an isolated_atom
    keep_duplicates, keep_unconverged
                     keep these frames
    extrapolated     use the energy extrapolated to zero smearing, not the free energy, which is
                     the one that forces are derivatives of
    elements         of the atom types 1, 2, .. of LAMMPS dumps
    format           ASE's name for the format of all files, by default by name and content
    energy_key, ..   which entries of info and arrays are meant; by default as for Dataset

    Returns ImportedData; its frames go to soapz.fit, split_data and write_data.
    FileNotFoundError: a path does not exist. ValueError: a given file cannot be read, or a name is in no
    frame."""
    need_ase()
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    options = DataOptions(config_type, tolerance, isolated, keep_duplicates, keep_unconverged,
                          extrapolated, elements, format,
                          {"energy": energy_key, "forces": forces_key, "virial": virial_key,
                           "stress": stress_key})
    data = gather(Search(paths, format), options)[1]
    for sentence in data.notes:
        warnings.warn(sentence, stacklevel=2)
    return data


def need_ase() -> None:
    try:
        import ase  # noqa: F401
    except ImportError as e:
        raise ImportError("reading files of other programs needs ASE: pip install "
                          f"\"soapz[ase]\", or ase, for the Python at {sys.executable}") from e


# ---- training and test ---------------------------------------------------------------------

def split_data(frames: Sequence[Any], fraction: float = 0.1, seed: int = 1
               ) -> Tuple[List[Any], List[Any]]:
    """(training, test): this fraction of the frames of each config_type, chosen by seed; isolated atoms are
    always training data. The choice is the same on every machine.

    frames must be different structures; consecutive frames of one MD run are nearly the same and make
    test errors too small."""
    if not 0 <= fraction < 1:
        raise ValueError(f"the fraction of test data is {fraction}, allowed is 0 to 1")
    types: Dict[str, List[int]] = {}
    for k, atoms in enumerate(frames):
        types.setdefault(str(atoms.info.get("config_type", "default")), []).append(k)
    test: set = set()
    for name, members in types.items():
        if name == ISOLATED:
            continue
        # other types do not change the choice
        by_chance = sorted(range(len(members)), key=lambda m: hashlib.sha256(
            f"{seed} {name} {m}".encode()).digest())
        test.update(members[m] for m in by_chance[:int(fraction * len(members) + 0.5)])
    return ([a for k, a in enumerate(frames) if k not in test],
            [a for k, a in enumerate(frames) if k in test])


# ---- writing -------------------------------------------------------------------------------

def write_data(path: Any, frames: Iterable[Any]) -> None:
    """Writes ase.Atoms to an extended XYZ file: all of info and arrays, with all digits. The file appears
    only when it is complete."""
    from .extxyz import frames_text
    write_all({os.fspath(path): frames_text(frames)})


def same_file(a: str, b: str) -> bool:
    """Both names are the same regular file, which may not exist yet."""
    if os.path.exists(a) and os.path.exists(b):
        return os.path.isfile(a) and os.path.samefile(a, b)
    return os.path.realpath(a) == os.path.realpath(b)


TEXT: Dict[str, Any] = {"encoding": "utf-8", "errors": "surrogateescape"}  # keeps the bytes


def _write_through(path: str, pieces: Iterable[str]) -> None:
    """To standard output ("-"), a pipe or a device."""
    if path == "-" and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(**TEXT)
    with contextlib.nullcontext(sys.stdout) if path == "-" else open(path, "w", **TEXT) as f:
        for piece in pieces:
            f.write(piece)
        f.flush()


def _write_part(real: str, pieces: Iterable[str], mask: int, parts: List[Tuple[str, str]]) -> None:
    """Into a new file beside real, which joins the parts."""
    handle, part = tempfile.mkstemp(dir=os.path.dirname(real), prefix=".soapz-")
    parts.append((part, real))
    with os.fdopen(handle, "w", **TEXT) as f:
        for piece in pieces:
            f.write(piece)
        f.flush()
        os.fsync(f.fileno())
    os.chmod(part, os.stat(real).st_mode & 0o777 if os.path.exists(real) else 0o666 & ~mask)


def write_all(texts: Dict[str, Iterable[str]]) -> None:
    """{path: pieces of text}: all files, or none of them."""
    parts: List[Tuple[str, str]] = []
    mask = os.umask(0)
    os.umask(mask)
    try:
        for path, pieces in texts.items():
            through = path == "-" or os.path.exists(path) and not os.path.isfile(path)
            try:
                if through:
                    _write_through(path, pieces)
                else:
                    _write_part(os.path.realpath(path), pieces, mask, parts)
            except OSError as e:
                name = "to standard output" if path == "-" else path
                rest = "" if through else "; nothing was changed"
                raise OSError(f"cannot write {name}: {e.strerror or e}{rest}") from e
        for part, real in parts:
            os.replace(part, real)
        parts = []
    finally:
        for part, _ in parts:
            if os.path.exists(part):
                os.unlink(part)

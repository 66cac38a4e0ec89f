# SPDX-License-Identifier: BSD-3-Clause
"""The command soapz data: command line, soapz.read_data, summary. Its help text is in tools/data.c."""
from __future__ import annotations

import os
import re
import sys
import time
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from .data import (DataOptions, ImportedData, gather, need_ase, same_file, some, split_data,
                   write_all)
from .extxyz import frames_text
from .selection import ISOLATED, LeftOut, count
from .sources import Search
from .verb import UsageError, run_verb, say

# ---- the summary ---- ---------------------------------------------------------------------------

def _range(values: List[float]) -> str:
    if not values:
        return "-"
    return f"{min(values):.4f} .. {max(values):.4f}"


def _table(train: Sequence[Any], test: Sequence[Any]) -> List[str]:
    """config_type, frames, atoms, energies and forces of training and test data together."""
    rows = [("config_type", "frames", "of test", "atoms", "energy, eV/atom", "force, eV/Angstrom",
             "pressure, GPa")]
    types = list(dict.fromkeys(a.info["config_type"] for a in [*train, *test]))
    for name in types + ["all"]:
        both = [a for a in [*train, *test] if name == "all" or a.info["config_type"] == name]
        tested = sum(1 for a in test if name == "all" or a.info["config_type"] == name)
        energies = [a.info["energy"] / len(a) for a in both if "energy" in a.info]
        forces = [float(np.linalg.norm(a.arrays["force"], axis=1).max()) for a in both
                  if "force" in a.arrays]
        pressures = [160.21766 * float(np.sum(a.info["virial"][[0, 4, 8]])) / 3 /
                     abs(np.linalg.det(np.asarray(a.cell))) for a in both if "virial" in a.info
                     and abs(np.linalg.det(np.asarray(a.cell))) > 0]
        rows.append((name, str(len(both)), str(tested), str(sum(len(a) for a in both)),
                     _range(energies), f"up to {max(forces):.3f}" if forces else "-",
                     f"{min(pressures):.2f} .. {max(pressures):.2f}" if pressures else "-"))
    width = [max(len(r[c]) for r in rows) for c in range(len(rows[0]))]
    return ["  ".join([r[0].ljust(width[0])] + [x.rjust(w) for x, w in zip(r[1:], width[1:])])
            for r in rows]


def _elements(frames: Sequence[Any]) -> str:
    counts: Dict[str, int] = {}
    for a in frames:
        for s in a.get_chemical_symbols():
            counts[s] = counts.get(s, 0) + 1
    alone = {a.get_chemical_symbols()[0] for a in frames
             if a.info["config_type"] == ISOLATED and "energy" in a.info}
    missing = [s for s in counts if s not in alone]
    text = "elements: " + ", ".join(f"{s} {n}" for s, n in sorted(counts.items()))
    if not alone:
        return text + "; no isolated atoms: a fit needs e0={..} or e0_method=average"
    if missing:
        return text + (f"; isolated atoms of {' '.join(sorted(alone))} but not of "
                       f"{' '.join(sorted(missing))}: a fit needs e0={{..}}")
    return text + "; isolated atoms of all elements, as e0_method=isolated needs"


def _say_left_out(data: ImportedData, everything: bool) -> List[str]:
    groups: Dict[str, List[LeftOut]] = {}
    for item in data.left_out:
        kind = ("duplicates" if item.why.startswith("the same structure") else
                "isolated atoms" if item.why.startswith("a second") else item.why.split(" (")[0])
        groups.setdefault(kind, []).append(item)
    lines = []
    for kind, items in groups.items():
        lines.append(f"left out: {count(len(items), 'frame')}, {kind}")
        shown = items if everything else items[:5]
        lines += [f"  {i.where}" + ("" if i.why == kind else f": {i.why}") for i in shown]
        if len(items) > len(shown):
            lines.append(f"  and {len(items) - len(shown)} more, see --verbose")
    return lines


KINDS = (("energy", "energy, eV"), ("forces", "force, eV/Angstrom"),
         ("virial", "virial, eV, positive when compressed"))


def summary(data: ImportedData, train: Sequence[Any], test: Sequence[Any],
            everything: bool = False) -> List[str]:
    """The summary of the command, as lines."""
    lines = []
    for kind, label in KINDS:
        took = data.took[kind]
        lines.append(f"{label}: " + (", ".join(f"{name} in {count(n, 'frame')}"
                                              for name, n in took.items()) or "none"))
    return lines + _table(train, test) + [_elements([*train, *test])] + _say_left_out(data, everything)


class _Progress:
    """One line on stderr, if it is a terminal, after 3 s of work."""

    def __init__(self) -> None:
        self.begin = self.next = time.monotonic() + 3
        self.shown = False

    def __call__(self, done: int, of: int, frames: int) -> None:
        now = time.monotonic()
        if sys.stderr.isatty() and now >= self.next:
            self.next, self.shown = now + 0.5, True
            print(f"\r{done} of {of} files, {frames} frames   ", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self.shown:
            print(f"\r{'':60}\r", end="", file=sys.stderr, flush=True)


# ---- the command line ---------------------------------------------------------------------

VALUES = {"-o": "output", "--output": "output", "--test": "test", "--test-fraction": "fraction",
          "--seed": "seed", "--config-type": "config_type", "--tolerance": "tolerance",
          "--isolated": "isolated", "--elements": "elements", "--format": "format"}
FLAGS = {"--keep-duplicates": "keep_duplicates", "--keep-unconverged": "keep_unconverged",
         "--extrapolated": "extrapolated", "--verbose": "verbose"}
PARAMETERS = {"energy_parameter_name": "energy", "force_parameter_name": "forces",
              "virial_parameter_name": "virial", "stress_parameter_name": "stress"}


def _parse(argv: Sequence[str]) -> Tuple[List[str], Dict[str, Any], Dict[str, Optional[str]]]:
    """words, {option: value}, {kind: key}"""
    words: List[str] = []
    options: Dict[str, Any] = {}
    names: Dict[str, Optional[str]] = {}
    rest, only_words = list(argv), False
    while rest:
        word = rest.pop(0)
        option, equals, value = word.partition("=")
        if only_words or not word.startswith("-") or word == "-":
            key = PARAMETERS.get(option)
            if key and equals and not os.path.exists(word):
                names[key] = value or None
            elif equals and option.endswith("_parameter_name") and not os.path.exists(word):
                raise UsageError(f"unknown key in \"{word}\"")
            else:
                words.append(word)
        elif word == "--":
            only_words = True
        elif option in FLAGS:
            if equals:
                raise UsageError(f"{option} takes no value")
            options[FLAGS[option]] = True
        elif option in VALUES:
            if not equals and not rest:
                raise UsageError(f"{option} needs a value")
            options[VALUES[option]] = value if equals else rest.pop(0)
        else:
            raise UsageError(f"there is no option {option}")
    return words, options, names


def _real(options: Dict[str, Any], name: str, default: float, least: float) -> float:
    text = options.get(name)
    try:
        value = default if text is None else float(text)
    except ValueError:
        value = np.nan
    if not value >= least or value == np.inf:
        raise UsageError(f"--{name.replace('fraction', 'test-fraction')} must be a number from "
                         f"{least:g}, not \"{text}\"")
    return value


def _check_words(words: Sequence[str], o: Dict[str, Any]) -> None:
    if not words:
        raise UsageError("give files or folders to read")
    if not o.get("output"):
        raise UsageError("name the output file with -o")
    if "fraction" in o and "test" not in o:
        raise UsageError("--test-fraction needs --test FILE")
    if not re.fullmatch(r"-?\d+", str(o.get("seed", "1"))):
        raise UsageError(f"--seed needs a whole number, not \"{o['seed']}\"")
    if "test" in o and same_file(o["test"], o["output"]):
        raise UsageError("-o and --test name the same file")
    if str(o.get("config_type", "auto")) in ("", "key:", "name:"):
        raise UsageError("--config-type needs folder, file, key:KEY or name:NAME")


def _check_outputs(search: Search, o: Dict[str, Any]) -> None:
    """Refuses to overwrite an input, also through links."""
    for option, path in (("-o", o["output"]), ("--test", o.get("test")), ("standard output", "-")):
        if path is None:
            continue
        source = next((s for s in search.sources
                       if same_file(s.path, "/dev/stdout" if path == "-" else path)), None)
        if source:
            where = f", which lies in {source.root}" if source.root else ""
            raise ValueError(f"{option} would overwrite {source.path}{where}, one of the inputs: "
                             "name another file")
        if path == "-":
            continue
        folder = os.path.dirname(os.path.realpath(path))
        if os.path.isdir(path) or not os.path.isdir(folder):
            raise ValueError(f"{option} {path}: " + ("this is a folder" if os.path.isdir(path)
                                                     else f"there is no folder {folder}"))


def _make(words: Sequence[str], o: Dict[str, Any], names: Dict[str, Optional[str]]) -> int:
    fraction = _real(o, "fraction", 0.1, 0.0)
    options = DataOptions(o.get("config_type", "auto"), _real(o, "tolerance", 1e-3, 0.0),
                          _real(o, "isolated", 8.0, 0.0), o.get("keep_duplicates", False),
                          o.get("keep_unconverged", False), o.get("extrapolated", False),
                          o["elements"].replace(",", " ").split() if o.get("elements") else None,
                          o.get("format"), names)
    if not fraction < 1:
        raise UsageError(f"--test-fraction is {o['fraction']}, allowed is 0 to 1")
    need_ase()
    search = Search(words, options.format)
    _check_outputs(search, o)
    if not search.sources:
        raise ValueError(f"no file in {some(words)} that may hold energies or forces")
    progress = _Progress()
    try:
        frames, data = gather(search, options, progress)
    finally:
        progress.end()
    if not frames:
        why = data.left_out[0] if data.left_out else None
        raise ValueError(f"no frame is left from {count(len(data.files), 'file')}" +
                         (f": {why.where}: {why.why}" if why else ""))
    train, test = data.frames, []
    if "test" in o:
        train, test = split_data(data.frames, fraction, int(o.get("seed", "1")))
    texts = {o["output"]: frames_text(train)}
    if "test" in o:
        texts[o["test"]] = frames_text(test)
    write_all(texts)
    out = sys.stderr if "-" in texts else sys.stdout
    if "test" in o and not test:
        data.notes.append(f"{o['test']} is empty: a fraction of {fraction:g} of so few frames is none")
    for sentence in data.notes:
        print(f"soapz data: warning: {sentence}", file=sys.stderr)
    said = [f"{path}: {count(len(part), 'frame')}, {count(sum(len(a) for a in part), 'atom')}"
            for path, part in zip(texts, (train, test))]
    say("\n".join(said + summary(data, train, test, o.get("verbose", False))), out)
    return 0


def main(argv: Sequence[str]) -> int:
    """Runs "soapz data" with these words; returns the exit code."""
    def work() -> int:
        words, options, names = _parse(argv)
        _check_words(words, options)
        return _make(words, options, names)

    return run_verb("data", work)

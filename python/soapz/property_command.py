# SPDX-License-Identifier: BSD-3-Clause
"""soapz property: its command line, table and progress."""
from __future__ import annotations

import importlib
import json
import os
import re
import sys
import time
from typing import Any, Dict, List, Optional, Sequence, Tuple

from .data import same_file, write_all
from .library import SoapzError
from .properties import GROUPS, Crystal, Progress, Properties, property, read_reference
from .verb import UsageError, run_verb, say

VALUES = {"--only": "only", "--reference": "reference", "--calculator": "calculator", "--json": "json",
          "--picture": "picture", "--fmax": "fmax", "--steps": "steps", "--threads": "threads"}
KINDS = ("svg", "png", "pdf")


# ---- the table ----------------------------------------------------------------------------

def _number(x: Optional[float]) -> str:
    if x is not None and abs(x) < 5e-5:
        x = 0.0  # no minus sign
    return "-" if x is None else f"{x:.4f}" if abs(x) < 10 else f"{x:.3f}" if abs(x) < 100 else f"{x:.1f}"


def _difference(value: float, other: Optional[float]) -> str:
    return f"{100 * (value / other - 1):+.1f} %" if other else "-"


def table(result: Properties) -> str:
    """The values of all crystals; with a reference also its values and the relative differences."""
    lines = [f"by {result.source}"]
    if result.reference:
        lines.append(f"reference: {result.reference.source}")
    for crystal in result.crystals:
        rows = result.rows(crystal)
        if not rows:
            continue
        width = max(20, *(len(name) for name, *_ in rows)) + 2
        lines += ["", f"{crystal:{width}}{'unit':12}{'value':>10}" +
                  (f"{'reference':>12}{'difference':>12}" if result.reference else "")]
        for name, unit, value, other in rows:
            beside = f"{_number(other):>12}{_difference(value, other):>12}" if result.reference else ""
            lines.append(f"{name:{width}}{unit or '-':12}{_number(value):>10}{beside}")
    return "\n".join(lines)


# ---- progress -----------------------------------------------------------------------------

class Teller:
    """One line on stderr with the time left, if it is a terminal, after 3 s of work."""

    def __init__(self) -> None:
        self.begin = time.monotonic()
        self.next, self.shown = self.begin + 3, False

    def __call__(self, p: Progress) -> None:
        now = time.monotonic()
        if not sys.stderr.isatty() or now < self.next:
            return
        self.next, self.shown = now + 0.5, True
        left = (now - self.begin) * (1 - p.done) / p.done if p.done > 0.02 else None
        text = "" if left is None else f", {left:.0f} s left" if left < 120 else f", {left / 60:.0f} min left"
        print(f"\r{p.crystal} {p.group}: {100 * p.done:.0f} %{text}    ", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self.shown:
            print(f"\r{'':70}\r", end="", file=sys.stderr, flush=True)


# ---- the command line ---------------------------------------------------------------------

def _parse(argv: Sequence[str]) -> Tuple[List[str], List[str], Dict[str, str]]:
    """words, crystals, {option: value}"""
    words: List[str] = []
    crystals: List[str] = []
    options: Dict[str, str] = {}
    rest, only_words = list(argv), False
    while rest:
        word = rest.pop(0)
        option, equals, value = word.partition("=")
        if only_words or not word.startswith("-"):
            words.append(word)
        elif word == "--":
            only_words = True
        elif option == "--crystal" or option in VALUES:
            if not equals and not rest:
                raise UsageError(f"{option} needs a value")
            value = value if equals else rest.pop(0)
            if option == "--crystal":
                crystals.append(value)
            elif VALUES[option] in options:
                raise UsageError(f"{option} is given twice")
            else:
                options[VALUES[option]] = value
        else:
            raise UsageError(f"there is no option {option}")
    return words, crystals, options


def _positive(o: Dict[str, str], name: str, default: float, whole: bool) -> float:
    text = o.get(name)
    try:
        value = default if text is None else int(text) if whole else float(text)
    except ValueError:
        value = -1
    if not (value > 0 or name == "threads" and value == 0) or value == float("inf"):
        raise UsageError(f"--{name} needs a positive {'whole ' if whole else ''}number, not \"{text}\"")
    return value


def _check_words(words: Sequence[str], crystals: Sequence[str], o: Dict[str, str]) -> None:
    if len(words) + ("calculator" in o) != 1:
        raise UsageError("unexpected word:  " + words[-1] if len(words) > 1 else
                         "give either a model or --calculator")
    if not crystals:
        raise UsageError("give a crystal, such as --crystal bcc:W")
    seen: List[str] = []
    for name in crystals:
        try:
            crystal = Crystal(name).name
        except ValueError as e:
            raise UsageError(str(e)) from None
        if crystal in seen:
            raise UsageError(f"--crystal {name} is given twice")
        seen.append(crystal)
    for group in _groups(o) or []:
        if group not in GROUPS:
            raise UsageError(f"--only: there is no property \"{group}\"; allowed are {', '.join(GROUPS)}")
    if o.get("picture") is not None and o["picture"].rpartition(".")[2].lower() not in KINDS:
        raise UsageError(f"--picture {o['picture']}: the name must end in .svg, .png or .pdf")


def _groups(o: Dict[str, str]) -> Optional[List[str]]:
    return o["only"].replace(",", " ").split() or [""] if "only" in o else None


def _check_outputs(words: Sequence[str], o: Dict[str, str]) -> None:
    """Before the work: refuses to overwrite an input, and checks that folders exist."""
    inputs = [*words, *([o["reference"]] if "reference" in o else [])]
    for option in ("json", "picture"):
        path = o.get(option)
        if path is None or path == "-" and option == "json":
            continue
        if any(same_file(path, other) for other in inputs):
            raise UsageError(f"--{option} would overwrite {path}, which is read")
        if option == "picture" and o.get("json") not in (None, "-") and same_file(path, o["json"]):
            raise UsageError("--json and --picture name the same file")
        folder = os.path.dirname(os.path.realpath(path))
        if os.path.isdir(path) or not os.path.isdir(folder):
            raise ValueError(f"--{option} {path}: " + ("this is a folder" if os.path.isdir(path)
                                                       else f"there is no folder {folder}"))


def load_calculator(text: str) -> Any:
    """The return value of "module:function", or "file.py:function"."""
    module, colon, name = text.rpartition(":")
    if not colon or not re.fullmatch(r"[\w.]+", name):
        raise UsageError(f"--calculator needs MODULE:FUNCTION, such as ase.calculators.emt:EMT, not \"{text}\"")
    folder = os.getcwd()
    if module.endswith(".py"):
        folder, file = os.path.split(os.path.abspath(module))
        module = file[:-3]
    sys.path.insert(0, folder)
    try:
        made = importlib.import_module(module)
        for part in name.split("."):
            made = getattr(made, part)
        made = made()
    except Exception as e:  # any exception of a user's function
        raise ValueError(f"--calculator {text}: {type(e).__name__}: {e}") from e
    finally:
        sys.path.remove(folder)
    if not hasattr(made, "get_potential_energy"):
        raise ValueError(f"--calculator {text} returned a {type(made).__name__}, not an ASE calculator")
    return made


def _write(result: Properties, o: Dict[str, str]) -> int:
    """Writes the files; 0, or 1 if one could not be written."""
    if o.get("json"):
        write_all({o["json"]: [json.dumps(result.as_dict(), indent=1) + "\n"]})
    if o.get("picture"):
        from .property_pictures import draw
        return draw(result, o["picture"])
    return 0


def _make(words: Sequence[str], crystals: Sequence[str], o: Dict[str, str]) -> int:
    fmax, steps = _positive(o, "fmax", 0.005, False), _positive(o, "steps", 300, True)
    threads = int(_positive(o, "threads", 0, True))
    _check_outputs(words, o)
    if o.get("picture"):
        importlib.import_module("soapz.property_pictures")  # reports missing matplotlib now
    reference = read_reference(o["reference"]) if "reference" in o else None
    model = load_calculator(o["calculator"]) if "calculator" in o else words[0]
    teller = Teller()
    try:
        result = property(model, crystals, only=_groups(o), reference=reference, fmax=fmax, steps=int(steps),
                          threads=threads, progress=teller)
    finally:
        teller.end()
    if "calculator" in o:
        result.source = o["calculator"]
    say(table(result), sys.stderr if o.get("json") == "-" else sys.stdout)
    for crystal, sentence in result.notes:
        print(f"soapz property: {crystal}: {sentence}", file=sys.stderr)
    nothing = [c for c, values in result.crystals.items() if not values]
    return _write(result, o) or (1 if nothing else 0)


def main(argv: Sequence[str]) -> int:
    """Runs "soapz property" with these words; returns the exit code."""
    def work() -> int:
        try:
            words, crystals, options = _parse(argv)
            _check_words(words, crystals, options)
            return _make(words, crystals, options)
        except (OSError, ValueError, ImportError, SoapzError):
            raise
        except Exception as e:  # any exception of the calculator
            raise ValueError(f"the calculator failed: {type(e).__name__}: {e}") from e

    return run_verb("property", work)

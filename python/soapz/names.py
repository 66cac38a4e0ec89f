# SPDX-License-Identifier: BSD-3-Clause
"""Finds the names of energies, forces, virials or stresses in frames: the rule of soapz fit
and validate (core/data/names.c) for structures in Python.

One name is used for all frames of a file or list, in any case: the one that was requested, else the first
that at least half of the frames with such data have, in the order

    the prefix of a name that was requested, REF_, DFT_, QM_, no prefix
    energy free_energy total_energy | forces or force | virial or virials | stress

Results of a calculator are names without a prefix and have priority over entries of the same name."""
from __future__ import annotations

from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

PREFIXES = ("REF_", "DFT_", "QM_", "")
STEMS = {"energy": ("energy", "free_energy", "total_energy"), "forces": ("forces", "force"),
         "virial": ("virial", "virials"), "stress": ("stress",)}
FREE_FIRST = ("free_energy", "energy", "total_energy")
NONE = ("", "none", "null", "no", "dummy", "ignore", "ignored", "unused", "notused", "not_used")
CALCULATOR = "calculator"  # name used for a calculator's result


class Found(NamedTuple):
    value: Any
    name: str  # as it is spelled, or CALCULATOR
    key: Optional[str]  # of info or arrays; None: of the calculator


class Names(NamedTuple):
    """taken  {kind: names in small letters, the most frequent first}
    asked  the requested names; one of NONE that no frame has: ignore this kind
    stress_counts  stresses are used if a frame has no virial
    notes  sentences about frames without data, and about ignored data"""
    taken: Dict[str, List[str]]
    asked: Dict[str, str]
    stress_counts: bool
    notes: List[str]


def prefix_of(kind: str, key: str) -> Optional[str]:
    """The prefix before the stem of a name; None if it has no usual stem."""
    for stem in sorted(STEMS[kind], key=len, reverse=True):
        before = key[:-len(stem)]
        if key.lower().endswith(stem) and (not before or before[-1] in "_-."):
            return before.lower()
    return None


def _groups(kind: str, asked: Dict[str, str], free_first: bool) -> List[Tuple[str, ...]]:
    """Names in order; those of one group are one name."""
    given = [prefix_of(k, key) for k, key in asked.items()]
    prefixes = dict.fromkeys([p for p in given if p is not None] + [p.lower() for p in PREFIXES])
    if kind != "energy":
        return [tuple(p + stem for stem in STEMS[kind]) for p in prefixes]
    return [(p + stem,) for p in prefixes
            for stem in (FREE_FIRST if free_first and not p else STEMS[kind])]


def _there(kind: str, atoms: Any, results: Dict[str, Any], asked: Optional[str]) -> Dict[str, Found]:
    """{name in small letters: what a frame has under it}"""
    info, arrays = getattr(atoms, "info", {}), getattr(atoms, "arrays", {})
    found = {}
    for holder in (info, arrays) if asked else (arrays,) if kind == "forces" else (info,):
        found.update({str(key).lower(): Found(value, str(key), key)
                      for key, value in holder.items()})
    for key in (asked,) if asked else STEMS[kind]:
        own = found.get(key.lower()) if asked else None
        if results.get(key) is not None and own is None:
            found[key.lower()] = Found(results[key], CALCULATOR, None)
    return found


def find(kind: str, atoms: Any, results: Dict[str, Any], names: Names) -> Optional[Found]:
    """The data of a frame under the names in use."""
    there = _there(kind, atoms, results, names.asked.get(kind))
    return next((there[name] for name in names.taken[kind] if name in there), None)


def _choose(kind: str, frames: Sequence[Tuple[Any, Dict[str, Any]]], asked: Dict[str, str],
            free_first: bool, notes: List[str]) -> List[str]:
    if kind in asked:
        absent = asked[kind].lower() in NONE and not any(
            asked[kind].lower() in _there(kind, *f, asked[kind]) for f in frames)
        return [] if absent else [asked[kind].lower()]
    groups = _groups(kind, asked, free_first)
    count: Dict[str, int] = {}  # of frames
    spelled: Dict[str, str] = {}
    usual = {name for group in groups for name in group}
    have = []
    for atoms, results in frames:
        there = _there(kind, atoms, results, None)
        have.append(usual & set(there))
        for name in have[-1]:
            count[name] = count.get(name, 0) + 1
            spelled.setdefault(name, there[name].name if there[name].key is not None
                               else f"{name} of the {CALCULATOR}")
    sizes = [sum(1 for h in have if h & set(group)) for group in groups]
    of_all = sum(1 for h in have if h)
    if not of_all:
        return []
    best = next((k for k, n in enumerate(sizes) if 2 * n >= of_all), sizes.index(max(sizes)))
    taken = sorted(groups[best], key=lambda name: -count.get(name, 0))
    without = sum(1 for h in have if h and not h & set(taken))
    if without:
        which = ", ".join(f"{spelled[n]} ({count[n]} frame{'s' * (count[n] != 1)})" for n in
                          sorted(count, key=lambda n: -count[n]))
        notes.append(f"frames have the {kind} under different names: {which}; {spelled[taken[0]]} "
                     f"is used, and {without} go{'es' * (without == 1)} without, because different "
                     "names may mean different calculations: rename them if they are the same")
    return taken


def _stress_counts(frames: Sequence[Tuple[Any, Dict[str, Any]]], names: Names) -> bool:
    """A stress that was not requested is used if no virial was requested and there is none, or if frames
    without one have a stress of the same prefix."""
    if "stress" in names.asked or not names.taken["stress"]:
        return True
    if "virial" in names.asked:
        return False
    return (not names.taken["virial"] or prefix_of("stress", names.taken["stress"][0]) ==
            prefix_of("virial", names.taken["virial"][0]))


def choose_names(frames: Iterable[Tuple[Any, Dict[str, Any]]], asked: Dict[str, Optional[str]],
                 free_first: bool = False) -> Names:
    """The names used for these frames, (atoms, results of their calculator).

    asked       {"energy": key, ..}, as far as keys were requested
    free_first  of two energies without a prefix the free energy has priority"""
    frames, notes = list(frames), []
    wish = {kind: key for kind, key in asked.items() if key is not None}
    for kind, other in (("virial", "stress"), ("stress", "virial")):
        key = wish.get(kind, "").lower()
        if other in key and kind not in key:
            raise ValueError(f"'{wish[kind]}' is used as {'virials' if kind == 'virial' else 'stresses'}, "
                             f"but is named a {other}: give it as the {other}, or rename it: a virial is "
                             "in eV, -volume * stress, a stress in eV/Angstrom^3")
    taken = {kind: _choose(kind, frames, wish, free_first, notes) for kind in STEMS}
    names = Names(taken, wish, True, notes)
    counts = _stress_counts(frames, names)
    if not counts:
        alone = [s.name for s, v in ((find("stress", *f, names), find("virial", *f, names))
                                     for f in frames) if s and not v]
        if alone:
            virial = wish.get("virial") or next(v.name for v in (find("virial", *f, names)
                                                                 for f in frames) if v)
            notes.append(f"the {alone[0]} of {len(alone)} frame{'s' * (len(alone) != 1)} without a "
                         f"virial is left out, because virials are read from {virial}; name it to use it")
    return names._replace(stress_counts=counts)

# SPDX-License-Identifier: BSD-3-Clause
"""For soapz eval, describe and validate: converts a file that ASE reads to extended XYZ, all structures in
order; its energies, forces and virials become REF_energy, REF_forces and REF_virial."""
from __future__ import annotations

from typing import Sequence

from .data import TEXT, DataOptions, need_ase, read_all
from .extxyz import frames_text
from .sources import Search

NAMES = {"energy": "REF_energy", "forces": "REF_forces", "virial": "REF_virial"}


def convert(path: str, out: str) -> None:
    need_ase()
    frames, data = read_all(Search([path]), DataOptions(as_is=True), NAMES)
    if data.left_out:
        raise ValueError(f"{data.left_out[0].where}: {data.left_out[0].why}")
    if not frames:
        raise ValueError("ASE finds no structure in it")
    with open(out, "w", **TEXT) as f:
        for text in frames_text(frame.atoms for frame in frames):
            f.write(text)


def main(argv: Sequence[str]) -> int:
    """argv: the file, and the output for the text or for an error message."""
    try:
        convert(*argv)
        return 0
    except (ValueError, ImportError, OSError) as e:
        with open(argv[1], "w", encoding="utf-8") as f:
            f.write(" ".join(str(e).split()))
        return 3

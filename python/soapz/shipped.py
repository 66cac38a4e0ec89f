# SPDX-License-Identifier: BSD-3-Clause
"""The potentials that come with soapz, which the library finds (core/format/shipped.c)."""
from __future__ import annotations

import os
from typing import Any, List

from .library import existing, owned_text


def potentials() -> List[str]:
    """The names of the potentials that come with soapz, such as "NbMoTaW/fast"."""
    return [name for name in owned_text("sz_potential_names").split(", ") if name]


def potential(name: str) -> str:
    """The file of a potential that comes with soapz. The README.md beside it tells its data, errors, range and
    licence. Where a model is read the name alone will do: soapz.Potential("NbMoTaW/fast")."""
    names = potentials()
    if name not in names:
        raise ValueError(f"soapz has no potential {name!r}; it has {', '.join(names) or 'none here'}")
    return owned_text("sz_potential_path", name.encode())


def model_file(path: Any) -> str:
    """path as text, or the file of the potential of this name if there is no such file"""
    text = os.fsdecode(path)
    if os.path.exists(text) or text.endswith((".soapz", ".xml")):
        return existing(text, "model file")
    names = potentials()
    if text not in names:
        raise FileNotFoundError(2, "no such model file, and no potential of this name comes with soapz, which has "
                                   f"{', '.join(names) or 'none here'}", text)
    return owned_text("sz_potential_path", text.encode())

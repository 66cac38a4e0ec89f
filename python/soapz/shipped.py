# SPDX-License-Identifier: BSD-3-Clause
"""The potentials that come with soapz: in the package that pip installs, in share/soapz of a
prefix of cmake --install, or, without installation, in the project's folder, which has more."""
from __future__ import annotations

import glob
import os
from typing import Dict, List

_HERE = os.path.dirname(os.path.realpath(__file__))


def _files() -> Dict[str, str]:
    for folder in (os.path.join(_HERE, "potentials"), os.path.join(_HERE, "..", "..", "potentials")):
        found = sorted(glob.glob(os.path.join(glob.escape(os.path.normpath(folder)), "*", "*.soapz")))
        if found:
            return {os.path.splitext("/".join(path.split(os.sep)[-2:]))[0]: path for path in found}
    return {}


def potentials() -> List[str]:
    """The names of the potentials that come with soapz, such as "NbMoTaW/fast"."""
    return list(_files())


def potential(name: str) -> str:
    """The file of a potential that comes with soapz, for soapz.Potential, SoapzCalculator, the
    command and pair_coeff. The README.md beside it tells its data, errors, range and licence."""
    files = _files()
    if name not in files:
        raise ValueError(f"soapz has no potential {name!r}; it has {', '.join(files) or 'none here'}")
    return files[name]

# SPDX-License-Identifier: BSD-3-Clause
"""soapz.potential gives the files of the shipped potentials."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from soapz_cli import HERE, check, done, run  # noqa: E402

import soapz  # noqa: E402
import soapz.model  # noqa: E402, F401, a module must not hide the function

ROOT = os.path.realpath(os.path.join(HERE, ".."))

names = soapz.potentials()
check({"AcAc/acac", "MoNbTaVW/balanced", "NbMoTaW/fast"} <= set(names) and names == sorted(names), f"{names}")
for name in names:
    check(soapz.potential(name) == os.path.join(ROOT, "potentials", f"{name}.soapz"), soapz.potential(name))
code, text, err = run("info", soapz.potential("NbMoTaW/fast"))
check(code == 0 and "Nb" in text, err)
check(soapz.Potential("NbMoTaW/fast").path == soapz.potential("NbMoTaW/fast"), "a Potential by its name")
try:
    soapz.Potential("NbMoTaW/fst")
    check(False, "NbMoTaW/fst was found")
except FileNotFoundError as e:
    check("NbMoTaW/fst" in str(e) and "NbMoTaW/fast" in str(e), str(e))
for name in ("NbMoTaW", "../README", "", "NbMoTaW/fast.soapz"):
    try:
        soapz.potential(name)
        check(False, f"{name!r} was found")
    except ValueError as e:
        check(repr(name) in str(e) and "NbMoTaW/fast" in str(e), str(e))
done()

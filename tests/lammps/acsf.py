# SPDX-License-Identifier: BSD-3-Clause
"""LAMMPS with a fit of symmetry functions: energies, forces and virials agree with soapz eval on one
rank and on two, and an NVE run of 54 atoms at 300 K whose energy does not drift."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import lmp  # noqa: E402
import numpy as np  # noqa: E402
from acsf_fit import bcc, fit, write_cells  # noqa: E402
from soapz_cli import numbers, read_xyz, run  # noqa: E402

ELEMENTS = ["Mo", "W"]


def test_values(model):
    run("eval", model, "test.xyz", "-o", "out.xyz")
    wanted = read_xyz("out.xyz")
    size = max(np.abs(f["forces"]).max() for f in wanted)
    for ranks in (1, 2):
        results = lmp.evaluate(lmp.read_xyz("test.xyz"), ELEMENTS, os.path.abspath(model),
                               ranks=ranks)
        off = max(max(abs(r["energy"] - numbers(f["energy"])[0]),
                      np.abs(r["forces"] - f["forces"]).max(),
                      np.abs(r["virial"] - numbers(f["virial"]).reshape(3, 3)).max())
                  for r, f in zip(results, wanted))
        lmp.check(f"{model}, ranks {ranks}", bool(off <= 1e-8 * size),
                  f"largest difference {off:.1e}, forces up to {size:.1f}")


def test_mixed(model):
    """symmetry functions are in double precision, and the style prints its precision"""
    lmp.write_data("data", lmp.Frame(*bcc(np.random.default_rng(5))), ELEMENTS)
    out = [lmp.run_ok(lmp.setup("data", ELEMENTS, os.path.abspath(model),
                                style=f"soapz precision {p}") +
                      'thermo_modify format float %.17g\nrun 0\nprint "E $(pe:%.17g)"\n', ".")
           for p in ("double", "mixed")]
    energy = [[w for w in o.splitlines() if w.startswith("E ")][-1]
              for o in out]
    lmp.check("mixed", energy[0] == energy[1] and "double precision" in out[1], " ".join(energy))


def test_nve(model):
    symbols, x, cell = bcc(np.random.default_rng(5), n=3, shake=0.0, strain=0.0)
    lmp.write_data("data", lmp.Frame(symbols, x, cell), ELEMENTS)
    lmp.run_ok(lmp.setup("data", ELEMENTS, os.path.abspath(model))
               + lmp.NVE.replace("{steps}", "6000"), ".")
    lmp.check_drift("energy", len(symbols), 1000, (200, 400), 2e-6)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    write_cells("train.xyz", 25, 1)
    write_cells("test.xyz", 3, 2)
    for model in ("m.xml", "m.soapz"):
        code, _, err = fit("train.xyz", model)
        lmp.check(f"fit of {model}", code == 0, err if code else "")
        test_values(model)
    test_mixed("m.soapz")
    test_nve("m.soapz")
    os.chdir("/")
lmp.finish()

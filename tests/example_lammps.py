# SPDX-License-Identifier: BSD-3-Clause
"""The LAMMPS examples run in their short form:
example_lammps.py elastic|alloy_md|ordering|active_learning

The output is tested for physical properties, not for exact numbers, so that another potential of these
elements passes, too."""
import importlib.util
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "examples")
SOAPZ = os.environ["SOAPZ"]
failures = 0


def check(what, ok, text=""):
    """A comparison with NaN is false, which is a failure."""
    global failures
    failures += not ok
    print(f"{'ok  ' if ok else 'FAIL'} {what} {text}", flush=True)


def within(numbers, name, low, high):
    check(name, bool(low <= numbers[name] <= high), f"{numbers[name]:.5g} in {low:g}..{high:g}")


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- elastic -----------------------------------------------------------------------------

def strained_cells(path, a):
    """Cells of tungsten in the form of the DFT data: along each axis, in each shear."""
    with open(path, "w") as file:
        for k in range(6):
            for e in (-0.01, -0.008, -0.006, -0.004, -0.002, 0.0, 0.002, 0.004, 0.006, 0.008,
                      0.01):
                f = np.eye(3)
                f[[(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)][k]] += e
                cell = a * np.eye(3) @ f.T
                file.write('2\nLattice="%s" config_type=W_Elastic pbc="T T T" '
                           'Properties=species:S:1:pos:R:3\n' % " ".join(
                               "%.15g" % x for x in cell.ravel()))
                for s in (0.0, 0.5):
                    file.write("W %.15g %.15g %.15g\n" % tuple(s * cell.sum(axis=0)))


def check_elastic(numbers, potential, folder):
    within(numbers, "W a", 3.10, 3.27)
    for name, low, high in (("C11", 400, 650), ("C12", 130, 280), ("C44", 90, 210)):
        within(numbers, f"W {name}", low, high)
        within(numbers, f"NbMoTaW {name}", low / 3, high)
    within(numbers, "W vacancy", 2, 6)
    # dft.py, for energies and virials of the potential, must agree with in.elastic
    cells = os.path.join(folder, "cells.xyz")
    strained_cells(cells, numbers["W a"])
    subprocess.run([SOAPZ, "eval", potential, cells, "-o", os.path.join(folder, "train.xyz")],
                   check=True, stdout=subprocess.DEVNULL)
    dft = load(os.path.join(EXAMPLES, "elastic", "dft.py"), "dft")
    found = dft.constants(dft.read_cells(os.path.join(folder, "train.xyz"), "W_Elastic"), 0.01)
    for name, tolerance in (("a", 1e-4), ("C11", 1e-2), ("C12", 1e-2), ("C44", 1e-2)):
        want = numbers[f"W {name}"]
        check(f"{name} by dft.py", bool(abs(found[name] - want) <= tolerance * want),
              f"{found[name]:.6g}, in.elastic {want:.6g}")
    for name in ("C11_energy", "C44_stress"):
        want = found[name[:3]]
        check(name, bool(abs(found[name] - want) <= 0.02 * want), f"{found[name]:.5g}")


# ---- alloy_md, ordering ------------------------------------------------------------------

def check_alloy_md(numbers, potential, folder):
    within(numbers, "300 K: temperature, K", 250, 350)
    within(numbers, "300 K: volume, Angstrom^3/atom", 16, 18.5)
    within(numbers, "300 K: first peak, Angstrom", 2.7, 2.9)
    within(numbers, "300 K: closest pair, Angstrom", 2.2, 2.7)
    within(numbers, "slab: order at 300 K", 0.9, 1)
    check("the slab loses order when heated",
          numbers["slab: order at the end"] < numbers["slab: order at 300 K"])
    within(numbers, "melt: peak height", 1.5, 4)
    within(numbers, "melt: closest pair, Angstrom", 1.2, 2.6)
    check("cold is sharper than molten",
          numbers["quenched: peak height"] > numbers["melt: peak height"])
    check("the crystal has the lowest energy",
          numbers["300 K: energy, eV/atom"] < numbers["quenched: energy, eV/atom"] + 0.02)


def check_order_parameter():
    """The order of CsCl, with Nb and Ta at the corners and Mo and W in the centres: in the first shell alpha
    is -1 between the sublattices and 1 within each; in the second shell the reverse."""
    run = load(os.path.join(EXAMPLES, "ordering", "run.py"), "ordering")
    cells = 4
    site = np.array([(2 * i + s, 2 * j + s, 2 * k + s) for i in range(cells)
                     for j in range(cells) for k in range(cells) for s in (0, 1)])
    types = np.where(site[:, 0] % 2, 1, 0) + 2 * (site[:, 0] // 2 % 2)  # layers, not random
    for shell, sign in ((1, 1), (2, -1)):
        alpha = run.warren_cowley(types, run.neighbours(site, cells, shell))
        between = alpha[[0, 0, 2, 2], [1, 3, 1, 3]].mean()
        inside = alpha[[0, 0, 2, 2], [0, 2, 0, 2]].mean()
        check(f"CsCl's order, shell {shell}", bool(abs(between + sign) < 1e-12
                                                   and abs(inside - sign) < 1e-12),
              f"{between:g} and {inside:g}")


def check_ordering(numbers, potential, folder):
    check_order_parameter()
    check("the energy after swaps is that of a fresh LAMMPS",
          bool(numbers["energy difference, eV/atom"] <= 1e-10))
    hot, cold = (sum(abs(v) for k, v in numbers.items() if k.startswith(f"{T} K alpha1"))
                 for T in (3000, 300))
    check("more order when cold", bool(cold > hot), f"{cold:.3g} > {hot:.3g}")
    check("fewer swaps when cold", numbers["300 K accepted"] < numbers["3000 K accepted"])
    within(numbers, "3000 K accepted", 0.1, 0.95)


# ---- active_learning ---------------------------------------------------------------------

def check_active_learning(numbers, potential, folder):
    check("what was picked helps", numbers["12 structures, active: worst"] < 0.7 * numbers["4 structures"])
    for n in (8, 12):
        low, middle, high = (numbers[f"{n} structures, random: {k}"] for k in ("best", "median", "worst"))
        check(f"{n} structures at random", bool(0 < low <= middle <= high < 5), f"{low:.3g}..{high:.3g}")
    check("fix halt ends runs", bool(numbers["round 1: mean ps"] < 0.39), f"{numbers['round 1: mean ps']:.3g} ps")
    with open(os.path.join(folder, "active0_round0_labelled.xyz")) as file:
        heads = [line for line in file if "Lattice=" in line]
    check("labels and where they come from", 0 < len(heads) <= 4 and all(
        f"{key}=" in head for head in heads for key in ("energy", "virial", "selected_from", "selected_score",
                                                        "timestep")))
    check("they lie apart", all(float(head.split("selected_distance=")[1].split()[0]) >= 0.02
                                for head in heads))


def main():
    name = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(EXAMPLES, name, "run.py")
        r = subprocess.run([sys.executable, script, "--short", "-o", folder],
                           capture_output=True, text=True)
        print(r.stdout)
        if r.returncode:
            sys.exit(f"FAIL {script}: {r.stderr}")
        with open(os.path.join(folder, "numbers.json")) as file:
            result = json.load(file)
        with open(os.path.join(folder, name + ".png"), "rb") as file:
            check("the picture", file.read(8) == b"\x89PNG\r\n\x1a\n")
        potential = os.path.join(EXAMPLES, "..", result["potential"])
        globals()[f"check_{name}"](result["numbers"], potential, folder)
        with open(os.path.join(EXAMPLES, name, "expected.json")) as file:
            expected = json.load(file)
        check("expected.json is complete", set(result["numbers"]) <= set(expected["numbers"])
              and all(np.isfinite(v) for v in expected["numbers"].values()))
    r = subprocess.run([sys.executable, script, "--potential", "no-such-file"],
                       capture_output=True, text=True)
    check("a potential that is not there", r.returncode == 2 and "no such potential" in r.stderr)
    sys.exit(failures != 0)


main()

# SPDX-License-Identifier: BSD-3-Clause
"""soapz calibrate, and its use in eval and validate: artificial errors with known parameters give these
parameters, which are then valid for other cells; columns agree with numpy."""
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import HERE, check, check_fails, done, numbers, read_xyz, run  # noqa: E402

# a model without a calibration
MODEL = os.path.join(HERE, "..", "potentials", "NbMoTaW_nu_mu_hat", "NbMoTaW.xml")
ELEMENTS = ["Nb", "Mo", "Ta", "W"]
NOISE = {"Nb": 0.1, "Mo": 0.2, "Ta": 0.15, "W": 0.08}  # eV/Angstrom
SLOPE = {"Nb": 0.05, "Mo": 0.1, "Ta": 0.06, "W": 0.08}
CUTOFF, ENERGY = 5.0, 0.003  # Angstrom, eV an atom


def frames(n, seed):
    """hot cells and cool ones of 54 atoms"""
    rng = np.random.default_rng(seed)
    corner = np.array([[i, j, k] for i in range(3) for j in range(3) for k in range(3)], float)
    for k in range(n):
        sites = np.concatenate([corner, corner + 0.5]) * 3.24
        yield (rng.choice(ELEMENTS, 54), sites + rng.normal(scale=rng.uniform(0.01, 0.15), size=(54, 3)))


def write(path, structures, results=None):
    with open(path, "w") as f:
        for k, (symbols, positions) in enumerate(structures):
            energy, forces = results[k] if results else (None, None)
            f.write(f'54\nLattice="9.72 0 0 0 9.72 0 0 0 9.72" pbc="T T T" Properties=species:S:1:pos:R:3'
                    + (f":forces:R:3 energy={energy!r}\n" if results else "\n"))
            for i, symbol in enumerate(symbols):
                row = [*positions[i], *(forces[i] if results else [])]
                f.write(symbol + " " + " ".join(f"{float(x)!r}" for x in row) + "\n")


def around(positions, forces):
    """the mean of |F|^2 around each atom"""
    f2 = (forces ** 2).sum(axis=1)
    above, below = f2.copy(), np.ones(len(f2))
    for shift in np.ndindex(3, 3, 3):
        d = positions[None] - positions[:, None] + 9.72 * (np.array(shift) - 1)
        w = np.clip(1 - (d ** 2).sum(axis=2) / CUTOFF ** 2, 0, None) ** 2
        if shift == (1, 1, 1):
            np.fill_diagonal(w, 0)
        above += w @ f2
        below += w.sum(axis=1)
    return above / below


def evaluate(folder, structures, model, *options):
    path, out = os.path.join(folder, "in.xyz"), os.path.join(folder, "out.xyz")
    write(path, structures)
    code, _, err = run("eval", model, path, "-o", out, *options)
    check(code == 0, err)
    return read_xyz(out)


def with_errors(path, folder, n, seed):
    """cells whose energies and forces are the model's plus errors of known size"""
    rng, structures = np.random.default_rng(seed), list(frames(n, seed))
    results = []
    for (symbols, positions), f in zip(structures, evaluate(folder, structures, MODEL)):
        noise, slope = (np.array([table[s] for s in symbols]) for table in (NOISE, SLOPE))
        sigma = np.sqrt(noise ** 2 + slope ** 2 * around(positions, f["forces"]))
        results.append((float(f["energy"]) + 54 * ENERGY * rng.normal(),
                        f["forces"] + sigma[:, None] * rng.normal(size=(54, 3))))
    write(path, structures, results)


def note_of(text):
    """the numbers of the note: single ones, and those of pairs of elements"""
    plain = {key: float(value) for key, value in re.findall(r"(\w+)=([-+.\de]+)", text)}
    return plain, {key: numbers(pair) for key, pair in re.findall(r"(\w+)=\{([^}]*)\}", text)}


def recovers(folder):
    held, other, out = (os.path.join(folder, name) for name in ("held.xyz", "other.xyz", "new.soapz"))
    with_errors(held, folder, 60, 1)
    with_errors(other, folder, 40, 2)
    code, text, err = run("calibrate", MODEL, held, "-o", out, "--threads", 1)
    check(code == 0, err)
    plain, pairs = note_of(text)
    for e in ELEMENTS:
        check(abs(pairs[e][0] / NOISE[e] - 1) < 0.15 and abs(pairs[e][1] / SLOPE[e] - 1) < 0.15,
              f"{e}: {pairs[e]}, made with {NOISE[e]} and {SLOPE[e]}")
    check(plain["cutoff"] == CUTOFF and plain["variance"] > 0, text)
    code, again, err = run("calibrate", MODEL, held, "-o", out, "--threads", 2)
    check(code == 0 and again == text, "two threads find the same")

    code, text, err = run("validate", out, other, "--threads", 1)
    check(code == 0, err)
    forces, energies = (re.search(rf"^  {what}: ([\d.]+) % within 1 .* ([\d.]+) % within 2 .* correlation "
                                  r"([-\d.]+)$", text, re.M) for what in ("forces", "energies"))
    check(forces and abs(float(forces[1]) - 68.3) < 2 and abs(float(forces[2]) - 95.4) < 1.5
          and float(forces[3]) > 0.3, text)
    check(energies and 45 < float(energies[1]) < 90, text)
    _, before, _ = run("validate", MODEL, other, "--threads", 1)
    check("expected errors" not in before, "a model without a calibration")
    check(before.replace(MODEL, out) == text[:text.index("\nexpected errors")], "the rest is as before")

    structures = list(frames(2, 3))
    for (symbols, positions), f, was in zip(
            structures, evaluate(folder, structures, out, "--variance", "--grade", "--uncertainty"),
            evaluate(folder, structures, MODEL)):
        beyond = np.maximum(1, f["local_energy_variance"][:, 0] / plain["variance"])
        pair = np.array([pairs[s] for s in symbols])
        want = np.sqrt((pair[:, 0] ** 2 + pair[:, 1] ** 2 * around(positions, f["forces"])) * beyond)
        check(np.allclose(f["force_uncertainty"][:, 0], want, rtol=1e-6), "force_uncertainty")
        want = np.hypot(54 * plain["energy_noise"], plain["energy_scale"] * float(f["energy_variance"]) ** 0.5)
        check(abs(float(f["energy_uncertainty"]) / want - 1) < 1e-6, "energy_uncertainty")
        check(0 < f["grade"].min() and f["grade"].max() < 2 ** 0.5, "grade")
        check(np.array_equal(f["forces"], was["forces"]) and "grade" not in was, "only when asked for")
    return held, out


def twice(folder, out):
    """columns of an earlier run are replaced if they are requested, otherwise kept"""
    structures = list(frames(1, 4))
    first, second, third = (os.path.join(folder, f"{k}.xyz") for k in range(3))
    write(first, structures)
    for path, result, words in ((first, second, ["--grade", "--variance"]), (second, third, ["--grade"])):
        code, _, err = run("eval", out, path, "-o", result, *words)
        check(code == 0, err)
    with open(third) as f:
        header = f.read().split("\n")[1]
    check(header.count("grade:R:1") == 1 and header.count("local_energy_variance:R:1") == 1
          and header.count("energy_variance=") == 1, header)


def refused(folder, held, out):
    check_fails(2, ["overwrite", "another"], "calibrate", out, held, "-o", out)
    check_fails(2, [".soapz"], "calibrate", MODEL, held, "-o", os.path.join(folder, "x.xml"))
    check_fails(2, ["-o"], "calibrate", MODEL, held)
    few, new = os.path.join(folder, "few.xyz"), os.path.join(folder, "few.soapz")
    with_errors(few, folder, 3, 5)
    check_fails(1, ["30 frames", "found 3"], "calibrate", MODEL, few, "-o", new)
    check(not os.path.exists(new), "nothing was written")
    check_fails(1, ["has no calibration", "soapz calibrate"], "eval", MODEL, few, "--uncertainty",
                "-o", os.path.join(folder, "y.xyz"))


with tempfile.TemporaryDirectory() as folder:
    held, out = recovers(folder)
    twice(folder, out)
    refused(folder, held, out)
done()

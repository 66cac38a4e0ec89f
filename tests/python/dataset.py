# SPDX-License-Identifier: BSD-3-Clause
"""soapz.Dataset: a file and structures with the same names give the same data."""
import os
import sys
import tempfile
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import check, done, fails  # noqa: E402
import soapz  # noqa: E402
from soapz.names import PREFIXES, STEMS  # noqa: E402

PAIR = ("gap={distance_2b cutoff=4 covariance_type=ard_se delta=1 theta_uniform=1 "
        "sparse_method=uniform n_sparse=5} default_sigma={0.01 0.1 0.1 0} e0_method=average")
CELL = np.diag([5.0, 5.5, 6.0])
RNG = np.random.default_rng(5)
PLACES = [np.array([[0, 0, 0], [2.2, 0.1, 0], [0, 2.4, 0.2]]) + RNG.uniform(-.2, .2, (3, 3))
          for _ in range(6)]
ENERGY = RNG.uniform(-9, -8, 6)
FORCES = RNG.normal(0, 0.5, (6, 3, 3))
VIRIAL = RNG.normal(0, 2, (6, 3, 3))
VIRIAL += VIRIAL.transpose(0, 2, 1)
VOLUME = np.linalg.det(CELL)


class Atoms:
    """the part of ase.Atoms that a Dataset uses"""

    def __init__(self, k):
        self.numbers, self.positions, self.cell = np.array([41, 74, 41]), PLACES[k], CELL
        self.pbc, self.info, self.arrays, self.calc = np.array([True] * 3), {}, {}, None


def structures(names, value):
    """value(k) [energy, forces, virial or stress] under names"""
    found = []
    for k in range(6):
        atoms = Atoms(k)
        for name, x in zip(names, value(k)):
            (atoms.arrays if "force" in name.lower() else atoms.info)[name] = x
        found.append(atoms)
    return found


def write(path, atoms):
    """as ASE does"""
    with open(path, "w") as f:
        for a in atoms:
            words = [f'{key}="_JSON {np.asarray(x).tolist()}"' for key, x in a.info.items()]
            columns = "".join(f":{name}:R:3" for name in a.arrays)
            f.write('3\nLattice="%s" pbc="T T T" Properties=species:S:1:pos:R:3%s %s\n' % (
                " ".join(map(repr, map(float, CELL.ravel()))), columns, " ".join(words)))
            for i, z in enumerate(a.numbers):
                row = [a.positions[i], *(x[i] for x in a.arrays.values())]
                f.write({41: "NB", 74: "W"}[z] + " " +
                        " ".join(repr(float(v)) for v in np.concatenate(row)) + "\n")


def fitted(data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        p = soapz.fit(data, PAIR, n_threads=1)
    return np.concatenate([[p.energy(Atoms(k)), *p.forces(Atoms(k)).ravel()] for k in range(6)])


def same_names(folder):
    """every usual name, as structures and as a file"""
    want = fitted(structures(["energy", "forces", "virial"], lambda k: (ENERGY[k], FORCES[k], VIRIAL[k])))
    forms = [(p + e, p + f, p + w) for p in PREFIXES for e in STEMS["energy"]
             for f in STEMS["forces"] for w in STEMS["virial"] + STEMS["stress"]]
    forms += [tuple(name.lower() for name in form) for form in forms[:3]]
    path = os.path.join(folder, "t.xyz")
    for names in forms:
        stress = "stress" in names[2]
        atoms = structures(names, lambda k: (ENERGY[k], FORCES[k],
                                             -VIRIAL[k] / VOLUME if stress else VIRIAL[k]))
        write(path, atoms)
        for data in (atoms, path):
            got = fitted(data)
            check(np.abs(got - want).max() < 1e-9, f"{names} {type(data).__name__}")
    check(len(forms) == 4 * 3 * 2 * 3 + 3, len(forms))


def order(folder):
    """reference data are preferred, the prefix of a given name most of all"""
    path = os.path.join(folder, "o.xyz")
    atoms = structures(["energy", "REF_energy", "mace_energy", "forces", "REF_forces", "mace_forces"],
                       lambda k: (1.0, ENERGY[k], 2.0, 0 * FORCES[k], FORCES[k], 3 * FORCES[k]))
    write(path, atoms)
    want = fitted(structures(["energy", "forces"], lambda k: (ENERGY[k], FORCES[k])))
    check(np.abs(fitted(atoms) - want).max() < 1e-9, "structures: REF_")
    check(np.abs(fitted(path) - want).max() < 1e-9, "a file: REF_")
    want = fitted(structures(["energy", "forces"], lambda k: (2.0, 3 * FORCES[k])))
    got = fitted(soapz.Dataset(atoms, energy_key="mace_energy"))
    check(np.abs(got - want).max() < 1e-9, "structures: the prefix of the key")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = soapz.Dataset.read(path, PAIR + " energy_parameter_name=mace_energy")
        check(np.abs(fitted(data) - want).max() < 1e-9, "a file: the prefix of the key")
        got = soapz.fit(path, PAIR + " energy_parameter_name=mace_energy", n_threads=1)
    check(abs(got.energy(Atoms(0)) - want[0]) < 1e-9, "fit of a path takes the names of its settings")
    fails(soapz.SoapzError, ["give force_parameter_name="],
          lambda: soapz.fit(path, PAIR + " force_parameter_name=force"))


def weights(folder):
    """masks and sigmas of structures are those of a file"""
    path = os.path.join(folder, "w.xyz")
    atoms = structures(["energy", "forces"], lambda k: (ENERGY[k], FORCES[k]))
    write(path, atoms)
    text = open(path).read().replace(":forces:R:3", ":forces:R:3:force_mask:I:1 energy_sigma=0.5")
    lines = text.split("\n")
    text = "\n".join(line + (" 1" if k % 5 == 2 else " 0" if k % 5 > 2 else "")
                     if line else "" for k, line in enumerate(lines))
    open(path, "w").write(text)
    without = fitted(atoms)
    for a in atoms:
        a.info["energy_sigma"] = 0.5
        a.arrays["force_mask"] = np.array([1, 0, 0])
    want, got = fitted(path), fitted(atoms)
    check(np.abs(got - want).max() < 1e-9 and np.abs(got - without).max() > 1e-4,
          f"{np.abs(got - want).max()} {np.abs(got - without).max()}")
    atoms[1].arrays["force_mask"] = np.array([2, 0, 0])
    fails(ValueError, ["frame 1", "force_mask"], lambda: soapz.Dataset(atoms))
    del atoms[1].arrays["force_mask"]
    atoms[1].arrays["force_atom_sigma"] = np.ones(3)
    fails(ValueError, ["frame 1", "force_atom_sigma"], lambda: soapz.Dataset(atoms))


def said():
    """mixed names, and stresses given as virials"""
    atoms = structures(["energy"], lambda k: (ENERGY[k],))
    atoms[2].info = {"REF_energy": -8.5}
    with warnings.catch_warnings(record=True) as w:
        warnings.simplefilter("always")
        soapz.Dataset(atoms)
    check(len(w) == 1 and "energy under different names: energy (5 frames), REF_energy (1 frame); energy is used, and 1 goes without"
          in str(w[0].message), [str(x.message) for x in w])
    atoms = structures(["energy", "forces", "virial"],
                       lambda k: (ENERGY[k], FORCES[k], -VIRIAL[k] / VOLUME / 30))
    with warnings.catch_warnings(record=True) as w:
        warnings.simplefilter("always")
        soapz.fit(atoms, PAIR)
    check(any("look like stresses in eV/Angstrom^3" in str(x.message) for x in w),
          [str(x.message) for x in w])
    one = soapz.Dataset(structures(["energy"], lambda k: (np.array([ENERGY[k]]),)))
    check(len(one) == 6, "an energy in brackets")


with tempfile.TemporaryDirectory() as folder:
    same_names(folder)
    order(folder)
    weights(folder)
    said()
done()

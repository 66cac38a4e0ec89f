# SPDX-License-Identifier: BSD-3-Clause
"""soapz.Potential without ASE: slopes of its energy, sums over atoms, predicted variance, notes, copies, and
the right kind of exceptions."""
import os
import pickle
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import HERE, MODELS, check, done, fails, numbers, read_xyz, run  # noqa: E402
import soapz  # noqa: E402
from soapz import Potential, SoapzError  # noqa: E402

MODEL = os.path.join(MODELS, "hea4_nuR1_nuS1", "gp.xml")
SHIPPED = os.path.join(HERE, "..", "potentials", "NbMoTaW", "fast.soapz")
Z = [41, 42, 73, 74]
POSITIONS = np.array([[0.1, 0.2, 0], [2.2, 2.1, 0.3], [2.4, 0.1, 2.3], [-0.2, 2.4, 2.0]])
CELL = np.array([[4.4, 0, 0], [0.9, 4.1, 0], [-0.5, 0.7, 4.3]])
ATOMS = (Z, POSITIONS, CELL, True)


def derivatives(potential):
    p, h = potential.predict(ATOMS), 1e-4
    check(abs(p.energies.sum() - p.energy) < 1e-12 * abs(p.energy), "energies add up")
    check(np.allclose(p.virials.sum(0), p.virial, rtol=0, atol=1e-11), "virials add up")
    check(np.allclose(p.stresses.sum(0), p.stress, rtol=0, atol=1e-12), "stresses add up")
    check(p.stresses.shape == (4, 6) and p.stress.shape == (6,), "shapes")
    energies, forces, virial = potential.compute(*ATOMS)
    check(np.array_equal(energies, p.energies) and np.array_equal(forces, p.forces) and
          np.array_equal(virial, p.virial), "compute")
    for name in ("energy", "energies", "forces", "virial", "stress", "stresses"):
        check(np.array_equal(getattr(potential, name)(ATOMS), getattr(p, name)), name)
    for i in range(4):
        for x in range(3):
            e = []
            for sign in (1, -1):
                moved = POSITIONS.copy()
                moved[i, x] += sign * h
                e.append(potential.energy((Z, moved, CELL, True)))
            check(abs((e[1] - e[0]) / (2 * h) - p.forces[i, x]) < 1e-5, f"force {i} {x}")
    for k, (a, b) in enumerate([(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]):
        e = []
        for sign in (1, -1):
            strain = np.eye(3)
            strain[a, b] += sign * h / 2
            strain[b, a] += sign * h / 2
            e.append(potential.energy((Z, POSITIONS @ strain, CELL @ strain, True)))
        slope = (e[0] - e[1]) / (2 * h) / abs(np.linalg.det(CELL))
        check(abs(slope - p.stress[k]) < 1e-6, f"stress {k}: {p.stress[k]} not {slope}")


def agreement(potential):
    """bitwise the numbers of soapz eval"""
    data = os.path.join(os.path.dirname(MODEL), "reference.xyz")
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.xyz")
        code, _, err = run("eval", MODEL, data, "-o", out)
        check(code == 0, err)
        for f in read_xyz(out):
            cell = numbers(f["Lattice"]).reshape(3, 3) if "Lattice" in f else None
            pbc = [p == "T" for p in f["pbc"].split()] if "pbc" in f else cell is not None
            p = potential.predict((f["species"][:, 0].tolist(), f["pos"], cell, pbc))
            check(p.energy == float(f["energy"]), f"energy {p.energy} {f['energy']}")
            check(np.array_equal(p.forces, f["forces"]), "forces")
            if "virial" in f:
                check(np.allclose(p.virial.ravel(), numbers(f["virial"]), rtol=1e-13, atol=1e-13),
                      "virial")


def variance():
    path = os.path.join(MODELS, "mo_soap_nu22_zeta4_virial")
    potential, n = Potential(os.path.join(path, "gp.xml")), 0
    for f in read_xyz(os.path.join(path, "reference.xyz")):
        if "gap_variance" not in f:
            continue
        cell = numbers(f["Lattice"]).reshape(3, 3) if "Lattice" in f else None
        pbc = [p == "T" for p in f["pbc"].split()] if "pbc" in f else cell is not None
        v = potential.variance((f["species"][:, 0].tolist(), f["pos"], cell, pbc))
        check(np.allclose(v.energies, f["gap_variance"][:, 0], rtol=1e-8, atol=1e-13),
              "QUIP's local_gap_variance")
        check(v.energy > 0, "of the sum")
        n += 1
    check(n > 3, "there is something to compare with")
    two = potential.variance(([42, 42], [[0, 0, 0], [0, 0, 2.3]]), regularisation=0.01)
    check(two.energies[0] > 1e-4 and abs(two.energies[0] - two.energies[1]) < 1e-10, "a dimer")
    fails(SoapzError, ["SOAP term"], lambda: Potential(
        os.path.join(MODELS, "nbw_nb23", "gp.xml")).variance(([41], [[0, 0, 0]])))
    fails(ValueError, ["positive"], lambda: potential.variance(([42], [[0, 0, 0]]), -1))


def mixed():
    exact, fast = Potential(SHIPPED), Potential(SHIPPED, precision="mixed")
    sites = np.array([[i, j, k] for i in range(3) for j in range(3) for k in range(3)], float)
    sites, rng = np.concatenate([sites, sites + 0.5]) * 3.24, np.random.default_rng(4)
    atoms = (rng.choice(Z, 54), sites + rng.normal(scale=0.1, size=sites.shape), 9.72 * np.eye(3), True)
    p, q = exact.predict(atoms), fast.predict(atoms)
    check(0 < abs(q.forces - p.forces).max() < 1e-5, f"{abs(q.forces - p.forces).max()}")
    check(0 < abs(q.energy - p.energy) < 54 * 5e-6, f"{q.energy} {p.energy}")
    check(exact.n_wide == 0 and 0 <= fast.n_wide <= 4, f"{fast.n_wide} kernels in double")
    again = pickle.loads(pickle.dumps(fast))
    check(np.array_equal(again.predict(atoms).forces, q.forces), "a pickled copy")
    check(np.array_equal(Potential(SHIPPED, precision="double").predict(atoms).forces, p.forces), "double")
    check(Potential(fast, precision="mixed").energy(atoms) == q.energy, "of one like it")
    fails(ValueError, ["already loaded"], lambda: Potential(exact, precision="mixed"))
    fails(SoapzError, ["double or mixed", "single"], lambda: Potential(SHIPPED, precision="single"))


def low_rank():
    exact, tolerance, rng = Potential(SHIPPED), 1e-5, np.random.default_rng(4)
    check(exact.ranks == [], "exact is the default")
    low = Potential(SHIPPED, rank_tolerance=tolerance)
    check(len(low.ranks) == 8 and [r.term for r in low.ranks] == list(range(8)), f"{low.ranks}")
    for r in low.ranks:
        check(r.used == (2 * r.rank < r.length) and 0 < r.rank < r.length, f"{r}")
        check(r.rms <= tolerance and r.rms <= r.max <= r.bound, f"{r}")
    check(sum(r.used for r in low.ranks) >= 4, f"{low.ranks}")
    # not in the training data: 10 alloys of 54 atoms, displaced by 0.2 Angstrom like the sparse points
    sites = np.array([[i, j, k] for i in range(3) for j in range(3) for k in range(3)], float)
    sites, cell, off = np.concatenate([sites, sites + 0.5]) * 3.24, 9.72 * np.eye(3), []
    for _ in range(10):
        atoms = (rng.choice(Z, 54), sites + rng.normal(scale=0.2, size=sites.shape), cell, True)
        p, q = exact.predict(atoms), low.predict(atoms)
        off.append(q.energies - p.energies)
        check(0 < abs(q.forces - p.forces).max() < 1e-2 * abs(p.forces).max(), "forces")
    said = np.hypot(*np.reshape([r.rms if r.used else 0 for r in low.ranks], (2, 4)).max(axis=1))
    rms = np.sqrt(np.mean(np.square(off)))
    check(0.1 * said < rms < 10 * said, f"local energies are off by {rms}, said is {said}")
    again = pickle.loads(pickle.dumps(low))
    check(again.ranks == low.ranks and again.energy(ATOMS) == low.energy(ATOMS), "a pickled copy")
    check(Potential(low).ranks == low.ranks, "of a Potential")
    check(Potential(low, rank_tolerance=tolerance).ranks == low.ranks, "of one like it")
    fails(ValueError, ["already loaded"], lambda: Potential(exact, rank_tolerance=1e-3))
    for bad in (-1e-5, float("nan"), float("inf")):
        fails(SoapzError, ["rank_tolerance", "energy in eV"],
              lambda: Potential(SHIPPED, rank_tolerance=bad))
    check(Potential(MODEL, rank_tolerance=0).energy(ATOMS) == Potential(MODEL).energy(ATOMS), "off")


def threads():
    one, two = Potential(MODEL), Potential(MODEL, threads=2)
    for atoms in (ATOMS, ATOMS):
        p, q = one.predict(atoms), two.predict(atoms)
        check(p.energy == q.energy and (p.forces == q.forces).all() and
              (p.virials == q.virials).all(), "two threads: the same bits")
    check(pickle.loads(pickle.dumps(two))._model.threads == 2, "a pickled copy has them")
    check(Potential(two)._model.threads == 2 and Potential(two, threads=2), "of a Potential")
    check(Potential(MODEL, threads=0).energy(ATOMS) == one.energy(ATOMS), "one for each core")
    fails(ValueError, ["threads", "already loaded"], lambda: Potential(one, threads=3))
    for bad in (-1, 1025):
        fails(SoapzError, ["1 to 1024 threads"], lambda: Potential(MODEL, threads=bad))
    fails(TypeError, [], lambda: Potential(MODEL, threads=1.5))


def saved():
    potential = Potential(SHIPPED)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a.soapz", "a.xml"):
            path = os.path.join(folder, name)
            potential.save(path, notes={"citation": "A & B, 2021"} if name == "a.soapz" else None)
            again = Potential(path)
            # vectors instead of environments are rounded, which is multiplied by weights of 1e5
            check(abs(again.energy(ATOMS) - potential.energy(ATOMS)) <=
                  (1e-7 if name == "a.xml" else 0), f"{name} computes the same")
            check(name != "a.soapz" or again.notes["citation"] == "A & B, 2021", f"{again.notes}")
            links = [os.path.join(folder, kind + name) for kind in ("hard-", "soft-")]
            os.link(path, links[0])
            os.symlink(path, links[1])
            sides = [os.path.join(folder, n) for n in os.listdir(folder) if "sparseX" in n]
            check(name != "a.xml" or sides, "no file of sparse points")
            before = {n: open(os.path.join(folder, n), "rb").read() for n in os.listdir(folder)}
            for to in [path, *links, *sides]:  # the file of a potential
                fails(SoapzError, ["would overwrite", os.path.basename(to)], lambda: again.save(to))
            check({n: open(os.path.join(folder, n), "rb").read() for n in os.listdir(folder)} == before,
                  "its own file was written")
        fails(SoapzError, ["no/such"], lambda: potential.save(os.path.join(folder, "no/such/a.soapz")))
        potential.path = None  # as after a fit
        check(pickle.loads(pickle.dumps(potential)).energy(ATOMS) == potential.energy(ATOMS), "bytes")


def errors(potential):
    fails(FileNotFoundError, ["missing.xml"], lambda: Potential("missing.xml"))
    fails(TypeError, ["path of a model file"], lambda: Potential(3))
    with tempfile.NamedTemporaryFile(suffix=".xml") as f:
        f.write(b"<what/>")
        f.flush()
        fails(SoapzError, [f.name], lambda: Potential(f.name))
    fails(TypeError, ["ase.Atoms", "float"], lambda: potential.energy(3.0))
    fails(TypeError, ["integers"], lambda: potential.energy(([41.5], [[0, 0, 0]])))
    fails(TypeError, ["real numbers"], lambda: potential.energy(([41], [["a", "b", "c"]])))
    fails(TypeError, ["real numbers"], lambda: potential.energy(([41], [[0, 0, 1j]])))
    fails(ValueError, ["(1, 2)", "(1, 3)"], lambda: potential.energy(([41], [[0, 0]])))
    fails(ValueError, ["positions"], lambda: potential.energy(([41, 41], [[0, 0, 0], [0, 0]])))
    fails(ValueError, ["(2, 3)"], lambda: potential.energy(([41, 41], [0, 0, 0])))
    fails(ValueError, ["cell", "(2, 3)"], lambda: potential.energy(([41], [[0, 0, 0]], CELL[:2])))
    fails(ValueError, ["pbc"], lambda: potential.energy(([41], [[0, 0, 0]], CELL, [1, 1])))
    fails(ValueError, ["118", "300"], lambda: potential.energy(([300], [[0, 0, 0]])))
    fails(ValueError, ["'Xx' is not an element"], lambda: potential.energy((["Xx"], [[0, 0, 0]])))
    fails(ValueError, ["three lattice vectors"], lambda: potential.stress(([41], [[0, 0, 0]])))
    fails(SoapzError, ["not finite"], lambda: potential.energy(([41], [[0, 0, np.nan]])))
    fails(SoapzError, ["apart"], lambda: potential.energy(([41, 41], np.zeros((2, 3)))))
    fails(SoapzError, ["atom 0", "not Fe"], lambda: potential.energy((["Fe"], [[0, 0, 0]])))
    empty = potential.predict(([], []))
    check(empty.energy == 0 and empty.forces.shape == (0, 3), "no atoms")
    check(potential.energy(ATOMS) < -30, "works after all that")


def package(potential):
    check(soapz.__version__.count(".") == 2, soapz.__version__)
    check(set(soapz.__all__) <= set(dir(soapz)), "what __all__ names is there")
    for name in set(soapz.__all__) - {"SoapzCalculator"}:
        check(getattr(soapz, name).__doc__, f"{name} has a docstring")
    check("Nb" in repr(potential) and "gp.xml" in repr(potential), repr(potential))
    check(Potential(potential).energy(ATOMS) == potential.energy(ATOMS), "one model, two objects")
    again = pickle.loads(pickle.dumps(potential))
    check(np.array_equal(again.forces(ATOMS), potential.forces(ATOMS)), "a pickled copy")
    check(os.path.exists(os.path.join(os.path.dirname(soapz.__file__), "py.typed")), "py.typed")
    # a library with other structs is refused
    code = ("import soapz.library as l; import ctypes\n"
            "l._MIRRORS['sz_list'] = l.Error\n"
            "try: l.library()\nexcept ImportError as e: print(e)")
    r = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    check("sz_list" in r.stdout and "different versions" in r.stdout, r.stdout + r.stderr)


one = Potential(MODEL)
derivatives(one)
agreement(one)
errors(one)
package(one)
variance()
mixed()
low_rank()
threads()
saved()
done()

# SPDX-License-Identifier: BSD-3-Clause
"""Fits from Python: the numbers of the command, data from memory and from a file, errors,
learning curves, progress, Ctrl-C, and invalid arguments."""
import os
import pickle
import signal
import sys
import tempfile
import threading
import time
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import HERE, check, done, fails, run  # noqa: E402
import soapz  # noqa: E402

TEACHER = soapz.Potential(os.path.join(HERE, "data", "models", "hea4_nuR1_nuS1", "gp.xml"))
SOAP = ("soap n_max=4 l_max=3 cutoff=4 atom_sigma=0.5 zeta=2 delta=1 covariance_type=dot_product "
        "sparse_method=cur_points n_sparse=12")
PAIR = "distance_2b cutoff=4 covariance_type=ard_se delta=1 theta_uniform=1 sparse_method=uniform n_sparse=6"
KEYS = dict(gap=[PAIR, SOAP], default_sigma=[0.002, 0.1, 0.1, 0], e0_method="average", rnd_seed=1)
LINE = (f"gap={{{PAIR} : {SOAP}}} default_sigma={{0.002 0.1 0.1 0}} e0_method=average rnd_seed=1")


class Atoms:
    """the part of ase.Atoms that a Dataset uses"""

    def __init__(self, z, positions, cell):
        self.numbers, self.positions, self.cell = np.array(z), np.array(positions), np.array(cell)
        self.pbc, self.info, self.arrays, self.calc = np.array([True] * 3), {}, {}, None


def frames(n, seed, place="info"):
    rng, found = np.random.RandomState(seed), []
    for k in range(n):
        cell = 6.4 * np.eye(3) + rng.uniform(-0.2, 0.2, (3, 3))
        sites = np.argwhere(np.ones((2, 2, 2)))
        sites = np.concatenate([sites, sites + 0.5]) / 2 @ cell
        atoms = Atoms(rng.choice([41, 74], 16), sites + rng.uniform(-0.2, 0.2, (16, 3)), cell)
        p = TEACHER.predict(atoms)
        if place == "info":
            atoms.info.update(energy=p.energy, virial=p.virial)
            atoms.arrays["forces"] = p.forces
        else:
            atoms.calc = type("Calculator", (), {"results": {
                "energy": p.energy, "forces": p.forces, "stress": p.stress}})()
        atoms.info["config_type"] = "odd" if k % 2 else "even"
        found.append(atoms)
    return found


def write(path, structures):
    with open(path, "w") as f:
        for a in structures:
            f.write('%d\nLattice="%s" energy=%.17g virial="%s" config_type=%s pbc="T T T" '
                    "Properties=species:S:1:pos:R:3:forces:R:3\n" % (
                        len(a.numbers), " ".join("%.17g" % x for x in a.cell.ravel()),
                        a.info["energy"], " ".join("%.17g" % x for x in np.ravel(a.info["virial"])),
                        a.info["config_type"]))
            for z, r, g in zip(a.numbers, a.positions, a.arrays["forces"]):
                f.write("%s %s\n" % ({41: "Nb", 74: "W"}[z],
                                     " ".join("%.17g" % x for x in [*r, *g])))


def same(a, b, structures, what, tolerance=1e-7):
    for s in structures:
        p, q = a.predict(s), b.predict(s)
        check(abs(p.energy - q.energy) < tolerance * abs(q.energy), f"{what}: {p.energy} {q.energy}")
        check(np.abs(p.forces - q.forces).max() < tolerance * (1 + np.abs(q.forces).max()), what)


def fits(folder, train, test):
    """by keys, by a command line, from memory and from a file: one potential"""
    path, model = os.path.join(folder, "train.xyz"), os.path.join(folder, "gp.soapz")
    write(path, train)
    code, out, err = run("fit", f"at_file={path}", f"gp_file={model}", f"gap={{{PAIR} : {SOAP}}}",
                         "default_sigma={0.002 0.1 0.1 0}", "e0_method=average", "rnd_seed=1",
                         "force_parameter_name=forces")
    check(code == 0, out + err)
    want, data = soapz.Potential(model), soapz.Dataset(train)
    check(len(data) == len(train) and data.n_atoms == 16 * len(train), repr(data))
    check(data.config_types == ["even", "odd"] and set(data.elements) == {"Nb", "W"}, repr(data))
    one = soapz.fit(data, **KEYS)
    same(one, want, test, "keys")
    same(soapz.fit(data, LINE, n_threads=1), want, test, "a command line, one thread")
    same(soapz.fit(path, LINE), want, test, "a file")
    same(soapz.fit(data, "rnd_seed=1 " + LINE, gap=KEYS["gap"]), want, test, "keys over a line")
    check(one.path is None and set(one.elements) >= {"Nb", "W"} and "of a fit" in repr(one), repr(one))
    same(pickle.loads(pickle.dumps(one)), one, test, "a pickled fit", 1e-13)
    check(one.variance(test[0]).energies.min() > 0, "its variance")
    other = soapz.fit(frames(12, 1, "calculator"), **KEYS)
    same(other, want, test, "results of a calculator, stress", 1e-5)
    return one


def validations(potential, test):
    v = soapz.validate(potential, test)
    energies = np.array([potential.energy(s) for s in test])
    forces = np.concatenate([potential.forces(s) for s in test])
    check(np.allclose(v.energies, energies, rtol=1e-12) and np.allclose(v.forces, forces, atol=1e-10),
          "predictions")
    true = np.concatenate([s.arrays["forces"] for s in test])
    error, per_atom = forces - true, (energies - [s.info["energy"] for s in test]) / 16
    check(v.force.n == error.size and v.energy.n == len(test), f"{v!r}")
    check(abs(v.force.mae - np.abs(error).mean()) < 1e-10, "force MAE")
    check(abs(v.force.rmse - np.sqrt((error ** 2).mean())) < 1e-10, "force RMSE")
    check(abs(v.force.max - np.abs(error).max()) < 1e-10, "largest force error")
    check(abs(v.energy.mae - np.abs(per_atom).mean()) < 1e-10, "energy MAE")
    z = np.concatenate([s.numbers for s in test])
    for symbol, number in (("Nb", 41), ("W", 74)):
        check(abs(v.by_element[symbol].mae - np.abs(error[z == number]).mean()) < 1e-10, symbol)
    odd = np.repeat([s.info["config_type"] == "odd" for s in test], 16)
    check(abs(v.by_config_type["odd"].force.mae - np.abs(error[odd]).mean()) < 1e-10, "config_type")
    check(v.virial.n == 6 * len(test), "virials")
    for part in ("config_type", "odd", "even", "all", "Nb", "W"):
        check(part in str(v), f"{part} is not in\n{v}")
    return v


def curve(train, test, v):
    c = soapz.learning_curve(train, test=test, **KEYS)
    check(c.force.mae.shape == (len(c.n_frames), len(c.n_sparse)), "shape")
    check(c.n_frames[-1] == len(train) and (np.diff(c.n_sparse) > 0).all(), f"{c!r}")
    check(abs(c.force.mae[-1, -1] - v.force.mae) < 1e-4 * v.force.mae, "the whole")
    same(c.potential, soapz.fit(train, **KEYS), test, "the whole", 1e-6)


def folds(train):
    c = soapz.cross_validate(train, n_folds=3, **KEYS)
    check(len(c.fold) == len(train) and np.ptp(np.bincount(c.fold, minlength=3)) <= 1, f"{c.fold}")
    check(len(c.folds) == 3 and sum(f.energy.n for f in c.folds) == c.energy.n == len(train), f"{c!r}")
    for kind in ("energy", "force", "virial"):
        parts, all_of = [getattr(f, kind) for f in c.folds], getattr(c, kind)
        check(abs(sum(p.n * p.rmse ** 2 for p in parts) - all_of.n * all_of.rmse ** 2) < 1e-9, kind)
        check(sum(getattr(t, kind).n for t in c.by_config_type.values()) == all_of.n, kind)
    check(sum(e.n for e in c.by_element.values()) == c.force.n > 0, "elements")
    same(c.potential, soapz.fit(train, **KEYS), train, "the whole", 1e-6)
    other = soapz.cross_validate(train, n_folds=3, **KEYS, **{"soap.zeta": 3})
    check((other.fold == c.fold).all() and other.force.mae != c.force.mae, "soap.zeta has no say")
    again = soapz.cross_validate(train, n_folds=3, **dict(KEYS, gap=[PAIR, SOAP.replace("zeta=2", "zeta=3")]))
    check(abs(other.force.mae - again.force.mae) < 1e-9, "soap.zeta is not zeta of the soap")
    for n, part in ((1, "2 to 100"), (101, "2 to 100"), (len(train) + 1, "cannot be dealt")):
        fails(soapz.SoapzError, [part], lambda: soapz.cross_validate(train, n_folds=n, **KEYS))


def watched(train):
    """progress is called; its exceptions and Ctrl-C end a fit"""
    many, seen = train * 20, []
    soapz.fit(many, **KEYS, progress=lambda *what: seen.append(what))
    check(seen and all(isinstance(w, str) and done <= 1 for done, _, w in seen), f"{seen[:3]}")
    set_threads = soapz.library.library().sz_blas_set_threads
    host, within = set_threads(2), []
    soapz.fit(many, **KEYS, progress=lambda *what: within.append(set_threads(0)))
    check(set_threads(host) == (2 if host else 0), "threads of BLAS after a fit")
    check(set(within) == ({1} if host else {0}), f"threads of BLAS in a fit: {set(within)}")

    def complain(*what):
        raise ZeroDivisionError("of the caller")
    fails(ZeroDivisionError, ["of the caller"], lambda: soapz.fit(many, **KEYS, progress=complain))
    main = threading.main_thread().ident
    timer = threading.Timer(0.3, lambda: signal.pthread_kill(main, signal.SIGINT))
    big = dict(KEYS, gap=[SOAP.replace("n_max=4 l_max=3", "n_max=8 l_max=6").replace("=12", "=300")])
    data = soapz.Dataset(train * 200)
    timer.start()
    start = time.time()
    fails(KeyboardInterrupt, [], lambda: soapz.fit(data, **big))
    check(time.time() - start < 10, f"it ended after {time.time() - start:.1f} s")


def data_stay(folder, train):
    """a fit and its potential do not write to files that the fit reads"""
    path, link = os.path.join(folder, "data.xyz"), os.path.join(folder, "link.xyz")
    conf = os.path.join(folder, "fit.conf")
    write(path, train)
    os.link(path, link)
    with open(conf, "w") as f:
        f.write("sigma_energy = 0.01\nsigma_force = 0.1\nsigma_virial = 0.1\ne0 = average\n[distance_2b]\n"
                f"cutoff = 4\ndelta = 1\ntheta = 1\nn_sparse = 6\nprint_sparse_index = {conf}\n")
    before = [open(p).read() for p in (path, conf)]
    for to in (path, link):
        fails(soapz.SoapzError, ["print_sparse_index would overwrite", path],
              lambda: soapz.fit(path, LINE, gap=[f"{PAIR} print_sparse_index={to}"]))
    fails(soapz.SoapzError, ["print_sparse_index would overwrite", conf],
          lambda: soapz.fit(path, conf))
    potential = soapz.fit(path, LINE, gap=[PAIR])
    for to in (path, link):
        fails(soapz.SoapzError, ["would overwrite", path], lambda: potential.save(to))
    check([open(p).read() for p in (path, conf)] == before, "the data are as they were")


def refusals(potential, train):
    data, a = soapz.Dataset(), train[0]
    for kind, parts, call in (
            (FileNotFoundError, ["no.xyz"], lambda: soapz.Dataset.read("no.xyz")),
            (FileNotFoundError, ["no.conf"], lambda: soapz.fit(train, "no.conf")),
            (soapz.SoapzError, ["rnd_sed", "rnd_seed"], lambda: soapz.fit(train, **KEYS, rnd_sed=1)),
            (TypeError, ["gp_file", "save"], lambda: soapz.fit(train, **KEYS, gp_file="x")),
            (TypeError, ["needs settings"], lambda: soapz.fit(train)),
            (TypeError, ["not a setting"], lambda: soapz.fit(train, **dict(KEYS, e0_offset=object()))),
            (ValueError, ["n_threads"], lambda: soapz.fit(train, **KEYS, n_threads=-1)),
            (soapz.SoapzError, ["n_threads"],
             lambda: soapz.validate(potential, train, n_threads=1000000)),
            (soapz.SoapzError, ["to compare with"], lambda: soapz.validate(potential, data)),
            (soapz.SoapzError, ["to compare with"],
             lambda: soapz.learning_curve(train, test=data, **KEYS)),
            (ValueError, ["forces", "(2, 3)", "(16, 3)"], lambda: data.add(a, forces=np.zeros((2, 3)))),
            (ValueError, ["not a number"], lambda: data.add(a, energy=np.nan)),
            (ValueError, ["not a number"], lambda: data.add(a, forces=np.full((16, 3), np.inf))),
            (TypeError, ["real"], lambda: data.add(a, energy="-3")),
            (ValueError, ["either virial or stress"],
             lambda: data.add(a, virial=np.eye(3), stress=np.eye(3))),
            (ValueError, ["three lattice"], lambda: data.add(([41], [[0, 0, 0]]), stress=np.eye(3))),
            (ValueError, ["force_mask"], lambda: data.add(a, force_mask=[True])),
            (ValueError, ["dft"], lambda: soapz.Dataset(train, energy_key="dft")),
            (TypeError, ["list"], lambda: soapz.Dataset(a)),
            (TypeError, ["frame 1", "int"], lambda: soapz.Dataset([a, 3])),
            (TypeError, ["pickle"], lambda: pickle.dumps(data))):
        fails(kind, parts, call)
    check(len(data) == 0, "nothing was added")
    data.add(a, energy=-3, forces=a.arrays["forces"], stress=np.zeros(6), config_type="x",
             energy_sigma=0.1, force_mask=np.arange(16) < 3)
    check(len(data) == 1 and data.config_types == ["x"], repr(data))


def main():
    warnings.simplefilter("ignore", UserWarning)
    train, test = frames(12, 1), frames(6, 2)
    with tempfile.TemporaryDirectory() as folder:
        potential = fits(folder, train, test)
        v = validations(potential, test)
        curve(train, test, v)
        folds(train)
        refusals(potential, train)
        data_stay(folder, train)
    watched(train)
    done()


main()

# SPDX-License-Identifier: BSD-3-Clause
"""The ASE calculator: the numbers of soapz eval, derivatives of its energy, relaxation, memory, and error
messages."""
import copy
import os
import pickle
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import HERE, MODELS, SKIPPED, check, done, fails, numbers, read_xyz, run, write_xyz  # noqa: E402

try:
    import ase
except ImportError:
    print("SKIPPED: ASE is not installed")
    sys.exit(SKIPPED)
import ase.build  # noqa: E402
from ase.calculators.calculator import PropertyNotImplementedError  # noqa: E402
from ase.filters import FrechetCellFilter  # noqa: E402
from ase.optimize import BFGS  # noqa: E402
from soapz import Potential, SoapzCalculator, SoapzError  # noqa: E402

ALLOY = os.path.join(HERE, "..", "potentials", "NbMoTaW_nu_mu_hat", "NbMoTaW.xml")


def path_of(name):
    return ALLOY if name == "NbMoTaW" else os.path.join(MODELS, name, "gp.xml")


def as_atoms(frame):
    return ase.Atoms(frame["species"][:, 0], frame["pos"],
                     cell=numbers(frame["Lattice"]).reshape(3, 3) if "Lattice" in frame else None,
                     pbc=[p == "T" for p in frame["pbc"].split()] if "pbc" in frame else False)


def agreement():
    """soapz eval, for all kinds of cells: triclinic, smaller than the cutoff, none"""
    for name in ("NbMoTaW", "hea4_nuR1_nuS1", "mow_zbl_soap", "hea5_nu20_2b_novirial",
                 "si_2b_3b_soap"):
        data = os.path.join(os.path.dirname(path_of(name)), "reference.xyz")
        calculator, seen = SoapzCalculator(path_of(name)), 0
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "out.xyz")
            code, _, err = run("eval", path_of(name), data, "-o", out)
            check(code == 0, err)
            frames = read_xyz(out)
        for f in frames:
            atoms = as_atoms(f)
            atoms.calc = calculator
            scale = 1 + np.abs(f["forces"]).max()
            energy, size = float(f["energy"]), 1 + abs(float(f["energy"]))
            check(abs(atoms.get_potential_energy() - energy) < 1e-12 * size, f"{name}: energy")
            check(atoms.get_potential_energy(force_consistent=True) ==
                  atoms.get_potential_energy(), f"{name}: free energy")
            check(np.abs(atoms.get_forces() - f["forces"]).max() < 1e-12 * scale, f"{name}: forces")
            check(np.abs(atoms.get_potential_energies() - f["local_energy"][:, 0]).max() <
                  1e-12 * size, f"{name}: energies")
            if atoms.cell.rank == 3:
                virial = numbers(f["virial"]).reshape(3, 3)
                got = -atoms.get_volume() * atoms.get_stress(voigt=False)
                check(np.abs(got - (virial + virial.T) / 2).max() <
                      1e-12 * (1 + np.abs(virial).max()), f"{name}: stress")
                each = atoms.get_stresses()
                check(np.abs(each.sum(axis=0) - atoms.get_stress()).max() <
                      1e-12 * (1 + np.abs(each).max()), f"{name}: stresses")
            seen += 1
        check(seen >= 6, f"{name}: {seen} structures")


def derivatives():
    """Forces and stress are slopes of the energy; the cell is triclinic and small."""
    atoms = ase.Atoms("NbMoTaW", [[0.1, 0.2, 0], [2.2, 2.1, 0.3], [2.4, 0.1, 2.3], [-0.2, 2.4, 2.0]],
                      cell=[[4.4, 0, 0], [0.9, 4.1, 0], [-0.5, 0.7, 4.3]], pbc=True)
    atoms.calc = SoapzCalculator(ALLOY)
    forces, stress, h = atoms.get_forces(), atoms.get_stress(voigt=False), 1e-4
    check(np.abs(forces).max() > 0.1 and np.abs(stress).max() > 0.01, "there is something to test")
    check(np.abs(forces.sum(axis=0)).max() < 1e-11, "no net force")
    for i in range(4):
        for x in range(3):
            e = []
            for sign in (1, -1):
                moved = atoms.copy()
                moved.positions[i, x] += sign * h
                moved.calc = atoms.calc
                e.append(moved.get_potential_energy())
            check(abs((e[1] - e[0]) / (2 * h) - forces[i, x]) < 1e-6, f"force {i} {x}")
    for a in range(3):
        for b in range(a + 1):
            e = []
            for sign in (1, -1):
                strain = np.eye(3)
                strain[a, b] += sign * h / 2
                strain[b, a] += sign * h / 2
                strained = atoms.copy()
                strained.set_cell(atoms.cell.array @ strain, scale_atoms=True)
                strained.calc = atoms.calc
                e.append(strained.get_potential_energy())
            slope = (e[0] - e[1]) / (2 * h) / atoms.get_volume()
            check(abs(slope - stress[a, b]) < 1e-7, f"stress {a}{b}: {stress[a, b]} not {slope}")


def relaxation():
    atoms = ase.build.bulk("Nb", "bcc", a=3.4, cubic=True) * (2, 2, 2)
    atoms.symbols[:] = ["Nb", "Mo", "Ta", "W"] * 4
    atoms.rattle(0.08, seed=3)
    atoms.calc = SoapzCalculator(ALLOY)
    before = atoms.get_potential_energy()
    ok = BFGS(FrechetCellFilter(atoms), logfile=None).run(fmax=0.01, steps=200)
    check(ok and atoms.get_potential_energy() < before - 0.5, "it relaxes")
    check(np.abs(atoms.get_forces()).max() < 0.01, "no forces are left")
    check(np.abs(atoms.get_stress()).max() < 0.01 / atoms.get_volume() * 10, "no stress is left")
    a = (2 * atoms.get_volume() / 16) ** (1 / 3)
    check(3.2 < a < 3.28, f"the lattice parameter of NbMoTaW is {a}")  # DFT: 3.23 to 3.25


def variance():
    """only on request, and equal to that of the potential"""
    potential = Potential(path_of("hea4_nuR1_nuS1"))
    plain, with_it = SoapzCalculator(potential), SoapzCalculator(potential, variance=True)
    atoms = ase.Atoms("NbMoW", [[0, 0, 0], [2.4, 0, 0.3], [0.2, 2.6, 0]])
    plain.get_potential_energy(atoms)
    check("energy_variance" not in plain.results, "not asked for")
    check(plain.potential._model is with_it.potential._model, "calculators share a model")
    for calculator in (with_it, pickle.loads(pickle.dumps(with_it))):
        energy = calculator.get_potential_energy(atoms)
        want = potential.variance(atoms)
        check(np.array_equal(calculator.results["energies_variance"], want.energies) and
              calculator.results["energy_variance"] == want.energy, "variance")
        check(energy == plain.results["energy"], "the energy beside it")


def uncertainty():
    """grade and expected errors: those of the potential, refused without a calibration"""
    plain = Potential(path_of("hea4_nuR1_nuS1"))
    atoms = ase.Atoms("NbMoW", [[0, 0, 0], [2.4, 0, 0.3], [0.2, 2.6, 0]])
    fails(SoapzError, ["calibration", "soapz calibrate"], lambda: plain.uncertainty(atoms))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.soapz")
        plain.save(path, notes={"uncertainty": "cutoff=4 variance=1e9 energy_noise=0.002 energy_scale=0.5 "
                                               "Nb={0.1 0} Mo={0.2 0} Ta={0.3 0} W={0 0.4}"})
        plain.save(os.path.join(folder, "plain.soapz"), notes={"uncertainty": None})
        potential = Potential(path)
    calculator = SoapzCalculator(potential, grade=True, uncertainty=True)
    calculator.get_potential_energy(atoms)
    result, p, v = calculator.results, potential.predict(atoms), potential.variance(atoms)
    check(np.array_equal(result["grade"], plain.grade(atoms)) and result["grade"].min() > 1e-3, "grade")
    check("energy_variance" not in result, "not asked for")
    d = np.linalg.norm(atoms.positions - atoms.positions[2], axis=1)
    w = np.where(d == 0, 1, np.clip(1 - (d / 4) ** 2, 0, None) ** 2)
    want = [0.1, 0.2, 0.4 * np.sqrt(w @ (p.forces ** 2).sum(axis=1) / w.sum())]
    check(np.allclose(result["forces_uncertainty"], want, rtol=1e-10), result["forces_uncertainty"])
    check(abs(result["energy_uncertainty"] - np.hypot(0.006, 0.5 * v.energy ** 0.5)) < 1e-12, "energy")


def resident():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6


def memory():
    """1000 calls and 200 models do not leak memory."""
    if not os.path.exists("/proc/self/statm"):
        return
    atoms = ase.build.bulk("Mo", "bcc", a=3.16, cubic=True) * (2, 2, 2)
    atoms.calc = SoapzCalculator(path_of("mow_zbl_soap"))
    for rounds in (100, 1000):
        for k in range(rounds):
            atoms.positions[k % len(atoms), k % 3] += 1e-3 * (-1) ** k
            atoms.get_forces()
        before, now = (0, resident()) if rounds == 100 else (now, resident())
    check(now - before < 3, f"1000 calls: {before} MB, then {now} MB")
    for rounds in (20, 200):
        for _ in range(rounds):
            Potential(path_of("mow_zbl_soap"))
        before, now = (0, resident()) if rounds == 20 else (now, resident())
    check(now - before < 10, f"200 models: {before} MB, then {now} MB")


def errors():
    calculator = SoapzCalculator(ALLOY)
    pair = ase.Atoms("NbW", [[0, 0, 0], [0, 0, 2.5]])
    fails(FileNotFoundError, ["missing.xml"], lambda: SoapzCalculator("missing.xml"))
    fails(SoapzError, ["atom 1", "Ta Nb Mo W", "not Fe"],
          lambda: calculator.get_potential_energy(ase.Atoms("NbFe", pair.positions)))
    fails(SoapzError, ["apart"], lambda: calculator.get_forces(ase.Atoms("NbW", np.zeros((2, 3)))))
    fails(SoapzError, ["not"],
          lambda: calculator.get_forces(ase.Atoms("NbW", [[0, 0, 0], [0, 0, np.nan]])))
    fails(SoapzError, ["cell"], lambda: calculator.get_forces(
        ase.Atoms("NbW", pair.positions, cell=np.zeros((3, 3)), pbc=True)))
    fails(ValueError, ["118"], lambda: Potential(ALLOY).compute([300], [[0, 0, 0]]))
    pair.calc = calculator  # still works; no stress without a cell
    check(pair.get_potential_energy() < -15, "a dimer")
    try:
        pair.get_stress()
        check(False, "a stress without a cell")
    except PropertyNotImplementedError:
        check(True, "")
    for other in (copy.deepcopy(calculator), pickle.loads(pickle.dumps(calculator))):
        check(other.get_potential_energy(pair.copy()) == pair.get_potential_energy(), "a copy")
    check(calculator.potential.cutoff == 5 and set(calculator.potential.elements) ==
          {"Nb", "Mo", "Ta", "W"}, "what the model is")
    for atoms in (ase.Atoms(), ase.Atoms("W")):
        calculator.get_forces(atoms)
        check(calculator.results["forces"].shape == (len(atoms), 3), "no atom, one atom")


def imports():
    """LAMMPS gets the folder without numpy or ASE; if they are needed and missing, a message says so."""
    package = os.path.join(HERE, "..", "python")
    for code, parts in (("import soapz, sys; print(soapz.plugin_folder());"
                         "assert 'numpy' not in sys.modules", ["soapz"]),
                        ("import sys; sys.modules['ase.calculators.calculator'] = None\n"
                         "from soapz import SoapzCalculator", ["SoapzCalculator needs ASE: pip"]),
                        ("import os; os.environ['SOAPZ_LIBRARY'] = '/none/libsoapz.so'\n"
                         "from soapz import Potential; Potential('x')",
                         ["/none/libsoapz.so cannot be used", "SOAPZ_LIBRARY"]),
                        ("import soapz; soapz.nonsense", ["no attribute 'nonsense'"])):
        r = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                           env=dict(os.environ, PYTHONPATH=package))
        for part in parts:
            check(part in r.stdout + r.stderr, f"{code}: {r.stdout}{r.stderr}")


agreement()
derivatives()
relaxation()
variance()
uncertainty()
memory()
errors()
imports()
done()

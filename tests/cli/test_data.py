# SPDX-License-Identifier: BSD-3-Clause
"""soapz data: energies, forces and virials of VASP, Quantum ESPRESSO, LAMMPS and ASE files are written
in eV and eV/Angstrom with the right sign; isolated atoms, config_types, omitted frames and the split agree
with the help; no file of the user is lost or overwritten."""
import os
import subprocess
import sys
import tempfile
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import (HERE, SKIPPED, SOAPZ, check, check_fails, done, fails, numbers,  # noqa: E402
                       read_xyz, run, run_here)

os.environ["SOAPZ_PYTHON"] = sys.executable
try:
    import ase
except ImportError:
    code, _, err = run("data", "some.db", "-o", "out.xyz")
    check(code == 1 and 'pip install "soapz[ase]"' in err, err)
    print("SKIPPED: ASE is not installed")
    sys.exit(SKIPPED)
import ase.build  # noqa: E402
import ase.db  # noqa: E402
import ase.io  # noqa: E402
from ase.calculators.emt import EMT  # noqa: E402
from ase.calculators.singlepoint import SinglePointCalculator  # noqa: E402
from ase.constraints import FixAtoms  # noqa: E402
import foreign_files  # noqa: E402
import soapz  # noqa: E402

KBAR = 1 / 1602.1766208  # eV/Angstrom^3
rng = np.random.default_rng(7)
SYMBOLS = ["Cu", "Cu", "Au"]
CELL = np.array([[5.0, 0, 0], [0.4, 4.8, 0], [-0.3, 0.6, 5.2]])


def steps(n, bad=()):
    """n steps of an artificial run; those in bad have reached the limit of electronic steps"""
    made = []
    for k in range(n):
        p = rng.normal(scale=40, size=(3, 3)) + 60 * np.eye(3)
        made.append({"positions": rng.uniform(size=(3, 3)) @ CELL, "energy": -12.0 - rng.uniform(),
                     "forces": rng.normal(size=(3, 3)), "pressure": (p + p.T) / 2,
                     "electronic": foreign_files.NELM if k in bad else 4,
                     "change": 1e-2 if k in bad else 1e-7})
        made[-1]["energy0"] = made[-1]["energy"] + 0.03
    return made


def data(folder, *words, out="out.xyz", code=0):
    """frames, stdout, stderr"""
    path = os.path.join(folder, out)
    got, said, err = run_here("data_command", *words, "-o", path)
    check(got == code, f"soapz data {words}: {got} {said} {err}")
    return (read_xyz(path) if got == 0 and os.path.exists(path) else []), said, err


def compare(frames, made, name, digits=1e-4, virial=True):
    check(len(frames) == len(made), f"{name}: {len(frames)} frames, not {len(made)}")
    for f, s in zip(frames, made):
        check(list(f["species"][:, 0]) == SYMBOLS, f"{name}: {f['species']}")
        check(abs(float(f["energy"]) - s["energy"]) < digits, f"{name}: energy {f['energy']}")
        check(abs(f["force"] - s["forces"]).max() < digits, f"{name}: forces")
        check(abs(f["pos"] - s["positions"]).max() < digits or
              abs((f["pos"] - s["positions"]) @ np.linalg.inv(CELL) % 1.0 % 1.0).min() < digits,
              f"{name}: positions")
        check(abs(numbers(f["Lattice"]).reshape(3, 3) - CELL).max() < digits, f"{name}: cell")
        if virial:
            want = s["pressure"] * KBAR * np.linalg.det(CELL)
            got = numbers(f["virial"]).reshape(3, 3)
            check(abs(got - want).max() < 30 * digits, f"{name}: virial {got}, not {want}")


def programs(folder):
    """Units and signs of the files of each program; unconverged steps are left out with a message."""
    made = steps(5, bad=(2,))
    good = [s for k, s in enumerate(made) if k != 2]
    for name, write in (("vasprun.xml", foreign_files.vasprun), ("OUTCAR", foreign_files.outcar)):
        path = os.path.join(folder, name)
        write(path, SYMBOLS, CELL, made)
        frames, said, err = data(folder, path)
        compare(frames, good, name)
        check("left out: 1 frame, the electronic structure did not converge" in said and
              f"{name}, frame 3" in said, said)
        check("free energy" in said, said)
        check(all(abs(float(f["energy_extrapolated"]) - float(f["energy"]) - 0.03) < 1e-6
                  for f in frames), f"{name}: the other energy is kept")
        frames, said, err = data(folder, path, "--keep-unconverged")
        compare(frames, made, f"{name}, all")
        frames, said, err = data(folder, path, "--extrapolated")
        check(abs(float(frames[0]["energy"]) - made[0]["energy0"]) < 1e-6, f"{name}: extrapolated")
        check(abs(float(frames[0]["other_free_energy"]) - made[0]["energy"]) < 1e-6, f"{name}: free")
    # NELM steps with no change in the last one are converged
    last = [dict(good[0], electronic=foreign_files.NELM, change=1e-7)]
    for name, write in (("vasprun_last.xml", foreign_files.vasprun), ("OUTCAR_last", foreign_files.outcar)):
        write(os.path.join(folder, name), SYMBOLS, CELL, last)
        compare(data(folder, os.path.join(folder, name))[0], last, name)
    # a run that was killed
    foreign_files.vasprun(os.path.join(folder, "vasprun_cut.xml"), SYMBOLS, CELL, good, cut=True)
    compare(data(folder, os.path.join(folder, "vasprun_cut.xml"))[0], good[:-1], "cut")

    made = steps(4)
    made[1]["electronic"] = foreign_files.NELM + 1
    path = os.path.join(folder, "run.pwo")
    foreign_files.espresso(path, SYMBOLS, CELL, made)
    frames, said, err = data(folder, path)
    compare(frames, [made[0], made[2], made[3]], "pwo", 1e-5)
    check("left out: 1 frame, the electronic structure" in said and "run.pwo, frame 2" in said, said)

    # one folder with both: the run is used once, from the file with more digits
    made = steps(3)
    both = os.path.join(folder, "both")
    os.mkdir(both)
    foreign_files.vasprun(os.path.join(both, "vasprun.xml"), SYMBOLS, CELL, made)
    foreign_files.outcar(os.path.join(both, "OUTCAR"), SYMBOLS, CELL, made)
    frames, said, err = data(folder, both)
    compare(frames, made, "both", 1e-7)
    check("1 file OUTCAR beside its vasprun.xml" in err, err)
    frames, said, err = data(folder, os.path.join(both, "OUTCAR"), os.path.join(both, "vasprun.xml"))
    compare(frames, made, "both named")
    check("left out: 3 frames, duplicates" in said, said)


def dumps(folder):
    made = steps(2)
    path = os.path.join(folder, "a.lammpstrj")
    lengths = [6.0, 7.0, 8.0]
    foreign_files.dump(path, [1, 1, 2], lengths, made)
    check_fails(1, ["a.lammpstrj", "--elements"], "data", path, "-o", os.path.join(folder, "no.xyz"),
                gone=os.path.join(folder, "no.xyz"))
    frames, said, err = data(folder, path, "--elements", "Cu,Au")
    foreign_files.dump(path, [1, 1, 2], lengths, made, ["Cu", "Au"])
    for again in (frames, data(folder, path)[0]):
        check(len(again) == 2, "two frames")
        for f, s in zip(again, made):
            check(list(f["species"][:, 0]) == SYMBOLS, f"dump: {f['species']}")
            check(abs(f["force"] - s["forces"]).max() < 1e-8, "dump: forces")
            check(numbers(f["Lattice"])[8] == 8.0, "dump: cell")
            check("energy" not in f, "the energy that a dump lacks is not 0")
    check("energy, eV: none" in said, said)


def alloy(k, a=None):
    """Eight atoms of a random CuAu crystal, compressed unless a is given."""
    atoms = ase.build.bulk("Cu", "fcc", a=a or 3.4 + 0.01 * k, cubic=True) * (2, 1, 1)
    atoms.symbols[k % 8] = "Au"
    atoms.rattle(0.03, seed=k)
    atoms.calc = EMT()
    return atoms


def with_results(k, **more):
    atoms, model = None, alloy(k)
    atoms = model.copy()
    atoms.calc = SinglePointCalculator(atoms, energy=model.get_potential_energy(),
                                       forces=model.get_forces(), stress=model.get_stress(), **more)
    return atoms


def ase_files(folder):
    """The same frames through ASE's formats give the same data; a compressed crystal has a
    positive virial."""
    want = [with_results(k) for k in range(4)]
    paths = [os.path.join(folder, "f." + kind) for kind in ("xyz", "traj", "db", "json")]
    for path in paths[:2]:
        ase.io.write(path, want)
    for path in paths[2:]:
        with ase.db.connect(path) as db:
            for k, atoms in enumerate(want):
                db.write(atoms, series=f"s{k % 2}", data={"parent": [k, 2]})
    for path in paths:
        frames, said, err = data(folder, path)
        check(len(frames) == 4, f"{path}: {said} {err}")
        digits = 1e-7 if path.endswith("xyz") else 1e-12  # ASE's XYZ has eight decimals
        for f, a in zip(frames, want):
            volume = abs(np.linalg.det(numbers(f["Lattice"]).reshape(3, 3)))
            virial = numbers(f["virial"]).reshape(3, 3)
            check(abs(float(f["energy"]) - a.calc.results["energy"]) < 1e-12, f"{path}: energy")
            check(abs(f["force"] - a.calc.results["forces"]).max() < digits, f"{path}: forces")
            check(abs(f["pos"] - a.positions).max() < digits, f"{path}: positions")
            full = ase.stress.voigt_6_to_full_3x3_stress(a.calc.results["stress"])
            check(abs(virial + volume * full).max() < 1e-9, f"{path}: virial")
            check(np.trace(virial) > 1, f"{path}: compressed, {np.trace(virial)}")
        if path.endswith(("db", "json")):
            check([f["series"] for f in frames] == ["s0", "s1"] * 2, f"{path}: key_value_pairs")
            check(frames[3]["parent"] == "_JSON [3, 2]", f"{path}: data {frames[3]['line']}")
    frames = data(folder, paths[2], "--config-type", "key:series")[0]
    check([f["config_type"] for f in frames] == ["s0", "s1"] * 2, "config_type from a data base")
    frames = data(folder, paths[1] + "@1:3")[0]
    check(len(frames) == 2 and abs(float(frames[0]["energy"]) - want[1].calc.results["energy"]) < 1e-12,
          "ASE's file@1:3")
    frames, said, err = data(folder, os.path.join(folder, "f.*"))
    check(len(frames) == 4 and "left out: 12 frames, duplicates" in said, f"a glob: {said}")


def names(folder):
    """REF_.. is preferred to the results of a calculator, in any form; nothing is lost."""
    atoms = with_results(1, magmoms=np.arange(8.0))
    results = atoms.calc.results
    volume = atoms.get_volume()
    atoms.info.update(run="007", note='two "words" = one', ok=True, grid=np.array([2, 3, 4]),
                      who={"a": [1, {"b": None}]}, config_type="melt", REF_energy=-99.5,
                      REF_virial=-volume * ase.stress.voigt_6_to_full_3x3_stress(results["stress"]))
    atoms.arrays["REF_forces"] = results["forces"] + 1
    atoms.arrays["site"] = np.arange(8)
    atoms.arrays["move"] = np.arange(8) % 2 == 0
    atoms.set_tags([3] * 8)
    atoms.set_constraint(FixAtoms([0, 5]))
    path = os.path.join(folder, "n.xyz")
    ase.io.write(path, atoms)
    (f,), said, err = data(folder, path)
    check(float(f["energy"]) == -99.5 and "REF_energy in 1 frame" in said, "energy")
    check(abs(f["force"] - results["forces"] - 1).max() < 1e-7 and "REF_forces in 1 frame" in said, "forces")
    # the rule for names finds only the chosen data
    check(not {"REF_energy", "REF_forces", "REF_virial", "forces", "stress"} & set(f), f["line"])
    check(abs(f["other_forces"] - f["force"] + 1).max() < 1e-7, "forces that were not taken")
    check(abs(float(f["other_energy"]) - results["energy"]) < 1e-12, "energy that was not taken")
    check(abs(numbers(f["virial"])[0] + volume * results["stress"][0]) < 1e-6 and
          "REF_virial in 1 frame" in said and "other_stress" not in f, f"virial: {f['line']}")
    check(f["config_type"] == "melt" and f["run"] == "007" and f["ok"] == "T", f["line"])
    check(f["grid"] == "2 3 4" and f["tags"][0, 0] == 3 and f["site"][4, 0] == 4, "the user's own")
    check("magmoms" in f and f["magmoms"][7, 0] == 7, "what else the calculator knew")
    check(list(f["move_mask"][:, 0]) == list("FTTTTFTT"), f"constraints: {f['move_mask']}")
    back = ase.io.read(os.path.join(folder, "out.xyz"))
    check(back.info["who"] == {"a": [1, {"b": None}]} and back.info["note"] == 'two "words" = one' and
          list(back.constraints[0].index) == [0, 5] and back.arrays["move"][2], f"{back.info}")
    # a second conversion changes nothing
    first = read_xyz(os.path.join(folder, "out.xyz"))[0]
    (f,), said, err = data(folder, os.path.join(folder, "out.xyz"), out="again.xyz")
    check(f["energy"] == first["energy"] and (f["force"] == first["force"]).all() and
          f["virial"] == first["virial"] and (f["pos"] == first["pos"]).all(), "twice")
    # given names
    (f,), said, err = data(folder, path, "force_parameter_name=forces", "energy_parameter_name=energy")
    check(abs(float(f["energy"]) - results["energy"]) < 1e-12 and
          abs(f["force"] - results["forces"]).max() < 1e-7, "asked for")
    check("REF_energy differs from the data used: it is kept as other_REF_energy" in err and
          f["other_REF_energy"] == "-99.5" and "other_REF_forces" in f, err)
    check_fails(1, ["no frame has the energy 'dft'"], "data", path, "energy_parameter_name=dft",
                "-o", os.path.join(folder, "no.xyz"), gone=os.path.join(folder, "no.xyz"))
    # two virials that disagree
    atoms.info["REF_virial"] = -atoms.info["REF_virial"]
    ase.io.write(path, atoms)
    (f,), said, err = data(folder, path)
    check("gives another virial than REF_virial" in err and "other_stress" in f, err)
    # every form of a stress; six in ASE's order
    stress = [0.01, 0.02, 0.03, 0.004, 0.005, 0.006]
    full = ase.stress.voigt_6_to_full_3x3_stress(stress)
    for key, text in (("stress", " ".join(map(str, full.ravel()))), ("REF_stress", " ".join(map(str, stress))),
                      ("dft_stress", f"_JSON {full.tolist()}"), ("stress", f"_JSON {stress}")):
        with open(path, "w") as g:
            g.write(f'1\nLattice="2 0 0 0 3 0 0 0 4" {key}="{text}" '
                    "Properties=species:S:1:pos:R:3\nCu 0 0 0\n")
        (f,), said, err = data(folder, path)
        check(abs(numbers(f["virial"]).reshape(3, 3) + 24 * full).max() < 1e-12, f"{key}={text}")


def like_a_fit(folder):
    """output of soapz fit with these names and files"""
    path, dat = os.path.join(folder, "l.xyz"), os.path.join(folder, "l.dat")
    atoms = [with_results(k) for k in range(2)]
    for k, a in enumerate(atoms):
        a.calc.results["free_energy"] = a.calc.results["energy"] - k
    ase.io.write(path, atoms, format="extxyz")
    frames, said, err = data(folder, path, "force_parameter_name=none")
    check(len(frames) == 2 and "force, eV/Angstrom: none" in said and "force" not in frames[0], said)
    # in extended XYZ the energy is used, as by a fit; the free energy is kept only if it differs
    check("free_energy differs from the data used: it is kept as other_free_energy (in 1 frame)" in err and
          "other_free_energy" in frames[1] and "other_free_energy" not in frames[0], err)
    check("energy, eV: energy in 2 frames" in said, said)
    # in other files the free energy is used, because the forces are its derivatives
    ase.io.write(os.path.join(folder, "l.traj"), atoms)
    said = data(folder, os.path.join(folder, "l.traj"))[1]
    check("the free energy, of which forces are derivatives in 1 frame" in said, said)
    os.rename(path, dat)
    check(len(data(folder, dat)[0]) == 2, "extended XYZ under another name")
    for a in atoms:
        del a.calc.results["energy"]
    got = soapz.Dataset(atoms)
    fails(soapz.SoapzError, ["no isolated atom"], lambda: soapz.fit(got, "gap={distance_2b cutoff=4 delta=1 theta_uniform=1 "
          "covariance_type=ard_se sparse_method=uniform n_sparse=3} default_sigma={0.1 0.1 0.1 0} "
          "e0_method=isolated"))  # energies, but no isolated atom


def atoms_alone(folder):
    def single(symbol, energy, cell=15.0, **info):
        atoms = ase.Atoms(symbol, cell=[cell] * 3, pbc=True, info=info)
        atoms.calc = SinglePointCalculator(atoms, energy=energy)
        return atoms

    ase.io.write(os.path.join(folder, "one.xyz"),
                 [single("Cu", -0.2, config_type="IsolatedAtom"), single("Cu", -0.4), single("Au", -0.3),
                  single("Cu", -3.7, 2.5), ase.Atoms("Cu", info={"config_type": "gas"})])
    frames, said, err = data(folder, os.path.join(folder, "one.xyz"))
    check([(f["config_type"], float(f["energy"])) for f in frames] ==
          [("isolated_atom", -0.4), ("isolated_atom", -0.3), ("default", -3.7)], f"{said}")
    check("one.xyz, frame 1: a second isolated atom" in said, said)
    check("config_type IsolatedAtom became isolated_atom" in err, err)
    check("one.xyz, frame 5: no energy" in said, said)
    check("isolated atoms of all elements" in said, said)
    frames, said, err = data(folder, os.path.join(folder, "one.xyz"), "--isolated", "2")
    check([f["config_type"] for f in frames] == ["isolated_atom"] * 2, "a short --isolated")


def duplicates(folder):
    one, other = with_results(1), with_results(2)
    twin = one.copy()
    twin.calc = SinglePointCalculator(twin, **one.calc.results)
    twin.positions += 2e-4
    twin.positions[3] += one.cell[0] - 2 * one.cell[2]  # written in another image
    conflict = other.copy()
    conflict.calc = SinglePointCalculator(conflict, energy=other.calc.results["energy"] + 1)
    far = one.copy()
    far.calc = SinglePointCalculator(far, energy=one.calc.results["energy"] + 0.1)
    far.positions[2, 1] += 0.01
    path = os.path.join(folder, "d.xyz")
    ase.io.write(path, [one, other, twin, conflict, far])
    frames, said, err = data(folder, path)
    check(len(frames) == 3 and f"{path}, frame 3: the same structure as {path}, frame 1" in said and
          "frame 4: the same structure" in said, said)
    check("one structure with energies 125 meV/atom apart" in err, err)
    check(len(data(folder, path, "--tolerance", "1e-5")[0]) == 4, "a smaller tolerance")
    check(len(data(folder, path, "--tolerance", "0.02")[0]) == 2, "a larger one")
    check(len(data(folder, path, "--keep-duplicates")[0]) == 5, "all of them")


def types_and_split(folder):
    for name in ("bulk/1", "bulk/2", "liquid/1"):
        os.makedirs(os.path.join(folder, "runs", name))
    seed = iter(range(100))
    for name, n in (("bulk/1/a.xyz", 12), ("bulk/2/b.xyz", 8), ("liquid/1/c.traj", 10)):
        ase.io.write(os.path.join(folder, "runs", name), [with_results(next(seed)) for _ in range(n)])
    atom = ase.Atoms("Cu", cell=[20] * 3)
    atom.calc = SinglePointCalculator(atom, energy=0.0)
    ase.io.write(os.path.join(folder, "runs", "atom.xyz"), atom)
    with open(os.path.join(folder, "runs", "slurm-1.out"), "w") as f:
        f.write("no calculation\n")
    with open(os.path.join(folder, "runs", "damaged.xyz"), "w") as f:
        f.write("3\nLattice=\nCu 0 0 0\n")
    ase.io.write(os.path.join(folder, "runs", "POSCAR"), alloy(1))
    runs = os.path.join(folder, "runs")

    def kinds(frames):
        found = {}
        for f in frames:
            found[f["config_type"]] = found.get(f["config_type"], 0) + 1
        return found

    frames, said, err = data(folder, runs)
    check(kinds(frames) == {"bulk": 20, "liquid": 10, "isolated_atom": 1}, f"{kinds(frames)}")
    for part in ("damaged.xyz:2: Lattice has 0 numbers", "it is left out", "slurm-1.out", "POSCAR"):
        check(part in err, f"{err} lacks {part}")
    check_fails(1, ["damaged.xyz:2: Lattice has 0 numbers"], "data", os.path.join(runs, "damaged.xyz"),
                "-o", os.path.join(folder, "no.xyz"), gone=os.path.join(folder, "no.xyz"))
    for words, want in ((["--config-type", "folder"], {"bulk": 20, "liquid": 10}),
                        (["--config-type", "file"], {"a": 12, "b": 8, "c": 10}),
                        (["--config-type", "name:mine"], {"mine": 30}),
                        (["--config-type=mine"], {"mine": 30})):
        got = kinds(data(folder, runs, *words)[0])
        check(got.pop("isolated_atom") == 1 and got == want, f"{words}: {got}")
    named = [os.path.join(runs, p) for p in ("bulk/1/a.xyz", "bulk/2/b.xyz")]
    check(kinds(data(folder, *named)[0]) == {"1": 12, "2": 8}, "the folder below the one they share")

    test = os.path.join(folder, "test.xyz")
    tests = []
    for seed in (1, 1, 2):
        train, said, err = data(folder, runs, "--test", test, "--test-fraction", "0.2", "--seed", seed)
        tested = read_xyz(test)
        check(kinds(tested) == {"bulk": 4, "liquid": 2}, f"stratified: {kinds(tested)}")
        check(kinds(train) == {"bulk": 16, "liquid": 8, "isolated_atom": 1}, f"{kinds(train)}")
        tests.append([f["energy"] for f in tested])
        check(sorted(tests[-1] + [f["energy"] for f in train]) == sorted(f["energy"] for f in frames),
              "the two are the whole")
    check(tests[0] == tests[1] != tests[2], "the seed")


def faults(folder):
    path, out = os.path.join(folder, "f.xyz"), os.path.join(folder, "no.xyz")
    ase.io.write(path, [with_results(0)])
    for code, parts, words in (
            (2, ["files or folders"], []),
            (2, ["-o"], [path]),
            (2, ["no option --tset"], [path, "-o", out, "--tset", "t.xyz"]),
            (2, ["-o needs a value"], [path, "-o"]),
            (2, ["--test-fraction needs --test"], [path, "-o", out, "--test-fraction", "0.2"]),
            (2, ["--test-fraction"], [path, "-o", out, "--test", "t", "--test-fraction", "1.5"]),
            (2, ["--seed"], [path, "-o", out, "--test", "t", "--seed", "x"]),
            (2, ["same file"], [path, "-o", out, "--test", out]),
            (2, ["--tolerance"], [path, "-o", out, "--tolerance", "-1"]),
            (2, ["unknown key"], [path, "-o", out, "charge_parameter_name=q"]),
            (1, ["there is no file or folder", "none.xyz"], ["none.xyz", "-o", out]),
            (1, ["no file matches", "*.none"], ["*.none", "-o", out]),
            (1, ["would overwrite", "f.xyz"], [path, "-o", path]),
            (1, ["would overwrite", "f.xyz", "which lies in"], [folder, "-o", path]),
            (1, ["f.xyz@5: there is no frame 5: it has 1 frames"], [path + "@5", "-o", out]),
            (1, ["'stress' is used as virials, but is named a stress: give it as the stress"],
             [path, "-o", out, "virial_parameter_name=stress"]),
            (1, ["there is no folder"], [path, "-o", os.path.join(folder, "none", "a.xyz")]),
            (1, ["this is a folder"], [path, "-o", folder])):
        check_fails(code, parts, *words, gone=out, by=lambda *words: run_here("data_command", *words))
    check_fails(2, ["files or folders"], "data", gone=out)
    check_fails(1, ["no file matches", "*.none"], "data", "*.none", "-o", out, gone=out)
    before = open(path).read()
    check(before == open(path).read() and not [n for n in os.listdir(folder) if n.startswith(".soapz")],
          "nothing is left behind")
    code, text, err = run("data", path, "-o", "-")
    check(code == 0 and text.startswith("8\nLattice") and "1 frame" in err, "standard output")
    code, text, err = run("data", "--help")
    check(code == 0 and "usage: soapz data" in text and "example" in text, text)
    # without ASE: one sentence
    blocked = os.path.join(folder, "blocked")
    os.makedirs(os.path.join(blocked, "ase"))
    with open(os.path.join(blocked, "ase", "__init__.py"), "w") as f:
        f.write("raise ImportError('no ASE')\n")
    r = subprocess.run([SOAPZ, "data", path, "-o", out], capture_output=True, text=True,
                       env=dict(os.environ, PYTHONPATH=blocked))
    check(r.returncode == 1 and 'pip install "soapz[ase]"' in r.stderr and r.stderr.count("\n") == 1, r.stderr)


def python_package(folder):
    path = os.path.join(folder, "p.traj")
    ase.io.write(path, [with_results(k) for k in range(10)] + [with_results(3)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        d = soapz.read_data(path, config_type="name:x")
    check(len(d.frames) == 10 and d.left_out[0].where.endswith("frame 11"), f"{d.left_out}")
    a = d.frames[2]
    check(a.info["energy"] == with_results(2).calc.results["energy"] and
          a.info["virial"].shape == (9,) and a.arrays["force"].shape == (8, 3), "shapes")
    train, test = soapz.split_data(d.frames, 0.3, seed=5)
    check(len(train) == 7 and len(test) == 3, "split_data")
    soapz.write_data(os.path.join(folder, "p.xyz"), train)
    check(len(soapz.Dataset.read(os.path.join(folder, "p.xyz"))) == 7 and len(soapz.Dataset(train)) == 7,
          "what soapz reads")
    fails(FileNotFoundError, ["none.db"], lambda: soapz.read_data("none.db"))
    fails(ValueError, ["the fraction of test data is 1.5"], lambda: soapz.split_data(train, 1.5))


def evaluation(folder):
    """eval, describe and validate read files through ASE: the same numbers as for XYZ, and the data of the
    file as REF_.."""
    model = os.path.join(HERE, "..", "potentials", "NbMoTaW_nu_mu_hat", "NbMoTaW.xml")
    atoms = ase.build.bulk("W", cubic=True) * (2, 1, 1)
    atoms.rattle(0.05, seed=1)
    path = {name: os.path.join(folder, name) for name in
            ("a.xyz", "POSCAR", "a.cif", "a.traj", "a.db", "count.dat", "OUTCAR", "wrong.cif", "noise.bin")}
    for name in ("POSCAR", "a.cif", "a.traj", "a.db"):
        ase.io.write(path[name], atoms)
    for name in ("a.xyz", "count.dat"):
        soapz.write_data(path[name], [atoms])
    out = os.path.join(folder, "e.xyz")

    def evaluate(name):
        code, said, err = run("eval", model, path[name], "-o", out)
        check(code == 0 and err == "", f"{name}: {code} {said} {err}")
        return read_xyz(out) if code == 0 else []

    (want,) = evaluate("a.xyz")
    check("spacegroup=" in (evaluate("a.cif") or [{"line": ""}])[0]["line"], "the symbol of a cif")
    for name in ("POSCAR", "a.cif", "a.traj", "a.db", "count.dat"):
        digits = 1e-5 if name in ("POSCAR", "a.cif") else 1e-11  # from the files
        for f in evaluate(name):
            check(abs(float(f["energy"]) - float(want["energy"])) < digits and
                  abs(f["forces"] - want["forces"]).max() < 10 * digits, f"{name}: energy, forces")
    run_ = [dict(s, positions=rng.uniform(size=(3, 3)) * 0.3 + np.array([[0, 0, 0], [2.5, 0, 0], [0, 2.4, 0]]))
            for s in steps(3, bad=(1,))]
    foreign_files.outcar(path["OUTCAR"], ["Mo", "W", "W"], CELL, run_)
    frames = evaluate("OUTCAR")
    check(len(frames) == 3, "every frame, in its order")
    for f, s in zip(frames, run_):
        check(abs(float(f["REF_energy"]) - s["energy"]) < 1e-6 and
              abs(f["REF_forces"] - s["forces"]).max() < 1e-5 and "forces" in f, "what the OUTCAR says")
    code, said, err = run("validate", model, path["OUTCAR"], "--json", os.path.join(folder, "v.json"))
    error = np.mean([abs(float(f["energy"]) - float(f["REF_energy"])) / 3 for f in frames])
    check(code == 0 and "reference: REF_energy REF_forces REF_virial" in said and
          f"{1e3 * error:.2f}" in said and "  frame " in said, f"{said} {err}")
    vectors = []
    for name in ("a.xyz", "a.db"):
        code, said, err = run("describe", model, path[name], "--term", "4", "-o", os.path.join(folder, "d.npy"))
        check(code == 0, err)
        vectors.append(np.load(os.path.join(folder, "d.npy")))
    check(vectors[0].shape == vectors[1].shape and abs(vectors[0] - vectors[1]).max() < 1e-12, "describe")
    atoms.symbols[1] = "Cu"
    ase.io.write(path["wrong.cif"], atoms)
    with open(path["noise.bin"], "wb") as f:
        f.write(bytes(range(200)))
    for name, part in (("wrong.cif", "not Cu"), ("noise.bin", "is not an extended XYZ file")):
        check_fails(1, [name, part], "eval", model, path[name], "-o", os.path.join(folder, "no.xyz"),
                    gone=os.path.join(folder, "no.xyz"))


for part in (programs, dumps, ase_files, names, like_a_fit, atoms_alone, duplicates, types_and_split, faults,
             evaluation, python_package):
    with tempfile.TemporaryDirectory() as temporary:
        part(temporary)
done()

# SPDX-License-Identifier: BSD-3-Clause
"""Data in the forms of ASE, MACE, QUIP and users: all forms give the same model; forces that are not
asked for, stresses used as virials, standard input, other names in the test set; eval, describe, validate
and data accept and refuse the same forms. Compared with ASE and gap_fit (SOAPZ_QUIPPY_PYTHON) if they are
installed and accept the form."""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import MODELS, check, check_fails, done, read_xyz, run, run_here  # noqa: E402

PYTHON = os.environ.get("SOAPZ_QUIPPY_PYTHON")
HEA = os.path.join(MODELS, "hea4_nuR2_nuS2", "gp.xml")
FIT = ["default_sigma={0.002 0.05 0.05 0}", "e0=0", "sparse_jitter=1e-8", "rnd_seed=1",
       "sparse_separate_file=F", "do_copy_at_file=F"]
N = 9


def lennard_jones(x, cell):
    """energy, forces and virial of atoms x in a periodic cell, each pair within 5"""
    shifts = np.array([[i, j, k] for i in (-1, 0, 1) for j in (-1, 0, 1) for k in (-1, 0, 1)]) @ cell
    d = x[None, :, None] + shifts[None, None] - x[:, None, None]
    r2 = (d ** 2).sum(-1)
    r2[(r2 < 1e-9) | (r2 > 25)] = np.inf
    s6 = (2.4 ** 2 / r2) ** 3
    pull = 24 * 0.2 * (2 * s6 ** 2 - s6) / r2  # -dE/dr / r
    forces = -(pull[..., None] * d).sum((1, 2))
    virial = 0.5 * np.einsum("ijs,ijsx,ijsy->xy", pull, d, d)
    return 0.5 * (4 * 0.2 * (s6 ** 2 - s6)).sum(), forces, virial


def crystals():
    rng, found = np.random.default_rng(7), []
    fcc = np.array([[0, 0, 0], [0, .5, .5], [.5, 0, .5], [.5, .5, 0]])
    for k in range(N):
        cell = (3.6 + 0.05 * (k % 3)) * np.diag([2.0, 2.0, 2.0]) + rng.uniform(-.05, .05, (3, 3))
        sites = (np.concatenate([fcc + [i, j, m] for i in (0, 1) for j in (0, 1) for m in (0, 1)]) / 2)
        x = sites @ cell + rng.uniform(-.08, .08, (32, 3))
        found.append((cell, x, *lennard_jones(x, cell)))
    return found


DATA = crystals()


def text_of(a):
    return " ".join("%.15g" % v for v in np.ravel(a))


def nested(a):
    return json.dumps(np.asarray(a).tolist())


def write(name, head, columns=":force:R:3", symbol="Cu", bom="", only=range(N), extra=None):
    """head(energy, virial, stress) is the rest of the comment line besides cell and columns"""
    path = os.path.join(folder, name)
    with open(path, "w", newline="") as file:
        file.write(bom)
        for k in only:
            cell, x, energy, forces, virial = DATA[k]
            words = head(energy, virial, -virial / abs(np.linalg.det(cell)))
            file.write(f'32\nLattice="{text_of(cell)}" Properties=species:S:1:pos:R:3{columns} '
                       f'{words} pbc="T T T"\n')
            for i in range(32):
                row = [text_of(x[i])]
                if columns:
                    row += [text_of(extra if extra is not None else forces[i]) for _ in range(1)]
                    if columns.count(":R:3") > 1:
                        row += [text_of(forces[i])]
                file.write(f"{symbol} {' '.join(row)}\n")
    return path


def voigt(s):
    return np.array([s[0, 0], s[1, 1], s[2, 2], s[1, 2], s[0, 2], s[0, 1]])


# name: comment line, columns, words of the fit, names printed by the fit
FORMS = {
    "gap_fit": (lambda e, w, s: f'energy={e:.15g} virial="{text_of(w)}"', ":force:R:3", [],
                "energies from 'energy', forces from 'force', virials from 'virial'"),
    "named": (lambda e, w, s: f'dft_energy={e:.15g} dft_virial={{{text_of(w)}}}', ":dft_force:R:3",
              ["energy_parameter_name=dft_energy", "force_parameter_name=dft_force",
               "virial_parameter_name=dft_virial"],
              "energies from 'dft_energy', forces from 'dft_force', virials from 'dft_virial'"),
    "prefix": (lambda e, w, s: f'dft_energy={e:.15g} dft_virial="{text_of(w)}" energy=0.5',
               ":dft_force:R:3", ["parameter_name_prefix=dft_"],
               "energies from 'dft_energy', forces from 'dft_force', virials from 'dft_virial'"),
    "MACE": (lambda e, w, s: f'REF_energy={e:.15g} REF_virials="_JSON {nested(w)}"',
             ":REF_forces:R:3", [],
             "energies from 'REF_energy', forces from 'REF_forces', virials from 'REF_virials'"),
    "JSON": (lambda e, w, s: f'REF_energy="_JSON {e:.15g}" REF_virial="_JSON {nested(w)}" '
             f'stress="{text_of(s)}"', ":forces:R:3", [],
             "energies from 'REF_energy', forces from 'forces', virials from 'REF_virial'"),
    "calculator": (lambda e, w, s: f'energy={e:.15g} free_energy=3.5 stress="{text_of(s)}"',
                   ":forces:R:3", [], "energies from 'energy', forces from 'forces', virials "
                   "from 'stress' (-volume * stress)"),
    "six": (lambda e, w, s: f'energy={e:.15g} stress="{text_of(voigt(s))}"', ":forces:R:3", [],
            "energies from 'energy', forces from 'forces', virials from 'stress' (-volume * "
            "stress)"),
    "both": (lambda e, w, s: f'energy=0.5 QM_energy={e:.15g} virial="1.0 0 0 0 1 0 0 0 1" '
             f'qm_virial={nested(w)}', ":forces:R:3:QM_forces:R:3", [],
             "energies from 'QM_energy', forces from 'QM_forces', virials from 'qm_virial'"),
    "stress asked for": (lambda e, w, s: f'energy={e:.15g} pbe_stress="_JSON {nested(s)}"',
                         ":forces:R:3", ["stress_parameter_name=pbe_stress"],
                         "energies from 'energy', forces from 'forces', virials from "
                         "'pbe_stress' (-volume * stress)"),
}


def points():
    """the same sparse points in all fits"""
    path = os.path.join(folder, "points")
    open(path, "w").write("".join(f"1.0\n{r}\n" for r in (2.3, 2.6, 2.9, 3.3, 3.7, 4.2)))
    return ("gap={distance_2b cutoff=5.0 cutoff_transition_width=1.0 covariance_type=ard_se "
            f"delta=1.0 theta_uniform=0.6 sparse_method=file sparse_file={path} n_sparse=6}}")


def fit(data, *words, model="model.xml", stdin=None):
    gp = os.path.join(folder, model)
    code, out, err = run("fit", f"at_file={data}", f"gp_file={gp}", *FIT, points(), *words,
                         stdin=stdin)
    return code, out, err, gp


def numbers_of(model, data):
    out = os.path.join(folder, "evaluated.xyz")
    code, _, err = run("eval", model, data, "-o", out)
    check(code == 0, err)
    return np.concatenate([np.concatenate([[float(f["energy"])], f["forces"].ravel(),
                                           np.array(f["virial"].split(), float)])
                           for f in read_xyz(out)])


def one_model():
    """all forms give the model of the first one"""
    want, judge = None, write("clean.xyz", FORMS["gap_fit"][0])
    for name, (head, columns, words, taken) in FORMS.items():
        data = write(f"{name}.xyz".replace(" ", "_"), head, columns,
                     extra=np.array([9.0, 9, 9]) if name == "both" else None)
        code, out, err, gp = fit(data, *words)
        if not check(code == 0, f"{name}: {err}"):
            continue
        check(taken + "\n" in out, f"{name}: {out}")
        check(f"{N} energies, {96 * N} force components, {N} virials" in out, f"{name}: {out}")
        check("look like" not in err, f"{name}: {err}")
        got = numbers_of(gp, judge)
        want = got if want is None else want
        check(np.abs(got - want).max() < 1e-8 * np.abs(want).max(), f"{name}: another model")
        suggested(name, data, words, taken)
    errors(want)


def errors(want):
    """the model is fitted to these data"""
    ref = np.concatenate([np.concatenate([[e], f.ravel(), w.ravel()]) for _, _, e, f, w in DATA])
    rms, of_data = (np.sqrt((a ** 2).mean()) for a in (want - ref, ref))
    check(rms < 0.15 * of_data and of_data > 1, f"{rms} of {of_data}")


def suggested(name, data, words, taken):
    """--suggest and its command use the same names as the fit"""
    code, out, err = run("fit", "--suggest", f"at_file={data}",
                         *[w for w in words if "prefix" not in w])
    check(code == 0, f"{name}: {err}")
    command = shlex.split(out.split("\n\n")[-1])[2:]
    code, out, err = run("fit", *[w for w in command if "gap=" not in w and "gp_file" not in w],
                         points(), f"gp_file={folder}/never.xml", "dryrun=T")
    check(code == 0 and taken + "\n" in out, f"{name}: {command} {out} {err}")


def refused():
    energy, columns = FORMS["gap_fit"][0], ":forces:R:3"
    data, gp = write("r.xyz", energy, columns), os.path.join(folder, "none.xml")

    def refuses(parts, *words, path=data):
        check_fails(1, parts, "fit", f"at_file={path}", f"gp_file={gp}", *FIT, points(), *words,
                    gone=gp)

    refuses(["r.xyz:2: forces are named 'forces' (9 of 9 frames), not 'force'",
             "give force_parameter_name=forces"], "force_parameter_name=force")
    refuses(["give energy_parameter_name=energy"], "energy_parameter_name=dft_energy")
    refuses(["give virial_parameter_name=virial, or"], "virial_parameter_name=REF_virial")
    code, out, err, _ = fit(data, "force_parameter_name=none")
    check(code == 0 and "0 force components" in out, out + err)
    mace = write("m.xyz", energy, ":mace_forces:R:3")
    refuses(["give force_parameter_name=mace_forces, or"], path=mace)
    code, out, err, _ = fit(mace, "force_parameter_name=mace_forces")
    check(code == 0 and "forces from 'mace_forces'" in out, out + err)
    stress = write("s.xyz", lambda e, w, s: f'energy={e:.15g} stress="{text_of(s)}"', columns)
    refuses(["s.xyz:2: 'stress' is used as virials, but is named a stress and looks like one",
             "give stress_parameter_name=stress instead of virial_parameter_name=stress"],
            "virial_parameter_name=stress", path=stress)
    check_fails(1, ["give stress_parameter_name=stress"], "validate", gp_of_clean(), stress,
                "virial_parameter_name=stress")
    for words, said in (([], "the virial is taken from 'stress'"),
                        (["virial_parameter_name=virial"], "the stress under 'stress' is left out")):
        code, out, err, _ = fit(stress, *words)
        check(code == 0 and said in err, err)
        check(("9 virials" in out) == (not words), out)
    wrong = write("w.xyz", lambda e, w, s: f'energy={e:.15g} virial="{text_of(s)}"', columns)
    code, _, err, _ = fit(wrong)
    check(code == 0 and "give virial_parameter_name=none stress_parameter_name=virial" in err, err)
    counted = os.path.join(folder, "c.xyz")
    lines = open(data).read().split("\n")
    open(counted, "w").write("\n".join(["33"] + lines[1:]))
    refuses(["c.xyz:1: the number of atoms is 33 here, but after 32 of them line 35 is the beginning"],
            path=counted)
    open(counted, "w").write("\n".join(["31"] + lines[1:]))
    refuses(["c.xyz:34: the frame before announces 31 atoms in line 1, but here is one more"],
            path=counted)


def gp_of_clean():
    return fit(os.path.join(folder, "clean.xyz"), model="clean.xml")[3]


def elsewhere():
    """standard input, and a test set with other names"""
    head = FORMS["MACE"][0]
    data = write("in.xyz", head, ":REF_forces:R:3")
    want = numbers_of(fit(data)[3], data)
    for name in ("-", "/dev/stdin"):
        code, out, err, gp = fit(name, stdin=open(data).read())
        check(code == 0 and "forces from 'REF_forces'" in out, out + err)
        check(np.abs(numbers_of(gp, data) - want).max() < 1e-9 * np.abs(want).max(), name)
    test = write("test.xyz", FORMS["calculator"][0], ":forces:R:3", only=range(3))
    code, out, err, _ = fit(data, f"test_file={test}", "force_parameter_name=REF_forces")
    check(code == 0 and "test errors" in out, out + err)
    check(re.search(r"\nall +3 +288 ", out[out.index("test errors"):]), out)


def readers():
    """eval, describe and validate of one structure in unusual forms"""
    clean = os.path.join(folder, "hea.xyz")
    cell, sites = 6.4 * np.eye(3), np.argwhere(np.ones((2, 2, 2)))
    x = np.concatenate([sites, sites + 0.5]) / 2 @ cell + np.random.default_rng(3).uniform(-.1, .1, (16, 3))
    symbols = (["Nb", "Mo", "Ta", "W"] * 4)
    z = {"Nb": 41, "Mo": 42, "Ta": 73, "W": 74}
    lattice = f'Lattice="{text_of(cell)}"'

    def structure(name, word, head, bom="", tail="", end="\n"):
        path = os.path.join(folder, name)
        with open(path, "w", newline="") as f:
            f.write(bom + end.join(["16", head, *[f"{word(s)} {text_of(r)}{tail}" for s, r in
                                                  zip(symbols, x)]]) + end + end)
        return path

    structure("hea.xyz", str, f"{lattice} Properties=species:S:1:pos:R:3 energy=1.5")
    want, vectors = numbers_of(HEA, clean), described(clean)
    reference = f'{lattice} Properties=species:S:1:pos:R:3 energy="_JSON 1.5"'
    odd = {"bom": (str, reference, "\ufeff", "", "\r\n"),
           "capitals": (str.upper, reference, "", "", "\n"),
           "small": (str.lower, reference.replace("pos:R", "pos:R"), "", "\t ", "\n"),
           "numbers": (z.get, reference, "", "", "\n"),
           "integers": (z.get, reference.replace("species:S", "Z:I"), "", "", "\n"),
           "species:I": (z.get, reference.replace("species:S", "species:I"), "", "", "\n"),
           "brackets": (str, reference.replace(lattice, f"Lattice={nested(cell)}"), "", "", "\n"),
           "JSON cell": (str, reference.replace(lattice, f'Lattice="_JSON {nested(cell)}"'), "", "",
                         "\n"),
           "plain": (str, f"{lattice} energy=1.5", "", " 1 2 3", "\n")}
    for name, (word, head, bom, tail, end) in odd.items():
        path = structure("odd.xyz", word, head, bom, tail, end)
        check((numbers_of(HEA, path) == want).all(), f"eval: {name}")
        check((described(path) == vectors).all(), f"describe: {name}")
        out = os.path.join(folder, "v.json")
        code, _, err = run("validate", HEA, path, "--json", out)
        check(code == 0, f"{name}: {err}")
        known = json.load(open(out))["models"][0]["errors"]["all"]["energy"]
        check(known["n"] == 1 and abs(known["max"] - abs(want[0] - 1.5) / 16) < 1e-6, f"{name}: {known}")
    for verb in (["eval", HEA], ["describe", HEA]):
        code, _, err = run(*verb, structure("odd.xyz", str, "a \"b", tail=" 1 2 3"), "-o",
                           os.path.join(folder, "odd.npz" if verb[0] == "describe" else "o.xyz"))
        check(code == 0 and "data after symbol x y z are not used (column 5 to 7)" in err, err)
    code, _, err = run("eval", HEA, structure("odd.xyz", z.get, reference), "-o",
                       os.path.join(folder, "o.xyz"))
    check("read as atomic numbers (41 is Nb)" in err, err)


def described(path):
    out = os.path.join(folder, "d.npz")
    code, _, err = run("describe", HEA, path, "-o", out)
    check(code == 0, err)
    with np.load(out) as f:
        return np.concatenate([np.ravel(f[name]) for name in sorted(f.files) if f[name].dtype == float])


def with_ase():
    """files written by ASE from an Atoms, and our files read by ASE"""
    try:
        import ase.io
        from ase.calculators.singlepoint import SinglePointCalculator
    except ImportError:
        print("without ASE")
        return
    atoms, want = [], numbers_of(gp_of_clean(), os.path.join(folder, "clean.xyz"))
    for cell, x, energy, forces, virial in DATA:
        a = ase.Atoms("Cu32", x, cell=cell, pbc=True)
        a.info.update(REF_energy=energy, REF_virial=virial, name='say "x" = 3', list=[1.5, 2.5],
                      matrix=virial, flag=True, nothing=None, config_type="bulk 4")
        a.arrays["REF_forces"] = forces
        a.arrays["imask"] = np.array([1] + 31 * [0])
        s = -virial / a.get_volume()
        a.calc = SinglePointCalculator(a, energy=energy + 5, forces=forces * 0, stress=voigt(s))
        atoms.append(a)
    path = os.path.join(folder, "ase.xyz")
    ase.io.write(path, atoms, format="extxyz")
    code, out, err, gp = fit(path)
    check(code == 0 and "energies from 'REF_energy', forces from 'REF_forces', virials from "
          "'REF_virial'\n" in out, out + err)
    check(f"{N} virials" in out and "the stress under 'stress' is left out" in err, out + err)
    # ASE writes positions and forces with eight decimals
    check(np.abs(numbers_of(gp, os.path.join(folder, "clean.xyz")) - want).max() < 1e-4, "ASE's file")
    code, out, err, _ = fit(path, "force_mask_parameter_name=imask")
    check(f"{96 * N - 3 * N} force components" in out, out + err)
    for name in ("calculator", "gap_fit"):
        for a, (_, _, energy, forces, _) in zip(
                ase.io.read(os.path.join(folder, f"{name}.xyz"), ":"), DATA):
            check(abs(a.get_potential_energy() - energy) < 1e-9, f"ASE reads {name}")


def reading(path):
    """errors of a model by validate, or None, and the last line of its output"""
    out = os.path.join(folder, "reading.json")
    code, _, err = run("validate", HEA, path, "--json", out)
    if code:
        return None, err.splitlines()[-1].split(": ", 1)[1]
    known = json.load(open(out))["models"][0]["errors"]["all"]
    return {kind: (known[kind]["n"], known[kind].get("max")) for kind in ("energy", "force", "virial")}, err


def same_reading(name, text, want=True, says=""):
    """validate, soapz data and soapz.Dataset read the same data from a file, or refuse the same line"""
    path, out = os.path.join(folder, "same.xyz"), os.path.join(folder, "data.xyz")
    with open(path, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    direct, said = reading(path)
    check((direct is not None) == want and says in said, f"{name}: {said}")
    code, _, err = run_here("data_command", path, "-o", out, "--keep-duplicates")
    if not want:
        line = re.match(r"\S+:\d+:", said)[0]  # if both find the error
        check(code == 1 and line in err and says in err, f"{name}: {said!r} but soapz data: {err!r}")
        return
    if not check(code == 0, f"{name}: {err}"):
        return
    again, _ = reading(out)
    for kind, (n, largest) in direct.items():
        check(again[kind][0] == n and (not n or abs(again[kind][1] - largest) < 1e-9),
              f"{name}: {kind}: {direct}, by soapz data {again}")


def one_reading():
    """valid and invalid forms in a file of four frames"""
    try:
        import ase  # noqa: F401
    except ImportError:
        print("without ASE")
        return
    cell, rng = 6.4 * np.eye(3), np.random.default_rng(4)
    sites = np.argwhere(np.ones((2, 2, 2)))
    x = np.concatenate([sites, sites + 0.5]) / 2 @ cell + rng.uniform(-.1, .1, (16, 3))
    z = {"Nb": 41, "Mo": 42, "Ta": 73, "W": 74}

    def file(head="energy={e}", columns=":forces:R:3", row="{s} {x} {f}", lattice=True, pbc='pbc="T T T"',
             props=None, between="", count=16):
        text = ""
        for k in range(4):
            words = [f'Lattice="{text_of(cell)}"' if lattice else "", props or
                     f"Properties=species:S:1:pos:R:3{columns}", pbc,
                     (head[k % len(head)] if isinstance(head, list) else head).format(e=-180.5 - k, k=k)]
            text += f"{count}\n{' '.join(w for w in words if w)}\n"
            for i, s in enumerate(["Nb", "Mo", "Ta", "W"] * 4):
                text += row.format(s=s, z=z[s], S=s.upper(), x=text_of(x[i]), f=f"0.5 {k} 1.5") + "\n"
            text += between
        return text

    nine, six = "1.5 2 3 2 5 6 3 6 9", "0.01 0.02 0.03 0.004 0.005 0.006"
    good = {
        "plain": file(), "CRLF": file().replace("\n", "\r\n"), "mark": "\ufeff" + file(),
        "blank lines": file(between="\n \n"), "capitals": file(row="{S} {x} {f}"),
        "numbers": file(row="{z} {x} {f}"),
        "Z alone": file(props="Properties=Z:I:1:pos:R:3:forces:R:3", row="{z} {x} {f}"),
        "Z and species": file(columns=":forces:R:3:Z:I:1", row="{s} {x} {f} {z}"),
        "Z of others": file(columns=":forces:R:3:Z:I:1", row="{s} {x} {f} 41"),
        "more columns": file(columns=":forces:R:3:tags:I:1:name:S:1:mask:I:1", row="{s} {x} {f} 3 a_1 0"),
        "not named": file(props=" ", row="{s} {x} {f}"), "latin": file("energy={e} a=gr\xfcn").encode("latin1"),
        "D": file("energy=-1.805D2"), "comma": file("energy={e}, a=1"), "empty text": file("note= energy={e} b= "), "list": file('energy="_JSON [{e}]"'),
        "braces": file("energy={{{e}}}"), "twice": file("energy=1.0 energy={e}"),
        "both cases": file("Energy=1.0 energy={e}"), "free": file("energy={e} free_energy=-1.5"),
        "free alone": file("free_energy={e}"), "free in half": file(["energy={e}", "free_energy={e}"]),
        "REF in half": file(["energy={e}", "REF_energy={e}"]),
        "REF in one of four": file(["energy={e}", "energy={e}", "energy={e}", "REF_energy={e}"]),
        "given by stress": file(["energy={e} REF_virial=\"%s\"" % nine, "energy={e} stress=\"%s\"" % six]),
        "virial or stress": file(["energy={e} virial=\"%s\"" % nine, "energy={e} stress=\"%s\"" % six]),
        "virials": file(["energy={e} virials=\"%s\"" % nine, "energy={e} virial=\"%s\"" % nine]),
        "semicolons": file('energy={e} virial="1.5, 2, 3; 2, 5, 6; 3, 6, 9"'),
        "printed": file('energy={e} virial="[[1.5 2. 3.] [2. 5. 6.] [3. 6. 9.]]"'),
        "VEC1": file('energy={e} VEC1="5 0 0"', lattice=False, pbc=""),
        "no cell": file(lattice=False, pbc=""), "pbc T": file(pbc="pbc=T"), "PBC": file(pbc='PBC="T T F"'),
        "free text": file('a "b c energy={e} x=(', lattice=False, pbc="", props=" ", row="{s} {x}")}
    for n, pbc in enumerate(("[true,true,false]", '"1 1 0"', "[T,T,F]", '"_JSON [true, true, false]"', "true",
                             "F", "{T T F}", '"[ True  True False]"', '"True True False"')):
        good[f"pbc {n}"] = file(pbc="pbc=" + pbc)
    for name, text in good.items():
        same_reading(name, text)
    for name, (text, says) in {
            "UTF-16": (file().encode("utf-16"), "UTF-16"), "CR": (file().replace("\n", "\r"), "carriage return"),
            "negative": (file(count=-16), "begins with its number of atoms"),
            "real": (file(count="16.0"), "begins with its number of atoms"),
            "too many": (file(count=17), "the number of atoms is 17 here, but after 16"),
            "too few": (file(count=15), ""), "cut off": (file()[:-300], "columns"),
            "no element": (file(row="X {x} {f}"), "is not an element"),
            "a label": (file(row="Nb1 {x} {f}"), "is not an element"),
            "no species": (file(props="Properties=pos:R:3:forces:R:3", row="{x} {f}"), "species:S:1"),
            "a column more": (file(row="{s} {x} {f} 1"), "this line has 8 columns"),
            "a column less": (file(row="{s} {x} 1 2"), "this line has 6 columns"),
            "pbc TTF": (file(pbc="pbc=TTF"), "pbc"), "pbc yes": (file(pbc='pbc="yes yes no"'), "pbc"),
            "pbc p": (file(pbc='pbc="p p f"'), "pbc"), "pbc of two": (file(pbc='pbc="T T"'), "pbc"),
            "pbc without a cell": (file(lattice=False), "pbc is periodic"),
            "three lengths": (file('Lattice="5 5 5" energy={e}', lattice=False, pbc=""), "Lattice has 3 numbers"),
            }.items():
        same_reading(name, text, False, says)
    out = os.path.join(folder, "no.xyz")
    with open(os.path.join(folder, "text.xyz"), "w") as f:
        f.write(file(columns=":forces:S:3"))
    check_fails(1, ["text.xyz, frame 1: forces are not three numbers"], "data", f.name, "-o", out, gone=out)


def with_gap_fit():
    """gap_fit with given names, soapz with the names that it finds"""
    if not PYTHON:
        print("without gap_fit")
        return
    env = dict(os.environ, OMP_NUM_THREADS="1")
    for name in ("gap_fit", "named", "prefix", "calculator", "six"):
        data = os.path.join(folder, name + ".xyz")
        words = FORMS[name][2] or (["force_parameter_name=forces"] if name != "gap_fit" else [])
        gp = os.path.join(folder, "theirs.xml")
        r = subprocess.run([os.path.join(os.path.dirname(PYTHON), "gap_fit"), f"at_file={data}",
                            f"gp_file={gp}", *FIT, points(), *words], capture_output=True,
                           text=True, timeout=300, env=env)
        if not check(r.returncode == 0, f"{name}: {(r.stdout + r.stderr)[-500:]}"):
            continue
        ours = numbers_of(fit(data, *FORMS[name][2])[3], data)
        check(np.abs(ours - numbers_of(gp, data)).max() < 1e-6, f"gap_fit: {name}")


def no_false_alarm():
    """Correct virials, of crystals and of cells that are strained until they become unstable, are not
    mistaken for those of the other sign."""
    names = [f for f in sorted(os.listdir(MODELS)) if f.startswith("turbo_")]
    for name in names:
        model, data = (os.path.join(MODELS, name, f) for f in ("gp.xml", "train.xyz"))
        code, _, err = run("validate", model, data)
        check(code == 0 and "look like" not in err, f"{name}: {err}")
    check(len(names) == 9, f"{len(names)} models")


with tempfile.TemporaryDirectory() as folder:
    one_model()
    no_false_alarm()
    refused()
    elsewhere()
    readers()
    with_ase()
    one_reading()
    with_gap_fit()
done()

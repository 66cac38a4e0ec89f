# SPDX-License-Identifier: BSD-3-Clause
"""soapz fit --suggest: its settings for known data, and its command, which runs."""
import os
import re
import shlex
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import check, check_fails, done, read_xyz, run  # noqa: E402

E0 = {"Nb": -3.0, "Mo": -4.5}
A = 3.2  # bcc: 14 neighbours within A, the next 12 at 4.53


def frames(n, force_key="forces", scale=0.75, seed=1):
    """bcc cells of 54 atoms; energies of their atoms have the spread 0.6 eV"""
    rng, parts = np.random.default_rng(seed), []
    grid = np.array([[i, j, k] for i in range(3) for j in range(3) for k in range(3)], float)
    cell = A * np.concatenate([grid, grid + 0.5])
    for f in range(n):
        hot = f % 6 == 0
        x = cell + rng.normal(0, 0.05, (54, 3))
        z = rng.choice(["Nb", "Mo"], 54, p=[f / n, 1 - f / n])
        force = rng.normal(0, 3 * scale if hot else scale / 2, (54, 3))
        energy = sum(E0[s] for s in z) + rng.normal(0, 0.6) * 54 ** 0.5
        parts.append(f'54\nLattice="{3 * A} 0 0 0 {3 * A} 0 0 0 {3 * A}" Properties=species:S:1:'
                     f"pos:R:3:{force_key}:R:3 energy={energy!r} config_type="
                     f"{'hot' if hot else 'cold'}\n" +
                     "".join("%s %.12f %.12f %.12f %.12f %.12f %.12f\n" % (s, *r, *g)
                             for s, r, g in zip(z, x, force)))
    return "".join(parts)


def put(name, text):
    path = os.path.join(folder, name)
    open(path, "w").write(text)
    return path


def found(pattern, out):
    match = re.search(pattern, out)
    check(match, f"no {pattern} in {out}")
    return float(match[1]) if match else np.nan


def close(name, got, want, tolerance):
    check(abs(got - want) <= tolerance, f"{name}: {got}, expected {want}")


def command(out):
    """the words of the command at the end"""
    return shlex.split(out.split("\n\n")[-1])


def runs(out):
    words = command(out)
    check(words[:2] == ["soapz", "fit"], words)
    words = [re.sub(r"n_max=\d+ l_max=\d+", "n_max=3 l_max=2", w) for w in words[2:]]
    model = os.path.join(folder, "model.soapz")
    code, said, err = run("fit", *[w.replace("=model.soapz", "=" + model) for w in words],
                          "dryrun=T")
    check(code == 0 and "unknowns" in said, err)
    return shown(said)


def shown(out):
    """the settings of a dry run"""
    return dict(re.findall(r"^  (\w+) = (.*)$", out, re.M))


def as_file(path, plain):
    """--suggest FILE.conf: the settings of the command, in a file that stays as it is"""
    conf = os.path.join(folder, "fit.conf")
    if os.path.exists(conf):
        os.remove(conf)
    code, out, err = run("fit", "--suggest", conf, "at_file=" + path)
    check(code == 0 and not err and out.endswith(f"soapz fit {conf}\n"), out + err)
    text = open(conf).read()
    words = shlex.split(plain.split("\n\n")[-1])[2:]
    small = [re.sub(r"n_max=\d+ l_max=\d+", "n_max=3 l_max=2", w) for w in words]
    put("fit.conf", re.sub(r"l_max = \d+", "l_max = 2", re.sub(r"n_max = \d+", "n_max = 3", text)))
    code, of_file, err = run("fit", conf, "dryrun=T")
    check(code == 0 and not err, err)
    code, of_words, err = run("fit", *small, "dryrun=T", "do_copy_at_file=F")
    check(code == 0 and not err, err)
    check(shown(of_file) == shown(of_words), f"{shown(of_file)} {shown(of_words)}")
    # every key of every descriptor
    sections = [dict(re.findall(r"^(\w+) = (.*)$", part, re.M))
                for part in re.split(r"^\[(?:soap|distance_2b)\]$", text, flags=re.M)[1:]]
    given = [dict(w.split("=") for w in part.split() if "=" in w)
             for part in words[-1][len("gap={"):-1].split(" : ")]
    usual = {"cutoff_transition_width": "cutoff_width", "theta_uniform": "theta"}
    by_default = ("covariance_type", "sparse_method")
    check(sections == [{usual.get(k, k): v for k, v in d.items() if k not in by_default}
                       for d in given], f"{sections} {given}")
    check(text.count("[soap]") == plain.count("soap n_max"), text)
    before = open(conf).read()
    check_fails(1, [conf, "exists already"], "fit", "--suggest", conf, path)
    check_fails(1, [conf, "exists already"], "fit", "--suggest=" + conf, path)
    check_fails(1, [conf, "exists already"], "fit", path, conf, "--suggest")
    check(open(conf).read() == before, "the file was changed")
    return text


def of_known_data():
    path = put("train.xyz", frames(24))
    code, out, err = run("fit", "--suggest", "at_file=" + path, "gap={soap}")
    check(code == 0 and not err, err)
    check(run("fit", path, "--suggest")[1] == out, "not the same twice")
    data = read_xyz(path)
    # e0: numpy's least squares
    x = np.array([[np.mean(f["species"] == s) for s in E0] for f in data])
    e = np.array([float(f["energy"]) / 54 for f in data])
    want = np.linalg.lstsq(x, e, rcond=None)[0]
    for s, w in zip(E0, want):
        close(f"e0 of {s}", found(rf'e0="\{{.*{s}:(-\d+\.\d+)', out), w, 5e-4)
    left = e - x @ want
    close("spread", found(r"leave a spread of (\d+(?:\.\d+)?)", out), left.std(), 6e-4)
    close("mean energy", found(r"the mean energy (\d+(?:\.\d+)?)", out), e.std(), 6e-4)
    close("local", found(r"energy per atom, (\d+(?:\.\d+)?)", out), left.std() * 54 ** 0.5, 6e-4)
    close("delta", found(r"\ndelta = (\d+(?:\.\d+)?)", out), left.std() * 54 ** 0.5, 0.06)
    # distances, by brute force
    nearest = []
    for f in data:
        d = f["pos"][:, None] - f["pos"][None]
        d -= 3 * A * np.round(d / (3 * A))
        nearest.append((np.linalg.norm(d, axis=2) + 9 * np.eye(54)).min(1))
    nearest = np.array(nearest)
    close("nearest", found(r"closer than (\d+(?:\.\d+)?)", out), nearest.min(), 0.006)
    close("typical", found(r"median (\d+(?:\.\d+)?)", out), np.median(nearest), 0.006)
    zbl = found(r"IP ZBL cutoff=(\d+(?:\.\d+)?)", out)
    check(nearest.min() - 0.1 <= zbl <= nearest.min(), f"ZBL {zbl}")
    gap = found(r"14 neighbours end at (\d+(?:\.\d+)?)", out)
    check(3.5 < gap < 4.2, f"gap {gap}")
    close("cutoff", found(r"\ncutoff = (\d+(?:\.\d+)?)", out), gap + 0.7, 0.051)
    close("neighbours", found(r"\n +(\d+) neighbours", out), 26 if gap > 4 else 22, 4.6)
    # sigmas
    rms = np.sqrt(np.mean([f["forces"] ** 2 for f in data]))
    hot = np.sqrt(np.mean([f["forces"] ** 2 for f in data if f["config_type"] == "hot"]))
    close("rms", found(r"rms, (\d+(?:\.\d+)?)", out), rms, 6e-4)
    close("sigma", found(r"sigma of forces (\d+(?:\.\d+)?)", out), 0.04 * rms, 0.0051)
    close("sigma of hot", found(r"sigma of hot: (\d+(?:\.\d+)?)", out), 0.04 * hot, 0.0051)
    check("hot:" in out and "cold:" not in out, "config_type_sigma")
    check("no virials" in out and "force_parameter_name=forces" in out, out)
    check("Mo" in out and re.search(r"Nb (\d+) of \1\b", out), "unlike environments")
    # the pair of docs/compressions.md, over a pair term and ZBL
    settings = runs(out)
    check(settings["gap"] == "distance_2b : soap : soap", settings)
    check(settings["core_ip_args"] == f"IP ZBL cutoff={zbl:g} cutoff_width={zbl / 2:.1f}", settings)
    soaps = command(out)[-1].split(" : ")[1:]
    check("n_max=8 l_max=4" in soaps[0] and "nu_R=2 nu_S=1" in soaps[0], soaps)
    check("n_max=12 l_max=8" in soaps[1] and "nu_R=2 nu_S=0" in soaps[1], soaps)
    text = as_file(path, out)
    check("[config_type hot]" in text and "force_key = forces" in text, text)


def other_data():
    atoms = "".join(f'1\nLattice="40 0 0 0 40 0 0 0 40" Properties=species:S:1:pos:R:3:force:R:3 '
                    f"energy={v}\n{s} 0 0 0 0 0 0\n" for s, v in E0.items())
    path = put("atoms.xyz", frames(8, "force") + atoms)
    code, out, err = run("fit", "--suggest", path)
    check(code == 0 and "relative to free atoms" in out and "e0_method=isolated" in out, out + err)
    check("force_parameter_name" not in out, "the usual name")
    check("8 frames, 432 atoms, 8 energies, 8 frames with forces, 0 virials; and 2 with a single "
          "atom\n" in out, out)
    check(" seconds on one core" in out, out)
    runs(out)
    path = put("copies.xyz", 3 * frames(4) + atoms + atoms)
    code, out, err = run("fit", "--suggest", path)
    check(code == 0 and "Nb has 2 isolated atoms" in out and "e0_method=isolated" not in out, out)
    check(not re.search(r"Mo (\d+) of \1\b", out), "copies are unlike")
    one = re.sub(r"^Mo", "Nb", frames(4), flags=re.M)
    code, out, err = run("fit", "--suggest", put("one.xyz", one))
    check(code == 0 and "e0_method=average" in out and "have no meaning" in out, out + err)
    check(runs(out)["gap"] == "distance_2b : soap", "one element")
    check("soap nu=2: n_max = 8 l_max = 6" in out and "nu_S" not in out, out)
    as_file(os.path.join(folder, "one.xyz"), out)
    lines = frames(2).split("\n")
    lines[3] = re.sub(r"^(\S+) \S+ \S+ \S+", r"\1 0.0 0.0 0.0", lines[3])
    lines[2] = re.sub(r"^(\S+) \S+ \S+ \S+", r"\1 0.2 0.0 0.0", lines[2])
    code, out, err = run("fit", "--suggest", put("near.xyz", "\n".join(lines)))
    check(code == 0 and "a ZBL core would overlap the data" in out and "core_ip_args" not in out, out + err)


def names():
    """virials in some frames and stresses in others, and a quantity that is not used: command and .conf are
    equivalent"""
    parts = frames(8).replace(" energy=", " REF_energy=").replace("\nLattice", '\nREF_virial='
                              '"1.0 0.0 0.0 0.0 1.0 0.0 0.0 0.0 1.0" Lattice', 4)
    path = put("both.xyz", parts.replace('"1.0 0.0 0.0 0.0 1.0 0.0 0.0 0.0 1.0"', '"9.0 0.0 0.0 0.0 '
                                         '9.0 0.0 0.0 0.0 9.0"'))
    for more in ([], ["virial_parameter_name=none"], ["force_parameter_name=none"]):
        conf = os.path.join(folder, "names.conf")
        if os.path.exists(conf):
            os.remove(conf)
        code, out, err = run("fit", "--suggest", path, *more)
        check(code == 0, err)
        want = runs(out)
        code, _, err = run("fit", "--suggest", conf, path, *more)
        check(code == 0, err)
        code, said, err = run("fit", conf, "dryrun=T")
        got = shown(said)
        for key in [k for k in want if k.endswith("_name")] + [k for k in got if k.endswith("_name")]:
            check(got.get(key) == want.get(key), f"{more} {key}: {got.get(key)} {want.get(key)}")
        check(got.get("energy_parameter_name") == "REF_energy", f"{more} {got}")
        for m in more:
            check(got.get(m.split("=")[0]) == "none", f"{more} {got}")


def bad():
    check_fails(2, ["at_file"], "fit", "--suggest")
    check_fails(2, ["one data file, not both a.xyz and b.xyz"], "fit", "--suggest", "a.xyz", "b.xyz")
    check_fails(2, ["twice"], "fit", "--suggest", "at_file=-")
    check_fails(2, ["must end in .conf"], "fit", "--suggest=x.txt", "at_file=x.xyz")
    check_fails(1, ["cannot be written in a .conf"], "fit", "--suggest", os.path.join(folder, "new.conf"),
                put("a#b.xyz", frames(2)), quiet=False, gone=os.path.join(folder, "new.conf"))
    check_fails(1, ["nowhere.xyz"], "fit", "--suggest", "nowhere.xyz")
    text = frames(2)
    check_fails(1, ["energy_parameter_name"], "fit", "--suggest",
                put("none.xyz", text.replace("energy=", "e=")))
    lines = text.split("\n")
    lines[4] = lines[4].replace(lines[4].split()[4], "nan")
    check_fails(1, ["nan.xyz:5"], "fit", "--suggest", put("nan.xyz", "\n".join(lines)))
    check_fails(1, ["no atom has a neighbour"], "fit", "--suggest",
                put("lone.xyz", '1\nLattice="40 0 0 0 40 0 0 0 40" Properties=species:S:1:pos:R:3 '
                    "energy=1.0\nNb 0 0 0\n"))


with tempfile.TemporaryDirectory() as folder:
    of_known_data()
    other_data()
    names()
    bad()
done()

# SPDX-License-Identifier: BSD-3-Clause
"""soapz validate: its sums agree with numpy; for data of QUIP errors are zero and variances equal; limits
determine the exit code; the report is one file without external parts."""
import html.parser
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import MODELS, check, check_fails, done, numbers, read_xyz, run  # noqa: E402

NAME = "hea4_nuR1_nuS1"
MODEL, DATA = (os.path.join(MODELS, NAME, f) for f in ("gp.xml", "reference.xyz"))
LOWER = [0, 3, 6, 4, 7, 8]
os.environ["SOAPZ_PYTHON"] = sys.executable


def write(path, frames, energy="energy", forces="forces", virial="virial", mask=False):
    with open(path, "w") as f:
        for k, a in enumerate(frames):
            f.write(f'{a["n_atoms"]}\nLattice="{a["Lattice"]}" pbc="{a["pbc"]}" '
                    f'config_type={"even" if k % 2 == 0 else "odd one"!r} '.replace("'", '"'))
            if energy:
                f.write(f'{energy}={float(a["energy"]):.17g} ')
            if virial:
                f.write(virial + '="%s" ' % " ".join("%.17g" % x for x in numbers(a["virial"])))
            f.write("Properties=species:S:1:pos:R:3" + (f":{forces}:R:3" if forces else "")
                    + (":force_mask:L:1" if mask else "") + "\n")
            for i in range(a["n_atoms"]):
                row = list(a["pos"][i]) + (list(a["forces"][i]) if forces else [])
                f.write(" ".join([a["species"][i][0]] + ["%.17g" % x for x in row])
                        + (" T" if mask and i == 0 else " F" if mask else "") + "\n")


def judge(path, *words, code=0):
    """the JSON of a validation"""
    out = path + ".json"
    got, text, err = run("validate", MODEL, path, "--json", out, *words)
    check(got == code, f"validate {words}: {got} {err}")
    with open(out) as f:
        return json.load(f), text, err


def same(got, errors, what):
    errors = np.abs(np.concatenate([np.ravel(e) for e in errors]))
    want = {"n": len(errors), "mae": errors.mean(), "rmse": np.sqrt((errors**2).mean()),
            "max": errors.max()}
    for key, x in want.items():
        check(abs(got[key] - x) <= 1e-7 * (1 + abs(x)), f"{what}: {key} is {got[key]}, not {x}")


def sums(folder):
    """Random numbers are added to those of QUIP: the errors are these numbers."""
    random, path = np.random.default_rng(5), os.path.join(folder, "moved.xyz")
    frames = read_xyz(DATA)
    for a in frames:
        a["d_energy"] = random.normal(scale=0.1)
        a["d_force"] = random.normal(scale=0.3, size=a["forces"].shape)
        d = random.normal(size=(3, 3))
        a["d_virial"] = (d + d.T).ravel()
        a["energy"] = float(a["energy"]) - a["d_energy"] * a["n_atoms"]
        a["forces"] = a["forces"] - a["d_force"]
        a["virial"] = " ".join(map(repr, (numbers(a["virial"]) - a["d_virial"] * a["n_atoms"]).tolist()))
    for mask in (False, True):
        write(path, frames, mask=mask)
        first = 1 if mask else 0  # the first atom of each frame is left out
        data, text, _ = judge(path)
        errors = data["models"][0]["errors"]
        for name, some in (("all", frames), ("even", frames[::2]), ("odd one", frames[1::2])):
            e = errors["all"] if name == "all" else errors["config_type"][name]
            same(e["energy"], [[a["d_energy"] for a in some]], name)
            same(e["force"], [a["d_force"][first:] for a in some], name)
            same(e["virial"], [a["d_virial"][LOWER] for a in some], name)
        for z in ("Nb", "Mo", "Ta", "W"):
            same(errors["element"][z]["force"],
                 [a["d_force"][first:][a["species"][first:, 0] == z] for a in frames], z)
        check(sorted(data["config_types"]) == ["even", "odd one"], data["config_types"])
        worst = data["models"][0]["worst_forces"][0]
        k = max(range(len(frames)), key=lambda k: np.abs(frames[k]["d_force"][first:]).max(initial=0))
        i = first + np.abs(frames[k]["d_force"][first:]).max(axis=1).argmax()
        line = sum(a["n_atoms"] + 2 for a in frames[:k]) + 3 + i
        check(worst["frame"] == k and worst["atom"] == i + 1 and worst["line"] == line,
              f"worst force {worst}, not {k} {i + 1} line {line}")
        check(f"{path}:{line}" in text, f"the worst atom in {text}")
        worst = data["models"][0]["worst_energies"]
        want = sorted((a["d_energy"] for a in frames), key=abs, reverse=True)[:5]
        check(np.allclose([w["error"] for w in worst], want, atol=1e-8), f"energies {worst}")
    again, more, _ = judge(path, "--threads", "3")
    check(json.dumps(again) == json.dumps(data) and more == text, "threads change something")
    got = np.array(data["atoms"]["models"][0]["force"]) - np.array(data["atoms"]["force"])
    check(np.allclose(got, np.concatenate([a["d_force"] for a in frames]), atol=1e-7),
          "the forces of the atoms")


def variances():
    """Local variances are those of QUIP; without SOAP there are none, with a message."""
    global MODEL
    before, MODEL = MODEL, os.path.join(MODELS, "mo_soap_nu22_zeta4_virial", "gp.xml")
    path = os.path.join(os.path.dirname(MODEL), "reference.xyz")
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "v.json")
        code, text, err = run("validate", MODEL, path, "--json", out)
        check(code == 0, err)
        with open(out) as f:
            data = json.load(f)
    m, frames = data["models"][0], read_xyz(path)
    check(m["errors"]["all"]["force"]["max"] < 1e-8, "QUIP's forces")
    want = np.sqrt(np.concatenate([a["gap_variance"].ravel() for a in frames]))
    got = np.array(data["atoms"]["models"][0]["sigma"])
    check(np.allclose(got, want, rtol=1e-6, atol=0), f"sigma {got - want}")
    check(m["variance"]["forces"]["n"] == len(want), m["variance"])
    check("rank correlation" in text, text)
    MODEL = os.path.join(MODELS, "nbw_nb23", "gp.xml")
    _, text, _ = run("validate", MODEL, os.path.join(MODELS, "nbw_nb23", "reference.xyz"))
    check("none, " in text and "has no SOAP term" in text, text)
    MODEL = before


def limits(folder):
    path, out = os.path.join(folder, "l.xyz"), os.path.join(folder, "l.xyz.json")
    frames = read_xyz(DATA)
    for a in frames:
        a["forces"] = a["forces"] + 0.1
    write(path, frames)
    data, _, err = judge(path, "--max-force-mae", "0.101", "--max-energy-error=1e-6")
    check(err == "" and all(limit["kept"] for limit in data["limits"]), f"kept: {err}")
    data, _, err = judge(path, "--max-force-mae", "0.099", "--max-force-rmse", "0.2",
                         "--max-force-error", "0", code=3)
    check([limit["kept"] for limit in data["limits"]] == [False, True, False], data["limits"])
    check(err.count("\n") == 2 and "0.1 eV/Angstrom is more than --max-force-mae 0.099" in err, err)
    os.unlink(out)
    write(path, frames, virial=None)
    for code, parts, words in (
            (1, ["l.xyz: --max-virial-mae is given, but no frame has a reference virial"],
             ["--max-virial-mae", "1"]),
            (2, ["--max-force-mae needs a number in eV/Angstrom", "0,1"], ["--max-force-mae=0,1"]),
            (2, ["nan"], ["--max-energy-mae=nan"]), (2, ["-1"], ["--max-energy-mae=-1"]),
            (2, ["--threads"], ["--threads=0"]), (2, ["unexpected word"], [MODEL, MODEL]),
            (2, ["unknown key", "enrgy=x"], ["enrgy=x"]),
            (2, ["--report would overwrite", path], ["--report", path]),
            (2, ["same file"], ["--report", out])):
        check_fails(code, parts, "validate", MODEL, path, "--json", out, *words, gone=out)


def names(folder):
    path = os.path.join(folder, "n.xyz")
    frames = read_xyz(DATA)
    write(path, frames, energy="energy=99.5 DFT_energy", forces="ref_force", virial="QM_virial")
    data, _, _ = judge(path)
    check(data["reference"] == {"energy": "DFT_energy", "force": "ref_force", "virial": "QM_virial",
                                "stress": None}, data["reference"])
    check(data["models"][0]["errors"]["all"]["energy"]["max"] < 1e-8, "dft_energy")
    data, _, _ = judge(path, "energy_parameter_name=energy", "config_type_parameter_name=pbc")
    check(abs(data["models"][0]["errors"]["all"]["energy"]["max"]) > 1, "energy=99.5")
    check(len(data["config_types"]) == len({a["pbc"] for a in frames}), data["config_types"])
    check_fails(1, ["n.xyz: no frame has the key 'Energie'"], "validate", MODEL, path,
                "energy_parameter_name=Energie")
    check_fails(1, ["n.xyz: no frame has the column 'f'"], "validate", MODEL, path,
                "force_parameter_name=f")
    write(path, frames, energy=None, forces=None)
    data, text, _ = judge(path)
    check(data["models"][0]["errors"]["all"]["energy"]["n"] == 0 and
          data["models"][0]["errors"]["all"]["virial"]["max"] < 1e-8, "virials alone")
    write(path, frames, energy=None, forces=None, virial=None)
    check_fails(1, ["n.xyz:2: no frame has energies, forces or virials", "energy_parameter_name="],
                "validate", MODEL, path)


def refusals(folder):
    path = os.path.join(folder, "r.xyz")
    head = 'Lattice="9 0 0 0 9 0 0 0 9" Properties=species:S:1:pos:R:3 energy=1.0\n'
    for text, parts in (("1\n" + head + "Nb 0 0 0\n1\n" + head + "Fe 0 0 0\n", ["r.xyz:6:", "Fe"]),
                        ("2\n" + head + "Nb 0 0 0\nW 0 0 0\n", ["r.xyz:1:", "apart"]),
                        ("2\n" + head + "Nb 0 0 0\n", ["r.xyz"]),
                        ("1\n" + head.replace("1.0", "nan") + "Nb 0 0 0\n", ["r.xyz:2:", "energy"]),
                        ("", ["r.xyz"])):
        with open(path, "w") as f:
            f.write(text)
        out = os.path.join(folder, "r.json")
        check_fails(1, parts, "validate", MODEL, path, "--json", out, gone=out)
    check_fails(1, ["/none/out.json"], "validate", MODEL, DATA, "--json", "/none/out.json")
    check_fails(1, ["missing.xml"], "validate", "missing.xml", DATA)
    check_fails(1, ["missing.xml"], "validate", "missing.xml", DATA, "energy_parameter_name=energy")
    check_fails(1, ["missing.xyz"], "validate", MODEL, "missing.xyz")
    check_fails(2, ["name a file"], "validate", MODEL, "-")
    check_fails(2, ["a model and an XYZ file"], "validate", MODEL)
    if os.path.exists("/dev/full"):
        code, _, err = run("validate", MODEL, DATA, "--json", "/dev/full")
        check(code == 1 and "/dev/full" in err, f"full disk: {code} {err}")


class Page(html.parser.HTMLParser):
    """counts tags; every one that is opened is closed"""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.links, self.bad = [], {}, [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.seen[tag] = self.seen.get(tag, 0) + 1
        self.links += [v for k, v in attributes if k in ("src", "href")]
        if tag not in ("img", "meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.bad.append(tag)


def report(folder):
    try:
        import jinja2  # noqa: F401
        import matplotlib  # noqa: F401
    except ImportError:
        print("SKIPPED: the pages of the report, for want of matplotlib or jinja2")
        return
    path, page = os.path.join(folder, "r.xyz"), os.path.join(folder, "r.html")
    frames = read_xyz(DATA)
    frames[0]["forces"] += 0.25
    for models, forces, images in (([MODEL], "forces", 9), ([MODEL, MODEL], "forces", 14),
                                   ([os.path.join(MODELS, "hea4_nuR0_all_zeta1", "gp.xml")], None, 5)):
        write(path, frames, forces=forces)
        code, text, err = run("validate", *models, path, "--report", page)
        check(code == 0 and err == "", f"report: {code} {err}")
        with open(page) as f:
            text = f.read()
        p = Page(text)
        check(not p.bad and not p.open, f"the page is not well formed: {p.bad} {p.open}")
        check(p.seen.get("img") == images, f"{p.seen.get('img')} pictures, not {images}")
        check(all(link.startswith("data:image/svg+xml;base64,") for link in p.links),
              "the page needs other files")
        check(len(text) < 3e6 and "odd one" in text and "sparse points" in text and
              "0.2500" in text if forces else True, "the page")
    os.unlink(page)
    left = os.listdir(folder)
    code, _, err = run("validate", MODEL, path, "--report", "/none/r.html")
    check(code == 1 and "cannot write /none/r.html" in err, err)
    check(os.listdir(folder) == left, "something was left")


def no_python(folder):
    """Without Python or a package the numbers are printed, with a message about the report."""
    bare = os.path.join(folder, "bare")
    with open(bare, "w") as f:
        f.write(f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n')
    os.chmod(bare, 0o755)
    for python, parts in (("/none/python", ["the report needs Python, and /none/python was not found"]),
                          (bare, ["No module named", "the report needs a Python package that",
                                  "pip install matplotlib jinja2"])):
        os.environ["SOAPZ_PYTHON"] = python
        out, page = os.path.join(folder, "p.json"), os.path.join(folder, "p.html")
        code, text, err = run("validate", MODEL, DATA, "--report", page, "--json", out)
        check(code == 1 and all(p in err for p in parts), f"{python}: {code} {err}")
        check("config_type" in text and os.path.exists(out) and not os.path.exists(page),
              "the numbers are written all the same")
    os.environ["SOAPZ_PYTHON"] = sys.executable


with tempfile.TemporaryDirectory() as work:
    sums(work)
    variances()
    limits(work)
    names(work)
    refusals(work)
    report(work)
    no_python(work)
done()

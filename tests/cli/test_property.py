# SPDX-License-Identifier: BSD-3-Clause
"""soapz property: table, JSON and picture; another calculator; errors, and messages about unstable
crystals."""
import json
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from soapz_cli import HERE, SKIPPED, check, check_fails, done, run, run_here  # noqa: E402

try:
    import ase  # noqa: F401
    import matplotlib  # noqa: F401
except ImportError:
    print("SKIPPED: ASE or matplotlib is not installed")
    sys.exit(SKIPPED)

MODEL = os.path.abspath(os.path.join(HERE, "..", "potentials", "NbMoTaW", "fast.soapz"))
EMT = "ase.calculators.emt:EMT"


def here(*words):
    return run_here("property_command", *words)


def call(*words, by=here):
    code, out, err = by(*words)
    check(code == 0 and err == "", f"soapz property {words}: {code} {err}")
    return out


def rows(text):
    """{name: [words after it]} of a table with one crystal"""
    return {m[1]: m[2].split() for m in re.finditer(r"^(\S.*?)  +(.*)$", text, re.M)}


with tempfile.TemporaryDirectory() as folder:
    out, other, picture = (os.path.join(folder, f) for f in ("W.json", "reference.json", "W.svg"))
    text = call(MODEL, "--crystal", "bcc:W", "--only", "lattice,elastic,eos", "--json", out,
                by=lambda *words: run("property", *words))
    with open(out) as f:
        said = json.load(f)
    w = said["crystals"]["bcc:W"]
    check(3.18 < w["a"] < 3.20 and said["units"]["C11"] == "GPa" and said["source"] == MODEL, f"{said}")
    check(rows(text)["C11"][:1] == ["GPa"] and abs(float(rows(text)["C11"][1]) - w["C11"]) < 0.06, text)
    check(len(said["curves"]["bcc:W"]["energy"][0]) == 21 and "gamma 110" not in said["curves"]["bcc:W"], f"{said}")
    # compared with itself, and with values given by hand
    again = call(MODEL, "--crystal=bcc:W", "--only=lattice", "--reference", out, "--picture", picture)
    check(f"reference: {MODEL}" in again and rows(again)["a"][-2:] == ["+0.0", "%"], again)
    with open(picture) as f:
        drawn = f.read()
    check(drawn.startswith("<?xml") and len(drawn) > 10000, "no picture")
    with open(other, "w") as f:
        json.dump({"source": "by hand", "bcc:W": {"a": 3.0}}, f)
    by_hand = rows(call(MODEL, "--crystal", "bcc:W", "--only", "lattice", "--reference", other))
    check(by_hand["a"][-2] == f"{100 * (w['a'] / 3 - 1):+.1f}" and by_hand["cohesive"][-1] == "-", f"{by_hand}")

    # another calculator, from a module or a file; the gamma line in the picture
    with open(os.path.join(folder, "own.py"), "w") as f:
        f.write("from ase.calculators.emt import EMT\n\n\ndef copper():\n    return EMT()\n\n\ndef three():\n    return 3\n")
    code, text, err = here("--calculator", EMT, "--crystal", "fcc:Cu", "--only", "lattice", "--json", "-")
    check(code == 0 and 3.58 < json.loads(text)["crystals"]["fcc:Cu"]["a"] < 3.60 and "cohesive" in err, f"{text} {err}")
    own = os.path.join(folder, "own.py")
    code, two, err = here("--calculator", own + ":copper", "--crystal", "fcc:Cu", "--only", "lattice,gamma",
                          "--picture", os.path.join(folder, "Cu.png"))
    check(code == 0 and "the gamma line 111 is negative" in err, f"{code} {err}")
    check(os.path.getsize(os.path.join(folder, "Cu.png")) > 5000 and "gamma 111 stable" in two, two)
    check("by " + own + ":copper" in two, two)

    # an unstable crystal is named, the other results are given
    code, text, err = here(MODEL, "--crystal", "fcc:W", "--only", "elastic,vacancy")
    check(code == 0 and "fcc:W: not stable" in err and "vacancy: not computed" in err and "C11" in text, f"{code} {err}")
    code, text, err = here("--calculator", EMT, "--crystal", "fcc:Cu", "--only", "vacancy", "--steps", 1)
    check(code == 1 and "did not relax" in err, f"{code} {err}")

    none = os.path.join(folder, "none.json")
    crystal = ["--crystal", "bcc:W", "--json", none]
    for code, parts, words in (
            (2, ["a model or --calculator"], crystal), (2, ["--crystal bcc:W"], [MODEL]),
            (2, ["a model or --calculator"], [MODEL, "--calculator", EMT, *crystal]),
            (2, ["unexpected word"], [MODEL, MODEL, *crystal]), (2, ["no option --crystals"], [MODEL, "--crystals"]),
            (2, ["unknown crystal \"fcb:W\"", "hcp"], [MODEL, "--crystal", "fcb:W"]),
            (2, ["twice"], [MODEL, "--crystal", "bcc:W", *crystal]),
            (2, ["no property \"bands\"", "gamma"], [MODEL, *crystal, "--only", "bands"]),
            (2, ["--steps", "positive"], [MODEL, *crystal, "--steps", "0"]),
            (2, ["--fmax", "\"small\""], [MODEL, *crystal, "--fmax", "small"]),
            (2, [".svg"], [MODEL, *crystal, "--picture", "a.gif"]),
            (2, ["overwrite"], [MODEL, "--crystal", "bcc:W", "--reference", out, "--json", out]),
            (2, ["overwrite"], [MODEL, "--crystal", "bcc:W", "--json", MODEL]),
            (2, ["MODULE:FUNCTION"], ["--calculator", "emt", *crystal]),
            (1, ["not Fe"], [MODEL, "--crystal", "bcc:Fe", "--json", none]),
            (1, ["there is no folder"], [MODEL, "--crystal", "bcc:W", "--json", os.path.join(folder, "no", "W.json")]),
            (1, ["no such model file"], ["absent.soapz", *crystal]),
            (1, ["own.py:three", "int"], ["--calculator", own + ":three", *crystal]),
            (1, ["NotImplementedError", "EMT"], ["--calculator", EMT, *crystal]),
            (1, ["ModuleNotFoundError"], ["--calculator", "absent_module:f", *crystal]),
            (1, ["not JSON"], [MODEL, *crystal, "--reference", own]),
            (1, ["absent.json", "No such file"], [MODEL, *crystal, "--reference", "absent.json"])):
        check_fails(code, parts, *words, gone=none, by=here)
    check_fails(2, ["a model or --calculator"], "property", *crystal, gone=none)
    check_fails(1, ["not Fe"], "property", MODEL, "--crystal", "bcc:Fe", "--json", none, gone=none)
code, text, err = run("property", "--help")
check(code == 0 and "usage: soapz property" in text and "example" in text, text)
done()

# SPDX-License-Identifier: BSD-3-Clause
"""The page of soapz validate --report: the order of its sections, errors first; a column of differences for two
models; training errors next to those of the data; MD5 sums and dates of files; texts of the data are escaped; no
other file is needed."""
import base64
import hashlib
import html.parser
import json
import os
import re
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import HERE, MODELS, SKIPPED, check, done, read_xyz, run  # noqa: E402

try:
    import jinja2  # noqa: F401
    import matplotlib  # noqa: F401
except ImportError:
    print("SKIPPED: matplotlib or jinja2 is not installed")
    sys.exit(SKIPPED)
os.environ["SOAPZ_PYTHON"] = sys.executable

POTENTIALS = os.path.abspath(os.path.join(HERE, "..", "potentials"))
BALANCED, FAST = (os.path.join(POTENTIALS, "NbMoTaW", f) for f in ("balanced.soapz", "fast.soapz"))
XML, REFERENCE = (os.path.join(MODELS, "hea4_nuR1_nuS1", f) for f in ("gp.xml", "reference.xyz"))
CELLS = read_xyz(REFERENCE)
ORDER = ["summary", "errors", "worst", "parity", "histograms", "forces", "variance", "files", "models"]
EVIL = "<b>bold</b> & <script>alert(1)</script>"
TYPES = ["Mo_AIMD", EVIL, "elsewhere"]


class Page(html.parser.HTMLParser):
    """sections in their order, tables as lists of rows, all text, tags and sources"""

    def __init__(self, text):
        super().__init__()
        self.sections, self.tables, self.text, self.tags, self.sources, self.open = {}, [], "", [], [], []
        self.here = None
        self.feed(text)
        check(not self.open, f"left open: {self.open}")

    def handle_starttag(self, tag, attributes):
        words = dict(attributes)
        self.tags.append(tag)
        self.sources += [words[k] for k in ("src", "href") if k in words]
        if tag == "section":
            self.here = words["id"]
            self.sections[self.here] = ""
        if tag == "table":
            self.tables.append((self.here, words.get("class"), []))
        if tag == "tr":
            self.tables[-1][2].append([])
        if tag in ("td", "th"):
            self.tables[-1][2][-1].append("")
        if tag not in ("img", "meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        check(self.open and self.open.pop() == tag, f"</{tag}> closes another")

    def handle_data(self, data):
        self.text += data
        if self.here:
            self.sections[self.here] += data
        if any(t in ("td", "th") for t in self.open):
            self.tables[-1][2][-1][-1] += data

    def of(self, section, kind=None):
        return [rows for where, what, rows in self.tables if where == section and kind in (None, what)]


def write(path):
    """cells with energies and forces of another model, with random displacements"""
    random = np.random.default_rng(7)
    with open(path, "w") as f:
        for k, a in enumerate(CELLS):
            f.write(f'{a["n_atoms"]}\nLattice="{a["Lattice"]}" config_type="{TYPES[k % 3]}" energy={a["energy"]} '
                    f'virial="{a["virial"]}" Properties=species:S:1:pos:R:3:forces:R:3\n')
            for i in range(a["n_atoms"]):
                force = a["forces"][i] + random.normal(scale=0.1, size=3)
                f.write(" ".join([a["species"][i][0], *("%.9g" % x for x in [*a["pos"][i], *force])]) + "\n")


def page(*models):
    out, numbers = os.path.join(folder, "page.html"), os.path.join(folder, "page.json")
    code, _, err = run("validate", *models, data, "--report", out, "--json", numbers)
    check(code == 0 and err == "", f"report: {code} {err}")
    with open(out, encoding="utf-8") as f:
        text = f.read()
    with open(numbers) as f:
        return Page(text), text, json.load(f)


def sound(p, text, models):
    check(list(p.sections) == ORDER, f"{list(p.sections)}")
    check(len(text) < 3e6, f"{len(text)} bytes")
    check("script" not in p.tags and EVIL in p.text and "&lt;b&gt;bold&lt;/b&gt;" in text, "a text became HTML")
    tiles = p.sections["summary"].count(" MAE")
    check(p.tags.count("b") == 3 * models and tiles >= 3 * models, f"{p.tags.count('b')} tiles")
    check("prefers-color-scheme: dark" in text and 'name="viewport"' in text, "dark screens, narrow screens")
    check(all(s.startswith("data:image/svg+xml;base64,") for s in p.sources), "the page needs other files")
    for s in p.sources:
        svg = base64.b64decode(s.split(",")[1]).decode()
        check(ElementTree.fromstring(svg).tag.endswith("svg") and "prefers-color-scheme:dark" in svg, "a picture")


def files(p, numbers, models):
    for path, of in [(data, numbers), *zip(models, numbers["models"])]:
        with open(path, "rb") as f:
            md5 = hashlib.md5(f.read()).hexdigest()
        date = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(os.stat(path).st_mtime))
        check(of["md5"] == md5 and of["modified"] == date, f"{path}: {of['md5']} {of['modified']}, not {md5} {date}")
        check(md5 in p.sections["files"] and path in p.sections["files"] and
              f"{date[:10]} {date[11:16]} UTC" in p.sections["files"], f"{path} in the page")


def name_of(cell):
    """without the number of values"""
    return cell.rsplit(" ", 1)[0]


def note(path, name):
    """energy and force MAE, RMSE of a config_type in the note training_errors, from soapz info"""
    lines = [line for line in run("info", path)[1].split("training_errors", 1)[1].splitlines()
             if line.split()[:1] == [name]]
    return [float(x) for x in lines[0].split()[3:7]]


def one():
    p, text, numbers = page(BALANCED)
    sound(p, text, 1)
    files(p, numbers, [BALANCED])
    tables = p.of("errors", "errors")
    check(len(tables) == 3, f"{len(tables)} tables")
    for table, kind, scale, digits in zip(tables, ("energy", "force", "virial"), (1e3, 1, 1e3), (2, 4, 2)):
        errors = numbers["models"][0]["errors"]
        check(table[1][1:] == ["MAE", "RMSE"] * 2 and table[0][1:] == ["this data", "training"], f"{table[:2]}")
        rows = {name_of(r[0]): r for r in table[2:]}
        names = [*TYPES, "all"] + (["Nb", "Mo", "Ta", "W"] if kind == "force" else [])
        check(sorted(rows) == sorted(names), f"{list(rows)}, not {names}")
        for name, row in rows.items():
            e = (errors["all"] if name == "all" else errors["config_type"].get(name) or errors["element"][name])[kind]
            check(row[1:3] == [f"{scale * e[m]:.{digits}f}" for m in ("mae", "rmse")] and
                  row[0] == f"{name} {e['n']}", f"{kind}: {row}, {e}")
            check(bool(row[3]) == (name in ("Mo_AIMD", "all", "Nb", "Mo", "Ta", "W")), f"training: {row}")
        if kind != "virial":
            first = 0 if kind == "energy" else 2
            got = [float(x) for x in rows["Mo_AIMD"][3:]]
            check(got == note(BALANCED, "Mo_AIMD")[first:first + 2], f"training: {got}")
    check("Multinary_SQS" in p.sections["errors"], "config_types of the training data alone")
    forces, energies = p.of("worst")
    for table, key in ((forces, "worst_forces"), (energies, "worst_energies")):
        check(table[0] == ["eV/Å" if key == "worst_forces" else "meV/atom", "frame", "where", "what"], f"{table[0]}")
        for row, w in zip(table[1:], numbers["models"][0][key]):
            check(row[1:3] == [str(w["frame"]), f"{os.path.basename(data)}:{w['line']}"] and
                  row[3].startswith(w["config_type"]), f"{row} {w}")
    check(forces[1][0] == f"{numbers['models'][0]['worst_forces'][0]['error']:.4f}", f"{forces[1]}")


def two():
    p, text, numbers = page(BALANCED, FAST)
    sound(p, text, 2)
    files(p, numbers, [BALANCED, FAST])
    tables = p.of("errors", "errors")
    check(len(tables) == 6, f"{len(tables)} tables")
    orders = [[name_of(r[0]) for r in t[2:]] for t in tables]
    check(all(o == orders[2][:len(o)] for o in orders), f"rows in another order: {orders}")
    for table, (kind, measure) in zip(tables, [(k, m) for k in ("energy", "force", "virial") for m in ("mae", "rmse")]):
        scale, digits = (1, 4) if kind == "force" else (1e3, 2)
        check(table[1][1:] == ["A", "B", "B − A", "A", "B"], f"{table[1]}")
        for row in table[2:]:
            name = name_of(row[0])
            a, b = ((m["errors"]["all"] if name == "all" else m["errors"]["config_type"].get(name) or
                     m["errors"]["element"][name])[kind][measure] for m in numbers["models"])
            check(row[1:3] == [f"{scale * x:.{digits}f}" for x in (a, b)], f"{row} {a} {b}")
            check(abs(float(row[3]) - scale * (b - a)) <= 0.5001 * 10 ** -digits, f"{row}: {scale * (b - a)}")
    change = 100 * (numbers["models"][1]["errors"]["all"]["force"]["mae"] /
                    numbers["models"][0]["errors"]["all"]["force"]["mae"] - 1)
    check(f"B − A: {change:+.0f} %" in p.sections["summary"], f"{p.sections['summary']}")
    titles = re.findall(r"[AB]: (?:force component|energy)(?=\s)", p.sections["worst"])
    check(titles == ["A: force component", "B: force component", "A: energy", "B: energy"], f"{titles}")


def without_training():
    p, text, numbers = page(XML)
    sound(p, text, 1)
    files(p, numbers, [XML])
    check(all(t[0][1:] == ["this data"] and len(t[1]) == 3 for t in p.of("errors", "errors")), "no training errors")
    check("no training errors are kept" in p.sections["files"], p.sections["files"])


with tempfile.TemporaryDirectory() as folder:
    data = os.path.join(folder, "cells.xyz")
    write(data)
    one()
    two()
    without_training()
done()

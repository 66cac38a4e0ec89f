# SPDX-License-Identifier: BSD-3-Clause
"""The manual builds without a warning, contains every page of the project, its search index has the names of
the options, and every internal link has a target."""
import glob
import importlib.util
import os
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from soapz_cli import HERE, SKIPPED, SOAPZ, check, done, run

ROOT = os.path.abspath(os.path.join(HERE, ".."))
missing = [m for m in ("sphinx", "myst_nb", "furo", "ase", "matplotlib") if importlib.util.find_spec(m) is None]
if missing:
    print(f"SKIPPED: no {', '.join(missing)}; scripts/requirements-manual.txt has what the manual needs")
    sys.exit(SKIPPED)


class Page(HTMLParser):
    """Its links, the pictures and files it loads, and its link targets"""

    def __init__(self, path):
        super().__init__()
        self.links, self.ids, self.text = [], set(), []
        with open(path, encoding="utf-8") as f:
            self.feed(f.read())

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.ids.update(v for k, v in attributes if k in ("id", "name") and v)
        self.links += [values[k] for k in ("href", "src") if values.get(k)]

    def handle_data(self, data):
        self.text.append(data)


def build(folder):
    r = subprocess.run([sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-E", "-d",
                        os.path.join(folder, "doctrees"), "-c", os.path.join(ROOT, "docs"), ROOT,
                        os.path.join(folder, "html")],
                       env=dict(os.environ, SOAPZ=os.path.abspath(SOAPZ)), capture_output=True, text=True)
    check(r.returncode == 0, f"sphinx-build:\n{r.stdout[-3000:]}\n{r.stderr[-3000:]}")
    return os.path.join(folder, "html")


def read_pages(html):
    found = glob.glob(os.path.join(html, "**", "*.html"), recursive=True)
    return {os.path.relpath(path, html): Page(path) for path in found}


def check_links(html, pages):
    n = 0
    for name, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue  # external: not tested
            n += 1
            target = os.path.normpath(os.path.join(os.path.dirname(name), unquote(parts.path))) if parts.path else name
            if not os.path.exists(os.path.join(html, target)):
                check(False, f"{name}: {link} leads nowhere")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
                check(False, f"{name}: {link}: no such place in {target}")
    check(n > 1000, f"only {n} links")


def check_contents(pages):
    for path in glob.glob(os.path.join(ROOT, "docs", "**", "*.*"), recursive=True):
        if path.endswith((".md", ".rst", ".ipynb")):
            page = os.path.splitext(os.path.relpath(path, ROOT))[0] + ".html"
            check(page in pages, f"{path} is not in the manual")
    command = "".join(pages["docs/reference/command.html"].text)
    _, out, _ = run("--help")
    verbs = [w.split()[0] for w in out.splitlines() if w.startswith("  ") and w.strip()[0].isalpha()]
    check(len(verbs) > 10, f"verbs: {verbs}")
    for verb in verbs:
        check(f"soapz {verb}" in command and f"usage: soapz {verb}" in command, f"soapz {verb} in the reference")
    keys = "".join(pages["docs/reference/keys.html"].text)
    for line in run("fit", "--help-keys")[1].splitlines():
        if line.startswith("  "):
            check(line.split()[0] in keys, f"the key {line.split()[0]} in the reference")
            # the text at the end of a line is the meaning
            check(" ".join(line.split()[-3:]) in " ".join(keys.split()), f"the meaning in {line}")
    python = pages["docs/reference/python.html"].ids
    import soapz
    for name in soapz.__all__:
        check(f"soapz.{name}" in python or name == "analyse", f"soapz.{name} in the reference")
    for header in ("soapz", "fit", "analyse"):
        path = os.path.join(ROOT, "core", "soapz.h" if header == "soapz" else f"soapz_{header}.h")
        text = "".join(pages[f"docs/reference/c_{header}.html"].text)
        with open(path) as f:
            for word in {w.split("(")[0].split()[-1].lstrip("*") for w in f if w.startswith("SZ_API") and "(" in w}:
                check(word in text, f"{word} in the reference of C")


with tempfile.TemporaryDirectory() as folder:
    html = build(folder)
    pages = read_pages(html)
    if check("docs/index.html" in pages, "no docs/index.html"):
        check_links(html, pages)
        check_contents(pages)
        check(os.path.getsize(os.path.join(html, "searchindex.js")) > 100000, "the index of the search")
done()

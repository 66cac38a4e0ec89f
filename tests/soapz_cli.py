# SPDX-License-Identifier: BSD-3-Clause
"""Functions shared by the Python tests: running the command, extended XYZ, counting checks.

The command is the first argument of the test or the environment variable SOAPZ."""
import contextlib
import importlib
import io
import os
import re
import shutil
import subprocess
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = os.path.join(HERE, "data", "models")
SHARED = os.environ.get("SOAPZ_SHARED", "")
SOAPZ = (sys.argv[1:] or [os.environ.get("SOAPZ") or shutil.which("soapz")])[0]
SKIPPED = 77

checks = failures = 0


def check(ok, text):
    """Counts a check; ok may be a bool of numpy. A comparison with NaN is false, which is a failure."""
    global checks, failures
    checks += 1
    if not ok:
        failures += 1
        print("FAILED:", text)
    return bool(ok)


def fails(kind, parts, call):
    """call raises kind with a sentence that has these parts"""
    try:
        call()
    except kind as e:
        for part in parts:
            check(part in str(e), f"{e} lacks {part}")
    else:
        check(False, f"no {kind.__name__} that says {parts}")


def done(well=0):
    """Ends the test: exit code 1 if a check failed or there was none, otherwise 0."""
    print(f"{checks} checks, {failures} failed")
    sys.exit(1 if failures or not checks else well)


def run(*words, stdin=None):
    """exit code, stdout, stderr of soapz with these words"""
    r = subprocess.run([SOAPZ, *map(str, words)], input=stdin, capture_output=True,
                       text=True, timeout=300)
    return r.returncode, r.stdout, r.stderr


def run_here(module, *words):
    """the same for a verb in Python, soapz/MODULE.py, in this process, because starting ASE takes a second"""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = importlib.import_module("soapz." + module).main([str(w) for w in words])
    return code, out.getvalue(), err.getvalue()


def check_fails(code, parts, *words, gone=None, quiet=True, by=run, **more):
    """One sentence on stderr with all parts, this exit code, and no file left; by runs the words."""
    got, out, err = by(*words, **more)
    what = "soapz " + " ".join(map(str, words)) + f" gave {got}: {err!r}"
    check(got == code, what)
    check(err.startswith("soapz") and err.count("\n") == 1 and err.endswith("\n"), what)
    for part in parts:
        check(part in err, f"{what} lacks {part!r}")
    check(not quiet or out == "", f"{what}, and wrote {out!r}")
    if gone:
        folder, name = os.path.split(gone)
        left = [f for f in os.listdir(folder or ".") if f.startswith(name)]
        check(not left, f"{what}, and left {left}")


def check_ignored(example, names):
    """If these files of a run were in examples/EXAMPLE, git status would be clean."""
    root = os.path.join(HERE, "..")
    if not os.path.exists(os.path.join(root, ".git")) or not shutil.which("git"):
        return
    paths = [os.path.join("examples", example, name) for name in names]
    r = subprocess.run(["git", "check-ignore", "--no-index", *paths], cwd=root, capture_output=True, text=True)
    seen = set(paths) - set(r.stdout.splitlines())
    check(paths and not seen, f"git sees what the example leaves: {sorted(seen)} {r.stderr}")


def read_xyz(path):
    """frames as dicts: info keys, columns by name, n_atoms"""
    frames, lines = [], open(path).read().split("\n")
    while lines and lines[0].strip():
        n, head = int(lines[0]), lines[1]
        f = {"n_atoms": n, "line": head}
        for key, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|(\S+))', head):
            f[key] = quoted or bare
        rows, at = [line.split() for line in lines[2:n + 2]], 0
        spec = f["Properties"].split(":")
        for name, kind, width in zip(spec[::3], spec[1::3], map(int, spec[2::3])):
            part = [row[at:at + width] for row in rows]
            f[name] = np.array(part, float if kind in "RI" else str).reshape(n, width)
            at += width
        assert all(len(row) == at for row in rows), path
        frames.append(f)
        lines = lines[n + 2:]
    return frames


def numbers(text):
    return np.array(text.split(), float)


def write_xyz(path, species, positions, cell=None, pbc=None, more=""):
    with open(path, "w") as f:
        f.write(f"{len(species)}\n")
        if cell is not None:
            f.write('Lattice="%s" ' % " ".join("%.17g" % x for x in np.ravel(cell)))
        if pbc is not None:
            f.write('pbc="%s" ' % " ".join("FT"[bool(p)] for p in pbc))
        f.write(f"{more} Properties=species:S:1:pos:R:3\n")
        for s, r in zip(species, positions):
            f.write("%s %.17g %.17g %.17g\n" % (s, *r))

# SPDX-License-Identifier: BSD-3-Clause
"""The example runs, and its table agrees with its README."""
import os
import re
import subprocess
import sys
import tempfile

from soapz_cli import HERE, SKIPPED, check, check_ignored, done

try:
    import ase  # noqa: F401
except ImportError:
    print("SKIPPED: ASE is not installed")
    sys.exit(SKIPPED)

FOLDER = os.path.join(HERE, "..", "examples", "python")

with open(os.path.join(FOLDER, "README.md")) as f:
    said = {w[0].strip(): (float(w[1]), float(w[3])) for w in
            (line.strip("| \n").split("|") for line in f if re.match(r"\| [A-Z][a-z]? \|", line))}
check(set(said) == {"Ta", "Nb", "Mo", "W"}, f"README: {said}")
with tempfile.TemporaryDirectory() as folder:
    picture = os.path.join(folder, "relaxed.png")
    r = subprocess.run([sys.executable, os.path.join(FOLDER, "relax.py"), "--cells", "2",
                        "-o", picture], capture_output=True, text=True)
    check(r.returncode == 0 and r.stderr == "", r.stderr)
    table = {w[0]: w[1:] for w in map(str.split, r.stdout.splitlines()) if w}
    for symbol, (a, bulk) in said.items():
        check(abs(float(table[symbol][0]) - a) < 2e-4 and
              abs(float(table[symbol][2]) - bulk) < 0.2, f"{symbol}: {table[symbol]}")
    a, bulk = map(float, table.get("TaMoWNb", (0, 0)))
    check(3.24 < a < 3.26 and 225 < bulk < 255, f"the alloy: {a} {bulk}")
    found = re.search(r"16 atoms of TaMoWNb, relaxed: (\S+) meV/atom, largest\s+force (\S+)", r.stdout)
    check(found and -30 < float(found[1]) < -2 and float(found[2]) < 0.01, r.stdout)
    check_ignored("python", os.listdir(folder))
    with open(picture, "rb") as f:
        check(f.read(8) == b"\x89PNG\r\n\x1a\n", "the picture")
done()

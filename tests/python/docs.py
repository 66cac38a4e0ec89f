# SPDX-License-Identifier: BSD-3-Clause
"""The first block of docs/python.md runs on the data of examples/fit, with plausible results."""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from soapz_cli import HERE, SKIPPED, check, done  # noqa: E402

try:
    import ase  # noqa: F401
except ImportError:
    print("SKIPPED: ASE is not installed")
    sys.exit(SKIPPED)

with open(os.path.join(HERE, "..", "docs", "python.md")) as f:
    block = re.search(r"```python\n(.*?)```", f.read(), re.S)[1]
teacher = os.path.abspath(os.path.join(HERE, "..", "examples", "fit", "teacher.py"))
with tempfile.TemporaryDirectory() as folder:
    r = subprocess.run([sys.executable, teacher, "--cells", "3"], cwd=folder, capture_output=True,
                       text=True)
    check(r.returncode == 0, r.stderr)
    r = subprocess.run([sys.executable, "-c", block], cwd=folder, capture_output=True, text=True)
    print(r.stdout, r.stderr)
    check(r.returncode == 0, "the block fails")
    everything = re.search(r"^all +(\S+) +(\S+) +(\S+)", r.stdout, re.M)
    check(everything and float(everything[1]) < 5 and float(everything[3]) < 0.15, "the errors")
    last = r.stdout.split("\n")[-2].split() if r.returncode == 0 else []
    check(len(last) == 3 and float(last[0]) < -100 and 0 < float(last[1]) < 5, f"{last}")
    check(os.path.exists(os.path.join(folder, "Mo.soapz")), "no model")
done()

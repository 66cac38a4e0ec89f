# SPDX-License-Identifier: BSD-3-Clause
"""examples/paper/run.py measures the exact statements of the paper, and what force fields do in a shortened
form; it exits with 1 where one fails."""
import os
import subprocess
import sys

from soapz_cli import HERE, SHARED, SOAPZ, check, done

SCRIPT = os.path.join(HERE, "..", "examples", "paper", "run.py")


def measure(figures):
    for figure in figures:
        r = subprocess.run([sys.executable, SCRIPT, figure, "--few", "--data", os.path.join(SHARED, "data")],
                           env=dict(os.environ, SOAPZ=SOAPZ), capture_output=True, text=True)
        print(r.stdout, r.stderr)
        check(r.returncode == 0 and "FAILS" not in r.stdout and r.stdout, f"{figure}: {r.stdout}{r.stderr}")
    done()


if __name__ == "__main__":
    measure(["table1", "ranks", "2", "S1", "S4", "8", "S3", "w", "4b"])

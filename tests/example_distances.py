# SPDX-License-Identifier: BSD-3-Clause
"""The example runs, and its table agrees with its README and the paper."""
import os
import subprocess
import sys
import tempfile

from soapz_cli import HERE, SOAPZ, check, check_ignored, done

with tempfile.TemporaryDirectory() as folder:
    picture = os.path.join(folder, "distances.png")
    script = os.path.abspath(os.path.join(HERE, "..", "examples", "distances", "distances.py"))
    r = subprocess.run([sys.executable, script, "--cells", "2", "--atoms", "50", "--n-max", "6", "--l-max", "4"],
                       cwd=folder, env=dict(os.environ, SOAPZ=os.path.abspath(SOAPZ)), capture_output=True, text=True)
    check(r.returncode == 0, r.stderr)
    lines = [line.rsplit(None, 3) for line in r.stdout.splitlines()]
    table = {w[0].strip(): (int(w[1]), float(w[2]), float(w[3])) for w in lines
             if len(w) == 4 and w[1].isdigit() and w[2][0] in "0-"}
    check(len(table) == 8, f"table: {r.stdout}")
    for label, low, high in (("nu,mu=1,1", 0.97, 1), ("nu,mu^=1,1", 0.97, 1),
                             ("optimal", 0.97, 1), ("W^T P_l", 0.4, 0.97), ("mu=2", -0.2, 0.4)):
        check(all(low < c < high for c in table.get(label, (0, 2))[1:]),
              f"{label}: {table.get(label)}")
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        print("no picture without matplotlib")
    else:
        check_ignored("distances", os.listdir(folder))
        with open(picture, "rb") as f:
            check(f.read(8) == b"\x89PNG\r\n\x1a\n", "the picture")
done()

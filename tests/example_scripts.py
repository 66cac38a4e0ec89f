# SPDX-License-Identifier: BSD-3-Clause
"""Shortened input scripts of the examples run in LAMMPS alone, as described in their READMEs; git ignores
their output."""
import os
import shutil
import subprocess
import sys
import tempfile

from soapz_cli import HERE, check, check_ignored, done

ROOT = os.path.abspath(os.path.join(HERE, ".."))
LMP = os.environ.get("LMP") or os.path.join(os.path.dirname(sys.executable), "lmp")
SMALL = {
    ("alloy_md", "in.nvt"): {"cells": 3, "steps": 400},
    ("alloy_md", "in.melt"): {"cells": 3, "layers": 4, "steps": 200},
    ("alloy_md", "in.quench"): {"cells": 3, "steps": 400},
    ("elastic", "in.elastic"): {"cells": 2, "element": "W"},
    ("md", "in.NbMoTaW"): {"steps": 20},
    ("ordering", "in.ordering"): {"cells": 3, "steps": 20, "dumps": 2},
}


def start(words, folder, environment):
    r = subprocess.run(words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True, timeout=300)
    check(r.returncode == 0, f"{words}: {r.stdout[-2000:]}")


environment = dict(os.environ, LAMMPS_PLUGIN_PATH=os.path.dirname(os.environ["SOAPZ_PLUGIN"]), OMP_NUM_THREADS="1")
with tempfile.TemporaryDirectory() as tree:
    os.symlink(os.path.join(ROOT, "potentials"), os.path.join(tree, "potentials"))
    shutil.copytree(os.path.join(ROOT, "examples"), os.path.join(tree, "examples"),
                    ignore=lambda folder, names: [n for n in names if n in ("output", "work")])
    for (example, name), variables in SMALL.items():
        folder = os.path.join(tree, "examples", example)
        before = set(os.listdir(folder))
        words = [w for key, value in variables.items() for w in ("-var", key, str(value))]
        start([LMP, "-in", name, *words], folder, environment)
        if name == "in.NbMoTaW":
            start([sys.executable, "report.py", "log.lammps", "demo.png"], folder, environment)
        check_ignored(example, set(os.listdir(folder)) - before)
done()

# SPDX-License-Identifier: BSD-3-Clause
"""soapz fit with the command line and the sparse points of a model of gap_fit: its predictions compared
with those of the model."""
import os
import shlex
import shutil
import tempfile
import xml.etree.ElementTree as ET

import numpy as np
from soapz_cli import check, read_xyz, run


def sparse_points(folder, c):
    """The points of a <gpCoordinates> as a file for sparse_method=FILE."""
    name = c.get("sparseX_filename")
    text = (open(os.path.join(folder, name)).read() if name else  # otherwise in the XML
            " ".join("".join(p.itertext()) for p in c.findall("sparseX")))
    x = np.array(text.split(), float)
    x = x.reshape(int(c.get("n_sparseX")), -1)
    fc = [float(p.get("sparseCutoff")) for p in c.findall("sparseX")]
    return "".join("%.17g\n" % v for f, row in zip(fc, x) for v in (f, *row))


def same_points(folder):
    """One descriptor for each term of gp.xml, its sparse points from a file points0, 1, .."""
    descriptors = []
    for k, c in enumerate(ET.parse(os.path.join(folder, "gp.xml")).iter("gpCoordinates")):
        with open(os.path.join(folder, f"points{k}"), "w") as f:
            f.write(sparse_points(folder, c))
        words = [w for w in c.find("descriptor").text.split(" ")
                 if not w.startswith(("n_sparse", "sparse_method", "config_type_n_sparse",
                                      "add_species"))]
        text = " ".join(words).replace("{", "{{").replace("}", "}}")
        descriptors.append(f"{text} add_species=F sparse_method=FILE sparse_file=points{k}")
    return "gap={" + " : ".join(descriptors) + "}"


def fit(model, tolerance):
    """model: a folder with cmd.txt, train.xyz, gp.xml and reference.xyz"""
    name, here = os.path.basename(model), os.getcwd()
    with tempfile.TemporaryDirectory() as work:
        folder = os.path.join(work, name)
        shutil.copytree(model, folder)
        os.chmod(folder, 0o755)
        os.chdir(folder)  # the words contain relative paths
        try:
            compare(name, tolerance)
        finally:
            os.chdir(here)


def compare(name, tolerance):
    line = [x for x in open("cmd.txt") if "gap_fit " in x][0]
    words = [w for w in shlex.split(line[line.index("gap_fit ") + 8:])
             if not w.startswith(("gap=", "gp_file="))]
    code, _, err = run("fit", *words, "gp_file=ours.xml", same_points("."))
    if not check(code == 0, f"{name}: {err}"):
        return
    code, _, err = run("eval", "ours.xml", "reference.xyz", "-o", "out.xyz")
    if not check(code == 0, f"{name}: {err}"):
        return
    energy, force = [], []
    size = max(np.abs(f["forces"]).max() for f in read_xyz("reference.xyz"))
    for want, got in zip(read_xyz("reference.xyz"), read_xyz("out.xyz")):
        e = float(want["energy"])
        energy.append(abs(float(got["energy"]) - e) / max(1.0, abs(e)))
        force.append(np.abs(got["forces"] - want["forces"]).max() / size)
    energy, force = np.max(energy), np.max(force)  # NaN where there is one
    print(f"{name:32} energy {energy:.1e} forces {force:.1e}", flush=True)
    check(energy <= tolerance and force <= tolerance,
          f"{name}: energy {energy:.1e}, forces {force:.1e}, allowed {tolerance:.0e}")

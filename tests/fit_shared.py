# SPDX-License-Identifier: BSD-3-Clause
"""soapz fit against gap_fit: the command lines of quip_made with the same sparse points
give the same predictions. Needs SOAPZ_SHARED (training cells)."""
import os
import shlex
import sys
import tempfile
import xml.etree.ElementTree as ET

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import numpy as np  # noqa: E402
from soapz_cli import SHARED, SKIPPED, check, done, read_xyz, run  # noqa: E402

FOLDER = os.path.join(SHARED, "data", "gap_models", "quip_made")
# What the predictions may differ by, relative; fits whose condition numbers are 1e9 and
# more amplify rounding.
TOLERANCE = {"mo_soap_nu22_zeta4_virial": 1e-6, "li_nonorm_gto": 1e-6}
EDITED = ["mow_old_version_4b"]  # after the fit


def sparse_points(folder, c):
    """The points of a <gpCoordinates> as a file for sparse_method=FILE."""
    name = c.get("sparseX_filename")
    text = (open(os.path.join(folder, name)).read() if name else  # else within the XML
            " ".join("".join(p.itertext()) for p in c.findall("sparseX")))
    x = np.array(text.split(), float)
    x = x.reshape(int(c.get("n_sparseX")), -1)
    fc = [float(p.get("sparseCutoff")) for p in c.findall("sparseX")]
    return "".join("%.17g\n" % v for f, row in zip(fc, x) for v in (f, *row))


def same_points(folder, work):
    """One descriptor for each term of gp.xml, its sparse points from a file."""
    descriptors = []
    for k, c in enumerate(ET.parse(os.path.join(folder, "gp.xml")).iter("gpCoordinates")):
        path = os.path.join(work, f"points{k}")
        open(path, "w").write(sparse_points(folder, c))
        words = [w for w in c.find("descriptor").text.split(" ")
                 if not w.startswith(("n_sparse", "sparse_method", "config_type_n_sparse"))]
        text = " ".join(words).replace("{", "{{").replace("}", "}}")
        descriptors.append(f"{text} add_species=F sparse_method=FILE sparse_file={path}")
    return "{" + " : ".join(descriptors) + "}"


def fit(name, tolerance):
    folder = os.path.join(FOLDER, name)
    line = [x for x in open(os.path.join(folder, "cmd.txt")) if "gap_fit " in x][0]
    words = shlex.split(line[line.index("gap_fit ") + 8:])
    with tempfile.TemporaryDirectory() as work:
        model, out = os.path.join(work, "gp.xml"), os.path.join(work, "out.xyz")
        words = [w.replace("core_param_file=", "core_param_file=" + folder + "/")
                 for w in words if not w.startswith(("gap=", "at_file=", "gp_file="))]
        code, _, err = run("fit", *words, "at_file=" + os.path.join(folder, "train.xyz"),
                           "gp_file=" + model, "gap=" + same_points(folder, work))
        if not check(code == 0, f"{name}: {err}"):
            return
        reference = os.path.join(folder, "reference.xyz")
        code, _, err = run("eval", model, reference, "-o", out)
        check(code == 0, f"{name}: {err}")
        energy, force = [], []
        size = max(np.abs(f["forces"]).max() for f in read_xyz(reference))
        for want, got in zip(read_xyz(reference), read_xyz(out)):
            e = float(want["energy"])
            energy.append(abs(float(got["energy"]) - e) / max(1.0, abs(e)))
            force.append(np.abs(got["forces"] - want["forces"]).max() / size)
        energy, force = np.max(energy), np.max(force)  # NaN where there is one
        print(f"{name:32} energy {energy:.1e} forces {force:.1e}", flush=True)
        check(energy <= tolerance and force <= tolerance,
              f"{name}: energy {energy:.1e}, forces {force:.1e}, allowed {tolerance:.0e}")


if not SHARED:
    print("SKIP: SOAPZ_SHARED is not set")
    sys.exit(SKIPPED)
names = [f for f in sorted(os.listdir(FOLDER)) if os.path.isdir(os.path.join(FOLDER, f))]
for name in names:
    if name not in EDITED:
        fit(name, TOLERANCE.get(name, 1e-8))
check(len(names) == 23, f"{len(names)} models")
done()

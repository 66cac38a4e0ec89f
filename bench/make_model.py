#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes a GAP with the size of a production model, for timing only.

    make_model.py FOLDER --data train.xyz --gap-fit gap_fit [--sparse 800]

Makes FOLDER/bench.xml: nu_R=2 nu_S=1 n_max=8 l_max=6, four elements, D=1793. gap_fit fits
about 100 sparse points per element to the energies of 60 small cells of the data. Each point
is then repeated, mixed with a little of another one, until there are --sparse of them, and its
weight is divided among the copies. So the energies remain realistic, and the cost is that of
all points. (Noise instead of mixtures would give vectors outside the span of real
environments, for which the exact radial reduction of soapz is inaccurate.)"""
import argparse
import hashlib
import os
import random
import re
import shutil
import subprocess
import sys

import numpy as np

SOAP = ("soap n_max=8 l_max=6 atom_sigma=0.5 cutoff=5.0 cutoff_transition_width=1.0 zeta=4 "
        "delta=1.0 covariance_type=dot_product sparse_method=random n_sparse=100 nu_R=2 "
        "nu_S=1 add_species=T")


def frames(path):
    """the frames of an extended XYZ file, as text"""
    lines = open(path).read().splitlines(keepends=True)
    at = 0
    while at < len(lines):
        n = int(lines[at])
        yield n, "".join(lines[at:at + n + 2])
        at += n + 2


def fit(folder, data, gap_fit):
    """runs gap_fit on 60 cells of fewer than 30 atoms; writes small.xml"""
    small = [text for n, text in frames(data) if n < 30]
    chosen = random.Random(1).sample(small, 60)
    with open(os.path.join(folder, "cells.xyz"), "w") as out:
        out.write("".join(chosen))
    command = [gap_fit, "atoms_filename=cells.xyz", "energy_parameter_name=energy",
               "force_parameter_name=none", "virial_parameter_name=none",
               "e0_method=average", "do_copy_atoms_file=F", "gp_file=small.xml", "rnd_seed=1",
               "default_sigma={0.002 0.1 0.2 0.0}", "gap={" + SOAP + "}"]
    with open(os.path.join(folder, "gap_fit.log"), "w") as log:
        subprocess.run(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT, check=True)


def attribute(text, name):
    return re.search(name + r'="([^"]*)"', text)[1]


def grow(head, body, folder, n_sparse, rng):
    """one <gpCoordinates> with n_sparse points instead of its own"""
    source = attribute(head, "sparseX_filename")
    n, n_desc = int(attribute(head, "n_sparseX")), int(attribute(head, "dimensions"))
    with open(os.path.join(folder, source)) as file:
        points = np.array(file.read().split(), float).reshape(n, n_desc)
    weights = [float(attribute(line, "alpha")) for line in re.findall("<sparseX [^>]*>", body)]

    copy = np.arange(n_sparse) % n
    other = rng.integers(n, size=n_sparse)
    share = np.where(np.arange(n_sparse) < n, 0.0, rng.uniform(0.01, 0.05, n_sparse))
    mixed = points[copy] + share[:, None] * (points[other] - points[copy])
    mixed[:, :-1] /= np.linalg.norm(mixed[:, :-1], axis=1)[:, None]  # the last is sigma0
    mixed[:n] = points
    target = source.replace("small", "bench")
    text = "\n".join("%.16E" % x for x in mixed.ravel()) + "\n"
    with open(os.path.join(folder, target), "w") as file:
        file.write(text)
    for name, value in (("n_sparseX", n_sparse), ("sparseX_filename", target),
                        ("sparseX_md5sum", hashlib.md5(text.encode()).hexdigest())):
        head = re.sub(name + '="[^"]*"', '%s="%s"' % (name, value), head)
    body = re.sub(r"<sparseX [^>]*>\s*", "", body)
    line = '<sparseX i="%d" alpha="%.16E" sparseCutoff="1.0000000000000000"/>\n'
    return head + body + "".join(line % (i + 1, weights[j] * n / n_sparse)
                                 for i, j in enumerate(copy)) + "</gpCoordinates>"


def make(target, data, gap_fit, n_sparse=800):
    """writes target when it is complete"""
    part = target.rstrip("/") + ".part"
    shutil.rmtree(part, ignore_errors=True)
    os.makedirs(part)
    fit(part, os.path.abspath(data), gap_fit)
    rng = np.random.default_rng(0)
    with open(os.path.join(part, "small.xml")) as file:
        xml = file.read()
    xml = re.sub("(<gpCoordinates [^>]*>)(.*?)</gpCoordinates>",
                 lambda m: grow(m[1], m[2], part, n_sparse, rng), xml, flags=re.S)
    with open(os.path.join(part, "bench.xml"), "w") as file:
        file.write(xml)
    for name in os.listdir(part):
        if not name.startswith("bench.xml"):
            os.remove(os.path.join(part, name))
    os.rename(part, target)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--data", required=True, help="NbMoTaW training cells, extended XYZ")
    parser.add_argument("--gap-fit", required=True, help="the program gap_fit of QUIP")
    parser.add_argument("--sparse", type=int, default=800, help="points an element")
    a = parser.parse_args()
    if os.path.exists(a.folder):
        sys.exit(f"make_model.py: {a.folder} is there already")
    a.gap_fit = os.path.abspath(shutil.which(a.gap_fit) or a.gap_fit)
    for path in (a.data, a.gap_fit):
        if not os.path.isfile(path):
            sys.exit(f"make_model.py: {path} is not a file")
    try:
        make(a.folder, a.data, a.gap_fit, a.sparse)
    except subprocess.CalledProcessError:
        sys.exit(f"make_model.py: gap_fit failed, see {a.folder}.part/gap_fit.log")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: BSD-3-Clause
"""make_model.py - a GAP model with any descriptor: sparse points are environments of a file with random
weights. Nothing is fitted, but the model is as smooth as a fitted one.

    make_model.py "soap n_max=4 ..." cells.xyz model.xml
"""
import hashlib
import os
import subprocess
import sys
import tempfile

import numpy as np

SOAPZ = os.environ.get("SOAPZ") or "soapz"
LABEL = "GAP_made"


def matrix_text(arrays):
    """<compression_matrix>: W_0, W_1, ... one after the other; empty without them."""
    for letter in "WQU":
        if f"{letter}_0" in arrays:
            last = sum(name.startswith(letter + "_") for name in arrays)
            numbers = np.concatenate([arrays[f"{letter}_{l}"].ravel() for l in range(last)])
            return ("<compression_matrix>" + " ".join("%.17g" % x for x in numbers)
                    + "</compression_matrix>\n")
    return ""


def make_model(path, descriptor, xyz, n_sparse=12, zeta=2, delta=1.0, e0=None, seed=1):
    """Writes path and its sparse file; e0: {atomic number: eV}."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "p.npz")
        subprocess.run([SOAPZ, "describe", "--descriptor", descriptor, xyz, "-o", out],
                       check=True, stdout=subprocess.DEVNULL)
        with np.load(out) as z:
            arrays = {name: z[name] for name in z.files}
    rng = np.random.default_rng(seed)
    rows = arrays["descriptor"]
    points = rows[rng.permutation(len(rows))[:n_sparse]]
    alpha = rng.normal(size=len(points))
    sparse = path + ".sparseX." + LABEL + "1"
    text = "".join("%.20e\n" % x for x in points.ravel())
    with open(sparse, "w") as f:
        f.write(text)
    e0 = {**dict.fromkeys(range(1, 119), 0.0), **(e0 or {})}
    with open(path, "w") as f:
        f.write(f'<{LABEL}>\n<Potential label="{LABEL}" init_args="IP GAP label={LABEL}"/>\n'
                f'<GAP_params label="{LABEL}" gap_version="1769700636">\n<GAP_data do_core="F">\n')
        f.writelines(f'<e0 Z="{z}" value="{e:.17g}"/>\n' for z, e in e0.items())
        f.write(f'</GAP_data>\n<gpSparse label="{LABEL}" n_coordinate="1" fitted="T">\n'
                f'<gpCoordinates label="{LABEL}1" dimensions="{rows.shape[1]}" '
                f'signal_variance="{delta:.17g}" signal_mean="0" sparsified="T" '
                f'n_permutations="1" covariance_type="2" zeta="{zeta:.17g}" '
                f'n_sparseX="{len(points)}" sparseX_filename="{os.path.basename(sparse)}" '
                f'sparseX_md5sum="{hashlib.md5(text.encode()).hexdigest()}">\n'
                f'<descriptor>{descriptor}</descriptor>\n{matrix_text(arrays)}'
                '<permutation i="1"> 1 </permutation>\n')
        f.writelines(f'<sparseX i="{k + 1}" alpha="{a:.17g}" sparseCutoff="1"/>\n'
                     for k, a in enumerate(alpha))
        f.write(f"</gpCoordinates>\n</gpSparse>\n</GAP_params>\n</{LABEL}>\n")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    make_model(sys.argv[3], sys.argv[1], sys.argv[2])

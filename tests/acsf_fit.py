# SPDX-License-Identifier: BSD-3-Clause
"""A small fit with symmetry functions: random cells of Mo and W, with energies and forces of the
potential of this repository."""
import os

import numpy as np

from soapz_cli import HERE, run, write_xyz

TEACHER = os.path.join(HERE, "..", "potentials", "NbMoTaW_nu_mu_hat", "NbMoTaW.xml")
ACSF = "acsf cutoff=4.6 compression={nu,mu=1,1} zeta=2 delta=0.03 covariance_sigma0=3 n_sparse=60"
HOW = "covariance_type=dot_product sparse_method=cur_points"


def bcc(rng, n=2, a=3.2, shake=0.12, strain=0.015):
    """symbols, positions, cell of n^3 bcc cells"""
    corner = np.array(list(np.ndindex(n, n, n)), float)
    sites = np.concatenate([corner, corner + 0.5]) * a
    deform = np.eye(3) + rng.normal(0, strain, (3, 3))
    x = sites @ deform + rng.normal(0, shake, sites.shape)
    return list(rng.choice(["Mo", "W"], len(sites))), x, np.eye(3) * n * a @ deform


def write_cells(path, n_cells, seed):
    """writes cells with energies and forces; returns the exit code of soapz eval"""
    rng = np.random.default_rng(seed)
    with open(path + ".bare", "w") as all_cells:
        for _ in range(n_cells):
            write_xyz(path + ".one", *bcc(rng), [True] * 3)
            all_cells.write(open(path + ".one").read())
    code, _, err = run("eval", TEACHER, path + ".bare", "-o", path)
    assert code == 0, err


def in_braces(text):
    """a descriptor of a fit, in gap={..}"""
    return text.replace("{", "{{").replace("}", "}}")


def fit(data, model, acsf=ACSF, more=()):
    """exit code, stdout, stderr of soapz fit"""
    return run("fit", f"at_file={data}", f"gp_file={model}", "e0_method=average",
               "energy_parameter_name=energy", "force_parameter_name=forces",
               "default_sigma={0.0005 0.02 0.05 0}", f"gap={{{in_braces(acsf)} {HOW}}}", *more)

# SPDX-License-Identifier: BSD-3-Clause
"""A fit of a second or two, for tests that interrupt or distribute it."""
import os
import re

import numpy as np
from soapz_cli import MODELS, check, numbers, read_xyz, run, write_xyz

SOAP = ("{soap n_max=4 l_max=3 cutoff=4.6 cutoff_transition_width=0.9 atom_sigma=0.5 zeta=2 "
        "delta=1.0 covariance_type=dot_product sparse_method=cur_points n_sparse=%d}")


LOWER = [0, 3, 6, 4, 7, 8]


def make_data(path, n_frames):
    """Random alloys of 8 to 16 atoms of two config_types, with energies of a model."""
    rng, text = np.random.default_rng(1), []
    grid = np.array([[i, j, k] for i in range(2) for j in range(2) for k in range(2)], float)
    for f in range(n_frames):
        cells = 3.2 * np.concatenate([grid, grid + 0.5])
        n = 16 if f % 4 else 11  # vacancies: frames of different sizes
        order = rng.permutation(16)[:n]
        species = rng.choice(["Nb", "Mo", "Ta", "W"], n)
        if f == 0:
            species[:4] = ["Nb", "Mo", "Ta", "W"]
        write_xyz(path + ".one", species, cells[order] + rng.normal(0, 0.12, (n, 3)),
                  np.eye(3) * 6.4 * (1 + rng.normal(0, 0.01)), "TTT",
                  "config_type=" + ("hot" if f % 3 else "cold"))
        text.append(open(path + ".one").read())
    open(path + ".in", "w").write("".join(text))
    code, _, err = run("eval", os.path.join(MODELS, "hea4_nuR2_nuS2", "gp.xml"), path + ".in",
                       "-o", path)
    check(code == 0, err)


def parts_of(data):
    """the texts of the frames"""
    lines, parts = open(data).read().split("\n"), []
    while lines and lines[0].strip():
        n = int(lines[0]) + 2
        parts.append("\n".join(lines[:n]) + "\n")
        lines = lines[n:]
    return parts


def errors(model, data):
    """MAE, RMSE and largest of E, F and V by soapz eval"""
    out = data + ".out"
    code, _, err = run("eval", model, data, "-o", out)
    check(code == 0, err)
    e, f, v = [], [], []
    for got, want in zip(read_xyz(out), read_xyz(data)):
        n = want["n_atoms"]
        e.append((float(got["energy"]) - float(want["energy"])) / n)
        f += list(np.ravel(got["forces"] - want["forces"]))
        v += list((numbers(got["virial"]) - numbers(want["virial"]))[LOWER] / n)
    return np.array([g(np.abs(x)) for x in (e, f, v)
                     for g in (np.mean, lambda x: np.mean(x * x) ** 0.5, np.max)])


def words(data, model, n_sparse=80, sigma=0.001):
    return ["e0={Nb:-3.1:Mo:-4.6:Ta:-3.5:W:-4.5}", "at_file=" + data, "gp_file=" + model,
            "energy_parameter_name=energy", "force_parameter_name=forces",
            "virial_parameter_name=virial", f"default_sigma={{{sigma} 0.01 0.05 0.0}}",
            "rnd_seed=1", "sparse_jitter=1e-8", "gap=" + SOAP % n_sparse]


def predictions(model, data):
    """energies per atom and forces of the first frames"""
    out = data + ".out"
    code, _, err = run("eval", model, data, "-o", out)
    if not check(code == 0, err):
        return np.array([np.nan]), np.array([np.nan])
    frames = read_xyz(out)[:12]
    return (np.array([float(f["energy"]) / f["n_atoms"] for f in frames]),
            np.concatenate([f["forces"] for f in frames]))


def check_same(name, got, want, energy, force):
    """predictions agree, in eV/atom and eV/Angstrom"""
    e = np.abs(got[0] - want[0]).max()
    f = np.abs(got[1] - want[1]).max()
    print(f"{name}: {e:.1e} eV/atom, {f:.1e} eV/Angstrom")
    check(e <= energy and f <= force, f"{name}: {e} {f}")


def frames_resumed(out):
    """of "those of 12 of 60 frames from the checkpoint" """
    found = re.search(r"those of (\d+) of (\d+) frames", out)
    return (int(found[1]), int(found[2])) if found else (0, 0)

# SPDX-License-Identifier: BSD-3-Clause
"""kokkos.py - the device in Python and in soapz eval: models of every compression, of the other radial
bases and of acsf give the same results as on the CPU."""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

from make_model import SOAPZ, make_model
from soapz_cli import numbers, read_xyz, write_xyz
from soapz import Potential, SoapzError

BASE = ("soap cutoff=4 n_max=4 l_max=3 atom_sigma=0.6 n_species=4 species_Z={41 42 73 74} "
        "n_Z=4 Z={41 42 73 74} ")
KEYS = ["nu_S=1 radial_basis=POLY", "radial_basis=GTO", "nu_S=1 normalise=F", "cutoff_dexp=2 cutoff_rate=1 "
        "cutoff_scale=4", "Z_map={41 42, 73 74: 41, 42}", "Z_mix=T K=3 mix_shift=3", "R_mix=T K=3 coupling=F",
        "compression={nu,mu^=1,2} l_min=1", "central_reference_all_species=T", "n_species=2 species_Z={41 74}"]
ACSF = "acsf cutoff=4 n_species=4 species_Z={41 42 73 74} n_Z=4 Z={41 42 73 74}"
failed = 0


def check(what, good, why=""):
    global failed
    failed += not good
    if not good:
        print(f"{what}: {why}")


def cases():
    listed = subprocess.run([SOAPZ, "compressions", "--json"], check=True, text=True, stdout=subprocess.PIPE)
    for c in json.loads(listed.stdout):
        more = {"optimal": " u_max=5", "nu=2,d_J": " d_J=3"}.get(c["label"], "")
        if c["label"][0] == "K":
            more = " K=9 compression_seed=4"
        yield BASE + f"compression={{{c['label']}}}{more}"
    for keys in KEYS:
        yield BASE + keys
    yield ACSF


def atoms(seed):
    """bcc, 36 atoms of four elements at random, with displacements"""
    rng = np.random.default_rng(seed)
    sites = np.array([(x, y, z) for x in range(3) for y in range(3) for z in range(2)], float)
    positions = 3.2 * np.concatenate([sites, sites + 0.5]) + rng.uniform(-0.25, 0.25, (36, 3))
    return rng.choice([41, 42, 73, 74], 36), positions, np.diag([9.6, 9.6, 6.4]), True


def off(a, b):
    return np.abs(np.asarray(a) - np.asarray(b)).max() / np.abs(np.asarray(b)).max()


frame, other = atoms(1), atoms(2)
symbols = {41: "Nb", 42: "Mo", 73: "Ta", 74: "W"}
with tempfile.TemporaryDirectory() as folder:
    path, xyz, out = (os.path.join(folder, name) for name in ("m.xml", "cells.xyz", "out.xyz"))
    write_xyz(xyz, [symbols[z] for z in other[0]], other[1], other[2], [1, 1, 1])
    for k, descriptor in enumerate(cases()):
        make_model(path, descriptor, xyz, seed=k, delta=1e3 if "normalise=F" in descriptor else 1.0)
        want, got = Potential(path).predict(frame), Potential(path, device="kokkos").predict(frame)
        worst = max(off(got.energies, want.energies), off(got.forces, want.forces), off(got.virials, want.virials))
        check(descriptor, worst <= 1e-11, f"off by {worst:.1e}")
        alone = [Potential(path, device=device).energy(([42], [[0.0, 0.0, 0.0]])) for device in ("cpu", "kokkos")]
        check(f"{descriptor}: one atom", abs(alone[0] - alone[1]) <= 1e-11 * abs(alone[0]), str(alone))
    for device in ("cpu", "kokkos"):
        said = subprocess.run([SOAPZ, "eval", path, xyz, "-o", out, "--device", device], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        check("eval says so", ("SOAP terms by Kokkos" in said) == (device == "kokkos"), said)
        result = read_xyz(out)[0]
        p = Potential(path, device=device)
        check("eval", abs(numbers(result["energy"])[0] - p.energy(other)) < 1e-9, device)
    try:
        Potential(path, device="kokkos", precision="mixed")
        check("mixed precision is refused", False)
    except SoapzError as e:
        check("mixed precision is refused", "double precision" in str(e), str(e))
    same = Potential(p, device="kokkos")
    check("one like it", same.energy(other) == p.energy(other))
print(f"{failed} failed")
sys.exit(failed > 0)

# SPDX-License-Identifier: BSD-3-Clause
"""every_compression.py - a model of every label and of every kind of key runs in LAMMPS: energy and
forces agree with soapz eval, forces are slopes of the energy, and results on two ranks are those on
one."""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import lmp

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from make_model import make_model  # noqa: E402
from soapz_cli import SOAPZ, numbers, read_xyz, write_xyz  # noqa: E402

BASE = ("soap cutoff=4 n_max=4 l_max=3 atom_sigma=0.6 n_species=4 species_Z={41 42 73 74} "
        "n_Z=4 Z={41 42 73 74} ")
KEYS = [f"nu_R={r} nu_S={s}" for r in range(3) for s in range(3)] + [
    "coupling=F", "nu_R=2 nu_S=0 coupling=F", "diagonal_radial=T",
    "Z_map={41, 42 73, 74}", "Z_map={41, 42 73, 74} coupling=F", "Z_map={41 42, 73 74: 41, 42}",
    "Z_mix=T K=3", "R_mix=T K=3", "Z_mix=T R_mix=T K=5", "Z_mix=T K=3 sym_mix=T",
    "R_mix=T K=3 sym_mix=T", "Z_mix=T R_mix=T K=5 sym_mix=T", "Z_mix=T K=3 coupling=F",
    "R_mix=T K=3 coupling=F", "Z_mix=T R_mix=T K=5 coupling=F", "Z_mix=T K=3 mix_shift=3",
    "compression={nu,mu^=1,2} l_min=1", "nu_S=1 radial_basis=POLY", "nu_S=1 radial_basis=GTO", "compression={nu,mu*=1,1} "
    "radial_basis=GTO", "nu_S=1 normalise=F"]
ATOMS = [1, 8, 17]  # models whose forces are compared with slopes
SCRIPT = """
compute pe all pe/atom
group few id {atoms}
fix slope few numdiff 1 1.0e-4
thermo_style custom step pe
dump atoms all custom 1 {name}.dump id fx fy fz c_pe f_slope[*]
dump_modify atoms sort id format float %.17g
run 0
print "$(pe:%.17g)" file {name}.global screen no
"""


def cases():
    listed = subprocess.run([SOAPZ, "compressions", "--json"], check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    for c in json.loads(listed):
        more = {"optimal": " u_max=5", "nu=2,d_J": " d_J=3"}.get(c["label"], "")
        if c["label"][0] == "K":
            more = " K=9 compression_seed=4"
        yield c["label"], f"compression={{{c['label']}}}{more}"
    for k in KEYS:
        yield k, k


def evaluate(folder, model, xyz):
    """energy and forces of soapz eval"""
    out = os.path.join(folder, "eval.xyz")
    subprocess.run([SOAPZ, "eval", model, xyz, "-o", out], check=True,
                   stdout=subprocess.DEVNULL)
    frame = read_xyz(out)[0]
    return numbers(frame["energy"])[0], frame["forces"]


def run(folder, names, ranks):
    """Every model in one run of LAMMPS: {name: (energy, rows of the dump)}"""
    script = "".join("clear\n" + lmp.setup("data", lmp.ELEMENTS, f"{name}.xml")
                     + SCRIPT.format(name=name, atoms=" ".join(map(str, ATOMS)))
                     for name in names)
    lmp.run_ok(script, folder, ranks)
    return {name: (float(Path(folder, name + ".global").read_text()),
                   lmp.read_dump(Path(folder, name + ".dump"))) for name in names}


frame = lmp.bcc((3, 2, 2), shake=0.25, seed=5)
with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS)
    xyz, cells = os.path.join(folder, "frame.xyz"), os.path.join(folder, "cells.xyz")
    write_xyz(xyz, frame.symbols, frame.positions, frame.cell, [1, 1, 1])
    other = lmp.bcc((3, 3, 2), shake=0.4, seed=6)
    write_xyz(cells, other.symbols, other.positions, other.cell, [1, 1, 1])
    title = {}
    for k, (text, keys) in enumerate(cases()):
        title[f"m{k}"] = text
        make_model(os.path.join(folder, f"m{k}.xml"), BASE + keys, cells, seed=k,
                   delta=1e3 if "normalise=F" in keys else 1.0)
    one, two = run(folder, title, 1), run(folder, title, 2)
    for name, text in title.items():
        energy, forces = evaluate(folder, os.path.join(folder, name + ".xml"), xyz)
        got, atoms = one[name]
        scale, few = np.abs(forces).max(), np.array(ATOMS) - 1
        worst = {
            "energy": abs(got - energy) / max(1.0, abs(energy)),
            "forces": np.abs(atoms[:, 1:4] - forces).max() / scale,
            "sum": abs(atoms[:, 4].sum() - energy) / max(1.0, abs(energy)),
            "ranks": max(abs(two[name][0] - got) / max(1.0, abs(got)),
                         np.abs(two[name][1][:, 1:5] - atoms[:, 1:5]).max() / scale)}
        slopes = np.abs(atoms[few, 5:8] - atoms[few, 1:4]).max() / scale
        lmp.check(text, bool(max(worst.values()) <= 1e-10 and slopes <= 1e-6 and scale > 1e-3),
                  f"forces up to {scale:.2g}; " + ", ".join(f"{k} {v:.0e}" for k, v in worst.items())
                  + f", slopes {slopes:.0e}")
lmp.finish()

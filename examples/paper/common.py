# SPDX-License-Identifier: BSD-3-Clause
"""Functions shared by the figures of run.py: statements, frames, descriptors, stored numbers."""
import numpy as np
import soapz
from soapz import Descriptor, analyse

LABELS = ["nu=2", "nu,mu=1,1", "nu,mu*=1,1", "W^T P_l", "nu,mu^=1,1", "nu=2,d_J", "mu=2"]
FINE = dict(n_max=12, l_max=9, cutoff=5.0, atom_sigma=0.4, central_weight=0.0)
failed = []


def states(ok, text):
    print(f"{'holds ' if ok else 'FAILS '} {text}")
    if not ok:
        failed.append(text)


def read(path, chosen=None):
    """[(symbols, positions, cell)] of the chosen frames of an extended XYZ file"""
    frames = []
    with open(path) as f:
        while line := f.readline():
            comment = f.readline()
            rows = [f.readline().split() for _ in range(int(line))]
            cell = np.reshape(comment.split('Lattice="')[1].split('"')[0].split(), (3, 3)).astype(float) \
                if "Lattice" in comment else None
            frames.append(([r[0] for r in rows], np.array([r[1:4] for r in rows], float), cell))
    return frames if chosen is None else [frames[k] for k in chosen]


def dataset(frames):
    data = soapz.Dataset()
    for symbols, x, cell in frames:
        data.add((symbols, x, cell, True) if cell is not None else (symbols, x))
    return data


def elements(frames):
    """by atomic number, as in the command: the numbers of W follow this order"""
    return sorted(soapz.structures.as_elements(sorted({s for f in frames for s in f[0]})))


def on_sphere(points):
    return np.array([[0, 0, 0]] + [[r * np.sin(t) * np.cos(f), r * np.sin(t) * np.sin(f), r * np.cos(t)]
                                   for r, t, f in points])


def gap(label, a, b, **settings):
    """|p_a - p_b| of the first atoms of two clusters"""
    d = Descriptor(label, elements([a, b]), **settings)
    return analyse.pairs(dataset([a, b]), d, [[0, len(a[0])]])[0]

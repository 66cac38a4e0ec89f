# SPDX-License-Identifier: BSD-3-Clause
"""reference.py DIR... - LAMMPS agrees with QUIP within 1e-8 for each model folder.

A folder contains one *.xml model (with core potentials in the same folder) and reference.xyz:
cells, small cells, triclinic cells, slab, cluster, dimer, isolated atom, with energy, virial
(-dE/dstrain), forces, and local energies and virials if QUIP has them. QUIP divides the energy of
three atoms of distance_Nb among them and, with compact_clusters=F, takes the virial from the first
atom. In soapz one atom has the whole energy, and the virial comes from each atom, so that only the
sums agree.
"""
import re
import sys
from pathlib import Path

import numpy as np

import lmp

TOLERANCE = 1e-8
FLOOR = 1e-9  # eV, eV/Angstrom: rounding of the numbers of QUIP in the models with the largest weights
NOISY = {"turbo_c_published": 1e-7}  # alpha_max=8: rounding errors of QUIP


def worst(name, pairs, scale):
    """One check over all structures; pairs of (got, want), allowed grows with |want|."""
    excess, largest = 0.0, 0.0
    for got, want in pairs:
        difference = np.abs(np.asarray(got) - want).max()
        allowed = NOISY.get(name.split()[0], TOLERANCE) * max(np.abs(want).max(), scale) + FLOOR
        largest = max(largest, difference)
        excess = max(excess, difference / allowed) if difference == difference else np.nan
        if excess != excess:
            break
    lmp.check(name, bool(excess <= 1.0), f"largest difference {largest:.1e}, "
              f"{excess:.2g} of what is allowed, {len(pairs)} structures")


def reference_virial(frame):
    return np.array(frame.info["virial"].split(), float).reshape(3, 3)


def compare(folder):
    model = [p for p in sorted(Path(folder).glob("*.xml"))
             if "<GAP_params" in p.read_text()]
    if len(model) != 1:
        sys.exit(f"FAIL {folder}: found {len(model)} GAP models, want one")
    frames = lmp.read_xyz(Path(folder, "reference.xyz"))
    elements = sorted({s for frame in frames for s in frame.symbols})
    results = list(zip(lmp.evaluate(frames, elements, model[0].resolve()), frames))
    name = Path(folder).name

    descriptors = re.findall(r"<descriptor>[^<]*(distance_Nb[^<]*)", model[0].read_text())
    split = any("order=3" in d for d in descriptors)
    clusters = any("compact_clusters=T" not in d for d in descriptors)

    per_atom = max(abs(float(f.info["energy"])) / len(f) for f in frames)
    worst(f"{name} energy", [(r["energy"], float(f.info["energy"])) for r, f in results],
          per_atom)
    force = max(np.abs(f.columns["forces"]).max() for f in frames)
    worst(f"{name} forces", [(r["forces"], f.columns["forces"]) for r, f in results], force)
    worst(f"{name} virial", [(r["virial"], reference_virial(f))
                             for r, f in results if "virial" in f.info], per_atom)
    if "local_energy" in frames[0].columns and not split:
        worst(f"{name} local energies", [(r["local_energy"], f.columns["local_energy"][:, 0])
                                         for r, f in results], per_atom)
    if "local_virial" in frames[0].columns and not clusters:
        # the order of QUIP is xx yx zx xy yy zy xz yz zz
        worst(f"{name} local virials",
              [(r["centroid"], f.columns["local_virial"].reshape(-1, 3, 3).transpose(0, 2, 1))
               for r, f in results], per_atom)


if len(sys.argv) < 2:
    sys.exit(__doc__)
for argument in sys.argv[1:]:
    compare(argument)
lmp.finish()

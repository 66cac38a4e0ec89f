# SPDX-License-Identifier: BSD-3-Clause
"""ranks.py - results for 1, 2 and 4 ranks and every block size agree within 1e-10."""
import numpy as np

import lmp

TOLERANCE = 1e-10

slanted = lmp.bcc((5, 5, 5), seed=2)
slanted.cell[1, 0], slanted.cell[2, 1] = 2.1, -1.3
# the last one takes more than one chunk of the pair style, except with the largest block
frames = [lmp.bcc((5, 5, 5)), slanted, lmp.bcc((11, 11, 11), seed=9)]


def compare(name, results):
    for shape, got, want in zip(("250 atoms", "triclinic", "2662 atoms"), results, first):
        for key in want:
            lmp.check_close(f"{name}, {shape}: {key}", got[key], want[key], TOLERANCE)


first = lmp.evaluate(frames)
lmp.check("forces are not zero", bool(np.abs(first[0]["forces"]).max() > 0.1))
for result in first:
    lmp.check_close("forces sum to zero", result["forces"].sum(axis=0), np.zeros(3), TOLERANCE,
                    np.abs(result["forces"]).max())
    lmp.check_close("local energies sum to the energy", result["local_energy"].sum(),
                    result["energy"], TOLERANCE)
    for kind in ("stress", "centroid"):
        total = result[kind].sum(axis=0)
        lmp.check_close(f"{kind} sums to the virial", (total + total.T) / 2, result["virial"],
                        TOLERANCE)
    lmp.check_close("stress is the symmetric part of centroid",
                    (result["centroid"] + result["centroid"].transpose(0, 2, 1)) / 2,
                    result["stress"], TOLERANCE)
for ranks in (2, 4):
    compare(f"{ranks} ranks", lmp.evaluate(frames, ranks=ranks))
for block in (1, 7, 64, 4096):
    compare(f"block {block}", lmp.evaluate(frames, style=f"soapz block {block}"))

# soap_turbo with a two-body term; soap_turbo with Glue, two and three bodies
for name, elements, a in (("turbo_alcu_add_species", ("Al", "Cu"), 3.0),
                          ("turbo_c_published", ("C",), 2.4)):
    frames = [lmp.bcc((6, 6, 6), a, seed=3, elements=elements)]
    model = lmp.ROOT / "tests" / "data" / "models" / name / "gp.xml"
    one, two = (lmp.evaluate(frames, elements, model, ranks=ranks)[0] for ranks in (1, 2))
    lmp.check(f"{name}: forces are not zero", bool(np.abs(one["forces"]).max() > 0.1))
    for key in one:
        lmp.check_close(f"{name}, 2 ranks: {key}", two[key], one[key], TOLERANCE)
lmp.finish()

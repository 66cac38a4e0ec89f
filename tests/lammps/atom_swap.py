# SPDX-License-Identifier: BSD-3-Clause
"""atom_swap.py - fix atom/swap samples the Boltzmann distribution: in a rigid cell of 16 sites, all
positions of two tungsten atoms in niobium are enumerated by separate evaluations. All sites are
equivalent, so that 15 of the 120 positions are sufficient."""
import tempfile
from pathlib import Path

import numpy as np

import lmp

BOLTZMANN = 8.617333262e-5  # eV/K
TEMPERATURE = 400.0
# no integrator, so atoms do not move. Swaps are made before each step, then the energy is printed.
SCRIPT = """
timestep 0.001
neigh_modify every 1 delay 0
fix swap all atom/swap 1 5 4711 {T} ke no types 1 4
thermo {steps}
thermo_style custom step pe f_swap[1] f_swap[2]
fix log all print 1 "$(pe:%.17g)" file energies screen no
run {steps}
print "$(f_swap[1]) $(f_swap[2])" file counts screen no
write_data end.data nocoeff
"""


def alloy(places):
    frame = lmp.bcc((2, 2, 2), shake=0.0)
    frame.symbols = ["W" if k in places else "Nb" for k in range(16)]
    return frame


frames = [alloy((0, k)) for k in range(1, 16)]
energy = np.array([r["energy"] for r in lmp.evaluate(frames)])
weight = np.exp(-(energy - energy.min()) / BOLTZMANN / TEMPERATURE)
weight /= weight.sum()
mean = weight @ energy
spread = np.sqrt(weight @ (energy - mean) ** 2)

def sample(ranks, steps):
    """Energies after each step, and (attempts, accepted); each energy must be one of those enumerated."""
    script = lmp.setup("data", lmp.ELEMENTS) + SCRIPT.format(T=TEMPERATURE, steps=steps)
    with tempfile.TemporaryDirectory() as folder:
        lmp.write_data(Path(folder, "data"), frames[0], lmp.ELEMENTS)
        lmp.run_ok(script, folder, ranks)
        found = np.loadtxt(Path(folder, "energies"))
        counts = np.loadtxt(Path(folder, "counts"))
    worst = np.abs(found[:, None] - energy).min(axis=1).max()
    lmp.check(f"{ranks} ranks: each energy is one of the enumerated ones",
              bool(worst <= 1e-8 and np.ptp(found) > 1e-3), f"{worst:.1e} eV")
    return found, counts


sample(2, 40)
found, (tried, accepted) = sample(1, 2000)
found = found[201:]
# blocks of 20 steps, a hundred swaps, are independent of one another
blocks = found.reshape(-1, 20).mean(axis=1)
error = blocks.std() / np.sqrt(len(blocks))
lmp.check("mean energy is Boltzmann's",
          bool(abs(found.mean() - mean) <= 5 * error + 1e-9 and error <= 0.1 * spread),
          f"{found.mean() - mean:+.1e} of {spread:.1e} eV, standard error {error:.1e}")
share = (np.abs(found - energy.min()) <= 1e-6).mean()
want = weight[np.abs(energy - energy.min()) <= 1e-6].sum()
lmp.check("share of the ground state", bool(abs(share - want) <= 0.05 and 0.1 < want < 0.9),
          f"{share:.3f}, Boltzmann {want:.3f}")
lmp.check("some swaps are refused", bool(0.05 * tried <= accepted <= 0.98 * tried),
          f"{accepted:.0f} of {tried:.0f}")
lmp.finish()

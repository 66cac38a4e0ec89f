# SPDX-License-Identifier: BSD-3-Clause
"""quip.py MODEL.xml CELL.xyz REPEATS: QUIP's energy and forces, timed; run.py starts it
with a Python that has quippy (pip install quippy-ase). Prints one line of JSON."""
import json
import sys
import time

import numpy as np
from ase.io import read
from quippy.potential import Potential


def main():
    model, cell, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3])
    atoms = read(cell)
    start = time.process_time()
    atoms.calc = Potential(param_filename=model)
    load = time.process_time() - start
    energy, forces = atoms.get_potential_energy(), atoms.get_forces()
    rng, rest, times = np.random.default_rng(0), atoms.get_positions(), []
    for _ in range(repeats):
        atoms.set_positions(rest + rng.normal(0.0, 1e-3, rest.shape))
        start = time.process_time()
        atoms.calc.calculate(atoms, properties=["energy", "forces"])
        times.append(time.process_time() - start)
    print(json.dumps({"load": load, "seconds": times, "energy": energy,
                      "forces": forces.tolist()}))


if __name__ == "__main__":
    main()

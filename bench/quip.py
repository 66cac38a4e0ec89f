# SPDX-License-Identifier: BSD-3-Clause
"""The measurements of QUIP; run.py and compressions.py start this script with a Python that
has quippy (pip install quippy-ase).

quip.py MODEL.xml CELL.xyz REPEATS   energy, forces and their times: one line of JSON
quip.py --descriptors                reads lines of JSON {"descriptor", "cell", "repeats"} from
                                     stdin; for each prints one with the time of vectors and
                                     gradients"""
import json
import sys
import time

import numpy as np
from ase.io import read


def potential(model, cell, repeats):
    from quippy.potential import Potential
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
    return {"load": load, "seconds": times, "energy": energy, "forces": forces.tolist()}


def descriptor(text, cell, repeats):
    from quippy.descriptors import Descriptor
    atoms, made, times = read(cell), Descriptor(text), []
    for _ in range(repeats):
        start = time.process_time()
        result = made.calc(atoms, grad=True)
        times.append(time.process_time() - start)
    return {"seconds": times, "length": result["data"].shape[1]}


def main():
    if sys.argv[1] != "--descriptors":
        print(json.dumps(potential(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
        return
    for line in sys.stdin:
        job = json.loads(line)
        try:
            result = descriptor(job["descriptor"], job["cell"], job["repeats"])
        except RuntimeError as error:
            result = {"error": str(error)}
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()

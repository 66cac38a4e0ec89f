# SPDX-License-Identifier: BSD-3-Clause
"""make_fourbody.py - writes data/fourbody.json: products of three factors of random
environments, by a program that is independent of soapz.

    SOAPZ_SHARED=../shared python3 make_fourbody.py

It needs the folder reference/ there: soapdesc.py (densities) and analysis_fourbody.py
(couplings by quadrature, all ordered triples, plain sums). For each of the 20 labels the
kernels p . p' of all pairs of environments and the norms of the parts of each (l1,l2,l3), named
by factor and l: "nu2 mu^1 mu^1" contains all products of l=2 of nu with l=1 of mu^ twice."""
import itertools
import json
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = ["nu", "nu^", "mu", "mu^"]
ELEMENTS = [23, 41, 42]
N_MAX = 4
SOAP = ("soap cutoff=4 cutoff_transition_width=1 n_max=4 l_max={l_max} atom_sigma=0.5 n_species=3 "
        "species_Z={{23 41 42}} central_weight=0")


def labels():
    """{label: its three factors}"""
    found = {}
    for powers in itertools.product(range(4), repeat=4):
        if sum(powers) == 3:
            used = [(n, k) for n, k in zip(NAMES, powers) if k]
            label = ",".join(n for n, _ in used) + "=" + ",".join(str(k) for _, k in used)
            found[label] = [n for n, k in used for _ in range(k)]
    return found


def environments(seed, n):
    """n environments (positions, numbers) of a centre at the origin and nine neighbours"""
    rng = np.random.default_rng(seed)
    made = []
    while len(made) < n:
        x = rng.normal(size=(9, 3)) * 1.7
        if np.linalg.norm(x, axis=1).min() > 0.8:
            made.append((np.vstack([np.zeros(3), x.round(6)]), rng.choice(ELEMENTS, 10)))
    return made


def part_name(factors, l):
    return " ".join(sorted(f"{f}{k}" for f, k in zip(factors, l)))


def compute(reference, l_max, atoms):
    """{label: {"kernels": [[..]], "norms": {part: [of each environment]}}}"""
    sys.path.insert(0, reference)
    import analysis_fourbody as oracle
    from soapdesc import Soap
    soap = Soap(SOAP.format(l_max=l_max))
    densities = [oracle.expansion(soap, z, x) for x, z in atoms]
    result = {}
    for label, factors in labels().items():
        parts = []
        for x in densities:
            y = oracle.maps(x, len(ELEMENTS), N_MAX)
            parts.append(oracle.invariants(*(y[f] for f in factors), l_max))
        vectors = np.array([np.concatenate([v.ravel() for v in p.values()]) for p in parts])
        squares = {}
        for l in parts[0]:
            name = part_name(factors, l)
            squares[name] = squares.get(name, 0) + np.array([(p[l] ** 2).sum() for p in parts])
        result[label] = {"kernels": (vectors @ vectors.T).tolist(),
                         "norms": {k: np.sqrt(v).tolist() for k, v in squares.items()}}
    return result


def main():
    l_max, atoms = 3, environments(11, 3)
    data = {"soap": SOAP.format(l_max=l_max), "l_max": l_max,
            "environments": [{"positions": x.tolist(), "numbers": z.tolist()} for x, z in atoms],
            "labels": compute(os.path.join(os.environ["SOAPZ_SHARED"], "reference"), l_max, atoms)}
    with open(os.path.join(HERE, "data", "fourbody.json"), "w") as f:
        json.dump(data, f, indent=None, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    main()

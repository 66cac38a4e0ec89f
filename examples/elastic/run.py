#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Lattice parameter, elastic constants and vacancies of Nb, Mo, Ta, W and of their alloy.

Runs in.elastic for each element and for some random alloys, and compares with DFT.
--short: one element, one alloy of 54 atoms.
"""
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from lammps_run import ELEMENTS, Example, pictures, read_json  # noqa: E402

UNITS = {"a": "Angstrom", "C11": "GPa", "C12": "GPa", "C44": "GPa", "vacancy": "eV"}
BAR = 1e-4  # GPa
NAMES = {"a": "lattice parameter", "C11": "C11", "C12": "C12", "C44": "C44",
         "vacancy": "vacancy formation"}


def constants(folder, cells):
    """a and the elastic constants averaged over the cubic axes, from crystal.txt, stress.txt.
    C_kl is the stress k at the strain +e in l minus that at -e, divided by 2 e."""
    n, energy, length = np.loadtxt(os.path.join(folder, "crystal.txt"))
    table = np.loadtxt(os.path.join(folder, "stress.txt"))
    strain, stress = table[:, :6], table[:, 6:]
    if strain.shape != (12, 6) or not np.isfinite(table).all():
        sys.exit(f"{folder}/stress.txt: twelve lines of numbers were expected")
    c = (np.linalg.pinv(strain) @ stress).T * BAR
    result = {"a": length / cells, "C11": np.diag(c)[:3].mean(),
              "C12": c[:3, :3][~np.eye(3, dtype=bool)].mean(), "C44": np.diag(c)[3:].mean()}
    path = os.path.join(folder, "vacancy.txt")
    if os.path.exists(path):
        left, broken = np.loadtxt(path)
        result["vacancy"] = broken - left / n * energy
    return result


def summary(computed, spread, references):
    lines = [f"{'':22}" + "".join(f"{k:>10}" for k in UNITS),
             f"{'':22}" + "".join(f"{k:>10}" for k in UNITS.values())]
    for subject, values in computed.items():
        rows = {"soapz": values, "+- (cells)": spread.get(subject),
                **{label: r.get(subject) for label, r in references.items()}}
        for label, row in rows.items():
            if not row:
                continue
            cells = [f"{row[k]:10.{4 if k == 'a' else 2 if k == 'vacancy' else 1}f}"
                     if k in row else f"{'-':>10}" for k in UNITS]
            lines.append(f"{subject if label == 'soapz' else '':10}{label:12}" + "".join(cells))
    return "\n".join(lines)


def draw(computed, spread, references, path):
    """One panel per property. The legend is in the panel of vacancies, where the alloy has no point."""
    style = pictures()
    fig, axes = style.plt.subplots(len(UNITS), 1, figsize=(style.WIDTH, 1.35 * len(UNITS) + 0.3), sharex=True)
    markers = {"PBE": ("_", style.INK, 220), "data's DFT": ("x", style.COLOURS[1], 44)}
    subjects = list(computed)
    for axis, (key, unit) in zip(axes, UNITS.items()):
        have = [(k, computed[s][key], spread.get(s, {}).get(key, 0))
                for k, s in enumerate(subjects) if key in computed[s]]
        x, y, error = zip(*have)
        axis.errorbar(x, y, yerr=error, fmt="o", ms=6, color=style.COLOURS[0], label="soapz")
        for label, (marker, color, size) in markers.items():
            have = [(k, references[label][s][key]) for k, s in enumerate(subjects)
                    if key in references[label].get(s, {})]
            axis.scatter(*(zip(*have) if have else ([], [])), marker=marker, color=color, label=label, zorder=3,
                         s=size)
        axis.margins(y=0.15)
        if key != "a":
            axis.set_ylim(bottom=0)
        axis.set_title(f"{NAMES[key]}, {unit}")
    axes[-1].set_xticks(range(len(subjects)), subjects)
    axes[-1].set_xlim(-0.5, len(subjects) - 0.5)
    axes[-1].legend(loc="lower right")
    style.write_figure(fig, path)


def add_options(parser):
    parser.add_argument("--cells", type=int, help="bcc cells along an edge, 4")
    parser.add_argument("--alloys", type=int, default=4, help="random alloys to average over, 4")
    parser.add_argument("--strain", type=float, default=0.005)


def main():
    run = Example(HERE, __doc__, add_options)
    args = run.args
    cells = args.cells or (3 if args.short else 4)
    computed, spread = {}, {}
    for element in ELEMENTS[-1:] if args.short else ELEMENTS:
        folder = run.lmp("in.elastic", element, ranks=1, element=element, cells=cells,
                         strain=args.strain)
        computed[element] = constants(folder, cells)
    alloys = [constants(run.lmp("in.elastic", f"alloy{k}", ranks=1, element="alloy", cells=cells,
                                strain=args.strain, seed=11 + k), cells)
              for k in range(1 if args.short else args.alloys)]
    for what, average in ((computed, np.mean), (spread, np.std)):
        what["NbMoTaW"] = {key: average([x[key] for x in alloys]) for key in alloys[0]}

    references = {"PBE": read_json(os.path.join(HERE, "published.json")),
                  "data's DFT": read_json(os.path.join(HERE, "dft.json"))}
    run.numbers = {f"{s} {key}": x for s, row in computed.items() for key, x in row.items()}
    draw(computed, spread, references, os.path.join(run.output, "elastic.png"))
    run.finish(["elastic.png"], summary(computed, spread, references))


if __name__ == "__main__":
    main()

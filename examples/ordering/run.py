#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Short-range order of random NbMoTaW by molecular dynamics with swaps (fix atom/swap).

Warren and Cowley's parameter of the elements i and j in a shell of neighbours,

    alpha_ij = 1 - p_ij / c_j,

with the fraction p_ij of j among the neighbours of i, and the fraction c_j of j in the alloy. It is
0 in a random alloy, and negative if i and j prefer to be neighbours. --short: 54 atoms, two
temperatures.
"""
import os
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from lammps_run import ELEMENTS, Example, pictures  # noqa: E402

TEMPERATURES = [3000, 2000, 1500, 1200, 900, 600, 300]
SHELLS = {1: [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)],
          2: [(2, 0, 0), (-2, 0, 0), (0, 2, 0), (0, -2, 0), (0, 0, 2), (0, 0, -2)]}
PAIRS = [(i, j) for i in range(4) for j in range(i + 1, 4)]
FRESH = """units metal
read_data {data}
pair_style soapz
pair_coeff * * {model} Nb Mo Ta W
thermo_modify norm yes
run 0
print "$(pe:%.17g)" file fresh.txt screen no
"""


def read_types(path):
    """[frames][atoms] types, sorted by ID; IDs count sites in the order of create_atoms"""
    lines = open(path).read().split("ITEM: TIMESTEP\n")[1:]
    frames = [np.array(text.split("ITEM: ATOMS id type\n")[1].split(), int).reshape(-1, 2)
              for text in lines]
    return np.array([frame[:, 1] for frame in frames]) - 1


def read_data(path):
    """Scaled positions [atoms][3] by ID, unwrapped, of a file of write_data"""
    lines = open(path).read().split("\n")
    box = np.array([line.split()[:2] for line in lines if line.endswith("hi")], float)
    n = next(int(line.split()[0]) for line in lines if line.endswith(" atoms"))
    at = lines.index("Atoms # atomic") + 2
    rows = np.array([line.split() for line in lines[at:at + n]], float)
    rows = rows[rows[:, 0].argsort()]
    return (rows[:, 2:5] - box[:, 0]) / (box[:, 1] - box[:, 0]) + rows[:, 5:8]


def sites(folder, cells):
    """The site of each ID, in half lattice parameters. A swap exchanges elements, not positions. An error
    if an atom has left its site."""
    start, end = (read_data(os.path.join(folder, f)) for f in ("start.data", "end.data"))
    shift = end - start
    if np.abs(shift - shift.mean(axis=0)).max() > 0.35 / cells:
        sys.exit(f"{folder}/end.data: atoms have left their sites, begin at a lower temperature")
    return np.rint(2 * cells * start).astype(int) % (2 * cells)


def neighbours(site, cells, shell):
    """[atoms][neighbours] the atoms of this shell"""
    index = {tuple(s): k for k, s in enumerate(site)}
    return np.array([[index[tuple((s + d) % (2 * cells))] for d in np.array(SHELLS[shell])]
                     for s in site])


def warren_cowley(types, near):
    """alpha [4][4] of one configuration"""
    share = np.bincount(types, minlength=4) / len(types)
    p = np.array([np.bincount(types[near[types == i]].ravel(), minlength=4)
                  / near[types == i].size for i in range(4)])
    return 1 - p / share


def fresh_energy(run, folder):
    """Energy of the last configuration in a new LAMMPS, without swaps"""
    with tempfile.TemporaryDirectory(dir=run.output) as scratch:
        with open(os.path.join(scratch, "in.fresh"), "w") as file:
            file.write(FRESH.format(data=os.path.join(folder, "end.data"),
                                    model=run.args.potential))
        run.start_lmp(["-in", "in.fresh"], scratch, ranks=1)
        return float(open(os.path.join(scratch, "fresh.txt")).read())


def summary(temperatures, mean, accepted, thermo, error):
    lines = ["Warren-Cowley parameters of the first shell",
             f"{'K':>6}" + "".join(f"{ELEMENTS[i] + '-' + ELEMENTS[j]:>8}" for i, j in PAIRS)
             + f"{'accepted':>12}"]
    for T in temperatures:
        lines.append(f"{T:6}" + "".join(f"{mean[T][1][i, j]:8.2f}" for i, j in PAIRS)
                     + f"{100 * accepted[T]:10.1f} %")
    tried, done = thermo[:, -1, 3].sum(), thermo[:, -1, 4].sum()
    return "\n".join([*lines, f"swaps tried: {tried:.0f}, accepted: {done:.0f}",
                      "energy after the last step less that of a fresh LAMMPS: "
                      f"{error:.1e} eV/atom"])


def draw(run, temperatures, mean, accepted):
    style = pictures()
    fig, axes = style.plt.subplots(3, 1, figsize=(style.WIDTH, 7.6), sharex=True)
    for axis, shell in zip(axes, SHELLS):
        for (i, j), color in zip(PAIRS, style.COLOURS):
            axis.plot(temperatures, [mean[T][shell][i, j] for T in temperatures], "o-", color=color,
                      label=f"{ELEMENTS[i]}-{ELEMENTS[j]}")
        axis.axhline(0, color=style.FAINT, lw=0.8, zorder=0)
        axis.set_title(f"Warren-Cowley parameter, {'first' if shell == 1 else 'second'} shell")
    axes[2].plot(temperatures, [100 * accepted[T] for T in temperatures], "o-", color=style.INK)
    axes[2].set(title="accepted swaps, %", xlabel="temperature, K", ylim=(0, None))
    axes[2].invert_xaxis()  # in the order of the run
    for axis in axes[:2]:
        style.label_ends(axis)
    style.write_figure(fig, os.path.join(run.output, "ordering.png"))


def main():
    run = Example(HERE, __doc__)
    cells, steps, dumps = (3, 400, 10) if run.args.short else (6, 2000, 10)
    temperatures = [3000, 300] if run.args.short else TEMPERATURES
    folder = run.lmp("in.ordering", "anneal", cells=cells, steps=steps, swaps=4 if
                     run.args.short else 2, T=temperatures, dumps=dumps)
    thermo = np.loadtxt(os.path.join(folder, "thermo.txt"))
    thermo = thermo.reshape(len(temperatures), dumps + 1, 5)
    types = read_types(os.path.join(folder, "types.dump"))
    if len(types) != len(temperatures) * dumps + 1:
        sys.exit(f"{folder}/types.dump: {len(types)} configurations, not as many as steps say")
    if (np.sort(types, axis=1) != np.sort(types[0])).any():
        sys.exit(f"{folder}/types.dump: the composition has changed")
    site = sites(folder, cells)
    near = {shell: neighbours(site, cells, shell) for shell in SHELLS}
    mean, accepted = {}, {}
    for k, T in enumerate(temperatures):
        late = types[1 + k * dumps + dumps // 2:1 + (k + 1) * dumps]  # the second half
        mean[T] = {s: np.mean([warren_cowley(t, near[s]) for t in late], axis=0)
                   for s in SHELLS}
        accepted[T] = thermo[k, -1, 4] / thermo[k, -1, 3]
    known = float(open(os.path.join(folder, "pe.txt")).read())
    error = abs(fresh_energy(run, folder) - known)

    run.numbers = {f"{T} K alpha{s} {ELEMENTS[i]}-{ELEMENTS[j]}": mean[T][s][i, j]
                   for T in (temperatures[0], temperatures[-1]) for s in SHELLS
                   for i, j in PAIRS}
    run.numbers |= {f"{T} K accepted": accepted[T] for T in temperatures}
    run.numbers["energy difference, eV/atom"] = error
    draw(run, temperatures, mean, accepted)
    run.finish(["ordering.png"], summary(temperatures, mean, accepted, thermo, error))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Summary and picture of a run of in.NbMoTaW: report.py log.lammps picture.png"""

import re
import sys

import numpy as np


def read_log(path):
    """The thermo tables of a LAMMPS log (one array per run, columns by name), the number
    of atoms, and (seconds, steps) of each run."""
    tables, timing, rows, n_atoms = [], [], None, 0
    for line in open(path):
        words = line.split()
        loop = re.match(r"Loop time of (\S+) on \d+ procs for (\d+) steps with (\d+)", line)
        if words[:2] == ["Step", "Time"]:
            names, rows = words, []
        elif loop:
            tables.append({k: np.array(v) for k, v in zip(names, zip(*rows))})
            timing.append((float(loop[1]), int(loop[2])))
            n_atoms, rows = int(loop[3]), None
        elif rows is not None and len(words) == len(names) and words[0].isdigit():
            rows.append([float(w) for w in words])
    if len(tables) < 2:
        sys.exit(f"{path}: the run is not complete")
    return tables, timing, n_atoms


def draw(hold, free, drift, picture):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    fig, (top, bottom) = plt.subplots(2, 1, sharex=True, figsize=(8, 6), dpi=120)
    e0 = free["TotEng"][0]
    for table in (hold, free):
        top.plot(table["Time"], 1e3 * (table["TotEng"] - e0), color="C0")
        top.plot(table["Time"], 1e3 * (table["PotEng"] - e0), color="C1")
        bottom.plot(table["Time"], table["Temp"], color="C3")
    top.legend(["total energy", "potential energy"], loc="lower right", frameon=False)
    top.set_ylabel("energy, meV/atom")
    top.set_title("NbMoTaW, 2,000 atoms, SOAP-GAP in LAMMPS (soapz)")
    bottom.set_ylabel("temperature, K")
    bottom.set_xlabel("time, ps")
    bottom.axhline(300, color="0.7", lw=0.8, zorder=0)
    for axes in (top, bottom):
        axes.axvspan(hold["Time"][0], hold["Time"][-1], color="0.93", zorder=0)
        axes.margins(x=0, y=0.15)
    bottom.text(hold["Time"][-1] / 2, bottom.get_ylim()[0], "thermostat",
                ha="center", va="bottom", color="0.4")
    top.text(0.98, 0.93, f"drift of the total energy {drift:.1e} eV/atom/ps",
             transform=top.transAxes, ha="right", va="top", color="0.3")
    fig.tight_layout()
    fig.savefig(picture)


def main(log, picture):
    (hold, free), timing, n_atoms = read_log(log)
    seconds, steps = (sum(x) for x in zip(*timing))
    drift = np.polyfit(free["Time"], free["TotEng"], 1)[0]  # energies are per atom
    second_half = free["Temp"][len(free["Temp"]) // 2:]
    if not np.isfinite([drift, *second_half]).all():
        sys.exit(f"{log}: the run holds NaN")
    draw(hold, free, drift, picture)
    print(f"atoms               {n_atoms}")
    print(f"steps               {steps} of 1 fs")
    print(f"speed               {n_atoms * steps / seconds:,.0f} atom-steps/s"
          f" ({seconds:.1f} s in all)")
    print(f"temperature         {second_half.mean():.1f} K (second half)")
    print(f"energy drift        {drift:.1e} eV/atom/ps over the last"
          f" {free['Time'][-1] - free['Time'][0]:.2f} ps, without thermostat")
    print(f"log                 {log}")
    print(f"picture             {picture}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])

#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Summary and picture of a run of in.NbMoTaW: report.py log.lammps picture.png"""

import os
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
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "python"))
    from soapz.pictures import COLOURS, FAINT, INK, WIDTH, label_ends, plt, write_figure

    fig, (top, bottom) = plt.subplots(2, 1, sharex=True, figsize=(WIDTH, 4.6))
    e0 = free["TotEng"][0]
    for table, total, potential in ((hold, "_", "_"), (free, "total", "potential")):
        top.plot(table["Time"], 1e3 * (table["TotEng"] - e0), color=COLOURS[0], label=total)
        top.plot(table["Time"], 1e3 * (table["PotEng"] - e0), color=COLOURS[1], label=potential)
        bottom.plot(table["Time"], table["Temp"], color=INK)
    top.set_title("Energy, meV/atom")
    top.text(0.98, 0.5, f"drift {drift:.1e} eV/atom/ps", transform=top.transAxes, ha="right", fontsize=9)
    bottom.set(title="Temperature, K", xlabel="time, ps")
    bottom.axhline(300, color=FAINT, lw=0.8, zorder=0)
    for axes in (top, bottom):
        axes.axvspan(hold["Time"][0], hold["Time"][-1], color="0.93", zorder=0)
        axes.margins(x=0, y=0.15)
    bottom.text(hold["Time"][-1] / 2, bottom.get_ylim()[0], "thermostat", ha="center", va="bottom", color="0.4")
    label_ends(top)
    write_figure(fig, picture)


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

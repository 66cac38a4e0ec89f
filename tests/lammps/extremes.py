# SPDX-License-Identifier: BSD-3-Clause
"""extremes.py - extreme runs: three and thirty times the density with pages of the neighbour list that are
too small, two atoms at 0.3 Angstrom, lost atoms, positions that are not numbers. Correct numbers, or one
sentence and an exit code that is not 0; never wrong numbers."""
import re
import tempfile
from pathlib import Path

import numpy as np

import independent
import lmp

BALANCED = lmp.ROOT / "potentials/NbMoTaW/balanced.soapz"


def run(frame, tail, ranks=1, boundary=None, data=lambda text: text):
    """exit code, output, and the numbers of MEASURE, if there are any"""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "data")
        box = lmp.write_data(path, frame, lmp.ELEMENTS)
        path.write_text(data(path.read_text()))
        script = lmp.setup("data", lmp.ELEMENTS, independent.SMALL, boundary or box.boundary) + tail
        for _ in range(1 if ranks == 1 else 4):
            # after MPI_Abort mpiexec may end before it has printed the output of a rank
            code, output = lmp.run(script, folder, ranks)
            if code == 0 or "ERROR" in output:
                break
        done = code == 0 and Path(folder, "one.global").exists()
        return code, output, lmp.read_result(folder, "one", box.turn) if done else None


def errors(output):
    return sorted({line for line in output.splitlines() if line.startswith("ERROR")})


def refused(name, messages, frame, tail, ranks, boundary=None):
    """ends with one of the messages, in one sentence of each rank that found the error"""
    code, output, _ = run(frame, tail, ranks, boundary)
    said = errors(output)
    right = any(message in line for line in said for message in messages)
    lmp.check(f"{name}, {ranks} ranks: refused", code != 0 and (ranks > 1 or code == 1) and right
              and len(said) <= ranks, f"exit code {code}: {'; '.join(said)[:250]}")


MEASURE = lmp.MEASURE.format(name="one")

# ---- more neighbours than the list has room for ----------------------------------------

kinds = set()
for factor, pages in ((3, (None, 50, 200, 240, 300)), (30, (None, 500, 4000))):
    frame = lmp.bcc((3, 3, 3), a=3.24 / factor ** (1 / 3), shake=0.05, seed=71)
    want = independent.evaluate(frame, independent.SMALL)
    for one in pages:
        words = f"neigh_modify one {one} page {10 * one}\n" if one else ""
        for ranks in (1, 2):
            name = f"{factor} times the density, {words.strip() or 'default'}, {ranks} ranks"
            code, output, got = run(frame, words + MEASURE, ranks)
            if code:
                said = "; ".join(errors(output))
                lmp.check(name, "Neighbor list overflow, boost neigh_modify one" in said, said[:200])
            else:
                for key in ("energy", "forces", "local_energy", "virial"):
                    lmp.check_close(f"{name}: {key}", got[key], want[key], 1e-9)
            kinds.add((factor, code == 0))
lmp.check("both kinds were met at both densities", len(kinds) == 4, str(kinds))

# ---- two atoms at 0.3 Angstrom -----------------------------------------------------------

crystal = lmp.bcc((3, 3, 3), shake=0.05, seed=72)
for distance in (0.3, 0.05):
    pair = lmp.Frame(["Nb", "W"], np.array([[1.0, 1, 1], [1 + distance, 1, 1]]), 20 * np.eye(3))
    inside = lmp.Frame(list(crystal.symbols), crystal.positions.copy(), crystal.cell)
    inside.positions[7] = inside.positions[20] + distance * np.array([0.6, 0.0, 0.8])
    down = np.array([0, 0, crystal.positions[0, 2] + 0.1 * distance])
    across = lmp.Frame(list(crystal.symbols), crystal.positions - down, crystal.cell)
    across.positions[30] = across.positions[0] + [0, 0, distance]
    named = (("alone", pair, 0, 1), ("in a crystal", inside, 20, 7), ("across the border", across, 0, 30))
    runs = [(independent.FAST, "soapz", 1)]
    if distance == 0.3:
        runs += [(independent.FAST, "soapz", 2), (independent.FAST, "soapz precision mixed", 1),
                 (BALANCED, "soapz", 1), (lmp.MODEL, "soapz", 1)]
    for model, style, ranks in runs:
        results = lmp.evaluate([frame for _, frame, _, _ in named], model=model, style=style, ranks=ranks)
        for (name, frame, a, b), got in zip(named, results):
            name = f"{distance} Angstrom {name}, {model.name}, {style}, {ranks} ranks"
            want = independent.evaluate(frame, model)
            lmp.check(f"{name}: finite", all(np.isfinite(v).all() for v in got.values()))
            for key in ("energy", "forces", "local_energy", "centroid"):
                size = np.abs(want[key]).max()
                rounding = 2e-5 * (len(frame) if key == "energy" else 1) * ("mixed" in style)
                lmp.check_close(f"{name}: {key}", got[key], want[key], 1e-9 * size + rounding, 1.0)
            if model == lmp.MODEL:
                continue  # has no core
            apart = (frame.positions[b] - frame.positions[a]) / distance
            along = (got["forces"][b] - got["forces"][a]) @ apart
            lmp.check(f"{name}: they repel each other", bool(along > 1e4 and got["energy"] > 1e3),
                      f"{along:.3g} eV/Angstrom")

# ---- atoms that leave ------------------------------------------------------------------

cluster = lmp.bcc((2, 2, 2), shake=0.05, seed=73)
cluster.pbc = (False,) * 3
LEAVE = """
neigh_modify every 1 delay 0
thermo 10
{lost}
velocity all set 0.0 0.0 0.0
group away id 16
velocity away set 3000.0 0.0 0.0
timestep 0.001
fix move {group} nve
run 20
"""
for ranks in (1, 2):
    refused("an atom that leaves", ["Lost atoms: original 16 current 15"], cluster,
            LEAVE.format(group="all", lost=""), ranks, "f f f")
    # if the user allows lost atoms, the results are those without the lost atom
    leave = LEAVE.format(group="away", lost="thermo_modify lost ignore flush yes")
    code, output, got = run(cluster, leave + MEASURE, ranks, boundary="f f f")
    lmp.check("lost ignore: goes on", got is not None, "; ".join(errors(output)))
    if got:
        independent.check(f"lost ignore, {ranks} ranks: the others", got, lmp.Frame(
            cluster.symbols[:15], cluster.positions[:15], cluster.cell, cluster.pbc), independent.SMALL)

# ---- positions that are not numbers --------------------------------------------------------

OURS, LAMMPS = " is not a number", "Non-numeric atom coords - simulation unstable"
NAN_VELOCITY = """
group bad id 3
variable bad atom {value}
fix move all nve
velocity all set 0.0 0.0 0.0
velocity bad set v_bad 0.0 0.0
run 20
"""
for ranks in (1, 2):
    for value in ("exp(1000)*0", "exp(1000)"):
        text = NAN_VELOCITY.format(value=value)
        refused(f"velocity {value}", [OURS, LAMMPS], crystal, text, ranks)
        refused(f"velocity {value}, lists at each step", [OURS, LAMMPS], crystal,
                "neigh_modify every 1 delay 0 check no\n" + text, ranks)
        refused(f"position {value}", [LAMMPS], crystal,
                f"variable bad atom {value}\nset atom 3 x v_bad\nrun 0\n", ranks)
code, output, _ = run(crystal, NAN_VELOCITY.format(value="exp(1000)*0"))
found = re.search(r"atom IDs (\d+) and (\d+)", output)
lmp.check("the sentence names the atom", bool(found) and "3" in found.groups(), found.group(0) if found else "")


def spoilt(text):
    lines = text.splitlines()
    at = next(k for k, line in enumerate(lines) if line.startswith("Atoms")) + 4
    words = lines[at].split()
    lines[at] = " ".join(words[:2] + ["nan"] + words[3:])
    return "\n".join(lines) + "\n"


code, output, got = run(crystal, MEASURE, data=spoilt)
said = "; ".join(errors(output))
lmp.check("nan in a data file", code == 1 and got is None and "'nan'" in said, said[:200])
lmp.finish()

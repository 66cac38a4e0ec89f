# SPDX-License-Identifier: BSD-3-Clause
"""uncertainty.py - variance and grade by fix pair agree with numpy on the sparse points, on one rank and
on two, alone and together with other styles; fix halt uses them; a restarted run has the same values;
forces do not change; without fix pair they are not computed."""
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import lmp

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))
from soapz_cli import SOAPZ  # noqa: E402

MODEL = lmp.ROOT / "potentials/NbMoTaW/fast.soapz"
LAMBDA = 1e-3  # eV
TOLERANCE = 1e-8  # relative to the largest, as 1 - v.v cancels
frame = lmp.bcc((4, 4, 3), shake=0.15, seed=8)
every = " ".join(lmp.ELEMENTS)

ASK = """
fix F all pair {every} soapz {fields}
compute top all reduce max {columns}
dump D all custom 1 {name}.dump id fx fy fz {columns} x y z
dump_modify D sort id format float %.17g
thermo_style custom step pe c_top{index}
thermo_modify format float %.17g
run {steps}
undump D
thermo_style one
uncompute top
unfix F
"""


def ask(fields=("variance", "grade"), name="ask", steps=0, interval=1):
    n = len(fields)
    columns = "f_F" if n == 1 else " ".join(f"f_F[{k + 1}]" for k in range(n))
    return ASK.format(every=interval, fields=" ".join(f"{f} 1" for f in fields), name=name,
                      columns=columns, index="" if n == 1 else "[*]", steps=steps)


def run(tail, ranks=1, which=frame, model=MODEL, head="", read=("ask",)):
    with tempfile.TemporaryDirectory() as folder:
        box = lmp.write_data(Path(folder, "data"), which, lmp.ELEMENTS)
        text = lmp.run_ok(lmp.setup("data", lmp.ELEMENTS, model, box.boundary) + head + tail,
                          folder, ranks)
        return [lmp.read_dump(Path(folder, f"{name}.dump")) for name in read], text


def by_numpy(which):
    """variance and grade of each atom, from the vectors of the environments and of the sparse points"""
    import soapz
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "vectors.soapz"))
        subprocess.run([SOAPZ, "convert", "--vectors", MODEL, path], check=True, stdout=subprocess.DEVNULL)
        data = Path(path).read_bytes()
    n = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + n])
    terms = json.loads(header["__metadata__"]["model"])["terms"]
    potential = soapz.Potential(MODEL)
    numbers = np.array([soapz_number(s) for s in which.symbols])
    atoms = (numbers, which.positions, which.cell, True)
    variance, grade, k_soap = np.zeros(len(which)), np.zeros(len(which)), 0
    for k, term in enumerate(terms):
        if not term["descriptor"].startswith("soap"):
            continue
        entry = header[f"term.{k}.sparse"]
        begin, end = (8 + n + x for x in entry["data_offsets"])
        points = np.frombuffer(data[begin:end]).reshape(entry["shape"])
        descriptor = potential.descriptor(k_soap)
        k_soap += 1
        mine, p = descriptor.centres(atoms), descriptor.compute(atoms)
        cosine = (p @ points.T) / np.linalg.norm(points, axis=1) / np.linalg.norm(p, axis=1)[:, None]
        grade[mine] = np.maximum(grade[mine], np.sqrt(2 - 2 * cosine.max(axis=1)))
        d2, zeta = term["delta"] ** 2, term["zeta"]
        q = d2 * (points @ points.T) ** zeta + LAMBDA ** 2 * np.eye(len(points))
        small = d2 * (p @ points.T) ** zeta
        variance[mine] += (d2 * (p * p).sum(axis=1) ** zeta + LAMBDA ** 2
                           - np.einsum("is,si->i", small, np.linalg.solve(q, small.T)))
    return variance, grade


def soapz_number(symbol):
    return {"Nb": 41, "Mo": 42, "Ta": 73, "W": 74}[symbol]


variance, grade = by_numpy(frame)
(plain,), _ = run("dump D all custom 1 plain.dump id fx fy fz\n"
                  "dump_modify D sort id format float %.17g\nrun 0\n", read=["plain"])
for ranks in (1, 2):
    (atoms,), text = run(ask(), ranks)
    lmp.check_close(f"{ranks} ranks: variance of numpy", atoms[:, 4], variance, TOLERANCE)
    lmp.check_close(f"{ranks} ranks: grade of numpy", atoms[:, 5], grade, TOLERANCE)
    lmp.check_close(f"{ranks} ranks: forces as without", atoms[:, 1:4], plain[:, 1:4],
                    0.0 if ranks == 1 else 1e-10)
lmp.check("variances and grades differ from atom to atom",
          bool(np.ptp(variance) > 0.1 * variance.max() and np.ptp(grade) > 0.1 * grade.max()))
for field, want in (("variance", variance), ("grade", grade)):
    (atoms,), _ = run(ask([field]))
    lmp.check_close(f"{field} alone", atoms[:, 4], want, TOLERANCE)
    (atoms,), _ = run(ask([field]), 2, head=(
        f"pair_style hybrid/overlay soapz zero 6.0\npair_coeff * * soapz {MODEL} {every}\n"
        "pair_coeff * * zero\n"))
    lmp.check_close(f"{field} in hybrid/overlay", atoms[:, 4], want, TOLERANCE)

# type 4 is NULL: its atoms have no value and are not neighbours of the others
(atoms,), _ = run(ask(), head=f"pair_style hybrid soapz zero 6.0\npair_coeff * * soapz {MODEL} "
                              "Nb Mo Ta NULL\npair_coeff 1*4 4 zero\n")
keep = np.array([s != "W" for s in frame.symbols])
rest = lmp.Frame([s for s in frame.symbols if s != "W"], frame.positions[keep], frame.cell)
lmp.check("NULL: no value", not atoms[~keep, 4:6].any())
for column, want in zip((4, 5), by_numpy(rest)):
    lmp.check_close("NULL: the others", atoms[keep, column], want, TOLERANCE)

# moving atoms: in the steps of the fix the values are those of the step; minimize; a rank without atoms
heat = "velocity all create 900.0 5 mom yes rot no dist gaussian\nfix M all nve\ntimestep 0.002\n"
(atoms,), _ = run(heat + ask(steps=20, interval=10), 2)
moved = lmp.Frame(frame.symbols, atoms[:, 6:9], frame.cell)
lmp.check("the atoms have moved", bool(np.abs(atoms[:, 1:4] - plain[:, 1:4]).max() > 0.1))
for column, want in zip((4, 5), by_numpy(moved)):
    lmp.check_close("after 20 steps", atoms[:, column], want, 1e-7)
corner = lmp.Frame(frame.symbols[:2], np.array([[1.0, 1, 1], [3.4, 1, 1]]), np.diag([40.0, 9, 9]))
two = run(ask(), 2, corner)[0][0]
lmp.check_close("a rank without atoms", two[:, 4:6], np.array(by_numpy(corner)).T, TOLERANCE)
(atoms,), _ = run("fix F all pair 1 soapz grade 1\ndump D all custom 1 ask.dump id f_F x y z\n"
                  "dump_modify D sort id format float %.17g\nmin_style cg\nminimize 0 1e-3 5 20\n")
relaxed = lmp.Frame(frame.symbols, atoms[:, 2:5], frame.cell)
lmp.check_close("minimize", atoms[:, 1], by_numpy(relaxed)[1], 1e-7)

# fix halt: the largest grade exceeds the threshold when an atom is pulled from its site
HALT = """
fix F all pair 1 soapz grade 1
compute top all reduce max f_F
variable grade equal c_top
fix stop all halt 1 v_grade > {threshold} error soft message yes
group one id 1
velocity one set 40.0 0 0
fix M all nve
timestep 0.001
thermo_style custom step v_grade
thermo 1
run 60
print "halted at $(step) with $(v_grade:%.17g)"
"""
at_rest = lmp.bcc((4, 4, 3), shake=0.02, seed=8)
start = by_numpy(at_rest)[1].max()
threshold = 1.2 * start
_, text = run(HALT.format(threshold=threshold), 2, at_rest, read=[])
step, value = next(line.split()[2::2] for line in text.splitlines() if line.startswith("halted at"))
lmp.check("fix halt", 0 < int(step) < 60 and float(value) > threshold, f"step {step}, {value}")

# the same values as without a restart
SPLIT = heat + "run 10\nwrite_restart half.restart\n" + ask(steps=5)
with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS)
    lmp.run_ok(lmp.setup("data", lmp.ELEMENTS, MODEL) + SPLIT, folder)
    whole = lmp.read_dump(Path(folder, "ask.dump"))
    lmp.run_ok(f"""
units metal
newton on
atom_modify map array
read_restart half.restart
pair_style soapz
pair_coeff * * {MODEL} {every}
fix M all nve
timestep 0.002
""" + ask(name="again", steps=5), folder)
    again = lmp.read_dump(Path(folder, "again.dump"))
lmp.check_close("restart: variance", again[:, 4], whole[:, 4], 1e-7)
lmp.check_close("restart: grade", again[:, 5], whole[:, 5], 1e-7)

# the expected errors of forces: g^2 of the forces of this style only, on both sides of the border
NOTE = {"Nb": (0.01, 0.05), "Mo": (0.02, 0.03), "Ta": (0.03, 0.02), "W": (0.015, 0.04)}
VARIANCE = float(np.median(variance))


def expected(forces):
    cutoff, f2 = 4.5, (forces ** 2).sum(axis=1)
    above, below = f2.copy(), np.ones(len(f2))
    for shift in np.ndindex(3, 3, 3):
        d = frame.positions[None] - frame.positions[:, None] + (np.array(shift) - 1) @ frame.cell
        w = np.clip(1 - (d ** 2).sum(axis=2) / cutoff ** 2, 0, None) ** 2
        if shift == (1, 1, 1):
            np.fill_diagonal(w, 0)
        above += w @ f2
        below += w.sum(axis=1)
    noise, slope = np.array([NOTE[s] for s in frame.symbols]).T
    return np.sqrt((noise ** 2 + slope ** 2 * above / below) * np.maximum(1, variance / VARIANCE))


with tempfile.TemporaryDirectory() as folder:
    import soapz
    calibrated = str(Path(folder, "calibrated.soapz"))
    soapz.Potential(MODEL).save(calibrated, notes={"uncertainty": (
        f"cutoff=4.5 variance={VARIANCE!r} energy_noise=0.001 energy_scale=1 "
        + " ".join("%s={%g %g}" % (e, *NOTE[e]) for e in NOTE))})
    for ranks in (1, 2):
        (atoms,), _ = run(ask(["uncertainty"]), ranks, model=calibrated)
        lmp.check_close(f"{ranks} ranks: uncertainty of numpy", atoms[:, 4], expected(plain[:, 1:4]), 1e-7)
    (atoms,), _ = run(ask(["uncertainty", "grade"]), 2, model=calibrated, head=(
        f"pair_style hybrid/overlay zbl 3.0 4.0 soapz\npair_coeff * * soapz {calibrated} {every}\n"
        "pair_coeff * * zbl 50 50\n"))
    lmp.check("zbl adds forces", bool(np.abs(atoms[:, 1:4] - plain[:, 1:4]).max() > 0.01))
    lmp.check_close("beside zbl: uncertainty", atoms[:, 4], expected(plain[:, 1:4]), 1e-7)
    lmp.check_close("beside zbl: grade", atoms[:, 5], grade, TOLERANCE)

# errors
with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS)
    shutil.copy(MODEL, Path(folder, "copy.soapz"))
    for model, tail, words in (
            ("copy.soapz", "fix F all pair 1 soapz doubt 1\nrun 0\n", "doubt_flag"),
            (lmp.MODEL, "fix F all pair 1 soapz uncertainty 1\nrun 0\n", "has no calibration"),
            ("copy.soapz", "fix F all pair 1 soapz grade 1\nshell touch copy.soapz\nrun 0\n", "has changed")):
        code, output = lmp.run(lmp.setup("data", lmp.ELEMENTS, model) + tail, folder)
        lmp.check(f"refused: {words}", code != 0 and words in output, output[-300:] if words not in output else "")
lmp.finish()

# SPDX-License-Identifier: BSD-3-Clause
"""kk.py - pair_style soapz/kk in a LAMMPS with its package KOKKOS: energies, forces and virials are
those of pair_style soapz of the same LAMMPS, on one rank and on two, with two threads, with terms
that the CPU computes and without, alone and in hybrid styles; values of atoms, errors of forces and
scale too; trajectories and restart files; and what it refuses.

Needs a plugin that was built with -DSOAPZ_LAMMPS_KOKKOS=ON, and LMP, which names its LAMMPS."""
import tempfile
from pathlib import Path

import numpy as np

import lmp

FAST = lmp.ROOT / "potentials/NbMoTaW/fast.soapz"
MODELS = [
    # model, elements, lattice constant, compared with
    (FAST, lmp.ELEMENTS, 3.24, "soapz"),
    (lmp.ROOT / "potentials/NbMoTaW/accurate.soapz", lmp.ELEMENTS, 3.24, "soapz"),
    (lmp.ROOT / "potentials/AcAc/acac.soapz", ["H", "C", "O"], 3.0, "soapz"),
    (lmp.ROOT / "tests/data/models/si_2b_3b_soap/gp.xml", ["Si"], 3.4, "soapz"),
    (lmp.ROOT / "tests/data/models/hea4_nuR2_nuS1/gp.xml", lmp.ELEMENTS, 3.24, "soapz"),  # SOAP alone
    # its weights cancel: the CPU's stages differ by 2e-11
    (lmp.MODEL, lmp.ELEMENTS, 3.24, "soapz device kokkos"),
    # its rows are sorted
    (lmp.ROOT / "tests/data/models/nbw_nb23/gp.xml", ["Nb", "W"], 3.24, "soapz")]
SORTED = MODELS[-1][0]
NEWTON = ("-pk", "kokkos", "newton", "on", "neigh", "half")
KK = ("-k", "on", "-sf", "kk", *NEWTON)
TOLERANCE = 1e-11

# as lmp.MEASURE, without the values of atoms that go another way
TOTALS = """
compute press all pressure NULL virial
thermo_style custom step pe c_press[1] c_press[2] c_press[3] c_press[4] c_press[5] c_press[6]
thermo_modify format float %.17g
dump atoms all custom 1 {name}.dump id fx fy fz
dump_modify atoms sort id format float %.17g
run 0
undump atoms
print "$(pe:%.17g) $(c_press[1]:%.17g) $(c_press[2]:%.17g) $(c_press[3]:%.17g) &
$(c_press[4]:%.17g) $(c_press[5]:%.17g) $(c_press[6]:%.17g)" file {name}.global screen no
"""
NVE = """
neigh_modify every 1 delay 0 check yes
{velocity}
fix move all nve
run {steps}
write_restart r.{name}
print "$(pe:%.17g) $(etotal:%.17g)" file {name} screen no
"""
AGAIN = """
read_restart r.{of}
fix move all nve
run 0
print "$(pe:%.17g)" file {name} screen no
"""


def totals(folder):
    numbers = np.array(Path(folder, "x.global").read_text().split(), float)
    return {"energy": numbers[:1], "virial": numbers[1:],
            "forces": lmp.read_dump(Path(folder, "x.dump"))[:, 1:]}


def measure(frame, elements, model, options=(), ranks=1, style="soapz", tail=TOTALS, extra="", read=totals,
            atom_style="atomic"):
    with tempfile.TemporaryDirectory() as folder:
        box = lmp.write_data(Path(folder, "data"), frame, elements)
        output = lmp.run_ok(lmp.setup("data", elements, model, box.boundary, style, atom_style=atom_style) + extra
                            + tail.format(name="x"), folder, ranks, options=options,
                            environment={"OMP_NUM_THREADS": "2"} if "2" in options else None)
        return read(folder), output


def compare(name, got, want):
    for key in want:
        lmp.check_close(f"{name}: {key}", got[key], want[key], TOLERANCE)


def check_log(text, output, expected):
    there = output.count(text) == int(expected)
    lmp.check(f"the log {'says' if expected else 'does not say'} '{text}'", there, "" if there else output[-900:])


def threads(n):
    return ("-k", "on", "t", str(n), "-sf", "kk", *NEWTON)


if "KOKKOS" not in lmp.packages():
    lmp.skip("LMP names no LAMMPS with the package KOKKOS")

# ---- single points -----------------------------------------------------------------------------

for model, elements, a, style in MODELS:
    frame = lmp.bcc((3, 3, 3), a=a, shake=0.15, seed=5, elements=elements)
    want, _ = measure(frame, elements, model, style=style)
    for ranks in (1, 2):
        got, output = measure(frame, elements, model, KK, ranks)
        compare(f"{model.parent.name}/{model.name}, {ranks} ranks", got, want)
    check_log("SOAP terms by Kokkos", output, True)
    check_log("pairs and forces are copied", output, model == SORTED)

frame = lmp.bcc((3, 3, 3), shake=0.15, seed=6)
want, _ = measure(frame, lmp.ELEMENTS, FAST)
for style, options in (("soapz block 7", KK), ("soapz", threads(2)), ("soapz device cpu", KK),
                       ("soapz/kk", KK[:2] + NEWTON), ("soapz/kk/device", KK[:2] + NEWTON),
                       ("soapz/kk/host", KK[:2] + NEWTON), ("soapz", KK[:2] + NEWTON)):
    named = "-sf" not in options  # then LAMMPS appends kk to no style
    got, output = measure(frame, lmp.ELEMENTS, FAST, options, style=style,
                          extra="run_style verlet/kk\n" if named else "",
                          atom_style="atomic/kk" if named else "atomic")
    compare(f"{style} {' '.join(options[:4])}", got, want)
    check_log("pairs and forces are copied", output, style.endswith("device cpu"))

# ---- values of atoms, and what other commands ask for ---------------------------------------------


def atoms(folder):
    return lmp.read_result(folder, "x")


def asked(folder):
    return {"variance": lmp.read_dump(Path(folder, "x.dump"))[:, 1:2],
            "uncertainty": lmp.read_dump(Path(folder, "x.dump"))[:, 2:3],
            "forces": lmp.read_dump(Path(folder, "x.dump"))[:, 3:]}


ASK = """
fix F all pair 1 soapz variance 1 uncertainty 1
dump D all custom 1 {name}.dump id f_F[1] f_F[2] fx fy fz
dump_modify D sort id format float %.17g
run 0
"""
SCALE = "variable s equal 0.37\nfix scale all adapt 1 pair soapz scale * * v_s\n" + TOTALS
for ranks in (1, 2):
    want, _ = measure(frame, lmp.ELEMENTS, FAST, ranks=ranks, tail=lmp.MEASURE, read=atoms)
    got, _ = measure(frame, lmp.ELEMENTS, FAST, KK, ranks, tail=lmp.MEASURE, read=atoms)
    compare(f"values of atoms, {ranks} ranks", got, want)
    want, _ = measure(frame, lmp.ELEMENTS, FAST, ranks=ranks, tail=ASK, read=asked)
    got, _ = measure(frame, lmp.ELEMENTS, FAST, KK, ranks, tail=ASK, read=asked)
    compare(f"fix pair, {ranks} ranks", got, want)
want, _ = measure(frame, lmp.ELEMENTS, FAST, tail=SCALE)
got, _ = measure(frame, lmp.ELEMENTS, FAST, KK, tail=SCALE)
compare("fix adapt", got, want)

# ---- hybrid ---------------------------------------------------------------------------------------

every = " ".join(lmp.ELEMENTS)
for hybrid in (f"pair_style hybrid/overlay soapz lj/cut 4.0\npair_coeff * * soapz {FAST} {every}\n"
               "pair_coeff * * lj/cut 0.02 2.5\n",
               f"pair_style hybrid soapz lj/cut 4.0\npair_coeff * * soapz {FAST} Nb Mo Ta NULL\n"
               "pair_coeff 1*4 4 lj/cut 0.05 2.2\n"):
    want, _ = measure(frame, lmp.ELEMENTS, FAST, extra=hybrid)
    for ranks in (1, 2):
        got, _ = measure(frame, lmp.ELEMENTS, FAST, KK, ranks, extra=hybrid)
        compare(f"{' '.join(hybrid.split()[1:5])}, {ranks} ranks", got, want)

# ---- trajectories and restart files -----------------------------------------------------------------

with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS)

    def run(name, script, options=(), ranks=1):
        lmp.run_ok(script.format(name=name, steps=20, of="kk",
                                 velocity="velocity all create 1200 87 loop geom"),
                   folder, ranks, options=options)
        return np.loadtxt(Path(folder, name))

    start = lmp.setup("data", lmp.ELEMENTS, FAST)
    cpu = run("cpu", start + NVE)
    for name, ranks in (("kk", 1), ("kk2", 2)):
        lmp.check_close(f"20 steps, {ranks} ranks", run(name, start + NVE, KK, ranks), cpu, 1e-9)
    for name, options in (("again_kk", KK), ("again_cpu", ())):
        lmp.check_close(f"restart, {name}", run(name, AGAIN, options), cpu[0], 1e-9)

# ---- refusals --------------------------------------------------------------------------------------


def refused(name, script, options, text, ranks=1):
    with tempfile.TemporaryDirectory() as folder:
        lmp.write_data(Path(folder, "data"), near, lmp.ELEMENTS)
        code, output = lmp.run(script, folder, ranks, options=options)
        lmp.check(name, code != 0 and text in output, output[-900:])


near = lmp.bcc((3, 3, 3), shake=0.1, seed=6)
near.positions[9] = near.positions[4]
start = lmp.setup("data", lmp.ELEMENTS, FAST)
for ranks in (1, 2):
    refused(f"two atoms that coincide, {ranks} ranks", start + "run 0\n", KK, "atom IDs 5 and 10 coincide (", ranks)
refused("-k off", lmp.setup("data", lmp.ELEMENTS, FAST, style="soapz/kk") + "run 0\n", (), "started with -k on")
refused("newton off", lmp.setup("data", lmp.ELEMENTS, FAST, newton="off") + "run 0\n", ("-k", "on", "-sf", "kk"),
        "-pk kokkos newton on neigh half")
refused("precision mixed", lmp.setup("data", lmp.ELEMENTS, FAST, style="soapz precision mixed") + "run 0\n", KK,
        "double precision")
lmp.finish()

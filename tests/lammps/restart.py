# SPDX-License-Identifier: BSD-3-Clause
"""restart.py - a run from a restart file agrees with the uninterrupted one: 1e-10 at the beginning, 1e-8
after 100 steps. The file contains the style, its keywords, and the elements, path and checksum of its
model; pair_style and pair_coeff after read_restart replace these."""
import shutil
import tempfile
from pathlib import Path

import lmp
from snapshots import FAST

every = " ".join(lmp.ELEMENTS)
WORDS = "block 17 rank_tolerance 1e-5 threads 2 precision mixed"
MOVE = """
timestep 0.001
fix move all nve
neigh_modify every 1 delay 0 check yes
thermo_style custom step pe etotal
"""
FORCES = """
dump {name} all custom 1000000 {name}.dump id x y z fx fy fz
dump_modify {name} sort id first yes format float %.17g
run 0 post no
undump {name}
print "$(pe:%.17g) $(etotal:%.17g)" file {name}.global screen no
"""
START = """
velocity all create 600.0 4711 mom yes rot no dist gaussian
run 100
write_restart half.restart
"""
GO_ON = "run 100\n"
READ = """
newton on
atom_style atomic
atom_modify map array
read_restart half.restart
"""
AGAIN = f"pair_style soapz\npair_coeff * * {lmp.MODEL} {every}\n"


def compare(name, folder, again, want, tolerance):
    got, want_dump = (lmp.read_dump(Path(folder, n + ".dump")) for n in (again, want))
    lmp.check_close(f"forces {name}", got[:, 4:], want_dump[:, 4:], tolerance)
    lmp.check_close(f"positions {name}", got[:, 1:4], want_dump[:, 1:4], tolerance)
    got, of_want = ([float(w) for w in Path(folder, n + ".global").read_text().split()]
                    for n in (again, want))
    lmp.check_close(f"energies {name}", got, of_want, tolerance)


def continued(style, again, model=lmp.MODEL, units="metal", ranks=(1, 1)):
    """the output after read_restart"""
    name = f"{style}, {units}, {ranks[0]} to {ranks[1]} ranks, {'given again' if again else 'remembered'}"
    move = MOVE if units == "metal" else MOVE.replace("0.001", "1.0")
    with tempfile.TemporaryDirectory() as folder:
        lmp.write_data(Path(folder, "data"), lmp.bcc((3, 3, 3), shake=0.0), lmp.ELEMENTS)
        lmp.run_ok(lmp.setup("data", lmp.ELEMENTS, model, style=style, units=units) + move + START
                   + FORCES.format(name="half") + GO_ON + FORCES.format(name="end"), folder, ranks[0])
        said = lmp.run_ok(READ + again + move + FORCES.format(name="half2") + GO_ON
                          + FORCES.format(name="end2"), folder, ranks[1])
        compare(f"at once, {name}", folder, "half2", "half", 1e-10)
        compare(f"after 100 steps, {name}", folder, "end2", "end", 1e-8)
    return said


continued("soapz", AGAIN)
continued("soapz", "", ranks=(2, 1))
continued("soapz", "", FAST, units="real")
said = continued(f"soapz {WORDS}", "", FAST)
lmp.check("restoring is said", "restoring pair style soapz from restart" in said)
for words in (str(FAST), "blocks of 17 atoms", "2 threads per rank", "mixed precision", "  term 2: rank "):
    lmp.check(f"the log says once: {words}", said.count(words) == 1, f"{said.count(words)} times")

# ---- who has the last word -----------------------------------------------------------------------

RUN = "run 0 post no\nprint \"pe $(pe:%.17g)\"\n"


def energy(said):
    return float(said.split("\npe ")[-1].split()[0])


with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), lmp.bcc((3, 3, 3), shake=0.1, seed=91), lmp.ELEMENTS)
    shutil.copy(FAST, Path(folder, "own.soapz"))
    made = {style: lmp.run_ok(lmp.setup("data", lmp.ELEMENTS, model, style=style)
                              + f"run 0 post no\nwrite_restart {name}.restart\n" + RUN, folder)
            for style, model, name in ((f"soapz {WORDS}", "own.soapz", "half"), ("soapz", FAST, "plain"),
                                       ("soapz block 9", lmp.MODEL, "other"))}
    mixed, exact, other = (energy(said) for said in made.values())
    lmp.check("three energies", len({mixed, exact, other}) == 3, f"{mixed} {exact} {other}")

    def after(name, commands, want, words=(), read=READ):
        """the energy after read_restart, and the output"""
        said = lmp.run_ok(read + commands + RUN, folder)
        lmp.check_close(f"{name}: energy", energy(said), want, 1e-13)
        for w in words:
            known = w in said.split("restoring pair style")[-1]
            lmp.check(f"{name}: {w}", known, "" if known else said[-1500:])

    after("pair_style alone", "pair_style soapz\n", exact, ["own.soapz", "blocks of 128"])
    after("pair_coeff alone", f"pair_coeff * * {lmp.MODEL} {every}\n",
          energy(lmp.run_ok(lmp.setup("data", lmp.ELEMENTS, style=f"soapz {WORDS}") + RUN, folder)),
          [str(lmp.MODEL), "blocks of 17 atoms", "mixed precision"])
    after("both", f"pair_style soapz block 9\npair_coeff * * {lmp.MODEL} {every}\n", other,
          ["blocks of 9 atoms"])
    after("another style", "pair_style zero 5.0\npair_coeff * *\n", 0.0)
    after("written again before a run", "write_restart twice.restart\nclear\n"
          + READ.replace("half", "twice"), mixed, ["mixed precision"])
    after("read after clear", "clear\n" + READ.replace("half", "plain"), exact, ["blocks of 128"])

    # without a restart, pair_style after pair_coeff has the same effect
    said = lmp.run_ok(lmp.setup("data", lmp.ELEMENTS, "own.soapz") + f"run 0\npair_style soapz {WORDS}\n"
                      + RUN, folder)
    lmp.check_close("pair_style again: energy", energy(said), mixed, 1e-13)

    # fix pair, which needs the sparse points
    TOP = ("fix F all pair 1 soapz grade 1\ncompute top all reduce max f_F\n"
           "thermo_style custom step c_top\nrun 0 post no\nprint \"pe $(c_top:%.17g)\"\n")
    want = energy(lmp.run_ok(lmp.setup("data", lmp.ELEMENTS, FAST) + TOP, folder))
    said = lmp.run_ok(READ + TOP, folder)
    lmp.check_close("fix pair: the largest grade", energy(said), want, 1e-12)

    # the file is found by its path from any folder, otherwise by its name in the present folder
    Path(folder, "below").mkdir()
    after("from another folder", "shell cd below\n", mixed)
    Path(folder, "moved").mkdir()
    shutil.copy(Path(folder, "half.restart"), Path(folder, "moved"))
    shutil.move(Path(folder, "own.soapz"), Path(folder, "moved"))
    after("the folder has moved", "shell cd moved\n", mixed)

    def refused(name, commands, words, ranks=1):
        code, said = lmp.run(READ + commands + RUN, folder, ranks)
        flat = " ".join(said.split())
        known = code != 0 and all(w in flat for w in words)
        lmp.check(name, known, "" if known else said[-700:])

    for ranks in (1, 2):
        refused(f"the model is gone, {ranks} ranks", "", [
            "own.soapz, of an earlier pair_coeff or a restart file, was not found",
            f"give its new location: pair_coeff * * FILE {every}"], ranks)
    after("said where it is", f"pair_coeff * * moved/own.soapz {every}\n", mixed, ["mixed precision"])
    data = bytearray(Path(folder, "moved/own.soapz").read_bytes())
    data[-3] ^= 1
    Path(folder, "own.soapz").write_bytes(data)
    refused("the model is another", "", ["own.soapz has changed since pair_coeff read it",
                                         "own.soapz " + every])

    # hybrid styles keep the keywords of their styles, and pair_coeff must be given again
    HYBRID = f"hybrid/overlay soapz {WORDS} lj/cut 4.0"
    COEFFS = f"pair_coeff * * soapz {FAST} {every}\npair_coeff * * lj/cut 0.01 2.0\n"
    head = lmp.setup("data", ["x"]).split("pair_style")[0]
    want = lmp.run_ok(head + f"pair_style {HYBRID}\n" + COEFFS + "write_restart half.restart\n" + RUN,
                      folder)
    after("hybrid/overlay", COEFFS, energy(want), ["blocks of 17 atoms", "mixed precision"])

    # a style without pair_coeff; data files do not contain it
    lmp.run_ok(head + "pair_style soapz block 5\n" + "write_restart half.restart noinit\n", folder)
    refused("no pair_coeff before, none after", "", ["All pair coeffs are not set"])
    after("no pair_coeff before", f"pair_coeff * * {FAST} {every}\n", exact, ["blocks of 5 atoms"])
    lmp.run_ok(lmp.setup("data", lmp.ELEMENTS, FAST) + RUN + "write_data after.data\n", folder)
    said = lmp.run_ok(lmp.setup("after.data", lmp.ELEMENTS, FAST) + RUN, folder)
    lmp.check_close("write_data, read_data", energy(said), exact, 1e-13)
    lmp.check("no coefficients in it", "Coeffs" not in Path(folder, "after.data").read_text())
lmp.finish()

# SPDX-License-Identifier: BSD-3-Clause
"""errors.py - invalid input ends lmp with exit code 1 and one sentence about the error; also on two
ranks, without waiting forever."""
import os
import shutil
import tempfile
from pathlib import Path

import lmp

frame = lmp.bcc((2, 2, 2))
every = " ".join(lmp.ELEMENTS)
RUN = "run 0\n"


def refused(name, script, message, ranks=1, environment=None, frame=frame):
    with tempfile.TemporaryDirectory() as folder:
        lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS)
        Path(folder, "broken.xml").write_text("<GAP_params label=")
        for _ in range(1 if ranks == 1 else 4):
            # after MPI_Abort mpiexec may end before it has printed the output of a rank
            code, output = lmp.run(script, folder, ranks, environment)
            said = message in " ".join(output.split())
            if said or code == 0:
                break
    lmp.check(f"{name}, {ranks} ranks", code != 0 and said and (ranks > 1 or code == 1),
              f"exit code {code}" + ("" if said else f", not said: {message}\n{output[-900:]}"))


def setup(elements=every, model=lmp.MODEL, **words):
    return lmp.setup("data", [elements], model, **words)


for ranks in (1, 2):
    refused("element not in the model", setup("Nb Mo Cu W") + RUN,
            "the model does not contain element Cu (atom type 3); it contains: ", ranks)
    refused("units lj", setup(units="lj") + RUN,
            "pair_style soapz needs units metal or units real, found units lj", ranks)
    for newton in ("off", "off on"):
        refused(f"newton {newton}", setup(newton=newton) + RUN, "pair_style soapz needs newton on",
                ranks)
    refused("missing file", setup(model="absent.xml") + RUN,
            "cannot find model file absent.xml", ranks)
    refused("no potential of this name", setup(model="NbMoTaW/fst") + RUN,
            "which has AcAc/acac, MoNbTaVW/balanced, NbMoTaW/accurate, NbMoTaW/balanced, NbMoTaW/fast", ranks)
    refused("truncated XML", setup(model="broken.xml") + RUN, "broken.xml", ranks)
refused("too few elements", setup("Nb Mo") + RUN,
        "one element (or NULL) for each of the 4 atom types, found 2 elements")
refused("too many elements", setup(every + " Nb") + RUN, "4 atom types, found 5 elements")
refused("no elements", setup("") + RUN, "4 atom types, found 0 elements")
refused("not * *", setup().replace("* *", "1 1") + RUN, "ERROR: ")
refused("NULL without hybrid", setup("Nb Mo Ta NULL") + RUN, "All pair coeffs are not set")
refused("no pair_coeff", setup().replace("pair_coeff", "# pair_coeff") + RUN,
        "All pair coeffs are not set")
refused("unknown keyword", setup(style="soapz blocks 3") + RUN, "unknown keyword 'blocks'")
refused("keyword without value", setup(style="soapz block") + RUN, "block needs a number")
refused("block 0", setup(style="soapz block 0") + RUN, "block is 0, allowed 1 to 4096")
refused("rank_tolerance without value", setup(style="soapz rank_tolerance") + RUN,
        "rank_tolerance needs a number")
for bad in ("-1e-5", "nan", "inf"):
    refused(f"rank_tolerance {bad}", setup(style=f"soapz rank_tolerance {bad}") + RUN,
            "rank_tolerance")
refused("precision without value", setup(style="soapz precision") + RUN,
        "precision needs double or mixed")
refused("precision single", setup(style="soapz precision single") + RUN,
        'precision is double or mixed, not "single"')
for units in ("si", "cgs", "electron", "micro", "nano"):
    refused(f"units {units}", setup(units=units) + RUN, f"found units {units}")
refused("pair_write", setup() + "pair_write 1 1 10 r 2.0 4.0 table T\n",
        "does not support pair_write")
refused("compute pair/local", setup() + "compute p all pair/local eng\n" + RUN,
        "Pair style does not support compute pair/local")
refused("fix adapt of what is not there", setup()
        + "variable s equal 1\nfix a all adapt 1 pair soapz delta * * v_s\n" + RUN, "delta")
refused("block x", setup(style="soapz block x") + RUN, "ERROR: ")

# a model whose sparse points are missing, or are those of another fit
sparse = sorted(lmp.MODEL.parent.glob(lmp.MODEL.name + ".sparseX.*"))[-1]
for name, edit, message in (
        ("missing sparseX", lambda path: path.unlink(), sparse.name),
        ("sparseX of another fit",
         lambda path: path.write_text(path.read_text().replace("1", "2", 1)), "md5")):
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(lmp.MODEL.parent, copy, dirs_exist_ok=True)
        edit(Path(copy, sparse.name))
        refused(name, setup(model=Path(copy, lmp.MODEL.name)) + RUN, message)

# two atoms at the same position, also across a periodic boundary
twins = lmp.Frame(list(frame.symbols), frame.positions.copy(), frame.cell)
twins.positions[5] = twins.positions[9]
images = lmp.Frame(list(frame.symbols), frame.positions.copy(), frame.cell)
images.positions[5] = images.positions[9] + images.cell[0]
for ranks in (1, 2):
    refused("two atoms that coincide", setup() + RUN, " coincide (", ranks,
            frame=twins)
    refused("two atoms that coincide, images", setup() + RUN, "atom IDs ", ranks,
            frame=images)

# NaN: LAMMPS itself finds it when it sorts atoms; otherwise the style receives it
poison = setup() + """
neigh_modify every 100 delay 100 check no
variable bad atom (id==3)*exp(1000)*0
fix move all nve
velocity all set 0.0 0.0 0.0
run 1
velocity all set v_bad 0.0 0.0
run 1 pre no
"""
refused("NaN position", poison, "is not a number")

# only newton for pairs is important
with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS)
    energy = [lmp.run_ok(setup(newton=newton) + RUN + 'print "pe $(pe:%.17g)"\n', folder).split("pe ")[-1]
              for newton in ("on", "on off")]
    lmp.check("newton on off", energy[0].split()[0] == energy[1].split()[0], f"{energy}")

# the file, and those in its folder, are found by LAMMPS_POTENTIALS
with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), frame, lmp.ELEMENTS)
    code, output = lmp.run(setup(model=lmp.MODEL.name) + RUN, folder, environment={
        "LAMMPS_POTENTIALS": str(lmp.MODEL.parent)})
    lmp.check("found through LAMMPS_POTENTIALS", code == 0, output[-500:] if code else "")
    table = [line.split() for line in output.splitlines()]
    lmp.check("types and elements are printed once", all(
        table.count([str(t + 1), e]) == 1 for t, e in enumerate(lmp.ELEMENTS)))

# a plugin built for another LAMMPS prints a message and does not register
wrong = os.environ.get("SOAPZ_WRONG_PLUGIN_DIR")
if wrong:
    for text in ("is not available: the plugin was built for LAMMPS", "Unrecognized pair style"):
        refused("plugin of another version", setup() + RUN, text,
                environment={"LAMMPS_PLUGIN_PATH": wrong})
lmp.finish()

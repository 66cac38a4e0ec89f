# SPDX-License-Identifier: BSD-3-Clause
"""domains.py - results do not depend on the division of the box and the storage of atoms: balance rcb
with comm_style tiled, ranks without atoms, open, shrink-wrapped and slanted boundaries, other atom styles
and maps, no skin. Compared with soapz.Potential for the same positions and pbc."""
import tempfile
from pathlib import Path

import numpy as np

import independent
import lmp
import soapz

cases = []


def case(name, frame, boundary=None, ranks=1, before="", after="", atom_style="atomic", style="soapz",
         data=None, move="", pbc=None, look=None, model=independent.SMALL, elements=lmp.ELEMENTS):
    """Adds a case for run_cases. before: lines before read_data; after: lines after pair_coeff; move:
    lines that move the atoms, which changes the frame; data: changes the data file; pbc: for
    soapz.Potential; look: is called with the output of LAMMPS."""
    cases.append(dict(locals()))


def script_of(k, folder):
    c = cases[k]
    path = Path(folder, f"{k}.data")
    c["box"] = lmp.write_data(path, c["frame"], c["elements"])
    if c["data"]:
        path.write_text(c["data"](path.read_text()))
    head, tail = lmp.setup(f"{k}.data", c["elements"], c["model"], c["boundary"] or c["box"].boundary,
                           c["style"], atom_style=c["atom_style"]).split("read_data", 1)
    return f"""clear
print "CASE {k}."
{head}{c["before"]}read_data{tail}{c["after"]}{c["move"]}
dump X all custom 1 {k}.x id x y z
dump_modify X sort id format float %.17g
run 0
undump X
""" + lmp.MEASURE.format(name=k)


def run_cases():
    """all cases with one number of ranks in one run of LAMMPS"""
    for ranks in sorted({c["ranks"] for c in cases}):
        mine = [k for k, c in enumerate(cases) if c["ranks"] == ranks]
        with tempfile.TemporaryDirectory() as folder:
            text = lmp.run_ok("".join(script_of(k, folder) for k in mine), folder, ranks)
            for k, said in zip(mine, text.split("\nCASE ")[1:]):
                c, frame = cases[k], cases[k]["frame"]
                result = lmp.read_result(folder, str(k), c["box"].turn)
                x = lmp.read_dump(Path(folder, f"{k}.x"))[:, 1:4] @ c["box"].turn.T
                if c["move"]:
                    lmp.check(f"{c['name']}: the atoms have moved",
                              bool(np.abs(x - frame.positions).max() > 0.05))
                there = lmp.Frame(frame.symbols, x, frame.cell, c["pbc"] or frame.pbc)
                independent.check(c["name"], result, there, c["model"], factor=0.02)
                if c["look"]:
                    c["look"](said)
    cases.clear()


def only(frame, keep, pbc, room=0.0):
    """some of the atoms, in a cell with vacuum in its open directions"""
    cell = frame.cell + np.diag([0.0 if p else room for p in pbc])
    return lmp.Frame([s for s, k in zip(frame.symbols, keep) if k], frame.positions[keep], cell, pbc)


def atoms_of_ranks(text):
    """most and least, from "Nlocal: 27 ave 28 max 26 min" that LAMMPS writes at the end of a run"""
    line = next(line for line in text.splitlines()[::-1] if line.startswith("Nlocal:"))
    return [float(line.split()[k]) for k in (3, 5)]


NVE = """
velocity all create {kelvin} 4711 mom yes rot no dist gaussian
timestep 0.002
fix move all nve
run {steps}
unfix move
"""
crystal = lmp.bcc((3, 3, 6), shake=0.12, seed=61)
z = crystal.positions[:, 2]
slab = only(crystal, z < 9.0, (True, True, False), room=20.0)
corner = only(crystal, (crystal.positions < 6.0).all(axis=1), (False,) * 3)
print(f"     {len(slab)} atoms of a slab, {len(corner)} of a cluster")

# ---- how the box is cut --------------------------------------------------------------

TILED = "comm_style tiled\n"
uneven = only(crystal, z < 9.0, (True, True, True))
uneven.cell = uneven.cell + np.diag([0.0, 0.0, 30.0])
uneven.positions[:, 2] += 1.0  # none below the border
near = (uneven.positions > 0.1).all(axis=1) & (uneven.positions[:, 0] < 4.7)
tip = only(uneven, near, (True,) * 3)


def shares(name, passed):
    def look(text):
        most, least = atoms_of_ranks(text)
        lmp.check(f"{name}: atoms of the ranks", passed(most, least), f"{least:g} to {most:g}")
    return look


for ranks in (2, 4):
    case(f"balance rcb, {ranks} ranks", uneven, ranks=ranks, before="processors 1 1 *\n" + TILED,
         after="balance 1.05 rcb\n",
         look=shares("balance rcb", lambda most, least: 0 < least and most < 0.6 * len(uneven)))
case("balance shift, brick", uneven, ranks=2, before="processors 1 1 2\n",
     after="balance 1.05 shift z 10 1.05\n")
case("fix balance rcb, moving atoms", uneven, ranks=2, before=TILED,
     after="fix even all balance 5 1.0 rcb\n", move=NVE.format(kelvin=2000, steps=20))
case("fix balance rcb weighted by neighbours", uneven, ranks=2, before=TILED,
     after="fix even all balance 5 1.0 rcb weight neigh 0.8\n", move=NVE.format(kelvin=2000, steps=15))
case("comm_modify multi, wide ghosts", uneven, ranks=2,
     after="neighbor 2.0 multi\ncomm_modify mode multi cutoff/multi * 9.0 vel yes\n")
for words in ("1 1 2", "2 1 1"):
    case(f"processors {words}: a rank without atoms", tip, ranks=2, before=f"processors {words}\n",
         look=shares(f"processors {words}", lambda most, least: least == 0 and most > 0))
for style in ("soapz threads 2", "soapz block 3"):
    case(f"{style}: a rank without atoms", uneven, ranks=2, before="processors 1 1 2\n", style=style,
         look=shares(style, lambda most, least: least == 0 and most == len(uneven)))

# three bodies in the order of their IDs, which ghosts have, too; images of one atom by their shift
ORDERED = lmp.ROOT / "tests/data/models/nbw_nb23/gp.xml"
binary, narrow = (lmp.bcc(n, shake=0.12, seed=63, elements=("Nb", "W")) for n in ((3, 3, 4), (1, 1, 4)))
for name, frame, words in (
        ("tiles", binary, {"before": TILED, "after": "balance 1.0 rcb\n"}),
        ("map hash, no skin", narrow, {"before": "atom_modify map hash\n", "after": (
            "neighbor 0.0 bin\nneigh_modify every 1 delay 0\n")})):
    case(f"like atoms in the order of their IDs, {name}", frame, ranks=2, model=ORDERED,
         elements=["Nb", "W"], move=NVE.format(kelvin=900, steps=15), **words)

# the communication of the uncertainty works with tiles, too, and with ranks without atoms
with tempfile.TemporaryDirectory() as folder:
    calibrated = str(Path(folder, "calibrated.soapz"))
    soapz.Potential(independent.FAST).save(calibrated, notes={"uncertainty": (
        "cutoff=4.5 variance=1e-7 energy_noise=0.001 energy_scale=1 "
        + " ".join(f"{e}={{0.01 0.05}}" for e in lmp.ELEMENTS))})
    numbers = np.array([independent.NUMBER[s] for s in uneven.symbols])
    atoms = (numbers, uneven.positions, uneven.cell, True)
    potential = soapz.Potential(calibrated)
    want = np.array([potential.uncertainty(atoms).forces, potential.grade(atoms)]).T
    lmp.write_data(Path(folder, "data"), uneven, lmp.ELEMENTS)
    for name, before, after in (("tiles", TILED, "balance 1.05 rcb\n"),
                                ("empty rank", "processors 1 1 2\n", "")):
        head, tail = lmp.setup("data", lmp.ELEMENTS, calibrated).split("read_data", 1)
        lmp.run_ok(head + before + "read_data" + tail + after + """
fix F all pair 1 soapz uncertainty 1 grade 1
dump D all custom 1 u.dump id f_F[1] f_F[2]
dump_modify D sort id format float %.17g
run 0
""", folder, 2)
        lmp.check_close(f"{name}: uncertainty and grade", lmp.read_dump(Path(folder, "u.dump"))[:, 1:],
                        want, 1e-7)

# ---- boundaries ----------------------------------------------------------------------

rotated = {d: lmp.Frame(slab.symbols, np.roll(slab.positions, d + 1, axis=1),
                        np.diag(np.roll(np.diag(slab.cell), d + 1)), tuple(np.roll(slab.pbc, d + 1)))
           for d in range(3)}
for d in range(3):
    for letter in "fsm":
        boundary = " ".join("p" if p else letter for p in rotated[d].pbc)
        case(f"slab, {boundary}", rotated[d], boundary=boundary, ranks=1 + (letter == "s"))
for boundary in ("f f f", "s s s", "m s f"):
    case(f"cluster, {boundary}", corner, boundary=boundary, ranks=2)
# the shrink-wrapped box follows the atoms, step by step
case("cluster that flies apart, s s s", corner, boundary="s s s", ranks=2,
     after="neigh_modify every 1 delay 0\nthermo_modify lost error\n",
     move=NVE.format(kelvin=20000, steps=40))
case("slab, moving, p p s", slab, boundary="p p s", ranks=2, move=NVE.format(kelvin=2000, steps=20))
wire = only(crystal, (np.abs(crystal.positions[:, :2] - 4.5) < 3.5).all(axis=1), (False, False, True))
case("wire, s s p", wire, boundary="s s p", ranks=2)
# a slanted slab: in a fixed direction LAMMPS requires the atoms inside the box
slanted = only(crystal, (z > 0.5) & (z < 9.0), (True, True, True))
slanted.cell = slanted.cell.copy()
slanted.cell[1, 0] = 2.3
for letter in "fs":
    case(f"slanted slab, p p {letter}", slanted, boundary=f"p p {letter}", ranks=2,
         pbc=(True, True, False))

# ---- atom styles, maps, lists ----------------------------------------------------------


def columns(text, style, row):
    """A data file with the columns of another atom style; a sphere has its own mass."""
    head, atoms = text.split("Atoms # atomic")
    if "sphere" in style:
        head = head.split("Masses")[0]
    lines = [row.format(*line.split()) for line in atoms.strip().splitlines()]
    return head + f"Atoms # {style}\n\n" + "\n".join(lines) + "\n"


small = lmp.bcc((3, 3, 3), shake=0.12, seed=62)
NEEDS = {"full": "MOLECULE", "molecular": "MOLECULE", "spin": "SPIN"}
installed = lmp.packages()
for style, row in (("charge", "{0} {1} 0.5 {2} {3} {4}"), ("full", "{0} 1 {1} -0.5 {2} {3} {4}"),
                   ("molecular", "{0} 7 {1} {2} {3} {4}"),
                   ("spin", "{0} {1} {2} {3} {4} 1.0 0.0 0.0 2.0"),
                   ("sphere", "{0} {1} 2.0 1.0 {2} {3} {4}"),
                   ("hybrid sphere charge", "{0} {1} {2} {3} {4} 2.0 1.0 0.5")):
    if NEEDS.get(style, "PLUGIN") not in installed:
        print(f"LAMMPS was built without the package {NEEDS[style]}: atom_style {style} "
              "was not tested")
        continue
    case(f"atom_style {style}", small, ranks=2, atom_style=style,
         data=lambda text, style=style, row=row: columns(text, style.split()[0], row))
for words in ("atom_modify map hash\n", "atom_modify map yes sort 1 2.0\n",
              "atom_modify map array sort 0 0\n", "atom_modify map hash first all\n"):
    case(words.strip(), small, ranks=2, before=words, move=NVE.format(kelvin=1500, steps=20))
for words in ("neighbor 0.0 bin\nneigh_modify every 1 delay 0 check no\n",
              "neighbor 0.0 bin\nneigh_modify every 1 delay 0 check yes\n",
              "neighbor 0.0 nsq\nneigh_modify every 1 delay 0\n", "neighbor 1.0 multi\n",
              "neighbor 4.0 bin\nneigh_modify every 5 delay 5 binsize 1.7\n"):
    case(" ".join(words.split()), small, ranks=2, after=words, move=NVE.format(kelvin=1500, steps=20))
run_cases()

# without atom IDs: models that need none, and the error of a model that needs them
with tempfile.TemporaryDirectory() as folder:
    for name, frame, model, elements in (("without IDs", small, independent.SMALL, lmp.ELEMENTS),
                                         ("ordered without IDs", binary, ORDERED, ["Nb", "W"])):
        path = Path(folder, "data")
        lmp.write_data(path, frame, elements)
        path.write_text(columns(path.read_text(), "atomic", "0 {1} {2} {3} {4}"))
        code, output = lmp.run(lmp.setup("data", elements, model).replace("map array", "id no") + """
compute press all pressure NULL virial
thermo_style custom step pe c_press[*]
run 0
print "$(pe:%.17g) $(c_press[1]:%.17g) $(c_press[6]:%.17g) $(vol:%.17g)" file one screen no
""", folder, 2)
        if model == ORDERED:
            refused = code != 0 and "this model needs atom IDs" in output
            lmp.check(f"{name}: refused", refused, "" if refused else output[-300:])
            continue
        lmp.check(f"{name}: accepted", code == 0, output[-300:] if code else "")
        want = independent.evaluate(frame, model)
        pe, xx, yz, volume = np.array(Path(folder, "one").read_text().split(), float)
        lmp.check_close(f"{name}: energy", pe, want["energy"], 1e-11)
        lmp.check_close(f"{name}: virial", np.array([xx, yz]) * volume / lmp.NKTV2P,
                        want["virial"][[0, 1], [0, 2]], 1e-9, np.abs(want["virial"]).max())
lmp.finish()

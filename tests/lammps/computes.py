# SPDX-License-Identifier: BSD-3-Clause
"""computes.py - pe/atom, stress/atom, centroid/stress/atom, pressure, compute pair and sums of
groups agree with soapz.Potential, also for moving atoms; commands that need the energy of one pair end
with an error."""
import tempfile
from pathlib import Path

import numpy as np

import independent
import lmp

slanted = lmp.bcc((4, 3, 3), shake=0.15, seed=31)
slanted.cell[1, 0], slanted.cell[2, 0], slanted.cell[2, 1] = 1.9, -1.1, 0.8
small = lmp.bcc((1, 1, 2), shake=0.1, seed=32)
for ranks in (1, 2):
    for name, frame, got in zip(("triclinic", "4 atoms"), (slanted, small), lmp.evaluate(
            [slanted, small], model=independent.FAST, ranks=ranks)):
        independent.check(f"{name}, {ranks} ranks", got, frame)

# moving atoms: stress/atom without keyword includes m v v; pressure has both parts; the energy of the style
SCRIPT = """
velocity all create 900.0 4711 mom yes rot no dist gaussian
fix move all nve
group heavy type 3 4
compute pe all pe/atom
compute ke all ke/atom
compute pair all pair soapz
compute whole all stress/atom NULL
compute ideal all stress/atom NULL ke
compute virial all stress/atom NULL virial
compute style all stress/atom NULL pair
compute centroid all centroid/stress/atom NULL pair
compute sum all reduce sum c_pe c_whole[*]
compute heavy heavy reduce sum c_pe
compute press all pressure thermo_temp
compute own all pressure NULL pair
thermo_style custom step pe ke c_pair c_sum[*] c_heavy c_press[*] c_own[*] vol
thermo_modify format float %.17g
run 20
dump D all custom 1 atoms.dump id x y z c_pe c_virial[*] c_style[*] c_whole[*] c_ideal[*] c_centroid[*]
dump_modify D sort id format float %.17g
run 0
print "$(pe:%.17g) $(c_pair:%.17g) $(c_sum[1]:%.17g) $(c_heavy:%.17g) $(vol:%.17g) &
$(c_press[1]:%.17g) $(c_press[2]:%.17g) $(c_press[3]:%.17g) &
$(c_press[4]:%.17g) $(c_press[5]:%.17g) $(c_press[6]:%.17g) &
$(c_own[1]:%.17g) $(c_own[2]:%.17g) $(c_own[3]:%.17g) &
$(c_own[4]:%.17g) $(c_own[5]:%.17g) $(c_own[6]:%.17g)" file global screen no
"""
cube = lmp.bcc((3, 3, 3), shake=0.1, seed=33)
for ranks in (1, 2):
    with tempfile.TemporaryDirectory() as folder:
        lmp.write_data(Path(folder, "data"), cube, lmp.ELEMENTS)
        lmp.run_ok(lmp.setup("data", lmp.ELEMENTS, independent.FAST) + SCRIPT, folder, ranks)
        numbers = np.array(Path(folder, "global").read_text().split(), float)
        atoms = lmp.read_dump(Path(folder, "atoms.dump"))
    moved = lmp.Frame(cube.symbols, atoms[:, 1:4], cube.cell)
    lmp.check("the atoms have moved", bool(np.abs(moved.positions - cube.positions).max() > 0.05))
    want = independent.evaluate(moved)
    name = f"after 20 steps, {ranks} ranks"
    virial, style, whole, ideal = (-lmp.tensor(atoms[:, k:k + 6]) / lmp.NKTV2P
                                   for k in (5, 11, 17, 23))
    lmp.check_close(f"{name}: pe/atom", atoms[:, 4], want["local_energy"], independent.SAME, 1.0)
    lmp.check_close(f"{name}: stress/atom virial", virial, want["stress"], independent.SAME, 1.0)
    lmp.check_close(f"{name}: stress/atom pair", style, want["stress"], independent.SAME, 1.0)
    lmp.check_close(f"{name}: stress/atom", whole - ideal, want["stress"], independent.SAME, 1.0)
    lmp.check("the ideal part is not zero", bool(np.abs(ideal).max() > 0.01))
    lmp.check_close(f"{name}: centroid/stress/atom pair",
                    -lmp.tensor(atoms[:, 29:38]) / lmp.NKTV2P, want["centroid"], independent.SAME, 1.0)
    pe, pair, total, heavy, volume = numbers[:5]
    in_group = np.array([s in ("Ta", "W") for s in cube.symbols])
    lmp.check_close(f"{name}: pe, compute pair, sum of pe/atom", [pe, pair, total],
                    [want["energy"]] * 3, independent.SAME, len(cube))
    lmp.check_close(f"{name}: sum over a group", heavy, want["local_energy"][in_group].sum(),
                    independent.SAME, len(cube))
    # the ideal part of the pressure has all degrees of freedom; stress/atom has those of each atom
    press, own = (lmp.tensor(numbers[k:k + 6] * volume / lmp.NKTV2P)[0] for k in (5, 11))
    lmp.check_close(f"{name}: pressure of the style", own, want["virial"], independent.SAME, len(cube))
    lmp.check_close(f"{name}: pressure", press - ideal.sum(axis=0), want["virial"],
                    independent.SAME, len(cube))

# no single(): one sentence each, exit code 1, no numbers
NO_SINGLE = (
    ("group/group", "group one id 1\ncompute G one group/group all\nthermo_style custom step c_G\n"),
    ("pair/local", "compute L all pair/local eng\ncompute S all reduce sum c_L inputs local\n"
                   "thermo_style custom step c_S\n"),
    ("pair_write", "pair_write 1 1 10 r 2.0 4.0 table.txt NbNb\n"))
with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), cube, lmp.ELEMENTS)
    for name, text in NO_SINGLE:
        code, output = lmp.run(lmp.setup("data", lmp.ELEMENTS, independent.FAST) + text + "run 0\n",
                               folder)
        said = [line for line in output.splitlines() if line.startswith("ERROR")]
        lmp.check(f"{name} is refused", code == 1 and len(said) == 1 and "oes not support" in said[0],
                  f"exit code {code}: {said}")
lmp.finish()

# SPDX-License-Identifier: BSD-3-Clause
"""replicas.py - several systems in one run of lmp -partition, each with its own model and ranks; temper,
whose exchanges have the probability

    p = min(1, exp((E_i - E_j) (1/kT_i - 1/kT_j)))

with the energies of soapz.Potential; NEB, whose barrier for the hop of a vacancy in W is that of the
middle state. This state is symmetric, so that a relaxation without the package REPLICA does not leave
it."""
import tempfile
from pathlib import Path

import numpy as np

import independent
import lmp

BOLTZMANN = 8.617333262e-5  # eV/K
QUIET = ("-plog", "none", "-pscreen", "none")
BALANCED = "NbMoTaW/balanced"  # by its name

# ---- partitions of different size, with different models ---------------------------------

frames = [lmp.bcc((3, 3, 3), shake=0.12, seed=51), lmp.bcc((2, 2, 2), shake=0.12, seed=52)]
models = (independent.FAST, BALANCED)
with tempfile.TemporaryDirectory() as folder:
    for k, frame in enumerate(frames):
        lmp.write_data(Path(folder, f"{k}.data"), frame, lmp.ELEMENTS)
    script = (f"variable k world 0 1\nvariable model world {models[0]} {models[1]}\n"
              + lmp.setup("${k}.data", lmp.ELEMENTS, "${model}") + lmp.MEASURE.format(name="${k}"))
    lmp.run_ok(script, folder, 3, options=("-partition", "1", "2", *QUIET))
    for k, frame in enumerate(frames):
        independent.check(f"partition {k}", lmp.read_result(folder, str(k)), frame, models[k])
    code, output = lmp.run(script.replace(BALANCED, "absent.soapz"), folder, 2,
                           options=("-partition", "2x1", "-plog", "none"))
    said = " ".join(" ".join(path.read_text() for path in Path(folder).glob("screen*")).split())
    lmp.check("a partition without its model ends the run",
              code != 0 and "cannot find model file absent.soapz" in output + said, f"exit code {code}")

if "REPLICA" not in lmp.packages():
    print("LAMMPS was built without the package REPLICA: temper and NEB were not tested")
    lmp.finish()

# ---- temper --------------------------------------------------------------------------

KELVIN = (600.0, 900.0, 1200.0)
EVERY, SWAPS = 5, 120
TEMPER = f"""
variable k world 0 1 2
variable T world {' '.join(map(str, KELVIN))}
variable seed world 11 22 33
{lmp.setup("data", lmp.ELEMENTS, independent.FAST)}
velocity all create $T ${{seed}} mom yes rot no dist gaussian
timestep 0.002
fix move all nve
fix bath all langevin $T $T 0.05 ${{seed}}
thermo {EVERY}
dump D all custom {EVERY} $k.dump id x y z
dump_modify D sort id format float %.17g
fix log all print {EVERY} "$(pe:%.17g)" file $k.energies screen no
temper {EVERY * SWAPS} {EVERY} $T bath 0 4711
"""
start = lmp.bcc((2, 2, 1), shake=0.05, seed=53)
with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), start, lmp.ELEMENTS)
    output = lmp.run_ok(TEMPER, folder, 3, options=("-partition", "3x1", *QUIET))
    table = np.array([line.split() for line in output.splitlines()
                      if len(line.split()) == 4 and line.split()[0].isdigit()], int)
    energy = np.array([np.loadtxt(Path(folder, f"{k}.energies")) for k in range(3)]).T[1:]
    for k in range(3):
        lines = Path(folder, f"{k}.dump").read_text().splitlines()
        rows = np.array([line.split() for line in lines if len(line.split()) == 4
                         and not line.startswith("ITEM")], float).reshape(-1, len(start), 4)
        found = independent.energies([lmp.Frame(start.symbols, x, start.cell) for x in rows[1:, :, 1:]])
        lmp.check_close(f"temper: energies of replica {k}", energy[:, k], found, independent.SAME,
                        len(start))
lmp.check("temper: one line for each exchange", table.shape == (SWAPS + 1, 4), str(table.shape))
beta = 1 / (BOLTZMANN * np.array(KELVIN))
possible, accepted, certain, wrong = [], [], 0, 0
for step in range(SWAPS):
    before, after = table[step, 1:], table[step + 1, 1:]
    low = step % 2  # 600 with 900 first, then 900 with 1200
    i, j = (int(np.flatnonzero(before == t)[0]) for t in (low, low + 1))
    exchanged = after[i] == low + 1 and after[j] == low
    others = np.delete(np.arange(3), [i, j])
    wrong += not (exchanged or (after == before).all()) or bool((after[others] != before[others]).any())
    log_p = (energy[step, i] - energy[step, j]) * (beta[low] - beta[low + 1])
    certain += log_p >= 0
    wrong += bool(log_p >= 0 and not exchanged)
    possible.append(min(1.0, np.exp(log_p)))
    accepted.append(exchanged)
lmp.check("temper: an exchange that lowers the energy of the colder one is made", wrong == 0
          and certain > SWAPS / 10, f"{wrong} wrong, {certain} of {SWAPS} certain")
p = np.array(possible)
expected, spread = p.sum(), np.sqrt((p * (1 - p)).sum())
lmp.check("temper: as many exchanges as their probabilities say",
          bool(abs(sum(accepted) - expected) <= 4 * spread and expected < 0.95 * SWAPS),
          f"{sum(accepted)}, expected {expected:.1f} +- {spread:.1f}")

# ---- NEB -----------------------------------------------------------------------------

crystal = lmp.bcc((3, 3, 3), a=3.19, shake=0.0, elements=("W",))
half_diagonal = 0.5 * 3.19 * np.ones(3)
empty = crystal.positions[0]  # the first site is empty; a neighbouring atom moves there
hopper = int(np.argmin(np.linalg.norm(crystal.positions - empty - half_diagonal, axis=1))) - 1
vacancy = lmp.Frame(crystal.symbols[1:], crystal.positions[1:].copy(), crystal.cell)


def relax(frame, project=lambda f: f, most=400):
    """FIRE with unit masses; energy at the end and the largest force there"""
    x, v, dt, alpha, since = frame.positions.copy(), 0.0, 0.05, 0.1, 0
    for _ in range(most):
        p = independent.predict(lmp.Frame(frame.symbols, x, frame.cell))
        f = project(p.forces)
        if np.abs(f).max() < 1e-4:
            break
        v = v + dt * f
        if np.vdot(v, f) > 0:
            v = (1 - alpha) * v + alpha * f * np.linalg.norm(v) / np.linalg.norm(f)
            since += 1
            if since > 5:
                dt, alpha = min(1.1 * dt, 0.3), 0.99 * alpha
        else:
            v, dt, alpha, since = 0.0, 0.5 * dt, 0.1, 0
        x = x + dt * v
    return p.energy, np.abs(f).max()


saddle = lmp.Frame(vacancy.symbols, vacancy.positions.copy(), vacancy.cell)
saddle.positions[hopper] -= half_diagonal / 2
centre = saddle.positions[hopper].copy()
d = 2 * centre - saddle.positions[:, None] - saddle.positions[None]
d -= np.round(d / saddle.cell[0, 0]) * saddle.cell[0, 0]
opposite = np.argmin((d ** 2).sum(axis=2), axis=1)
lmp.check("the state half way has a centre of inversion",
          bool((d[np.arange(len(saddle)), opposite] ** 2).max() < 1e-20))
bottom, force = relax(vacancy)
top, force_top = relax(saddle, lambda f: (f - f[opposite]) / 2)
lmp.check("both are relaxed", bool(max(force, force_top) < 1e-4), f"{force:.1e}, {force_top:.1e}")
lmp.check("the barrier is one", bool(0.3 < top - bottom < 4.0), f"{top - bottom:.6f} eV")

NEB = """
min_style fire
timestep 0.01
fix path all neb 1.0
thermo 100
neb 0.0 2e-4 400 400 10 final end
"""
with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), vacancy, lmp.ELEMENTS)
    Path(folder, "end").write_text("1\n%d %.17g %.17g %.17g\n" % (hopper + 1, *empty))
    output = lmp.run_ok(lmp.setup("data", lmp.ELEMENTS, independent.FAST) + NEB, folder, 3,
                        options=("-partition", "3x1", *QUIET))
rows = [line.split() for line in output.splitlines() if len(line.split()) == 15
        and line.split()[0].isdigit()]
print("     NEB: " + " ".join(rows[-1]))
forward, backward, *_ = map(float, rows[-1][6:8])
lmp.check_close("NEB: energy of the vacancy", float(rows[-1][10]), bottom, 2e-6, len(vacancy))
lmp.check_close("NEB: barrier", [forward, backward], [top - bottom] * 2, 5e-5, 1.0)
lmp.finish()

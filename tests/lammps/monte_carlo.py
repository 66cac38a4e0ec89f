# SPDX-License-Identifier: BSD-3-Clause
"""monte_carlo.py - insertion, deletion and change of element of atoms during a run.

fix gcmc, at most one Nb near a fixed W, z = exp(mu/kT)/Lambda^3 and dE(r) the energy of the second atom:

    P(1)/P(0) = z Z,   Z = integral of exp(-dE(r)/kT) over the box

one integral over r, because the box is wider than two cutoffs. An isolated atom has an energy, so an
atom that is removed for a trial must not be counted as one. On two ranks there are no moves: after a
rejected move across a border LAMMPS 22Jul2025 loses atoms, also with lj/cut.

fix atom/swap with semi-grand yes on six sites: all 64 occupations, each with the weight
exp(-(E - dmu n)/kT). The energy at the end of every step agrees with soapz.Potential."""
import tempfile
from pathlib import Path

import numpy as np

import independent
import lmp

if "MC" not in lmp.packages():
    lmp.skip("LAMMPS was built without the package MC")
BOLTZMANN = 8.617333262e-5  # eV/K
PLANCK, MVV2E = 4.135667403e-3, 1.0364269e-4  # eV ps; (g/mol) (Angstrom/ps)^2 in eV
LOG = """
neigh_modify every 1 delay 0
thermo {steps}
dump D all custom 1 atoms.dump type x y z
dump_modify D format float %.17g
fix log all print 1 "$(pe:%.17g)" file energies screen no
run {steps}
print "{counts}" file counts screen no
"""


def read_steps(path, elements, cell):
    """Frames of a dump of types and positions."""
    lines, at, frames = Path(path).read_text().splitlines(), 0, []
    while at < len(lines):
        n = int(lines[at + 3])
        rows = np.array([line.split() for line in lines[at + 9:at + 9 + n]], float).reshape(n, 4)
        frames.append(lmp.Frame([elements[int(t) - 1] for t in rows[:, 0]], rows[:, 1:], cell))
        at += 9 + n
    return frames


def sample(frame, elements, commands, ranks, steps):
    """Frames and energies after each step, and the counts of fix MC."""
    counts = " ".join(f"$(f_MC[{k + 1}])" for k in range(6 if "gcmc" in commands else 2))
    with tempfile.TemporaryDirectory() as folder:
        lmp.write_data(Path(folder, "data"), frame, elements)
        lmp.run_ok(lmp.setup("data", elements, independent.FAST) + commands
                   + LOG.format(steps=steps, counts=counts), folder, ranks)
        return (read_steps(Path(folder, "atoms.dump"), elements, frame.cell)[1:],
                np.loadtxt(Path(folder, "energies"))[1:], np.loadtxt(Path(folder, "counts")))


def check_energies(name, frames, energies, every=1):
    want = independent.energies(frames[::every])
    most = max(len(frame) for frame in frames)
    lmp.check_close(f"{name}: energies of {len(want)} steps", energies[::every], want,
                    independent.SAME, most)


def check_mean(name, values, want, blocks=50):
    """within 4.5 standard errors, which are computed from blocks of steps and must be small; the seed is fixed"""
    means = np.asarray(values, float)[len(values) % blocks:].reshape(blocks, -1).mean(axis=1)
    error = means.std(ddof=1) / np.sqrt(blocks)
    lmp.check(name, bool(abs(means.mean() - want) <= 4.5 * error and error <= 0.1 * abs(want)),
              f"{means.mean():.4f}, expected {want:.4f}, standard error {error:.4f}")


# ---- fix gcmc ------------------------------------------------------------------------

def chemical_potential(log_z, kelvin, mass):
    """mu of an ideal gas with this logarithm of z, per Angstrom^3"""
    kt = BOLTZMANN * kelvin
    return kt * (log_z + 3 * np.log(PLANCK / np.sqrt(2 * np.pi * mass * MVV2E * kt)))


SIDE, KELVIN = 11.0, 20000.0
host = lmp.Frame(["W"], np.full((1, 3), SIDE / 2), SIDE * np.eye(3))
kt = BOLTZMANN * KELVIN
alone = independent.energies([host])[0]
lone = independent.energies([lmp.Frame(["Nb"], host.positions, host.cell)])[0]
r = (np.arange(1500) + 0.5) / 1500 * 5.0  # the cutoff; beyond it dE is that of an isolated atom
pair = independent.energies([lmp.Frame(["W", "Nb"], np.array([[0, 0, 0], [x, 0, 0]]), 30 * np.eye(3),
                                       (False,) * 3) for x in r])
shell = 4 * np.pi * r**2 * (r[1] - r[0])
inside = shell * np.exp(-(pair - alone - lone) / kt)  # relative to an isolated atom
volume = SIDE**3 - shell.sum() + inside.sum()
lmp.check("the two atoms attract each other", bool(inside.sum() > 2 * shell.sum()),
          f"{inside.sum() / shell.sum():.1f}")
# a second atom is present half of the time
mu = chemical_potential(-np.log(volume), KELVIN, lmp.MASS["Nb"]) + lone
GCMC = f"""
group gas empty
fix MC gas gcmc 1 {{exchanges}} {{moves}} 2 4711 {{kelvin}} {{mu}} 1.0 full_energy {{more}}
"""
for ranks, moves, steps in ((1, 4, 4000), (2, 0, 100)):
    frames, energies, counts = sample(host, ["W", "Nb"], GCMC.format(
        exchanges=8, moves=moves, kelvin=KELVIN, mu=mu, more="max 1"), ranks, steps)
    name = f"gcmc, {ranks} ranks"
    check_energies(name, frames, energies, 10 if ranks == 1 else 1)
    second = np.array([len(frame) - 1 for frame in frames])
    lmp.check(f"{name}: both numbers of atoms", bool(0 < second.mean() < 1), f"{second.mean():.3f}")
    if ranks == 2:
        continue
    check_mean(f"{name}: mean number of atoms", second, 0.5)
    distance = [np.linalg.norm((d := frame.positions[1] - frame.positions[0])
                               - SIDE * np.round(d / SIDE)) if len(frame) == 2 else np.inf
                for frame in frames]
    for far in (2.8, 3.5, 5.0):
        check_mean(f"{name}: closer than {far} Angstrom", np.array(distance) < far,
                   0.5 * inside[r < far].sum() / volume)
    lmp.check(f"{name}: atoms are moved, come and go", bool((counts[[1, 3, 5]] > 500).all()), str(counts))

# fix widom inserts and removes; the mean of exp(-dE/kT) is the same integral
with tempfile.TemporaryDirectory() as folder:
    lmp.write_data(Path(folder, "data"), host, ["W", "Nb"])
    lmp.run_ok(lmp.setup("data", ["W", "Nb"], independent.FAST)
               + f"fix W all widom 1 40 2 4711 {KELVIN} full_energy\n"
               'fix log all print 1 "$(f_W[2]:%.17g)" file widom screen no\nrun 500\n', folder)
    found = np.loadtxt(Path(folder, "widom"))[1:]
check_mean("widom: mean of exp(-dE/kT)", found * np.exp(lone / kt), volume / SIDE**3)

# without W it is an ideal gas, P(1)/P(0) = 4; at times there are no atoms
ideal = lmp.Frame(["Nb"], host.positions, host.cell)
mu = chemical_potential(np.log(4 / SIDE**3), KELVIN, lmp.MASS["Nb"]) + lone
frames, energies, counts = sample(ideal, ["W", "Nb"], GCMC.format(
    exchanges=1, moves=0, kelvin=KELVIN, mu=mu, more="max 1").replace("empty", "type 2"), 1, 2000)
number = np.array([len(frame) for frame in frames])
check_mean("an atom alone: mean number", number, 0.8)
lmp.check_close("an atom alone: energies", energies, lone * number, independent.SAME, 1.0)

# into a crystal with vacancies: many atoms, any number of them
crystal = lmp.bcc((3, 3, 3), shake=0.1, seed=41, elements=("W",))
keep = np.arange(len(crystal)) % 6 > 0
crystal = lmp.Frame(["W"] * int(keep.sum()), crystal.positions[keep], crystal.cell)
for ranks, moves in ((1, 5), (2, 0)):
    frames, energies, counts = sample(crystal, ["W", "Nb"], GCMC.format(
        exchanges=10, moves=moves, kelvin=6000.0, mu=lone - 7.0, more=""), ranks, 20)
    check_energies(f"gcmc in a crystal, {ranks} ranks", frames, energies)
    lmp.check("atoms have come", max(len(frame) for frame in frames) > len(crystal) and counts[3] > 0,
              f"{len(crystal)} to {max(len(frame) for frame in frames)}, {counts}")

# ---- fix atom/swap, semi-grand -----------------------------------------------------------

SITES, KELVIN = 6, 1500.0
kt = BOLTZMANN * KELVIN
states = np.array(list(np.ndindex((2,) * SITES)))


def filled(state):
    frame = lmp.bcc((3, 1, 1), shake=0.0)
    return lmp.Frame([("Nb", "W")[k] for k in state], frame.positions, frame.cell)


energy = independent.energies([filled(state) for state in states])
n_w = states.sum(axis=1)
dmu = (energy[-1] - energy[0]) / SITES + 0.02  # for one more W instead of an Nb
weight = np.exp(-(energy - dmu * n_w - (energy - dmu * n_w).min()) / kt)
weight /= weight.sum()
SWAP = f"fix MC all atom/swap 1 6 4711 {KELVIN} ke no semi-grand yes types 1 2 mu 0.0 {dmu:.17g}\n"
for ranks, steps in ((1, 2000), (2, 60)):
    frames, found, (tried, accepted) = sample(filled(states[1]), ["Nb", "W"], SWAP, ranks, steps)
    name = f"semi-grand, {ranks} ranks"
    check_energies(name, frames, found, 10 if ranks == 1 else 1)
    heavy = np.array([frame.symbols.count("W") for frame in frames])
    lmp.check(f"{name}: the composition changes", len(set(heavy)) > 3,
              f"{heavy.min()} to {heavy.max()} W")
    if ranks == 2:
        continue
    check_mean(f"{name}: mean number of W", heavy, weight @ n_w)
    check_mean(f"{name}: mean energy", found - energy.min(), weight @ (energy - energy.min()))
    for n in (2, 3, 4, 5):
        check_mean(f"{name}: {n} of {SITES} are W", heavy == n, weight[n_w == n].sum())
    want = sum(min(1.0, np.exp(-(energy[j] - energy[i] - dmu * (n_w[j] - n_w[i])) / kt)) * weight[i]
               for i in range(64) for j in range(64) if np.abs(states[i] - states[j]).sum() == 1) / SITES
    lmp.check(f"{name}: share of accepted changes", bool(abs(accepted / tried - want) <= 0.02),
              f"{accepted / tried:.4f}, expected {want:.4f}")
lmp.finish()

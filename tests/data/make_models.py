# SPDX-License-Identifier: BSD-3-Clause
"""Makes the models of core potentials and of coordination in models/, with reference numbers by QUIP.

    ulimit -s unlimited; python3 make_models.py FOLDER [NAME ...]    # pip install quippy-ase

The data come from simple potentials: an exponential repulsion and screened charges (Na, Cl), and the
effective medium theory of ASE (Cu, Au). gap_fit puts the date into names of files; all numbers are
the same as in the models here."""
import os
import subprocess
import sys

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.neighborlist import neighbor_list

DOT = "covariance_type=dot_product sparse_method=cur_points"
GAUSS = "covariance_type=ard_se sparse_method=uniform"
SALT = ("<per_type_data type=\"1\" atomic_num=\"11\"{a}/>\n"
        "<per_type_data type=\"2\" atomic_num=\"17\"{b}/>\n")


def coulomb(attributes):
    charges = SALT.format(a=' charge="0.7"', b=' charge="-0.7"')
    return f'<Coulomb_params n_types="2" {attributes}>\n{charges}</Coulomb_params>\n'


def lj():
    pair = ('<per_pair_data type1="%d" type2="%d" sigma="%g" eps6="%g" eps12="%g" '
            'cutoff="%g" energy_shift="%s" linear_force_shift="%s"/>\n')
    pairs = (pair % (1, 1, 2.2, 0.1, 0.15, 5.0, "T", "T") +
             pair % (2, 1, 2.5, 0.2, 0.12, 5.5, "T", "F") +
             pair % (2, 2, 3.1, 0.05, 0.09, 6.0, "F", "F"))
    return f'<LJ_params n_types="2">\n{SALT.format(a="", b="")}{pairs}</LJ_params>\n'


YUKAWA = coulomb('method="yukawa" cutoff="7.0" yukawa_alpha="0.35" '
                 'yukawa_smooth_length="1.2" label="salt"')
DSF = coulomb('method="dsf" cutoff="6.5" dsf_alpha="0.25"')
DIRECT = coulomb('method="direct" cutoff="4.6"')
BOTH = "Sum init_args_pot1={IP LJ} init_args_pot2={IP Coulomb}"

# name: data, core, gap, whether QUIP has local energies
RECIPES = {
    "nacl_yukawa_soap": ("salt", (YUKAWA, "IP Coulomb label=salt"), [
        "soap n_max=3 l_max=2 cutoff=4.0 atom_sigma=0.5 zeta=2 delta=0.5 n_sparse=14 " +
        DOT], True),
    "nacl_lj_dsf_2b": ("salt", (f"<cores>\n{lj()}{DSF}</cores>\n", BOTH), [
        "distance_2b cutoff=5.0 theta_uniform=0.8 delta=0.5 n_sparse=10 " + GAUSS], True),
    "nacl_direct_2b": ("salt", (DIRECT, "IP Coulomb"), [
        "distance_2b cutoff=5.0 theta_uniform=0.8 delta=0.5 n_sparse=10 " + GAUSS], False),
    "cuau_coordination": ("metal", None, [
        "coordination cutoff=4.4 transition_width=1.6 theta_uniform=5.0 delta=1.0 "
        "n_sparse=6 " + GAUSS], True),
    "cuau_coordination_2b_soap": ("metal", None, [
        "coordination add_species=F Z_center=79 cutoff=3.9 theta_fac=0.5 delta=1.0 "
        "n_sparse=9 " + GAUSS,
        "coordination add_species=F Z_center=29 cutoff=4.4 transition_width=1.3 zeta=2 "
        "delta=0.1 n_sparse=4 covariance_type=dot_product sparse_method=uniform",
        "distance_2b cutoff=4.5 theta_uniform=0.6 delta=0.5 n_sparse=8 " + GAUSS,
        "soap n_max=3 l_max=2 cutoff=4.0 atom_sigma=0.6 zeta=2 delta=0.3 n_sparse=10 " +
        DOT], True),
}


# ---- data ----------------------------------------------------------------------------

def salt(atoms):
    """energy, forces and virial"""
    i, j, d, r = neighbor_list("ijDd", atoms, 6.0)
    q = np.where(atoms.numbers == 11, 0.6, -0.6)
    screened = 14.4 * q[i] * q[j] * np.exp(-0.5 * r) / r
    repelled = 1200.0 * np.exp(-r / 0.33)
    slope = screened * (-0.5 - 1.0 / r) - repelled / 0.33
    pull = 0.5 * slope[:, None] * d / r[:, None]
    force = np.zeros((len(atoms), 3))
    np.add.at(force, i, pull)
    np.add.at(force, j, -pull)
    return 0.5 * (screened + repelled).sum(), force, -d.T @ pull


def metal(atoms):
    atoms = atoms.copy()
    atoms.calc = EMT()
    virial = np.zeros((3, 3))
    if atoms.pbc.all():
        virial = -atoms.get_stress(voigt=False) * atoms.get_volume()
    return atoms.get_potential_energy(), atoms.get_forces(), virial


def rattle(atoms, rng, by=0.12, strain=0.03):
    atoms.set_cell(atoms.cell @ (np.eye(3) + rng.normal(0, strain, (3, 3))),
                   scale_atoms=True)
    atoms.positions += rng.normal(0, by, atoms.positions.shape)
    return atoms


def cell_of(kind, rng):
    if kind == "salt":
        return bulk("NaCl", "rocksalt", a=5.6 * rng.uniform(0.94, 1.06), cubic=True)
    atoms = bulk("Cu", "fcc", a=3.85 * rng.uniform(0.94, 1.06), cubic=True)
    atoms.numbers[:] = rng.choice([29, 79], len(atoms))
    atoms.numbers[:2] = 29, 79
    return atoms


def training(kind, rng):
    frames = [rattle(cell_of(kind, rng), rng) for _ in range(8)]
    for r in (1.0, 1.15, 1.35):
        a, b = frames[0].numbers[:2]
        length = 2.5 * r
        frames.append(Atoms(numbers=[a, b], positions=[[0, 0, 0], [0, 0, length]],
                            cell=np.eye(3) * 25, pbc=True))
    return frames


def random_atoms(numbers, cell, pbc, rng, least):
    positions = []
    while len(positions) < len(numbers):
        p = rng.random(3) @ cell
        near = [q - p for q in positions]
        if pbc:
            near = [v - np.round(v @ np.linalg.inv(cell)) @ cell for v in near]
        if all(np.linalg.norm(v) > least for v in near):
            positions.append(p)
    return Atoms(numbers=numbers, positions=positions, cell=cell, pbc=pbc)


def structures(train, rng):
    """name, structure"""
    a, b = train[0].numbers[:2]
    edge = np.cbrt(train[0].get_volume())
    wide = edge * np.cbrt(1.3 * 8 / len(train[0]))
    mixed = [(a, b)[k % 2] for k in range(8)]
    bent = wide * np.array([[1, 0, 0], [.2, 1, 0], [-.15, .1, 1]])
    moved = rattle(train[1].copy(), rng)
    moved.positions += [7.3, -4.1, 2.2]
    slab = random_atoms(mixed[:6], np.eye(3) * wide, True, rng, 2.1)
    slab.set_cell([wide, wide, 6 * wide])
    slab.pbc = (True, True, False)
    small = Atoms(numbers=[a, b], scaled_positions=[[.02, 0, .01], [.5, .52, .48]],
                  cell=.65 * edge * (np.eye(3) + rng.normal(0, .03, (3, 3))), pbc=True)
    one = Atoms(numbers=[a], positions=[[.1, .2, .3]], pbc=True,
                cell=.7 * edge * np.array([[-.5, .5, .5], [.5, -.5, .52], [.5, .5, -.5]]))
    return [("train_plain", train[0]), ("rattled_unwrapped", moved),
            ("two_atom_cell_many_images", small), ("one_atom_cell", one),
            ("random_triclinic", random_atoms(mixed, bent, True, rng, 2.0)),
            ("cluster_open", random_atoms(mixed, np.eye(3) * wide, False, rng, 2.0)),
            ("slab_TTF", slab),
            ("dimer", Atoms(numbers=[a, b], positions=[[0, 0, 0], [1.5, 1.4, 1.3]],
                            cell=np.eye(3) * 30)),
            ("isolated_atom", Atoms(numbers=[b], positions=[[3, 4, 5]],
                                    cell=np.eye(3) * 25, pbc=True))]


# ---- files ---------------------------------------------------------------------------

def words(x):
    return " ".join("%.16e" % v for v in np.ravel(x))


def write(path, frames):
    """frames: atoms, text of the second line, columns"""
    with open(path, "w") as f:
        for atoms, names, text, columns in frames:
            pbc = " ".join("FT"[int(p)] for p in atoms.pbc)
            f.write(f'{len(atoms)}\nLattice="{words(atoms.cell.array)}" '
                    f'Properties=species:S:1:pos:R:3{names} {text} pbc="{pbc}"\n')
            for symbol, row in zip(atoms.get_chemical_symbols(),
                                   np.hstack([atoms.positions] + columns)):
                f.write(f"{symbol:2s} {words(row)}\n")


def write_training(path, kind, frames):
    rows = []
    for atoms in frames:
        energy, force, virial = (salt if kind == "salt" else metal)(atoms)
        virial = f'virial="{words(virial)}"' if len(atoms) > 2 else ""
        rows.append((atoms, ":force:R:3", f"energy={words(energy)} {virial}", [force]))
    write(path, rows)


def quip(path, atoms, local, local_virial):
    from quippy.potential import Potential
    p = Potential("", param_filename=path)
    wanted = ["energy", "forces", "virial"] + (["energies"] if local else [])
    atoms = atoms.copy()
    p.calculate(atoms, properties=wanted,
                calc_args="local_virial" if local_virial else "")
    names, columns = ":forces:R:3", [np.array(p.results["forces"])]
    if local:
        names += ":local_energy:R:1"
        columns.append(np.array(p.results["energies"])[:, None])
    if local_virial:
        names += ":local_virial:R:9"
        columns.append(np.array(p.extra_results["atoms"]["local_virial"]).T)
    virial = np.array(p.extra_results["config"]["virial"])
    return names, columns, float(p.results["energy"]), virial


def make(name, folder):
    kind, core, gap, local = RECIPES[name]
    rng = np.random.default_rng(sum(map(ord, name)))
    train = training(kind, rng)
    folder = os.path.join(folder, name)
    os.makedirs(folder)
    write_training(os.path.join(folder, "train.xyz"), kind, train)
    command = ["gap_fit", "at_file=train.xyz", "gp_file=gp.xml", "rnd_seed=3",
               "e0_method=average", "do_copy_at_file=F", "sparse_jitter=1e-8",
               "default_sigma={0.01 0.3 0.6 0}"]
    if core:
        with open(os.path.join(folder, "core.xml"), "w") as f:
            f.write(core[0])
        command += ["core_param_file=core.xml", "core_ip_args={" + core[1] + "}"]
    command.append("gap={" + " : ".join(gap) + "}")
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    rows = []
    for title, atoms in structures(train, rng):
        names, columns, energy, virial = quip(os.path.join(folder, "gp.xml"), atoms,
                                              local, core is None)
        rows.append((atoms, names, f'energy={words(energy)} virial="{words(virial)}" '
                     f"name={title}", columns))
    write(os.path.join(folder, "reference.xyz"), rows)
    for extra in os.listdir(folder):
        if extra in ("train.xyz", "core.xml") or extra.endswith(".idx"):
            os.remove(os.path.join(folder, extra))


if __name__ == "__main__":
    for which in sys.argv[2:] or RECIPES:
        make(which, sys.argv[1])

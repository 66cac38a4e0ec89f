#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes tests/data/models/turbo_* and tests/data/turbo_descriptors.json with gap_fit and quippy.

    $SOAPZ_QUIPPY_PYTHON make_turbo_models.py [NAME ...] [--descriptors]

Run it with a Python with quippy (pip install quippy-ase; 0.10.3 was used), and gap_fit in its folder
or in PATH. It makes the reference data of tests. Without names it makes all models and the
descriptors. The data are random cells with energies and forces of EMT of ASE (metals) or of the
potential of bonds and angles below (H C O Si P). The potentials are only for tests.

A folder has train.xyz, cmd.txt (the gap_fit command, to be run in the folder), gp.xml with
its sparse points, the files that gap_fit reads, and reference.xyz: nine structures with
the results of QUIP. The names of the files of sparse points contain the date.

Within a process QUIP keeps the radial basis of an earlier soap_turbo with the same sum of alpha_max.
Therefore every structure and every descriptor has its own process, and terms of one model with the
same sum have the same alpha_max, atom_sigma_r, cutoffs and basis."""
import json
import multiprocessing
import os
import shutil
import subprocess
import sys

import numpy as np
from ase import Atoms
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator
from ase.data import atomic_numbers, chemical_symbols
from ase.io import read
from ase.neighborlist import neighbor_list

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")

# Angstrom, Angstrom^3, eV: radius, volume per atom and energy of the isolated atom
RADIUS = {"H": 0.4, "C": 0.75, "O": 0.68, "Si": 1.1, "P": 1.05, "Al": 1.25, "Cu": 1.12,
          "Au": 1.27}
VOLUME = {"H": 4.0, "C": 7.0, "O": 9.0, "Si": 20.0, "P": 20.0, "Al": 16.6, "Cu": 11.8,
          "Au": 17.0}
E0 = {"H": -2.1, "C": -5.3, "O": -4.2, "Si": -4.6, "P": -3.7, "Al": -7.1, "Cu": -8.9,
      "Au": -9.4}
METALS = ("Al", "Cu", "Au")


# ---- labels ------------------------------------------------------------------------------

def bonds_and_angles(atoms, depth=2.5, width=1.6, bend=1.2):
    """Energy, forces and virial of Morse pairs and (cos + 1/3)^2 of the angles between
    bonds; both end at 1.9 times the sum of the radii as (1 - (r/end)^2)^3."""
    n, symbols = len(atoms), atoms.get_chemical_symbols()
    first, second, d = neighbor_list("ijD", atoms, 4.5)
    r = np.linalg.norm(d, axis=1)
    rest = np.array([RADIUS[symbols[i]] + RADIUS[symbols[j]] for i, j in zip(first, second)])
    end, u = 1.9 * rest, d / r[:, None]
    near = np.maximum(1.0 - (r / end) ** 2, 0.0)
    fade, slope = near ** 3, -6.0 * r / end ** 2 * near ** 2
    e = np.exp(-width * (r - rest))
    morse, dmorse = depth * (e * e - 2.0 * e), -2.0 * width * depth * (e * e - e)
    energy = 0.5 * np.sum(morse * fade)
    back = 0.5 * (dmorse * fade + morse * slope)[:, None] * u  # derivative by each d
    for i in range(n):
        own = np.flatnonzero((first == i) & (near > 0.0))
        for a, p in enumerate(own):
            for q in own[:a]:
                cos = u[p] @ u[q]
                size, h = fade[p] * fade[q], cos + 1.0 / 3.0
                energy += bend * size * h * h
                back[p] += bend * (h * h * slope[p] * fade[q] * u[p]
                                   + 2.0 * size * h * (u[q] - cos * u[p]) / r[p])
                back[q] += bend * (h * h * slope[q] * fade[p] * u[q]
                                   + 2.0 * size * h * (u[p] - cos * u[q]) / r[q])
    forces = np.zeros((n, 3))
    np.add.at(forces, first, back)
    np.add.at(forces, second, -back)
    return energy, forces, -np.einsum("ka,kb->ab", d, back)


def label(atoms):
    """atoms with energy, forces and virial (-volume * stress)"""
    if set(atoms.get_chemical_symbols()) <= set(METALS):
        atoms.calc = EMT()
        energy, forces = atoms.get_potential_energy(), atoms.get_forces()
        virial = -atoms.get_volume() * atoms.get_stress(voigt=False)
    else:
        energy, forces, virial = bonds_and_angles(atoms)
    energy += sum(E0[s] for s in atoms.get_chemical_symbols())
    atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=forces)
    atoms.info["virial"] = virial
    return atoms


# ---- structures --------------------------------------------------------------------------

def random_atoms(symbols, cell, pbc, rng, shrink=0.87):
    """symbols at random positions in a cell, no closer than shrink times their radii"""
    inverse, places = np.linalg.inv(cell), []
    for k in range(400000):
        if k % 2000 == 0:  # no room for all of them: try again
            places = []
        p = rng.random(3) @ cell
        s = symbols[len(places)]
        d = np.array([p - q for q in places]).reshape(-1, 3)
        d -= np.round(d @ inverse) @ cell * float(pbc)
        least = [shrink * (RADIUS[s] + RADIUS[t]) for t in symbols[:len(places)]]
        if np.all(np.linalg.norm(d, axis=1) > least):
            places.append(p)
            if len(places) == len(symbols):
                break
    else:
        raise RuntimeError("no room for " + " ".join(symbols))
    return Atoms(symbols, positions=np.round(places, 6), cell=np.round(cell, 6), pbc=pbc)


def mixture(elements, n):
    return [elements[k % len(elements)] for k in range(n)]


def side(symbols, dense=1.15):
    return (dense * sum(VOLUME[s] for s in symbols)) ** (1.0 / 3.0)


def training(elements, seed, frames=12, n=8):
    """random cells of different density, a few with vacuum"""
    rng, made = np.random.default_rng(seed), []
    for k in range(frames):
        symbols = mixture(elements[k % len(elements):] + elements[:k % len(elements)], n)
        a = side(symbols, 1.1 + 0.25 * (k % 3)) * (np.eye(3) + rng.uniform(-0.15, 0.15, (3, 3)))
        made.append(label(random_atoms(symbols, a, True, rng)))
    return made


def structures(elements, seed, fitted):
    """the nine structures of a reference file"""
    rng, out = np.random.default_rng(seed), {}
    plain = fitted[0].copy()
    plain.info.clear()
    out["train_plain"] = plain
    moved = plain.copy()
    moved.positions += rng.normal(0.0, 0.1, moved.positions.shape)
    strain = np.eye(3) + rng.normal(0.0, 0.02, (3, 3))
    moved.set_cell(moved.cell.array @ strain, scale_atoms=True)
    moved.positions += np.array([7.3, -4.1, 2.2])
    out["rattled_unwrapped"] = moved
    pair = [elements[0], elements[-1]]
    a = side(pair)
    out["two_atom_cell_many_images"] = Atoms(
        pair, scaled_positions=[[0.02, 0, 0.01], [0.5, 0.52, 0.48]], pbc=True,
        cell=a * (np.eye(3) + rng.normal(0.0, 0.03, (3, 3))))
    a = side(elements[:1] * 2)
    out["one_atom_cell"] = Atoms(
        elements[:1], positions=[[0.1, 0.2, 0.3]], pbc=True,
        cell=a * np.array([[-0.5, 0.5, 0.5], [0.5, -0.5, 0.52], [0.5, 0.5, -0.5]]))
    symbols = mixture(elements, 9)
    a = side(symbols)
    out["random_triclinic"] = random_atoms(
        symbols, a * np.array([[1, 0, 0], [0.2, 1, 0], [-0.15, 0.1, 1]]), True, rng)
    symbols = mixture(elements, 7)
    cluster = random_atoms(symbols, np.eye(3) * side(symbols, 1.5), False, rng)
    cluster.set_cell(np.eye(3) * 40.0)
    out["cluster_open"] = cluster
    symbols = mixture(elements, 6)
    a = side(symbols, 1.3)
    slab = random_atoms(symbols, np.eye(3) * a, True, rng)
    slab.set_cell(np.diag([a, a, 5.0 * a]))
    slab.pbc = (True, True, False)
    out["slab_TTF"] = slab
    r = 1.05 * (RADIUS[pair[0]] + RADIUS[pair[1]])
    out["dimer"] = Atoms(pair, positions=[[0, 0, 0], r * np.array([0.6, 0.64, 0.48])],
                         cell=np.eye(3) * 30.0, pbc=False)
    out["isolated_atom"] = Atoms(elements[-1:], positions=[[3, 4, 5]], cell=np.eye(3) * 25.0,
                                 pbc=True)
    return out


# ---- files -------------------------------------------------------------------------------

def digits(values):
    return " ".join("%.16e" % float(x) for x in np.ravel(values))


def write_training(path, frames):
    with open(path, "w") as f:
        for a in frames:
            short = [" ".join("%.12g" % x for x in np.ravel(v))
                     for v in (a.cell.array, a.info["virial"])]
            f.write('%d\nLattice="%s" Properties=species:S:1:pos:R:3:force:R:3 energy=%.12g '
                    'virial="%s" pbc="T T T"\n' % (len(a), short[0], a.get_potential_energy(),
                                                   short[1]))
            for s, p, g in zip(a.get_chemical_symbols(), a.positions, a.get_forces()):
                f.write("%s %s %s\n" % (s, " ".join("%.6f" % x for x in p),
                                        " ".join("%.8f" % x for x in g)))


def write_reference(path, rows):
    with open(path, "w") as f:
        for name, a, r in rows:
            own = ":local_energy:R:1:local_virial:R:9" if "local_energy" in r else ""
            f.write('%d\nLattice="%s" Properties=species:S:1:pos:R:3:forces:R:3%s energy=%s '
                    'virial="%s" name=%s pbc="%s"\n' %
                    (len(a), digits(a.cell.array), own, digits(r["energy"]),
                     digits(r["virial"]), name, " ".join("FT"[int(x)] for x in a.pbc)))
            for k, s in enumerate(a.get_chemical_symbols()):
                row = np.concatenate([a.positions[k], r["forces"][k]] + (
                    [[r["local_energy"][k]], r["local_virial"][k]] if own else []))
                f.write("%-2s %s\n" % (s, digits(row)))


# ---- QUIP --------------------------------------------------------------------------------

def fresh(function, *args):
    """calls function in a new process"""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(function, args)


def evaluate(model, atoms, local):
    from quippy.potential import Potential
    atoms, calculator = atoms.copy(), Potential(param_filename=model)
    atoms.calc = calculator
    calculator.calculate(atoms, calc_args="local_virial" if local else "",
                         properties=["energy", "forces", "virial"] + ["energies"] * local)
    more = calculator.extra_results
    result = {"energy": float(calculator.results["energy"]),
              "forces": np.array(calculator.results["forces"]),
              "virial": np.array(more["config"]["virial"])}
    if local:
        result["local_energy"] = np.array(calculator.results["energies"])
        result["local_virial"] = np.array(more["atoms"]["local_virial"]).T
    return result


def gap_fit():
    beside = os.path.join(os.path.dirname(sys.executable), "gap_fit")
    return beside if os.path.exists(beside) else shutil.which("gap_fit")


COMMON = ("at_file=train.xyz energy_parameter_name=energy force_parameter_name=force "
          "virial_parameter_name=virial gp_file=gp.xml rnd_seed=1 do_copy_at_file=F "
          "sparse_jitter=1.0e-8")


def build(name, recipe):
    folder = os.path.join(DATA, "models", name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    elements = recipe["elements"]
    fitted = training(elements, recipe["seed"], **recipe.get("training", {}))
    write_training(os.path.join(folder, "train.xyz"), fitted)
    for file, text in recipe.get("files", {}).items():
        with open(os.path.join(folder, file), "w") as f:
            f.write(text)
    e0 = ":".join("%s:%g" % (s, E0[s]) for s in elements)
    words = "%s default_sigma='{%s}' e0='{%s}' %s gap='{%s}'" % (
        COMMON, recipe.get("sigma", "0.01 0.4 1.0 0.0"), e0, recipe.get("more", ""),
        " : ".join(recipe["gap"]))
    with open(os.path.join(folder, "cmd.txt"), "w") as f:
        f.write("# run in this folder; %s\nOMP_NUM_THREADS=1 gap_fit %s\n"
                % (recipe["about"], words))
    run = subprocess.run("%s %s" % (gap_fit(), words), shell=True, cwd=folder, text=True,
                         capture_output=True, env=dict(os.environ, OMP_NUM_THREADS="1"))
    if run.returncode or not os.path.exists(os.path.join(folder, "gp.xml")):
        raise RuntimeError("%s: gap_fit failed: %s" % (name, (run.stdout + run.stderr)[-800:]))
    os.remove(os.path.join(folder, "train.xyz.idx"))
    model, local = os.path.join(folder, "gp.xml"), recipe.get("local", True)
    rows = [(s, a, fresh(evaluate, model, a, local))
            for s, a in structures(elements, recipe["seed"] + 500, fitted).items()]
    write_reference(os.path.join(folder, "reference.xyz"), rows)
    size = sum(os.path.getsize(os.path.join(folder, f)) for f in os.listdir(folder))
    print("%-32s %d structures, %d kB" % (name, len(rows), size // 1024), flush=True)


# ---- the models --------------------------------------------------------------------------

def species(symbols):
    return "n_species=%d species_Z={{%s}}" % (
        len(symbols), " ".join(str(atomic_numbers[s]) for s in symbols))


def term(text, points, zeta, delta=0.5):
    return ("soap_turbo %s zeta=%d delta=%g n_sparse=%d covariance_type=dot_product "
            "sparse_method=cur_points" % (text, zeta, delta, points))


def compress_map(alpha, l_max, rows, seed):
    """text of a compress_file: a random sparse linear map"""
    rng, n = np.random.default_rng(seed), sum(alpha)
    full = n * (n + 1) // 2 * (l_max + 1)
    text = "%s %d %d\nP_transformation\n" % (" ".join(map(str, alpha)), l_max, rows)
    for i in range(rows):
        for j in sorted(rng.choice(full, rng.integers(1, 5), replace=False)):
            text += "%d %d %.12f\n" % (i + 1, j + 1, rng.normal())
    return text + "end_transformation\n"


def compress_list(alpha, l_max, rows, seed):
    """text of a compress_file in the old form: kept components"""
    n = sum(alpha)
    full = n * (n + 1) // 2 * (l_max + 1)
    kept = np.sort(np.random.default_rng(seed).choice(full, rows, replace=False)) + 1
    return "%s %d %d\n%s" % (" ".join(map(str, alpha)), l_max, rows,
                             "".join("%d\n" % k for k in kept))


GLUE = """<Glue_params n_types="1" label="repulsion">
<per_type_data type="1" atomic_num="6">
<density num_points="3" density_y1="0.0" density_yn="0.0">
<point a="1" rho="0.3"/>
<point a="1.8" rho="0.1"/>
<point a="2.5" rho="0"/>
</density>
<potential_density num_points="4">
<point rho="0" E="0"/>
<point rho="0.5" E="-0.2"/>
<point rho="1.5" E="-0.4"/>
<point rho="4" E="-0.5"/>
</potential_density>
</per_type_data>
<per_pair_data type1="1" type2="1">
<potential_pair num_points="6" y1="1.0e50" yn="0.0">
<point r="0.4" E="60"/>
<point r="0.8" E="18"/>
<point r="1.2" E="4"/>
<point r="1.6" E="0.8"/>
<point r="2" E="0.1"/>
<point r="2.5" E="0"/>
</potential_pair>
</per_pair_data>
</Glue_params>
"""


def published():
    """all keys given explicitly, as in published models"""
    soap = ("l_max=8 alpha_max={{8}} atom_sigma_r={{0.5}} atom_sigma_t={{0.5}} "
            "atom_sigma_r_scaling={{0.0}} atom_sigma_t_scaling={{0.0}} rcut_hard=4.5 "
            "rcut_soft=4.0 n_species=1 species_Z={{6}} central_weight={{1.0}} "
            "amplitude_scaling={{1.0}} basis=poly3gauss scaling_mode=polynomial "
            "radial_enhancement=1 compress_mode=trivial add_species=F central_index=1")
    return dict(
        about="distance_2b + angle_3b + soap_turbo of the published carbon models, on a Glue "
        "core; alpha_max 8: the numbers of QUIP have rounding errors", elements=["C"], seed=1,
        files={"core.xml": GLUE},
        more="core_param_file=core.xml core_ip_args='IP Glue label=repulsion'",
        gap=["distance_2b Z1=6 Z2=6 cutoff=4.5 n_sparse=20 covariance_type=ard_se delta=1.0 "
             "theta_uniform=0.5 sparse_method=uniform",
             "angle_3b Z_center=6 Z1=6 Z2=6 cutoff=2.5 n_sparse=40 covariance_type=pp "
             "delta=0.05 theta_uniform=2.0 sparse_method=uniform",
             term(soap, 24, 4, 0.3)])


def recipes():
    made = {"turbo_c_published": published()}
    made["turbo_cu_poly3"] = dict(
        about="one species, poly3, the cutoff keys of soap, increasing sigmas, amplitude_scaling "
        "2, no compression", elements=["Cu"], seed=2,
        gap=[term("l_max=4 n_max=5 atom_sigma=0.45 atom_sigma_scaling=0.08 cutoff=5.2 "
                  "cutoff_transition_width=0.8 nf=6.0 amplitude_scaling=2.0 n_species=1 "
                  "species_Z={{29}} basis=poly3 add_species=F", 22, 2, 1.0)])
    both = ("l_max=4 alpha_max={{4 5}} atom_sigma_r={{0.4 0.5}} atom_sigma_t={{0.5 0.45}} "
            "atom_sigma_r_scaling={{0.05 0.1}} atom_sigma_t_scaling={{0.1 0.0}} "
            "amplitude_scaling={{1.0 2.0}} central_weight={{1.0 0.4}} rcut_hard=5.0 "
            "rcut_soft=4.2 nf=6.0 %s basis=poly3gauss radial_enhancement=2 compress_mode=trivial "
            "add_species=F" % species(["Cu", "Au"]))
    made["turbo_cuau_enhanced_zbl"] = dict(
        about="two species, all keys by species, radial_enhancement 2, ZBL core (QUIP has no "
        "local energies then)", elements=["Cu", "Au"], seed=3, local=False,
        files={"core.xml": "<ZBL_params> </ZBL_params>\n"},
        more="core_param_file=core.xml core_ip_args='IP ZBL cutoff=2.4 cutoff_width=0.9'",
        gap=[term(both + " central_index=1", 16, 4), term(both + " central_index=2", 16, 2)])
    made["turbo_p_orders"] = dict(
        about="one species, l_max 1, 3, 6 and 8, alpha_max 1 to 6, both bases, enhancements 0 to "
        "2, zeta 2, 4 and 6", elements=["P"], seed=4,
        gap=[term("l_max=1 alpha_max=6 atom_sigma=0.6 rcut_hard=4.8 rcut_soft=4.0 nf=6 "
                  "basis=poly3gauss n_species=1 species_Z={{15}} add_species=F", 10, 6),
             term("l_max=2 alpha_max=4 atom_sigma_r=0.4 atom_sigma_t=0.6 rcut_hard=4.0 "
                  "rcut_soft=3.5 nf=6 radial_enhancement=2 n_species=1 species_Z={{15}} "
                  "atom_sigma_r_scaling=0.1 add_species=F", 12, 4),
             term("l_max=8 alpha_max=3 atom_sigma=0.5 rcut_hard=5.0 rcut_soft=4.5 nf=6 "
                  "basis=poly3gauss radial_enhancement=1 amplitude_scaling=0.5 n_species=1 "
                  "species_Z={{15}} atom_sigma_t_scaling=0.05 add_species=F", 14, 2),
             term("l_max=6 alpha_max=1 atom_sigma=0.5 rcut_hard=3.6 rcut_soft=3.0 nf=7.5 "
                  "n_species=1 species_Z={{15}} amplitude_scaling=0.0 add_species=F", 4, 2),
             term("l_max=3 alpha_max=2 atom_sigma=0.4 rcut_hard=4.2 rcut_soft=4.1 nf=6 "
                  "basis=poly3gauss n_species=1 species_Z={{15}} add_species=F", 6, 2)])
    made["turbo_si_default_nf"] = dict(
        about="one species, nf as in published models: the slopes of QUIP's filter are not those "
        "of its energy, which gives errors of 1e-7 in the forces", elements=["Si"], seed=9,
        gap=[term("l_max=6 alpha_max={{6}} atom_sigma_r={{0.5}} atom_sigma_t={{0.5}} "
                  "rcut_hard=5.0 rcut_soft=4.0 basis=poly3gauss radial_enhancement=1 "
                  "compress_mode=trivial n_species=1 species_Z={{14}} add_species=F", 20, 4)])
    three = ("l_max=3 alpha_max={{2 3 4}} atom_sigma_r={{0.35 0.4 0.45}} "
             "atom_sigma_t={{0.4 0.45 0.5}} atom_sigma_r_scaling={{0.1 0.0 0.05}} "
             "central_weight={{1.0 0.5 0.0}} rcut_hard=3.8 rcut_soft=3.2 nf=6 basis=poly3gauss "
             "radial_enhancement=1 compress_mode=trivial %s add_species=F"
             % species(["H", "C", "O"]))
    bodies = ("covariance_type=ard_se delta=0.5 theta_uniform=0.4 n_sparse=8 "
              "sparse_method=uniform")
    made["turbo_hco_2b_3b"] = dict(
        about="three species with different alpha_max, every centre; distance_2b and "
        "angle_3b", elements=["H", "C", "O"], seed=5, training=dict(frames=10, n=9),
        gap=["distance_2b Z1=6 Z2=8 cutoff=3.5 add_species=F " + bodies,
             "distance_2b Z1=1 Z2=6 cutoff=3.0 add_species=F " + bodies,
             "angle_3b Z_center=6 Z1=6 Z2=8 cutoff=2.4 covariance_type=pp add_species=F delta=0.05 "
             "theta_uniform=2.0 n_sparse=12 sparse_method=uniform"]
        + [term(three + " central_index=%d" % c, 8, 2 * c) for c in (1, 2, 3)])
    pair = ("l_max=3 alpha_max={{4 4}} atom_sigma_r={{0.4 0.5}} atom_sigma_t=0.5 rcut_hard=4.4 "
            "rcut_soft=3.7 nf=6 %s basis=poly3gauss radial_enhancement=1 add_species=F"
            % species(["Si", "O"]))
    modes = ("1_1", "2_1", "1_2", "0_2", "2_0", "0_0")
    made["turbo_sio_modes"] = dict(
        about="two species, compress_modes a_b, the centre Si and O in turn",
        elements=["Si", "O"], seed=6,
        gap=[term("%s compress_mode=%s central_index=%d" % (pair, m, k % 2 + 1), 7, 2)
             for k, m in enumerate(modes)])
    files = ("l_max=3 alpha_max={{4 3}} atom_sigma_r={{0.4 0.5}} atom_sigma_t=0.5 rcut_hard=4.0 "
             "rcut_soft=3.4 nf=6 %s amplitude_scaling={{1.5 1.0}} add_species=F"
             % species(["C", "O"]))
    made["turbo_co_files"] = dict(
        about="compress_file: a linear map for C, the old list of kept components for O",
        elements=["C", "O"], seed=7,
        files={"map.dat": compress_map([4, 3], 3, 40, 1),
               "list.dat": compress_list([4, 3], 3, 36, 2)},
        gap=[term(files + " central_index=1 compress_file=map.dat", 16, 2),
             term(files + " central_index=2 compress_file=list.dat", 16, 4)])
    made["turbo_alcu_add_species"] = dict(
        about="gap_fit's expansion by species (add_species=T) of a soap_turbo with the keys of soap; "
        "species_Z is repeated, by atomic number, and the last one is used; "
        "distance_2b of all pairs", elements=["Al", "Cu"], seed=8,
        gap=["distance_2b cutoff=5.0 add_species=T " + bodies,
             term("l_max=5 n_max=4 atom_sigma=0.5 atom_sigma_t_scaling=0.06 rcut_hard=4.6 "
                  "rcut_soft=4.0 nf=6 basis=poly3gauss radial_enhancement=1 compress_mode=1_1 "
                  "%s add_species=T" % species(["Cu", "Al"]), 18, 4)])
    return made


# ---- descriptors -------------------------------------------------------------------------

def cells():
    """structure name: atoms"""
    rng, skew = np.random.default_rng(11), np.array([[1, 0, 0], [0.2, 1, 0], [-0.15, 0.1, 1]])
    made = {}
    for name, elements, n, pbc in (("c4", ["C"], 4, True), ("si3", ["Si"], 3, False),
                                   ("oh5", ["O", "H", "H"], 5, False),
                                   ("hco6", ["H", "C", "O"], 6, True),
                                   ("cuau4", ["Cu", "Au"], 4, True)):
        symbols = mixture(elements, n)
        cell = side(symbols, 1.2) * skew
        made[name] = random_atoms(symbols, cell, pbc, rng)
        if not pbc:
            made[name].set_cell(np.eye(3) * 25.0)
    made["alone"] = Atoms(["C"], positions=[[1, 2, 3]], cell=np.eye(3) * 20.0, pbc=True)
    made["tiny"] = Atoms(["Cu", "Au"], positions=[[0, 0, 0], [1.3, 1.2, 1.5]], pbc=True,
                         cell=[[2.6, 0, 0], [0.3, 2.8, 0], [0.2, 0.1, 2.9]])
    return made


def cases():
    """(structure, descriptor, with gradients of the first centre); nf=6 in all of them, because
    with the default of 4 the slopes of QUIP are not those of its vectors (1e-8 to 1e-6)"""
    def one(z, text):
        return "soap_turbo n_species=1 species_Z={%d} %s" % (z, text)

    def several(zs, text):
        return "soap_turbo n_species=%d species_Z={%s} %s" % (
            len(zs), " ".join(str(z) for z in zs), text)

    cut = "rcut_hard=3.6 rcut_soft=3.0 nf=6 atom_sigma=0.45 "
    gauss = cut + "basis=poly3gauss "
    mixed = ("l_max=2 alpha_max={3 2 4} atom_sigma_r={0.3 0.4 0.5} atom_sigma_t={0.5 0.4 0.45} "
             "rcut_hard=3.4 rcut_soft=2.9 nf=6 ")
    pair = "l_max=2 alpha_max={3 3} " + gauss + "radial_enhancement=1 "
    yield "c4", one(6, cut + "l_max=3 alpha_max=4"), True
    yield "c4", one(6, gauss + "l_max=3 alpha_max=4"), True
    yield "c4", one(6, cut + "l_max=2 n_max=5 radial_enhancement=1"), False
    yield "c4", one(6, gauss + "l_max=2 n_max=5 radial_enhancement=2"), False
    yield "c4", one(6, "rcut_hard=3.4 rcut_soft=2.8 atom_sigma=0.7 basis=poly3gauss l_max=2 "
                    "alpha_max=4"), False
    yield "c4", one(6, gauss + "l_max=8 alpha_max=3 radial_enhancement=1 "
                    "compress_mode=trivial"), True
    yield "c4", one(6, gauss + "l_max=0 alpha_max=4"), False
    yield "c4", one(6, cut + "l_max=4 alpha_max=1"), False
    yield "c4", one(6, gauss + "l_max=4 alpha_max=1"), False
    yield "c4", one(6, "cutoff=3.8 cutoff_transition_width=0.7 atom_sigma=0.4 n_max=3 "
                    "l_max=3"), False
    yield "c4", one(6, "cutoff=3.8 atom_sigma=0.4 atom_sigma_scaling=0.1 n_max=3 l_max=2 "
                    "nf=6"), True
    yield "c4", one(6, gauss + "l_max=3 alpha_max=3 atom_sigma_r_scaling=0.1 amplitude_scaling=2.0 "
                    "atom_sigma_t_scaling=0.05"), True
    yield "c4", one(6, cut + "l_max=3 alpha_max=3 amplitude_scaling=0.0"), False
    yield "c4", one(6, gauss + "l_max=3 alpha_max=3 amplitude_scaling=0.5 "
                    "central_weight=0.3"), False
    yield "alone", one(6, gauss + "l_max=3 alpha_max=3"), False
    yield "alone", one(6, cut + "l_max=3 alpha_max=3 radial_enhancement=1"), False
    yield "si3", one(14, cut + "l_max=5 alpha_max=4 compress_mode=trivial"), False
    yield "oh5", several([1, 8], cut + "l_max=3 n_max=3 central_index=1"), False
    yield "oh5", several([1, 8], cut + "l_max=3 n_max=3 central_index=2"), True
    yield "oh5", one(8, gauss + "l_max=3 alpha_max=3"), False
    yield "hco6", several([1, 6, 8], mixed + "basis=poly3gauss radial_enhancement=1 "
                          "compress_mode=trivial central_index=2"), True
    yield "hco6", several([8, 1, 6], mixed + "central_weight={1.0 0.0 0.5} central_index=3 "
                          "amplitude_scaling={1.0 2.0 0.0}"), False
    yield "hco6", several([1, 6, 8], "l_max=1 n_max=2 compress_mode=1_2 central_index=3 "
                          + gauss), False
    for mode in ("0_0", "0_1", "0_2", "1_0", "1_1", "1_2", "2_0", "2_1", "2_2"):
        yield ("tiny" if mode[0] == "0" else "cuau4",
               several([29, 79], pair + "compress_mode=%s central_index=%d"
                       % (mode, 1 + int(mode[2]) % 2)), mode in ("1_1", "2_1", "0_2"))


def describe(atoms, text, slopes):
    from quippy.descriptors import Descriptor
    result = Descriptor(text).calc(atoms, grad=slopes)
    case = {"n_dim": int(result["data"].shape[1]), "x": np.array(result["data"]),
            "centres": (np.array(result["ci"]).reshape(-1, 1) - 1).tolist()}
    if slopes:
        total = {}
        for (i, j), g in zip(result["grad_index_0based"], result["grad_data"]):
            total[i, j] = total.get((int(i), int(j)), 0.0) + g.T
        case["grad"] = [{"centre": int(i), "atom": int(j), "d": d}
                        for (i, j), d in sorted(total.items()) if i == case["centres"][0][0]]
    return case


def rounded(values):
    """17 digits; below 1e-18 it is 0"""
    if isinstance(values, np.ndarray):
        return rounded(values.tolist())
    if isinstance(values, list):
        return [rounded(v) for v in values]
    return values if not isinstance(values, float) or abs(values) > 1e-18 else 0.0


def write_descriptors(path):
    made, out = cells(), []
    for name, text, slopes in cases():
        case = fresh(describe, made[name], text, slopes)
        case = {k: rounded(v) for k, v in case.items()}
        for g in case.get("grad", ()):
            g["d"] = rounded(g["d"])
        out.append(dict(structure=name, descriptor=text, **case))
    known = {name: {"numbers": a.numbers.tolist(), "positions": a.positions.tolist(),
                    "cell": a.cell.array.tolist(), "pbc": [bool(p) for p in a.pbc]}
             for name, a in made.items()}
    with open(path, "w") as f:
        json.dump({"about": "vectors of soap_turbo from quippy, see make_turbo_models.py",
                   "structures": known, "cases": out}, f, separators=(",", ":"))
    print("%d descriptors, %d kB" % (len(out), os.path.getsize(path) // 1024))


def main():
    names = [w for w in sys.argv[1:] if not w.startswith("--")]
    for name, recipe in recipes().items():
        if name in names or len(sys.argv) == 1:
            build(name, recipe)
    if "--descriptors" in sys.argv or len(sys.argv) == 1:
        write_descriptors(os.path.join(DATA, "turbo_descriptors.json"))


if __name__ == "__main__":
    main()

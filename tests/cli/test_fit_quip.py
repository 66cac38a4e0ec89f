# SPDX-License-Identifier: BSD-3-Clause
"""QUIP reads the XML of a fit and gets the results of soapz, and gap_fit with the same sparse points
gives the same model: one of each kind of term and core. Needs SOAPZ_QUIPPY_PYTHON, a
Python with quippy and ase, with gap_fit in its folder; skipped otherwise."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import MODELS, SKIPPED, check, done, read_xyz, run  # noqa: E402

PYTHON = os.environ.get("SOAPZ_QUIPPY_PYTHON")
JUDGE = """
import json, sys
import ase.io
from quippy.potential import Potential
potential, result = Potential(param_filename=sys.argv[3]), []
for atoms in ase.io.read(sys.argv[1], ":"):
    atoms.calc = potential
    result.append([float(atoms.get_potential_energy()), atoms.get_forces().ravel().tolist()])
json.dump(result, open(sys.argv[2], "w"))
"""
GLUE = os.path.join(MODELS, "mow_glue_soap", "gp.xml")
DATA = os.path.join(MODELS, "mow_glue_soap", "reference.xyz")
GAUSS = "covariance_type=ard_se delta=0.5 sparse_method=file"
LISTED = ('<per_type_data type="1" atomic_num="42"{0}/>'
          '<per_type_data type="2" atomic_num="74"{1}/>')
PAIR = ('<per_pair_data type1="{}" type2="{}" sigma="2.3" eps6="{}" eps12="0.3" cutoff="4.5" '
        'energy_shift="T" linear_force_shift="T"/>')
CORES = {
    "lj": f'<LJ_params n_types="2" label="far">{LISTED.format("", "")}' + "".join(
        PAIR.format(*p) for p in ((1, 1, 0.2), (1, 2, 0.1), (2, 2, 0.3))) + "</LJ_params>",
    "coulomb": '<Coulomb_params n_types="2" method="yukawa" cutoff="5.5" yukawa_alpha="0.3" '
               'yukawa_smooth_length="0.8">' + LISTED.format(' charge="0.9"', ' charge="-0.5"') +
               "</Coulomb_params>",
    "direct": '<Coulomb_params n_types="2" method="direct" cutoff="3.5">' +
              LISTED.format(' charge="0.3"', ' charge="-0.3"') + "</Coulomb_params>"}
SOAP = ("soap n_max=3 l_max=2 cutoff=4.0 atom_sigma=0.5 zeta=2 delta=1.0 n_species=2 "
        "covariance_type=dot_product sparse_method=index_file species_Z={{42 74}}")
# name: descriptors with components of sparse points or numbers of them, core
FITS = {
    "soap": ([(f"{SOAP} Z=42", [1, 3, 8, 12]), (f"{SOAP} Z=74 nu_R=2 nu_S=1", [2, 5, 9])], []),
    "exponents": ([(f"distance_2b cutoff=4 Z1=42 Z2=74 n_exponents=2 exponents={{{{-1 -3}}}} "
                    f"theta_uniform=0.3 {GAUSS}", [(0.25, 0.015), (0.35, 0.04), (0.45, 0.09)])], []),
    "tail": ([(f"distance_2b cutoff=4 Z1=42 Z2=74 tail_exponent=2 tail_range=0.8 "
               f"theta_uniform=0.6 {GAUSS}", [(2.0,), (2.5,), (3.1,)])], []),
    "bodies": ([(f"angle_3b cutoff=3.2 Z=74 Z1=42 Z2=74 theta_uniform=1.0 {GAUSS}",
                 [(5.0, 0.1, 2.8), (5.6, 0.2, 4.1), (6.0, 0.0, 5.5)]),
                (f"distance_Nb order=2 cutoff=4 Z={{{{74 74}}}} theta_uniform=0.7 {GAUSS}",
                 [(2.2,), (2.9,)]),
                (f"distance_Nb order=3 cutoff=3.2 Z={{{{42 74 74}}}} theta_uniform=0.9 {GAUSS}",
                 [(2.5, 2.6, 4.0), (2.7, 2.9, 2.8)]),
                (f"distance_Nb order=3 cutoff=3.2 Z={{{{42 42 42}}}} compact_clusters=F "
                 f"theta_uniform=0.9 {GAUSS}", [(2.5, 2.6, 4.0), (2.7, 2.9, 2.8)])], []),
    "glue": ([(f"distance_2b cutoff=4 Z1=42 Z2=74 theta_uniform=0.6 {GAUSS}",
               [(2.0,), (2.5,), (3.1,)])], ["core_ip_args=IP Glue label=coreglue"]),
    "zbl": ([(f"distance_2b cutoff=4 Z1=42 Z2=74 theta_uniform=0.6 {GAUSS}",
              [(2.0,), (2.5,), (3.1,)])],
            ["core_ip_args=IP ZBL cutoff=2.6 cutoff_width=0.8"]),
    "coordination": ([(f"coordination cutoff=4 Z_center=74 theta_uniform=2.0 {GAUSS}",
                       [(6.0,), (9.0,), (13.0,)]),
                      (f"coordination cutoff=3.6 transition_width=0.8 theta_uniform=3.0 {GAUSS}",
                       [(4.0,), (8.0,)])], []),
    "lj": ([(f"distance_2b cutoff=4 Z1=42 Z2=74 theta_uniform=0.6 {GAUSS}",
             [(2.0,), (2.5,), (3.1,)])], ["core_ip_args=IP LJ label=far"]),
    "coulomb": ([(f"distance_2b cutoff=4 Z1=42 Z2=74 theta_uniform=0.6 {GAUSS}",
                  [(2.0,), (2.5,), (3.1,)])], ["core_ip_args=IP Coulomb"]),
    "direct": ([(f"distance_2b cutoff=4 Z1=42 Z2=74 theta_uniform=0.6 {GAUSS}",
                 [(2.0,), (2.5,), (3.1,)])], ["core_ip_args=IP Coulomb"]),
    "gap": ([(f"distance_2b cutoff=4 Z1=42 Z2=74 theta_uniform=0.6 {GAUSS}",
              [(2.0,), (2.5,), (3.1,)])], ["core_ip_args=IP GAP"]),
}

if not PYTHON:
    print("SKIPPED: SOAPZ_QUIPPY_PYTHON does not name a Python with quippy")
    sys.exit(SKIPPED)
GAP_FIT = os.path.join(os.path.dirname(PYTHON), "gap_fit")


def judge(folder, model):
    out = os.path.join(folder, "quip.json")
    r = subprocess.run([PYTHON, "-c", JUDGE, DATA, out, model], capture_output=True, text=True,
                       timeout=300)
    if not check(r.returncode == 0, f"quippy: {r.stderr[-500:]}"):
        return []
    return [(e, np.array(f)) for e, f in json.load(open(out))]


def ours(folder, model):
    out = os.path.join(folder, "out.xyz")
    code, _, err = run("eval", model, DATA, "-o", out)
    check(code == 0, err)
    return [(float(f["energy"]), f["forces"].ravel()) for f in read_xyz(out)] if code == 0 else []


def core_file(folder):
    """Glue and GAP in the form of gap_fit: Glue without a root element, and with its sparse points."""
    text = open(GLUE).read()
    for f in os.listdir(os.path.dirname(GLUE)):
        if "sparseX" in f:
            os.symlink(os.path.join(os.path.dirname(GLUE), f), os.path.join(folder, f))
    return text[text.index("<Glue_params"):text.index("</Glue_params>") + 14], text


def differ(a, b):
    if not check(len(a) == len(b) > 0, f"{len(a)} and {len(b)} frames"):
        return np.inf
    size = np.max([1.0] + [np.abs([e, *f]).max() for e, f in b])
    # np.max is NaN where there is one
    return np.max([np.abs([x[0] - y[0], *(x[1] - y[1])]).max() for x, y in zip(a, b)]) / size


def test(name, terms, core, folder):
    glue, whole = core_file(folder)
    path = os.path.join(folder, "core.xml")
    open(path, "w").write(whole if name == "gap" else CORES.get(name, glue))
    gap = []
    for k, (text, rows) in enumerate(terms):
        points = os.path.join(folder, f"points{k}")
        open(points, "w").write("".join(f"{v!r}\n" for row in rows for v in
                                        ([row] if isinstance(row, int) else (0.8, *row))))
        gap.append(f"{text} n_sparse={len(rows)} add_species=F sparse_file=points{k}")
    words = [f"at_file={DATA}", "energy_parameter_name=energy", "force_parameter_name=forces",
             "virial_parameter_name=virial", "default_sigma={0.001 0.01 0.05 0}",
             "e0_method=average", "sparse_jitter=1e-8", "do_copy_at_file=F", "rnd_seed=1",
             "gap={" + " : ".join(gap) + "}", *core] + (["core_param_file=core.xml"] if core else [])
    here = os.getcwd()
    os.chdir(folder)
    code, _, err = run("fit", *words, "gp_file=ours.xml")
    check(code == 0, f"{name}: {err}")
    env = dict(os.environ, OMP_NUM_THREADS="1")
    r = subprocess.run([GAP_FIT, *words, "gp_file=theirs.xml"], capture_output=True, text=True,
                       timeout=300, env=env)
    check(r.returncode == 0, f"{name}: gap_fit: {(r.stdout + r.stderr)[-500:]}")
    a, b = os.path.join(folder, "ours.xml"), os.path.join(folder, "theirs.xml")
    mine = ours(folder, a)
    quip = differ(judge(folder, a), mine)
    fits = differ(mine, ours(folder, b))
    print(f"{name}: QUIP {quip:.1e}, gap_fit {fits:.1e}")
    check(quip < 1e-10, f"{name}: QUIP finds something else, {quip:.1e}")
    check(fits < 1e-8, f"{name}: gap_fit's model differs by {fits:.1e}")
    os.chdir(here)


for name, (terms, core) in FITS.items():
    with tempfile.TemporaryDirectory() as folder:
        test(name, terms, core, folder)
done()

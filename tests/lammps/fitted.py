# SPDX-License-Identifier: BSD-3-Clause
"""LAMMPS runs the models of soapz fit, XML and .soapz, with a core, three-body terms and coordination:
energies, forces and virials agree with soapz eval."""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import lmp  # noqa: E402
import numpy as np  # noqa: E402
from soapz_cli import MODELS, SOAPZ, numbers, read_xyz  # noqa: E402

FOLDER = os.path.join(MODELS, "mow_glue_soap")
DATA = os.path.join(FOLDER, "reference.xyz")
KERNEL = "covariance_type=ard_se delta=0.5 theta_uniform=0.8 sparse_method=random n_sparse=8"
GAP = (f"gap={{distance_2b cutoff=4 tail_exponent=1 {KERNEL} : angle_3b cutoff=3.3 {KERNEL} : "
       "soap n_max=3 l_max=2 cutoff=4 atom_sigma=0.5 zeta=2 delta=1 n_sparse=15 "
       "covariance_type=dot_product sparse_method=cur_points}")
ZBL = "IP ZBL cutoff=2.6 cutoff_width=0.8"
COUNT = ("gap={coordination add_species=F Z_center=74 cutoff=3.8 transition_width=0.9 "
         f"{KERNEL} : distance_2b cutoff=4 {KERNEL}}}")
TYPES = ('<per_type_data type="1" atomic_num="42"{}/><per_type_data type="2" '
         'atomic_num="74"{}/>')
PAIRS = ('<a><LJ_params n_types="2">' + TYPES.format("", "") + '<per_pair_data type1="1" '
         'type2="2" sigma="2.2" eps6="0.3" eps12="0.2" cutoff="4.5" energy_shift="T" '
         'linear_force_shift="T"/></LJ_params><Coulomb_params n_types="2" method="yukawa" '
         'cutoff="5.2" yukawa_alpha="0.3" yukawa_smooth_length="0.7">' +
         TYPES.format(' charge="0.6"', ' charge="-0.6"') + "</Coulomb_params></a>")
BOTH = "Sum init_args_pot1={IP LJ} init_args_pot2={IP Coulomb}"
CORES = {"ZBL": ZBL, "Glue and ZBL": "Sum init_args_pot1={IP Glue label=coreglue} "
         f"init_args_pot2={{{ZBL}}}", "GAP and Glue": None}


def test(name, core, model, params=f"{FOLDER}/gp.xml", gap=GAP, ranks=1):
    if core is None:  # a whole model as the core
        label = re.search(r'<Potential label="(\w+)"', open(f"{FOLDER}/gp.xml").read())[1]
        core = f"Potential xml_label={label}"
    subprocess.run([SOAPZ, "fit", f"at_file={DATA}", f"gp_file={model}", "rnd_seed=3",
                    "force_parameter_name=forces", "default_sigma={0.001 0.02 0.1 0}",
                    "e0_method=average", "sparse_jitter=1e-8", f"core_ip_args={{{core}}}",
                    f"core_param_file={params}", gap], check=True, capture_output=True)
    out = model + ".xyz"
    subprocess.run([SOAPZ, "eval", model, DATA, "-o", out], check=True, capture_output=True)
    wanted = read_xyz(out)
    results = lmp.evaluate(lmp.read_xyz(DATA), ["Mo", "W"], model, ranks=ranks)
    size = max(np.abs(f["forces"]).max() for f in wanted)
    off = []
    for r, f in zip(results, wanted):
        off += [abs(r["energy"] - numbers(f["energy"])[0]), np.abs(r["forces"] - f["forces"]).max()]
        if f["pbc"] == "T T T":
            off.append(np.abs(r["virial"] - numbers(f["virial"]).reshape(3, 3)).max())
    worst = np.max(off)  # NaN where there is one
    lmp.check(f"{name} {os.path.basename(model)}", bool(worst <= 1e-8 * max(1.0, size)),
              f"largest difference {worst:.1e}, forces up to {size:.1f}")


with tempfile.TemporaryDirectory() as folder:
    for name, core in CORES.items():
        test(name, core, os.path.join(folder, "fitted.xml"))
    test("ZBL", ZBL, os.path.join(folder, "fitted.soapz"))
    params = os.path.join(folder, "pairs.xml")
    open(params, "w").write(PAIRS)
    for file, ranks in (("fitted.xml", 1), ("fitted.soapz", 2)):
        test(f"LJ, Coulomb, coordination, ranks {ranks}:", BOTH, os.path.join(folder, file), params,
             COUNT, ranks)
lmp.finish()

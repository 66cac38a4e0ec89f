# SPDX-License-Identifier: BSD-3-Clause
"""soapz fit: what comes out predicts its data, is the same in both kinds of file; bad
input gives one sentence and no file."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import MODELS, check, check_fails, done, read_xyz, run  # noqa: E402

DATA = os.path.join(MODELS, "hea4_nuR2_nuS2", "reference.xyz")
E0 = "e0={Nb:-3.1:Mo:-4.6:Ta:-3.5:W:-4.5}"
SOAP = ("soap n_max=3 l_max=2 cutoff=4.6 cutoff_transition_width=0.9 atom_sigma=0.5 zeta=2 "
        "delta=1.0 covariance_type=dot_product sparse_method=cur_points n_sparse=20")
PAIR = ("distance_2b cutoff=4.6 cutoff_transition_width=1.0 covariance_type=ard_se delta=0.5 "
        "theta_uniform=1.0 sparse_method=uniform n_sparse=8")


def words(**changes):
    keys = {"at_file": DATA, "energy_parameter_name": "energy",
            "force_parameter_name": "forces", "virial_parameter_name": "virial",
            "default_sigma": "{0.001 0.01 0.05 0.0}", "rnd_seed": "1",
            "sparse_jitter": "1.0e-8", "gap": "{" + SOAP + "}"}
    keys.update(changes)
    return [E0] + [f"{k}={v}" for k, v in keys.items() if v is not None]


def predictions(model, folder):
    out = os.path.join(folder, "predicted.xyz")
    code, _, err = run("eval", model, DATA, "-o", out)
    check(code == 0, err)
    return read_xyz(out)


def errors(frames, wanted):
    e = [abs(float(a["energy"]) - float(b["energy"])) / a["n_atoms"]
         for a, b in zip(frames, wanted)]
    return max(e), max(np.abs(a["forces"] - b["forces"]).max() for a, b in zip(frames, wanted))


def good(folder):
    data = read_xyz(DATA)
    for name, gap in (("soap", SOAP), ("both", f"{PAIR} : {SOAP} nu_R=2 nu_S=1"),
                      ("own", f"{SOAP} compression={{{{nu,mu*=1,1}}}}")):
        xml, soapz = (os.path.join(folder, name + end) for end in (".xml", ".soapz"))
        for path in (xml, soapz):
            code, out, err = run("fit", *words(gp_file=path, gap="{" + gap + "}"))
            check(code == 0, f"{name}: {err}")
            check("training forces" in out and "condition" in out, out)
        first, second = predictions(xml, folder), predictions(soapz, folder)
        energy, force = errors(first, data)
        print(f"{name}: energies {energy:.1e} eV/atom, forces {force:.1e} eV/Angstrom")
        # of energies of -2 to -12 eV/atom and forces up to 7 eV/Angstrom, dimers included
        check(energy < 0.02 and force < 1.5, f"{name}: {energy} {force}")
        energy, force = errors(first, second)
        check(energy < 1e-9 and force < 1e-8, f"{name}: XML and .soapz {energy} {force}")
    code, out, err = run("fit", *words(gp_file=os.path.join(folder, "dry.xml"), dryrun="T"))
    check(code == 0 and "MB" in out and not os.path.exists(folder + "/dry.xml"), out + err)


def bad(folder):
    out = os.path.join(folder, "never.xml")

    def fails(code, *parts, **changes):
        check_fails(code, parts, "fit", *words(gp_file=out, **changes), gone=out)

    check_fails(2, ["fit"], "fit")
    fails(1, "at_fil", at_fil="x")
    fails(1, "nowhere.xyz", at_file="nowhere.xyz")
    fails(1, "default_sigma", default_sigma=None)
    fails(1, "fuzzy", gap="{" + SOAP.replace("cur_points", "fuzzy") + "}")
    lines = open(DATA).read().split("\n")
    path = os.path.join(folder, "bad.xyz")
    row = lines[3].split()
    spec = lines[1].split("Properties=")[1].split()[0].split(":")
    names = [n for n, w in zip(spec[::3], spec[2::3]) for _ in range(int(w))]
    row[names.index("forces")] = "nan"
    open(path, "w").write("\n".join(lines[:3] + [" ".join(row)] + lines[4:]))
    fails(1, "bad.xyz:4", "nan", at_file=path)
    open(path, "w").write("\n".join(lines[:5]))
    fails(1, "bad.xyz", at_file=path)


with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
    good(one)
    bad(two)
done()

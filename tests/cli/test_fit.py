# SPDX-License-Identifier: BSD-3-Clause
"""soapz fit: the model predicts its data and is the same in both kinds of file; invalid input gives one
sentence and no file."""
import json
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
            check("training errors" in out and "condition" in out, out)
        first, second = predictions(xml, folder), predictions(soapz, folder)
        energy, force = errors(first, data)
        print(f"{name}: energies {energy:.1e} eV/atom, forces {force:.1e} eV/Angstrom")
        # for energies of -2 to -12 eV/atom and forces up to 7 eV/Angstrom, dimers included
        check(energy < 0.02 and force < 1.5, f"{name}: {energy} {force}")
        energy, force = errors(first, second)
        check(energy < 1e-9 and force < 1e-8, f"{name}: XML and .soapz {energy} {force}")
    code, out, err = run("fit", *words(gp_file=os.path.join(folder, "dry.xml"), dryrun="T"))
    check(code == 0 and "MB" in out and not os.path.exists(folder + "/dry.xml"), out + err)


def same(a, b, folder):
    """predictions that differ by rounding only"""
    energy, force = errors(predictions(a, folder), predictions(b, folder))
    check(energy < 1e-9 and force < 1e-9, f"{a} and {b}: {energy} {force}")


def tensors_of(path):
    """shapes and notes of a .soapz file"""
    data = open(path, "rb").read()
    header = json.loads(data[8:8 + int.from_bytes(data[:8], "little")])
    notes = header.pop("__metadata__")
    return {k: v["shape"] for k, v in header.items()}, notes


def environments(folder):
    """sparse points as environments, as vectors and in XML are one model"""
    gap = "{" + SOAP.replace("n_max=3", "n_max=8").replace("l_max=2", "l_max=6") + " nu_R=2 nu_S=1}"
    small, large, xml, vectors = (os.path.join(folder, f) for f in (
        "small.soapz", "large.soapz", "gp.xml", "vectors.soapz"))
    for path, keep in ((small, None), (large, "F")):
        code, _, err = run("fit", *words(gp_file=path, gap=gap, sparse_environments=keep,
                                         data="nine frames", licence="CC0", note="{two words}"))
        check(code == 0, err)
    for path, option in ((xml, ()), (vectors, ("--vectors",))):
        code, _, err = run("convert", *option, small, path)
        check(code == 0, err)
    shapes, notes = tensors_of(small)
    n = shapes["term.0.neighbour"][0]
    check("term.0.sparse" not in shapes and shapes["term.0.neighbour"][1] == 3 and
          shapes["term.0.neighbour_z"] == [n] and shapes["term.0.count"] == shapes["term.0.alpha"],
          f"{shapes}")
    check("term.0.neighbour" not in tensors_of(large)[0], "sparse_environments=F")
    check(tensors_of(large)[0] == tensors_of(vectors)[0], "convert --vectors")
    check(notes["training_data"] == "nine frames" and notes["licence"] == "CC0" and
          notes["note"] == "two words" and "MAE" in notes["training_errors"], f"{notes}")
    check(5 * os.path.getsize(small) < os.path.getsize(large), f"{os.path.getsize(small)} bytes")
    same(small, xml, folder)
    same(small, vectors, folder)
    code, out, err = run("info", small)
    check(code == 0 and "nine frames" in out and "soapz_version" in out and "MAE" in out, out + err)


def tolerance(folder):
    """radial_tolerance gives a shorter descriptor, the same in every kind of file"""
    path, xml = os.path.join(folder, "short.soapz"), os.path.join(folder, "short.xml")
    gap = SOAP.replace("n_max=3", "n_max=8").replace("l_max=2", "l_max=4")
    for key, channels in (("", "7 6 6 6 6"), ("radial_tolerance=0.05", "5 4 4 4 4")):
        code, _, err = run("fit", *words(gp_file=path, gap="{" + f"{gap} nu_R=2 nu_S=1 {key}" + "}"))
        check(code == 0, err)
        code, out, err = run("info", path)
        check(channels + " channels" in out and key.replace("=", " ") in out, out)
    code, _, err = run("convert", path, xml)
    check(code == 0 and "radial_tolerance" in err, err)
    same(path, xml, folder)
    text = open(xml).read()
    open(xml, "w").write(text.replace("radial_tolerance=0.05", "radial_tolerance=0.3"))
    check_fails(1, [xml, "radial_tolerance"], "info", xml)


def bad(folder):
    out = os.path.join(folder, "never.xml")

    def fails(code, *parts, **changes):
        # the line about the data may come before it
        check_fails(code, parts, "fit", *words(gp_file=out, **changes), gone=out, quiet=False)

    check_fails(2, ["fit"], "fit")
    fails(1, "at_fil", at_fil="x")
    fails(1, "nowhere.xyz", at_file="nowhere.xyz")
    fails(1, "default_sigma", default_sigma=None)
    fails(1, "fuzzy", gap="{" + SOAP.replace("cur_points", "fuzzy") + "}")
    lines = open(DATA).read().split("\n")
    fails(1, "n_max", "missing", gap="{" + SOAP.replace("n_max=3", "") + "}")
    # the model does not overwrite data, whatever their name
    path, other = os.path.join(folder, "data.xyz"), os.path.join(folder, "link.xyz")
    open(path, "w").write("\n".join(lines))
    os.symlink(path, other)
    for data, model in ((path, path), (path, other), (other, path)):
        check_fails(1, [model, "at_file", "another file"], "fit",
                    *words(at_file=data, gp_file=model), quiet=False)
    check_fails(1, [path, "test_file"], "fit", *words(test_file=other, gp_file=path), quiet=False)
    check(open(path).read() == "\n".join(lines), "the data are as they were")
    # a very large exponent is computed in time; 65 is the first one without products
    for zeta in ("1e9", "65"):
        code, _, err = run("fit", *words(gp_file=os.path.join(folder, "zeta.soapz"),
                                         gap="{" + SOAP.replace("zeta=2", f"zeta={zeta}") + "}"))
        check(code in (0, 1) and "Traceback" not in err, f"zeta={zeta}: {code} {err}")
    path = os.path.join(folder, "bad.xyz")
    row = lines[3].split()
    spec = lines[1].split("Properties=")[1].split()[0].split(":")
    names = [n for n, w in zip(spec[::3], spec[2::3]) for _ in range(int(w))]
    row[names.index("forces")] = "nan"
    open(path, "w").write("\n".join(lines[:3] + [" ".join(row)] + lines[4:]))
    fails(1, "bad.xyz:4", "nan", at_file=path)
    open(path, "w").write("\n".join(lines[:3] + [lines[2]] + lines[4:]))
    fails(1, "bad.xyz:3", "line 4", "coincide", at_file=path, gap="{" + SOAP + "}")
    open(path, "w").write("\n".join(lines[:5]))
    fails(1, "bad.xyz", at_file=path)


with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
    good(one)
    environments(one)
    tolerance(one)
    bad(two)
done()

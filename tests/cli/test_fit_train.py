# SPDX-License-Identifier: BSD-3-Clause
"""soapz fit with maps from data: a killed fit continues to the same model, the file contains the maps, an
XML that cannot contain them is refused before any calculation."""
import os
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from long_fit import SOAP, check_same, make_data, predictions, words  # noqa: E402
from soapz_cli import SOAPZ, check, check_fails, done, run  # noqa: E402

KEYS = "Z_mix=T R_mix=T K=4 sym_mix=T compression_train=%d compression_start=pca"


def fit_words(model, steps=3, keys=KEYS):
    gap = (SOAP % 30).replace("}", " " + (keys % steps if "%" in keys else keys) + "}")
    return ["fit", *words(data, model)[:-1], "gap=" + gap, "--threads", "1"]


def kill_when_there(args, path, model):
    """kill -9 when path exists; again if the fit was faster than the signal."""
    for _ in range(5):
        p = subprocess.Popen([SOAPZ, *args], stdout=subprocess.DEVNULL)
        while p.poll() is None and not os.path.exists(path):
            time.sleep(0.001)
        p.kill()
        p.wait()
        if p.returncode == -9 and not os.path.exists(model):
            return
        os.remove(model)
    check(False, "always too late")


def goes_on(folder):
    model = os.path.join(folder, "gp.soapz")
    code, out, err = run(*fit_words(model))
    check(code == 0, err)
    want = predictions(model, data)
    code, out, err = run("info", model)
    check(code == 0 and "maps_of_descriptor_1" in out and "steps" in out, out + err)
    os.remove(model)
    args = [*fit_words(model), "--checkpoint", "0"]
    kill_when_there(args, model + ".checkpoint/rows.0", model)
    code, out, err = run(*args, "--resume")
    check(code == 0 and "from the checkpoint" in out, out + err)
    check_same("resumed", predictions(model, data), want, 1e-10, 1e-10)
    return model


def channels(folder):
    """K channels of two and three factors: fitted, written to both kinds of file, and read; also together
    with another descriptor of the same centres, which affects the training if it comes first"""
    first = "distance_2b cutoff=4.6 covariance_type=ard_se delta=1 theta_uniform=1 n_sparse=8 " \
            "sparse_method=uniform add_species=T"
    for label in "K=2", "K,K=1,1", "K=3", "K,K,K=1,1,1":
        keys = "compression={{%s}} K=6 compression_train=6" % label
        models = [os.path.join(folder, "k." + kind) for kind in ("soapz", "xml")]
        for model in models:
            code, out, err = run(*fit_words(model, keys=keys))
            check(code == 0, err)
        code, out, err = run("info", models[0])
        note = re.search(r"maps_of_descriptor_1 .*; (\d+) steps", out)
        check(code == 0 and note and int(note[1]) > 0, label + out + err)
        check_same(label, predictions(models[1], data), predictions(models[0], data), 1e-9, 1e-8)
    judged = []
    for order in "%s : %s", "%s":
        soap = fit_words("", keys=keys)[-3][len("gap={"):-1] + " add_species=T"
        gap = "gap={" + (order % ((first, soap) if ":" in order else soap)) + "}"
        code, out, err = run(*fit_words(models[0])[:-3], gap, "--threads", "1")
        check(code == 0, err)
        code, out, err = run("info", models[0])
        number = 1 + order.count(":")
        note = re.search(rf"maps_of_descriptor_{number} .*training frames (\S+) before", out)
        if check(note, out):
            judged.append(note[1])
    check(judged[0] != judged[1], "the descriptor before takes no part")
    one = first.replace("add_species=T", "add_species=F Z1=41 Z2=41")
    code, out, err = run(*fit_words(models[0])[:-3], "gap={" + one + " : " + soap + "}")
    check(code == 0 and "no earlier term acts on" in err, err)


def refused(folder, model):
    xml = os.path.join(folder, "gp.xml")
    check_fails(1, ["GAP XML cannot store maps", ".soapz"], *fit_words(xml), gone=xml)
    check_fails(1, ["GAP XML cannot store the maps of term 1"], "convert", model, xml, gone=xml)
    text = ("soap n_max=4 l_max=3 cutoff=4.6 atom_sigma=0.5 n_species=4 species_Z={41 42 73 74} "
            + KEYS % 3)
    npz = os.path.join(folder, "x.npz")
    check_fails(1, ["are computed from data by soapz fit"], "describe", "--descriptor", text, data,
                "-o", npz, gone=npz)
    gap = re.sub("sparse_method=cur_points n_sparse=30", "sparse_method=file sparse_file=no.dat",
                 fit_words(model)[-3])
    check_fails(1, ["sparse_file=no.dat belong to other maps"], *fit_words(model)[:-3], gap,
                quiet=False)
    check_fails(1, ["no maps to train", "{K=2}", "{K,K=1,1}", "{K=3}", "{K,K,K=1,1,1}"],
                *fit_words(model, keys="compression={{mu=3}} compression_train=3"), quiet=False)
    # QUIP does not have this label; the XML can contain its matrices
    own = "compression={{W^T P_l}} compression_start=pca"
    code, out, err = run(*fit_words(xml, keys=own))
    check(code == 0 and "compression_matrix" in err, err)
    text = open(xml).read()
    check("<compression_matrix>" in text, "no matrices in the XML")
    soapz = os.path.join(folder, "own.soapz")
    code, out, err = run(*fit_words(soapz, keys=own))
    check(code == 0, err)
    check_same("XML", predictions(xml, data), predictions(soapz, data), 1e-9, 1e-8)


def planned(folder):
    model = os.path.join(folder, "plan.soapz")
    code, out, err = run(*fit_words(model, 5000), "dryrun=T")
    check(code == 0 and "unknowns" in out and not os.path.exists(model), out + err)
    code, out, err = run("fit", "--help-keys")
    check("compression_train" in out and "compression_start" in out, out)


with tempfile.TemporaryDirectory() as work:
    data = os.path.join(work, "data.xyz")
    make_data(data, 30)
    refused(work, goes_on(work))
    planned(work)
    channels(work)
done()

# SPDX-License-Identifier: BSD-3-Clause
"""soapz fit with maps from data: a killed fit goes on to the same model, the file carries the
maps, XML that cannot is refused before anything is computed."""
import os
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
    """kill -9 once path exists; again where the fit was faster than the signal."""
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


def refused(folder, model):
    xml = os.path.join(folder, "gp.xml")
    check_fails(1, ["GAP XML cannot hold maps", ".soapz"], *fit_words(xml), gone=xml)
    check_fails(1, ["GAP XML cannot hold the maps of term 1"], "convert", model, xml, gone=xml)
    text = ("soap n_max=4 l_max=3 cutoff=4.6 atom_sigma=0.5 n_species=4 species_Z={41 42 73 74} "
            + KEYS % 3)
    npz = os.path.join(folder, "x.npz")
    check_fails(1, ["come from data", "soapz fit"], "describe", "--descriptor", text, data,
                "-o", npz, gone=npz)
    # a label of our own is in no way QUIP's: XML has a place for its matrices
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
done()

# SPDX-License-Identifier: BSD-3-Clause
"""soapz info tells what is in a model; models that are broken are refused."""
import os
import re
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from soapz_cli import MODELS, check, check_fails, done, run  # noqa: E402


def model(name):
    return os.path.join(MODELS, name, "gp.xml")


def says(name, *parts):
    code, out, err = run("info", model(name))
    check(code == 0 and err == "", f"{name}: {code} {err}")
    flat = re.sub(r"\s+", " ", out)
    for part in parts:
        check(part in flat, f"info {name} does not say {part!r}:\n{out}")


says("hea4_nuR1_nuS1", "elements Nb Mo Ta W", "nu,mu^=1,1", "37 published", "zeta 2",
     "cutoff 4.6", "n_max 3, l_max 2", "soap: 4 terms", "term 4", "20 sparse points", "memory")
says("hea4_nuR2_nuS2", "nu=2 (nu_R=2 nu_S=2)", "235 published")
says("hea4_per_species_hypers", "soap: 1 term", "zeta 4", "delta 0.8", "65 published")
says("mow_glue_soap", "Glue", "two-body terms: 3", "Mo-W", "12 sparse points")
says("mow_zbl_soap", "ZBL", "cutoff 2.6")
says("hea5_nu20_2b_novirial", "mu=2", "two-body terms: 15")

code, out, err = run("info", "--machine")
check(code == 0 and err == "", f"--machine: {code} {err}")
check(re.search(r"^CPU +\S.*\d+ cores", out, re.M), f"--machine lacks the CPU: {out}")
check(re.search(r"^BLAS +\S", out, re.M), f"--machine lacks the BLAS: {out}")
speed = re.search(r"^dgemm +([\d.]+) and ([\d.]+) GF/s", out, re.M)
check(speed and float(speed.group(1)) > 0.1 and float(speed.group(2)) > 0.1,
      f"--machine lacks the speed: {out}")

with tempfile.TemporaryDirectory() as folder:
    broken = os.path.join(folder, "gp.xml")
    source = os.path.dirname(model("hea4_nuR1_nuS0"))
    sparse = sorted(f for f in os.listdir(source) if "sparseX" in f)

    def restore():
        for f in ["gp.xml", *sparse]:
            shutil.copy(os.path.join(source, f), folder)

    def edit(name, old, new):
        path = os.path.join(folder, name)
        text = open(path).read()
        check(old in text, f"{name} lacks {old!r}")
        open(path, "w").write(text.replace(old, new, 1))

    check_fails(1, ["nowhere.xml"], "info", os.path.join(folder, "nowhere.xml"))
    restore()
    check(run("info", broken)[0] == 0, "the copy of a good model is good")
    os.remove(os.path.join(folder, sparse[0]))
    check_fails(1, [sparse[0]], "info", broken)
    restore()
    text = open(os.path.join(folder, sparse[0])).read()
    at = text.rindex("1")
    open(os.path.join(folder, sparse[0]), "w").write(text[:at] + "2" + text[at + 1:])
    check_fails(1, [sparse[0], "md5"], "info", broken)
    restore()
    text = open(broken).read()
    open(broken, "w").write(text[:len(text) // 2])
    check_fails(1, ["gp.xml:"], "info", broken)
    restore()
    edit("gp.xml", "soap ", "soap_turbo ")
    check_fails(1, ["soap_turbo", "gp.xml:"], "info", broken)
    restore()
    edit("gp.xml", "nu_R=1", "average=T nu_R=1")
    check_fails(1, ["average", "gp.xml:"], "info", broken)
    open(broken, "w").write("not XML at all\n")
    check_fails(1, ["gp.xml:1"], "info", broken)
    open(broken, "w").close()
    check_fails(1, ["gp.xml"], "info", broken)
    check_fails(1, [folder], "info", folder)
done()

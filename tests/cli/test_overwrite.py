# SPDX-License-Identifier: BSD-3-Clause
"""No output may be a file that is read: every verb, every output, every input, by its name, by another
spelling, a hard link and a symbolic link. Existing files do not change."""
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from soapz_cli import MODELS, SOAPZ, check, done, run  # noqa: E402

SIDE = re.search(r'sparseX_filename="([^"]*)"',
                 open(os.path.join(MODELS, "hea4_nuR2_nuS1", "gp.xml")).read())[1]
PAIR = ("distance_2b cutoff=4.0 covariance_type=ard_se delta=0.5 sparse_method=index_file "
        "sparse_file=index.txt theta_file=theta.txt")
TURBO = ("soap_turbo l_max=3 alpha_max={{4 3}} atom_sigma_r={{0.4 0.5}} atom_sigma_t=0.5 "
         "rcut_hard=4.0 rcut_soft=3.4 nf=6 n_species=2 species_Z={{6 8}} amplitude_scaling={{1.5 1.0}} "
         "add_species=F central_index=1 compress_file=map.dat zeta=2 delta=0.5 n_sparse=6 "
         "covariance_type=dot_product sparse_method=random print_sparse_index=%s")
FIT = ["e0={C:-5.3:O:-4.2}", "default_sigma={0.01 0.4 1.0 0.0}", "at_file=train.xyz",
       "test_file=test.xyz", "energy_parameter_name=energy", "force_parameter_name=force",
       "virial_parameter_name=virial", "core_param_file=core.xml",
       "core_ip_args={IP ZBL cutoff=2.4 cutoff_width=1.2}", "config_type_sigma="]
FIT_INPUTS = ["train.xyz", "test.xyz", "core.xml", "index.txt", "theta.txt", "map.dat"]


def fit(gp="new.soapz", index="new.idx"):
    return ["fit", *FIT, f"gp_file={gp}", "gap={%s : %s}" % (PAIR, TURBO % index)]


def conf(gp="new.soapz", index="new.idx"):
    """the same as words of gap_fit in a file"""
    with open("words.conf", "w") as f:
        f.write(" ".join(f"{k}={{{v}}}" if not v.startswith("{") else f"{k}={v}"
                         for k, _, v in (w.partition("=") for w in fit(gp, index)[1:])))
    return ["fit", "config_file=words.conf"]


MODEL = ["gp.xml", SIDE]
# verb, its words, {output: the place of its name in words}, inputs, endings of output names
VERBS = [
    (["eval", "gp.xml", "cells.xyz", "-o", "new"], ["-o"], MODEL + ["cells.xyz"]),
    (["eval", "gp.soapz", "cells.xyz", "--grade", "-o", "new"], ["-o"], ["gp.soapz", "cells.xyz"]),
    (["describe", "gp.xml", "cells.xyz", "-t", 1, "-o", "new"], ["-o"], MODEL + ["cells.xyz"]),
    (["describe", "-c", "optimal", "--n-max", 3, "--l-max", 2, "--data", "more.xyz", "cells.xyz",
      "-o", "new"], ["-o"], ["cells.xyz", "more.xyz"]),
    (["describe", "-c", "nu=2,d_J", "--n-max", 3, "--l-max", 2, "--embedding", "u.txt", "cells.xyz",
      "-o", "new"], ["-o"], ["cells.xyz", "u.txt"]),
    (["validate", "gp.xml", "gp.soapz", "cells.xyz", "--json", "new", "--report", "new2"],
     ["--json", "--report"], MODEL + ["gp.soapz", "cells.xyz"]),
    (["select", "gp.xml", "cells.xyz", "more.xyz", "-o", "new", "--json", "new2"],
     ["-o", "--json"], MODEL + ["cells.xyz", "more.xyz"]),
    (["analyse", "correlation", "cells.xyz", "-c", "nu=2,d_J; optimal", "--n-max", 3, "--l-max", 2,
      "--data", "more.xyz", "--embedding", "u.txt", "--json", "new", "--picture", "new2"],
     ["--json", "--picture"], ["cells.xyz", "more.xyz", "u.txt"]),
    (["convert", "gp.xml", "new.soapz"], [-1], MODEL),
    (["convert", "gp.soapz", "new.xml"], [-1], ["gp.soapz"]),
    (["calibrate", "gp.xml", "cells.xyz", "--into", "gp.soapz", "-o", "new.soapz"], ["-o"],
     MODEL + ["gp.soapz", "cells.xyz"]),
    (["fit", "--curve", "new.json", *fit()[1:]], ["--curve"], FIT_INPUTS),
]


def make():
    for name in ("gp.xml", *re.findall(r'sparseX_filename="([^"]*)"', open(
            os.path.join(MODELS, "hea4_nuR2_nuS1", "gp.xml")).read())):
        shutil.copy(os.path.join(MODELS, "hea4_nuR2_nuS1", name), name)
    code, _, err = run("convert", "gp.xml", "gp.soapz")
    check(code == 0, err)
    for name in ("cells.xyz", "more.xyz"):
        shutil.copy(os.path.join(MODELS, "hea4_nuR2_nuS1", "reference.xyz"), name)
    turbo = os.path.join(MODELS, "turbo_co_files")
    for name in ("train.xyz", "test.xyz"):
        shutil.copy(os.path.join(turbo, "train.xyz"), name)
    shutil.copy(os.path.join(turbo, "map.dat"), "map.dat")
    shutil.copy(os.path.join(MODELS, "mow_zbl_soap", "gp.xml"), "core.xml")
    for name in re.findall(r'sparseX_filename="([^"]*)"', open("core.xml").read()):
        shutil.copy(os.path.join(MODELS, "mow_zbl_soap", name), name)
    open("u.txt", "w").write("1 0 0 1 1 1 0.5 0.2\n")
    open("index.txt", "w").write("1 2 3\n")
    open("theta.txt", "w").write("1.0\n")


def names_of(path, end):
    """the same file under other names, with the ending that a verb requires"""
    yield "./" + path if path.endswith(end) else None
    for kind, make_link in (("hard", os.link), ("soft", os.symlink)):
        name = f"{kind}{end}"
        make_link(path, name)
        yield name
        os.remove(name)
    os.mkdir("folder")
    os.symlink("..", "folder/up")
    yield f"folder/up/{path}" if path.endswith(end) else None
    shutil.rmtree("folder")


def state():
    """names and bytes of all files; targets of links"""
    return {os.path.join(f, n): (open(os.path.join(f, n), "rb").read(),
                                 os.stat(os.path.join(f, n)).st_ino)
            for f, _, names in os.walk(".") for n in names}


def refused(what, path, words):
    before = state()
    code, out, err = run(*words)
    said = f"{what} {path}: {words} gave {code} {err!r}"
    check(code in (1, 2) and "would overwrite" in err and err.count("\n") == 1 and
          "another" in err, said)
    after = state()
    check(after == before, f"{said} changed {[n for n in {**after, **before} if after.get(n) != before.get(n)]}")


def with_output(words, output, name):
    words = list(words)
    words[output if isinstance(output, int) else words.index(output) + 1] = name
    return words


def verbs():
    for words, outputs, inputs in VERBS:
        for output in outputs:
            new = words[output if isinstance(output, int) else words.index(output) + 1]
            end = os.path.splitext(new)[1]
            for path in inputs:
                for name in names_of(path, end):
                    if name:
                        refused(f"{words[0]} {output}", path, with_output(words, output, name))


def fits():
    for make_words in (fit, conf):
        inputs = FIT_INPUTS + ["words.conf"] * (make_words is conf)
        for path in inputs:
            if make_words is conf:
                conf()
            for name in names_of(path, ""):
                if name:
                    for keys in ({"gp": name}, {"index": name}):
                        refused(f"fit {keys}", path, make_words(**keys))
    # a file of soapz
    own = ("train = train.xyz\nenergy_key = energy\nforce_key = force\nsigma_energy = 0.01\n"
           "sigma_force = 0.1\nsigma_virial = 1\ne0 = C -5.3 O -4.2\nmodel = %s\n[distance_2b]\ncutoff = 4\ntheta = 1\n"
           "delta = 1\nn_sparse = 5\n")
    for name in ("own.conf", "./own.conf", "train.xyz"):
        open("own.conf", "w").write(own % name)
        refused("model", name, ["fit", "own.conf"])
    # the picture of a curve, and the checkpoint
    os.link("train.xyz", "new.svg")
    refused("--curve", "train.xyz", ["fit", "--curve", "new.json", *fit()[1:]])
    os.remove("new.svg")
    # additional files of a cross-validation and a scan
    for option in (["--kfold", "2"], ["--scan", "soap_turbo.zeta=2,3", "--kfold", "2"]):
        kind = option[0][2:]
        words = [w.replace("print_sparse_index=new.idx", "") for w in fit()[1:]]
        for end in ("json", "svg"):
            for name in FIT_INPUTS:
                os.link(name, f"new.soapz.{kind}.{end}")
                refused(option[0], name, ["fit", *option, *words])
                os.remove(f"new.soapz.{kind}.{end}")
    os.mkdir("new.soapz.checkpoint")
    for name in ("rows.0", "sparse.soapz"):
        os.link("train.xyz", "new.soapz.checkpoint/" + name)
        refused("checkpoint", name, [w.replace("at_file=train.xyz",
                                               f"at_file=new.soapz.checkpoint/{name}") for w in fit()])
        os.remove("new.soapz.checkpoint/" + name)
    # other files in that folder are kept
    for name in ("rows.txt", "sparse.soapz.old"):
        open("new.soapz.checkpoint/" + name, "w").write("mine")
    code, _, err = run(*[w for w in fit() if not w.startswith("core")])
    check(code == 0, err)
    check(sorted(os.listdir("new.soapz.checkpoint")) == ["rows.txt", "sparse.soapz.old"],
          os.listdir("new.soapz.checkpoint"))
    shutil.rmtree("new.soapz.checkpoint")
    # an older model is replaced; lines are appended to an index file
    code, _, err = run(*[w for w in fit() if not w.startswith("core")])
    check(code == 0 and open("new.idx").read().count("\n") == 2, err)
    os.remove("new.idx")
    os.remove("new.soapz")


def two_outputs():
    for words, parts in (
            (["validate", "gp.xml", "cells.xyz", "--json", "new", "--report", "./new"], ["--json", "--report"]),
            (["select", "gp.xml", "cells.xyz", "-o", "new", "--json", "./new"], ["-o", "--json"]),
            (["analyse", "correlation", "cells.xyz", "--json", "new", "--picture", "./new"],
             ["--json", "--picture"]),
            (fit("new.xml", "./new.xml"), ["gp_file", "print_sparse_index"]),
            (["fit", "--curve", "./new.soapz", *fit()[1:]], ["--curve", "gp_file"]),
            (["fit", "--curve", "new.json", *fit("new.svg")[1:]], ["--curve", "gp_file"])):
        before = state()
        code, _, err = run(*words)
        check(code in (1, 2) and "same file" in err and err.count("\n") == 1 and
              all(p in err for p in parts), f"{words}: {code} {err!r}")
        check(state() == before, f"{words} wrote something")


def sides():
    """an XML model and a copy of only its first file: the new sparse points would overwrite the old ones"""
    os.rename("gp.xml", "other.xml")
    before = state()
    code, _, err = run("convert", "other.xml", "gp.xml")
    check(code == 1 and "would overwrite" in err and SIDE in err, f"{code} {err!r}")
    check(state() == before, "sparse points that are read were written")
    os.rename("other.xml", "gp.xml")


def standard_output():
    """>> FILE that is read"""
    for words, path in ((["eval", "gp.xml", "cells.xyz", "-o", "-"], "cells.xyz"),
                        (["select", "gp.xml", "cells.xyz", "more.xyz", "-o", "-"], "more.xyz"),
                        (["validate", "gp.xml", "cells.xyz"], "cells.xyz"),
                        (["info", "gp.xml"], "gp.xml"), (["bench", "gp.xml"], "gp.xml"),
                        (fit(), "train.xyz")):
        before = state()
        with open(path, "a") as out:
            r = subprocess.run([SOAPZ, *words], stdout=out, stderr=subprocess.PIPE, text=True,
                               timeout=60)
        check(r.returncode in (1, 2) and "would overwrite" in r.stderr, f"{words}: {r.stderr!r}")
        after = state()
        if words[0] != "fit":  # after the line about its data
            check(after == before, f"{words} wrote into its input")
    with open("cells.xyz") as into, open("cells.xyz", "a") as out:
        r = subprocess.run([SOAPZ, "eval", "gp.xml", "-", "-o", "-"], stdin=into, stdout=out,
                           stderr=subprocess.PIPE, text=True, timeout=60)
    check(r.returncode == 2 and "would overwrite" in r.stderr, r.stderr)
    with open("cells.xyz") as into:
        r = subprocess.run([SOAPZ, "eval", "gp.xml", "-", "-o", "cells.xyz"], stdin=into,
                           capture_output=True, text=True, timeout=60)
    check(r.returncode == 2 and "would overwrite" in r.stderr, r.stderr)
    for device in ("/dev/null", "/dev/stdout"):
        code, _, err = run("eval", "gp.xml", "cells.xyz", "-o", device)
        check(code == 0, err)


def imported():
    """soapz data, which is Python"""
    if not importlib.util.find_spec("ase"):
        return
    for output in ("-o", "--test"):
        for path in ("cells.xyz", "more.xyz"):
            for name in names_of(path, ""):
                if name:
                    words = ["data", "cells.xyz", "more.xyz", "-o", "new", "--test", "new2"]
                    refused(f"data {output}", path, with_output(words, output, name))


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    make()
    verbs()
    two_outputs()
    sides()
    imported()
    fits()
    standard_output()
    os.chdir("/")
done()

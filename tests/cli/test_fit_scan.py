# SPDX-License-Identifier: BSD-3-Clause
"""soapz fit --scan: each result is that of a separate fit; results are not computed again after a kill, an
interruption or with more values, but after changes of settings or data; words that replace a key of a
descriptor; error messages."""
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from long_fit import errors, make_data, parts_of  # noqa: E402
from soapz_cli import SOAPZ, check, check_fails, done, run  # noqa: E402

CONF = """train = train.xyz
test = test.xyz
model = m.soapz
energy_key = energy
force_key = forces
virial_key = virial
sigma_energy = 0.01
sigma_force = 0.05
sigma_virial = 0.1
jitter = 1e-8
e0 = Nb -3.1 Mo -4.6 Ta -3.5 W -4.5
seed = 1

[distance_2b]
cutoff = 4.6
n_sparse = 4

[soap]
n_max = 3
l_max = 2
cutoff = 4.6
cutoff_width = 0.9
atom_sigma = 0.5
zeta = 2
n_sparse = cold 6 hot 6
"""
GAP = ("gap={distance_2b cutoff=4.6 covariance_type=ard_se delta=1.0 theta_uniform=1.0 "
       "sparse_method=uniform n_sparse=4 : soap n_max=3 l_max=2 cutoff=4.6 cutoff_transition_width=0.9 "
       "atom_sigma=0.5 zeta=2 delta=1.0 covariance_type=dot_product sparse_method=cur_points "
       "config_type_n_sparse={{cold:6:hot:6}}}")
LINE = ["at_file=train.xyz", "gp_file=m.soapz", "energy_parameter_name=energy", "force_parameter_name=forces",
        "virial_parameter_name=virial", "default_sigma={0.01 0.05 0.1 0.0}", "sparse_jitter=1e-8",
        "e0={Nb:-3.1:Mo:-4.6:Ta:-3.5:W:-4.5}", "rnd_seed=1", GAP]
FILE = "m.soapz.scan.json"
KINDS = ("energy", "force", "virial")


def scanned(*words, file=FILE):
    """(results in order, contents of the file, output)"""
    code, out, err = run("fit", *words)
    check(code == 0 and without_picture(err) == "", f"{words}: {code} {err}")
    whole = json.load(open(file))
    return [whole["results"][p] for p in whole["scan"]["points"]], whole, out


def without_picture(err):
    """messages without the one about missing Python, which would take longer than the fits"""
    return "".join(x for x in err.splitlines(True) if "picture of the scan" not in x)


def numbers_of(result):
    return np.array([result[k][m] for k in KINDS for m in ("mae", "rmse", "max")])


def rows(out):
    """the lines of the table"""
    return [x for x in out.splitlines() if re.match(r"(\S+ +)+\d+( +-?[\d.]+){6}", x)]


def clean():
    for name in os.listdir("."):
        if name.startswith("m."):
            os.remove(name)


def as_alone():
    """four points with errors on test frames: the commands with replaced keys give the same"""
    results, whole, out = scanned("f.conf", "--scan", "soap.cutoff=4,4.6", "--scan", "atom_sigma=0.4,0.6")
    check(list(whole["scan"]["keys"]) == ["soap.cutoff", "soap.atom_sigma"] and len(results) == 4, f"{whole['scan']}")
    check(whole["scan"]["test_data"] == "test.xyz" and len(rows(out)) == 4, out)
    check(not os.path.exists("m.soapz") and "no model is written" in out, out)
    check(open("m.soapz.scan.svg").read().rstrip().endswith("</svg>"), "no picture")
    os.environ["SOAPZ_PYTHON"] = "no-python"
    for k, (cutoff, sigma) in enumerate(((4, 0.4), (4, 0.6), (4.6, 0.4), (4.6, 0.6))):
        code, _, err = run("fit", "f.conf", f"soap.cutoff={cutoff}", f"soap.atom_sigma={sigma}", "model=alone.soapz")
        check(code == 0, err)
        got, want = numbers_of(results[k]), errors("alone.soapz", "test.xyz")
        print(f"point {k + 1}: {np.abs(got - want).max():.1e}")
        check(np.abs(got - want).max() < 1e-9, f"{got} {want}")
        check(results[k]["microseconds"] > 0 and results[k]["n_unknowns"] == 10 * 4 + 4 * 12, f"{results[k]}")
    best = min(range(4), key=lambda k: results[k]["force"]["rmse"])
    check([("best force" in r) for r in rows(out)] == [k == best for k in range(4)], out)
    command = re.search(r"lowest RMSE of forces: soapz (.*)", out)[1]
    code, _, err = run(*shlex.split(command), "model=m.xml")
    check(code == 0 and np.abs(errors("m.xml", "test.xyz") - numbers_of(results[best])).max() < 1e-9, err)
    again, _, out = scanned("f.conf", "--scan", "soap.cutoff=4,4.6", "--scan", "atom_sigma=0.4,0.6", "--resume")
    check(again == results and "4 of them were made before" in out and " of 4:" not in out, out)
    clean()


def by_folds():
    """with --kfold: the errors of --kfold alone; test data are not used"""
    results, whole, out = scanned("f.conf", "--kfold", "3", "--scan", "soap.zeta=2,3")
    check(whole["scan"]["n_folds"] == 3 and whole["scan"]["test_data"] is None, f"{whole['scan']}")
    check("left alone" in out and "deviation" in out, out)
    code, _, err = run("fit", "f.conf", "soap.zeta=3", "--kfold", "3", "model=m.k")
    check(code == 0, err)
    alone = json.load(open("m.k.kfold.json"))["all"]
    for k in KINDS:
        for name in ("n", "mae", "rmse", "max", "mae_deviation", "rmse_deviation"):
            check(abs(results[1][k][name] - alone[k][name]) < 1e-9, f"{k} {name}")
    # other test data are other results, and none is lost
    more, whole, _ = scanned("f.conf", "--scan", "soap.zeta=2,3")
    check(len(whole["results"]) == 4 and more[0] != results[0], f"{list(whole['results'])}")
    clean()


def overruled():
    """soap.key=value is equivalent to the key in the file or in gap=; the model has a command line of gap_fit"""
    edited = CONF.replace("cutoff = 4.6\ncutoff_width", "cutoff = 4.1\ncutoff_width").replace(
        "cold 6 hot 6", "10").replace("n_sparse = 4", "n_sparse = 5")
    with open("edited.conf", "w") as f:
        f.write(edited)
    line = [w.replace("cutoff=4.6 cutoff_tr", "cutoff=4.1 cutoff_tr").replace(
        "config_type_n_sparse={{cold:6:hot:6}}", "n_sparse=10").replace("n_sparse=4", "n_sparse=5") for w in LINE]
    more = ["soap.cutoff=4.1", "distance_2b.n_sparse=5", "soap1.n_sparse=10"]
    found = []
    for words in (["edited.conf"], ["f.conf", *more], line, [*more, *LINE]):
        code, _, err = run("fit", *words)
        check(code == 0 and not err, err)
        found.append(errors("m.soapz", "test.xyz"))
        check(np.abs(found[-1] - found[0]).max() < 1e-9, f"{words}: {found[-1]} {found[0]}")
    code, out, err = run("info", "m.soapz")
    check(code == 0 and "soap.cutoff" not in out and "cutoff=4.1" in out, out + err)
    command = re.search(r"command_line\W*(.*gap=.*)", out)[1]
    code, _, err = run("fit", "gp_file=m.xml", command.replace("gp_file={m.soapz}", ""))
    check(code == 0 and np.abs(errors("m.xml", "test.xyz") - found[0]).max() < 1e-9, f"{command}: {err}")
    two = CONF + CONF[CONF.index("[soap]"):]
    with open("two.conf", "w") as f:
        f.write(two)
    for code, parts, words in (
            (1, ["soap.zeta", "several", "soap1.zeta, soap2.zeta"], ["two.conf", "soap.zeta=3"]),
            (1, ["soap3.zeta", "no descriptor", "soap2.zeta"], ["two.conf", "soap3.zeta=3"]),
            (1, ["sopa", "unknown", "distance_2b"], ["f.conf", "sopa.zeta=3"]),
            (1, ["zetta", "nearest key is zeta"], ["f.conf", "soap.zetta=3"]),
            (1, ["soap.zeta", "'x'"], ["f.conf", "soap.zeta=x"]),
            (1, ["soap.zeta", "without a value"], ["f.conf", "soap.zeta="]),
            (1, ["soap0", "from 1"], ["f.conf", "soap0.zeta=2"])):
        check_fails(code, parts, "fit", *words)
    clean()


def killed():
    """kill -9 among the fits; Ctrl-C; then the rest, the same as at once"""
    scan = ["f.conf", "--scan", "soap.n_sparse=10;20;cold 12 hot 20", "--scan", "l_max=2,3", "--threads", "1"]
    whole = scanned(*scan)[0]
    clean()
    made = [0]
    for number, kind in enumerate((signal.SIGKILL, signal.SIGINT)):
        p = subprocess.Popen([SOAPZ, "fit", *scan], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for line in p.stdout:
            if f"{made[-1] + 1} of 6" in line and "left" in line:
                break
        time.sleep(0.02)
        p.send_signal(kind)
        out, err = p.communicate(timeout=100)
        made.append(len(json.load(open(FILE))["results"]))
        check(made[-1] > number, f"{made}")
        if p.returncode == 0:
            continue  # it was faster
        err = without_picture(err)
        check(p.returncode == (-9 if kind == signal.SIGKILL else 130), f"{p.returncode} {err}")
        if kind == signal.SIGINT:
            check(f"stopped with {made[-1]} of 6 fits done" in err and FILE in err and err.count("\n") == 1, err)
            check(len(rows(out)) == made[-1], out)
    first = json.load(open(FILE))["results"]
    again, file, out = scanned(*scan)
    check(f"{made[-1]} of them w" in out and len(re.findall(r"^\d of 6: ", out, re.M)) == 6 - made[-1], out)
    check(all(file["results"][p] == r for p, r in first.items()), "a result was made again")
    for a, b in zip(again, whole):
        check((numbers_of(a) == numbers_of(b)).all() and a["n_unknowns"] == b["n_unknowns"], f"{a} {b}")
    # one more value means one more pair of fits; other settings and data mean new fits
    _, _, out = scanned("f.conf", "--scan", "soap.n_sparse=10;20;cold 12 hot 20;30", *scan[3:])
    check("6 of them were made before" in out and len(rows(out)) == 8, out)
    _, _, out = scanned(*scan, "sigma_force=0.06")
    check("before" not in out, out)
    text, parts = open("test.xyz").read(), parts_of("test.xyz")
    with open("test.xyz", "w") as f:
        f.write("".join(parts[1:]))
    _, file, out = scanned(*scan)
    check("before" not in out and len(file["results"]) == 20, f"{len(file['results'])} {out}")
    with open("test.xyz", "w") as f:
        f.write(text)
    clean()


def impossible():
    """a value that does not allow a fit gives a line of the table"""
    pair = [w if w != GAP else GAP[:GAP.index(" :")] + "}" for w in LINE]
    code, out, err = run("fit", *pair, "test_file=test.xyz", "--scan", "cutoff=0.5,4.6")
    check(code == 0 and "no sparse points to choose" in out and len(rows(out)) == 1, out + err)
    code, out, err = run("fit", *pair, "test_file=test.xyz", "--scan", "cutoff=0.5,0.6")
    check(code == 1 and "not one of the fits" in err.splitlines()[-1] and "no sparse points to choose" in out, err)
    clean()


def refused():
    def fails(code, parts, *words):
        before = sorted(os.listdir("."))
        check_fails(code, parts, "fit", *words)
        check(sorted(os.listdir(".")) == before, f"{words} left a file")

    for code, parts, scan in (
            (2, ["several descriptors", "distance_2b.cutoff, soap.cutoff"], ["cutoff=4,5"]),
            (1, ["cutof", "cutoff"], ["soap.cutof=4,5"]), (1, ["unknown key 'foo'"], ["foo=1"]),
            (1, ["angle_3b", "no descriptor", "soap.cutoff"], ["angle_3b.cutoff=4"]),
            (1, ["zeta", "'x'"], ["soap.zeta=2,x"]), (2, ["twice"], ["soap.zeta=2,2"]),
            (2, ["given twice"], ["soap.zeta=2", "--scan", "zeta=3"]), (2, ["no value"], ["soap.zeta=,"]),
            (2, ["--scan needs a key"], ["soap.zeta"]), (2, ["--scan needs a key"], ["soap.zeta="]),
            (2, ["--scan needs a key"], ["=3"]), (2, ["the same for all"], ["train=a.xyz,b.xyz"]),
            (2, ["the same for all"], ["model=a,b"]), (2, ["the same for all"], ["energy_key=a,b"]),
            (2, ["1000"], ["soap.zeta=" + ",".join(map(str, range(1, 40))), "--scan",
                           "jitter=" + ",".join(f"1e-{k}" for k in range(1, 40))]),
            (2, ["--curve and --scan"], ["soap.zeta=2,3", "--curve", "x.json"]),
            (2, ["--checkpoint"], ["soap.zeta=2,3", "--checkpoint", "5"]),
            (2, ["dryrun"], ["soap.zeta=2,3", "dryrun=T"]),
            (2, ["print_sparse_index"], ["soap.zeta=2,3", "soap.print_sparse_index=i.txt"])):
        fails(code, parts, "f.conf", "--scan", *scan)
    fails(2, ["test_file", "--kfold"], *LINE, "--scan", "zeta=2,3")
    fails(1, ["24 frames", "30 parts"], *LINE, "--scan", "zeta=2,3", "--kfold", "30")
    # outputs that would overwrite inputs or files that are not scans
    os.link("test.xyz", FILE)
    fails(1, ["--scan", "would overwrite", "another file"], "f.conf", "--scan", "zeta=2,3")
    os.remove(FILE)
    os.symlink("train.xyz", "m.soapz.scan.svg")
    fails(1, ["the picture of --scan", "would overwrite"], "f.conf", "--scan", "zeta=2,3")
    os.remove("m.soapz.scan.svg")
    for text in ("mine", '{"a": 1}'):
        with open(FILE, "w") as f:
            f.write(text)
        fails(1, [FILE, "move it away"], "f.conf", "--scan", "zeta=2,3")
        check(open(FILE).read() == text, "the file was touched")
    clean()


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    make_data("all.xyz", 32)
    frames = parts_of("all.xyz")
    for name, part in (("train.xyz", frames[:24]), ("test.xyz", frames[24:])):
        with open(name, "w") as f:
            f.write("".join(part))
    with open("f.conf", "w") as f:
        f.write(CONF)
    as_alone()
    by_folds()
    overruled()
    killed()
    impossible()
    refused()
    os.chdir("/")
done()

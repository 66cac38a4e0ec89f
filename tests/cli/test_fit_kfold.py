# SPDX-License-Identifier: BSD-3-Clause
"""soapz fit --kfold: its errors are those of separate fits with the same sparse points; each config_type
is divided evenly, isolated atoms are in every fit; JSON and picture; error messages."""
import json
import os
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from long_fit import errors, make_data, parts_of  # noqa: E402
from same_points import same_points  # noqa: E402
from soapz_cli import SOAPZ, check, check_fails, done, read_xyz, run  # noqa: E402

GAP = ("gap={distance_2b cutoff=4.6 cutoff_transition_width=1.0 covariance_type=ard_se delta=0.5 "
       "theta_uniform=1.0 sparse_method=uniform n_sparse=4 : soap n_max=3 l_max=2 cutoff=4.6 "
       "cutoff_transition_width=0.9 atom_sigma=0.5 zeta=2 delta=1.0 covariance_type=dot_product "
       "sparse_method=cur_points n_sparse=20}")
ALONE = {"Nb": -3.1, "Mo": -4.6, "Ta": -3.5, "W": -4.5}
KINDS = ("energy", "force", "virial")


def words(data, model, *more, gap=GAP):
    return ["at_file=" + data, "gp_file=" + model, "energy_parameter_name=energy",
            "force_parameter_name=forces", "virial_parameter_name=virial",
            "default_sigma={0.01 0.05 0.1 0.0}", "sparse_jitter=1e-8", gap, *more]


def numbers_of(group):
    return np.array([group[k][m] for k in KINDS for m in ("mae", "rmse", "max")])


def same(name, got, want, tolerance=1e-9):
    print(f"{name}: {np.abs(got - want).max():.1e}")
    check(np.abs(got - want).max() <= tolerance, f"{name}: {got} {want}")


def made(name, n, *more, warns=False):
    code, out, err = run("fit", *words("train.xyz", name, *more), "--kfold", n)
    err = "".join(x for x in err.splitlines(True) if "picture of the cross" not in x)
    check(code == 0 and warns == bool(err), err)
    return json.load(open(name + ".kfold.json")), out


def dealt(result, n):
    """even sizes, for each config_type and in total; isolated atoms in no fold"""
    fold, frames = result["fold"], read_xyz("train.xyz")
    check(len(fold) == len(frames) and result["n_folds"] == n, f"{fold}")
    for k in {f.get("config_type", "default") for f in frames}:
        mine = [p for p, f in zip(fold, frames) if f.get("config_type", "default") == k and f["n_atoms"] > 1]
        counts = np.bincount(mine, minlength=n) if mine else np.zeros(n)
        check(counts.max() - counts.min() <= 1, f"{k}: {counts}")
    counts = np.bincount([p for p in fold if p >= 0], minlength=n)
    check(len(counts) == n and counts.max() - counts.min() <= 1, f"{counts}")
    check([p == -1 for p in fold] == [f["n_atoms"] == 1 and "T" not in f["pbc"] for f in frames], f"{fold}")


def by_hand(result, n, baseline=0, *more):
    """each fold is equal to a separate fit with the sparse points of all frames, after the terms of a baseline"""
    gap, parts, fold = same_points("."), parts_of("train.xyz"), result["fold"]
    gap = "gap={" + " : ".join(gap[5:-1].split(" : ")[baseline:]) + "}"
    pooled = []
    for k in range(n):
        with open("some.xyz", "w") as f:
            f.write("".join(x for x, p in zip(parts, fold) if p != k))
        with open("left.xyz", "w") as f:
            f.write("".join(x for x, p in zip(parts, fold) if p == k))
        code, _, err = run("fit", *words("some.xyz", "some.xml", *more, gap=gap))
        check(code == 0, err)
        want = errors("some.xml", "left.xyz")
        got = numbers_of({q: result["all"][q]["folds"][k] for q in KINDS})
        same(f"fold {k + 1}", got, want)
        pooled.append(want)
    count = np.array([[result["all"][q]["folds"][k]["n"] for q in KINDS for _ in range(3)] for k in range(n)])
    pooled, all_of = np.array(pooled), numbers_of(result["all"])
    share = count / count.sum(0)
    same("pooled MAE", all_of[::3], (share * pooled).sum(0)[::3])
    same("pooled RMSE", all_of[1::3], (share * pooled ** 2).sum(0)[1::3] ** 0.5)
    same("largest", all_of[2::3], pooled.max(0)[2::3])
    for q, column in (("energy", 0), ("force", 3), ("virial", 6)):
        same(f"deviation of {q}", np.array([result["all"][q]["mae_deviation"], result["all"][q]["rmse_deviation"]]),
             pooled[:, column:column + 2].std(0, ddof=1))


def whole(result, out):
    """sums over groups are consistent; the table agrees with the JSON; the model is that without --kfold"""
    for group, kinds in (("config_types", KINDS), ("elements", ("force",))):
        for q in kinds:
            check(sum(g[q]["n"] for g in result[group].values()) == result["all"][q]["n"] > 0, group)
            total = sum(g[q]["n"] * g[q]["mae"] for g in result[group].values())
            check(abs(total / result["all"][q]["n"] - result["all"][q]["mae"]) < 1e-12, f"{group} {q}")
    e, f, v = (result["all"][q] for q in KINDS)
    line = [x for x in out.split("cross-validation: each")[1].splitlines() if x.startswith("all ")][0]
    check(line.split()[3:] == [f"{1e3 * e['mae']:.2f}", f"{1e3 * e['rmse']:.2f}", f"{f['mae']:.4f}",
                               f"{f['rmse']:.4f}", f"{1e3 * v['mae']:.2f}", f"{1e3 * v['rmse']:.2f}"], line)
    code, _, err = run("fit", *words("train.xyz", "plain.xml"), "--threads", "1")
    check(code == 0, err)
    same("the model", errors("gp.xml", "frames.xyz"), errors("plain.xml", "frames.xyz"))
    svg = open("gp.xml.kfold.svg").read()
    check(svg.rstrip().endswith("</svg>") and len(svg) > 10000, "no picture")
    check("gp.xml.kfold.json, gp.xml.kfold.svg\n" in out, out)
    os.environ["SOAPZ_PYTHON"] = "no-python"  # it takes longer than the fits


def others(result):
    """seeds, threads, normal equations, a core"""
    again = made("b.xml", 4, "--threads", "1")[0]
    check(again["fold"] == result["fold"], "another deal")
    same("threads", numbers_of(again["all"]), numbers_of(result["all"]))
    check(made("c.xml", 4, "rnd_seed=2")[0]["fold"] != result["fold"], "the seed has no say")
    same("normal equations", numbers_of(made("d.xml", 4, "solver=normal", warns=True)[0]["all"]),
         numbers_of(result["all"]), 1e-3)
    core = made("e.xml", 4, "core_ip_args=IP ZBL cutoff=3.4 cutoff_width=1.2")[0]
    dealt(core, 4)
    check(abs(core["all"]["force"]["rmse"] - result["all"]["force"]["rmse"]) > 1e-6, "the core has no say")
    code, _, err = run("fit", *words("train.xyz", "g.soapz", gap=GAP.replace(
        " zeta=2", " Z_mix=T K=1 compression_train=1 zeta=2")), "--kfold", "2")
    check(code == 0 and "compression_train has trained" in err, err)
    many = made("f.xml", 25)[0]  # each frame alone
    check(sorted(many["fold"]) == [-1] * 4 + list(range(25)), f"{many['fold']}")


def refused():
    def fails(code, parts, *more, data="train.xyz"):
        before = sorted(os.listdir("."))
        check_fails(code, parts, "fit", *words(data, "no.xml"), *more, quiet=False)
        check(sorted(os.listdir(".")) == before, f"{more} left a file")

    fails(2, ["from 2 to 100"], "--kfold", "1")
    fails(2, ["from 2 to 100"], "--kfold=x")
    fails(2, ["from 2 to 100"], "--kfold")
    fails(2, ["--curve and --kfold"], "--kfold", "3", "--curve", "no.json")
    fails(2, ["--resume"], "--kfold", "3", "--resume")
    fails(2, ["--checkpoint"], "--kfold", "3", "--checkpoint", "5")
    fails(2, ["--suggest"], "--kfold", "3", "--suggest")
    fails(1, ["train.xyz: 25 frames", "26 parts", "isolated atoms"], "--kfold", "26")
    os.link("train.xyz", "no.xml.kfold.json")
    fails(1, ["--kfold", "would overwrite", "another file"], "--kfold", "3")
    os.remove("no.xml.kfold.json")
    os.link("train.xyz", "no.xml.kfold.svg")
    fails(1, ["the picture of --kfold", "would overwrite"], "--kfold", "3")
    os.remove("no.xml.kfold.svg")
    os.mkdir("no.xml.kfold.json")
    fails(1, ["no.xml.kfold.json"], "--kfold", "3")
    os.rmdir("no.xml.kfold.json")
    # dryrun fits nothing; without matplotlib the numbers are written
    code, out, err = run("fit", *words("train.xyz", "no.xml"), "--kfold", "3", "dryrun=T")
    check(code == 0 and not err and not os.path.exists("no.xml.kfold.json"), err)
    code, _, err = run("fit", *words("train.xyz", "bare.xml"), "--kfold", "3")
    check(code == 0 and err.count("\n") == 1 and "picture" in err, err)
    check(json.load(open("bare.xml.kfold.json"))["n_folds"] == 3, "no numbers")


def interrupted():
    """Ctrl-C among the rows: no model, no errors, no checkpoint"""
    slow = GAP.replace("n_max=3 l_max=2", "n_max=8 l_max=6")
    p = subprocess.Popen([SOAPZ, "fit", *words("train.xyz", "stop.xml", gap=slow), "--kfold", "5",
                          "--threads", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in p.stdout:
        if line.startswith("cross-validation:"):
            break
    p.send_signal(signal.SIGINT)
    _, err = p.communicate(timeout=100)
    check(p.returncode == 130 and "without a checkpoint" in err, f"{p.returncode} {err}")
    check(not [f for f in os.listdir(".") if f.startswith("stop")], f"{os.listdir('.')}")


def make_frames():
    """25 frames, the last without a config_type, and a free atom of each element"""
    make_data("frames.xyz", 25)
    parts = parts_of("frames.xyz")
    parts[-1] = parts[-1].replace("config_type=cold", "").replace("config_type=hot", "")
    singles = [f"1\nProperties=species:S:1:pos:R:3 pbc=\"F F F\" config_type=isolated energy={e}\n{s} 0 0 0\n"
               for s, e in ALONE.items()]
    with open("train.xyz", "w") as f:
        f.write("".join(parts[:9] + singles + parts[9:]))


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    make_frames()
    found, said = made("gp.xml", 4)
    dealt(found, 4)
    by_hand(found, 4)
    whole(found, said)
    others(found)
    code, _, error = run("fit", *words("train.xyz", "pair.xml", gap=GAP[:GAP.index(" :")] + "}"))
    check(code == 0, error)
    GAP = "gap={" + GAP[GAP.index(": soap") + 2:]
    core = ["core_ip_args=IP GAP", "core_param_file=pair.xml"]
    by_hand(made("gp.xml", 2, *core)[0], 2, 10, *core)
    refused()
    interrupted()
    os.chdir("/")
done()

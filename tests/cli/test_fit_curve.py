# SPDX-License-Identifier: BSD-3-Clause
"""soapz fit --curve: its smaller models are those of fits with only these points and frames; its largest
one is the fit; JSON and picture; error messages."""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from long_fit import errors, make_data, parts_of  # noqa: E402
from soapz_cli import SOAPZ, check, check_fails, done, read_xyz, run  # noqa: E402

PAIR = ("distance_2b cutoff=4.6 cutoff_transition_width=1.0 covariance_type=ard_se delta=0.5 "
        "theta_uniform=1.0 sparse_method=uniform n_sparse=4")
SOAP = ("soap n_max=3 l_max=2 cutoff=4.6 cutoff_transition_width=0.9 atom_sigma=0.5 zeta=2 "
        "delta=1.0 covariance_type=dot_product sparse_method=%s n_sparse=20")


def words(data, model, gap, *more):
    return ["e0={Nb:-3.1:Mo:-4.6:Ta:-3.5:W:-4.5}", "at_file=" + data, "gp_file=" + model,
            "energy_parameter_name=energy", "force_parameter_name=forces",
            "virial_parameter_name=virial", "default_sigma={0.01 0.05 0.1 0.0}", "rnd_seed=1",
            "sparse_jitter=1e-8", "gap={" + gap + "}", *more]


def of_curve(curve, unknowns, frames):
    m = [m for m in curve["models"]
         if (m["n_unknowns"], m["n_frames"]) == (unknowns, frames)][0]
    return np.array([m[k][g] for k in ("energy", "force", "virial") for g in ("mae", "rmse", "max")])


def points_of(model):
    """for each term: rows of cutoff factor and components, for sparse_method=file"""
    tables = []
    for c in ElementTree.parse(model).getroot().iter("gpCoordinates"):
        file = os.path.join(os.path.dirname(model), c.get("sparseX_filename"))
        x = np.array(open(file).read().split(), float).reshape(int(c.get("n_sparseX")), -1)
        cut = [float(s.get("sparseCutoff").replace("D", "E")) for s in c.iter("sparseX")]
        tables.append(np.column_stack([cut, x]))
    return tables


def separate_fit(curve, tables, unknowns, frames):
    """with the first unknowns as points from files, and the first frames"""
    chosen, strings, first = set(curve["unknown_order"][:unknowns]), [], 0
    for k, (c, table) in enumerate(zip(curve["coordinates"], tables)):
        rows = [i for i in range(len(table)) if first + i in chosen]
        first += len(table)
        np.savetxt(path(f"points{k}"), table[rows], fmt="%.17g")
        text = re.sub(r"sparse_method=\w+", "sparse_method=file", c["descriptor"])
        text = re.sub(r"\{([\d ]+)\}", r"{{\1}}", text)
        strings.append(re.sub(r"n_sparse=\d+", f"n_sparse={len(rows)}", text) +
                       f" sparse_file={path(f'points{k}')} add_species=F")
        check(len(rows) > 0, f"term {k} has no point")
    parts = parts_of(train)
    open(path("part.xyz"), "w").write("".join(parts[f] for f in curve["frame_order"][:frames]))
    code, _, err = run("fit", *words(path("part.xyz"), path("part.xml"), " : ".join(strings)))
    check(code == 0, err)
    return path("part.xml")


def sound(curve, n_frames):
    """orders and sizes"""
    n = curve["n_unknowns"][-1]
    check(sorted(curve["unknown_order"]) == list(range(n)), "the order of the unknowns")
    check(sorted(curve["frame_order"]) == list(range(n_frames)), "the order of the frames")
    check(curve["n_frames"][-1] == n_frames and len(curve["n_frames"]) == 6, curve["n_frames"])
    check(len(curve["n_unknowns"]) == 8 and len(curve["models"]) == 48, curve["n_unknowns"])
    check(sorted(curve["unknown_order"][:curve["n_whole"]]) == list(range(curve["n_whole"])),
          "the terms of few bodies come first")
    for m in curve["models"]:
        check(all(np.isfinite(m[k][g]) and m[k]["n"] > 0 for k in ("energy", "force", "virial")
                  for g in ("mae", "rmse", "max")), m)
    # all parts in proportion
    first, sizes = 0, [c["n_sparse"] for c in curve["coordinates"]]
    for size in sizes:
        if first >= curve["n_whole"]:
            for m in curve["n_unknowns"]:
                got = sum(first <= i < first + size for i in curve["unknown_order"][:m])
                want = (m - curve["n_whole"]) * size / (n - curve["n_whole"])
                check(abs(got - want) <= 1, f"{got} of {size} points in {m}")
        first += size
    types = [f["config_type"] for f in read_xyz(train)]
    for k in curve["n_frames"]:
        got = sum(types[f] == "cold" for f in curve["frame_order"][:k])
        check(abs(got - k * types.count("cold") / len(types)) <= 1, f"{got} cold of {k}")


def made(name, gap, *more):
    """the curve, the output, and the model"""
    model, file = path(name + ".xml"), path(name + ".json")
    code, out, err = run("fit", *words(train, model, gap, *more), "--curve", file, "--threads", "2")
    check(code == 0 and (not err or "solver=normal" in more), err)
    left = sorted(f for f in os.listdir(folder) if f.startswith(name + "."))
    check(all(f == name + ".svg" or "xml" in f or f == name + ".json" for f in left), left)
    return json.load(open(file)), out, model


def nested():
    curve, out, model = made("both", PAIR + " : " + SOAP % "cur_points", "test_file=" + test)
    sound(curve, 24)
    check(curve["judged_on"] == "test" and curve["data"] == test and "test data" in out, out)
    svg = open(path("both.svg")).read()
    check(svg.rstrip().endswith("</svg>") and len(svg) > 10000, "no picture")
    # the largest is the fit itself, with and without --curve
    code, _, err = run("fit", *words(train, path("plain.xml"), PAIR + " : " + SOAP % "cur_points"),
                       "--threads", "1")
    check(code == 0, err)
    last = of_curve(curve, curve["n_unknowns"][-1], 24)
    for other in (model, path("plain.xml")):
        same("largest, " + os.path.basename(other), last, errors(other, test))
    check(f"{1e3 * last[0]:9.2f}  {last[3]:9.4f}  {last[4]:9.4f}  {1e3 * last[6]:9.2f}" in out, out)
    # smaller ones are equal to separate fits, and differ from the largest model
    tables = points_of(model)
    for m, k in ((curve["n_unknowns"][3], 24), (curve["n_unknowns"][-1], curve["n_frames"][3]),
                 (curve["n_unknowns"][5], curve["n_frames"][4])):
        got = of_curve(curve, m, k)
        same(f"{m} points, {k} frames", got, errors(separate_fit(curve, tables, m, k), test))
        check(np.abs(got - last).max() > 1e-3, "as the largest")


def same(name, got, want):
    print(f"{name}: {np.abs(got - want).max():.1e}")
    check(np.abs(got - want).max() <= 1e-9, f"{name}: {got} {want}")


def other_kinds():
    """farthest points by their distance; normal equations; training data; pairs alone"""
    curve, out, model = made("far", SOAP % "farthest_points")
    sound(curve, 24)
    check(curve["judged_on"] == "training" and "there is no test_file" in out, out)
    same("far", of_curve(curve, 80, 24), errors(model, train))
    x = [t[:, 1:] for t in points_of(model)]
    order = [i for i in curve["unknown_order"] if i < 20]
    for k in range(1, 20):  # each point is farthest from those before it
        near = 1 - np.max(x[0] @ x[0][order[:k]].T, axis=1) ** 2
        check(near[order[k]] >= near.max() - 1e-12, f"point {k}: {near[order[k]]} {near.max()}")
    normal = made("normal", SOAP % "farthest_points", "solver=normal")[0]
    m, k = curve["n_unknowns"][4], curve["n_frames"][4]
    got, want = of_curve(normal, m, k), of_curve(curve, m, k)
    check(np.abs(got - want).max() < 1e-4, f"{got} {want}")
    curve = made("pair", PAIR.replace("n_sparse=4", "n_sparse=8"))[0]
    check(curve["n_whole"] == 0 and curve["n_unknowns"][0] < 80, curve["n_unknowns"])
    sound(curve, 24)
    # core: ZBL, and a GAP whose terms become part of the model
    for name, core in (("zbl", ["core_ip_args=IP ZBL cutoff=3.4 cutoff_width=1.2"]),
                       ("gap", ["core_ip_args=IP GAP", "core_param_file=" + path("pair.xml")])):
        curve, out, model = made(name, SOAP % "random", *core)
        same("on " + name, of_curve(curve, 80, 24), errors(model, train))


def standard_input():
    """data that can be read only once: the same model, errors and curve"""
    gap, text = SOAP % "random", open(train).read()
    said = []
    for name, data in (("file", train), ("input", "-")):
        code, out, err = run("fit", *words(data, path(name + ".xml"), gap), "--threads", "1",
                             "--curve", path(name + ".json"), stdin=text)
        check(code == 0 and not err, err)
        said.append([x for x in out.splitlines() if re.match(r"(all|hot|cold| +\d+ +\d+) ", x)])
    check(said[0] == said[1] and len(said[0]) == 16, said)
    check("training errors: 24 frames of standard input" in out, out)
    curves = [json.load(open(path(name + ".json"))) for name in ("file", "input")]
    check(curves[0]["models"] == curves[1]["models"], "another curve")


def refused():
    gap, file = SOAP % "random", path("no.json")

    def fails(code, part, *more):
        check_fails(code, [part], "fit", *words(train, path("no.xml"), gap), *more, gone=file,
                    quiet=False)

    fails(2, "--resume", "--curve", file, "--resume")
    fails(2, "--checkpoint", "--curve", file, "--checkpoint", "5")
    fails(2, "JSON", "--curve")
    fails(1, "nowhere", "--curve", path("nowhere/no.json"))
    fails(1, "another file", "--curve", train)
    fails(1, "another file", "--curve", path("no.xml"))
    check(not os.path.exists(path("no.xml")), "a model was written")
    # without matplotlib the numbers are written
    env = dict(os.environ, SOAPZ_PYTHON=path("nopython"))
    r = subprocess.run([SOAPZ, "fit", *words(train, path("bare.xml"), gap), "--curve", file],
                       capture_output=True, text=True, env=env, timeout=100)
    check(r.returncode == 0 and r.stderr.count("\n") == 1 and file in r.stderr and
          "picture" in r.stderr, r.stderr)
    check(len(json.load(open(file))["models"]) == 48, "no numbers")


def interrupted():
    """Ctrl-C among the rows: no model, no curve, and no checkpoint"""
    gap = (SOAP % "random").replace("n_max=3 l_max=2", "n_max=8 l_max=6")
    p = subprocess.Popen([SOAPZ, "fit", *words(train, path("stop.xml"), gap), "--curve",
                          path("stop.json"), "--threads", "1"], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True)
    for line in p.stdout:
        if "learning curve:" in line:
            break
    p.send_signal(signal.SIGINT)
    _, err = p.communicate(timeout=100)
    check(p.returncode == 130 and "without a checkpoint" in err, f"{p.returncode} {err}")
    left = [f for f in os.listdir(folder) if f.startswith("stop")]
    check(not left, left)


def path(name):
    return os.path.join(folder, name)


with tempfile.TemporaryDirectory() as folder:
    train, test = path("train.xyz"), path("test.xyz")
    make_data(path("all.xyz"), 32)
    frames = parts_of(path("all.xyz"))
    open(train, "w").write("".join(frames[:24]))
    open(test, "w").write("".join(frames[24:]))
    nested()
    other_kinds()
    standard_input()
    refused()
    interrupted()
done()

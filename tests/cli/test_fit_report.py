# SPDX-License-Identifier: BSD-3-Clause
"""The output of soapz fit about its model: errors agree with those computed from soapz eval, the meaning
of e0, and the same in the notes of the .soapz file."""
import json
import os
import re
import struct
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from long_fit import make_data, words  # noqa: E402
from soapz_cli import check, done, numbers, read_xyz, run  # noqa: E402


def tables(out):
    """{title: {config_type: (E MAE, E RMSE, F MAE, F RMSE, V MAE, V RMSE)}}"""
    found, title = {}, None
    for line in out.splitlines():
        head = re.match(r"(training|test) errors: (\d+) frames of (.*)", line)
        if head:
            title = found[head[1]] = {"n": int(head[2]), "path": head[3]}
        row = line.split()
        if title is not None and len(row) == 9 and row[1].isdigit():
            title[row[0]] = np.array(row[3:], float)
    return found


def expected(model, data, config_type):
    """The same six numbers from soapz eval."""
    out = os.path.join(folder, "out.xyz")
    code, _, err = run("eval", model, data, "-o", out)
    check(code == 0, err)
    e, f, v = [], [], []
    lower = [0, 3, 6, 4, 7, 8]
    for got, want in zip(read_xyz(out), read_xyz(data)):
        if config_type not in (want["config_type"], "all"):
            continue
        n = want["n_atoms"]
        e.append(1e3 * (float(got["energy"]) - float(want["energy"])) / n)
        f += list(np.ravel(got["forces"] - want["forces"]))
        v += list(1e3 * (numbers(got["virial"]) - numbers(want["virial"]))[lower] / n)
    return np.array([g(x) for x in (e, f, v)
                     for g in (lambda x: np.mean(np.abs(x)), lambda x: np.mean(np.square(x)) ** .5)])


def notes(path):
    with open(path, "rb") as f:
        return json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))["__metadata__"]


def errors():
    model = os.path.join(folder, "gp.soapz")
    code, out, err = run("fit", *words(train, model, 20), "test_file=" + test)
    check(code == 0, err)
    found = tables(out)
    for name, path, n in (("training", train, 24), ("test", test, 9)):
        check(found[name]["n"] == n and found[name]["path"] == path, found[name])
        for config_type in ("hot", "cold", "all"):
            got, want = found[name][config_type], expected(model, path, config_type)
            check(np.abs(got - want).max() <= 0.006 and
                  np.abs(got - want)[2:4].max() <= 0.00006, f"{name} {config_type}: {got} {want}")
    check(np.abs(found["test"]["all"] - found["training"]["all"]).max() > 0.1, "the same table")
    kept = notes(model)
    check(kept["training_data"] == train and "at_file=" in kept["command_line"], kept.keys())
    for name in ("training", "test"):
        check(kept[name + "_errors"] in out and len(kept[name + "_errors"]) > 200, kept)
    check("fit_checkpoint" not in kept, "the checkpoint's note is left")
    for part in ("|alpha|", "condition", "rows/s", "peak memory", "sparse points", "e0 as given"):
        check(part in out, f"no {part!r} in {out}")
    # the same output for the model as XML
    code, xml, err = run("fit", *words(train, os.path.join(folder, "gp.xml"), 20),
                         "--threads", "1")
    check(code == 0, err)
    a, b = tables(out)["training"]["all"], tables(xml)["training"]["all"]
    check(np.abs(a - b).max() <= 0.02, f"{a} {b}")
    # printed before the fit
    model = os.path.join(folder, "other.soapz")
    code, out, err = run("fit", *words(train, model, 20), "test_file=nowhere.xyz")
    check(code == 1 and "nowhere.xyz" in err and err.count("\n") == 1 and not out and
          not os.path.exists(model), f"{code} {err}")


def meaning_of_e0():
    rest = words(train, os.path.join(folder, "e0.xml"), 5)[1:] + ["dryrun=T"]
    code, out, err = run("fit", "e0_method=average", *rest)
    check(code == 0 and "mean energy of an atom" in out and "no meaning" in out, out + err)
    mean = np.mean([float(f["energy"]) / f["n_atoms"] for f in read_xyz(train)])
    for value in re.findall(r"e0 \w+ +(\S+) eV", out):
        check(abs(float(value) - mean) < 1e-7, f"{value} {mean}")
    text = open(train).read()
    for k, z in enumerate(("Nb", "Mo", "Ta", "W")):
        text += (f'1\nLattice="30 0 0 0 30 0 0 0 30" pbc="T T T" Properties=species:S:1:pos:R:3'
                 f":forces:R:3:local_energy:R:1 energy={-k - 1.0} config_type=atom\n"
                 f"{z} 0 0 0 0 0 0 0\n")
    path = os.path.join(folder, "atoms.xyz")
    open(path, "w").write(text)
    code, out, err = run("fit", *[w.replace(train, path) for w in rest])
    check(code == 0 and "isolated atoms" in out and "free atoms" in out, out + err)
    check(re.search(r"e0 W +-4.00000000 eV", out), out)


with tempfile.TemporaryDirectory() as folder:
    train, test = os.path.join(folder, "train.xyz"), os.path.join(folder, "test.xyz")
    make_data(train, 24)
    frames, k = open(train).read().split("\n"), 0
    for _ in range(9):
        k += int(frames[k]) + 2
    # other data: energies of another e0
    open(test, "w").write("\n".join(frames[:k]).replace("energy=-", "energy=-1") + "\n")
    errors()
    meaning_of_e0()
done()

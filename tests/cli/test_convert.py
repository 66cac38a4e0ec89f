# SPDX-License-Identifier: BSD-3-Clause
"""soapz convert: both kinds of file give the same energies, a .soapz file is what
docs/format.md says, one can be made with numpy alone, and after errors there are no files."""
import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from soapz_cli import MODELS, SOAPZ, check, check_fails, done, read_xyz, run  # noqa: E402

DTYPE = {"F64": "<f8", "I64": "<i8", "U8": "u1"}
ZEROS = "0" * 32


def read(path):
    return open(path, "rb").read()


def read_soapz(path):
    """notes and tensors, by the rules of docs/format.md"""
    data = read(path)
    n = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + n])
    notes = header.pop("__metadata__")
    check((8 + n) % 64 == 0, f"{path}: data do not begin at a multiple of 64")
    tensors, end = {}, 0
    for name, t in header.items():
        a, b = t["data_offsets"]
        check(a == end, f"{path}: {name} begins at {a}, not {end}")
        end = b
        tensors[name] = np.frombuffer(data[8 + n + a:8 + n + b],
                                      DTYPE[t["dtype"]]).reshape(t["shape"])
    check(8 + n + end == len(data), f"{path}: bytes are left")
    check(data.count(notes["md5"].encode()) == 1, f"{path}: md5 is not there once")
    plain = data.replace(notes["md5"].encode(), ZEROS.encode())
    check(hashlib.md5(plain).hexdigest() == notes["md5"], f"{path}: md5 is wrong")
    return notes, tensors


def write_soapz(path, notes, tensors):
    header, end = {"__metadata__": {"md5": ZEROS, **notes}}, 0
    for name, x in tensors.items():
        kind = next(k for k, v in DTYPE.items() if x.dtype == v)
        header[name] = {"dtype": kind, "shape": x.shape, "data_offsets": [end, end + x.nbytes]}
        end += x.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-(8 + len(text)) % 64)
    data = len(text).to_bytes(8, "little") + text + b"".join(x.tobytes() for x in tensors.values())
    with open(path, "wb") as f:
        f.write(data.replace(ZEROS.encode(), hashlib.md5(data).hexdigest().encode(), 1))


def evaluate(model, frames, out):
    code, _, err = run("eval", model, frames, "-o", out)
    check(code == 0, f"eval {model}: {err}")
    return read(out) if code == 0 else None


def convert(*words):
    code, out, err = run("convert", *words)
    check(code == 0 and out == "", f"convert {words}: {code} {err}")
    return err


def test_model(name, folder):
    """XML -> .soapz -> XML -> .soapz: the same energies, then the same bytes"""
    source, frames = os.path.join(MODELS, name, "gp.xml"), os.path.join(MODELS, name, "reference.xyz")
    soapz, xml, again = (os.path.join(folder, f) for f in ("gp.soapz", "gp.xml", "again.soapz"))
    out = os.path.join(folder, "out.xyz")
    for a, b in ((source, soapz), (soapz, xml), (xml, again)):
        check(convert(a, b) == "", f"{name}: a warning")
    want = evaluate(source, frames, out)
    check(want and want == evaluate(soapz, frames, out), f"{name}: .soapz gives other energies")
    check(want == evaluate(xml, frames, out), f"{name}: its XML gives other energies")
    if "compress_file" in open(source).read():  # its name is changed with that of the XML, once
        convert(again, xml)
        convert(xml, soapz)
    check(read(soapz) == read(again), f"{name}: another .soapz the second time")
    sparse = sorted(f for f in os.listdir(os.path.dirname(source)) if "sparseX" in f)
    for f in sparse:
        check(read(os.path.join(folder, f)) == read(os.path.join(MODELS, name, f)),
              f"{name}: {f} differs from gap_fit's")

    notes, tensors = read_soapz(soapz)
    model = json.loads(notes["model"])
    text = open(source).read()
    check(len(model["terms"]) == text.count("<gpCoordinates"), f"{name}: number of terms")
    for f in sparse:
        k = int(re.search(r"\d+$", f).group()[len(model["label"].split("_")[-1]):]) - 1
        x = np.loadtxt(os.path.join(MODELS, name, f)).reshape(tensors[f"term.{k}.sparse"].shape)
        check(np.array_equal(x, tensors[f"term.{k}.sparse"]), f"{name}: sparse points of {f}")
    try:
        from safetensors.numpy import load_file
    except ImportError:
        return False
    theirs = load_file(soapz)
    check(theirs.keys() == tensors.keys() and
          all(np.array_equal(theirs[k], tensors[k]) for k in tensors), f"{name}: safetensors")
    return True


def test_by_hand(folder):
    """a model made from numbers, and what is refused in one"""
    path, out = os.path.join(folder, "hand.soapz"), os.path.join(folder, "hand.xyz")
    e0 = np.zeros(118)
    e0[41] = -4.5
    term = {"descriptor": "distance_2b cutoff=4 Z1=42 Z2=42", "kernel": "ard_se", "delta": 1,
            "f0": 0, "zeta": 0, "n_dim": 1, "n_sparse": 2, "n_permutations": 1, "n_matrix": 0}
    model = {"gap_version": 1769700636, "e_scale": 1, "terms": [term]}
    notes = {"format": "soapz", "format_version": "1", "model": json.dumps(model)}
    tensors = {"e0": e0, "term.0.sparse": np.array([[2.5], [3.0]]),
               "term.0.alpha": np.array([0.3, -0.1]), "term.0.cutoff": np.ones(2),
               "term.0.theta": np.array([0.5]), "term.0.permutation": np.array([[0]])}
    write_soapz(path, notes, tensors)
    frame = "2\nProperties=species:S:1:pos:R:3\nMo 0 0 0\nMo 2.7 0 0\n"
    code, _, err = run("eval", path, "-", "-o", out, stdin=frame)
    check(code == 0, f"a model by hand: {err}")
    r = np.array([2.5, 3.0])
    pair = np.sum([0.3, -0.1] * np.exp(-0.5 * ((2.7 - r) / 0.5) ** 2))
    energy = float(re.search(r'energy="?(\S+?)"?\s', open(out).read()).group(1))
    check(abs(energy - (2 * -4.5 + 2 * pair)) < 1e-10, f"a model by hand: {energy}")

    def refused(text, **changes):
        write_soapz(path, notes, {**tensors, **{k.replace("_", "."): v for k, v in changes.items()}})
        check_fails(1, [path, text], "info", path)

    refused("not a finite number", term_0_alpha=np.array([0.3, np.nan]))
    refused("term.0.alpha is F64 of 3", term_0_alpha=np.zeros(3))
    refused("expected I64", term_0_permutation=np.array([[0.0]]))
    refused("permutation is invalid", term_0_permutation=np.array([[1]]))
    refused("does not mention", more=np.zeros(1))
    refused("theta is not positive", term_0_theta=np.array([-1.0]))


def any_numbers(rng, shape, positive=False):
    """doubles of all sizes that a model may have, with random bits of the fraction"""
    x = rng.uniform(1, 2, shape) * 2.0 ** rng.integers(-40, 40, shape)
    return x if positive else x * rng.choice([-1, 1], shape)


def test_every_bit(folder):
    """.soapz -> XML -> .soapz: all numbers of terms, e0 and core potentials, and of the XML too"""
    path, xml, again, twice = (os.path.join(folder, f) for f in ("a.soapz", "a.xml", "b.soapz", "b.xml"))
    rng = np.random.default_rng(1)
    e0 = np.zeros(118)
    e0[[40, 41, 73]] = any_numbers(rng, 3)
    pair = {"descriptor": "distance_2b cutoff=4 Z1=42 Z2=41", "kernel": "ard_se", "delta": 0.1 + 0.2,
            "f0": -1 / 3, "zeta": 0, "n_dim": 1, "n_sparse": 9, "n_permutations": 1, "n_matrix": 0}
    soap = {"descriptor": "soap n_max=2 l_max=1 cutoff=3 atom_sigma=0.5 n_species=1 species_Z={42} Z=42",
            "kernel": "dot_product", "delta": 0.029999999999999996, "f0": 0, "zeta": 2.0000000000000004,
            "n_dim": 7, "n_sparse": 5, "n_permutations": 1, "n_matrix": 0}
    pair_points = {"types": [0, 0], "table": {"n": 6, "slopes": [-9.1, 0.30000000000000004]}}
    model = {"label": "GAP_1", "gap_version": 1769700636, "e_scale": 1 / 0.3, "terms": [pair, soap],
             "glue": {"types": [{"z": 42, "do_spline": True, "density": {"n": 6, "slopes": [0.1, 1 / 7]},
                                 "embedding": {"n": 6, "slopes": [2e30, 2e30]}}], "pairs": [pair_points]}}
    vectors = rng.normal(size=(5, 7))
    tensors = {"e0": e0, "term.0.sparse": rng.uniform(1, 4, (9, 1)), "term.0.alpha": any_numbers(rng, 9),
               "term.0.cutoff": rng.uniform(0, 1, 9), "term.0.permutation": np.array([[0]]),
               "term.0.theta": np.array([2 / 3]),
               "term.1.sparse": vectors / np.linalg.norm(vectors, axis=1)[:, None],
               "term.1.alpha": any_numbers(rng, 5), "term.1.cutoff": np.ones(5),
               **{f"glue.{name}": np.array([np.sort(rng.uniform(0.5, 4, 6)), any_numbers(rng, 6)])
                  for name in ("type.0.density", "type.0.embedding", "pair.0")}}
    write_soapz(path, {"format": "soapz", "format_version": "1", "model": json.dumps(model)}, tensors)
    convert(path, xml)
    convert(xml, again)
    convert(again, twice)
    notes, kept = read_soapz(again)
    check(kept.keys() == tensors.keys(), f"{sorted(kept)}")
    for name, x in tensors.items():
        check(name in kept and kept[name].tobytes() == np.asarray(x, kept[name].dtype).tobytes(),
              f"{name} changed its bits")
    got = json.loads(notes["model"])
    for key in ("delta", "f0", "zeta"):
        check([t[key] for t in got["terms"]] == [pair[key], soap[key]], f"{key}: {got['terms']}")
    check(got["e_scale"] == model["e_scale"] and got["glue"] == model["glue"], f"{got}")
    check(read(xml).replace(b"a.xml", b"b.xml") == read(twice), "the XML differs the second time")


def test_environments(folder):
    """sparse points as environments become vectors; XML and .soapz then agree to the last bit"""
    frames = os.path.join(MODELS, "hea4_nuR1_nuS1", "reference.xyz")
    source, again, twice, out = (os.path.join(folder, f) for f in ("a.soapz", "b.soapz", "b.xml", "out.xyz"))
    code, _, err = run("fit", f"at_file={frames}", f"gp_file={source}", "e0_method=average",
                       "default_sigma={0.001 0.1 0.1 0}", "rnd_seed=1",
                       "gap={soap n_max=8 l_max=4 cutoff=4.5 atom_sigma=0.5 zeta=2 delta=0.5 nu_R=2 nu_S=1 "
                       "covariance_type=dot_product sparse_method=cur_points n_sparse=10}")
    check(code == 0 and "term.0.count" in read_soapz(source)[1], f"no environments: {err}")
    run("convert", "--vectors", source, again)
    run("convert", source, twice)
    got = [(evaluate(m, frames, out), read_xyz(out))[1] for m in (source, again, twice)]
    for a, b, c in zip(*got):
        e = [float(f["energy"]) / f["n_atoms"] for f in (a, b, c)]
        check(abs(e[0] - e[1]) < 5e-8 and e[1] == e[2] and (b["forces"] == c["forces"]).all(), f"energies {e}")


def test_notes(folder):
    source = os.path.join(MODELS, "hea4_nuR1_nuS1", "gp.xml")
    a, b, xml = (os.path.join(folder, f) for f in ("a.soapz", "b.soapz", "c.xml"))
    cite = 'Müller & "Söhne" <2026>'
    convert("--citation", cite, "--licence=CC-BY-4.0", "--training-data", "5 cells", source, a)
    convert(a, b, "--test-errors", "5 meV", "--training-data", "")
    notes, _ = read_soapz(b)
    check(notes["citation"] == cite and notes["licence"] == "CC-BY-4.0" and
          notes["test_errors"] == "5 meV" and "training_data" not in notes, f"notes: {notes}")
    check(notes["elements"] == "Nb Mo Ta W" and notes["units"] == "Angstrom eV", f"{notes}")
    check(notes["format"] == "soapz" and "soapz_version" in notes, f"{notes}")
    err = convert("--gap-version", "1700000000", b, xml)
    check(all(f"the note {n} cannot be stored" in err for n in ("citation", "licence", "test_errors")), err)
    check('gap_version="1700000000"' in open(xml).read(), "gap_version is not in the XML")


def test_own_compression(folder):
    """a label that QUIP has is written with its keys; others are reported"""
    source = os.path.join(MODELS, "hea4_nuR1_nuS1", "gp.xml")
    edited, out = os.path.join(folder, "own.soapz"), os.path.join(folder, "own.xml")
    convert(source, edited)
    notes, tensors = read_soapz(edited)
    del notes["md5"]
    model = notes["model"]
    for own, quip, warned in (("compression={nu,mu^=1,1}", "nu_R=1 nu_S=1", None),
                              ("compression={mu,nu^=1,1}", None, "compression"),
                              ("nu_R=1 nu_S=1 radial_tolerance=1e-3", None, "radial_tolerance")):
        notes["model"] = model.replace("nu_R=1 nu_S=1", own)
        write_soapz(edited, notes, tensors)
        err = convert(edited, out)
        check(err == "" if not warned else f"warning: term 1 has {warned}" in err and "QUIP" in err,
              f"{own}: {err}")
        check((quip or own) in open(out).read(), f"{own} is not in the XML as {quip}")


def test_map(folder):
    """a .soapz contains the numbers of its compress_file; if they are missing no file is read"""
    source, bare = os.path.join(MODELS, "turbo_co_files"), os.path.join(folder, "bare.soapz")
    convert(os.path.join(source, "gp.xml"), bare)
    notes, tensors = read_soapz(bare)
    del notes["md5"], tensors["term.0.matrix"]
    model = json.loads(notes["model"])
    model["terms"][0]["n_matrix"] = 0
    for name in ("map.dat", os.path.join(source, "map.dat")):
        model["terms"][0]["descriptor"] = re.sub(r"compress_file=\S+", "compress_file=" + name,
                                                 model["terms"][0]["descriptor"])
        write_soapz(bare, {**notes, "model": json.dumps(model)}, tensors)
        check_fails(1, [bare, "term 1: the numbers of its compress_file are missing"], "info", bare)


def test_errors(folder):
    source = os.path.join(MODELS, "hea4_nuR1_nuS1", "gp.xml")
    good, bad = os.path.join(folder, "good.soapz"), os.path.join(folder, "bad.soapz")
    other = os.path.join(MODELS, "mow_glue_soap", "gp.xml")
    code, out, _ = run("convert", "--help")
    check(code == 0 and "example" in out, "convert --help")
    check_fails(2, ["give a model and the file to write"], "convert", source)
    check_fails(2, [".soapz", "x.txt"], "convert", source, "x.txt")
    check_fails(2, ["unexpected word"], "convert", source, bad, "more.xml", gone=bad)
    check_fails(2, ["1686132232"], "convert", "--gap-version", "1", source, bad, gone=bad)
    check_fails(1, ["nowhere.xml"], "convert", "nowhere.xml", bad, gone=bad)
    check_fails(1, ["no/such.soapz"], "convert", source, os.path.join(folder, "no/such.soapz"))
    check_fails(1, ["citation"], "convert", "--citation", "a\x01b", source, bad, gone=bad)
    convert(source, good)
    before, files = read(good), sorted(os.listdir(folder))

    def limited(target):
        r = subprocess.run([SOAPZ, "convert", other, target], capture_output=True, text=True,
                           preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)),
                           restore_signals=False)  # SIGXFSZ stays ignored: write() fails
        check(r.returncode == 1 and "cannot write" in r.stderr and r.stderr.count("\n") == 1,
              f"a full disk gave {r.returncode} {r.stderr!r}")

    limited(good)
    limited(os.path.join(folder, "new.xml"))
    check(read(good) == before, "a full disk changed the old file")
    check(sorted(os.listdir(folder)) == files, f"a full disk left {os.listdir(folder)}")

    for what, data in (("half", before[:len(before) // 2]), ("nothing", b""),
                       ("a changed digit", before[:-3] + b"x" + before[-2:])):
        open(bad, "wb").write(data)
        for verb in (["info", bad], ["convert", bad, os.path.join(folder, "y.xml")]):
            check_fails(1, [bad, ";"], *verb, gone=os.path.join(folder, "y.xml"))
    shutil.copy(good, os.path.join(folder, "odd.xml"))  # the contents determine the format
    check(run("info", os.path.join(folder, "odd.xml"))[0] == 0, "a .soapz named .xml")


seen = True
for name in sorted(os.listdir(MODELS)):
    with tempfile.TemporaryDirectory() as folder:
        seen &= test_model(name, folder)
if not seen:
    print("the Python package safetensors is not there: its reader was not asked")
for test in (test_by_hand, test_every_bit, test_environments, test_notes, test_own_compression, test_map, test_errors):
    with tempfile.TemporaryDirectory() as folder:
        test(folder)
done()

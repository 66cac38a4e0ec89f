# SPDX-License-Identifier: BSD-3-Clause
"""Impossible numbers in commands, configuration files and models are refused at once and within 1 GB,
with one sentence that gives the allowed range. Large numbers that are allowed cost as much as the data need."""
import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from soapz_cli import MODELS, SOAPZ, check, done  # noqa: E402

DATA = os.path.join(MODELS, "hea4_nuR2_nuS2", "reference.xyz")
SOAP = {"n_max": 3, "l_max": 2, "cutoff": 4.6, "atom_sigma": 0.5, "zeta": 2, "delta": 1.0,
        "covariance_type": "dot_product", "sparse_method": "cur_points", "n_sparse": 10}
PAIR = {"cutoff": 4.6, "covariance_type": "ard_se", "delta": 0.5, "theta_uniform": 1.0,
        "sparse_method": "uniform", "n_sparse": 8}
MEMORY, SECONDS = 1 << 30, 8  # they take 0.02 s, but the machine may be busy


def limited(*args):
    """exit code (None: it took too long), stderr, with 1 GB of addresses"""
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    env = dict(os.environ, OPENBLAS_NUM_THREADS="1")
    begun = time.monotonic()
    try:
        r = subprocess.run([SOAPZ, *map(str, args)], capture_output=True, text=True, timeout=60,
                           preexec_fn=limit, env=env)
    except subprocess.TimeoutExpired:
        return None, "60 s"
    check(time.monotonic() - begun < SECONDS, f"{args} took {time.monotonic() - begun:.1f} s")
    return r.returncode, r.stderr


def refused(what, parts, *args):
    code, err = limited(*args)
    said = f"{what}: {code} {err[-400:]!r}"
    check(code in (1, 2) and "memory" not in err, said)
    for part in parts:
        check(part in err.splitlines()[-1] if err else False, f"{said} lacks {part!r}")


def fit(kind, base, changes, **keys):
    gap = " ".join([kind] + [f"{k}={v}" for k, v in {**base, **changes}.items() if v is not None])
    keys = {"at_file": DATA, "energy_parameter_name": "energy", "force_parameter_name": "forces",
            "default_sigma": "{0.001 0.01 0.05 0.0}", "rnd_seed": 1, "gp_file": "gp.soapz",
            "e0": "{Nb:-3.1:Mo:-4.6:Ta:-3.5:W:-4.5}", **keys}
    return ["fit", *[f"{k}={v}" for k, v in keys.items()], "gap={" + gap + "}"]


# what is refused, and the text of the message besides the name
NO_REAL, NO_INTEGER = ("nan", "inf", "-inf"), ("nan", "inf", "1e9", "2147483648", "1e-300", "1e300")
SOAP_KEYS = {
    "n_max": (("0", "-1", "41", "1000000", "2147483647"), "allowed 1 to 40", NO_INTEGER),
    "l_max": (("-1", "21", "200", "2147483647"), "allowed 0 to 20", NO_INTEGER),
    "cutoff": (("1e300", "1e-300", "101"), "allowed 0.1 to 100", NO_REAL),
    "cutoff_transition_width": (("-1", "1e300"), "allowed 0 to 1000", NO_REAL),
    "atom_sigma": (("0", "-1", "1e-300", "1e300"), "allowed 0.01 to 100", NO_REAL),
    "zeta": (("1e9", "1e300", "1e-300", "2147483648"), "allowed 0.001 to 1000", NO_REAL),
    "delta": (("1e300", "-1e300"), "allowed -1e+100 to 1e+100", NO_REAL),
    "f0": (("1e300", "-1e300"), "allowed -1e+100 to 1e+100", NO_REAL),
    "central_weight": (("1e300", "-1e9"), "allowed -1e+06 to 1e+06", NO_REAL),
    "covariance_sigma0": (("1e300",), "allowed -1e+06 to 1e+06", NO_REAL),
    "n_sparse": (("-1",), "positive", NO_INTEGER),
}
PAIR_KEYS = {
    "cutoff": (("1e300", "1e-300", "1001"), "allowed 0.01 to 1000", NO_REAL),
    "cutoff_transition_width": (("-1", "1e300"), "0 to 1000", NO_REAL),
    "theta_uniform": (("1e-300", "1e-9", "1e300"), "allowed 1e-08 to 1e+08", NO_REAL),
    "delta": (("1e-300", "1e-101"), "allowed 1e-100 to 1e+100", NO_REAL),
}


def settings():
    for kind, base, keys in (("soap", SOAP, SOAP_KEYS), ("distance_2b", PAIR, PAIR_KEYS)):
        for key, (values, allowed, no) in keys.items():
            for v in values:
                refused(f"{kind} {key}={v}", [key.split("_")[0], allowed], *fit(kind, base, {key: v}))
            for v in no:
                refused(f"{kind} {key}={v}", [key.split("_")[0]], *fit(kind, base, {key: v}))
    # a table of 92 GB
    refused("theta of 1e-6", ["theta", "allowed from"], *fit("distance_2b", PAIR, {"theta_uniform": "1e-6"}))
    open("theta.txt", "w").write("1e-300\n")
    refused("theta_file", ["theta", "allowed 1e-08"],
            *fit("distance_2b", PAIR, {"theta_uniform": None, "theta_file": "theta.txt"}))
    refused("order", ["2 to 6"], *fit("distance_Nb", PAIR, {"order": 1000000}))
    for v, sigma in (("0", "0"), ("1e-300", "4e-300"), ("1e300", "4e+300")):
        refused(f"sigma {v}", [f"sigma {sigma}", "1e-10 to 1e10"],
                *fit("distance_2b", PAIR, {}, default_sigma=f"{{{v} 0.1 0.1 0}}"))
    for key, value, part in (("rnd_seed", "2147483647", "2147483645"), ("sparse_jitter", "1e300", "1e6"),
                             ("e0", "1e300", "1e10"), ("e0_offset", "-1e300", "1e10"),
                             ("default_sigma", "{nan 1 1 0}", "four numbers")):
        refused(key, [key, part], *fit("distance_2b", PAIR, {}, **{key: value}))
    for option, value in (("--threads", "2147483647"), ("--threads", "0"), ("--checkpoint", "nan"),
                          ("--checkpoint", "-1")):
        refused(option, [option], *fit("distance_2b", PAIR, {}), option, value)
    # the same words in a file
    conf = ("train = %s\nmodel = gp.soapz\nsigma_energy = 0.01\nsigma_force = 0.1\nsigma_virial = 0.1\n"
            "e0 = average\n\n[soap]\nn_max = 3\nl_max = 2\ncutoff = 4\natom_sigma = 0.5\nn_sparse = 5\n" % DATA)
    for old, new, part in (("l_max = 2", "l_max = 200", "allowed 0 to 20"), ("cutoff = 4", "cutoff = 1e300", "100"),
                           ("n_sparse = 5", "n_sparse = 5\nzeta = 1e9", "allowed 0.001 to 1000"),
                           ("n_sparse = 5", "n_sparse = 4294967296", "n_sparse"),
                           ("sigma_force = 0.1", "sigma_force = 0", "1e-10")):
        open("a.conf", "w").write(conf.replace(old, new))
        refused(f"a.conf: {new}", [part], "fit", "a.conf")
    check(not os.path.exists("gp.soapz"), "a model was written")


def large():
    """a very large number of sparse points gives all that there are, without more memory"""
    for kind, base, key in (("soap", SOAP, "n_sparse"), ("distance_2b", PAIR, "n_sparse")):
        code, err = limited(*fit(kind, base, {key: 2147483647}))
        check(code == 0 and "sparse points instead of 2147483647" in err, f"{code} {err[-300:]!r}")
    code, err = limited("validate", "gp.soapz", DATA, "--threads", 1000)
    check(code == 0, f"1000 threads: {code} {err!r}")


# ---- models --------------------------------------------------------------------------------

def edited(text, name, value):
    """replaces the number in the first name="number" or name=number by value"""
    new, n = re.subn(rf'(\b{name}="?\{{?)[-+.\deE]+', rf"\g<1>{value}", text, count=1)
    check(n == 1, f"no {name}")
    return new


def xml_models():
    """numbers in a file: each is either refused or harmless, never an endless run or a gigabyte"""
    for model, names in (
            ("si_2b_3b_soap", ["dimensions", "signal_variance", "signal_mean", "n_sparseX", "n_permutations",
                               "covariance_type", "cutoff", "cutoff_transition_width", "zeta", "l_max", "n_max",
                               "atom_gaussian_width", "alpha", "sparseCutoff", "gap_version", "n_coordinate"]),
            ("mow_glue_soap", ["n_types", "num_points", "atomic_num", "type1", "y", "cutoff"]),
            ("mow_zbl_soap", ["cutoff", "cutoff_width", "n_species", "n_sparseX"]),
            ("nacl_lj_dsf_2b", ["sigma", "eps6", "cutoff", "n_types", "alpha", "n_exponents"])):
        folder = os.path.join(MODELS, model)
        text = open(os.path.join(folder, "gp.xml")).read()
        for side in os.listdir(folder):
            if "sparseX" in side and not os.path.exists(side):
                shutil.copy(os.path.join(folder, side), side)
        for name in names:
            if not re.search(rf'\b{name}="?\{{?[-+.\deE]', text):
                continue
            for value in ("-1", "nan", "1e300", "1e-300", "2147483647", "2147483648", "1000000"):
                open("bad.xml", "w").write(edited(text, name, value))
                code, err = limited("eval", "bad.xml", os.path.join(folder, "reference.xyz"), "-o", "out.xyz")
                check(code in (0, 1) and "memory" not in err, f"{model} {name}={value}: {code} {err[-300:]!r}")
                check(code == 0 or err.count("\n") >= 1, f"{model} {name}={value}: without a word")
    text = open(os.path.join(MODELS, "si_2b_3b_soap", "gp.xml")).read()
    for value in ("1e-300", "1e-6", "0", "1e300"):
        open("bad.xml", "w").write(re.sub(r"(<theta[^>]*>\s*)[-+.\deE]+", rf"\g<1>{value}", text, count=1))
        refused(f"theta {value}", ["theta", "positive" if value == "0" else "allowed"], "info", "bad.xml")
    open("bad.xml", "w").write(edited(text, "signal_variance", "1e300"))
    refused("signal_variance", ["bad.xml:", "delta is 1e+300", "allowed"], "info", "bad.xml")
    open("bad.xml", "w").write(edited(text, "zeta", "1e9"))
    refused("zeta", ["bad.xml:", "zeta is 1e+09", "allowed 0.001 to 1000"], "info", "bad.xml")


def sealed(head, data):
    """a .soapz file with this header and its checksum"""
    zeros = "0" * 32
    head["__metadata__"]["md5"] = zeros
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    whole = len(text).to_bytes(8, "little") + text + data
    return whole.replace(zeros.encode(), hashlib.md5(whole).hexdigest().encode(), 1)


def soapz_models():
    """counts of the description, sizes of tensors, the length of the header"""
    whole = open("gp.soapz", "rb").read()  # of large(): two-body
    open("env.soapz", "wb").write(b"")
    code, err = limited(*fit("soap", SOAP, {}, gp_file="env.soapz"))
    check(code == 0, err)
    for whole in (whole, open("env.soapz", "rb").read()):
        n = 8 + int.from_bytes(whole[:8], "little")
        head, data = json.loads(whole[8:n]), whole[n:]
        open("bad.soapz", "wb").write(sealed(head, data))
        code, err = limited("info", "bad.soapz")
        check(code == 0, f"the same model: {err}")
        model = json.loads(head["__metadata__"]["model"])
        for key in model["terms"][0]:
            if isinstance(model["terms"][0][key], str):
                continue
            for value in (-1, 1e300, 2147483647, 2147483648, 10 ** 18, 1000000):
                other = json.loads(json.dumps(model))
                other["terms"][0][key] = value
                head["__metadata__"]["model"] = json.dumps(other, separators=(",", ":"))
                open("bad.soapz", "wb").write(sealed(head, data))
                code, err = limited("eval", "bad.soapz", DATA, "-o", "out.xyz")
                check(code in (0, 1) and "memory" not in err, f".soapz {key}={value}: {code} {err[-300:]!r}")
                if key.startswith("n_") or (key in ("delta", "f0", "zeta") and value == 1e300 and
                                            not (key == "zeta" and model["terms"][0]["zeta"] == 0)):
                    check(code == 1, f".soapz {key}={value} was taken")
        head["__metadata__"]["model"] = json.dumps(model, separators=(",", ":"))
        for name in [k for k in head if k != "__metadata__"]:
            for key, value in (("shape", [2147483647] * len(head[name]["shape"])), ("shape", [10 ** 18]),
                               ("data_offsets", [0, 10 ** 18]), ("data_offsets", [10 ** 12, 10 ** 12 + 8])):
                other = json.loads(json.dumps(head))
                other[name][key] = value
                open("bad.soapz", "wb").write(sealed(other, data))
                refused(f"{name} {key}={value}", ["bad.soapz", name], "info", "bad.soapz")
        for length in (2 ** 63, 2 ** 40, len(whole), 0):
            open("bad.soapz", "wb").write(length.to_bytes(8, "little") + whole[8:])
            refused(f"header of {length}", ["bad.soapz"], "info", "bad.soapz")


def options():
    """of the other verbs"""
    model = os.path.join(MODELS, "hea4_nuR2_nuS1", "gp.xml")
    describe = ["describe", DATA, "-o", "out.npz", "--n-max", 3, "--l-max", 2, "-c"]
    for args, parts in (
            (["describe", DATA, "-o", "out.npz", "-c", "nu=2", "--n-max", 3, "--l-max", 200], ["l_max", "20"]),
            (["describe", DATA, "-o", "out.npz", "-c", "nu=2", "--l-max", 3, "--n-max", 1000000], ["n_max", "40"]),
            ([*describe, "nu=2", "--cutoff", "1e300"], ["cutoff", "100"]),
            ([*describe, "optimal", "--u-max", 2147483647], ["u-max"]),
            ([*describe, "K=3", "--K", 2147483647], ["K", "10000"]),
            ([*describe, "nu=2,d_J", "--d-j", 1000000], ["d-j", "1000"]),
            (["eval", model, DATA, "-o", "out.xyz", "--threads", 2147483647], ["--threads", "1024"]),
            (["eval", model, DATA, "-o", "out.xyz", "--rank-tolerance", "nan"], ["--rank-tolerance"]),
            (["select", model, DATA, "-o", "out.xyz", "-n", "99999999999"], ["-n"]),
            (["select", model, DATA, "-o", "out.xyz", "--min-distance", "1e300"], ["1.41"]),
            (["analyse", "correlation", DATA, "--seeds", 2147483647], ["--seeds", "1000"]),
            (["analyse", "learning", DATA, "--sizes", 2147483647], ["2147483647 training frames"]),
            (["bench", model, "--cells", 1000000], ["--cells"]),
            (["bench", model, "--block", 2147483647], ["--block"])):
        refused(" ".join(map(str, args)), parts, *args)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    settings()
    large()
    xml_models()
    soapz_models()
    options()
    os.chdir("/")
done()

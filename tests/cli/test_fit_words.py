# SPDX-License-Identifier: BSD-3-Clause
"""Every key of gap_fit in every form: with its own default, empty, in empty braces, without =, with a
value, twice, with backslashes at the ends of lines. Tests the value printed by soapz fit dryrun=T, or the
message of the error or warning. If SOAPZ_QUIPPY_PYTHON is set, the gap_fit in its folder is used for
comparison: the list of keys and defaults, the accepted forms, and the models."""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import check, done, read_xyz, run  # noqa: E402

PYTHON = os.environ.get("SOAPZ_QUIPPY_PYTHON")
GAP_FIT = PYTHON and os.path.join(os.path.dirname(PYTHON), "gap_fit")
PAIR = ("distance_2b cutoff=4 covariance_type=ard_se delta=0.5 theta_uniform=1 "
        "sparse_method=uniform n_sparse=5")
BASE = {"at_file": "train.xyz", "default_sigma": "{0.01 0.1 0.1 0}", "e0_method": "average",
        "gap": "{" + PAIR + "}", "gp_file": "m.xml", "do_copy_at_file": "F", "rnd_seed": "1"}

# ---- the table: usual name, other name, default, kind, a value, what is shown of it ------------
# TEXT    empty is a value               NUMBER  empty is an error
# LOGICAL without = or empty it is T     IGNORED values other than the default are ignored with a warning
TEXT, NUMBER, LOGICAL, IGNORED, ANYWAY = "text", "number", "logical", "ignored", "anyway"
KEYS = [
    ("at_file", "atoms_filename", None, TEXT, "other.xyz", "other.xyz"),
    ("e0_offset", None, "0.0", NUMBER, "1.5d0", "1.5"),
    ("e0_method", None, "isolated", NUMBER, "AVERAGE", "average"),
    ("sparse_jitter", None, "1.0e-10", NUMBER, "1.0D-8", "1e-08"),
    ("core_param_file", "baseline_param_filename", "quip_params.xml", TEXT, "{a b.xml}", "a b.xml"),
    ("core_ip_args", "baseline_ip_args", "", TEXT, "{IP ZBL cutoff=2 cutoff_width=1}",
     "IP ZBL cutoff=2 cutoff_width=1"),
    ("energy_parameter_name", None, "energy", TEXT, "E", "E"),
    ("local_property_parameter_name", None, "local_property", TEXT, "q", "q"),
    ("force_parameter_name", None, "force", TEXT, "f", "f"),
    ("virial_parameter_name", None, "virial", TEXT, "v", "v"),
    ("stress_parameter_name", None, "stress", TEXT, "s", "s"),
    ("hessian_parameter_name", None, "hessian", TEXT, "h", "h"),
    ("config_type_parameter_name", None, "config_type", TEXT, "kind", "kind"),
    ("sigma_parameter_name", "kernel_regularisation_parameter_name", "sigma", TEXT, "w", "w"),
    ("force_mask_parameter_name", None, "force_mask", TEXT, "m", "m"),
    ("local_property_mask_parameter_name", None, "local_property_mask", IGNORED, "m", None),
    ("sigma_per_atom", "kernel_regularisation_is_per_atom", "T", LOGICAL, "F", "F"),
    ("do_copy_at_file", "do_copy_atoms_file", "T", LOGICAL, "F", "F"),
    ("sparse_separate_file", None, "T", LOGICAL, "F", "F"),
    ("sparse_use_actual_gpcov", None, "F", IGNORED, "T", None),
    ("gp_file", "gap_file", "gap_new.xml", TEXT, "n.xml", "n.xml"),
    ("verbosity", None, "NORMAL", IGNORED, "NERD", None),
    ("rnd_seed", None, "-1", NUMBER, "17", "17"),
    ("openmp_chunk_size", None, "0", IGNORED, "3", None),
    ("do_ip_timing", None, "F", ANYWAY, "T", None),
    ("template_file", None, "template.xyz", IGNORED, "t.xyz", None),
    ("sparsify_only_no_fit", None, "F", LOGICAL, "T", "T"),
    ("dryrun", None, "F", LOGICAL, "T", "T"),
    ("condition_number_norm", None, "", ANYWAY, "O", None),
    ("linear_system_dump_file", None, "", IGNORED, "dump", None),
    ("mpi_blocksize_rows", None, "0", IGNORED, "8", None),
    ("mpi_blocksize_cols", None, "100", IGNORED, "8", None),
    ("mpi_print_all", None, "F", IGNORED, "T", None),
    ("default_local_property_sigma", "default_kernel_regularisation_local_property", "0.001",
     IGNORED, "0.1", None),
    ("hessian_delta", "hessian_displacement", "1.0e-2", IGNORED, "0.1", None),
    ("default_sigma", "default_kernel_regularisation", None, NUMBER, "{0.02 1d-1, .3 4}",
     "0.02 0.1 0.3"),
    # of several kinds; also in FORMS
    ("config_type_sigma", "config_type_kernel_regularisation", "", TEXT,
     "{liquid:0.1:0.2:0.3:0}", "liquid:0.1:0.2:0.3"),
    ("parameter_name_prefix", None, "", TEXT, "x_", "x_"),
    ("e0", None, "0.0", None, "-4", "-4"),
    ("gap", None, None, None, None, None),
    ("local_property0", None, "0.0", None, None, None),
    ("export_covariance", None, "F", None, None, None),
    ("config_file", None, "", None, None, None),
]
# ---- words: parts of the settings that are shown, parts of the warnings; or of the error ------
FORMS = [
    (["e0="], ["e0 = 0"], ["e0= is empty", "0 for every element"]),
    (["e0={}"], ["e0 = 0"], ["e0= is empty"]),
    (["e0=0.0"], ["e0 = 0"], []),
    (["e0"], None, "e0 has no value"),
    (["e0=-4"], ["e0 = -4"], []),
    (["e0={-4}"], ["e0 = -4"], []),
    (["e0={41:-1.2:73:-3}"], ["e0 = Nb:-1.2:Ta:-3"], []),
    (["e0={41:-1.2:Ta:-3}"], ["e0 = Nb:-1.2:Ta:-3"], []),
    (["e0={nb:-1.2:TA:-3:}"], ["e0 = Nb:-1.2:Ta:-3"], []),
    (["e0=Nb:-1.2:Ta:-3d0"], ["e0 = Nb:-1.2:Ta:-3"], []),
    (["e0={Nb -1.2 Ta -3}"], ["e0 = Nb:-1.2:Ta:-3"], []),
    (["e0={0:-1.2:73:-3}"], None, "'0' in e0 is neither an element nor an atomic number"),
    (["e0={119:-1.2}"], None, "'119' in e0 is neither"),
    (["e0={Nb:-1.2:41:-3}"], None, "e0 of 41 is given twice"),
    (["e0={Nb:-1.2}"], None, "there is no e0 for Ta"),
    (["e0=average"], None, "e0_method=average"),
    (["e0=-4", "e0_method=average"], ["e0 = -4"], ["e0_method=average is ignored"]),
    (["e0=-4", "e0=-3"], ["e0 = -3"], ["e0=-4 is overruled by e0=-3"]),
    (["gap="], None, "gap= is missing"),
    (["gap={}"], None, "gap= is missing"),
    (["gap"], None, "gap has no value"),
    (["gap={%s}" % PAIR, "gap={%s}" % PAIR.replace("distance_2b", "angle_3b")],
     ["gap = angle_3b"], ["gap= is given twice", "NOT fitted is {distance_2b", "gap={.. : ..}"]),
    (["gap={%s : \\\n %s \\\n}" % (PAIR, PAIR)], ["gap = distance_2b : distance_2b"], []),
    (["gap={%s \\ }" % PAIR], [], []),
    (["local_property0="], [], ["local_property0= is ignored"]),
    (["local_property0=0.0"], [], ["local_property0=0.0 is ignored"]),
    (["local_property0=1"], None, "local_property0 asks for a fit of local properties"),
    (["local_property0"], None, "has no value"),
    (["export_covariance=F"], [], []),
    (["export_covariance"], None, "export_covariance=T is not supported"),
    (["export_covariance="], None, "export_covariance=T is not supported"),
    (["export_covariance=T"], None, "export_covariance=T is not supported"),
    (["config_file="], None, "cannot open"),
    (["config_type_sigma={a:1:2:3:4}", "config_type_kernel_regularisation={b:1:2:3:4}"],
     ["config_type_sigma = b:1:2:3"], ["config_type_sigma=a:1:2:3:4 is overruled by"]),
    (["config_type_sigma={liquid:0.1:0.1:0.1}"], None, "needs four numbers"),
    (["config_type_sigma={default:0.1:0.2:0.3:0}"],
     ["config_type_sigma = default:0.1:0.2:0.3", "default_sigma = 0.1 0.2 0.3"], []),
    (["default_sigma={0.02 0.1 0 0}"], ["default_sigma = 0.02 0.1 0"], []),
    (["default_sigma={0.02 0 0.1 0}"], None, "train.xyz:3: the force of this frame has sigma 0"),
    (["default_sigma={0 0.1 0.1 0}"], None, "train.xyz:2: the energy of this frame has sigma 0"),
    (["default_sigma={0.02 0 0 0}", "force_parameter_name="], ["force_parameter_name = "], []),
    (["config_type_sigma={other:0.1:0:0:0}"], ["config_type_sigma = other:0.1:0:0"], []),
    (["default_sigma={0.02 0.1 0.1}"], None, "four numbers"),
    (["rnd_seed=0"], None, "other than 0"),
    (["sigma_per_atom=perhaps"], None, "is not T or F"),
    (["sigma_per_atom=.true."], None, "is not T or F"),
    (["sparse_jitter=-1"], None, "not a number of at least 0"),
    (["\\"], [], []),
    (["frobnicate=1"], None, "unknown key 'frobnicate'"),
    (["frobnicate"], None, "unknown key 'frobnicate'"),
    (["n_sparse=10"], None, "'n_sparse' is a key of a descriptor; write it inside gap={..}"),
    (["train=x.xyz"], None, "'train' is a key of configuration files; here it is at_file"),
]
# ---- of a descriptor: what is added to PAIR, parts of the warnings; or of the error -----------
OF_DESCRIPTOR = [
    ("delta=2", ["delta=0.5 is overruled by delta=2"]),
    ("energy_scale=2", ["delta=0.5 is overruled by energy_scale=2"]),
    ("lengthscale_uniform=2", ["theta_uniform=1 is overruled by lengthscale_uniform=2"]),
    ("theta_fac=2", "nothing else of zeta"),
    ("n_sparse=", "n_sparse= is empty"),
    ("f0=", "f0= is empty"),
    ("config_type_n_sparse=", []),
    ("config_type_n_sparse={{}}", []),
    ("print_sparse_index=", []),
    ("sparse_file=", []),
    ("sparse_file=x", "sparse_file=x needs sparse_method=file or index_file, not uniform"),
    ("add_species=", []),
    ("add_species", []),
    ("sparse_method=", "sparse_method= is unknown"),
    ("mark_sparse_atoms=T", ["mark_sparse_atoms is ignored"]),
    ("frobnicate=1", ["unknown key 'frobnicate'", "ignored, as by gap_fit"]),
    ("Z1=41 Z2=41", ["Z2=41 is overruled: add_species=T"]),
    ("Z1=41 Z2=41 add_species=F", []),
]
# ---- fits: words, and others that mean the same; gap_fit takes the first where it can ----------
SAME = [
    (["e0={41:-1.2:73:-3}"], ["e0={Nb:-1.2:Ta:-3}"], 1),
    (["e0={nb:-1.2:TA:-3:}"], ["e0={Nb:-1.2:Ta:-3}"], 1),
    (["e0="], ["e0=0"], 1),
    (["e0={Nb -1.2 Ta -3}"], ["e0={Nb:-1.2:Ta:-3}"], 0),
    (["sigma_per_atom="], ["sigma_per_atom=T"], 1),
    (["sigma_per_atom"], [], 1),
    (["sigma_per_atom=T", "sigma_per_atom=F"], ["sigma_per_atom=F"], 1),
    (["config_type_sigma="], [], 1),
    (["config_type_sigma={liquid 0.1 0.2 0.3 0}"], ["config_type_sigma={liquid:0.1:0.2:0.3:0}"], 1),
    (["config_type_sigma={liquid:1:2:3:0}", "config_type_sigma={other:0.1:0.1:0.1:0}"],
     ["config_type_sigma={other:0.1:0.1:0.1:0}"], 1),
    (["config_type_sigma={default:0.1:0.2:0.3:0}"], ["default_sigma={0.1 0.2 0.3 0}"], 1),
    (["default_sigma={1d-2, 1.0E-1, .1, 0}"], [], 1),
    (["default_sigma={0.01 0.1 0 0}"], [], 1),
    (["default_kernel_regularisation={0.02 0.1 0.1 0}"], ["default_sigma={0.02 0.1 0.1 0}"], 1),
    (["force_parameter_name=", "default_sigma={0.01 0 0 0}"], ["force_parameter_name={}"], 1),
    (["E0_METHOD=AVERAGE"], [], 1),
    (["e0_offset=1"], ["e0_offset=1.0d0"], 1),
    (["gap={angle_3b cutoff=3 delta=1 covariance_type=pp theta_fac=1 n_sparse=3}", "gap={GAP}"], [],
     1),
    (["gap={GAP \\\n}"], [], 1),
    (["gap={GAP energy_scale=0.7}"], ["gap={GAP delta=0.7}"], 1),
]
POINTS = "".join(f"{v!r}\n" for r in (2.4, 2.8, 3.1, 3.5) for v in (0.8, r))
BY_FILE = ("distance_2b cutoff=4 covariance_type=ard_se delta=0.5 theta_uniform=1 n_sparse=4 "
           "sparse_method=file sparse_file=points Z1=41 Z2=73 add_species=F")


def frames():
    rng, parts = np.random.default_rng(1), []
    grid = 3.0 * np.array([[i, j, k] for i in range(2) for j in range(2) for k in range(2)])
    for f in range(8):
        x, g = grid + rng.normal(0, 0.2, (8, 3)), rng.normal(0, 0.5, (8, 3))
        has = f < 6
        parts.append(f'8\nLattice="6 0 0 0 6 0 0 0 6" Properties=species:S:1:pos:R:3'
                     f'{":force:R:3" if has else ""} energy={rng.normal(-32, 1):.12f} '
                     f'config_type={"liquid" if has else "other"}\n' +
                     "".join("%s %.10f %.10f %.10f" % ("NbTa"[2 * (k % 2):][:2], *x[k]) +
                             (" %.10f %.10f %.10f\n" % tuple(g[k]) if has else "\n")
                             for k in range(8)))
    return "".join(parts)


def words_with(words, more=()):
    """BASE without the keys of words, and words; more: other keys to leave out of BASE"""
    given = {w.split("=")[0].lower() for w in words} | set(more)
    for usual, other, *_ in KEYS:
        if other in given:
            given.add(usual)
    if "e0" in given:
        given.add("e0_method")
    return [f"{k}={v}" for k, v in BASE.items() if k not in given] + list(words)


def shown(out):
    """the settings of a dry run"""
    part = out.split("settings\n")[1] if "settings\n" in out else ""
    return dict(re.findall(r"^  (\w+) = (.*)$", part, re.M))


def dry(words, more=()):
    code, out, err = run("fit", *words_with(words, more), "dryrun=T")
    return code, shown(out), err


def value_of(form, settings, name, want):
    check(settings.get(name) == want, f"{form}: {name} is {settings.get(name)!r}, not {want!r}")


def has(form, text, parts):
    for part in [parts] if isinstance(parts, str) else parts:
        check(part in text, f"{form}: {text!r} lacks {part!r}")
    if not parts:
        check(text == "", f"{form}: {text!r}")


def of_key(name, other, default, kind, value, show):
    for key in [name, other] if other else [name]:
        forms = {"default": key + "=" + (default or ""), "empty": key + "=", "braces": key + "={}",
                 "alone": key, "value": f"{key}={value}",
                 "twice": None}
        for form, text in forms.items():
            if form == "default" and default is None:
                continue
            words = [text] if text else [f"{name}={value}", f"{key}={value}"]
            one(form, words, name, key, default, kind, value, show)


def one(form, words, name, key, default, kind, value, show):
    if name == "at_file" and form in ("value", "twice"):
        open("other.xyz", "w").write(open("train.xyz").read())
    if name == "force_parameter_name" and value in words[-1].split("="):
        words = ["at_file=f.xyz"] + words
    if name == "e0_method" and form == "default":
        code, _, err = dry(words)
        check(code == 1 and "no isolated atom" in err, f"{words}: {err}")
        return
    if name == "energy_parameter_name" and form != "default" or name == "parameter_name_prefix" \
            and value in "".join(words):
        code, _, err = dry(words)
        check(code == 1 and any(part in err for part in
                                ("an energy named", "has no value", "are named '")),
              f"{words}: {err}")
        return
    if name == "dryrun":
        code, out, err = run("fit", *words_with(words), "sparsify_only_no_fit=T")
        settings = shown(out)
        check((form == "default") == ("settings" not in out), f"{words}: {out}")
    else:
        code, settings, err = dry(words)
    if kind in (TEXT, NUMBER) and form == "alone":
        check(code == 1, words)
        return has(words, err, f"{key} has no value")
    if form in ("empty", "braces") and kind == NUMBER:
        check(code == 1, words)
        return has(words, err, f"{key}= is empty")
    if form in ("empty", "braces") and name in ("at_file", "gp_file"):
        check(code == 1, words)
        return has(words, err, "at_file= is missing" if name == "at_file" else "gp_file is empty")
    if not check(code == 0, f"{words}: {err}"):
        return
    warned = []
    if form == "twice":
        warned = [f"{name}=", "is overruled by", f"{key}=", "the last counts"]
    elif kind == IGNORED and (form == "value" or form == "alone"):
        warned = [f"{key}", "is ignored: "]
    has(words, err, warned)
    if kind in (IGNORED, ANYWAY):
        return value_of(words, settings, name, None)
    standard = {"sparse_jitter": "1e-10"}.get(name, default)
    want = {"default": standard, "empty": "", "braces": "", "alone": "T"}.get(form, show)
    if kind == LOGICAL and form in ("empty", "braces"):
        want = "T"
    if name != "dryrun" or form != "default":
        value_of(words, settings, name, None if want == standard else want)


def test_keys():
    for row in KEYS:
        if row[3]:
            of_key(*row)


def test_forms():
    for words, settings, says in FORMS:
        code, got, err = dry(words)
        if settings is None:
            check(code == 1, f"{words}: {code}")
            has(words, err, says)
            check(err.count("\n") == 1, f"{words}: {err}")
            continue
        check(code == 0, f"{words}: {err}")
        has(words, err, says)
        for s in settings:
            name, want = s.split(" = ")
            value_of(words, got, name, want)
    for more, says in OF_DESCRIPTOR:
        code, _, err = dry(["gap={%s %s}" % (PAIR, more)])
        check(code == (1 if isinstance(says, str) else 0), f"{more}: {code} {err}")
        has(more, err, says)


def test_files():
    """the same words in a file, and their lines in a .conf, with and without backslashes"""
    lines = [f"{k}={v}" for k, v in BASE.items()] + ["config_type_sigma=", "e0_offset=2"]
    want = dry(["config_type_sigma=", "e0_offset=2"])[1]
    for end in ("\n", " \\\n", "\\\n", "\\\r\n", " "):
        open("words", "w", newline="").write(end.join(lines + ["dryrun=T"]) + end)
        code, out, err = run("fit", "config_file=words")
        check(code == 0 and not err and shown(out) == want, f"{end!r}: {err} {shown(out)}")
    conf = ["train=train.xyz", "model=m.xml", "sigma_energy=0.01", "sigma_force=0.1",
            "sigma_virial=0.1", "e0=average", "seed=1", "e0_offset=2",
            "core_args = IP ZBL \\\n cutoff=2 \\\n  cutoff_width=1", "dryrun=T"]
    section = ["[distance_2b]", "cutoff=4", "delta=0.5", "n_sparse=5"]
    want.update(core_ip_args="IP ZBL cutoff=2 cutoff_width=1")
    for end in ("\n", " \\\n", "\\\n", "\\\r\n"):
        open("f.conf", "w", newline="").write(end.join(conf + section) + end)
        code, out, err = run("fit", "f.conf")
        got = shown(out)
        check(code == 0 and not err, f"{end!r}: {err}")
        check({k: " ".join(v.split()) for k, v in got.items()} == want, f"{end!r}: {got}")


def energies(model):
    code, _, err = run("eval", model, "train.xyz", "-o", "out.xyz")
    check(code == 0, err)
    return np.array([float(f["energy"]) for f in read_xyz("out.xyz")]) if code == 0 else np.empty(0)


def fitted(words, name):
    """the base with BY_FILE, and words"""
    words = [w.replace("GAP", BY_FILE) for w in words]
    if not any(w.startswith("gap=") for w in words):
        words = words + ["gap={" + BY_FILE + "}"]
    return words_with(words + ["sparse_jitter=1e-8", "gp_file=" + name])


def test_same():
    for words, plain, judged in SAME:
        models = []
        for k, w in enumerate((words, plain)):
            name = f"same{k}.xml"
            code, _, err = run("fit", *fitted(w, name))
            check(code == 0, f"{w}: {err}")
            models.append(energies(name) if code == 0 else np.full(8, np.nan))
        a, b = models
        check(np.allclose(a, b, rtol=1e-10, atol=0), f"{words}: {a - b}")
        if not GAP_FIT or not judged:
            continue
        r = gap_fit(fitted(words, "theirs.xml"))
        if check(r.returncode == 0, f"{words}: gap_fit {(r.stdout + r.stderr)[-300:]}"):
            difference = np.abs(energies("theirs.xml") - a).max()
            check(difference < 1e-7, f"{words}: gap_fit's energies differ by {difference}")


def gap_fit(words):
    return subprocess.run([GAP_FIT, *words], capture_output=True, text=True, timeout=300,
                          env=dict(os.environ, OMP_NUM_THREADS="1"))


# Accepted empty by gap_fit and refused by soapz, and the reverse.
STRICTER = {"export_covariance"}                      # T in gap_fit
KINDER = {"core_ip_args", "baseline_ip_args",         # opens quip_params.xml
          "verbosity", "openmp_chunk_size", "template_file", "mpi_blocksize_rows",
          "mpi_blocksize_cols", "hessian_delta", "hessian_displacement",
          "default_local_property_sigma", "default_kernel_regularisation_local_property"}


def judge():
    told = gap_fit(["--help"]).stdout
    theirs = dict(re.findall(r"^(\w+) type=.*current_value=(.*)$", told, re.M))
    ours = {k: row[2] for row in KEYS for k in row[:2] if k}
    check(len(theirs) > 50 and set(theirs) == set(ours),
          f"keys: {set(theirs) ^ set(ours)}")
    for key, default in theirs.items():
        want = None if "MANDATORY" in default else default.strip()
        check(ours.get(key) == want, f"{key} = {default} in gap_fit, {ours.get(key)} here")
    for key in theirs:
        if key == "gap":
            continue  # gap_fit crashes
        words = words_with([key + "=", "dryrun=T"])
        takes, here = gap_fit(words).returncode == 0, run("fit", *words)[0] == 0
        if key == "energy_parameter_name" or key == "gp_file" or key == "gap_file":
            takes = False  # a fit without energies; a dry run that writes no file
        check(here == (takes and key not in STRICTER or key in KINDER),
              f"{key}= : gap_fit {takes}, soapz {here}")


def test_help():
    """the table of soapz has all keys of this one, with their defaults"""
    code, out, _ = run("fit", "--help-keys")
    check(code == 0, out)
    fit = out.split("only in a .conf")[0]
    for name, other, default, *_ in KEYS:
        if name == "config_file":
            continue
        line = re.search(rf"^  {name}\b.*$", fit, re.M)
        if check(line, f"--help-keys has no {name}"):
            check(not other or f"(also {other})" in line[0], line[0])
            check(name == "e0" or name == "local_property0" or not default
                  or f" {default} " in line[0], line[0])
    for word in ("sigma_energy", "delta", "[cutoff_width]", "[theta]", "distance_2b", "soap",
                 "n_max", "tail_range", "radial_tolerance"):
        check(word in out, f"--help-keys has no {word}")


here = os.getcwd()
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    open("train.xyz", "w").write(frames())
    open("f.xyz", "w").write(frames().replace(":force:", ":f:"))
    open("points", "w").write(POINTS)
    test_help()
    test_keys()
    test_forms()
    test_files()
    test_same()
    if GAP_FIT:
        judge()
    os.chdir(here)
done()

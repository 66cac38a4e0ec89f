# SPDX-License-Identifier: BSD-3-Clause
"""The configuration file of a fit: errors name the line of the key, words of the command line replace its
settings, and nothing in it is ignored without a message."""
import os
import re
import shlex
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import check, check_fails, done, read_xyz, run  # noqa: E402

LINES = ["train = train.xyz", "model = o.xml", "sigma_energy = 0.01", "sigma_force = 0.1",
         "e0 = average", "seed = 1", "", "[distance_2b]", "cutoff = 4", "n_sparse = 5", "", "[soap]",
         "n_max = 3", "l_max = 2", "cutoff = 4", "atom_sigma = 0.5", "n_sparse = 10"]
# number of a line, its new text, and the message
BAD = [
    (13, "n_max = 0", "f.conf:13: n_max is 0, allowed 1 to 40"),
    (13, "n_max = x", "f.conf:13: n_max='x' is not an integer"),
    (13, "n_max = 40", "f.conf:13: the radial basis with n_max=40 is singular"),
    (14, "l_max = 99", "f.conf:14: l_max is 99"),
    (15, "cutoff = -1", "f.conf:15: cutoff is -1, must be positive"),
    (15, "", "f.conf:12: cutoff is missing"),
    (15, "cutoff =", "f.conf:15: cutoff = is empty"),
    (16, "atom_sigma = 0", "f.conf:16: atom_sigma is 0"),
    (16, "", "f.conf:12: atom_sigma is missing"),
    (17, "n_sparse = -3", "f.conf:17: n_sparse is -3"),
    (17, "n_sparse = many", "f.conf:17: in n_sparse 'many' needs a count after it, as in many:100"),
    (17, "n_sparse = 9\nzeta = q", "f.conf:18: zeta='q'"),
    (17, "n_sparse = 9\nnu_R = 7", "f.conf:18: nu_R=7"),
    (17, "n_sparse = 9\ncompression = foo", "f.conf:18: compression={foo} is unknown"),
    (17, "n_sparse = 9\ncutoff_width = x", "f.conf:18: cutoff_width='x' is not a number"),
    (17, "n_sparse = 9\nsparse = best", "f.conf:18: sparse=best is unknown"),
    (17, "n_sparse = 9\nkernel = best", "f.conf:18: kernel=best is unknown"),
    (17, "n_sparse = 9\ndelta = {1", "f.conf:18: unmatched brace or quote"),
    (17, "n_sparse = 9\nsparse_file = x", "f.conf:18: sparse_file=x needs"),
    (17, "n_sparse = 9\ntrain = x", "f.conf:18: 'train' is a setting of the fit; write it before"),
    (17, "n_sparse = 9\n[config_type]", "f.conf:18: the section of a config_type names one"),
    (17, "n_sparse = 9\n[config_type a]\n\n[config_type a]",
     "f.conf:20: [config_type a] occurs twice, the first in line 18"),
    (17, "n_sparse = 9\n[config_type a]\nsigma_energi = 1", "f.conf:19: unknown key 'sigma_energi'"),
    (9, "cutoff = 4\nn_exponents = 99", "f.conf:10: n_exponents is 99"),
    (9, "cutoff = 4\nexponents = 1 2", "f.conf:10: exponents={1 2} has 2 entries"),
    (9, "cutoff = 4\ntheta = 0", "f.conf:10: theta: the length scale '0'"),
    (6, "seed = 0", "f.conf:6: seed=0 must be an integer"),
    (6, "jitter = -1", "f.conf:6: jitter='-1' is not a number of at least 0"),
    (6, "n_sparse = 3", "f.conf:6: 'n_sparse' is a key of a descriptor; write it into a section"),
    (6, "gap = {soap}", "f.conf:6: in a configuration file gap is written as sections"),
    (6, "frobnicate = 1", "f.conf:6: unknown key 'frobnicate'; see soapz fit --help-keys"),
    (6, "sed = 1", "f.conf:6: unknown key 'sed'; the nearest key is seed"),
    (6, "seed = \\\n 0", "f.conf:6: seed=0 must be an integer"),
    (3, "sigma_energy = -1", "f.conf:3: sigma_energy='-1'"),
    (12, "[sope]", "f.conf:12: descriptor sope is unknown; there are soap"),
    (12, "[soap", "f.conf:12: a section is a line like [soap]"),
]
# the same; part of the warning
WARNED = [
    (17, "n_sparse = 9\nn_sparse = 8",
     "f.conf:18: n_sparse is given twice and this one counts; n_sparse = 9 in line 17 does not"),
    (17, "n_sparse = 9\ncutoff_width = 1\ncutoff_transition_width = 2",
     "f.conf:19: cutoff_transition_width is given twice and this one counts; cutoff_width = 1 in line 18"),
    (17, "n_sparse = 9\nsoap_exponent = 3\nzeta = 2", "f.conf:18: soap_exponent=3 is overruled by zeta=2"),
    (4, "sigma_force = 0.1\nsigma_force = 0.2",
     "f.conf:5: sigma_force is given twice and this one counts; sigma_force = 0.1 in line 4 does not"),
    (5, "e0 = -4\ne0 = average", "f.conf:6: e0 is given twice and this one counts; e0 = -4 in line 5"),
    (6, "seed = 1\nverbosity = NERD", "f.conf:7: verbosity=NERD is ignored"),
    (17, "n_sparse = 9\nspecies_Z = 41", "f.conf:18: species_Z=41 is overruled: add_species=T"),
    (17, "n_sparse = 9\nmark_sparse_atoms = T", "f.conf:18: mark_sparse_atoms is ignored"),
]


def frames():
    rng, parts = np.random.default_rng(1), []
    grid = 3.0 * np.array([[i, j, k] for i in range(2) for j in range(2) for k in range(2)])
    for f in range(4):
        x, g = grid + rng.normal(0, 0.2, (8, 3)), rng.normal(0, 0.5, (8, 3))
        parts.append(f'8\nLattice="6 0 0 0 6 0 0 0 6" Properties=species:S:1:pos:R:3:force:R:3 '
                     f"energy={rng.normal(-32, 1):.12f} config_type=liquid\n" +
                     "".join("%s %.10f %.10f %.10f %.10f %.10f %.10f\n" %
                             ("Nb" if k % 2 else "Ta", *x[k], *g[k]) for k in range(8)))
    return "".join(parts)


def put(number=0, text=""):
    lines = list(LINES)
    if number:
        lines[number - 1] = text
    open("f.conf", "w").write("\n".join(lines) + "\n")


def dry(*words):
    """the settings of f.conf with these words; the warnings"""
    code, out, err = run("fit", *words, "dryrun=T")
    check(code == 0, f"{words}: {err}")
    return dict(re.findall(r"^  (\w+) = (.*)$", out, re.M)), err


def test_bad():
    for number, text, sentence in BAD:
        put(number, text)
        check_fails(1, [sentence], "fit", "f.conf", quiet=False)
    for number, text, sentence in WARNED:
        put(number, text)
        err = dry("f.conf")[1]
        check(sentence in err and err.count("\n") == 1, f"{text}: {err!r}")
    for name, text, parts in [("empty", "", ["empty has no settings"]),
                              ("text", "hello\nyou\n", ["text:1: 'hello'", "at_file="]),
                              ("m.xml", "<GAP_params label=\"x\">\n", ["m.xml:1:", "at_file="])]:
        open(name, "w").write(text)
        check_fails(1, parts, "fit", name)
    put()
    check_fails(1, ["f.conf has sections", "without config_file="], "fit", "config_file=f.conf")
    check_fails(1, ["a fit has only one"], "fit", "f.conf", "g.conf")
    check_fails(2, ["--curve needs the name of a JSON file"], "fit", "--curve", "f.conf")


def test_overruled():
    put()
    plain, err = dry("f.conf")
    check(not err, err)
    for words, change in [
            (["seed=7"], {"rnd_seed": "7"}), (["rnd_seed=7"], {"rnd_seed": "7"}),
            (["model=n.xml"], {"gp_file": "n.xml"}), (["atoms_filename=u.xyz"], {"at_file": "u.xyz"}),
            (["sigma_force=0.3"], {"default_sigma": "0.01 0.3 0"}),
            (["core_args=IP ZBL cutoff=2 cutoff_width=1"],
             {"core_ip_args": "IP ZBL cutoff=2 cutoff_width=1"}),
            (["e0={41:-4:Ta:-3}"], {"e0": "Nb:-4:Ta:-3", "e0_method": "given"}),
            (["e0_offset=0.5", "e0_offset", "=", "0.7"], {"e0_offset": "0.7"})]:
        for order in (["f.conf", *words], [*words, "f.conf"]):
            got, err = dry(*order)
            check(not err and got == {**plain, **change}, f"{order}: {err} {got}")
    # sigmas that are not given for a config_type are those of the command line
    put(17, "n_sparse = 10\n[config_type liquid]\nsigma_energy = 0.5")
    got, _ = dry("f.conf", "sigma_force=0.3")
    check(got["config_type_sigma"] == "liquid:0.5:0.3:0", got)
    # a method replaces e0 of the file
    put(5, "e0 = Nb -4 Ta -3")
    got, err = dry("f.conf", "e0=average")
    check(got.get("e0") is None and got["e0_method"] == "average" and not err, got)
    put()
    for words, part in [(["n_sparse=3"], "'n_sparse' is a key of a descriptor"),
                        (["gap={soap}"], "gap is written as sections"),
                        (["seed=0"], "command line: seed=0 must be"),
                        (["frobnicate"], "unknown key 'frobnicate'"),
                        (["model"], "has no value")]:
        check_fails(1, [part], "fit", "f.conf", *words, quiet=False)
    # the model contains a command that makes it again, with numbers as they were typed
    put(17, "n_sparse = 10\n[config_type liquid]\nsigma_force = 0.03\nsigma_energy = 0.0012345678")
    check(dry("f.conf")[0]["config_type_sigma"] == "liquid:0.0012345678:0.03:0", dry("f.conf")[0])
    code, _, err = run("fit", "f.conf", "seed=7", "model=first.soapz")
    check(code == 0, err)
    line = re.search(r"command_line\s+(.*)", run("info", "first.soapz")[1])
    if check(line, run("info", "first.soapz")[1]):
        check("rnd_seed=7" in line[1] and "rnd_seed=1" not in line[1], line[1])
        for part in ("default_sigma={0.01 0.1 0 0.0}",
                     "config_type_sigma={liquid:0.0012345678:0.03:0:0.0}"):
            check(part in line[1], f"{part}: {line[1]}")


def test_types():
    """many config_types that no frame has: one warning"""
    many = "".join(f"\n[config_type t{k}]\nsigma_force = 1" for k in range(150))
    put(17, "n_sparse = 10" + many)
    err = dry("f.conf")[1]
    check(err.count("\n") == 1 and "no frame has 150 of the config_types" in err and "t4, .." in err,
          err)
    put(17, "n_sparse = liquid 9 " + " ".join(f"t{k} 3" for k in range(150)))
    for line in dry("f.conf")[1].splitlines():
        check("t4, .. (150 of them)" in line and len(line) < 200, line)


def test_wrapped():
    """quotes and braces around a value, a byte order mark, CR LF"""
    put()
    plain, _ = dry("f.conf")
    core = {"core_ip_args": "IP ZBL cutoff=2 cutoff_width=1"}
    for number, text, change in [
            (1, 'train = "train.xyz"', {}), (1, "train = 'train.xyz'", {}), (1, "train = {train.xyz}", {}),
            (6, "seed = 1\ncore_args = {IP ZBL cutoff=2 cutoff_width=1}", core),
            (6, "seed = 1\ncore_args = 'IP ZBL cutoff=2 cutoff_width=1'", core),
            (5, "e0 = {Nb:-4:Ta:-3}", {"e0": "Nb:-4:Ta:-3", "e0_method": "given"}),
            (6, 'seed = 1\nnote = "a" and "b"', {"note": '"a" and "b"'}),
            (6, "seed = 1\nnote = {a} {b}", {"note": "{a} {b}"})]:
        put(number, text)
        got, err = dry("f.conf")
        check(not err and got == {**plain, **change}, f"{text}: {err} {got}")
    put()
    text = open("f.conf").read()
    open("f.conf", "w", newline="").write("\ufeff" + text.replace("\n", "\r\n"))
    got, err = dry("f.conf")
    check(not err and got == plain, f"{err} {got}")


def test_turbo(text):
    """the two examples of soap_turbo in docs/fit.md give the same fit; errors"""
    part = text.split("## soap_turbo")[1].split("\n## ")[0]
    code = [line[4:] for line in part.split("\n") if line.startswith("    ")]
    k = code.index("[soap_turbo]")
    words = shlex.split(" ".join(code[:k]).replace("\\ ", ""))
    conf = "train = train.xyz\nsigma_energy = 0.01\nsigma_force = 0.1\ne0 = average\n" + \
        "\n".join(code[k:]) + "\n"
    for old, new in (("500", "6"), ("6 8", "73 41")):
        words, conf = [w.replace(old, new) for w in words], conf.replace(old, new)
    check(len(words) == 1 and "species_Z={{73 41}}" in words[0], words)
    code, _, err = run("fit", "at_file=train.xyz", "default_sigma={0.01 0.1 0 0}",
                       "e0_method=average", "gp_file=a.xml", *words)
    check(code == 0 and not err, err)
    open("turbo.conf", "w").write(conf)
    code, _, err = run("fit", "turbo.conf", "model=b.xml")
    check(code == 0 and not err, err)
    forces = []
    for model in ("a.xml", "b.xml"):
        check(run("eval", model, "u.xyz", "-o", "out.xyz")[0] == 0, model)
        forces.append(np.concatenate([f["forces"] for f in read_xyz("out.xyz")]))
    check(np.abs(forces[0] - forces[1]).max() < 1e-9, "one fit")
    for old, new, sentence in [
            ("cutoff_width = 0.5", "cutoff_width = 7", "turbo.conf:10: cutoff_width is 7, allowed are"),
            ("alpha_max = 8 8", "alpha_max = 8 8 8", "turbo.conf:7: alpha_max=8 8 8 is not a list of 2"),
            ("trivial", "3_1", "turbo.conf:13: compress_mode=3_1 is unknown"),
            ("cutoff = 5.0", "cutoff = -5", "turbo.conf:9: cutoff is -5, must be positive"),
            ("cutoff = 5.0\n", "", "turbo.conf:5: rcut_hard is missing")]:
        open("turbo.conf", "w").write(conf.replace(old, new))
        check_fails(1, [sentence], "fit", "turbo.conf", quiet=False)


def test_docs(text):
    """the example of docs/fit.md"""
    example = text.split("## Configuration files")[1].split("    soapz fit ")[0]
    lines = [line[4:] for line in example.split("\n") if line.startswith("    ") or not line]
    check(len(lines) > 20, lines)
    open("docs.conf", "w").write("\n".join(lines))
    code, out, err = run("fit", "docs.conf", "dryrun=T")
    check(code == 0 and "gap = distance_2b : soap" in out and "cutoff=2.2 " in out, out + err)
    check("config_type_sigma = dimer:0.05:0.1:0.1" in out, out)


here = os.getcwd()
DOCS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "fit.md")
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    open("train.xyz", "w").write(frames())
    open("u.xyz", "w").write(frames())
    open("test.xyz", "w").write(frames())
    test_docs(open(DOCS).read())
    test_bad()
    test_overruled()
    test_types()
    test_wrapped()
    test_turbo(open(DOCS).read())
    os.chdir(here)
done()

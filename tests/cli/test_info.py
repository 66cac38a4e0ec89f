# SPDX-License-Identifier: BSD-3-Clause
"""soapz info prints the contents of a model; invalid models are refused."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from soapz_cli import HERE, MODELS, SOAPZ, check, check_fails, done, run  # noqa: E402


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
says("hea4_nuR2_nuS2", "compression nu=2", "235 published")
says("hea4_nuR0_all_zeta1", "zeta 1, collapsed", "zeta 2, collapsed")
says("hea4_zmap", "Z_map", "64 published", "109 published", "zeta 2.5")
says("hea4_mix_others", "Z_mix", "R_mix")
says("hea4_diagonal_radial", "n=n'")
says("hea4_per_species_hypers", "soap: 1 term", "zeta 4", "delta 0.8", "65 published")
says("mow_glue_soap", "Glue", "two-body terms: 3", "Mo-W", "12 sparse points")
says("mow_zbl_soap", "ZBL", "cutoff 2.6")
says("nacl_lj_dsf_2b", "core potential: LJ", "Na-Cl: cutoff 5.5", "Coulomb, dsf", "Cl -0.7")
says("nacl_yukawa_soap", "Coulomb, yukawa", "cutoff 7", "smooth_length 1.2", "Na +0.7")
says("nacl_direct_2b", "Coulomb, direct cutoff 5 Angstrom", "extends to the largest cutoff")
says("cuau_coordination_2b_soap", "coordination terms: 2", "Au cutoff 3.9, width 0.2")
says("cuau_coordination", "any cutoff 4.4", "warning: ", "coordination ignores Z")
says("si_2b_3b_soap", "three-body terms: 1", "Si(Si,Si) angle_3b, cutoff 3.2", "40 sparse")
says("nbw_nb23", "three-body terms: 4", "Nb-Nb-W distance_Nb", "2 permutations",
     "6 permutations", "Z={41 41 74}", "warning")
says("nbw_nb3_noncompact_pp", "Nb-W-W distance_Nb, clusters")
says("hea5_nu20_2b_novirial", "mu=2", "two-body terms: 15")

# a potential that comes with soapz, by its name; a file of the same name has priority
FAST = os.path.join(os.path.realpath(os.path.join(HERE, "..", "potentials")), "NbMoTaW", "fast.soapz")
code, out, err = run("info", "NbMoTaW/fast")
check(code == 0 and out == run("info", FAST)[1] and out.startswith(FAST), f"by name: {code} {out[:200]} {err}")
for name in ("NbMoTaW/fst", "fast", "NbMoTaW/*", "../potentials/NbMoTaW/fast", "NbMoTaW/fast/"):
    check_fails(1, [name + ": there is no such file", "MoNbTaVW/balanced, ", "NbMoTaW/fast"], "info", name)
check_fails(1, ["NbMoTaW/fast.soapz", "No such file"], "info", "NbMoTaW/fast.soapz")
with tempfile.TemporaryDirectory() as folder:
    os.mkdir(os.path.join(folder, "NbMoTaW"))
    shutil.copy(model("hea4_nuR1_nuS1"), os.path.join(folder, "NbMoTaW", "fast"))
    r = subprocess.run([os.path.abspath(SOAPZ), "info", "NbMoTaW/fast"], cwd=folder, capture_output=True, text=True)
    check(r.returncode == 1 and "sparseX" in r.stderr, f"a file of the name of a potential: {r.stdout} {r.stderr}")
    copy = os.path.join(folder, "copy.soapz")
    code, out, err = run("convert", "NbMoTaW/fast", copy)
    check(code == 0 and run("info", copy)[0] == 0, f"convert by name: {out} {err}")

# the effect of a rank tolerance
code, out, err = run("info", model("hea4_nuR2_nuS1"), "--rank-tolerance", "1e-3")
flat = re.sub(r"\s+", " ", out)
check(code == 0 and err == "", f"--rank-tolerance: {code} {err}")
found = re.findall(r"rank (\d+) of (\d+), error (\S+) eV rms and (\S+) at most at the sparse "
                   r"points, (\S+) \|p\|\^2 at most anywhere( ; not faster| |$)", flat)
check(len(found) == 4, f"{len(found)} ranks in {out}")
for rank, length, rms, most, bound, rest in found:
    check(0 < int(rank) < int(length) / 2 and int(length) == 68 and not rest.strip(), out)
    check(0 < float(rms) <= 1e-3 and float(rms) <= float(most) <= float(bound), out)
exact = run("info", model("hea4_nuR2_nuS1"))[1]
check("at the sparse" not in exact and run("info", model("hea4_nuR2_nuS1"), "--rank-tolerance=0")[1] == exact,
      "0 is off")
check("not faster, not used" in run("info", model("hea4_nuR2_nuS1"), "--rank-tolerance", "1e-30")[1],
      "a rank that is too large is not used")
check("off by" not in run("info", model("mo_soap_nu22_zeta4_virial"), "--rank-tolerance", "1")[1],
      "zeta 4 has no squares")
for bad in ("-1e-5", "nan", "inf", "1e-5eV", ""):
    check_fails(2, ["--rank-tolerance must be an energy in eV", f'"{bad}"'], "info",
                model("hea4_nuR2_nuS1"), f"--rank-tolerance={bad}")
check_fails(2, ["--rank-tolerance needs a model"], "info", "--machine", "--rank-tolerance", "1e-5")

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
    source3 = os.path.dirname(model("nbw_nb23"))
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
    edit("gp.xml", "</gpSparse>", "</gpSparse><command_line>local_property0={Mo:1} "
         "local_property_parameter_name=volume</command_line>")
    for path in (broken, os.path.join(folder, "volume.soapz"), os.path.join(folder, "back.xml")):
        if path != broken:
            check(run("convert", broken, path)[::2] == (0, ""), f"convert to {path}")
        out = run("info", path)[1]
        check("warning: " in out and "local property 'volume'" in out, f"{path}: {out}")
    restore()
    edit("gp.xml", "soap ", "soap_express ")
    check_fails(1, ["soap_express", "gp.xml:"], "info", broken)
    restore()
    edit("gp.xml", "nu_R=1", "average=T nu_R=1")
    check_fails(1, ["average", "gp.xml:"], "info", broken)
    for old, new, says in (
            ("order=3", "order=4", "order 4"),
            ("Z={41 41 41 }", "Z={0 41 41}", "mixes 0"),
            ("distance_Nb order=3", "co_angle_3b", "co_angle_3b"),
            ("distance_Nb order=3", "coordination", "dimensions is 3"),
            ("cutoff=3.1", "cutoff=-3.1", "cutoff=-3.1"),
            ("distance_Nb order=3", "distance_2b", "dimensions is 3"),
            ("order=3 cutoff=3.1 cutoff_transition_width=0.5 covariance_type=ard_se "
             "theta_uniform=0.9 delta=0.3 n_sparse=14 sparse_method=cur_points "
             "compact_clusters=T Z={41 41 74 }", "order=3 cutoff=3 compact_clusters=F "
             "Z={41 74 74}", "lacks the permutations"),
            ("2 1 3  <", "1 2 3  <", "not a group")):
        for f in os.listdir(source3):
            shutil.copy(os.path.join(source3, f), folder)
        edit("gp.xml", old, new)
        check_fails(1, [says, "gp.xml:"], "info", broken)
    open(broken, "w").write("not XML at all\n")
    check_fails(1, ["gp.xml:1"], "info", broken)
    for more, says in (("", "from which it was made"), ("desc_sparse = 'gap_files/carbon.xml.sparseX.GAP_2'\n",
                                           "from which it was made, carbon.xml")):
        open(broken, "w").write("! carbon\n\ngap_beg soap_turbo\nn_species = 1\n" + more +
                                "gap_end\n")
        check_fails(1, ["gp.xml:1: ", "TurboGAP", says], "info", broken)
    open(broken, "w").close()
    check_fails(1, ["gp.xml"], "info", broken)
    check_fails(1, [folder], "info", folder)
done()

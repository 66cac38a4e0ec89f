# SPDX-License-Identifier: BSD-3-Clause
"""soapz bench: it measures what was requested, its numbers are consistent, the lengths of bars correspond
to the times; wrong words are refused. Times are not tested."""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from soapz_cli import HERE, MODELS, SOAPZ, check, check_fails, done, run  # noqa: E402

SHIPPED = os.path.join(HERE, "..", "potentials", "NbMoTaW_nu_mu_hat", "NbMoTaW.xml")
STAGES = ["list", "pairs", "forward", "harmonics", "radial", "density", "maps", "couple", "power",
          "kernel", "gemm", "powers", "adjoint", "power_adjoint", "couple_adjoint",
          "maps_adjoint", "radial_slope", "density_adjoint", "harmonics_adjoint", "energy",
          "forces", "floor"]
SOAP = ("soap nu_R=2 nu_S=1 n_max=4 l_max=3 atom_sigma=0.5 cutoff=4 n_species=2 "
        "species_Z={41 74} n_Z=2 Z={41 74}")


def close(a, b, tolerance):
    return abs(a - b) <= tolerance * abs(b)


def bench(*words):
    code, out, err = run("bench", *words, "--repeat", 2, "--json")
    check(code == 0 and not err, f"bench {words}: {code} {err}")
    return json.loads(out)


# ---- of a model --------------------------------------------------------------------------

r = bench(SHIPPED, "--cells", 3)
t = r["microseconds"]
check(list(t) == STAGES, t)
check(all(x >= 0 for x in t.values()), t)
check((r["atoms"], r["threads"], r["precision"]) == (54, 1, "double"), r)
check((r["terms"], r["sparse"], r["published"], r["inner"]) == (4, 300, 225, 172), r)
check(close(r["neighbours"], 26, 0.01), r["neighbours"])
# each atom is the centre of one of the four terms
check(r["flops"] == 4 * 300 * 225, r["flops"])
check(close(r["gflops"], r["flops"] / t["floor"] * 1e-3, 1e-2), r)
check(close(r["product_gflops"], 4e-3 * 300 * 172 / t["gemm"], 1e-2), r)
check(close(r["floors"], t["forces"] / t["floor"], 1e-3), r)
for whole, leaves in (("forward", ("harmonics", "radial", "density", "maps", "power")),
                      ("adjoint", ("power_adjoint", "density_adjoint", "harmonics_adjoint"))):
    check(all(t[leaf] > 0 for leaf in (whole, *leaves)), (whole, t))
check(t["energy"] > 0 and r["clock"]["energy"] > 0 and r["clock"]["forces"] > 0, r)

for words, atoms in ((("--atoms", 250), 250), (("--atoms", 2), 2), (("--atoms", 100), 128)):
    check(bench(SHIPPED, *words)["atoms"] == atoms, words)

r = bench(SHIPPED, "--cells", 4, "--threads", 2, "--precision", "mixed", "--block", 16)
check(r["threads"] == 2 and r["precision"] in ("mixed", "double"), r)

# ---- reduced kernels ---------------------------------------------------------------------

model = os.path.join(MODELS, "nbta_soap_nu22_zeta2", "gp.xml")
r = bench(model, "--cells", 2, "--rank-tolerance", "1e-2")
check(r["microseconds"]["kernel"] > 0, r)
# a kernel is computed with all sparse points, or collapsed into sums without products
check((r["product_gflops"] > 0) == (r["microseconds"]["gemm"] > 0), r)

# ---- of a descriptor ---------------------------------------------------------------------

r = bench("--descriptor", SOAP, "--sparse", 30, "--cells", 2)
check((r["terms"], r["sparse"], r["atoms"]) == (1, 30, 16), r)
# nu_S=1: the element of one of two neighbours; and the component of covariance_sigma0
check(r["published"] == 2 * 4 * 4 * (3 + 1) + 1, r["published"])
check(r["flops"] == 4 * 30 * r["published"], r)

# ---- the table ---------------------------------------------------------------------------


def bars(locale):
    """length of the bar of each line, and its microseconds"""
    r = subprocess.run([SOAPZ, "bench", SHIPPED, "--cells", "3", "--repeat", "1"], text=True,
                       encoding="utf-8", capture_output=True,
                       env={**os.environ, "LC_ALL": locale})
    check(r.returncode == 0 and not r.stderr, r.stderr)
    check("M = 300, D = 225 published, 172 inside" in r.stdout and "GF/s" in r.stdout, r.stdout)
    rows = re.findall(r"^(.{30}) +([\d.]+) +[\d.]+   (\S*)( >)?$", r.stdout, re.M)
    check(len(rows) == len(STAGES), r.stdout)
    return {name.strip(): (float(us), bar, bool(over)) for name, us, bar, over in rows}


for locale, full in (("C", "#"), ("C.UTF-8", "\u2588")):
    found = bars(locale)
    us, bar, _ = found["sz_compute, with forces"]
    check(bar == full * 30, bar)
    for name, (time, length, over) in found.items():
        wanted = min(1.0, time / us) * 30
        check(abs(len(length) - wanted) <= 1.01, (name, time, us, length))
        check(over == (time > us), (name, time, us))

# ---- refused -----------------------------------------------------------------------------

check_fails(2, ["either a model or --descriptor"], "bench")
check_fails(2, ["either a model or --descriptor"], "bench", SHIPPED, "--descriptor", SOAP)
check_fails(2, ["either --cells or --atoms"], "bench", SHIPPED, "--cells", 3, "--atoms", 54)
check_fails(2, ["--sparse needs --descriptor"], "bench", SHIPPED, "--sparse", 3)
for option, word in (("--cells", "0"), ("--cells", "81"), ("--atoms", "1"), ("--atoms", "many"),
                     ("--repeat", "0"), ("--block", "5000"), ("--threads", "-1"),
                     ("--lattice", "nan"), ("--rank-tolerance", "-1"), ("--precision", "half")):
    check_fails(2, [word], "bench", SHIPPED, option, word)
check_fails(1, ["nowhere.xml"], "bench", "nowhere.xml")
check_fails(1, ["has no SOAP term"], "bench", os.path.join(MODELS, "nacl_direct_2b", "gp.xml"))
check_fails(1, ["--descriptor"], "bench", "--descriptor", "soap n_max=4 l_max=3 cutoff=4 what=1")
done()

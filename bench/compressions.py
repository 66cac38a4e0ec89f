#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Cost of every compression for 1 to 6 elements, compared with the kernel and with QUIP.

    compressions.py [--build build] [--quippy-python PYTHON] [--rounds 3]
    compressions.py --factors 3 [--build build] [--rounds 3]      # four bodies

n_max=8 l_max=6, cutoff 5, random bcc alloys of S elements, 26 neighbours per atom; CPU time
on one core in microseconds per atom. soapz: the descriptor and its adjoint, which gives the
forces, and the kernel with M=800 sparse points, measured by soapz bench. QUIP: vectors and
their gradients, by quippy, in a cell of 16 atoms. floor: 4 M D flops at the dgemm rate of the
same run. A round measures all compressions, soapz and QUIP one after the other. Ratios are
taken within a round; the results are medians over the rounds.

Writes compressions.md and compressions.png into this folder. The exit code is 1 if nu,mu=1,1
with S=4 costs more than its kernel or more than 20 microseconds. With --factors 3 the products
of three factors are written to fourbody.md and fourbody.png, with n_max=4 l_max=3 because they
are long. QUIP does not have them."""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from statistics import median

from common import HERE, ROOT, alloy, bench, cpu_name, need, one_core, write_xyz

ELEMENTS = {"Nb": 41, "Mo": 42, "Ta": 73, "W": 74, "Ti": 22, "V": 23}
SPARSE, CHECKED, LIMIT = 800, "nu,mu=1,1", 20.0
SIZE = {2: "n_max=8 l_max=6", 3: "n_max=4 l_max=3"}
SOAP = "soap {size} cutoff=5.0 cutoff_transition_width=1.0 atom_sigma=0.5 {species} "

# name: keys of the descriptor, and whether gap_fit has them; {all}: the elements,
# {half}: two groups of them
COMPRESSIONS = {
    "nu=2": ("nu_R=2 nu_S=2", True),
    "nu,mu=1,1": ("nu_R=2 nu_S=1", True),
    "nu,mu*=1,1": ("compression={nu,mu*=1,1}", False),
    "nu,nu^=1,1": ("nu_R=1 nu_S=2", True),
    "nu,mu^=1,1": ("nu_R=1 nu_S=1", True),
    "mu=2": ("nu_R=2 nu_S=0", True),
    "mu,nu^=1,1": ("compression={mu,nu^=1,1}", False),
    "mu,mu^=1,1": ("nu_R=1 nu_S=0", True),
    "nu^=2": ("nu_R=0 nu_S=2", True),
    "nu^,mu^=1,1": ("nu_R=0 nu_S=1", True),
    "mu^=2": ("nu_R=0 nu_S=0", True),
    "nu=2,d_J (d_J=2)": ("compression={nu=2,d_J} d_J=2", False),
    "optimal (u_max=8)": ("compression={optimal} u_max=8", False),
    "W^T P_l": ("compression={W^T P_l}", False),
    "Q^T P_l Q": ("compression={Q^T P_l Q}", False),
    "diagonal_radial": ("diagonal_radial=T", True),
    "nu=2 coupling=F": ("nu_R=2 nu_S=2 coupling=F", True),
    "Z_mix K=2": ("Z_mix=T K=2", True),
    "Z_mix K=2 sym_mix": ("Z_mix=T K=2 sym_mix=T", True),
    "Z_mix K=2 coupling=F": ("Z_mix=T K=2 coupling=F", True),
    "R_mix K=4": ("R_mix=T K=4", True),
    "R_mix K=4 sym_mix": ("R_mix=T K=4 sym_mix=T", True),
    "R_mix K=4 coupling=F": ("R_mix=T K=4 coupling=F", True),
    "Z_mix R_mix K=8": ("Z_mix=T R_mix=T K=8", True),
    "Z_mix R_mix K=8 coupling=F": ("Z_mix=T R_mix=T K=8 coupling=F", True),
    "Z_map, two groups": ("Z_map={{{half}}}", True),
    "Z_map, two groups : all": ("Z_map={{{half}: {all}}}", True),
}
# three factors, and for comparison two factors of the same size
THREE = {
    "nu,mu=1,1": ("nu_R=2 nu_S=1", False),
    "nu,mu^=1,2": ("compression={nu,mu^=1,2}", False),
    "nu,mu^=1,2 l_min=1": ("compression={nu,mu^=1,2} l_min=1", False),
    "nu,mu,mu^=1,1,1": ("compression={nu,mu,mu^=1,1,1}", False),
    "nu,nu^,mu^=1,1,1": ("compression={nu,nu^,mu^=1,1,1}", False),
    "nu,nu^,mu=1,1,1": ("compression={nu,nu^,mu=1,1,1}", False),
    "nu,mu=1,2": ("compression={nu,mu=1,2}", False),
    "mu=3": ("compression={mu=3}", False),
    "mu,mu^=1,2": ("compression={mu,mu^=1,2}", False),
    "nu^=3": ("compression={nu^=3}", False),
    "K=2 K=32": ("compression={K=2} K=32", False),
    "K=3 K=32": ("compression={K=3} K=32", False),
    "K=3 K=64": ("compression={K=3} K=64", False),
    "K,K,K=1,1,1 K=32": ("compression={K,K,K=1,1,1} K=32", False),
}


def use_three():
    """replaces the compressions with two factors by those with three"""
    COMPRESSIONS.clear()
    COMPRESSIONS.update(THREE)


def words(name, n, size):
    """the descriptor of n elements"""
    z = sorted(list(ELEMENTS.values())[:n])
    every = " ".join(map(str, z))
    half = ", ".join(" ".join(map(str, part)) for part in (z[:n // 2], z[n // 2:]) if part)
    text = COMPRESSIONS[name][0]
    if "{half}" in text:
        text = text.format(half=half, all=every)
    species = f"n_species={n} species_Z={{{every}}} n_Z={n} Z={{{every}}}"
    return SOAP.format(size=SIZE[size], species=species) + text


# ---- measuring ---------------------------------------------------------------------------

def time_soapz(options, descriptor):
    result = bench(options.build, "--descriptor", descriptor, "--sparse", SPARSE, "--cells", 6,
                   "--repeat", 3)
    t = result["microseconds"]
    return {"length": result["published"], "inner": result["inner"], "forward": t["forward"],
            "adjoint": t["adjoint"], "coupling": t["couple"] + t["couple_adjoint"],
            "descriptor": t["forward"] + t["adjoint"],
            "kernel": t["kernel"], "floor": t["floor"], "gflops": result["gflops"]}


class Quip:
    """a process with quippy that answers one descriptor at a time"""

    def __init__(self, python, folder):
        self.folder = folder
        self.process = subprocess.Popen(
            [python, os.path.join(HERE, "quip.py"), "--descriptors"], env=one_core(),
            text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for n in range(1, len(ELEMENTS) + 1):
            write_xyz(self.cell(n), *alloy(2, list(ELEMENTS)[:n]))

    def cell(self, n):
        return os.path.join(self.folder, f"{n}.xyz")

    def time(self, descriptor, n):
        print(json.dumps({"descriptor": descriptor, "cell": self.cell(n), "repeats": 3}),
              file=self.process.stdin, flush=True)
        while True:  # QUIP prints messages to stdout
            line = self.process.stdout.readline()
            if not line:
                sys.exit(f"compressions.py: QUIP ended at {descriptor}")
            if line.startswith("{"):
                break
        result = json.loads(line)
        if "error" in result:
            sys.exit(f"compressions.py: QUIP refuses {descriptor}: {result['error']}")
        return 1e6 * median(result["seconds"]) / 16, result["length"]


def one_round(options, quip, rows):
    for name, (_, in_quip) in COMPRESSIONS.items():
        for n in options.species:
            text = words(name, n, options.factors)
            row = time_soapz(options, text)
            if quip and in_quip:
                row["quip"], length = quip.time(text, n)
                row["ratio"] = row["quip"] / row["descriptor"]
                if length != row["length"]:
                    sys.exit(f"compressions.py: {text} has {row['length']} components, "
                             f"QUIP's {length}")
            rows.setdefault((name, n), []).append(row)


# ---- report ------------------------------------------------------------------------------

def number(x):
    return "%.3g" % x if x < 100 else "%.0f" % x


def tables(result, options, gflops):
    species = options.species
    three = options.factors == 3
    title = "products of three factors" if three else "every compression"
    lines = [f"# Cost of {title}", "", "Written by compressions.py. "
             f"{cpu_name()}, one core; CPU time in microseconds per atom, medians of "
             f"{options.rounds} rounds; {SIZE[options.factors]}, 26 neighbours.", "",
             "Descriptor and adjoint, for S elements:", "",
             "| compression | " + " | ".join(f"S={n}" for n in species) + " |",
             "|---|" + "---:|" * len(species)]
    for name in COMPRESSIONS:
        lines.append(f"| {name} | " + " | ".join(number(result[name, n]["descriptor"])
                                               for n in species) + " |")
    last = 4 if 4 in species else species[-1]
    lines += ["", f"Details for S={last}. D: published components; kept: those that soapz "
              f"uses; kernel: M={SPARSE}; floor: 4 M D at the dgemm rate of the same run "
              f"({gflops:.0f} GF/s); " + ("coupling: the part of descriptor and adjoint that couples "
                                          "Y2 with Y3." if three else "QUIP: vectors and gradients."), "",
              "| compression | D | kept | descriptor | adjoint | kernel | floor | "
              + ("coupling |" if three else "QUIP | QUIP / soapz |"),
              "|---|" + "---:|" * (7 if three else 8)]
    for name in COMPRESSIONS:
        r = result[name, last]
        quip = [number(r["quip"]), number(r["ratio"])] if "quip" in r else ["", ""]
        if three:
            quip = [number(r["coupling"])]
        lines.append("| " + " | ".join(
            [name, f"{r['length']:.0f}", f"{r['inner']:.0f}"]
            + [number(r[key]) for key in ("forward", "adjoint", "kernel", "floor")]
            + quip) + " |")
    return "\n".join(lines) + "\n"


def verdict(r):
    """the exit code: 0 if the limit is kept"""
    good = r["descriptor"] < min(r["kernel"], LIMIT)
    print(f"{CHECKED}, S=4, M={SPARSE}: descriptor + adjoint {r['descriptor']:.1f} us, kernel "
          f"{r['kernel']:.1f} us, limit {LIMIT:g} us: {'reached' if good else 'MISSED'}")
    return 0 if good else 1


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=
                                     argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(ROOT, "build"),
                        help="folder with soapz")
    parser.add_argument("--quippy-python", help="a Python with quippy-ase; without: no QUIP")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--species", type=int, nargs="+", default=[1, 2, 3, 4, 5, 6])
    parser.add_argument("--factors", type=int, choices=(2, 3), default=2,
                        help="of the products: power spectrum or four bodies")
    parser.add_argument("--output", help="path of the table and picture, without ending")
    parser.add_argument("--json", help="all numbers, into this file")
    options = parser.parse_args()
    need(os.path.join(options.build, "soapz"), "--build (cmake --build build --target soapz_tool)")
    options.output = options.output or os.path.join(
        HERE, "compressions" if options.factors == 2 else "fourbody")
    if options.factors == 3:
        use_three()
        options.quippy_python = None
    elif options.quippy_python:
        options.quippy_python = need(shutil.which(options.quippy_python)
                                     or options.quippy_python, "--quippy-python")
    else:
        print("QUIP is LEFT OUT: no --quippy-python")
    return options


def main():
    options, rows = parse(), {}
    import draw  # before measuring: if matplotlib is missing, this fails at once
    with tempfile.TemporaryDirectory() as folder:
        quip = Quip(options.quippy_python, folder) if options.quippy_python else None
        for k in range(options.rounds):
            one_round(options, quip, rows)
            print(f"round {k + 1} of {options.rounds} done", flush=True)
    result = {key: {k: median(r[k] for r in of) for k in of[0]} for key, of in rows.items()}
    text = tables(result, options, median(r["gflops"] for r in result.values()))
    print(text)
    with open(options.output + ".md.part", "w") as file:
        file.write(text)
    os.replace(options.output + ".md.part", options.output + ".md")
    function = draw.fourbody if options.factors == 3 else draw.compressions
    draw.write_figure(function(options.output + ".md"), options.output + ".png")
    if options.json:
        with open(options.json, "w") as file:
            json.dump({f"{name} S={n}": of for (name, n), of in rows.items()}, file, indent=1)
    sys.exit(verdict(result[CHECKED, 4]) if 4 in options.species and options.factors == 2 else 0)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"compressions.py: {os.path.basename(error.cmd[0])} failed "
                 f"(exit code {error.returncode}): {' '.join(error.cmd)}")

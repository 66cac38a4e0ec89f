#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Cost of a step as a function of atoms, sparse points, elements, cutoff and ranks, and the memory of
a rank: the numbers of docs/scaling.md, as tables, JSON and a picture.

    scaling.py [--build build] [--lmp .venv/bin/lmp] [--mpiexec mpiexec] [--potential FILE ..]
               [--parts atoms sparse elements cutoff strong weak memory] [--most 100000]
               [--rounds 3] [--json FILE] [--document docs/scaling.md]
    scaling.py --from FILE --document docs/scaling.md    # from stored results

--document writes the tables between the two marks of that file, and the picture into its folder.

atoms     one rank of LAMMPS, random bcc NbMoTaW at 300 K, 10^2 to --most atoms: microseconds of
          CPU per atom and step for the step, the pair style, lists, ghosts
sparse    soapz bench of a descriptor with 100 to 3,200 sparse points, without collapsed kernels
elements  the same with one to six elements, for the full product and two of its compressions
cutoff    the same with cutoffs of 3.5 to 7 Angstrom
strong    the same atoms on one rank and on two: wall clock of both, in turns, and the time of the
          ranks for ghosts
weak      twice the atoms on two ranks
memory    resident set (RSS) and proportional set (PSS: pages that ranks share count once) of
          each rank during a run, from /proc/PID/smaps_rollup

All parts of a round run one after the other. Results are medians over the rounds; ratios are taken
within a round. Ratios of ranks are ratios of wall clock times and need an idle machine; the load is
recorded. All other times are CPU times."""
import argparse
import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from statistics import median

from common import (ELEMENTS, MASS, ROOT, add_options, bench, cpu_name, need, one_core, run_main,
                    write_whole)

SHIPPED = [os.path.join(ROOT, "potentials", "NbMoTaW", name) for name in
           ("fast.soapz", "balanced.soapz")]
PARTS = ("atoms", "sparse", "elements", "cutoff", "strong", "weak", "memory")
BOXES = {54: (3, 3, 3), 128: (4, 4, 4), 250: (5, 5, 5), 1024: (8, 8, 8), 2000: (10, 10, 10),
         4000: (20, 10, 10), 9826: (17, 17, 17), 16000: (20, 20, 20), 32000: (40, 20, 20),
         101306: (37, 37, 37), 986078: (79, 79, 79)}
ATOM_STEPS = 40000  # of each of the two runs; the second one is timed

SCRIPT = """
units         metal
processors    {ranks} 1 1
lattice       bcc 3.25
region        box block 0 {x} 0 {y} 0 {z}
create_box    4 box
create_atoms  1 box
set           type 1 type/ratio 2 0.5 11
set           type 1 type/ratio 3 0.5 12
set           type 2 type/ratio 4 0.5 13
displace_atoms all random 0.1 0.1 0.1 4711
{masses}
pair_style    {style}
pair_coeff    * * {model} {elements}
timestep      0.001
fix           move all nve
velocity      all create 300 4711 loop geom
thermo        {steps}
run           {steps}
run           {steps}
"""

Z = {"Nb": 41, "Mo": 42, "Ta": 73, "W": 74, "Ti": 22, "V": 23}
SOAP = ("soap n_max=8 l_max=6 cutoff={cutoff} cutoff_transition_width=1.0 atom_sigma=0.5 "
        "n_species={n} species_Z={{{z}}} n_Z={n} Z={{{z}}} {compression}")

# lengths: quadratic in the number of elements, linear, constant
COMPRESSIONS = {"nu=2": "nu_R=2 nu_S=2", "nu,mu=1,1": "nu_R=2 nu_S=1", "mu=2": "nu_R=2 nu_S=0"}


# ---- LAMMPS --------------------------------------------------------------------------------

def script_of(model, box, ranks, steps, style="soapz"):
    masses = "\n".join(f"mass {k + 1} {MASS[e]}" for k, e in enumerate(ELEMENTS))
    return SCRIPT.format(ranks=ranks, x=box[0], y=box[1], z=box[2], model=model, style=style,
                         masses=masses, elements=" ".join(ELEMENTS), steps=steps)


def start(options, folder, model, box, ranks, steps):
    with open(os.path.join(folder, "in.bench"), "w") as file:
        file.write(script_of(model, box, ranks, steps))
    command = [options.lmp, "-in", "in.bench", "-log", "none", "-nonbuf"]
    if ranks > 1:
        command = [options.mpiexec, "-n", str(ranks)] + command
    return subprocess.Popen(command, cwd=folder, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT,
                            env={**one_core(), "LAMMPS_PLUGIN_PATH": os.path.abspath(options.build)})


def parse_run(text, atoms, steps, ranks):
    """microseconds per atom and step of the last run; number of ghosts of a rank"""
    if "Loop time" not in text:
        sys.exit(f"scaling.py: LAMMPS failed:\n{text[-2000:]}")
    text = text[text.rindex("Loop time of"):]
    loop = float(re.match(r"Loop time of (\S+) on", text)[1])
    used = float(re.search(r"([\d.]+)% CPU use", text)[1]) / 100
    share = {name: float(value) / 100 for name, value in
             re.findall(r"^(\w+) +\|(?:[^|]*\|){4} *([\d.]+)", text, re.M)}
    wall = 1e6 * loop / steps / atoms
    step = wall * used * ranks
    return {"atoms": atoms, "ranks": ranks, "step": step, "wall": wall, "pair": step * share["Pair"],
            "lists": step * share["Neigh"], "ghosts": step * share["Comm"],
            "n_ghosts": float(re.search(r"Nghost: +([\d.]+)", text)[1])}


def run(options, folder, model, box, ranks=1):
    atoms = 2 * box[0] * box[1] * box[2]
    steps = max(2, min(200, ATOM_STEPS // atoms))
    text, _ = start(options, folder, model, box, ranks, steps).communicate()
    return parse_run(text, atoms, steps, ranks)


def leaves(pid):
    """the last processes of the tree: lmp may be a script that starts another program"""
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        children = file.read().split()
    return [leaf for child in children for leaf in leaves(child)] or [pid]


def sizes(pid):
    """RSS and PSS in MB, and the private part of PSS"""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        kb = {k: int(v) for k, v in re.findall(r"^(\w+): +(\d+) kB", file.read(), re.M)}
    own = kb["Private_Clean"] + kb["Private_Dirty"]
    return {"rss": kb["Rss"] / 1024, "pss": kb["Pss"] / 1024, "own": own / 1024}


def weigh(options, folder, model, box, ranks):
    """memory of the ranks in the second run"""
    atoms = 2 * box[0] * box[1] * box[2]
    process = start(options, folder, model, box, ranks, max(20, 4 * ATOM_STEPS // atoms))
    text, found = "", []
    for line in process.stdout:
        text += line
        if text.count("Loop time of") == 1 and re.match(r" +Step ", line) and not found:
            time.sleep(0.3)
            found = [sizes(p) for p in leaves(process.pid) if "lmp" in command_of(p)]
    if process.wait() or len(found) != ranks:
        sys.exit(f"scaling.py: LAMMPS failed, or was too fast to be weighed:\n{text[-2000:]}")
    return {key: sum(f[key] for f in found) / ranks for key in ("rss", "pss", "own")}


def command_of(pid):
    with open(f"/proc/{pid}/cmdline") as file:
        return file.read()


# ---- parts ---------------------------------------------------------------------------------

def descriptor(n=4, cutoff=5.0, compression="nu_R=2 nu_S=1"):
    z = " ".join(map(str, sorted(list(Z.values())[:n])))
    return SOAP.format(cutoff=cutoff, n=n, z=z, compression=compression)


def bench_row(options, sparse=800, **words):
    """microseconds per atom; sparse points are vectors of the alloy, kernels are not collapsed"""
    r = bench(options.build, "--descriptor", descriptor(**words), "--sparse", sparse, "--cells", 6,
              "--repeat", 3)
    t = r["microseconds"]
    return {"length": r["inner"], "neighbours": r["neighbours"], "descriptor": t["forward"] + t["adjoint"],
            "kernel": t["kernel"], "forces": t["forces"], "gflops": r["product_gflops"]}


def time_atoms(options, folder, model):
    return {n: run(options, folder, model, box) for n, box in BOXES.items()
            if n <= options.most and box[0] == box[1] == box[2] and n not in (250, 16000)}


def time_ranks(options, folder, model, pairs):
    """pairs: numbers of atoms on one rank and on two"""
    found = {}
    for one, two in pairs:
        a, b = run(options, folder, model, BOXES[one]), run(options, folder, model, BOXES[two], 2)
        found[two] = {"one": a, "two": b,
                      # atoms and steps per second and rank, relative to a single rank
                      "efficiency": a["wall"] / b["wall"] / 2}
    return found


def one_round(options, folder):
    found = {}
    for part in options.parts:
        if part == "sparse":
            found[part] = {m: bench_row(options, sparse=m) for m in (100, 200, 400, 800, 1600, 3200)}
        elif part == "elements":
            found[part] = {name: {n: bench_row(options, n=n, compression=words) for n in range(1, 7)}
                           for name, words in COMPRESSIONS.items()}
        elif part == "cutoff":
            found[part] = {r: bench_row(options, cutoff=r) for r in (3.5, 4.0, 5.0, 6.0, 7.0)}
        for model in options.potential:
            name = os.path.basename(model)
            if part == "atoms":
                found.setdefault(part, {})[name] = time_atoms(options, folder, model)
            elif part == "strong":
                found.setdefault(part, {})[name] = time_ranks(
                    options, folder, model, [(n, n) for n in (54, 250, 2000, 16000)])
            elif part == "weak":
                found.setdefault(part, {})[name] = time_ranks(
                    options, folder, model, [(2000, 4000), (16000, 32000)])
            elif part == "memory":
                found.setdefault(part, {})[name] = {
                    f"{n} on {ranks}": weigh(options, folder, model, BOXES[n], ranks)
                    for n in (2000, 16000) for ranks in (1, 2)}
    return json.loads(json.dumps(found))


def middle(rounds):
    """the same nested dictionaries with medians of the numbers"""
    if isinstance(rounds[0], dict):
        return {key: middle([r[key] for r in rounds]) for key in rounds[0]}
    return median(rounds)


# ---- the step of many ranks ----------------------------------------------------------------

LATENCY, BANDWIDTH = 2e-6, 5e9  # assumed for the network: seconds per message, bytes/s of a rank
REACH = 5.0 + 2.0               # cutoff and skin, Angstrom
VOLUME = 3.25 ** 3 / 2          # of an atom


def model_step(atoms, ranks, rank_us):
    """seconds of a step: computing of the own atoms; six messages in both directions with 24 bytes per ghost;
    number of ghosts"""
    n = atoms / ranks
    side = (n * VOLUME) ** (1 / 3)
    ghosts = ((side + 2 * REACH) ** 3 - side ** 3) / VOLUME
    # if a domain is thinner than the reach, ghosts are sent again to the next rank
    messages = 2 * 6 * max(1, -(-REACH // side))
    compute = 1e-6 * rank_us * n
    return compute, messages * LATENCY + 2 * 24 * ghosts / BANDWIDTH, ghosts


def print_model(result):
    """prints the model of 1,000 nodes with 64 ranks, from the cost per atom on one rank"""
    print("\n| potential, atoms | atoms of a rank | ghosts of a rank | ms a step | computing "
          "| ns a day at 1 fs |\n|---|---:|---:|---:|---:|---:|")
    for name, rows in result["atoms"].items():
        largest = rows[max(rows, key=int)]
        us = largest["step"] - largest["ghosts"]
        for atoms in (10 ** 6, 10 ** 7, 10 ** 8, 10 ** 9):
            compute, network, ghosts = model_step(atoms, 64000, us)
            step = compute + network
            print(f"| {name}, 10^{len(str(atoms)) - 1} | {atoms / 64000:.0f} | {ghosts:.0f} "
                  f"| {1e3 * step:.2f} | {100 * compute / step:.0f} % | {86400 / step * 1e-6:.1f} |")


# ---- report --------------------------------------------------------------------------------

def print_tables(result):
    for name, rows in result.get("atoms", {}).items():
        print(f"\n| {name}: atoms | step | pair style | lists | ghosts | rest |\n|---:|" + "---:|" * 5)
        for n, r in rows.items():
            rest = r["step"] - r["pair"] - r["lists"] - r["ghosts"]
            print(f"| {n} | {r['step']:.2f} | {r['pair']:.2f} | {r['lists']:.2f} | {r['ghosts']:.2f} "
                  f"| {rest:.2f} |")
    for part, title in (("sparse", "sparse points"), ("cutoff", "cutoff, Å")):
        if part in result:
            print(f"\n| {title} | neighbours | components | descriptor | kernel | forces |\n"
                  "|---:|---:|---:|---:|---:|---:|")
            for x, r in result[part].items():
                print(f"| {x} | {r['neighbours']:.0f} | {r['length']:.0f} | {r['descriptor']:.2f} "
                      f"| {r['kernel']:.2f} | {r['forces']:.2f} |")
    for compression, rows in result.get("elements", {}).items():
        print(f"\n| {compression}: elements | components | descriptor | kernel | forces |\n"
              "|---:|---:|---:|---:|---:|")
        for n, r in rows.items():
            print(f"| {n} | {r['length']:.0f} | {r['descriptor']:.2f} | {r['kernel']:.2f} "
                  f"| {r['forces']:.2f} |")
    busy = result["load"] > result["cores"] + 0.5  # other programs were running: wall clock times are not meaningful
    if busy and ("strong" in result or "weak" in result):
        print("\nOther programs were running on this machine. For two ranks only the ghosts are given. Efficiency "
              "and the time for ghosts, which includes waiting, must be measured on an idle machine.")
    for part in ("strong", "weak"):
        for name, rows in result.get(part, {}).items():
            print(f"\n| {part}, {name}: atoms on two ranks | on one | efficiency | ghosts of a rank "
                  "| time for ghosts |\n|---:|---:|---:|---:|---:|")
            for n, r in rows.items():
                two = r["two"]
                efficiency = "-" if busy else f"{r['efficiency']:.3f}"
                spent = "-" if busy else f"{100 * two['ghosts'] / two['step']:.1f} %"
                print(f"| {n} | {r['one']['atoms']:.0f} | {efficiency} | {two['n_ghosts']:.0f} | {spent} |")
    for name, rows in result.get("memory", {}).items():
        print(f"\n| {name}: atoms on ranks | RSS of a rank, MB | PSS | its own |\n|---|---:|---:|---:|")
        for what, r in rows.items():
            print(f"| {what} | {r['rss']:.1f} | {r['pss']:.1f} | {r['own']:.1f} |")
    if "atoms" in result:
        print_model(result)


def tables(result):
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        print(f"{result['machine']}, {result['cores']} cores, {result['date']}, load at most "
              f"{result['load']:.1f}, medians of {result['rounds']} rounds; CPU time in "
              "microseconds per atom and step.")
        print_tables(result)
    return text.getvalue()


def write_document(path, text):
    """replaces the text between the marks"""
    with open(path, encoding="utf-8") as file:
        parts = re.split("(<!-- (?:end of )?scaling.py -->\n)", file.read())
    if len(parts) != 5:
        sys.exit(f"scaling.py: {path} lacks the marks <!-- scaling.py --> and <!-- end of scaling.py -->")
    parts[2] = "\n" + text + "\n"
    write_whole(path, "".join(parts))


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=
                                     argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--mpiexec", default=os.path.join(ROOT, ".venv", "bin", "mpiexec"))
    parser.add_argument("--potential", nargs="+", default=SHIPPED)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--most", type=int, default=101306, help="atoms; 986078 takes 2 GB")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--from", dest="kept", help="results of --json in the place of measuring")
    parser.add_argument("--json", help="all numbers, into this file")
    parser.add_argument("--document", help="the Markdown file that tables go into, by matplotlib the "
                        "picture beside it")
    return parser.parse_args()


def measure(options):
    options.lmp = need(shutil.which(options.lmp) or options.lmp, "--lmp")
    options.mpiexec = need(shutil.which(options.mpiexec) or options.mpiexec, "--mpiexec")
    for name in ("soapz", "soapzplugin.so"):
        need(os.path.join(options.build, name), "--build (cmake --build build)")
    options.potential = [need(p, "--potential") for p in options.potential]
    rounds, loads = [], []
    with tempfile.TemporaryDirectory() as folder:
        for k in range(options.rounds):
            loads.append(os.getloadavg()[0])
            rounds.append(one_round(options, folder))
            print(f"round {k + 1} of {options.rounds}, load {loads[-1]:.1f}", file=sys.stderr, flush=True)
    return {"machine": cpu_name(), "cores": os.cpu_count(), "load": max(loads),
            "date": time.strftime("%Y-%m-%d %H:%M"), "rounds": options.rounds, **middle(rounds)}


def main():
    options = parse()
    if options.kept:
        with open(need(options.kept, "--from")) as file:
            result = json.load(file)
    else:
        result = measure(options)
    text = tables(result)
    print(text, end="")
    if options.json:
        write_whole(options.json, json.dumps(result, indent=1))
    if options.document:
        write_document(options.document, text)
        from draw import scaling, write_figure
        write_figure(scaling(options.document), os.path.splitext(options.document)[0] + ".png")


if __name__ == "__main__":
    run_main(main)

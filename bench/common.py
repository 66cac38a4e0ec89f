# SPDX-License-Identifier: BSD-3-Clause
"""Functions that the scripts share: a random alloy cell, LAMMPS on one core, frames of the data, fits, and
results that are stored together with the settings that produced them."""
import json
import os
import random
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
MASS = {"Nb": 92.906, "Mo": 95.95, "Ta": 180.948, "W": 183.84}
ELEMENTS = list(MASS)
LATTICE = 3.25


def alloy(cells, elements=ELEMENTS):
    """cells^3 bcc cells, elements shuffled, displaced by up to 0.1 Angstrom: side, atoms"""
    rng = random.Random(11)
    sites = [(x + s, y + s, z + s) for x in range(cells) for y in range(cells)
             for z in range(cells) for s in (0.0, 0.5)]
    symbols = [elements[i % len(elements)] for i in range(len(sites))]
    rng.shuffle(symbols)
    # inside the cell, because LAMMPS wraps atoms and QUIP does not
    return cells * LATTICE, [
        (symbol, [LATTICE * (c + 0.25) + rng.uniform(-0.1, 0.1) for c in site])
        for symbol, site in zip(symbols, sites)]


def write_xyz(path, side, atoms):
    with open(path, "w") as file:
        file.write(f'{len(atoms)}\nLattice="{side} 0 0 0 {side} 0 0 0 {side}" '
                   'Properties=species:S:1:pos:R:3 pbc="T T T"\n')
        for symbol, r in atoms:
            file.write("%s %.17g %.17g %.17g\n" % (symbol, *r))


def write_data(path, side, atoms):
    with open(path, "w") as file:
        file.write(f"random alloy\n\n{len(atoms)} atoms\n4 atom types\n\n")
        for axis in "xyz":
            file.write(f"0 {side} {axis}lo {axis}hi\n")
        file.write("\nMasses\n\n")
        for k, symbol in enumerate(ELEMENTS):
            file.write(f"{k + 1} {MASS[symbol]}\n")
        file.write("\nAtoms # atomic\n\n")
        for k, (symbol, r) in enumerate(atoms):
            file.write("%d %d %.17g %.17g %.17g\n" % (k + 1, ELEMENTS.index(symbol) + 1, *r))


def program():
    return os.path.basename(sys.argv[0])


def run_main(main):
    """main(), with one sentence if a program that it called has failed"""
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{program()}: {os.path.basename(error.cmd[0])} failed (exit code {error.returncode})")


def need(path, what):
    if not path or not os.path.exists(path):
        sys.exit(f"{program()}: {what}: {path or 'not given'} does not exist")
    return os.path.abspath(path)


def add_options(parser):
    parser.add_argument("--build", default=os.path.join(ROOT, "build"),
                        help="folder with soapzplugin.so (and soapz)")
    parser.add_argument("--lmp", default=os.path.join(ROOT, ".venv", "bin", "lmp"))


def bench(build, *words):
    """output of soapz bench --json for a model or a descriptor, on one core"""
    command = [os.path.join(build, "soapz"), "bench", "--json", *map(str, words)]
    return json.loads(subprocess.run(command, env=one_core(), text=True, check=True,
                                     stdout=subprocess.PIPE).stdout)


def one_core():
    """environment of a run on one core, with the plugin's folder added by lmp()"""
    return {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def start_lmp(options, folder, script):
    """starts lmp in the folder with the script; the caller reads its stdout"""
    with open(os.path.join(folder, "in.bench"), "w") as file:
        file.write(script)
    environment = {**one_core(), "LAMMPS_PLUGIN_PATH": os.path.abspath(options.build)}
    command = [os.path.abspath(options.lmp), "-in", "in.bench", "-log", "none", "-nonbuf"]
    return subprocess.Popen(command, cwd=folder, env=environment, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def run_lmp(options, folder, script):
    process = start_lmp(options, folder, script)
    text, _ = process.communicate()
    if process.returncode != 0 or "Loop time" not in text:
        sys.exit(f"{program()}: LAMMPS failed:\n{text[-2000:]}")
    return text


def step_times(text):
    """CPU seconds per step of the last run, and of its pair style alone"""
    run = text[text.rindex("Loop time of"):]
    loop, steps = re.match(r"Loop time of (\S+) on 1 procs for (\d+) steps", run).groups()
    used = float(re.search(r"([\d.]+)% CPU use", run)[1]) / 100.0
    share = float(re.search(r"^Pair +\|(?:[^|]*\|){4} *([\d.]+)", run, re.M)[1]) / 100.0
    step = float(loop) * used / int(steps)
    return step, step * share


def cpu_name():
    with open("/proc/cpuinfo") as file:
        text = file.read()
    return (re.search(r"model name\s*: (.*)", text) or [0, "unknown CPU"])[1]


# ---- results that are kept ---------------------------------------------------------------

def write_whole(path, text):
    with open(path + ".part", "w") as file:
        file.write(text)
    os.replace(path + ".part", path)


def load(path, recipe):
    """the result for this recipe from the cache, or None"""
    if not os.path.exists(path):
        return None
    with open(path) as file:
        found = json.load(file)
    return found["result"] if found["recipe"] == json.loads(json.dumps(recipe)) else None


def store(path, recipe, result):
    write_whole(path, json.dumps({"recipe": recipe, "result": result}, indent=1))
    return result


def run_fit(options, words, name):
    """runs soapz fit in the cache; returns its seconds"""
    start = time.monotonic()
    done = subprocess.run([options.soapz, "fit", "--checkpoint", "off", *words], cwd=options.cache,
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.exit(f"{program()}: {name}: soapz fit failed:\n{done.stdout[-2000:]}")
    return time.monotonic() - start


# ---- frames ------------------------------------------------------------------------------

def frames(path):
    with open(path) as file:
        for head in file:
            yield head + file.readline() + "".join(file.readline() for _ in range(int(head)))


def kind_of(frame):
    return re.search(r"config_type=(\S+)", frame)[1]


class Frame:
    """an extended XYZ frame, its columns species, pos, forces"""

    def __init__(self, text):
        lines = text.splitlines()
        field = dict(re.findall(r'(\w+)=("[^"]*"|\S+)', lines[1]))
        if not field["Properties"].startswith("species:S:1:pos:R:3:forces:R:3"):
            sys.exit(f"{program()}: Properties={field['Properties']}: not what is known here")
        cell = [float(x) for x in field["Lattice"].strip('"').split()]
        self.cell = [cell[0:3], cell[3:6], cell[6:9]]
        self.kind, self.energy = field["config_type"], float(field["energy"])
        rows = [line.split() for line in lines[2:]]
        self.atoms = [(r[0], *map(float, r[1:4])) for r in rows]
        self.forces = [float(x) for r in rows for x in r[4:7]]

    def write_data(self, path):
        (a, b, c) = self.cell
        volume = sum(a[i] * (b[i - 2] * c[i - 1] - b[i - 1] * c[i - 2]) for i in range(3))
        if volume < 0.0:  # LAMMPS requires a right-handed cell
            b, c = c, b
        lines = ["frame", "", f"{len(self.atoms)} atoms", "4 atom types"]
        lines += [" ".join(map(repr, v)) + f" {name}" for v, name in
                  ((a, "avec"), (b, "bvec"), (c, "cvec"), ((0.0, 0.0, 0.0), "abc origin"))]
        lines += ["", "Atoms # atomic", ""]
        lines += [f"{k + 1} {ELEMENTS.index(symbol) + 1} {x!r} {y!r} {z!r}"
                  for k, (symbol, x, y, z) in enumerate(self.atoms)]
        write_whole(path, "\n".join(lines) + "\n")

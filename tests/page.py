# SPDX-License-Identifier: BSD-3-Clause
"""Functions shared by the tests of pages (tutorial.py, readme.py): the blocks of a page, programs for them,
and the comparison of their output with the page:

    <!-- shown only -->       before a block: it is not run
    <!-- numbers differ -->   before a block: only the words of its output are compared

The output must contain the lines of the page in the same order, and may have other lines between them.
Words and integers must be equal, other numbers within 10 %; "..." stands for any text."""
import os
import re
import subprocess
import sys

from soapz_cli import SOAPZ, check

NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")
SHOWN_ONLY, NUMBERS_DIFFER = "<!-- shown only -->", "<!-- numbers differ -->"
NAME = re.compile(r"# ([\w-]+\.[\w.-]+)$")


def blocks(text):
    """(line, language, marks, lines) of each fenced block; marks: the comment before it"""
    marks, language, inside, start = "", None, [], 0
    for k, line in enumerate(text.splitlines(), 1):
        fence = re.match(r"```([\w-]*)", line)
        if language is None and fence:
            language, inside, start = fence[1], [], k
        elif fence:
            yield start, language, marks, inside
            language, marks = None, ""
        elif language is not None:
            inside.append(line)
        elif line.strip():
            marks = line.strip()


def commands(lines):
    """(command, [lines of output]) of a console block"""
    found, going_on = [], False
    for line in lines:
        if going_on:
            found[-1][0] += "\n" + line
        elif line.startswith("$ "):
            found.append([line[2:], []])
        else:
            found[-1][1].append(line)
        going_on = (going_on or line.startswith("$ ")) and line.endswith("\\")
    return found


def number_fits(want, got):
    if "." not in want and "e" not in want.lower():
        return want == got
    digits = len(re.sub(r"[eE].*", "", want).partition(".")[2])
    exponent = float("1" + re.sub(r".*?(?=[eE]|$)", "", want, count=1))
    return abs(float(want) - float(got)) <= max(0.1 * abs(float(want)), 1.5 * 10**-digits * exponent)


def line_fits(want, got, any_number=False):
    """Both without the length of blanks"""
    pieces = [" ".join(w.split()) for w in (want, got)]
    numbers = [NUMBER.findall(w) for w in pieces]
    if "..." in want:
        pattern = "".join(".*?" if w == "..." else re.escape(w) for w in re.split(r"(\.\.\.)", pieces[0]))
        return re.fullmatch(pattern, pieces[1]) is not None
    return (NUMBER.sub("0", pieces[0]) == NUMBER.sub("0", pieces[1]) and
            (any_number or all(number_fits(w, g) for w, g in zip(*numbers))))


def compare(where, shown, printed, any_number):
    """The lines of the page occur in the output, in their order."""
    lines, k = printed.splitlines(), 0
    for want in shown:
        if not want.strip() or want.strip() == "...":
            continue
        found = next((n for n in range(k, len(lines)) if line_fits(want, lines[n], any_number)), None)
        if not check(found is not None, f"{where}: the page shows\n  {want}\nand printed was\n{printed[-6000:]}"):
            return
        k = found + 1


def add_program(folder, name, program):
    """for the commands of a page; not a link, because programs search the folder of their own path"""
    path = os.path.join(folder, "bin", name)
    with open(path, "w") as f:
        f.write(f'#!/bin/sh\nexec "{program}" "$@"\n')
    os.chmod(path, 0o755)


def environment(folder):
    """soapz, python3 and lmp are those of the test"""
    bin = os.path.join(folder, "bin")
    os.mkdir(bin)
    lmp = os.environ.get("LMP") or os.path.join(os.path.dirname(sys.executable), "lmp")
    for name, program in (("soapz", SOAPZ), ("python3", sys.executable), ("lmp", lmp)):
        add_program(folder, name, program)
    made = dict(os.environ, PATH=bin + os.pathsep + os.environ["PATH"], MPLBACKEND="Agg",
                OMP_NUM_THREADS="1")
    if "SOAPZ_PLUGIN" in os.environ:
        made["LAMMPS_PLUGIN_PATH"] = os.path.dirname(os.environ["SOAPZ_PLUGIN"])
    return made


def run(words, where, shown, work, env, any_number=False, timeout=300):
    """1 after success"""
    r = subprocess.run(words, cwd=work, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True, timeout=timeout)
    if check(r.returncode == 0, f"{where}: exit code {r.returncode}\n{r.stdout[-3000:]}"):
        compare(where, shown, r.stdout, any_number)
    return r.returncode == 0


def check_runner():
    """The comparison finds differences, and no wrong ones."""
    for want, got, fits in (("all 21 0.0922", "all  21   0.0951", True), ("all 21 0.0922", "all 21 0.13", False),
                            ("all 21 0.09", "all 22 0.09", False), ("a -4.25 eV", "b -4.25 eV", False),
                            ("x ... z", "x y z", True), ("1.0e-3", "1.05e-3", True), ("1.0e-3", "2.0e-3", False)):
        check(line_fits(want, got) == fits, f"{want} and {got}")
    found = list(blocks("<!-- shown only -->\n```console\n$ a\n```\n```console\n$ b \\\n  c\nout\n```\n"))
    check([b[2] for b in found] == [SHOWN_ONLY, ""], f"{found}")
    check(commands(found[1][3]) == [["b \\\n  c", ["out"]]], f"{commands(found[1][3])}")

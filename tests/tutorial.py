# SPDX-License-Identifier: BSD-3-Clause
"""tutorial.py PAGE: tests a page of docs/tutorial. Its blocks run in their order in an empty folder, with
copies of the scripts that the page links to:

    ```console   lines after "$ " are run by sh; the lines after them must be in the output
    ```python    is run; a ```text block directly after it must be in the output
    any block    whose first line is "# NAME", with the name of a file, is saved under that name

page.py describes the marks of blocks and the comparison of outputs."""
import os
import re
import shutil
import sys
import tempfile
import time

sys.argv, PAGE = sys.argv[:1], sys.argv[1]
from page import NAME, NUMBERS_DIFFER, SHOWN_ONLY, blocks, check_runner, commands, environment, run  # noqa: E402
from soapz_cli import HERE, SKIPPED, check, done  # noqa: E402

DOCS = os.path.abspath(os.path.join(HERE, "..", "docs", "tutorial"))


def run_block(name, block, behind, work, env):
    line, language, marks, lines = block
    where = f"{name}:{line}"
    named = NAME.match(lines[0]) if lines else None
    if named:
        with open(os.path.join(work, named[1]), "w") as f:
            f.write("\n".join(lines) + "\n")
        return True
    if language == "console":
        return all(run(["sh", "-c", command], f"{where}: {command}", lines, work, env,
                       marks == NUMBERS_DIFFER)
                   for command, lines in commands(lines))
    if language == "python":
        shown = behind[3] if behind and behind[1] == "text" and behind[2] != SHOWN_ONLY else []
        return run(["python3", "-c", "\n".join(lines)], where, shown, work, env,
                   bool(shown) and behind[2] == NUMBERS_DIFFER)
    return True


def run_page(path, work, env):
    name = os.path.basename(path)
    with open(path) as f:
        text = f.read()
    for link in re.findall(r"\]\(([^)#]+\.(?:py|conf))\)", text):
        shutil.copy(os.path.join(os.path.dirname(path), link), work)
    found = list(blocks(text))
    check(any(b[1] == "console" and b[2] != SHOWN_ONLY for b in found), f"{name}: nothing to run")
    for block, behind in zip(found, found[1:] + [None]):
        if block[2] != SHOWN_ONLY and not run_block(name, block, behind, work, env):
            return


if __name__ == "__main__":
    try:
        import ase  # noqa: F401
    except ImportError:
        print("SKIPPED: ASE is not installed")
        sys.exit(SKIPPED)
    check_runner()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        work = os.path.join(folder, "work")
        os.mkdir(work)
        run_page(os.path.join(DOCS, PAGE + ".md"), work, environment(folder))
    print(f"{PAGE}: {time.monotonic() - start:.0f} s, {sum(os.times()[2:4]):.0f} s of processor time")
    done()

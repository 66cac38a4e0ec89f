# SPDX-License-Identifier: BSD-3-Clause
"""includes.py - the folders of core/ stand in an order, and each includes only those above
it; tools/ and plugin/ see the public headers, and beside them what is named here."""
import glob
import os
import re
import sys

SOURCE = os.environ["SOAPZ_SOURCE"]
ORDER = ["base", "linear", "atoms", "select", "descriptor", "term", "model", "format", "data",
         "fit", "analyse"]
PUBLIC = {"soapz.h", "soapz_fit.h"}
# What a file of tools/ needs beside the public headers and base/.
BEYOND = {
}


def includes(path):
    with open(path) as f:
        for number, line in enumerate(f, 1):
            found = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
            if found:
                yield number, found[1]


def faults_of_core():
    for path in sorted(glob.glob(f"{SOURCE}/core/*/*.[ch]")):
        own = path.split("/")[-2]
        where = os.path.relpath(path, SOURCE)
        if own not in ORDER:
            yield f"{where}: the folder {own} is not in the list of tests/includes.py"
            continue
        for line, name in includes(path):
            if name in PUBLIC:
                continue
            folder, _, file = name.partition("/")
            if not file or not os.path.exists(f"{SOURCE}/core/{name}"):
                yield f"{where}:{line}: \"{name}\" does not name folder and file"
            elif ORDER.index(folder) > ORDER.index(own):
                yield f"{where}:{line}: {own} includes {name}, which stands below it"


def faults_of(folder, allowed):
    for path in sorted(glob.glob(f"{SOURCE}/{folder}/*.[ch]*")):
        where = os.path.relpath(path, SOURCE)
        more = BEYOND.get(where, set())
        for line, name in includes(path):
            beside = "/" not in name and os.path.exists(f"{SOURCE}/{folder}/{name}")
            lammps = folder == "plugin" and "/" not in name
            if name in PUBLIC or beside or lammps or name.split("/")[0] in allowed:
                continue
            if name not in more:
                yield (f"{where}:{line}: {name} is past the public headers; use these, or name it "
                       "in tests/includes.py")


def idle():
    """What BEYOND names and nobody includes."""
    for where, names in BEYOND.items():
        used = {name for _, name in includes(f"{SOURCE}/{where}")}
        for name in sorted(names - used):
            yield f"tests/includes.py: {where} no longer includes {name}"


def main():
    faults = [*faults_of_core(), *faults_of("tools", {"base"}), *faults_of("plugin", set()), *idle()]
    for fault in faults:
        print(fault)
    return bool(faults)


sys.exit(main())

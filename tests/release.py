# SPDX-License-Identifier: BSD-3-Clause
"""What names the version names that of soapz.h."""
import os
import re

from soapz_cli import HERE, check, done


def found(pattern, *path):
    with open(os.path.join(HERE, "..", *path), encoding="utf-8") as f:
        match = re.search(pattern, f.read(), re.M)
    return match[1] if match else None


version = found(r'^#define SZ_VERSION "([0-9.]+)"', "core", "soapz.h")
minor = version.rpartition(".")[0]
for name, pattern, wanted in (("CITATION.cff", r"^version: (\S+)$", version),
                              ("CHANGELOG.md", r"^## (\S+),", version),
                              ("packaging/debian/changelog", r"^soapz \((\S+)-\d+\)", version),
                              ("packaging/debian/control", r"^Package: libsoapz([0-9.]+)$", minor),
                              ("python/soapz/library.py", r'"libsoapz\.so\.([0-9.]+)"', minor)):
    got = found(pattern, *name.split("/"))
    check(got == wanted, f"{name} says {got}, not {wanted}")
check(os.path.exists(os.path.join(HERE, "..", "packaging", "debian", f"libsoapz{minor}.install")), "its .install")
done()

# SPDX-License-Identifier: BSD-3-Clause
"""release.py - all files with the version have that of soapz.h."""
import os
import re
import sys

SOURCE = os.environ["SOAPZ_SOURCE"]


def found(name, pattern):
    with open(os.path.join(SOURCE, *name.split("/")), encoding="utf-8") as f:
        match = re.search(pattern, f.read(), re.M)
    return match[1] if match else None


version = found("core/soapz.h", r'^#define SZ_VERSION "([0-9.]+)"')
minor = version.rpartition(".")[0]
places = (("CITATION.cff", r"^version: (\S+)$", version),
          ("CHANGELOG.md", r"^## (\S+),", version),
          ("packaging/debian/changelog", r"^soapz \((\S+)-\d+\)", version),
          ("packaging/conda/recipe.yaml", r"^  version: (\S+)$", version),
          ("packaging/debian/control", r"^Package: libsoapz([0-9.]+)$", minor),
          ("python/soapz/library.py", r'"libsoapz\.so\.([0-9.]+)"', minor))
wrong = [f"{name} says {found(name, pattern)}, not {wanted}" for name, pattern, wanted in places
         if found(name, pattern) != wanted]
if not os.path.exists(os.path.join(SOURCE, "packaging", "debian", f"libsoapz{minor}.install")):
    wrong.append(f"packaging/debian has no libsoapz{minor}.install")
print("\n".join(wrong) or version)
sys.exit(1 if wrong else 0)

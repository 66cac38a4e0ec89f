# SPDX-License-Identifier: BSD-3-Clause
"""The command soapz that pip installs: it executes the program in this package, which is stored here so that
its relative path to OpenBLAS, another package, is the same in every Python."""
from __future__ import annotations

import os
import sys


def main() -> None:
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", "soapz")
    os.environ.setdefault("SOAPZ_PYTHON", sys.executable)  # for the verbs that use Python
    os.execv(program, ["soapz", *sys.argv[1:]])

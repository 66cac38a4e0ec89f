# SPDX-License-Identifier: BSD-3-Clause
"""The command soapz that pip installs: becomes the program in this package. That lies here
because the way from it to OpenBLAS, another package, is then the same in every Python."""
from __future__ import annotations

import os
import sys


def main() -> None:
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", "soapz")
    os.environ.setdefault("SOAPZ_PYTHON", sys.executable)  # for what it does in Python
    os.execv(program, ["soapz", *sys.argv[1:]])

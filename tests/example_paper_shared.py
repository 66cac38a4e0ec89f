# SPDX-License-Identifier: BSD-3-Clause
"""examples/paper/run.py on liquids, molecules and perovskites, in a shortened form."""
import sys

from example_paper import measure
from soapz_cli import SHARED, SKIPPED

if not SHARED:
    print("SKIPPED: the folder SOAPZ_SHARED is not there")
    sys.exit(SKIPPED)
measure(["4", "5", "7", "7z1", "9"])

# SPDX-License-Identifier: BSD-3-Clause
"""examples/paper/run.py on liquids, molecules and perovskites, in a shortened form."""
import sys

from example_paper import measure
from soapz_cli import SHARED, SKIPPED, done

if not SHARED:
    print("SKIPPED: the folder SOAPZ_SHARED is not there")
    sys.exit(SKIPPED)
measure(["4", "5", "7", "7z1", "9", "10"],
        ["figure4", "figureS5", "figure6", "figure5", "figure7", "figure7z1", "figure9", "figure10", "figure10cells"])
done()

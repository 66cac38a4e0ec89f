# SPDX-License-Identifier: BSD-3-Clause
"""soapz fit against gap_fit: the command lines of quip_made with the same sparse points
give the same predictions. Needs SOAPZ_SHARED (training cells)."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import same_points  # noqa: E402
from soapz_cli import SHARED, SKIPPED, check, done  # noqa: E402

FOLDER = os.path.join(SHARED, "data", "gap_models", "quip_made")
# Allowed relative difference of the predictions; in fits with condition numbers of 1e9 and more
# rounding errors are larger.
TOLERANCE = {"mo_soap_nu22_zeta4_virial": 1e-6, "li_nonorm_gto": 1e-6}
EDITED = ["mow_old_version_4b"]  # after the fit

if not SHARED:
    print("SKIP: SOAPZ_SHARED is not set")
    sys.exit(SKIPPED)
names = [f for f in sorted(os.listdir(FOLDER)) if os.path.isdir(os.path.join(FOLDER, f))]
for name in names:
    if name not in EDITED:
        same_points.fit(os.path.join(FOLDER, name), TOLERANCE.get(name, 1e-8))
check(len(names) == 23, f"{len(names)} models")
done()

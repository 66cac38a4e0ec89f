# SPDX-License-Identifier: BSD-3-Clause
"""soapz fit against gap_fit: the command lines of tests/data/models/turbo_* with the same
sparse points give the same predictions.

python3 fit_turbo.py [soapz]"""
import os

import same_points
from soapz_cli import MODELS, check, done

# with alpha_max 8 the vectors of QUIP have rounding errors of 1e-8
TOLERANCE = {"turbo_c_published": 1e-7}

names = [f for f in sorted(os.listdir(MODELS)) if f.startswith("turbo_")]
for name in names:
    same_points.fit(os.path.join(MODELS, name), TOLERANCE.get(name, 1e-9))
check(len(names) == 9, f"{len(names)} models")
done()

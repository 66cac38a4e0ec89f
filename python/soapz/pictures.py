# SPDX-License-Identifier: BSD-3-Clause
"""Shared code of the pictures of soapz: colours, style, and figures as parts of a page.

Python only draws; the numbers come from the command `soapz`."""
import base64
import io
import os
import sys
import tempfile

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

COLOURS = ["#2566a8", "#d9742b", "#3c8d5a", "#8a5aa8", "#b23a48", "#6b7280"]
INK, FAINT = "#1f2933", "#c9d1da"

plt.rcParams.update({
    "font.size": 9.5, "font.family": "sans-serif", "text.color": INK,
    "axes.edgecolor": "#8b97a5", "axes.labelcolor": INK, "axes.titlesize": 10.5,
    "axes.titleweight": "bold", "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "axes.axisbelow": True, "grid.color": "#e8ecf1",
    "xtick.color": INK, "ytick.color": INK, "legend.frameon": False,
    "figure.constrained_layout.use": True, "savefig.dpi": 160, "svg.hashsalt": "soapz"})


def as_image(figure, text):
    """The figure as an <img> with its data inside; rasterized parts stay small."""
    data = io.BytesIO()
    figure.savefig(data, format="svg", metadata={"Date": None})
    plt.close(figure)
    code = base64.b64encode(data.getvalue()).decode()
    return f'<img alt="{text}" src="data:image/svg+xml;base64,{code}">'


def write_whole(path, data):
    """Writes the bytes to path, which is unchanged after a failure; returns 0, or 1 with a message."""
    part = None
    try:
        if os.path.exists(path) and not os.path.isfile(path):  # a device or a pipe
            with open(path, "wb") as f:
                f.write(data)
            return 0
        path = os.path.realpath(path)
        handle, part = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".soapz-")
        with os.fdopen(handle, "wb") as f:
            f.write(data)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(part, 0o666 & ~mask)
        os.replace(part, path)
        return 0
    except OSError as e:
        if part and os.path.exists(part):
            os.unlink(part)
        print(f"soapz: cannot write {path}: {e.strerror}", file=sys.stderr)
        return 1

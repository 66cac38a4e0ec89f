#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Draws docs/cube.svg: what the triangles of each compression know (needs matplotlib)."""
import os

import matplotlib

matplotlib.use("Agg")
matplotlib.rcParams.update({"svg.hashsalt": "soapz", "svg.fonttype": "none"})
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402

# (column: vertices that know their element, row: vertices that know their distance),
# label, and for each vertex (element, distance)
CORNERS = [
    ((2, 2), "nu=2", (1, 1), (1, 1)), ((1, 2), "nu,mu=1,1", (1, 1), (0, 1)),
    ((0, 2), "mu=2", (0, 1), (0, 1)), ((2, 1), "nu,nu^=1,1", (1, 1), (1, 0)),
    ((0.7, 1), "nu,mu^=1,1", (1, 1), (0, 0)), ((1.3, 1), "mu,nu^=1,1", (0, 1), (1, 0)),
    ((0, 1), "mu,mu^=1,1", (0, 1), (0, 0)), ((2, 0), "nu^=2", (1, 0), (1, 0)),
    ((1, 0), "nu^,mu^=1,1", (1, 0), (0, 0)), ((0, 0), "mu^=2", (0, 0), (0, 0))]
DIRECTION = np.array([[np.cos(a), np.sin(a)] for a in np.radians([128, 42])])
DISTANCE = [1.25, 0.72]
COLOUR = ["tab:blue", "tab:red"]


def triangle(axes, x, y, label, vertices, size=0.24):
    centre = np.array([x, y - 0.1])
    arc = np.radians(np.linspace(15, 165, 60))
    axes.plot(centre[0] + size * np.cos(arc), centre[1] + size * np.sin(arc), ls=(0, (3, 3)),
              color="0.75", lw=0.8)
    points = [centre + size * (DISTANCE[k] if far else 1) * DIRECTION[k]
              for k, (_, far) in enumerate(vertices)]
    axes.plot(*np.array([centre, *points, centre]).T, color="0.3", lw=1, zorder=1)
    axes.plot(*centre, "o", color="black", ms=6)
    for k, (element, _) in enumerate(vertices):
        axes.plot(*points[k], "o", color=COLOUR[k] if element else "0.7", ms=9)
    axes.text(x, y - 0.17, label, ha="center", va="top", fontsize=9)


fig, axes = plt.subplots(figsize=(7.6, 5))
for (x, y), label, *vertices in CORNERS:
    triangle(axes, x, 0.66 * y, label, vertices)
for k, words in enumerate(("none", "one", "both")):
    axes.text(k, 1.66, words, ha="center", fontsize=9, color="0.35")
    axes.text(-0.42, 0.66 * k, words, va="center", rotation=90, fontsize=9, color="0.35")
axes.text(1, 1.77, "neighbours that know their element (nu_S)", ha="center", fontsize=10)
axes.text(-0.54, 0.66, "neighbours that know their distance (nu_R)", va="center", rotation=90,
          fontsize=10)
axes.set(xlim=(-0.6, 2.35), ylim=(-0.26, 1.85), aspect="equal")
axes.axis("off")
fig.tight_layout(pad=0.2)
fig.savefig(os.path.join(os.path.dirname(os.path.abspath(__file__)), "cube.svg"),
            metadata={"Date": None, "Creator": None})

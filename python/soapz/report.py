# SPDX-License-Identifier: BSD-3-Clause
"""The page of `soapz validate --report`: the JSON of a validation from standard input,
one HTML file with its pictures inside to the path in argv[0]."""
import html
import json
import os
import subprocess
import sys
from math import erf, sqrt

import numpy as np

from .pictures import COLOURS, FAINT, INK, as_image, plt, write_whole
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator, NullFormatter

LETTERS = "AB"
MILLI = 1e3


# ---- numbers ---------------------------------------------------------------------------

class Model:
    """What one model says, beside the reference, as arrays without gaps. What is not a
    number is left out."""

    def __init__(self, data, m):
        frames, atoms = data["frames"], data["atoms"]
        said = [f["models"][m] for f in frames]
        n = np.array([f["n_atoms"] for f in frames])
        self.path, self.summary = data["models"][m]["path"], data["models"][m]
        self.energy, self.energy_error, has = column(
            [f["energy"] for f in frames], [s["energy"] for s in said], n)
        self.energy_sigma = None
        if "energy_sigma" in said[0]:
            self.energy_sigma = (numbers([s["energy_sigma"] for s in said]) / n)[has]
        have = [k for k, f in enumerate(frames) if f["virial"]]
        reference = numbers([frames[k]["virial"] for k in have]).reshape(-1, 6)
        virial = numbers([said[k]["virial"] for k in have]).reshape(-1, 6)
        finite = np.isfinite(virial)
        self.virial = (reference / n[have][:, None])[finite]
        self.virial_error = ((virial - reference) / n[have][:, None])[finite]
        of_model = atoms["models"][m]
        force = numbers(of_model["force"]).reshape(-1, 3)
        known = np.array(atoms["known"], bool) & np.isfinite(force).all(axis=1)
        self.force = numbers(atoms["force"]).reshape(-1, 3)[known]
        self.force_error = force[known] - self.force
        self.sigma = numbers(of_model["sigma"])[known] if "sigma" in of_model else None


def numbers(values):
    return np.array(values, float)


def column(reference, said, n):
    """reference and error of an atom where there are both, and where that is"""
    reference, said = numbers(reference), numbers(said)
    has = np.isfinite(reference) & np.isfinite(said)
    return (reference / n)[has], ((said - reference) / n)[has], has


# ---- pictures --------------------------------------------------------------------------

def points(axes, x, y, colour, scale="linear"):
    """A cloud: dots where they are few, density where they are many."""
    if len(x) > 3000:
        axes.hexbin(x, y, gridsize=90, bins="log", mincnt=1, linewidths=0.1, xscale=scale,
                    yscale=scale, cmap=shades(colour), rasterized=True)
    else:
        axes.plot(x, y, ".", ms=7 if len(x) < 200 else 3.5, mew=0, alpha=0.6, color=colour,
                  rasterized=len(x) > 400)
        axes.set(xscale=scale, yscale=scale)


def shades(colour):
    return LinearSegmentedColormap.from_list("shades", ["#dfe8f2", colour, "#10151b"])


def parity(model, colour):
    kinds = [(model.energy, model.energy_error, "energy", "eV/atom", MILLI, "meV/atom"),
             (model.force.ravel(), model.force_error.ravel(), "force component",
              "eV/Å", 1, "eV/Å"),
             (model.virial, model.virial_error, "virial component", "eV/atom", MILLI,
              "meV/atom")]
    kinds = [k for k in kinds if len(k[0])]
    figure, axes = plt.subplots(2, len(kinds), figsize=(3.65 * len(kinds), 5.2), squeeze=False,
                                height_ratios=[2.2, 1], sharex="col")
    for (x, error, name, unit, scale, error_unit), (above, below) in zip(kinds, axes.T):
        ends = [min(x.min(), (x + error).min()), max(x.max(), (x + error).max())]
        above.plot(ends, ends, color=FAINT, lw=1)
        points(above, x, x + error, colour)
        above.set(title=name, ylabel=f"model, {unit}")
        below.axhline(0, color=FAINT, lw=1)
        points(below, x, scale * error, colour)
        below.set(xlabel=f"reference, {unit}", ylabel=f"error, {error_unit}")
        below.xaxis.set_major_locator(MaxNLocator(5))
    return as_image(figure, "model against reference")


def histograms(models):
    kinds = [("energy error, meV/atom", [MILLI * m.energy_error for m in models]),
             ("error of a force component, eV/Å", [m.force_error.ravel() for m in models]),
             ("error of a virial component, meV/atom", [MILLI * m.virial_error for m in models])]
    kinds = [k for k in kinds if len(k[1][0])]
    figure, axes = plt.subplots(1, len(kinds), figsize=(3.65 * len(kinds), 2.7), squeeze=False)
    for (name, errors), a in zip(kinds, axes[0]):
        reach = max(np.quantile(abs(e), 0.998) for e in errors) or 1
        edges = np.linspace(-1.05 * reach, 1.05 * reach, 61)
        for k, e in enumerate(errors):
            a.hist(np.clip(e, edges[0], edges[-1]), edges, color=COLOURS[k], alpha=0.35)
            a.hist(np.clip(e, edges[0], edges[-1]), edges, color=COLOURS[k], histtype="step",
                   lw=1.3, label=LETTERS[k])
        a.axvline(0, color=INK, lw=0.6)
        a.xaxis.set_major_locator(MaxNLocator(5))
        a.set(xlabel=name, yscale="log", ylim=(0.6, None), ylabel="number")
        a.yaxis.set_minor_formatter(NullFormatter())
        if len(errors) > 1:
            a.legend()
    return as_image(figure, "histograms of the errors")


def against_force(models):
    """Does the error grow with the force? Medians and the middle 80 % in bins of |F|."""
    figure, axes = plt.subplots(1, 2, figsize=(10.9, 3.2))
    largest = 0
    for k, m in enumerate(models):
        size, error = np.linalg.norm(m.force, axis=1), np.linalg.norm(m.force_error, axis=1)
        edges = np.unique(np.quantile(size, np.linspace(0, 1, 21)))
        where = np.clip(np.searchsorted(edges, size, "right") - 1, 0, max(len(edges) - 2, 0))
        bins = [b for b in range(len(edges) - 1) if (where == b).sum() >= 3]
        x = [np.median(size[where == b]) for b in bins]
        low, middle, high = np.array(
            [np.quantile(error[where == b], (0.1, 0.5, 0.9)) for b in bins]).reshape(-1, 3).T
        axes[0].fill_between(x, low, high, color=COLOURS[k], alpha=0.18, lw=0)
        axes[0].plot(x, middle, "o-", ms=3, color=COLOURS[k], label=LETTERS[k])
        s = np.sort(error)
        axes[1].plot(s, 1 - np.arange(len(s)) / len(s), color=COLOURS[k], label=LETTERS[k])
        largest = max(largest, s[-1])
    axes[0].set(xlabel="force of the reference on an atom, eV/Å", ylim=(0, None),
                ylabel="error of the force, eV/Å", title="error against force: median, middle 80 %")
    axes[1].set(xlabel="error of the force on an atom, eV/Å", yscale="log", xlim=(0, largest),
                ylabel="share of the atoms", title="atoms with a larger error than this")
    if len(models) > 1:
        axes[0].legend()
    return as_image(figure, "force error against force")


def calibration(model, colour):
    """Predicted sigma against true error: of atoms, and of the energies of frames."""
    v = model.summary["variance"]
    figure, axes = plt.subplots(1, 3, figsize=(10.9, 3.2))
    kinds = [(axes[0], model.sigma, np.linalg.norm(model.force_error, axis=1), v["forces"],
              "σ of an atom's energy, eV", "error of its force, eV/Å", "atoms"),
             (axes[1], MILLI * model.energy_sigma, MILLI * abs(model.energy_error), v["energies"],
              "σ of a cell's energy, meV/atom", "its error, meV/atom", "cells")]
    for a, sigma, error, c, xlabel, ylabel, name in kinds:
        use = (sigma > 0) & (error > 1e-4 * error.max(initial=0))  # the rest: by symmetry
        if not use.any():
            a.set_axis_off()
            continue
        sigma, error = sigma[use], error[use]
        points(a, sigma, error, colour, "log")
        scale = MILLI if name == "cells" else 1
        if c["sigma"]:
            a.plot(np.multiply(c["sigma"], scale), np.multiply(c["rmse"], scale), "o-", ms=4, lw=1.4,
                   color=INK, label="rms in tenths")
        if name == "cells":
            ends = sigma.min(), sigma.max()
            a.plot(ends, ends, "--", color="#b23a48", lw=1, label="error = σ")
        a.set(xlabel=xlabel, ylabel=ylabel,
              title=f"{name}: rank correlation {c['rank_correlation']:.2f}")
        a.legend(fontsize=8)
    share(axes[2], model, colour)
    return as_image(figure, "predicted variance against true error")


def share(a, model, colour):
    """The share of energies within so many sigma, beside that of a normal distribution."""
    if len(model.energy_sigma) < 3:
        return a.set_axis_off()
    z = np.sort(abs(model.energy_error) / model.energy_sigma)
    x = np.linspace(0, 5, 101)
    a.plot(x, [erf(t / sqrt(2)) for t in x], "--", color="#b23a48", lw=1, label="normal distribution")
    a.plot(x, np.searchsorted(z, x, "right") / len(z), color=colour, label="this model")
    a.set(xlabel="σ", ylabel="share of the energy errors within", ylim=(0, 1.02),
          title="energies: σ against errors")
    a.legend(fontsize=8, loc="lower right")


# ---- the page --------------------------------------------------------------------------

STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1f2933; background: #f4f6f9; margin: 0; }
main { max-width: 1140px; margin: 0 auto; padding: 28px 24px 60px; }
h1 { font-size: 25px; margin: 0 0 2px; } h2 { font-size: 18px; margin: 0 0 10px; }
p { margin: 4px 0 10px; } .faint { color: #66727f; font-size: 13.5px; }
section { background: #fff; border-radius: 10px; padding: 18px 22px; margin: 18px 0;
  box-shadow: 0 1px 3px #1f293318; overflow-x: auto; }
img { width: 100%; height: auto; display: block; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 10px; text-align: right; border-bottom: 1px solid #edf0f4; white-space: nowrap; }
th { font-weight: 600; color: #52606d; font-size: 13px; } td:first-child, th:first-child { text-align: left; }
tr.all td { font-weight: 700; border-top: 2px solid #c9d1da; }
td.left { text-align: left; font-family: ui-monospace, monospace; font-size: 12.5px; }
.tiles { display: flex; flex-wrap: wrap; gap: 14px; margin-top: 16px; }
.tile { background: #fff; border-radius: 10px; padding: 12px 20px; flex: 1 1 190px;
  box-shadow: 0 1px 3px #1f293318; border-top: 4px solid var(--c); }
.tile b { font-size: 25px; display: block; line-height: 1.2; }
.ok { color: #2c7a4b; } .bad { color: #b23a48; font-weight: 700; }
pre { font-size: 12.5px; line-height: 1.4; overflow-x: auto; background: #f7f9fb; padding: 12px; border-radius: 6px; }
.bar { background: linear-gradient(var(--t), var(--t)) no-repeat left center / var(--w) 70%; }
"""

KINDS = [("energy", "energy, meV/atom", MILLI, 2), ("force", "force, eV/Å", 1, 4),
         ("virial", "virial, meV/atom", MILLI, 2)]


def escape(text):
    return html.escape(str(text))


def tiles(data):
    out = []
    for k, m in enumerate(data["models"]):
        for kind, label, scale, digits in KINDS:
            e = m["errors"]["all"][kind]
            if not e["n"]:
                continue
            name, unit = label.split(", ")
            letter = f"{LETTERS[k]}: " if len(data["models"]) > 1 else ""
            out.append(f'<div class="tile" style="--c:{COLOURS[k]}"><span class="faint">'
                       f'{letter}{name} MAE</span><b>{scale * e["mae"]:.{digits}f}</b>'
                       f'<span class="faint">{unit} · RMSE {scale * e["rmse"]:.{digits}f}'
                       f' · largest {scale * e["max"]:.{digits}f}</span></div>')
    return '<div class="tiles">' + "".join(out) + "</div>"


def error_table(data):
    """Rows: config_types, all, elements. Columns: kinds times models times MAE, RMSE."""
    models = [m["errors"] for m in data["models"]]
    kinds = [k for k in KINDS if models[0]["all"][k[0]]["n"]]
    head = "".join(f'<th colspan="{2 * len(models)}">{label}</th>' for _, label, _, _ in kinds)
    sub = "".join(f"<th>{LETTERS[k] + ' ' if len(models) > 1 else ''}{what}</th>"
                  for _ in kinds for k in range(len(models)) for what in ("MAE", "RMSE"))
    rows = [(name, [m["config_type"][name] for m in models], "")
            for name in models[0]["config_type"]]
    rows.append(("all", [m["all"] for m in models], "all"))
    rows += [(name, [m["element"][name] for m in models], "") for name in models[0]["element"]]
    largest = {k[0]: max(e[k[0]]["mae"] or 0 for _, es, c in rows for e in es) for k in kinds}
    body = ""
    for name, errors, style in rows:
        body += f'<tr class="{style}"><td>{escape(name)}</td>'
        body += f'<td>{errors[0]["energy"]["n"] or ""}</td><td>{errors[0]["force"]["n"] or ""}</td>'
        for kind, _, scale, digits in kinds:
            for k, e in enumerate(errors):
                if not e[kind]["n"]:
                    body += "<td></td><td></td>"
                    continue
                width = 100 * (e[kind]["mae"] or 0) / (largest[kind] or 1)
                body += (f'<td class="bar" style="--t:{COLOURS[k]}2e;--w:{width:.0f}%">'
                         f'{scale * e[kind]["mae"]:.{digits}f}</td>'
                         f'<td>{scale * e[kind]["rmse"]:.{digits}f}</td>')
        body += "</tr>"
    return (f'<table><tr><th rowspan="2">config_type, element</th><th rowspan="2">cells</th>'
            f'<th rowspan="2">force<br>components</th>{head}</tr><tr>{sub}</tr>{body}</table>')


def place(data, w):
    """a file that is no extended XYZ has no lines"""
    where = f':{w["line"]}' if w["line"] else f', frame {w["frame"] + 1}'
    return escape(data["data"]) + where


def worst_table(data, m):
    out = '<table><tr><th>largest errors</th><th>where</th><th>config_type</th><th></th></tr>'
    for w in m["worst_forces"]:
        out += (f'<tr><td>{w["error"]:.3f} eV/Å</td><td class="left">{place(data, w)}'
                f'</td><td>{escape(w["config_type"])}</td>'
                f'<td>{w["element"]}, atom {w["atom"]}</td></tr>')
    for w in m["worst_energies"]:
        out += (f'<tr><td>{MILLI * w["error"]:+.2f} meV/atom</td><td class="left">'
                f'{place(data, w)}</td><td>{escape(w["config_type"])}</td>'
                f'<td>{w["n_atoms"]} atoms</td></tr>')
    return out + "</table>"


def limits_table(data):
    if not data["limits"]:
        return ""
    rows = "".join(
        f'<tr><td>{escape(l["option"])}</td><td>{l["limit"]:g}</td><td>{number(l["value"])}</td>'
        f'<td>{l["unit"]}</td><td class="{"ok" if l["kept"] else "bad"}">'
        f'{"kept" if l["kept"] else "exceeded"}</td></tr>' for l in data["limits"])
    return section("Limits", "<table><tr><th>limit</th><th>allowed</th><th>found</th><th></th>"
                             f"<th></th></tr>{rows}</table>")


def number(x):
    return "not a number" if x is None else f"{x:.5g}"


def section(title, *parts):
    return f"<section><h2>{title}</h2>{''.join(parts)}</section>"


def variance_section(model, colour, name):
    v = model.summary["variance"]
    title = f"Predicted variance{name}"
    if not v:
        return section(title, f"<p>There is none: {escape(model.summary['no_variance'])}.</p>")
    e = v["energies"]
    text = (f"<p>σ² is what the sparse points of the SOAP terms leave open (λ = {v['lambda']:g} eV): "
            "how far an environment is from what the model has seen. Data and noise of the fit do "
            "not enter, so σ ranks environments rather than bounding their errors.")
    if e["n"] >= 3:
        text += (f" Energy errors over σ have an rms of {e['rms_z']:.2f} (1 is calibrated); "
                 f"{100 * e['within_1']:.0f} % lie within 1 σ (68 % wanted), "
                 f"{100 * e['within_2']:.0f} % within 2 (95 %).")
    ranks = v["rank_correlation_of_type"]
    if len(ranks) > 1:
        text += " Rank correlation with the force error within a config_type: " + ", ".join(
            f"{escape(k)} {x:.2f}" for k, x in ranks.items()) + "."
    return section(title, text + "</p>", calibration(model, colour))


def summary(model, name):
    """soapz info, by the command that started us"""
    command = os.environ.get("SOAPZ_COMMAND", "soapz")
    try:
        r = subprocess.run([command, "info", model.path], capture_output=True, text=True,
                           timeout=120)
        text = r.stdout if r.returncode == 0 else r.stderr
    except (OSError, subprocess.TimeoutExpired) as e:
        text = f"soapz info could not be run: {e}"
    return section(f"The model{name}", f"<pre>{escape(text)}</pre>")


def page(data):
    models = [Model(data, m) for m in range(len(data["models"]))]
    names = [f" {LETTERS[k]}" if len(models) > 1 else "" for k in range(len(models))]
    who = " and ".join(f"{LETTERS[k]}: {escape(m.path)}" if len(models) > 1 else escape(m.path)
                       for k, m in enumerate(models))
    parts = [f"<h1>{' against '.join(escape(os.path.basename(m.path)) for m in models)}</h1>",
             f'<p class="faint">{who} · judged on {escape(data["data"])}: {data["n_frames"]} cells, '
             f'{data["n_atoms"]} atoms · soapz {escape(data["soapz"])}</p>', tiles(data),
             limits_table(data), section("Errors", error_table(data))]
    for k, m in enumerate(models):
        if len(m.energy) or m.force.size or len(m.virial):
            parts.append(section(f"Model{names[k]} against reference", parity(m, COLOURS[k])))
    if len(models[0].energy) or models[0].force.size or len(models[0].virial):
        parts.append(section("Errors, how many of which size",
                             '<p class="faint">The outermost bars hold what lies beyond.</p>',
                             histograms(models)))
    if models[0].force.size:
        parts.append(section("Errors of the forces", against_force(models)))
    for k, m in enumerate(models):
        parts.append(variance_section(m, COLOURS[k], names[k]))
        parts.append(section(f"Worst structures{names[k]}", worst_table(data, m.summary)))
    parts += [summary(m, n) for m, n in zip(models, names)]
    if data["atoms"]["stride"] > 1:
        parts.append(f'<p class="faint">Pictures of forces show one atom in '
                     f'{data["atoms"]["stride"]}; the tables count all.</p>')
    title = escape(" and ".join(os.path.basename(m.path) for m in models))
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
            f'<body><main>{"".join(parts)}</main></body></html>\n')


def mend(data):
    """JSON has no NaN: null stands for it, but only under these keys."""
    if isinstance(data, dict):
        return {k: np.nan if x is None and k in ("mae", "rmse", "max", "error") else mend(x)
                for k, x in data.items()}
    return [mend(x) for x in data] if isinstance(data, list) else data


def main(argv):
    data = json.load(sys.stdin)
    data["models"] = mend(data["models"])
    return write_whole(argv[0], page(data).encode())

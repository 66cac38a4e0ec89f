# SPDX-License-Identifier: BSD-3-Clause
"""The page of `soapz validate --report`: the JSON of a validation from standard input, one HTML file
with its pictures inside to the path in argv[0].

report.html.jinja is the page; here are the numbers that it shows, in its order. report_pictures.py draws."""
import json
import os
import subprocess
import sys
import time
from typing import NamedTuple

import jinja2
import numpy as np

from . import report_pictures as pictures
from .pictures import COLOURS, ENERGY, FORCE, KINDS, write_whole
from .report_pictures import LETTERS

FOLDER = os.path.dirname(os.path.abspath(__file__))
NAME_BYTES = 60  # of a config_type in the notes of a model


# ---- numbers ---------------------------------------------------------------------------

class Samples(NamedTuple):
    """What is drawn of one kind: reference, error, and number of the config_type"""
    x: np.ndarray
    error: np.ndarray
    types: np.ndarray


class Model:
    """What one model says, beside the reference, as arrays without gaps. What is not a
    number is left out. Energies and virials are eV/atom."""

    def __init__(self, data, m):
        frames, atoms = data["frames"], data["atoms"]
        said, of_model = [f["models"][m] for f in frames], atoms["models"][m]
        n = np.array([f["n_atoms"] for f in frames])
        types = np.array([f["config_type"] for f in frames])
        self.path, self.summary = data["models"][m]["path"], data["models"][m]
        self.training = training_errors(self.summary["notes"].get("training_errors"))
        energy, predicted = numbers([f["energy"] for f in frames]), numbers([s["energy"] for s in said])
        has = np.isfinite(energy) & np.isfinite(predicted)
        self.samples = {"energy": Samples((energy / n)[has], ((predicted - energy) / n)[has], types[has])}
        self.energy_sigma = None
        if "energy_sigma" in said[0]:
            self.energy_sigma = (numbers([s["energy_sigma"] for s in said]) / n)[has]
        force, reference = (numbers(a["force"]).reshape(-1, 3) for a in (of_model, atoms))
        known = np.array(atoms["known"], bool) & np.isfinite(force).all(axis=1)
        self.force, self.force_error = reference[known], (force - reference)[known]
        self.atom_types = types[np.array(atoms["frame"], int)[known]]
        self.sigma = numbers(of_model["sigma"])[known] if "sigma" in of_model else None
        self.samples["force"] = Samples(self.force.ravel(), self.force_error.ravel(),
                                        np.repeat(self.atom_types, 3))
        have = np.array([bool(f["virial"]) for f in frames])
        reference = numbers([f["virial"] for f in frames if f["virial"]]).reshape(-1, 6)
        virial = numbers([s["virial"] for f, s in zip(frames, said) if f["virial"]]).reshape(-1, 6)
        finite = np.isfinite(virial)
        self.samples["virial"] = Samples((reference / n[have][:, None])[finite],
                                         ((virial - reference) / n[have][:, None])[finite],
                                         np.repeat(types[have], 6)[finite.ravel()])


def numbers(values):
    return np.array(values, float)


def training_errors(note):
    """{"title": the first line, "type": {name: {kind: (MAE, RMSE)}}, "element": likewise} of the table
    that soapz fit leaves in a model; None where there is none, or another text. Names are bytes."""
    try:
        title, _, head, *lines = note.encode().split(b"\n")
        width = head.index(b"energies") - 1
        found, part = {"title": title.decode(), "type": {}, "element": {}}, "type"
        for line in lines:
            name, words = line[:width].rstrip(), line[width:].split()
            if not words:
                part = "element"
                continue
            values = [np.nan if w == b"-" else float(w) for w in words]
            pairs = zip(values[2::2], values[3::2]) if part == "type" else [tuple(values[1:3])]
            kinds = ("energy", "force", "virial") if part == "type" else ("force",)
            found[part][name] = dict(zip(kinds, ((mae / scale, rmse / scale) for (mae, rmse), scale in
                                                 zip(pairs, [k.scale for k in KINDS if k.name in kinds]))))
        return found
    except (AttributeError, ValueError, IndexError):
        return None


# ---- tables ----------------------------------------------------------------------------

MEASURES = ("mae", "rmse")


class Row(NamedTuple):
    name: str
    errors: list  # of each model, of all kinds
    training: list  # of each model, {kind: (MAE, RMSE)}
    style: str = ""


def error_rows(data, models):
    """One order in all tables: config_types as the data have them, all, elements."""
    of = [m.summary["errors"] for m in models]

    def row(part, name, errors, style=""):
        key = name.encode()[:NAME_BYTES].rstrip()
        return Row(name, errors, [m.training[part].get(key, {}) if m.training else {} for m in models], style)

    return ([row("type", name, [e["config_type"][name] for e in of]) for name in data["config_types"]]
            + [row("type", "all", [e["all"] for e in of], "all")]
            + [row("element", name, [e["element"][name] for e in of]) for name in data["elements"]])


def cell(text, style="", colour="", width=0):
    return {"text": text, "style": style, "colour": colour, "width": width}


def bar(kind, value, largest, k):
    if value is None or np.isnan(value):
        return cell("")
    return cell(kind.text(value), "bar", COLOURS[k], round(100 * value / largest) if largest else 0)


def difference(kind, a, b):
    """of two errors; the smaller one is better"""
    if a is None or b is None or np.isnan(b - a):
        return cell("")
    text = kind.text(b - a, "+")
    zero = float(text) == 0
    return cell(text.lstrip("+-") if zero else text, "" if zero else "better" if b < a else "worse")


def error_table(kind, rows, measures, trained):
    """For one model the measures are beside each other; for two each has a table, with the difference."""
    two = len(rows[0].errors) > 1
    largest = max([e[kind.name][measures[0]] for r in rows for e in r.errors if e[kind.name]["n"]] or [0])
    table = {"title": kind.title + (f": {measures[0].upper()}" if two else ""), "rows": []}
    names = [*LETTERS, "B − A"] if two else [m.upper() for m in measures]
    table["groups"] = [("this data", len(names))] + ([("training", 2)] if trained else [])
    table["columns"] = names + (names[:2] if trained else [])
    for r in rows:
        errors = [e[kind.name] for e in r.errors]
        if not errors[0]["n"]:
            continue
        if two:
            values = [e[measures[0]] for e in errors]
            cells = [bar(kind, v, largest, k) for k, v in enumerate(values)] + [difference(kind, *values)]
        else:
            cells = [bar(kind, errors[0]["mae"], largest, 0), cell(kind.text(errors[0]["rmse"]))]
        if trained:
            kept = [t.get(kind.name, (None, None)) for t in r.training]
            shown = [pair[MEASURES.index(measures[0])] for pair in kept] if two else kept[0]
            cells += [cell(kind.text(x), "training") for x in shown]
        table["rows"].append({"name": r.name, "n": errors[0]["n"], "style": r.style, "cells": cells})
    return table


def error_tables(data, models):
    """of each kind a list of tables"""
    rows = error_rows(data, models)
    trained = any(m.training for m in models)
    measures = [MEASURES] if len(models) == 1 else [(m,) for m in MEASURES]
    return [[error_table(kind, rows, some, trained) for some in measures] for kind in kinds_of(models)]


def kinds_of(models):
    return [k for k in KINDS if models[0].summary["errors"]["all"][k.name]["n"]]


def training_alone(data, model):
    """Rows of the MAEs of the config_types that the training data have and these data lack"""
    if not model.training:
        return []
    known = {name.encode()[:NAME_BYTES].rstrip() for name in [*data["config_types"], "all"]}
    return [(name.decode(errors="replace"), [kind.text(of.get(kind.name, (None, None))[0]) for kind in KINDS])
            for name, of in model.training["type"].items() if name not in known]


def tiles(models):
    """The errors of all data, one tile a kind"""
    out = []
    for kind in kinds_of(models):
        of = [m.summary["errors"]["all"][kind.name] for m in models]
        tile = {"name": kind.name, "unit": kind.unit, "models": [], "change": ""}
        for k, (m, e) in enumerate(zip(models, of)):
            kept = (m.training or {"type": {}})["type"].get(b"all", {}).get(kind.name, (None, None))[0]
            tile["models"].append({"letter": LETTERS[k] if len(models) > 1 else "", "colour": COLOURS[k],
                                   "training": kind.text(kept),
                                   **{x: kind.text(e[x]) for x in ("mae", "rmse", "max")}})
        if len(of) > 1 and of[0]["mae"] > 0:
            tile["change"] = f"B − A: {100 * (of[1]['mae'] / of[0]['mae'] - 1):+.0f} %"
        out.append(tile)
    return out


# ---- structures, variance, limits ------------------------------------------------------

def place(data, w):
    """A file that is no extended XYZ has no lines."""
    name = os.path.basename(data["data"])
    return f"{name}:{w['line']}" if w["line"] else name


def worst(data, models):
    """Tables of the largest errors: of forces for each model, then of energies"""
    out = []
    for key, kind in (("worst_forces", FORCE), ("worst_energies", ENERGY)):
        for k, m in enumerate(models):
            rows = [{"error": kind.text(w["error"], "+" if kind is ENERGY else ""), "frame": w["frame"],
                     "place": place(data, w), "type": w["config_type"],
                     "who": f"{w['element']}, atom {w['atom']}" if "atom" in w else f"{w['n_atoms']} atoms"}
                    for w in m.summary[key]]
            if rows:
                out.append({"title": letter(models, k) + kind.values, "unit": kind.unit, "rows": rows})
    return out


def letter(models, k):
    return f"{LETTERS[k]}: " if len(models) > 1 else ""


def variance_text(v):
    """What the predicted variance is worth on these data"""
    e, said = v["energies"], []
    if e["n"] >= 3:
        said.append(f"Energy errors over σ have an rms of {e['rms_z']:.2f} (1 is calibrated); "
                    f"{100 * e['within_1']:.0f} % lie within 1 σ (68 % wanted), "
                    f"{100 * e['within_2']:.0f} % within 2 (95 %).")
    ranks = v["rank_correlation_of_type"]
    if len(ranks) > 1:
        said.append("Rank correlation with the force error within a config_type: "
                    + ", ".join(f"{name} {0 if x is None else x:.2f}" for name, x in ranks.items()) + ".")
    return " ".join(said)


def expected(m):
    """Rows of the errors that the calibration in a model expects"""
    return [(name, f"{100 * c['within_1']:.1f} %", f"{100 * c['within_2']:.1f} %", f"{c['rank_correlation']:.2f}")
            for name, c in m.summary.get("uncertainty", {}).items() if c["n"] >= 3]


def variances(models, styles):
    return [{"name": letter(models, k), "none": m.summary.get("no_variance"),
             "lambda": m.summary["variance"] and f"{m.summary['variance']['lambda']:g}",
             "text": m.summary["variance"] and variance_text(m.summary["variance"]),
             "pictures": pictures.variance(k, m, styles) if m.summary["variance"] else [],
             "expected": expected(m)} for k, m in enumerate(models)]


def limits(data):
    return [{**w, "limit": f"{w['limit']:g} {w['unit'].replace('Angstrom', 'Å')}",
             "value": "not a number" if w["value"] is None else f"{w['value']:.5g}"} for w in data["limits"]]


def info(model):
    """soapz info, by the command that started us"""
    command = os.environ.get("SOAPZ_COMMAND", "soapz")
    try:
        r = subprocess.run([command, "info", model.path], capture_output=True, text=True, timeout=120)
        return r.stdout if r.returncode == 0 else r.stderr
    except (OSError, subprocess.TimeoutExpired) as e:
        return f"soapz info could not be run: {e}"


def moment(text):
    """2026-11-29T21:14:36Z as 2026-11-29 21:14 UTC"""
    return text and f"{text[:10]} {text[11:16]} UTC"


def files(data, models):
    """What was judged, and on what: rows of name, path, MD5 sum, date and words"""
    rows = [{"name": LETTERS[k] if len(models) > 1 else "model", "path": m.path, "md5": m.summary["md5"],
             "date": moment(m.summary["modified"]),
             "words": m.training["title"] if m.training else "no training errors are kept in this file"}
            for k, m in enumerate(models)]
    names = ", ".join(f"{kind}: {name}" for kind, name in data["reference"].items() if name)
    return rows + [{"name": "data", "path": data["data"], "md5": data["md5"], "date": moment(data["modified"]),
                    "words": f"{data['n_frames']} frames, {data['n_atoms']} atoms; {names}"}]


# ---- the page --------------------------------------------------------------------------

def page(data):
    models = [Model(data, m) for m in range(len(data["models"]))]
    styles = pictures.TypeStyles(data)
    drawn = [k for k in KINDS if all(len(m.samples[k.name].x) for m in models)]
    each = range(len(models))
    forces = ([pictures.against_force(k, models, styles) for k in each] + [pictures.above(models)]
              if FORCE in drawn else [])
    context = {
        "names": [os.path.basename(m.path) for m in models], "two": len(models) > 1, "version": data["soapz"],
        "judged": f"{os.path.basename(data['data'])}: {data['n_frames']} frames, {data['n_atoms']} atoms",
        "made": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()), "files": files(data, models),
        "tiles": tiles(models), "limits": limits(data), "errors": error_tables(data, models),
        "alone": [{"name": letter(models, k), "rows": rows} for k, m in enumerate(models)
                  for rows in [training_alone(data, m)] if rows],
        "kinds": [k.title for k in KINDS], "worst": worst(data, models),
        "legend": styles.legend, "n_other": styles.n_other, "stride": data["atoms"]["stride"],
        "parity": [pictures.parity(kind, k, models, styles) for kind in drawn for k in each],
        "histograms": [pictures.histogram(kind, models) for kind in drawn], "forces": forces,
        "least": pictures.LEAST, "variances": variances(models, styles),
        "info": [(letter(models, k) + m.path, info(m)) for k, m in enumerate(models)]}
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, trim_blocks=True,
                                     lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    return environment.get_template("report.html.jinja").render(context)


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

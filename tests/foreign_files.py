# SPDX-License-Identifier: BSD-3-Clause
"""foreign_files.py - minimal output files of VASP, Quantum ESPRESSO and LAMMPS that ASE can read, for
tests. All numbers are given by the caller; there are no real calculations.

A step is a dictionary: positions [n][3] in Angstrom, energy (free) and energy0 (extrapolated)
in eV, forces in eV/Angstrom, pressure [3][3], positive when compressed, in kbar, and electronic,
the number of self-consistent steps, with the change of the energy in the last of them."""
import numpy as np

BOHR, RYDBERG, HARTREE = 0.529177210903, 13.605693122994, 27.211386245988
NELM = 8


def rows(array, form="%16.8f"):
    return ["".join(form % x for x in row) for row in array]


def counts(symbols):
    """[(symbol, number of consecutive atoms)]"""
    found = []
    for s in symbols:
        if found and found[-1][0] == s:
            found[-1][1] += 1
        else:
            found.append([s, 1])
    return found


def varray(name, array):
    return [f'<varray name="{name}">'] + [f"<v>{r}</v>" for r in rows(array)] + ["</varray>"]


def vasprun(path, symbols, cell, steps, cut=False):
    out = ['<?xml version="1.0" encoding="ISO-8859-1"?>', "<modeling>",
           '<kpoints><varray name="kpointlist"><v>0.0 0.0 0.0</v></varray>',
           '<varray name="weights"><v>1.0</v></varray></kpoints>', "<parameters>",
           f'<i type="int" name="NELM">{NELM}</i>', '<i name="EDIFF">0.00001</i>', "</parameters>",
           "<atominfo>", f"<atoms>{len(symbols)}</atoms>", '<array name="atoms"><set>']
    out += [f"<rc><c>{s}</c><c>1</c></rc>" for s in symbols]
    out += ["</set></array>", "</atominfo>"]

    def structure(positions, name=""):
        return ([f"<structure{name}>", "<crystal>"] + varray("basis", cell) + ["</crystal>"] +
                varray("positions", positions @ np.linalg.inv(cell)) + ["</structure>"])

    out += structure(steps[0]["positions"], ' name="initialpos"')
    for s in steps:
        out.append("<calculation>")
        for k in range(s["electronic"]):
            left = s["change"] * (s["electronic"] - 1 - k)
            out += ["<scstep><energy>", f'<i name="e_fr_energy">{s["energy"] + left:.8f}</i>',
                    f'<i name="e_wo_entrp">{s["energy"]:.8f}</i>',
                    f'<i name="e_0_energy">{s["energy0"] + left:.8f}</i>', "</energy></scstep>"]
        out += structure(s["positions"]) + varray("forces", s["forces"])
        out += varray("stress", s["pressure"])
        out += ["<energy>", f'<i name="e_fr_energy">{s["energy"]:.8f}</i>',
                f'<i name="e_wo_entrp">{s["energy"]:.8f}</i>',
                f'<i name="e_0_energy">{s["energy0"]:.8f}</i>', "</energy>", "</calculation>"]
    text = "\n".join(out + ["</modeling>"]) + "\n"
    with open(path, "w") as f:
        f.write(text[:text.rindex("<energy>")] if cut else text)


def outcar(path, symbols, cell, steps):
    kinds = counts(symbols)
    out = [" vasp.0 of a test"]
    out += [f" POTCAR:    PAW_PBE {s} 01Jan2000" for s, _ in kinds + kinds]
    out += [f"   NELM   = {NELM:6d};   NELMIN=  2; NELMDL= -5     # of ELM steps",
            "   ISPIN  =      1    spin polarized calculation?",
            "   k-points           NKPTS =      1   k-points in BZ     NKDIM =      1   number of "
            "bands    NBANDS=      1",
            "   ions per type =  " + " ".join(f"{n:5d}" for _, n in kinds),
            " k-points in reciprocal lattice and weights: one", "   0.0  0.0  0.0  1.0", ""]
    for n, s in enumerate(steps):
        for k in range(s["electronic"]):
            out.append(f"----------------------- Iteration {n + 1:6d}({k + 1:4d})  ---------------")
        if s["electronic"] < NELM or s["change"] < 1e-5:
            out.append("------------------------ aborting loop because EDIFF is reached ---------")
        p = s["pressure"]
        out += ["  in kB " + "".join("%13.5f" % p[i, j] for i, j in
                                     ((0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (2, 0))),
                "      direct lattice vectors                 reciprocal lattice vectors"]
        out += ["".join("%14.9f" % x for x in [*a, *b]) for a, b in zip(cell, np.linalg.inv(cell).T)]
        out += ["", " POSITION                                       TOTAL-FORCE (eV/Angst)",
                " " + "-" * 83]
        out += ["".join("%14.5f" % x for x in r) + "".join("%15.6f" % x for x in f)
                for r, f in zip(s["positions"], s["forces"])]
        out += [" " + "-" * 83, "", "  FREE ENERGIE OF THE ION-ELECTRON SYSTEM (eV)",
                "  ---------------------------------------------------",
                f"  free  energy   TOTEN  = {s['energy']:18.8f} eV", "",
                f"  energy  without entropy= {s['energy']:18.8f}  energy(sigma->0) = "
                f"{s['energy0']:18.8f}", ""]
    with open(path, "w") as f:
        f.write("\n".join(out) + "\n")


def espresso(path, symbols, cell, steps):
    """A step with more than NELM electronic steps has no energy, as in the output of pw.x."""
    alat = 1.0 / BOHR  # of 1 Angstrom
    out = ["     Program PWSCF v.0 of a test starts", "", f"     celldm(1)= {alat:11.7f}  celldm(2)= 0.0",
           f"     number of atoms/cell      = {len(symbols):12d}",
           "     crystal axes: (cart. coord. in units of alat)"]
    out += [f"               a({k + 1}) = ( " + "".join("%14.9f" % x for x in a) + " )"
            for k, a in enumerate(cell)]
    out += ["     site n.     atom                  positions (alat units)"]
    out += [f"{k + 1:10d}           {s}  tau({k + 1:4d}) = (" + "".join("%16.10f" % x for x in r) + "  )"
            for k, (s, r) in enumerate(zip(symbols, steps[0]["positions"]))]
    for n, s in enumerate(steps):
        if n:
            out += ["", "ATOMIC_POSITIONS (angstrom)"]
            out += [f"{e}" + "".join("%18.10f" % x for x in r) for e, r in zip(symbols, s["positions"])]
        if s["electronic"] > NELM:
            out.append(f"     convergence NOT achieved after {NELM} iterations: stopping")
            continue
        out += ["", f"!    total energy              = {s['energy'] / RYDBERG:18.10f} Ry", "",
                "     Forces acting on atoms (cartesian axes, Ry/au):", ""]
        out += [f"     atom {k + 1:4d} type  1   force = " +
                "".join("%16.10f" % (x * BOHR / RYDBERG) for x in f) for k, f in enumerate(s["forces"])]
        p = s["pressure"]  # ASE reads the columns in Ry/bohr^3
        out += ["", "     Computing stress", "     total   stress  (Ry/bohr**3)        (kbar)     P=    0.0"]
        out += ["".join("%16.10f" % x for x in row * 0.1 / 160.21766208 / RYDBERG * BOHR ** 3) +
                "".join("%14.5f" % x for x in row) for row in p]
    out += ["", "ATOMIC_POSITIONS (angstrom)"]  # again, as after a relaxation
    out += [f"{e}" + "".join("%18.10f" % x for x in r) for e, r in zip(symbols, steps[-1]["positions"])]
    with open(path, "w") as f:
        f.write("\n".join(out) + "\n")


def dump(path, types, lengths, steps, elements=None):
    """An orthogonal box; elements: names of the types; without them there is no such column."""
    out = []
    for n, s in enumerate(steps):
        out += ["ITEM: TIMESTEP", str(n), "ITEM: NUMBER OF ATOMS", str(len(types)),
                "ITEM: BOX BOUNDS pp pp pp"] + [f"0.0 {x:.8f}" for x in lengths]
        out.append(f"ITEM: ATOMS id type{' element' if elements else ''} x y z fx fy fz")
        # LAMMPS writes atoms in any order
        for k in reversed(range(len(types))):
            name = f" {elements[types[k] - 1]}" if elements else ""
            out.append(f"{k + 1} {types[k]}{name}" + "".join(
                " %.10f" % x for x in [*s["positions"][k], *s["forces"][k]]))
    with open(path, "w") as f:
        f.write("\n".join(out) + "\n")

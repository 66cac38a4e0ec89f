# SPDX-License-Identifier: BSD-3-Clause
"""soapz.property compared with lattice sums of a Lennard-Jones crystal, with EMT copper by other methods
(energies, cubic cells, slabs of ase.build), with Tersoff's silicon as published, and for tungsten with
LAMMPS."""
import itertools
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import HERE, SKIPPED, check, done, fails  # noqa: E402

try:
    from ase import Atoms
    from ase.build import bulk, fcc100, fcc111
    from ase.calculators.calculator import PropertyNotImplementedError
    from ase.calculators.emt import EMT
    from ase.calculators.lj import LennardJones
    from ase.constraints import FixedLine
    from ase.optimize import FIRE
except ImportError:
    print("SKIPPED: ASE is not installed")
    sys.exit(SKIPPED)

try:
    from ase.calculators.tersoff import Tersoff, TersoffParameters
except ImportError:  # an older ASE
    Tersoff = None

import soapz  # noqa: E402
from soapz.crystals import KINDS, Crystal  # noqa: E402
from soapz.properties import GPA, J_M2, THZ, birch  # noqa: E402

FAST = os.path.join(HERE, "..", "potentials", "NbMoTaW", "fast.soapz")
BALANCED = os.path.join(HERE, "..", "potentials", "NbMoTaW", "balanced.soapz")


def near(value, want, tolerance, what):
    check(abs(value - want) <= tolerance, f"{what}: {value:.8g}, not {want:.8g} within {tolerance:g}")


def about(value, want, share, what):
    near(value, want, share * abs(want), what)


# ---- Lennard-Jones: everything from sums over neighbours --------------------------------

EPSILON, SIGMA, CUT = 0.0104, 3.4, 7.0


def slopes(r):
    """phi, phi' and phi'' as in ASE: truncated and shifted"""
    x, cut = (SIGMA / r) ** 6, (SIGMA / CUT) ** 6
    phi = 4 * EPSILON * (x * x - x - cut * cut + cut)
    return phi, 4 * EPSILON * (-12 * x * x + 6 * x) / r, 4 * EPSILON * (156 * x * x - 42 * x) / r ** 2


def fcc_neighbours(a):
    v = np.array([p for p in itertools.product(range(-5, 6), repeat=3) if sum(p) % 2 == 0 and any(p)]) * a / 2
    r = np.linalg.norm(v, axis=1)
    return v[r < CUT], r[r < CUT]


def lj_energy(a):
    return 0.5 * slopes(fcc_neighbours(a)[1])[0].sum()


def lj_constants(a):
    """C11, C12, C44 in GPa: the sum of (phi'' - phi'/r) x x y y / r^2 over 2 V, at zero pressure"""
    v, r = fcc_neighbours(a)
    _, d1, d2 = slopes(r)
    weight = (d2 - d1 / r) / r ** 2 / (2 * a ** 3 / 4) * GPA
    return [(weight * v[:, 0] ** 2 * v[:, i] ** 2).sum() for i in (0, 1)] + [(weight * v[:, 0] ** 2 * v[:, 1] ** 2).sum()]


def lj_phonons(a, q):
    v, r = fcc_neighbours(a)
    _, d1, d2 = slopes(r)
    wave = (1 - np.cos(2 * np.pi / a * v @ np.array(q))) / Atoms("Ar").get_masses()[0]
    d = np.einsum("n,ni,nj->ij", wave * (d2 - d1 / r) / r ** 2, v, v) + np.eye(3) * (wave * d1 / r).sum()
    return np.sqrt(np.linalg.eigvalsh(d)) * THZ


lj = LennardJones(sigma=SIGMA, epsilon=EPSILON, rc=CUT)
shares = []
found = soapz.property(lj, "fcc:Ar", only=["lattice", "elastic", "eos", "phonons"],
                       progress=lambda p: shares.append(p.done))
ar = found.crystals["fcc:Ar"]
check(not found.notes and found.source == "lennardjones" and "C44" in str(found), f"{found.notes} {found}")
check(shares == sorted(shares) and shares[-1] > 0.9 and max(shares) <= 1, f"progress {shares[::20]}")
grid = np.linspace(5.1, 5.4, 3001)
p = np.polynomial.polynomial.Polynomial.fit(grid, [lj_energy(a) for a in grid], 8)
a = min((r.real for r in p.deriv().roots() if abs(r.imag) < 1e-9 and 5.15 < r.real < 5.35), key=p)
about(ar["a"], a, 2e-5, "a of Lennard-Jones fcc")
about(ar["cohesive"], -lj_energy(a), 1e-7, "its cohesive energy")
constants = lj_constants(ar["a"])
for name, want in zip(("C11", "C12", "C44"), constants):
    about(ar[name], want, 1e-3, name)
about(ar["C12"], ar["C44"], 2e-3, "Cauchy's relation")
about(ar["B"], (constants[0] + 2 * constants[1]) / 3, 0.01, "B of the equation of state")
for name, q in KINDS["fcc"].points.items():
    for value, want in zip(ar[f"phonon {name}"], lj_phonons(ar["a"], q) if any(q) else [0] * 3):
        near(value, want, 2e-3, f"phonon {name}")

# hcp: isotropic in its plane, no stress, nearly the ideal axes
from soapz.properties import Properties, _Bench, _Work  # noqa: E402
work = _Work(Crystal("hcp:Ar"), _Bench(lj, 1e-4, 200, lambda n: None), Properties(""), ["lattice"])
work.find_lattice()
near(work.values["c/a"], np.sqrt(8 / 3), 0.02, "c/a of Lennard-Jones hcp")
work.cell.calc = lj
near(np.abs(work.cell.get_stress()).max() * GPA, 0, 2e-3, "its stress, GPa")
c = work.elastic_matrix()
about(c[5, 5], (c[0, 0] - c[0, 1]) / 2, 2e-3, "C66 of hcp")
about(c[3, 3], c[4, 4], 1e-3, "C44 = C55")
about(c[0, 2], c[1, 2], 1e-3, "C13 = C23")

# an unstable crystal, and a wrong name
bad = soapz.property(lj, ["bcc:Ar", "diamond:Ar"], only=["elastic", "vacancy", "surfaces"])
said = "; ".join(f"{k} {s}" for k, s in bad.notes)
check("bcc:Ar not stable: an elastic constant is negative" in said and "vacancy: not computed" in said, said)
check(not any(k.startswith(("vacancy", "surface")) for k in bad.crystals["bcc:Ar"]), f"{bad.crystals}")


class Repulsive(EMT):
    def get_potential_energy(self, atoms=None, force_consistent=False):
        return 100.0 / atoms.get_volume()


none = soapz.property(Repulsive(), "fcc:Cu")
check("no minimum" in none.notes[0][1] and none.crystals["fcc:Cu"] == {}, f"{none.notes}")

# ---- Birch's equation, whose energies are known -----------------------------------------

v = np.linspace(14, 18, 41)
x = (16 / v) ** (2 / 3)
e = 9 * 16 * 1.5 / 16 * ((x - 1) ** 3 * 5.5 + (x - 1) ** 2 * (6 - 4 * x)) - 3
near(birch(v, e, 16.0)[0], 1.5 * GPA, 1e-4, "B of Birch's equation")
near(birch(v, e, 16.0)[1], 5.5, 1e-5, "B'")

# ---- EMT copper, by other ways -----------------------------------------------------------

found = soapz.property(EMT(), "fcc:Cu", fmax=1e-3, reference={"fcc:Cu": {"a": 3.6, "C11": 100}})
cu = found.crystals["fcc:Cu"]
check("reference" in str(found) and "-0.3 %" in str(found), f"{found}")
check(dict((k, r) for k, _, _, r in found.rows("fcc:Cu"))["C11"] == 100, f"{found.rows('fcc:Cu')}")
near(cu["a"], 3.59, 0.005, "a of EMT copper")  # Jacobsen, Stoltze, Norskov, Surf. Sci. 366, 394 (1996)


def strained(strain):
    atoms = bulk("Cu", a=cu["a"], cubic=True)
    atoms.set_cell(np.array(atoms.cell) @ (np.eye(3) + strain), scale_atoms=True)
    atoms.calc = EMT()
    return atoms.get_potential_energy()


def curvature(direction):
    """Second derivative of the energy by the size of a strain, GPa"""
    h, d = 0.004, np.array(direction, float)
    five = [strained(k * h * d) for k in (-2, -1, 0, 1, 2)]
    return np.dot([-1, 16, -30, 16, -1], five) / (12 * h * h) / cu["a"] ** 3 * GPA


c11, both = curvature(np.diag([1, 0, 0])), curvature(np.diag([1, 1, 0]))
c44 = curvature([[0, .5, 0], [.5, 0, 0], [0, 0, 0]])
for name, want in (("C11", c11), ("C12", both / 2 - c11), ("C44", c44)):
    about(cu[name], want, 3e-3, f"{name} of copper, by energies and by stresses")
about(cu["B"], (cu["C11"] + 2 * cu["C12"]) / 3, 0.01, "B of copper")


def relaxed(atoms):
    atoms.calc = EMT()
    FIRE(atoms, logfile=None).run(fmax=1e-3, steps=300)
    return atoms.get_potential_energy()


atom = strained(np.zeros((3, 3))) / 4
atoms = bulk("Cu", a=cu["a"], cubic=True) * (3, 3, 3)
del atoms[40]
near(cu["vacancy"], relaxed(atoms) - len(atoms) * atom, 1e-3, "the vacancy of copper")
for build, name, layers in ((fcc100, "100", 11), (fcc111, "111", 9)):
    slab = build("Cu", (1, 1, layers), a=cu["a"], vacuum=8)
    area = np.linalg.norm(np.cross(slab.cell[0], slab.cell[1]))
    about(cu[f"surface {name}"], (relaxed(slab) - len(slab) * atom) / (2 * area) * J_M2, 2e-3, f"surface {name}")


def slipped(share):
    """Energy per area of a slab with layers 7.. shifted towards the hollow sites, J/m^2"""
    slab = fcc111("Cu", (1, 1, 12), a=cu["a"], vacuum=8)
    step = slab.positions[7] - slab.positions[6]
    upper = slab.get_tags() <= 6  # layers are counted from above
    # a layer above B in C moved to A: by the same step of the stacking, in the plane
    slab.positions[upper, :2] += share * step[:2]
    slab.set_constraint(FixedLine(range(len(slab)), (0, 0, 1)))
    return relaxed(slab) / np.linalg.norm(np.cross(slab.cell[0], slab.cell[1])) * J_M2


straight = slipped(0.0)
line = found.curves["fcc:Cu"]["gamma 111"]
near(line[1][10], slipped(1.0) - straight, 3e-3, "the intrinsic fault of copper")
near(line[1][5], slipped(0.5) - straight, 3e-3, "half way to it")
near(cu["gamma 111 stable"], line[1][10], 1e-12, "stable")
check(cu["gamma 111 unstable"] >= max(line[1]), "unstable")

# ---- what calculators may do ---------------------------------------------------------------


class NoStress(EMT):
    def get_stress(self, atoms=None):
        raise PropertyNotImplementedError("no stress")


class Breaks(EMT):
    def calculate(self, atoms=None, properties=("energy",), system_changes=()):
        if len(atoms) > 20:
            raise RuntimeError("too many\natoms")
        super().calculate(atoms, properties, system_changes)


other = soapz.property(NoStress(), "fcc:Cu", only=["elastic"]).crystals["fcc:Cu"]
for name in ("C11", "C12", "C44"):
    about(other[name], cu[name], 1e-4, f"{name} of copper without stresses")
broken = soapz.property(Breaks(), "fcc:Cu", only=["lattice", "vacancy"])
check("vacancy: the calculator failed: RuntimeError: too many atoms" in broken.notes[0][1] and
      "a" in broken.crystals["fcc:Cu"], f"{broken.notes}")

# ---- Tersoff's silicon: as published, Phys. Rev. B 38, 9902 (1988) ---------------------------

if Tersoff:
    silicon = TersoffParameters(A=1830.8, B=471.18, lambda1=2.4799, lambda2=1.7322, lambda3=0.0, beta=1.1e-6, gamma=1.0,
                                m=3.0, n=0.78734, c=100390.0, d=16.217, h=-0.59825, R=2.85, D=0.15)
    si = soapz.property(Tersoff({("Si",) * 3: silicon}), "diamond:Si", only=["lattice", "eos", "elastic"])
    for name, want, tolerance in (("a", 5.432, 6e-4), ("cohesive", 4.63, 6e-3), ("B", 98, 1), ("C11", 143, 1),
                                  ("C12", 75, 1), ("C44", 69, 0.6)):
        near(si.crystals["diamond:Si"][name], want, tolerance, f"{name} of Tersoff's silicon")

# ---- planes: every slab has two equal sides, its slip vector joins lattice sites ----------

for name in ("bcc:W", "fcc:Cu", "hcp:Ti", "diamond:Si", "sc:Po"):
    crystal = Crystal(name)
    cell = crystal.primitive(3.0)
    for key, plane in crystal.kind.planes.items():
        slab, slip = crystal.slab(cell, plane, 15, 10)
        z = np.sort(slab.positions[:, 2])
        near(np.abs(np.diff(z) - np.diff(z)[::-1]).max(), 0, 1e-6, f"{name} {key}: layers from both sides")
        density = len(slab) / np.linalg.norm(np.cross(slab.cell[0], slab.cell[1]))
        check(z[-1] - z[0] > 11.9 and abs(slab.cell[2, 2] - z[-1] + z[0] - 10) < 4, f"{name} {key}: {z[-1] - z[0]}")
        d = slab.get_all_distances(mic=True) + 10 * np.eye(len(slab))
        nearest = {"bcc": 3 * np.sqrt(3) / 2, "fcc": 3 / np.sqrt(2), "diamond": 3 * np.sqrt(3) / 4}.get(name[:name.index(":")], 3)
        check(d.min() > nearest - 1e-6 and density > 0, f"{name} {key}: atoms at {d.min()}")
        if slip is not None:
            near(slip[2], 0, 1e-9, f"{name} {key}: the slip leaves the plane")

# ---- tungsten, against examples/elastic/expected.json, which is of LAMMPS ------------------

w = soapz.property(BALANCED, ["bcc:W", "fcc:W"], only=["lattice", "elastic", "eos"], threads=1)
for name, want, share in (("a", 3.1897, 3e-4), ("C11", 515.0, 0.02), ("C12", 192.8, 0.03), ("C44", 141.4, 0.03),
                          ("B", 300.2, 0.03), ("cohesive", 8.89, 0.01)):
    about(w.crystals["bcc:W"][name], want, share, f"{name} of tungsten")
check(any(k == "fcc:W" and "not stable" in s for k, s in w.notes) and all(k == "fcc:W" for k, _ in w.notes), f"{w.notes}")

# ---- what is refused -----------------------------------------------------------------------

for parts, words, keys in ((["fcb:W", "bcc:W"], "fcb:W", {}), (["one element"], "bcc:NaCl", {}),
                           (["two elements"], "rocksalt:Na", {}), (["Qq"], "bcc:Qq", {}), (["twice"], ["bcc:W"] * 2, {}),
                           (["bcc:Fe", "Nb", "not Fe"], "bcc:Fe", {}), (["no property \"bands\"", "elastic"], "bcc:W",
                            {"only": ["bands"]}),
                           (["\"stiffness\""], "bcc:W", {"reference": {"bcc:W": {"stiffness": 3}}}),
                           (["no crystal"], "bcc:W", {"reference": {"source": "me"}}), (["positive"], "bcc:W", {"fmax": 0})):
    fails(ValueError, parts, lambda: soapz.property(FAST, words, **keys))
fails(TypeError, ["ASE calculator"], lambda: soapz.property(3, "bcc:W"))
fails(ValueError, ["\"W\" may be bcc:W or fcc:W"],
      lambda: soapz.property(FAST, ["bcc:W", "fcc:W"], reference={"W": {"a": 3}}))
few = soapz.property(EMT(), "fcc:Cu", only=["lattice", "vacancy"], steps=2, reference={"source": "me", "Cu": {"a": 3.5}})
check(dict((k, r) for k, _, _, r in few.rows("fcc:Cu"))["a"] == 3.5, f"{few.rows('fcc:Cu')}")
check("did not relax" in few.notes[0][1] and "vacancy" not in few.crystals["fcc:Cu"], f"{few.notes}")
done()

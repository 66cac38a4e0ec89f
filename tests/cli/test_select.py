# SPDX-License-Identifier: BSD-3-Clause
"""soapz select: chosen structures, scores and distances agree with numpy on the vectors of the sparse
points and of the structures; near-duplicates, config_types, dumps compared with ASE, kept parts of the
input, errors."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import HERE, SOAPZ, check, check_fails, done, read_xyz, run  # noqa: E402

MODEL = os.path.join(HERE, "data", "models", "hea4_nuR2_nuS1", "gp.xml")
ELEMENTS = ["Nb", "Mo", "Ta", "W"]
LAMBDA = 1e-3  # eV
A = 6.5


# ---- structures --------------------------------------------------------------------------

def cells(n, seed):
    """(symbols, positions, cell): 16 atoms, with small and large displacements"""
    rng = np.random.default_rng(seed)
    corner = np.array(list(np.ndindex(2, 2, 2)), float)
    for _ in range(n):
        sites = np.concatenate([corner, corner + 0.5]) * A / 2
        yield (rng.choice(ELEMENTS, 16), sites + rng.normal(scale=rng.uniform(0.02, 0.3), size=(16, 3)),
               A * (np.eye(3) + rng.uniform(-0.02, 0.02, (3, 3))))


def write(path, structures, types=None):
    with open(path, "w") as f:
        for k, (symbols, positions, cell) in enumerate(structures):
            f.write(f'{len(symbols)}\nLattice="%s" Properties=tag:I:1:species:S:1:pos:R:3 number={k} '
                    'name="a b"%s\n' % (" ".join(f"{x:.17g}" for x in cell.ravel()),
                                        f" config_type={types[k]}" if types else ""))
            for i, (s, r) in enumerate(zip(symbols, positions)):
                f.write(f"{i + 5} {s} " + " ".join(f"{x:.17g}" for x in r) + "\n")


# ---- by numpy ----------------------------------------------------------------------------

class Model:
    """vectors of the sparse points, term by term"""

    def __init__(self, path, folder):
        text = os.path.join(folder, "vectors.soapz")
        subprocess.run([SOAPZ, "convert", "--vectors", path, text], check=True,
                       stdout=subprocess.DEVNULL)
        with open(text, "rb") as f:
            data = f.read()
        n = int.from_bytes(data[:8], "little")
        header = json.loads(data[8:8 + n])
        self.path, self.terms = path, []
        for k, term in enumerate(json.loads(header["__metadata__"]["model"])["terms"]):
            if term["descriptor"].startswith("soap"):
                entry = header[f"term.{k}.sparse"]
                begin, end = (8 + n + x for x in entry["data_offsets"])
                points = np.frombuffer(data[begin:end]).reshape(entry["shape"])
                self.terms.append((len(self.terms) + 1, points, term["delta"], term["zeta"],
                                   term["descriptor"].split("Z=")[-1].split()[0]))

    def vectors(self, path, folder):
        """[term] -> (frame, atom, vectors)"""
        out, result = os.path.join(folder, "vectors.npz"), []
        for term, *_ in self.terms:
            code, _, err = run("describe", self.path, path, "-o", out, "--term", term)
            check(code == 0, err)
            with np.load(out) as d:
                result.append((d["frame"], d["atom"], d["descriptor"]))
        return result


def unit(p):
    return p / np.linalg.norm(p, axis=1)[:, None]


class Candidates:
    """Data of a file for numpy: cosines of every atom with the sparse points."""

    def __init__(self, model, path, folder, n):
        self.n, self.vectors = n, [(f, a, unit(p)) for f, a, p in model.vectors(path, folder)]
        self.near = [(p @ unit(points).T).max(axis=1, initial=0)
                     for (_, _, p), (_, points, *_) in zip(self.vectors, model.terms)]
        self.variance = np.zeros((n, 16))
        for (frame, atom, p), (_, points, delta, zeta, _) in zip(model.vectors(path, folder), model.terms):
            q = delta ** 2 * (points @ points.T) ** zeta + LAMBDA ** 2 * np.eye(len(points))
            k = delta ** 2 * (p @ points.T) ** zeta
            self.variance[frame, atom] += (delta ** 2 * (p * p).sum(axis=1) ** zeta + LAMBDA ** 2
                                           - np.einsum("is,si->i", k, np.linalg.solve(q, k.T)))

    def worst(self, cosines):
        """[n] largest sqrt(2 - 2c) of each structure, and the atom that has it"""
        grade = np.zeros((self.n, 16))
        for (frame, atom, _), c in zip(self.vectors, cosines):
            np.maximum.at(grade, (frame, atom), np.sqrt(np.maximum(0, 2 - 2 * c)))
        return grade.max(axis=1), grade.argmax(axis=1)

    def like(self, picked):
        """cosines with all atoms of the chosen structures"""
        return [(p @ p[np.isin(frame, picked)].T).max(axis=1, initial=0) for frame, _, p in self.vectors]

    def pick(self, by, n, distance, among=None, picked=()):
        """[(structure, atom, score, distance)] by a greedy algorithm, and the number of near-duplicates"""
        picked, out, alike = list(picked), [], 0
        left = list(range(self.n)) if among is None else list(among)
        while left and len(out) < n:
            like = self.like(picked)
            far = self.worst(like)[0]
            score, atom = (self.worst([np.maximum(a, b) for a, b in zip(self.near, like)])
                           if by == "farthest" else self.worst(self.near) if by == "grade"
                           else (self.variance.max(axis=1), self.variance.argmax(axis=1)))
            best = max(left, key=lambda k: (score[k], -k))
            left.remove(best)
            if far[best] < distance:
                alike += 1
                continue
            picked.append(best)
            out.append((best, atom[best], score[best], far[best]))
        return out, alike


# ---- tests -------------------------------------------------------------------------------

def select(folder, *words):
    out, said = os.path.join(folder, "picked.xyz"), os.path.join(folder, "picked.json")
    code, text, err = run("select", *words, "-o", out, "--json", said)
    check(code == 0 and err == "", f"{code} {text} {err}")
    with open(said) as f:
        return read_xyz(out), json.load(f), text


def compare(frames, said, want, alike, what):
    got = [p["frame"] for p in said["picked"]]
    if not check(got == [w[0] for w in want], f"{what}: {got}, not {[w[0] for w in want]}"):
        return
    check(said["n_near_duplicates"] == alike, f"{what}: {said['n_near_duplicates']}, not {alike}")
    check([int(f["number"]) for f in frames] == got, f"{what}: the frames are those of the list")
    for pick, frame, (_, atom, score, distance) in zip(said["picked"], frames, want):
        check(pick["atom"] == atom and abs(pick["score"] / score - 1) < 1e-6
              and abs(pick["distance"] - distance) < 1e-7, f"{what}: {pick}, not {(atom, score, distance)}")
        check(float(frame["selected_score"]) - pick["score"] < 1e-8 and
              int(frame["selected_atom"]) == atom and frame["selected_by"] == said["by"] and
              int(frame["selected_frame"]) == pick["frame"] and frame["selected_from"] == pick["file"],
              f"{what}: {frame['line']}")


def numbers(folder):
    path, n = os.path.join(folder, "pool.xyz"), 30
    structures = list(cells(n, 1))
    # near-duplicates of four: small displacements, and one with another order of atoms
    rng = np.random.default_rng(2)
    for k in range(4):
        s, r, c = structures[k]
        structures.append((s, r + rng.normal(scale=0.002, size=r.shape), c))
    s, r, c = structures[0]
    order = rng.permutation(16)
    structures.append((s[order], (r + 100.0)[order], c))
    write(path, structures)
    model = Model(MODEL, folder)
    pool = Candidates(model, path, folder, len(structures))
    for by in ("farthest", "grade", "variance"):
        for distance, words in ((0.02, []), (0.3, ["--min-distance", "0.3"]), (-1, ["--min-distance=0"])):
            frames, said, _ = select(folder, MODEL, path, "-n", 12, "--by", by, *words)
            want, alike = pool.pick(by, 12, distance)
            compare(frames, said, want, alike, f"{by} {distance}")
    # choosing all: every original, and no near-duplicate
    frames, said, text = select(folder, MODEL, path, "-n", 1000)
    check(len(frames) == n and said["n_near_duplicates"] == 5, f"{len(frames)} {text}")
    check("30 of 35 structures; 5 near-duplicates were left out" in text, text)
    again = [select(folder, MODEL, path, "-n", 12, "--threads", t)[:2] for t in (1, 3)]
    check(again[0][1] == again[1][1], "threads make no difference")
    # N of each config_type, in the order of their first appearance
    types = [("b", "a", "c")[k % 7 % 3] for k in range(len(structures))]
    write(path, structures, types)
    frames, said, _ = select(folder, MODEL, path, "-n", 4, "--per-config-type")
    want, alike = [], 0
    for kind in ("b", "a", "c"):
        among = [k for k, t in enumerate(types) if t == kind]
        more, left_out = pool.pick("farthest", 4, 0.02, among, [w[0] for w in want])
        want += more
        alike += left_out
    compare(frames, said, want, alike, "per config_type")
    check([f["config_type"] for f in frames] == [types[w[0]] for w in want]
          == [p["config_type"] for p in said["picked"]], "config_type is kept")
    return structures, pool


def kept(folder, structures, pool):
    """several files, standard input; the input is kept; earlier notes are replaced"""
    one, two, out = (os.path.join(folder, f) for f in ("one.xyz", "two.xyz", "out.xyz"))
    write(one, structures[:20])
    write(two, structures[20:])
    frames, said, _ = select(folder, MODEL, one, two, "-n", 8)
    want, _ = pool.pick("farthest", 8, 0.02)
    got = [p["frame"] + 20 * (p["file"] == two) for p in said["picked"]]
    check(got == [w[0] for w in want], f"{got}")
    with open(one) as f:
        source = {0: f.read()}
    with open(two) as f:
        source[1] = f.read()
    with open(os.path.join(folder, "picked.xyz")) as f:
        text = f.read()
    for frame, k in zip(frames, got):
        check(frame["name"] == "a b" and frame["Properties"] == "tag:I:1:species:S:1:pos:R:3", frame["line"])
        check(int(frame["tag"][0, 0]) == 5 and frame["n_atoms"] == 16, "columns")
        lines = source[k >= 20].split("\n")
        at = 18 * (k % 20)
        check("\n".join(lines[at + 2:at + 18]) in text, "rows as they stand in the file")
    code, _, err = run("select", MODEL, "-", "-n", 3, "-o", out, stdin=source[0])
    check(code == 0 and len(read_xyz(out)) == 3 and read_xyz(out)[0]["selected_from"] == "-", err)
    code, text, err = run("select", MODEL, out, "-n", 2, "-o", "-")
    check(code == 0 and "distance" in err and text.count("selected_from=") == 2, f"{err} {text}")
    check(f'selected_from="{out}"' in text and 'selected_from="-"' not in text, text)


def uncertainty(folder, structures):
    """the largest of the column that soapz eval writes"""
    path, out = (os.path.join(folder, f) for f in ("u.xyz", "v.xyz"))
    model = os.path.join(folder, "calibrated.soapz")
    write(path, structures)
    check_fails(1, ["no calibration", "soapz calibrate"], "select", MODEL, path, "--by", "uncertainty",
                "-o", out, gone=out)
    held = os.path.join(folder, "held.xyz")
    code, _, err = run("eval", MODEL, path, "-o", held)
    rng = np.random.default_rng(3)
    with open(held) as f:  # forces with errors
        lines = f.read().split("\n")
    for k, line in enumerate(lines):
        words = line.split()
        if len(words) == 9:
            lines[k] = " ".join(words[:5] + [repr(float(x) + rng.normal(scale=0.3)) for x in words[5:8]] +
                                words[8:])
    with open(held, "w") as f:
        f.write("\n".join(lines))
    code, _, err = run("calibrate", MODEL, held, "-o", model)
    check(code == 0, err)
    code, _, err = run("eval", model, path, "-o", out, "--uncertainty")
    check(code == 0, err)
    sigma = np.array([f["force_uncertainty"][:, 0] for f in read_xyz(out)])
    _, said, _ = select(folder, model, path, "-n", 6, "--by", "uncertainty", "--min-distance", "0")
    order = np.argsort(-sigma.max(axis=1), kind="stable")[:6]
    check([p["frame"] for p in said["picked"]] == list(order), f"{said['picked']} {order}")
    for p, k in zip(said["picked"], order):
        check(abs(p["score"] / sigma[k].max() - 1) < 1e-7 and p["atom"] == sigma[k].argmax(), f"{p}")


# ---- dumps -------------------------------------------------------------------------------

def write_dump(path, structures, columns, scaled=False):
    """as in LAMMPS: the cell is rotated so that it is lower triangular"""
    with open(path, "w") as f:
        for k, (symbols, positions, cell) in enumerate(structures):
            q, low = np.linalg.qr(cell.T)
            low = (low * np.sign(np.diag(low))[:, None]).T
            s = positions @ np.linalg.inv(cell)
            lo = np.array([-1.5, 0.25, 2])
            xy, xz, yz = low[1, 0], low[2, 0], low[2, 1]
            f.write(f"ITEM: TIMESTEP\n{10 * k}\nITEM: NUMBER OF ATOMS\n{len(symbols)}\n"
                    "ITEM: BOX BOUNDS xy xz yz pp pp pp\n")
            for x, (lower, upper, tilt) in enumerate((
                    (min(0, xy, xz, xy + xz), max(0, xy, xz, xy + xz), xy), (min(0, yz), max(0, yz), xz),
                    (0, 0, yz))):
                f.write(f"{lo[x] + lower:.17g} {lo[x] + low[x, x] + upper:.17g} {tilt:.17g}\n")
            f.write(f"ITEM: ATOMS {columns}\n")
            at = s if scaled else s @ low + lo
            for i, symbol in enumerate(symbols):
                f.write(f"{i + 1} {ELEMENTS.index(symbol) + 1} " + " ".join(f"{x:.17g}" for x in at[i]) +
                        f" {0.1 * i:.3g}\n")


def dumps(folder, structures, pool):
    path, xyz, out = (os.path.join(folder, f) for f in ("run.dump", "xyz.xyz", "dumped.xyz"))
    want, alike = pool.pick("farthest", 8, 0.02)
    for columns, scaled in (("id type x y z c_q", False), ("id type xs ys zs c_q", True)):
        write_dump(path, structures, columns, scaled)
        for names in (["--elements", *ELEMENTS], ["--elements=Nb,Mo,Ta W"]):
            frames, said, _ = select(folder, MODEL, path, *names, "-n", 8)
            check([p["frame"] for p in said["picked"]] == [w[0] for w in want]
                  and said["n_near_duplicates"] == alike, f"{columns}: {said['picked']}")
            check(all(abs(p["score"] - w[2]) < 1e-6 for p, w in zip(said["picked"], want)), columns)
        check(frames[0]["timestep"] == str(10 * want[0][0]) and
              frames[0]["Properties"] == "species:S:1:pos:R:3:id:I:1:type:I:1:c_q:R:1" and
              list(frames[0]["species"][:, 0]) == list(structures[want[0][0]][0]), frames[0]["line"])
    # other verbs
    write(xyz, structures)
    code, _, err = run("eval", MODEL, path, "--elements", *ELEMENTS, "-o", out)
    check(code == 0, err)
    energies = [float(f["energy"]) for f in read_xyz(out)]
    code, _, err = run("eval", MODEL, xyz, "-o", out)
    check(np.allclose(energies, [float(f["energy"]) for f in read_xyz(out)], atol=1e-9), "eval of a dump")
    npy = os.path.join(folder, "dumped.npy"), os.path.join(folder, "xyz.npy")
    for source, to in zip(((path, "--elements", *ELEMENTS), (xyz,)), npy):
        code, _, err = run("describe", MODEL, *source, "--term", 1, "-o", to)
        check(code == 0, err)
    check(np.allclose(*map(np.load, npy), atol=1e-9), "describe of a dump")
    check_fails(1, ["run.dump:10", "--elements"], "select", MODEL, path, "-o", out + "2", gone=out + "2")
    with open(path, "r+") as f:
        f.truncate(os.path.getsize(path) - 30)
    check_fails(1, ["run.dump:", "cut off"], "select", MODEL, path, "--elements", *ELEMENTS, "-o", out + "2",
                gone=out + "2")


def dumps_of_lammps(folder, structures):
    """dumps of LAMMPS, compared with ASE"""
    lmp = os.path.join(os.path.dirname(os.environ.get("SOAPZ_PYTHON", sys.executable)), "lmp")
    try:
        import ase.io
    except ImportError:
        print("no ASE: its reading of dumps is not compared")
        return
    if not os.path.exists(lmp):
        print("no lmp: dumps of LAMMPS are not compared")
        return
    with open(os.path.join(folder, "in"), "w") as f:
        f.write("units metal\nregion b prism 0 6 -1 5 1 8 1.5 -0.75 1.25\nboundary p p f\n"
                "create_box 4 b\ncreate_atoms 1 random 20 7 NULL overlap 1.5 maxtry 100\n"
                "set group all type/fraction 4 0.5 3\nmass * 90\npair_style zero 5.0\npair_coeff * *\n"
                "dump E all custom 1 e.dump id element x y z ix vx\ndump_modify E element Nb Mo Ta W time yes "
                "units yes\n"
                "dump S all custom 1 s.dump id type xs ys zs\ndump U all custom 1 u.dump id type xu yu zu\n"
                "dump A all atom 1 a.dump\ndump G all custom 1 g.dump id type xsu ysu zsu\n"
                + "".join(f"dump_modify {d} sort id format float %.15g\n" for d in "ESUG") +
                "dump_modify A sort id\nvelocity all create 3000 5\nfix 1 all nve\nrun 3\n")
    r = subprocess.run([lmp, "-in", "in", "-log", "none"], cwd=folder, capture_output=True, text=True)
    if not check(r.returncode == 0, r.stdout[-800:]):
        return
    reference = ase.io.read(os.path.join(folder, "e.dump"), index=":", format="lammps-dump-text")
    for name, tolerance in (("e", 1e-12), ("s", 1e-12), ("u", 1e-12), ("g", 1e-12), ("a", 1e-4)):
        path, out = os.path.join(folder, name + ".dump"), os.path.join(folder, name + ".xyz")
        code, _, err = run("eval", MODEL, path, "--elements", *ELEMENTS, "-o", out)
        if not check(code == 0, err):
            continue
        ours = ase.io.read(out, index=":")
        check(len(ours) == len(reference) == 4, f"{name}: {len(ours)} frames")
        for a, b in zip(ours, reference):
            check(list(a.numbers) == list(b.numbers) and list(a.pbc) == [1, 1, 0], f"{name}: elements")
            check(np.allclose(a.cell, b.cell, atol=1e-12), f"{name}: {a.cell} {b.cell}")
            shift = (a.positions - b.positions) @ np.linalg.inv(b.cell.array)
            shift -= np.round(shift)  # images, and the position of the corner in ASE
            shift -= shift[0]
            check(abs(shift - np.round(shift)).max() < tolerance, f"{name}: {abs(shift).max()}")


def refused(folder, structures):
    path, out = (os.path.join(folder, f) for f in ("r.xyz", "nothing.xyz"))
    write(path, structures[:3])

    def fails(code, parts, *words):
        check_fails(code, parts, "select", *words, gone=out)

    fails(2, ["a model and structures"], MODEL, "-o", out)
    fails(2, ["-o"], MODEL, path)
    fails(2, ["overwrite"], MODEL, path, "-o", path)
    fails(2, ["overwrite"], MODEL, path, "-o", out, "--json", path)
    fails(2, ["same file"], MODEL, path, "-o", out, "--json", out)
    fails(2, ["-n must be", "0"], MODEL, path, "-o", out, "-n", 0)
    fails(2, ["--min-distance", "-1"], MODEL, path, "-o", out, "--min-distance=-1")
    fails(2, ["farthest, grade, variance or uncertainty", "luck"], MODEL, path, "-o", out, "--by", "luck")
    fails(2, ["--elements needs element symbols"], MODEL, path, "-o", out, "--elements")
    fails(2, ["--elements needs element symbols", "Qq"], MODEL, path, "-o", out, "--elements=Qq")
    fails(1, ["nowhere.xyz"], MODEL, os.path.join(folder, "nowhere.xyz"), "-o", out)
    with open(path, "a") as f:
        f.write('1\nLattice="9 0 0 0 9 0 0 0 9"\nCu 0 0 0\n')
    fails(1, ["r.xyz:57", "Cu"], MODEL, path, "-o", out)
    with open(path, "w") as f:
        f.write('2\nLattice="9 0 0 0 9 0 0 0 9"\nW 0 0 0\nW 0 0 0\n')
    fails(1, ["r.xyz:1", "coincide"], MODEL, path, "-o", out)
    with open(path, "w") as f:
        f.write("\n")
    fails(1, ["no structure"], MODEL, path, "-o", out)


with tempfile.TemporaryDirectory() as folder:
    structures, pool = numbers(folder)
    kept(folder, structures, pool)
    uncertainty(folder, structures)
    dumps(folder, structures, pool)
    dumps_of_lammps(folder, structures)
    refused(folder, structures)
done()

# SPDX-License-Identifier: BSD-3-Clause
"""soapz eval: the output is consistent and keeps the input; invalid input gives one sentence with file and
line, and no file."""
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import MODELS, SOAPZ, check, check_fails, done, numbers, read_xyz, run, write_xyz  # noqa: E402

model = os.path.join(MODELS, "hea4_nuR1_nuS0", "gp.xml")
cell = np.array([[4.4, 0, 0], [0.9, 4.1, 0], [-0.5, 0.7, 4.3]])
species = ["Nb", "Mo", "Ta", "W"]
positions = np.array([[0.1, 0.2, 0], [2.2, 2.1, 0.3], [2.4, 0.1, 2.3], [-0.2, 2.4, 2.0]])


def evaluate(folder, *structure, **more):
    path, out = os.path.join(folder, "in.xyz"), os.path.join(folder, "out.xyz")
    write_xyz(path, *structure, **more)
    code, text, err = run("eval", model, path, "-o", out)
    check(code == 0 and err == "" and "1 frame, " in text, f"eval: {code} {text} {err}")
    return read_xyz(out)[0]


def energy(folder, *structure):
    return float(evaluate(folder, *structure)["energy"])


def physics(folder):
    f = evaluate(folder, species, positions, cell)
    forces, virial = f["forces"], numbers(f["virial"]).reshape(3, 3)
    check(abs(float(f["energy"]) - f["local_energy"].sum()) < 1e-12, "E is the sum of E_i")
    check(abs(forces.sum(axis=0)).max() < 1e-12, f"forces sum to {forces.sum(axis=0)}")
    check(abs(forces).max() > 0.1, "forces are there")
    h = 1e-4
    for i, x in ((0, 0), (2, 1), (3, 2)):
        e = []
        for sign in (1, -1):
            p = positions.copy()
            p[i, x] += sign * h
            e.append(energy(folder, species, p, cell))
        slope = -(e[0] - e[1]) / (2 * h)
        check(abs(slope - forces[i, x]) < 1e-6, f"force {i} {x}: {forces[i, x]} not {slope}")
    for a, b in ((0, 0), (0, 1), (2, 1)):
        e = []
        for sign in (1, -1):
            strain = np.eye(3)
            strain[a, b] += sign * h
            e.append(energy(folder, species, positions @ strain, cell @ strain))
        slope = -(e[0] - e[1]) / (2 * h)
        check(abs(slope - virial[a, b]) < 2e-5, f"virial {a}{b}: {virial[a, b]} not {slope}")
    # the third vector does not matter for a slab without periodicity in this direction
    slab = evaluate(folder, species, positions, cell, [1, 1, 0])
    other = cell.copy()
    other[2] = 0
    check(slab["energy"] == evaluate(folder, species, positions, other, [1, 1, 0])["energy"],
          "the third vector of a slab matters")
    # no Lattice: a cluster
    e = energy(folder, species, positions)
    check(e == energy(folder, species, positions, cell, [0, 0, 0]), "cluster without Lattice")
    check(abs(e - energy(folder, species, positions + 100)) < 1e-9, "cluster moved")
    # more than one part of 2048 atoms: 6^3 copies of 10 atoms, one atom displaced
    n = 9
    shifts = np.array([(x, y, z) for x in range(n) for y in range(n) for z in range(n)]) @ cell
    big = evaluate(folder, species * n**3, (positions + shifts[:, None]).reshape(-1, 3), n * cell)
    check(abs(float(big["energy"]) / n**3 - float(f["energy"])) < 1e-9, "supercell: energy")
    check(abs(big["forces"] - np.tile(forces, (n**3, 1))).max() < 1e-9, "supercell: forces")
    check(abs(numbers(big["virial"]) / n**3 - virial.ravel()).max() < 1e-8, "supercell: virial")


def low_rank(folder):
    path, out, other = (os.path.join(folder, f) for f in ("in.xyz", "out.xyz", "other.xyz"))
    squares = os.path.join(MODELS, "hea4_nuR2_nuS1", "gp.xml")
    write_xyz(path, species, positions, cell)
    code, text, err = run("eval", squares, path, "-o", out)
    check(code == 0 and "rank" not in text and err == "", f"{code} {text} {err}")
    code, text, err = run("eval", squares, path, "-o", other, "--rank-tolerance", "0")
    check(code == 0 and "rank" not in text and err == "", f"{code} {text} {err}")
    check(open(out).read() == open(other).read(), "0 is off")
    code, text, err = run("eval", squares, path, "-o", other, "--rank-tolerance", "1e-3")
    check(code == 0 and err == "" and text.count("\nterm ") == 3, f"{code} {text} {err}")
    check(re.search(r"^term 1: rank \d+ of 68, error \S+ eV rms and \S+ at most", text), text)
    e, low = (float(read_xyz(f)[0]["energy"]) for f in (out, other))
    check(0 < abs(e - low) < 0.5, f"{low} is not {e}")
    code, text, err = run("eval", squares, path, "-o", "-", "--rank-tolerance", "1e-3")
    check(code == 0 and text == open(other).read(), "nothing but frames on standard output")
    check(err.count("term ") == 4, err)
    os.remove(out)
    for bad in ("-1", "x", "nan"):
        check_fails(2, ["--rank-tolerance must be an energy in eV"], "eval", squares, path, "-o", out,
                    f"--rank-tolerance={bad}", gone=out)
    code, text, err = run("eval", squares, path, "-o", out)
    for n in ("1", "3", "0"):
        code, text, err = run("eval", squares, path, "-o", other, "--threads", n)
        check(code == 0 and open(out).read() == open(other).read(), f"--threads {n}: {code} {err}")
    os.remove(out)
    for bad in ("-1", "x", "1025"):
        check_fails(2, ["--threads must be a number from 0 to 1024"], "eval", squares, path, "-o", out,
                    f"--threads={bad}", gone=out)
    code, text, err = run("eval", squares, path, "-o", out, "--precision", "double")
    code, text, err = run("eval", squares, path, "-o", other, "--precision", "mixed")
    check(code == 0 and err == "", f"{code} {text} {err}")
    check("mixed precision; SOAP kernels in double: " in text or "no AVX2" in text, text)
    e, mixed = (float(read_xyz(f)[0]["energy"]) for f in (out, other))
    check(0 < abs(e - mixed) < 1e-3, f"{mixed} is not {e}")
    os.remove(out)
    check_fails(2, ['precision is double or mixed, not "single"'], "eval", squares, path, "-o", out,
                "--precision=single", gone=out)
    os.remove(path)
    os.remove(other)


def file_format(folder):
    path, out = os.path.join(folder, "in.xyz"), os.path.join(folder, "out.xyz")
    text = ('2\nstress="1 2 3" Lattice="20 0 0 0 20 0 0 0 20" name="a b" energy=7 '
            'Properties=tag:I:1:species:S:1:forces:R:3:pos:R:3:local_energy:R:1:q:L:1 '
            'pbc="F F F" virial={1 2 3 4 5 6 7 8 9} config_type=dimer\n'
            '5 Nb 1 2 3 0.10 0 0 9 T\n6 W 1 2 3 2.5 0 0.00 9 F\n')
    open(path, "w").write(text + text.replace("0.10", "0.20"))
    code, said, err = run("eval", model, path, f"--output={out}")
    check(code == 0 and "2 frames, 4 atoms" in said, f"two frames: {code} {said} {err}")
    got = open(out).read()
    frames = read_xyz(out)
    for f in frames:
        keys = re.findall(r"(\w+)=", f["line"])
        check(len(set(keys)) == len(keys), f"a key twice: {keys}")
        check("stress" not in keys and f["energy"] != "7", f"stress or old energy: {keys}")
        check(f["name"] == "a b" and f["config_type"] == "dimer", "info kept")
        check(f["Properties"] == "tag:I:1:species:S:1:pos:R:3:q:L:1:forces:R:3:local_energy:R:1",
              f["Properties"])
        check(abs(f["forces"]).max() > 1e-3 and list(f["q"][:, 0]) == ["T", "F"], "columns")
    check("\n5 Nb 0.10 0 0 T " in got and "\n6 W 2.5 0 0.00 F " in got, "columns kept as text")
    check(all(re.fullmatch(r"-?\d\.\d{16}e[+-]\d\d", n) for n in frames[0]["virial"].split()),
          "17 digits")
    # the same from a pipe to a pipe, with Windows line ends, of its own output
    check(run("eval", model, "-", "-o", "-", stdin=open(path).read())[1] == got, "pipe")
    check(run("eval", model, "-", "-o", "-",
              stdin=open(path).read().replace("\n", "\r\n"))[1] == got, "Windows line ends")
    code, again, _ = run("eval", model, out, "-o", "-")
    check(read_xyz(out)[1]["energy"] in again and again.count("forces:R:3") == 2, "own output")
    check(run("eval", model, out, "-o", out + ".again")[0] == 0, "once more")
    check(open(out + ".again").read() == again, "once more: another result")
    os.remove(out + ".again")
    check(not stat.S_IMODE(os.stat(out).st_mode) & 0o111, "output may be executed")
    check(stat.S_IMODE(os.stat(out).st_mode) == stat.S_IMODE(os.stat(path).st_mode),
          "output has other rights than a plain file")
    os.symlink(out, path + ".link")
    check(run("eval", model, path, "-o", path + ".link")[0] == 0, "link")
    check(os.path.islink(path + ".link") and open(out).read() == got, "link was replaced")
    check(sorted(os.listdir(folder)) == ["in.xyz", "in.xyz.link", "out.xyz"], "files left over")
    # numbers are written with a point in a German locale, too
    os.environ["LC_ALL"] = "de_DE.UTF-8"
    check(run("eval", model, path, "-o", "-")[1] == got, "locale")
    del os.environ["LC_ALL"]


def bad(folder):
    path, out = os.path.join(folder, "bad.xyz"), os.path.join(folder, "nothing.xyz")

    def fails(text, *parts):
        open(path, "w").write(text)
        check_fails(1, parts, "eval", model, path, "-o", out, gone=out)

    good = '2\nLattice="9 0 0 0 9 0 0 0 9"\nNb 0 0 0\nMo 0 0 2.5\n'
    fails("", "bad.xyz", "no frame")
    fails("\n\n", "no frame")
    fails(good.replace("Mo", "Cu"), "bad.xyz:4:", "Cu", "Nb")
    fails(good.replace("2.5", "nan"), "bad.xyz:4:", "nan")
    fails(good.replace("2.5", "-inf"), "bad.xyz:4:", "inf")
    fails(good.replace("2.5", "1e40"), "bad.xyz:1:", "far away")
    fails(good.replace("2.5", "0.0"), "bad.xyz:3:", "line 4", "coincide")
    fails(good.replace("2.5", "9.0"), "coincide")  # a periodic image of the other
    fails(good.replace("2.5", "1e-7"), "coincide")
    fails(good.replace("9 0 0 0 9", "9 0 0 9 0"), "bad.xyz:1:", "singular")
    fails(good + good[:-11], "bad.xyz:7:", "ends after 1 of the 2 atoms")  # second frame
    fails(good + "junk\n", "bad.xyz:5:", "junk")
    fails(good.replace("Mo 0 0", "Mo 0"), "bad.xyz:4:", "3 columns")
    fails("2\n\n\0\0\0\n", "bad.xyz:3:", "text")
    check_fails(1, ["nowhere.xyz"], "eval", model, folder + "/nowhere.xyz", "-o", out, gone=out)
    check_fails(1, ["nowhere.xml"], "eval", "nowhere.xml", path, "-o", out, gone=out)

    open(path, "w").write(good)
    check_fails(1, ["no/such/out.xyz"], "eval", model, path, "-o", folder + "/no/such/out.xyz")
    check_fails(1, [folder, "directory"], "eval", model, path, "-o", folder)
    # a failure does not change an earlier result
    open(out, "w").write("precious")
    open(path, "w").write(good + "junk\n")
    check_fails(1, ["junk"], "eval", model, path, "-o", out)
    check(open(out).read() == "precious", "an earlier result was damaged")
    check(sorted(os.listdir(folder)) == ["bad.xyz", "nothing.xyz"], "files left over")
    if os.path.exists("/dev/full"):
        open(path, "w").write(good)
        check_fails(1, ["/dev/full", "No space left"], "eval", model, path, "-o", "/dev/full")
        check(stat.S_ISCHR(os.stat("/dev/full").st_mode), "/dev/full was replaced")
        open(path, "w").write(good * 2000)
        check_fails(1, ["/dev/full", "No space left"], "eval", model, path, "-o", "/dev/full")


def interrupted(folder):
    """Ctrl-C between two frames: one sentence, exit code 1, no file."""
    out = os.path.join(folder, "out.xyz")
    frame = '2\nLattice="9 0 0 0 9 0 0 0 9"\nNb 0 0 0\nMo 0 0 2.5\n'
    process = subprocess.Popen([SOAPZ, "eval", model, "-", "-o", out], text=True,
                               stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(frame)
    process.stdin.flush()
    while not os.listdir(folder):  # the output is open
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(frame * 2)
    check(process.returncode == 1 and "interrupted" in err.lower(), f"{process.returncode} {err!r}")
    check(not os.listdir(folder), f"left {os.listdir(folder)}")


with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
    physics(one)
    for name in os.listdir(one):
        os.remove(os.path.join(one, name))
    low_rank(one)
    file_format(one)
    bad(two)
with tempfile.TemporaryDirectory() as three:
    interrupted(three)
done()

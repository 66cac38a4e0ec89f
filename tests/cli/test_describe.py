# SPDX-License-Identifier: BSD-3-Clause
"""soapz describe: which rows, in which order, from a model or a text; bad input."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import MODELS, check, check_fails, done, run, write_xyz  # noqa: E402

model = os.path.join(MODELS, "hea4_nuR1_nuS0", "gp.xml")
mixed = os.path.join(MODELS, "hea4_per_species_hypers", "gp.xml")
species = ["W", "Nb", "W", "Mo", "Ta"]
positions = np.array([[0, 0, 0], [2.6, 0, 0.1], [0, 2.5, 0.2], [0.3, 0, 2.7], [2.4, 2.6, 2.5]])
soap = "soap cutoff=4 n_max=3 l_max=2 atom_sigma=0.5 n_species=2 species_Z={41 74} "

with tempfile.TemporaryDirectory() as folder:
    path, out = os.path.join(folder, "in.xyz"), os.path.join(folder, "out.npy")
    write_xyz(path, species, positions)

    def describe(*words, file=path):
        code, text, err = run("describe", *words, file, "-o", out)
        check(code == 0 and err == "" and "rows of" in text, f"{words}: {code} {text} {err}")
        x = np.load(out)
        check(x.dtype == np.float64 and x.flags["C_CONTIGUOUS"], f"{words}: {x.dtype}")
        os.remove(out)
        return x

    everything = describe(model)
    check(everything.shape == (5, 10), f"shape {everything.shape}")
    check(np.allclose(np.linalg.norm(everything, axis=1), 1, rtol=0, atol=1e-12), "norm 1")
    # the terms are the rows of their centres, in the order of the file
    rows = {}
    for term in (1, 2, 3, 4):
        x = describe(model, f"--term={term}")
        hits = [[i for i in range(5) if np.array_equal(row, everything[i])] for row in x]
        check(all(len(h) == 1 for h in hits), f"term {term}: rows of all atoms")
        rows[term] = [h[0] for h in hits if h]
        check(len({species[i] for i in rows[term]}) == 1, f"term {term} has one element")
    check(sorted(sum(rows.values(), [])) == [0, 1, 2, 3, 4] and [0, 2] in rows.values(),
          f"rows of the terms: {rows}")
    # frame after frame, from a pipe, to a file that was there; many atoms, many blocks
    many = os.path.join(folder, "many.xyz")
    write_xyz(many, species * 40, (positions + 50 * np.arange(40)[:, None, None]).reshape(-1, 3))
    text = open(many).read() + open(path).read()
    open(many, "w").write(text)
    x = describe(model, file=many)
    check(x.shape == (205, 10), f"two frames: {x.shape}")
    check(abs(x - np.tile(everything, (41, 1))).max() < 1e-12, "many blocks")
    open(out, "w").write("old")
    code = run("describe", model, "-", "-o", out, stdin=text)[0]
    check(code == 0 and np.array_equal(np.load(out), x), "from a pipe")
    os.remove(out)
    # texts: centres as the key Z says
    check(describe("--descriptor", soap).shape == (5, 64), "all atoms")
    a = describe("--descriptor", soap + "Z=74")
    check(a.shape == (2, 64), f"centres W: {a.shape}")
    check(describe("-d", soap + "n_Z=2 Z={41 74}").shape == (3, 64), "centres Nb W")
    check(np.array_equal(a, describe("--descriptor", soap.upper().replace("SOAP", "soap") + "Z=74")),
          "keys in capitals")

    def fails(*parts_words):
        *parts, words = parts_words
        check_fails(1, parts, "describe", *words, "-o", out, gone=out)

    fails("4 soap terms", "--term", [mixed, path])
    check(describe(mixed, "--term", 2).shape == (1, 65), "a term of the mixed model")
    for term in ("0", "5", "x", "1.5"):
        fails("--term " + term, "1 to 4", [model, path, "--term", term])
    for text, *parts in (("angle_3b cutoff=3", "angle_3b"), ("", "soap"),
                         ("soap n_max=3 l_max=2 atom_sigma=0.5", "cutoff"),
                         (soap + "n_max=x", "n_max"), (soap + "cutoff=-1", "cutoff"),
                         (soap + "Z={41 74}", "Z"), (soap + "nu_R=3", "nu_R"),
                         (soap + "average=T", "average"), (soap + "Z_map={41, 74}", "Z_map"),
                         (soap + "{", "{")):
        fails("--descriptor", *parts, ["--descriptor", text, path])
    fails("no atom that is a centre", ["--descriptor", soap + "Z=6", path])
    # an atom none of whose surroundings count
    fails("in.xyz:6:", "no descriptor", ["--descriptor", soap + "Z=42 cutoff=2.6", path])
    copper = os.path.join(folder, "cu.xyz")
    write_xyz(copper, ["W", "Cu"], positions[:2])
    fails("cu.xyz:4:", "Cu", [model, copper])
    check(describe("--descriptor", soap + "Z=74", file=copper).shape == (1, 64), "Cu ignored")
    write_xyz(copper, ["W", "W"], positions[[0, 0]])
    fails("cu.xyz:3:", "one place", [model, copper])
    check_fails(1, ["standard output", "real file"], "describe", model, path, "-o", "-")
    check_fails(1, ["/no/"], "describe", model, path, "-o", folder + "/no/out.npy")
    check_fails(1, [folder, "directory"], "describe", model, path, "-o", folder)
    if os.path.exists("/dev/full"):
        check_fails(1, ["/dev/full"], "describe", model, path, "-o", "/dev/full")
    check(sorted(os.listdir(folder)) == ["cu.xyz", "in.xyz", "many.xyz"], "files left over")
done()

# SPDX-License-Identifier: BSD-3-Clause
"""soapz describe: rows and their order for a model, a text or the label of a compression; contents of an
.npz file; invalid input."""
import json
import os
import sys
import tempfile
import zipfile

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
    # several frames, from a pipe, to an existing file; many atoms, several blocks
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
    # texts: centres according to the key Z
    check(describe("--descriptor", soap).shape == (5, 64), "all atoms")
    a = describe("--descriptor", soap + "Z=74")
    check(a.shape == (2, 64), f"centres W: {a.shape}")
    check(describe("-d", soap + "n_Z=2 Z={41 74}").shape == (3, 64), "centres Nb W")
    check(describe("-d", soap + "Z_map={41 74}").shape == (5, 19), "one group")
    one = describe("-d", soap + "average=T Z=74")
    check(one.shape == (1, 64) and abs(np.linalg.norm(one) - 1) < 1e-12, "average of W")
    check(np.array_equal(a, describe("--descriptor", soap.upper().replace("SOAP", "soap") + "Z=74")),
          "keys in capitals")

    # one row for each frame: the vector of the summed densities
    a = describe("--descriptor", soap + "average=T", file=many)
    check(a.shape == (2, 64), f"average: {a.shape}")
    raw = describe("--descriptor", soap + "normalise=F average=T")
    one = describe("--descriptor", soap + "normalise=F Z=74 average=T central_weight=0")
    each = describe("--descriptor", soap + "normalise=F Z=74 central_weight=0")
    check(np.allclose(a[1], raw[0] / np.linalg.norm(raw[0]), rtol=0, atol=1e-14), "average, norm")
    check(one.shape == (1, 64) and not np.allclose(one, each.sum(0)), "average of two atoms")
    write_xyz(path, ["W", "Nb"], positions[:2])
    one = describe("--descriptor", soap + "normalise=F Z=74 average=T")
    each = describe("--descriptor", soap + "normalise=F Z=74")
    check(np.array_equal(one, each), "average of one atom")
    write_xyz(path, species, positions)

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
                         (soap + "Z_map={41, 79}", "Z_map", "79"),
                         (soap + "Z_map={41, 74} nu_S=1", "Z_map", "nu_S"),
                         (soap + "compression={nu=4}", "nu=4", "soapz compressions"),
                         (soap + "{", "{")):
        fails("--descriptor", *parts, ["--descriptor", text, path])
    fails("no atom that is a centre", ["--descriptor", soap + "Z=6", path])
    # an atom without neighbours of the species of the descriptor
    fails("in.xyz:6:", "no descriptor", ["--descriptor", soap + "Z=42 cutoff=2.6", path])
    copper = os.path.join(folder, "cu.xyz")
    write_xyz(copper, ["W", "Cu"], positions[:2])
    fails("cu.xyz:4:", "Cu", [model, copper])
    check(describe("--descriptor", soap + "Z=74", file=copper).shape == (1, 64), "Cu ignored")
    write_xyz(copper, ["W", "W"], positions[[0, 0]])
    fails("cu.xyz:3:", "coincide", [model, copper])
    # ---- by label, to .npz -----------------------------------------------------------
    npz = os.path.join(folder, "out.npz")

    def compress(label, *words, file=path):
        code, text, err = run("describe", "--compression", label, "--n-max", 4, "--l-max", 3,
                              "--cutoff", 4, *words, file, "-o", npz)
        check(code == 0 and err == "" and "rows of" in text, f"{label}: {code} {text} {err}")
        check(zipfile.ZipFile(npz).testzip() is None, f"{label}: a checksum is wrong")
        with np.load(npz, allow_pickle=False) as z:
            arrays = {k: z[k] for k in z.files}
        os.remove(npz)
        d = arrays["descriptor"]
        check(d.dtype == np.float64 and np.isfinite(d).all(), f"{label}: {d.dtype}")
        check(abs(np.linalg.norm(d, axis=1) - 1).max() < 1e-12, f"{label}: norm")
        for key in ("frame", "atom", "species"):
            check(arrays[key].dtype == np.int64 and arrays[key].shape == d.shape[:1],
                  f"{label}: {key} {arrays[key].dtype} {arrays[key].shape}")
        # its keys give the same, followed by the component covariance_sigma0
        if label != "optimal":
            again = describe("--descriptor", str(arrays["descriptor_string"]), file=file)
            check(np.array_equal(again[:, :-1], d) and not again[:, -1].any(),
                  f"{label}: {arrays['descriptor_string']} is not the same")
        return arrays

    listed = json.loads(run("compressions", "--json", "--species", 4, "--n-max", 4,
                            "--l-max", 3)[1])
    z = [74, 41, 74, 42, 73]
    for c in listed:
        a = compress(c["label"])
        check(a["descriptor"].shape == (5, c["length"]), f"{c['label']}: length")
        check(a["atom"].tolist() == [0, 1, 2, 3, 4] and a["species"].tolist() == z
              and not a["frame"].any(), f"{c['label']}: rows")
        check(str(a["compression"]) == c["label"], f"{c['label']}: {a['compression']}")
        spaced = compress(" " + c["label"].replace(",", ", "))
        check(np.array_equal(spaced["descriptor"], a["descriptor"]), f"{c['label']}: blanks")
    two = compress("nu,mu=1,1", file=many)
    check(two["frame"].tolist() == [0] * 200 + [1] * 5, "frames")
    check(two["atom"].tolist() == [*range(200), *range(5)], "atoms")
    some = compress("mu=2", "--centre", "W 41", "--species", "Mo,Nb Ta W")
    check(some["atom"].tolist() == [0, 1, 2], "centres")
    check("species_Z={42 41 73 74}" in str(some["descriptor_string"]), "order of species")
    full = compress("nu=2")["descriptor"]

    def unpack(d, n):
        """[atoms][l][n][n] of a symmetric list"""
        p = np.zeros((len(d), 4, n, n))
        i, j = np.tril_indices(n)
        p[:, :, i, j] = d.reshape(len(d), len(i), 4).transpose(0, 2, 1)
        p[:, :, i[i != j], j[i != j]] /= np.sqrt(2)
        low = np.tril(p, -1)
        return p + low.transpose(0, 1, 3, 2)

    def same(got, want, what):
        want = want / np.linalg.norm(want, axis=1)[:, None]
        check(got.shape == want.shape and abs(got - want).max() < 1e-13, what)

    p = unpack(full, 16)
    # the matrices in the file are those of the vectors
    w = compress("W^T P_l")
    same(w["descriptor"], np.concatenate(
        [(p[:, l] @ w[f"W_{l}"]).reshape(5, -1) for l in range(4)], axis=1), "W^T P_l")
    check(w["W_2"].shape == (16, 5), f"W_2: {w['W_2'].shape}")
    check(not np.array_equal(compress("W^T P_l", "--seed", 2)["W_0"], w["W_0"]), "seed")
    q = compress("Q^T P_l Q")
    rows = []
    for l in range(4):
        g = q[f"Q_{l}"].T @ p[:, l] @ q[f"Q_{l}"]
        i, j = np.triu_indices(16)
        i, j = i[i < 2 * l + 1], j[i < 2 * l + 1]
        rows.append(g[:, i, j] * np.where(i == j, 1, np.sqrt(2)))
    same(q["descriptor"], np.concatenate(rows, axis=1), "Q^T P_l Q")
    # the optimal basis: eigenvectors of the mean of the unnormalised P_l
    raw = describe("--descriptor", "soap n_max=4 l_max=3 cutoff=4 atom_sigma=0.5 n_species=4 "
                   "species_Z={41 42 73 74} normalise=F", file=many)
    mean = unpack(raw[:, :-1], 16).mean(axis=0)
    u = compress("optimal", "--u-max", 6, "--data", many)
    for l in range(4):
        c, basis = mean[l] * np.sqrt(2 * l + 1), u[f"U_{l}"]
        values = np.linalg.eigvalsh(c)[::-1]
        check(np.allclose(values, u["spectrum"][l], rtol=0, atol=1e-12 * values[0]),
              f"spectrum of l={l}")
        check(basis.shape == (16, 6) and np.allclose(basis.T @ basis, np.eye(6), atol=1e-12),
              f"U_{l} is not orthonormal")
        check(np.allclose(basis.T @ c @ basis, np.diag(values[:6]), rtol=0,
                          atol=1e-12 * values[0]), f"U_{l} are not the leading eigenvectors")
    i, j = np.tril_indices(6)
    small = np.stack([u[f"U_{l}"].T @ p[:, l] @ u[f"U_{l}"] for l in range(4)], axis=1)
    same(u["descriptor"], (small[:, :, i, j] * np.where(i == j, 1, np.sqrt(2)))
         .transpose(0, 2, 1).reshape(5, -1), "optimal")
    check(compress("optimal")["descriptor"].shape[1] == 40, "u_max is n_max by default")
    # K channels: products of mixtures of the unnormalised densities, here of two factors
    for label, letters in (("K=2", "AA"), ("K,K=1,1", "AB")):
        k = compress(label, "--K", 3, "--seed", 5)
        check(("B_0" in k) == (letters == "AB"), f"{label}: matrices {list(k)}")
        same(k["descriptor"], np.stack([np.einsum(
            "ik,aij,jk->ak", k[f"{letters[0]}_{l}"], p[:, l], k[f"{letters[1]}_{l}"])
            for l in range(4)], axis=2).reshape(5, -1), label)
    three = compress("K,K,K=1,1,1", "--K", 7, "--l-min", 1)
    check(three["A_1"].shape == three["B_3"].shape == three["C_0"].shape == (16, 7), "A B C")
    check(three["descriptor"].shape[1] == 13 * 7, "13 triples of l = 1, 2, 3")
    check(compress("nu,mu^=1,2", "--l-min", 1)["descriptor"].shape[1] == 16 * 8, "u = 8")
    check("C_0" not in compress("K=3", "--K", 2) and compress("K=3")["A_3"].shape == (16, 32), "K")
    # embeddings
    table = os.path.join(folder, "table")
    open(table, "w").write("1 0\n0 1\n\n1 1\n -.5 2e0\n")
    e = [compress("nu=2,d_J", *words) for words in (
        [], ["--embedding", "paper", "--d-j", 3], ["--embedding", table],
        ["--embedding", "1 0 0 1 1 1 -0.5 2"], ["--embedding", "random", "--seed", 7],
        ["--embedding", "data", "--data", many], ["--embedding", "data", "--d-j", 4])]
    os.remove(table)
    check(e[0]["embedding"].tolist() == [[1, 1], [1, 2], [1, 3], [1, 4]], "the paper's, d_J=2")
    check(e[1]["embedding"].tolist() == [[1, 5, 5], [1, 5, 6], [1, 6, 5], [1, 6, 6]],
          f"the paper's, d_J=3: {e[1]['embedding']}")
    check(e[2]["embedding"].tolist() == [[1, 0], [0, 1], [1, 1], [-0.5, 2]], "from a file")
    check(np.array_equal(e[2]["descriptor"], e[3]["descriptor"]), "numbers")
    check(e[4]["embedding"].shape == (4, 2) and abs(e[4]["embedding"]).min() > 0, "random")
    for k in (5, 6):
        d = e[k]["embedding"].shape[1]
        check(np.allclose(e[k]["embedding"].T @ e[k]["embedding"], np.eye(d), atol=1e-12),
              "from data")
    check(np.allclose(e[6]["descriptor"] @ e[6]["descriptor"].T, full @ full.T, rtol=0,
                      atol=1e-13), "d_J=S: another kernel")
    # .npy and .npz are the same, also for models, and for a pipe if the file is not read twice
    code = run("describe", model, path, "-o", npz)[0]
    with np.load(npz) as a:
        check(code == 0 and np.array_equal(a["descriptor"], everything), "a model's .npz")
        check("nu_R=1" in str(a["descriptor_string"]), "a model's words")
    os.remove(npz)
    code = run("describe", "--compression=mu=2", "--species=Nb W", "-", "-o", out,
               stdin=open(path).read())[0]
    check(code == 0 and np.load(out).shape == (5, 252), "from a pipe, to .npy")
    os.remove(out)
    alone = os.path.join(folder, "alone.xyz")
    write_xyz(alone, ["W"], positions[:1])
    check(compress("mu=3", file=alone)["descriptor"].shape == (1, 304), "an atom alone")
    check_fails(1, ["alone.xyz:3:", "l_min"], "describe", "-c", "mu=3", "--l-min", 1, alone,
                "-o", npz, gone=npz)
    os.remove(alone)
    check_fails(1, ["in.xyz:4:", "no descriptor"], "describe", "-c", "nu=2", "--species", "W Re",
                "--cutoff", 2.4, path, "-o", npz, gone=npz)
    fails("standard input", "--species", ["--compression", "mu=2", "-"])
    fails("standard input", ["--compression", "optimal", "--species", "W", "-"])
    for words, *parts in (
            (["nu=7"], "nu=7", "soapz compressions"), (["mu=2", "--d-j", 2], "--d-j", "nu=2,d_J"),
            (["mu=2", "--seed", 2], "--seed"), (["mu=2", "--u-max", 2], "--u-max", "optimal"),
            (["mu=2", "--data", path], "--data"), (["mu=2", "--n-max", "2.5"], "--n-max"),
            (["mu=2", "--n-max", 99], "n_max", "99"), (["mu=2", "--cutoff", "x"], "--cutoff"),
            (["mu=2", "--species", "Nb Xx"], "--species", "Xx"),
            (["mu=2", "--species", "W W"], "W twice"), (["mu=2", "--centre", " "], "--centre"),
            (["nu=2,d_J", "--embedding", "1 2 3"], "3 numbers", "4 species"),
            (["nu=2,d_J", "--embedding", "1 2 x"], "--embedding"),
            (["nu=2,d_J", "--embedding", "/no/file"], "/no/file"),
            (["nu=2,d_J", "--d-j", 4], "d_J=1, 2 and 3"),
            (["nu=2,d_J", "--d-j", 5, "--embedding", "data"], "d_J is 5 for 4 species"),
            (["optimal", "--u-max", 33], "u_max is 33", "1 to 32"),
            (["W^T P_l", "--seed", 0], "--seed"), (["K=3", "--K", 0], "--K", "1 to 10000"),
            (["mu=3", "--K", 3], "--K", "K=3"), (["K=2", "--l-min", 1], "--l-min", "three"),
            (["mu=3", "--seed", 3], "--seed"), (["mu=3", "--l-min", -1], "--l-min"),
            (["mu=3", "--l-max", 3, "--l-min", 3], "no product"),
            (["mu=3", "--l-max", 13], "l_max", "0 to 12")):
        check_fails(1, parts, "describe", "--compression", *words, path, "-o", npz, gone=npz)
    for words in (["--compression", "mu=2", model, path, "-o", npz], ["--n-max", 3, model, path],
                  ["--compression", "mu=2", "--descriptor", soap, path, "-o", npz],
                  ["--compression", "mu=2", "--term", 1, path, "-o", npz],
                  ["--data", path, model, path, "-o", npz], ["--compression", "mu=2", path]):
        check_fails(2, ["--help"], "describe", *words, gone=npz)
    code, _, err = run("describe", "--descriptor", soap + "Z=74 frob=2 n_sparse=5", path, "-o", npz)
    check(code == 0 and err.count("warning") == 1 and "'frob'" in err, f"unknown key: {err}")
    os.remove(npz)
    check_fails(1, ["standard output", "regular file"], "describe", model, path, "-o", "-")
    if os.path.exists("/dev/full"):
        os.symlink("/dev/full", npz)
        check_fails(1, ["out.npz"], "describe", model, path, "-o", npz)
        os.remove(npz)
    check_fails(1, ["/no/"], "describe", model, path, "-o", folder + "/no/out.npy")
    check_fails(1, [folder, "directory"], "describe", model, path, "-o", folder)
    if os.path.exists("/dev/full"):
        check_fails(1, ["/dev/full"], "describe", model, path, "-o", "/dev/full")
    check(sorted(os.listdir(folder)) == ["cu.xyz", "in.xyz", "many.xyz"], "files left over")
done()

# SPDX-License-Identifier: BSD-3-Clause
"""Energies, local energies, forces and virials equal to QUIP's.

python3 reference.py [soapz]

If the numbers of QUIP have 17 digits, they agree within 1e-8: energies relative to themselves, other
numbers relative to the largest in the file. QUIP divides the energy of three atoms of distance_Nb among
them, in soapz one atom has it: local energies differ there."""
import os
import re
import tempfile

from soapz_cli import HERE, MODELS, check, done, numbers, read_xyz, run

TOLERANCE = 1e-8
# alpha_max=8: rounding errors of QUIP
NOISY = {"turbo_c_published": 5e-8}


def compare(model, reference, out):
    """largest deviations of `soapz eval` from a reference file"""
    code, _, err = run("eval", model, reference, "-o", out)
    if not check(code == 0, f"{model}: exit code {code}: {err}"):
        return
    want, got = read_xyz(reference), read_xyz(out)
    check(len(want) == len(got) > 0, f"{model}: {len(got)} of {len(want)} frames")
    worst = {}
    split = re.search(r"<descriptor>[^<]*distance_Nb[^<]*order=3", open(model).read())
    for name in ("forces", "local_energy"):
        if name not in want[0] or (name == "local_energy" and split):
            continue
        scale = max(abs(f[name]).max() for f in want)
        off = max(abs(a[name] - b[name]).max() for a, b in zip(want, got))
        worst[name] = off / scale
    pairs = [(numbers(a["virial"]), numbers(b["virial"])) for a, b in zip(want, got)
             if "virial" in a]
    if pairs:
        worst["virial"] = (max(abs(a - b).max() for a, b in pairs) /
                           max(abs(a).max() for a, b in pairs))
    worst["energy"] = max(abs(float(a["energy"]) / float(b["energy"]) - 1)
                          for a, b in zip(want, got))
    tolerance = NOISY.get(os.path.basename(os.path.dirname(model)), TOLERANCE)
    for name, off in worst.items():
        check(off <= tolerance, f"{model}: {name} off by {off:.1e} relative")
    names = ("energy", "local_energy", "forces", "virial")
    print(f"{os.path.basename(os.path.dirname(model)):28s} {len(got):2d} frames",
          *(f"{n} {worst[n]:.1e}" for n in names if n in worst))


def main():
    models = [os.path.join(MODELS, m, "gp.xml") for m in sorted(os.listdir(MODELS))]
    shipped = os.path.join(HERE, "..", "potentials", "NbMoTaW_nu_mu_hat", "NbMoTaW.xml")
    with tempfile.TemporaryDirectory() as folder:
        for model in models + [os.path.normpath(shipped)]:
            reference = os.path.join(os.path.dirname(model), "reference.xyz")
            compare(model, reference, os.path.join(folder, "out.xyz"))
    check(len(models) >= 32, "models are missing in tests/data/models")
    done()


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: BSD-3-Clause
"""decimal_comma.py - LAMMPS and soapz inside a Python that sets a locale with a decimal comma: the
same numbers and files as before, and the locale does not change."""
import ctypes
import locale
import os
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path

import numpy as np

import lmp
from inprocess import QUIET, load_lammps

import soapz

NAME = "de_DE.UTF-8"
MODEL = Path(lmp.MODEL)


def set_comma(folder):
    """1 if the locale exists or can be created"""
    try:
        return locale.setlocale(locale.LC_ALL, NAME)
    except locale.Error:
        pass
    if not shutil.which("localedef"):
        return None
    subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", str(folder / NAME)], capture_output=True)
    os.environ["LOCPATH"] = str(folder)
    try:
        return locale.setlocale(locale.LC_ALL, NAME)
    except locale.Error:
        return None


def printed():
    """the text of one half in C"""
    text = ctypes.create_string_buffer(16)
    ctypes.CDLL(None).snprintf(text, 16, b"%.1f", ctypes.c_double(0.5))
    return text.value.decode()


def start(lammps, folder, frame):
    data = folder / "data"
    lmp.write_data(data, frame, lmp.ELEMENTS)
    instance = lammps.lammps(cmdargs=QUIET)
    instance.commands_string(lmp.setup(data, lmp.ELEMENTS) + "run 0\n")
    return instance


def state(instance):
    """energy and forces, by atom ID"""
    order = np.argsort(instance.numpy.extract_atom("id")[:len(frame)])
    return instance.get_thermo("pe"), instance.numpy.extract_atom("f")[:len(frame)][order].copy()


def through_python(folder, frame):
    """numbers, texts and the bytes of files"""
    potential = soapz.Potential(str(MODEL))
    atoms = frame.symbols, frame.positions, frame.cell, frame.pbc
    energies, forces, virial = potential.compute(*atoms)
    texts = [repr(potential), energies.tobytes(), forces.tobytes(), virial.tobytes()]
    for name in ("saved.soapz", "saved.xml"):
        potential.save(str(folder / name))
        texts.append((folder / name).read_bytes())
        again = soapz.Potential(str(folder / name)).compute(*atoms)
        texts.append(again[1].tobytes())
    conf = folder / "x.conf"
    conf.write_text("train = x.xyz\nmodel = x.soapz\nenergy_key = energy\nforce_key = forces\n"
                    "e0 = 0.0\nsigma_energy = 0.0125\nsigma_force = 0.25\n[soap]\nn_max = 2\n"
                    "l_max = 2\ncutoff = 4.5\natom_sigma = 0.5\ndelta = 0.25\nn_sparse = 6\n")
    xyz = folder / "x.xyz"
    with open(xyz, "w") as f:
        f.write('%d\nLattice="%s" pbc="T T T" energy=%.6f Properties=species:S:1:pos:R:3:forces:R:3\n' % (
            len(frame), " ".join("%.8f" % x for x in np.ravel(frame.cell)), energies.sum()))
        for s, r, g in zip(frame.symbols, frame.positions, forces):
            f.write(("%s" + 6 * " %.8f" + "\n") % (s, *r, *g))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fitted = soapz.fit(soapz.Dataset.read(str(xyz)), str(conf), n_threads=1)
    texts += [str(w.message) for w in caught]
    texts.append(fitted.compute(*atoms)[1].tobytes())
    try:
        soapz.Potential(str(MODEL), rank_tolerance=-0.5)
    except (ValueError, soapz.SoapzError) as e:
        texts.append(str(e))
    return texts


lammps = load_lammps()
frame = lmp.bcc((2, 2, 2), seed=21, shake=0.1)
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    plain = through_python(folder, frame)
    instance = lammps and start(lammps, folder, frame)
    want = lammps and state(instance)
    if not set_comma(folder):
        lmp.skip("there is no locale with a decimal comma, and localedef cannot make one")
    lmp.check("C prints a comma", printed() == "0,5", printed())
    comma = through_python(folder, frame)
    lmp.check("Python: as many texts", len(comma) == len(plain))
    for k, (a, b) in enumerate(zip(comma, plain)):
        lmp.check(f"Python: text {k} is the same", a == b, "" if a == b else f"{a[:100]} {b[:100]}")
    lmp.check("the message has its number", "-0.5" in comma[-1], comma[-1])
    if lammps:  # LAMMPS refuses fractions with such a locale, so it has been started before
        instance.command(f"pair_coeff * * {MODEL} {' '.join(lmp.ELEMENTS)}")
        instance.command("run 0")
        energy, forces = state(instance)
        instance.close()
        lmp.check("LAMMPS: energy", energy == want[0], f"{energy}")
        lmp.check("LAMMPS: forces", np.array_equal(forces, want[1]))
    lmp.check("the locale is as it was set", printed() == "0,5", printed())
lmp.finish()

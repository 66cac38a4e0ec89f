# SPDX-License-Identifier: BSD-3-Clause
"""quip_form.py - the pair_coeff lines of pair_style quip give the same energies as ours, or an error with
the line to write."""
import tempfile
from pathlib import Path

import lmp

LABEL = "GAP_2026_11_22_0_10_46_48_575"  # of lmp.MODEL
CORE = lmp.ROOT / "tests/data/models/mow_zbl_soap/gp.xml"
CORE_LABEL = "GAP_2026_11_22_0_10_44_18_846"
NUMBERS = "41 42 73 74"
frame = lmp.bcc((2, 2, 2))
two = lmp.bcc((2, 2, 2), elements=("Mo", "W"))


def energy(words, model=lmp.MODEL, frame=frame, elements=lmp.ELEMENTS, style="soapz"):
    """exit code, output, energy"""
    with tempfile.TemporaryDirectory() as folder:
        lmp.write_data(Path(folder, "data"), frame, elements)
        code, output = lmp.run(lmp.setup("data", [words], model, style=style) +
                               'run 0\nprint "E $(pe:%.17g)" file energy screen no\n', folder)
        path = Path(folder, "energy")
        return code, output, float(path.read_text().split()[1]) if path.exists() else None


def same(name, want, words, **more):
    code, output, got = energy(words, **more)
    lmp.check(name, code == 0 and got == want, f"{got}, not {want}\n{output[-600:] if code else ''}")


def refused(name, parts, words, **more):
    code, output, _ = energy(words, **more)
    said = " ".join(output.split())
    missing = [part for part in parts if part not in said]
    lmp.check(name, code == 1 and not missing, f"exit code {code}, not said: {missing}\n{output[-900:]}"
              if missing or code != 1 else "")


ours = energy("Nb Mo Ta W")[2]
lmp.check("there is an energy", ours is not None and ours < -100, f"{ours}")
for words in (f'"Potential xml_label={LABEL}" {NUMBERS}', f'"xml_label={LABEL}" {NUMBERS}',
              f'"" {NUMBERS}', f'"Potential" {NUMBERS}', f'"IP GAP" {NUMBERS}', f'"ip gap label={LABEL}" {NUMBERS}',
              f'"IP GAP label={{{LABEL}}}" {NUMBERS}', f'"Potential xml_label={LABEL}" Nb Mo Ta W', NUMBERS,
              f'"Potential xml_label = {LABEL} " {NUMBERS}', f"\"xml_label='{LABEL}'\" {NUMBERS}",
              f'Potential xml_label={LABEL} {NUMBERS}', f'"Potential" "xml_label={LABEL}" {NUMBERS}',
              f"IP GAP {NUMBERS}", f'"IP" {NUMBERS}', f'"GAP" 41 Mo 73 W', f"'IP GAP' 041 42 73 74"):
    same(f"pair_coeff .. {words}", ours, words)
same("hybrid", ours, f'"Potential xml_label={LABEL}" {NUMBERS}', style="hybrid soapz",
     model=f"soapz {lmp.MODEL}")
refused("another xml_label", ["GAP_1", LABEL, f"pair_coeff * * {lmp.MODEL} Nb Mo Ta W"],
        f'"Potential xml_label=GAP_1" {NUMBERS}')
refused("another label", ["GAP_1", LABEL, "Nb Mo Ta W"], f'"IP GAP label=GAP_1" {NUMBERS}')
refused("a word that is not understood", ['"E_scale=2"', f"write: pair_coeff * * {lmp.MODEL} Nb Mo Ta W"],
        f'"IP GAP E_scale=2" {NUMBERS}')
refused("a sum", ["init_args_pot1", "write: pair_coeff"],
        f'"Sum init_args_pot1={{IP ZBL}} init_args_pot2={{IP GAP}}" {NUMBERS}')
refused("too few numbers", ["stand 2 atomic numbers",
        f"write: pair_coeff * * {lmp.MODEL} and an element symbol for each of the 4 atom types"], f'"Potential xml_label={LABEL}" 41 42')
refused("no element", ["500 is not the atomic number"], f'"Potential xml_label={LABEL}" 41 42 500 74')
refused("an element that the model lacks", ["does not contain element Cu (atom type 3)"], '"" 41 42 29 74')

# IP GAP does not describe a file with a core potential
mow = dict(model=CORE, frame=two, elements=["Mo", "W"])
core = energy("Mo W", **mow)[2]
same("a file with a core", core, f'"Potential xml_label={CORE_LABEL}" 42 74', **mow)
refused("its GAP alone", ["only a part", "IP ZBL", "pair_coeff * *", "Mo W"],
        f'"IP GAP label={CORE_LABEL}" 42 74', **mow)
lmp.finish()

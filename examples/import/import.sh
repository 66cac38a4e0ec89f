#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# import.sh: the steps of README.md in the current folder, from calculations to a validated
# potential. SOAPZ and PYTHON name other programs, CELLS the number of cells of each kind.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
SOAPZ=${SOAPZ:-soapz}

step() { printf '\n== %s\n' "$*"; }

step "calculations, as a project leaves them behind"
"${PYTHON:-python3}" "$here/calculations.py" --cells "${CELLS:-60}"
ls runs/*

step "training and test data"
"$SOAPZ" data runs -o train.xyz --test test.xyz --test-fraction 0.2 --seed 1

step "settings to begin with"
"$SOAPZ" fit --suggest at_file=train.xyz > suggested.txt
cat suggested.txt

step "fit"
cp "$here/CuAu.conf" .
"$SOAPZ" fit CuAu.conf

step "is it good?"
"$SOAPZ" validate CuAu.soapz test.xyz --json errors.json --max-force-mae "${LIMIT:-0.1}"

step "a new structure, in the format that is at hand"
"${PYTHON:-python3}" -c "
import ase.build, ase.io
atoms = ase.build.bulk('Cu', 'fcc', a=3.9, cubic=True)
atoms.symbols[0] = 'Au'
ase.io.write('POSCAR', atoms)"
"$SOAPZ" eval CuAu.soapz POSCAR -o result.xyz
cat result.xyz

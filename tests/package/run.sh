#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Installs the build into a prefix and builds consumer.c with only the installed files, by
# find_package(soapz) and by the file of pkg-config. Arguments: cmake, build folder, compiler.
set -eu
cmake=$1 build=$2 cc=$3
here=$(dirname "$0")
model=$SOAPZ_SOURCE/potentials/NbMoTaW_nu_mu_hat/NbMoTaW.xml
work=$build/package
prefix=$work/prefix

rm -rf "$work"
"$cmake" --install "$build" --prefix "$prefix" > "$work.log"
test -x "$prefix/bin/soapz" # and it finds its BLAS:
"$prefix/bin/soapz" --help > /dev/null

echo "--- find_package(soapz)"
"$cmake" -S "$here" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc"
"$cmake" --build "$work/cmake"
"$work/cmake/consumer" "$model"

# pkg-config may be missing: the script reads the short file itself
echo "--- soapz.pc"
pc=$(find "$prefix" -name soapz.pc)
folder=$(dirname "$(dirname "$pc")")
grep -q "^Libs: .*-lsoapz" "$pc"
if command -v pkg-config > /dev/null; then
    flags=$(PKG_CONFIG_PATH=$folder/pkgconfig pkg-config --cflags --libs soapz)
else
    flags="-I$prefix/include -L$folder -lsoapz"
fi
# shellcheck disable=SC2086 # the flags are words
"$cc" "$here/consumer.c" -o "$work/consumer" $flags -lm "-Wl,-rpath,$folder"
"$work/consumer" "$model"

echo "--- potentials by their names"
"$prefix/bin/soapz" info NbMoTaW/fast > "$work/info.txt"
grep -q "^$prefix/share/soapz/potentials/NbMoTaW/fast.soapz: " "$work/info.txt"

echo "--- manual pages and completion"
grep -q "cutoff" "$prefix/share/man/man1/soapz-describe.1"
grep -q "energy_parameter_name=" "$prefix/share/bash-completion/completions/soapz"

echo "--- the Python modules of the prefix, and the library beside them"
for file in report.py report.html.jinja soapz.mplstyle; do
    test -f "$prefix/share/soapz/python/soapz/$file"
done
test -f "$prefix/share/soapz/python/soapz/py.typed"
if "$SOAPZ_PYTHON" -c 'import numpy' 2> /dev/null; then
    (unset SOAPZ_LIBRARY
     PYTHONPATH=$prefix/share/soapz/python "$SOAPZ_PYTHON" - "$model" "$prefix" << 'END'
import os, sys
from soapz import Descriptor, Potential, potential
from soapz.library import library
energies, _, _ = Potential(sys.argv[1]).compute([41, 74], [[0, 0, 0], [0, 0, 2.6]])
assert energies.sum() < -15, energies
assert Descriptor("mu=2", elements="Nb W")(([41, 74], [[0, 0, 0], [0, 0, 2.6]])).shape == (2, 252)
assert library()._name.startswith(sys.argv[2]), library()._name
assert os.path.samefile(potential("NbMoTaW/fast"), sys.argv[2] + "/share/soapz/potentials/NbMoTaW/fast.soapz")
END
    )
fi

echo "--- a library shows what soapz.h shows, a plugin its one entry"
exported() { nm -D --defined-only "$1" | awk '$2 ~ /[TDBRW]/ {print $3}' | grep -v "^_[a-z_]"; }
if exported "$folder/libsoapz.so" | grep -v '^sz_'; then exit 1; fi
exported "$folder/libsoapz.so" | grep -q '^sz_compute$'
exported "$folder/libsoapz.so" | grep -q '^sz_descriptor_label$'
if exported "$folder/libsoapz.so" | grep '^sz_fail'; then exit 1; fi
if [ -n "${SOAPZ_PLUGIN:-}" ]; then
    test "$(exported "$folder/soapz/soapzplugin.so" | grep -v '^_Z')" = lammpsplugin_init
    pair=$folder/soapz/soapzpair.so
    test "$(exported "$pair" | grep -v '^_Z')" = soapz_create_pair
    if exported "$pair" | grep '^sz_'; then exit 1; fi
    # another LAMMPS could not open it, and the error would not name the reason
    if nm -D --undefined-only "$folder/soapz/soapzplugin.so" | grep LAMMPS; then exit 1; fi
fi

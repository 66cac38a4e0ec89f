#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# ./demo --short ends with a summary and a picture.
set -eu
out=$SOAPZ_SOURCE/demo-output/short
unset SOAPZ_PLUGIN LAMMPS_PLUGIN_PATH
rm -rf "$out"
text=$("$SOAPZ_SOURCE/demo" --short) || { echo "$text"; exit 1; }
echo "$text" | tail -7

want() { echo "$text" | grep -Eq "$1" || { echo "not in the summary: $1"; exit 1; }; }
want '^atoms +2000$'
want '^steps +200 of 1 fs$'
want '^speed +[0-9,]+ atom-steps/s'
want '^temperature +[23][0-9][0-9]\.[0-9] K'
want '^energy drift +-?[0-9]\.[0-9]e-0[4-9] eV/atom/ps'
test "$(head -c 4 "$out/demo.png" | tail -c 3)" = PNG
test "$(wc -c < "$out/demo.png")" -gt 10000

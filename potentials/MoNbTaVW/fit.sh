#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# fit.sh DATA: fits the potential of this folder again, from hea.xyz in the folder DATA (see
# README.md). SOAPZ names the program.
set -eu
data=${1:?"usage: fit.sh DATA"}
here=$(cd "$(dirname "$0")" && pwd)
[ -r "$data/hea.xyz" ] || { echo "fit.sh: $data/hea.xyz cannot be read" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$data/hea.xyz" "$work/hea.xyz"
(cd "$work" && "${SOAPZ:-soapz}" fit "$here/balanced.conf")
mv "$work/balanced.soapz" "$here/balanced.soapz"

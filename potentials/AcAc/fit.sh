#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# fit.sh DATA: fits the potential of this folder again, from train_300K.xyz in the folder DATA (see
# README.md). SOAPZ names the program.
set -eu
data=${1:?"usage: fit.sh DATA"}
here=$(cd "$(dirname "$0")" && pwd)
[ -r "$data/train_300K.xyz" ] || { echo "fit.sh: $data/train_300K.xyz cannot be read" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$data/train_300K.xyz" "$here/core.xml" "$work"
(cd "$work" && "${SOAPZ:-soapz}" fit "$here/acac.conf")
mv "$work/acac.soapz" "$here/acac.soapz"

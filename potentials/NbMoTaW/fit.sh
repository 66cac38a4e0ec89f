#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# fit.sh DATA [NAME ...]: fits the potentials of this folder again, from train.xyz and
# multinary24.xyz in the folder DATA (see README.md). SOAPZ names the program.
set -eu
. "$(dirname "$0")/cells.sh"
shift
python3 "$here/apart.py" |
    cat "$data/train.xyz" "$data/multinary24.xyz" - "$here/disordered.xyz" > "$work/all_cells.xyz"
[ $# -gt 0 ] || set -- fast balanced accurate
for name in "$@"; do
    (cd "$work" && "${SOAPZ:-soapz}" fit "$here/$name.conf")
    mv "$work/$name.soapz" "$here/$name.soapz"
done

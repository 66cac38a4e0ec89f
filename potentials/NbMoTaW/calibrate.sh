#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# calibrate.sh DATA [NAME ...]: how large the errors of the potentials of this folder are to be
# expected. Each is fitted again to nine tenths of the cells of fit.sh, calibrated on the rest, every
# tenth of each config_type, and NAME.soapz gets the note. SOAPZ names the program.
set -eu
. "$(dirname "$0")/cells.sh"
shift
cat "$data/train.xyz" "$data/multinary24.xyz" | python3 -c '
import collections, re, sys
seen, out = collections.Counter(), [open(name, "w") for name in sys.argv[1:]]
for count in sys.stdin:
    lines = [count] + [next(sys.stdin) for _ in range(int(count) + 1)]
    kind = re.search(r"config_type=(\S+)", lines[1])[1]
    out[seen[kind] % 10 == 5].writelines(lines)
    seen[kind] += 1
' "$work/all_cells.xyz" "$work/held_out.xyz"
python3 "$here/apart.py" | cat - "$here/disordered.xyz" >> "$work/all_cells.xyz"
[ $# -gt 0 ] || set -- fast balanced accurate
for name in "$@"; do
    (cd "$work" && "${SOAPZ:-soapz}" fit "$here/$name.conf" &&
        "${SOAPZ:-soapz}" calibrate "$name.soapz" held_out.xyz --into "$here/$name.soapz" -o out.soapz)
    mv "$work/out.soapz" "$here/$name.soapz"
done

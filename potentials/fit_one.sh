# SPDX-License-Identifier: BSD-3-Clause
#
# fit_one.sh SCRIPT CELLS NAME [DATA]: what the fit.sh of the folders with one potential do. NAME.soapz
# beside SCRIPT is fitted again from CELLS in the folder DATA. SOAPZ names the program.
set -eu
script=$1 cells=$2 name=$3
data=${4:?"usage: fit.sh DATA"}
here=$(cd "$(dirname "$script")" && pwd)
[ -r "$data/$cells" ] || { echo "fit.sh: $data/$cells cannot be read" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$data/$cells" "$work/$cells"
[ ! -f "$here/core.xml" ] || cp "$here/core.xml" "$work"
(cd "$work" && "${SOAPZ:-soapz}" fit "$here/$name.conf")
mv "$work/$name.soapz" "$here/$name.soapz"

# SPDX-License-Identifier: BSD-3-Clause
#
# cells.sh, read by fit.sh and calibrate.sh: $data, $here from their arguments, and the folder $work, which
# goes when they end, with core.xml in it.
script=${0##*/}
data=${1:?"usage: $script DATA [NAME ...]"}
here=$(cd "$(dirname "$0")" && pwd)
for file in train.xyz multinary24.xyz; do
    [ -r "$data/$file" ] || { echo "$script: $data/$file cannot be read" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/core.xml" "$work"

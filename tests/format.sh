#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Names the files that clang-format would change. Arguments: clang-format, files.
set -eu
clang_format=$1
shift
log=$("$clang_format" --dry-run -Werror "$@" 2>&1) && exit 0
echo "These files are not formatted (run $clang_format -i on them):"
printf '%s\n' "$log" | sed -n 's/^\([^:]*\):[0-9]*:.*/\1/p' | sort -u
exit 1

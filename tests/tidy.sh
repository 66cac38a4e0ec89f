#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# tidy.sh CLANG-TIDY: the checks of .clang-tidy for core/, tools/ and the harnesses of tests/fuzz/.
set -eu
cd "$SOAPZ_SOURCE"
set -- "$1" core/*/*.c tests/fuzz/*.c
for file in tools/*.c; do
    [ "$file" = tools/fit_mpi.c ] || set -- "$@" "$file" # the header of MPI may be missing
done
tidy=$1
shift
# clang-tidy prints the number of suppressed warnings to its error stream
if ! found=$("$tidy" --quiet "$@" -- -std=c11 -D_GNU_SOURCE -Icore -Itools -Itests/fuzz 2> /dev/null)
then
    echo "$found"
    exit 1
fi

#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# tidy.sh CLANG-TIDY: what .clang-tidy asks of core/, tools/ and the harnesses of tests/fuzz/.
set -eu
cd "$SOAPZ_SOURCE"
# without MPI's header
files=$(ls core/*/*.c tools/*.c tests/fuzz/*.c | grep -v tools/fit_mpi.c)
# shellcheck disable=SC2086 # the files are words
"$1" --quiet $files -- -std=c11 -D_GNU_SOURCE -Icore -Itools -Itests/fuzz 2>&1 |
    grep -v "warnings generated\|Suppressed\|non-user code\|^Use " > "${TMPDIR:-/tmp}/tidy.$$" || true
cat "${TMPDIR:-/tmp}/tidy.$$"
! grep -q "error:\|warning:" "${TMPDIR:-/tmp}/tidy.$$"
status=$?
rm "${TMPDIR:-/tmp}/tidy.$$"
exit $status

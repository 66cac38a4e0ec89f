#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Builds with clang, the address and undefined-behaviour sanitizers and libFuzzer into
# build-fuzz/, where tests/sanitize.sh has its tests, too. Arguments: cmake, python, targets. Exit code
# 77: no clang with libFuzzer.
set -eu
cmake=$1 python=$2
shift 2
source=$(cd "$(dirname "$0")/../.." && pwd)
build=$source/build-fuzz

mkdir -p "$build"
if command -v flock > /dev/null; then # the tests sanitize and fuzz may start at one time
    exec 9> "$build/lock"
    flock 9
fi
echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return d && n ? 0 : 0; }' \
    > "$build/empty.c"
for compiler in clang-14 clang none; do
    [ $compiler != none ] || { echo "SKIP no clang with libFuzzer (Debian: clang-14)"; exit 77; }
    "$compiler" -fsanitize=fuzzer,address "$build/empty.c" -o "$build/empty" 2> /dev/null && break
done
"$cmake" -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_C_COMPILER="$compiler" -DSOAPZ_SANITIZE=ON -DSOAPZ_FUZZ=ON -DSOAPZ_WERROR=ON \
    -DSOAPZ_PLUGIN=OFF -DSOAPZ_SHARED="${SOAPZ_SHARED:-}" \
    -DPython3_EXECUTABLE="$python"
"$cmake" --build "$build" --target "$@"

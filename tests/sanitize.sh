#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Builds with the address and undefined-behaviour sanitizers and runs the C programs among the
# tests: by clang in the folder of the fuzzers, build-fuzz/; where there is none by the compiler of
# the build in build-sanitize/. Arguments: cmake, ctest, python, the test: sanitize_build only builds.
set -eu
cmake=$1 ctest=$2 python=$3
build=$SOAPZ_SOURCE/build-fuzz

status=0
sh "$SOAPZ_SOURCE/tests/fuzz/build.sh" "$cmake" "$python" all || status=$?
if [ $status = 77 ]; then
    build=$SOAPZ_SOURCE/build-sanitize
    "$cmake" -S "$SOAPZ_SOURCE" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug \
        -DSOAPZ_SANITIZE=ON -DSOAPZ_WERROR=ON -DSOAPZ_PLUGIN=OFF \
        -DSOAPZ_SHARED="$SOAPZ_SHARED" -DPython3_EXECUTABLE="$python"
    "$cmake" --build "$build"
elif [ $status != 0 ]; then
    exit $status
fi
[ "$4" != sanitize_build ] || exit 0
"$ctest" --test-dir "$build" -L unit --no-tests=error --output-on-failure

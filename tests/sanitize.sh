#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Builds with the address and undefined-behaviour sanitizers into build-sanitize/ and runs
# the C programs among the tests. Arguments: cmake, ctest, python.
set -eu
cmake=$1 ctest=$2 python=$3
build=$SOAPZ_SOURCE/build-sanitize

"$cmake" -S "$SOAPZ_SOURCE" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug \
    -DSOAPZ_SANITIZE=ON -DSOAPZ_WERROR=ON -DSOAPZ_PLUGIN=OFF \
    -DSOAPZ_SHARED="$SOAPZ_SHARED" -DPython3_EXECUTABLE="$python"
"$cmake" --build "$build"
"$ctest" --test-dir "$build" -L unit --no-tests=error --output-on-failure

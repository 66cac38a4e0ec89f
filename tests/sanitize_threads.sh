#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Builds with the thread sanitizer into build-sanitize-threads/ and runs the C programs that
# start threads. Arguments: cmake, C compiler, python. 77: this compiler has none.
set -eu
cmake=$1 compiler=$2 python=$3
build=$SOAPZ_SOURCE/build-sanitize-threads
programs="test_crew test_threads test_work_threads"

mkdir -p "$build"
echo 'int main(void) { return 0; }' > "$build/empty.c"
if ! { "$compiler" -fsanitize=thread "$build/empty.c" -o "$build/empty" && "$build/empty"; }; then
    echo "SKIP $compiler has no thread sanitizer that runs here"
    exit 77
fi
"$cmake" -S "$SOAPZ_SOURCE" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug \
    -DSOAPZ_SANITIZE_THREADS=ON -DSOAPZ_PLUGIN=OFF -DSOAPZ_MPI=OFF \
    -DSOAPZ_SHARED="$SOAPZ_SHARED" -DPython3_EXECUTABLE="$python"
"$cmake" --build "$build" --target $programs
for program in $programs; do
    TSAN_OPTIONS=halt_on_error=1 "$build/$program"
done

#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Builds with the thread sanitizer into build-sanitize-threads/ and runs the C programs that
# start threads: several works of one model at the same time, the crews of works, of fits and of
# errors; then threads of Python that share a potential, and selections. Arguments: cmake,
# C compiler, python. Exit code 77: this compiler has no thread sanitizer.
set -eu
cmake=$1 compiler=$2 python=$3
build=$SOAPZ_SOURCE/build-sanitize-threads
programs="test_crew test_threads test_work_threads test_descriptor test_variance test_fit
    test_errors"

mkdir -p "$build"
echo 'int main(void) { return 0; }' > "$build/empty.c"
if ! { "$compiler" -fsanitize=thread "$build/empty.c" -o "$build/empty" && "$build/empty"; }; then
    echo "SKIP $compiler has no thread sanitizer that runs here"
    exit 77
fi
"$cmake" -S "$SOAPZ_SOURCE" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug \
    -DSOAPZ_SANITIZE_THREADS=ON -DSOAPZ_PLUGIN=OFF -DSOAPZ_MPI=OFF \
    -DSOAPZ_SHARED="$SOAPZ_SHARED" -DPython3_EXECUTABLE="$python"
"$cmake" --build "$build" --target $programs libsoapz.so
for program in $programs; do
    TSAN_OPTIONS=halt_on_error=1 "$build/$program"
done

# code compiled without the sanitizer, Python itself and BLAS, is not checked
runtime=$("$compiler" -print-file-name=libtsan.so)
[ -f "$runtime" ] || { echo "no $runtime: not run with Python"; exit 0; }
for script in threads choosing; do
    LD_PRELOAD=$(readlink -f "$runtime") SOAPZ_LIBRARY=$build/libsoapz.so \
        TSAN_OPTIONS="halt_on_error=1 ignore_noninstrumented_modules=1 die_after_fork=0" \
        "$python" "$SOAPZ_SOURCE/tests/python/$script.py"
done

#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# run.sh [SECONDS]: runs every harness for the same time, 60 seconds in total, from seeds/ and
# from inputs found by earlier runs (build-fuzz/corpus). An input that causes an error is kept
# in build-fuzz: correct the reader and put the input into seeds/, so that replay.c tests it
# from then on. SEED=N gives other random numbers. Exit code 77: no clang with libFuzzer.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$here/../../build-fuzz
readers=$(ls "$here/seeds")
share=$((${1:-60} / $(echo "$readers" | wc -l)))

# shellcheck disable=SC2046 # the targets are words
sh "$here/build.sh" "${SOAPZ_CMAKE:-cmake}" "${SOAPZ_PYTHON:-python3}" $(printf 'fuzz_%s ' $readers)
cd "$build"
broken=0
for reader in $readers; do
    mkdir -p "corpus/$reader"
    echo "== $reader, $share s"
    # new inputs are written to the first folder
    if ! ./fuzz_"$reader" -seed="${SEED:-1}" -max_total_time=$share -timeout=20 -rss_limit_mb=2048 \
        -max_len=8192 -print_final_stats=1 -artifact_prefix="$reader-" "corpus/$reader" \
        "$here/seeds/$reader" > "$reader.log" 2>&1; then
        tail -40 "$reader.log"
        broken=1
    fi
    grep "number_of_executed_units\|peak_rss_mb\|^artifact_prefix" "$reader.log" || true
done
exit $broken

#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# fit.sh [TRAIN.xyz TEST.xyz]: the steps of README.md in the current folder. Without arguments
# the data are computed with a shipped potential (teacher.py).
#
# SOAPZ, PYTHON, LMP, MPIEXEC and MPI_FIT name other programs, TEACHER another potential for the
# data. CELLS (snapshots of each run), STEPS (of MD) and STOP (seconds before the interruption)
# set the length.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
SOAPZ=${SOAPZ:-soapz}
GAP_FIT="$SOAPZ fit"
LMP=${LMP:-lmp}
export GAP_FIT

step() { printf '\n== %s\n' "$*"; }

if [ $# = 2 ]; then
    cp "$1" train.xyz
    cp "$2" test.xyz
elif [ $# = 0 ]; then
    step "no data: training and test cells by a teacher"
    "${PYTHON:-python3}" "$here/teacher.py" --cells "${CELLS:-9}" ${TEACHER:+--model "$TEACHER"}
else
    echo "usage: fit.sh [TRAIN.xyz TEST.xyz]" >&2
    exit 2
fi

step "what would be fitted, and in how much memory"
sh "$here/gap_fit.sh" dryrun=T

step "gap_fit's command line"
sh "$here/gap_fit.sh" test_file=test.xyz

step "the same from a configuration file, stopped in the middle and resumed"
cp "$here/Mo.conf" .
timeout -s INT "${STOP:-3}" "$SOAPZ" fit --checkpoint 1 --resume Mo.conf || true
"$SOAPZ" fit --resume Mo.conf

if command -v "${MPI_FIT:-soapz-fit-mpi}" > /dev/null; then
    step "the same on two ranks"
    GAP_FIT="${MPIEXEC:-mpiexec} -n 2 ${MPI_FIT:-soapz-fit-mpi}" \
        sh "$here/gap_fit.sh" gp_file=ranks.soapz
else
    step "soapz-fit-mpi is not installed: one process only"
fi

for model in Mo.xml Mo.soapz ranks.soapz; do
    [ -f $model ] || continue
    step "$model against cells it has not seen"
    "$SOAPZ" validate $model test.xyz --report ${model%.*}.html --json $model.json
done

if command -v "$LMP" > /dev/null; then
    step "1 ps in LAMMPS"
    "$LMP" -in "$here/in.Mo" -var steps "${STEPS:-1000}" -log log.lammps
else
    step "LAMMPS is not installed"
fi

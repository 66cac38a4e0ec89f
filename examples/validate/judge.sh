#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# judge.sh TEST.xyz [MODEL]: validates a potential against limits. Writes report.html and
# report.json into the current folder. The exit code is 0 if the errors are within the limits below.
set -u
here=$(dirname "$0")
test=${1:?usage: judge.sh TEST.xyz [MODEL]}
model=${2:-$here/../../potentials/NbMoTaW_nu_mu_hat/NbMoTaW.xml}

"${SOAPZ:-soapz}" validate "$model" "$test" --report report.html --json report.json \
    --max-force-mae 0.12 --max-energy-mae 0.003
code=$?
case $code in
    0) echo "good enough" ;;
    3) echo "not good enough" ;;
    *) echo "no verdict" ;;
esac
exit $code

#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# fit.sh DATA: fits the potential of this folder again, from train_300K.xyz in the folder DATA (see
# README.md). SOAPZ names the program.
exec sh "$(dirname "$0")/../fit_one.sh" "$0" train_300K.xyz acac "$@"

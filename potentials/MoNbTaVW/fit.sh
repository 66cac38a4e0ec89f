#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# fit.sh DATA: fits the potential of this folder again, from hea.xyz in the folder DATA (see
# README.md). SOAPZ names the program.
exec sh "$(dirname "$0")/../fit_one.sh" "$0" hea.xyz balanced "$@"

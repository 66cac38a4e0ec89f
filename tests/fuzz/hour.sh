#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# An hour of run.sh with a new seed, before a release or after a change of a reader.
SEED=${SEED:-0} exec sh "$(dirname "$0")/run.sh" 3600

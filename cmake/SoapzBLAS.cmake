# SPDX-License-Identifier: BSD-3-Clause
#
# Chooses BLAS and LAPACK (32-bit integers) and defines the target soapz_blas:
#   1. those that the user names: BLAS_LIBRARIES (with LAPACK_LIBRARIES and the prefix of its
#      symbols in SOAPZ_BLAS_PREFIX, if any) or BLA_VENDOR;
#   2. the Python package scipy-openblas32, whose symbols have the prefix scipy_;
#   3. those of the system, by find_package(LAPACK).
include(CheckFunctionExists)

set(SOAPZ_BLAS_PREFIX "" CACHE STRING "Prefix of the symbols in BLAS_LIBRARIES, e.g. scipy_")
set(blas_prefix "${SOAPZ_BLAS_PREFIX}")
set(openblas_package "")

if(BLAS_LIBRARIES AND NOT BLAS_FOUND)
  set(blas_libraries ${LAPACK_LIBRARIES} ${BLAS_LIBRARIES})
elseif(BLA_VENDOR OR DEFINED ENV{BLA_VENDOR})
  find_package(LAPACK REQUIRED)
else()
  soapz_python_package(scipy_openblas32 openblas_package)
  if(openblas_package AND EXISTS ${openblas_package}/lib/libscipy_openblas.so)
    set(blas_libraries ${openblas_package}/lib/libscipy_openblas.so)
    set(blas_prefix scipy_)
  else()
    find_package(LAPACK)
  endif()
endif()

set(blas_remedy "Install the Python package scipy-openblas32 (pip) or libopenblas-dev \
(Debian), or name a library with -DBLAS_LIBRARIES=... or -DBLA_VENDOR=...")
if(NOT blas_libraries)
  if(NOT LAPACK_FOUND)
    message(FATAL_ERROR "BLAS and LAPACK were not found. ${blas_remedy}")
  endif()
  set(blas_libraries ${LAPACK_LIBRARIES} ${BLAS_LIBRARIES})
  list(REMOVE_DUPLICATES blas_libraries)
endif()

# The cached results contain a hash of the library, so that they are tested again for another BLAS.
string(MD5 blas_key "${blas_prefix}${blas_libraries}")
function(soapz_blas_has symbol out)
  set(CMAKE_REQUIRED_LIBRARIES ${blas_libraries} m)
  set(CMAKE_REQUIRED_QUIET ON)
  check_function_exists(${symbol} SOAPZ_HAS_${symbol}_${blas_key})
  set(${out} ${SOAPZ_HAS_${symbol}_${blas_key}} PARENT_SCOPE)
endfunction()

foreach(routine dgemm_ dpotrf_ dtpqrt_)
  soapz_blas_has(${blas_prefix}${routine} found)
  if(NOT found)
    message(FATAL_ERROR "${blas_libraries} has no ${blas_prefix}${routine}. ${blas_remedy}")
  endif()
endforeach()

set(blas_is_fast "")
foreach(mark ${blas_prefix}openblas_get_config openblas_get_config MKL_Get_Version_String
        bli_info_get_version_str armpl_get_version_info)
  soapz_blas_has(${mark} found)
  if(found)
    set(blas_is_fast ON)
    break()
  endif()
endforeach()
if(NOT blas_is_fast)
  message(WARNING "${blas_libraries} is neither OpenBLAS, MKL nor BLIS. With the \
reference BLAS soapz is some 20 times slower. ${blas_remedy}")
endif()
message(STATUS "BLAS: ${blas_libraries}")

add_library(soapz_blas INTERFACE)
target_link_libraries(soapz_blas INTERFACE ${blas_libraries})
target_compile_definitions(soapz_blas INTERFACE SZ_BLAS_PREFIX=${blas_prefix})

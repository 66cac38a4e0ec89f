# SPDX-License-Identifier: BSD-3-Clause
#
# Where installed files find BLAS: by default in the folder it was linked from. A wheel
# is built in a folder that is gone afterwards, so there the way leads from the file
# itself ($ORIGIN) to the package scipy_openblas32 beside soapz in site-packages.

# from: the file's way to site-packages
function(soapz_install_rpath target)
  if(NOT SKBUILD)
    # CMake's link path leaves out what lies in the project's folder, as .venv does
    set(rpath "")
    if(openblas_package)
      set(rpath ${openblas_package}/lib)
    endif()
    set_target_properties(${target} PROPERTIES
      INSTALL_RPATH "${rpath}" INSTALL_RPATH_USE_LINK_PATH ON)
    return()
  endif()
  set(rpath "")
  foreach(from ${ARGN})
    list(APPEND rpath "$ORIGIN/${from}/scipy_openblas32/lib")
  endforeach()
  set_target_properties(${target} PROPERTIES INSTALL_RPATH "${rpath}")
endfunction()

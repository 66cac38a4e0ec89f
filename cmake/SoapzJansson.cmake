# SPDX-License-Identifier: BSD-3-Clause
#
# jansson reads and writes the JSON header of .soapz files: target soapz_jansson.
find_path(JANSSON_INCLUDE_DIR jansson.h)
find_library(JANSSON_LIBRARY jansson)
mark_as_advanced(JANSSON_INCLUDE_DIR JANSSON_LIBRARY)
if(NOT JANSSON_INCLUDE_DIR OR NOT JANSSON_LIBRARY)
  message(FATAL_ERROR
    "jansson was not found: install libjansson-dev (Debian) or jansson-devel")
endif()
add_library(soapz_jansson UNKNOWN IMPORTED)
set_target_properties(soapz_jansson PROPERTIES
  IMPORTED_LOCATION ${JANSSON_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${JANSSON_INCLUDE_DIR})

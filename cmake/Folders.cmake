# SPDX-License-Identifier: Apache-2.0
# One static library per folder. imgctl_folder(NAME LEFT): NAME may use LEFT and all that LEFT may use.
# The programs' mains belong to no library: see Programs.cmake.
function(imgctl_folder name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${name}/*.c")
  list(FILTER sources EXCLUDE REGEX "/main\\.c$")
  if(NOT sources)
    set(sources "${CMAKE_SOURCE_DIR}/cmake/empty.c")
  endif()
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC imgctl_flags ${ARGN})
endfunction()

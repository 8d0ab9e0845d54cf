# SPDX-License-Identifier: Apache-2.0
# The two programs: `imgctl`, lean, and `imgctl-transfer`, which holds what needs the heavy libraries.
# With IMGCTL_STATIC the first is static and carries the second in its read-only data (cmake/companion.S).
include(GNUInstallDirs)

if(EXISTS "${CMAKE_SOURCE_DIR}/cmd/transfer/main.c")
  add_executable(imgctl-transfer cmd/transfer/main.c)
  target_link_libraries(imgctl-transfer PRIVATE cmd ${IMGCTL_TRANSFER_LIBRARIES} Threads::Threads)
  if(IMGCTL_HARDEN)
    target_link_options(imgctl-transfer PRIVATE -pie)
  endif()
endif()

if(EXISTS "${CMAKE_SOURCE_DIR}/cmd/front/main.c")
  add_executable(imgctl cmd/front/main.c)
  if(IMGCTL_STATIC)
    # A warning of the linker here means that a call would need the shared libc (getpwnam, dlopen): refuse it.
    target_link_options(imgctl PRIVATE -static-pie -Wl,--fatal-warnings)
  endif()
  target_link_libraries(imgctl PRIVATE cmd)
  install(TARGETS imgctl DESTINATION ${CMAKE_INSTALL_BINDIR})
  # The name by which engines call it: imgctl oci.
  add_custom_command(TARGET imgctl POST_BUILD VERBATIM
    COMMAND ${CMAKE_COMMAND} -E create_symlink imgctl "${CMAKE_BINARY_DIR}/imgctl-oci")
  install(CODE "file(CREATE_LINK imgctl
    \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/imgctl-oci\" SYMBOLIC)")
endif()

if(IMGCTL_STATIC AND TARGET imgctl AND TARGET imgctl-transfer)
  enable_language(ASM)
  set(stripped "${CMAKE_BINARY_DIR}/imgctl-transfer.stripped")
  add_custom_command(OUTPUT "${stripped}" DEPENDS imgctl-transfer VERBATIM
    COMMAND ${CMAKE_STRIP} -o "${stripped}" $<TARGET_FILE:imgctl-transfer>)
  set_source_files_properties(cmake/companion.S PROPERTIES OBJECT_DEPENDS "${stripped}"
    COMPILE_DEFINITIONS "COMPANION_FILE=\"${stripped}\"")
  # A library of its own: the compiler settings of C files do not fit.
  add_library(companion OBJECT cmake/companion.S)
  target_link_libraries(imgctl PRIVATE companion)
elseif(TARGET imgctl-transfer)
  add_dependencies(imgctl imgctl-transfer)
  install(TARGETS imgctl-transfer DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

install(CODE "file(GLOB pages \"${CMAKE_SOURCE_DIR}/docs/man/*.1\")
  file(INSTALL \${pages} DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}/man1\")")

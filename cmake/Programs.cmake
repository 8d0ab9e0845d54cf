# SPDX-License-Identifier: Apache-2.0
# The programs: `imgctl`, lean; `imgctl-transfer`, which holds what needs the heavy libraries; `imgctl-network`, which
# lays links and firewall rules. With IMGCTL_STATIC the first is static and carries the others in its read-only data
# (cmake/companion.S, cmake/network_program.S).
include(GNUInstallDirs)

if(EXISTS "${CMAKE_SOURCE_DIR}/cmd/transfer/main.c")
  add_executable(imgctl-transfer cmd/transfer/main.c)
  target_link_libraries(imgctl-transfer PRIVATE cmd ${IMGCTL_TRANSFER_LIBRARIES} Threads::Threads)
  if(IMGCTL_HARDEN)
    target_link_options(imgctl-transfer PRIVATE -pie)
  endif()
endif()

add_executable(imgctl-network cmd/network/main.c)
target_link_libraries(imgctl-network PRIVATE runtime ${IMGCTL_NL} Threads::Threads ${CMAKE_DL_LIBS} m)
if(IMGCTL_HARDEN)
  target_link_options(imgctl-network PRIVATE -pie)
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
  set(network "${CMAKE_BINARY_DIR}/imgctl-network.stripped")
  add_custom_command(OUTPUT "${network}" DEPENDS imgctl-network VERBATIM
    COMMAND ${CMAKE_STRIP} -o "${network}" $<TARGET_FILE:imgctl-network>)
  set_source_files_properties(cmake/network_program.S PROPERTIES OBJECT_DEPENDS "${network}"
    COMPILE_DEFINITIONS "NETWORK_FILE=\"${network}\"")
  add_library(network_program OBJECT cmake/network_program.S)
  target_link_libraries(imgctl PRIVATE companion network_program)
elseif(TARGET imgctl-transfer)
  add_dependencies(imgctl imgctl-transfer imgctl-network)
  install(TARGETS imgctl-transfer imgctl-network DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

install(CODE "file(GLOB pages \"${CMAKE_SOURCE_DIR}/docs/man/*.1\")
  file(INSTALL \${pages} DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}/man1\")")

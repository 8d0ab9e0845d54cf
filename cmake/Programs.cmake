# SPDX-License-Identifier: Apache-2.0
# The two programs: `imgctl`, lean, and `imgctl-transfer`, which holds what needs the heavy libraries.
if(EXISTS ${CMAKE_SOURCE_DIR}/cmd/transfer/main.c)
  add_executable(imgctl-transfer cmd/transfer/main.c)
  target_link_libraries(imgctl-transfer PRIVATE cmd ${IMGCTL_TRANSFER_LIBRARIES} Threads::Threads)
endif()

if(EXISTS ${CMAKE_SOURCE_DIR}/cmd/front/main.c)
  add_executable(imgctl cmd/front/main.c)
  if(IMGCTL_STATIC)
    target_link_options(imgctl PRIVATE -static)
    target_link_libraries(imgctl PRIVATE cmd jansson seccomp)
  else()
    target_link_libraries(imgctl PRIVATE cmd PkgConfig::JANSSON PkgConfig::SECCOMP Threads::Threads)
  endif()
endif()

# SPDX-License-Identifier: Apache-2.0
# The init of containers run with --init: a program of its own without a C library, embedded into `runtime`.
# Built by a command of its own, because no compiler setting of the other programs fits: no sanitizer, no
# instrumentation, no stack protector (it would need a C library's thread area).
enable_language(ASM)
set(init_folder "${CMAKE_SOURCE_DIR}/runtime/container_init")
set(init_file "${CMAKE_BINARY_DIR}/docker-init")
add_custom_command(OUTPUT "${init_file}" VERBATIM
  DEPENDS "${init_folder}/main.c" "${init_folder}/init_system.h"
  COMMAND ${CMAKE_C_COMPILER} -std=gnu11 -Os -Wall -Wextra -Werror -Wmissing-prototypes -Wshadow
    -ffreestanding -fno-builtin -fno-stack-protector -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-pie
    -I "${CMAKE_SOURCE_DIR}" "-ffile-prefix-map=${CMAKE_SOURCE_DIR}=."
    -nostdlib -static -Wl,--build-id=none -Wl,-z,noexecstack -Wl,-z,norelro -Wl,-s
    -o "${init_file}" "${init_folder}/main.c")
set_source_files_properties(cmake/container_init.S PROPERTIES OBJECT_DEPENDS "${init_file}"
  COMPILE_DEFINITIONS "INIT_FILE=\"${init_file}\"")
add_library(container_init OBJECT cmake/container_init.S)
target_sources(runtime PRIVATE $<TARGET_OBJECTS:container_init>)

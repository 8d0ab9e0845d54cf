# SPDX-License-Identifier: Apache-2.0
# Compiler settings every target of ours uses, as the interface library `imgctl_flags`.
include(CheckCCompilerFlag)

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(imgctl_flags INTERFACE)
target_include_directories(imgctl_flags INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_definitions(imgctl_flags INTERFACE _GNU_SOURCE _FILE_OFFSET_BITS=64
  IMGCTL_VERSION="${PROJECT_VERSION}" IMGCTL_EMBED=$<BOOL:${IMGCTL_STATIC}>)
target_compile_options(imgctl_flags INTERFACE
  "SHELL:-include \"${CMAKE_SOURCE_DIR}/base/banned.h\""
  -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wvla -Wundef
  -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers -Wpointer-arith -Wcast-qual -Wwrite-strings
  -fno-common -ffunction-sections -fdata-sections -pthread)
target_link_options(imgctl_flags INTERFACE -Wl,--gc-sections -pthread)
target_link_libraries(imgctl_flags INTERFACE m)

# No file name of the machine that built it ends up in what it built; link-time optimisation compiles when linking.
target_compile_options(imgctl_flags INTERFACE "SHELL:-ffile-prefix-map=\"${CMAKE_SOURCE_DIR}\"=.")
target_link_options(imgctl_flags INTERFACE "SHELL:-ffile-prefix-map=\"${CMAKE_SOURCE_DIR}\"=.")

if(IMGCTL_SANITIZE)
  set(sanitizers -fsanitize=${IMGCTL_SANITIZE} -fno-omit-frame-pointer)
  target_compile_options(imgctl_flags INTERFACE ${sanitizers} -fno-sanitize-recover=all)
  target_link_options(imgctl_flags INTERFACE ${sanitizers})
endif()

if(IMGCTL_HARDEN)
  target_compile_options(imgctl_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
    -fstack-clash-protection -fPIE)
  foreach(option -fcf-protection -mbranch-protection=standard -ftrivial-auto-var-init=zero)
    string(MAKE_C_IDENTIFIER "has${option}" known)
    check_c_compiler_flag(${option} ${known})
    if(${known})
      target_compile_options(imgctl_flags INTERFACE ${option})
    endif()
  endforeach()
  target_link_options(imgctl_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code)
endif()

# SPDX-License-Identifier: Apache-2.0
# The libraries of others, found once.
# The front program may use only jansson, libseccomp and zlib (compressed logs), which come with base and runtime; a
# static front takes their archives. All others are named by what is linked into imgctl-transfer and the tests.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(ARCHIVE REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(ISAL IMPORTED_TARGET libisal)

if(IMGCTL_STATIC)
  find_library(JANSSON_ARCHIVE NAMES libjansson.a REQUIRED)
  find_library(SECCOMP_ARCHIVE NAMES libseccomp.a REQUIRED)
  find_library(ZLIB_ARCHIVE NAMES libz.a REQUIRED)
  set(IMGCTL_JANSSON "${JANSSON_ARCHIVE}")
  set(IMGCTL_SECCOMP "${SECCOMP_ARCHIVE}")
  set(IMGCTL_ZLIB "${ZLIB_ARCHIVE}")
else()
  set(IMGCTL_JANSSON PkgConfig::JANSSON)
  set(IMGCTL_SECCOMP PkgConfig::SECCOMP)
  set(IMGCTL_ZLIB PkgConfig::ZLIB)
endif()

set(IMGCTL_TRANSFER_LIBRARIES PkgConfig::CURL PkgConfig::CRYPTO PkgConfig::ARCHIVE PkgConfig::ZSTD PkgConfig::ZLIB)
if(ISAL_FOUND)
  list(APPEND IMGCTL_TRANSFER_LIBRARIES PkgConfig::ISAL)
endif()
target_compile_definitions(imgctl_flags INTERFACE IMGCTL_HAVE_ISAL=$<BOOL:${ISAL_FOUND}>)

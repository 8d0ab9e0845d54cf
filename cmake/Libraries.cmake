# SPDX-License-Identifier: Apache-2.0
# The libraries of others, found once. The front program may use only those of IMGCTL_FRONT_LIBRARIES.
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

set(IMGCTL_TRANSFER_LIBRARIES PkgConfig::JANSSON PkgConfig::SECCOMP PkgConfig::CURL PkgConfig::CRYPTO
  PkgConfig::ARCHIVE PkgConfig::ZSTD PkgConfig::ZLIB)
if(ISAL_FOUND)
  list(APPEND IMGCTL_TRANSFER_LIBRARIES PkgConfig::ISAL)
  target_compile_definitions(imgctl_flags INTERFACE IMGCTL_HAVE_ISAL=1)
else()
  target_compile_definitions(imgctl_flags INTERFACE IMGCTL_HAVE_ISAL=0)
endif()

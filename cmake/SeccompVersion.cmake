# SPDX-License-Identifier: Apache-2.0
# Filters kept by another version of the code that builds them must not be used: what identifies a version is the
# digest of its sources.
file(GLOB seccomp_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/runtime/seccomp/*.[ch]")
set(seccomp_digests "")
foreach(source IN LISTS seccomp_sources)
  file(SHA256 "${source}" digest)
  string(APPEND seccomp_digests "${digest}")
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${seccomp_sources})
string(SHA256 seccomp_version "${seccomp_digests}")
string(SUBSTRING "${seccomp_version}" 0 31 seccomp_version)
set_source_files_properties(runtime/seccomp/seccomp_cache.c PROPERTIES
  COMPILE_DEFINITIONS "SECCOMP_CACHE_VERSION=\"${seccomp_version}\"")

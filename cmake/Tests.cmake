# SPDX-License-Identifier: Apache-2.0
# ctest's tests, by label: unit (one program per module), fuzz (every corpus replayed), lint (the house rules).
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)

# tests/unit/<folder>/test_<module>.c becomes unit.<module>, linked with <folder> and what lies left of it.
foreach(folder base registry layers runtime builder cmd)
  file(GLOB tests CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/unit/${folder}/test_*.c")
  foreach(source ${tests})
    get_filename_component(name "${source}" NAME_WE)
    add_executable(${name} "${source}")
    target_link_libraries(${name} PRIVATE ${folder} PkgConfig::CMOCKA ${IMGCTL_TRANSFER_LIBRARIES})
    string(REGEX REPLACE "^test_" "unit." test_name ${name})
    add_test(NAME ${test_name} COMMAND sh "${CMAKE_SOURCE_DIR}/tests/unit/strict.sh" $<TARGET_FILE:${name}>)
    set_tests_properties(${test_name} PROPERTIES LABELS unit TIMEOUT 120)
  endforeach()
endforeach()

# With libFuzzer under IMGCTL_FUZZ, else with a driver that replays the corpus as fuzz.<parser>.
file(GLOB fuzzers CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/fuzz/fuzz_*.c")
foreach(source ${fuzzers})
  get_filename_component(name "${source}" NAME_WE)
  string(REGEX REPLACE "^fuzz_" "" parser ${name})
  add_executable(${name} "${source}")
  if(IMGCTL_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests/fuzz/standalone.c")
    add_test(NAME fuzz.${parser} COMMAND ${name} "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${parser}")
    set_tests_properties(fuzz.${parser} PROPERTIES LABELS fuzz TIMEOUT 300)
  endif()
  # The entry point is libFuzzer's to declare, not a header's of ours.
  target_compile_options(${name} PRIVATE -Wno-missing-prototypes)
  target_link_libraries(${name} PRIVATE cmd ${IMGCTL_TRANSFER_LIBRARIES})
endforeach()

# Debian's python3, which Debian's pytest belongs to.
set(lints "${CMAKE_SOURCE_DIR}/tests/lint")
foreach(lint layers size docs headers banned spdx)
  add_test(NAME lint.${lint} COMMAND /usr/bin/python3 "${lints}/${lint}.py")
endforeach()
add_test(NAME lint.symbols COMMAND /usr/bin/python3 "${lints}/symbols.py" --build "${CMAKE_BINARY_DIR}")
add_test(NAME lint.format COMMAND sh "${lints}/format.sh")
add_test(NAME lint.selftest COMMAND /usr/bin/python3 -B -m unittest discover -s "${lints}" -p selftest.py)
foreach(lint layers size docs headers banned spdx symbols format selftest)
  set_tests_properties(lint.${lint} PROPERTIES LABELS lint TIMEOUT 300)
endforeach()

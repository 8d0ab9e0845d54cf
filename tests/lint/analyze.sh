#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `./dev analyze`: clang-tidy and cppcheck (gcc's analyzer ran with the build of the preset analyze). Rule 61:
# no findings; a waiver stands beside the line, with its reason.
set -eu
cd "$(dirname "$0")/../.."
find base registry layers runtime builder cmd -name '*.c' -print0 |
	xargs -0 -r -n 4 -P "$(nproc)" clang-tidy --quiet -p build/clang --warnings-as-errors='*'
find base registry layers runtime builder cmd -name '*.c' -print0 |
	xargs -0 -r cppcheck --quiet --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
		-j "$(nproc)" --std=c11 -D_GNU_SOURCE "-D__$(uname -m)__" -I. --suppress=missingIncludeSystem \
		--include=/usr/include/jansson.h # its loops are macros
echo "no findings"

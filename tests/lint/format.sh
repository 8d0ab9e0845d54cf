#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layout of text: clang-format 14, Debian 12's, decides. Usage: format.sh [ROOT] [-i]
set -eu
cd "${1:-$(dirname "$0")/../..}"
tool=$(command -v clang-format-14 || command -v clang-format) ||
	{ echo "clang-format: missing (Debian package clang-format)"; exit 1; }
case $("$tool" --version) in
*"version 14."*) ;;
*) echo "clang-format: version 14 is needed, this is $("$tool" --version)"; exit 1 ;;
esac
if [ "${2:-}" = -i ]; then set -- -i; else set -- --dry-run --Werror --ferror-limit=1; fi
find base registry layers runtime builder cmd tests cmake \
	\( -name '*.c' -o -name '*.h' \) -type f -print0 2>/dev/null |
	xargs -0 -r "$tool" "$@" 2>&1 | sed -n 's/ error: code should be clang-formatted.*/ rule format: run .\/dev fmt/p; /rule format/!{/error/p}' >"${TMPDIR:-/tmp}/imgctl-format.$$"
out=$(cat "${TMPDIR:-/tmp}/imgctl-format.$$")
rm -f "${TMPDIR:-/tmp}/imgctl-format.$$"
[ -z "$out" ] || { echo "$out"; exit 1; }

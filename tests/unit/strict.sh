#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs a cmocka program. cmocka exits 0 when tests were skipped; under
# IMGCTL_TEST_STRICT=1 a skip is a failure. Usage: strict.sh PROGRAM [ARGUMENT...]
out=$("$@" 2>&1)
status=$?
printf '%s\n' "$out"
if [ "$status" -eq 0 ] && [ "${IMGCTL_TEST_STRICT:-0}" = 1 ]; then
	case $out in
	*"[  SKIPPED ]"*) echo "skipped under IMGCTL_TEST_STRICT=1"; exit 1 ;;
	esac
fi
exit "$status"

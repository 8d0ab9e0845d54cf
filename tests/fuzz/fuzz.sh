#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `./dev fuzz [SECONDS]`: every fuzz target that long (default 60), two at a time. New inputs stay in
# build/fuzz/corpus; a crash is written to build/fuzz/crashes and fails the run.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-60}
mkdir -p build/fuzz/crashes build/fuzz/corpus
set --
for target in tests/fuzz/fuzz_*.c; do
	[ -e "$target" ] || { echo "no fuzz targets"; exit 1; }
	name=${target##*/fuzz_}
	set -- "$@" "${name%.c}"
done
printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} sh -c '
	name=$1 seconds=$2
	mkdir -p "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name"
	set -- "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name"
	[ ! -e "tests/fuzz/dict/$name.dict" ] || set -- "-dict=tests/fuzz/dict/$name.dict" "$@"
	if "build/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
		-artifact_prefix="build/fuzz/crashes/$name-" "$@" >"build/fuzz/$name.log" 2>&1; then
		echo "ok    $name: $(tail -n 1 "build/fuzz/$name.log")"
	else
		echo "CRASH $name: see build/fuzz/$name.log"
		exit 1
	fi' fuzz {} "$seconds"

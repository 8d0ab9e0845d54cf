#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `./dev test`: builds, then every test, then one summary. Called by ./dev, which has installed what it needs.
# With arguments: only those end-to-end tests (paths and options of pytest).
set -u
cd "$(dirname "$0")/.." || exit 1
failed=

say() { printf '==> %s\n' "$*"; }

# Run a step; go on after a failure, so that one run shows all of them.
step() {
	name=$1
	shift
	say "$name"
	"$@" </dev/null || failed="$failed
  $name"
}

pytest="/usr/bin/python3 -B -m pytest -p no:cacheprovider -q"

of_ctest() {
	ctest --output-on-failure --no-tests=error -j "$(nproc)" "$@"
}

if [ $# -gt 0 ]; then
	# shellcheck disable=SC2086 # words
	./dev build release && exec $pytest "$@"
	exit
fi

started=$(date +%s)
for preset in dev clang release; do
	step "build $preset" ./dev build "$preset"
done
step "unit tests, fuzz corpora and lints" of_ctest --test-dir build/dev
# clang's sanitizers see what gcc's do not (an offset from NULL, for one)
step "unit tests and fuzz corpora, clang" of_ctest --test-dir build/clang -L '^(unit|fuzz)$'
if [ -x build/release/imgctl ]; then
	# shellcheck disable=SC2086 # words, here and below
	step "end to end, release" $pytest tests/e2e
	step "end to end, sanitizers" env IMGCTL="$PWD/build/dev/imgctl" $pytest -m sanitized tests/e2e
	step "build tsan" ./dev build tsan imgctl
	# -R: where addresses are spread widely gcc 12's sanitizer does not start
	step "end to end, thread sanitizer" \
		setarch -R env IMGCTL="$PWD/build/tsan/imgctl" $pytest -m threads tests/e2e
	step "end to end, virtual machine" /usr/bin/python3 -B tests/vm/vm.py
else
	failed="$failed
  there is no build/release/imgctl"
fi
say "took $(($(date +%s) - started)) s"
if [ -n "$failed" ]; then
	say "FAILED:$failed"
	exit 1
fi
say "all tests passed"

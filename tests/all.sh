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

end_to_end() {
	/usr/bin/python3 -B -m pytest -p no:cacheprovider -q "$@"
}

if [ $# -gt 0 ]; then
	./dev build release && end_to_end "$@"
	exit
fi

started=$(date +%s)
for preset in dev clang release; do
	step "build $preset" ./dev build "$preset"
done
step "unit tests, fuzz corpora and lints" \
	ctest --test-dir build/dev --output-on-failure --no-tests=error -j "$(nproc)"
# clang's sanitizers see what gcc's do not (an offset from NULL, for one)
step "unit tests and fuzz corpora, clang" \
	ctest --test-dir build/clang -L '^(unit|fuzz)$' --output-on-failure --no-tests=error -j "$(nproc)"
if [ -x build/release/imgctl ]; then
	step "end to end, release" end_to_end tests/e2e
	step "end to end, sanitizers" env IMGCTL="$PWD/build/dev/imgctl" \
		/usr/bin/python3 -B -m pytest -p no:cacheprovider -q -m sanitized tests/e2e
	step "build tsan" ./dev build tsan imgctl
	# -R: where addresses are spread widely gcc 12's sanitizer does not start
	step "end to end, thread sanitizer" setarch -R env IMGCTL="$PWD/build/tsan/imgctl" \
		/usr/bin/python3 -B -m pytest -p no:cacheprovider -q -m threads tests/e2e
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

#!/bin/bash
# The lint run as a test.
cd "$(dirname "$0")/.." || exit 1
echo 1..1
if out=$(make --no-print-directory lint 2>&1); then
	echo "ok 1 - lint"
else
	echo "not ok 1 - lint"
	printf '%s\n' "$out" | tail -n 40 | sed 's/^/# /'
fi

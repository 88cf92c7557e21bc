#!/bin/sh
# SPDX-License-Identifier: MIT
# The faults of tests/mutants do not rot: each applies to the tree as it stands, touches one source file, and names tests that
# there are. Whether they are found is what tests/mutants/run tells. Prints one line a claim; exit 1 on any `not ok`.

cd "$(dirname "$0")/../.." || exit 1
failed=0

report() { # report CLAIM FAULTS
    if [ -z "$2" ]; then
        echo "ok - $1"
    else
        printf '%s\n' "$2" | while read -r fault; do
            echo "not ok - $1: $fault"
        done
        failed=1
    fi
}

faults_of() { # faults_of PATCH
    patch --dry-run -p1 -s -F0 <"$1" >/dev/null 2>&1 || echo "$1 does not apply"
    [ "$(grep -c '^+++ b/sbin/.*\.cc$' "$1")" -eq 1 ] && [ "$(grep -c '^+++ ' "$1")" -eq 1 ] ||
        echo "$1 does not change one .cc file of sbin"
    grep -q '^found-by: ' "$1" || echo "$1 names no test"
    sed -n 's/^found-by: //p' "$1" | tr ' ' '\n' | while read -r test; do
        [ -f "tests/$test.cc" ] || echo "$1 names $test, which is no test"
    done
}

if command -v patch >/dev/null; then
    report "every mutant applies and names its tests" "$(for patch in tests/mutants/*.patch; do faults_of "$patch"; done)"
else
    echo 'skip - every mutant applies and names its tests: patch is not installed'
fi
count=$(find tests/mutants -name '*.patch' | wc -l)
report "there are 40 mutants at least" "$([ "$count" -ge 40 ] || echo "there are $count")"
exit "$failed"

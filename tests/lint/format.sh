#!/bin/sh
# SPDX-License-Identifier: MIT
# Every source is laid out as .clang-format says; in a long run clang-tidy looks over a few files of the core as well, which
# takes it minutes. Prints one line a claim; exit 1 on any `not ok`.

cd "$(dirname "$0")/../.." || exit 1
failed=0
# What everything else rests on, and small enough to be read by it in a minute each.
core='sbin/model/stop_budget.cc sbin/model/step_schedule.cc sbin/system/signal_process.cc'

report() { # report STATUS CLAIM LOG
    if [ "$1" -eq 0 ]; then
        echo "ok - $2"
    else
        echo "not ok - $2: $(grep -E 'error:|warning:' "$3" | head -n 5 | tr '\n' ' ')"
        failed=1
    fi
}

work=$(mktemp -d) || exit 1
trap 'rm -rf -- "$work"' EXIT
if command -v clang-format-14 >/dev/null; then
    find sbin tests \( -name '*.cc' -o -name '*.h' \) -print0 |
        xargs -0 clang-format-14 --dry-run -Werror >"$work/format" 2>&1
    report $? 'every source is laid out as .clang-format says' "$work/format"
else
    echo 'skip - every source is laid out as .clang-format says: clang-format-14 is not installed'
fi

if [ "${RCINIT_LONG:-no}" != yes ]; then
    echo 'skip - clang-tidy has nothing to say of the core: only a long run has the time'
elif ! command -v clang-tidy >/dev/null; then
    echo 'skip - clang-tidy has nothing to say of the core: it is not installed'
elif [ ! -f build/debug/compile_commands.json ]; then
    echo 'skip - clang-tidy has nothing to say of the core: the debug build is not configured'
else
    for file in $core; do
        clang-tidy -p build/debug --quiet --warnings-as-errors='*' "$file" >"$work/tidy" 2>&1
        report $? "clang-tidy has nothing to say of $file" "$work/tidy"
    done
fi
exit "$failed"

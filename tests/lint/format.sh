#!/bin/sh
# SPDX-License-Identifier: MIT
# Every source is laid out as .clang-format says, which leaves the text of comments alone: their width is looked at here. In a
# long run clang-tidy looks over a few files of the core as well, which takes it minutes. Prints one line a claim; exit 1 on any
# `not ok`.

cd "$(dirname "$0")/../.." || exit 1
failed=0
# What everything else rests on, and small enough to be read by it in a minute each.
core='sbin/model/stop_budget.cc sbin/model/step_schedule.cc sbin/model/runlevel_plan.cc sbin/model/shown_text.cc
    sbin/system/signal_process.cc sbin/system/spawn.cc sbin/system/stale_state.cc sbin/system/write_text.cc
    sbin/keeper/protocol.cc'

report() { # report STATUS CLAIM LOG
    if [ "$1" -eq 0 ]; then
        echo "ok - $2"
    else
        echo "not ok - $2: $(grep -E 'error:|warning:' "$3" | head -n 5 | tr '\n' ' ')"
        failed=1
    fi
}

# Prose of the kind that opens a file, with a line wider than the code may be and a list whose second line is indented: a formatter
# that fills comments runs its items together.
essay() {
    cat <<'EOF'
// The machine. Each state has its line, and what ends it; a line that is a little too long for the formatter stays one.
//
//   boot      Nothing has run. Left when the folders stand.
//   running   Respawns, requests, deaths. Left when another level is
//             asked for, or a stop.
//   gone      Nothing happens any more.
#pragma once
EOF
}

work=$(mktemp -d) || exit 1
trap 'rm -rf -- "$work"' EXIT
if command -v clang-format-14 >/dev/null; then
    find sbin tests \( -name '*.cc' -o -name '*.h' \) -print0 |
        xargs -0 clang-format-14 --dry-run -Werror >"$work/format" 2>&1
    report $? 'every source is laid out as .clang-format says' "$work/format"
    essay >"$work/essay.h"
    clang-format-14 --assume-filename=sbin/essay.h <"$work/essay.h" >"$work/formatted.h"
    diff "$work/essay.h" "$work/formatted.h" | sed -n 's/^> /error: it becomes /p' >"$work/run_together"
    cmp -s "$work/essay.h" "$work/formatted.h"
    report $? 'prose keeps its lines: the formatter leaves the text of comments alone' "$work/run_together"
else
    echo 'skip - every source is laid out as .clang-format says: clang-format-14 is not installed'
    echo 'skip - prose keeps its lines: clang-format-14 is not installed'
fi
find sbin tests \( -name '*.cc' -o -name '*.h' \) -exec awk '
    length($0) > 110 && ($0 ~ /^ *\/\// || $0 ~ /; *\/\//) { print FILENAME ":" FNR ": error: " length($0) " columns" }
' {} + >"$work/wide"
test ! -s "$work/wide"
report $? 'no comment is wider than the 110 columns that the formatter keeps code to' "$work/wide"

find sbin tests \( -name '*.cc' -o -name '*.h' \) -exec awk '
    FNR == 1 { before = "" }
    /; *\/\/\/</ && before ~ /[^ ]/ && before !~ /[;}{:,\/>]$/ && before !~ /\/\// {
        print FILENAME ":" FNR ": error: the note belongs above the declaration that it pushes apart"
    }
    { before = $0 }
' {} + >"$work/apart"
test ! -s "$work/apart"
report $? 'no note behind a declaration pushes it apart' "$work/apart"

if [ "${RCINIT_LONG:-no}" != yes ]; then
    echo 'skip - clang-tidy has nothing to say of the core: only a long run has the time'
elif ! command -v clang-tidy >/dev/null; then
    echo 'skip - clang-tidy has nothing to say of the core: it is not installed'
elif [ ! -f build/debug/compile_commands.json ]; then
    echo 'skip - clang-tidy has nothing to say of the core: the debug build is not configured'
else
    # clang cannot read what gcc has precompiled.
    sed 's/-Winvalid-pch -include [^ ]*//' build/debug/compile_commands.json >"$work/compile_commands.json"
    for file in $core; do
        clang-tidy -p "$work" --quiet --warnings-as-errors='*' "$file" >"$work/tidy" 2>&1
        report $? "clang-tidy has nothing to say of $file" "$work/tidy"
    done
fi
exit "$failed"

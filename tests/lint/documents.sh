#!/bin/sh
# SPDX-License-Identifier: MIT
# The documents against the program: its table of signals stands in the README and in init(8) as well, each of its commands is in
# rcinit(8), and what the demonstration calls is there. Prints one line a claim; exit 1 on any `not ok`.

cd "$(dirname "$0")/../.." || exit 1
init=${RCINIT:-build/release/rcinit}
failed=0

if [ ! -x "$init" ]; then
    echo "skip - the documents say what the program says: $init is not built"
    exit 0
fi

claim() { # claim TEXT WHAT-IS-WRONG: it holds where nothing is
    if [ -z "$2" ]; then
        echo "ok - $1"
    else
        echo "not ok - $1: $(printf '%s' "$2" | tr '\n' ';')"
        failed=1
    fi
}

# facts: of lines `NAMES<TAB>EFFECT`, one line for each signal and each thing that must be said of it.
facts() {
    awk -F '\t' '
        {
            count = split($1, names, /, | /)
            for (i = 1; i <= count; i++) {
                if (names[i] !~ /^(RTMIN\+[0-9]+|[A-Z]+[0-9]?)$/) continue
                print names[i]
                rest = $0
                while (match(rest, /exit [0-9]+|runlevel [06]|K-scripts|kbrequest|ctrlaltdel|kernel|FIFO|power/)) {
                    print names[i], substr(rest, RSTART, RLENGTH)
                    rest = substr(rest, RSTART + RLENGTH)
                }
            }
        }' | sort -u
}

# A row without a signal goes on with the one before.
signals_of_program() {
    "$init" signals | awk '
        NR == 1 { next }
        /^$/ { exit }
        {
            names = substr($0, 1, 31); sub(/ +$/, "", names)
            if (names != "") name = names
            print name "\t" substr($0, 33)
        }'
}
signals_of_readme() {
    sed -n '/^## Signals to PID 1/,/^## Exit/s/^| \([A-Z].*[^ ]\) | \(.*\) |$/\1\t\2/p' README.md
}
signals_of_manual() {
    sed -n '/^\.SH SIGNALS/,/^\.TE/p' packaging/man/init.8 | grep '	'
}

work=$(mktemp -d) || exit 1
trap 'rm -rf -- "$work"' EXIT
signals_of_program | facts >"$work/program"
signals_of_readme | facts >"$work/readme"
signals_of_manual | facts >"$work/manual"
[ "$(grep -c ' exit ' "$work/program")" -ge 10 ] || claim 'the program lists its signals' "$(cat "$work/program")"
claim 'the README has the table of signals of the program' "$(diff "$work/program" "$work/readme")"
claim 'init(8) has the table of signals of the program' "$(diff "$work/program" "$work/manual")"

# The words before the first blank line below the usage; two commands may share a line of the manual.
commands=$("$init" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p')
[ -n "$commands" ] || claim 'the program lists its commands' 'none'
missing=
for command in $commands; do
    # Names with a page of their own are listed by name there.
    sed 's/\\-/-/g' packaging/man/rcinit.8 | grep -qE "(^|[^a-z-])$command([^a-z-]|$)" || missing="$missing $command"
done
claim 'rcinit(8) names every command' "$missing"

unknown=
called=$(sed -n 's|.*/sbin/rcinit \([a-z][a-z-]*\).*|\1|p' packaging/demo | sort -u)
for command in $called; do
    printf '%s\n' "$commands" | grep -qxF -- "$command" || unknown="$unknown $command"
done
claim 'the demonstration calls commands that exist' "$unknown"
exit "$failed"

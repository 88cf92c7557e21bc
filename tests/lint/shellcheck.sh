#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs shellcheck and every shell's own parser over all shell of the repository. Prints one line a file; exit 1 on any `not ok`.

cd "$(dirname "$0")/../.." || exit 1
failed=0

# Every file that begins with a shell's #! line, and those that are only sourced.
shell_files() {
    find rc.d etc tests packaging -type f -not -path 'tests/data/*' | sort | while read -r file; do
        case $(head -c 40 "$file" | head -n 1 | tr -d '\0') in
        '#!/bin/sh'* | '#!/bin/bash'* | '#!/usr/bin/env bash'*) echo "$file" ;;
        *) case $file in */functions | */init-functions) echo "$file" ;; esac ;;
        esac
    done
}

report() { # report STATUS CLAIM OUTPUT
    if [ "$1" -eq 0 ]; then
        echo "ok - $2"
    else
        echo "not ok - $2: $(printf '%s' "$3" | head -n 3 | tr '\n' ' ')"
        failed=1
    fi
}

files=$(shell_files)
if command -v shellcheck >/dev/null; then
    for file in $files; do
        output=$(shellcheck -x -f gcc "$file" 2>&1)
        report $? "shellcheck has nothing to say of $file" "$output"
    done
else
    echo 'skip - shellcheck over all shell: it is not installed'
fi
for shell in dash bash 'busybox ash'; do
    if ! command -v "${shell%% *}" >/dev/null; then
        echo "skip - our scripts are parsed by $shell: it is not installed"
        continue
    fi
    for file in $(printf '%s\n' "$files" | grep -e '^rc.d/' -e '^packaging/template/'); do
        output=$($shell -n "$file" 2>&1)
        report $? "$shell parses $file" "$output"
    done
done
exit "$failed"

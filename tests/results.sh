# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# The results of a test run: how each kind of test program is run and read, and how its passes, failures and
# skips are recorded and summed. A record is one line, `kind<TAB>layer<TAB>claim<TAB>reason`, in the file named
# by `results`; logs go to the folder named by `logs`.

_record() {
    printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" >>"${results:?}"
}

record_pass() { _record pass "$1" "$2" ''; }
record_skip() { _record skip "$1" "$2" "$3"; }

record_fail() {
    _record fail "$1" "$2" "$3"
    printf 'FAILED %s: %s: %s\n' "$1" "$2" "$3"
}

# The end of a log, where the reason stands; the whole file is kept.
show_log() {
    printf -- '---- %s\n' "$1"
    tail -n 80 -- "$1"
    printf -- '----\n'
}

# run_boost LAYER PROGRAM: every case is a result. A crash, an end without a report or a time-out is a failure
# more, with the cases reported until then kept. A case may also print `skip - CASE: reason`.
run_boost() {
    local layer program name log report status
    layer=$1
    program=$2
    name=$(basename -- "$program")
    log=${logs:?}/$layer-$name.log
    report=$logs/$layer-$name.xml
    rm -f -- "$report"
    status=0
    timeout -k 10 900 "$program" --logger="HRF,message,stdout:JUNIT,all,$report" --catch_system_errors=yes \
        --color_output=no >"$log" 2>&1 </dev/null || status=$?
    if ! _read_junit "$layer" "$name" "$report" "$log" "$status"; then
        show_log "$log"
    fi
}

# Reads a report into records; fails when something in it did.
_read_junit() {
    local layer name report log status fresh
    layer=$1
    name=$2
    report=$3
    log=$4
    status=$5
    fresh=$(mktemp "$logs/fresh.XXXXXX") || return 1
    if [ -s "$report" ]; then
        awk -v layer="$layer" -v program="$name" -v log_file="$log" '
            function attribute(line, key,    at, rest) {
                at = index(line, " " key "=\"")
                if (at == 0) return ""
                rest = substr(line, at + length(key) + 3)
                return substr(rest, 1, index(rest, "\"") - 1)
            }
            function flush_case(    kind, reason) {
                if (current == "") return
                kind = state; reason = ""
                if (kind == "pass" && (current in said_skip)) { kind = "skip"; reason = said_skip[current] }
                else if (kind == "skip") reason = why == "" ? "a precondition does not hold here" : why
                else if (kind == "fail") reason = "see " log_file
                printf "%s\t%s\t%s/%s\t%s\n", kind, layer, program, current, reason
                current = ""
            }
            BEGIN {
                while ((getline line < log_file) > 0)
                    if (line ~ /^skip - /) {
                        sub(/^skip - /, "", line)
                        at = index(line, ": ")
                        if (at > 0) said_skip[substr(line, 1, at - 1)] = substr(line, at + 2)
                        else said_skip[line] = "no reason given"
                    }
            }
            /^<testcase / {
                flush_case()
                current = attribute($0, "name"); state = "pass"; why = ""
                class = attribute($0, "classname")
                if (class != "") current = class "." current
                base = attribute($0, "name")
                if (base in said_skip) said_skip[current] = said_skip[base]
            }
            /<failure |<error / { if (current != "") state = "fail" }
            /<skipped/ { if (current != "" && state == "pass") state = "skip" }
            /^- reason: / {
                if (state == "skip" && why == "") {
                    why = $0
                    sub(/^- reason: .(precondition failed: )?/, "", why)
                    sub(/.\]\]>.*$/, "", why)
                }
            }
            /<\/testsuite>/ { flush_case() }
            END { flush_case() }' "$report" >"$fresh"
    fi
    cat -- "$fresh" >>"$results"
    grep '^fail' "$fresh" | while IFS='	' read -r _ layer_of claim reason; do
        printf 'FAILED %s: %s: %s\n' "$layer_of" "$claim" "$reason"
    done
    # Boost.Test ends with 201 for failed cases and 200 when it could not run them.
    if [ "$status" -ne 0 ] && ! grep -q '^fail' "$fresh"; then
        record_fail "$layer" "$name" "ended with status $status"
    elif [ "$status" -ne 0 ] && [ "$status" -ne 201 ]; then
        record_fail "$layer" "$name" "ended with status $status before its end"
    elif [ ! -s "$fresh" ]; then
        record_fail "$layer" "$name" "reported no case"
        status=1
    fi
    rm -f -- "$fresh"
    [ "$status" -eq 0 ]
}

# run_shell LAYER SCRIPT: every line `ok - claim`, `not ok - claim: why` or `skip - claim: reason` is a result. A script
# has script_seconds.
run_shell() {
    local layer script name log status before
    layer=$1
    script=$2
    name=$(basename -- "$script" .sh)
    log=${logs:?}/$layer-$name.log
    status=0
    # An executable test names its shell itself.
    set --
    [ -x "$script" ] || set -- sh
    timeout -k 10 "${script_seconds:-1200}" "$@" "$script" >"$log" 2>&1 </dev/null || status=$?
    before=$(grep -c '^fail' "$results")
    awk -v layer="$layer" -v name="$name" '
        function record(kind, text,    at, reason) {
            reason = ""
            if (kind != "pass") {
                at = index(text, ": ")
                if (at > 0) { reason = substr(text, at + 2); text = substr(text, 1, at - 1) }
                else reason = "no reason given"
            }
            printf "%s\t%s\t%s: %s\t%s\n", kind, layer, name, text, reason
        }
        /^ok - / { record("pass", substr($0, 6)) }
        /^not ok - / { record("fail", substr($0, 10)) }
        /^skip - / { record("skip", substr($0, 8)) }' "$log" >>"$results"
    if ! grep -qE '^(ok|not ok|skip) - ' "$log"; then
        record_fail "$layer" "$name" "reported nothing and ended with status $status"
    elif [ "$status" -ne 0 ] && [ "$(grep -c '^fail' "$results")" -eq "$before" ]; then
        record_fail "$layer" "$name" "ended with status $status"
    fi
    if [ "$(grep -c '^fail' "$results")" -ne "$before" ]; then
        grep '^not ok - ' "$log"
        show_log "$log"
    elif [ "$layer" = bench ]; then
        cat -- "$log"
    elif [ "$layer" = peers ]; then
        # The table of what differs from the peer is what these tests are read for.
        grep -vE '^(ok|skip) - ' "$log"
    fi
}

# run_fuzz PROGRAM SECONDS TESTS CORPUS: one result. NAME_fuzz begins with the files of TESTS/data/NAME and the words
# of TESTS/fuzz/NAME.dict, where they are; what is found is added to the corpus of the build folder.
run_fuzz() {
    local program seconds tests corpus name log folder dictionary
    program=$1
    seconds=$2
    name=$(basename -- "$program")
    log=${logs:?}/fuzz-$name.log
    corpus=$4/$name
    mkdir -p -- "$corpus"
    tests=$3
    set -- -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -artifact_prefix="$corpus." -print_final_stats=1
    folder=$tests/data/${name%_fuzz}
    [ ! -d "$folder" ] || corpus="$corpus $folder"
    dictionary=$tests/fuzz/${name%_fuzz}.dict
    [ ! -f "$dictionary" ] || set -- "$@" -dict="$dictionary"
    # The corpus is a list of folders.
    # shellcheck disable=SC2086
    if timeout -k 10 "$((seconds + 60))" "$program" "$@" $corpus >"$log" 2>&1 </dev/null; then
        record_pass fuzz "$name finds nothing in $seconds s"
    else
        record_fail fuzz "$name finds nothing in $seconds s" "see $log"
        show_log "$log"
    fi
}

_count() {
    grep -c "^$1	" "$results"
}

# The failures, the skips with their reasons, and the sum as the last line; fails when a test did.
summary() {
    local passed failed skipped
    passed=$(_count pass)
    failed=$(_count fail)
    skipped=$(_count skip)
    if [ "$skipped" -gt 0 ]; then
        printf '\nSkipped:\n'
        awk -F '\t' '$1 == "skip" { printf "  %s: %s: %s\n", $2, $3, $4 }' "$results"
    fi
    if [ "$failed" -gt 0 ]; then
        printf '\nFailed:\n'
        awk -F '\t' '$1 == "fail" { printf "  %s: %s: %s\n", $2, $3, $4 }' "$results"
    fi
    printf '\n%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
    [ "$failed" -eq 0 ]
}

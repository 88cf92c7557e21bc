# shellcheck shell=sh disable=SC2154    # init is set by the test
# SPDX-License-Identifier: MIT
#
# The values of LSB headers, read three ways into one form, `SCRIPT KEYWORD VALUE...` by tabs and blanks: by a reader
# of a few lines that shares nothing with ours, by `rcinit header`, and by what insserv does with a script among
# stand-ins for every name that it mentions.

# values_read FILE...: by LSB 3.1, 20.3 and insserv(8): the first block, the first of each keyword, lists at blanks
# and commas, a value up to the first byte that cannot be printed.
values_read() {
    LC_ALL=C awk '
        function keyword_of(word,    name) {
            name = tolower(word)
            gsub(/_/, "-", name)
            if (match(name, /(should-start|should-stop)$/) && name ~ /^x-/) name = substr(name, RSTART)
            if (match(name, /(start-before|stop-after|interactive)$/) && name ~ /^x-/) name = "x-" substr(name, RSTART)
            return name in wanted ? name : ""
        }
        function put(name, value,    key) {
            key = name
            gsub(/-/, "_", key)
            if (name == "x-interactive") value = tolower(value) == "true" ? "true" : ""
            else if (name != "short-description") {
                gsub(/[ \t,;]+/, " ", value)
                sub(/^ /, "", value); sub(/ $/, "", value)
                if (name ~ /^default/) {
                    value = " " value " "
                    while (match(value, / [^ ][^ ]+ /)) value = substr(value, 1, RSTART) substr(value, RSTART + RLENGTH)
                    gsub(/^ +| +$/, "", value)
                }
            }
            if (value != "") printf "%s\t%s\t%s\n", script, key, value
        }
        BEGIN {
            split("provides required-start required-stop should-start should-stop x-start-before x-stop-after " \
                "default-start default-stop x-interactive short-description", names, " ")
            for (i in names) wanted[names[i]] = 1
        }
        FNR == 1 { script = FILENAME; sub(/^.*\//, "", script); where = "before"; split("", seen) }
        where == "before" && /### BEGIN INIT INFO/ { where = "inside"; next }
        where == "inside" && /### END INIT INFO/ { where = "after" }
        where == "inside" && /^[ \t]*#[ \t]*[A-Za-z_-]+:/ {
            line = $0
            sub(/^[ \t]*#[ \t]*/, "", line)
            colon = index(line, ":")
            name = keyword_of(substr(line, 1, colon - 1))
            if (name == "" || name in seen) next
            seen[name] = 1
            line = substr(line, colon + 1)
            if (name == "short-description") sub(/[\001-\010\012-\037\177].*$/, "", line)
            else sub(/[\001-\010\012-\037\177-\377].*$/, "", line)
            gsub(/^[ \t]+|[ \t]+$/, "", line)
            put(name, line)
        }' "$@"
}

# values_ours FILE...: by the program.
values_ours() {
    "$init" header --json "$@" 2>/dev/null | LC_ALL=C awk '
        # The text of a JSON string from its first byte on.
        function text_at(rest,    out, c) {
            out = ""
            while (rest != "") {
                c = substr(rest, 1, 1)
                if (c == "\"") break
                if (c == "\\") { rest = substr(rest, 2); c = substr(rest, 1, 1); if (c == "t") c = "\t" }
                out = out c
                rest = substr(rest, 2)
            }
            return out
        }
        BEGIN {
            count = split("provides required_start required_stop should_start should_stop x_start_before x_stop_after " \
                "default_start default_stop", lists, " ")
        }
        {
            script = $0; sub(/^.*"file":"/, "", script); sub(/".*$/, "", script); sub(/^.*\//, "", script)
            if (index($0, "\"lsb\":{") == 0) next
            lsb = substr($0, index($0, "\"lsb\":{"))
            for (i = 1; i <= count; i++) {
                value = substr(lsb, index(lsb, "\"" lists[i] "\":[") + length(lists[i]) + 4)
                value = substr(value, 1, index(value, "]") - 1)
                gsub(/","/, " ", value); gsub(/"/, "", value)
                if (value != "") printf "%s\t%s\t%s\n", script, lists[i], value
            }
            if (index(lsb, "\"x_interactive\":true")) printf "%s\tx_interactive\ttrue\n", script
            value = text_at(substr(lsb, index(lsb, "\"short_description\":\"") + 21))
            if (value != "") printf "%s\tshort_description\t%s\n", script, value
        }'
}

# stand_ins SCRIPT ROOT: into the tree below ROOT one stand-in for each name that any list of the script mentions, one
# that asks for each name it provides, and the facilities; prints `FILE NAME` for each.
stand_ins() {
    LC_ALL=C awk -v root="$2" '
        function write(file, provides, needs,    path) {
            path = root "/etc/init.d/" file
            printf "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: %s\n# Required-Start: %s\n# Required-Stop: %s\n" \
                "# Default-Start: 2\n# Default-Stop: 0\n### END INIT INFO\n", provides, needs, needs >path
            close(path)
        }
        function mention(name) {
            sub(/^[+]/, "", name)
            if (name == "" || name == "$all" || name == "$null" || (name in told)) return
            told[name] = "x" ++count
        }
        /^[ \t]*#[ \t]*[A-Za-z_-]+:/ {
            line = $0
            sub(/^[ \t]*#[ \t]*/, "", line)
            word = tolower(substr(line, 1, index(line, ":") - 1))
            gsub(/_/, "-", word)
            if (word !~ /(provides|required-start|required-stop|should-start|should-stop|start-before|stop-after)$/) next
            sub(/^[^:]*:/, "", line)
            sub(/[^\t -~].*$/, "", line)
            number = split(line, words, /[ \t,;]+/)
            for (i = 1; i <= number; i++)
                if (word == "provides") { if (words[i] != "") own[words[i]] = 1 } else mention(words[i])
        }
        END {
            conf = root "/etc/insserv.conf"
            printf "" >conf
            for (name in told) {
                if (name in own) continue
                if (name ~ /^\$/) { print name, "stand-for-" told[name] >conf; write(told[name], "stand-for-" told[name], "") }
                else write(told[name], name, "")
                print told[name], name
            }
            for (name in own) {
                if (name ~ /^\$/) continue
                write("y" ++asks, "asks-" asks, name)
                print "y" asks, name
            }
        }' "$1"
}

# values_insserv FILE...: what insserv makes of each among its stand-ins, each script in runlevel 2 and 0. It does not
# tell Required from Should: these are one list, `start_needs` and `stop_needs`.
values_insserv() {
    local file script root
    for file in "$@"; do
        script=${file##*/}
        root=$work/alone/$script
        new_root "$root"
        stand_ins "$file" "$root" >"$root/names"
        cp -p -- "$file" "$root/etc/init.d/$script"
        chmod 755 "$root"/etc/init.d/*
        # The names of the stand-ins are words.
        # shellcheck disable=SC2046
        insserv_ "$root" -f "$script,start=2,stop=0" $(cut -d ' ' -f 1 "$root/names") >>"$work/alone.log" 2>&1 ||
            printf '%s\trefused\t%s\n' "$script" "$?"
        LC_ALL=C awk -v script="$script" '
            FILENAME ~ /names$/ { name[$1] = $2; next }
            /^[^ =]+:/ {
                first = $1; sub(/:$/, "", first)
                way = FILENAME ~ /stop$/ ? "stop" : "start"
                for (i = 2; i <= NF; i++) {
                    if (first == script && $i == script) continue
                    if (first == script && $i ~ /^y/) print script "\tprovides\t" name[$i]
                    else if (first == script) print script "\t" (way == "start" ? "start_needs" : "x_stop_after") "\t" name[$i]
                    else if ($i == script && first ~ /^y/) print script "\tprovides\t" name[first]
                    else if ($i == script) print script "\t" (way == "start" ? "x_start_before" : "stop_needs") "\t" name[first]
                }
            }
            /^INTERACTIVE = / { for (i = 3; i <= NF; i++) if ($i == script) print script "\tx_interactive\ttrue" }
        ' "$root/names" "$root/etc/init.d/.depend.start" "$root/etc/init.d/.depend.stop" | sort -u
        rm -rf -- "$root"
    done
}

# as_insserv: our values on stdin in the form of values_insserv, one name a line. A script's own names are no needs of
# it. insserv lets one with $all wait for every stand-in, so that the names beside it cannot be told.
as_insserv() {
    LC_ALL=C awk -F '\t' '
        { value[$1, $2] = $3; scripts[$1] = 1 }
        function tell(script, key, from,    number, names, i, own) {
            own = " " value[script, "provides"] " "
            number = split(from, names, " ")
            for (i = 1; i <= number; i++) {
                sub(/^[+]/, "", names[i])
                if (names[i] == "$null" || names[i] == "$all") continue
                if (key == "provides" ? names[i] ~ /^[$]/ : index(own, " " names[i] " ")) continue
                print script "\t" key "\t" names[i]
            }
        }
        END {
            for (script in scripts) {
                tell(script, "provides", value[script, "provides"])
                tell(script, "start_needs", value[script, "required_start"] " " value[script, "should_start"])
                tell(script, "stop_needs", value[script, "required_stop"] " " value[script, "should_stop"])
                tell(script, "x_start_before", value[script, "x_start_before"])
                tell(script, "x_stop_after", value[script, "x_stop_after"])
                if (value[script, "x_interactive"]) print script "\tx_interactive\ttrue"
            }
        }' | sort -u
}

# shellcheck shell=sh disable=SC2154    # work and program are set by the test
# SPDX-License-Identifier: MIT
#
# What the comparison with insserv needs: trees that insserv makes links in, its edges and ours, and the judge over
# the two. Nothing here writes outside the folders it is given.

# insserv_ ROOT ARGUMENT...: insserv on a tree below ROOT. All its paths are options, so the machine's own tree is
# neither read nor written.
insserv_() {
    local root
    root=$1
    shift
    LC_ALL=C "$program" -p "$root/etc/init.d" -i "$root/etc/init.d" -c "$root/etc/insserv.conf" \
        -o "$root/etc/insserv/overrides" "$@"
}

# new_root ROOT: the folders that insserv expects.
new_root() {
    mkdir -p -- "$1/etc/init.d" "$1/etc/insserv/overrides" "$1/etc/rc0.d" "$1/etc/rc1.d" "$1/etc/rc2.d" "$1/etc/rc3.d" \
        "$1/etc/rc4.d" "$1/etc/rc5.d" "$1/etc/rc6.d" "$1/etc/rcS.d"
}

# edges_of FILE: what a .depend file says, a line for each `script predecessor`.
edges_of() {
    awk '/^[^ =]+:/ { name = $1; sub(/:$/, "", name); for (i = 2; i <= NF; i++) print name, $i }' "$1" | sort -u
}

# plan_of ROOT LEVEL LIST FOLDER: the steps of our plan whose links stand in FOLDER, a line for each
# `script predecessor...`, in link order. LIST is start or stop.
plan_of() {
    "$init" plan --root "$1" "$2" --json 2>>"$work/complaints" | awk -v list="$3" -v folder="$4" '
        {
            text = $0
            if (list == "start") { sub(/^.*"start":\[/, "", text); sub(/\],"stop":\[.*$/, "", text) }
            else sub(/^.*"stop":\[/, "", text)
            count = split(text, step, /\{"name":"/)
            for (i = 2; i <= count; i++) {
                if (index(step[i], "\"script\":\"" folder "/") == 0) continue
                name = step[i]; sub(/".*$/, "", name)
                after = step[i]; sub(/^.*"after":\[/, "", after); sub(/\].*$/, "", after); gsub(/[",]+/, " ", after)
                print name, after
            }
        }'
}

# broken_edges STEPS EDGES: the edges between scripts of STEPS that they do not keep, directly or through others;
# the last line is the number of edges that were looked at.
broken_edges() {
    awk '
        function reaches(from, to,    way, count, i) {
            if ((from, to) in known) return known[from, to]
            known[from, to] = 0
            count = split(before[from], way, " ")
            for (i = 1; i <= count; i++)
                if (way[i] == to || reaches(way[i], to)) return known[from, to] = 1
            return 0
        }
        NR == FNR { here[$1] = 1; for (i = 2; i <= NF; i++) before[$1] = before[$1] " " $i; next }
        ($1 in here) && ($2 in here) { looked++; if (!reaches($1, $2)) print "broken", $1, $2 }
        END { print looked + 0 }' "$1" "$2"
}

# own_edges STEPS: ours, as edges_of prints insserv's.
own_edges() { awk '{ for (i = 2; i <= NF; i++) print $1, $i }' "$1" | sort -u; }

# edges_between STEPS EDGES: the edges whose two ends are among the steps; one of a script to itself is none.
edges_between() {
    awk 'NR == FNR { here[$1] = 1; next } ($1 in here) && ($2 in here) && $1 != $2' "$1" "$2"
}

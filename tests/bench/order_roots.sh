# shellcheck shell=sh disable=SC2154    # the shared variables are set by the program this one goes with
# SPDX-License-Identifier: MIT
#
# The roots of the figures on order and parallelism: scripts with INIT INFO blocks, by tens in a graph, without
# needs, with daemons. Sourced by the benchmark, whose `empty_root` makes the root that they go into.

# block_script ROOT LEVEL NAME NEEDS BODY: started at S(10+LEVEL) and stopped at K(89-LEVEL). BODY is what it does; the
# interpreter is that of $interpreter.
interpreter=/bin/sh
block_script() {
    local folder
    folder=$1/etc/rc.d
    printf '#!%s\n### BEGIN INIT INFO\n# Provides: %s\n# Required-Start: %s\n# Required-Stop: %s\n# Default-Start: 3\n# Default-Stop: 0\n### END INIT INFO\n%s\n' \
        "$interpreter" "$3" "$4" "$4" "$5" >"$folder/init.d/$3"
    chmod 755 "$folder/init.d/$3"
    ln -s "../init.d/$3" "$folder/rc3.d/S$((10 + $2))$3"
    ln -s "../init.d/$3" "$folder/rc0.d/K$((89 - $2))$3"
}

# The last script of a root, after all others.
up_script() {
    # shellcheck disable=SC2016    # expanded by the script
    block_script "$1" 60 up "${2:-\$all}" '[ "$1" = start ] && : >/mark/up
exit 0'
}

# graph_root N: levels of ten; each script needs two of the level before, and tells when one of them is not there.
graph_root() {
    local root number level first second name
    root=$roots/graph-$1
    empty_root "graph-$1"
    number=0
    while [ "$number" -lt "$1" ]; do
        level=$((number / 10))
        name=g$level-$((number % 10))
        first=
        second=
        if [ "$level" -gt 0 ]; then
            first=g$((level - 1))-$((number % 10))
            second=g$((level - 1))-$(((number + 3) % 10))
        fi
        # At start those that it needs are up; at stop those that need it are down.
        block_script "$root" "$level" "$name" "$first $second" "case \$1 in
    start)
        for need in $first $second; do [ -e /run/up-\$need ] || : >/mark/broken; done
        sleep 0.1
        : >/run/up-$name ;;
    stop)
        for user in g$((level + 1))-$((number % 10)) g$((level + 1))-$(((number + 7) % 10)); do
            [ ! -e /run/up-\$user ] || : >/mark/broken
        done
        sleep 0.1
        rm -f /run/up-$name ;;
esac"
        number=$((number + 1))
    done
    up_script "$root"
}

# noop_root N: scripts that do nothing and need nobody.
noop_root() {
    local root number
    root=$roots/noop-$1
    empty_root "noop-$1"
    # The tools read no environment below --root: the engine carries out the level, not the loop that is there.
    printf 'rc=engine\n' >"$root/etc/rcinit.conf"
    number=1
    while [ "$number" -lt "$1" ]; do
        block_script "$root" 0 "noop$(printf '%04d' "$number")" '' 'exit 0'
        number=$((number + 1))
    done
    up_script "$root"
}

# forkers_root N: each forks a daemon away; its stop waits until the pid is gone.
forkers_root() {
    local root number name
    root=$roots/forkers-$1
    empty_root "forkers-$1"
    number=1
    while [ "$number" -lt "$1" ]; do
        name=fork$(printf '%03d' "$number")
        block_script "$root" 0 "$name" '' "# pidfile: /run/$name.pid
case \$1 in
    start) /sbin/daemon /run/$name.pid && : >/var/lock/subsys/$name ;;
    stop)
        read -r pid </run/$name.pid
        kill \"\$pid\"
        while kill -0 \"\$pid\" 2>/dev/null; do sleep 0.01; done
        rm -f /var/lock/subsys/$name ;;
esac"
        number=$((number + 1))
    done
    up_script "$root"
}

# functions_root SHELL [EMPTY]: fifty scripts that source the shell library, or an empty file in its place.
functions_root() {
    local root number
    root=$roots/functions-$1${2:+-$2}
    empty_root "functions-$1${2:+-$2}"
    [ -z "${2:-}" ] || : >"$root/etc/rc.d/init.d/functions"
    interpreter=/bin/$1
    number=1
    while [ "$number" -lt 50 ]; do
        block_script "$root" 0 "lib$(printf '%03d' "$number")" '' '. /etc/rc.d/init.d/functions
exit 0'
        number=$((number + 1))
    done
    up_script "$root"
    interpreter=/bin/sh
}

names_of() { find "$1/etc/init.d/" -maxdepth 1 -type f ! -name functions ! -name '.*' -printf '%f\n' | sort; }

# insserv_root NAME: a copy of a root with insserv's file of the start, and what runs it.
insserv_root() {
    local root script
    root=$roots/$1-insserv
    rm -rf -- "$root"
    cp -a -- "$roots/$1" "$root"
    [ ! -x "$build/startpar/bin/startpar" ] || cp -- "$build/startpar/bin/startpar" "$root/sbin/"
    {
        printf 'TARGETS = %s\nINTERACTIVE =\n' "$(names_of "$root" | tr '\n' ' ')"
        names_of "$root" | while read -r script; do
            if [ "$script" = up ]; then
                printf 'up: %s\n' "$(names_of "$root" | grep -v '^up$' | tr '\n' ' ')"
            else
                sed -n "s/^# Required-Start:  *\([^ ].*\)/$script: \1/p" "$root/etc/init.d/$script"
            fi
        done
    } >"$root/etc/init.d/.depend.start"
    printf '#!/bin/sh\ncd /etc/init.d && startpar -p 4 -t 20 -T 3 -M start -P N -R 3\nexec /sbin/catch\n' >"$root/sbin/startpar-boot"
}

#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The init scripts of many Debian packages under Debian's insserv and under the program. Our graph must keep every
# edge that insserv wrote, with insserv's numbers and without; insserv's files must be obeyed where they are; and
# header for header both must read the same. S numbers are not compared: the same scripts get others in another
# folder order.
set -u

top=$(cd -- "$(dirname -- "$0")/../.." && pwd)
build=${RCINIT_BUILD:-$top/build}
init=${RCINIT:-$build/release/rcinit}
peers=$top/tests/peers
# The library's.
# shellcheck disable=SC2034
program=$build/insserv/sbin/insserv
scripts=$build/insserv-scripts/files
failures=0

# shellcheck source=tests/peers/lib_insserv.sh
. "$peers/lib_insserv.sh"
# shellcheck source=tests/peers/lib_headers.sh
. "$peers/lib_headers.sh"

# Scripts that insserv gets no chance to make links for, and why.
left_out='README rc rcS    are no scripts of services
ups-monitor    is a link to a script, which insserv passes over
opensmtpd    provides mail-transport-agent as nullmailer does, which insserv refuses
rasdaemon    requires mountdebugfs, which no package has, which insserv refuses'

# What insserv reads otherwise, as the readers print it, and why.
# shellcheck disable=SC2016    # a facility, no variable
differences='ours	mountnfs.sh	start_needs	udev-mtab	insserv stops at the doubled blank before it; its author meant it
insserv	cloud-final	start_needs	$remote_fs	$all makes it wait for every stand-in, of which this is one'

skip() { printf 'skip - insserv, %s: %s\n' "$1" "$2"; }
# is_none CLAIM FILE: the claim holds when the file is empty; else its first lines are the reason.
is_none() {
    if [ -s "$2" ]; then
        failures=$((failures + 1))
        printf 'not ok - %s: %s lines: %s\n' "$1" "$(wc -l <"$2")" "$(head -n 5 "$2" | tr '\n\t' '; ')"
    else
        printf 'ok - %s\n' "$1"
    fi
}
# is_least CLAIM NUMBER LEAST
is_least() {
    if [ "$2" -ge "$3" ]; then
        printf 'ok - %s (%s)\n' "$1" "$2"
    else
        failures=$((failures + 1))
        printf 'not ok - %s: %s, expected %s or more\n' "$1" "$2" "$3"
    fi
}
# is_same CLAIM FILE FILE
is_same() {
    diff "$2" "$3" >"$work/difference"
    is_none "$1" "$work/difference"
}

if [ ! -x "$init" ]; then
    printf 'not ok - the program is built: %s is missing\n' "$init"
    exit 1
fi
mkdir -p -- "$build/test-logs"
if ! "$peers/fetch_package" insserv "$build/insserv" >"$build/test-logs/insserv-fetch.log" 2>&1 ||
    ! "$peers/fetch_scripts" "$peers/insserv_packages" "$build/insserv-scripts" >>"$build/test-logs/insserv-fetch.log" 2>&1; then
    skip "the order of real scripts" "its packages cannot be had"
    exit 0
fi

# In memory where possible: it is quick, and a folder there lists its files in reverse order of their making, so that
# two orders can be had.
work=$(mktemp -d /dev/shm/insserv.XXXXXX 2>/dev/null) || work=$(mktemp -d "$build/insserv-run.XXXXXX") || exit 70
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

left_out_names() { printf '%s\n' "$left_out" | sed 's/    .*//' | tr ' ' '\n'; }

# script_tree ROOT SORT_OPTION: the scripts, copied in this order, and the links that insserv makes for them.
script_tree() {
    local root
    root=$1
    new_root "$root"
    cp -R -- "$build/insserv/etc/insserv.conf" "$scripts/etc/insserv.conf.d" "$root/etc/"
    # Names of scripts hold no blanks; sort takes no option as it takes -r.
    # shellcheck disable=SC2086
    find "$scripts/etc/init.d" -mindepth 1 -maxdepth 1 | sort $2 | while read -r script; do
        [ -e "$script" ] && ! left_out_names | grep -qxF -- "${script##*/}" && cp -p -- "$script" "$root/etc/init.d/"
    done
    (
        cd -- "$root/etc/init.d" || exit 1
        insserv_ "$root" -- *
    ) >"$work/insserv.log" 2>&1 || printf 'insserv ended with %s: %s\n' "$?" "$(tail -n 1 "$work/insserv.log")" >>"$work/faults"
}

: >"$work/faults"
script_tree "$work/there" ''
script_tree "$work/back" -r
is_none "insserv makes links for all scripts" "$work/faults"
is_least "the scripts come from many packages" "$(wc -l <"$build/insserv-scripts/packages")" 60
is_least "they are many" "$(find "$work/there/etc/init.d" -type f ! -name '.*' | wc -l)" 100

# -- the graph that our own reading gives ------------------------------------------------------------------------

# What insserv wrote in either folder order. $local_fs of rcS is opened while its members are still being read, and
# so has some of its edges in one order and others in the other; all of them follow from the headers.
for kind in boot start stop; do
    edges_of "$work/there/etc/init.d/.depend.$kind" >"$work/there.$kind"
    edges_of "$work/back/etc/init.d/.depend.$kind" >"$work/back.$kind"
    # A script that names itself, as keystone does, cannot wait for itself.
    sort -u "$work/there.$kind" "$work/back.$kind" | awk '$1 != $2' >"$work/edges.$kind"
    printf '%s: %s edges, %s of them in one folder order only\n' "$kind" "$(wc -l <"$work/edges.$kind")" \
        "$(comm -3 "$work/there.$kind" "$work/back.$kind" | wc -l)"
done

# judge HOW ROOT: rcS, runlevel 2 and the stop.
judge() {
    local kind level list folder
    while read -r kind level list folder; do
        plan_of "$2" "$level" "$list" "$folder" >"$work/steps"
        broken_edges "$work/steps" "$work/edges.$kind" >"$work/broken"
        is_least "$1, the edges of $kind are looked at" "$(tail -n 1 "$work/broken")" 50
        sed -i '$d' "$work/broken"
        is_none "$1, our own graph breaks no edge of insserv's .depend.$kind" "$work/broken"
    done <<END
boot S start /etc/rcS.d
start 2 start /etc/rc2.d
stop 2 stop /etc/rc0.d
END
}

cp -R -- "$work/there" "$work/numbered"
rm -f -- "$work"/numbered/etc/init.d/.depend.*
judge "with insserv's numbers" "$work/numbered"

# As update-rc.d makes links where there is no insserv: what orders them is the headers alone.
cp -R -- "$work/numbered" "$work/level"
for link in "$work"/level/etc/rc?.d/[SK][0-9][0-9]*; do
    name=${link##*/}
    letter=${name%"${name#?}"}
    new=${link%/*}/${letter}01${name#???}
    [ "$link" = "$new" ] || mv -- "$link" "$new"
done
: >"$work/complaints"
judge "with every number 01" "$work/level"
grep -i 'loop' "$work/complaints" >"$work/loops"
is_none "no loop is found among them" "$work/loops"

# -- the graph that insserv wrote --------------------------------------------------------------------------------

while read -r kind level list folder; do
    plan_of "$work/there" "$level" "$list" "$folder" >"$work/steps"
    own_edges "$work/steps" >"$work/ours"
    edges_between "$work/steps" "$work/there.$kind" >"$work/theirs"
    is_same "with .depend.$kind there, our edges are exactly its own" "$work/theirs" "$work/ours"
done <<END
boot S start /etc/rcS.d
start 2 start /etc/rc2.d
stop 2 stop /etc/rc0.d
END

# Its file, not a reading of ours that agrees with it: one edge more, and cron's taken away.
cp -R -- "$work/there" "$work/changed"
sed -i -e '/^cron:/d' -e '$a atd: xinetd' "$work/changed/etc/init.d/.depend.start"
plan_of "$work/changed" 2 start /etc/rc2.d >"$work/steps"
printf 'atd xinetd\n' >"$work/wanted"
broken_edges "$work/steps" "$work/wanted" | grep broken >"$work/broken"
is_none "an edge that only .depend.start has is kept" "$work/broken"
grep '^cron ..*' "$work/steps" >"$work/left"
is_none "an edge that .depend.start has lost is lost" "$work/left"

# An administrator's override stands for the header with both.
cp -R -- "$work/there" "$work/overridden"
cat >"$work/overridden/etc/insserv/overrides/atd" <<'END'
### BEGIN INIT INFO
# Provides: atd
# Required-Start: xinetd
# Required-Stop: xinetd
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
### END INIT INFO
END
insserv_ "$work/overridden" >"$work/insserv.log" 2>&1
edges_of "$work/overridden/etc/init.d/.depend.start" | grep '^atd ' >"$work/theirs"
rm -f -- "$work"/overridden/etc/init.d/.depend.*
plan_of "$work/overridden" 2 start /etc/rc2.d | grep '^atd ' >"$work/steps"
own_edges "$work/steps" >"$work/ours"
# One that wants to run before all others stays before it.
sed -i '/wd_keepalive$/d' "$work/ours"
is_least "insserv reads the override" "$(grep -cx 'atd xinetd' "$work/theirs")" 1
is_same "an override in place of a header gives both the same edges" "$work/theirs" "$work/ours"

# -- header for header -------------------------------------------------------------------------------------------

find "$scripts/etc/init.d" -mindepth 1 -maxdepth 1 -type f | sort >"$work/files"
# The paths are words.
# shellcheck disable=SC2046
{
    values_read $(cat "$work/files") | sort >"$work/read"
    values_ours $(cat "$work/files") | sort >"$work/ours"
    values_insserv $(cat "$work/files") | sort >"$work/theirs"
}
is_least "the values of their headers are many" "$(wc -l <"$work/read")" 1000
is_same "a reading of the headers that shares nothing with ours gives the same values" "$work/read" "$work/ours"

as_insserv <"$work/ours" >"$work/named"
is_least "insserv reads many names" "$(wc -l <"$work/theirs")" 1000
{
    comm -13 "$work/theirs" "$work/named" | sed 's/^/ours	/'
    comm -23 "$work/theirs" "$work/named" | sed 's/^/insserv	/'
} | sort >"$work/found"
printf '%s\n' "$differences" | cut -f 1-4 | sort >"$work/explained"
comm -23 "$work/found" "$work/explained" >"$work/unexplained"
is_none "insserv reads the same names, but for the explained" "$work/unexplained"
comm -13 "$work/found" "$work/explained" >"$work/vanished"
is_none "the explained differences are all there" "$work/vanished"
printf '%s\n' "$differences" | cut -f 2- | sed 's/^/explained: /' | tr '\t' ' '

# Which links insserv made tells which levels it read.
for link in "$work"/there/etc/rc?.d/[SK][0-9][0-9]*; do
    level=${link%.d/*}
    name=${link##*/}
    case $name in
        S*) keyword=default_start ;;
        *) keyword=default_stop ;;
    esac
    printf '%s\t%s\t%s\n' "${name#???}" "$keyword" "${level##*rc}"
done | sort >"$work/linked"
awk -F '\t' '$2 ~ /^default/ { count = split($3, level, " "); for (i = 1; i <= count; i++) print $1 "\t" $2 "\t" level[i] }' "$work/ours" |
    while read -r name rest; do
        left_out_names | grep -qxF -- "$name" || printf '%s\t%s\n' "$name" "$rest"
    done | sort >"$work/levels"
tr ' ' '\t' <"$work/levels" >"$work/ours"
is_same "insserv makes links in the levels that we read" "$work/linked" "$work/ours"

[ "$failures" -eq 0 ]

#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The same Debian tree under Debian's sysvinit and under the program, both told to leave by `telinit 0`: the same
# services must be up and the same K-scripts must have run. What else differs is printed as a table.
set -u

# shellcheck source=tests/image/lib.sh
. "$(dirname -- "$0")/../image/lib.sh"

begin "side by side with sysvinit"

# The list holds several words.
# shellcheck disable=SC2046
if ! base=$("$top/tests/image/debian_root" "$build/image" $(cat "$top/tests/image/packages") 2>"$work/root.log") ||
    ! "$top/tests/peers/fetch_package" sysvinit-core "$build/sysvinit-core" 2>"$work/package.log"; then
    skip "side by side with sysvinit" "its packages cannot be had"
    exit 0
fi

daemons='rsyslogd dbus-daemon memcached redis-server sshd cron exim4 mariadbd nginx'
scripts='rsyslog dbus memcached redis-server ssh cron exim4 mariadb nginx'

# A tree whose service scripts note each call, with the links of those services only: sysvinit would run the rest
# of a machine's scripts as well.
prepare_tree() {
    local tree name level link
    new_tree "$1" "$base"
    tree=$(tree_of "$1")
    for name in $scripts; do
        sed -i "/^### END INIT INFO/a printf '%s %s\\\\n' '$name' \"\$1\" >>/var/log/calls" "$tree/etc/init.d/$name"
    done
    rm -f -- "$tree"/etc/rcS.d/* "$tree"/etc/init.d/.depend.*
    for level in 0 1 2 3 4 5 6; do
        for link in "$tree/etc/rc$level.d"/[SK]*; do
            [ -L "$link" ] || continue
            name=${link##*/}
            name=${name#???}
            case " $scripts " in
                *" $name "*) ;;
                *) rm -f -- "$link" ;;
            esac
        done
    done
    : >"$tree/var/log/calls"
    # Entries that want a terminal have none here.
    grep -v getty "$build/sysvinit-core/usr/share/sysvinit/inittab" >"$tree/etc/inittab"
}

put_sysvinit() {
    local folder
    for folder in sbin usr/share/sysvinit; do
        cp -a -- "$build/sysvinit-core/$folder/." "$1/$folder/" 2>/dev/null || :
    done
    # Its only way out: the system call that ends a PID namespace.
    ln -s ../init.d/halt "$1/etc/rc0.d/K99halt"
    printf '#!/bin/sh\nexec /sbin/halt -d -f\n' >"$1/etc/init.d/halt"
    chmod 755 "$1/etc/init.d/halt"
}

daemons_of() {
    local name
    for name in $daemons; do
        if run_inside "$1" pgrep -x "$name" >/dev/null; then
            printf '%s\n' "$name"
        fi
    done
}

all_are_up() { [ "$(daemons_of "$1" | wc -l)" -eq "$(printf '%s\n' "$daemons" | wc -w)" ]; }

# A stop in the middle of a start is another test's.
no_script_starts() { ! run_inside "$1" pgrep -f '/rc[2S][.]d/S[0-9][0-9].* start' >/dev/null; }

# life NAME: boots, lists, leaves by telinit 0; the lists stay in the work folder.
life() {
    local began watchdog
    check "it starts" start "$1"
    began=$(now_ms)
    poll_until 30 all_are_up "$1" || :
    poll_until 30 no_script_starts "$1" || :
    daemons_of "$1" >"$work/$1.up"
    printf '%s\n' "$(($(now_ms) - began))" >"$work/$1.boot_ms"
    began=$(now_ms)
    run_inside "$1" telinit 0 >/dev/null 2>&1
    # Neither may stay for ever.
    kill_after 60 "$(host_pid "$1")" &
    watchdog=$!
    await "$1"
    kill "$watchdog" 2>/dev/null
    printf '%s\n' "$ended" >"$work/$1.status"
    printf '%s\n' "$(($(now_ms) - began))" >"$work/$1.stop_ms"
    # Only scripts that have a K-link are compared; the program stops the others too, sysvinit signals them.
    sed -n 's/ stop$//p' "$(tree_of "$1")/var/log/calls" | sort -u >"$work/$1.stopped"
}

linked_stops() {
    local link name
    for link in "$(tree_of "$1")"/etc/rc0.d/K*; do
        name=${link##*/}
        name=${name#???}
        if grep -qxF -- "$name" "$work/$1.stopped"; then
            printf '%s\n' "$name"
        fi
    done | sort -u
}

is_same() {
    printf 'sysvinit: %s; ours: %s' "$(printf '%s' "$1" | tr '\n' ' ')" "$(printf '%s' "$2" | tr '\n' ' ')"
    [ "$1" = "$2" ]
}

prepare_tree sysvinit
put_sysvinit "$(tree_of sysvinit)"
prepare_tree ours
put_init "$(tree_of ours)"

RUN_TMPFS=yes
way=sysvinit
create namespaces sysvinit "$(tree_of sysvinit)"
EXTRA_CAPABILITIES=,+sys_boot
life sysvinit
way=ours
create namespaces ours "$(tree_of ours)"
EXTRA_CAPABILITIES=
life ours
way=

printf '%-24s | %-30s | %s\n' "" sysvinit ours
for row in boot_ms stop_ms status; do
    printf '%-24s | %-30s | %s\n' "$row" "$(cat "$work/sysvinit.$row")" "$(cat "$work/ours.$row")"
done
printf '%-24s | %-30s | %s\n' "scripts called by stop" "$(wc -l <"$work/sysvinit.stopped")" "$(wc -l <"$work/ours.stopped")"
diff "$work/sysvinit.stopped" "$work/ours.stopped" | sed -n 's/^[<>]/only one side stopped by its script: &/p'

check "all services are up under both" is_same "$(cat "$work/sysvinit.up")" "$(cat "$work/ours.up")"
# shellcheck disable=SC2086    # the list is a line each
check "the services are all of the tree" is_same "$(printf '%s\n' $daemons)" "$(cat "$work/ours.up")"
check "the same K-scripts run at telinit 0" is_same "$(linked_stops sysvinit)" "$(linked_stops ours)"
check "K-scripts ran at all" test -n "$(linked_stops ours)"
check "telinit 0 ends ours with 0" is_same 0 "$(cat "$work/ours.status")"
if [ "$failures" -gt 0 ]; then
    container_log ours | tail -n 40
fi
finish

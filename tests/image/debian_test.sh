#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A Debian 12 tree with the services' own unmodified scripts under the program as PID 1: in plain namespaces, in
# podman and in docker. Every service is used through a client, stopped, killed and started again. Arguments: the ways to try, instead of all.
set -u

# shellcheck source=tests/image/lib.sh
. "$(dirname -- "$0")/lib.sh"
# shellcheck source=tests/image/lib_services.sh
. "$(dirname -- "$0")/lib_services.sh"
# shellcheck source=tests/image/lib_by_hand.sh
. "$(dirname -- "$0")/lib_by_hand.sh"

begin "a Debian 12 tree"

# The list holds several words.
# shellcheck disable=SC2046
if ! base=$("$top/tests/image/debian_root" "$build/image" $(cat "$top/tests/image/packages") 2>"$work/root.log"); then
    skip "a Debian 12 tree" "its packages cannot be had: $(tail -n 1 "$work/root.log")"
    exit 0
fi

CLIENTS='dbus ssh nginx redis cron rsyslog memcached mariadb exim4'
export CLIENTS

full_tree() {
    local tree
    new_tree "$1" "$base"
    tree=$(tree_of "$1")
    put_init "$tree"
    # Docker leaves IPv6 out, and the mail server would wait for ::1 for minutes.
    sed -i "s/^dc_local_interfaces=.*/dc_local_interfaces='127.0.0.1'/" "$tree/etc/exim4/update-exim4.conf.conf"
    mkdir -p -- "$tree/root/.ssh"
    chmod 700 "$tree/root/.ssh"
    ssh-keygen -q -t ed25519 -N '' -f "$tree/root/.ssh/id_test"
    cp -- "$tree/root/.ssh/id_test.pub" "$tree/root/.ssh/authorized_keys"
    chmod 600 "$tree/root/.ssh/authorized_keys"
}

# The same tree with one script, for what is asked about init alone.
small_tree() {
    local tree
    new_tree "$1" "$base"
    tree=$(tree_of "$1")
    put_init "$tree" >/dev/null
    rm -f -- "$tree"/etc/rc[2345].d/* "$tree"/etc/rc[016].d/K*
    rm -f -- "$tree"/etc/init.d/.depend.*
    ln -s ../init.d/cron "$tree/etc/rc2.d/S01cron"
    ln -s ../init.d/cron "$tree/etc/rc0.d/K01cron"
    ln -s ../init.d/cron "$tree/etc/rc6.d/K01cron"
    put_counter "$tree"
}

for way in $(ways "$@"); do
    if [ "$way" = docker ] && ! ready_docker; then
        skip "the daemon starts" "$(tail -n 1 "$work/dockerd.log")"
        continue
    fi
    full_tree "full-$way"
    create "$way" "full-$way" "$(tree_of "full-$way")"
    life "full-$way" database rsyslog dbus cron ssh nginx redis-server memcached mariadb exim4
    if [ "$failures" -gt 0 ]; then
        container_log "full-$way" | tail -n 60
    fi
    remove_container "full-$way"

    full_tree "hand-$way"
    cron_restarts "$(tree_of "hand-$way")"
    create "$way" "hand-$way" "$(tree_of "hand-$way")"
    by_hand "hand-$way"
    remove_container "hand-$way"

    small_tree "small-$way"
    create "$way" "small-$way" "$(tree_of "small-$way")"
    complete_log "small-$way"
    ends_from_inside "small-$way"
    open_shell_costs_little "small-$way"
    remove_container "small-$way"
done

way=
if [ $# -gt 0 ]; then
    finish
    exit
fi
if ready_podman; then
    way='podman systemd mode'
    full_tree machine
    SYSTEMD_MODE=always create podman machine "$(tree_of machine)"
    check "the container starts" start machine
    check "the runlevel is reached with a tmpfs on /run, /run/lock and /tmp" poll_until 60 is_running machine
    services_answer machine dbus ssh nginx redis mariadb
    check "the runtime's stop signal is 37" is_equal "$(podman_ inspect --format '{{.Config.StopSignal}}' machine)" 37
    end machine
    check "the runtime's stop ends with 0" is_equal "$ended" 0
    check "the runtime's stop takes well under 10 s" is_less "$took" 8000
    remove_container machine
else
    skip "podman" "it is not installed or does not work here"
fi
finish

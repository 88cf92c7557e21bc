#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A tree of Red Hat's shape, with an inittab that holds only initdefault, under the program as PID 1: in plain
# namespaces, in podman and in docker. The userland is Debian's; scripts, links and locks are as on CentOS 6.
# Arguments: the ways to try, instead of all.
set -u

# shellcheck source=tests/image/lib.sh
. "$(dirname -- "$0")/lib.sh"
# shellcheck source=tests/image/lib_services.sh
. "$(dirname -- "$0")/lib_services.sh"
# shellcheck source=tests/image/lib_redhat.sh
. "$(dirname -- "$0")/lib_redhat.sh"

begin "a Red Hat tree"

# The list holds several words.
# shellcheck disable=SC2046
if ! base=$("$top/tests/image/debian_root" "$build/image" $(cat "$top/tests/image/packages") 2>"$work/root.log"); then
    skip "a Red Hat tree" "its packages cannot be had: $(tail -n 1 "$work/root.log")"
    exit 0
fi

CLIENTS='dbus ssh nginx redis cron rsyslog'
export CLIENTS

full_tree() {
    local tree
    new_tree "$1" "$base"
    tree=$(tree_of "$1")
    redhat_shape "$tree"
    redhat_services "$tree"
    put_init "$tree"
    mkdir -p -- "$tree/root/.ssh"
    chmod 700 "$tree/root/.ssh"
    ssh-keygen -q -t ed25519 -N '' -f "$tree/root/.ssh/id_test"
    cp -- "$tree/root/.ssh/id_test.pub" "$tree/root/.ssh/authorized_keys"
}

small_tree() {
    local tree
    new_tree "$1" "$base"
    tree=$(tree_of "$1")
    redhat_shape "$tree"
    redhat_script "$tree" crond 90 60 /usr/sbin/cron '' /var/run/crond.pid
    put_init "$tree" >/dev/null
}

# A lock that a kill -9 left must not keep a service from starting, and a stop takes the locks away.
locks_are_kept() {
    # shellcheck disable=SC2016    # expanded inside
    run_inside "$1" sh -c 'for name in rsyslog messagebus sshd redis nginx crond; do
        [ -e "/var/lock/subsys/$name" ] || exit 1; done'
}

no_lock_is_left() {
    local left
    left=$(find "$1/var/lock/subsys" -type f -printf '%f ')
    printf '%s' "$left"
    [ -z "$left" ]
}

for way in $(ways "$@"); do
    if [ "$way" = docker ] && ! ready_docker; then
        skip "the daemon starts" "$(tail -n 1 "$work/dockerd.log")"
        continue
    fi
    failed_before=$failures
    full_tree "full-$way"
    create "$way" "full-$way" "$(tree_of "full-$way")"
    life "full-$way" plain rsyslog messagebus sshd redis nginx crond
    if [ "$failures" -gt "$failed_before" ]; then
        container_log "full-$way" | tail -n 60
    fi
    if [ "$way" != docker ]; then
        check "a stop leaves no lock" no_lock_is_left "$(tree_of "full-$way")"
    fi
    check "the container starts once more" start "full-$way"
    check "every service has its lock" poll_until 60 locks_are_kept "full-$way"
    check "runlevel answers as scripts expect" is_equal "$(run_inside "full-$way" runlevel)" "N 3"
    end "full-$way"
    remove_container "full-$way"

    small_tree "small-$way"
    create "$way" "small-$way" "$(tree_of "small-$way")"
    ends_from_inside "small-$way"
    open_shell_costs_little "small-$way"
    remove_container "small-$way"
done
finish

#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The service tree of Debian 12 with its own scripts, booted and stopped over and over: in link order, side by side, and
# in arbitrary orders that its headers allow; a few times in podman and docker as well. After each boot every service is
# used through its client and its state is compared with that after the first boot in link order; after each stop, what is
# left. With RCINIT_LONG=yes 50 times each and 200 orders. Arguments, instead of all that: rounds in link order, rounds
# side by side, and the seeds: the first and the last.
set -u

# shellcheck source=tests/image/lib.sh
. "$(dirname -- "$0")/lib.sh"
# shellcheck source=tests/image/lib_services.sh
. "$(dirname -- "$0")/lib_services.sh"

begin "Debian's services in any order"

# The list holds several words.
# shellcheck disable=SC2046
if ! base=$("$top/tests/image/debian_root" "$build/image" $(cat "$top/tests/image/packages") 2>"$work/root.log"); then
    skip "Debian's services in any order" "its packages cannot be had: $(tail -n 1 "$work/root.log")"
    exit 0
fi

CLIENTS='dbus ssh nginx redis cron rsyslog memcached mariadb exim4'
rounds=3
runtime_rounds=1
first_seed=1
last_seed=2
if [ "${RCINIT_LONG:-no}" = yes ]; then
    rounds=50
    runtime_rounds=3
    last_seed=200
fi
first_seed=${3:-$first_seed}
last_seed=${4:-$last_seed}

new_tree services "$base"
tree=$(tree_of services)
put_init "$tree"
sed -i "s/^dc_local_interfaces=.*/dc_local_interfaces='127.0.0.1'/" "$tree/etc/exim4/update-exim4.conf.conf"
mkdir -p -- "$tree/root/.ssh"
chmod 700 "$tree/root/.ssh"
ssh-keygen -q -t ed25519 -N '' -f "$tree/root/.ssh/id_test"
cp -- "$tree/root/.ssh/id_test.pub" "$tree/root/.ssh/authorized_keys"
chmod 600 "$tree/root/.ssh/authorized_keys"

# One line for each service: what it is and how its script ended.
states_of() {
    run_inside "$1" rcinit status --json | tr '{' '\n' |
        sed -n 's/.*"name":"\([^"]*\)","state":"\([^"]*\)".*"exit":\([^,}]*\).*/\1 \2 \3/p' | sort
}

# Pid files, locks and sockets that lie in the tree, apart from init's own. /var/run and /var/lock are links there.
left_in() {
    find "$1/run" \( -name rcinit -o -name utmp -o -name initctl \) -prune -o ! -type d -printf '%P %y\n' | sort
}

# is_as_first FILE: it is like that of this way's first round, which it becomes where there is none.
is_as_first() {
    [ -e "$work/first.$way.$1" ] || cp -- "$work/$1" "$work/first.$way.$1"
    diff -- "$work/first.$way.$1" "$work/$1" | tr '\n' ' '
    cmp -s -- "$work/first.$way.$1" "$work/$1"
}

# Every client, in turns until each was served once; 30 s at most.
all_answer() {
    local waiting service left until
    until=$(($(date +%s) + 30))
    waiting=$CLIENTS
    while [ -n "$waiting" ]; do
        left=
        for service in $waiting; do
            "use_$service" "$1" >/dev/null 2>&1 || left="$left $service"
        done
        waiting=$left
        if [ -n "$waiting" ] && [ "$(date +%s)" -ge "$until" ]; then
            printf 'no answer from%s' "$waiting"
            return 1
        fi
        [ -z "$waiting" ] || sleep 0.05
    done
}

# What a round does; its words are the reason where it fails.
whole_round() {
    start round || return 1
    if ! poll_until 60 is_running round; then
        printf 'its runlevel is not reached'
        return 1
    fi
    all_answer round || return 1
    states_of round >"$work/states"
    if ! is_less 8 "$(grep -c ' running 0$' "$work/states")"; then
        printf '; services that run as their scripts left them'
        return 1
    fi
    is_as_first states || return 1
    end round
    is_equal "$ended" 0 || return 1
    is_less "$took" 8000 || return 1
    # Docker keeps what a container left in a layer of its own.
    [ "$way" != docker ] || return 0
    left_in "$tree" >"$work/left"
    is_as_first left
}

# round CLAIM ARGUMENT...: a boot with these arguments of init, its use, and its stop.
round() {
    local claim before
    claim=$1
    before=$failures
    shift
    create "$way" round "$tree" "$@"
    check "$claim" whole_round
    if [ "$failures" -gt "$before" ]; then
        container_log round | tail -n 60
    fi
    remove_container round
}

# rounds_of IN_LINK_ORDER SIDE_BY_SIDE
rounds_of() {
    local turn
    turn=0
    while [ "$turn" -lt "$1" ]; do
        turn=$((turn + 1))
        round "boot $turn in link order: every service works and the stop is whole" --serial
    done
    turn=0
    while [ "$turn" -lt "$2" ]; do
        turn=$((turn + 1))
        round "boot $turn side by side: every service works and the stop is whole"
    done
}

way=namespaces
rounds_of "${1:-$rounds}" "${2:-$rounds}"
seed=$first_seed
while [ "$seed" -le "$last_seed" ]; do
    round "boot in the order of seed $seed: every service works and the stop is whole" "--shuffle=$seed"
    seed=$((seed + 1))
done
if [ $# -gt 0 ]; then
    finish
    exit
fi
for way in $(ways podman docker); do
    if [ "$way" = docker ] && ! ready_docker; then
        skip "the daemon starts" "$(tail -n 1 "$work/dockerd.log")"
        continue
    fi
    rounds_of "$runtime_rounds" "$runtime_rounds"
done
finish

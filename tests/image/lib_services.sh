# shellcheck shell=sh disable=SC2154    # the shared variables are set by the library this one goes with
# SPDX-License-Identifier: MIT
#
# The real services of the image tests, each used through its own client from inside the container, and the checks
# that every layout of a tree and every runtime must pass.

# The services by the names of their scripts, with the process that must be there.
use_dbus() {
    run_inside "$1" dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.ListNames
}

use_ssh() {
    run_inside "$1" ssh -i /root/.ssh/id_test -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
        root@127.0.0.1 true
}

use_nginx() { run_inside "$1" curl -fsS --max-time 5 http://127.0.0.1/; }
use_redis() { [ "$(run_inside "$1" redis-cli ping)" = PONG ]; }
# shellcheck disable=SC2016    # expanded inside
use_cron() { run_inside "$1" sh -c 'kill -0 "$(cat /var/run/crond.pid)"'; }

use_rsyslog() {
    # shellcheck disable=SC2016    # expanded inside
    run_inside "$1" sh -c 'logger -t image-test "line $$" && for turn in 1 2 3 4 5; do
        grep -q image-test /var/log/syslog && exit 0; sleep 0.1; done; exit 1'
}

use_memcached() {
    # shellcheck disable=SC2016    # expanded inside
    run_inside "$1" sh -c 'printf "set k 0 60 1\r\nv\r\nget k\r\nquit\r\n" | nc -N -w 5 127.0.0.1 11211 | grep -q "VALUE k"'
}

use_mariadb() { [ "$(run_inside "$1" mysql -N -e 'SELECT 40 + 2')" = 42 ]; }
# The greeting comes first, after name look-ups that take their time without a network.
# shellcheck disable=SC2016    # expanded inside
use_exim4() {
    run_inside "$1" bash -c 'exec 3<>/dev/tcp/127.0.0.1/25 && read -r -t 25 line <&3; [ "${line%% *}" = 220 ]'
}

# services_answer NAME SERVICE...: each one, until it answers.
services_answer() {
    local name service
    name=$1
    shift
    for service in "$@"; do
        check "$service answers its client" poll_until 30 "use_$service" "$name"
    done
}

write_data() {
    run_inside "$1" redis-cli set kept value >/dev/null &&
        { [ "$2" = plain ] || run_inside "$1" mysql -e 'CREATE DATABASE kept; CREATE TABLE kept.t (n INT); INSERT INTO kept.t VALUES (7)'; }
}

data_is_there() {
    local value
    value=$(run_inside "$1" redis-cli get kept)
    printf 'redis has "%s"; ' "$value"
    [ "$value" = value ] || return 1
    [ "$2" != plain ] || return 0
    value=$(run_inside "$1" mysql -N -e 'SELECT n FROM kept.t')
    printf 'the database has "%s"' "$value"
    [ "$value" = 7 ]
}

# init's own state: a service's is called running long before.
is_running() {
    run_inside "$1" rcinit status --json | grep -q '^{"schema":1,"state":"running"'
}

log_has() { container_log "$1" | grep -qE -- "$2"; }

# A script that the tree links for a stop has its lines; of a service without such a link init says what it does.
log_has_stop_of() {
    container_log "$1" | awk -v name="$2" '
        index($0, name ": ") == 1 && tolower($0) ~ /stopping|shutting down/ { found = 1 }
        index($0, "init: " name ": no script stops it") == 1 { found = 1 }
        END { exit !found }'
}

# A container's whole life: life NAME plain|database SCRIPT... with the clients' names in CLIENTS.
life() {
    local name kind script
    name=$1
    kind=$2
    shift 2
    check "the container starts" start "$name"
    check "the runlevel is reached" poll_until 60 is_running "$name"
    # The list holds several words.
    # shellcheck disable=SC2086
    services_answer "$name" $CLIENTS
    for script in "$@"; do
        check "the log without a terminal has the lines of $script" log_has "$name" "^$script: "
        check "status inside names $script" status_names "$name" "$script"
    done
    check "data is written" write_data "$name" "$kind"
    end "$name"
    check "the runtime's stop ends with 0" is_equal "$ended" 0
    check "the runtime's stop takes well under 10 s" is_less "$took" 8000
    for script in "$@"; do
        check "the stop dealt with $script" log_has_stop_of "$name" "$script"
    done

    check "the stopped container starts again" start "$name"
    check "the runlevel is reached again" poll_until 60 is_running "$name"
    check "the data is intact" poll_until 30 data_is_there "$name" "$kind"
    crash "$name"
    check "the killed container starts again" start "$name"
    check "the runlevel is reached after kill -9" poll_until 60 is_running "$name"
    # shellcheck disable=SC2086
    services_answer "$name" $CLIENTS
    end "$name"
    check "the stop after kill -9 ends with 0" is_equal "$ended" 0
}

status_names() { run_inside "$1" rcinit status | grep -qw -- "$2"; }

is_equal() {
    printf 'got %s, not %s' "$1" "$2"
    [ "$1" = "$2" ]
}

is_less() {
    printf 'got %s, limit %s' "$1" "$2"
    [ "$1" -lt "$2" ]
}

# asked_inside NAME COMMAND... : sets ended when the container is gone.
asked_inside() {
    local name
    name=$1
    shift
    start "$name" && poll_until 30 is_running "$name" || return 1
    run_inside "$name" "$@" >/dev/null 2>&1
    await "$name"
}

# Ends asked for from inside, on a small tree.
ends_from_inside() {
    ended=
    asked_inside "$1" telinit 0
    check "telinit 0 inside ends the container with 0" is_equal "$ended" 0
    ended=
    asked_inside "$1" telinit 6
    check "telinit 6 inside ends the container with 133" is_equal "$ended" 133
}

# The quickest of three stops, with a shell open in the container or without.
quickest_stop() {
    local turn least shell
    least=
    for turn in 1 2 3; do
        start "$1" && poll_until 30 is_running "$1" || return 1
        shell=
        if [ "$2" = shell ]; then
            mkfifo -- "$work/$1/stdin.$turn"
            run_inside "$1" sh -c ': >/tmp/shell-is-open; read -r line; exit 0' <"$work/$1/stdin.$turn" >/dev/null 2>&1 &
            shell=$!
            exec 8>"$work/$1/stdin.$turn"
            poll_until 10 run_inside "$1" test -e /tmp/shell-is-open
        fi
        end "$1"
        if [ -n "$shell" ]; then
            exec 8>&-
            wait "$shell" 2>/dev/null
            rm -f -- "$work/$1/stdin.$turn"
        fi
        [ "$ended" = 0 ] || return 1
        if [ -z "$least" ] || [ "$took" -lt "$least" ]; then
            least=$took
        fi
    done
    printf '%s\n' "$least"
}

# A script of the small tree that writes a thousand numbered lines at each call.
put_counter() {
    cat >"$1/etc/init.d/counter" <<'END'
#!/bin/sh
i=0
while [ "$i" -lt 1000 ]; do
    i=$((i + 1))
    echo "$1 line $i"
done
END
    chmod 755 "$1/etc/init.d/counter"
    ln -s ../init.d/counter "$1/etc/rc2.d/S02counter"
    ln -s ../init.d/counter "$1/etc/rc0.d/K02counter"
}

# Every line of the one verb, each once and in order.
log_is_complete() {
    container_log "$1" | awk -v verb="$2" '
        $1 == "counter:" && $2 == verb && $3 == "line" { n++; if ($4 + 0 != n) wrong = 1 }
        END { printf "%d lines", n; exit wrong || n != 1000 }'
}

complete_log() {
    check "the small tree starts" start "$1"
    check "the small tree reaches its runlevel" poll_until 30 is_running "$1"
    end "$1"
    check "the small tree stops with 0" is_equal "$ended" 0
    check "the log without a terminal has every line of a start" log_is_complete "$1" start
    check "the log without a terminal has every line of a stop, up to the last" log_is_complete "$1" stop
}

open_shell_costs_little() {
    local with without
    if ! without=$(quickest_stop "$1" none) || ! with=$(quickest_stop "$1" shell); then
        not_ok "an open shell adds less than 0.3 s to a stop" "a stop did not end with 0"
        return
    fi
    check "an open shell adds less than 0.3 s to a stop" is_less "$((with - without))" 300
}

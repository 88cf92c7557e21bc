# shellcheck shell=sh disable=SC2154    # the shared variables are set by the library this one goes with
# SPDX-License-Identifier: MIT
#
# Services that somebody restarts without asking init: from a shell inside, by invoke-rc.d, from an ssh session, from
# cron. Init reads ownership anew, says that the service runs, names the new main process, and reports no death.

# status_agrees NAME SERVICE PIDFILE: init's main process is the one that the pid file names.
# shellcheck disable=SC2016    # expanded inside
status_agrees() {
    run_inside "$1" sh -c '
        pid=$(cat "$2") && rcinit status "$1" | grep -q "running" &&
        rcinit status --json | tr "{" "\n" | grep "\"name\":\"$1\"" | grep -q "\"pid\":$pid,"' sh "$2" "$3"
}

# has_another_pid NAME PIDFILE OLD
# shellcheck disable=SC2016
has_another_pid() { run_inside "$1" sh -c 'new=$(cat "$1") && [ "$new" != "$2" ] && kill -0 "$new"' sh "$2" "$3"; }

# restarted NAME HOW SERVICE PIDFILE COMMAND...: the command restarts it, and init knows.
restarted() {
    local name how service pidfile old
    name=$1 how=$2 service=$3 pidfile=$4
    shift 4
    old=$(run_inside "$name" cat "$pidfile")
    check "$service is restarted $how" run_inside "$name" "$@"
    check "$service has a new process after a restart $how" poll_until 20 has_another_pid "$name" "$pidfile" "$old"
    check "status is right after a restart $how" poll_until 20 status_agrees "$name" "$service" "$pidfile"
}

# The session that restarts its own sshd lives on and writes its last word.
session_survives() {
    local said
    said=$(run_inside "$1" ssh -i /root/.ssh/id_test -o BatchMode=yes -o StrictHostKeyChecking=no \
        -o UserKnownHostsFile=/dev/null root@127.0.0.1 '/etc/init.d/ssh restart >/dev/null 2>&1; echo alive' 2>/dev/null)
    printf 'the session said "%s"' "$said"
    [ "$said" = alive ]
}

# cron_restarts TREE: when cron starts it restarts nginx once, as soon as that is up.
cron_restarts() {
    # shellcheck disable=SC2016    # expanded by cron's shell
    printf '@reboot root until [ -s /run/nginx.pid ]; do sleep 0.1; done; cp /run/nginx.pid /root/before-cron; /etc/init.d/nginx restart; : >/root/cron-has-restarted\n' \
        >"$1/etc/cron.d/restart-nginx"
}

by_hand() {
    local name before
    name=$1
    check "the container starts for restarts by hand" start "$name"
    check "its runlevel is reached" poll_until 60 is_running "$name"
    check "cron restarts a service" poll_until 30 run_inside "$name" test -e /root/cron-has-restarted
    before=$(run_inside "$name" cat /root/before-cron)
    check "nginx has a new process after a restart from cron" poll_until 20 has_another_pid "$name" /run/nginx.pid "$before"
    check "status is right after a restart from cron" poll_until 20 status_agrees "$name" nginx /run/nginx.pid
    # One that runs as root: without CAP_SYS_PTRACE start-stop-daemon --exec does not see another user's program.
    restarted "$name" "from a shell" rsyslog /run/rsyslogd.pid /etc/init.d/rsyslog restart
    restarted "$name" "by invoke-rc.d" cron /var/run/crond.pid invoke-rc.d cron restart
    restarted "$name" "by another script" nginx /run/nginx.pid \
        sh -c 'printf "#!/bin/sh\n/etc/init.d/nginx restart\n" >/root/other; sh /root/other'
    check "an ssh session that restarts sshd lives on" session_survives "$name"
    check "status is right after a restart from an ssh session" poll_until 20 status_agrees "$name" ssh /run/sshd.pid
    if log_has "$name" 'its main process'; then
        not_ok "no death is reported after restarts by hand" "$(container_log "$name" | grep 'its main process')"
    else
        ok "no death is reported after restarts by hand"
    fi
    end "$name"
    check "the stop after restarts by hand ends with 0" is_equal "$ended" 0
}

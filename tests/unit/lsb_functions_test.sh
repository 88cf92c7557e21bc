#!/bin/sh
# SPDX-License-Identifier: MIT
# rc.d/lsb/init-functions under each shell it is written for, in namespaces of the test's own, with run folder and drop-in folder of
# its own; where the machine has Debian's file, what both print is compared. Prints one line a case; exit 1 on any `not ok`.

# shellcheck disable=SC2030,SC2031,SC2154    # the cases set variables in subshells; the file sets its own
here=$(cd "$(dirname "$0")/../.." && pwd)
shells='dash bash busybox'

if [ "${1:-}" != inside ]; then
    user=
    [ "$(id -u)" -eq 0 ] || user='--user --map-root-user'
    # shellcheck disable=SC2086    # two words or none
    if ! unshare $user --mount --pid --fork --kill-child --mount-proc true 2>/dev/null; then
        echo 'skip - the LSB functions under every shell: namespaces are denied here'
        exit 0
    fi
    failed=0
    for shell in $shells; do
        if ! command -v "$shell" >/dev/null; then
            echo "skip - the LSB functions under $shell: it is not installed"
            continue
        fi
        command="$shell"
        [ "$shell" = busybox ] && command='busybox ash'
        # shellcheck disable=SC2086
        unshare $user --mount --pid --fork --kill-child --mount-proc $command "$0" inside "$shell" || failed=1
    done
    exit "$failed"
fi

shell=$2
failed=0
claim() {
    if [ "$2" = "$3" ]; then
        echo "ok - $shell: $1"
    else
        echo "not ok - $shell: $1: expected '$3', got '$2'"
        failed=1
    fi
}

# What the messages print. Called in a subshell; the first argument is the file to source, or nothing.
messages() {
    # shellcheck source=/dev/null
    [ -z "$1" ] || . "$1"
    log_success_msg 'a  b' c
    log_failure_msg 'not a'
    log_warning_msg 'half a'
    log_daemon_msg 'Starting a' b
    log_progress_msg c
    log_end_msg 0
    log_daemon_msg 'Starting a'
    log_end_msg 1 || echo "$?"
    log_begin_msg A
    log_end_msg 255 || echo "$?"
    log_action_msg 'Doing a'
    log_action_begin_msg Doing
    log_action_cont_msg more
    log_action_end_msg 0
    log_action_begin_msg Doing
    log_action_end_msg 1 'no net'
    log_end_msg || echo "end $?"
    log_daemon_msg || echo "daemon $?"
    log_begin_msg || echo "begin $?"
}
theirs=
[ -r /lib/lsb/init-functions ] && theirs=$(messages /lib/lsb/init-functions)

# Folders of our own in place of the system's, in this mount namespace only.
mount -t tmpfs none /var/run || exit 1
mkdir -p /lib/lsb && mount -t tmpfs none /lib/lsb || exit 1
cp "$here/rc.d/lsb/init-functions" /lib/lsb/init-functions
work=/var/run/work
mkdir "$work" /lib/lsb/init-functions.d
hook() { echo "hooks=\"\$hooks $1\"" >"/lib/lsb/init-functions.d/$1"; }
for name in 20-second 10-first 30-last.sh 40-old.dpkg-old 50-saved.sh.rpmsave backup~ .hidden; do hook "$name"; done
cp /bin/sleep "$work/longnamed-daemon"
program="$work/longnamed-daemon"
pidfile=/var/run/longnamed-daemon.pid
cat >"$work/forker" <<END
#!/bin/sh
"$program" 600 </dev/null >/dev/null 2>&1 &
echo \$! >/var/run/forker.pid
END
cat >"$work/deaf" <<END
#!/bin/sh
trap '' TERM
echo \$\$ >/var/run/deaf.pid
while :; do sleep 0.1; done
END
printf '#!/bin/sh\nexit 9\n' >"$work/failing"
chmod +x "$work/forker" "$work/deaf" "$work/failing"

# In a PID namespace of one's own the next process has the next number, so that a fork in between shows.
: &
before=$!
wait
hooks=
# shellcheck source=/dev/null
. /lib/lsb/init-functions >"$work/sourced" 2>&1
: &
claim 'sourcing forks nothing' "$(($! - before))" 1
wait
claim 'sourcing prints nothing' "$(cat "$work/sourced")" ''
claim 'files of the drop-in folder are sourced in order, leftovers are not' "$hooks" ' 10-first 20-second 30-last.sh'
# shellcheck disable=SC2016    # expanded when it is called
echo 'log_end_msg_pre() { printf "<%s>" "$1"; }' >/lib/lsb/init-functions.d/60_break
# shellcheck source=/dev/null
claim 'a file of the drop-in folder is asked around a message' "$(. /lib/lsb/init-functions; log_success_msg a)" 'a<0>.'
# shellcheck source=/dev/null
claim 'scripts that stop at errors and unset variables may source it' "$(set -eu; . "$here/rc.d/lsb/init-functions"; status_of_proc "$program" x || echo "$?"; log_success_msg on)" \
    'x is not running ...<1> failed!
3
on<0>.'

# Messages.
claim 'messages read as on Debian' "$(messages '')" 'a  b c.
not a ... failed!
half a ... (warning).
Starting a: b c.
Starting a: failed!
1
A (warning).
255
Doing a.
Doing...more...done.
Doing...failed (no net).
end 1
daemon 1
begin 1'
if [ -n "$theirs" ] && [ "$shell" = dash ]; then
    # Theirs has lost a doubled blank that a message held.
    claim "messages are those of this machine's own file" "$(messages '' | tr -s ' ')" "$(printf '%s\n' "$theirs" | tr -s ' ')"
fi
claim 'the messages of results hand on 0' "$(log_failure_msg a >/dev/null; echo "$?"; log_warning_msg a >/dev/null; echo "$?")" '0
0'

# Starting and asking.
claim 'a program that is not there is not installed' "$(start_daemon /opt/none/at/all; echo "$?")" 5
claim 'a start that fails is a failure' "$(start_daemon "$work/failing"; echo "$?")" 1
claim 'no program is a wrong use' "$(for f in start_daemon killproc pidofproc status_of_proc; do "$f"; echo "$?"; done)" '2
2
2
2'
claim 'start_daemon starts' "$(start_daemon "$work/forker"; echo "$?")" 0
first=$(cat /var/run/forker.pid)
claim 'a running instance stays as it is' "$(start_daemon "$work/forker"; echo "$?") $(cat /var/run/forker.pid)" "0 $first"
claim 'another pid file is asked when given' "$(start_daemon -p /var/run/other.pid "$work/forker"; echo "$?"; [ "$(cat /var/run/forker.pid)" != "$first" ] && echo second)" '0
second'
kill "$(cat /var/run/forker.pid)"
echo "$first" >/var/run/forker.pid
claim 'by force another is started' "$(start_daemon -f /bin/sh -c "echo started"; start_daemon -f -p /var/run/forker.pid /bin/echo again)" 'started
again'
claim 'the nice level is set' "$(start_daemon -f -n 5 nice)" 5
claim 'pidofproc by pid file' "$(pidofproc "$work/forker"; echo "$?")" "$first
0"
claim 'pidofproc by program' "$(pidofproc "$program"; echo "$?")" "$first
0"
claim 'a pid file that is named and missing means stopped' "$(pidofproc -p /var/run/none.pid "$program"; echo "$?")" 3
echo 999999 >"$pidfile"
claim 'a pid file that names nobody alive' "$(pidofproc "$program"; echo "$?")" 1
printf '999999 %s\n%s\n' "$first" $$ >"$pidfile"
claim "the pid file's first line counts, each word" "$(pidofproc "$program")" "$first"
claim 'status of a running service' "$(status_of_proc "$work/forker" forker; echo "$?")" 'forker is running.
0'
claim 'status with a pid file' "$(status_of_proc -p /var/run/none.pid "$work/forker" forker; echo "$?")" 'forker is not running ... failed!
3'
echo 999999 >/var/run/gone.pid
claim 'status of a dead service' "$(status_of_proc /opt/gone gone >/dev/null; echo "$?")" 1

# Stopping.
claim 'a signal is only sent' "$(killproc -p /var/run/forker.pid "$work/forker" -CONT; echo "$?"; pidofproc "$work/forker")" "0
$first"
claim 'signals by any of their names' "$(for s in -18 CONT -SIGCONT SIGCONT; do killproc "$work/forker" "$s" || echo "$s: $?"; done)" ''
claim 'an unknown signal fails' "$(killproc "$work/forker" -NONE; echo "$?")" 1
claim 'killproc ends the service and its pid file' "$(killproc "$work/forker"; echo "$?"; [ -e /var/run/forker.pid ] || echo removed)" '0
removed'
claim 'the process is gone' "$(_rc_exists "$first" || echo gone)" gone
claim 'stopping what is stopped is a success' "$(killproc "$work/forker"; echo "$?")" 0
claim 'a signal to what is stopped is not' "$(killproc "$work/forker" -HUP; echo "$?")" 7
("$work/deaf" &)
while [ ! -s /var/run/deaf.pid ]; do sleep 0.1; done
deaf=$(cat /var/run/deaf.pid)
claim 'what ignores TERM is killed' "$(killproc "$work/deaf"; echo "$?"; _rc_born "$deaf"; echo "born <$born>")" '0
born <>'

# The rest.
printf '#!/bin/sh\n### BEGIN INIT INFO\n# Provides:\tone two\n# Short-Description: says it: all\n### END INIT INFO\n# Provides: no\n' >"$work/script"
claim 'values of the header' "$(get_lsb_header_val "$work/script" provides; get_lsb_header_val "$work/script" Short-Description)" 'one two
says it: all'
claim 'nobody is upstart' "$(init_is_upstart || echo no)" no
if [ "$shell" = dash ]; then
    # Their text cannot drift apart: a script that sources both must get the same from either.
    body() { sed -n "/^$2() {.*}\$/p; /^$2() {\$/,/^}/p" "$here/rc.d/$1"; }
    shared=$(sed -n 's/^\(_rc_[a-z_]*\)() {.*/\1/p' "$here/rc.d/lsb/init-functions")
    both=0
    for name in $shared; do
        [ -n "$(body init.d/functions "$name")" ] || continue
        both=$((both + 1))
        claim "$name reads the same in both libraries" "$(body lsb/init-functions "$name")" "$(body init.d/functions "$name")"
    done
    claim 'the libraries share functions' "$([ "$both" -ge 8 ] && echo yes)" yes
fi
exit "$failed"

#!/bin/sh
# SPDX-License-Identifier: MIT
# rc.d/init.d/functions under each shell it is written for, sourced from where images have it, whose parts are read when they are
# needed, and from elsewhere. Processes are started and killed in namespaces of the test's own, with run and lock folders of its
# own. Prints one line a case; exit 1 on any `not ok`.

# shellcheck disable=SC2030,SC2031,SC2034    # the cases set variables of `functions` in subshells
# shellcheck disable=SC1090,SC2016,SC2154    # which of the files is sourced, and what it sets, is known when it runs
here=$(cd "$(dirname "$0")/../.." && pwd)
shells='dash bash busybox'

if [ "${1:-}" != inside ]; then
    user=
    [ "$(id -u)" -eq 0 ] || user='--user --map-root-user'
    # shellcheck disable=SC2086    # two words or none
    if ! unshare $user --mount --pid --fork --kill-child --mount-proc true 2>/dev/null; then
        echo 'skip - functions under every shell: namespaces are denied here'
        exit 0
    fi
    failed=0
    for shell in $shells; do
        if ! command -v "$shell" >/dev/null; then
            echo "skip - functions under $shell: it is not installed"
            continue
        fi
        command="$shell"
        [ "$shell" = busybox ] && command='busybox ash'
        [ "$shell" = bash ] && command='bash --posix'
        for place in /etc/init.d/functions "$here/rc.d/init.d/functions"; do
            # shellcheck disable=SC2086
            unshare $user --mount --pid --fork --kill-child --mount-proc $command "$0" inside "$shell" "$place" || failed=1
        done
    done
    exit "$failed"
fi

shell=$2
place=$3
under=$shell
[ "$place" = /etc/init.d/functions ] || under="$shell, elsewhere"
failed=0
claim() {
    if [ "$2" = "$3" ]; then
        echo "ok - $under: $1"
    else
        echo "not ok - $under: $1: expected '$3', got '$2'"
        failed=1
    fi
}

# Folders of our own in place of the system's, in this mount namespace only.
mount -t tmpfs none /var/run || exit 1
mkdir -p /run/lock 2>/dev/null
[ -L /var/lock ] || mount -t tmpfs none /var/lock || exit 1
mkdir -p /var/lock/subsys || exit 1
mkdir -p /etc/init.d && mount -t tmpfs none /etc/init.d || exit 1
cp "$here/rc.d/init.d/functions" /etc/init.d/functions
work=/var/run/work
mkdir "$work"
cp /bin/sleep "$work/longnamed-daemon" # more than the kernel's 15 characters
daemon_program="$work/longnamed-daemon"
cat >"$work/starter" <<END
#!/bin/sh
$daemon_program 600 </dev/null >/dev/null 2>&1 &
echo \$! >/var/run/starter.pid
END
cat >"$work/deaf" <<END
#!/bin/sh
trap '' TERM
echo \$\$ >/var/run/deaf.pid
while :; do sleep 0.1; done
END
chmod +x "$work/starter" "$work/deaf"

# In a PID namespace of one's own the next process has the next number, so that a fork in between shows.
: &
before=$!
wait
# shellcheck source=/dev/null
. "$place" >"$work/sourced" 2>&1
: &
claim 'sourcing forks nothing' "$(($! - before))" 1
wait
claim 'sourcing prints nothing' "$(cat "$work/sourced")" ''
claim 'the search path is fixed' "$PATH" '/sbin:/usr/sbin:/bin:/usr/bin'
claim 'the umask is fixed' "$(umask)" 0022

# What was read of the file.
claim 'what is not needed yet is read later, where the file can be found again' "$_rc_have" \
    "$(case $shell:$place in bash:* | *:/etc/*) echo 0 ;; *) echo 2 ;; esac)"
claim 'starting needs no more than the first part' "$([ "$_rc_have" = 2 ] || { daemon --force true >/dev/null; echo "$_rc_have"; })" \
    "$([ "$_rc_have" = 2 ] || echo 1)"
claim 'a function of the script stays its own' "$(status() { echo mine; }; killproc nothing >/dev/null; status)" mine
claim "a script's own settings stay" "$(PATH=/own:$PATH; umask 077; BOOTUP=own; killproc nothing >/dev/null; echo "$BOOTUP $(umask) ${PATH%%:*}")" \
    'own 0077 /own'
claim 'scripts that stop at errors and unset variables may source it' "$(set -eu; . "$place"; strstr abc b; is_true yes; success; echo on)" '[  OK  ]on'
claim 'a file that went away is said' "$(_rc_have=0 _rc_file=/none; status x 2>&1; echo "$?")" '/none is gone
1'
claim 'a look of the environment stays' "$(BOOTUP=verbose; . "$place"; echo "$BOOTUP")" verbose
claim 'a console type of the environment stays' "$(CONSOLETYPE=vt; BOOTUP=''; . "$place"; echo "$BOOTUP")" color
claim 'a language that is given stays' "$(LANG=xx; . "$place"; echo "$LANG")" xx

# Results.
claim 'success shows OK and gives 0' "$(success x; echo " $?")" '[  OK  ] 0'
claim 'failure shows FAILED and hands the status on' "$( (exit 7); failure x; echo " $?")" '[FAILED] 7'
claim 'passed and warning show themselves' "$(passed; warning)" '[PASSED][WARNING]'
claim 'nothing is shown with LSB set' "$(LSB=1; success; false; failure)" ''
claim 'nothing is shown when verbose' "$(BOOTUP=verbose; success)" ''
claim 'action shows text, result and gives the status' "$(action 'Doing it:' sh -c 'exit 3'; echo "$?")" 'Doing it: [FAILED]
3'
claim 'action_silent hides the output' "$(action_silent 'Doing it:' echo loud; echo "$?")" 'Doing it: [  OK  ]
0'
claim 'colours are written in every shell' "$(BOOTUP=color CONSOLETYPE=pty; SETCOLOR_SUCCESS='echo -en \033[0;32m'; echo_success | od -An -c | tr -d ' \n')" '[033[0;32mOK]\r'

# Starting.
claim 'daemon starts and reports' "$(daemon "$work/starter"; echo " $?")" '[  OK  ] 0'
first=$(cat /var/run/starter.pid)
claim 'daemon leaves a running instance alone' "$(daemon "$work/starter"; echo "$?") $(cat /var/run/starter.pid)" "0 $first"
claim 'daemon gives the failure of what it ran' "$(daemon sh -c "'exit 4'"; echo " $?")" '[FAILED] 4'
claim 'daemon reads the joined words once more' "$(daemon --force echo 'a   b' \> "$work/out"; cat "$work/out")" '[  OK  ]a b'
claim 'daemon takes its pid file and name options' "$(daemon --pidfile=/var/run/starter.pid --check other false; echo "$?")" 0
claim 'daemon starts again by force' "$(daemon --check=starter --force true; echo " $?")" '[  OK  ] 0'
claim 'daemon runs at a nice level' "$(daemon +5 nice \> "$work/out"; cat "$work/out")" '[  OK  ]5'
claim 'daemon becomes the user' "$(daemon --user=root id -un \> "$work/out"; cat "$work/out")" '[  OK  ]root'
claim 'daemon forbids core files' "$(daemon ulimit -S -c \> "$work/out"; cat "$work/out")" '[  OK  ]0'
claim 'daemon refuses an unknown option' "$(daemon --colour x | cut -c1-13)" 'Usage: daemon'

# Asking.
claim 'status of a running service' "$(status starter; echo "$?")" "starter (pid  $first) is running...
0"
claim 'pidofproc by pid file' "$(pidofproc starter)" "$first"
claim 'pidofproc by program file' "$(pidofproc "$daemon_program")" "$first"
claim 'pidofproc by a long name' "$(pidofproc longnamed-daemon)" "$first"
claim 'status without a pid file' "$(status longnamed-daemon)" "longnamed-daemon (pid $first) is running..."
claim 'another program of that name is no match' "$(pidofproc "$work/longnamed"; echo "$?")" 3
claim 'pidfileofproc asks the pid file only' "$(pidfileofproc longnamed-daemon; pidfileofproc starter)" "$first"
claim 'checkpid is true when one lives' "$(checkpid 999999 "$first" && echo yes)" yes
claim 'the binary is compared when asked' "$(status -p /var/run/starter.pid -b /bin/other starter)" 'starter dead but pid file exists'
claim 'the right binary matches' "$(status -p /var/run/starter.pid -b "$daemon_program" starter; echo "$?")" "starter (pid  $first) is running...
0"
echo 999999 >/var/run/gone.pid
claim 'a dead service with pid file' "$(status gone; echo "$?")" 'gone dead but pid file exists
1'
: >/var/lock/subsys/locked
claim 'a dead service with a lock' "$(status locked; echo "$?")" 'locked dead but subsys locked
2'
claim 'a dead service with a lock of another name' "$(status -l locked other; echo "$?")" 'other dead but subsys locked
2'
claim 'a stopped service' "$(status never; echo "$?")" 'never is stopped
3'

# Stopping.
claim 'killproc ends the service' "$(killproc starter; echo " $?")" '[  OK  ] 0'
claim 'killproc removes the pid file' "$(ls /var/run/starter.pid 2>/dev/null)" ''
claim 'the process is gone' "$(checkpid "$first" || echo gone)" gone
claim 'killproc on a stopped service' "$(killproc starter; echo " $?")" '[FAILED] 0'
claim 'a signal to a stopped service under LSB' "$(LSB=1; killproc starter -HUP; echo "$?")" 7
("$work/deaf" &)
while [ ! -s /var/run/deaf.pid ]; do sleep 0.1; done
deaf=$(cat /var/run/deaf.pid)
claim 'a signal is only sent' "$(killproc -p /var/run/deaf.pid deaf -TERM; echo " $?"; checkpid "$deaf" && echo alive)" '[  OK  ] 0
alive'
claim 'what ignores TERM is killed after the delay' "$(killproc -p /var/run/deaf.pid -d 1s deaf; echo " $?")" '[  OK  ] 0'
("$daemon_program" 600 &)
while ! pidofproc "$daemon_program" >/dev/null; do sleep 0.1; done
claim 'killproc finds the program without a pid file' "$(killproc "$daemon_program"; echo " $?"; pidofproc "$daemon_program")" '[  OK  ] 0'
_rc_2 seconds '1m 30s'
# shellcheck disable=SC2154    # set by _rc_seconds
claim 'delays are summed as sleep does' "$seconds" 90
_rc_2 seconds '0.5'
claim 'a fraction of a second is a second' "$seconds" 1

# Words.
claim 'strstr' "$(strstr abc b && echo y; strstr abc x || echo n)" 'y
n'
claim 'is_true and is_false' "$(for w in y Yes TRUE t; do is_true $w && printf t; done; for w in n No false F; do is_false $w && printf f; done; is_true '' || printf .; is_false maybe || printf .)" 'ttttffff..'
claim 'is_ignored_file' "$(is_ignored_file a.rpmsave && echo y; is_ignored_file a || echo n)" 'y
n'
claim 'get_numeric_dev' "$(get_numeric_dev dec /dev/null; get_numeric_dev hex /dev/null)" '1:3
01:03'
claim 'fstab_decode_str' "$(fstab_decode_str 'a\040b%c\134d')" 'a b%c\d'
claim 'confirm takes nobody for yes' "$(confirm x </dev/null >/dev/null; echo "$?")" 0
claim 'confirm reads no and continue' "$(echo n | confirm x >/dev/null; echo "$?"; echo c | confirm x >/dev/null; echo "$?")" '1
2'
claim 'what is the host'"'"'s is left to it and said' "$(for each in apply_sysctl init_crypto '__umount_loopback_loop x y'; do $each; done | grep -c 'not applied')" 3
mkdir "$work/m n" && mount -t tmpfs own "$work/m n"
claim 'what the table names is unmounted' "$(__umount_loop '$1 == "own" { print $2 }' /proc/mounts 'Unmounting ' 'Again '; echo "$?"; grep -c '^own ' /proc/mounts)" \
    "Unmounting $(readlink -f "$work")/m\\040n: [  OK  ]
0
0"
claim 'a table that names nothing costs nothing' "$(__umount_loop '$1 == "own" { print $2 }' /proc/mounts 'Unmounting ' 'Again '; echo "$?")" 0
claim 'leftovers of packages are told to sed' "$(printf 'a\na.rpmsave\nb~\n' | sed -e "$__sed_discard_ignored_files")" a
claim 'update_boot_stage does nothing' "$(update_boot_stage x; echo "$?")" 0
exit "$failed"

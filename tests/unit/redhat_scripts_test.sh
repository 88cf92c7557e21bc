#!/bin/sh
# SPDX-License-Identifier: MIT
# Scripts in the manners of Red Hat's, tests/data/redhat_scripts, on our `functions` under each shell, in a root of the test's own:
# each is started, asked, started again, restarted and stopped, with daemons that fork behind them; then all of them by rc.
# One line a case.

here=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/unit/lib_root.sh
. "$here/tests/unit/lib_root.sh"
in_each_shell "scripts in Red Hat's manner" "$@"
new_root

scripts='plain owned guarded networked rules background helped selfmade switched crond instances niced verbose stubborn'
mkdir -p "$root/opt/sbin" "$root/opt/app" "$root/etc/instances" "$root/var/spool/cron"
# A daemon that leaves its starter: -p its pid file, -t it ignores TERM. HUP and what it was given go into its log.
cat >"$root/opt/sbin/forkd" <<'END'
#!/bin/sh
name=${0##*/}
pidfile=/var/run/$name.pid term=':'
log=/var/log/$name.log
if [ "$1" = --there ]; then
    shift
    [ "$2" = deaf ] && term='' || term='exit 0'
    trap "$term" TERM
    trap 'echo HUP >>'"$log" HUP
    echo "$$" >"$1.new" && mv "$1.new" "$1"
    while :; do
        sleep 0.2 &
        wait "$!"
    done
fi
way=tame
while getopts p:t option; do
    case $option in
    p) pidfile=$OPTARG ;;
    t) way=deaf ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
echo "as $(id -u) in $PWD with $* home ${APP_HOME:-none}" >>"$log"
rm -f "$pidfile"
(setsid /bin/sh "$0" --there "$pidfile" "$way" </dev/null >/dev/null 2>&1 &)
tries=200
while [ ! -s "$pidfile" ] && [ "$tries" -gt 0 ]; do sleep 0.05; tries=$((tries - 1)); done
[ -s "$pidfile" ]
END
# What makes a daemon of any program.
cat >"$root/opt/sbin/daemonize" <<'END'
#!/bin/sh
while [ "$1" != -- ]; do
    case $1 in -p) pidfile=$2 ;; -e) errors=$2 ;; esac
    shift 2
done
shift
setsid "$@" </dev/null >/dev/null 2>>"$errors" &
echo "$!" >"$pidfile"
END
chmod 755 "$root/opt/sbin/forkd" "$root/opt/sbin/daemonize"
for name in plain owned networked selfmade switched instance niced verbose stubborn; do
    cp "$root/opt/sbin/forkd" "$root/opt/sbin/$name"
done
cp "$(command -v sleep)" "$root/opt/sbin/sleeper"
ln -s "$(command -v busybox || command -v sleep)" "$root/opt/sbin/crond"
echo 'CRONDARGS="-b -c /var/spool/cron"' >"$root/etc/sysconfig/crond"
echo 'NETWORKING=yes' >"$root/etc/sysconfig/network"
: >"$root/etc/networked.conf"
: >"$root/etc/instances/a.conf"
: >"$root/etc/instances/b.conf"
echo 'OPTIONS="one two"' >"$root/etc/sysconfig/owned"
# su and runuser ask these; the machine's own would ask for files that this root lacks.
mkdir "$root/etc/pam.d"
for each in su su-l runuser runuser-l other; do
    printf '%s required pam_permit.so\n' auth account session password >"$root/etc/pam.d/$each"
done
# A second user, where this namespace knows one.
owner=root
inside runuser -s /bin/sh daemon -c true 2>/dev/null && owner=daemon
echo "user=$owner" >>"$root/etc/sysconfig/owned"
chmod 1777 "$root/var/log"
# without NAME WHY: one that cannot be had here.
without() {
    scripts=$(printf '%s\n' "$scripts" | sed "s/ $1 / /")
    echo "skip - $shell: $1: $2"
}
inside su -s /bin/sh root -c true 2>/dev/null || without switched 'su is not allowed to in this namespace'
command -v busybox >/dev/null || without crond 'busybox is not installed'
has() { case " $scripts " in *" $1 "*) ;; *) return 1 ;; esac; }
number=10
for name in $scripts; do
    cp "$here/tests/data/redhat_scripts/$name" "$root/etc/rc.d/init.d/$name"
    ln -s "../init.d/$name" "$root/etc/rc.d/rc3.d/S$number$name"
    ln -s "../init.d/$name" "$root/etc/rc.d/rc0.d/K$((99 - number))$name"
    number=$((number + 1))
done

# pids_of NAME: its living processes' numbers.
pids_of() {
    local file pid program="$1"
    case $1 in
    rules) [ -e "$root/var/log/rules.table" ] && echo table ;;
    crond)
        for file in /proc/[0-9]*; do
            program=
            { read -r program || :; } 2>/dev/null <"$file/cmdline"
            case $program in /opt/sbin/crond*) echo "${file#/proc/}" ;; esac
        done
        ;;
    *)
        for file in "$root/var/run/$1.pid" "$root/var/run/$1"/*.pid "$root/var/run/$1-main.pid"; do
            if [ -s "$file" ] && read -r pid <"$file"; then is_alive "$pid" && echo "$pid"; fi
        done
        ;;
    esac
}
# One that ended and is not collected yet is none.
is_alive() {
    local line=''
    { read -r line || :; } 2>/dev/null <"/proc/$1/stat"
    case ${line##*) } in '' | Z*) return 1 ;; esac
}
call() { # call NAME VERB: sets output and result
    output=$(inside "/etc/rc.d/init.d/$1" "$2" 2>&1)
    result=$?
}
lock_of() { # the file, if there
    for each in "$root/var/lock/subsys/$1" "$root/var/lock/subsys/$1-lock"; do
        if [ -e "$each" ]; then echo locked; fi
    done
}
changed() { # changed OLD NEW: whether another process runs
    if [ -z "$2" ]; then
        echo none
    elif [ "$1" = "$2" ]; then
        echo same
    else
        echo another
    fi
}

live() {
    local name="$1" first second
    call "$name" status
    claim "$name: status before" "$result" 3
    call "$name" start
    case $output in *'[  OK  ]'* | 'verbose: started') output='said so' ;; esac
    claim "$name: start says so, is a success and locks" "$output $result $(lock_of "$name")" 'said so 0 locked'
    call "$name" status
    first=$(pids_of "$name")
    claim "$name: status when it runs" "$result $([ -n "$first" ] && echo runs)" '0 runs'
    call "$name" start
    second=$(pids_of "$name")
    claim "$name: a second start changes nothing" "$result $(changed "$first" "$second")" '0 same'
    call "$name" restart
    second=$(pids_of "$name")
    if [ "$name" = rules ]; then
        claim "$name: restart" "$result $second" '0 table'
    else
        claim "$name: restart makes another process" "$result $(changed "$first" "$second")" '0 another'
        call "$name" condrestart
        claim "$name: condrestart when it runs does so too" "$result $(changed "$second" "$(pids_of "$name")")" '0 another'
    fi
    call "$name" stop
    claim "$name: stop leaves neither process nor lock" "$result $(pids_of "$name")$(lock_of "$name")" '0 '
    call "$name" status
    claim "$name: status when stopped" "$result" 3
    call "$name" stop
    claim "$name: a second stop is none's loss" "$result" 0
    call "$name" condrestart
    claim "$name: condrestart when stopped starts nothing" "$result $(pids_of "$name")" '0 '
    call "$name" dance
    claim "$name: a verb it does not have" "$result" 2
}

for name in $scripts; do
    live "$name"
done

# What is one script's own.
call owned start
claim 'daemon --user becomes the user and keeps the words' "$(tail -n 1 "$root/var/log/owned.log")" "as $(id -u "$owner") in / with one two home none"
call owned stop
call niced start
read -r pid <"$root/var/run/niced.pid"
claim 'daemon +5 is five behind' "$(cut -d ' ' -f 19 "/proc/$pid/stat")" 5
call niced reload
claim 'killproc with a number sends it' "$result $(wait_until grep -q HUP "$root/var/log/niced.log" && echo told)" '0 told'
call niced stop
if has switched; then
    call switched start
    claim 'su, cd and the environment reach the daemon' "$(tail -n 1 "$root/var/log/switched.log")" 'as 0 in /opt/app with  home /opt/app'
    call switched stop
fi
call verbose start
claim 'with LSB set the library is silent' "$output" 'verbose: started'
call verbose reload
claim 'a signal with LSB set' "$result$output" 0
call verbose stop
call verbose reload
claim 'and to what is stopped' "$result$output" 7
call networked start
call networked reload
claim 'a reload by pidfileofproc' "$result $(wait_until grep -q HUP "$root/var/log/networked.log" && echo told)" '0 told'
call networked stop
echo 'NETWORKING=no' >"$root/etc/sysconfig/network"
call networked start
claim 'without a network nothing starts' "$result$output" 1
echo 'NETWORKING=yes' >"$root/etc/sysconfig/network"
mv "$root/etc/networked.conf" "$root/etc/none"
call networked start
claim 'not configured' "$result" 6
mv "$root/etc/none" "$root/etc/networked.conf"
mv "$root/opt/sbin/networked" "$root/opt/sbin/none"
call networked start
claim 'not installed' "$result" 5
mv "$root/opt/sbin/none" "$root/opt/sbin/networked"
call stubborn start
read -r pid <"$root/var/run/stubborn.pid"
call stubborn stop
claim 'what ignores TERM is killed after its delay' "$result $(is_alive "$pid" && echo alive)" '0 '
call plain start
read -r pid <"$root/var/run/plain.pid"
kill -KILL "$pid"
wait_until sh -c "! [ -d /proc/$pid ]"
call plain status
claim 'dead with a pid file' "$result $output" '1 plain dead but pid file exists'
rm "$root/var/run/plain.pid"
call plain status
claim 'dead with a lock' "$result $output" '2 plain dead but subsys locked'
call plain restart
claim 'restart of what died starts it' "$([ -n "$(pids_of plain)" ] && echo runs)" runs
call plain stop
call selfmade start
claim "a script's own action is called" "${output%%:*}" selfmade
call selfmade stop

# All of them.
inside /etc/rc.d/rc 3 >"$root/var/log/rc" 2>&1
claim 'rc starts them all' "$(for name in $scripts; do [ -n "$(pids_of "$name")" ] || echo "$name"; done)" ''
inside env PREVLEVEL=3 /etc/rc.d/rc 0 >"$root/var/log/rc" 2>&1
claim 'rc stops them all, but for one whose lock has another name' "$(for name in $scripts; do [ -n "$(pids_of "$name")" ] && echo "$name"; done) $(ls "$root/var/lock/subsys")" \
    'guarded guarded-lock'
call guarded stop
claim 'that one stops by hand' "$result $(pids_of guarded)" '0 '
exit "$failed"

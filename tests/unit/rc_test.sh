#!/bin/sh
# SPDX-License-Identifier: MIT
# rc.d/rc and rc.d/rc.local under each shell, in a root of the test's own: which scripts run, in which order and with what in their
# environment; the order is that of rcinit's engine. Under BusyBox init both, and rc.sysinit, do the whole. One line a case.

# shellcheck disable=SC2016    # scripts are written out here
here=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/unit/lib_root.sh
. "$here/tests/unit/lib_root.sh"
in_each_shell 'rc and rc.local' "$@"
new_root

# script NAME [LINE]: one that tells its call, and keeps a lock, as they should.
script() {
    printf '#!/bin/sh\n# chkconfig: 3 50 50\n# description: %s\necho "$1 %s" >>/var/events\n%s\ncase $1 in start) : >/var/lock/subsys/%s ;; stop) rm -f /var/lock/subsys/%s ;; esac\n' \
        "$1" "$1" "${2:-}" "$1" "$1" >"$root/etc/rc.d/init.d/$1"
    chmod 755 "$root/etc/rc.d/init.d/$1"
}
link() { ln -s "../init.d/${2#???}" "$root/etc/rc.d/rc$1.d/$2"; }
# The levels' words come from a program as init's own, of which this test is in control.
levels() { # levels PREVIOUS CURRENT
    mkdir -p "$root/sbin"
    printf '#!/bin/sh\necho %s %s\n' "$1" "$2" >"$root/sbin/runlevel"
    chmod 755 "$root/sbin/runlevel"
}
# run [ARG...]: sets output, result and events.
run() {
    : >"$root/var/events"
    output=$(inside /etc/rc.d/rc "$@" 2>&1)
    result=$?
    events=$(tr '\n' ',' 2>/dev/null <"$root/var/events")
}

for name in one two three four; do script "$name"; done
for each in S10one S20two S05three S20four; do link 3 "$each"; done
for each in K90one K10two K50three K50four; do link 0 "$each"; done
levels N 3
run 3
claim 'S-scripts start in the order of their links' "$result $events" '0 start three,start one,start four,start two,'
claim 'the first level is announced' "$output" 'Entering non-interactive startup'
program=${RCINIT:-$here/build/debug/rcinit}
if [ -x "$program" ]; then
    claim "the order is that of rcinit's plan" "$("$program" plan --root "$root" 3 --json | sed 's/"stop":.*//' | grep -o '"name":"[a-z]*"' | tr '\n' ',')" \
        '"name":"three","name":"one","name":"four","name":"two",'
else
    echo "skip - $shell: the order is that of rcinit's plan: rcinit is not built"
fi
run 3
claim 'what has a lock is not started again' "$events" ''
levels 3 3
rm -f "$root/var/lock/subsys/two" "$root/var/lock/subsys/four"
: >"$root/var/lock/subsys/four.init"
run
claim 'without a level the one of runlevel is entered' "$result $events" '0 start two,'
claim 'only the first level is announced' "$output" ''
rm -f "$root/var/lock/subsys/one"
run 0
claim 'K-scripts stop what has a lock, NAME.init is one' "$events" 'stop two,stop four,stop three,'
rm -f "$root"/var/lock/subsys/*

# Between levels.
link 5 K10one
link 5 S10two
: >"$root/var/lock/subsys/one"
levels 3 5
run 5
claim 'K-scripts run before S-scripts' "$events" 'stop one,start two,'
rm -f "$root"/var/lock/subsys/*

# What is not run.
script tail
for each in S30tail~ S30tail.bak S30tail.orig S30tail.rpmnew S30tail.rpmorig S30tail.rpmsave S30tail.swp S30tail.dpkg-old S3tail Stail X30tail S30; do
    cp "$root/etc/rc.d/init.d/tail" "$root/etc/rc.d/rc4.d/$each"
done
ln -s ../init.d/nowhere "$root/etc/rc.d/rc4.d/S40nowhere"
cp "$root/etc/rc.d/init.d/tail" "$root/etc/rc.d/rc4.d/S50off"
chmod 644 "$root/etc/rc.d/rc4.d/S50off"
mkdir "$root/etc/rc.d/rc4.d/S60folder"
run 4
claim 'leftovers, scripts that are not executable and links to nowhere are not run' "$result $events$output" '0 '
run 7
claim 'a level without a folder is no error' "$result $output" '0 '
run x
claim 'what is no level is a wrong use' "$result $output" '2 Usage: rc [LEVEL]'
rm -f "$root/sbin/runlevel"
output=$(inside env RUNLEVEL=4 PREVLEVEL=3 /etc/rc.d/rc 2>&1)
claim "without runlevel's word the environment's is taken" "$?$output" 0
printf '#!/bin/sh\necho unknown\nexit 1\n' >"$root/sbin/runlevel"
chmod 755 "$root/sbin/runlevel"
run
claim 'no word at all is a wrong use' "$result" 2

# What scripts get, and what they can do to the rest.
levels 3 2
script tells 'echo "$runlevel $previous $RUNLEVEL $PREVLEVEL $PATH $(umask)" >>/var/events'
script fails 'exit 7'
script later
link 2 S10tells
link 2 S20fails
link 2 S30later
run 2
claim 'scripts get both pairs of levels, the path and the umask' "$(sed -n 2p "$root/var/events")" '2 3 2 3 /sbin:/usr/sbin:/bin:/usr/bin 0022'
claim 'a script that fails changes nothing for the rest' "$result ${events#*,*,}" '0 start fails,start later,'
: >"$root/var/run/confirm"
run 2
claim 'asking is left out, and said' "$output" '/var/run/confirm asks to confirm each script, which is left out: all of them run'
rm "$root/var/run/confirm"

# The end.
script halt 'echo "LC_ALL=$LC_ALL" >>/var/events; exit 0'
link 6 S01halt
link 6 S02later
rm -f "$root/var/lock/subsys/later"
run 6
claim 'halt takes the place of rc' "$events" 'start halt,LC_ALL=C,'
mv "$root/etc/rc.d/init.d/halt" "$root/etc/rc.d/init.d/reboot"
sed -i 's/halt/reboot/g' "$root/etc/rc.d/init.d/reboot"
mv "$root/etc/rc.d/rc6.d/S01halt" "$root/etc/rc.d/rc6.d/S01reboot" && ln -sf ../init.d/reboot "$root/etc/rc.d/rc6.d/S01reboot"
run 6
claim 'so does reboot' "$events" 'start reboot,LC_ALL=C,'
rm "$root/etc/rc2.d"
rm -f "$root"/var/lock/subsys/*
run 2
claim 'folders are found below rc.d as well' "${events##*fails,}" 'start later,'
ln -s rc.d/rc2.d "$root/etc/rc2.d"

# rc.local.
ln -s ../rc.local "$root/etc/rc.d/rc5.d/S99local"
printf 'echo "local $1" >>/var/events\n' >>"$root/etc/rc.d/rc.local"
rm -f "$root"/var/lock/subsys/*
levels N 5
run 5
claim 'rc.local runs last and has its lock' "$events$([ -e "$root/var/lock/subsys/local" ] && echo lock)" 'start two,local start,lock'
run 5
claim 'it runs once' "$events" ''
inside /etc/rc.d/rc.local stop
claim 'it can be told to stop, which does nothing but for the lock' "$?$([ -e "$root/var/lock/subsys/local" ] && echo lock)$(cat "$root/var/events")" 0
inside /etc/rc.d/rc.local
claim 'by hand it needs no word' "$?$([ -e "$root/var/lock/subsys/local" ] && echo lock)" 0lock

# Another init.
if [ "$shell" = busybox ]; then
    rm -f "$root"/var/lock/subsys/* "$root/var/events" "$root/sbin/runlevel"
    : >"$root/forcefsck"
    : >"$root/var/lock/subsys/one"
    touch -d 2001-01-01 "$root/var/lock/subsys/one"
    printf '::sysinit:/etc/rc.d/rc.sysinit\n::wait:/etc/rc.d/rc 3\n' >"$root/etc/inittab"
    env -i PATH="$PATH" unshare --pid --fork --kill-child chroot "$root" /usr/bin/busybox sh -c 'mount -t proc proc /proc; exec busybox init' >"$root/var/log/boot" 2>&1 &
    init=$!
    wait_until [ -e "$root/var/lock/subsys/two" ] || cat "$root/var/log/boot"
    claim 'BusyBox init boots a tree with them' "$(tr '\n' ',' <"$root/var/events")" 'start three,start one,start four,start two,'
    claim 'sysinit has cleaned what an earlier life left' "$([ -e "$root/forcefsck" ] || echo gone)" gone
    kill -KILL "$init"
    wait "$init" 2>/dev/null
fi
exit "$failed"

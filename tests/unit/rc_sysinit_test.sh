#!/bin/sh
# SPDX-License-Identifier: MIT
# rc.d/rc.sysinit under each shell, on trees of the test's own and in a mount namespace of its own: what it cleans, what it never
# enters, which hooks run and what it says about the rest. Prints one line a case; exit 1 on any `not ok`.

here=$(cd "$(dirname "$0")/../.." && pwd)
shells='dash bash busybox'

if [ "${1:-}" != inside ]; then
    user=
    [ "$(id -u)" -eq 0 ] || user='--user --map-root-user'
    # shellcheck disable=SC2086    # two words or none
    if ! unshare $user --mount --pid --fork --kill-child --mount-proc true 2>/dev/null; then
        echo 'skip - rc.sysinit under every shell: namespaces are denied here'
        exit 0
    fi
    failed=0
    for shell in $shells; do
        if command -v "$shell" >/dev/null; then
            # shellcheck disable=SC2086
            unshare $user --mount --pid --fork --kill-child --mount-proc sh "$0" inside "$shell" || failed=1
        else
            echo "skip - rc.sysinit under $shell: it is not installed"
        fi
    done
    exit "$failed"
fi

shell=$2
interpreter=$shell
[ "$shell" = busybox ] && interpreter='busybox ash'
failed=0
claim() {
    if [ "$2" = "$3" ]; then
        echo "ok - $shell: $1"
    else
        echo "not ok - $shell: $1: expected '$3', got '$2'"
        failed=1
    fi
}
there() { # there PATH...: the names of those that exist
    for each in "$@"; do
        if [ -e "$each" ] || [ -L "$each" ]; then printf '%s ' "${each##*/}"; fi
    done
}
said() { # said TEXT: yes when the last run said it
    case $output in *"$1"*) echo yes ;; *) echo no ;; esac
}
run() { # as rcinit runs it, which has made folders and swept before
    # shellcheck disable=SC2086    # two words for busybox
    output=$(INIT_VERSION=rcinit-test SYSINIT_ROOT=$root $interpreter "$here/rc.d/rc.sysinit" 2>&1)
    result=$?
}
run_alone() { # as another init runs it, or somebody by hand
    # shellcheck disable=SC2086
    output=$(INIT_VERSION=sysvinit-3.06 SYSINIT_ROOT=$root $interpreter "$here/rc.d/rc.sysinit" 2>&1)
    result=$?
}
hook() { # hook PATH TEXT
    mkdir -p "${1%/*}"
    printf '#!/bin/sh\n%s\n' "$2" >"$1"
    chmod +x "$1"
}

base=$(mktemp -d)
# A tmpfs of our own: at the end it is let go with all that is mounted below, and nothing is entered by a removal.
trap 'umount -l "$base"; rmdir "$base"' EXIT
mount -t tmpfs none "$base" || exit 1
root=$base/tree
mkdir -p "$root/etc/sysconfig" "$root/tmp" "$root/var/lock/subsys" "$root/var/run" "$root/var/lib/rpm" "$root/var/log"

# An empty tree.
root=$base/empty
mkdir "$root"
run
claim 'an empty tree gives no message and status 0' "$result$output" 0
root=$base/tree

# A full tree.
echo 'Example release 6' >"$root/etc/system-release"
echo 'HOSTNAME=named.example' >"$root/etc/sysconfig/network"
echo old >"$root/etc/mtab"
echo 'kernel.sysrq = 0' >"$root/etc/sysctl.conf"
printf '# none\n/dev/sda1 / ext4 defaults 1 1\n/dev/sdb1 /data ext4 defaults 1 2\n/dev/sda2 swap swap defaults 0 0\n' >"$root/etc/fstab"
: >"$root/forcefsck"
: >"$root/.autofsck"
mkdir "$root/halt"
: >"$root/var/lib/rpm/__db.001"
: >"$root/var/lib/rpm/Packages"
: >"$root/var/lock/subsys/sshd"
: >"$root/var/lock/plain"
echo $$ >"$root/var/lock/living.lock"
echo record >"$root/var/run/utmp"
echo 1 >"$root/var/run/left-to-init"
: >"$root/tmp/.X0-lock"
: >"$root/tmp/.s.PGSQL.5432"
: >"$root/tmp/mine"
mkdir -p "$root/tmp/ssh-abc/deep" "$root/tmp/.X11-unix/old" "$root/tmp/orbit-user one"
hook "$root/etc/sysconfig/modules/early.modules" 'echo hook early'
hook "$root/etc/sysconfig/modules/load.modules" '/sbin/modprobe fuse'
hook "$root/etc/sysconfig/modules/words.modules" '# modprobe is not called
echo hook words'
hook "$root/etc/rc.modules" 'echo hook rc.modules; exit 9'
hook "$root/etc/rc.d/rc.sysinit.d/10-own" 'echo hook own'
hook "$root/etc/rc.d/rc.sysinit.d/10-own.rpmsave" 'echo hook saved'
hook "$root/etc/rc.d/rc.sysinit.d/20-off" 'echo hook off'
chmod -x "$root/etc/rc.d/rc.sysinit.d/20-off"
run
claim 'it ends with status 0' "$result" 0
claim 'the banner names the release' "$(said 'Welcome to Example release 6')" yes
claim 'a host name that is not set is said' "$(said 'host name named.example of /etc/sysconfig/network is not set')" yes
claim 'mtab is made from the mounts' "$(cat "$root/etc/mtab")" "$(cat /proc/mounts)"
claim 'flags go, a folder of that name stays' "$(there "$root/forcefsck" "$root/.autofsck" "$root/halt")" 'halt '
claim 'the package data base environment goes' "$(there "$root/var/lib/rpm/__db.001" "$root/var/lib/rpm/Packages")" 'Packages '
claim 'locks go, one whose owner lives stays' "$(there "$root/var/lock/subsys/sshd" "$root/var/lock/plain" "$root/var/lock/living.lock")" 'living.lock '
claim 'utmp and what init judged are left' "$(cat "$root/var/run/utmp" "$root/var/run/left-to-init")" 'record
1'
claim 'leftovers of /tmp go, other files stay' "$(there "$root/tmp/.X0-lock" "$root/tmp/.s.PGSQL.5432" "$root/tmp/ssh-abc" "$root/tmp/orbit-user one" "$root/tmp/mine")" 'mine '
claim 'socket folders are made anew for everybody' "$(stat -c %a "$root/tmp/.X11-unix" "$root/tmp/.ICE-unix"; there "$root/tmp/.X11-unix/old")" '1777
1777'
claim 'hooks run in order' "$(printf '%s\n' "$output" | grep '^hook')" 'hook early
hook words
hook rc.modules
hook own'
claim 'a hook that fails is said' "$(said '/etc/rc.modules ended with status 9')" yes
claim 'a hook that loads modules is left out and said' "$(said '/etc/sysconfig/modules/load.modules loads kernel modules')" yes
claim 'kernel settings are left out and said' "$(said 'kernel settings of /etc/sysctl.conf are left out')" yes
claim 'file systems and swap are left out and said' "$(said 'file systems of /etc/fstab')$(said 'swap of /etc/fstab')" yesyes
claim 'wtmp is there' "$(there "$root/var/log/wtmp")" 'wtmp '

# The host name, where init says so.
echo "HOSTNAME=$(cat /proc/sys/kernel/hostname)" >"$root/etc/sysconfig/network"
run
claim 'the host name in force is no news' "$(said 'is not set')" no

# A link in the place of mtab.
ln -sf /proc/mounts "$root/etc/mtab"
run
claim 'a link in the place of mtab stays' "$(readlink "$root/etc/mtab")" /proc/mounts

# Mounts from outside.
outside=$base/outside
mkdir -p "$outside/x11" "$outside/deep" "$outside/locks" "$root/tmp/ssh-held/inner" "$root/tmp/.X11-unix" "$root/var/lock/theirs"
: >"$outside/x11/X0"
: >"$outside/deep/key"
: >"$outside/locks/lock"
mount --bind "$outside/x11" "$root/tmp/.X11-unix"
mount --bind "$outside/deep" "$root/tmp/ssh-held/inner"
mount --bind "$outside/locks" "$root/var/lock/theirs"
run
claim 'a bind mount of a socket folder is left alone' "$(there "$outside/x11/X0" "$root/tmp/.X11-unix/X0")" 'X0 X0 '
claim 'it is said' "$(said '/tmp/.X11-unix is mounted from outside')" yes
claim 'a folder that holds a mount is left alone' "$(there "$outside/deep/key")" 'key '
claim 'a mount among the locks is left alone' "$(there "$outside/locks/lock")" 'lock '

# A volume in the place of the lock folder and of /tmp.
root=$base/volumes
mkdir -p "$root/var/lock" "$root/tmp" "$outside/tmp"
: >"$outside/tmp/.X0-lock"
mount --bind "$outside/locks" "$root/var/lock"
mount --bind "$outside/tmp" "$root/tmp"
run
claim 'a volume on the lock folder is left alone' "$(there "$outside/locks/lock")" 'lock '
claim 'a volume on /tmp is left alone and said' "$(there "$outside/tmp/.X0-lock")$(said '/tmp is mounted from outside')" '.X0-lock yes'
umount "$root/tmp"
mount -t tmpfs none "$root/tmp"
: >"$root/tmp/.X0-lock"
run
claim "the runtime's tmpfs on /tmp is cleaned" "$(there "$root/tmp/.X0-lock")" ''

# Links between the folders.
root=$base/links
mkdir -p "$root/run/lock" "$root/var"
ln -s ../run/lock "$root/var/lock"
: >"$root/run/lock/left"
run
claim 'a link in the place of the lock folder stays and its target is cleaned' "$(there "$root/var/lock" "$root/run/lock/left")" 'lock '

# Rights.
root=$base/frozen
mkdir -p "$root/tmp" "$root/etc/sysconfig" "$root/var/log"
hook "$root/etc/rc.modules" 'echo hook last'
echo 'READONLY=no' >"$root/etc/sysconfig/readonly-root"
: >"$root/forcefsck"
: >"$root/etc/mtab"
mount --bind "$root" "$root" && mount -o remount,bind,ro "$root"
run
claim 'a read-only root costs messages only' "$result$(said '/forcefsck cannot be removed')$(said 'cannot be written')" 0yesyes
claim 'a wtmp that cannot be made costs none of the steps after it' "$(there "$root/var/log/wtmp")$(said 'hook last')" yes

root=$base/state
mkdir -p "$root/etc/sysconfig" "$root/var/lib/stateless/writable" "$root/var/keep" "$root/var/none"
echo 'READONLY=yes' >"$root/etc/sysconfig/readonly-root"
printf '# kinds\nfiles /var/keep\nempty /var/none\n' >"$root/etc/rwtab"
echo content >"$root/var/keep/file"
echo hidden >"$root/var/none/file"
run
claim 'rwtab is kept in memory where mounting is allowed' "$(cat "$root/var/keep/file"; there "$root/var/none/file")" content
echo changed >"$root/var/keep/file"
umount "$root/var/keep"
claim 'what lies below stays as it was' "$(cat "$root/var/keep/file")" content

# Without rcinit.
root=$base/alone
mkdir -p "$root/etc"
run_alone
claim 'alone it makes the run and lock folders' "$result$(there "$root/var/run/utmp" "$root/run/lock/subsys" "$root/tmp/.X11-unix")" '0utmp subsys .X11-unix '
claim 'utmp is for everybody of its group' "$(stat -c %a "$root/var/run/utmp")" 664
claim 'it leaves nothing of its own' "$(ls -A "$root/run")" 'lock
utmp'
echo record >"$root/run/utmp"
mkdir -p "$root/run/deep" "$root/run/theirs"
echo $$ >"$root/run/living.pid"
echo $$ >"$root/run/old.pid"
echo 999999 >"$root/run/dead.pid"
echo 999999 >"$root/run/deep/pid"
echo 999999 >"$root/run/notes"
: >"$root/run/empty.pid"
: >"$root/run/lock/subsys/before"
: >"$root/run/lock/subsys/since"
touch -d '2001-01-01' "$root/run/old.pid" "$root/run/lock/subsys/before"
mkdir -p "$outside/run"
echo 999999 >"$outside/run/their.pid"
mount --bind "$outside/run" "$root/run/theirs"
run_alone
claim 'alone it sweeps pid files that name nobody, or are older than this boot' \
    "$(there "$root"/run/*.pid "$root/run/deep/pid" "$root/run/notes")" 'living.pid notes '
claim 'the sweep is said' "$(said 'stale /var/run/dead.pid is removed')" yes
claim 'alone a mount is not entered' "$(there "$outside/run/their.pid")" 'their.pid '
claim 'alone a lock of this boot stays, one of an earlier life goes' "$(ls "$root/run/lock/subsys")" since
claim 'records of utmp stay' "$(cat "$root/run/utmp")" record
claim 'under rcinit the sweep is left to it' "$(echo 999999 >"$root/run/dead.pid"; run; there "$root/run/dead.pid")" 'dead.pid '
if command -v python3 >/dev/null; then
    for each in dead live; do
        python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$root/run/$each.sock"
    done
    python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); print(flush=True); time.sleep(60)' "$root/run/own.sock" >"$base/bound" &
    holder=$!
    while [ ! -s "$base/bound" ]; do sleep 0.05; done
    run_alone
    claim 'sockets that nobody holds go' "$(there "$root"/run/*.sock)" 'own.sock '
    kill "$holder"
else
    echo "skip - $shell: sockets that nobody holds go: python3 makes them, and is not installed"
fi
exit "$failed"

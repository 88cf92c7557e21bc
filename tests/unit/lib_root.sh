# shellcheck shell=sh disable=SC2034,SC2154    # variables are shared with the tests that source it
# SPDX-License-Identifier: MIT
#
# For tests of what is installed below /etc and /lib/lsb: each shell in turn as /bin/sh of a small root on the machine's own /usr, in
# user, PID and mount namespaces of the test's own. Nothing outside of these is written, and everything in them ends with them.

failed=0
claim() {
    if [ "$2" = "$3" ]; then
        echo "ok - $shell: $1"
    else
        echo "not ok - $shell: $1: expected '$3', got '$2'"
        failed=1
    fi
}

# in_each_shell WHAT "$@": runs the test once for each shell, side by side, and exits; returns, with shell set, where that is done
# already.
in_each_shell() {
    local what="$1" user='' results
    if [ "${2:-}" = inside ]; then
        shell=$3
        return
    fi
    [ "$(id -u)" -eq 0 ] || user='--user --map-root-user'
    # shellcheck disable=SC2086    # two words or none
    if ! unshare $user --mount --pid --fork --kill-child --mount-proc true 2>/dev/null; then
        echo "skip - $what under every shell: namespaces are denied here"
        exit 0
    fi
    results=$(mktemp -d)
    for shell in dash bash busybox; do
        command -v "$shell" >/dev/null || continue
        # Process 1 does nothing but collect what ends: scripts wait for the pids of their daemons to vanish.
        # shellcheck disable=SC2086,SC2016
        unshare $user --mount --pid --fork --kill-child --mount-proc sh -c '"$@" & wait "$!"' - sh "$0" inside "$shell" \
            >"$results/$shell" 2>&1 &
        eval "round_$shell=$!"
    done
    for shell in dash bash busybox; do
        if command -v "$shell" >/dev/null; then
            eval "wait \"\$round_$shell\"" || failed=1
            cat "$results/$shell"
        else
            echo "skip - $what under $shell: it is not installed"
        fi
    done
    rm -r "$results"
    exit "$failed"
}

# new_root: sets root to a tree with /bin/sh of this round, /etc/rc.d and our libraries; it is gone with the namespace.
new_root() {
    local each
    root=$(mktemp -d)
    # The folder itself, which lies outside, goes at the end.
    trap 'umount -l "$root"; rmdir "$root"' EXIT
    mount -t tmpfs own "$root" || exit 1
    cd "$root" || exit 1
    mkdir -p bin usr proc dev tmp root var/run var/lock/subsys var/log lib/lsb etc/sysconfig etc/rc.d/init.d
    mount --rbind /usr usr && mount --rbind /proc proc && mount --rbind /dev dev || exit 1
    # Where the machine has bin and lib beside usr, usr alone does not run.
    for each in /lib/* /lib64; do
        [ -e "$root$each" ] || ln -s "/usr$each" "$root$each"
    done
    ln -s "$(command -v "$shell")" bin/sh
    [ "$shell" != bash ] || ln -s "$(command -v bash)" bin/bash
    for each in 0 1 2 3 4 5 6; do
        mkdir "etc/rc.d/rc$each.d"
        ln -s "rc.d/rc$each.d" "etc/rc$each.d"
    done
    ln -s rc.d/init.d etc/init.d
    cp "$here/rc.d/init.d/functions" etc/rc.d/init.d/functions
    cp "$here/rc.d/lsb/init-functions" lib/lsb/init-functions
    cp "$here/rc.d/rc" "$here/rc.d/rc.local" "$here/rc.d/rc.sysinit" etc/rc.d/
    cp "$here/etc/inittab" etc/inittab
    cp "$here/etc/sysconfig/init" etc/sysconfig/init
    cp /etc/passwd /etc/group etc/
    cd / || exit 1
}

# inside COMMAND...: in the root, with an environment as at boot.
inside() {
    env -i PATH=/sbin:/usr/sbin:/bin:/usr/bin chroot "$root" "$@"
}

# wait_until COMMAND...: at most 20 s.
wait_until() {
    local tries=400
    while [ "$tries" -gt 0 ]; do
        "$@" && return
        sleep 0.05
        tries=$((tries - 1))
    done
    return 1
}

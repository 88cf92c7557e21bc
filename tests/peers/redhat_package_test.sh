#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A script of another project as its package ships it, with its daemon: openhpid's looks for /etc/init.d/functions first and for
# /lib/lsb/init-functions without it. Under each shell, in a root of the test's own, with one library and then with the other.

here=$(cd "$(dirname "$0")/../.." && pwd)
build=${RCINIT_BUILD:-$here/build}
# shellcheck source=tests/unit/lib_root.sh
. "$here/tests/unit/lib_root.sh"
packages='openhpid libopenhpi3 libglib2.0-0'
if [ "${1:-}" != inside ]; then
    mkdir -p "$build"
    for package in $packages; do
        if ! "$here/tests/peers/fetch_package" "$package" "$build/$package" >"$build/$package.log" 2>&1; then
            echo "skip - a package's own script on our libraries: $package cannot be had: $(tail -n 1 "$build/$package.log")"
            exit 0
        fi
    done
fi
in_each_shell "a package's own script on our libraries" "$@"
new_root

layers=/usr
for package in $packages; do layers=$build/$package/usr:$layers; done
# In a network of its own the daemon's port is free. It keeps its starter's output open: a file, which nobody waits for the end of.
call() { # call VERB: sets output and result
    timeout 60 env -i PATH=/sbin:/usr/sbin:/bin:/usr/bin unshare --net chroot "$root" /etc/init.d/openhpid "$1" >"$root/var/log/call" 2>&1 </dev/null
    result=$?
    output=$(cat "$root/var/log/call")
}
if ! mount -t overlay -o "lowerdir=$layers" packages "$root/usr" 2>/dev/null || ! unshare --net true 2>/dev/null; then
    echo "skip - $shell: a package's own script on our libraries: overlays or networks of one's own are denied here"
    exit "$failed"
fi
cp "$build/openhpid/etc/init.d/openhpid" "$root/etc/rc.d/init.d/openhpid"
mkdir -p "$root/etc/openhpi" "$root/var/lib/openhpi"
printf '# nothing to handle\n' >"$root/etc/openhpi/openhpi.conf"
chmod 600 "$root/etc/openhpi/openhpi.conf"

# The daemon's pid, where it runs.
living() {
    local pid=
    [ -s "$root/var/run/openhpid.pid" ] && read -r pid <"$root/var/run/openhpid.pid"
    case $(readlink "/proc/${pid:-none}/exe") in */openhpid) echo "$pid" ;; *) return 1 ;; esac
}
live() { # live LIBRARY
    call start
    wait_until living >"$root/var/log/pid"
    claim "$1: it starts" "$result $([ -n "$(living)" ] && echo runs)" '0 runs'
    first=$(living)
    call start
    claim "$1: a second start changes nothing" "$(living)" "$first"
    call status
    claim "$1: status finds it" "$(printf '%s' "$output" | grep -c 'is running')" 1
    call restart
    wait_until living >"$root/var/log/pid"
    claim "$1: restart makes another" "$([ -n "$(living)" ] && [ "$(living)" != "$first" ] && echo another)" another
    call stop
    claim "$1: it stops" "$(living)$([ -e "$root/var/run/openhpid.pid" ] && echo file)" ''
    call status
    claim "$1: status finds none" "$(printf '%s' "$output" | grep -c -e 'is stopped' -e 'is not running')" 1
}
live functions
rm "$root/etc/rc.d/init.d/functions"
live init-functions
exit "$failed"

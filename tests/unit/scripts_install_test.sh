#!/bin/sh
# SPDX-License-Identifier: MIT
# The install rules of the shell side: what goes where and with which bits, and that installing the program alone touches none of it.
# One line a case.

here=$(cd "$(dirname "$0")/../.." && pwd)
build=${RCINIT_BUILD:-$here/build}/debug
if ! command -v cmake >/dev/null || [ ! -e "$build/cmake_install.cmake" ]; then
    echo 'skip - the install rules of the shell side: the debug preset is not configured'
    exit 0
fi
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failed=0
claim() {
    if [ "$2" = "$3" ]; then
        echo "ok - $1"
    else
        echo "not ok - $1: expected '$3', got '$2'"
        failed=1
    fi
}
DESTDIR=$tree cmake --install "$build" --component scripts >"$tree.log" 2>&1
claim 'the component installs' "$?" 0
rm -f "$tree.log"
# A file that a rule forgets would be missing in the list below.
claim 'every file of the shell side is installed' "$(cd "$tree" && find etc lib -type f | wc -l)" "$(cd "$here" && find rc.d etc -type f | wc -l)"
claim 'what goes where' "$(cd "$tree" && find etc lib -type f -printf '%m %p\n' | sort -k 2)" '644 etc/inittab
644 etc/rc.d/init.d/functions
755 etc/rc.d/rc
755 etc/rc.d/rc.local
755 etc/rc.d/rc.sysinit
644 etc/sysconfig/init
644 lib/lsb/init-functions'
claim 'the model script is documentation' "$(cd "$tree" && find usr -name my-service -printf '%m %f\n')" '644 my-service'
claim 'each file is as it is here' "$(cmp "$tree/etc/rc.d/init.d/functions" "$here/rc.d/init.d/functions" && cmp "$tree/etc/rc.d/rc" "$here/rc.d/rc" && echo same)" same
claim 'nothing of it is in the rules of an install without a component' \
    "$(sed -n '/"Unspecified" OR NOT CMAKE_INSTALL_COMPONENT/,/^endif/p' "$build/cmake_install.cmake" | grep -c -e '/rc\.d' -e /lib/lsb)" 0
exit "$failed"

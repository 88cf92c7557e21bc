#!/bin/sh
# SPDX-License-Identifier: MIT
#
# rcinit lint over a Debian 12 tree with the services' own unmodified scripts, and over one in the shape of CentOS 6: nothing
# of severity warning or above is found; and what an image's builder does wrong in the same tree is.
set -u

# shellcheck source=tests/image/lib.sh
. "$(dirname -- "$0")/lib.sh"
# shellcheck source=tests/image/lib_redhat.sh
. "$(dirname -- "$0")/lib_redhat.sh"

begin "rcinit lint over a Debian 12 tree"

# The list holds several words.
# shellcheck disable=SC2046
if ! base=$("$top/tests/image/debian_root" "$build/image" $(cat "$top/tests/image/packages") 2>"$work/root.log"); then
    skip "rcinit lint over a Debian 12 tree" "its packages cannot be had: $(tail -n 1 "$work/root.log")"
    exit 0
fi

# lint STATUS TREE [OPTION...]: lint ends with that status; what it said stays in $work/found.
lint() {
    local status tree
    status=$1
    tree=$2
    shift 2
    "$init" lint --root "$tree" --quiet "$@" >"$work/found" 2>&1
    is_equal "$?" "$status" || { cat -- "$work/found"; return 1; }
}

is_equal() { [ "$1" = "$2" ]; }

# names RULE FILE: the rule was found there.
names() { grep -F -- "$2" "$work/found" | grep -qF "[$1]"; }

check "stock scripts have no fault" lint 0 "$base"
check "nor do they with a grace period of 10 s" lint 0 "$base" --grace 10s
check "all scripts were looked at" grep -qE '^[3-9][0-9] scripts: 0 errors, 0 warnings, ' "$work/found"

new_tree redhat "$base"
redhat_shape "$(tree_of redhat)"
redhat_services "$(tree_of redhat)"
check "nor have scripts with chkconfig headers" lint 0 "$(tree_of redhat)" --grace 10s
check "all of them were looked at" grep -qE '^6 scripts: 0 errors, 0 warnings, ' "$work/found"

new_tree faulty "$base"
tree=$(tree_of faulty)
printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
chmod 755 "$tree/usr/sbin/policy-rc.d"
rm -f -- "$tree/etc/init.d/exim4"
chmod 644 "$tree/etc/init.d/cron"
rm -f -- "$tree/usr/lib/init/vars.sh"
check "a tree with faults is told from one without" lint 1 "$tree"
check "the policy of the image's build is found" names policy-forbids-starts /usr/sbin/policy-rc.d:2
check "a link to a removed script is found" names link-dangling /etc/rc2.d/
check "a script without exec bit is found" names not-executable /etc/init.d/cron
check "a removed library is found" names library-missing /etc/init.d/rc.local:
check "what is not there cannot be looked at" lint 2 "$tree/none"
finish

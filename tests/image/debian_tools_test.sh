#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Debian's own tools inside a Debian 12 tree under the program as PID 1, all of them as the image has them:
# invoke-rc.d with and without a policy, update-rc.d with the image's insserv, and service. What they answer, what
# becomes of the links, and that status and plan follow.
set -u

# shellcheck source=tests/image/lib.sh
. "$(dirname -- "$0")/lib.sh"
# shellcheck source=tests/image/lib_services.sh
. "$(dirname -- "$0")/lib_services.sh"
# shellcheck source=tests/image/lib_by_hand.sh
. "$(dirname -- "$0")/lib_by_hand.sh"

begin "Debian's tools"

# The list holds several words.
# shellcheck disable=SC2046
if ! base=$("$top/tests/image/debian_root" "$build/image" $(cat "$top/tests/image/packages") 2>"$work/root.log"); then
    skip "Debian's tools" "its packages cannot be had: $(tail -n 1 "$work/root.log")"
    exit 0
fi

# A script as a package brings one, with a daemon that a pid file names. A stop in levels 0 and 6 asks invoke-rc.d for
# a stop and a start of cron, and leaves what it said and how it ended.
put_hello() {
    cat >"$1/etc/init.d/hello" <<'END'
#!/bin/sh
### BEGIN INIT INFO
# Provides:          hello
# Required-Start:    $remote_fs $syslog cron
# Required-Stop:     $remote_fs $syslog
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: says hello
### END INIT INFO
. /lib/lsb/init-functions
case $1 in
    start) start-stop-daemon --start --background --make-pidfile --pidfile /run/hello.pid --exec /usr/local/bin/hello ;;
    stop)
        if [ "$RUNLEVEL" = 0 ] || [ "$RUNLEVEL" = 6 ]; then
            invoke-rc.d cron restart >/root/said-in-$RUNLEVEL 2>&1
            printf 'status %s\n' "$?" >>/root/said-in-$RUNLEVEL
        fi
        start-stop-daemon --stop --oknodo --retry 5 --pidfile /run/hello.pid
        ;;
    restart | force-reload) "$0" stop; "$0" start ;;
    status) status_of_proc -p /run/hello.pid /usr/local/bin/hello hello ;;
    *) exit 3 ;;
esac
END
    printf '#!/bin/sh\nwhile :; do sleep 1000; done\n' >"$1/usr/local/bin/hello"
    chmod 755 "$1/etc/init.d/hello" "$1/usr/local/bin/hello"
}

# put_policy STATUS: notes what it is asked. Without an argument there is none.
put_policy() {
    rm -f -- "$tree/usr/sbin/policy-rc.d" "$tree/root/policy-asked"
    [ $# -gt 0 ] || return 0
    printf '#!/bin/sh\nprintf "%%s\\n" "$*" >>/root/policy-asked\nexit %s\n' "$1" >"$tree/usr/sbin/policy-rc.d"
    chmod 755 "$tree/usr/sbin/policy-rc.d"
}

# inside COMMAND...: its words stay in $work/said.inside, its status in $answered.
inside() {
    answered=0
    run_inside tools "$@" >"$work/said.inside" 2>&1 || answered=$?
}

# answers STATUS COMMAND...
answers() {
    local wanted
    wanted=$1
    shift
    inside "$@"
    printf 'ended with %s, not %s: %s' "$answered" "$wanted" "$(tail -n 1 "$work/said.inside")"
    [ "$answered" -eq "$wanted" ]
}

said() { tail -n 1 "$work/said.inside"; grep -q -- "$1" "$work/said.inside"; }

# links_of NAME: `2S 3S 4S 5S 0K`..., without the numbers, which other scripts' links move.
links_of() {
    find "$tree"/etc/rc?.d -name "[SK][0-9][0-9]$1" | sed 's/^.*rc\(.\)\.d\/\(.\).*$/\1\2/' | sort | tr '\n' ' '
}

linked_as() { is_equal "$(links_of "$1")" "$2"; }

# planned NAME: the names that the plan of runlevel 2 lets NAME wait for, in brackets; nothing when it is not started.
planned() {
    run_inside tools rcinit plan 2 --json 2>/dev/null | sed 's/,"stop":\[.*$//' | tr '{' '\n' |
        sed -n "s/^\"name\":\"$1\",.*\"after\":\(\[[^]]*\]\).*$/\1/p"
}

is_planned() { [ -n "$(planned "$1")" ]; }
is_not_planned() { ! is_planned "$1"; }
is_planned_after() { planned "$1"; planned "$1" | grep -qF "\"$2\""; }

pid_of() { run_inside tools cat "$1"; }
# shellcheck disable=SC2016    # expanded inside
lives() { run_inside tools sh -c 'kill -0 "$(cat "$1")"' sh "$1"; }

# A tree of few scripts, whose links and .depend files the image's own insserv has made.
new_tree tools "$base"
tree=$(tree_of tools)
put_init "$tree"
rm -f -- "$tree/etc/init.d/mariadb" "$tree/etc/init.d/exim4" "$tree/etc/init.d/nginx" "$tree/etc/init.d/redis-server"
put_hello "$tree"
check "the image's insserv makes the tree anew" chroot "$tree" insserv
create namespaces tools "$tree"

check "the tree starts" start tools
check "its runlevel is reached" poll_until 60 is_running tools
inside runlevel
check "runlevel says what invoke-rc.d reads" is_equal "$(cat "$work/said.inside")" "N 2"

# -- invoke-rc.d -------------------------------------------------------------------------------------------------

crond=/var/run/crond.pid
restarted tools "without a policy" cron "$crond" invoke-rc.d cron restart
put_policy 104
restarted tools "with a policy that allows it" cron "$crond" invoke-rc.d cron restart
check "the policy is asked with our runlevel" is_equal "$(cat "$tree/root/policy-asked")" "cron restart 2"

put_policy 101
before=$(pid_of "$crond")
check "invoke-rc.d is content where a policy forbids" answers 0 invoke-rc.d cron restart
check "it says that a policy forbids" said 'policy-rc.d denied execution of restart'
check "it answers 101 where that is to be disclosed" answers 101 invoke-rc.d --disclose-deny cron restart
check "what a policy forbids is not done" is_equal "$(pid_of "$crond")" "$before"
check "status still knows the same process" status_agrees tools cron "$crond"
check "--query answers 101" answers 101 invoke-rc.d --query cron start
check "--force goes past a policy" answers 0 invoke-rc.d --force cron restart
check "a forced restart gives a new process" poll_until 20 has_another_pid tools "$crond" "$before"
check "status follows a forced restart" poll_until 20 status_agrees tools cron "$crond"
put_policy

# -- update-rc.d -------------------------------------------------------------------------------------------------

check "update-rc.d defaults takes a new script in" answers 0 update-rc.d hello defaults
check "it links it in the levels of its header" linked_as hello "0K 1K 2S 3S 4S 5S 6K "
check "insserv writes it down" grep -q '^hello:.* cron' "$tree/etc/init.d/.depend.start"
check "plan starts it" is_planned hello
check "plan lets it wait for what it requires" is_planned_after hello cron
check "invoke-rc.d starts it" answers 0 invoke-rc.d hello start
check "it runs" poll_until 10 lives /run/hello.pid

# One that runs as root: without CAP_SYS_PTRACE start-stop-daemon --exec does not see another user's program.
check "update-rc.d disable" answers 0 update-rc.d ssh disable
check "it turns the start links round" linked_as ssh "2K 3K 4K 5K "
check "plan does not start what is disabled" is_not_planned ssh
check "status leaves what is disabled running" run_inside tools sh -c 'rcinit status ssh | grep -q running'
check "invoke-rc.d denies a K-linked start" answers 101 invoke-rc.d --disclose-deny ssh start
check "it denies a K-linked restart" answers 101 invoke-rc.d --disclose-deny ssh restart
check "it is content with a denied start" answers 0 invoke-rc.d ssh start
check "it stops a K-linked service" answers 0 invoke-rc.d ssh stop
check "status follows the stop" poll_until 20 run_inside tools sh -c '! rcinit status ssh | grep -q running'
if log_has tools 'its main process'; then
    not_ok "a stop by invoke-rc.d is no death" "$(container_log tools | grep -E 'its main process')"
else
    ok "a stop by invoke-rc.d is no death"
fi

check "update-rc.d enable" answers 0 update-rc.d ssh enable
check "it turns the start links back" linked_as ssh "2S 3S 4S 5S "
check "plan starts what is enabled again" is_planned ssh
check "invoke-rc.d starts it again" answers 0 invoke-rc.d ssh start
check "status follows the start" poll_until 20 status_agrees tools ssh /run/sshd.pid

check "update-rc.d remove" answers 0 update-rc.d -f rsync remove
check "it takes all links away" linked_as rsync ""
check "plan does not start what is removed" is_not_planned rsync
check "invoke-rc.d denies a start without a link" answers 101 invoke-rc.d --disclose-deny rsync start

# -- service -----------------------------------------------------------------------------------------------------

check "service tells the status of a service that runs" answers 0 service cron status
check "service tells the status of one that does not" answers 3 service rsync status
inside service --status-all
check "service --status-all marks what runs" said '\[ + \]  cron'
check "service --status-all marks what does not" said '\[ - \]  rsync'
restarted tools "by service" rsyslog /run/rsyslogd.pid service rsyslog restart

# -- levels 0 and 6 ----------------------------------------------------------------------------------------------

# A policy that forbids everything is there and must not be asked.
put_policy 101
run_inside tools telinit 6 >/dev/null 2>&1
await tools
check "telinit 6 ends with 133" is_equal "$ended" 133
check "invoke-rc.d in level 6 leaves the policy out" grep -q 'initscript policy layer disabled' "$tree/root/said-in-6"
check "it does what it is asked" grep -qx 'status 0' "$tree/root/said-in-6"
check "no policy was asked" test ! -e "$tree/root/policy-asked"

put_policy
check "the tree starts again" start tools
check "its runlevel is reached again" poll_until 60 is_running tools
check "what was enabled before runs after a boot" poll_until 20 lives /run/hello.pid
check "status names it" poll_until 20 status_agrees tools hello /run/hello.pid
put_policy 101
end tools
check "the runtime's stop ends with 0" is_equal "$ended" 0
check "the runtime's stop takes well under 10 s" is_less "$took" 8000
check "invoke-rc.d in level 0 leaves the policy out" grep -q 'initscript policy layer disabled' "$tree/root/said-in-0"
check "it does what it is asked in level 0" grep -qx 'status 0' "$tree/root/said-in-0"
check "no policy was asked in level 0" test ! -e "$tree/root/policy-asked"
if [ "$failures" -gt 0 ]; then
    container_log tools | tail -n 60
fi
finish

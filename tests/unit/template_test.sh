#!/bin/sh
# SPDX-License-Identifier: MIT
# packaging/template/my-service under each shell, in a root of the test's own, with a daemon behind it: every verb, with LSB's exit
# codes, and what its header says to rcinit. One line a case.

here=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/unit/lib_root.sh
. "$here/tests/unit/lib_root.sh"
in_each_shell 'the template' "$@"
new_root

script=/etc/rc.d/init.d/my-service
sed 's|^exec=.*|exec=/opt/my-service|' "$here/packaging/template/my-service" >"$root$script"
chmod 755 "$root$script"
mkdir "$root/opt"
cat >"$root/opt/daemon" <<'END'
#!/bin/sh
if [ "$1" = --there ]; then
    trap 'echo reloaded >>/var/log/my-service' HUP
    trap 'exit 0' TERM
    echo $$ >/var/run/my-service.pid
    while :; do
        sleep 0.1 &
        wait "$!"
    done
fi
[ "${1:-}" != fail ] || exit 3
rm -f /var/run/my-service.pid
setsid /bin/sh "$0" --there </dev/null >/dev/null 2>&1 &
while [ ! -s /var/run/my-service.pid ]; do sleep 0.05; done
echo "options: $*" >>/var/log/my-service
END
chmod 755 "$root/opt/daemon"

call() { # call VERB: sets output and result
    output=$(inside "$script" "$@" 2>&1)
    result=$?
}
there() { [ -e "$root/$1" ] && echo "${1##*/}"; }

call
claim 'no verb is a wrong use' "$result ${output#*my-service }" '2 {start|stop|restart|condrestart|try-restart|reload|force-reload|status}'
call dance
claim 'so is a verb that it does not have' "$result" 2
call start
claim 'start without the program' "$result$output" 5
mv "$root/opt/daemon" "$root/opt/my-service"
call start
claim 'start without the configuration' "$result$output" 6
: >"$root/etc/my-service.conf"
call status
claim 'status when stopped' "$result $output" '3 my-service is stopped'
call stop
claim 'stop when stopped' "$result$output" 0
call reload
claim 'reload when stopped' "$result$output" 7
call condrestart
claim 'condrestart when stopped' "$result$output" 0
echo 'OPTIONS=fail' >"$root/etc/sysconfig/my-service"
call start
claim 'a start that fails' "$result $output$(there var/lock/subsys/my-service)" '3 Starting my-service: [FAILED]'
echo 'OPTIONS="one  two"' >"$root/etc/sysconfig/my-service"
call start
claim 'a start' "$result $output" '0 Starting my-service: [  OK  ]'
claim 'it has its lock and its words' "$(there var/lock/subsys/my-service) $(cat "$root/var/log/my-service")" 'my-service options: one two'
pid=$(cat "$root/var/run/my-service.pid")
call status
claim 'status when it runs' "$result $output" "0 my-service (pid  $pid) is running..."
call start
claim 'start when it runs' "$result$output $(cat "$root/var/run/my-service.pid")" "0 $pid"
call reload
claim 'reload' "$result $output" '0 Reloading my-service: [  OK  ]'
claim 'the daemon is told' "$(wait_until grep -q reloaded "$root/var/log/my-service" && echo told)" told
call force-reload
claim 'force-reload' "$result" 0
call try-restart
claim 'try-restart when it runs' "$result $output" '0 Stopping my-service: [  OK  ]
Starting my-service: [  OK  ]'
claim 'another process runs then' "$([ "$(cat "$root/var/run/my-service.pid")" != "$pid" ] && echo another)" another
kill -KILL "$(cat "$root/var/run/my-service.pid")"
wait_until sh -c "! [ -d /proc/$(cat "$root/var/run/my-service.pid") ]"
call status
claim 'status when it died' "$result $output" '1 my-service dead but pid file exists'
rm "$root/var/run/my-service.pid"
call status
claim 'status when only the lock is left' "$result $output" '2 my-service dead but subsys locked'
call restart
claim 'restart of what is stopped starts it' "$result $output" '0 Starting my-service: [  OK  ]'
call stop
claim 'stop' "$result $output" '0 Stopping my-service: [  OK  ]'
claim 'nothing is left' "$(there var/run/my-service.pid)$(there var/lock/subsys/my-service)" ''
# A user of the root without rights, where namespaces let one become it.
if inside setpriv --reuid 65534 true 2>/dev/null; then
    claim 'without rights' "$(for each in start stop status dance; do inside setpriv --reuid 65534 "$script" "$each" >/dev/null 2>&1; echo $?; done)" '4
4
3
2'
else
    echo "skip - $shell: without rights: this namespace knows one user only"
fi
program=${RCINIT:-$here/build/debug/rcinit}
if [ "$shell" = dash ] && [ -x "$program" ]; then
    header=$("$program" header --json "$root$script")
    claim 'rcinit reads its numbers' "$(printf '%s' "$header" | grep -o '"chkconfig":{[^}]*}')" '"chkconfig":{"levels":"345","start":85,"stop":15}'
    claim 'rcinit reads what it needs' "$(printf '%s' "$header" | grep -o '"required_start":[^]]*]')" "\"required_start\":[\"\$local_fs\",\"\$network\"]"
elif [ "$shell" = dash ]; then
    echo 'skip - dash: rcinit reads the header: it is not built'
fi
claim 'nothing starts the template where it lies' "$(find "$here/rc.d" "$here/etc" -name 'my-service*')" ''
exit "$failed"

# shellcheck shell=sh disable=SC2154    # the shared variables are set by the library this one goes with
# SPDX-License-Identifier: MIT
#
# Gives a writable tree the shape of a CentOS 6 image: /etc/rc.d with its links, scripts with chkconfig headers that
# use daemon, killproc and status and keep locks under /var/lock/subsys, an inittab that holds initdefault only.

# redhat_script TREE NAME START STOP PROGRAM ARGUMENTS PIDFILE [BEFORE]
redhat_script() {
    cat >"$1/etc/rc.d/init.d/$2" <<END
#!/bin/sh
#
# $2        starts and stops $2
#
# chkconfig: 2345 $3 $4
# description: $2 of the image tests
# processname: ${5##*/}
# pidfile: $7

. /etc/rc.d/init.d/functions

prog=$2
exec=$5
pidfile=$7
lockfile=/var/lock/subsys/$2

start() {
    [ -x "\$exec" ] || exit 5
    ${8:-:}
    printf 'Starting %s: ' "\$prog"
    daemon --pidfile="\$pidfile" \$exec $6
    retval=\$?
    echo
    [ "\$retval" -eq 0 ] && touch "\$lockfile"
    return "\$retval"
}

stop() {
    printf 'Stopping %s: ' "\$prog"
    killproc -p "\$pidfile" \$exec
    retval=\$?
    echo
    [ "\$retval" -eq 0 ] && rm -f "\$lockfile"
    return "\$retval"
}

case \$1 in
    start | stop) "\$1" ;;
    restart) stop; start ;;
    status) status -p "\$pidfile" \$exec ;;
    *) echo "Usage: \$0 {start|stop|restart|status}"; exit 2 ;;
esac
END
    chmod 755 "$1/etc/rc.d/init.d/$2"
    local level
    for level in 2 3 4 5; do
        ln -s "../init.d/$2" "$1/etc/rc.d/rc$level.d/S$3$2"
    done
    for level in 0 1 6; do
        ln -s "../init.d/$2" "$1/etc/rc.d/rc$level.d/K$4$2"
    done
}

# redhat_shape TREE: the folders; the tree's own scripts go.
redhat_shape() {
    local level
    rm -rf -- "$1"/etc/rc?.d "$1/etc/init.d" "$1/etc/inittab"
    mkdir -p -- "$1/etc/rc.d/init.d" "$1/etc/sysconfig" "$1/var/lock/subsys"
    for level in 0 1 2 3 4 5 6; do
        mkdir -p -- "$1/etc/rc.d/rc$level.d"
        ln -s "rc.d/rc$level.d" "$1/etc/rc$level.d"
    done
    ln -s rc.d/init.d "$1/etc/init.d"
    ln -sf bash "$1/bin/sh"
    # Their /var/run and /var/lock are folders of the image, as on CentOS 6.
    rm -f -- "$1/var/run" "$1/var/lock"
    mkdir -p -- "$1/var/run" "$1/var/lock/subsys"
    cp -- "$top/rc.d/init.d/functions" "$1/etc/rc.d/init.d/functions"
    printf 'CentOS release 6.10 (Final)\n' >"$1/etc/system-release"
    printf 'NETWORKING=yes\nHOSTNAME=localhost.localdomain\n' >"$1/etc/sysconfig/network"
    printf '# The rest is started elsewhere.\nid:3:initdefault:\n' >"$1/etc/inittab"
}

# redhat_services TREE: the services that the tests use, in the order that such trees have.
redhat_services() {
    redhat_script "$1" rsyslog 12 88 /usr/sbin/rsyslogd '-i /var/run/syslogd.pid' /var/run/syslogd.pid
    redhat_script "$1" messagebus 22 85 /usr/bin/dbus-daemon '--system' /run/dbus/pid 'mkdir -p /run/dbus'
    redhat_script "$1" sshd 55 25 /usr/sbin/sshd '' /run/sshd.pid 'mkdir -p /run/sshd'
    redhat_script "$1" redis 65 15 /usr/bin/redis-server \
        '/etc/redis/redis.conf --daemonize yes --pidfile /var/run/redis.pid' /var/run/redis.pid
    redhat_script "$1" nginx 85 15 /usr/sbin/nginx '' /run/nginx.pid
    redhat_script "$1" crond 90 60 /usr/sbin/cron '' /var/run/crond.pid
}

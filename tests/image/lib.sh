# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# What the image tests share: results, waiting for a condition, writable trees on top of a kept root, and one set of
# verbs for three ways to run a container: by plain namespaces, by podman and by docker. A container is a name; all
# that belongs to it lies in a folder of that name and goes when the test ends.

top=$(cd -- "$(dirname -- "$0")/../.." && pwd)
build=${RCINIT_BUILD:-$top/build}
init=${RCINIT:-$build/release/rcinit}
work=
way=
mounted=
# What the runtimes leave a container by default; the machine's clock, modules and mounts are out of its reach.
capabilities=-all,+chown,+dac_override,+fsetid,+fowner,+mknod,+net_raw,+setgid,+setuid,+setfcap,+setpcap
capabilities=$capabilities,+net_bind_service,+sys_chroot,+kill,+audit_write
failures=0
# What the verbs end and await give back.
ended=
took=

ok() { printf 'ok - %s%s\n' "${way:+$way: }" "$1"; }
skip() { printf 'skip - %s%s: %s\n' "${way:+$way, }" "$1" "$2"; }
not_ok() {
    failures=$((failures + 1))
    printf 'not ok - %s%s: %s\n' "${way:+$way, }" "$1" "$2"
}

# check CLAIM COMMAND...: the claim holds when the command succeeds; its last words are the reason otherwise.
check() {
    local claim
    claim=$1
    shift
    # In this shell, so that a container that is started here can be waited for here.
    if "$@" >"$work/said" 2>&1; then
        ok "$claim"
    else
        not_ok "$claim" "$(tail -n 1 "$work/said" | cut -c 1-200) ($*)"
    fi
}

# poll_until SECONDS COMMAND...: succeeds as soon as the command does, fails at the limit.
poll_until() {
    local until
    until=$(($(date +%s) + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        if [ "$(date +%s)" -ge "$until" ]; then
            # Once more, so that its words can be seen.
            "$@"
            return
        fi
        sleep 0.05
    done
}

now_ms() { date +%s%3N; }

# begin NAME: the work folder of this test; leaves with a skip where containers cannot be had.
begin() {
    if [ "$(id -u)" -ne 0 ]; then
        skip "$1" "needs root"
        exit 0
    fi
    if ! command -v debootstrap >/dev/null; then
        skip "$1" "needs debootstrap"
        exit 0
    fi
    if [ ! -x "$init" ]; then
        not_ok "$1" "$init is not built"
        exit 1
    fi
    mkdir -p -- "$build/image"
    work=$(mktemp -d "$build/image/run.XXXXXX")
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

finish() { [ "$failures" -eq 0 ]; }

# How the last container ended, for a reason.
ending() { printf 'exit status %s after %s ms' "$ended" "$took"; }

clean_up() {
    local folder
    for folder in "$work"/*/kind; do
        [ -e "$folder" ] || continue
        remove_container "$(basename -- "$(dirname -- "$folder")")"
    done
    stop_docker
    for folder in $mounted; do
        umount -l -- "$folder" 2>/dev/null
    done
    # What a runtime left mounted must go before the folder does.
    awk -v under="$work/" 'index($2, under) == 1 { print $2 }' /proc/mounts | sort -r | while read -r folder; do
        umount -l -- "$folder"
    done
    rm -rf -- "$work"
}

# new_tree NAME ROOT: a writable tree on top of a kept root; its path is $work/NAME.tree/root.
new_tree() {
    local folder
    folder=$work/$1.tree
    mkdir -p -- "$folder/upper" "$folder/work" "$folder/root"
    if ! mount -t overlay overlay -o "lowerdir=$2,upperdir=$folder/upper,workdir=$folder/work" "$folder/root" 2>/dev/null; then
        cp -a --reflink=auto -- "$2/." "$folder/root/"
        return
    fi
    mounted="$folder/root $mounted"
}

tree_of() { printf '%s/%s.tree/root\n' "$work" "$1"; }

# put_init TREE: the program and its names, as the recipe for images says.
put_init() {
    cp -- "$init" "$1/sbin/init"
    cp -- "$init" "$1/sbin/rcinit"
    if "$init" install --root "$1" >"$work/install.log" 2>&1; then
        ok "rcinit install makes the links in a tree"
    else
        not_ok "rcinit install makes the links in a tree" "$(tail -n 1 "$work/install.log")"
    fi
}

# -- podman and docker, each with folders of its own ------------------------------------------------------------

ready_podman() {
    command -v podman >/dev/null || return 1
    [ -e "$work/containers.conf" ] || cat >"$work/containers.conf" <<END
[containers]
netns = "none"
log_driver = "k8s-file"
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
END
    podman_ info >"$work/podman.log" 2>&1
}

podman_() {
    CONTAINERS_CONF=$work/containers.conf podman --root "$work/podman/root" --runroot "$work/podman/run" \
        --tmpdir "$work/podman/tmp" --storage-driver vfs "$@"
}

ready_docker() {
    command -v dockerd >/dev/null && command -v docker >/dev/null || return 1
    [ ! -e "$work/dockerd.pid" ] || return 0
    mkdir -p -- "$work/docker"
    # The options are words.
    # shellcheck disable=SC2086
    dockerd ${DOCKERD_OPTIONS:-} --iptables=false --ip6tables=false --bridge=none --data-root "$work/docker/data" --exec-root "$work/docker/exec" \
        --pidfile "$work/dockerd.pidfile" --host "unix://$work/docker.sock" \
        --default-ulimit nofile=4096:4096 --default-ulimit nproc=4096:4096 >"$work/dockerd.log" 2>&1 &
    printf '%s\n' "$!" >"$work/dockerd.pid"
    if ! poll_until 30 docker_ version >/dev/null 2>&1; then
        stop_docker
        return 1
    fi
}

docker_() { docker --host "unix://$work/docker.sock" "$@"; }

stop_docker() {
    local daemon
    [ -e "$work/dockerd.pid" ] || return 0
    daemon=$(cat -- "$work/dockerd.pid")
    rm -f -- "$work/dockerd.pid"
    kill "$daemon" 2>/dev/null
    wait "$daemon" 2>/dev/null
}

# ways [WAY...]: the ways that can be tried here, or those of them that were asked for.
ways() {
    local way_of
    for way_of in "${@:-namespaces podman docker}"; do
        # One word, or the three of them.
        # shellcheck disable=SC2086
        printf '%s\n' $way_of
    done | while read -r way_of; do
        case $way_of in
            # What the caller reads are the names alone; the log has both.
            podman)
                if ready_podman; then
                    printf 'podman\n'
                else
                    skip "containers by podman" "podman is not there, or does not work here" >&2
                fi
                ;;
            docker)
                if command -v dockerd >/dev/null; then
                    printf 'docker\n'
                else
                    skip "containers by docker" "dockerd is not installed" >&2
                fi
                ;;
            *) printf '%s\n' "$way_of" ;;
        esac
    done
}

# -- containers -------------------------------------------------------------------------------------------------

# create WAY NAME TREE [ARGUMENT...]: the arguments follow /sbin/init. With RUN_TMPFS=yes /run is a tmpfs.
create() {
    local folder kind name tree
    kind=$1
    name=$2
    tree=$3
    shift 3
    folder=$work/$name
    mkdir -p -- "$folder"
    printf '%s\n' "$kind" >"$folder/kind"
    printf '%s\n' "$tree" >"$folder/tree"
    case $kind in
        namespaces)
            printf '%s\n' "$*" >"$folder/arguments"
            printf '%s\n' "${RUN_TMPFS:-no}" >"$folder/tmpfs"
            : >"$folder/log"
            ;;
        podman)
            podman_ create --name "$name" --systemd="${SYSTEMD_MODE:-false}" --rootfs "$tree" /sbin/init "$@" >"$folder/create.log" 2>&1
            ;;
        docker)
            [ "$(docker_ images -q "$name")" ] ||
                tar -C "$tree" --one-file-system -c . | docker_ import - "$name" >"$folder/create.log" 2>&1
            docker_ create --network none --name "$name" "$name" /sbin/init "$@" >>"$folder/create.log" 2>&1
            ;;
    esac
}

kind_of() { cat -- "$work/$1/kind"; }

start() {
    case $(kind_of "$1") in
        namespaces) _start_namespaces "$1" ;;
        podman) podman_ start "$1" >"$work/$1/start.log" 2>&1 ;;
        docker) docker_ start "$1" >"$work/$1/start.log" 2>&1 ;;
    esac
}

_start_namespaces() {
    local folder
    folder=$work/$1
    rm -f -- "$folder/ready"
    # shellcheck disable=SC2016,SC2046    # expanded by the inner shells; the arguments are words
    unshare --pid --fork --kill-child --mount --uts --ipc --net --cgroup sh -c '
        root=$1; tmpfs=$2; ready=$3; caps=$4; shift 4
        set -e
        ip link set lo up
        mount --bind "$root" "$root"
        cd "$root"
        mount -t proc proc proc
        # Scripts of a real tree set kernel parameters; those of the machine stay as they are.
        for kept in sys sysrq-trigger; do
            [ -e "proc/$kept" ] || continue
            mount --bind "proc/$kept" "proc/$kept"
            mount -o remount,bind,ro "proc/$kept"
        done
        mount -t tmpfs -o mode=755 tmpfs dev
        for device in null,1,3 zero,1,5 full,1,7 random,1,8 urandom,1,9 tty,5,0; do
            name=${device%%,*}; numbers=${device#*,}
            mknod -m 666 "dev/$name" c "${numbers%,*}" "${numbers#*,}"
        done
        mkdir dev/pts dev/shm
        mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts dev/pts
        mount -t tmpfs -o mode=1777 tmpfs dev/shm
        ln -s pts/ptmx dev/ptmx
        ln -s /proc/self/fd dev/fd
        [ "$tmpfs" != yes ] || mount -t tmpfs -o mode=755 tmpfs run
        : >"$ready"
        pivot_root . .
        umount -l .
        exec setpriv --bounding-set "$caps" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin container=other /sbin/init "$@"' \
        sh "$(cat -- "$folder/tree")" "$(cat -- "$folder/tmpfs")" "$folder/ready" "$capabilities${EXTRA_CAPABILITIES:-}" $(cat -- "$folder/arguments") \
        >>"$folder/log" 2>&1 </dev/null &
    printf '%s\n' "$!" >"$folder/job"
    poll_until 10 test -e "$folder/ready"
}

# The pid of a container's PID 1, as the host sees it.
host_pid() {
    local job
    case $(kind_of "$1") in
        namespaces)
            job=$(cat -- "$work/$1/job")
            [ -e "/proc/$job/task/$job/children" ] && tr -d ' ' <"/proc/$job/task/$job/children"
            ;;
        podman) podman_ inspect --format '{{.State.Pid}}' "$1" ;;
        docker) docker_ inspect --format '{{.State.Pid}}' "$1" ;;
    esac
}

# run_inside NAME COMMAND...: as the runtime's exec does it. A client that hangs is ended inside.
run_inside() {
    local name
    name=$1
    shift
    set -- timeout 30 "$@"
    case $(kind_of "$name") in
        namespaces)
            nsenter --target "$(host_pid "$name")" --mount --uts --ipc --net --pid --cgroup --root --wd -- \
                setpriv --bounding-set "$capabilities${EXTRA_CAPABILITIES:-}" "$@"
            ;;
        podman) podman_ exec -i "$name" "$@" ;;
        docker) docker_ exec -i "$name" "$@" ;;
    esac
}

container_log() {
    case $(kind_of "$1") in
        namespaces) cat -- "$work/$1/log" ;;
        podman) podman_ logs "$1" 2>&1 ;;
        docker) docker_ logs "$1" 2>&1 ;;
    esac
}

# await NAME: waits for the end; sets ended to the exit status.
await() {
    case $(kind_of "$1") in
        namespaces)
            ended=0
            wait "$(cat -- "$work/$1/job")" || ended=$?
            ;;
        podman) ended=$(podman_ wait "$1") ;;
        docker) ended=$(docker_ wait "$1") ;;
    esac
}

# kill_after SECONDS PID: to be run in the background; TERM calls it off.
kill_after() {
    local pause
    exec >/dev/null 2>&1
    sleep "$1" &
    pause=$!
    trap 'kill "$pause"; exit 0' TERM
    wait "$pause" && kill -s KILL -- "$2"
}

# end NAME: the runtime's stop with a grace period of 10 s; sets ended and took (ms).
end() {
    local began pid watchdog
    began=$(now_ms)
    case $(kind_of "$1") in
        namespaces)
            pid=$(host_pid "$1")
            kill -s TERM -- "$pid"
            # What a runtime does at the end of the grace period.
            kill_after 10 "$pid" &
            watchdog=$!
            await "$1"
            kill "$watchdog" 2>/dev/null
            ;;
        podman) podman_ stop --time 10 "$1" >/dev/null 2>&1; await "$1" ;;
        docker) docker_ stop --time 10 "$1" >/dev/null 2>&1; await "$1" ;;
    esac
    took=$(($(now_ms) - began))
}

# crash NAME: the end without any stop.
crash() {
    case $(kind_of "$1") in
        namespaces) kill -s KILL -- "$(host_pid "$1")"; await "$1" ;;
        podman) podman_ kill --signal KILL "$1" >/dev/null; await "$1" ;;
        docker) docker_ kill --signal KILL "$1" >/dev/null; await "$1" ;;
    esac
}

remove_container() {
    local pid
    case $(kind_of "$1") in
        namespaces)
            pid=$(host_pid "$1" 2>/dev/null) || pid=
            if [ -n "$pid" ]; then
                kill -s KILL -- "$pid" 2>/dev/null
            fi
            ;;
        podman) podman_ rm --force --time 0 "$1" >/dev/null 2>&1 ;;
        docker) docker_ rm --force "$1" >/dev/null 2>&1 ;;
    esac
    rm -rf -- "${work:?}/$1"
}

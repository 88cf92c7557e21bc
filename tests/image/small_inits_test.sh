#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The program as the init that podman and docker put in front of a command, and as a pod's pause program whose PID namespace the
# pod's containers share. The containers hold nothing but busybox.
set -u

# shellcheck source=tests/image/lib.sh
. "$(dirname -- "$0")/lib.sh"

begin "small inits under podman and docker"
if ! busybox=$(command -v busybox); then
    skip "small inits under podman and docker" "busybox is not installed"
    exit 0
fi

# One file and links to it, as a runtime's configuration names them; a root without any init.
links=$work/links
root=$work/box
mkdir -p -- "$links" "$root/bin" "$root/proc" "$root/dev" "$root/sys" "$root/run" "$root/tmp" "$root/etc" "$root/sbin"
for name in catatonit docker-init pause; do
    cp -- "$init" "$links/$name"
done
cp -- "$busybox" "$root/bin/busybox"
for name in sh sleep cat ps kill true id tr; do
    ln -s busybox "$root/bin/$name"
done
: >"$root/etc/passwd"

says() { # says WORDS COMMAND...: the command's output holds the words
    local words
    words=$1
    shift
    "$@" >"$work/output" 2>&1
    tr '\0\n' '  ' <"$work/output"
    tr '\0\n' '  ' <"$work/output" | grep -qF -- "$words"
}

ends_with() { # ends_with STATUS COMMAND...
    local wanted status
    wanted=$1
    shift
    status=0
    "$@" >"$work/output" 2>&1 || status=$?
    tail -n 1 "$work/output"
    printf 'status %s\n' "$status"
    [ "$status" -eq "$wanted" ]
}

# A command that is told to stop says so with its status.
# shellcheck disable=SC2016    # expanded in the container
waits='trap "exit 5" TERM; echo ready; while :; do sleep 0.1; done'
# Orphans that end at once are gone when none is a zombie. The last look is the one that counts: a command beside it may
# have one of its own for a moment.
# shellcheck disable=SC2016
makes_orphans='i=0; while [ $i -lt 20 ]; do (sleep 0.01 & ) ; i=$((i+1)); done; n=0
    while zombies=$(ps -o stat | grep -c Z); [ "$zombies" -gt 0 ] && [ $n -lt 200 ]; do sleep 0.05; n=$((n+1)); done
    printf "zombies %s end\n" "$zombies"'

# is_stopped RUNTIME NAME: TERM reaches the command and its status comes back, well inside the grace period.
is_stopped() {
    local began status
    began=$(now_ms)
    poll_until 20 logs_say "$1" "$2" ready || return 1
    "$1" stop --time 10 "$2" >/dev/null 2>&1
    status=$("$1" wait "$2" 2>/dev/null) || status=$("$1" inspect --format '{{.State.ExitCode}}' "$2")
    printf 'status %s after %s ms\n' "$status" "$(($(now_ms) - began))"
    [ "$status" -eq 5 ] && [ "$(($(now_ms) - began))" -lt 9000 ]
}

logs_say() { "$1" logs "$2" 2>&1 | grep -q "$3"; }

under_podman() {
    way=podman
    set -- run --rm --network none --init --init-path "$links/catatonit" --rootfs "$root:O"
    podman_ "$@" /bin/true >"$work/podman.try" 2>&1 || set -- run --rm --network none --init --init-path "$links/catatonit" --rootfs "$root"
    check "PID 1 is the program in the place of podman-init" says "/run/podman-init -- /bin/cat" podman_ "$@" /bin/cat /proc/1/cmdline
    check "it tells that it is" says "rcinit" podman_ "$@" /bin/sh -c '/run/podman-init --version'
    check "the command's status is the container's" ends_with 7 podman_ "$@" /bin/sh -c 'exit 7'
    check "a missing command ends it" ends_with 1 podman_ "$@" /nowhere/x
    check "a signal's end is 128 and more" ends_with 137 podman_ "$@" /bin/sh -c 'kill -9 $$'
    # shellcheck disable=SC2016
    check "orphans are reaped" says "zombies 0 end" podman_ "$@" /bin/sh -c "$makes_orphans"
    podman_ run -d --name waits --network none --init --init-path "$links/catatonit" --rootfs "$root" /bin/sh -c "$waits" >"$work/podman.log" 2>&1
    check "podman stop reaches the command" is_stopped podman_ waits
    podman_ rm --force --time 0 waits >/dev/null 2>&1
}

under_docker() {
    way=docker
    tar -C "$root" -c . | docker_ import - box >"$work/docker.log" 2>&1
    set -- run --rm --network none --init box
    check "dockerd reads the version" says "docker-init 0.19.0" docker_ version --format '{{range .Server.Components}}{{.Name}} {{.Version}};{{end}}'
    check "PID 1 is the program in the place of docker-init" says "/sbin/docker-init -- /bin/cat" docker_ "$@" /bin/cat /proc/1/cmdline
    check "it tells that it is" says "rcinit" docker_ "$@" /bin/sh -c '/sbin/docker-init --version'
    check "the command's status is the container's" ends_with 7 docker_ "$@" /bin/sh -c 'exit 7'
    check "a missing command ends it" ends_with 127 docker_ "$@" /nowhere/x
    check "orphans are reaped" says "zombies 0 end" docker_ "$@" /bin/sh -c "$makes_orphans"
    docker_ run -d --name waits --network none --init box /bin/sh -c "$waits" >"$work/docker.log" 2>&1
    check "docker stop reaches the command" is_stopped docker_ waits
    docker_ rm --force waits >/dev/null 2>&1
}

# The pod's containers see the pause program as PID 1 and leave their orphans to it.
under_a_pod() {
    local infra began
    way="podman pod"
    cp -- "$links/pause" "$root/pause"
    tar -C "$root" -c . | podman_ import - localhost/box:1 >"$work/podman.log" 2>&1
    tar -C "$root" -c . | podman_ import --change 'ENTRYPOINT ["/pause"]' - localhost/pause:1 >>"$work/podman.log" 2>&1
    sed -i 's,^\[engine\],&\ninfra_image = "localhost/pause:1",' "$work/containers.conf"
    cat >"$work/pod.yaml" <<END
apiVersion: v1
kind: Pod
metadata:
  name: shared
spec:
  shareProcessNamespace: true
  restartPolicy: Never
  containers:
  - name: first
    image: localhost/box:1
    imagePullPolicy: Never
    command: [/bin/sh, -c, '$waits']
  - name: second
    image: localhost/box:1
    imagePullPolicy: Never
    command: [/bin/sh, -c, '$waits']
END
    if ! podman_ play kube --network none "$work/pod.yaml" >"$work/play.log" 2>&1; then
        not_ok "a pod starts with the program as its pause" "$(tail -n 1 "$work/play.log")"
        return
    fi
    ok "a pod starts with the program as its pause"
    check "PID 1 of both containers is the pause program" says "/pause" podman_ exec shared-first /bin/cat /proc/1/cmdline
    check "the second one too" says "/pause" podman_ exec shared-second /bin/cat /proc/1/cmdline
    check "it is ours" says "rcinit" podman_ exec shared-first /pause -v
    check "orphans of a container are reaped" says "zombies 0 end" podman_ exec shared-first /bin/sh -c "$makes_orphans"
    check "a container's stop reaches its command" is_stopped podman_ shared-first
    check "and leaves the other alone" says "true" podman_ inspect --format '{{.State.Running}}' shared-second
    infra=$(podman_ pod inspect --format '{{.InfraContainerID}}' shared)
    began=$(now_ms)
    podman_ pod stop --time 10 shared >"$work/stop.log" 2>&1
    check "the pause program ends with 0" says "0" podman_ inspect --format '{{.State.ExitCode}}' "$infra"
    check "and in time" test "$(($(now_ms) - began))" -lt 9000
    podman_ pod rm --force --time 0 shared >/dev/null 2>&1
}

if ready_podman; then
    under_podman
    under_a_pod
else
    skip "the program as podman-init and as a pod's pause" "podman cannot be run here"
fi
way=
DOCKERD_OPTIONS="--init-path $links/docker-init"
if ready_docker; then
    under_docker
else
    skip "the program as docker-init" "docker cannot be run here"
fi
way=
finish

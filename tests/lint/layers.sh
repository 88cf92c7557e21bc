#!/bin/sh
# SPDX-License-Identifier: MIT
# The rules of the source that no compiler checks: who may include whom, that headers compile alone, the size of files, and that signals
# are sent through one door. Prints one line a rule; exit 1 on any `not ok`. With `--quick` headers are not compiled;
# else those that no source begins with are, since the build compiles the others, and in a long run (RCINIT_LONG=yes) all of them.

cd "$(dirname "$0")/../.." || exit 1
failed=0

report() { # report CLAIM FAULTS
    if [ -z "$2" ]; then
        echo "ok - $1"
    else
        printf '%s\n' "$2" | while read -r fault; do
            echo "not ok - $1: $fault"
        done
        failed=1
    fi
}

sources() {
    find sbin -type f \( -name '*.h' -o -name '*.cc' \) | sort
}

# Layers that a layer may include, its own among them. The build gives each layer the include folders of its row and no other; here
# the row itself is held, and that tests of the tree alone link no PID 1.
allowed() {
    case $1 in
    model) echo 'model' ;;
    world) echo 'world model' ;;
    system) echo 'system world model' ;;
    small) echo 'small system' ;;
    keeper) echo 'keeper system world model' ;;
    tree) echo 'tree system world model' ;;
    text) echo 'text world model' ;;
    supervisor) echo 'supervisor tree world model' ;;
    control) echo 'control text system world model' ;;
    host) echo 'host control keeper text system world model' ;;
    lint) echo 'lint tree text world model' ;;
    *) echo 'applets host supervisor lint control keeper tree text small system world model' ;;
    esac
}

# include_faults FILE
include_faults() {
    layer=${1#sbin/}
    layer=${layer%%/*}
    sed -n 's/^#include "\([^"]*\)".*/\1/p' "$1" | while read -r included; do
        case $included in
        */*) ;;
        *) echo "$1 includes \"$included\" without its layer" && continue ;;
        esac
        case " $(allowed "$layer") " in
        *" ${included%%/*} "*) ;;
        *) echo "$1 includes $included" ;;
        esac
    done
}

# Only the program that is PID 1 knows what PID 1 is made of; a tool that looks at a tree links none of it.
pid_1_faults() {
    grep -lE '^#include "(supervisor|host|keeper)/' sbin/applets/* | grep -v '^sbin/applets/init\.cc$'
}

# Applets are wired by applets.h and know nothing of each other; shutdown.cc has shutdown_notice.h for itself.
applet_faults() {
    for file in sbin/applets/*.cc sbin/applets/*.h; do
        own=${file##*/}
        own=${own%.*}
        sed -n 's/^#include "applets\/\([^"]*\)\.h".*/\1/p' "$file" | while read -r included; do
            [ "$included" = applets ] || [ "${included%%_*}" = "${own%%_*}" ] || echo "$file includes $included.h"
        done
    done
}

system_faults() {
    grep -nE '^#include <(sys/|unistd|fcntl|signal|boost/(asio|process|filesystem))' sbin/model/*.h sbin/model/*.cc |
        grep -v '<sys/types\.h>' # types only
    grep -nE '^#include <boost/asio' sbin/supervisor/* sbin/keeper/* sbin/world/* sbin/tree/* sbin/text/*
    grep -rnE --include='*.h' --include='*.cc' '^#include <iostream>' sbin
}

# The small inits run before the program's constructors, without heap, stdio, C++ strings and containers.
small_faults() {
    grep -nE '^#include <(boost/.*|fmt/.*|string|string_view|vector|memory|functional|map|iostream|cstdio|stdio\.h)>' sbin/small/*
    sed -e 's/"[^"]*"//g' -e 's,//.*,,' sbin/small/*.cc | grep -nE "(^|[^[:alnum:]_])(new [a-zA-Z]|(malloc|calloc|[a-z]*printf) *[(])"
}

# Comments and strings aside, kill(2) and its relatives are called in one file.
kill_faults() {
    sources | grep -v '^sbin/system/signal_process\.cc$' | while read -r file; do
        sed -e 's/"[^"]*"//g' -e 's,//.*,,' "$file" |
            grep -nE '(^|[^[:alnum:]_.>])(::)?((kill|killpg|tgkill) *\(|SYS_(kill|tgkill|tkill|pidfd_send_signal))' |
            sed "s,^,$file:,"
    done
}

size_faults() {
    find sbin tests rc.d packaging -type f -not -path 'tests/data/*' -not -name 'stock_script*table*.cc' \
        -not -name 'stock_checksums.cc' | sort | while read -r file; do
        lines=$(wc -l <"$file")
        [ "$lines" -le 500 ] || echo "$file has $lines lines"
    done
}

head_faults() {
    sources | while read -r file; do
        head -n 1 "$file" | grep -q '^// SPDX-License-Identifier: MIT$' || echo "$file does not begin with its licence"
        case $file in
        *.h) grep -q '^#pragma once$' "$file" || echo "$file has no #pragma once" ;;
        esac
    done
}

# A source begins with the header of its name, which the build so compiles alone, with the include folders of its layer.
own_header_faults() {
    sources | grep '\.cc$' | while read -r file; do
        header=${file%.cc}.h
        first=$(sed -n '/^#include/{s/^#include "\([^"]*\)".*/\1/p;q}' "$file")
        [ ! -f "$header" ] || [ "sbin/$first" = "$header" ] || echo "$file does not"
    done
}

# The headers that no source begins with; in a long run every one.
headers_without_source() {
    sources | grep '\.h$' | while read -r file; do
        [ "${RCINIT_LONG:-no}" != yes ] && [ -f "${file%.h}.cc" ] || echo "$file"
    done
}

# Each with the include folders of its layer alone; as many at once as there are processors.
header_faults() {
    include=$(mktemp -d)
    for folder in sbin/*/; do
        name=$(basename "$folder")
        mkdir "$include/$name" && ln -s "$PWD/sbin/$name" "$include/$name/$name"
    done
    # shellcheck disable=SC2016    # the inner shell expands them
    headers_without_source | while read -r file; do
        layer=${file#sbin/}
        layer=${layer%%/*}
        printf '%s' "$file"
        for name in $(allowed "$layer"); do
            printf ' -I%s' "$include/$name"
        done
        echo
    done | compiler=$compiler xargs -P "$(getconf _NPROCESSORS_ONLN)" -L 1 sh -c '
        header=$1
        shift
        "$compiler" -std=c++20 -fsyntax-only -DBOOST_ASIO_SEPARATE_COMPILATION \
            -DBOOST_PROCESS_V2_SEPARATE_COMPILATION "$@" -include "$header" -x c++ /dev/null >/dev/null 2>&1 ||
            echo "$header does not"' sh
    rm -rf -- "$include"
}

report 'layers include only what they may' "$(sources | while read -r file; do include_faults "$file"; done)"
report 'only init.cc knows what PID 1 is made of' "$(pid_1_faults)"
report 'applets do not know each other' "$(applet_faults)"
report 'the model makes no system call, and only the host and the applets know the event loop' "$(system_faults)"
report 'the small inits need no constructor, heap or stdio' "$(small_faults)"
report 'signals are sent through one door' "$(kill_faults)"
report 'no file is longer than 500 lines' "$(size_faults)"
report 'sources begin with their licence' "$(head_faults)"
report 'a source begins with its own header' "$(own_header_faults)"
compiler=${CXX:-c++}
if [ "${1:-}" = --quick ]; then
    echo 'skip - headers compile alone: left out by --quick'
elif command -v "$compiler" >/dev/null; then
    report 'headers compile alone' "$(header_faults)"
else
    echo 'skip - headers compile alone: there is no compiler'
fi
exit "$failed"

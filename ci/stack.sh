#!/usr/bin/env bash
# The real outside systems on this machine, for tests, benchmarks and people: started, stopped, and gone without a trace.
#
#   ci/stack.sh up [PART…]            gets what is missing, starts all parts or those, waits until they answer
#   ci/stack.sh down                  stops everything and removes the data
#   ci/stack.sh status                up or down, port, pid, since when, version; 1 if a part is not up
#   ci/stack.sh env                   TASKBOT_… lines that point at the parts of this stack
#   ci/stack.sh start PART            as `up PART`: same port, same data
#   ci/stack.sh stop PART [--kill]    gently, or with SIGKILL
#   ci/stack.sh install [PART…]       gets what is missing, starts nothing
#
# Parts: postgres, kafka. Each has a file in ci/stack/, which says what it is and where it comes from.
#
# Point a program at it with: set -a; eval "$(ci/stack.sh env)"; set +a
#
#   STACK_DIR=target/stack            data, ports, passwords, logs; with another folder a second stack runs beside it
#   STACK_KAFKA_TLS=                  if set: Kafka is behind TLS and a password, as managed brokers are
#
# Everything listens on 127.0.0.1, on free ports that are chosen once and kept until `down`. What is installed is kept
# in ~/.cache/taskbot (or $XDG_CACHE_HOME/taskbot) and serves every stack.
set -euo pipefail
from=$PWD
# shellcheck source=ci/lib.sh
. "$(dirname "$0")/lib.sh"

STACK_DIR=${STACK_DIR:-$PWD/target/stack}
[[ $STACK_DIR == /* ]] || STACK_DIR=$from/$STACK_DIR
STACK_DIR=$(realpath -m "$STACK_DIR")

# shellcheck source=ci/stack/process.sh
. ci/stack/process.sh
# shellcheck source=ci/stack/postgres.sh
. ci/stack/postgres.sh
# shellcheck source=ci/stack/kafka.sh
. ci/stack/kafka.sh
# shellcheck source=ci/stack/kafka-tls.sh
. ci/stack/kafka-tls.sh

# A part NAME brings these functions, and is named here in the order of starting:
#   NAME_install   gets its programs, if they are not there
#   NAME_start     writes its configuration and spawns it, without waiting
#   NAME_ready     whether it answers now
#   NAME_settle    what is left to do once it answers; may be repeated
#   NAME_stop      ends it gently
#   NAME_remove    removes what it keeps outside its folder
#   NAME_env       what points a program at it
#   NAME_version
parts=(postgres kafka)

# The first lines of this file, without the marks.
usage() {
    sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "ci/stack.sh"
}

# known PART… - ends if one of them is none.
known() {
    local name
    for name in "$@"; do
        [[ " ${parts[*]} " == *" $name "* ]] || fail "There is no part $name. Parts: ${parts[*]}"
    done
}

# runs PART - whether it can be left to itself: it answers, or is alive and not just dying of a SIGKILL.
runs() {
    pid_of "$1" >/dev/null && { "$1_ready" || { sleep 0.5 && pid_of "$1" >/dev/null; }; }
}

# start_parts PART… - brings each to where it should be, wherever it stands. What runs is left alone.
start_parts() {
    local name running=0
    for name in "$@"; do "${name}_install"; done
    for name in "$@"; do
        if runs "$name"; then
            running=$((running + 1))
        else
            step "starting $name"
            port_is_ours "$name"
            "${name}_start"
        fi
    done
    for name in "$@"; do
        await "$name"
        "${name}_settle"
    done
    if [[ $running -eq $# ]]; then
        step "already up: $*"
    else
        step "up: $*"
    fi
}

# stop_part PART [--kill]
stop_part() {
    case ${2:-} in
        '') "$1_stop" ;;
        --kill) end "$1" KILL ;;
        *) fail "stop PART [--kill], not $2" ;;
    esac
}

down() {
    local name
    [[ -e $STACK_DIR/$mark ]] || { step "nothing to take down in $STACK_DIR" && return; }
    lock
    for name in "${parts[@]}"; do
        if pid_of "$name" >/dev/null; then
            step "stopping $name"
            "${name}_stop"
        fi
        "${name}_remove"
        rm -rf "$(place "$name")"
    done
    rm -f "$STACK_DIR/$mark" "$STACK_DIR/lock"
    rmdir "$STACK_DIR" 2>/dev/null || true
    step "down: $STACK_DIR is removed"
}

status() {
    local name pid port all=0
    for name in "${parts[@]}"; do
        port=$(cat "$(place "$name")/port" 2>/dev/null || echo -)
        if pid=$(pid_of "$name") && "${name}_ready"; then
            printf '%-9s up    port %-6s pid %-8s since %s  %s\n' \
                "$name" "$port" "$pid" "$(since "$name")" "$("${name}_version")"
        else
            printf '%-9s down  port %-6s%s\n' "$name" "$port" "${pid:+ pid $pid does not answer, see $(place "$name")/log}"
            all=1
        fi
    done
    return "$all"
}

# Only parts that were set up, running or not: a program that is to be tried without Kafka is still pointed at it.
print_env() {
    local name
    for name in "${parts[@]}"; do
        [[ ! -s $(place "$name")/port ]] || "${name}_env"
    done
}

command=${1:-}
[[ $# -eq 0 ]] || shift
case $command in
    up | start | install)
        [[ $command != start || $# -eq 1 ]] || fail "start PART. Parts: ${parts[*]}"
        known "$@"
        [[ $# -gt 0 ]] || set -- "${parts[@]}"
        if [[ $command == install ]]; then
            for part in "$@"; do "${part}_install"; done
            step "installed: $*"
        else
            claim
            lock
            start_parts "$@"
        fi
        ;;
    stop)
        [[ $# -ge 1 && $# -le 2 ]] || fail "stop PART [--kill]. Parts: ${parts[*]}"
        known "$1"
        [[ -e $STACK_DIR/$mark ]] || fail "There is no stack in $STACK_DIR: ci/stack.sh up"
        lock
        stop_part "$@"
        step "stopped: $1"
        ;;
    down) down ;;
    status) status ;;
    env) print_env ;;
    help | -h | --help) usage ;;
    *)
        usage >&2
        exit 2
        ;;
esac

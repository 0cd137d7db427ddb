#!/usr/bin/env bash
# Taskbot on a Kafka behind TLS and a password, as managed brokers such as Redpanda Cloud offer it: a command over HTTP
# becomes a row of the audit log; a wrong password and an unknown authority are refused in words.
#
# Builds the program with the feature kafka-tls (OpenSSL from source: the first time takes minutes). PostgreSQL and Kafka
# are its own (ci/stack.sh), and nothing is left running.
set -euo pipefail
# shellcheck source=ci/lib.sh
. "$(dirname "$0")/lib.sh"

need_packages cc=build-essential cmake=cmake perl=perl curl=curl openssl=openssl
need_rust
for name in $(compgen -e | grep '^TASKBOT_' || true); do unset "$name"; done

export STACK_DIR STACK_KAFKA_TLS=yes
STACK_DIR=$(mktemp -d -p "${TMPDIR:-/var/tmp}" taskbot-tls.XXXXXX)
folder=$(mktemp -d)
running=''
stack=$PWD/ci/stack.sh
# shellcheck disable=SC2317,SC2329 # called by the trap
leave() {
    [[ -z $running ]] || { kill "$running" && wait "$running"; } 2>/dev/null || true
    "$stack" down || true
    rm -rf "$folder" "$STACK_DIR"
}
trap leave EXIT

step "building with TLS for Kafka"
cargo build -p taskbot --features kafka-tls --locked --quiet
binary=$(realpath "${CARGO_TARGET_DIR:-target}")/debug/taskbot

"$stack" up
set -a
eval "$("$stack" env)"
set +a
cd "$folder"
"$binary" migrate

step "what is refused"
# refuses WORDS NAME=VALUE… - a check with these settings fails on the broker, and says so.
refuses() {
    local said status=0
    said=$(env "${@:2}" "$binary" check 2>&1) || status=$?
    [[ $status -ne 0 ]] || fail "a check succeeded with ${2%%=*} changed"
    grep -q "FAIL  events: .*$1" <<<"$said" || fail "it does not say '$1': $said"
}
refuses '[Aa]uthentication' TASKBOT_KAFKA__PASSWORD=wrong
refuses certificate TASKBOT_KAFKA__CA_FILE=
refuses . TASKBOT_KAFKA__SECURITY_PROTOCOL=sasl_plaintext
# Not into a pipe: grep goes away as soon as it has found it.
said=$("$binary" check) || fail "the check fails with the right settings: $said"
grep -q 'ok    events: ' <<<"$said" || fail "the broker was not asked: $said"

step "from a command to the audit log"
token=$("$binary" token create --user ana 2>/dev/null)
TASKBOT_HTTP__ADDR=127.0.0.1:0 "$binary" serve >"$folder/out" 2>"$folder/log" </dev/null &
running=$!
address=''
for _ in {1..300}; do
    address=$(sed -n 's/.*"message":"ready","addr":"\([^"]*\)".*/\1/p' "$folder/log")
    [[ -z $address ]] || break
    sleep 0.1
done
[[ -n $address ]] || { tail -n 20 "$folder/log" >&2 && fail "serve is not ready"; }
# ask PATH [OPTION…]
ask() {
    curl -sS --fail-with-body -H "authorization: Bearer $token" "${@:2}" "http://$address$1"
}
ask /api/v1/tasks -H 'content-type: application/json' -d '{"title": "over TLS"}' >/dev/null
for attempt in {1..300}; do
    said=$(ask /api/me/audit) || true
    ! grep -q 'TASK_CREATED.*over TLS\|over TLS.*TASK_CREATED' <<<"$said" || break
    [[ $attempt -lt 300 ]] || { tail -n 20 "$folder/log" >&2 && fail "the task is not audited"; }
    sleep 0.1
done
kill "$running"
wait "$running" || fail "serve did not end well"
running=''
step "Taskbot works on a Kafka behind TLS and a password"

#!/usr/bin/env bash
# Shows Taskbot in Slack without a workspace: starts a stand-in for Slack and the program in it, plays the beginning of
# a conversation, and prints the address of a page on which one sees it and goes on typing. Ends with Ctrl-C.
#
# Everything stays on 127.0.0.1, in a scratch folder that is removed. Needs Rust, python3 and curl. With their defaults:
#
#   DEMO_PORT=0      where the page is (any free port)
#   DEMO_SECONDS=0   after so long it ends by itself (0: never)
set -euo pipefail
# shellcheck source=ci/lib.sh
. "$(dirname "$0")/lib.sh"

need_packages curl=curl python3=python3
need_rust

step "building (the first time takes some minutes)"
# The same build as that of ci/test.sh, so that neither makes the other build again; without FAILPOINTS it is the same.
cargo build -p taskbot --features faults --locked --quiet
cargo build -p taskbot-fakes --locked --quiet
target=$(realpath "${CARGO_TARGET_DIR:-target}")/debug

folder=$(mktemp -d)
running=()
# shellcheck disable=SC2317,SC2329 # called by the trap
leave() {
    for process in "${running[@]}"; do { kill "$process" && wait "$process"; } 2>/dev/null || true; done
    rm -rf "$folder"
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# until_true WORDS COMMAND… - waits for a command to succeed, at most half a minute.
until_true() {
    local what=$1 _
    shift
    for _ in {1..300}; do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.1
    done
    tail -n 20 "$folder"/*.log >&2
    fail "$what did not come up"
}

"$target/fake-slack" --addr "127.0.0.1:${DEMO_PORT:-0}" --seed ci/demo/slack.json >"$folder/ready" 2>"$folder/slack.log" &
running+=($!)
until_true "the stand-in" grep -q '"url"' "$folder/ready"
url=$(python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["url"])' <"$folder/ready")

# ask PATH JSON - tells the stand-in to do something.
ask() { curl --silent --show-error --fail --json "$2" "$url/control/$1"; }
token=$(ask install '{"app": "A1", "team": "T1", "channels": ["C1", "C2"]}' |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])')

for name in $(compgen -e | grep '^TASKBOT_' || true); do unset "$name"; done
(
    cd "$folder"
    TASKBOT_SLACK__API_URL="$url/api" TASKBOT_SLACK__BOT_TOKEN="$token" TASKBOT_SLACK__APP_TOKEN=xapp-fake-A1 \
        TASKBOT_DATABASE_URL="sqlite://$folder/taskbot.db" TASKBOT_HTTP__ADDR=127.0.0.1:0 \
        exec "$target/taskbot" serve </dev/null >"$folder/taskbot.log" 2>&1
) &
running+=($!)
connected() { [[ $(curl --silent --fail "$url/control/sockets?app=A1") == *'"open":1'* ]]; }
until_true "Taskbot" connected

# as USER ACT - somebody does something in Slack.
as() { ask act "{\"team\": \"T1\", \"user\": \"$1\", \"act\": $2}" >/dev/null; }
as U1 '{"do": "command", "channel": "C1", "command": "/task", "text": "Ship release tomorrow 9am !high @bob"}'
as U1 '{"do": "dm", "text": "remind me to stretch in 10 seconds"}'
as U2 '{"do": "command", "channel": "C1", "command": "/task", "text": "remind @ana to call the bank in 20 seconds"}'
as U2 '{"do": "mention", "channel": "C1", "text": "list"}'

step "Look and type here: $url/demo"
step "the first reminder comes in ten seconds; Ctrl-C ends it"
if [[ ${DEMO_SECONDS:-0} -gt 0 ]]; then sleep "$DEMO_SECONDS"; else wait "${running[@]}"; fi

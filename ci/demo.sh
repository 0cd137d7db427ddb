#!/usr/bin/env bash
# Shows Taskbot in Slack without a workspace, in 90 seconds: starts a stand-in for Slack and the program in it, plays a
# conversation with two reminders and prints it as it goes, and the address of a page on which one sees it and goes on
# typing. Fails with the log if an answer or a reminder does not come, or one of the two ends.
#
# Everything stays on 127.0.0.1, in a scratch folder that is removed. Needs Rust, python3 and curl. With their defaults:
#
#   DEMO_PORT=0      where the page is (any free port)
#   DEMO_SECONDS=90  so long it runs, and at least until all has been shown (0: until Ctrl-C)
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
playing=''
# shellcheck disable=SC2317,SC2329 # called by the trap
leave() {
    for process in $playing "${running[@]}"; do { kill "$process" && wait "$process"; } 2>/dev/null || true; done
    rm -rf "$folder"
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# broken WORDS… - ends with what the two have logged.
broken() {
    tail -n 20 "$folder"/*.log >&2
    fail "$*"
}

# both_run - whether the stand-in and Taskbot still do.
both_run() {
    local process
    for process in "${running[@]}"; do kill -0 "$process" 2>/dev/null || return 1; done
}

# until_true WORDS COMMAND… - waits for a command to succeed, at most half a minute.
until_true() {
    local what=$1 _
    shift
    for _ in {1..300}; do
        if "$@" >/dev/null 2>&1; then return 0; fi
        both_run || break
        sleep 0.1
    done
    broken "$what did not come up"
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

seconds=${DEMO_SECONDS:-90} shown=$SECONDS
until="it has been there for $seconds s (DEMO_SECONDS=0 keeps it)"
[[ $seconds -ne 0 ]] || until="Ctrl-C"
step "Look and type here: $url/demo"
python3 -B ci/demo/play.py "$url" 2>"$folder/play.log" &
playing=$!
while kill -0 "$playing" 2>/dev/null; do
    both_run || broken "the stand-in or Taskbot has ended"
    sleep 0.2
done
wait "$playing" || broken "the conversation is not as it should be, see above"
playing=''

step "all of it came; the page stays until $until"
while [[ $seconds -eq 0 || $((SECONDS - shown)) -lt $seconds ]]; do
    both_run || broken "the stand-in or Taskbot has ended"
    sleep 0.2
done

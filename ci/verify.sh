#!/usr/bin/env bash
# Measures the success criteria on a running Taskbot, embedded: one line each, and 1 at the end if one fails.
#
# Builds the program if it has to, starts it on a free port of 127.0.0.1 with a database in a scratch folder, and
# leaves neither behind. Needs Rust and python3. Sizes, with their defaults:
#
#   TASKS=10000      tasks that are searched, filtered and sorted
set -euo pipefail
# shellcheck source=ci/lib.sh
. "$(dirname "$0")/lib.sh"

export TASKS=${TASKS:-10000}
have python3 || fail "Please install python3"
need_rust

folder=$(mktemp -d)
measuring=''
# shellcheck disable=SC2317,SC2329 # called by the trap
leave() {
    [[ -z $measuring ]] || { kill "$measuring" && wait "$measuring"; } 2>/dev/null || true
    rm -rf "$folder"
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The same build as that of ci/test.sh, so that neither makes the other build again; without FAILPOINTS it is the same.
cargo build -p taskbot --features faults --locked --quiet
binary=$(realpath "${CARGO_TARGET_DIR:-target}")/debug/taskbot
[[ -x $binary ]] || fail "the build left no $binary"

python3 -B ci/verify.py "$binary" "$folder" &
measuring=$!
status=0
wait "$measuring" || status=$?
measuring=''
exit "$status"

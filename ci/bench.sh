#!/usr/bin/env bash
# Measures a shipped build of Taskbot beside the limits of this machine: one line each, and 1 at the end if a mark is
# below what it must reach.
#
#   ci/bench.sh             all marks
#   ci/bench.sh MARK…       a selection, e.g. ci/bench.sh 2 2b
#
# Everything goes through the whole program over its public door. Ours and the limit alternate, and the ratio is the
# median of the ratios of neighbours, because machines are noisy. Columns:
#
#   mark | what against what | ours | limit | ratio | must | aim | verdict (aim, must or BELOW)
#
# Progress goes to standard error. Needs Rust, python3, taskset, and for PostgreSQL and Kafka
# (1, 1b, 1d, 3, 4, 5, 9) what ci/stack.sh needs. Sizes, with their defaults:
#
#   BENCH_ROWS=100000    events in the backlogs of 3 and 4
#   BENCH_PAGES=1000000  tasks in the larger database of 9 (10 million take an hour and 40 GB)
#   BENCH_SECONDS=3      length of one measurement of a rate
#   BENCH_ROUNDS=5       how often ours and the limit alternate
#   BENCH_DIR            an existing folder on the disk to measure (/var/tmp)
set -euo pipefail
# shellcheck source=ci/lib.sh
. "$(dirname "$0")/lib.sh"

need_packages python3=python3 taskset=util-linux
need_rust

# The configuration of the person who runs this must not reach the program under test.
for name in $(compgen -e | grep '^TASKBOT_' || true); do unset "$name"; done

# On a disk: /tmp may be memory, where fsync means nothing.
folder=$(mktemp -d -p "${BENCH_DIR:-/var/tmp}" taskbot-bench.XXXXXX)
measuring=''
# shellcheck disable=SC2317,SC2329 # called by the trap
leave() {
    [[ -z $measuring ]] || { kill "$measuring" && wait "$measuring"; } 2>/dev/null || true
    rm -rf "$folder"
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Apart from each other, so that nothing that the tool uses gets into what is shipped.
step "building what is shipped, and the tool (the first time takes some minutes)"
for package in taskbot taskbot-bench; do
    cargo build --release -p "$package" --locked --quiet
done
cargo build --release -p taskbot-fakes --bin fake-slack --locked --quiet
target=$(realpath "${CARGO_TARGET_DIR:-target}")/release

step "measuring"
python3 -B ci/bench.py "$target/taskbot" "$target/taskbot-bench" "$folder" "$@" &
measuring=$!
status=0
wait "$measuring" || status=$?
measuring=''
exit "$status"

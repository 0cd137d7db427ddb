#!/usr/bin/env bash
# Builds Taskbot once and runs every test: units, conformance, contracts, journeys, small fault runs.
#
# Works on a fresh Debian or Ubuntu with Rust (https://rustup.rs); missing Debian packages are installed when that is
# possible without a question. PostgreSQL and Kafka run beside the tests (ci/stack.sh) and are told to them as STACK_…;
# nothing is left running. Sizes, with their defaults:
#
#   RULES=500        random recurrence rules that are compared with an independent expander
#   MODEL_RUNS=12    random histories that are compared with a model of series
#   KILLS=30         kills of a process under load, on SQLite
#   FLEET_KILLS=20   kills of any of the processes, on PostgreSQL and Kafka
#   ANY_KILLS=6      kills of anything, also of PostgreSQL and Kafka
#   FLEET_HITS=1     at how many passes of each crash point they die, stand still and fail
#   RACE_EVENTS=100000      events of 32 writers that the reader of the outbox follows
#   BROKER_AWAY=30   seconds that the broker is away under load
#   DATABASE_AWAY=3  seconds that the database restarts, takes no writes, has no connection to give
#   MESSAGES=20000, CONSUMER_RESTARTS=4  events for eight audit processes, and how often each is killed
#   SERIES=1000      series over five years that four schedulers race for
#   JOBS=400         reminders of one instant in front of a Slack that limits and loses answers
#   TASKS=10000      tasks among which the success criteria are measured
#   FUZZ_LINES=20000 random lines that the grammar reads
#   TEST_THREADS     tests at once (as many as there are processors)
#   FAULT_THREADS=3  experiments with processes that die at once: mostly they wait for leases and memberships to run out
set -euo pipefail
# shellcheck source=ci/lib.sh
. "$(dirname "$0")/lib.sh"

export RULES=${RULES:-500} MODEL_RUNS=${MODEL_RUNS:-12} KILLS=${KILLS:-30}
export FLEET_KILLS=${FLEET_KILLS:-20} ANY_KILLS=${ANY_KILLS:-6} FLEET_HITS=${FLEET_HITS:-1} RACE_EVENTS=${RACE_EVENTS:-100000}
export BROKER_AWAY=${BROKER_AWAY:-30} DATABASE_AWAY=${DATABASE_AWAY:-3}
export MESSAGES=${MESSAGES:-20000} CONSUMER_RESTARTS=${CONSUMER_RESTARTS:-4}
export SERIES=${SERIES:-1000} JOBS=${JOBS:-400} FUZZ_LINES=${FUZZ_LINES:-20000}
FAULT_THREADS=${FAULT_THREADS:-3}
export RUST_BACKTRACE=${RUST_BACKTRACE:-1}

need_packages cc=build-essential git=git
need_rust

# The configuration of the person who runs this must not reach the program under test.
for name in $(compgen -e | grep '^TASKBOT_' || true); do unset "$name"; done

# On a disk: /tmp may be memory, where fsync means nothing.
export STACK_DIR STACK_SH=$PWD/ci/stack.sh
STACK_DIR=$(mktemp -d -p "${TMPDIR:-/var/tmp}" taskbot-test.XXXXXX)
log=$(mktemp)
# shellcheck disable=SC2317,SC2329 # called by the trap
leave() {
    "$STACK_SH" down || true
    rm -rf "$log" "$STACK_DIR"
}
trap leave EXIT

# What is missing is said before the long build, not after it.
"$STACK_SH" install

# One build for all: the tests start the program that lies beside them, which this builds with its crash points.
features=(--features taskbot/faults)
step "building (the first time takes some minutes)"
cargo build --workspace --all-targets "${features[@]}" --locked

"$STACK_SH" up
pointer() { "$STACK_SH" env | sed -n "s/^$1=//p"; }
# Not the names that `env` prints: what begins with TASKBOT_ would reach the programs under test.
STACK_POSTGRES_URL=$(pointer TASKBOT_MIGRATE__DATABASE_URL)
STACK_POSTGRES_LOGIN_URL=$(pointer TASKBOT_DATABASE_URL)
STACK_KAFKA=$(pointer TASKBOT_EVENTS_URL)
export STACK_POSTGRES_URL STACK_POSTGRES_LOGIN_URL STACK_KAFKA=${STACK_KAFKA#kafka://}

step "testing (rules $RULES, model runs $MODEL_RUNS, kills $KILLS)"
threads=()
[[ -n ${TEST_THREADS:-} ]] && threads=(-- --test-threads "$TEST_THREADS")
# run ARGUMENTS… - runs tests and keeps the worst status.
status=0
run() {
    set +e
    cargo test --workspace "${features[@]}" --locked --no-fail-fast "$@" 2>&1 | tee -a "$log"
    [[ ${PIPESTATUS[0]} -eq 0 ]] || status=1
    set -e
}
[[ ${#threads[@]} -gt 0 ]] || threads=(--)
run "${threads[@]}" --skip faults::
step "testing what dies ($FAULT_THREADS at a time)"
run --test all -- --test-threads "$FAULT_THREADS" faults:: --skip faults::patience --skip faults::database
step "testing what must not keep anybody waiting, with nothing beside it"
run --test all -- --test-threads 1 faults::patience faults::database

step "driving the stand-ins with other clients"
ci/fakes.sh || status=1

if command -v node >/dev/null && command -v npm >/dev/null; then
    step "running in a Slack that others wrote"
    ci/emulator.sh || status=1
else
    step "without Node the Slack that others wrote is left out; ci/full.sh installs it"
fi

step "showing Taskbot in Slack, and that it is noticed if Taskbot dies over the first reminder"
DEMO_SECONDS=1 ci/demo.sh || status=1
if FAILPOINTS='reminders.after_sending=return' DEMO_SECONDS=1 ci/demo.sh >/dev/null 2>&1; then
    echo "ci/demo.sh: no reminder came, and all was well" >&2
    status=1
fi

step "measuring the success criteria"
ci/verify.sh || status=1

sum() { awk -v word="$1" '/^test result:/ { for (i = 2; i <= NF; i++) if ($i ~ "^" word) n += $(i - 1) } END { print n + 0 }' "$log"; }
passed=$(sum passed) failed=$(sum failed)
if [[ $status -ne 0 ]]; then
    grep -E '^test .* \.\.\. FAILED$' "$log" | sort -u >&2 || true
    fail "tests: $passed passed, $failed failed ($((SECONDS - started)) s)"
fi
[[ $passed -gt 0 ]] || fail "no test ran"
step "tests: $passed passed, 0 failed ($((SECONDS - started)) s)"

#!/usr/bin/env bash
# Everything at full size: the checks, the tests with large numbers, and the licences and advisories of dependencies.
# Takes hours where ci/test.sh takes minutes.
set -euo pipefail
# shellcheck source=ci/lib.sh
. "$(dirname "$0")/lib.sh"

ci/check.sh

step "dependencies"
have cargo-deny || cargo install --locked cargo-deny
cargo deny --workspace check bans licenses sources
# The list of advisories is fetched from the internet; without it the rest still counts.
cargo deny --workspace check advisories || [[ ${OFFLINE:-} == true ]] || fail "advisories: see above (OFFLINE=true skips them)"

export RULES=${RULES:-10000} MODEL_RUNS=${MODEL_RUNS:-2000} KILLS=${KILLS:-300}
export FLEET_KILLS=${FLEET_KILLS:-200} ANY_KILLS=${ANY_KILLS:-100} FLEET_HITS=${FLEET_HITS:-2} RACE_EVENTS=${RACE_EVENTS:-1000000}
export BROKER_AWAY=${BROKER_AWAY:-300} DATABASE_AWAY=${DATABASE_AWAY:-60}
export MESSAGES=${MESSAGES:-100000} CONSUMER_RESTARTS=${CONSUMER_RESTARTS:-16}
export JOBS=${JOBS:-5000} FUZZ_LINES=${FUZZ_LINES:-1000000}
# At these sizes experiments no longer wait.
export FAULT_THREADS=${FAULT_THREADS:-1}
need_packages node=nodejs npm=npm
ci/test.sh
ci/kafka-tls.sh

step "everything at full size is right"

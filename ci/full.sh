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

RULES=${RULES:-10000} MODEL_RUNS=${MODEL_RUNS:-2000} KILLS=${KILLS:-300} ci/test.sh

step "everything at full size is right"

#!/usr/bin/env bash
# Writes the generated files anew: the golden samples of the events and the OpenAPI document, both in contracts/.
# The tests that own them fail as long as the files are not what the code writes; look at the diff afterwards.
set -euo pipefail
# shellcheck source=ci/lib.sh
. "$(dirname "$0")/lib.sh"

need_rust
owners=(contracts:: http::document::)
step "writing contracts/"
# The first run writes; tests that compare a file while another one writes it may fail in it.
UPDATE_CONTRACTS=1 cargo test -p taskbot-tests --locked --quiet -- "${owners[@]}" >/dev/null 2>&1 || true
cargo test -p taskbot-tests --locked --quiet -- "${owners[@]}"
git status --short contracts

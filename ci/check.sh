#!/usr/bin/env bash
# Everything that can be said of the code without running it: format, lints, documentation, requirements, hygiene.
set -euo pipefail
# shellcheck source=ci/lib.sh
. "$(dirname "$0")/lib.sh"

need_packages cc=build-essential git=git python3=python3
need_rust

step "format"
cargo fmt --all --check

step "scripts"
scripts=(.ci/run ci/*.sh ci/stack/*.sh)
for script in "${scripts[@]}"; do bash -n "$script"; done
if have shellcheck; then shellcheck -x "${scripts[@]}"; fi
for script in ci/*.py ci/demo/*.py tests/fakes/*.py; do python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$script"; done

step "requirements"
python3 ci/requirements.py

step "hygiene"
python3 ci/hygiene.py

step "lints"
cargo clippy --workspace --all-targets --features taskbot/faults --locked -- -D warnings

step "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet

# Generated files are compared with what the code writes by the tests that own them: tests/contracts.
step "checked: format, scripts, requirements, hygiene, lints, documentation"

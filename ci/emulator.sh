#!/usr/bin/env bash
# Runs Taskbot against a Slack that was written by others, the one in vercel-labs' `emulate`: what people say, type, press
# and fill in goes in; answers, reminders, changed messages, forms and pages come out. The requests of commands, buttons and
# forms, which it does not make itself, are made beside it. What it does not have (Socket Mode, limits) the stand-in of
# tests/fakes has.
#
# Builds the program if it has to. The emulator (npm, a fixed version with its checksums in ci/emulator) is installed
# once, into a folder of its own in ~/.cache/taskbot (or $XDG_CACHE_HOME/taskbot). Needs Rust, Node 18 and npm; nothing
# is left running, and nothing leaves this machine.
set -euo pipefail
# shellcheck source=ci/lib.sh
. "$(dirname "$0")/lib.sh"

need_packages node=nodejs npm=npm flock=util-linux
need_rust

cache=${XDG_CACHE_HOME:-$HOME/.cache}/taskbot
emulator=$cache/emulator-$(cat ci/emulator/package*.json | sha256sum | cut -c1-16)

# Two runs may want it at once: the second finds what the first has fetched.
fetch_emulator() {
    local fetching
    mkdir -p "$cache"
    exec {fetching}>"$cache/lock"
    flock "$fetching"
    [[ ! -e $emulator/ready ]] || return 0
    step "fetching the emulator (3 MB, once)"
    mkdir -p "$emulator"
    cp ci/emulator/package.json ci/emulator/package-lock.json "$emulator/"
    (cd "$emulator" && patiently npm ci --ignore-scripts --no-audit --no-fund) ||
        fail "npm has failed, see above. It needs its registry, once"
    touch "$emulator/ready"
}
[[ -e $emulator/ready ]] || fetch_emulator

folder=$(mktemp -d)
running=''
# shellcheck disable=SC2317,SC2329 # called by the trap
leave() {
    [[ -z $running ]] || { kill "$running" && wait "$running"; } 2>/dev/null || true
    rm -rf "$folder"
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The same build as that of ci/test.sh, so that neither makes the other build again; without FAILPOINTS it is the same.
cargo build -p taskbot --features faults --locked --quiet
binary=$(realpath "${CARGO_TARGET_DIR:-target}")/debug/taskbot
[[ -x $binary ]] || fail "the build left no $binary"

step "Taskbot in the Slack of vercel-labs' emulate"
node ci/emulator/run.mjs "$emulator/node_modules/emulate" "$binary" "$folder" 2>"$folder/log" &
running=$!
status=0
wait "$running" || status=$?
running=''
[[ $status -eq 0 ]] || { tail -n 30 "$folder/log" >&2 && fail "the emulator: see above"; }
step "Taskbot works in a Slack that others wrote"

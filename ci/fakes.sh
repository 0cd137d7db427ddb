#!/usr/bin/env bash
# Drives the stand-ins of the chat platforms with the clients that bots are written with, so that a stand-in which only
# our own client understands is found out: slack-bolt against fake-slack. The Rust clients do the same in `cargo test`.
#
# Builds the stand-in if it has to. slack-bolt (tests/fakes/requirements.txt) is installed once, into a folder of its
# own in ~/.cache/taskbot (or $XDG_CACHE_HOME/taskbot). Needs Rust and python3; nothing is left running.
set -euo pipefail
# shellcheck source=ci/lib.sh
. "$(dirname "$0")/lib.sh"

need_packages python3=python3 flock=util-linux
need_rust

wanted=tests/fakes/requirements.txt
cache=${XDG_CACHE_HOME:-$HOME/.cache}/taskbot
# Another Python needs another folder.
clients=$cache/clients-$({ cat "$wanted" && python3 -VV; } | sha256sum | cut -c1-16)

# Two runs may want it at once: the second finds what the first has fetched.
fetch_clients() {
    local fetching
    mkdir -p "$cache"
    exec {fetching}>"$cache/lock"
    flock "$fetching"
    [[ ! -e $clients/ready ]] || return 0
    python3 -c 'import ensurepip' 2>/dev/null || install_packages python3-venv
    step "fetching slack-bolt (1 MB, once)"
    # One that was broken off goes on where it was.
    [[ -x $clients/bin/pip ]] || python3 -m venv --clear "$clients"
    patiently "$clients/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement "$wanted" ||
        fail "pip has failed, see above. It needs its registry, once"
    touch "$clients/ready"
}
[[ -e $clients/ready ]] || fetch_clients

cargo build -p taskbot-fakes --locked --quiet
binary=$(realpath "${CARGO_TARGET_DIR:-target}")/debug/fake-slack
[[ -x $binary ]] || fail "the build left no $binary"

step "slack-bolt against fake-slack"
patiently timeout 300 "$clients/bin/python3" -B tests/fakes/bolt.py "$binary" || fail "slack-bolt: see above"
step "slack-bolt finds in fake-slack what it expects of Slack"

# shellcheck shell=bash
# What the scripts in ci/ share. To be sourced after `set -euo pipefail`.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

# Colours only where somebody looks.
if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
    bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'
else
    bold='' red='' plain=''
fi

started=$SECONDS

# step WORDS… - says what begins, with the time since the start.
step() {
    printf '%s[%3ds] %s%s\n' "$bold" "$((SECONDS - started))" "$*" "$plain"
}

# fail WORDS… - says why and ends.
fail() {
    printf '%s%s%s\n' "$red" "$*" "$plain" >&2
    exit 1
}

# have COMMAND - whether it can be run.
have() {
    command -v "$1" >/dev/null 2>&1
}

# as_root COMMAND… - runs it as root, if that is possible without a question.
as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

# need_packages COMMAND=PACKAGE… - installs the Debian packages of missing commands, and only those.
need_packages() {
    local pair missing=()
    for pair in "$@"; do
        have "${pair%%=*}" || missing+=("${pair#*=}")
    done
    [[ ${#missing[@]} -eq 0 ]] && return
    have apt-get || fail "Please install: ${missing[*]}"
    [[ $(id -u) -eq 0 ]] || { have sudo && sudo -n true 2>/dev/null; } ||
        fail "Please run: sudo apt-get install ${missing[*]}"
    step "installing ${missing[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# need_rust - a Rust toolchain that is new enough for the workspace.
need_rust() {
    local wanted found
    # A toolchain that was just installed is not in the path of an open shell.
    # shellcheck source=/dev/null
    have cargo || { [[ -r $HOME/.cargo/env ]] && . "$HOME/.cargo/env"; }
    have cargo || fail "Please install Rust first: https://rustup.rs"
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    found=$(rustc --version | cut -d' ' -f2)
    [[ $(printf '%s\n%s\n' "$wanted" "$found" | sort -V | head -n 1) == "$wanted" ]] ||
        fail "Rust $found is too old, $wanted is needed: rustup update stable"
}

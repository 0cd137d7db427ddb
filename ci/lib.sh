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

# patiently COMMAND… - runs it with a sign of life every ten seconds; what it says is shown only if it fails.
patiently() {
    local said status=0 ticking
    said=$(mktemp)
    while sleep 10 >/dev/null 2>&1 && kill -0 $$; do step "… still at it"; done 2>/dev/null &
    ticking=$!
    "$@" >"$said" 2>&1 </dev/null || status=$?
    { kill "$ticking" && wait "$ticking"; } 2>/dev/null || true
    [[ $status -eq 0 ]] || tail -n 30 "$said" >&2
    rm -f "$said"
    return "$status"
}

# may_install PACKAGE… - ends with what to type, unless Debian packages can be installed without a question.
may_install() {
    have apt-get || fail "Please install: $*"
    [[ $(id -u) -eq 0 ]] || { have sudo && sudo -n true 2>/dev/null; } || fail "Please run: sudo apt-get install $*"
}

# install_packages PACKAGE… - installs Debian packages.
install_packages() {
    may_install "$@"
    step "installing $*"
    patiently as_root apt-get update -qq || fail "apt-get update has failed, see above"
    patiently as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" ||
        fail "apt-get has failed, see above. Please run: sudo apt-get install $*"
}

# need_packages COMMAND=PACKAGE… - installs the Debian packages of missing commands, and only those.
need_packages() {
    local pair missing=()
    for pair in "$@"; do
        have "${pair%%=*}" || missing+=("${pair#*=}")
    done
    [[ ${#missing[@]} -eq 0 ]] || install_packages "${missing[@]}"
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

# shellcheck shell=bash
# Processes, ports and secrets of a stack in $STACK_DIR. To be sourced by ci/stack.sh after ci/lib.sh.
#
# Every part has a folder there with `port`, `pid`, `log` (and `log.before`, that of the run before).

# Only a folder with this file in it is ever removed.
mark=.taskbot-stack

# How long a part may take to answer, and to end when it is asked to, in seconds.
ready_within=180
end_within=10

# place PART - its folder.
place() {
    printf '%s\n' "$STACK_DIR/$1"
}

# cache - where installed programs are kept.
cache() {
    printf '%s\n' "${XDG_CACHE_HOME:-$HOME/.cache}/taskbot"
}

# claim - makes $STACK_DIR ours, or ends if it is something else's. Others may pass through it, since a server that root
# starts runs as somebody else, but not look.
claim() {
    if [[ -e $STACK_DIR/$mark ]]; then
        [[ -O $STACK_DIR/$mark ]] ||
            fail "The stack in $STACK_DIR is $(stat -c %U "$STACK_DIR/$mark")'s: set STACK_DIR to a folder of yours"
        return
    fi
    [[ ! -e $STACK_DIR || (-d $STACK_DIR && -z $(ls -A "$STACK_DIR")) ]] ||
        fail "$STACK_DIR holds something else: set STACK_DIR to a folder that is new or empty"
    mkdir -p "$STACK_DIR"
    chmod 711 "$STACK_DIR"
    : >"$STACK_DIR/$mark"
}

# lock - one script at a time changes a stack. Whoever took it down meanwhile has removed the file that we waited for.
lock() {
    [[ -O $STACK_DIR/$mark ]] ||
        fail "The stack in $STACK_DIR is $(stat -c %U "$STACK_DIR/$mark")'s: ask them, or set STACK_DIR"
    while :; do
        exec {locked}>"$STACK_DIR/lock"
        flock -n "$locked" || { step "waiting for another ci/stack.sh" && flock "$locked"; }
        [[ $STACK_DIR/lock -ef /proc/self/fd/$locked ]] && return
        exec {locked}>&-
        claim
    done
}

# keep FILE - writes standard input to it, whole or not at all, for our eyes only.
keep() {
    (umask 077 && cat >"$1.new")
    mv "$1.new" "$1"
}

# remembered FILE COMMAND… - prints what the command said the first time.
remembered() {
    [[ -s $1 ]] || "${@:2}" | keep "$1"
    cat "$1"
}

# random_secret - 128 random bits, of letters that need no quoting anywhere.
random_secret() {
    od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}

# answers PORT - whether anything accepts connections there.
answers() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# free_port - one that nobody uses and this stack has not chosen, below those that the system hands out by itself.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        answers "$port" || grep -qsx "$port" "$STACK_DIR"/*/*port || break
    done
    printf '%s\n' "$port"
}

# port_of PART - chosen the first time, then always the same.
port_of() {
    mkdir -p "$(place "$1")"
    remembered "$(place "$1")/port" free_port
}

# port_is_ours PART - ends if somebody else has taken its port while it was down.
port_is_ours() {
    local port
    port=$(port_of "$1")
    answers "$port" || return 0
    fail "Port $port of $1 is used by another program. End that, or: ci/stack.sh down, then up (other ports, no data)"
}

# birth PID - when the process began, in ticks since the boot: a pid that was given out anew has another.
birth() {
    local stat
    { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
    read -r -a stat <<<"${stat##*) }"
    [[ ${stat[0]} != Z ]] && printf '%s\n' "${stat[19]}"
}

# pid_of PART - its pid, if it runs.
pid_of() {
    local file pid born
    file=$(place "$1")/pid
    [[ -s $file ]] && read -r pid born <"$file" && [[ $(birth "$pid") == "$born" ]] && printf '%s\n' "$pid"
}

# since PART - when it was started.
since() {
    date -d "@$(stat -c %Y "$(place "$1")/pid")" '+%F %T'
}

# spawn PART COMMAND… - starts it in a session of its own, in the part's folder, with nothing of ours open. It writes
# its pid itself, before it becomes the command: no crash of this script can lose a process.
spawn() {
    local folder
    folder=$(place "$1")
    rm -f "$folder/pid"
    [[ ! -e $folder/log ]] || mv "$folder/log" "$folder/log.before"
    # shellcheck disable=SC2016 # expanded by the inner shell
    setsid bash -c '
        cd "$1" && shift || exit
        for fd in /proc/$$/fd/*; do
            fd=${fd##*/}
            [[ $fd -le 2 ]] || eval "exec $fd>&-"
        done
        read -r -a stat <"/proc/$$/stat"
        echo "$$ ${stat[21]}" >pid.new && mv pid.new pid && exec "$@"
    ' spawn "$folder" "${@:2}" </dev/null >"$folder/log" 2>&1 &
    local child=$!
    until [[ -s $folder/pid ]] || ! birth "$child" >/dev/null; do sleep 0.02; done
}

# await PART - until it answers, or ends with its last words.
await() {
    local until=$((SECONDS + ready_within))
    until "$1_ready"; do
        pid_of "$1" >/dev/null || last_words "$1" "$1 has ended."
        [[ $SECONDS -lt $until ]] || last_words "$1" "$1 does not answer after $ready_within s."
        sleep 0.1
    done
}

# last_words PART REASON
last_words() {
    tail -n 15 "$(place "$1")/log" >&2 || true
    fail "$2 These were its last words; all of them: $(place "$1")/log. To begin anew: ci/stack.sh down, then up"
}

# children_of PID
children_of() {
    awk -v parent="$1" '{ pid = $1; sub(/^.*\) /, "") } $2 == parent { print pid }' /proc/[0-9]*/stat 2>/dev/null || true
}

# end PART SIGNAL - sends it, and SIGKILL to it and its children if that was asked for or does not help.
end() {
    local pid until=$((SECONDS + end_within))
    pid=$(pid_of "$1") || return 0
    if [[ $2 != KILL ]]; then
        kill -s "$2" "$pid"
        while birth "$pid" >/dev/null && [[ $SECONDS -lt $until ]]; do sleep 0.05; done
    fi
    if birth "$pid" >/dev/null; then
        # shellcheck disable=SC2046 # one word each
        kill -KILL "$pid" $(children_of "$pid") 2>/dev/null || true
        while birth "$pid" >/dev/null; do sleep 0.02; done
    fi
}

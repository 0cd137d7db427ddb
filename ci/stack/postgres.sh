# shellcheck shell=bash
# PostgreSQL as a part of ci/stack.sh: the server of the Debian package, on a data folder of its own.
#
# Version 15, or else the lowest above it that is installed or that the release offers. A cluster that the machine has
# is never looked at: other folder, other port, no socket. Started by root it runs as `postgres`, which root may not.

postgres_oldest=15

# What the person set for clients of theirs must not reach ours.
for name in $(compgen -e | grep '^PG' || true); do unset "$name"; done

# The folder that the server's user owns: in the part's folder, unless that user cannot get there.
postgres_home() {
    cat "$(place postgres)/elsewhere" 2>/dev/null || printf '%s\n' "$(place postgres)/cluster"
}

# Where the programs are: those that the data were made by, or the oldest that will do.
postgres_bin() {
    local version
    for version in $(cat "$(postgres_home)/data/PG_VERSION" 2>/dev/null ||
        find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null | sort -n); do
        [[ $version -ge $postgres_oldest && -x /usr/lib/postgresql/$version/bin/postgres ]] || continue
        printf '%s\n' "/usr/lib/postgresql/$version/bin"
        return
    done
    return 1
}

# The oldest package that will do.
postgres_package() {
    apt-cache search --names-only '^postgresql-[0-9]+$' | sed 's/^postgresql-\([0-9]*\) .*/\1/' | sort -n |
        awk -v oldest="$postgres_oldest" '$1 >= oldest { print "postgresql-" $1; exit }'
}

postgres_install() {
    local package dropped=/etc/postgresql-common/createcluster.d/taskbot-stack.conf
    postgres_bin >/dev/null && return
    # Installing a server starts those that are there (on systemd), and that is not for us to do.
    ! compgen -G '/etc/postgresql/*/*/postgresql.conf' >/dev/null ||
        fail "This machine has a PostgreSQL of its own, older than $postgres_oldest. Install a newer server beside it" \
            "yourself (apt-get install postgresql-NN), or use compose.yaml"
    may_install "postgresql-$postgres_oldest"
    patiently as_root apt-get update -qq || fail "apt-get update has failed, see above"
    package=$(postgres_package)
    [[ -n $package ]] ||
        fail "This release offers no PostgreSQL from $postgres_oldest on: install one from postgresql.org, or use compose.yaml"
    # The package makes and starts a cluster at port 5432, unless it is told not to.
    as_root mkdir -p "${dropped%/*}"
    echo 'create_main_cluster = false' | as_root tee "$dropped" >/dev/null
    install_packages "$package"
    as_root rm -f "$dropped"
    postgres_bin >/dev/null || fail "$package was installed, and there is no server in /usr/lib/postgresql"
}

postgres_version() {
    "$(postgres_bin)/postgres" --version | sed 's/^postgres (PostgreSQL) \([^ ]*\).*/PostgreSQL \1/'
}

# Sets postgres_as to what stands before a command to run it as the user that owns the data: nothing, or for root, whom
# the server refuses, what makes it somebody else.
postgres_user() {
    local user=postgres
    postgres_as=()
    [[ $(id -u) -eq 0 ]] || return 0
    id "$user" >/dev/null 2>&1 || user=nobody
    postgres_as=(setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups --)
}

# postgres_password ROLE - made the first time.
postgres_password() {
    remembered "$(place postgres)/password.$1" random_secret
}

# Makes the folder of the server's user, and the data in it, whole or not at all.
postgres_prepare() {
    local bin home
    bin=$(postgres_bin)
    if [[ ! -e $(place postgres)/elsewhere ]] && ! "${postgres_as[@]}" test -x "$(place postgres)"; then
        mktemp -d /var/tmp/taskbot-stack.XXXXXX | keep "$(place postgres)/elsewhere"
    fi
    home=$(postgres_home)
    [[ ! -e $home/data/PG_VERSION ]] || return 0
    mkdir -p "$home"
    [[ $(id -u) -ne 0 ]] || chown "$("${postgres_as[@]}" id -un):" "$home"
    chmod 700 "$home"
    step "making a database in $home"
    # shellcheck disable=SC2016 # expanded by the inner shell
    postgres_password postgres | "${postgres_as[@]}" bash -c '
        cd "$1" && umask 077 && rm -rf new && cat >password &&
            "$2/initdb" -D new -U postgres --pwfile=password -A scram-sha-256 \
                -E UTF8 --locale=C.UTF-8 --data-checksums --no-sync --no-instructions &&
            rm password && mv new data
    ' prepare "$home" "$bin" >"$(place postgres)/initdb.log" 2>&1 ||
        fail "initdb has failed: $(tail -n 5 "$(place postgres)/initdb.log")"
}

# The processes that work on these data: after a kill of the server its children may, for a moment.
postgres_orphans() {
    local folder
    for folder in /proc/[0-9]*; do
        if [[ $(readlink "$folder/cwd" 2>/dev/null) == "$(postgres_home)/data" &&
            $(cat "$folder/comm" 2>/dev/null) == postgres ]]; then
            printf '%s\n' "${folder##*/}"
        fi
    done
}

# Clears up after a server that was killed. It left its pid in the data, and the next one refuses to start as long as
# such a process exists, were it only one that nobody has buried or a stranger to whom the pid was given.
postgres_bury() {
    local left pid
    for left in $(postgres_orphans); do kill -KILL "$left" 2>/dev/null || true; done
    while [[ -n $(postgres_orphans) ]]; do sleep 0.05; done
    pid=$(head -n 1 "$(postgres_home)/data/postmaster.pid" 2>/dev/null) || return 0
    for _ in {1..20}; do
        [[ -e /proc/$pid ]] || return 0
        sleep 0.1
    done
    rm -f "$(postgres_home)/data/postmaster.pid"
}

postgres_start() {
    local data port
    port=$(port_of postgres)
    chmod 711 "$(place postgres)"
    postgres_user
    postgres_prepare
    postgres_bury
    data=$(postgres_home)/data
    # shellcheck disable=SC2016 # expanded by the inner shell
    "${postgres_as[@]}" bash -c 'umask 077 && cat >"$1"' configure "$data/postgresql.conf" <ci/stack/postgres.conf
    spawn postgres env -C "$(postgres_home)" "${postgres_as[@]}" "$(postgres_bin)/postgres" -D "$data" \
        -c listen_addresses=127.0.0.1 -c port="$port" -c unix_socket_directories=
}

# postgres_query ROLE DATABASE - runs the SQL of standard input.
postgres_query() {
    PGPASSWORD=$(postgres_password "$1") PGCONNECT_TIMEOUT=5 PGSSLMODE=disable "$(postgres_bin)/psql" \
        -X -q -A -t -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$(port_of postgres)" -U "$1" -d "$2"
}

postgres_ready() {
    [[ $(postgres_query postgres postgres <<<'select 1' 2>/dev/null) == 1 ]]
}

postgres_settle() {
    OWNER_PASSWORD=$(postgres_password taskbot_owner) SERVICE_PASSWORD=$(postgres_password taskbot) \
        postgres_query postgres postgres <ci/stack/roles.sql || fail "ci/stack/roles.sql has failed, see above"
}

# SIGINT is PostgreSQL's word for: end the sessions, then go.
postgres_stop() {
    end postgres INT
}

postgres_remove() {
    [[ ! -s $(place postgres)/elsewhere ]] || rm -rf "$(postgres_home)"
}

postgres_env() {
    local at
    at=127.0.0.1:$(port_of postgres)/taskbot
    printf 'TASKBOT_DATABASE_URL=postgres://taskbot:%s@%s\n' "$(postgres_password taskbot)" "$at"
    printf 'TASKBOT_MIGRATE__DATABASE_URL=postgres://taskbot_owner:%s@%s\n' "$(postgres_password taskbot_owner)" "$at"
}

# shellcheck shell=bash
# Apache Kafka as a part of ci/stack.sh: one broker that is its own controller (KRaft), from the jars of Maven Central.
#
# The jars are fetched once, by what kafka-pom.xml says. Java 17 or newer runs them; Java and Maven come as Debian
# packages where they are missing, Maven only if there is something to fetch.

kafka_oldest_java=17

# Where the jars of this pom are kept.
kafka_home() {
    printf '%s/kafka-%s\n' "$(cache)" "$(sha256sum ci/stack/kafka-pom.xml | cut -c1-16)"
}

# A Java that will do.
kafka_java() {
    local java major
    for java in ${JAVA_HOME:+"$JAVA_HOME/bin/java"} "$(command -v java || true)" /usr/lib/jvm/*/bin/java; do
        [[ -x $java ]] || continue
        major=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
        [[ ${major:-0} -ge $kafka_oldest_java ]] || continue
        printf '%s\n' "$java"
        return
    done
    return 1
}

kafka_install() {
    local home
    home=$(kafka_home)
    if ! kafka_java >/dev/null; then
        install_packages default-jre-headless
        kafka_java >/dev/null || fail "This release's Java is too old: please install Java $kafka_oldest_java or newer"
    fi
    [[ ! -d $home || ! -e $(kafka_classes) ]] || return 0
    mkdir -p "$(cache)"
    # Two stacks may want it at once: the second finds what the first has fetched.
    (
        exec {fetching}>"$(cache)/lock"
        flock "$fetching"
        [[ -d $home ]] || kafka_fetch
        [[ -e $(kafka_classes) ]] || kafka_train
    )
}

kafka_fetch() {
    local home
    home=$(kafka_home)
    need_packages mvn=maven
    rm -rf "$(cache)"/kafka-*.new
    step "fetching $(kafka_version) (55 MB, once)"
    patiently mvn --batch-mode --strict-checksums -f ci/stack/kafka-pom.xml dependency:copy-dependencies \
        -DoutputDirectory="$home.new" || fail "Maven has failed, see above. It needs its registry, once"
    mv "$home.new" "$home"
}

# Where Java keeps the broker's classes as it wants them in memory, which halves the time of a start. It belongs to
# these jars and this Java; with another it would be passed over.
kafka_classes() {
    printf '%s-%s.jsa\n' "$(kafka_home)" "$("$(kafka_java)" -version 2>&1 | sha256sum | cut -c1-8)"
}

# Starts a broker in a folder of its own and stops it, for the sake of its classes. Called in a subshell.
kafka_train() {
    # shellcheck disable=SC2034 # read by `end`
    local STACK_DIR end_within=60
    step "preparing Kafka's classes (once)"
    STACK_DIR=$(mktemp -d)
    # shellcheck disable=SC2064 # the folder is known now, and no longer when the subshell ends
    trap "STACK_DIR='$STACK_DIR'; end kafka KILL; rm -rf '$STACK_DIR'" EXIT
    mkdir "$(place kafka)"
    kafka_start -XX:ArchiveClassesAtExit="$STACK_DIR/classes.jsa"
    await kafka
    kafka_stop
    # Without an archive Java starts as well, only later: an empty file says that there is no use in trying again.
    [[ -e $STACK_DIR/classes.jsa ]] || : >"$STACK_DIR/classes.jsa"
    mv "$STACK_DIR/classes.jsa" "$(kafka_classes)"
}

kafka_version() {
    sed -n '/kafka_2/{n;s/ *<version>\(.*\)<\/version>/Kafka \1/p}' ci/stack/kafka-pom.xml
}

# What clients speak with it: PLAINTEXT, or SASL_SSL if STACK_KAFKA_TLS was set when the stack was made.
kafka_protocol() {
    mkdir -p "$(place kafka)"
    remembered "$(place kafka)/protocol" printf '%s\n' "$([[ -n ${STACK_KAFKA_TLS:-} ]] && echo SASL_SSL || echo PLAINTEXT)"
}

# kafka_properties DATA - the broker's configuration.
kafka_properties() {
    local port controller protocol
    port=$(port_of kafka)
    protocol=$(kafka_protocol)
    controller=$(remembered "$(place kafka)/controller-port" free_port)
    cat <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
controller.listener.names=CONTROLLER
listeners=$protocol://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=$protocol://127.0.0.1:$port
listener.security.protocol.map=$protocol:$protocol,CONTROLLER:PLAINTEXT
inter.broker.listener.name=$protocol
log.dirs=$1
END
    cat ci/stack/kafka.properties
    [[ $protocol == PLAINTEXT ]] || kafka_tls_properties
}

# Formats the data folder, whole or not at all: the broker refuses one that it did not make.
kafka_prepare() {
    local folder people=()
    folder=$(place kafka)
    [[ ! -e $folder/data/meta.properties ]] || return 0
    rm -rf "$folder/data" "$folder/data.new"
    [[ $(kafka_protocol) == PLAINTEXT ]] || { kafka_tls_prepare && people=(--add-scram "$(kafka_tls_person)"); }
    kafka_properties "$folder/data.new" | keep "$folder/format.properties"
    "$(kafka_java)" -Xshare:auto -XX:TieredStopAtLevel=1 -cp "$(kafka_home)/*" kafka.tools.StorageTool format \
        -t "stack$(random_secret | cut -c1-17)" -c "$folder/format.properties" "${people[@]}" >"$folder/format.log" 2>&1 ||
        fail "Kafka could not format its folder: $(tail -n 5 "$folder/format.log")"
    mv "$folder/data.new" "$folder/data"
}

# kafka_start [OPTION…] - options of Java that go before the others.
kafka_start() {
    local folder
    folder=$(place kafka)
    kafka_prepare
    kafka_properties "$folder/data" | keep "$folder/server.properties"
    cp ci/stack/kafka-log4j2.properties "$folder/log4j2.properties"
    [[ $# -gt 0 || ! -s $(kafka_classes) ]] || set -- -Xshare:auto -XX:SharedArchiveFile="$(kafka_classes)"
    spawn kafka "$(kafka_java)" "$@" -Xms256m -Xmx512m -XX:-UsePerfData -XX:+ExitOnOutOfMemoryError \
        -Dlog4j2.configurationFile="$folder/log4j2.properties" -cp "$(kafka_home)/*" \
        kafka.Kafka "$folder/server.properties"
}

# It says so when the broker is no longer fenced; asking it by a program of its own would cost another Java.
kafka_ready() {
    grep -qs 'Kafka Server started' "$(place kafka)/log" && answers "$(port_of kafka)"
}

kafka_settle() {
    return 0
}

kafka_stop() {
    end kafka TERM
}

kafka_remove() {
    return 0
}

kafka_env() {
    printf 'TASKBOT_EVENTS_URL=kafka://127.0.0.1:%s\n' "$(port_of kafka)"
    [[ $(kafka_protocol) == PLAINTEXT ]] || kafka_tls_env
}

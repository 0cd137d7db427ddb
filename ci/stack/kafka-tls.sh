# shellcheck shell=bash
# Kafka behind TLS and a password, as managed brokers offer it: a certificate of an authority of the stack's own, and
# SCRAM. Sourced by ci/stack.sh, used by ci/stack/kafka.sh if STACK_KAFKA_TLS is set.

kafka_tls_user=taskbot

kafka_tls_password() {
    remembered "$(place kafka)/password" random_secret
}

# Makes the authority and the broker's certificate, which is good for 127.0.0.1 and a month.
kafka_tls_prepare() {
    local folder
    folder=$(place kafka)
    [[ ! -e $folder/broker.pem ]] || return 0
    have openssl || install_packages openssl
    (
        umask 077 && cd "$folder" &&
        openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=authority of a stack' \
            -keyout authority.key -out authority.pem &&
        openssl req -newkey rsa:2048 -nodes -subj /CN=127.0.0.1 -keyout broker.key -out broker.csr &&
        openssl x509 -req -in broker.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 30 \
            -extfile <(echo 'subjectAltName=IP:127.0.0.1') -out broker.crt &&
        cat broker.key broker.crt >broker.pem
    ) 2>"$folder/openssl.log" || fail "openssl has failed: $(tail -n 5 "$folder/openssl.log")"
}

# The one who may sign in, as the broker's folder is formatted with.
kafka_tls_person() {
    printf 'SCRAM-SHA-256=[name=%s,password=%s]\n' "$kafka_tls_user" "$(kafka_tls_password)"
}

kafka_tls_properties() {
    cat <<END
sasl.enabled.mechanisms=SCRAM-SHA-256
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-256
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \
    username="$kafka_tls_user" password="$(kafka_tls_password)";
ssl.keystore.type=PEM
ssl.keystore.location=$(place kafka)/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location=$(place kafka)/authority.pem
END
}

kafka_tls_env() {
    printf 'TASKBOT_KAFKA__%s=%s\n' SECURITY_PROTOCOL sasl_ssl SASL_MECHANISM SCRAM-SHA-256 \
        USERNAME "$kafka_tls_user" PASSWORD "$(kafka_tls_password)" CA_FILE "$(place kafka)/authority.pem"
}

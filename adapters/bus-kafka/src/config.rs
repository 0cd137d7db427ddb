//! Where the brokers are and how to prove who one is.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use domain::event::Topic;
use rdkafka::ClientConfig;

/// What brokers expect clients to say on which port they listen if nobody says so.
const PORT: u16 = 9092;

/// How to reach a Kafka cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KafkaConfig {
    /// `host:port`, by commas.
    pub brokers: String,
    /// `plaintext`, `ssl`, `sasl_plaintext` or `sasl_ssl`; empty means plaintext. Those with TLS need the feature
    /// `kafka-tls`.
    pub security_protocol: String,
    /// `PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`; empty means none.
    pub sasl_mechanism: String,
    /// Whom to sign in as.
    pub username: String,
    /// With which password.
    pub password: Secret,
    /// PEM file of the authorities to trust; without it the machine's.
    pub ca_file: Option<PathBuf>,
    /// What stands before the names of all topics, for those who share a cluster.
    pub topic_prefix: String,
    /// What stands before the names of all consumer groups.
    pub group_prefix: String,
    /// How many partitions new topics get.
    pub partitions: i32,
    /// How long a broker may acknowledge nothing of what it was sent before it counts as away.
    pub patience: Duration,
}

/// A text that is never printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "\"\"" } else { "\"…\"" })
    }
}

/// The configuration cannot be right.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    /// The URL is none of ours.
    #[error("expected kafka://host:9092,host2:9092")]
    Url,
    /// There is no such way to be safe.
    #[error("{what} is none of {known}")]
    Unknown {
        /// Which setting.
        what: &'static str,
        /// What it may be set to.
        known: &'static str,
    },
    /// A setting lacks another one.
    #[error("{what} is set, so {missing} must be set too")]
    Missing {
        /// What is set.
        what: &'static str,
        /// What is not.
        missing: &'static str,
    },
    /// The program was built without TLS.
    #[error("this program was built without TLS for Kafka: build it with --features kafka-tls")]
    NoTls,
}

impl KafkaConfig {
    /// Brokers without any protection, from `kafka://host:9092,host2:9092`. Ports may be left away.
    ///
    /// # Errors
    /// When the text is no such URL.
    pub fn from_url(url: &str) -> Result<Self, ConfigError> {
        let hosts = url.strip_prefix("kafka://").ok_or(ConfigError::Url)?.trim_end_matches('/');
        let brokers: Result<Vec<String>, _> = hosts.split(',').map(|host| broker(host.trim())).collect();
        Ok(Self {
            brokers: brokers?.join(","),
            security_protocol: String::new(),
            sasl_mechanism: String::new(),
            username: String::new(),
            password: Secret::default(),
            ca_file: None,
            topic_prefix: String::new(),
            group_prefix: String::new(),
            partitions: 12,
            patience: Duration::from_secs(10),
        })
    }

    /// Whether the settings fit each other and this build.
    ///
    /// # Errors
    /// The first that does not.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let protocol = self.security_protocol.to_ascii_lowercase();
        let known = |value: &str, among: &[&str]| value.is_empty() || among.contains(&value);
        if !known(&protocol, &["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"]) {
            let known = "plaintext, ssl, sasl_plaintext, sasl_ssl";
            return Err(ConfigError::Unknown { what: "SECURITY_PROTOCOL", known });
        }
        let mechanism = self.sasl_mechanism.to_ascii_uppercase();
        if !known(&mechanism, &["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]) {
            let known = "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512";
            return Err(ConfigError::Unknown { what: "SASL_MECHANISM", known });
        }
        self.complete(&protocol)?;
        let with_tls = protocol.ends_with("ssl") || mechanism.starts_with("SCRAM") || self.ca_file.is_some();
        if with_tls && !cfg!(feature = "kafka-tls") { Err(ConfigError::NoTls) } else { Ok(()) }
    }

    /// Half a sign-in would go on without any.
    fn complete(&self, protocol: &str) -> Result<(), ConfigError> {
        let settings = [
            ("SASL_MECHANISM", self.sasl_mechanism.is_empty()),
            ("USERNAME", self.username.is_empty()),
            ("PASSWORD", self.password.0.is_empty()),
        ];
        let missing = settings.iter().find(|(_, empty)| *empty);
        let set = settings.iter().find(|(_, empty)| !*empty);
        match (protocol.starts_with("sasl"), missing, set) {
            (true, Some((missing, _)), _) => Err(ConfigError::Missing { what: "SECURITY_PROTOCOL", missing }),
            (false, _, Some((what, _))) => Err(ConfigError::Missing { what, missing: "SECURITY_PROTOCOL=sasl_…" }),
            _ => Ok(()),
        }
    }

    /// The topic's name in this cluster.
    pub(crate) fn topic(&self, topic: Topic, dead: bool) -> String {
        format!("{}{}{}", self.topic_prefix, topic.as_str(), if dead { ".dlq" } else { "" })
    }

    /// The consumer's group in this cluster.
    pub(crate) fn group(&self, consumer: &str) -> String {
        format!("{}{consumer}", self.group_prefix)
    }

    /// What every client needs.
    pub(crate) fn client(&self, role: &str) -> ClientConfig {
        let mut client = ClientConfig::new();
        client.set("bootstrap.servers", &self.brokers).set("client.id", format!("taskbot-{role}"));
        // A broker that comes back is noticed within a second.
        client.set("reconnect.backoff.ms", "50").set("reconnect.backoff.max.ms", "1000");
        client.set("socket.keepalive.enable", "true").set("log.connection.close", "false");
        let settings = [
            ("security.protocol", self.security_protocol.to_ascii_lowercase()),
            ("sasl.mechanism", self.sasl_mechanism.to_ascii_uppercase()),
            ("sasl.username", self.username.clone()),
            ("sasl.password", self.password.0.clone()),
            ("ssl.ca.location", self.ca_file.as_ref().map(|file| file.display().to_string()).unwrap_or_default()),
        ];
        for (key, value) in settings.into_iter().filter(|(_, value)| !value.is_empty()) {
            client.set(key, value);
        }
        client
    }
}

fn broker(host: &str) -> Result<String, ConfigError> {
    let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
    let port = if port.is_empty() { PORT } else { port.parse().map_err(|_| ConfigError::Url)? };
    let odd = |c: char| c.is_whitespace() || "/?#@".contains(c);
    if name.is_empty() || name.contains(odd) { Err(ConfigError::Url) } else { Ok(format!("{name}:{port}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_brokers() {
        let brokers = |url: &str| KafkaConfig::from_url(url).map(|config| config.brokers);
        assert_eq!(brokers("kafka://one:9093, two/"), Ok("one:9093,two:9092".to_owned()));
        for bad in ["kafka://", "kafka://a,,b", "kafka://a:b", "kafka://ana:secret@a", "http://a:1", "kafka://a/b"] {
            assert_eq!(brokers(bad), Err(ConfigError::Url), "{bad}");
        }
    }

    #[test]
    fn half_a_sign_in_is_refused() {
        let plain = KafkaConfig::from_url("kafka://a").expect("a URL");
        assert_eq!(plain.validate(), Ok(()));
        let named = KafkaConfig { username: "ana".to_owned(), ..plain.clone() };
        let missing = ConfigError::Missing { what: "USERNAME", missing: "SECURITY_PROTOCOL=sasl_…" };
        assert_eq!(named.validate(), Err(missing));
        let safe = KafkaConfig { security_protocol: "SASL_PLAINTEXT".to_owned(), ..named };
        let missing = ConfigError::Missing { what: "SECURITY_PROTOCOL", missing: "SASL_MECHANISM" };
        assert_eq!(safe.validate(), Err(missing));
        let odd = KafkaConfig { security_protocol: "tls".to_owned(), ..plain };
        assert!(matches!(odd.validate(), Err(ConfigError::Unknown { what: "SECURITY_PROTOCOL", .. })));
    }

    #[test]
    fn a_password_is_never_printed() {
        let mut config = KafkaConfig::from_url("kafka://a").expect("a URL");
        config.password = Secret("hunter2".to_owned());
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}

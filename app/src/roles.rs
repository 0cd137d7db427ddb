//! The roles of a process: what it starts, and where it listens.

use std::net::SocketAddr;

use anyhow::{Result, bail};
use store_postgres::Access;

use crate::cli::Role;
use crate::config::Config;

/// What a process does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Roles(Vec<Role>);

/// The roles that do something in this version, with the port that each listens on when nobody says otherwise.
const PORTS: [(Role, u16); 7] = [
    (Role::Gateway, 8080),
    (Role::Bot, 8081),
    (Role::Audit, 8082),
    (Role::Sync, 8083),
    (Role::Relay, 8084),
    (Role::Recurrence, 8085),
    (Role::Reminders, 8086),
];

impl Roles {
    /// Those of the command line; none means all.
    ///
    /// # Errors
    /// When they do not fit the bus: the embedded one lives inside one process, which must then play every role.
    pub(crate) fn of(named: &[Role], config: &Config) -> Result<Self> {
        if named.is_empty() {
            return Ok(Self(PORTS.iter().map(|(role, _)| *role).collect()));
        }
        let needed = [Role::Bot, Role::Gateway, Role::Audit, Role::Recurrence, Role::Reminders];
        let missing: Vec<&str> = needed.iter().filter(|role| !named.contains(role)).map(|role| role.name()).collect();
        if !missing.is_empty() && config.events_url.starts_with("embedded:") {
            bail!(
                "the embedded bus needs every role in one process, but --roles leaves out {}; \
                 leave --roles away, or use Kafka: TASKBOT_EVENTS_URL=kafka://host:9092",
                missing.join(", ")
            );
        }
        Ok(Self(named.to_vec()))
    }

    /// Whether the process plays it.
    pub(crate) fn play(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether everything that the process does stands still without the bus.
    pub(crate) fn need_the_bus(&self) -> bool {
        self.0.iter().all(|role| matches!(role, Role::Relay | Role::Audit | Role::Sync))
    }

    /// What the process needs of the database.
    pub(crate) fn access(&self) -> Access {
        match self.0.as_slice() {
            [Role::Audit] => Access::Audit,
            [Role::Relay] => Access::Relay,
            roles if roles.contains(&Role::Audit) => Access::Everything,
            _ => Access::Core,
        }
    }

    /// How much of it the process sees.
    pub(crate) fn sight(&self) -> consumers::Sight {
        if self.access() == Access::Audit { consumers::Sight::AuditAlone } else { consumers::Sight::Everything }
    }

    /// The reactions among them.
    pub(crate) fn consumers(&self) -> Vec<consumers::Role> {
        let reaction = |role: &Role| match role {
            Role::Audit => Some(consumers::Role::Audit),
            Role::Recurrence => Some(consumers::Role::Recurrence),
            Role::Reminders => Some(consumers::Role::Reminders),
            Role::Bot | Role::Gateway | Role::Relay | Role::Sync => None,
        };
        self.0.iter().filter_map(reaction).collect()
    }

    /// Where to listen: as configured, else on the port of the first role in the order of the ports.
    pub(crate) fn addr(&self, config: &Config) -> SocketAddr {
        let own = PORTS.iter().find(|(role, _)| self.play(*role)).map_or(8080, |(_, port)| *port);
        config.http.addr.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], own)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_listens_on_the_port_of_its_role() {
        let config = Config { events_url: "kafka://a".to_owned(), ..Config::default() };
        let port = |roles: &[Role]| Roles::of(roles, &config).expect("roles").addr(&config).port();
        assert_eq!(port(&[]), 8080);
        assert_eq!(port(&[Role::Relay]), 8084);
        assert_eq!(port(&[Role::Reminders, Role::Bot]), 8081);
    }

    #[test]
    fn a_process_takes_on_what_its_roles_need() {
        let config = Config { events_url: "kafka://a".to_owned(), ..Config::default() };
        let access = |roles: &[Role]| Roles::of(roles, &config).expect("roles").access();
        assert_eq!(access(&[]), Access::Everything);
        assert_eq!(access(&[Role::Gateway, Role::Audit]), Access::Everything);
        assert_eq!(access(&[Role::Gateway, Role::Relay]), Access::Core);
        assert_eq!((access(&[Role::Relay]), access(&[Role::Audit])), (Access::Relay, Access::Audit));
    }

    #[test]
    fn a_part_of_the_roles_needs_a_bus_between_processes() {
        let config = Config::default();
        assert!(Roles::of(&[Role::Audit], &config).is_err_and(|error| error.to_string().contains("kafka://")));
        let all = [Role::Bot, Role::Gateway, Role::Audit, Role::Recurrence, Role::Reminders];
        assert!(Roles::of(&all, &config).is_ok_and(|roles| !roles.need_the_bus()));
    }
}

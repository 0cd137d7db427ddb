//! Which of the database's roles a process takes on, and whether its login may.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Executor, Row};
use tracing::warn;

use crate::error::{Kind, told};
use crate::open::{OpenError, place};

/// A role, and how a connection takes it on.
pub(crate) type Role = (&'static str, &'static str);

const APP: Role = ("taskbot_app", "SET ROLE taskbot_app");
const RELAY: Role = ("taskbot_relay", "SET ROLE taskbot_relay");
pub(crate) const AUDIT: Role = ("taskbot_audit", "SET ROLE taskbot_audit");

/// What a process does with the database. Its login has to be a member of the roles for that, and of no others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// All of it: `taskbot_app`, `taskbot_relay`, `taskbot_audit`.
    #[default]
    Everything,
    /// Commands, questions and what is asked across tenants, the audit log read only: `taskbot_app`, `taskbot_relay`.
    Core,
    /// Publishing the outbox, and looking whether everything moves: `taskbot_relay`.
    Relay,
    /// Writing, sealing and verifying the audit log; of the core it reads the outbox: `taskbot_audit`.
    Audit,
}

impl Access {
    /// The roles of the connections for commands, for what is asked across tenants, and for the audit log.
    pub(crate) const fn lanes(self) -> [Role; 3] {
        match self {
            Self::Everything => [APP, RELAY, AUDIT],
            Self::Core => [APP, RELAY, RELAY],
            Self::Relay => [RELAY; 3],
            Self::Audit => [AUDIT; 3],
        }
    }
}

/// Warns of a login that sees rows before it takes a role on: each tenant's walls would rest on our taking one on.
pub(crate) async fn warn_of_sight(connection: &mut PgConnection, login: &PgConnectOptions) {
    let seen = sqlx::query_scalar("SELECT EXISTS (SELECT FROM canary)").fetch_one(connection).await;
    if seen.unwrap_or(false) {
        let (place, name) = (place(login), quoted(login.get_username()));
        warn!(
            "on {place} the login {name} sees every tenant's rows without taking a role on: let the database's owner run \
             `ALTER ROLE {name} NOINHERIT`, and from PostgreSQL 16 on grant it its roles again WITH INHERIT FALSE"
        );
    }
}

/// Takes a role on.
pub(crate) async fn check_role(
    connection: &mut PgConnection,
    login: &PgConnectOptions,
    (role, take_on): Role,
) -> Result<(), OpenError> {
    let Err(error) = connection.execute(take_on).await else { return Ok(()) };
    let (place, reason) = (place(login), told(&error));
    if Kind::of(&error) == Kind::Away {
        return Err(OpenError::Away { place, reason });
    }
    let exists = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)").bind(role);
    match exists.fetch_one(&mut *connection).await {
        Ok(false) => Err(OpenError::Role { place, role, reason: "is missing".to_owned() }),
        _ => Err(OpenError::NotGranted { place, login: quoted(login.get_username()), role, reason }),
    }
}

/// A name as SQL has it.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let is_plain = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(plain);
    if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// Whether the role that was taken on sees what it should, and no more.
pub(crate) async fn check_sight(
    connection: &mut PgConnection,
    login: &PgConnectOptions,
    role: &'static str,
) -> Result<(), OpenError> {
    let row = sqlx::query("SELECT self_check($1)").bind(role).fetch_one(connection).await;
    let wrong = match row.and_then(|row| row.try_get::<Option<String>, _>(0)) {
        Ok(None) => return Ok(()),
        Ok(Some(wrong)) => wrong,
        Err(error) => format!("cannot be checked ({})", told(&error)),
    };
    Err(OpenError::Role { place: place(login), role, reason: wrong })
}

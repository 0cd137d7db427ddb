//! Opening: the right schema, roles that see what they should, connections with the right settings, and errors that
//! say what to do.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::error::PortError;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor};
use tokio::time::timeout;

use crate::PostgresStore;
use crate::access::{Access, Role, check_role, check_sight, warn_of_sight};
use crate::ask::Ask;
use crate::error::{BACKEND, Kind, told};
use crate::group::Group;
use crate::lane::{Lane, STALE, describe};
use crate::lease::holder;
use crate::migrate::newest_schema;
use crate::numbers::Numbers;

/// How long a process waits for its first connection.
const START: Duration = Duration::from_secs(15);
/// The patience with retention.
const UPKEEP: Duration = Duration::from_secs(120);

/// How a store works; the default suits one of a few replicas on a database with 100 connections.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What the process takes on.
    pub access: Access,
    /// Connections for commands and questions.
    pub app: u32,
    /// Connections for what is read across tenants: relay, claimer, leases.
    pub relay: u32,
    /// Connections for the audit log.
    pub audit: u32,
    /// How many may wait for a connection of each kind; more are refused at once.
    pub queue: usize,
    /// How long somebody waits for a connection.
    pub wait: Duration,
    /// How long a statement may run.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            access: Access::Everything,
            app: 16,
            relay: 4,
            audit: 4,
            queue: 256,
            wait: Duration::from_millis(1_500),
            patience: Duration::from_millis(2_500),
        }
    }
}

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL names no database.
    #[error("the database URL cannot be read: {0}")]
    Url(String),
    /// It does not answer.
    #[error("{place} does not answer: {reason}")]
    Away {
        /// Host, port and database.
        place: String,
        /// Why.
        reason: String,
    },
    /// There is no schema of Taskbot, or an older one.
    #[error(
        "{place} {found}; this release needs schema {wanted}: run `taskbot migrate` with \
        TASKBOT_MIGRATE__DATABASE_URL set to the database's owner"
    )]
    Older {
        /// Host, port and database.
        place: String,
        /// What is there.
        found: String,
        /// The schema that this release needs.
        wanted: i64,
    },
    /// The schema is that of a newer release.
    #[error(
        "{place} has schema {found}, written by a newer Taskbot (this release knows {wanted}): use that release; \
        `taskbot migrate` goes forward only"
    )]
    Newer {
        /// Host, port and database.
        place: String,
        /// What is there.
        found: i64,
        /// The schema that this release needs.
        wanted: i64,
    },
    /// The login is no member of a role that the process needs.
    #[error(
        "on {place} the login {login} cannot work as {role}, which the roles of this process need ({reason}): let the \
        database's owner run `GRANT {role} TO {login}`"
    )]
    NotGranted {
        /// Host, port and database.
        place: String,
        /// Who logged in, as SQL has it.
        login: String,
        /// The role.
        role: &'static str,
        /// What the server says.
        reason: String,
    },
    /// A role is missing, lacks grants, or sees what it should not.
    #[error(
        "on {place} the role {role} {reason}: run `taskbot migrate` with TASKBOT_MIGRATE__DATABASE_URL set to the \
        database's owner, and look at the grants of this role"
    )]
    Role {
        /// Host, port and database.
        place: String,
        /// The role.
        role: &'static str,
        /// What is wrong.
        reason: String,
    },
}

impl From<OpenError> for PortError {
    fn from(error: OpenError) -> Self {
        let reason = error.to_string();
        match error {
            OpenError::Away { .. } => Self::Unavailable { backend: BACKEND, reason },
            _ => Self::Broken { backend: BACKEND, reason },
        }
    }
}

impl PostgresStore {
    /// Opens a database whose schema is that of this release. `url` is `postgres://user:password@host:port/database`.
    ///
    /// # Errors
    /// When the database does not answer, has another schema, or its roles do not see what they should.
    pub async fn open(url: &str, options: Options) -> Result<Self, OpenError> {
        let login = login(url)?;
        look_at(&login, options).await?;
        describe();
        let lane = |name, role: Role, size, patience| Arc::new(lane(&login, (name, role.1), size, patience, options));
        let [app, relay, audit] = options.access.lanes();
        let app = lane("app", app, options.app, options.patience);
        let store = Self {
            group: Arc::new(Group::new(Arc::clone(&app), &options)),
            app,
            relay: lane("relay", relay, options.relay, options.patience),
            audit: lane("audit", audit, options.audit, options.patience),
            upkeep: lane("upkeep", relay, 1, UPKEEP),
            numbers: Numbers::default(),
            rung: Arc::default(),
            known: Arc::default(),
            holder: holder().map_err(|error| OpenError::Url(error.to_string()))?,
            login,
        };
        if let Err(error) = store.app.warm_up().await {
            tracing::warn!(error = %told(&error), "no connection was opened ahead");
        }
        // Tomorrow's partition, should nobody have made it; without it rows go to the rest.
        if options.access != Access::Audit
            && let Err(error) = store.upkeep.write_surely(Ask::new("SELECT make_days(8)::text")).await
        {
            tracing::warn!(%error, "the days ahead of the outbox were not made");
        }
        Ok(store)
    }
}

/// Reads a URL. What is wrong with it is said without repeating it, because it holds a password.
pub(crate) fn login(url: &str) -> Result<PgConnectOptions, OpenError> {
    let options: PgConnectOptions = url.parse().map_err(|error: sqlx::Error| OpenError::Url(error.to_string()))?;
    Ok(options
        .application_name("taskbot")
        .options([("search_path", "taskbot"), ("jit", "off"), ("idle_in_transaction_session_timeout", "10000")])
        .disable_statement_logging())
}

/// Whom a URL logs in, if it can be read.
#[must_use]
pub fn user(url: &str) -> Option<String> {
    login(url).ok().map(|login| login.get_username().to_owned())
}

/// Host, port and database, for people.
pub(crate) fn place(login: &PgConnectOptions) -> String {
    let database = login.get_database().unwrap_or_else(|| login.get_username());
    format!("postgres://{}:{}/{database}", login.get_host(), login.get_port())
}

/// A pool whose connections take a role on, lazily connected.
fn lane(
    login: &PgConnectOptions,
    (name, role): (&'static str, &'static str),
    size: u32,
    patience: Duration,
    options: Options,
) -> Lane {
    let pool = PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(options.wait)
        .test_before_acquire(false)
        .before_acquire(|connection, idle| {
            Box::pin(async move { Ok(idle.idle_for < STALE || connection.ping().await.is_ok()) })
        })
        .after_connect(move |connection, _| Box::pin(async move { connection.execute(role).await.map(drop) }));
    let limit = patience.as_millis().to_string();
    let pool = pool.connect_lazy_with(login.clone().options([("statement_timeout", limit.as_str())]));
    // The server gives up first; the rest of the patience is for the network.
    Lane::new(name, pool, options.queue, patience + Duration::from_millis(250))
}

/// Whether this is the right schema, and the roles see what they should.
async fn look_at(login: &PgConnectOptions, options: Options) -> Result<(), OpenError> {
    let away = |reason: String| OpenError::Away { place: place(login), reason };
    let mut connection = timeout(options.wait.max(START), login.connect())
        .await
        .map_err(|_| away("no connection in time".to_owned()))?
        .map_err(|error| away(told(&error)))?;
    let mut roles = options.access.lanes().to_vec();
    roles.dedup();
    warn_of_sight(&mut connection, login).await;
    check_role(&mut connection, login, roles[0]).await?;
    check_schema(&mut connection, login).await?;
    for role in roles {
        check_role(&mut connection, login, role).await?;
        check_sight(&mut connection, login, role.0).await?;
    }
    connection.close().await.map_err(|error| away(told(&error)))
}

async fn check_schema(connection: &mut PgConnection, login: &PgConnectOptions) -> Result<(), OpenError> {
    let wanted = newest_schema();
    let place = place(login);
    let applied = sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations WHERE success");
    let found: i64 = match applied.fetch_one(connection).await {
        Ok(found) => found,
        Err(error) if Kind::of(&error) == Kind::Away => return Err(OpenError::Away { place, reason: told(&error) }),
        Err(_) => return Err(OpenError::Older { place, found: "holds no schema of Taskbot".to_owned(), wanted }),
    };
    match found.cmp(&wanted) {
        std::cmp::Ordering::Less => Err(OpenError::Older { place, found: format!("has schema {found}"), wanted }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(OpenError::Newer { place, found, wanted }),
    }
}

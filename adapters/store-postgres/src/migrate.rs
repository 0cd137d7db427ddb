//! Bringing the schema up to date, as the owner of the database: what `taskbot migrate` does.

use sqlx::migrate::{Migrate, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

use crate::error::told;
use crate::open::{OpenError, login, place};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// The login that the service is expected to use, if the owner is not told another one.
const SERVICE: &str = "taskbot";

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The URL cannot be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database does not answer, or refuses.
    #[error("{place}: {reason}")]
    Database {
        /// Host, port and database.
        place: String,
        /// Why.
        reason: String,
    },
    /// A migration failed, or does not fit what is there.
    #[error("the schema of {place} cannot be brought up to date: {reason}")]
    Migration {
        /// Host, port and database.
        place: String,
        /// Why.
        reason: String,
    },
}

/// The schema of this release.
pub(crate) fn newest_schema() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Applies what is missing, as the database's owner; several may try at once, and one at a time does it. Then lets
/// `service`, the login of the service's own URL, take its roles on (without one: `taskbot`, if there is such a login).
/// `progress` is told each step in words.
///
/// # Errors
/// When the database does not answer, the owner may not do it, or the database is that of a newer release.
pub async fn migrate(
    owner_url: &str,
    service: Option<&str>,
    mut progress: impl FnMut(&str) + Send,
) -> Result<(), MigrateError> {
    let owner = login(owner_url)?;
    let failed = |error: sqlx::Error| MigrateError::Database { place: place(&owner), reason: told(&error) };
    let mut connection = owner.connect().await.map_err(failed)?;
    // For the whole session, hence until the end.
    connection.execute("SELECT pg_advisory_lock(hashtext('taskbot.migrate'))").await.map_err(failed)?;
    connection.execute("CREATE SCHEMA IF NOT EXISTS taskbot").await.map_err(failed)?;
    apply(&mut connection, &owner, &mut progress).await?;
    admit(&mut connection, service, &mut progress).await.map_err(failed)?;
    connection.close().await.map_err(failed)
}

async fn apply(
    connection: &mut PgConnection,
    owner: &PgConnectOptions,
    progress: &mut (impl FnMut(&str) + Send),
) -> Result<(), MigrateError> {
    let failed = |reason: String| MigrateError::Migration { place: place(owner), reason };
    let before = applied(connection).await.map_err(|error| failed(error.to_string()))?;
    MIGRATIONS.run_direct(None, connection, false).await.map_err(|error| failed(error.to_string()))?;
    for migration in MIGRATIONS.iter().filter(|migration| migration.version > before) {
        progress(&format!("applied {}: {}", migration.version, migration.description));
    }
    if before == newest_schema() {
        progress("the schema is up to date");
    }
    Ok(())
}

async fn applied(connection: &mut PgConnection) -> Result<i64, sqlx::migrate::MigrateError> {
    connection.ensure_migrations_table("_sqlx_migrations").await?;
    let applied = connection.list_applied_migrations("_sqlx_migrations").await?;
    Ok(applied.iter().map(|migration| migration.version).max().unwrap_or_default())
}

/// Lets a login take on the roles of the service. Granting again changes nothing.
async fn admit(
    connection: &mut PgConnection,
    service: Option<&str>,
    progress: &mut (impl FnMut(&str) + Send),
) -> Result<(), sqlx::Error> {
    let exists = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)");
    let name = service.unwrap_or(SERVICE);
    if !exists.bind(name).fetch_one(&mut *connection).await? {
        progress(&format!("there is no login {name}: grant it the roles taskbot_app, taskbot_relay, taskbot_audit"));
        return Ok(());
    }
    let grant = "SELECT format('GRANT taskbot_app, taskbot_relay, taskbot_audit TO %I', $1::text)";
    let grant: String = sqlx::query_scalar(grant).bind(name).fetch_one(&mut *connection).await?;
    connection.execute(sqlx::raw_sql(AssertSqlSafe(grant))).await?;
    progress(&format!("{name} may take on the roles of the service"));
    Ok(())
}

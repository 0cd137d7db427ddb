//! Bringing the schema up to date, as the owner of the database: what `taskbot migrate` does.

use sqlx::migrate::{Migrate, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

use crate::error::told;
use crate::open::{OpenError, login, place};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// The login that the service is expected to use, if the owner is not told another one.
const SERVICE: &str = "taskbot";

/// Whoever waits for a table holds up everybody who comes after, so nobody waits for long.
const LOCKS: &str = "SET lock_timeout = '3s'";
/// How often a migration is tried that finds a table locked.
const ATTEMPTS: u32 = 20;
/// What other logins do is not told to everybody.
const HOLDERS: &str = "
    SELECT string_agg(format('process %s (%s%s)', pid, usename, ', its transaction ' || age || ' s old'), ', ')
    FROM (
        SELECT DISTINCT a.pid, a.usename, extract(epoch FROM clock_timestamp() - a.xact_start)::bigint AS age
        FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.granted AND c.relnamespace = 'taskbot'::regnamespace AND c.relkind IN ('r', 'p')
            AND a.pid <> pg_backend_pid()
        ORDER BY age DESC LIMIT 5
    ) held";

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
    connection.execute(LOCKS).await.map_err(failed)?;
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
    let mut left = ATTEMPTS;
    while let Err(error) = MIGRATIONS.run_direct(None, connection, false).await {
        left -= 1;
        if !waits_for_a_lock(&error) {
            return Err(failed(error.to_string()));
        }
        let holders = holders(connection).await.map_err(|error| failed(told(&error)))?;
        if left == 0 {
            return Err(failed(format!("a table stays locked {holders}; end what holds it and run this again")));
        }
        progress(&format!("a table is locked {holders}; trying again, {left} times at most"));
    }
    for migration in MIGRATIONS.iter().filter(|migration| migration.version > before) {
        progress(&format!("applied {}: {}", migration.version, migration.description));
    }
    if before == newest_schema() {
        progress("the schema is up to date");
    }
    Ok(())
}

/// Whether another transaction held a table for too long. All of that migration was rolled back.
fn waits_for_a_lock(error: &sqlx::migrate::MigrateError) -> bool {
    use sqlx::migrate::MigrateError::{Execute, ExecuteMigration};
    let (Execute(error) | ExecuteMigration(error, _)) = error else { return false };
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref() == Some("55P03")
}

/// Who has held tables of the schema for a while, in words.
async fn holders(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    let found: Option<String> = sqlx::query_scalar(HOLDERS).fetch_one(connection).await?;
    Ok(found.map_or_else(|| "by somebody who has just let go".to_owned(), |found| format!("by {found}")))
}

async fn applied(connection: &mut PgConnection) -> Result<i64, sqlx::migrate::MigrateError> {
    connection.ensure_migrations_table("_sqlx_migrations").await?;
    let applied = connection.list_applied_migrations("_sqlx_migrations").await?;
    Ok(applied.iter().map(|migration| migration.version).max().unwrap_or_default())
}

/// Roles are to be taken on, not to come with the login. Before version 16 that is a matter of the login alone.
const GRANT: &str = "
    SELECT format('GRANT taskbot_app, taskbot_relay, taskbot_audit TO %I', $1::text)
        || CASE WHEN current_setting('server_version_num')::int >= 160000 THEN ' WITH INHERIT FALSE' ELSE '' END";

/// Lets a login take on the roles of the service. Granting again changes nothing.
async fn admit(
    connection: &mut PgConnection,
    service: Option<&str>,
    progress: &mut (impl FnMut(&str) + Send),
) -> Result<(), sqlx::Error> {
    let exists = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)");
    let name = service.unwrap_or(SERVICE);
    if !exists.bind(name).fetch_one(&mut *connection).await? {
        progress(&format!(
            "there is no login {name}: grant the roles taskbot_app, taskbot_relay, taskbot_audit to logins of yours"
        ));
        return Ok(());
    }
    let grant: String = sqlx::query_scalar(GRANT).bind(name).fetch_one(&mut *connection).await?;
    connection.execute(sqlx::raw_sql(AssertSqlSafe(grant))).await?;
    progress(&format!("{name} may take on the roles of the service"));
    Ok(())
}

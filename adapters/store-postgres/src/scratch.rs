//! A migrated database of its own for the tests of this crate, and a store on it.

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

use crate::{Options, PostgresStore, migrate};

/// A login of the stack, in this database.
fn stack(name: &str, database: &str) -> PgConnectOptions {
    let url = std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: this test needs a real PostgreSQL; run ci/test.sh, or `ci/stack.sh up` first")
    });
    url.parse::<PgConnectOptions>().expect("a URL").database(database)
}

/// The login that may create databases.
fn owner(database: &str) -> PgConnectOptions {
    stack("STACK_POSTGRES_URL", database)
}

async fn run(statement: String) {
    let mut connection = owner("postgres").connect().await.expect("a connection");
    connection.execute(sqlx::raw_sql(AssertSqlSafe(statement))).await.expect("done");
    connection.close().await.expect("closed");
}

/// Runs a test on a store whose connections have these settings, in a database that is dropped afterwards.
pub(crate) async fn with_store<T>(settings: &[(&str, &str)], test: impl AsyncFnOnce(&PostgresStore) -> T) -> T {
    let name = format!("taskbot_unit_{}", uuid::Uuid::from_u128(u128::from(std::process::id())).as_simple());
    run(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    run(format!("CREATE DATABASE {name} TEMPLATE template0")).await;
    migrate(owner(&name).to_url_lossy().as_str(), None, |_| {}).await.expect("migrated");
    let mut url = stack("STACK_POSTGRES_LOGIN_URL", &name).to_url_lossy();
    let settings: Vec<String> = settings.iter().map(|(name, value)| format!("-c {name}={value}")).collect();
    url.query_pairs_mut().append_pair("options", &settings.join(" "));
    let store = PostgresStore::open(url.as_str(), Options::default()).await.expect("a store");
    let result = test(&store).await;
    store.close().await;
    run(format!("DROP DATABASE {name} WITH (FORCE)")).await;
    result
}

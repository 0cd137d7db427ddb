//! The suites on PostgreSQL; and what only PostgreSQL can do.

mod away;
mod leases;
mod outbox;
mod schema;
mod tenants;

use std::sync::Arc;

use store_postgres::{Options, PostgresStore};

use super::audit::refuses_to_be_rewritten;
use crate::kit::postgres::Database;

mod on_a_server {
    crate::conformance::store::suite!(crate::conformance::postgres::migrated);
    crate::conformance::load::suite!(crate::conformance::postgres::migrated);
    crate::conformance::find::suite!(crate::conformance::postgres::migrated);
    crate::conformance::search::suite!(crate::conformance::postgres::migrated);
    crate::conformance::agenda::suite!(crate::conformance::postgres::migrated);
    crate::conformance::people::suite!(crate::conformance::postgres::migrated);
    crate::conformance::audit::suite!(crate::conformance::postgres::migrated);
    crate::conformance::inbox::suite!(crate::conformance::postgres::migrated);
    crate::conformance::outbox::suite!(crate::conformance::postgres::migrated);
}

/// A store, and the database that goes with it.
pub(crate) struct Scratch {
    pub(crate) store: Arc<PostgresStore>,
    pub(crate) database: Database,
}

pub(crate) async fn migrated() -> Scratch {
    let database = Database::migrated().await;
    let store = open(&database).await;
    Scratch { store: Arc::new(store), database }
}

/// Another process on the same database.
async fn open(database: &Database) -> PostgresStore {
    PostgresStore::open(&database.url(), Options::default()).await.expect("a store")
}

#[tokio::test]
async fn the_audit_log_refuses_to_be_rewritten() {
    let scratch = migrated().await;
    refuses_to_be_rewritten(&*scratch.store, async |statement| scratch.database.sql(statement).await).await;
}

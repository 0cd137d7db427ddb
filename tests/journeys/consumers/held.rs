//! What a restore holds back is no silence: whoever looks after the rest says so.

use std::sync::Arc;

use consumers::{Checker, Findings};
use domain::command::AddTask;
use domain::ports::archive::{Archive, Filling};
use domain::ports::clock::Clock;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _};
use store_sqlite::{Options, SqliteArchive, SqliteStore};
use tokio::sync::mpsc;

use crate::kit::world::{World, draft, due};

async fn store(url: &str) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(url, Options::default()).await.expect("a store"))
}

async fn checked(world: &World) -> Findings {
    let (agenda, outbox, clock) = (world.store.clone(), world.store.clone(), world.clock.clone());
    Checker::new(agenda, outbox, clock, Vec::new(), Vec::new()).check().await.expect("checked")
}

#[tokio::test]
async fn whoever_looks_for_what_stands_still_counts_what_a_restore_holds_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = |name: &str| format!("sqlite://{}", folder.path().join(name).display());
    let (before, after) = (url("before.db"), url("after.db"));
    let world = World::over(store(&before).await);
    let ana = world.person("ana").await;
    for wall in ["2026-03-05T09:00", "2026-03-06T09:00"] {
        world.add(&ana, AddTask { due: Some(due(wall)), ..draft(&ana, "stretch") }).await;
    }
    world.clock.set("2026-03-05T20:00:00Z");
    assert_eq!(checked(&world).await, Findings::default());
    let (from, into) = (SqliteArchive::at(&before).expect("a file"), SqliteArchive::at(&after).expect("a file"));
    let (to, rows) = mpsc::channel(4);
    let filling = Filling { hold: Some(world.clock.now()), ..Filling::default() };
    let (read, written) = tokio::join!(from.dump(to), into.fill(rows, filling));
    read.expect("read");
    written.expect("written");
    let restored = World::over(store(&after).await);
    restored.clock.set("2026-03-05T20:00:00Z");
    assert_eq!(checked(&restored).await, Findings { held: 1, ..Findings::default() }, "what is due later is not held");
    into.release().await.expect("released");
    assert_eq!(checked(&restored).await, Findings::default());
}

#[tokio::test]
async fn whoever_looks_for_what_stands_still_finds_a_log_that_nobody_seals() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("taskbot.db");
    let world = World::over(store(&format!("sqlite://{}", file.display())).await);
    let (agenda, outbox, clock) = (world.store.clone(), world.store.clone(), world.clock.clone());
    let checker = Checker::new(agenda, outbox, clock, Vec::new(), Vec::new()).after_sealer(world.sealer());
    assert_eq!(checker.check().await.expect("checked").unsealed, None);
    let mut owner = SqliteConnectOptions::new().filename(&file).connect().await.expect("a connection");
    for (since, found) in [("unixepoch()", false), ("unixepoch() - 120", true)] {
        let waits = format!("INSERT OR REPLACE INTO audit_unsealed (row, since) SELECT 1, 1000000 * ({since})");
        sqlx::raw_sql(AssertSqlSafe(waits)).execute(&mut owner).await.expect("written");
        assert_eq!(checker.check().await.expect("checked").unsealed.is_some(), found, "{since}");
    }
}

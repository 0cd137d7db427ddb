//! What a restore holds back is no silence: whoever looks after the rest says so.

use std::sync::Arc;

use consumers::{Checker, Findings};
use domain::command::AddTask;
use domain::ports::archive::{Archive, Filling};
use domain::ports::clock::Clock;
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

//! New tasks that come together share a transaction, and none of them pays for another.

use std::sync::Arc;

use domain::change::Change;
use domain::list::List;
use domain::ports::store::{CommitError, Store};
use futures::future::join_all;

use super::{Scratch, migrated};
use crate::conformance::store::{committed, console};
use crate::kit::samples::Samples;

const MANY: u64 = 64;

/// New tasks of one list, numbered from `first`.
fn news(samples: &Samples, list: &List, first: u64, count: u64) -> Vec<Change> {
    let author = samples.person("ana").id;
    (first..first + count).map(|number| samples.making(list, &samples.task(list, author, number))).collect()
}

async fn scratch() -> (Scratch, Samples, List) {
    let (scratch, samples) = (migrated().await, Samples::default());
    let list = List::personal(console(), samples.person("ana").id);
    committed(&*scratch.store, Change { lists: vec![list.clone()], ..Change::default() }).await;
    (scratch, samples, list)
}

async fn all_at_once(store: &impl Store, changes: Vec<Change>) -> Vec<Result<(), CommitError>> {
    join_all(changes.into_iter().map(|change| store.commit(change))).await
}

/// A figure over all tenants.
async fn figure(scratch: &Scratch, sql: &str) -> i64 {
    let mut connection = scratch.database.role("taskbot_relay").await;
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.expect("a figure")
}

#[tokio::test]
async fn tasks_that_come_together_share_transactions_and_are_all_there() {
    let (scratch, samples, list) = scratch().await;
    let results = all_at_once(&*scratch.store, news(&samples, &list, 1, MANY)).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(figure(&scratch, "SELECT count(*) FROM tasks").await, 64);
    let transactions = figure(&scratch, "SELECT count(DISTINCT xmin::text) FROM tasks").await;
    assert!(transactions < 64, "each of 64 tasks had a transaction of its own");
    assert_eq!(figure(&scratch, "SELECT count(DISTINCT key) FROM outbox").await, 64);
}

#[tokio::test]
async fn whoever_conflicts_is_alone_to_fail() {
    let (scratch, samples, list) = scratch().await;
    let mut changes = news(&samples, &list, 1, MANY);
    // Numbers 1 to 8 a second time.
    changes.extend(news(&samples, &list, 1, 8));
    let results = all_at_once(&*scratch.store, changes).await;
    let conflicts = results.iter().filter(|result| matches!(result, Err(CommitError::Conflict("task")))).count();
    assert_eq!(conflicts, 8, "{results:?}");
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 64);
    assert_eq!(figure(&scratch, "SELECT count(DISTINCT number) FROM tasks").await, 64);
}

#[tokio::test]
async fn whoever_goes_away_leaves_the_others_their_turn() {
    let (scratch, samples, list) = scratch().await;
    let store = Arc::clone(&scratch.store);
    let asked = |change: Change| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.commit(change).await })
    };
    let some: Vec<_> = news(&samples, &list, 1, MANY).into_iter().map(asked).collect();
    tokio::task::yield_now().await;
    some.iter().step_by(2).for_each(tokio::task::JoinHandle::abort);
    let stayed: Vec<_> = some.into_iter().skip(1).step_by(2).collect();
    for result in join_all(stayed).await {
        result.expect("not aborted").expect("committed");
    }
    let results = all_at_once(&*scratch.store, news(&samples, &list, MANY + 1, MANY)).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
}

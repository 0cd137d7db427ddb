//! The outbox where positions appear out of order, and its days.

use std::sync::Arc;
use std::time::Duration;

use domain::event::Topic;
use domain::list::List;
use domain::ports::bus::{Cursor, Hole, Most, Outbox, OutboxRow};
use sqlx::{Connection, Executor};
use store_postgres::PostgresStore;
use tokio::time::Instant;

use super::{Scratch, migrated};
use crate::conformance::store::make_one;
use crate::kit::samples::{Samples, tenant};

const BOTH: [Topic; 2] = [Topic::TaskEvents, Topic::Reminders];

async fn make(store: &PostgresStore, samples: &Samples, count: usize) {
    let ana = samples.person("ana").id;
    let list = List::personal(tenant("console"), ana);
    for _ in 0..count {
        make_one(store, samples, &list, ana).await;
    }
}

async fn follow(store: &PostgresStore, cursor: &mut Cursor, max: usize) -> Vec<OutboxRow> {
    let followed = store.follow(cursor, &BOTH, max.into()).await.expect("rows");
    *cursor = followed.cursor;
    followed.rows
}

const ROW: &str = "INSERT INTO outbox (created_at, key, topic, payload)
    VALUES (1771000000000000, gen_random_uuid(), 'task-events', '{}')";

#[tokio::test]
async fn a_row_that_commits_late_is_followed_however_far_the_reader_is() {
    let Scratch { store, database } = migrated().await;
    let samples = Samples::default();
    let mut slow = database.role("taskbot_app").await;
    let mut transaction = slow.begin().await.expect("a transaction");
    transaction.execute(ROW).await.expect("inserted");
    make(&store, &samples, 3).await;
    let mut cursor = Cursor::default();
    assert_eq!(follow(&store, &mut cursor, 10).await.len(), 3);
    assert_eq!((cursor.position, cursor.holes.len()), (4, 1));
    for _ in 0..3 {
        assert!(follow(&store, &mut cursor, 10).await.is_empty());
        assert_eq!(cursor.holes.len(), 1, "its writer is still there");
    }
    // Another reader begins where this one stopped.
    store.save_cursor("audit", &cursor, 0).await.expect("saved");
    cursor = store.cursor("audit").await.expect("a cursor");
    transaction.commit().await.expect("committed");
    let late = follow(&store, &mut cursor, 10).await;
    assert_eq!(late.iter().map(|row| row.position).collect::<Vec<_>>(), [1]);
    assert_eq!(cursor, Cursor::at(4));
}

#[tokio::test]
async fn rows_that_commit_late_come_all_at_once_however_few_bytes_are_wanted() {
    let Scratch { store, database } = migrated().await;
    let samples = Samples::default();
    let (mut one, mut other) = (database.role("taskbot_app").await, database.role("taskbot_app").await);
    let mut slow = [one.begin().await.expect("a transaction"), other.begin().await.expect("a transaction")];
    for transaction in &mut slow {
        transaction.execute(ROW).await.expect("inserted");
    }
    make(&store, &samples, 3).await;
    let mut cursor = Cursor::default();
    assert_eq!(follow(&store, &mut cursor, 10).await.len(), 3);
    assert_eq!(cursor.holes.len(), 2);
    make(&store, &samples, 2).await;
    for transaction in slow {
        transaction.commit().await.expect("committed");
    }
    let most = Most { rows: 10, bytes: 1 };
    let mut seen = Vec::new();
    for _ in 0..3 {
        let followed = store.follow(&cursor, &BOTH, most).await.expect("rows");
        seen.push(followed.rows.iter().map(|row| row.position).collect::<Vec<_>>());
        cursor = followed.cursor;
    }
    assert_eq!(seen, [vec![1, 2], vec![6], vec![7]], "a look counts as one into each hole");
}

#[tokio::test]
async fn nothing_overtakes_what_commits_late_however_few_rows_are_wanted() {
    let Scratch { store, database } = migrated().await;
    let samples = Samples::default();
    let (mut one, mut other) = (database.role("taskbot_app").await, database.role("taskbot_app").await);
    let (mut stays, mut ends) =
        (one.begin().await.expect("a transaction"), other.begin().await.expect("a transaction"));
    stays.execute(ROW).await.expect("inserted");
    ends.execute(ROW).await.expect("inserted");
    make(&store, &samples, 1).await;
    let mut cursor = Cursor::default();
    follow(&store, &mut cursor, 1).await;
    assert_eq!((cursor.position, cursor.holes.len()), (3, 2), "more holes than rows are wanted");
    // What is written after this commit may be the next version of what is in it.
    ends.commit().await.expect("committed");
    make(&store, &samples, 1).await;
    let seen = follow(&store, &mut cursor, 1).await;
    assert_eq!(seen.iter().map(|row| row.position).collect::<Vec<_>>(), [2, 4]);
    stays.rollback().await.expect("rolled back");
}

#[tokio::test]
async fn behind_more_holes_than_can_be_looked_into_nothing_is_read() {
    let Scratch { store, .. } = migrated().await;
    make(&store, &Samples::default(), 3).await;
    let hole = |position| Hole { position, marker: u64::try_from(i64::MAX).expect("positive") };
    // The last hole is the first row's; the others stand behind the cursor.
    for (holes, seen) in [(40, vec![1, 2, 3]), (41, vec![])] {
        let holes = (2 - holes..=1).map(hole).collect::<Vec<_>>();
        let followed = store.follow(&Cursor { position: 1, holes }, &BOTH, 5.into()).await.expect("rows");
        assert_eq!(followed.rows.iter().map(|row| row.position).collect::<Vec<_>>(), seen);
    }
}

#[tokio::test]
async fn a_position_that_was_rolled_back_is_given_up_and_only_when_it_is_safe() {
    let Scratch { store, database } = migrated().await;
    let samples = Samples::default();
    let mut slow = database.role("taskbot_app").await;
    let mut transaction = slow.begin().await.expect("a transaction");
    transaction.execute(ROW).await.expect("inserted");
    make(&store, &samples, 1).await;
    let mut cursor = Cursor::default();
    follow(&store, &mut cursor, 10).await;
    assert_eq!(cursor.holes.len(), 1);
    transaction.rollback().await.expect("rolled back");
    // Transaction ids are the whole server's: somebody elsewhere may still be at one from before the marker.
    let deadline = Instant::now() + Duration::from_secs(20);
    while !cursor.holes.is_empty() && Instant::now() < deadline {
        assert!(follow(&store, &mut cursor, 10).await.is_empty());
    }
    assert_eq!(cursor, Cursor::at(2), "no transaction up to the marker is left");
}

#[tokio::test]
async fn days_that_everybody_has_passed_are_dropped_whole_and_leave_no_holes() {
    let Scratch { store, database } = migrated().await;
    let day =
        "CREATE TABLE outbox_20260201 PARTITION OF outbox FOR VALUES FROM (1769904000000000) TO (1769990400000000)";
    database.sql(day).await.expect("a day");
    let old = "INSERT INTO outbox (created_at, key, topic, payload)
        SELECT 1769904000000000 + n, gen_random_uuid(), 'task-events', '{}' FROM generate_series(1, 500) n";
    database.sql(old).await.expect("rows");
    make(&store, &Samples::default(), 2).await;
    store.save_cursor("audit", &Cursor::at(499), 0).await.expect("saved");
    let before = "2026-02-03T00:00:00Z".parse().expect("a time");
    assert_eq!(store.prune(before, &["audit"]).await.expect("pruned"), 499);
    store.save_cursor("audit", &Cursor::at(501), 0).await.expect("saved");
    // Of a day that goes whole the server's own estimate counts, which may be from before.
    assert!(store.prune(before, &["audit"]).await.expect("pruned") >= 1);
    assert!(database.sql("SELECT FROM outbox_20260201").await.is_err(), "dropped");
    let mut newcomer = Cursor::default();
    assert_eq!(follow(&store, &mut newcomer, 10).await.len(), 2);
    assert_eq!(newcomer, Cursor::at(502));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rows_of_each_task_come_in_order_while_writers_stall_and_roll_back() {
    let Scratch { store, database } = migrated().await;
    let samples = Arc::new(Samples::default());
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let (store, samples) = (store.clone(), samples.clone());
            tokio::spawn(async move { make(&store, &samples, 20).await })
        })
        .collect();
    let mut staller = database.role("taskbot_app").await;
    let stalling = tokio::spawn(async move {
        for round in 0..20_u64 {
            let mut transaction = staller.begin().await.expect("a transaction");
            transaction.execute(ROW).await.expect("inserted");
            tokio::time::sleep(Duration::from_millis(5 + round % 3 * 20)).await;
            if round % 2 == 0 {
                transaction.commit().await.expect("committed");
            } else {
                transaction.rollback().await.expect("rolled back");
            }
        }
    });
    let (mut cursor, mut seen) = (Cursor::default(), Vec::new());
    while seen.len() < 90 || !cursor.holes.is_empty() {
        seen.extend(follow(&store, &mut cursor, 5).await);
    }
    for writer in writers {
        writer.await.expect("a writer");
    }
    stalling.await.expect("the staller");
    seen.extend(follow(&store, &mut cursor, 5).await);
    seen.sort_by_key(|row| row.position);
    assert_eq!(seen, store.read(0, &BOTH, 1_000).await.expect("rows"));
}

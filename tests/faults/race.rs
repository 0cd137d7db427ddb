//! Readers of the outbox against 32 writers that stall, roll back and overtake each other, beside a pinned snapshot:
//! ours sees each event once and each stream in order, and each reader that does it in a way that is known to be wrong
//! is found out.
//!
//! `RACE_EVENTS` sets how many events ours is to follow.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use domain::event::Topic;
use domain::ports::bus::{Cursor, Outbox as _};
use futures::future::{join_all, try_join_all};
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection, Row as _};
use store_postgres::holes::{Look, settle};
use store_postgres::{Options, PostgresStore};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::sleep;

use super::{note, size};
use crate::kit::dice::Dice;
use crate::kit::postgres::Database;

const WRITERS: u64 = 32;
const STREAMS: u64 = 64;
/// After so many events of one writer all go on with other streams, as tasks come and go: the versions of a row that a
/// pinned snapshot keeps are all looked at by whoever changes it next.
const GENERATION: u64 = 3_000;
const TOPIC: [Topic; 1] = [Topic::TaskEvents];
/// How many events the wrong readers get.
const FEW: u64 = 4_000;

/// A row with a version per stream, and a writer with the discipline of `commit_change`: an id of its transaction and
/// the row's lock first, the position after that.
const WRITING: &str = "
    CREATE TABLE public.race (key uuid PRIMARY KEY, version bigint NOT NULL);
    CREATE TABLE public.taken (position bigint PRIMARY KEY);
    CREATE FUNCTION race_write(stream bigint, early float, late float, fails boolean) RETURNS void
    LANGUAGE plpgsql AS $$
    DECLARE
        named uuid := ('00000000-0000-0000-0000-' || lpad(stream::text, 12, '0'))::uuid;
        next bigint;
    BEGIN
        PERFORM pg_current_xact_id();
        PERFORM pg_sleep(early);
        UPDATE public.race SET version = version + 1 WHERE key = named RETURNING version INTO next;
        INSERT INTO outbox (created_at, key, topic, payload) VALUES (1771000000000000, named, 'task-events', next);
        PERFORM pg_sleep(late);
        IF fails THEN
            RAISE EXCEPTION 'rolled back on purpose';
        END IF;
    END $$;";

/// A busy machine is no reason to fail: what happens at the limits has tests of its own.
fn patient() -> Options {
    let long = Duration::from_secs(30);
    Options { wait: long, patience: long, ..Options::default() }
}

/// One race at a time: writers have a connection each, and a server has only so many.
static ALONE: Mutex<()> = Mutex::const_new(());

/// What a reader saw, in its order: stream and version.
type Seen = Vec<(String, i64)>;

struct Race {
    _alone: MutexGuard<'static, ()>,
    database: Database,
    over: Arc<AtomicBool>,
}

/// What a reader is guilty of.
#[derive(Debug, Default, PartialEq, Eq)]
struct Guilt {
    lost: usize,
    inversions: usize,
    repeats: usize,
}

async fn connected(database: &Database) -> PgConnection {
    let options: PgConnectOptions = database.owner_url().parse().expect("a URL");
    options.options([("search_path", "taskbot")]).disable_statement_logging().connect().await.expect("a connection")
}

/// One of the writers: what it does not stall, it does as fast as it can.
async fn write(database: &Database, seed: u64, events: u64) {
    let (mut dice, mut connection) = (Dice::seeded(seed + 1), connected(database).await);
    connection.execute("SET synchronous_commit = off").await.expect("set");
    let mut written = 0;
    while written < events {
        let stalls =
            |dice: &mut Dice, chance| if dice.below(chance) == 0 { dice.below(8_000) as f64 / 1e6 } else { 0.0 };
        let (early, late) = (stalls(&mut dice, 3), stalls(&mut dice, 8));
        let fails = dice.below(20) == 0;
        let stream = written / GENERATION * STREAMS + dice.below(STREAMS);
        let ask = sqlx::query("SELECT race_write($1, $2, $3, $4)").bind(stream.cast_signed());
        let done = ask.bind(early).bind(late).bind(fails).execute(&mut connection).await;
        assert_eq!(done.is_err(), fails, "{done:?}");
        written += u64::from(!fails);
    }
}

impl Race {
    async fn new() -> Self {
        let _alone = ALONE.lock().await;
        let database = Database::migrated().await;
        database.sql(WRITING).await.expect("writers");
        let race = Self { _alone, database, over: Arc::default() };
        race.streams(STREAMS).await;
        race
    }

    /// Makes so many streams, where they are not there yet.
    async fn streams(&self, count: u64) {
        let make = "INSERT INTO public.race SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 0
            FROM generate_series(0, $1 - 1) n ON CONFLICT DO NOTHING";
        let make = sqlx::query(make).bind(count.cast_signed());
        make.execute(&mut connected(&self.database).await).await.expect("streams");
    }

    /// Lets all writers write so many events while something holds a snapshot, then tells the readers.
    async fn run(&self, events: u64) {
        self.streams((events / WRITERS / GENERATION + 1) * STREAMS).await;
        let mut pinned = connected(&self.database).await;
        pinned
            .execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM public.race")
            .await
            .expect("a snapshot");
        join_all((0..WRITERS).map(|seed| write(&self.database, seed, events / WRITERS))).await;
        pinned.execute("COMMIT").await.expect("let go");
        self.over.store(true, Ordering::Release);
    }

    /// Reads with this until the writers are done and nothing more comes.
    async fn read<F: Future<Output = Option<Seen>>>(&self, mut step: impl FnMut() -> F) -> Seen {
        let mut seen = Seen::new();
        loop {
            let over = self.over.load(Ordering::Acquire);
            match step().await {
                Some(rows) if !rows.is_empty() => seen.extend(rows),
                None if over => return seen,
                _ => sleep(Duration::from_millis(2)).await,
            }
        }
    }

    async fn judge(&self, seen: &Seen) -> Guilt {
        let all = sqlx::query_as("SELECT key::text, version FROM public.race");
        let all: BTreeMap<String, i64> =
            all.fetch_all(&mut connected(&self.database).await).await.expect("the truth").into_iter().collect();
        let (mut once, mut last, mut guilt) = (BTreeSet::new(), BTreeMap::new(), Guilt::default());
        for (stream, version) in seen {
            let highest = last.entry(stream).or_insert(0);
            if !once.insert((stream, version)) {
                guilt.repeats += 1;
            } else if version < highest {
                guilt.inversions += 1;
            }
            *highest = (*version).max(*highest);
        }
        guilt.lost = usize::try_from(all.values().sum::<i64>()).expect("few") - once.len();
        guilt
    }
}

fn seen(rows: &[PgRow]) -> Seen {
    rows.iter().map(|row| (row.get("key"), row.get::<String, _>("payload").parse().expect("a version"))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reader_that_keeps_count_of_holes_loses_nothing_and_keeps_the_order() {
    let (events, began) = (size("RACE_EVENTS", 10_000), Instant::now());
    let race = Race::new().await;
    let store = PostgresStore::open(&race.database.url(), patient()).await.expect("a store");
    let (cursor, most) = (Mutex::new(Cursor::default()), std::sync::atomic::AtomicUsize::new(0));
    let follow = || async {
        let mut cursor = cursor.lock().await;
        let followed = store.follow(&cursor, &TOPIC, 1_000.into()).await.expect("rows");
        *cursor = followed.cursor;
        most.fetch_max(cursor.holes.len(), Ordering::Relaxed);
        let rows = followed.rows.into_iter().map(|row| (row.key, row.payload.parse().expect("a version")));
        let rows: Seen = rows.collect();
        (!rows.is_empty() || !cursor.holes.is_empty()).then_some(rows)
    };
    let ((), seen) = tokio::join!(race.run(events), race.read(follow));
    let guilt = race.judge(&seen).await;
    note(&format!(
        "race: {} events by {WRITERS} writers, {guilt:?}, {} holes at most, {:.1} s",
        seen.len(),
        most.into_inner(),
        began.elapsed().as_secs_f32()
    ));
    assert_eq!(guilt, Guilt::default());
    assert!(seen.len() as u64 >= events / WRITERS * WRITERS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_goes_by_position_alone_is_found_out() {
    let race = Race::new().await;
    let store = PostgresStore::open(&race.database.url(), patient()).await.expect("a store");
    let after = std::sync::atomic::AtomicI64::new(0);
    let read = || async {
        let rows = store.read(after.load(Ordering::Relaxed), &TOPIC, 1_000).await.expect("rows");
        after.store(rows.last()?.position, Ordering::Relaxed);
        Some(rows.into_iter().map(|row| (row.key, row.payload.parse().expect("a version"))).collect())
    };
    let ((), seen) = tokio::join!(race.run(FEW), race.read(read));
    let guilt = race.judge(&seen).await;
    note(&format!("race, by position alone: {guilt:?}"));
    assert!(guilt.lost > 0, "{guilt:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_goes_by_transaction_id_is_found_out() {
    const READ: &str = "SELECT xmin::text::bigint AS xid, position, key::text, payload FROM outbox
        WHERE xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
            AND (xmin::text::bigint, position) > ($1, $2)
        ORDER BY xmin::text::bigint, position LIMIT 1000";
    let race = Race::new().await;
    let place = Mutex::new((connected(&race.database).await, 0_i64, 0_i64));
    let read = || async {
        let (connection, xid, position) = &mut *place.lock().await;
        let rows = sqlx::query(READ).bind(*xid).bind(*position).fetch_all(connection).await.expect("rows");
        (*xid, *position) = (rows.last()?.get("xid"), rows.last()?.get("position"));
        Some(seen(&rows))
    };
    let ((), seen) = tokio::join!(race.run(FEW), race.read(read));
    let guilt = race.judge(&seen).await;
    note(&format!("race, by transaction id: {guilt:?}"));
    assert!(guilt.inversions > 0, "{guilt:?}");
}

/// Gives holes a marker that is not the reader's own: the highest id that its snapshot knew to be over.
struct JudgedBySnapshot {
    connection: PgConnection,
    cursor: Cursor,
}

impl JudgedBySnapshot {
    async fn read(&mut self) -> usize {
        const READ: &str = "SELECT now.xmin, now.xmax, o.position
            FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin,
                pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS xmax) now
            LEFT JOIN (SELECT * FROM outbox WHERE position = ANY ($2) OR position > $1) o ON true
            ORDER BY o.position";
        let holes: Vec<i64> = self.cursor.holes.iter().map(|hole| hole.position).collect();
        let ask = sqlx::query(READ).bind(self.cursor.position).bind(holes);
        let rows = ask.fetch_all(&mut self.connection).await.expect("rows");
        let number = |name: &str| rows[0].get::<i64, _>(name).cast_unsigned();
        let seen: Vec<i64> = rows.iter().filter_map(|row| row.get("position")).collect();
        let (found, xmax) = (seen.len(), number("xmax"));
        let look = Look { looked_into: usize::MAX, seen, xmin: number("xmin"), floor: 0 };
        self.cursor = settle(&self.cursor, &look).marked(xmax - 1);
        found
    }
}

/// Whoever has the later transaction id takes the earlier position, and commits last.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn holes_that_are_judged_by_the_snapshots_own_end_are_found_out() {
    const ROUNDS: usize = 50;
    const WRITE: &str = "SELECT race_write(0, 0, 0, false)";
    const OTHER: &str = "SELECT race_write(1, 0, 0, false)";
    let race = Race::new().await;
    let store = PostgresStore::open(&race.database.url(), patient()).await.expect("a store");
    let (mut ours, mut ours_saw, mut theirs_saw) = (Cursor::default(), 0, 0);
    let mut theirs = JudgedBySnapshot { connection: connected(&race.database).await, cursor: Cursor::default() };
    let (mut first, mut second) = (connected(&race.database).await, connected(&race.database).await);
    for _ in 0..ROUNDS {
        first.execute("BEGIN; SELECT pg_current_xact_id()").await.expect("an id");
        second.execute(sqlx::raw_sql(AssertSqlSafe(format!("BEGIN; {WRITE}")))).await.expect("a position");
        first.execute(sqlx::raw_sql(AssertSqlSafe(format!("{OTHER}; COMMIT")))).await.expect("committed");
        for look in 0..3 {
            if look == 2 {
                second.execute("COMMIT").await.expect("committed");
            }
            theirs_saw += theirs.read().await;
            let followed = store.follow(&ours, &TOPIC, 1_000.into()).await.expect("rows");
            (ours, ours_saw) = (followed.cursor, ours_saw + followed.rows.len());
        }
    }
    note(&format!("race, holes by the snapshot's end: {} of {} lost", 2 * ROUNDS - theirs_saw, 2 * ROUNDS));
    assert_eq!(ours_saw, 2 * ROUNDS, "ours");
    assert!(theirs_saw < 2 * ROUNDS, "the experiment is blind");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_readers_that_skip_what_the_other_has_locked_are_found_out() {
    const TAKE: &str = "SELECT position, key::text, payload FROM outbox o
        WHERE NOT EXISTS (SELECT FROM public.taken t WHERE t.position = o.position)
        ORDER BY position LIMIT 20 FOR UPDATE SKIP LOCKED";
    let race = Race::new().await;
    let log = Mutex::new(Seen::new());
    let relay = |pause: u64| {
        let (race, log) = (&race, &log);
        async move {
            let place = Mutex::new(connected(&race.database).await);
            race.read(|| async {
                let mut connection = place.lock().await;
                let mut transaction = connection.begin().await.expect("begun");
                let rows = sqlx::query(TAKE).fetch_all(&mut *transaction).await.expect("rows");
                let positions: Vec<i64> = rows.iter().map(|row| row.get("position")).collect();
                sleep(Duration::from_millis(pause)).await;
                log.lock().await.extend(seen(&rows));
                let take = "INSERT INTO public.taken SELECT unnest($1) ON CONFLICT DO NOTHING";
                sqlx::query(take).bind(positions).execute(&mut *transaction).await.expect("taken");
                transaction.commit().await.expect("committed");
                (!rows.is_empty()).then(|| seen(&rows))
            })
            .await
        }
    };
    let both = async { try_join_all([relay(2), relay(7)].map(|relay| async { Ok::<_, ()>(relay.await) })).await };
    let ((), _) = tokio::join!(race.run(FEW), both);
    let guilt = race.judge(&*log.lock().await).await;
    note(&format!("race, two that skip what is locked: {guilt:?}"));
    assert!(guilt.inversions > 0, "{guilt:?}");
}

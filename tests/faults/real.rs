//! The real stores under a load, seen from outside: a copy of the database's rows for the oracle, and what the topics
//! hold.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use domain::event::Topic;
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgConnection, SqliteConnection};

use crate::kit::kafka::Cluster;
use crate::kit::postgres::Database;
use crate::kit::program::Scratch;
use crate::kit::stack::OwnStack;

/// A database and topics.
pub(super) struct Real {
    pub(super) cluster: Cluster,
    /// As the service reaches it.
    url: String,
    /// Set once Kafka has lost something: then versions may come early, as long as all of them come.
    pub(super) lost: Cell<bool>,
    /// Dropped with this, if the database is this test's own.
    _database: Option<Database>,
}

/// Each table with its columns as SQLite has them, and how PostgreSQL gives them.
const COPIES: [(&str, &str, &str); 8] = [
    ("tasks", "id, number, status, version, doc, created_at, due_at", "TABLE tasks"),
    ("reminders", "id, task, state, version, at, doc", "TABLE reminders"),
    ("deliveries", "id, state, open, doc", "SELECT id, state, open::int, doc FROM deliveries"),
    ("receipts", "key", "TABLE receipts"),
    (
        "outbox",
        "position, topic, key, event_id, stream, version",
        "SELECT position, topic, key, payload::json ->> 'id' AS event_id,
            CASE topic WHEN 'reminders' THEN 'reminder/' || (payload::json #>> '{data,reminder,reminder_id}')
                ELSE 'task/' || key END AS stream,
            (payload::json #>> '{data,version}')::bigint AS version
         FROM outbox",
    ),
    (
        "audit_log",
        "row, event_id, stream, version",
        "SELECT row, event_id, CASE WHEN reminder THEN 'reminder/' ELSE 'task/' END || id AS stream, version
         FROM audit_log",
    ),
    ("parked", "consumer, stream", "TABLE parked"),
    ("dead_letters", "consumer, reason", "SELECT * FROM dead_letters WHERE replayed_at IS NULL"),
];

/// Copies what the oracle looks at.
pub(super) async fn copy(from: &mut PgConnection, to: &mut SqliteConnection) {
    for (table, columns, select) in COPIES {
        let rows = format!("SELECT coalesce(json_agg(json_build_array({columns})), '[]')::text FROM ({select}) rows");
        let rows: String = sqlx::query_scalar(AssertSqlSafe(rows)).fetch_one(&mut *from).await.expect(table);
        let values: Vec<String> = (0..columns.split(',').count()).map(|nth| format!("value ->> {nth}")).collect();
        let fresh = format!("DROP TABLE IF EXISTS {table}; CREATE TABLE {table} ({columns})");
        to.execute(sqlx::raw_sql(AssertSqlSafe(fresh))).await.expect(table);
        let fill = format!("INSERT INTO {table} SELECT {} FROM json_each(?1)", values.join(", "));
        sqlx::query(AssertSqlSafe(fill)).bind(rows).execute(&mut *to).await.expect(table);
    }
}

/// Work that is left: due reminders that are not out, open deliveries, events that are not audited, series that stand
/// still.
const LEFT: &str = "WITH
    reminders_left AS (SELECT state, to_timestamp(at / 1000000.0) AS at, doc FROM reminders WHERE state = 'due'
        OR state = 'scheduled' AND at < extract(epoch FROM clock_timestamp()) * 1000000 + 1500000),
    deliveries_left AS (SELECT doc FROM deliveries WHERE open),
    outbox_left AS (SELECT position FROM outbox o WHERE NOT EXISTS (
        SELECT FROM audit_log a WHERE a.event_id = (o.payload::json ->> 'id')::uuid)),
    series_left AS (SELECT doc FROM series s WHERE state = 'active'
        AND NOT EXISTS (SELECT FROM tasks t WHERE t.series = s.id AND t.status = 'open'))";

/// How much work is left.
pub(super) async fn open_work(database: &mut PgConnection) -> i64 {
    let count = "SELECT (SELECT count(*) FROM reminders_left) + (SELECT count(*) FROM deliveries_left)
        + (SELECT count(*) FROM outbox_left) + (SELECT count(*) FROM series_left)";
    sqlx::query_scalar(AssertSqlSafe(format!("{LEFT} {count}"))).fetch_one(database).await.expect("an answer")
}

/// What is left, by kind, with the first rows of each.
pub(super) async fn what_is_left(database: &mut PgConnection) -> String {
    let rows = "SELECT json_build_object(
        'now', clock_timestamp(),
        'reminders', (SELECT json_agg(r) FROM (TABLE reminders_left LIMIT 3) r),
        'deliveries', (SELECT json_agg(doc) FROM (TABLE deliveries_left LIMIT 3) d),
        'outbox', (SELECT count(*) FROM outbox_left),
        'first', (SELECT min(position) FROM outbox_left),
        'last', (SELECT max(position) FROM outbox),
        'series', (SELECT json_agg(doc) FROM (TABLE series_left LIMIT 3) s))::text";
    sqlx::query_scalar(AssertSqlSafe(format!("{LEFT} {rows}"))).fetch_one(database).await.expect("an answer")
}

impl Real {
    /// On the stack that all tests share.
    pub(super) async fn shared() -> Self {
        let (database, cluster) = (Database::migrated().await, Cluster::shared().await);
        Self { cluster, url: database.url(), lost: Cell::new(false), _database: Some(database) }
    }

    /// On the shared database and these topics.
    pub(super) async fn with_topics(cluster: Cluster) -> Self {
        let database = Database::migrated().await;
        Self { cluster, url: database.url(), lost: Cell::new(false), _database: Some(database) }
    }

    /// On a database, which this migrates, and a broker of the test's own.
    pub(super) async fn on(stack: &OwnStack) -> Self {
        let cluster = Cluster::at(&stack.brokers()).await;
        Self { cluster, url: stack.migrated().await, lost: Cell::new(false), _database: None }
    }

    /// On this database, which is migrated, and topics of the shared broker.
    pub(super) async fn with_database(url: &str) -> Self {
        let cluster = Cluster::shared().await;
        Self { cluster, url: url.to_owned(), lost: Cell::new(false), _database: None }
    }

    /// What leads a program here.
    pub(super) fn environment(&self, scratch: Scratch) -> Scratch {
        let kafka = &self.cluster.config;
        scratch
            .with("TASKBOT_DATABASE_URL", &self.url)
            .with("TASKBOT_EVENTS_URL", &format!("kafka://{}", kafka.brokers))
            .with("TASKBOT_KAFKA__TOPIC_PREFIX", &kafka.topic_prefix)
            .with("TASKBOT_KAFKA__GROUP_PREFIX", &kafka.group_prefix)
    }

    /// A connection that reads everything.
    pub(super) async fn reader(&self) -> PgConnection {
        self.role("taskbot_relay").await
    }

    async fn role(&self, role: &str) -> PgConnection {
        let options: PgConnectOptions = self.url.parse().expect("a URL");
        let options = options.options([("search_path", "taskbot")]).disable_statement_logging();
        let mut connection = options.connect().await.expect("a connection");
        connection.execute(sqlx::raw_sql(AssertSqlSafe(format!("SET ROLE {role}")))).await.expect("the role");
        connection
    }

    /// Lets the lease of every attempt pass that died on the way.
    pub(super) async fn leases_pass(&self) {
        let passed = "SET taskbot.tenants = '{console}';
            UPDATE deliveries SET next_attempt_at = extract(epoch FROM now())::bigint * 1000000 - 1000000,
                doc = jsonb_set(doc::jsonb, '{next_attempt_at}', to_jsonb(
                    to_char(now() AT TIME ZONE 'utc' - interval '1 s', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')))::text
            WHERE state = 'sending'";
        self.role("taskbot_app").await.execute(sqlx::raw_sql(passed)).await.expect("set back");
    }

    /// Each stream stands on its topic as it stands in the outbox, 1..n, once what came before is dropped.
    pub(super) async fn check_topics(&self, faults: &mut Vec<String>) {
        let mut wanted = streams(self.payloads().await, "the outbox", faults);
        let mut records = self.cluster.everything(Topic::TaskEvents);
        records.extend(self.cluster.everything(Topic::Reminders));
        let payloads = records.into_iter().filter_map(|(_, payload)| payload).collect();
        let there = if self.lost.get() { whole(payloads, faults) } else { streams(payloads, "Kafka", faults) };
        for (stream, last) in there {
            match wanted.remove(&stream) {
                Some(version) if version == last => {}
                version => faults.push(format!("Kafka has {stream} up to {last}, the outbox to {version:?}")),
            }
        }
        faults.extend(wanted.keys().map(|stream| format!("Kafka has nothing of {stream}")));
    }

    async fn payloads(&self) -> Vec<String> {
        let all = "SELECT payload FROM outbox WHERE topic IN ('task-events', 'reminders') ORDER BY position";
        sqlx::query_scalar(all).fetch_all(&mut self.reader().await).await.expect("the outbox")
    }
}

/// The last version of each stream; one that comes before its predecessor is a fault.
fn streams(payloads: Vec<String>, place: &str, faults: &mut Vec<String>) -> BTreeMap<String, u64> {
    let mut last: BTreeMap<String, u64> = BTreeMap::new();
    for (stream, version) in payloads.iter().map(|payload| versioned(payload)) {
        let seen = last.entry(stream.clone()).or_default();
        if version > *seen + 1 {
            faults.push(format!("in {place} {stream} has {version} after {seen}"));
        }
        *seen = version.max(*seen);
    }
    last
}

/// The last version of each stream; one that is missing is a fault.
fn whole(payloads: Vec<String>, faults: &mut Vec<String>) -> BTreeMap<String, u64> {
    let mut all: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for (stream, version) in payloads.iter().map(|payload| versioned(payload)) {
        all.entry(stream).or_default().insert(version);
    }
    let holes = all.iter().filter(|(_, versions)| versions.last() != Some(&(versions.len() as u64)));
    faults.extend(holes.map(|(stream, versions)| format!("Kafka has of {stream} only {versions:?}")));
    all.into_iter().filter_map(|(stream, versions)| Some((stream, versions.last().copied()?))).collect()
}

/// The stream and the version of an event.
fn versioned(payload: &str) -> (String, u64) {
    let event: Value = serde_json::from_str(payload).expect("JSON");
    let of_reminder = event["type"].as_str().is_some_and(|kind| kind.starts_with("REMINDER_"));
    let id = if of_reminder { &event["data"]["reminder"]["reminder_id"] } else { &event["subject"] };
    let stream = format!("{}/{}", if of_reminder { "reminder" } else { "task" }, id.as_str().expect("an id"));
    (stream, event["data"]["version"].as_u64().expect("a version"))
}

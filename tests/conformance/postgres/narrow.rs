//! A line to the database on which answers take their time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use domain::event::Topic;
use domain::list::List;
use domain::ports::bell::Bell;
use domain::ports::bus::{Cursor, Message, Most, Outbox as _, Publisher, Rejected};
use domain::ports::error::PortError;
use embedded::{FileLeases, SystemClock};
use gateway::Relay;
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use store_postgres::{Options, PostgresStore};
use tokio_util::sync::CancellationToken;

use super::PATIENCE;
use crate::kit::postgres::Database;
use crate::kit::proxy::Proxy;
use crate::kit::samples::{Samples, tenant};

/// Bytes a second.
const RATE: u32 = 1_000_000;
/// How many events wait, of some 2,000 bytes each.
const EVENTS: usize = 3_000;
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(2);
const TOPICS: [Topic; 1] = [Topic::TaskEvents];

/// Counts messages.
#[derive(Default)]
struct Counted(Mutex<usize>);

#[async_trait]
impl Publisher for Counted {
    async fn publish(&self, messages: &[Message<'_>]) -> Result<Vec<Rejected>, PortError> {
        *self.0.lock().expect("a number") +=
            messages.iter().filter(|message| message.topic == Topic::TaskEvents).count();
        Ok(Vec::new())
    }
}

/// So many long events, each of another task.
async fn backlog(database: &Database) {
    let samples = Samples::default();
    let ana = samples.person("ana").id;
    let list = List::personal(tenant("console"), ana);
    let mut task = samples.task(&list, ana, 1);
    task.description = "d".repeat(1_000);
    let event = serde_json::to_string(&samples.event(None, &task, &list)).expect("JSON");
    let insert = format!(
        "INSERT INTO outbox (created_at, key, topic, payload)
         SELECT n, md5('task' || n)::uuid, 'task-events', $event${event}$event$ || repeat(' ', 2000 - {})
         FROM generate_series(1, {EVENTS}) n",
        event.len()
    );
    database.sql(&insert).await.expect("written");
}

/// A store behind such a line, and the line.
async fn behind_a_narrow_line(database: &Database) -> (Arc<PostgresStore>, Proxy) {
    let options: PgConnectOptions = database.url().parse().expect("a URL");
    let proxy = Proxy::narrow(&format!("{}:{}", options.get_host(), options.get_port()), RATE).await;
    let (host, port) = proxy.addr.split_once(':').expect("host and port");
    let url = options.host(host).port(port.parse().expect("a port")).to_url_lossy().to_string();
    let options = Options { wait: PATIENCE, patience: ANSWER, ..Options::default() };
    (Arc::new(PostgresStore::open(&url, options).await.expect("a store")), proxy)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_has_begun_and_does_not_end_was_too_much_and_one_that_has_not_is_none() {
    let database = Database::migrated().await;
    backlog(&database).await;
    let (store, proxy) = behind_a_narrow_line(&database).await;
    let read = async |rows: usize| store.follow(&Cursor::default(), &TOPICS, Most::from(rows)).await;
    assert_eq!(read(10).await.expect("rows").rows.len(), 10);
    let begun = read(EVENTS).await;
    assert!(matches!(begun, Err(PortError::TooMuch { .. })), "{:?}", begun.map(|followed| followed.rows.len()));
    assert_eq!(read(10).await.expect("rows").rows.len(), 10);
    proxy.set(false);
    let frozen = read(EVENTS).await;
    assert!(matches!(frozen, Err(PortError::Unavailable { .. })), "{:?}", frozen.map(|followed| followed.rows.len()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_relay_gets_on_with_a_backlog_behind_a_narrow_line() {
    let database = Database::migrated().await;
    backlog(&database).await;
    let (store, _proxy) = behind_a_narrow_line(&database).await;
    let counted = Arc::new(Counted::default());
    let relay = Relay {
        outbox: store.clone(),
        publisher: counted.clone(),
        inbox: store.clone(),
        leases: Arc::new(FileLeases::default()),
        clock: Arc::new(SystemClock::new()),
        bell: Bell::default(),
    };
    let running = tokio::spawn(Arc::new(relay).run(CancellationToken::new()));
    let all = async {
        while *counted.0.lock().expect("a number") < EVENTS {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let came = tokio::time::timeout(2 * PATIENCE, all).await;
    running.abort();
    came.unwrap_or_else(|_| panic!("{} events of {EVENTS} came", *counted.0.lock().expect("a number")));
}

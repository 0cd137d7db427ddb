//! A database that is slow, full or away: answers come in time, and say whether it is worth trying again.

use std::sync::Arc;
use std::time::Duration;

use domain::command::{Command, IdempotencyKey};
use domain::list::List;
use domain::ports::store::{CommitError, Store};
use domain::service::Failure;
use domain::snapshot::Needs;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};
use store_postgres::{Options, PostgresStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use super::{known, request, service};
use crate::conformance::store::{load, make_one};
use crate::kit::postgres::Database;
use crate::kit::program::PATIENCE;
use crate::kit::samples::{Samples, tenant};
use crate::kit::world::draft;

/// A way to the database that can be cut.
struct Way {
    url: String,
    port: u16,
    target: String,
    open: Option<AbortHandle>,
}

impl Way {
    async fn to(database: &Database) -> Self {
        let options: PgConnectOptions = database.url().parse().expect("a URL");
        let target = format!("{}:{}", options.get_host(), options.get_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let url = options.host("127.0.0.1").port(port).to_url_lossy().to_string();
        let mut way = Self { url, port, target, open: None };
        way.open_with(listener);
        way
    }

    fn open_with(&mut self, listener: TcpListener) {
        let target = self.target.clone();
        let carrying = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let mut far = TcpStream::connect(&target).await.expect("the database");
                connections.spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await.ok() });
            }
        });
        self.open = Some(carrying.abort_handle());
    }

    /// Ends every connection and takes no other.
    fn cut(&mut self) {
        if let Some(open) = self.open.take() {
            open.abort();
        }
    }

    async fn mend(&mut self) {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await.expect("the port");
        self.open_with(listener);
    }
}

fn needs() -> Needs {
    Needs::in_tenant(tenant("console"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_away_answers_at_once_and_comes_back() {
    let database = Database::migrated().await;
    let mut way = Way::to(&database).await;
    let store = PostgresStore::open(&way.url, Options::default()).await.expect("a store");
    let samples = Samples::default();
    let ana = samples.person("ana").id;
    let list = List::personal(tenant("console"), ana);
    make_one(&store, &samples, &list, ana).await;
    way.cut();
    let mut quick = 0;
    for _ in 0..12 {
        let change = samples.making(&list, &samples.task(&list, ana, 99));
        let error = store.commit(change).await.expect_err("away");
        let (CommitError::Port(port) | CommitError::Unknown(port)) = &error else { panic!("{error}") };
        assert!(port.is_transient(), "{error}");
        quick += u32::from(error.to_string().contains("was away a moment ago"));
    }
    assert!(quick >= 3, "once it is known to be away, nobody waits for it ({quick})");
    way.mend().await;
    load(&store, needs()).await;
    make_one(&store, &samples, &list, ana).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_may_wait_are_refused_and_who_waits_is_answered_in_time() {
    let database = Database::migrated().await;
    let options = Options { app: 1, queue: 2, wait: Duration::from_millis(400), ..Options::default() };
    let store = Arc::new(PostgresStore::open(&database.url(), options).await.expect("a store"));
    let samples = Samples::default();
    let ana = samples.person("ana").id;
    let list = List::personal(tenant("console"), ana);
    // Somebody holds the lock that every commit of this person waits for.
    let mut holder = database.role("taskbot_app").await;
    let receipt = samples.receipt("held");
    let mut held = holder.begin().await.expect("a transaction");
    held.execute("INSERT INTO receipts VALUES ('held', '', '', 0)").await.expect("held");
    let commits = (1..=6).map(|number| {
        let mut change = samples.making(&list, &samples.task(&list, ana, number));
        change.receipt = Some(receipt.clone());
        let store = store.clone();
        tokio::spawn(async move { (Instant::now(), store.commit(change).await, Instant::now()) })
    });
    let mut refused = 0;
    for commit in commits.collect::<Vec<_>>() {
        let (begun, result, ended) = commit.await.expect("a task");
        let Err(CommitError::Port(error)) = result else { panic!("nothing can be committed: {result:?}") };
        assert!(error.is_transient(), "{error:?}");
        assert!(ended - begun < Duration::from_secs(4), "{error}");
        refused += u32::from(error.to_string().contains("too many are waiting"));
    }
    assert_eq!(refused, 3);
    held.rollback().await.expect("given up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_connections_to_give_goes_on_for_those_who_have_one() {
    let database = Database::migrated().await;
    let options = Options { app: 16, wait: Duration::from_secs(1), ..Options::default() };
    let store = Arc::new(PostgresStore::open(&database.url(), options).await.expect("a store"));
    load(&*store, needs()).await;
    database.alter("CONNECTION LIMIT 1").await;
    let (mut refused, mut answered) = (0, 0);
    // Of each crowd two try to open another connection; the others share the one that is there.
    for _ in 0..6 {
        let many = (0..12).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.load(&needs()).await.map(drop) })
        });
        for asked in many.collect::<Vec<_>>() {
            match asked.await.expect("a task") {
                Ok(()) => answered += 1,
                Err(error) if error.is_transient() => refused += 1,
                Err(error) => panic!("{error}"),
            }
        }
    }
    assert!(answered > refused, "whoever has a connection shares it ({answered}, {refused})");
    assert!(refused >= 5, "as many as would open the breaker found no connection ({refused})");
    load(&*store, needs()).await;
    database.alter("CONNECTION LIMIT -1").await;
    load(&*store, needs()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_takes_no_writes_is_read_and_says_so_and_takes_them_again() {
    let database = Database::migrated().await;
    let samples = Samples::default();
    let ana = samples.person("ana").id;
    let list = List::personal(tenant("console"), ana);
    database.alter("SET default_transaction_read_only = on").await;
    // A busy machine is no reason to fail: what happens at the limits has tests of its own.
    let long = Duration::from_secs(30);
    let patient = Options { wait: long, patience: long, ..Options::default() };
    let store = PostgresStore::open(&database.url(), patient).await.expect("a store");
    let commit = async |number| store.commit(samples.making(&list, &samples.task(&list, ana, number))).await;
    for number in 1..=8 {
        let refused = commit(number).await.expect_err("no writes");
        let CommitError::Port(error) = refused else { panic!("{refused}") };
        assert!(error.is_transient() && error.to_string().contains("takes no writes now"), "{error}");
        store.load(&needs()).await.expect("reads go on");
    }
    database.alter("RESET default_transaction_read_only").await;
    let deadline = Instant::now() + PATIENCE;
    while let Err(error) = commit(9).await {
        assert!(Instant::now() < deadline, "{error}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What is said in the command whose answer is lost.
const LOST: &[u8] = b"Nobody hears of it";

/// A way to the database on which the server's answer to what carries [`LOST`] does not arrive, and the connection ends.
async fn losing(database: &Database) -> String {
    let options: PgConnectOptions = database.url().parse().expect("a URL");
    let target = format!("{}:{}", options.get_host(), options.get_port());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            tokio::spawn(carry(near, TcpStream::connect(target.clone()).await.expect("the database")));
        }
    });
    options.host("127.0.0.1").port(port).to_url_lossy().to_string()
}

async fn carry(mut near: TcpStream, mut far: TcpStream) {
    let (mut said, mut answered, mut lost) = (vec![0; 1 << 16], vec![0; 1 << 16], false);
    loop {
        tokio::select! {
            count = near.read(&mut said) => {
                let Ok(count @ 1..) = count else { return };
                lost |= said[..count].windows(LOST.len()).any(|part| part == LOST);
                far.write_all(&said[..count]).await.expect("sent");
            }
            count = far.read(&mut answered) => {
                let Ok(count @ 1..) = count else { return };
                if lost || near.write_all(&answered[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_whose_answer_is_lost_is_answered_from_its_receipt() {
    let database = Database::migrated().await;
    let patient = Options { wait: PATIENCE, patience: PATIENCE, ..Options::default() };
    let store = Arc::new(PostgresStore::open(&losing(&database).await, patient).await.expect("a store"));
    let (tasks, ana) = (service(&store), known(&store).await);
    let title = std::str::from_utf8(LOST).expect("UTF-8");
    let add = |key: Option<&str>| {
        let key = key.map(|key| IdempotencyKey { key: key.to_owned(), digest: "digest".to_owned() });
        tasks.execute(request(&ana, key, Command::Add(Box::new(draft(&ana, title)))))
    };
    let first = add(Some("rest/1")).await.expect("it is found out what happened");
    let again = add(Some("rest/1")).await.expect("the same");
    assert_eq!(first.effects[0].task, again.effects[0].task);
    let nameless = add(None).await.expect_err("nobody can find out");
    assert!(matches!(&nameless, Failure::Port(error) if error.is_transient()), "{nameless}");
    let mut reader = database.role("taskbot_relay").await;
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(&mut reader).await.expect("a count");
    assert_eq!(count, 2, "each was carried out once");
}

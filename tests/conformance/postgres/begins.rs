//! A process that has just begun, on a machine that is busy.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::store::Store as _;
use domain::snapshot::Needs;
use futures::future::join_all;
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use store_postgres::{Options, PostgresStore};

use crate::kit::postgres::Database;
use crate::kit::proxy::Proxy;
use crate::kit::samples::tenant;

/// How long a connection takes to come about; each for itself, a crowd would wait for many times that.
const SLOW: Duration = Duration::from_millis(1_600);
/// How long they wait: four times as long as by default, as connections are four times as slow as they may be.
const WAIT: Duration = Duration::from_secs(6);
const CROWD: usize = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_who_ask_share_the_connections_that_are_there() {
    let database = Database::migrated().await;
    let options: PgConnectOptions = database.url().parse().expect("a URL");
    let proxy = Proxy::slow(&format!("{}:{}", options.get_host(), options.get_port()), SLOW).await;
    let (host, port) = proxy.addr.split_once(':').expect("host and port");
    let url = options.host(host).port(port.parse().expect("a port")).to_url_lossy().to_string();
    let store =
        Arc::new(PostgresStore::open(&url, Options { wait: WAIT, ..Options::default() }).await.expect("a store"));
    let asked = join_all((0..CROWD).map(|_| {
        let store = Arc::clone(&store);
        async move { store.load(&Needs::in_tenant(tenant("console"))).await.map(drop) }
    }));
    let refused: Vec<_> = asked.await.into_iter().filter_map(Result::err).collect();
    assert!(refused.is_empty(), "{} of {CROWD} were refused: {:?}", refused.len(), refused.first());
}

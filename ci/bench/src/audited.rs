//! From a command over HTTP to its row in the audit log: how long it takes until others can see the row.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use sqlx::{Connection, PgConnection, Row, query};
use tokio::time::{Instant, sleep};

use crate::http;
use crate::runtime;

/// How often the audit log is looked at; so much at most is added to what is measured.
const LOOK: Duration = Duration::from_millis(1);
/// So far behind the last row one is still waited for: they are numbered before they are committed, those of different
/// tasks are committed side by side, and what is rolled back leaves a number without a row.
const AGAIN: i64 = 100;
/// How long a row may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who asks, and where the rows appear.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// The database with `audit_log`, as somebody who may read all of it.
    #[arg(long)]
    url: String,
    #[command(flatten)]
    http: http::Options,
}

/// Makes tasks and waits for their rows.
pub(crate) fn run(options: Options) -> Result<Value> {
    runtime()?.block_on(watch(options))
}

async fn watch(options: Options) -> Result<Value> {
    let mut connection = PgConnection::connect(&options.url).await?;
    let last: i64 =
        query("SELECT coalesce(max(row), 0) FROM audit_log").fetch_one(&mut connection).await?.try_get(0)?;
    let wanted = Arc::new(AtomicUsize::new(usize::MAX));
    let looking = tokio::spawn(look(connection, last, Arc::clone(&wanted)));
    let began = Instant::now();
    let (made, mut tally) = http::made(options.http).await?;
    let lasted = began.elapsed();
    wanted.store(made.len(), Ordering::Relaxed);
    let seen = looking.await??;
    for one in made {
        let at = seen.get(&one.task).with_context(|| format!("task {} has no row in the audit log", one.task))?;
        tally.done(*at - one.began);
    }
    Ok(tally.told(lasted))
}

/// When each task was first seen, until so many as are wanted were, or nothing new has come for too long.
async fn look(mut connection: PgConnection, first: i64, wanted: Arc<AtomicUsize>) -> Result<HashMap<String, Instant>> {
    let (mut seen, mut rows_seen, mut last) = (HashMap::new(), BTreeSet::new(), first);
    // Up to here every row was seen: whoever reads more than what is new takes the time from what is measured.
    let mut whole = first;
    let mut news = Instant::now();
    while seen.len() < wanted.load(Ordering::Relaxed) && news.elapsed() < PATIENCE {
        let fresh = query("SELECT row, subject::text FROM audit_log WHERE row > $1 ORDER BY row").bind(whole);
        let rows = fresh.fetch_all(&mut connection).await?;
        let now = Instant::now();
        for row in rows {
            let number: i64 = row.try_get(0)?;
            last = last.max(number);
            rows_seen.insert(number);
            if let Entry::Vacant(new) = seen.entry(row.try_get(1)?) {
                new.insert(now);
                news = now;
            }
        }
        whole = whole.max(last - AGAIN);
        while rows_seen.remove(&(whole + 1)) {
            whole += 1;
        }
        sleep(LOOK).await;
    }
    Ok(seen)
}

//! What PostgreSQL takes from one client: rows of an audit log in batches, one statement and one commit each.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::Value;
use sqlx::{Connection, Executor, PgConnection, QueryBuilder, query};

use crate::tally::Tally;
use crate::{payload, runtime};

/// The least that keeps a log whole: each event once, each version of a stream once.
const TABLE: &str = "DROP TABLE IF EXISTS raw_log;
    CREATE TABLE raw_log (row bigserial PRIMARY KEY, event_id uuid NOT NULL UNIQUE, stream uuid NOT NULL,
        version bigint NOT NULL, payload text NOT NULL, UNIQUE (stream, version))";

/// How many rows, and how.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// A database in which a table `raw_log` may be made.
    #[arg(long)]
    url: String,
    /// A file with what a row carries.
    #[arg(long)]
    payload: std::path::PathBuf,
    /// How many rows.
    #[arg(long, default_value_t = 100_000)]
    count: u64,
    /// How many rows in a statement.
    #[arg(long, default_value_t = 100)]
    batch: u64,
}

/// Inserts the rows.
pub(crate) fn run(options: &Options) -> Result<Value> {
    runtime()?.block_on(insert(options))
}

async fn insert(options: &Options) -> Result<Value> {
    let payload = payload(&options.payload)?;
    let mut connection = PgConnection::connect(&options.url).await?;
    connection.execute(TABLE).await?;
    let (mut tally, mut spent, mut first) = (Tally::default(), Duration::ZERO, 0);
    while first < options.count {
        let rows = first..(first + options.batch).min(options.count);
        first = rows.end;
        let began = Instant::now();
        batch(&mut connection, rows.clone(), &payload).await?;
        let took = began.elapsed();
        spent += took;
        rows.for_each(|_| tally.done(took));
    }
    query("DROP TABLE raw_log").execute(&mut connection).await?;
    Ok(tally.told(spent))
}

async fn batch(connection: &mut PgConnection, rows: std::ops::Range<u64>, payload: &str) -> Result<()> {
    let mut statement = QueryBuilder::new("INSERT INTO raw_log (event_id, stream, version, payload) ");
    statement.push_values(rows, |mut row, nth| {
        let id = format!("{:08x}-{:04x}-7000-8000-000000000000", nth >> 16, nth & 0xffff);
        row.push_bind(id.clone()).push_unseparated("::uuid").push_bind(id).push_unseparated("::uuid");
        row.push_bind(1_i64).push_bind(payload.to_owned());
    });
    statement.push(" ON CONFLICT DO NOTHING");
    statement.build().execute(connection).await?;
    Ok(())
}

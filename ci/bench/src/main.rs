//! What `ci/bench.sh` measures with: clients that cost little themselves, and the raw limits of the machine that the
//! program is compared with. Each subcommand prints one JSON object. Nothing of this is shipped.

mod acts;
mod audited;
mod chain;
mod http;
mod kafka;
mod pg;
mod sqlite_loop;
mod tally;

use std::path::Path;

use anyhow::{Context, Result};
use clap::Parser;

/// One measurement.
#[derive(Debug, Parser)]
#[command(name = "taskbot-bench")]
enum Bench {
    /// Makes tasks over REST, from many clients that keep their connections.
    Http(http::Options),
    /// Lets people act in front of the stand-in for Slack, and says how long Slack waited for first answers.
    Acts(acts::Options),
    /// The limit of the embedded store: the statements of one create in a bare loop, with as many fsyncs.
    SqliteLoop(sqlite_loop::Options),
    /// The limit of the relay: messages to a broker, acknowledged by all, idempotent.
    KafkaProduce(kafka::Options),
    /// The limit of the audit consumer: rows in batches, one client.
    PgInsert(pg::Options),
    /// The limit from a command to its row in the audit log.
    Chain(chain::Options),
    /// Makes tasks over REST, and says how long their rows in the audit log took.
    Audited(audited::Options),
}

fn main() -> Result<()> {
    let told = match Bench::parse() {
        Bench::Http(options) => http::run(options),
        Bench::Acts(options) => acts::run(options),
        Bench::SqliteLoop(options) => sqlite_loop::run(&options),
        Bench::KafkaProduce(options) => kafka::run(&options),
        Bench::PgInsert(options) => pg::run(&options),
        Bench::Chain(options) => chain::run(&options),
        Bench::Audited(options) => audited::run(options),
    }?;
    println!("{told}");
    Ok(())
}

/// A runtime that costs little: everything on this thread.
fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// What a message or row carries.
fn payload(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).context("the file with the payload")
}

//! What `ci/bench.sh` measures with: clients that cost little themselves, and the raw limits of the machine that the
//! program is compared with. Each subcommand prints one JSON object. Nothing of this is shipped.

mod http;
mod sqlite_loop;
mod tally;

use clap::Parser;

/// One measurement.
#[derive(Debug, Parser)]
#[command(name = "taskbot-bench")]
enum Bench {
    /// Makes tasks over REST, from many clients that keep their connections.
    Http(http::Options),
    /// The limit of the embedded store: the statements of one create in a bare loop, with as many fsyncs.
    SqliteLoop(sqlite_loop::Options),
}

fn main() -> anyhow::Result<()> {
    let told = match Bench::parse() {
        Bench::Http(options) => http::run(options),
        Bench::SqliteLoop(options) => sqlite_loop::run(&options),
    }?;
    println!("{told}");
    Ok(())
}

//! A Slack of one's own on loopback, for scripts and people: `fake-slack --addr 127.0.0.1:9000 --seed seed.json`.
//!
//! Prints one line of JSON when it is ready, then runs until it is stopped. `GET /` shows the channels,
//! `/control/…` steers.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use fakes::slack::FakeSlack;

#[derive(Debug, Parser)]
#[command(name = "fake-slack", about = "A Slack on loopback, for tests and demonstrations")]
struct Options {
    /// Where to listen; port 0 is any free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    addr: SocketAddr,
    /// Teams and apps to begin with, in JSON, as /control/seed takes them.
    #[arg(long)]
    seed: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    ensure!(options.addr.ip().is_loopback(), "it listens on loopback only: it trusts whoever asks");
    let slack = FakeSlack::start_at(options.addr).await.context("cannot listen there")?;
    if let Some(path) = options.seed {
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        slack.seed(serde_json::from_str(&text).context("the seed")?);
    }
    let ready = serde_json::json!({ "url": slack.url(), "api_url": slack.api_url() });
    writeln!(std::io::stdout(), "{ready}")?;
    tokio::signal::ctrl_c().await?;
    Ok(())
}

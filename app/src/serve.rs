//! `taskbot serve`: every role in one process, REST and chat over HTTP, and a chat on the terminal if there is one.

mod health;
mod http;

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::banner::banner;
use crate::cli::{Role, Serve};
use crate::commands::{login_name, note};
use crate::config::Config;
use crate::edge::Edge;
use crate::wiring::House;
use crate::{shutdown, telemetry};

/// How long consumers may take to end.
pub(crate) const GRACE: Duration = Duration::from_secs(10);

/// Whether somebody sits in front of this process.
#[must_use]
pub(crate) fn on_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// Serves until it is asked to end.
///
/// # Errors
/// When the roles do not fit the bus, the address is taken, or the database cannot be opened.
pub(crate) async fn run(config: Config, options: Serve) -> Result<ExitCode> {
    fits(&config, &options.roles)?;
    let metrics = telemetry::start_metrics()?;
    consumers::describe();
    let house = House::build(&config).await?;
    let listener = listen(&config).await?;
    let addr = listener.local_addr().context("the listener's address")?;
    let edge = Edge::over(&house, &config, Some(format!("http://{addr}")))?;
    let consumers = consumers::start(&edge.parts, consumers::Role::ALL);
    let stop = CancellationToken::new();
    shutdown::on_signal(stop.clone())?;
    let routes = http::router(&house, &edge, &config, metrics)?;
    let http = tokio::spawn(gateway::serve(listener, routes, stop.clone().cancelled_owned()));
    info!(%addr, database = house.database.place, "ready");
    let mut _held = None;
    if on_terminal() {
        note(banner(&config, &house, Some(&addr.to_string())).trim_end())?;
        _held = edge.chat_on_terminal(&house, &login_name(&config), stop.clone()).await?;
    }
    stop.cancelled().await;
    http.await.context("the HTTP edge")?;
    consumers.stop(GRACE).await;
    house.close().await;
    Ok(ExitCode::SUCCESS)
}

/// The embedded bus lives inside one process, so that process must play every role.
fn fits(config: &Config, roles: &[Role]) -> Result<()> {
    let missing = |role: &&Role| !roles.contains(role);
    let needed = [Role::Bot, Role::Gateway, Role::Audit, Role::Recurrence, Role::Reminders];
    let missing: Vec<_> = needed.iter().filter(missing).collect();
    if !roles.is_empty() && !missing.is_empty() && config.events_url.starts_with("embedded:") {
        bail!(
            "the embedded bus needs every role in one process, but --roles leaves out {missing:?}; \
             leave --roles away"
        );
    }
    Ok(())
}

async fn listen(config: &Config) -> Result<TcpListener> {
    let addr = config.http.addr;
    TcpListener::bind(addr)
        .await
        .with_context(|| format!("cannot listen on {addr}; choose another address with TASKBOT_HTTP__ADDR"))
}

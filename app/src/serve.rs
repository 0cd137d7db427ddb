//! `taskbot serve`: every role in one process, REST and chat over HTTP, and a chat on the terminal if there is one.

mod health;
mod http;
mod relaying;
mod topics;

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::info;

use self::relaying::Relaying;

use crate::banner::banner;
use crate::cli::{Role, Serve};
use crate::commands::{login_name, note};
use crate::config::Config;
use crate::edge::Edge;
use crate::roles::Roles;
use crate::wiring::House;
use crate::{shutdown, telemetry};

/// How long consumers may take to end.
pub(crate) const GRACE: Duration = Duration::from_secs(10);
/// How long what was acknowledged in chat may take to be done and shown.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

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
    let roles = Roles::of(&options.roles, &config)?;
    let metrics = telemetry::start_metrics()?;
    consumers::describe();
    gateway::describe_relay();
    bus_kafka::describe();
    let house = House::build_for(&config, roles.access()).await?;
    let listener = listen(roles.addr(&config)).await?;
    let addr = listener.local_addr().context("the listener's address")?;
    let edge = Edge::over(&house, &config, Some(format!("http://{addr}")))?;
    let consumers = consumers::start_seeing(&edge.parts, &roles.consumers(), roles.sight());
    let relay = Relaying::start(&house, &roles);
    let stop = CancellationToken::new();
    shutdown::on_signal(stop.clone())?;
    if let Some(kafka) = house.events.kafka() {
        let relayed = roles.play(Role::Relay).then(|| house.database.outbox.clone());
        tokio::spawn(topics::tend(kafka.clone(), relayed, stop.clone()));
    }
    let slack = roles.play(Role::Bot).then(|| edge.listen_to_slack(&house, stop.clone())).flatten();
    let routes = http::router(&house, &edge, &config, &roles, metrics)?;
    let http = tokio::spawn(gateway::serve(listener, routes, stop.clone().cancelled_owned()));
    info!(%addr, database = house.database.place, "ready");
    let mut _held = None;
    if on_terminal() && roles.play(Role::Bot) {
        note(banner(&config, &house, Some(&addr.to_string())).trim_end())?;
        _held = edge.chat_on_terminal(&house, &login_name(&config), stop.clone()).await?;
    }
    stop.cancelled().await;
    http.await.context("the HTTP edge")?;
    if let Some(slack) = slack {
        slack.await.context("Slack's socket")?;
    }
    if let Some(slack) = &house.slack {
        slack.finish(LAST_ANSWERS).await;
    }
    consumers.stop(GRACE).await;
    relay.stop(GRACE).await;
    house.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn listen(addr: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(addr)
        .await
        .with_context(|| format!("cannot listen on {addr}; choose another address with TASKBOT_HTTP__ADDR"))
}

//! `taskbot console`: a chat on standard input and output, for people and for pipes.

use std::process::ExitCode;

use anyhow::Result;
use tokio_util::sync::CancellationToken;

use super::{login_name, note};
use crate::banner::banner;
use crate::cli;
use crate::config::Config;
use crate::edge::Edge;
use crate::serve::{GRACE, on_terminal};
use crate::shutdown;
use crate::wiring::House;

/// Chats until the input ends and the reminders of the next ten seconds are out.
///
/// # Errors
/// When the name or channel is none, the database cannot be opened, or the input fails.
pub(crate) async fn run(config: Config, options: cli::Console) -> Result<ExitCode> {
    let house = House::build(&config).await?;
    let edge = Edge::over(&house, &config, None)?;
    let name = options.user.unwrap_or_else(|| login_name(&config));
    let session = edge.session(&house, &name, options.channel).await?;
    let consumers = consumers::start(&edge.parts, roles(&config));
    let stop = CancellationToken::new();
    shutdown::on_signal(stop.clone())?;
    if on_terminal() {
        note(banner(&config, &house, None).trim_end())?;
    }
    let chatted = tokio::select! {
        ended = edge.chat(session, on_terminal()) => ended.map(Some),
        () = stop.cancelled() => Ok(None),
    };
    consumers.stop(GRACE).await;
    house.close().await;
    chatted.map(|_closed| ExitCode::SUCCESS)
}

/// On a bus between processes the services react, and the console only delivers what is for its own session.
fn roles(config: &Config) -> &'static [consumers::Role] {
    if config.events_url.starts_with("embedded:") { consumers::Role::ALL } else { &[consumers::Role::Reminders] }
}

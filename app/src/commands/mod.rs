//! The subcommands, one file each.

mod audit;
mod backup;
mod check;
mod console;
mod copying;
mod dead_letters;
mod explain;
mod migrate;
mod parse;
mod republish;
mod restore;
mod token;

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::cli::{Cli, Command, Serve};
use crate::config::{self, Config};
use crate::{serve, telemetry};

/// Runs what was asked for.
///
/// # Errors
/// When it cannot be done; [`complain`] says so.
pub(crate) fn run(cli: Cli) -> Result<ExitCode> {
    let command = cli.command.unwrap_or(Command::Serve(Serve::default()));
    if matches!(command, Command::Parse) {
        return parse::run();
    }
    let config = config::load()?;
    let chatting = matches!(command, Command::Console(_)) || serve::on_terminal();
    if !matches!(command, Command::Check(_)) {
        telemetry::start_logs(&config.log, chatting)?;
    }
    let runtime = tokio::runtime::Runtime::new().context("starting the runtime")?;
    let code = runtime.block_on(dispatch(command, config));
    // A read of standard input may still be under way; it must not keep the process alive.
    runtime.shutdown_background();
    code
}

async fn dispatch(command: Command, config: Config) -> Result<ExitCode> {
    match command {
        Command::Serve(options) => serve::run(config, options).await,
        Command::Console(options) => console::run(config, options).await,
        Command::Parse => parse::run(),
        Command::Migrate { from } => migrate::run(config, from.as_deref()).await,
        Command::Backup { file } => backup::run(&config, &file).await,
        Command::Restore { file: Some(file), .. } => restore::run(&config, &file).await,
        Command::Restore { file: None, .. } => restore::release(&config).await,
        Command::Token(command) => token::run(config, command).await,
        Command::Audit(command) => audit::run(config, command).await,
        Command::DeadLetters(command) => dead_letters::run(config, command).await,
        Command::Republish { dry_run } => republish::run(config, dry_run).await,
        Command::Explain { id } => explain::run(config, &id).await,
        Command::Check(options) => check::run(config, &options.roles).await,
    }
}

/// Says on stderr what went wrong, and why. What was quoted in it must not move the cursor or colour the line.
pub(crate) fn complain(error: &anyhow::Error) {
    let controls = |c: char| c.is_control() && c != '\n';
    let safe = format!("{error:#}").replace(controls, "\u{fffd}");
    let text = format!("taskbot: {safe}\n");
    // Nothing is left to tell if stderr is closed too.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Prints a line on standard output; a closed one ends the command.
///
/// # Errors
/// When standard output cannot be written.
pub(crate) fn print(line: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{line}").context("writing to standard output")
}

/// Prints a line on standard error.
///
/// # Errors
/// When standard error cannot be written.
pub(crate) fn note(line: &str) -> Result<()> {
    writeln!(std::io::stderr(), "{line}").context("writing to standard error")
}

/// Who chats when nobody is named: the configured person, or whoever is logged in.
#[must_use]
pub(crate) fn login_name(config: &Config) -> String {
    let login = || ["USER", "LOGNAME", "USERNAME"].iter().find_map(|key| std::env::var(key).ok());
    let name = Some(config.console.user.clone()).filter(|name| !name.is_empty()).or_else(login);
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "me".to_owned())
}

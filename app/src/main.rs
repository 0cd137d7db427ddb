//! `taskbot`: the only main. It reads the configuration, wires the parts together and runs what was asked for.

mod backup_file;
mod banner;
mod cli;
mod commands;
mod config;
mod edge;
mod roles;
mod serve;
mod shutdown;
mod telemetry;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    #[cfg(feature = "faults")]
    let _armed = fail::FailScenario::setup();
    let cli = cli::Cli::parse();
    let failed = cli.failed();
    commands::run(cli).unwrap_or_else(|error| {
        commands::complain(&error);
        failed
    })
}

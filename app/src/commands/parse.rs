//! `taskbot parse`: the grammar alone, without configuration, database or clock.

use std::io::{BufWriter, stdin, stdout};
use std::process::ExitCode;

use anyhow::{Context, Result};

/// Reads JSON lines, writes JSON lines.
///
/// # Errors
/// When standard input or output fails.
pub(crate) fn run() -> Result<ExitCode> {
    language::wire::run(stdin().lock(), BufWriter::new(stdout().lock())).context("parse")?;
    Ok(ExitCode::SUCCESS)
}

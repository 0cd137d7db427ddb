//! `taskbot audit verify`: whether the audit log is what was sealed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use consumers::{Checkpoints, verify};
use domain::seal::{Checkpoint, Finding, Report};
use store_postgres::Access;

use super::{note, print};
use crate::cli;
use crate::config::Config;
use crate::wiring::House;

/// How many rows go by between two lines of progress.
const PROGRESS: u64 = 100_000;
/// How many findings are printed.
const SHOWN: usize = 20;

/// Verifies; prints what was found on standard output, the first bad row first.
///
/// # Errors
/// When the database or the checkpoints cannot be read.
pub(crate) async fn run(config: Config, command: cli::Audit) -> Result<ExitCode> {
    let cli::Audit::Verify { checkpoints, public_key } = command;
    let checkpoints = kept(&config, checkpoints, public_key)?;
    let house = House::build_for(&config, Access::Audit).await?;
    let verified = verified(&house, checkpoints).await;
    house.close().await;
    verified
}

/// Verifies and tells.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn verified(house: &House, checkpoints: Vec<Checkpoint>) -> Result<ExitCode> {
    let mut told = 0;
    let report = verify(house.database.seals.as_ref(), checkpoints, |read| {
        if read / PROGRESS > told {
            told = read / PROGRESS;
            // Whether somebody reads along or not, the verification goes on.
            let _ = note(&format!("{read} rows verified"));
        }
    });
    tell(&report.await?)
}

/// The checkpoints that were kept elsewhere, if any.
fn kept(config: &Config, file: Option<PathBuf>, public_key: Option<String>) -> Result<Vec<Checkpoint>> {
    let configured = Some(&config.audit.checkpoints).filter(|file| !file.is_empty()).map(PathBuf::from);
    let Some(file) = file.or(configured) else { return Ok(Vec::new()) };
    let key = public_key.map_or_else(|| own_key(config, &file), Ok)?;
    Ok(Checkpoints::read(&file, &key)?)
}

fn own_key(config: &Config, file: &Path) -> Result<String> {
    let Some(key) = &config.audit.signing_key else {
        bail!("give --public-key, or TASKBOT_AUDIT__SIGNING_KEY, to check the signatures in {}", file.display());
    };
    let checkpoints = Checkpoints::new(file, key.reveal()).context("TASKBOT_AUDIT__SIGNING_KEY")?;
    Ok(checkpoints.public_key())
}

fn tell(report: &Report) -> Result<ExitCode> {
    let Report { rows, waiting, waited, erased, seals, checkpoints, findings } = report;
    for finding in findings.iter().take(SHOWN) {
        print(&line(finding))?;
    }
    if findings.len() > SHOWN {
        print(&format!("… and {} findings more", findings.len() - SHOWN))?;
    }
    let state = if findings.is_empty() { "intact" } else { "TAMPERED" };
    let since = if *waiting > 0 { format!(", the first for {waited} s") } else { String::new() };
    print(&format!(
        "{state}: {rows} rows, {seals} seals, {checkpoints} checkpoints; {erased} erased, {waiting} not sealed yet{since}"
    ))?;
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn line(finding: &Finding) -> String {
    let Finding { row, tenant, seal, what } = finding;
    let row = row.map(|row| format!("row {row} ")).unwrap_or_default();
    let seal = seal.map(|n| format!("seal {n} ")).unwrap_or_default();
    let comma = if what.starts_with("or ") { "," } else { "" };
    format!("{row}({seal}of {tenant}){comma} {what}")
}

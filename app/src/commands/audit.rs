//! `taskbot audit verify`: whether the audit log is what was sealed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use consumers::{Audit, Checkpoints, verify};
use domain::ports::bus::RELAY;
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
/// How long the audit may take to read what has just been published.
const PATIENCE: Duration = Duration::from_secs(5);

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
    let given = given(house).await?;
    let report = verify(house.database.seals.as_ref(), checkpoints, given, |read| {
        if read / PROGRESS > told {
            told = read / PROGRESS;
            // Whether somebody reads along or not, the verification goes on.
            let _ = note(&format!("{read} rows verified"));
        }
    });
    tell(&report.await?)
}

/// Up to which position of the outbox the audit was given everything; 0 if that cannot be told. Whoever relays has
/// published it, and then Kafka knows whether the audit has read all that there is.
///
/// # Errors
/// When the database cannot answer.
async fn given(house: &House) -> Result<i64> {
    let outbox = &house.database.outbox;
    let Some(kafka) = house.events.kafka() else { return Ok(outbox.cursor(Audit::NAME).await?.settled()) };
    let published = outbox.cursor(RELAY).await?.settled();
    match bus_kafka::has_read_all(kafka, Audit::NAME, Audit::TOPICS, PATIENCE).await {
        Ok(true) => return Ok(published),
        Ok(false) => {}
        Err(error) => drop(note(&format!("what the audit has read of Kafka cannot be told: {error}"))),
    }
    Ok(0)
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
    let Report { rows, waiting, waited, erased, seals, checkpoints, behind, behind_since, findings } = report;
    for finding in findings.iter().take(SHOWN) {
        print(&line(finding))?;
    }
    if findings.len() > SHOWN {
        print(&format!("… and {} findings more", findings.len() - SHOWN))?;
    }
    let state = if findings.is_empty() { "intact" } else { "TAMPERED" };
    let since = if *waiting > 0 { format!(", the first for {waited} s") } else { String::new() };
    let behind = behind_since.map_or_else(String::new, |since| {
        format!("; the audit is behind by {behind} of the outbox's events, since {since:.0}")
    });
    print(&format!(
        "{state}: {rows} rows, {seals} seals, {checkpoints} checkpoints; {erased} erased, {waiting} not sealed yet{since}{behind}"
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

//! Rows on their way from one place to another, counted as they go by, and compared in the end.

use anyhow::{Result, bail};
use domain::ports::archive::{Archive, Contents, FillError, Filling, Piece, TABLES, Tally};
use tokio::sync::mpsc;

use super::{note, print};

/// How many pieces may be under way.
const UNDER_WAY: usize = 4;
/// How many rows go by between two lines of progress.
const PROGRESS: u64 = 10_000;

/// A way for pieces.
pub(super) fn way() -> (mpsc::Sender<Piece>, mpsc::Receiver<Piece>) {
    mpsc::channel(UNDER_WAY)
}

/// Copies one database into another, empty one.
///
/// # Errors
/// When either end fails; the other one is then as it was.
pub(super) async fn copy(from: &dyn Archive, into: &dyn Archive, filling: Filling) -> Result<Contents> {
    note(&format!("from {} into {}", from.place(), into.place()))?;
    let (to_count, dumped) = way();
    let (counted, to_fill) = way();
    let (read, tally, written) =
        tokio::join!(from.dump(to_count), counting(dumped, Some(counted)), into.fill(to_fill, filling));
    match (read, written) {
        (Ok(()), Ok(())) => Ok(tally.end()),
        (Err(error), Ok(()) | Err(FillError::BrokeOff)) => Err(error.into()),
        (_, Err(error)) => Err(error.into()),
    }
}

/// What a database holds.
///
/// # Errors
/// When it cannot be read.
pub(super) async fn contents(of: &dyn Archive) -> Result<Contents> {
    let (to, from) = way();
    let (read, tally) = tokio::join!(of.dump(to), counting(from, None));
    read?;
    Ok(tally.end())
}

/// Counts what goes by, with a line of progress now and then, and hands it on.
async fn counting(mut from: mpsc::Receiver<Piece>, to: Option<mpsc::Sender<Piece>>) -> Tally {
    let (mut tally, mut told) = (Tally::default(), 0);
    while let Some(piece) = from.recv().await {
        if let Piece::Rows(table, rows) = &piece {
            rows.iter().for_each(|row| tally.count(table, row));
            if tally.rows() / PROGRESS > told {
                told = tally.rows() / PROGRESS;
                // The copy must not end because nobody reads along.
                let _ = note(&format!("{} rows, at {table}", tally.rows()));
            }
        }
        if let Some(to) = &to
            && to.send(piece).await.is_err()
        {
            break;
        }
    }
    tally
}

/// Compares what was to be written with what a database holds now, and prints it, table by table.
///
/// # Errors
/// When they differ.
pub(super) async fn compare(wanted: &Contents, target: &dyn Archive) -> Result<()> {
    note(&format!("verifying {}", target.place()))?;
    let found = contents(target).await?;
    let mut different = Vec::new();
    for name in TABLES {
        match (wanted.0.get(name), found.0.get(name)) {
            (None, None) => {}
            (Some(one), Some(other)) if one == other => {
                print(&format!("{name}: {} rows, {}, the same at both ends", one.rows, &one.digest[..16]))?;
            }
            _ => different.push(name),
        }
    }
    if !different.is_empty() {
        bail!("not the same at both ends: {}; do not use {}", different.join(", "), target.place());
    }
    Ok(())
}

//! Verifying the whole log.

use domain::ports::error::PortError;
use domain::ports::seals::Seals;
use domain::seal::{Checkpoint, Report, Verifier, concerned, erased_rows};

/// How many seals are read at once; each covers a second of one tenant.
const SEALS: u32 = 200;
/// How many rows are read at once.
const ROWS: u32 = 10_000;
/// How many rows without an event are named; one is enough to know.
const UNHEARD_OF: u32 = 100;

/// Reads every seal and every row as they are at one moment, and says what is not as it was sealed. `progress` hears how many rows have been
/// read so far.
///
/// # Errors
/// When the database cannot answer.
pub async fn verify(
    log: &dyn Seals,
    checkpoints: Vec<Checkpoint>,
    mut progress: impl FnMut(u64),
) -> Result<Report, PortError> {
    let mut log = log.at_once().await?;
    let erased = erased_rows(&log.erasures().await?);
    let mut verifier = Verifier::new(checkpoints).with_erased(erased);
    let mut read = 0;
    let mut after: Option<(String, u64)> = None;
    loop {
        let seals = log.seals(after.as_ref().map(|(tenant, n)| (tenant.as_str(), *n)), SEALS).await?;
        let Some(last) = seals.last() else { break };
        after = Some((last.tenant.clone(), last.n));
        for seal in &seals {
            let rows = log.stored(&seal.rows).await?;
            read += rows.len() as u64;
            let named = log.named(&concerned(&rows)).await?;
            verifier.seal(seal, &rows, &named);
        }
        progress(read);
    }
    let mut after = i64::MIN;
    loop {
        let rows = log.scan(after, ROWS).await?;
        let Some(last) = rows.last() else { break };
        after = last.row;
        rows.iter().for_each(|row| verifier.row(row));
    }
    for (row, tenant) in log.unheard_of(UNHEARD_OF).await? {
        verifier.unheard_of(row, &tenant);
    }
    Ok(verifier.end())
}

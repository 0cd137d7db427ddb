//! Verifying the whole log.

use domain::event::Event;
use domain::ports::bus::RELAY;
use domain::ports::error::PortError;
use domain::ports::seals::{SealedLog, Seals};
use domain::seal::{Checkpoint, Report, Verifier, concerned, erased_rows};

use super::Audit;

/// How many seals are read at once; each covers a second of one tenant.
const SEALS: u32 = 200;
/// How many rows are read at once.
const ROWS: u32 = 10_000;
/// How many rows without an event are named; one is enough to know.
const UNHEARD_OF: u32 = 100;

/// How many events without a row are looked at at once.
const UNLOGGED: u32 = 1_000;

/// Reads every seal and every row as they are at one moment, and says what is not as it was sealed. Up to position
/// `given` of the outbox, the audit was given everything before that moment; of what lies behind nobody knows. `progress`
/// hears how many rows have been read so far.
///
/// # Errors
/// When the database cannot answer.
pub async fn verify(
    log: &dyn Seals,
    checkpoints: Vec<Checkpoint>,
    given: i64,
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
    for row in log.told(&verifier.gone()).await? {
        verifier.still_told(row);
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
    look_for_the_end(log.as_mut(), given, &mut verifier).await?;
    Ok(verifier.end())
}

/// Compares the outbox with the log, which may lack its end: nothing within the log shows that.
async fn look_for_the_end(log: &mut dyn SealedLog, given: i64, verifier: &mut Verifier) -> Result<(), PortError> {
    let mut rows = log.unlogged(i64::MIN, UNLOGGED).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let aside = log.set_aside(&[Audit::NAME, RELAY]).await?;
    while let Some(last) = rows.last().map(|row| row.position) {
        for row in &rows {
            // What is no event has no row to miss.
            let Ok(event) = serde_json::from_str::<Event>(&row.payload) else { continue };
            match row.position <= given {
                _ if aside.contains(&event.id) => {}
                true => verifier.unlogged(&event),
                false => verifier.awaited(&event),
            }
        }
        rows = log.unlogged(last, UNLOGGED).await?;
    }
    Ok(())
}

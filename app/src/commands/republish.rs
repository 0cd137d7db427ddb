//! `taskbot republish`: after Kafka has lost what was published, the relay begins again at the start of the outbox.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use domain::change::{Act, Change};
use domain::event::{Passing, Topic};
use domain::ids::PersonId;
use domain::ports::bus::{Outbox, RELAY};
use store_postgres::Access;

use super::{note, print};
use crate::config::Config;
use crate::wiring::House;

/// So long a relay that has just lost its lease may still be saving its place: longer than a statement may run.
const STRAGGLERS: Duration = Duration::from_secs(3);

/// Says from when on events are published again, and unless this is a dry run lets the relay do so.
///
/// # Errors
/// When there is no broker, the relay cannot be interrupted, or the database fails.
pub(crate) async fn run(config: Config, dry_run: bool) -> Result<ExitCode> {
    let house = House::build_for(&config, Access::Core).await?;
    let done = republish(&house, dry_run).await;
    house.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn republish(house: &House, dry_run: bool) -> Result<()> {
    if house.events.kafka().is_none() {
        bail!("nothing is published to a broker: TASKBOT_EVENTS_URL names none");
    }
    let outbox = &house.database.outbox;
    let Some(since) = published_since(&**outbox).await? else {
        return print("nothing that the outbox still holds was published yet; the relay begins at its start anyway");
    };
    if dry_run {
        return print(&format!("would publish again what happened since {since}"));
    }
    let lease = house.database.leases.seize(RELAY).await?;
    let lease = lease.context("the relay works in another process on this file: stop that one first")?;
    note("the relay is interrupted for a moment")?;
    tokio::time::sleep(STRAGGLERS).await;
    outbox.rewind(RELAY).await?;
    drop(lease);
    house.database.store.commit(Change { acts: vec![act(house, &since)], ..Change::default() }).await?;
    print(&format!("the relay publishes again what happened since {since}; readers drop what they have applied"))
}

/// When the oldest event happened that the outbox holds and the relay has passed.
async fn published_since(outbox: &dyn Outbox) -> Result<Option<String>> {
    let cursor = outbox.cursor(RELAY).await?;
    let first = outbox.read(0, &[Topic::TaskEvents, Topic::Reminders], 1).await?.into_iter().next();
    let first = first.filter(|row| row.position <= cursor.position);
    Ok(first.map(|row| match Passing::of(&row.payload).ok().and_then(|event| event.time()) {
        Some(time) => format!("{time:.0}"),
        None => format!("position {}", row.position),
    }))
}

fn act(house: &House, since: &str) -> Act {
    let (action, subject) = ("outbox.republished".to_owned(), RELAY.to_owned());
    let detail = serde_json::json!({ "since": since });
    Act { actor: PersonId::SYSTEM, action, subject, detail, at: house.clock.now() }
}

//! The topics while a process runs: whoever relays makes those that are missing, also when Kafka has lost them.

use std::sync::Arc;
use std::time::Duration;

use bus_kafka::{KafkaConfig, Topics};
use domain::ports::bus::{Outbox, RELAY};
use domain::ports::error::PortError;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// How often to look, besides the time that a look takes.
const LOOK: Duration = Duration::from_secs(5);

/// What was found the last time, so that it is said once.
#[derive(Default)]
struct Known {
    looked_at: bool,
    away: bool,
    missing: Vec<String>,
    /// What Kafka has lost, as was said, and is not there again yet.
    lost: Vec<String>,
}

/// Looks after the topics until somebody asks to stop. `outbox`: what this process relays, if it does.
pub(super) async fn tend(kafka: KafkaConfig, outbox: Option<Arc<dyn Outbox>>, stop: CancellationToken) {
    let topics = match Topics::of(&kafka) {
        Ok(topics) => topics,
        Err(error) => return warn!(%error, "the topics cannot be looked at"),
    };
    let mut known = Known::default();
    loop {
        let looked = async {
            match &outbox {
                Some(outbox) => make(&topics, &**outbox, &mut known).await,
                None => miss(&topics, &mut known).await,
            }
        };
        let Some(looked) = stop.run_until_cancelled(looked).await else { return };
        known.note(looked);
        if stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_none() {
            return;
        }
    }
}

impl Known {
    fn note(&mut self, looked: Result<(), PortError>) {
        if let (false, Err(error)) = (self.away, &looked) {
            warn!(%error, "the topics could not be looked at; events wait in the outbox meanwhile");
        }
        self.away = looked.is_err();
    }
}

/// Makes what is missing, and says what Kafka has lost: what was published before is not there any more. It is said
/// before they are made: whatever goes wrong on the way, nobody finds them missing afterwards.
async fn make(topics: &Topics, outbox: &dyn Outbox, known: &mut Known) -> Result<(), PortError> {
    let missing = topics.missing().await?;
    known.lost.retain(|name| missing.contains(name));
    if known.looked_at && missing.is_empty() {
        return Ok(());
    }
    let published = outbox.cursor(RELAY).await?.position;
    let news = |name: &String| published > 0 && !name.ends_with(".dlq") && !known.lost.contains(name);
    let lost: Vec<String> = missing.into_iter().filter(news).collect();
    if !lost.is_empty() {
        warn!(
            topics = lost.join(", "),
            published,
            "Kafka had lost these topics: they are made again, and new events go there. What was published before and \
             is still in the outbox is published again by: taskbot republish"
        );
    }
    known.lost.extend(lost);
    topics.make().await?;
    say(topics, known).await
}

/// Waits for whoever relays.
async fn miss(topics: &Topics, known: &mut Known) -> Result<(), PortError> {
    let missing = topics.missing().await?;
    if missing != known.missing && !missing.is_empty() {
        warn!(topics = missing.join(", "), "these topics are missing; the process with the role relay makes them");
    }
    let came = missing.is_empty() && !(known.looked_at && known.missing.is_empty());
    known.missing = missing;
    if came { say(topics, known).await } else { Ok(()) }
}

/// Says what is unsafe.
async fn say(topics: &Topics, known: &mut Known) -> Result<(), PortError> {
    let warnings = topics.warnings().await?;
    info!("the topics are there");
    warnings.iter().for_each(|unsafe_setting| warn!("{unsafe_setting}"));
    known.looked_at = true;
    Ok(())
}

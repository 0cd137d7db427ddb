//! Dead letters that are replayed while others come.

use std::sync::Arc;

use async_trait::async_trait;
use consumers::{DeadLetters, Handler, Incoming, Trouble, Which};
use domain::event::Topic;
use domain::ids::PersonId;
use domain::ports::inbox::{DeadLetter, Inbox};
use tracing::Span;

use super::Bench;
use crate::kit::world::draft;

/// A consumer on whose every event another dead letter follows, three times.
struct Prolific(Arc<dyn Inbox>, DeadLetter);

#[async_trait]
impl Handler for Prolific {
    fn name(&self) -> &'static str {
        "prolific"
    }

    fn topics(&self) -> &'static [Topic] {
        &[Topic::TaskEvents]
    }

    fn wants(&self, _incoming: &Incoming) -> Result<bool, Trouble> {
        Ok(true)
    }

    async fn handle(&self, events: &[Incoming]) -> Result<(), Trouble> {
        let origin = format!("{}+", events[0].origin);
        if origin.ends_with("++++") {
            return Ok(());
        }
        Ok(self.0.bury(&DeadLetter { origin, ..self.1.clone() }).await?)
    }

    fn span(&self, _incoming: &Incoming) -> Span {
        Span::none()
    }
}

#[tokio::test]
async fn what_becomes_a_letter_while_all_are_replayed_is_left_for_the_next_time() {
    let bench = Bench::new().await;
    let ana = bench.ana().await;
    bench.world.add(&ana, draft(&ana, "ship release")).await;
    let event = bench.task_events().await.remove(0);
    let (inbox, clock) = (bench.parts.inbox.clone(), bench.parts.tasks.clock.clone());
    let letter = DeadLetter {
        id: 0,
        consumer: "prolific".to_owned(),
        topic: "task-events".to_owned(),
        origin: "outbox@1".to_owned(),
        reason: "too much".to_owned(),
        payload: event.payload.to_string(),
        at: clock.now(),
        replayed_at: None,
    };
    inbox.bury(&letter).await.expect("buried");
    let letters = DeadLetters::new(inbox.clone(), clock, vec![Arc::new(Prolific(inbox, letter))]);
    let mut heard = 0;
    letters.replay(Which::All, PersonId::SYSTEM, false, |_, _| heard += 1).await.expect("replayed");
    assert_eq!(heard, 1);
    assert_eq!(letters.list(None, 0).await.expect("letters").len(), 1);
}

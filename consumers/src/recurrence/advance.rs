//! Bringing one series up to date, through the same door as everybody's commands.

use domain::access::Principal;
use domain::change::InboxMark;
use domain::command::{Command, IdempotencyKey, Request};
use domain::event::Event;
use domain::fault::step;
use domain::ids::{PersonId, SeriesId};
use domain::message::ConversationId;
use domain::place::Place;
use domain::refusal::Code;
use domain::service::{Failure, Tasks};
use domain::tenant::TenantId;
use domain::trace::TraceParent;

use super::Recurrence;
use crate::handler::Trouble;

/// Advances a series because of an event, or (with none) because its time has come.
pub(crate) async fn advance(
    tasks: &Tasks,
    tenant: &TenantId,
    series: SeriesId,
    because: Option<&Event>,
) -> Result<(), Trouble> {
    step("recurrence.before_advance")?;
    let request = Request {
        principal: Principal::system(tenant.clone()),
        tenant: tenant.clone(),
        place: Place::Direct(PersonId::SYSTEM),
        conversation: ConversationId(Recurrence::NAME.to_owned()),
        key: because.map(key),
        said_at: None,
        // What a clock begins is a trace of its own.
        trace: match because {
            Some(event) => event.traceparent.clone(),
            None => Some(TraceParent::root(tasks.ids.fresh())),
        },
        role: Recurrence::NAME,
        cause: because.map(|event| (event.id, Some(mark(event)))),
        command: Command::Advance(series),
    };
    let done = match tasks.execute(request.clone()).await {
        // The mark of an event that was handled longer ago than receipts are kept is a conflict each time.
        // Whatever the event wanted, a series that is up to date is right: see to that alone.
        Err(Failure::Refused(no)) if no.code == Code::Busy && because.is_some() => {
            tasks.execute(Request { key: None, cause: None, ..request }).await
        }
        done => done,
    };
    step("recurrence.after_advance")?;
    done.map(drop).map_err(trouble)
}

/// A repetition of the event is answered from the receipt.
fn key(event: &Event) -> IdempotencyKey {
    IdempotencyKey { key: format!("{}/{}", Recurrence::NAME, event.id), digest: event.id.to_string() }
}

fn mark(event: &Event) -> InboxMark {
    InboxMark { consumer: Recurrence::NAME.to_owned(), stream: event.stream(), version: event.data.version }
}

fn trouble(failure: Failure) -> Trouble {
    match failure {
        Failure::Port(error) => error.into(),
        Failure::Refused(no) if matches!(no.code, Code::Busy | Code::Changed) => Trouble::Retry(no.to_string()),
        Failure::Refused(no) => Trouble::Fail(no.to_string()),
    }
}

//! What a row's content says of the row: a second witness, as long as it is not erased.

use std::collections::{BTreeMap, BTreeSet};

use super::StoredRow;
use crate::change::Act;
use crate::event::{Event, EventType};
use crate::ids::PersonId;

/// What an act is called by which content was erased. Its detail names the rows: `{"rows": [7, 9]}`.
pub const ERASED: &str = "audit.erased";

/// The rows whose content these acts erased, each with what the act was about.
#[must_use]
pub fn erased_rows<'a>(acts: impl IntoIterator<Item = &'a Act>) -> BTreeMap<i64, String> {
    let acts = acts.into_iter().filter(|act| act.action == ERASED);
    let named = acts.filter_map(|act| Some((act, act.detail.get("rows")?.as_array()?)));
    let rows = named.flat_map(|(act, rows)| rows.iter().map(|row| (row.as_i64(), act.subject.clone())));
    rows.filter_map(|(row, subject)| Some((row?, subject))).collect()
}

/// Whom rows concern by their contents, each with its row.
#[must_use]
pub fn concerned(rows: &[StoredRow]) -> Vec<(PersonId, i64)> {
    let of = |stored: &StoredRow| {
        let row = stored.log.row;
        let data = event(stored).map(|event| event.data);
        let people = data.map(|data| data.participants.iter().copied().chain([data.user_id]).collect::<BTreeSet<_>>());
        people.unwrap_or_default().into_iter().map(move |person| (person, row))
    };
    rows.iter().flat_map(of).collect()
}

/// The first column that says something else than the content.
pub(super) fn differs(stored: &StoredRow) -> Option<&'static str> {
    let (event, log) = (event(stored)?, &stored.log);
    let same = [
        ("event_id", log.event_id == event.id.to_string()),
        ("stream", log.stream == event.stream().to_string()),
        ("version", u64::try_from(log.version) == Ok(event.data.version)),
        ("type", event.kind == EventType::Unknown || log.kind == event.kind.as_str()),
        ("subject", log.subject == event.subject.to_string()),
        ("actor", log.actor == event.data.user_id.to_string()),
        ("time", log.time == event.time.as_microsecond()),
    ];
    same.into_iter().find(|(_, same)| !same).map(|(column, _)| column)
}

fn event(stored: &StoredRow) -> Option<Event> {
    serde_json::from_str(&stored.content.as_ref()?.1).ok()
}

//! Series.

use domain::change::Put;
use domain::series::{Series, SeriesState};

use crate::literal::Record;
use crate::rows::{json, rounded_up};

/// A series.
pub(super) fn put(put: &Put<Series>) -> String {
    Record::default()
        .field(put.row.id)
        .maybe(put.was)
        .field(&put.row.tenant)
        .maybe(put.row.next_at.map(rounded_up))
        .field(put.row.version)
        .field(state(put.row.state))
        .document(&json(&put.row))
        .end()
}

/// The stored word.
fn state(state: SeriesState) -> &'static str {
    match state {
        SeriesState::Active => "active",
        SeriesState::Ended => "ended",
    }
}

//! Series.

use domain::change::Put;
use domain::series::{Series, SeriesState};

use crate::rows::{integer, json, rounded_up};
use crate::script::Script;

/// Writes a series.
pub(super) fn put(script: &mut Script, put: &Put<Series>) {
    match put.was {
        None => script
            .must("series", "INSERT INTO series (id, tenant, state, next_at, version, doc) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(put.row.id.to_string())
            .bind(put.row.tenant.to_string()),
        Some(_) => script.must(
            "series",
            "UPDATE series SET state = ?, next_at = ?, version = ?, doc = ? WHERE id = ? AND version = ?",
        ),
    };
    script
        .bind(state(put.row.state).to_owned())
        .bind(put.row.next_at.map(rounded_up))
        .bind(integer(put.row.version))
        .bind(json(&put.row));
    if let Some(was) = put.was {
        script.bind(put.row.id.to_string()).bind(integer(was));
    }
}

/// The stored word.
fn state(state: SeriesState) -> &'static str {
    match state {
        SeriesState::Active => "active",
        SeriesState::Ended => "ended",
    }
}

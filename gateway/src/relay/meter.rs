//! The relay's metrics.

use metrics::{Unit, counter, describe_counter, describe_gauge, gauge};

const PUBLISHED: &str = "taskbot_relay_published_total";
const REJECTED: &str = "taskbot_relay_rejected_total";
const FAILURES: &str = "taskbot_relay_failures_total";
const BEHIND: &str = "taskbot_relay_lag_rows";
const AGE: &str = "taskbot_relay_lag_seconds";

/// Tells the recorder what each metric means. Call it once, after the recorder is installed.
pub fn describe() {
    describe_counter!(PUBLISHED, Unit::Count, "Records that a broker has acknowledged, per topic");
    describe_counter!(REJECTED, Unit::Count, "Records that a broker will never take, which became dead letters");
    describe_counter!(FAILURES, Unit::Count, "How often the relay had to try again");
    describe_gauge!(BEHIND, Unit::Count, "Rows of the outbox that were not published yet");
    describe_gauge!(AGE, Unit::Seconds, "Age of the oldest event that was not published yet, else 0");
}

pub(super) fn published(topic: &'static str, count: usize) {
    counter!(PUBLISHED, "topic" => topic).increment(count as u64);
}

pub(super) fn rejected(count: usize) {
    counter!(REJECTED).increment(count as u64);
}

pub(super) fn failure() {
    counter!(FAILURES).increment(1);
}

pub(super) fn waiting(rows: i64) {
    gauge!(BEHIND).set(rows as f64);
}

pub(super) fn behind(rows: i64, seconds: f64) {
    waiting(rows);
    gauge!(AGE).set(seconds);
}

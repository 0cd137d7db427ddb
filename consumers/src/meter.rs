//! The names of the metrics, and the few ways in which they are raised.

use metrics::{Unit, counter, describe_counter, describe_gauge, gauge};

const EVENTS: &str = "taskbot_consumer_events_total";
const RETRIES: &str = "taskbot_consumer_retries_total";
const LETTERS: &str = "taskbot_consumer_dead_letters_total";
const HELP: &str = "taskbot_consumer_needs_help";
const LAG: &str = "taskbot_consumer_lag";
const RESTARTS: &str = "taskbot_consumer_restarts_total";
const DELIVERIES: &str = "taskbot_deliveries_total";
/// Active series whose next time passed more than a minute ago.
pub(crate) const STUCK_SERIES: &str = "taskbot_stuck_series";
/// Reminders and deliveries within reach that nobody has worked on for more than a minute.
pub(crate) const STUCK_REMINDERS: &str = "taskbot_stuck_reminders";
/// Consumers that have not moved for a minute although events wait for them.
pub(crate) const STUCK_CONSUMERS: &str = "taskbot_stuck_consumers";

/// Reminders and open deliveries that a restore holds back.
const HELD: &str = "taskbot_held_reminders";
/// For how long the audit log has waited for a seal.
const UNSEALED: &str = "taskbot_audit_unsealed_seconds";
/// Whether the clock cannot be believed.
const ASTRAY: &str = "taskbot_clock_astray";
/// Age of the oldest row that the relay has not published.
const UNPUBLISHED: &str = "taskbot_outbox_age_seconds";

/// Tells the recorder what each metric means. Call it once, after the recorder is installed.
pub fn describe() {
    describe_counter!(EVENTS, Unit::Count, "Events per consumer and result");
    describe_counter!(RETRIES, Unit::Count, "How often a consumer waited and tried again");
    describe_counter!(LETTERS, Unit::Count, "Records that a consumer gave up on");
    describe_gauge!(HELP, Unit::Count, "1 while a consumer cannot go on without somebody's help, else 0");
    describe_gauge!(LAG, Unit::Count, "Events that wait for a consumer");
    describe_counter!(RESTARTS, Unit::Count, "How often a loop was started again after a panic");
    describe_counter!(DELIVERIES, Unit::Count, "Attempts to post a message, per result");
    describe_gauge!(STUCK_SERIES, Unit::Count, "Active series whose next time passed more than a minute ago");
    describe_gauge!(STUCK_REMINDERS, Unit::Count, "Reminders within reach overdue by more than a minute");
    describe_gauge!(HELD, Unit::Count, "Reminders and open deliveries that a restore holds back");
    describe_gauge!(
        UNSEALED,
        Unit::Seconds,
        "How long the first row of the audit log waits that no seal covers, else 0"
    );
    describe_gauge!(ASTRAY, Unit::Count, "1 while the clock cannot be believed and no reminder is claimed, else 0");
    describe_gauge!(UNPUBLISHED, Unit::Seconds, "Age of the oldest event that the relay has not published, else 0");
    describe_gauge!(STUCK_CONSUMERS, Unit::Count, "Consumers that stand still although events wait for them");
}

/// Events with a result: `handled`, `skipped`, `unknown_type` or `failed`.
pub(crate) fn events(consumer: &'static str, result: &'static str, count: usize) {
    counter!(EVENTS, "consumer" => consumer, "result" => result).increment(u64::try_from(count).unwrap_or(u64::MAX));
}

/// Once more.
pub(crate) fn retry(consumer: &'static str) {
    counter!(RETRIES, "consumer" => consumer).increment(1);
}

/// A dead letter was written.
pub(crate) fn dead_letter(consumer: &'static str) {
    counter!(LETTERS, "consumer" => consumer).increment(1);
}

/// Whether a consumer cannot go on without somebody's help.
pub(crate) fn needs_help(consumer: &'static str, needs: bool) {
    gauge!(HELP, "consumer" => consumer).set(if needs { 1.0 } else { 0.0 });
}

/// What waits for a consumer.
pub(crate) fn lag(consumer: &'static str, waiting: u64) {
    gauge!(LAG, "consumer" => consumer).set(waiting as f64);
}

/// Whether the clock can be believed.
pub(crate) fn clock(trusted: bool) {
    gauge!(ASTRAY).set(if trusted { 0.0 } else { 1.0 });
}

/// A loop was started again.
pub(crate) fn restart(task: &'static str) {
    counter!(RESTARTS, "task" => task).increment(1);
}

/// An attempt to post: `sent`, `later`, `refused`, `unknown` or `unsettled`.
pub(crate) fn delivery(result: &'static str) {
    counter!(DELIVERIES, "result" => result).increment(1);
}

/// How old the oldest row is that waits for the relay.
pub(crate) fn unpublished(seconds: f64) {
    gauge!(UNPUBLISHED).set(seconds);
}

/// How long the first row waits that no seal covers.
pub(crate) fn unsealed(seconds: f64) {
    gauge!(UNSEALED).set(seconds);
}

/// How many a restore holds back.
pub(crate) fn held(count: u64) {
    gauge!(HELD).set(count as f64);
}

/// Sets one of the `STUCK_…` gauges.
pub(crate) fn stuck(gauge: &'static str, count: usize) {
    gauge!(gauge).set(count as f64);
}

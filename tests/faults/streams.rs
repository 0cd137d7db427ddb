//! Events and their audit: each stream is 1..n in order, and the audit log is the outbox, no more and no less.

use sqlx::SqliteConnection;

/// Each statement finds what must not be: one text per finding.
const RULES: [(&str, &str); 8] = [
    (
        "a stream has a hole or a repeat",
        "SELECT stream || ' has ' || count(*) || ' events, ' || min(version) || ' to ' || max(version) FROM outbox
         GROUP BY stream HAVING min(version) <> 1 OR max(version) <> count(*) OR count(DISTINCT version) <> count(*)",
    ),
    (
        "a stream is out of order",
        "SELECT stream || ' at ' || position FROM (
             SELECT stream, position, version, lag(version, 1, 0) OVER (PARTITION BY stream ORDER BY position) AS before
             FROM outbox) WHERE version <> before + 1",
    ),
    (
        "a row and its stream differ",
        "SELECT r.stream || ' is in version ' || r.version FROM (
             SELECT 'task/' || id AS stream, version FROM tasks
             UNION ALL SELECT 'reminder/' || id, version FROM reminders) r
         LEFT JOIN (SELECT stream, max(version) AS last FROM outbox GROUP BY stream) o USING (stream)
         WHERE r.version IS NOT o.last",
    ),
    (
        "an event is not audited",
        "SELECT o.event_id FROM outbox o LEFT JOIN audit_log a USING (event_id)
         WHERE a.event_id IS NULL OR a.stream <> o.stream OR a.version <> o.version",
    ),
    ("an audit row has no event", "SELECT event_id FROM audit_log WHERE event_id NOT IN (SELECT event_id FROM outbox)"),
    (
        "the audit of a stream is out of order",
        "SELECT stream || ' at ' || row FROM (
             SELECT stream, row, version, lag(version, 1, 0) OVER (PARTITION BY stream ORDER BY row) AS before
             FROM audit_log) WHERE version <> before + 1",
    ),
    (
        "a consumer gave up or waits",
        "SELECT consumer || ': ' || reason FROM dead_letters
         UNION ALL SELECT consumer || ' parked ' || stream FROM parked",
    ),
    ("the file is damaged", "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
];

/// Adds what is found.
pub(super) async fn check(database: &mut SqliteConnection, faults: &mut Vec<String>) {
    for (rule, sql) in RULES {
        let found: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *database).await.expect(rule);
        faults.extend(found.into_iter().map(|what| format!("{rule}: {what}")));
    }
}

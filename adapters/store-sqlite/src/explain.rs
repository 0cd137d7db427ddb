//! Why a task, a reminder, a delivery, a series or an event is where it is: one line per fact, for operators.

use domain::ports::error::PortError;
use uuid::Uuid;

use crate::SqliteStore;
use crate::ask::Ask;
use crate::rows::{Row, column, json};

/// The tasks that an id leads to: itself, or through a reminder, delivery, series, event or dead end.
const TASKS: &str = "
    SELECT id FROM tasks WHERE id = ?1
    UNION SELECT task FROM reminders WHERE id = ?1
    UNION SELECT r.task FROM deliveries d CROSS JOIN json_each(d.doc, '$.members') m
        CROSS JOIN reminders r ON r.id = m.value WHERE d.id = ?1
    UNION SELECT doc ->> '$.current' FROM series WHERE id = ?1
    UNION SELECT key FROM outbox WHERE event_id = ?1
    UNION SELECT subject FROM audit_log WHERE event_id = ?1";

const TASK: &str = "
    SELECT printf('task #%d “%s” (%s): %s, version %d, %s', number, doc ->> '$.title', id, status, version,
        CASE WHEN due_day IS NULL THEN 'no due' ELSE 'due ' || (doc ->> '$.due.date')
            || coalesce(' ' || (doc ->> '$.due.time'), '') || ' ' || (doc ->> '$.due.zone') END)
    FROM tasks WHERE id = ?1";

const SERIES: &str = "
    SELECT printf('series %s: %s, next occurrence %s, version %d', s.id, s.state,
        coalesce(s.doc ->> '$.next_at', 'only after completion, or none'), s.version)
    FROM tasks t CROSS JOIN series s ON s.id = t.series WHERE t.id = ?1";

const REMINDERS: &str = "
    SELECT printf('reminder %s: %s, at %s to %s, version %d%s%s', id, state, doc ->> '$.at', place, version,
        coalesce(' (' || (doc ->> '$.reason') || ')', ''),
        CASE WHEN state = 'scheduled' AND at <= (SELECT until FROM hold)
            THEN '; held back since the restore: taskbot restore --release'
            WHEN state = 'scheduled'
                AND tenant IN (SELECT tenant FROM installations WHERE asleep_since IS NOT NULL)
            THEN '; held back until the bot is installed there again' ELSE '' END)
    FROM reminders WHERE task = ?1 ORDER BY at, id";

const DELIVERIES: &str = "
    SELECT DISTINCT printf('delivery %s: %s to %s, %d attempts, next at %s%s%s', d.id, d.state, d.place,
        d.doc ->> '$.attempts', d.doc ->> '$.next_attempt_at',
        coalesce(', posted as ' || (d.doc ->> '$.message_id'), ''),
        coalesce(', last error: ' || (d.doc ->> '$.last_error'), ''))
    FROM reminders r CROSS JOIN deliveries d ON d.id = r.doc ->> '$.delivery' WHERE r.task = ?1";

/// The streams of a task: its own and those of its reminders.
pub(crate) const STREAMS: &str = "
    SELECT 'task/' || ?1 AS stream UNION ALL SELECT 'reminder/' || id FROM reminders WHERE task = ?1";

const EVENTS: &str = "
    SELECT printf('event %s %s (version %d) at outbox@%d; passed by %s%s', o.event_id,
        o.payload ->> '$.type', o.version, o.position,
        coalesce((SELECT group_concat(consumer, ', ') FROM cursors WHERE position >= o.position), 'nobody'),
        coalesce((SELECT '; not yet by ' || group_concat(consumer, ', ') FROM cursors WHERE position < o.position), ''))
    FROM json_each(?1) s CROSS JOIN outbox o ON o.stream = s.value ORDER BY o.position";

const AUDITED: &str = "
    SELECT printf('audit: %s up to version %d', s.value, max(a.version))
    FROM json_each(?1) s CROSS JOIN audit_log a ON a.stream = s.value GROUP BY s.value";

const PARKED: &str = "
    SELECT printf('parked by %s: %s version %d from %s', p.consumer, p.stream, p.version, p.origin)
    FROM (SELECT DISTINCT consumer FROM parked) who CROSS JOIN json_each(?1) s
    CROSS JOIN parked p ON p.consumer = who.consumer AND p.stream = s.value ORDER BY p.consumer, p.version";

/// Dead letters are few and have no stream of their own: their payload may not even be an event.
const BURIED: &str = "
    SELECT printf('dead letter %d of %s from %s: %s%s', id, consumer, origin, reason,
        CASE WHEN replayed_at IS NULL THEN '' ELSE ' (replayed)' END)
    FROM dead_letters WHERE instr(payload, ?1) > 0 ORDER BY id";

pub(crate) const ABOUT_TASK: [&str; 4] = [TASK, SERIES, REMINDERS, DELIVERIES];
pub(crate) const ABOUT_STREAMS: [&str; 3] = [EVENTS, AUDITED, PARKED];

impl SqliteStore {
    /// What is known of an id; empty if nothing is.
    pub(crate) async fn explained(&self, id: Uuid) -> Result<Vec<String>, PortError> {
        let mut lines = Vec::new();
        for task in self.lines(TASKS, id.to_string()).await? {
            for question in ABOUT_TASK {
                lines.extend(self.lines(question, task.clone()).await?);
            }
            let streams = json(&self.lines(STREAMS, task.clone()).await?);
            for question in ABOUT_STREAMS {
                lines.extend(self.lines(question, streams.clone()).await?);
            }
            lines.extend(self.lines(BURIED, task).await?);
        }
        Ok(lines)
    }

    async fn lines(&self, question: &'static str, about: String) -> Result<Vec<String>, PortError> {
        let rows = self.readers.rows(Ask::new(question).bind(about)).await?;
        rows.iter().map(|row: &Row| column(row, 0)).collect()
    }
}

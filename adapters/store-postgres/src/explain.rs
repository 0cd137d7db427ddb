//! Why a task, a reminder, a delivery, a series or an event is where it is: one line per fact, for operators.

use domain::ports::error::PortError;
use uuid::Uuid;

use crate::PostgresStore;
use crate::ask::Ask;
use crate::rows::column;

/// The tasks that an id leads to: itself, or through a reminder, delivery, series or event.
const TASKS: &str = "
    SELECT id FROM tasks WHERE id = $1
    UNION SELECT task FROM reminders WHERE id = $1
    UNION SELECT r.task FROM deliveries d CROSS JOIN json_array_elements_text(d.doc::json -> 'members') m
        JOIN reminders r ON r.id = m.value::uuid WHERE d.id = $1
    UNION SELECT (doc::json ->> 'current')::uuid FROM series WHERE id = $1
    UNION SELECT subject FROM audit_log WHERE event_id = $1";

const TASK: &str = "
    SELECT format('task #%s “%s” (%s): %s, version %s, %s', number, doc::json ->> 'title', id, status, version,
        CASE WHEN due_day IS NULL THEN 'no due' ELSE 'due ' || (doc::json #>> '{due,date}')
            || coalesce(' ' || (doc::json #>> '{due,time}'), '') || ' ' || (doc::json #>> '{due,zone}') END)
    FROM tasks WHERE id = $1";

const SERIES: &str = "
    SELECT format('series %s: %s, next occurrence %s, version %s', s.id, s.state,
        coalesce(s.doc::json ->> 'next_at', 'only after completion, or none'), s.version)
    FROM tasks t JOIN series s ON s.id = t.series WHERE t.id = $1";

const REMINDERS: &str = "
    SELECT format('reminder %s: %s, at %s to %s, version %s%s%s', id, state, doc::json ->> 'at', place, version,
        coalesce(' (' || (doc::json ->> 'reason') || ')', ''),
        CASE WHEN state = 'scheduled' AND at <= (SELECT until FROM hold)
            THEN '; held back since the restore: taskbot restore --release'
            WHEN state = 'scheduled'
                AND tenant = ANY (ARRAY(SELECT tenant FROM installations WHERE asleep_since IS NOT NULL))
            THEN '; held back until the bot is installed there again' ELSE '' END)
    FROM reminders WHERE task = $1 ORDER BY at, id";

const DELIVERIES: &str = "
    SELECT DISTINCT format('delivery %s: %s to %s, %s attempts, next at %s%s%s', d.id, d.state, d.place,
        d.doc::json ->> 'attempts', d.doc::json ->> 'next_attempt_at',
        coalesce(', posted as ' || (d.doc::json ->> 'message_id'), ''),
        coalesce(', last error: ' || (d.doc::json ->> 'last_error'), ''))
    FROM reminders r JOIN deliveries d ON d.id = (r.doc::json ->> 'delivery')::uuid WHERE r.task = $1";

/// The outbox has no index by task, which would cost every command: it is read from the day of the task's first event
/// on, while that is kept.
const EVENTS: &str = "
    SELECT format('event %s %s (version %s) at outbox@%s; passed by %s%s', o.payload::json ->> 'id',
        o.payload::json ->> 'type', o.payload::json #>> '{data,version}', o.position,
        coalesce((SELECT string_agg(consumer, ', ') FROM cursors WHERE settled >= o.position), 'nobody'),
        coalesce((SELECT '; not yet by ' || string_agg(consumer, ', ') FROM cursors WHERE settled < o.position), ''))
    FROM outbox o
    WHERE o.key = $1 AND o.created_at >= (SELECT created_at FROM tasks WHERE id = $1) - 60000000
    ORDER BY o.position";

const AUDITED: &str = "
    SELECT format('audit: %s/%s up to version %s', CASE WHEN reminder THEN 'reminder' ELSE 'task' END, id, max(version))
    FROM audit_log WHERE subject = $1 GROUP BY reminder, id ORDER BY reminder, id";

const PARKED: &str = "
    SELECT format('parked by %s: %s version %s from %s', consumer, stream, version, origin)
    FROM parked
    WHERE stream = 'task/' || $1 OR stream IN (SELECT 'reminder/' || id FROM reminders WHERE task = $1)
    ORDER BY consumer, version";

/// Dead letters are few and have no stream of their own: their payload may not even be an event.
const BURIED: &str = "
    SELECT format('dead letter %s of %s from %s: %s%s', id, consumer, origin, reason,
        CASE WHEN replayed_at IS NULL THEN '' ELSE ' (replayed)' END)
    FROM dead_letters WHERE strpos(payload, $1::text) > 0 ORDER BY id";

pub(crate) const ABOUT: [&str; 8] = [TASK, SERIES, REMINDERS, DELIVERIES, EVENTS, AUDITED, PARKED, BURIED];

impl PostgresStore {
    /// What is known of an id; empty if nothing is.
    pub(crate) async fn explained(&self, id: Uuid) -> Result<Vec<String>, PortError> {
        let mut lines = Vec::new();
        for task in &self.relay.rows(Ask::new(TASKS).bind(id)).await? {
            let task: Uuid = column(task, 0)?;
            for question in ABOUT {
                for row in &self.relay.rows(Ask::new(question).bind(task)).await? {
                    lines.push(column(row, 0)?);
                }
            }
        }
        Ok(lines)
    }
}

-- Everything that a command needs, in one statement and so at one point in time. Lists of ids come as JSON arrays.
-- ?1 tenant  ?2 task ids  ?3 numbers  ?4 series  ?5 deliveries  ?6 place  ?7 people  ?8 receipt key
-- ?9 conversation of undo  ?10 person whose zone is followed
WITH
members (delivery, reminder) AS MATERIALIZED (
    SELECT d.id, m.value
    FROM json_each(?5) named CROSS JOIN deliveries d ON d.id = named.value CROSS JOIN json_each(d.doc, '$.members') m
),
last_reminder (task) AS MATERIALIZED (
    SELECT task FROM reminders
    WHERE state = 'delivered' AND tenant = ?1 AND place = ?6
    ORDER BY told_at DESC LIMIT 1
),
undone (doc) AS MATERIALIZED (
    SELECT doc FROM undo WHERE conversation = ?9
),
asked (id) AS MATERIALIZED (
    SELECT value FROM json_each(?2)
    UNION SELECT t.id FROM json_each(?3) n CROSS JOIN tasks t ON t.tenant = ?1 AND t.number = n.value
    UNION SELECT r.task FROM members CROSS JOIN reminders r ON r.id = members.reminder
    UNION SELECT task FROM last_reminder
    UNION SELECT pair.value ->> '$[1].id' FROM undone CROSS JOIN json_each(undone.doc, '$.tasks') pair
    UNION SELECT pair.value ->> '$[1].task' FROM undone CROSS JOIN json_each(undone.doc, '$.snoozed') pair
    UNION SELECT t.id FROM lists l CROSS JOIN tasks t ON t.list = l.id
    WHERE l.owner = ?10 AND t.status = 'open'
        AND (t.series IS NOT NULL OR (t.due_day IS NOT NULL AND t.doc ->> '$.due.time' IS NULL))
),
seats (id) AS MATERIALIZED (
    SELECT value FROM json_each(?4)
    UNION SELECT t.series FROM asked CROSS JOIN tasks t ON t.id = asked.id WHERE t.series IS NOT NULL
    UNION SELECT pair.value ->> '$[1].id' FROM undone CROSS JOIN json_each(undone.doc, '$.series') pair
),
wanted (id) AS MATERIALIZED (
    SELECT id FROM asked
    UNION SELECT s.doc ->> '$.current' FROM seats CROSS JOIN series s ON s.id = seats.id
    UNION SELECT s.doc ->> '$.withdrawn' FROM seats CROSS JOIN series s ON s.id = seats.id
),
told (id, doc) AS MATERIALIZED (
    SELECT r.id, r.doc FROM wanted CROSS JOIN reminders r ON r.task = wanted.id AND r.state IN ('scheduled', 'due')
    UNION
    SELECT r.id, r.doc FROM wanted CROSS JOIN reminders r ON r.rowid = (
        SELECT last.rowid FROM reminders last
        WHERE last.task = wanted.id AND last.state = 'delivered' ORDER BY last.told_at DESC LIMIT 1
    )
    UNION
    SELECT r.id, r.doc FROM members CROSS JOIN reminders r ON r.id = members.reminder
),
carrying (id) AS MATERIALIZED (
    SELECT value FROM json_each(?5)
    UNION SELECT doc ->> '$.delivery' FROM told WHERE doc ->> '$.state' = 'due'
),
known (id) AS MATERIALIZED (
    SELECT value FROM json_each(?7)
    UNION SELECT t.author FROM wanted CROSS JOIN tasks t ON t.id = wanted.id
    UNION SELECT person.value FROM wanted CROSS JOIN tasks t ON t.id = wanted.id CROSS JOIN json_each(t.people) person
    UNION SELECT doc ->> '$.asked_by' FROM told
    UNION SELECT person.value FROM told CROSS JOIN json_each(told.doc, '$.recipients') person
)
SELECT 'task' AS kind, t.doc AS doc, l.doc AS more, NULL AS number
FROM wanted CROSS JOIN tasks t ON t.id = wanted.id CROSS JOIN lists l ON l.id = t.list
UNION ALL SELECT 'reminder', doc, NULL, NULL FROM told
UNION ALL SELECT 'series', s.doc, NULL, NULL FROM seats CROSS JOIN series s ON s.id = seats.id
UNION ALL SELECT 'delivery', d.doc, NULL, NULL FROM carrying CROSS JOIN deliveries d ON d.id = carrying.id
UNION ALL SELECT 'person', p.doc, NULL, NULL FROM known CROSS JOIN people p ON p.id = known.id
UNION ALL SELECT 'receipt', outcome, digest, at FROM receipts WHERE key = ?8
UNION ALL SELECT 'undo', doc, NULL, NULL FROM undone
UNION ALL SELECT 'last reminder', task, NULL, NULL FROM last_reminder
UNION ALL SELECT 'number', NULL, NULL, last + spared FROM counters WHERE tenant = ?1

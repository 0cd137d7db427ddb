//! What holds a tenant.

/// Rows that go together.
pub(super) struct Kind {
    /// The next keys as text, in order: of the tenant `?1`, behind the key `?2`, so many as `?3`.
    pub(super) find: &'static str,
    /// What goes of the tenant `?2` with the keys `?1`, a JSON array of texts; each before what it refers to.
    pub(super) remove: &'static [(&'static str, &'static str)],
    /// Whether an act says which keys went.
    pub(super) noted: bool,
}

/// Everything, each before what it refers to.
pub(super) const KINDS: [Kind; 10] =
    [CONTENTS, TASKS, DELIVERIES, SERIES, LISTS, UNDO, MEMBERSHIPS, PARKED, LETTERS, PEOPLE];

const CONTENTS: Kind = Kind {
    find: "
        SELECT CAST(c.row AS TEXT) FROM audit_log l CROSS JOIN audit_content c ON c.row = l.row
        WHERE l.tenant = ?1 AND l.row > CAST(?2 AS INTEGER) ORDER BY l.row LIMIT ?3",
    remove: &[(
        "contents",
        "DELETE FROM audit_content WHERE row IN (
            SELECT l.row FROM json_each(?1) k CROSS JOIN audit_log l ON l.row = CAST(k.value AS INTEGER)
            WHERE l.tenant = ?2)",
    )],
    noted: true,
};

/// What was published is taken back: the relay sends a tombstone for each note.
const TASKS: Kind = Kind {
    find: "SELECT id FROM tasks WHERE tenant = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
    remove: &[
        (
            "tombstones",
            "INSERT INTO deleted_tasks (task, since)
             SELECT id, 0 FROM tasks WHERE id IN (SELECT value FROM json_each(?1)) AND tenant = ?2
                 AND EXISTS (SELECT 1 FROM cursors WHERE consumer = 'relay')
             ON CONFLICT (task) DO UPDATE SET since = 0",
        ),
        ("reminders", "DELETE FROM reminders WHERE task IN (SELECT value FROM json_each(?1)) AND tenant = ?2"),
        ("tasks", "DELETE FROM tasks WHERE id IN (SELECT value FROM json_each(?1)) AND tenant = ?2"),
    ],
    noted: false,
};

const DELIVERIES: Kind = plain(
    "SELECT id FROM deliveries WHERE tenant = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
    &[("deliveries", "DELETE FROM deliveries WHERE id IN (SELECT value FROM json_each(?1)) AND tenant = ?2")],
);

const SERIES: Kind = plain(
    "SELECT id FROM series WHERE tenant = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
    &[("series", "DELETE FROM series WHERE id IN (SELECT value FROM json_each(?1)) AND tenant = ?2")],
);

const LISTS: Kind = plain(
    "SELECT id FROM lists WHERE tenant = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
    &[("lists", "DELETE FROM lists WHERE id IN (SELECT value FROM json_each(?1)) AND tenant = ?2")],
);

/// A conversation begins with its tenant and a slash, behind which comes `0`.
const UNDO: Kind = plain(
    "SELECT conversation FROM undo
     WHERE conversation > max(?2, ?1 || '/') AND conversation < ?1 || '0' ORDER BY conversation LIMIT ?3",
    &[(
        "undo",
        "DELETE FROM undo WHERE conversation IN (SELECT value FROM json_each(?1)) AND conversation > ?2 || '/'",
    )],
);

const MEMBERSHIPS: Kind = plain(
    "SELECT DISTINCT person FROM memberships WHERE tenant = ?1 AND person > ?2 ORDER BY person LIMIT ?3",
    &[("memberships", "DELETE FROM memberships WHERE person IN (SELECT value FROM json_each(?1)) AND tenant = ?2")],
);

const PARKED: Kind = plain(
    "SELECT DISTINCT stream FROM parked
     WHERE instr(payload, '\"tenant_id\":\"' || ?1 || '\"') AND stream > ?2 ORDER BY stream LIMIT ?3",
    &[(
        "parked",
        "DELETE FROM parked WHERE stream IN (SELECT value FROM json_each(?1))
            AND instr(payload, '\"tenant_id\":\"' || ?2 || '\"')",
    )],
);

const LETTERS: Kind = plain(
    "SELECT CAST(id AS TEXT) FROM dead_letters
     WHERE instr(payload, '\"tenant_id\":\"' || ?1 || '\"') AND id > CAST(?2 AS INTEGER) ORDER BY id LIMIT ?3",
    &[(
        "dead letters",
        "DELETE FROM dead_letters WHERE id IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))
            AND instr(payload, '\"tenant_id\":\"' || ?2 || '\"')",
    )],
);

/// People go who are known in no other tenant; their tokens while it is still known that they were here.
const PEOPLE: Kind = plain(
    "SELECT DISTINCT person FROM identities WHERE tenant = ?1 AND person > ?2 ORDER BY person LIMIT ?3",
    &[
        (
            "tokens",
            "DELETE FROM tokens WHERE person IN (SELECT value FROM json_each(?1)) AND NOT EXISTS (
                SELECT 1 FROM identities i WHERE i.person = tokens.person AND i.tenant <> ?2)",
        ),
        ("identities", "DELETE FROM identities WHERE person IN (SELECT value FROM json_each(?1)) AND tenant = ?2"),
        (
            "people",
            "DELETE FROM people WHERE id IN (SELECT value FROM json_each(?1)) AND NOT EXISTS (
                SELECT 1 FROM identities i WHERE i.person = people.id AND i.tenant <> ?2)",
        ),
    ],
);

const fn plain(find: &'static str, remove: &'static [(&'static str, &'static str)]) -> Kind {
    Kind { find, remove, noted: false }
}

//! Removing a tenant with all that it holds.

use domain::change::Act;
use domain::ports::bus::RELAY;
use domain::ports::installations::Installation;

use crate::rows::{integer, json};
use crate::script::Script;

/// Only a row that sleeps and has not moved on, so that whoever installs meanwhile finds everything.
const INSTALLATION: &str = "DELETE FROM installations WHERE tenant = ? AND version = ? AND asleep_since IS NOT NULL";

/// What was published is taken back: the relay sends a tombstone for each note.
const TOMBSTONES: &str = "
    INSERT INTO deleted_tasks (task, since)
    SELECT id, 0 FROM tasks WHERE tenant = ? AND EXISTS (SELECT 1 FROM cursors WHERE consumer = ?)
    ON CONFLICT (task) DO UPDATE SET since = 0";

/// People who are known in no other tenant; their tokens go while it is still known that they were here.
const TOKENS: &str = "
    DELETE FROM tokens WHERE person IN (SELECT person FROM identities WHERE tenant = ?1)
        AND person NOT IN (SELECT person FROM identities WHERE tenant <> ?1)";
const PEOPLE: &str = "DELETE FROM people WHERE id NOT IN (SELECT person FROM identities)";

/// Which contents go stands in an act, so that whoever verifies the log takes them for erased.
const ACT: &str = "
    INSERT INTO acts (actor, doc)
    SELECT ?2, json_set(?3, '$.detail.rows', json_group_array(c.row))
    FROM audit_log l CROSS JOIN audit_content c ON c.row = l.row WHERE l.tenant = ?1 HAVING count(*) > 0";
const CONTENTS: &str = "DELETE FROM audit_content WHERE row IN (SELECT row FROM audit_log WHERE tenant = ?)";

/// What holds a tenant and nothing else, each before what it refers to.
const OF_THE_TENANT: [(&str, &str); 9] = [
    ("reminders", "DELETE FROM reminders WHERE tenant = ?"),
    ("deliveries", "DELETE FROM deliveries WHERE tenant = ?"),
    ("tasks", "DELETE FROM tasks WHERE tenant = ?"),
    ("series", "DELETE FROM series WHERE tenant = ?"),
    ("lists", "DELETE FROM lists WHERE tenant = ?"),
    ("undo", "DELETE FROM undo WHERE conversation LIKE replace(?, '_', '!_') || '/%' ESCAPE '!'"),
    ("memberships", "DELETE FROM memberships WHERE tenant = ?"),
    ("parked", "DELETE FROM parked WHERE instr(payload, '\"tenant_id\":\"' || ? || '\"')"),
    ("dead letters", "DELETE FROM dead_letters WHERE instr(payload, '\"tenant_id\":\"' || ? || '\"')"),
];

/// The change that removes a tenant; a conflict if its row is not as it is here.
pub(crate) fn script(installation: &Installation, act: &Act) -> Script {
    let tenant = || installation.tenant.to_string();
    let mut script = Script::new();
    script.must("installation", INSTALLATION).bind(tenant()).bind(integer(installation.version));
    script.step("tombstones", TOMBSTONES).bind(tenant()).bind(RELAY.to_owned());
    for (what, sql) in OF_THE_TENANT {
        script.step(what, sql).bind(tenant());
    }
    script.step("tokens", TOKENS).bind(tenant());
    script.step("identities", "DELETE FROM identities WHERE tenant = ?").bind(tenant());
    script.step("people", PEOPLE);
    script.step("act", ACT).bind(tenant()).bind(act.actor.to_string()).bind(json(act));
    script.step("contents", CONTENTS).bind(tenant());
    script
}

//! Removing a tenant with all that it holds: in portions, so that a command that is given meanwhile waits for one of them
//! at most. What goes is looked up beside the writer and removed by its keys; the installation goes last, so that a purge
//! that was interrupted begins again, and whoever installs meanwhile stops it.

mod kinds;

use domain::change::Act;
use domain::ports::error::PortError;
use domain::ports::installations::Installation;
use domain::ports::store::CommitError;

use crate::SqliteStore;
use crate::ask::Ask;
use crate::rows::{column, integer, json, texts};
use crate::script::Script;
use crate::writer::Haste;
use kinds::{KINDS, Kind};

/// How many keys go at once: some ten milliseconds of work.
const PORTION: i64 = 250;

/// Only of a row that sleeps and has not moved on.
const ASLEEP: &str = "
    UPDATE installations SET version = version WHERE tenant = ? AND version = ? AND asleep_since IS NOT NULL";
const INSTALLATION: &str = "DELETE FROM installations WHERE tenant = ? AND version = ? AND asleep_since IS NOT NULL";

/// Which contents go stands in an act, so that whoever verifies the log takes them for erased.
const ACT: &str = "
    INSERT INTO acts (actor, doc) SELECT ?2, json_set(?3, '$.detail.rows',
        json((SELECT json_group_array(CAST(value AS INTEGER)) FROM json_each(?1))))";

/// A tenant on its way out.
pub(crate) struct Purge<'a> {
    pub(crate) store: &'a SqliteStore,
    pub(crate) installation: &'a Installation,
    pub(crate) act: &'a Act,
}

impl Purge<'_> {
    /// Removes everything.
    ///
    /// # Errors
    /// A conflict if the installation's row is not as it is here, any more: what was removed by then is gone.
    pub(crate) async fn run(&self) -> Result<(), CommitError> {
        // What came while the rest went is found the next time.
        while self.remove_what_is_there().await? {}
        self.write(self.guarded(INSTALLATION)).await
    }

    /// Whether there was anything.
    async fn remove_what_is_there(&self) -> Result<bool, CommitError> {
        let mut found = false;
        for kind in &KINDS {
            let mut after = String::new();
            loop {
                let keys = self.next(kind, &after).await.map_err(CommitError::Port)?;
                let Some(last) = keys.last() else { break };
                self.write(self.portion(kind, &texts(&keys))).await?;
                (found, after) = (true, last.clone());
            }
        }
        Ok(found)
    }

    async fn next(&self, kind: &Kind, after: &str) -> Result<Vec<String>, PortError> {
        let ask = Ask::new(kind.find).bind(self.tenant()).bind(after.to_owned()).bind(PORTION);
        self.store.readers.rows(ask).await?.iter().map(|row| column(row, 0)).collect()
    }

    fn portion(&self, kind: &Kind, keys: &str) -> Script {
        let mut script = self.guarded(ASLEEP);
        for (what, sql) in kind.remove {
            script.step(what, sql).bind(keys.to_owned()).bind(self.tenant());
        }
        if kind.noted {
            script.must("act", ACT).bind(keys.to_owned()).bind(self.act.actor.to_string()).bind(json(self.act));
        }
        script
    }

    /// A change that begins with the installation's row.
    fn guarded(&self, sql: &'static str) -> Script {
        let mut script = Script::new();
        script.must("installation", sql).bind(self.tenant()).bind(integer(self.installation.version));
        script
    }

    async fn write(&self, script: Script) -> Result<(), CommitError> {
        self.store.writer.write(script, Haste::Soon).await.map(drop)
    }

    fn tenant(&self) -> String {
        self.installation.tenant.to_string()
    }
}

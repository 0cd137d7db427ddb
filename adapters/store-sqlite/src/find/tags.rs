//! Tags in use, for completion.

use domain::access::Sight;
use domain::ports::error::PortError;

use crate::SqliteStore;
use crate::ask::Ask;
use crate::rows::{column, json, texts};

impl SqliteStore {
    /// The tags in use in the lists that `sight` sees, most used first.
    pub(crate) async fn tags_in_use(&self, sight: &Sight, limit: u32) -> Result<Vec<String>, PortError> {
        let ask = Ask::new(
            "SELECT g.tag FROM json_each(?1) o CROSS JOIN lists l ON l.id = o.value
             CROSS JOIN task_tags g ON g.list = l.id
             WHERE l.tenant IN (SELECT value FROM json_each(?2))
             GROUP BY g.tag ORDER BY count(*) DESC, g.tag LIMIT ?3",
        );
        let ask = ask.bind(texts(&sight.lists)).bind(json(&sight.principal.tenants)).bind(limit);
        self.readers.rows(ask).await?.iter().map(|row| column(row, 0)).collect()
    }
}

//! Tags in use, for completion.

use domain::access::Sight;
use domain::ports::error::PortError;

use crate::SqliteStore;
use crate::ask::Ask;
use crate::rows::{column, json, texts};

impl SqliteStore {
    /// The tags in use in the lists that `sight` sees, most used first.
    pub(crate) async fn tags_in_use(&self, sight: &Sight, limit: u32) -> Result<Vec<String>, PortError> {
        let lists = if sight.principal.is_system() {
            "SELECT l.id FROM lists l WHERE l.tenant IN (SELECT value FROM json_each(?1)) AND ?2 IS NOT NULL"
        } else {
            "SELECT l.id FROM json_each(?2) o CROSS JOIN lists l ON l.id = o.value
             WHERE l.tenant IN (SELECT value FROM json_each(?1))"
        };
        let ask = Ask::new(format!(
            "SELECT g.tag FROM ({lists}) l CROSS JOIN task_tags g ON g.list = l.id
             GROUP BY g.tag ORDER BY count(*) DESC, g.tag LIMIT ?3"
        ))
        .bind(json(&sight.principal.tenants))
        .bind(texts(&sight.lists))
        .bind(i64::from(limit));
        self.readers.rows(ask).await?.iter().map(|row| column(row, 0)).collect()
    }
}

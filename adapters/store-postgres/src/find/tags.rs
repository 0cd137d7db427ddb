//! Tags in use, for completion.

use domain::access::Sight;
use domain::ports::error::PortError;

use crate::PostgresStore;
use crate::ask::within;
use crate::literal::array;
use crate::rows::column;

impl PostgresStore {
    /// The tags in use in the lists that `sight` sees, most used first.
    pub(crate) async fn tags_in_use(&self, sight: &Sight, limit: u32) -> Result<Vec<String>, PortError> {
        let question = "
            SELECT g.tag FROM tasks t CROSS JOIN unnest(t.tags) g (tag)
            WHERE t.list = ANY (($1 ->> 'lists')::uuid[]) AND t.tags IS NOT NULL AND t.status <> 'deleted'
            GROUP BY g.tag ORDER BY count(*) DESC, g.tag LIMIT ($1 ->> 'limit')::bigint";
        let values = serde_json::json!({"lists": array(&sight.lists), "limit": limit});
        let ask = within(array(&sight.principal.tenants), question.to_owned(), &values);
        self.app.rows(ask).await?.iter().map(|row| column(row, 0)).collect()
    }
}

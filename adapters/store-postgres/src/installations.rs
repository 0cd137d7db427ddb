//! Where apps of chat platforms are installed.

use async_trait::async_trait;
use domain::change::Act;
use domain::ports::error::PortError;
use domain::ports::installations::{Installation, Installations};
use domain::tenant::TenantId;
use jiff::Timestamp;
use sqlx::postgres::PgRow;

use crate::PostgresStore;
use crate::ask::{Ask, within};
use crate::literal::array;
use crate::rows::{column, doc, docs, integer, json};

#[async_trait]
impl Installations for PostgresStore {
    async fn installation(&self, tenant: &TenantId) -> Result<Option<Installation>, PortError> {
        let question = "SELECT doc FROM installations WHERE tenant = $1 ->> 'tenant'";
        let ask = within(array([tenant]), question.to_owned(), &serde_json::json!({ "tenant": tenant }));
        self.app.row(ask).await?.map(|row| doc(&row, 0)).transpose()
    }

    async fn installations(&self) -> Result<Vec<Installation>, PortError> {
        docs(&self.relay.rows(Ask::new("SELECT doc FROM installations ORDER BY tenant")).await?)
    }

    async fn put_installation(&self, installation: &Installation) -> Result<bool, PortError> {
        let ask = Ask::new("SELECT put_installation($1, $2, $3, $4, $5)")
            .bind(array([&installation.tenant]))
            .bind(installation.tenant.to_string())
            .bind(installation.asleep_since.map(|at| at.as_microsecond()))
            .bind(integer(installation.version))
            .bind(json(installation));
        answer(&self.app.write_surely(ask).await?)
    }

    async fn purge(&self, installation: &Installation, act: &Act) -> Result<bool, PortError> {
        let ask = Ask::new("SELECT purge($1, $2, $3, $4)")
            .bind(array([&installation.tenant]))
            .bind(installation.tenant.to_string())
            .bind(integer(installation.version))
            .bind(json(act));
        answer(&self.app.write_surely(ask).await?)
    }

    async fn use_up(&self, request: &str, now: Timestamp, until: Timestamp) -> Result<bool, PortError> {
        let ask = Ask::new("SELECT use_up($1, $2, $3)")
            .bind(request.to_owned())
            .bind(now.as_microsecond())
            .bind(until.as_microsecond());
        answer(&self.app.write_surely(ask).await?)
    }
}

fn answer(rows: &[PgRow]) -> Result<bool, PortError> {
    rows.first().map_or(Ok(false), |row| column(row, 0))
}

//! Where apps of chat platforms are installed.

use async_trait::async_trait;
use domain::change::Act;
use domain::ports::error::PortError;
use domain::ports::installations::{Installation, Installations};
use domain::ports::store::CommitError;
use domain::tenant::TenantId;
use jiff::Timestamp;

use crate::SqliteStore;
use crate::ask::Ask;
use crate::purge::Purge;
use crate::rows::{doc, docs, integer, json};
use crate::script::Script;

const INSERT: &str = "
    INSERT INTO installations (asleep_since, version, doc, tenant) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";

const UPDATE: &str = "
    UPDATE installations SET asleep_since = ?1, version = ?2, doc = ?3 WHERE tenant = ?4 AND version = ?2 - 1";

#[async_trait]
impl Installations for SqliteStore {
    async fn installation(&self, tenant: &TenantId) -> Result<Option<Installation>, PortError> {
        let ask = Ask::new("SELECT doc FROM installations WHERE tenant = ?").bind(tenant.to_string());
        self.readers.row(ask).await?.map(|row| doc(&row, 0)).transpose()
    }

    async fn installations(&self) -> Result<Vec<Installation>, PortError> {
        docs(&self.readers.rows(Ask::new("SELECT doc FROM installations ORDER BY tenant")).await?)
    }

    async fn put_installation(&self, installation: &Installation) -> Result<bool, PortError> {
        let mut script = Script::new();
        script
            .step("installation", if installation.version == 1 { INSERT } else { UPDATE })
            .bind(installation.asleep_since.map(|at| at.as_microsecond()))
            .bind(integer(installation.version))
            .bind(json(installation))
            .bind(installation.tenant.to_string());
        let written = self.writer.write_surely(script).await?;
        Ok(written.touched.first() == Some(&1))
    }

    async fn purge(&self, installation: &Installation, act: &Act) -> Result<bool, PortError> {
        match (Purge { store: self, installation, act }).run().await {
            Ok(()) => Ok(true),
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(CommitError::Port(error) | CommitError::Unknown(error)) => Err(error),
        }
    }

    async fn use_up(&self, request: &str, now: Timestamp, until: Timestamp) -> Result<bool, PortError> {
        let mut script = Script::new();
        script
            .step("request", "INSERT INTO install_requests (request, until) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(request.to_owned())
            .bind(until.as_microsecond())
            .step("request", "DELETE FROM install_requests WHERE until < ?")
            .bind(now.as_microsecond());
        let written = self.writer.write_surely(script).await?;
        Ok(written.touched.first() == Some(&1))
    }
}

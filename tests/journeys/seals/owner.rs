//! Somebody who owns the database and can do anything with it.

use std::path::Path;

use domain::ports::seals::{SealedLog, Seals as _};
use domain::seal::{LogRow, Seal};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection};
use store_sqlite::{Options, SqliteStore};

use super::chained;

pub struct Owner {
    connection: SqliteConnection,
    store: SqliteStore,
}

impl Owner {
    /// Opens the file and takes the triggers away that keep the log append-only.
    pub async fn of(file: &Path) -> Self {
        let store = SqliteStore::open(&format!("sqlite://{}", file.display()), Options::default()).await.expect("open");
        let connection = SqliteConnectOptions::new().filename(file).connect().await.expect("a connection");
        let mut owner = Self { connection, store };
        let triggers = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit%'");
        for row in triggers.fetch_all(&mut owner.connection).await.expect("triggers") {
            owner.does(&format!("DROP TRIGGER {}", row.get::<String, _>(0))).await;
        }
        owner
    }

    pub async fn does(&mut self, sql: &str) {
        let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut self.connection).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    async fn log(&self) -> Box<dyn SealedLog> {
        self.store.at_once().await.expect("the log")
    }

    pub async fn seals(&self, tenant: &str) -> Vec<Seal> {
        let mut seals = self.log().await.seals(None, 10_000).await.expect("seals");
        seals.retain(|seal| seal.tenant == tenant);
        seals
    }

    /// Writes the tenant's chain anew over what the rows say now, after `change` of each seal.
    pub async fn rechain(&mut self, tenant: &str, change: impl Fn(&mut Seal)) {
        let before = self.seals(tenant).await;
        let mut seals = before.clone();
        seals.iter_mut().for_each(change);
        let mut rows = Vec::new();
        for seal in &seals {
            rows.extend(self.log().await.stored(&seal.rows).await.expect("rows"));
        }
        let of = |seal: &Seal| -> Vec<LogRow> {
            let row = |row: &i64| rows.iter().find(|stored| stored.log.row == *row).map(|stored| stored.log.clone());
            seal.rows.iter().filter_map(row).collect()
        };
        self.replace(&chained(&seals, of), &before).await;
    }

    /// Puts seals in the place of others.
    pub async fn replace(&mut self, seals: &[Seal], former: &[Seal]) {
        for Seal { tenant, n, .. } in former {
            self.does(&format!("DELETE FROM audit_seals WHERE tenant = '{tenant}' AND n = {n}")).await;
        }
        for Seal { tenant, n, at, rows, previous, hash } in seals {
            let rows = serde_json::to_string(rows).expect("JSON");
            let values = format!("'{tenant}', {n}, {at}, '{rows}', '{previous}', '{hash}'");
            self.does(&format!("INSERT INTO audit_seals (tenant, n, at, rows, previous, hash) VALUES ({values})"))
                .await;
        }
    }

    pub async fn leaves(self) {
        self.store.close().await;
        self.connection.close().await.expect("closed");
    }
}

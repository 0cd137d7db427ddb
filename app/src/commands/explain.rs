//! `taskbot explain`: why a task, reminder or event is where it is.

use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use domain::command::TaskRef;
use domain::tenant::TenantId;
use store_postgres::Access;
use uuid::Uuid;

use super::print;
use crate::config::Config;
use crate::wiring::House;

/// Prints what the database knows of an id, a line a fact.
///
/// # Errors
/// When the text is no id or number, or nothing has it.
pub(crate) async fn run(config: Config, id: &str) -> Result<ExitCode> {
    let house = House::build_for(&config, Access::Core).await?;
    let lines = house.database.store.explain(resolve(&house, id).await?).await?;
    house.close().await;
    if lines.is_empty() {
        bail!("nothing has the id {id}");
    }
    for line in lines {
        print(&line)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// An id as it is; a short number by the console's tenant.
async fn resolve(house: &House, id: &str) -> Result<Uuid> {
    if let Ok(number) = id.trim_start_matches('#').parse() {
        let task = house.database.store.task(&TenantId::console(), TaskRef::Number(number)).await?;
        return Ok(task.with_context(|| format!("there is no task #{number} on the console"))?.id.0);
    }
    let asked = || anyhow!("“{id}” is no id; give that of a task, reminder or event, or a short number such as 3");
    id.parse().map_err(|_| asked())
}

//! Who speaks: people of a workspace, made known to the service with the name and zone that Slack has of them.

use std::sync::Arc;

use domain::access::Principal;
use domain::ids::PersonId;
use domain::person::{Identity, Person, Settings};
use domain::ports::error::PortError;
use domain::service::{Operators, Tasks};
use domain::tenant::TenantId;
use tracing::warn;

use crate::api::Api;

/// Makes people known.
#[derive(Clone)]
pub(crate) struct Visitors {
    api: Api,
    tasks: Tasks,
    operators: Arc<Operators>,
}

impl Visitors {
    pub(crate) fn new(api: Api, tasks: Tasks, operators: Arc<Operators>) -> Self {
        Self { api, tasks, operators }
    }

    /// The same in another workspace.
    pub(crate) fn of(&self, api: Api) -> Self {
        Self { api, ..self.clone() }
    }

    /// Somebody who speaks, speaking in this workspace alone.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn speaker(&self, tenant: &TenantId, user: &str) -> Result<Principal, PortError> {
        let identity = Identity { tenant: tenant.clone(), user: user.to_owned() };
        let person = self.person(&identity).await?;
        let operator = self.operators.contains(&identity);
        Ok(Principal { person: person.id, tenants: [tenant.clone()].into(), operator })
    }

    /// Makes whoever is mentioned known, so that they can be asked. Whom Slack does not know stays unknown.
    pub(crate) async fn meet(&self, tenant: &TenantId, text: &str) {
        for user in mentioned(text) {
            self.meet_one(tenant, user).await;
        }
    }

    /// Makes one person known, if Slack knows them.
    pub(crate) async fn meet_one(&self, tenant: &TenantId, user: &str) {
        let identity = Identity { tenant: tenant.clone(), user: user.to_owned() };
        let known = matches!(self.tasks.people.who_is(&identity).await, Ok(Some(_)));
        if !known
            && let Ok(found) = self.api.person(user).await
            && !found.is_bot
            && !found.deleted
            && let Err(error) = self.introduce(&identity, Some(found)).await
        {
            warn!(%error, "somebody could not be made known");
        }
    }

    async fn person(&self, identity: &Identity) -> Result<Person, PortError> {
        if let Some(person) = self.tasks.people.who_is(identity).await? {
            return Ok(person);
        }
        // Without a name somebody can still be answered: it is asked for again when they are mentioned.
        let found = self.api.person(&identity.user).await.inspect_err(|error| warn!(%error, "a newcomer has no name"));
        self.introduce(identity, found.ok()).await
    }

    async fn introduce(&self, identity: &Identity, found: Option<crate::api::Person>) -> Result<Person, PortError> {
        let name = found.as_ref().map_or(identity.user.as_str(), |found| found.called()).to_owned();
        let settings = Settings::of_profile(found.and_then(|found| found.zone()));
        let newcomer = Person { id: PersonId(self.tasks.ids.fresh()), name, settings, version: 1 };
        self.tasks.people.introduce(identity, newcomer).await
    }
}

/// The users that a text mentions: `<@U1>`, `<@U1|ana>`.
fn mentioned(text: &str) -> impl Iterator<Item = &str> {
    let ids = text.split("<@").skip(1).filter_map(|rest| rest.split(['>', '|']).next());
    ids.filter(|id| !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::mentioned;

    #[test]
    fn mentions_are_found_in_both_forms() {
        let found: Vec<&str> = mentioned("<@U1> and <@W2|sam> <#C1|x> <@> <@U 3>").collect();
        assert_eq!(found, ["U1", "W2"]);
    }
}

//! People as callers name them: `me`, a name known in the tenant, or an id.

use domain::ids::PersonId;
use domain::person::Identity;
use domain::refusal::{Code, Refusal};
use domain::tenant::TenantId;
use domain::zone::Zone;

use super::api::Api;
use super::caller::Caller;
use super::problem::Problem;
use super::wire::accepted::instead;

impl Api {
    /// The person that a word names. Somebody of another tenant is as unknown as nobody.
    pub(crate) async fn person(&self, caller: &Caller, tenant: &TenantId, word: &str) -> Result<PersonId, Problem> {
        let name = word.trim().trim_start_matches('@');
        if name == "me" {
            return Ok(caller.principal.person);
        }
        let by_id = match name.parse() {
            Ok(id) => self.tasks.people.identities(id).await?.iter().any(|held| held.tenant == *tenant).then_some(id),
            Err(_) => None,
        };
        let unknown = || {
            let sentence = format!("“{name}” is nobody known here.");
            Refusal::new(Code::Unknown, sentence, "Use the name or id of somebody who has used Taskbot here.")
        };
        match by_id {
            Some(id) => Ok(id),
            None => Ok(self.named(tenant, name).await?.ok_or_else(unknown)?),
        }
    }

    async fn named(&self, tenant: &TenantId, name: &str) -> Result<Option<PersonId>, Problem> {
        for user in [name.to_owned(), name.to_lowercase()] {
            let identity = Identity { tenant: tenant.clone(), user };
            if let Some(person) = self.tasks.people.who_is(&identity).await? {
                return Ok(Some(person.id));
            }
        }
        Ok(None)
    }

    /// The people that words name, each once, in the order given.
    pub(crate) async fn people(
        &self,
        caller: &Caller,
        tenant: &TenantId,
        words: &[&str],
    ) -> Result<Vec<PersonId>, Problem> {
        let mut people = Vec::new();
        for word in words {
            let person = self.person(caller, tenant, word).await?;
            if !people.contains(&person) {
                people.push(person);
            }
        }
        Ok(people)
    }

    /// The zone that was named; else the caller's own, else UTC.
    pub(crate) async fn zone(&self, caller: &Caller, named: Option<&str>) -> Result<Zone, Problem> {
        if let Some(name) = named {
            let parsed: Result<Zone, _> = name.parse();
            return parsed.map_err(|error| Problem::invalid(format!("`due_zone`: {error}."), instead("due_zone")));
        }
        let person = self.tasks.people.person(caller.principal.person).await?;
        Ok(person.and_then(|person| person.settings.zone).unwrap_or_else(Zone::utc))
    }
}

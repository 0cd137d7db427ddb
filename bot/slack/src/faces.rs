//! How Slack knows people.

use std::collections::BTreeMap;

use bot::Turns;
use domain::ids::PersonId;
use domain::ports::chat::PostingItem;
use domain::ports::error::PortError;
use domain::tenant::TenantId;

/// Slack's ids of people, as far as they are in the workspace.
///
/// # Errors
/// When the database cannot answer.
pub(crate) async fn users(
    turns: &Turns,
    tenant: &TenantId,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<BTreeMap<PersonId, String>, PortError> {
    let mut users = BTreeMap::new();
    for person in people {
        let identities = turns.tasks().people.identities(person).await?;
        let here = identities.into_iter().find(|identity| identity.tenant == *tenant);
        users.extend(here.map(|identity| (person, identity.user)));
    }
    Ok(users)
}

/// Whom reminders speak of.
pub(crate) fn named(items: &[PostingItem]) -> impl Iterator<Item = PersonId> {
    items.iter().flat_map(|item| item.recipients.iter().chain(&item.asked_by)).map(|(person, _)| *person)
}

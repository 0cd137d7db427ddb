//! How the tasks of a reminder's message stand.

use std::collections::BTreeMap;

use domain::access::Principal;
use domain::command::TaskRef;
use domain::ids::PersonId;
use domain::place::Place;
use domain::ports::error::PortError;
use domain::tenant::TenantId;
use domain::zone::Zone;

use super::Turns;
use crate::reply::Standing;
use crate::reply::standing::concerns;
use crate::reply::watch::Watch;

impl Turns {
    /// How tasks stand that a message in this place reminds of, by number, for somebody who reads it. Those that they do
    /// not see are left out; in their own direct message they are told as not theirs any more.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn standings(
        &self,
        reader: &Principal,
        tenant: &TenantId,
        place: &Place,
        numbers: &[u64],
    ) -> Result<BTreeMap<u64, Standing>, PortError> {
        let wanted = numbers.iter().copied().map(TaskRef::Number).collect();
        let mut seen = self.tasks.look(reader, tenant, wanted).await?;
        let direct = matches!(place, Place::Direct(_));
        seen.retain(|loaded| !direct || concerns(reader.person, loaded));
        let closed: Vec<PersonId> = seen.iter().filter_map(|one| Some(one.task.closed.as_ref()?.by)).collect();
        let names = self.tasks.names(&closed).await?;
        let person = self.tasks.people.person(reader.person).await?;
        let zone = person.and_then(|person| person.settings.zone).unwrap_or_else(Zone::utc);
        let watch = Watch { now: self.tasks.clock.now(), zone };
        let left = numbers.iter().filter(|_| direct).map(|number| (*number, Standing::left()));
        let stand = seen.iter().map(|loaded| (loaded.task.number, Standing::of(&watch, &names, loaded)));
        Ok(left.chain(stand).collect())
    }
}

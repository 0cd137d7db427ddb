//! Who speaks: people of a workspace, made known to the service with the name and zone that Slack has of them.
//!
//! Whom Slack does not name in time is called by their id, and has no zone, until it does: its answer counts however late
//! it comes, and it is asked again whenever they are met.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use domain::access::Principal;
use domain::command::{Command, Request};
use domain::ids::PersonId;
use domain::message::ConversationId;
use domain::person::{Identity, Person, Settings};
use domain::place::Place;
use domain::ports::error::PortError;
use domain::service::{Failure, Operators, Tasks};
use domain::tenant::TenantId;
use domain::trace::TraceParent;
use domain::zone::Zone;
use futures::stream::{self, StreamExt};
use tokio::time::{Instant, timeout};
use tokio_util::task::TaskTracker;
use tracing::{Instrument, debug, warn};

use crate::api::{self, Api, CallError};
use crate::desk::Around;
use crate::rosters::Rosters;
use crate::silence::{self, Question, Silence, TELLING};
use crate::term::{ANSWER, left};

/// How long a newcomer waits for their name and zone: without a zone most times cannot be read.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// How long somebody waits who has waited before.
const AGAIN: Duration = Duration::from_secs(1);
/// How long anybody waits while the workspace gives no answers: long enough for one that comes at once.
const HASTE: Duration = Duration::from_millis(200);
/// So many are asked about at the same time.
pub(crate) const SIDE_BY_SIDE: usize = 10;
/// How Slack is asked who somebody is.
const QUESTION: Question = "users.info";
/// The role of the process, in events.
const ROLE: &str = "bot";

/// Makes people known.
#[derive(Clone)]
pub(crate) struct Visitors {
    api: Api,
    tasks: Tasks,
    operators: Arc<Operators>,
    work: TaskTracker,
    silence: Silence,
    rosters: Rosters,
}

impl Visitors {
    /// What Slack answers later is worked on beside the answers.
    pub(crate) fn new(api: Api, tasks: Tasks, operators: Arc<Operators>, around: &Around) -> Self {
        let (work, silence, rosters) = (around.work.clone(), around.silence.clone(), around.rosters.clone());
        Self { api, tasks, operators, work, silence, rosters }
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
    pub(crate) async fn meet(&self, tenant: &TenantId, users: impl Iterator<Item = &str>) {
        let users: BTreeSet<String> = users.map(str::to_owned).collect();
        let meeting: Vec<_> = users.into_iter().map(|user| self.meet_one(tenant, user)).collect();
        stream::iter(meeting).buffer_unordered(SIDE_BY_SIDE).collect::<()>().await;
    }

    /// Makes one person known, if Slack knows them.
    async fn meet_one(&self, tenant: &TenantId, user: String) {
        let identity = Identity { tenant: tenant.clone(), user };
        let met = match self.tasks.people.who_is(&identity).await {
            Ok(Some(person)) if is_named(&person, &identity) => return,
            Ok(known) => match self.rosters.person(tenant, &identity.user) {
                Some(found) => self.meet_as(&identity, &found).await.map_err(CallError::from),
                None => self.learnt(&identity, if known.is_some() { AGAIN } else { PATIENCE }).await,
            },
            Err(error) => Err(error.into()),
        };
        if let Err(error) = met {
            debug!(%error, "somebody who is mentioned is not known");
        }
    }

    /// Somebody with their settings; whoever is new is made known.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn person(&self, identity: &Identity) -> Result<Person, PortError> {
        let known = self.tasks.people.who_is(identity).await?;
        let patience = match &known {
            Some(person) if is_named(person, identity) => return Ok(person.clone()),
            Some(_) => AGAIN,
            None => PATIENCE,
        };
        match (self.learnt(identity, patience).await, known) {
            (Ok(person), _) => Ok(person),
            (Err(_), Some(nameless)) => Ok(nameless),
            // Without a name somebody can still be answered.
            (Err(error), None) => {
                warn!(%error, "a newcomer has no name yet");
                self.tasks.people.introduce(identity, self.newcomer(&identity.user, None)).await
            }
        }
    }

    /// Somebody as Slack knows them, if it says so in time; if it says so later, they are called so from then on. While no
    /// answers come it is asked, but hardly waited for.
    async fn learnt(&self, identity: &Identity, patience: Duration) -> Result<Person, CallError> {
        self.silence.may_ask(&identity.tenant, QUESTION)?;
        let silent = self.silence.holds(&identity.tenant, QUESTION);
        let waited = left(ANSWER, if silent { HASTE } else { patience });
        self.api.ready(waited).await?;
        let noted = (!silent && waited >= TELLING).then(|| Instant::now() + waited);
        let learning = self.work.spawn(self.clone().learn(identity.clone(), noted).in_current_span());
        match timeout(waited, learning).await {
            Ok(learnt) => learnt.unwrap_or_else(|_| Err(CallError::Unknown("the question was given up".to_owned()))),
            Err(_) => Err(silence::late(waited)),
        }
    }

    /// Makes somebody known as Slack knows them, however long that takes; that Slack has not said so by then is noted.
    async fn learn(self, identity: Identity, noted: Option<Instant>) -> Result<Person, CallError> {
        let tenant = &identity.tenant;
        let asking = self.api.person(&identity.user);
        let found = match noted {
            Some(until) => self.silence.noted(tenant, QUESTION, until, asking).await,
            None => asking.await,
        };
        let found = found.inspect_err(|error| self.keep_to(tenant, error))?;
        if !found.is_there() {
            return Err(CallError::Refused("user_not_found".to_owned()));
        }
        Ok(self.meet_as(&identity, &found).await?)
    }

    /// Makes somebody known as Slack knows them.
    async fn meet_as(&self, identity: &Identity, found: &api::Person) -> Result<Person, PortError> {
        let person = self.tasks.people.introduce(identity, self.newcomer(found.called(), found.zone())).await?;
        if is_named(&person, identity) {
            return Ok(person);
        }
        self.recognise(&identity.tenant, &person, found).await?;
        Ok(self.tasks.people.person(person.id).await?.unwrap_or(person))
    }

    /// Asks less often if Slack says so. That it breaks at once costs nobody time.
    fn keep_to(&self, tenant: &TenantId, error: &CallError) {
        if matches!(error, CallError::Later { after: Some(_), .. }) {
            self.silence.note(tenant, QUESTION, error);
        }
    }

    /// Calls somebody who is known by the name that Slack has of them now.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn follow_name(&self, identity: &Identity, found: &api::Person) -> Result<(), PortError> {
        match self.tasks.people.who_is(identity).await? {
            Some(person) if person.name != found.called() => self.recognise(&identity.tenant, &person, found).await,
            _ => Ok(()),
        }
    }

    /// Calls somebody by their name who was met without one or changed it, and reads their words in their zone from now on.
    async fn recognise(&self, tenant: &TenantId, person: &Person, found: &api::Person) -> Result<(), PortError> {
        let place = Place::Direct(person.id);
        let request = Request {
            principal: Principal { person: person.id, tenants: [tenant.clone()].into(), operator: false },
            tenant: tenant.clone(),
            conversation: ConversationId::of(tenant, &place, person.id),
            place,
            key: None,
            said_at: None,
            trace: Some(TraceParent::root(self.tasks.ids.fresh())),
            role: ROLE,
            cause: None,
            command: Command::Recognise { name: found.called().to_owned(), zone: found.zone() },
        };
        match self.tasks.execute(request).await {
            Ok(_) => Ok(()),
            Err(Failure::Port(error)) => Err(error),
            Err(Failure::Refused(refusal)) => {
                warn!(%refusal, "somebody keeps their id for a name");
                Ok(())
            }
        }
    }

    fn newcomer(&self, name: &str, zone: Option<Zone>) -> Person {
        let id = PersonId(self.tasks.ids.fresh());
        Person { id, name: name.to_owned(), settings: Settings::of_profile(zone), version: 1 }
    }
}

/// Whether Slack has said who that is: until then they are called by their id.
fn is_named(person: &Person, identity: &Identity) -> bool {
    person.name != identity.user
}

/// The users that a text mentions: `<@U1>`, `<@U1|ana>`.
pub(crate) fn mentioned(text: &str) -> impl Iterator<Item = &str> {
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

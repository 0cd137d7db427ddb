//! Who is in which channel, as Slack says: asked at most every five minutes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::access::Principal;
use domain::ids::PersonId;
use domain::place::{Channel, Place};
use domain::ports::chat::{Called, Channels, Directory, Profile, Told};
use domain::ports::error::PortError;
use domain::ports::people::People;
use domain::refusal::Refusal;
use domain::tenant::{Platform, TenantId};
use futures::stream::{self, StreamExt, TryStreamExt};
use tokio::sync::Mutex as Turn;
use tokio::time::Instant;
use tracing::warn;

use crate::api::{Api, CallError, Person};
use crate::people::SIDE_BY_SIDE;
use crate::reading::Reading;
use crate::rooms::{Door, Rooms};
use crate::roster::{self, Found};
use crate::rosters::Rosters;
use crate::sightings::Sightings;
use crate::silence::Silence;
use crate::term::in_time;

/// How long an answer of Slack's is believed.
const FRESH: Duration = Duration::from_secs(5 * 60);
/// How long somebody waits for Slack's word; without it on their channels, they see what is theirs alone.
const PATIENCE: Duration = Duration::from_millis(2_500);
/// How long a task waits for the address of its thread; without it the task is made all the same.
const LINK_PATIENCE: Duration = Duration::from_secs(1);
/// How long a title waits for the name of a channel; without it the task is made all the same.
const NAME_PATIENCE: Duration = Duration::from_secs(1);
/// So many people are remembered before all are asked for anew.
const REMEMBERED: usize = 10_000;

/// Somebody in a workspace.
type Who = (TenantId, PersonId);
/// What Slack said of whom, and when.
type Known = HashMap<Who, (Instant, Vec<Channel>)>;
/// Of whom it is being asked, and how far that is read.
type Asking = HashMap<Who, Arc<Turn<Reading<String>>>>;

/// The channels of people, asked of Slack.
#[derive(Clone)]
pub struct SlackDirectory {
    api: Api,
    people: Arc<dyn People>,
    sightings: Arc<Sightings>,
    known: Arc<Mutex<Known>>,
    asking: Arc<Mutex<Asking>>,
    rosters: Rosters,
    rooms: Rooms,
    silence: Silence,
}

impl SlackDirectory {
    pub(crate) fn new(api: Api, people: Arc<dyn People>, sightings: Arc<Sightings>, rosters: Rosters) -> Self {
        let (known, asking) = Default::default();
        let silence = rosters.silence.clone();
        let rooms = Rooms::new(silence.clone());
        Self { api, people, sightings, known, asking, rosters, rooms, silence }
    }

    /// The channels of somebody. Who says several things at once is asked about once.
    async fn of_tenant(&self, person: PersonId, tenant: &TenantId) -> Result<Vec<Channel>, PortError> {
        let key = (tenant.clone(), person);
        if let Some(channels) = self.fresh(&key) {
            return Ok(channels);
        }
        let turn = self.turn(&key);
        let mut reading = in_time(PATIENCE, turn.lock()).await?;
        if let Some(channels) = self.fresh(&key) {
            return Ok(channels);
        }
        reading.begin_anew_after(FRESH);
        let since = reading.since();
        let channels = self.ask(person, tenant, &mut reading).await?;
        let mut known = self.known();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        if let Some((_, before)) = known.insert(key, (since, channels.clone())) {
            // A channel without the bot Slack never names; one that it names no more they have left.
            let left = before.iter().filter(|channel| !channels.contains(channel));
            left.for_each(|channel| self.sightings.forget(person, channel, since));
        }
        Ok(channels)
    }

    fn fresh(&self, key: &Who) -> Option<Vec<Channel>> {
        let known = self.known();
        let (asked, channels) = known.get(key)?;
        (asked.elapsed() < FRESH).then(|| channels.clone())
    }

    fn turn(&self, key: &Who) -> Arc<Turn<Reading<String>>> {
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever is at it holds it as well; what nobody went on with for so long is read anew.
        let to_go_on = |reading: &Reading<String>| reading.has_begun() && reading.since().elapsed() < FRESH;
        asking.retain(|_, turn| Arc::strong_count(turn) > 1 || turn.try_lock().is_ok_and(|reading| to_go_on(&reading)));
        Arc::clone(asking.entry(key.clone()).or_default())
    }

    async fn ask(
        &self,
        person: PersonId,
        tenant: &TenantId,
        reading: &mut Reading<String>,
    ) -> Result<Vec<Channel>, PortError> {
        let identities = self.people.identities(person).await?;
        let Some(identity) = identities.into_iter().find(|one| one.tenant == *tenant) else { return Ok(Vec::new()) };
        let api = match self.there(tenant).await {
            // Nobody can look into a channel of a workspace that removed the bot.
            Err(error) if error.is_farewell() => return Ok(Vec::new()),
            there => there?,
        };
        let (question, until) = ((tenant, "users.conversations"), Instant::now() + PATIENCE);
        let page = async |cursor: String| api.channels_of(&identity.user, &cursor).await;
        reading.read_on(&self.silence, question, Some(until), page).await?;
        Ok(reading.take().into_iter().map(|id| Channel { tenant: tenant.clone(), id }).collect())
    }

    /// The way to a workspace in which the bot is installed.
    async fn there(&self, tenant: &TenantId) -> Result<Api, CallError> {
        let api = self.api.of(Some(tenant.clone()));
        api.ready(PATIENCE).await?;
        Ok(api)
    }

    /// Who is in a user group, if there is one with this id; without those who are known to be gone.
    async fn members(&self, tenant: &TenantId, api: &Api, id: &str) -> Result<Option<Vec<String>>, CallError> {
        let answer = self.silence.broken(tenant, "usergroups.users.list", PATIENCE, api.group(id)).await;
        let mut users = roster::there(answer)?;
        if let (Some(users), Some(roster)) = (&mut users, self.rosters.lately(tenant)) {
            users.retain(|user| !roster.lacks(user));
        }
        Ok(users)
    }

    /// Somebody as the roster has them if it is at hand, else as Slack says.
    async fn profile(&self, tenant: &TenantId, api: &Api, user: &str) -> Result<Option<Profile>, CallError> {
        let person = match self.rosters.person(tenant, user) {
            Some(person) => Some(person),
            None => {
                let answer = self.silence.broken(tenant, "users.info", PATIENCE, api.person(user)).await;
                roster::there(answer)?.filter(Person::is_there)
            }
        };
        Ok(person.map(|person| Profile { name: person.called().to_owned(), zone: person.zone() }))
    }

    /// What to ask Slack about a place. Of somebody who has no identity there it is not asked.
    async fn door(&self, tenant: &TenantId, place: &Place) -> Result<Option<Door>, PortError> {
        let person = match place {
            Place::Channel(channel) | Place::Thread { channel, .. } => return Ok(Some(Door::Channel(channel.clone()))),
            Place::Direct(person) => *person,
        };
        let identities = self.people.identities(person).await?;
        let Some(identity) = identities.into_iter().find(|one| one.tenant == *tenant) else { return Ok(None) };
        let name = self.people.person(person).await?.map_or_else(|| "them".to_owned(), |known| known.name);
        Ok(Some(Door::Person(identity.user, name)))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Directory for SlackDirectory {
    async fn channels(&self, principal: &Principal) -> Result<Channels, PortError> {
        let (mut channels, mut whole) = (Vec::new(), true);
        for tenant in principal.tenants.iter().filter(|tenant| tenant.platform() == Platform::Slack) {
            let seen = self.sightings.of(principal.person, tenant);
            match self.of_tenant(principal.person, tenant).await {
                Ok(told) => channels.extend(told),
                Err(error) if seen.is_empty() => return Err(error),
                Err(error) => {
                    warn!(%error, "Slack does not say who is in which channel");
                    whole = false;
                }
            }
            channels.extend(seen);
        }
        channels.sort();
        channels.dedup();
        Ok(Channels { shown: channels, whole })
    }

    async fn group(&self, tenant: &TenantId, group: &str) -> Result<Option<Vec<String>>, PortError> {
        let Some(id) = roster::group_id(group).filter(|_| tenant.platform() == Platform::Slack) else {
            return Ok(None);
        };
        let api = self.there(tenant).await?;
        Ok(self.members(tenant, &api, id).await?)
    }

    async fn called(&self, tenant: &TenantId, name: &str) -> Result<Called, PortError> {
        if tenant.platform() != Platform::Slack {
            return Ok(Called::Nobody { near: Vec::new() });
        }
        let api = self.there(tenant).await?;
        let roster = self.rosters.of(tenant, &api).await?;
        match roster.find(name) {
            Found::Called(called) => Ok(called),
            Found::Group(id) => Ok(Called::These(self.members(tenant, &api, &id).await?.unwrap_or_default())),
        }
    }

    async fn profiles(&self, tenant: &TenantId, users: &[String]) -> Result<Vec<Told>, PortError> {
        if tenant.platform() != Platform::Slack {
            return Ok(vec![Ok(None); users.len()]);
        }
        let api = self.there(tenant).await?;
        let told: Vec<_> = users.iter().map(|user| self.profile(tenant, &api, user)).collect();
        Ok(stream::iter(told).buffered(SIDE_BY_SIDE).map_err(PortError::from).collect().await)
    }

    async fn channel_name(&self, channel: &Channel) -> Result<Option<String>, PortError> {
        let Channel { tenant, id } = channel;
        if tenant.platform() != Platform::Slack {
            return Ok(None);
        }
        let api = self.there(tenant).await?;
        let answer = self.silence.broken(tenant, "conversations.info", NAME_PATIENCE, api.room(id)).await;
        Ok(roster::there(answer)?.map(|room| room.name))
    }

    async fn link(&self, tenant: &TenantId, place: &Place) -> Result<Option<String>, PortError> {
        let Place::Thread { channel, thread } = place else { return Ok(None) };
        if tenant.platform() != Platform::Slack {
            return Ok(None);
        }
        let api = self.api.of(Some(tenant.clone()));
        Ok(Some(in_time(LINK_PATIENCE, api.permalink(channel, thread)).await??))
    }

    async fn closed(&self, tenant: &TenantId, places: &[Place]) -> Result<Option<(Place, Refusal)>, PortError> {
        if tenant.platform() != Platform::Slack {
            return Ok(None);
        }
        let (mut asked, mut doors) = (Vec::new(), Vec::new());
        for place in places {
            if let Some(door) = self.door(tenant, place).await? {
                asked.push(place);
                doors.push(door);
            }
        }
        let closed = self.rooms.closed(&self.api.of(Some(tenant.clone())), tenant, &doors).await?;
        Ok(closed.and_then(|(nth, refusal)| Some(((*asked.get(nth)?).clone(), refusal))))
    }
}

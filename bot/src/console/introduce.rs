//! Making a person of the console known.

use std::str::FromStr;

use domain::access::Principal;
use domain::command::{Command, Request, SettingsEdit};
use domain::ids::PersonId;
use domain::message::ConversationId;
use domain::person::{Identity, Person, Settings};
use domain::place::{Channel, Place};
use domain::refusal::{Code, Refusal};
use domain::service::{Failure, Operators, Tasks};
use domain::tenant::{Platform, TenantId};
use domain::zone::Zone;

use super::session::Session;

/// Somebody who sits down at a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newcomer {
    /// The name after `--user`: also what others type after `@`.
    pub name: String,
    /// The channel after `--channel`; without one it is a direct message.
    pub channel: Option<String>,
    /// The machine's zone: theirs, until they choose another.
    pub zone: Zone,
}

/// Makes the person known, notes that they are in the channel, and opens their session.
///
/// # Errors
/// [`Failure::Refused`] for a name that is none; [`Failure::Port`] when the database fails.
pub async fn introduce(tasks: &Tasks, operators: &Operators, newcomer: &Newcomer) -> Result<Session, Failure> {
    let identity = identity(&newcomer.name)?;
    let channel = newcomer.channel.as_deref().map(channel).transpose()?;
    let settings = Settings { zone: Some(newcomer.zone.clone()), ..Settings::default() };
    let unknown = Person { id: PersonId(tasks.ids.fresh()), name: identity.user.clone(), settings, version: 1 };
    let person = tasks.people.introduce(&identity, unknown).await?;
    if let Some(channel) = &channel {
        tasks.people.join(person.id, channel).await?;
    }
    let alone =
        Principal { person: person.id, tenants: [TenantId::console()].into(), operator: operators.contains(&identity) };
    let principal = tasks.principal(person.id, operators).await?.unwrap_or(alone);
    let place = channel.map_or(Place::Direct(person.id), |channel| Place::Channel(channel.id));
    let session = Session { person, principal, place };
    with_zone(tasks, session, &newcomer.zone).await
}

/// Gives the machine's zone to a person who was known without one.
async fn with_zone(tasks: &Tasks, session: Session, zone: &Zone) -> Result<Session, Failure> {
    if session.person.settings.zone.is_some() {
        return Ok(session);
    }
    let edit = SettingsEdit { zone: Some(zone.clone()), ..SettingsEdit::default() };
    let request = Request {
        principal: session.principal.clone(),
        tenant: TenantId::console(),
        place: session.place.clone(),
        conversation: ConversationId(format!("console/introduction/{}", session.person.id)),
        key: None,
        said_at: None,
        trace: None,
        role: "bot",
        cause: None,
        command: Command::Settings(edit),
    };
    tasks.execute(request).await?;
    let person = tasks.people.person(session.person.id).await?;
    Ok(Session { person: person.unwrap_or(session.person), ..session })
}

fn identity(name: &str) -> Result<Identity, Refusal> {
    let identity = Identity::from_str(name).ok().filter(|one| one.tenant.platform() == Platform::Console);
    identity.ok_or_else(|| {
        let sentence = format!("“{name}” is no name for a person of the console.");
        Refusal::new(Code::Invalid, sentence, "Take letters, digits, `_`, `.` and `-`, at most 64 of them.")
    })
}

fn channel(name: &str) -> Result<Channel, Refusal> {
    let id = name.trim_start_matches('#').to_lowercase();
    let plain = (1..=64).contains(&id.chars().count()) && id.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c));
    if plain {
        return Ok(Channel { tenant: TenantId::console(), id });
    }
    let sentence = format!("“{name}” is no name for a channel.");
    Err(Refusal::new(Code::Invalid, sentence, "Take letters, digits, `_`, `.` and `-`, at most 64 of them."))
}

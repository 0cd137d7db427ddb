//! A message of reminders says how each of its tasks stands, whoever presses what in it at the same time, here or in other
//! processes.

use std::collections::BTreeMap;

use bot::reply::{Standing, Watch};
use domain::command::TaskRef;
use domain::fault::sabotaged;
use domain::ids::PersonId;
use domain::place::Place;
use domain::tenant::TenantId;
use domain::zone::Zone;

use super::Desk;
use super::paced::surely;
use crate::api::{CallError, Message};
use crate::by_key::ByKey;
use crate::chat::message_id;
use crate::faces::{named, users};
use crate::inbound::payload::{Named, instant};
use crate::render::reminder::{self, Faces};
use crate::render::sheet::Sheet;

/// So often a message is changed for one press at most, while others go on pressing.
const LOOKS: u32 = 10;

/// The messages that are being changed in this process, one change after the other, and what each was last seen to say
/// of its tasks, by number.
pub(super) type Sheets = ByKey<String, Option<BTreeMap<u64, Standing>>>;

/// A message of reminders, and who pressed something in it.
pub(super) struct Spot<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) user: &'a str,
    pub(super) channel: &'a str,
    pub(super) ts: &'a str,
}

impl Desk {
    /// Shows how the tasks of a message stand. What Slack sends along may be older than what others have pressed since, and
    /// another process may put in its place what it saw before: so the tasks are looked at again after each change, and
    /// whoever changes the message last has seen that nothing is new.
    ///
    /// # Errors
    /// When the tasks cannot be looked at, or Slack does not take the change.
    pub(super) async fn show_sheet(&self, spot: &Spot<'_>, sheet: &Sheet) -> Result<(), CallError> {
        let mut said = self.sheets.turn(format!("{}/{}/{}", spot.tenant, spot.channel, spot.ts)).await;
        for _ in 0..looks() {
            let mut now = said.clone().unwrap_or_default();
            now.extend(self.standings(spot, &sheet.numbers()).await?);
            if said.as_ref() == Some(&now) {
                break;
            }
            let (text, blocks) = sheet.clone().standing(&now).message();
            let message = Message::to(spot.channel, text, blocks);
            surely(|| self.update(spot.ts, &message)).await?;
            *said = Some(now);
        }
        Ok(())
    }

    /// The same where the message that was there cannot be read any more.
    ///
    /// # Errors
    /// The same.
    pub(super) async fn show_sheet_anew(&self, spot: &Spot<'_>, numbers: &[u64]) -> Result<(), CallError> {
        let sheet = match self.as_posted(spot, numbers).await? {
            Some(sheet) => sheet,
            None => Sheet::anew(numbers, &self.standings(spot, numbers).await?),
        };
        self.show_sheet(spot, &sheet).await
    }

    /// The message as it was posted, if that is known of all these tasks.
    async fn as_posted(&self, spot: &Spot<'_>, numbers: &[u64]) -> Result<Option<Sheet>, CallError> {
        let Some(at) = instant(spot.ts) else { return Ok(None) };
        let reader = self.visitors.speaker(spot.tenant, spot.user).await?;
        let (id, tasks) = (message_id(spot.channel, spot.ts), numbers.iter().copied().map(TaskRef::Number).collect());
        let items = self.turns.tasks().reminded(&reader, spot.tenant, tasks, &id, at).await?;
        let zone = self.turns.tasks().people.person(reader.person).await?.and_then(|person| person.settings.zone);
        let watch = Watch { now: at, zone: zone.unwrap_or_else(Zone::utc) };
        let users = users(&self.turns, spot.tenant, named(&items)).await?;
        let direct = place(spot, reader.person).channel().is_none();
        let (_, blocks) = reminder::message(&watch, &items, &Faces { users: &users, direct });
        Ok(Sheet::of(&blocks).filter(|sheet| numbers.iter().all(|number| sheet.numbers().contains(number))))
    }

    async fn standings(&self, spot: &Spot<'_>, numbers: &[u64]) -> Result<BTreeMap<u64, Standing>, CallError> {
        let reader = self.visitors.speaker(spot.tenant, spot.user).await?;
        Ok(self.turns.standings(&reader, spot.tenant, &place(spot, reader.person), numbers).await?)
    }
}

/// Where the message stands; one that is in no channel is the reader's.
fn place(spot: &Spot<'_>, reader: PersonId) -> Place {
    match (Named { id: spot.channel.to_owned() }).as_channel() {
        Some(channel) => Place::Channel(channel),
        None => Place::Direct(reader),
    }
}

/// So often a message is changed for one press at most.
fn looks() -> u32 {
    if sabotaged("slack.shown_unseen") { 1 } else { LOOKS }
}

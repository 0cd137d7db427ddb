//! Whether the bot can post where a command wants to remind: asked of the platform before the command is committed.

use tracing::warn;

use super::Tasks;
use crate::change::Change;
use crate::command::{Command, Request};
use crate::place::{Destination, Place};
use crate::refusal::Refusal;
use crate::reminder::ReminderState;

impl Tasks {
    /// Whether the request reminds somewhere else from now on, because the place that it meant is closed.
    ///
    /// # Errors
    /// When there is no other place for it.
    pub(super) async fn redirected(&self, request: &mut Request, change: &Change) -> Result<bool, Refusal> {
        match self.closed(request, change).await {
            None => Ok(false),
            Some((place, _)) if detour(request, &place) => Ok(true),
            Some((_, refusal)) => Err(refusal),
        }
    }

    /// The place of a new reminder that the bot cannot post to, and why. A platform that cannot say so in time hinders
    /// nobody: what it refuses later, the delivery tells. Nobody is asked about the speaker's own direct message.
    async fn closed(&self, request: &Request, change: &Change) -> Option<(Place, Refusal)> {
        let places = if request.command.chooses_time_or_place() { places(request, change) } else { Vec::new() };
        if places.is_empty() {
            return None;
        }
        let answer = self.directory.closed(&request.tenant, &places).await;
        answer.unwrap_or_else(|error| {
            warn!(%error, "whether reminders can be posted there is not known");
            None
        })
    }
}

/// Where the change would remind from now on, each place once.
fn places(request: &Request, change: &Change) -> Vec<Place> {
    let own = Place::Direct(request.principal.person);
    let new = change.reminders.iter().map(|put| &put.row).filter(|one| one.state == ReminderState::Scheduled);
    let mut places: Vec<Place> = new.map(|one| one.place.clone()).filter(|place| *place != own).collect();
    places.sort();
    places.dedup();
    places
}

/// Where somebody's direct message is closed their reminder comes to the channel in which it was asked for. `false` if
/// there is no such way.
fn detour(request: &mut Request, closed: &Place) -> bool {
    let here = request.place.clone();
    let Command::Add(add) = &mut request.command else { return false };
    let meant = add.place.as_ref().is_some_and(|chosen| chosen.place == *closed);
    if !meant || !matches!(closed, Place::Direct(_)) || here.channel().is_none() {
        return false;
    }
    add.place = Some(Destination { place: here, mentions_author: false });
    true
}

//! A new task: which list holds it, and where its reminder goes.

use domain::command::{AddTask, Command, Repeat};
use domain::ids::PersonId;
use domain::list::List;
use domain::place::{Channel, Destination, Place};
use domain::task::{Priority, RepeatFrom};
use domain::tenant::Platform;
use language::{Addressee, Draft, Verbatim};
use tracing::warn;

use super::talk::Talk;
use crate::reply::Reply;
use crate::reply::answer::No;

impl Talk<'_> {
    pub(super) async fn add(&self, mut draft: Draft, description: String) -> Result<Reply, No> {
        // A channel that is spoken of is the place of what goes to a channel's list anyway.
        let literal = draft.explicit_reminder || self.here().is_none();
        if let Some(Verbatim { to, channel, title }) = draft.verbatim.take().filter(|_| literal) {
            (draft.people, draft.channel) = (to, channel);
            draft.title = self.with_names(&title).await?;
        }
        let assignees = self.assignees(&draft).await?;
        let (list, place) = self.list_and_place(&draft, &assignees).await?;
        let add = AddTask {
            list,
            title: draft.title,
            description: self.way_back(description).await,
            priority: draft.priority.and_then(|number| Priority::try_from(number).ok()),
            tags: draft.tags.into_iter().collect(),
            due: draft.when.map(|when| self.due(when)),
            repeat: draft.repeat.map(repeat),
            assignees,
            place,
            bare_reminder: draft.explicit_reminder,
        };
        self.execute(Command::Add(Box::new(add))).await
    }

    /// What is made in a thread leads back to it, unless something else was said of it.
    async fn way_back(&self, description: String) -> String {
        if !description.is_empty() || !matches!(self.message.place, Place::Thread { .. }) {
            return description;
        }
        let link = self.service().directory.link(&self.message.tenant, &self.message.place).await;
        let link = link.inspect_err(|error| warn!(%error, "no way back to the thread"));
        link.ok().flatten().unwrap_or_default()
    }

    /// Whom it mentions. `@me` assigns a channel's task to the speaker; their own need nobody.
    async fn assignees(&self, draft: &Draft) -> Result<Vec<PersonId>, No> {
        let mut people = self.people(&draft.people).await?;
        if draft.me_too && !people.contains(&self.me.id) {
            people.insert(0, self.me.id);
        }
        let to_me = draft.addressee == Addressee::Me && !draft.explicit_reminder && self.here().is_some();
        Ok(if to_me && people.is_empty() { vec![self.me.id] } else { people })
    }

    async fn list_and_place(&self, draft: &Draft, assignees: &[PersonId]) -> Result<(List, Option<Destination>), No> {
        if let Some(named) = &draft.channel {
            let channel = self.channel(named).await?;
            return Ok((List::of_channel(&channel), to(Place::Channel(channel.id), false)));
        }
        Ok(match draft.addressee {
            Addressee::Me | Addressee::Nobody if draft.explicit_reminder => {
                (self.own_list(), to(self.my_place(), true))
            }
            Addressee::Us => (self.list_here(), self.around().and_then(|_| to(self.message.place.clone(), false))),
            _ => (self.list_here(), self.place_of(draft, assignees)),
        })
    }

    /// `/todo` and `/remindme` are for the speaker's own list wherever they are typed.
    pub(super) fn is_for_myself(&self) -> bool {
        let word = self.message.text.split_whitespace().next().unwrap_or_default();
        ["/todo", "/remindme"].iter().any(|own| word.eq_ignore_ascii_case(own))
    }

    /// Where `remind me` reminds: on Discord where it was typed, elsewhere in the direct message, so that nobody else
    /// reads what is personal.
    fn my_place(&self) -> Place {
        match self.message.tenant.platform() {
            Platform::Discord => self.message.place.clone(),
            Platform::Slack | Platform::Console => Place::Direct(self.me.id),
        }
    }

    /// `remind @sam` goes to Sam's direct message; what is typed in a thread reminds in the thread; all else
    /// goes where the list says.
    fn place_of(&self, draft: &Draft, assignees: &[PersonId]) -> Option<Destination> {
        match (assignees, &self.message.place) {
            ([person], _) if draft.explicit_reminder => to(Place::Direct(*person), false),
            _ if self.is_for_myself() => None,
            (_, thread @ Place::Thread { .. }) => to(thread.clone(), true),
            _ => None,
        }
    }

    /// The channel whose list is meant if none is named: the one where it was typed.
    pub(super) fn here(&self) -> Option<Channel> {
        self.around().filter(|_| !self.is_for_myself())
    }

    /// The channel where it was typed.
    fn around(&self) -> Option<Channel> {
        let id = self.message.place.channel()?.to_owned();
        Some(Channel { tenant: self.message.tenant.clone(), id })
    }

    pub(super) fn own_list(&self) -> List {
        List::personal(self.message.tenant.clone(), self.me.id)
    }

    fn list_here(&self) -> List {
        self.here().map_or_else(|| self.own_list(), |channel| List::of_channel(&channel))
    }
}

fn to(place: Place, mentions_author: bool) -> Option<Destination> {
    Some(Destination { place, mentions_author })
}

/// A recurrence as the domain knows it.
pub(super) fn repeat(read: language::Repeat) -> Repeat {
    let from = match read.from {
        language::RepeatFrom::Schedule => RepeatFrom::Schedule,
        language::RepeatFrom::Completion => RepeatFrom::Completion,
    };
    Repeat { rule: read.rule, start: read.start, from }
}

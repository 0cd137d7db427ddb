//! What surrounds a reply: who reads it, where, when, and what the people in it are called.

use std::collections::BTreeMap;

use domain::event::TaskView;
use domain::ids::PersonId;
use domain::list::{List, ListKind};
use domain::person::Person;
use domain::place::{Channel, Place};
use domain::task::Task;

use super::Text;
use super::watch::Watch;

/// Who reads a reply, where and when.
pub(crate) struct Scene {
    /// The reader.
    pub me: PersonId,
    /// The reader's time.
    pub watch: Watch,
    /// Where it was asked.
    pub place: Place,
    /// The people that the reply speaks of.
    pub people: BTreeMap<PersonId, Person>,
    /// Whether people type the ids of channels, as they do on the console.
    pub types_ids: bool,
    /// The channels that the reader is in, of the tenant where it was asked; only what came of a command speaks of them.
    pub channels: Vec<Channel>,
}

impl Scene {
    /// What a person is called; somebody who was erased has no name.
    pub(crate) fn name(&self, id: PersonId) -> String {
        match self.people.get(&id) {
            Some(person) => person.name.clone(),
            None if id == PersonId::SYSTEM => "Taskbot".to_owned(),
            None => "somebody".to_owned(),
        }
    }

    /// What a person is called, or `you`.
    pub(crate) fn name_or_you(&self, id: PersonId) -> Text {
        if id == self.me { Text::say("you") } else { Text::new().theirs(self.name(id)) }
    }

    /// The task as programs read it.
    pub(crate) fn view(&self, task: &Task, list: &List) -> TaskView {
        TaskView::with_names(task, list, |person| self.name(*person))
    }

    /// `your list`, `Ana's list`, `#ops`.
    pub(crate) fn list(&self, list: &List) -> Text {
        match &list.kind {
            ListKind::Channel(id) => Text::new().channel(id),
            ListKind::Personal(owner) if *owner == self.me => Text::say("your list"),
            ListKind::Personal(owner) => Text::new().theirs(format!("{}'s list", self.name(*owner))),
        }
    }

    /// The list that a task could be moved to from here, as it is typed: `my list` or `#ops`. Where channels have ids
    /// that nobody types, any channel stands for them.
    pub(crate) fn other_list(&self, list: &List) -> Option<String> {
        match list.kind {
            ListKind::Channel(_) => Some("my list".to_owned()),
            ListKind::Personal(owner) if owner == self.me => {
                let first = || self.channels.first().map(|channel| channel.id.as_str());
                let known = self.place.channel().or_else(first);
                known.map(|id| if self.types_ids { format!("#{id}") } else { "#channel".to_owned() })
            }
            ListKind::Personal(_) => None,
        }
    }
}

/// `#3: stretch`, the name of a task in a sentence.
pub(crate) fn titled(task: &Task) -> Text {
    Text::say(format!("#{}: ", task.number)).theirs(task.title.clone())
}

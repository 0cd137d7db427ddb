//! Who is asking, what they see, and what they may do: the one check that every door uses.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{ListId, PersonId};
use crate::list::List;
use crate::place::Channel;
use crate::refusal::{Code, Refusal};
use crate::task::Task;
use crate::tenant::TenantId;

/// Somebody whose identity was verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// The person.
    pub person: PersonId,
    /// The tenants that their verified identities hold.
    pub tenants: BTreeSet<TenantId>,
    /// Named in the configuration as an operator: moderates what they can see.
    pub operator: bool,
}

impl Principal {
    /// The product itself, acting in one tenant: what clocks and consumers run as.
    #[must_use]
    pub fn system(tenant: TenantId) -> Self {
        Self { person: PersonId::SYSTEM, tenants: BTreeSet::from([tenant]), operator: true }
    }

    /// Whether this is the product itself.
    #[must_use]
    pub fn is_system(&self) -> bool {
        self.person == PersonId::SYSTEM
    }
}

/// What a principal sees at this moment: their tenants, and in them the lists whose channel shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Who looks.
    pub principal: Principal,
    /// Own lists and the lists of the channels that the platform shows them now.
    pub lists: BTreeSet<ListId>,
    /// Whether these are all: otherwise a platform could not be asked, and what is not seen may be there.
    pub whole: bool,
}

impl Sight {
    /// The sight of somebody whom the platform shows these channels.
    ///
    /// With no channels (the platform cannot be asked) only own lists, authored and assigned tasks are left.
    #[must_use]
    pub fn new(principal: Principal, channels: &[Channel]) -> Self {
        let own = principal.tenants.iter().map(|tenant| List::personal(tenant.clone(), principal.person).id);
        let shown = channels
            .iter()
            .filter(|channel| principal.tenants.contains(&channel.tenant))
            .map(|channel| List::of_channel(channel).id);
        let lists = own.chain(shown).collect();
        Self { principal, lists, whole: true }
    }

    /// Whether the task exists for this principal. A foreign task answers as an absent one.
    #[must_use]
    pub fn sees(&self, task: &Task) -> bool {
        let person = self.principal.person;
        self.principal.tenants.contains(&task.tenant)
            && (self.principal.is_system()
                || self.lists.contains(&task.list)
                || task.author == person
                || task.assignees.contains(&person))
    }

    /// Whether the list is one that the principal sees.
    #[must_use]
    pub fn sees_list(&self, list: &List) -> bool {
        self.principal.tenants.contains(&list.tenant) && self.lists.contains(&list.id)
    }

    /// Why a task that is not seen is not there, as far as one can tell.
    pub fn no_task(&self, reference: impl fmt::Display) -> Refusal {
        match self.whole {
            true => Refusal::no_task(reference),
            false => Refusal::unseen(format!("task {reference}")),
        }
    }

    /// Why a list that is not seen is not there, as far as one can tell.
    pub fn no_list(&self, next_step: &str) -> Refusal {
        match self.whole {
            true => Refusal::new(Code::NotFound, "There is no such list here.", next_step),
            false => Refusal::unseen("such list"),
        }
    }

    /// Whether what is found is all there is: of everything, or of the list that is asked for.
    #[must_use]
    pub fn is_whole(&self, list: Option<ListId>) -> bool {
        self.whole || list.is_some_and(|list| self.lists.contains(&list))
    }

    /// The rights matrix. Asked only of a task that the principal sees.
    #[must_use]
    pub fn may(&self, action: Action, task: &Task) -> bool {
        let person = self.principal.person;
        let concerned = task.author == person || task.assignees.contains(&person);
        let moderates = self.principal.operator;
        match action {
            Action::Work => true,
            Action::Change | Action::Delete => concerned || moderates,
            Action::Stop => concerned,
        }
    }
}

/// What somebody wants to do with a task that they see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Complete, reopen, snooze, skip, claim: every member of the list.
    Work,
    /// Change text, time, tags, people or list: author, assignees, moderators.
    Change,
    /// Delete: author, assignees, moderators.
    Delete,
    /// Stop what is sent to oneself: whoever it is sent to.
    Stop,
}

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Channel, Named, User, by_id};

/// A workspace.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Team {
    /// `T…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What stands before `.slack.com`.
    pub domain: String,
    /// The organisation that it belongs to.
    pub enterprise_id: Option<String>,
    /// Its people, by id. In JSON a list.
    #[serde(deserialize_with = "by_id")]
    pub users: BTreeMap<String, User>,
    /// Its conversations, by id. In JSON a list.
    #[serde(deserialize_with = "by_id")]
    pub channels: BTreeMap<String, Channel>,
    /// Its user groups, by id. In JSON a list.
    #[serde(deserialize_with = "by_id")]
    pub groups: BTreeMap<String, Group>,
}

impl Team {
    /// A team without people.
    pub fn new(id: &str, name: &str) -> Self {
        let domain = name.to_lowercase().replace(' ', "-");
        Self { id: id.to_owned(), name: name.to_owned(), domain, ..Self::default() }
    }

    /// The same with a person.
    pub fn user(mut self, user: User) -> Self {
        self.users.insert(user.id.clone(), user);
        self
    }

    /// The same with a conversation.
    pub fn channel(mut self, channel: Channel) -> Self {
        self.channels.insert(channel.id.clone(), channel);
        self
    }

    /// The same with a user group.
    pub fn group(mut self, group: Group) -> Self {
        self.groups.insert(group.id.clone(), group);
        self
    }
}

impl Named for Team {
    fn id(&self) -> &str {
        &self.id
    }
}

/// A user group, which is mentioned as `<!subteam^ID>`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Group {
    /// `S…`.
    pub id: String,
    /// What people type behind `@`.
    pub handle: String,
    /// Its name.
    pub name: String,
    /// Ids of its members.
    pub users: Vec<String>,
    /// Whether it was switched off.
    pub disabled: bool,
}

impl Named for Group {
    fn id(&self) -> &str {
        &self.id
    }
}

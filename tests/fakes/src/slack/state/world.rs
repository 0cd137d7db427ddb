use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{App, Channel, Install, Kind, Standing, Team, User, View, by_id};

/// All that Slack knows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct World {
    /// Teams, by id. In JSON a list.
    #[serde(deserialize_with = "by_id")]
    pub teams: BTreeMap<String, Team>,
    /// Apps, by id. In JSON a list.
    #[serde(deserialize_with = "by_id")]
    pub apps: BTreeMap<String, App>,
    /// Apps in teams, those that were removed among them.
    #[serde(skip_deserializing)]
    pub installs: Vec<Install>,
    /// Dialogs and App Homes, oldest first.
    pub views: Vec<View>,
    /// What the next new thing is numbered from.
    #[serde(skip)]
    pub(in crate::slack) numbered: u64,
    /// The last timestamp given, in microseconds.
    #[serde(skip)]
    pub(in crate::slack) last_ts: u64,
}

impl World {
    /// The installation that is active.
    pub fn install(&self, app: &str, team: &str) -> Option<&Install> {
        self.installs.iter().find(|one| one.app_id == app && one.team_id == team && one.standing == Standing::Active)
    }

    /// A channel that this team sees, its own or shared with it, and the team that it belongs to.
    pub fn channel(&self, team: &str, id: &str) -> Option<(&Team, &Channel)> {
        let sees = |other: &Team, channel: &Channel| other.id == team || channel.shared_with.contains(team);
        let own = self.teams.get(team).and_then(|own| Some((own, own.channels.get(id)?)));
        let found = self.teams.values().filter_map(|other| Some((other, other.channels.get(id)?)));
        own.into_iter().chain(found).find(|(other, channel)| sees(other, channel))
    }

    pub(in crate::slack) fn channel_mut(&mut self, team: &str, id: &str) -> Option<&mut Channel> {
        let owner = self.channel(team, id)?.0.id.clone();
        self.teams.get_mut(&owner)?.channels.get_mut(id)
    }

    /// A user that this team knows, its own or from a team that it shares a channel with, and that user's team.
    pub fn user(&self, team: &str, id: &str) -> Option<(&Team, &User)> {
        let mut own_first: Vec<&Team> = self.teams.values().collect();
        own_first.sort_by_key(|other| other.id != team);
        let mut found = own_first.into_iter().filter_map(|other| Some((other, other.users.get(id)?)));
        found.find(|(other, _)| other.id == team || self.share(team, &other.id))
    }

    fn share(&self, one: &str, other: &str) -> bool {
        let between = |channel: &Channel, owner: &str| {
            let has = |team: &str| owner == team || channel.shared_with.contains(team);
            has(one) && has(other)
        };
        self.teams.values().any(|team| team.channels.values().any(|channel| between(channel, &team.id)))
    }

    /// An id that nothing else has.
    pub(in crate::slack) fn id(&mut self, prefix: &str) -> String {
        self.numbered += 1;
        format!("{prefix}0FAKE{:05}", self.numbered)
    }

    /// A timestamp that no other message has.
    pub(in crate::slack) fn ts(&mut self, now: f64) -> String {
        self.last_ts = ((now * 1e6) as u64).max(self.last_ts + 1);
        format!("{}.{:06}", self.last_ts / 1_000_000, self.last_ts % 1_000_000)
    }

    /// The conversation of the app and several people, made if there is none, and whether it was there.
    pub(in crate::slack) fn together(&mut self, team: &str, people: &[&str], me: &str) -> (String, bool) {
        let all: Vec<&str> = people.iter().copied().chain([me]).collect();
        let same = |channel: &&Channel| {
            channel.kind == Kind::Mpim
                && channel.members.len() == all.len()
                && all.iter().all(|id| channel.members.contains(*id))
        };
        let there = self.teams.get(team).into_iter().flat_map(|team| team.channels.values());
        if let Some(channel) = there.into_iter().find(same) {
            return (channel.id.clone(), true);
        }
        let id = self.id("G");
        if let Some(team) = self.teams.get_mut(team) {
            let name = format!("mpdm-{}", id.to_lowercase());
            team.channels.insert(id.clone(), Channel::new(&id, &name, Kind::Mpim, &all));
        }
        (id, false)
    }

    /// The direct message of these two, made if there is none, and whether it was there.
    pub(in crate::slack) fn direct(&mut self, team: &str, one: &str, other: &str) -> (String, bool) {
        let there = self.teams.get(team).into_iter().flat_map(|team| team.channels.values());
        if let Some(channel) = there.into_iter().find(|channel| channel.is_between(one, other)) {
            return (channel.id.clone(), true);
        }
        let id = self.id("D");
        if let Some(team) = self.teams.get_mut(team) {
            team.channels.insert(id.clone(), Channel::new(&id, "", Kind::Im, &[one, other]));
        }
        (id, false)
    }
}

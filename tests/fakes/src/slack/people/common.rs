//! What several payloads have in common.

use serde_json::{Value, json};

use super::{Person, Tried};
use crate::slack::{Channel, Install, Kind, World};

impl Person {
    /// The beginning of what an interaction tells its app.
    pub(super) fn interaction(&self, kind: &str, by: &Install) -> Value {
        let world = self.slack.world();
        let team = &world.teams[&self.team];
        let name = world.user(&self.team, &self.user).map(|(_, user)| user.name.clone()).unwrap_or_default();
        let enterprise = team.enterprise_id.as_ref().map(|id| json!({ "id": id, "name": "Enterprise" }));
        json!({
            "type": kind, "api_app_id": by.app_id, "token": world.apps[&by.app_id].verification_token,
            "team": { "id": team.id, "domain": team.domain }, "enterprise": enterprise,
            "is_enterprise_install": false,
            "user": { "id": self.user, "username": name, "name": name, "team_id": team.id },
        })
    }

    /// A channel that the person sees.
    pub(super) fn channel_of<'w>(&self, world: &'w World, id: &str) -> Tried<&'w Channel> {
        let (_, channel) = world.channel(&self.team, id).ok_or_else(|| format!("there is no channel {id}"))?;
        if channel.kind != Kind::Public && !channel.members.contains(&self.user) {
            return Err(format!("{} is not in {id}", self.user));
        }
        Ok(channel)
    }

    /// Seconds since 1970, as actions carry them.
    pub(super) fn instant(&self) -> String {
        format!("{:.6}", self.slack.now())
    }
}

/// What payloads call a channel.
pub(super) fn name_of(channel: &Channel) -> String {
    match channel.kind {
        Kind::Public => channel.name.clone(),
        Kind::Private | Kind::Mpim => "privategroup".to_owned(),
        Kind::Im => "directmessage".to_owned(),
    }
}

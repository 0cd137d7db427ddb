//! What people say of themselves.

use serde_json::json;

use super::{Person, Tried, Turn};
use crate::slack::{Install, Parcel, User};

impl Person {
    /// Sets another zone (IANA) in the person's profile. Apps hear of it if they subscribe to `user_change`.
    pub async fn moves_to(&self, zone: &str) -> Vec<Turn> {
        self.try_move(zone).await.expect("a profile to change")
    }

    /// Takes another name, by which the person is displayed. Apps hear of it in the same way.
    pub async fn renames(&self, name: &str) -> Vec<Turn> {
        self.try_change(|user| user.name = name.to_owned()).await.expect("a profile to change")
    }

    pub(in crate::slack) async fn try_move(&self, zone: &str) -> Tried<Vec<Turn>> {
        self.try_change(|user| user.tz = Some(zone.to_owned())).await
    }

    async fn try_change(&self, change: impl FnOnce(&mut User)) -> Tried<Vec<Turn>> {
        let told: Vec<(Install, serde_json::Value)> = {
            let mut world = self.slack.world();
            let team = world.teams.get_mut(&self.team).ok_or("there is no such team")?;
            let user = team.users.get_mut(&self.user).ok_or("there is no such person")?;
            change(user);
            user.updated += 1;
            let event = json!({ "type": "user_change", "user": user.shown(&self.team), "cache_ts": user.updated });
            let hears = |by: &&Install| {
                by.team_id == self.team
                    && world.install(&by.app_id, &by.team_id).is_some_and(|live| live.token == by.token)
                    && world.apps[&by.app_id].events.iter().any(|one| one == "user_change")
            };
            world.installs.iter().filter(hears).map(|by| (by.clone(), event.clone())).collect()
        };
        let parcels: Vec<Parcel> = told.into_iter().map(|(by, event)| self.slack.event(&by, event)).collect();
        Ok(self.turns(parcels).await)
    }
}

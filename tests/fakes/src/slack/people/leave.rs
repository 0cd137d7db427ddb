//! What ends: installations and messages.

use serde_json::{Value, json};

use super::{Person, Tried, Turn};
use crate::slack::{Channel, Install, Message, Parcel, Signing, Slack, Standing};

impl Slack {
    /// Removes an app from a team: its token ends, and it hears of both.
    ///
    /// # Panics
    /// When it is not installed there.
    pub async fn uninstall(&self, app: &str, team: &str) -> Vec<Turn> {
        let by = self.read(|world| world.install(app, team).cloned()).expect("an installation");
        let parcels = self.farewell(&by, Standing::Removed);
        self.person(team, "").turns(parcels).await
    }

    /// Ends an app's token in a team, and the app hears of it.
    ///
    /// # Panics
    /// When it is not installed there.
    pub async fn revoke(&self, app: &str, team: &str) -> Vec<Turn> {
        let by = self.read(|world| world.install(app, team).cloned()).expect("an installation");
        let parcels = self.farewell(&by, Standing::Revoked);
        self.person(team, "").turns(parcels).await
    }

    /// Ends a token: what the app hears of that, if it subscribes.
    pub(in crate::slack) fn farewell(&self, by: &Install, standing: Standing) -> Vec<Parcel> {
        let subscribed = {
            let mut world = self.world();
            if let Some(one) = world.installs.iter_mut().find(|one| one.token == by.token) {
                one.standing = standing;
            }
            world.apps[&by.app_id].events.clone()
        };
        let revoked = json!({ "type": "tokens_revoked", "tokens": { "oauth": [], "bot": [by.bot_user] } });
        let mut events = vec![revoked];
        if standing == Standing::Removed {
            events.push(json!({ "type": "app_uninstalled" }));
        }
        events.retain(|event| subscribed.iter().any(|one| event["type"] == **one));
        events.into_iter().map(|event| self.event(by, event)).collect()
    }

    /// Hands parcels over in the background.
    pub(in crate::slack) fn tell(&self, parcels: Vec<Parcel>) {
        for parcel in parcels {
            let slack = self.clone();
            tokio::spawn(async move { slack.hand_over(&parcel, &Signing::default()).await });
        }
    }

    /// What apps hear of a message that was changed or removed.
    pub(in crate::slack) fn change_events(
        &self,
        team: &str,
        channel: &str,
        was: &Message,
        is: Option<&Message>,
    ) -> Vec<Parcel> {
        let told: Vec<(Install, Value)> = {
            let mut world = self.world();
            let ts = world.ts(self.now());
            let Some((_, place)) = world.channel(team, channel) else { return Vec::new() };
            let event = changed(place, was, is, &ts);
            let subscribed = place.subscription();
            let hears = |by: &&Install| {
                place.members.contains(&by.bot_user)
                    && world.install(&by.app_id, &by.team_id).is_some_and(|live| live.token == by.token)
                    && world.apps[&by.app_id].events.iter().any(|one| *one == subscribed)
            };
            world.installs.iter().filter(hears).map(|by| (by.clone(), event.clone())).collect()
        };
        told.into_iter().map(|(by, event)| self.event(&by, event)).collect()
    }
}

fn changed(place: &Channel, was: &Message, is: Option<&Message>, ts: &str) -> Value {
    let mut event = json!({
        "type": "message", "subtype": "message_deleted", "channel": place.id, "channel_type": place.event_type(),
        "ts": ts, "event_ts": ts, "hidden": true, "previous_message": was.shown(false),
    });
    match is {
        Some(is) => {
            event["subtype"] = json!("message_changed");
            event["message"] = is.shown(false);
        }
        None => event["deleted_ts"] = json!(was.ts),
    }
    event
}

impl Person {
    /// Removes a message, the person's own or, as administrators may, another's.
    pub async fn delete_message(&self, channel: &str, ts: &str) -> Vec<Turn> {
        self.try_delete(channel, ts).await.expect("a message to remove")
    }

    /// Writes a message of the person's own anew.
    pub async fn edit_message(&self, channel: &str, ts: &str, text: &str) -> Vec<Turn> {
        self.try_edit(channel, ts, text).await.expect("a message to edit")
    }

    pub(in crate::slack) async fn try_delete(&self, channel: &str, ts: &str) -> Tried<Vec<Turn>> {
        let was = {
            let mut world = self.slack.world();
            self.channel_of(&world, channel)?;
            let place = world.channel_mut(&self.team, channel).ok_or("the channel is gone")?;
            let nth = place.messages.iter().position(|one| one.ts == ts).ok_or("there is no such message")?;
            place.messages.remove(nth)
        };
        Ok(self.turns(self.slack.change_events(&self.team, channel, &was, None)).await)
    }

    pub(in crate::slack) async fn try_edit(&self, channel: &str, ts: &str, text: &str) -> Tried<Vec<Turn>> {
        let (was, is) = {
            let mut world = self.slack.world();
            let text = super::typed::typed(&world, &self.team, text, super::typed::Style::Plain);
            let edited = world.ts(self.slack.now());
            let place = world.channel_mut(&self.team, channel).ok_or("there is no such channel")?;
            let mine = |one: &&mut Message| one.ts == ts && one.user == self.user;
            let message = place.messages.iter_mut().find(mine).ok_or("there is no such message of theirs")?;
            let was = message.clone();
            message.text = text;
            message.edited = Some(edited);
            (was, message.clone())
        };
        Ok(self.turns(self.slack.change_events(&self.team, channel, &was, Some(&is))).await)
    }
}

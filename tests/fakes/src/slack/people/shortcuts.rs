use serde_json::json;

use super::common::name_of;
use super::{Person, Tried, Turn};
use crate::slack::{Parcel, Purpose};

impl Person {
    /// Uses a shortcut of a message.
    pub async fn shortcut(&self, callback_id: &str, channel: &str, ts: &str) -> Turn {
        self.try_shortcut(callback_id, channel, ts).await.expect("a message")
    }

    /// Uses a global shortcut.
    pub async fn global_shortcut(&self, callback_id: &str) -> Turn {
        self.try_global_shortcut(callback_id).await.expect("an app")
    }

    /// Looks at the App Home.
    pub async fn open_home(&self) -> Option<Turn> {
        self.try_open_home().await.expect("an app")
    }

    pub(in crate::slack) async fn try_shortcut(&self, callback_id: &str, channel: &str, ts: &str) -> Tried<Turn> {
        let by = self.install()?;
        let (name, message) = {
            let world = self.slack.world();
            let place = self.channel_of(&world, channel)?;
            let message = place.message(ts).cloned().ok_or_else(|| format!("there is no message {ts}"))?;
            (name_of(place), message)
        };
        let (url, hook) = self.slack.new_hook(&by, channel, &self.user, None);
        let trigger = self.slack.new_trigger(&by, &self.user, None);
        let mut payload = self.interaction("message_action", &by);
        payload["callback_id"] = json!(callback_id);
        payload["trigger_id"] = json!(trigger);
        payload["response_url"] = json!(url);
        payload["message_ts"] = json!(ts);
        payload["action_ts"] = json!(self.instant());
        payload["channel"] = json!({ "id": channel, "name": name });
        payload["message"] = message.shown(false);
        let parcel = Parcel { app_id: by.app_id, purpose: Purpose::Interactive, id: trigger, payload };
        Ok(self.hand(parcel, Some(hook)).await)
    }

    pub(in crate::slack) async fn try_global_shortcut(&self, callback_id: &str) -> Tried<Turn> {
        let by = self.install()?;
        let trigger = self.slack.new_trigger(&by, &self.user, None);
        let mut payload = self.interaction("shortcut", &by);
        payload["callback_id"] = json!(callback_id);
        payload["trigger_id"] = json!(trigger);
        payload["action_ts"] = json!(self.instant());
        let parcel = Parcel { app_id: by.app_id, purpose: Purpose::Interactive, id: trigger, payload };
        Ok(self.hand(parcel, None).await)
    }

    pub(in crate::slack) async fn try_open_home(&self) -> Tried<Option<Turn>> {
        let by = self.install()?;
        let channel = self.dm_channel()?;
        let subscribes =
            self.slack.read(|world| world.apps[&by.app_id].events.iter().any(|one| one == "app_home_opened"));
        if !subscribes {
            return Ok(None);
        }
        let mine =
            |view: &&crate::slack::View| view.user == self.user && view.kind() == "home" && view.app_id == by.app_id;
        let home = self.slack.read(|world| world.views.iter().find(mine).map(|view| view.shown(&by.bot_id)));
        let mut event = json!({
            "type": "app_home_opened", "user": self.user, "channel": channel, "tab": "home",
            "event_ts": self.instant(),
        });
        if let Some(home) = home {
            event["view"] = home;
        }
        let parcel = self.slack.event(&by, event);
        Ok(self.turns(vec![parcel]).await.pop())
    }
}

use serde_json::{Value, json};

use super::common::name_of;
use super::{Person, Tried, Turn};
use crate::slack::{Install, Message, Parcel, Purpose, Standing, View};

impl Person {
    /// Presses a button of a message, or chooses `choice` in its menu or picker: the value of an option, a date, a
    /// time, an id.
    pub async fn press(&self, channel: &str, ts: &str, action_id: &str, choice: Option<&str>) -> Turn {
        self.try_press(channel, ts, action_id, choice).await.expect("such a button")
    }

    /// The same in a dialog or in the App Home.
    pub async fn press_in(&self, view: &str, action_id: &str, choice: Option<&str>) -> Turn {
        self.try_press_in(view, action_id, choice).await.expect("such a button")
    }

    pub(in crate::slack) async fn try_press(
        &self,
        channel: &str,
        ts: &str,
        action_id: &str,
        choice: Option<&str>,
    ) -> Tried<Turn> {
        let (name, message) = {
            let world = self.slack.world();
            let place = self.channel_of(&world, channel)?;
            let message = place.message(ts).filter(|one| one.only_for.as_ref().is_none_or(|who| *who == self.user));
            let message = message.cloned().ok_or_else(|| format!("there is no message {ts} in {channel}"))?;
            (name_of(place), message)
        };
        let action = self.action(&message.blocks, action_id, choice)?;
        let by = self.author(&message)?;
        let (url, hook) = self.slack.new_hook(&by, channel, &self.user, Some(ts));
        let mut payload = self.interaction("block_actions", &by);
        let hidden = message.only_for.is_some();
        payload["container"] =
            json!({ "type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": hidden });
        payload["channel"] = json!({ "id": channel, "name": name });
        if !hidden {
            payload["message"] = message.shown(true);
            payload["message"]["team"] = json!(by.team_id);
        }
        payload["state"] = json!({ "values": state(&action) });
        payload["response_url"] = json!(url);
        Ok(self.hand(self.acted(&by, payload, action, None), Some(hook)).await)
    }

    pub(in crate::slack) async fn try_press_in(
        &self,
        view: &str,
        action_id: &str,
        choice: Option<&str>,
    ) -> Tried<Turn> {
        let view = self.view(view)?;
        let action = self.action(&view.payload["blocks"], action_id, choice)?;
        let view = self.entered(&view.id, state(&action))?;
        let by = self.slack.read(|world| world.install(&view.app_id, &view.team_id).cloned());
        let by = by.ok_or("the app is gone")?;
        let mut payload = self.interaction("block_actions", &by);
        payload["container"] = json!({ "type": "view", "view_id": view.id });
        payload["view"] = view.shown(&by.bot_id);
        Ok(self.hand(self.acted(&by, payload, action, Some(&view)), None).await)
    }

    /// The app that posted a message: in a channel that teams share, perhaps that of another team.
    fn author(&self, message: &Message) -> Tried<Install> {
        let app = message.app_id.as_deref().ok_or("no app posted that")?;
        let posted = |one: &&Install| one.bot_user == message.user && one.standing == Standing::Active;
        let found = self.slack.read(|world| world.installs.iter().find(posted).cloned());
        found.ok_or_else(|| format!("{app} is not installed any more"))
    }

    fn acted(&self, by: &Install, mut payload: Value, action: Value, view: Option<&View>) -> Parcel {
        let trigger = self.slack.new_trigger(by, &self.user, view.map(|view| view.id.as_str()));
        payload["trigger_id"] = json!(trigger);
        payload["actions"] = json!([action]);
        Parcel { app_id: by.app_id.clone(), purpose: Purpose::Interactive, id: trigger, payload }
    }

    /// What the app learns of the element that was used.
    fn action(&self, blocks: &Value, action_id: &str, choice: Option<&str>) -> Tried<Value> {
        let (block, element) = element(blocks, action_id).ok_or_else(|| format!("nothing here is {action_id}"))?;
        let kind = element["type"].as_str().unwrap_or_default();
        let mut action = json!({
            "type": kind, "action_id": action_id, "block_id": block["block_id"], "action_ts": self.instant(),
        });
        let choice = choice.unwrap_or_default();
        match kind {
            "button" => {
                action["text"] = element["text"].clone();
                action["value"] = element["value"].clone();
            }
            "static_select" | "overflow" | "radio_buttons" => {
                let options = element["options"].as_array().into_iter().flatten();
                let option = options.into_iter().find(|option| option["value"] == choice);
                action["selected_option"] = option.ok_or_else(|| format!("no option is {choice}"))?.clone();
            }
            "users_select" => action["selected_user"] = json!(choice),
            "channels_select" => action["selected_channel"] = json!(choice),
            "conversations_select" => action["selected_conversation"] = json!(choice),
            "datepicker" => action["selected_date"] = json!(choice),
            "timepicker" => action["selected_time"] = json!(choice),
            "datetimepicker" => action["selected_date_time"] = json!(choice.parse::<i64>().unwrap_or_default()),
            _ => action["value"] = json!(choice),
        }
        Ok(action)
    }
}

/// The block and the element with this action id.
pub(super) fn element<'a>(blocks: &'a Value, action_id: &str) -> Option<(&'a Value, &'a Value)> {
    let inside = |block: &'a Value| -> Vec<&'a Value> {
        let list = block["elements"].as_array().into_iter().flatten();
        list.chain([&block["accessory"], &block["element"]]).collect()
    };
    let blocks = blocks.as_array()?.iter();
    let mut all = blocks.flat_map(|block| inside(block).into_iter().map(move |element| (block, element)));
    all.find(|(_, element)| element["action_id"] == action_id)
}

/// What the element holds from now on; buttons hold nothing.
fn state(action: &Value) -> Value {
    let kind = action["type"].as_str().unwrap_or_default();
    if matches!(kind, "button" | "overflow") {
        return json!({});
    }
    let mut held = action.clone();
    for name in ["action_id", "block_id", "action_ts"] {
        if let Some(held) = held.as_object_mut() {
            held.remove(name);
        }
    }
    let (block, id) =
        (action["block_id"].as_str().unwrap_or_default(), action["action_id"].as_str().unwrap_or_default());
    json!({ block: { id: held } })
}

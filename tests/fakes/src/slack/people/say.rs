use serde::Serialize;
use serde_json::json;

use super::typed::{Style, typed};
use super::{Person, Tried, Turn};
use crate::slack::{Message, Parcel};

/// A message that a person wrote, and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Said {
    /// Where.
    pub channel: String,
    /// The message's timestamp.
    pub ts: String,
    /// One per event that an app heard of it.
    pub turns: Vec<Turn>,
}

impl Person {
    /// Writes a message, with `@name` and `#channel` as one types them. Apps hear of it as they subscribe.
    pub async fn say(&self, channel: &str, text: &str) -> Said {
        self.try_say(channel, None, text).await.expect("a channel to write in")
    }

    /// Writes a message into the thread under another.
    pub async fn reply(&self, channel: &str, thread_ts: &str, text: &str) -> Said {
        self.try_say(channel, Some(thread_ts), text).await.expect("a thread to write in")
    }

    /// Writes a message with a file.
    pub async fn say_with_file(&self, channel: &str, text: &str) -> Said {
        self.post(channel, None, Some("file_share"), text).await.expect("a channel to write in")
    }

    /// Writes into a thread, and sends it to the channel as well.
    pub async fn reply_to_all(&self, channel: &str, thread_ts: &str, text: &str) -> Said {
        self.post(channel, Some(thread_ts), Some("thread_broadcast"), text).await.expect("a thread to write in")
    }

    /// Mentions the app in a channel: its name, and this behind it.
    pub async fn mention(&self, channel: &str, text: &str) -> Said {
        let name = self.name_of_app().expect("an app to mention");
        self.say(channel, &format!("@{name} {text}")).await
    }

    /// Writes to the app alone.
    pub async fn dm(&self, text: &str) -> Said {
        let channel = self.dm_channel().expect("an app to write to");
        self.say(&channel, text).await
    }

    pub(in crate::slack) fn name_of_app(&self) -> Tried<String> {
        let by = self.install()?;
        Ok(self.slack.read(|world| world.teams[&by.team_id].users[&by.bot_user].name.clone()))
    }

    /// The direct message of the person and the app.
    pub(in crate::slack) fn dm_channel(&self) -> Tried<String> {
        let by = self.install()?;
        Ok(self.slack.change(|world| world.direct(&by.team_id, &self.user, &by.bot_user).0))
    }

    pub(in crate::slack) async fn try_say(&self, channel: &str, thread: Option<&str>, text: &str) -> Tried<Said> {
        self.post(channel, thread, None, text).await
    }

    async fn post(&self, channel: &str, thread: Option<&str>, subtype: Option<&str>, text: &str) -> Tried<Said> {
        let message = self.write(channel, thread, subtype, text)?;
        let parcels = self.slack.message_events(&self.team, channel, &message);
        let turns = self.turns(parcels).await;
        Ok(Said { channel: channel.to_owned(), ts: message.ts, turns })
    }

    /// Hands events over all at once.
    pub(super) async fn turns(&self, parcels: Vec<Parcel>) -> Vec<Turn> {
        let sent = self.slack.spread(&parcels, &self.signing).await;
        let turn = |(parcel, first)| {
            let (slack, signing) = (self.slack.clone(), self.signing.clone());
            Turn { slack, signing, hook: None, parcel, first }
        };
        parcels.into_iter().zip(sent).map(turn).collect()
    }

    fn write(&self, channel: &str, thread: Option<&str>, subtype: Option<&str>, text: &str) -> Tried<Message> {
        let key = self.slack.word();
        let mut world = self.slack.world();
        let place = self.channel_of(&world, channel)?;
        if !place.members.contains(&self.user) || place.archived {
            return Err(format!("{} cannot write in {channel}", self.user));
        }
        let message = Message {
            ts: world.ts(self.slack.now()),
            user: self.user.clone(),
            text: typed(&world, &self.team, text, Style::Plain),
            blocks: json!([]),
            attachments: json!([]),
            thread_ts: thread.map(str::to_owned),
            subtype: subtype.map(str::to_owned),
            client_msg_id: Some(key),
            ..Message::default()
        };
        let place = world.channel_mut(&self.team, channel).ok_or("the channel is gone")?;
        place.messages.push(message.clone());
        Ok(message)
    }
}

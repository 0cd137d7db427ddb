//! Events: who hears of what.

use serde_json::{Value, json};

use crate::kit::Sent;
use crate::slack::{Channel, Install, Kind, Message, Parcel, Purpose, Signing, Slack, World};

impl Slack {
    /// An event for an installation, as its app gets it.
    pub(in crate::slack) fn event(&self, by: &Install, event: Value) -> Parcel {
        let mut world = self.world();
        let id = world.id("Ev");
        let app = &world.apps[&by.app_id];
        let team = &world.teams[&by.team_id];
        let shared = event["channel"].as_str().and_then(|channel| world.channel(&by.team_id, channel));
        // Where it happened: in a channel that teams share, where its author sits.
        let at = event["team"].as_str().unwrap_or(&by.team_id).to_owned();
        let payload = json!({
            "type": "event_callback", "token": app.verification_token, "team_id": at,
            "context_team_id": by.team_id, "context_enterprise_id": team.enterprise_id, "api_app_id": by.app_id,
            "event": event, "event_id": id, "event_time": self.now() as u64,
            "is_ext_shared_channel": shared.is_some_and(|(_, channel)| !channel.shared_with.is_empty()),
            "event_context": format!("4-{id}"),
            "authorizations": [{
                "enterprise_id": team.enterprise_id, "team_id": by.team_id, "user_id": by.bot_user, "is_bot": true,
                "is_enterprise_install": false,
            }],
        });
        Parcel { app_id: by.app_id.clone(), purpose: Purpose::Event, id, payload }
    }

    /// Tells apps of a message that one of them posted, in the background.
    pub(in crate::slack) fn echo(&self, by: &Install, channel: &str, message: &Message) {
        if !self.settings().echoes {
            return;
        }
        self.tell(self.message_events(&by.team_id, channel, message));
    }

    /// Tells apps of a message that one of them changed or removed, in the background.
    pub(in crate::slack) fn echo_change(&self, by: &Install, channel: &str, was: &Message, is: Option<&Message>) {
        if self.settings().echoes {
            self.tell(self.change_events(&by.team_id, channel, was, is));
        }
    }

    /// What the apps hear of a message.
    pub(super) fn message_events(&self, team: &str, channel: &str, message: &Message) -> Vec<Parcel> {
        let told: Vec<(Install, Value)> = {
            let world = self.world();
            let Some((_, place)) = world.channel(team, channel) else { return Vec::new() };
            let inside = world.installs.iter().filter(|one| place.members.contains(&one.bot_user));
            let live = inside.filter(|one| world.install(&one.app_id, &one.team_id).is_some());
            live.flat_map(|by| heard(&world, by, place, team, message)).collect()
        };
        told.into_iter().map(|(by, event)| self.event(&by, event)).collect()
    }

    /// Hands parcels over, all at once.
    pub(super) async fn spread(&self, parcels: &[Parcel], signing: &Signing) -> Vec<Sent> {
        futures::future::join_all(parcels.iter().map(|parcel| self.hand_over(parcel, signing))).await
    }

    /// Writes down that an app's answer was of no use.
    pub(super) fn complain(&self, parcel: &Parcel, word: &str) {
        self.ledger().sent(Sent {
            at: self.now(),
            app: parcel.app_id.clone(),
            kind: "answer".to_owned(),
            via: "none",
            id: parcel.id.clone(),
            attempt: 0,
            status: None,
            answer: json!(null),
            took_ms: 0,
            problem: Some(word.to_owned()),
        });
    }
}

/// The events of one message for one app: as a message, and as a mention of it.
fn heard(world: &World, by: &Install, place: &Channel, team: &str, message: &Message) -> Vec<(Install, Value)> {
    let subscribes = |event: &str| world.apps[&by.app_id].events.iter().any(|one| one == event);
    let mut events = Vec::new();
    let mut event = message.shown(false);
    event["channel"] = json!(place.id);
    event["team"] = json!(team);
    event["event_ts"] = json!(message.ts);
    event["client_msg_id"] = json!(message.client_msg_id);
    let own = message.user == by.bot_user;
    let mentioned = message.text.contains(&format!("<@{}", by.bot_user)) && !own;
    let kind = place.event_type();
    if mentioned && place.kind != Kind::Im && subscribes("app_mention") {
        let mut mention = event.clone();
        mention["type"] = json!("app_mention");
        // A mention is plain, whatever else the message is.
        mention.as_object_mut().and_then(|fields| fields.remove("subtype"));
        events.push((by.clone(), mention));
    }
    if subscribes(place.subscription()) {
        event["channel_type"] = json!(kind);
        events.push((by.clone(), event));
    }
    events
}

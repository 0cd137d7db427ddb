use serde_json::{Value, json};

use super::common::name_of;
use super::typed::{Style, typed};
use super::{Person, Tried, Turn};
use crate::slack::args::Args;
use crate::slack::{Install, Parcel, Purpose};

impl Person {
    /// Types a slash command into a channel, with `@name` and `#channel` as one types them.
    pub async fn command(&self, channel: &str, command: &str, text: &str) -> Turn {
        self.try_command(channel, command, text).await.expect("a command that Slack offers")
    }

    pub(in crate::slack) async fn try_command(&self, channel: &str, command: &str, text: &str) -> Tried<Turn> {
        let by = self.owner(command)?;
        let mut payload = self.command_payload(&by, channel, command, text)?;
        let (url, hook) = self.slack.new_hook(&by, channel, &self.user, None);
        let trigger = self.slack.new_trigger(&by, &self.user, None);
        payload["response_url"] = json!(url);
        payload["trigger_id"] = json!(trigger);
        let parcel = Parcel { app_id: by.app_id, purpose: Purpose::Command, id: trigger, payload };
        let turn = self.hand(parcel, Some(hook)).await;
        turn.show();
        Ok(turn)
    }

    /// The installation whose command this is.
    fn owner(&self, command: &str) -> Tried<Install> {
        let world = self.slack.world();
        let meant = |app: &str| self.app.as_ref().is_none_or(|wanted| wanted == app);
        let apps = world.apps.values().filter(|app| meant(&app.id) && app.commands.iter().any(|one| one == command));
        let found = apps.into_iter().find_map(|app| world.install(&app.id, &self.team));
        found.cloned().ok_or_else(|| format!("{command} is not a valid command in {}", self.team))
    }

    fn command_payload(&self, by: &Install, channel: &str, command: &str, text: &str) -> Tried<Value> {
        let world = self.slack.world();
        let place = self.channel_of(&world, channel)?;
        let app = &world.apps[&by.app_id];
        let team = &world.teams[&self.team];
        let style = if app.should_escape { Style::Named } else { Style::Raw };
        let name = world.user(&self.team, &self.user).map(|(_, user)| user.name.clone()).unwrap_or_default();
        let mut payload = json!({
            "token": app.verification_token, "team_id": team.id, "team_domain": team.domain, "channel_id": channel,
            "channel_name": name_of(place), "user_id": self.user, "user_name": name, "command": command,
            "text": typed(&world, &self.team, text, style), "api_app_id": by.app_id,
            "is_enterprise_install": "false",
        });
        if let Some(enterprise) = &team.enterprise_id {
            payload["enterprise_id"] = json!(enterprise);
            payload["enterprise_name"] = json!("Enterprise");
        }
        Ok(payload)
    }
}

impl Turn {
    /// Shows what the app answered at once, if that is a message.
    pub(super) fn show(&self) {
        let Some(hook) = self.hook.as_ref().filter(|_| self.taken()) else { return };
        let body = match self.answer() {
            Value::String(text) => json!({ "text": text }),
            answer => answer.clone(),
        };
        let args = Args::of_json(body.to_string().as_bytes());
        if let Err(refusal) = self.slack.respond(hook, &args)
            && refusal.word() != "no_text"
        {
            self.slack.complain(&self.parcel, refusal.word());
        }
    }
}

use serde::{Deserialize, Serialize};

use super::Named;

/// By which door Slack hands things to an app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Over WebSockets that the app opens.
    #[default]
    Socket,
    /// To the app's addresses.
    Http {
        /// For slash commands.
        commands: String,
        /// For buttons, dialogs and shortcuts.
        interactivity: String,
        /// For events.
        events: String,
    },
}

impl Delivery {
    /// One address for everything.
    pub fn to(url: &str) -> Self {
        Self::Http { commands: url.to_owned(), interactivity: url.to_owned(), events: url.to_owned() }
    }
}

/// An app, as its manifest describes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct App {
    /// `A…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// For OAuth.
    pub client_id: String,
    /// For OAuth.
    pub client_secret: String,
    /// What requests to the app are signed with.
    pub signing_secret: String,
    /// The older way to show who asks; stands in every payload.
    pub verification_token: String,
    /// What opens sockets.
    pub app_token: String,
    /// What its bot may do, where it is installed without OAuth.
    pub scopes: Vec<String>,
    /// What it subscribes to: `app_mention`, `message.im` and the like.
    pub events: Vec<String>,
    /// Its slash commands; one that no app has is offered to none.
    pub commands: Vec<String>,
    /// Whether commands arrive with `<@U…|name>` and `<#C…|name>` instead of what was typed.
    pub should_escape: bool,
    /// Where OAuth may lead back to; anywhere if empty.
    pub redirect_urls: Vec<String>,
    /// By which door things reach it.
    pub delivery: Delivery,
}

impl App {
    /// An app with the id, scopes, events and commands that a bot for tasks needs, over Socket Mode.
    pub fn new(id: &str, name: &str) -> Self {
        Self { id: id.to_owned(), name: name.to_owned(), ..Self::default() }.filled()
    }

    /// The same, where credentials that are empty follow from the id: `client-A1`, `client-secret-A1`,
    /// `signing-secret-A1`, `verification-A1`, `xapp-fake-A1`.
    pub(in crate::slack) fn filled(mut self) -> Self {
        let follow = [
            ("client", &mut self.client_id),
            ("client-secret", &mut self.client_secret),
            ("signing-secret", &mut self.signing_secret),
            ("verification", &mut self.verification_token),
            ("xapp-fake", &mut self.app_token),
        ];
        for (word, field) in follow {
            if field.is_empty() {
                *field = format!("{word}-{}", self.id);
            }
        }
        self
    }

    /// The same with another door.
    pub fn over(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }
}

impl Default for App {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            client_id: String::new(),
            client_secret: String::new(),
            signing_secret: String::new(),
            verification_token: String::new(),
            app_token: String::new(),
            scopes: words(SCOPES),
            events: words(EVENTS),
            commands: words("/task /todo /remindme"),
            should_escape: true,
            redirect_urls: Vec::new(),
            delivery: Delivery::Socket,
        }
    }
}

const SCOPES: &str = "app_mentions:read channels:history channels:join channels:read chat:write commands \
                      groups:history groups:read im:history im:read im:write mpim:read reactions:write team:read \
                      usergroups:read users:read";
const EVENTS: &str = "app_home_opened app_mention app_uninstalled message.im tokens_revoked";

fn words(list: &str) -> Vec<String> {
    list.split_whitespace().map(str::to_owned).collect()
}

impl Named for App {
    fn id(&self) -> &str {
        &self.id
    }
}

/// How an installation stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its token works.
    #[default]
    Active,
    /// Its token was revoked.
    Revoked,
    /// The app was removed from the team.
    Removed,
}

/// An app in a team.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Install {
    /// The app.
    pub app_id: String,
    /// The team.
    pub team_id: String,
    /// `xoxb-…`.
    pub token: String,
    /// The user that the app posts as.
    pub bot_user: String,
    /// The bot behind that user.
    pub bot_id: String,
    /// What the token may do.
    pub scopes: Vec<String>,
    /// Who installed it.
    pub installer: String,
    /// Whether the token works.
    pub standing: Standing,
}

//! Which methods there are, what they want, how often they may be called.

use serde_json::Value;

use super::{Ask, Refusal, auth, chat, conversations, users, views};

/// What a call must carry.
#[derive(Debug)]
pub(super) enum Wants {
    /// Nothing.
    Nothing,
    /// An app's own token.
    AppToken,
    /// A token of an installation.
    Token,
    /// A token with any of these scopes.
    Scope(&'static str),
}

/// How often a method may be called.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Tier {
    /// So many calls per minute, app and team.
    PerMinute(f64),
    /// Per channel and per team.
    Posting,
    /// Hardly ever.
    History,
}

/// A method of the Web API.
pub(super) struct Method {
    name: &'static str,
    pub(super) wants: Wants,
    pub(super) tier: Tier,
    /// Whether it reads arguments from a JSON body.
    pub(super) json: bool,
    pub(super) run: fn(&Ask<'_>) -> Result<Value, Refusal>,
}

const TWO: Tier = Tier::PerMinute(20.0);
const THREE: Tier = Tier::PerMinute(50.0);
const FOUR: Tier = Tier::PerMinute(100.0);
const MANY: Tier = Tier::PerMinute(600.0);

const READS_CHANNELS: Wants = Wants::Scope("channels:read groups:read im:read mpim:read");
const READS_HISTORY: Wants = Wants::Scope("channels:history groups:history im:history mpim:history");

macro_rules! methods {
    ($($name:literal $wants:expr, $tier:expr, $json:literal, $run:path;)*) => {
        &[$(Method { name: $name, wants: $wants, tier: $tier, json: $json, run: $run }),*]
    };
}

const METHODS: &[Method] = methods! {
    "apps.connections.open" Wants::AppToken, TWO, true, auth::open_connection;
    "auth.test" Wants::Token, MANY, true, auth::test;
    "chat.postMessage" Wants::Scope("chat:write"), Tier::Posting, true, chat::post_message;
    "chat.update" Wants::Scope("chat:write"), THREE, true, chat::update;
    "conversations.open" Wants::Scope("im:write"), THREE, true, conversations::open;
    "users.info" Wants::Scope("users:read"), FOUR, false, users::info;
    "views.open" Wants::Token, FOUR, true, views::open;
};

/// The method of this name.
pub(super) fn named(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name == name)
}

impl Method {
    pub(super) fn name(&self) -> &'static str {
        self.name
    }
}

//! Which methods there are, what they want, how often they may be called.

use serde_json::Value;

use super::{Ask, Refusal, auth, chat, conversations, history, oauth, reactions, users, views};

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
    "api.test" Wants::Nothing, MANY, true, auth::api_test;
    "apps.connections.open" Wants::AppToken, TWO, true, auth::open_connection;
    "apps.uninstall" Wants::Token, TWO, false, oauth::uninstall;
    "auth.revoke" Wants::Token, TWO, false, oauth::revoke;
    "auth.test" Wants::Token, MANY, true, auth::test;
    "chat.delete" Wants::Scope("chat:write"), THREE, true, chat::delete;
    "chat.getPermalink" Wants::Token, MANY, false, chat::permalink;
    "chat.postEphemeral" Wants::Scope("chat:write"), FOUR, true, chat::post_ephemeral;
    "chat.postMessage" Wants::Scope("chat:write"), Tier::Posting, true, chat::post_message;
    "chat.update" Wants::Scope("chat:write"), THREE, true, chat::update;
    "conversations.history" READS_HISTORY, Tier::History, false, history::history;
    "conversations.info" READS_CHANNELS, THREE, false, conversations::info;
    "conversations.join" Wants::Scope("channels:join"), THREE, true, conversations::join;
    "conversations.list" READS_CHANNELS, TWO, false, conversations::list;
    "conversations.members" READS_CHANNELS, FOUR, false, conversations::members;
    "conversations.open" Wants::Scope("im:write mpim:write"), THREE, true, conversations::open;
    "conversations.replies" READS_HISTORY, Tier::History, false, history::replies;
    "oauth.v2.access" Wants::Nothing, FOUR, false, oauth::access;
    "reactions.add" Wants::Scope("reactions:write"), THREE, true, reactions::add;
    "team.info" Wants::Scope("team:read"), THREE, false, auth::team_info;
    "usergroups.list" Wants::Scope("usergroups:read"), TWO, false, users::groups;
    "usergroups.users.list" Wants::Scope("usergroups:read"), TWO, false, users::group_members;
    "users.conversations" READS_CHANNELS, THREE, false, conversations::of_user;
    "users.info" Wants::Scope("users:read"), FOUR, false, users::info;
    "users.list" Wants::Scope("users:read"), TWO, false, users::list;
    "views.open" Wants::Token, FOUR, true, views::open;
    "views.publish" Wants::Token, FOUR, true, views::publish;
    "views.push" Wants::Token, FOUR, true, views::push;
    "views.update" Wants::Token, FOUR, true, views::update;
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

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::args::Args;
use super::super::{Install, Slack, Standing};
use super::methods::{Method, Wants};

/// Who calls: the installation that the token belongs to. For an app's own calls only the app is known.
#[derive(Clone, Debug, Default)]
pub(in crate::slack) struct Caller {
    pub(in crate::slack) install: Install,
    /// `client_id` and `client_secret`, as the `Authorization` header had them.
    pub(in crate::slack) basic: Option<(String, String)>,
}

/// One call of a method.
#[derive(Debug)]
pub(in crate::slack) struct Ask<'a> {
    pub(in crate::slack) slack: &'a Slack,
    pub(in crate::slack) args: &'a Args,
    pub(in crate::slack) caller: Caller,
}

impl Ask<'_> {
    /// An argument without which nothing goes.
    pub(in crate::slack) fn need(&self, name: &str, refusal: &'static str) -> Result<String, Refusal> {
        Ok(self.args.text(name).ok_or(refusal)?)
    }

    /// An argument that is JSON.
    pub(in crate::slack) fn json(&self, name: &str, refusal: &'static str) -> Result<Option<Value>, Refusal> {
        Ok(self.args.json(name).map_err(|_| refusal)?)
    }

    /// The team that the token speaks for.
    pub(in crate::slack) fn team(&self) -> &str {
        &self.caller.install.team_id
    }

    /// The user that the app is.
    pub(in crate::slack) fn me(&self) -> &str {
        &self.caller.install.bot_user
    }
}

/// Why a call fails.
#[derive(Debug)]
pub(in crate::slack) struct Refusal {
    /// Slack's word.
    pub(super) error: &'static str,
    /// What else the answer says.
    pub(super) more: Value,
    /// For calls that came too soon: seconds.
    pub(super) retry_after: u64,
}

impl Refusal {
    pub(in crate::slack) fn with(error: &'static str, more: Value) -> Self {
        Self { error, more, retry_after: 0 }
    }

    pub(super) fn too_soon(retry_after: u64) -> Self {
        Self { error: "ratelimited", more: json!({}), retry_after }
    }

    /// A payload that Slack does not take, with what is wrong in it.
    pub(in crate::slack) fn flawed(error: &'static str, flaws: &[String]) -> Self {
        let messages: Vec<_> = flaws.iter().map(|flaw| format!("[ERROR] {flaw}")).collect();
        Self::with(error, json!({ "errors": flaws, "response_metadata": { "messages": messages } }))
    }

    /// Slack's word.
    pub(in crate::slack) fn word(&self) -> &'static str {
        self.error
    }
}

impl From<&'static str> for Refusal {
    fn from(error: &'static str) -> Self {
        Self::with(error, json!({}))
    }
}

/// Whose token this is, and whether it may call this method.
pub(super) fn caller(
    slack: &Slack,
    method: &Method,
    token: Option<&str>,
    basic: Option<(String, String)>,
) -> Result<Caller, Refusal> {
    let install = match &method.wants {
        Wants::Nothing => Install::default(),
        Wants::AppToken => by_app_token(slack, token.ok_or("not_authed")?)?,
        Wants::Token => by_token(slack, token.ok_or("not_authed")?)?,
        Wants::Scope(scopes) => {
            let install = by_token(slack, token.ok_or("not_authed")?)?;
            permitted(scopes, &install)?;
            install
        }
    };
    Ok(Caller { install, basic })
}

fn by_app_token(slack: &Slack, token: &str) -> Result<Install, Refusal> {
    if token.starts_with("xoxb-") {
        return Err("not_allowed_token_type".into());
    }
    let world = slack.world();
    let app = world.apps.values().find(|app| app.app_token == token).ok_or("invalid_auth")?;
    Ok(Install { app_id: app.id.clone(), ..Install::default() })
}

fn by_token(slack: &Slack, token: &str) -> Result<Install, Refusal> {
    if token.starts_with("xapp-") {
        return Err("not_allowed_token_type".into());
    }
    let world = slack.world();
    let install = world.installs.iter().find(|one| one.token == token).ok_or("invalid_auth")?;
    match install.standing {
        Standing::Active => Ok(install.clone()),
        Standing::Revoked => Err("token_revoked".into()),
        Standing::Removed => Err("account_inactive".into()),
    }
}

/// Any of the scopes suffices.
fn permitted(scopes: &str, install: &Install) -> Result<(), Refusal> {
    if scopes.split(' ').any(|scope| install.scopes.iter().any(|has| has == scope)) {
        return Ok(());
    }
    let more = json!({ "needed": scopes.replace(' ', ","), "provided": install.scopes.join(",") });
    Err(Refusal::with("missing_scope", more))
}

/// What HTTP's basic authorization says.
pub(super) fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

//! Installing over OAuth: `/slack/install` leads to Slack, and Slack leads back to `/slack/oauth`.
//!
//! What goes along is a passport: when it ends, encrypted, about the browser that holds the cookie beside it. So it is
//! nobody else's, and needs no row before somebody comes back with it. It is good once.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tracing::{error, warn};
use url::Url;

use super::Workspaces;
use super::keyring::random;
use super::pages::{Page, installed};
use crate::api::{self, CallError, Granted};
use crate::options::{OAuth, Secret};
use crate::scopes::scopes;

/// How long somebody may take in front of Slack's page.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

struct Door {
    workspaces: Arc<Workspaces>,
    oauth: OAuth,
    cookie: Cookie,
}

/// The cookie by which a browser is known again.
struct Cookie {
    name: &'static str,
    secure: &'static str,
}

/// What Slack says when it leads back.
#[derive(Deserialize)]
struct Back {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

/// The routes.
pub(crate) fn router(workspaces: Arc<Workspaces>, oauth: OAuth) -> Router {
    let cookie = Cookie::of(&oauth.redirect_url);
    Router::new().route("/slack/install", get(begin)).route("/slack/oauth", get(finish)).with_state(Arc::new(Door {
        workspaces,
        oauth,
        cookie,
    }))
}

async fn begin(State(door): State<Arc<Door>>) -> Response {
    let Some((browser, passport)) = door.passport() else {
        error!("no passport can be made");
        return Page::Broken.into_response();
    };
    let cookie = door.cookie.set(&browser, PATIENCE.unsigned_abs());
    (StatusCode::FOUND, [(LOCATION, door.leads_to(&passport)), (SET_COOKIE, cookie)]).into_response()
}

async fn finish(State(door): State<Arc<Door>>, Query(back): Query<Back>, headers: HeaderMap) -> Response {
    match door.installed(back, &headers).await {
        Ok(workspace) => {
            let gone = [(SET_COOKIE, door.cookie.set("", Duration::ZERO))];
            (gone, installed(&workspace)).into_response()
        }
        Err(page) => page.into_response(),
    }
}

impl Door {
    /// Something that only this browser has, and the passport that goes with it.
    fn passport(&self) -> Option<(String, String)> {
        let browser = BASE64.encode(random::<16>()?);
        let until = self.workspaces.ground.clock.now().saturating_add(PATIENCE).ok()?;
        let passport = self.workspaces.keyring.as_ref()?.seal(&about(&browser), &until.to_string())?;
        Some((browser, passport))
    }

    /// Slack's page, where somebody says yes or no.
    fn leads_to(&self, passport: &str) -> String {
        let mut url = self.workspaces.wire.authorize.clone();
        url.query_pairs_mut()
            .append_pair("client_id", &self.oauth.client_id)
            .append_pair("scope", &scopes().join(","))
            .append_pair("redirect_uri", self.oauth.redirect_url.as_str())
            .append_pair("state", passport);
        url.into()
    }

    /// Carries out what somebody said yes to. Gives the name of the workspace, or what else there is to say.
    async fn installed(&self, back: Back, headers: &HeaderMap) -> Result<String, Page> {
        self.believe(back.state.as_deref().unwrap_or_default(), headers).await?;
        let code = match (back.error.as_deref(), back.code) {
            (Some("access_denied"), _) => return Err(Page::Denied),
            (None, Some(code)) => code,
            (error, _) => {
                warn!(error, "Slack leads back without a code");
                return Err(Page::Refused);
            }
        };
        let granted = self.workspaces.wire.exchange(&self.oauth, &code).await.map_err(|error| refused(&error))?;
        let Some(team) = granted.team.as_ref().filter(|_| !granted.is_enterprise_install) else {
            self.hand_back(&granted).await;
            return Err(Page::Organisation);
        };
        let tenant = api::tenant(&team.id).ok_or(Page::Refused)?;
        match self.workspaces.install(tenant, &granted).await {
            Ok(()) => Ok(team.name.clone()),
            Err(error) => {
                error!(%error, "an installation could not be stored");
                Err(Page::Broken)
            }
        }
    }

    /// A token that is not kept is good no more.
    async fn hand_back(&self, granted: &Granted) {
        if let Err(error) = self.workspaces.wire.revoke(&Secret::given(granted.access_token.clone())).await {
            warn!(%error, "a token that was not wanted could not be handed back");
        }
    }

    /// Whether this browser was sent to Slack a moment ago, and comes back for the first time.
    async fn believe(&self, passport: &str, headers: &HeaderMap) -> Result<(), Page> {
        let browser = self.cookie.of_request(headers).ok_or(Page::Stranger)?;
        let keys = self.workspaces.keyring.as_ref().ok_or(Page::Broken)?;
        let until = keys.open(&about(browser), passport).ok_or(Page::Stranger)?;
        let now = self.workspaces.ground.clock.now();
        let until = in_time(&until, now)?;
        let digest = format!("{:x}", Sha256::digest(passport.as_bytes()));
        match self.workspaces.ground.installations.use_up(&digest, now, until).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Page::Again),
            Err(error) => {
                error!(%error, "a request to install could not be noted");
                Err(Page::Broken)
            }
        }
    }
}

/// What a passport is about.
fn about(browser: &str) -> String {
    format!("slack/install/{browser}")
}

/// When a passport ends, if that is still to come.
fn in_time(until: &str, now: Timestamp) -> Result<Timestamp, Page> {
    let until: Timestamp = until.parse().map_err(|_| Page::Stranger)?;
    if now > until { Err(Page::Late) } else { Ok(until) }
}

/// Why Slack gave no token.
fn refused(error: &CallError) -> Page {
    warn!(%error, "Slack gave no token");
    match error {
        CallError::Refused(word) if word.contains("code") => Page::Late,
        CallError::Refused(word) if word.contains("client") || word == "bad_redirect_uri" => Page::Misconfigured,
        CallError::Refused(_) => Page::Refused,
        CallError::Later { .. } | CallError::Unknown(_) => Page::Away,
    }
}

impl Cookie {
    fn of(back: &Url) -> Self {
        match back.scheme() {
            "https" => Self { name: "__Host-taskbot-install", secure: "; Secure" },
            _ => Self { name: "taskbot-install", secure: "" },
        }
    }

    fn set(&self, value: &str, lives: Duration) -> String {
        let Self { name, secure } = self;
        format!("{name}={value}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{secure}", lives.as_secs())
    }

    fn of_request<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let all = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
        let mut pairs = all.flat_map(|header| header.split("; ")).filter_map(|pair| pair.split_once('='));
        pairs.find(|(name, _)| *name == self.name).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passport_is_good_up_to_its_end() {
        let until: Timestamp = "2026-03-04T15:00:00Z".parse().expect("an instant");
        let at = |seconds| in_time(&until.to_string(), until + SignedDuration::from_secs(seconds));
        assert_eq!(at(-600), Ok(until));
        assert_eq!(at(0), Ok(until));
        assert_eq!(at(1), Err(Page::Late));
        assert_eq!(in_time("soon", until), Err(Page::Stranger));
    }

    #[test]
    fn over_https_the_cookie_is_the_hosts_alone() {
        let cookie = |url: &str| Cookie::of(&Url::parse(url).expect("a URL")).set("b", PATIENCE.unsigned_abs());
        let secure = cookie("https://tasks.example/slack/oauth");
        assert_eq!(secure, "__Host-taskbot-install=b; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure");
        assert!(!cookie("http://127.0.0.1:8080/slack/oauth").contains("Secure"));
    }
}

//! The plain pages at the end of an installation: each says what happened, and what to do next.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

/// Why nothing was installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// Somebody said no.
    Denied,
    /// The browser was not sent to Slack from here.
    Stranger,
    /// It took too long.
    Late,
    /// It was done already.
    Again,
    /// For a whole organisation.
    Organisation,
    /// The keys of the app are wrong.
    Misconfigured,
    /// Slack says no for another reason.
    Refused,
    /// Slack does not answer.
    Away,
    /// Something here failed.
    Broken,
}

/// Where to begin anew.
const ANEW: &str = "<a href=\"/slack/install\">Begin again</a>";

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let (status, title, text) = self.says();
        (status, Html(page(title, text))).into_response()
    }
}

impl Page {
    fn says(self) -> (StatusCode, &'static str, &'static str) {
        let bad = StatusCode::BAD_REQUEST;
        match self {
            Self::Denied => (bad, "Not installed", "You said no, so nothing was installed and nothing was kept."),
            Self::Stranger => (
                bad,
                "Not installed",
                "This browser did not begin here, or did so some time ago. Cookies must be allowed.",
            ),
            Self::Late => (bad, "Not installed", "That took too long, and Slack's permission has run out."),
            Self::Again => (
                bad,
                "Done already",
                "This permission was used before. If Taskbot answers in Slack, there is nothing left to do.",
            ),
            Self::Organisation => (
                bad,
                "Not installed",
                "Taskbot is installed in one workspace at a time, so nothing was kept of this. Choose a workspace at the top \
                 right of Slack's page instead of the whole organisation, once for each workspace that is to have it.",
            ),
            Self::Misconfigured => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Not installed",
                "Slack does not accept the keys of this app. Whoever runs this Taskbot should compare client id, client \
                 secret and redirect URL with those on the app's pages.",
            ),
            Self::Refused => (bad, "Not installed", "Slack refused it."),
            Self::Away => {
                (StatusCode::BAD_GATEWAY, "Not installed", "Slack does not answer. Try it again in a minute.")
            }
            Self::Broken => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Not installed",
                "Something failed here, and nothing was kept. Try it again in a minute.",
            ),
        }
    }
}

/// The bot is there.
pub(super) fn installed(workspace: &str) -> Html<String> {
    let workspace = escaped(workspace);
    Html(html(
        "Installed",
        &format!(
            "<p>Taskbot is installed in {workspace}. You may close this page.</p>\n\
             <p>Next, in Slack: type <code>/remindme to stretch in 10 seconds</code>, and invite the bot to the channels \
             in which it is to remind: <code>/invite @taskbot</code>.</p>"
        ),
    ))
}

fn page(title: &str, text: &str) -> String {
    html(title, &format!("<p>{text}</p>\n<p>{ANEW}.</p>"))
}

fn html(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>Taskbot: {title}</title>\n\
         <h1>{title}</h1>\n{body}\n</html>\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

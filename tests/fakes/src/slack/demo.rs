//! A page on which people look at the stand-in and use it: channels, direct messages, dialogs, the App Home.

use axum::Router;
use axum::response::Html;
use axum::routing::get;

use super::Slack;

pub(super) fn routes() -> Router<Slack> {
    Router::new().route("/demo", get(async || Html(include_str!("demo.html"))))
}

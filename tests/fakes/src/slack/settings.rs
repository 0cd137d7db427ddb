use serde::{Deserialize, Serialize};

/// How Slack behaves; the defaults are what it documents, except that retries of events come a hundred times sooner.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How long an app has to answer, in milliseconds.
    pub ack_ms: u64,
    /// How long Slack waits before it hands over an event again, in milliseconds, before scaling.
    pub retries_ms: Vec<u64>,
    /// What `retries_ms` is multiplied with.
    pub retry_scale: f64,
    /// How long a trigger opens a dialog, in milliseconds.
    pub trigger_ms: u64,
    /// How long it takes until a dialog is as the answer to its submission has it, in milliseconds.
    pub view_ms: u64,
    /// How long a response URL works, in seconds.
    pub hook_seconds: f64,
    /// How often a response URL works.
    pub hook_uses: u32,
    /// Whether calls are limited at all.
    pub limited: bool,
    /// Messages per second into one channel.
    pub posts_per_second: f64,
    /// Messages at once into one channel, after a rest.
    pub posts_burst: f64,
    /// Messages per minute into all channels of a team.
    pub team_posts_per_minute: f64,
    /// Looks into history per minute: 1 for apps that are distributed outside the marketplace.
    pub history_per_minute: f64,
    /// Messages that one look into history returns at most, likewise.
    pub history_page: usize,
    /// Rows that one page of a long list holds at most, whatever is asked for.
    pub list_page: usize,
    /// Whether a second message with a `client_msg_id` that was seen is the first one again. Slack promises no such thing.
    pub honours_client_msg_id: bool,
    /// Whether apps hear of the messages that they post themselves.
    pub echoes: bool,
    /// How long a socket stays open after it was asked to refresh, in milliseconds.
    pub refresh_ms: u64,
    /// Whether the person in front of OAuth's page says no.
    pub declines_oauth: bool,
    /// Whether that person installs for a whole organisation.
    pub organisation_oauth: bool,
    /// What answers of 429, and those at response URLs that say yes, hold instead of Slack's words, without a content type:
    /// what stands before Slack may answer so, and so do others' stand-ins.
    pub bare_answers: Option<String>,
    /// Whether whoever posts a message hears nothing of it but its timestamp, as from others' stand-ins.
    pub terse: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ack_ms: 3_000,
            retries_ms: vec![0, 60_000, 300_000],
            retry_scale: 0.01,
            trigger_ms: 3_000,
            view_ms: 0,
            hook_seconds: 1_800.0,
            hook_uses: 5,
            limited: true,
            posts_per_second: 1.0,
            posts_burst: 3.0,
            team_posts_per_minute: 300.0,
            history_per_minute: 1.0,
            history_page: 15,
            list_page: 1_000,
            honours_client_msg_id: false,
            echoes: true,
            refresh_ms: 500,
            declines_oauth: false,
            organisation_oauth: false,
            bare_answers: None,
            terse: false,
        }
    }
}

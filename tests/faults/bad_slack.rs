//! A Slack that behaves badly: it breaks after it has taken a message, hangs, turns requests away, wants none for a
//! while. Each reminder arrives once all the same, and Slack is asked no sooner than it said.

use std::collections::BTreeMap;
use std::time::Duration;

use fakes::kit::{Call, Fault, What};

use super::note;
use super::workspace::{Arrivals, Workspace};

/// Hanging takes as long as the program's patience.
const PATIENCE: Duration = Duration::from_secs(180);
/// What goes wrong with the first post to each channel: `C1` and so on.
const BAD: [What; 7] = [
    What::BrokenAfter,
    What::HangAfter,
    What::CutAfter,
    What::Broken,
    What::Hang,
    What::Status { status: 403 },
    What::Status { status: 404 },
];
/// How many of them have done nothing for certain: those at the end.
const TURNED_AWAY: usize = 2;
/// For so long Slack wants no more messages: longer than the first pauses between attempts.
const WINDOW: u64 = 12;

fn channel(job: u64) -> (String, &'static str) {
    (format!("C{}", job + 1), "/task")
}

/// A job for each channel, of which the first post goes as badly as it may.
async fn through_it_all(points: &str) -> (Workspace, Arrivals) {
    let site = Workspace::new(1, points).await;
    site.slack.set(|settings| (settings.history_per_minute, settings.history_page) = (50.0, 100));
    let jobs = BAD.len() as u64;
    site.make_at(jobs, channel).await;
    for (job, what) in (0..).zip(BAD) {
        site.slack.faults().add(Fault::next(1, "chat.postMessage", what).field("channel", &channel(job).0));
    }
    site.fall_due(jobs).await;
    site.all_out(PATIENCE).await;
    assert_eq!(site.slack.faults().left(), [], "all of it was met");
    let found = site.arrivals(jobs);
    (site, found)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_slack_answers_each_reminder_arrives_once() {
    let (site, found) = through_it_all("").await;
    assert!(found.lost.is_empty() && found.doubled.is_empty(), "{found:#?}");
    let looks = site.slack.ledger().calls(Some("conversations.history"));
    for nth in BAD.len() - TURNED_AWAY..BAD.len() {
        let there = channel(nth as u64).0;
        assert!(looks.iter().all(|call| call.body["channel"] != *there), "what was turned away is not looked for");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_takes_a_broken_answer_for_no_message_is_found_out() {
    let (_, found) = through_it_all("slack.without_look=return").await;
    let after: Vec<u64> = found.doubled.into_keys().collect();
    assert_eq!((found.lost, after), (vec![], vec![0, 1, 2]), "the experiment is blind");
}

/// The posts to each channel, in order.
fn posts(site: &Workspace) -> BTreeMap<String, Vec<Call>> {
    let mut posts = BTreeMap::<String, Vec<Call>>::new();
    for call in site.slack.ledger().calls(Some("chat.postMessage")) {
        posts.entry(call.body["channel"].to_string()).or_default().push(call);
    }
    posts
}

/// How many posts came while Slack had said that it wants none for their channel.
fn too_soon(site: &Workspace) -> usize {
    let soon = |pair: &[Call]| pair[0].status == Some(429) && pair[1].at - pair[0].at < WINDOW as f64;
    posts(site).values().map(|posts| posts.windows(2).filter(|pair| soon(pair)).count()).sum()
}

/// Jobs in many channels, and a Slack that wants nothing twice for each, and says so by the status of HTTP alone.
async fn through_a_storm(points: &str, channels: u64) -> (Workspace, Arrivals) {
    let site = Workspace::new(1, points).await;
    site.slack.set(|settings| settings.bare_answers = Some(String::new()));
    site.make_at(channels, channel).await;
    let limited = What::Limited { retry_after: WINDOW };
    for job in 0..channels {
        let there = channel(job).0;
        site.slack.faults().add(Fault::next(2, "chat.postMessage", limited.clone()).field("channel", &there));
    }
    site.fall_due(channels).await;
    site.all_out(PATIENCE).await;
    let found = site.arrivals(channels);
    (site, found)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slack_that_wants_no_messages_is_asked_once_a_window_at_most() {
    let (site, found) = through_a_storm("", 6).await;
    note(&format!("a storm of 429: {} calls, {} too many", posts(&site).values().flatten().count(), found.too_many));
    assert!(found.lost.is_empty() && found.doubled.is_empty(), "{found:#?}");
    assert_eq!((too_soon(&site), found.too_many), (0, 12));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_does_not_wait_for_slack_is_found_out() {
    let (site, _) = through_a_storm("slack.without_patience=return", 2).await;
    assert!(too_soon(&site) > 0, "the experiment is blind");
}

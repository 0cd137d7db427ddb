//! Many reminders at one instant, through a Slack that limits, loses answers and is asked by several processes, some of
//! which are killed on the way. `JOBS` sets how many.
//!
//! Each job arrives. It arrives twice only if the answer to its message was lost and the app may not look whether it is
//! there. Slack never says "too many" often.

use std::time::{Duration, Instant};

use fakes::kit::{Fault, What};
use tokio::time::sleep;

use super::workspace::{REMINDS, Workspace, jobs_of};
use super::{note, size};

/// So many seconds after the last attempt a message is taken, or not at all.
const TAKEN_WITHIN: u64 = 12;

fn jobs() -> u64 {
    size("JOBS", 400)
}

/// A message a second and channel, some of them twice, and a minute for what a killed process had begun.
fn patience() -> Duration {
    Duration::from_secs(180 + jobs() / 10)
}

/// The answers of so many posts are lost, though Slack took them.
fn lose_answers(site: &Workspace, share: f64) {
    site.slack.faults().seed(11);
    site.slack.faults().add(Fault::share(share, "chat.postMessage", What::CutAfter).saying(REMINDS));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_herd_arrives_once_though_answers_are_lost_and_processes_are_killed() {
    let (jobs, began) = (jobs(), Instant::now());
    let mut site = Workspace::new(2, "").await;
    // What Slack lets an app of one's own do.
    site.slack.set(|settings| (settings.history_per_minute, settings.history_page) = (50.0, 100));
    site.make(jobs).await;
    lose_answers(&site, 0.2);
    site.fall_due(jobs).await;
    for nth in [0, 1] {
        sleep(Duration::from_secs(4)).await;
        site.lose(nth).await;
    }
    site.all_out(patience()).await;
    let found = site.arrivals(jobs);
    let (lost, took) = (site.unanswered().len(), began.elapsed().as_secs());
    note(&format!("herd: {jobs} jobs, {lost} answers lost, {took} s, {} times too many", found.too_many));
    assert!(lost > 0, "an experiment in which nothing goes wrong proves nothing");
    assert!(found.lost.is_empty() && found.doubled.is_empty(), "{found:#?}");
    assert!(found.too_many <= 2, "once for each process that died at most: {found:#?}");
}

/// Channels in which one message each is lost: each has a look of its own, a minute after the one before.
const LOOKS: [&str; 3] = ["C0", "C1", "C2"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_that_may_look_once_a_minute_sends_nothing_twice() {
    let jobs = jobs() / 4;
    let site = Workspace::new(1, "").await;
    site.make(jobs).await;
    for channel in LOOKS {
        let lost = Fault::next(1, "chat.postMessage", What::CutAfter);
        site.slack.faults().add(lost.saying(REMINDS).field("channel", channel));
    }
    site.fall_due(jobs).await;
    site.all_out(patience() + Duration::from_secs(60 * LOOKS.len() as u64)).await;
    let found = site.arrivals(jobs);
    let looks = site.slack.ledger().calls(Some("conversations.history"));
    note(&format!("herd with a look a minute: {} looks", looks.len()));
    assert!(site.slack.faults().left().is_empty(), "an experiment in which nothing goes wrong proves nothing");
    assert!(found.lost.is_empty() && found.doubled.is_empty(), "{found:#?}");
    let answered = looks.iter().filter(|look| look.answer["ok"] == true).count();
    assert!(answered >= LOOKS.len(), "{looks:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_that_may_not_look_sends_again_only_what_was_not_answered() {
    let jobs = jobs() / 4;
    let site = Workspace::new(1, "").await;
    site.slack.faults().add(Fault::always("conversations.history", What::Error { error: "missing_scope".to_owned() }));
    site.make(jobs).await;
    lose_answers(&site, 0.2);
    site.fall_due(jobs).await;
    site.all_out(patience()).await;
    let found = site.arrivals(jobs);
    let mut allowed = std::collections::BTreeMap::<u64, usize>::new();
    let unanswered = site.unanswered();
    unanswered.iter().flat_map(|call| jobs_of(&call.body)).for_each(|job| *allowed.entry(job).or_default() += 1);
    assert!(found.lost.is_empty(), "{found:#?}");
    assert!(!found.doubled.is_empty(), "an experiment in which nothing goes wrong proves nothing");
    assert!(found.doubled.iter().all(|(job, times)| allowed.get(job) == Some(times)), "{found:#?} of {allowed:#?}");
}

/// What others say in the channel after an answer was lost: more than this app is shown in all pages of all its looks.
const CHATTER: usize = 350;

/// So many seconds Slack puts off the first look: until all of that was said.
const PUT_OFF: u64 = 30;

/// Jobs of which the first message was posted and not answered, in a channel where much is said before it is looked for.
async fn looked_for_in_chatter(points: &str, jobs: u64) -> Workspace {
    let site = Workspace::new(1, points).await;
    site.slack.set(|settings| settings.history_per_minute = 50.0);
    site.make(jobs).await;
    site.slack.faults().add(Fault::next(1, "chat.postMessage", What::CutAfter).saying(REMINDS).field("channel", "C0"));
    site.slack.faults().add(Fault::next(1, "conversations.history", What::Limited { retry_after: PUT_OFF }));
    site.fall_due(jobs).await;
    let until = Instant::now() + patience();
    while site.slack.faults().left().len() > 1 {
        assert!(Instant::now() < until, "nothing was looked for: {:?}", site.slack.faults().left());
        sleep(Duration::from_millis(100)).await;
    }
    // Behind the time in which the lost one may have been taken.
    sleep(Duration::from_secs(TAKEN_WITHIN)).await;
    let ana = site.person("U0");
    for nth in 0..CHATTER {
        ana.say("C0", &format!("by the way, {nth}")).await;
    }
    site.all_out(patience()).await;
    assert_eq!(site.slack.faults().left(), [], "all of it was met");
    site
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_that_slack_puts_off_is_taken_later_at_the_time_of_the_lost_message() {
    let jobs = 20;
    let found = looked_for_in_chatter("", jobs).await.arrivals(jobs);
    assert!(found.lost.is_empty() && found.doubled.is_empty(), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_looks_at_the_newest_messages_alone_is_found_out() {
    let jobs = 20;
    let found = looked_for_in_chatter("slack.without_window=return", jobs).await.arrivals(jobs);
    note(&format!("herd without a window: {} jobs came more than once", found.doubled.len()));
    assert!(found.lost.is_empty() && !found.doubled.is_empty(), "the experiment is blind: {found:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_post_side_by_side_are_found_out() {
    let jobs = jobs().max(400);
    let site = Workspace::new(3, "reminders.without_lease=return").await;
    site.slack.set(|settings| settings.posts_burst = 1.0);
    site.make(jobs).await;
    site.fall_due(jobs).await;
    site.all_out(patience()).await;
    let found = site.arrivals(jobs);
    note(&format!("herd without leases: {} messages, {} times too many", found.messages, found.too_many));
    assert!(found.too_many > 2, "the experiment is blind: {found:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_sends_again_without_a_look_is_found_out() {
    let jobs = jobs() / 4;
    let site = Workspace::new(1, "slack.without_look=return").await;
    site.make(jobs).await;
    lose_answers(&site, 0.3);
    site.fall_due(jobs).await;
    site.all_out(patience()).await;
    let found = site.arrivals(jobs);
    note(&format!("herd without a look: {} jobs came more than once", found.doubled.len()));
    assert!(found.lost.is_empty() && !found.doubled.is_empty(), "the experiment is blind: {found:#?}");
}

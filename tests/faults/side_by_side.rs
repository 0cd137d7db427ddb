//! Many reminders at one instant in two workspaces, one of which Slack limits hard and then loses answers for. Of them
//! there are half as many as `JOBS` says.
//!
//! The other one's all arrive meanwhile; in the end each has arrived once, and nothing was sent to a place before Slack
//! wanted it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use fakes::kit::{Call, Fault, What};
use tokio::time::sleep;

use super::workspace::{Workspace, jobs_of};
use super::{note, size};
use crate::slack::installs::kit::may_be_installed;

/// What everything in the worse workspace says.
const WORSE: &str = "of T2";
/// For so long Slack wants nothing more in a place there, in seconds: longer than the first pauses between attempts.
const PAUSE: u32 = 8;
/// So many places of a workspace are posted to at the same time: each of them may be told to wait before the first answer is
/// there.
const AT_ONCE: usize = 16;

/// So many are enough to be told to wait.
const FEW: u64 = 40;

/// A message a second and channel, some of them twice.
fn patience(jobs: u64) -> Duration {
    Duration::from_secs(180 + jobs / 10)
}

async fn two_workspaces(points: &str) -> Workspace {
    let site = Workspace::with(1, |scratch, _| may_be_installed(scratch).with("FAILPOINTS", points)).await;
    site.slack.set(|settings| (settings.history_per_minute, settings.history_page) = (50.0, 100));
    site.installed_in_another().await
}

/// The jobs of a workspace that have arrived.
fn arrived(site: &Workspace, team: &str) -> BTreeSet<u64> {
    let posts = site.posts().into_iter().filter(|post| post.tenant == team);
    posts.flat_map(|post| jobs_of(&post.content)).collect()
}

/// Waits until every job of a workspace has arrived.
async fn all_arrived(site: &Workspace, team: &str, jobs: u64) {
    let (began, mine) = (Instant::now(), (0..jobs).filter(|job| site.team_of(*job) == team).collect());
    while arrived(site, team) != mine {
        assert!(began.elapsed() < patience(jobs), "{team}: {} of {}", arrived(site, team).len(), mine.len());
        sleep(Duration::from_millis(250)).await;
    }
}

/// The posts to a workspace, and those of them that Slack did not want.
fn posts_to(site: &Workspace, team: &str) -> (Vec<Call>, Vec<Call>) {
    let mut calls = site.slack.ledger().calls(Some("chat.postMessage"));
    calls.retain(|call| call.body.to_string().contains(&format!("of {team}")));
    let refused = calls.iter().filter(|call| call.status == Some(429)).cloned().collect();
    (calls, refused)
}

/// How many posts came to a place before Slack, which had refused these, wanted one there again.
fn too_soon(site: &Workspace, refused: &[Call]) -> usize {
    let (calls, _) = posts_to(site, "T2");
    let soon = |no: &Call, call: &Call| call.at > no.at && call.at < no.at + f64::from(PAUSE) - 0.1;
    let there = |no: &Call, call: &Call| call.body["channel"] == no.body["channel"] && soon(no, call);
    refused.iter().map(|no| calls.iter().filter(|call| there(no, call)).count()).sum()
}

/// All fall due while Slack wants nothing in the worse workspace, until the better one's are out.
async fn while_one_is_limited(site: &Workspace, jobs: u64) -> Duration {
    site.make(jobs).await;
    site.slack.faults().add(Fault::always("chat.postMessage", limited(PAUSE)).saying(WORSE));
    site.fall_due(jobs).await;
    let began = Instant::now();
    all_arrived(site, "T1", jobs).await;
    began.elapsed()
}

fn limited(seconds: u32) -> What {
    What::Limited { retry_after: seconds.into() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_that_is_limited_hard_and_loses_answers_holds_up_no_other_and_loses_nothing() {
    let (site, jobs) = (two_workspaces("").await, size("JOBS", 400) / 2);
    let better = while_one_is_limited(&site, jobs).await;
    assert!(arrived(&site, "T2").is_empty(), "nothing got through there");
    let refused = posts_to(&site, "T2").1;
    assert!(!refused.is_empty(), "an experiment in which nothing goes wrong proves nothing");
    let (rounds, times) = (1 + better.as_secs() as usize / PAUSE as usize, refused.len());
    assert!(times <= AT_ONCE + 2 * rounds, "{times} times too many in {rounds} rounds");
    let faults = site.slack.faults();
    faults.clear();
    faults.seed(11);
    faults.add(Fault::share(0.3, "chat.postMessage", limited(1)).saying(WORSE));
    faults.add(Fault::share(0.3, "chat.postMessage", What::CutAfter).saying(WORSE));
    let worse = better + site.all_out(patience(jobs)).await;
    let (found, lost) =
        (site.arrivals(jobs), posts_to(&site, "T2").0.iter().filter(|call| call.status == Some(0)).count());
    note(&format!(
        "side by side: {jobs} jobs, out after {} s and {} s, {times} times too many while limited, {lost} answers lost",
        better.as_secs(),
        worse.as_secs()
    ));
    assert!(lost > 0, "an experiment in which nothing goes wrong proves nothing");
    assert!(found.lost.is_empty() && found.doubled.is_empty(), "{found:#?}");
    assert_eq!(too_soon(&site, &refused), 0, "posts to a place that was to be left alone");
    assert!(posts_to(&site, "T1").1.is_empty(), "the better one was never too fast");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_does_not_wait_for_as_long_as_slack_says_is_found_out() {
    let site = two_workspaces("slack.without_patience=return").await;
    while_one_is_limited(&site, FEW).await;
    let began = Instant::now();
    while too_soon(&site, &posts_to(&site, "T2").1) == 0 {
        assert!(began.elapsed() < patience(FEW), "the experiment is blind");
        sleep(Duration::from_millis(250)).await;
    }
}

//! Who posts to a workspace ends, gently or not: what it held goes over to others soon, and nothing arrives twice.

use std::time::{Duration, Instant};

use fakes::kit::{Fault, What};
use tokio::time::sleep;

use super::note;
use super::workspace::{REMINDS, Workspace};
use crate::kit::program::PATIENCE;

const HELD: &str = "SELECT count(*) FROM leases WHERE name = 'deliver/slack:T1' AND lease_until > now()";
const KNOWN: &str = "SELECT count(*) FROM leases WHERE name = 'deliver/slack:T1'";
const POSTING: &str = "SELECT count(*) FROM deliveries WHERE state = 'sending'";
/// What is being posted, and counts as lost no later than in a quarter of a minute.
const SOON_LOST: &str = "SELECT count(*) FROM deliveries
    WHERE state = 'sending' AND next_attempt_at <= extract(epoch FROM now())::bigint * 1000000 + 16000000";

async fn until(site: &Workspace, what: &str, sql: &'static str) {
    let began = Instant::now();
    while site.count(sql).await == 0 {
        assert!(began.elapsed() < PATIENCE, "it never came true that {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_asked_to_end_leaves_its_workspace_to_others_at_once() {
    let mut site = Workspace::new(1, "").await;
    site.make(3).await;
    site.fall_due(3).await;
    site.all_out(PATIENCE).await;
    assert_eq!(site.count(HELD).await, 1, "it keeps the workspace for a while");
    assert!(site.processes[0].program.terminate().await.success());
    assert_eq!((site.count(KNOWN).await, site.count(HELD).await), (1, 0), "free, before its time is over");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_process_was_posting_is_soon_somebody_elses_and_arrives_once() {
    let mut site = Workspace::new(1, "").await;
    site.slack.set(|settings| (settings.history_per_minute, settings.history_page) = (50.0, 100));
    site.make(3).await;
    // One is out, of the other two nobody ever hears whether they are.
    site.slack.faults().add(Fault::next(1, "chat.postMessage", What::HangAfter).saying(REMINDS));
    site.slack.faults().add(Fault::next(1, "chat.postMessage", What::Hang).saying(REMINDS));
    site.fall_due(3).await;
    until(&site, "it posts", POSTING).await;
    while !site.slack.faults().left().is_empty() {
        sleep(Duration::from_millis(20)).await;
    }
    let began = Instant::now();
    site.processes[0].program.kill().await;
    let posting = site.count(POSTING).await;
    assert!(posting > 0 && site.count(SOON_LOST).await == posting);
    site.replace(0).await;
    site.all_out(PATIENCE).await;
    note(&format!("killed while it posted: the last reminder came after {:.1} s", began.elapsed().as_secs_f32()));
    let found = site.arrivals(3);
    assert!(found.lost.is_empty() && found.doubled.is_empty(), "{found:#?}");
}

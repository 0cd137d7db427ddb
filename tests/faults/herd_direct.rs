//! Reminders of one instant for many people, each in their direct message, through a Slack that loses answers: whoever looks
//! whether they are there has to be told by Slack where, and Slack limits that as well. `JOBS` sets how many.

use std::time::Duration;

use fakes::kit::{Fault, What};
use fakes::slack::User;

use super::workspace::{REMINDS, Workspace};
use super::{note, size};

/// Somebody for each job.
fn reader(job: u64) -> String {
    format!("U{}", 100 + job)
}

/// A workspace with so many people more, and reminders for each that a new process delivers: it has never spoken to anybody.
async fn people(count: u64) -> Workspace {
    let mut site = Workspace::new(1, "").await;
    site.slack.change(|world| {
        let team = world.teams.get_mut("T1").expect("the team");
        for job in 0..count {
            let user = User::new(&reader(job), &format!("person{job}"), "Europe/Madrid");
            team.users.insert(user.id.clone(), user);
            team.channels.get_mut("C0").expect("the channel").members.insert(reader(job));
        }
    });
    site.make_by(count, reader, |_| ("C0".to_owned(), "/remindme")).await;
    site.lose(0).await;
    site.slack.connected("A1", 1).await;
    site
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_herd_in_direct_messages_is_looked_for_no_faster_than_slack_lets_it() {
    let jobs = (size("JOBS", 400) / 10).max(30);
    let lost = jobs / 2;
    let site = people(jobs).await;
    // Not all of the looks at once.
    site.slack.set(|settings| (settings.history_per_minute, settings.history_page) = (lost as f64 * 0.65, 100));
    for job in 0..lost {
        let cut = Fault::next(1, "chat.postMessage", What::CutAfter).saying(REMINDS);
        site.slack.faults().add(cut.field("channel", &reader(job)));
    }
    let refused = What::Error { error: "missing_scope".to_owned() };
    site.slack.faults().add(Fault::next(1, "conversations.open", refused).field("users", &reader(0)));
    let limited = Fault::next(1, "conversations.open", What::Limited { retry_after: 4 });
    site.slack.faults().add(limited.field("users", &reader(lost - 1)));
    site.fall_due(jobs).await;
    let took = site.all_out(Duration::from_secs(180)).await;
    let found = site.arrivals(jobs);
    let opened = site.slack.ledger().calls(Some("conversations.open")).len() as u64;
    let looks = site.slack.ledger().calls(Some("conversations.history")).len();
    note(&format!(
        "herd in direct messages: {jobs} people, {lost} answers lost, {looks} looks, {} times too many, {} s",
        found.too_many,
        took.as_secs()
    ));
    assert_eq!(site.slack.faults().left(), [], "all of it was met");
    assert!(found.lost.is_empty(), "{found:#?}");
    assert_eq!(found.doubled, [(0, 1)].into(), "but for the one that may not be looked for");
    assert_eq!(site.count("SELECT count(*) FROM reminders WHERE state = 'failed'").await, 0, "none is given up");
    assert!(opened <= lost + 1, "Slack says once where a direct message is: {opened}");
    assert!(found.too_many <= 3, "once for each method, and once more: {found:#?}");
}

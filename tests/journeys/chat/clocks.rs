//! What is typed around a change of clocks: the wall time that was meant is kept.

use domain::query::TaskQuery;
use domain::task::{Status, Task};

use super::talk::{Speaker, Talk};

/// Ana in Berlin, on the day before clocks go from 02:00 to 03:00.
async fn before_the_gap() -> (Talk, Speaker) {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    talk.world.clock.set("2027-03-27T11:00:00Z");
    talk.says(&ana, "timezone Europe/Berlin").await;
    (talk, ana)
}

/// The only open task.
async fn open(talk: &Talk, ana: &Speaker) -> Task {
    let query = TaskQuery { status: vec![Status::Open], limit: 10, ..TaskQuery::default() };
    let mut page = talk.world.tasks.find(&ana.principal, &query).await.expect("a page");
    assert_eq!(page.items.len(), 1, "one is open");
    page.items.remove(0).task
}

/// The local dues of the series' open occurrence now, and of the two that come when it is done.
async fn dues(talk: &Talk, ana: &Speaker) -> Vec<String> {
    let mut dues = Vec::new();
    for _ in 0..3 {
        let task = open(talk, ana).await;
        dues.push(task.due.as_ref().expect("a due").wall_time().to_string());
        talk.says(ana, &format!("done {}", task.number)).await;
        talk.world.advance(&task).await;
    }
    dues
}

const KEPT: [&str; 3] = ["2027-03-28T03:30:00", "2027-03-29T02:30:00", "2027-03-30T02:30:00"];

#[tokio::test]
async fn a_series_that_begins_where_clocks_jump_keeps_the_time_that_was_typed() {
    let (talk, ana) = before_the_gap().await;
    let said = talk.says(&ana, "rotate the logs every day at 2:30am").await;
    assert!(said.contains("due Sun 28 Mar 2027 03:30 Europe/Berlin"), "{said}");
    assert!(said.contains("repeats every day at 02:30"), "{said}");
    assert_eq!(dues(&talk, &ana).await, KEPT);
}

#[tokio::test]
async fn an_edit_to_a_time_that_clocks_leave_out_keeps_it_too() {
    let (talk, ana) = before_the_gap().await;
    talk.says(&ana, "rotate the logs").await;
    let said = talk.says(&ana, "edit 1 every day at 2:30am").await;
    assert!(said.contains("repeats none → every day at 02:30"), "{said}");
    assert_eq!(dues(&talk, &ana).await, KEPT);
}

#[tokio::test]
async fn another_rule_for_an_occurrence_in_the_gap_keeps_its_time() {
    let (talk, ana) = before_the_gap().await;
    talk.says(&ana, "rotate the logs every day at 2:30am").await;
    talk.says(&ana, "edit 1 every 2 days at 2:30am").await;
    let every_other = ["2027-03-28T03:30:00", "2027-03-30T02:30:00", "2027-04-01T02:30:00"];
    assert_eq!(dues(&talk, &ana).await, every_other);
}

#[tokio::test]
async fn a_time_that_comes_twice_is_the_first_and_the_series_goes_on_at_it() {
    let (talk, ana) = before_the_gap().await;
    talk.world.clock.set("2027-10-30T11:00:00Z");
    talk.says(&ana, "rotate the logs every day at 2:30am").await;
    let first = open(&talk, &ana).await.due.expect("a due");
    assert_eq!(first.at.to_string(), "2027-10-31T00:30:00Z", "in summer time");
    assert_eq!(dues(&talk, &ana).await, ["2027-10-31T02:30:00", "2027-11-01T02:30:00", "2027-11-02T02:30:00"]);
}

#[tokio::test]
async fn a_time_in_another_zone_repeats_at_what_it_is_here() {
    let (talk, ana) = before_the_gap().await;
    talk.says(&ana, "rotate the logs every day at 01:30 UTC").await;
    assert_eq!(dues(&talk, &ana).await, ["2027-03-28T03:30:00", "2027-03-29T03:30:00", "2027-03-30T03:30:00"]);
}

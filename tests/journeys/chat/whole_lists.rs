//! Whatever is open, a list shows each task once, however the tasks were made and changed.

use std::collections::BTreeSet;

use super::talk::{Speaker, Talk};
use crate::kit::dice::Dice;

/// What a new task says of when it is due.
const WHENS: [&str; 9] = [
    "",
    " today",
    " tomorrow",
    " tomorrow 9am",
    " on friday",
    " next month",
    " 2027-02-03 10:00",
    " at 5pm",
    " in 20 min",
];

/// Types a random life of tasks; gives the numbers of those that are open afterwards.
async fn lives(talk: &Talk, who: &Speaker, dice: &mut Dice) -> BTreeSet<u64> {
    let mut open = BTreeSet::new();
    let mut made = 0;
    for step in 0..60 {
        let known: Vec<u64> = open.iter().copied().collect();
        match (dice.below(10), dice.pick(&known)) {
            (0, Some(number)) => {
                talk.slowly(who, &format!("done {number}")).await;
                open.remove(number);
            }
            (1, Some(number)) => {
                talk.slowly(who, &format!("delete {number}")).await;
                open.remove(number);
            }
            (2, Some(number)) => drop(talk.slowly(who, &format!("move {number} to next friday 3pm")).await),
            (3, Some(number)) => {
                talk.slowly(who, &format!("done {number}")).await;
                talk.slowly(who, "undo").await;
            }
            _ => {
                made += 1;
                let when = dice.pick(&WHENS).expect("a when");
                let said = talk.slowly(who, &format!("errand {}{when}", letters(step))).await;
                assert!(said.starts_with(&format!("Added #{made}: ")), "{said}");
                open.insert(made);
            }
        }
    }
    open
}

/// A word that is no number and no date.
fn letters(step: u8) -> String {
    format!("{}{}", char::from(b'a' + step / 26), char::from(b'a' + step % 26))
}

/// The numbers that a list shows, in its order.
fn numbers(list: &str) -> Vec<u64> {
    let rows = list.lines().filter_map(|line| line.trim().strip_prefix('#'));
    rows.map(|row| row.split_whitespace().next().expect("a number").parse().expect("a number")).collect()
}

#[tokio::test]
async fn each_open_task_stands_once_in_the_list_after_any_life() {
    for seed in 1..=6 {
        let talk = Talk::unhurried().await;
        let ana = talk.direct("ana").await;
        let open = lives(&talk, &ana, &mut Dice::seeded(seed)).await;
        let list = talk.slowly(&ana, "list limit 200").await;
        let shown = numbers(&list);
        assert_eq!(shown.len(), open.len(), "seed {seed}:\n{list}");
        assert_eq!(shown.into_iter().collect::<BTreeSet<_>>(), open, "seed {seed}:\n{list}");
        assert!(list.starts_with(&format!("{} open tasks\n", open.len())), "seed {seed}:\n{list}");
    }
}

#[tokio::test]
async fn the_days_of_the_list_together_are_the_whole_list() {
    let talk = Talk::unhurried().await;
    let ana = talk.direct("ana").await;
    let open = lives(&talk, &ana, &mut Dice::seeded(42)).await;
    let mut parts = Vec::new();
    for part in ["list overdue", "list from today limit 200", "list no date limit 200"] {
        parts.extend(numbers(&talk.slowly(&ana, part).await));
    }
    assert_eq!(parts.len(), open.len(), "no task stands in two of them");
    assert_eq!(parts.into_iter().collect::<BTreeSet<_>>(), open);
}

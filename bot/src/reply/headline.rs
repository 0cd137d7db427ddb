//! The first line of what happened to one task.

use domain::outcome::{Deed, Effect};
use domain::task::Status;

use super::Text;
use super::scene::{Scene, titled};

/// `Done #3: stretch`.
pub(crate) fn headline(scene: &Scene, effect: &Effect) -> Text {
    let task = &effect.task;
    let title = titled(task);
    let said = |words: &str| Text::say(words).and(title.clone());
    match effect.deed {
        Deed::Added => said("Added "),
        Deed::Edited => said("Changed "),
        Deed::Completed => said("Done "),
        Deed::AlreadyDone { by, at } => {
            title.then(" was already done by ").theirs(scene.name(by)).then(" ").and(scene.watch.when(at))
        }
        Deed::Reopened => said("Open again "),
        Deed::AlreadyOpen => title.then(" is open already; nothing changed"),
        Deed::Deleted => said("Deleted "),
        Deed::Moved => said("Moved "),
        Deed::Snoozed => snoozed(scene, effect),
        Deed::Skipped => said("Skipped "),
        Deed::Claimed => said("Yours now "),
        Deed::Stopped => said("You are reminded no more of "),
        Deed::MovedToList => said("Moved ").then(" to ").and(scene.list(&effect.list)),
        Deed::Undone => said(undone(task.status)),
        Deed::Unchanged => title.then(" is like that already; nothing changed"),
        Deed::GoingOut => said("Deleted ").then(", but its reminder is already going out"),
    }
}

fn snoozed(scene: &Scene, effect: &Effect) -> Text {
    let headline = Text::say("Snoozed ").and(titled(&effect.task));
    match effect.reminds_at {
        Some(at) => headline.then(" until ").and(scene.watch.moment(at)),
        None => headline,
    }
}

fn undone(status: Status) -> &'static str {
    match status {
        Status::Deleted => "Undone, gone again: ",
        Status::Open => "Undone, open: ",
        Status::Done => "Undone, done: ",
        Status::Missed => "Undone, missed: ",
        Status::Skipped => "Undone, skipped: ",
    }
}

//! The echo of a command: what was understood, what came of it, how to change or undo it.

use domain::ids::PersonId;
use domain::outcome::{Deed, Effect, Outcome};
use domain::task::RepeatFrom;

use super::changes::told_but_due;
use super::headline::headline;
use super::scene::Scene;
use super::{Block, Reply, Text, channel_line, details, senders, settings};

/// What a command came to, in words.
pub(crate) fn echo(scene: &Scene, outcome: &Outcome) -> Reply {
    let effects = &outcome.effects;
    let settings = outcome.settings.iter().flat_map(|now| settings::changed(scene, now, effects));
    let blocks: Vec<Block> = match effects.as_slice() {
        _ if outcome.settings.is_some() => settings.collect(),
        several if outcome.sender.is_some() => {
            outcome.sender.iter().flat_map(|sender| senders::changed(scene, *sender, several)).collect()
        }
        [] => vec![Block::line("Nothing changed.")],
        [effect] => one(scene, effect),
        several => many(scene, several),
    };
    let shown_in_channel = channel_line::channel_line(scene, effects);
    let tasks = effects.iter().map(|effect| scene.view(&effect.task, &effect.list)).collect();
    Reply { blocks, private: shown_in_channel.is_none(), shown_in_channel, tasks, ..Reply::default() }
}

/// The people that the words of an outcome speak of.
pub(crate) fn people(outcome: &Outcome) -> Vec<PersonId> {
    let of = |effect: &Effect| {
        let by = match effect.deed {
            Deed::AlreadyDone { by, .. } => Some(by),
            _ => None,
        };
        let owner = match effect.list.kind {
            domain::list::ListKind::Personal(owner) => Some(owner),
            domain::list::ListKind::Channel(_) => None,
        };
        let changed = effect.changes.get("assignees").into_iter().flat_map(|(from, to)| [from, to]);
        let changed = changed.filter_map(|ids| ids.as_array()).flatten().filter_map(|id| id.as_str()?.parse().ok());
        effect.task.participants().into_iter().chain(by).chain(owner).chain(changed).collect::<Vec<PersonId>>()
    };
    let blocked = outcome.settings.iter().flat_map(|settings| settings.blocked.iter().copied());
    let sender = outcome.sender.iter().map(|sender| sender.person);
    outcome.effects.iter().flat_map(of).chain(blocked).chain(sender).collect()
}

fn one(scene: &Scene, effect: &Effect) -> Vec<Block> {
    let details = facts(scene, effect).into_iter().chain(hint(effect)).map(Block::Detail);
    std::iter::once(Block::Line(headline(scene, effect))).chain(details).collect()
}

fn many(scene: &Scene, effects: &[Effect]) -> Vec<Block> {
    let lines = effects.iter().map(|effect| Block::Line(headline(scene, effect)));
    let undo = effects.iter().any(|effect| changed_something(effect.deed) && effect.deed != Deed::Undone);
    lines.chain(undo.then(|| Block::detail("`undo` takes all of it back"))).collect()
}

/// Whether a deed changed the task.
pub(crate) const fn changed_something(deed: Deed) -> bool {
    !matches!(deed, Deed::AlreadyDone { .. } | Deed::AlreadyOpen | Deed::Unchanged)
}

/// What is to be known of the task after what was done to it.
fn facts(scene: &Scene, effect: &Effect) -> Vec<Text> {
    let task = &effect.task;
    let whole = || {
        [details::due(scene, task), details::recurrence(effect), details::marks(scene, task)]
            .into_iter()
            .chain([Some(details::list(scene, effect)), details::reminder(scene, effect)])
    };
    let facts: Vec<Option<Text>> = match effect.deed {
        Deed::Added => whole().collect(),
        Deed::Reopened | Deed::Claimed => vec![details::due(scene, task), details::reminder(scene, effect)],
        Deed::Edited => edited(scene, effect),
        Deed::Moved => vec![details::due_change(scene, effect), only_once(effect), details::reminder(scene, effect)],
        Deed::Snoozed => {
            let due = details::due(scene, task).filter(|_| !task.bare_reminder);
            vec![due.map(|due| due.then(", as before")), at_once(scene, effect)]
        }
        Deed::Completed | Deed::Skipped => vec![comes_again(scene, effect)],
        Deed::Undone if task.is_open() => undone(scene, effect),
        Deed::Undone => vec![comes_again(scene, effect)],
        Deed::Stopped => {
            vec![details::reminder_of_others(scene, effect), Some(Text::say("whoever set them is told"))]
        }
        Deed::MovedToList => vec![details::reminder(scene, effect)],
        _ => Vec::new(),
    };
    facts.into_iter().flatten().collect()
}

/// That the reminder comes now, of one whose time passed while the command was on its way.
fn at_once(scene: &Scene, effect: &Effect) -> Option<Text> {
    effect.reminds_at.filter(|at| *at <= scene.watch.now).and_then(|_| details::reminder(scene, effect))
}

fn edited(scene: &Scene, effect: &Effect) -> Vec<Option<Text>> {
    let timed = effect.changes.contains_key("due") || effect.changes.contains_key("rrule");
    let series = effect.series.as_ref().map(|_| Text::say("for the whole series, from now on"));
    let reminder = timed.then(|| details::reminder(scene, effect)).flatten();
    let other = other_than_due(scene, effect).into_iter().map(Some);
    std::iter::once(details::due_change(scene, effect)).chain(other).chain([series, reminder]).collect()
}

/// A task that comes again moves alone.
fn only_once(effect: &Effect) -> Option<Text> {
    let number = effect.task.number;
    let words = format!("only this time; `edit {number} every …` changes the whole series");
    effect.task.recurring.is_some().then(|| Text::say(words))
}

fn undone(scene: &Scene, effect: &Effect) -> Vec<Option<Text>> {
    let other = other_than_due(scene, effect).into_iter().map(Some);
    let due = details::due_change(scene, effect);
    std::iter::once(due).chain(other).chain([details::reminder(scene, effect)]).collect()
}

fn other_than_due(scene: &Scene, effect: &Effect) -> Vec<Text> {
    let view = scene.view(&effect.task, &effect.list);
    told_but_due(scene, &effect.changes, &view, effect.series.as_ref().map(details::start))
}

/// When a recurring task comes again.
fn comes_again(scene: &Scene, effect: &Effect) -> Option<Text> {
    let series = effect.series.as_ref()?;
    let words = details::recurrence_of(&effect.task, effect)?;
    Some(match series.next_at {
        _ if !series.is_active() => Text::say(format!("that was the last one ({words})")),
        Some(at) if series.day_only => {
            Text::say(format!("next on {} ({words})", super::watch::day(series.zone.wall(at).date())))
        }
        Some(at) => Text::say("next on ").and(scene.watch.moment(at)).then(format!(" ({words})")),
        None if series.repeat_from == RepeatFrom::Completion => Text::say(format!("it comes again: {words}")),
        None => Text::say(format!("that was the last one ({words})")),
    })
}

/// How to change it or take it back.
fn hint(effect: &Effect) -> Option<Text> {
    let number = effect.task.number;
    let was_open = effect.changes.get("status").is_some_and(|(from, _)| from == "open");
    Some(match effect.deed {
        Deed::Added => Text::say(format!(
            "change it with `move {number} to friday 5pm` or `edit {number} …`; `undo` takes it back"
        )),
        Deed::Completed => Text::say(format!("`undo` or `reopen {number}` opens it again")),
        Deed::AlreadyDone { .. } => Text::say(format!("`reopen {number}` opens it again")),
        Deed::Deleted | Deed::GoingOut if effect.series_ends && was_open => {
            Text::say(format!("the whole series is gone: `undo`, or only this one: `undo`, then `skip {number}`"))
        }
        Deed::Deleted if effect.series_ends => Text::say("the whole series is gone: `undo` brings it back"),
        Deed::AlreadyOpen | Deed::Unchanged | Deed::Undone => return None,
        _ => Text::say("`undo` takes it back"),
    })
}

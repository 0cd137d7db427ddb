//! The pure half: from what is, and what is wanted, to what is written. No clock, no I/O.

mod add;
mod advance;
mod book;
mod check;
mod close;
pub mod delivery;
mod edit;
mod former_time;
mod moving;
mod remind;
mod reopen;
mod repeat;
mod senders;
mod settings;
mod snooze;
mod stop;
mod tell;
mod undo;

use jiff::Timestamp;

use crate::access::Sight;
use crate::change::Change;
use crate::command::{Command, Request, TaskRef};
use crate::ids::PersonId;
use crate::outcome::Outcome;
use crate::ports::clock::Ids;
use crate::refusal::Refusal;
use crate::snapshot::{Needs, Snapshot};

use book::Book;

/// What is decided: everything to write, and what to say of it.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// Everything to write; the default writes nothing.
    pub change: Change,
    /// What to say of it.
    pub outcome: Outcome,
    /// A short number is needed and none was reserved: load one and decide again.
    pub wants_number: bool,
}

/// What surrounds a decision.
pub struct Setting<'a> {
    /// The present instant.
    pub now: Timestamp,
    /// Random ids.
    pub ids: &'a dyn Ids,
    /// What the asker sees.
    pub sight: &'a Sight,
}

/// What must be loaded before the request can be decided.
#[must_use]
pub fn needs(request: &Request) -> Needs {
    let mut needs = Needs::in_tenant(request.tenant.clone());
    needs.receipt = request.key.as_ref().map(|key| key.key.clone());
    needs.tasks = named(&request.command).to_vec();
    needs.people = vec![request.principal.person];
    needs.people.extend(newly_assigned(&request.command));
    match &request.command {
        Command::Add(_) => needs.numbers = 1,
        // Most advances make nothing, so a number is asked for only when one turns out to be needed.
        Command::Advance(series) => needs.series = vec![*series],
        Command::Undo => needs.undo = Some(request.conversation.clone()),
        Command::Snooze { tasks, .. } if tasks.is_empty() => needs.last_reminder_at = Some(request.place.clone()),
        Command::Settings(edit) if edit.zone.is_some() => needs.following_zone_of = Some(request.principal.person),
        _ => {}
    }
    needs
}

/// Decides a request.
///
/// # Errors
/// A [`Refusal`] with the reason and the next step; then nothing is written.
pub fn decide(snapshot: &Snapshot, request: &Request, setting: &Setting<'_>) -> Result<Decision, Refusal> {
    let mut book = Book::open(snapshot, request, setting);
    match &request.command {
        Command::Add(add) => add::add(&mut book, add)?,
        Command::Edit { tasks, edit, expected } => edit::edit(&mut book, tasks, edit, *expected)?,
        Command::Done(tasks) => close::done(&mut book, tasks)?,
        Command::Skip(tasks) => close::skip(&mut book, tasks)?,
        Command::Delete { tasks, expected } => close::delete(&mut book, tasks, *expected)?,
        Command::Reopen(tasks) => reopen::reopen(&mut book, tasks)?,
        Command::Move { tasks, to } => moving::move_due(&mut book, tasks, to)?,
        Command::Claim(tasks) => moving::claim(&mut book, tasks)?,
        Command::Stop(tasks) => stop::stop(&mut book, tasks)?,
        Command::StopAll { from, tasks } => stop::stop_all(&mut book, *from, tasks)?,
        Command::Allow(person) => senders::allow(&mut book, *person)?,
        Command::MoveToList { tasks, list } => moving::move_to_list(&mut book, tasks, list)?,
        Command::Snooze { tasks, until } => snooze::snooze(&mut book, tasks, *until)?,
        Command::Undo => undo::undo(&mut book)?,
        Command::Settings(edit) => settings::settings(&mut book, edit)?,
        Command::Recognise { name, zone } => settings::recognise(&mut book, name, zone.as_ref())?,
        Command::Advance(series) => advance::advance(&mut book, *series),
    }
    Ok(book.close())
}

/// The tasks that a command names.
fn named(command: &Command) -> &[TaskRef] {
    match command {
        Command::Edit { tasks, .. }
        | Command::Done(tasks)
        | Command::Reopen(tasks)
        | Command::Delete { tasks, .. }
        | Command::Move { tasks, .. }
        | Command::Snooze { tasks, .. }
        | Command::Skip(tasks)
        | Command::Claim(tasks)
        | Command::Stop(tasks)
        | Command::StopAll { tasks, .. }
        | Command::MoveToList { tasks, .. } => tasks,
        Command::Add(_)
        | Command::Undo
        | Command::Settings(_)
        | Command::Recognise { .. }
        | Command::Allow(_)
        | Command::Advance(_) => &[],
    }
}

/// The people whom a command assigns, for their default times.
fn newly_assigned(command: &Command) -> &[PersonId] {
    match command {
        Command::Add(add) => &add.assignees,
        Command::Edit { edit, .. } => edit.assignees.as_deref().unwrap_or_default(),
        _ => &[],
    }
}

//! Who may have whom reminded: each person's block list.

use super::book::Book;
use super::settings;
use crate::ids::PersonId;
use crate::outcome::Sender;
use crate::place::Place;
use crate::refusal::{Code, Refusal};

/// `stop all from @x`: puts a person on the speaker's block list.
pub(super) fn block(book: &mut Book<'_>, from: PersonId) -> Result<(), Refusal> {
    if from == book.actor() {
        return Err(Refusal::new(
            Code::Invalid,
            "Those are your own reminders.",
            "`done 3`, `delete 3` or `edit 3 no date` ends one of them.",
        ));
    }
    let me = settings::own(book)?;
    let already = me.settings.blocked.contains(&from);
    book.outcome.sender = Some(Sender { person: from, blocked: true, already });
    if !already {
        let mut now = me.settings.clone();
        now.blocked.insert(from);
        settings::write(book, &me, now);
    }
    Ok(())
}

/// `allow @x`: takes a person off the speaker's block list.
pub(super) fn allow(book: &mut Book<'_>, person: PersonId) -> Result<(), Refusal> {
    let me = settings::own(book)?;
    let already = !me.settings.blocked.contains(&person);
    book.outcome.sender = Some(Sender { person, blocked: false, already });
    if !already {
        let mut now = me.settings.clone();
        now.blocked.remove(&person);
        settings::write(book, &me, now);
    }
    Ok(())
}

/// Where a reminder that this author asked for goes and whom it mentions there, without those who take none from them;
/// nowhere, if it is somebody's direct message who takes none.
pub(super) fn heard(
    book: &Book<'_>,
    author: PersonId,
    place: Place,
    recipients: Vec<PersonId>,
) -> Option<(Place, Vec<PersonId>)> {
    let takes = |person: &PersonId| !blocks(book, *person, author);
    match place {
        Place::Direct(person) if !takes(&person) => None,
        _ => Some((place, recipients.into_iter().filter(takes).collect())),
    }
}

/// Refuses to assign somebody who takes no reminders from the author or from whoever assigns them.
pub(super) fn all_hear(book: &Book<'_>, author: PersonId, assigned: &[PersonId]) -> Result<(), Refusal> {
    let by = [author, book.actor()];
    let deaf = |person: &&PersonId| by.iter().any(|by| blocks(book, **person, *by));
    match assigned.iter().find(deaf) {
        Some(person) => Err(refused(book, *person, by.into_iter().find(|by| blocks(book, *person, *by)))),
        None => Ok(()),
    }
}

fn blocks(book: &Book<'_>, person: PersonId, from: PersonId) -> bool {
    book.person(person).is_some_and(|person| person.settings.blocked.contains(&from))
}

fn refused(book: &Book<'_>, person: PersonId, from: Option<PersonId>) -> Refusal {
    let name = |id: PersonId| book.person(id).map_or_else(|| "somebody".to_owned(), |person| person.name.clone());
    let from = from.unwrap_or(book.actor());
    let whom = if from == book.actor() { "you".to_owned() } else { name(from) };
    Refusal::new(
        Code::NotAllowed,
        format!("{} takes no reminders from {whom}, so nothing was saved.", name(person)),
        format!("Leave them out, or ask them to type `allow @{}`.", name(from)),
    )
    .or_plainly("Leave them out, or ask them to allow it.")
}

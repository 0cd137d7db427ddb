//! The one line by which a channel learns that its list was changed.

use domain::outcome::{Deed, Effect};

use super::echo::changed_something;
use super::scene::{Scene, titled};
use super::{ChannelLine, Text};

/// `Ana added #3: ship release, due Fri 6 Mar 17:00`; none if no channel's list was changed.
pub(crate) fn channel_line(scene: &Scene, effects: &[Effect]) -> Option<ChannelLine> {
    let mut shown = effects.iter().filter(|effect| effect.list.channel().is_some() && changed_something(effect.deed));
    let first = shown.next()?;
    let channel = first.list.channel()?.to_owned();
    let more = match shown.count() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let who = Text::new().theirs(scene.name(scene.me)).then(format!(" {} ", verb(first.deed)));
    let text = who.and(titled(&first.task)).and(due(scene, first)).then(more);
    Some(ChannelLine { channel, text })
}

fn due(scene: &Scene, effect: &Effect) -> Text {
    match (&effect.task.due, effect.deed) {
        (Some(due), Deed::Added | Deed::Moved | Deed::Edited) => Text::say(", due ").and(scene.watch.short_due(due)),
        _ => Text::new(),
    }
}

const fn verb(deed: Deed) -> &'static str {
    match deed {
        Deed::Added => "added",
        Deed::Edited => "changed",
        Deed::Completed | Deed::AlreadyDone { .. } => "completed",
        Deed::Reopened | Deed::AlreadyOpen => "reopened",
        Deed::Deleted | Deed::GoingOut => "deleted",
        Deed::Moved => "moved",
        Deed::Snoozed => "snoozed",
        Deed::Skipped => "skipped",
        Deed::Claimed => "took over",
        Deed::Stopped => "is reminded no more of",
        Deed::MovedToList => "moved here",
        Deed::Undone => "took back a change of",
        Deed::Unchanged => "left",
    }
}

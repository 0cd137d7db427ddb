//! The speaker's block list, after a change of it.

use domain::outcome::{Effect, Sender};

use super::headline::headline;
use super::scene::Scene;
use super::{Block, Text};

/// At most so many tasks that were stopped are named.
const STOPPED_SHOWN: usize = 10;

/// Whose reminders are taken or not from now on, and what has ended by that.
pub(crate) fn changed(scene: &Scene, sender: Sender, stopped: &[Effect]) -> Vec<Block> {
    let name = scene.name(sender.person);
    let who = Text::new().theirs(name.clone());
    if !sender.blocked {
        let said = if sender.already { "You take reminders from " } else { "You take reminders again from " };
        return vec![Block::Line(Text::say(said).and(who).then("."))];
    }
    let said = if sender.already { "You took no reminders any more from " } else { "You get no more reminders from " };
    let shown = stopped.iter().take(STOPPED_SHOWN).map(|effect| Block::Detail(headline(scene, effect)));
    let more = stopped.len().checked_sub(STOPPED_SHOWN).filter(|more| *more > 0);
    let told = (!stopped.is_empty()).then(|| Block::detail("they are told"));
    std::iter::once(Block::Line(Text::say(said).and(who).then(".")))
        .chain(shown)
        .chain(more.map(|more| Block::detail(format!("and {more} more"))))
        .chain(told)
        .chain([Block::detail(format!("`allow @{name}` takes them again"))])
        .collect()
}

//! Settings, shown and changed.

use domain::outcome::Effect;
use domain::person::Settings;
use jiff::civil::Weekday;

use super::scene::{Scene, titled};
use super::watch::{Watch, clock};
use super::{Block, Text};

/// At most so many tasks that moved along are named.
const MOVED_SHOWN: usize = 10;

/// The settings as they are, each with the line that changes it.
pub(crate) fn shown(scene: &Scene, settings: &Settings) -> Vec<Block> {
    let mut blocks = vec![Block::line("Your settings")];
    blocks.extend(rows(&scene.watch, settings).into_iter().chain(blocked(scene, settings)));
    blocks
}

/// The settings after a change of them, and the tasks that moved with the zone.
pub(crate) fn changed(scene: &Scene, settings: &Settings, moved: &[Effect]) -> Vec<Block> {
    let watch = &scene.watch;
    let watch = Watch { now: watch.now, zone: settings.zone.clone().unwrap_or_else(|| watch.zone.clone()) };
    let mut blocks = vec![Block::line("Saved. Your settings now:")];
    blocks.extend(rows(&watch, settings).into_iter().chain(blocked(scene, settings)));
    if !moved.is_empty() {
        blocks.push(Block::line("These follow your zone and moved with it:"));
    }
    let mut moved: Vec<&Effect> = moved.iter().collect();
    moved.sort_by_key(|effect| effect.task.number);
    blocks.extend(moved.iter().take(MOVED_SHOWN).map(|effect| Block::Detail(moved_with(&watch, effect))));
    if let Some(more @ 1..) = moved.len().checked_sub(MOVED_SHOWN) {
        blocks.push(Block::detail(format!("and {more} more; `list` shows them")));
    }
    blocks
}

fn moved_with(watch: &Watch, effect: &Effect) -> Text {
    let title = titled(&effect.task);
    let text = match &effect.task.due {
        Some(due) => title.then(", due ").and(watch.due(due)),
        None => title,
    };
    // A time that has passed there already is reminded of late, but not never.
    if effect.reminds_at.is_some_and(|at| at <= watch.now) { text.then("; I remind you now") } else { text }
}

/// From whom no reminders are taken, if there is anybody.
fn blocked(scene: &Scene, settings: &Settings) -> Option<Block> {
    let first = scene.name(*settings.blocked.first()?);
    let names = Text::joined(settings.blocked.iter().map(|person| Text::new().theirs(scene.name(*person))), ", ");
    Some(Block::row([Text::say("no reminders from"), names, Text::say(format!("`allow @{first}`"))]))
}

fn rows(watch: &Watch, settings: &Settings) -> Vec<Block> {
    let zone = match &settings.zone {
        Some(zone) => format!("{zone}, where it is {} now", watch.wall().strftime("%a %H:%M")),
        None => "not known yet".to_owned(),
    };
    let order = if settings.day_first { "4/5 is 4 May" } else { "4/5 is April 5" };
    let hours = if settings.hours_24 { "“at 5” is 05:00" } else { "“at 5” is 17:00, “at 9” is 09:00" };
    let row = |name: &str, value: String, how: &str| {
        Block::row([Text::say(name), Text::say(value), Text::say(format!("`{how}`"))])
    };
    vec![
        row("time zone", zone, "timezone Europe/Madrid"),
        row("a day without a time reminds at", clock(settings.default_time), "set default time 8:30"),
        row("day and month", order.to_owned(), "set date order dmy"),
        row("a week begins on", format!("{:?}", Weekday::from(settings.week_start)), "set week start sunday"),
        row("hours", hours.to_owned(), "set clock 24h"),
    ]
}

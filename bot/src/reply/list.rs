//! Lists of tasks: grouped by when they are due, numbered, aligned, with a word on what is left out.

use domain::due::Due;
use domain::service::Listed;
use domain::task::Task;
use domain::tenant::TenantId;
use jiff::Timestamp;

use super::rows::row;
use super::scene::Scene;
use super::watch::{Watch, clock};
use super::{Block, Text};

/// The tasks that a list shows, and what it leaves out.
pub(crate) struct Shown {
    /// The tasks, in order.
    pub tasks: Vec<Listed>,
    /// Reminders that came and are not ticked, latest first.
    pub past: Vec<Listed>,
    /// There are more of those.
    pub past_left_out: bool,
    /// Whether it was known in which channels to look.
    pub whole: bool,
    /// How many tasks there are in all, as far as they were counted.
    pub total: usize,
    /// There are more than were counted.
    pub and_more: bool,
    /// Whether they are grouped by when they are due.
    pub grouped: bool,
    /// What they are, one of them: `open task`.
    pub what: &'static str,
    /// The line that shows such: `list done`.
    pub line: String,
    /// Where they were looked for, with a space before it: ` on #ops`.
    pub scope: Text,
    /// Nothing but `list` was typed.
    pub everything: bool,
    /// Which page it is, from 1 on.
    pub page: usize,
    /// How many pages there are.
    pub pages: usize,
}

/// Where a task stands in a list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Overdue,
    Today,
    Tomorrow,
    Later,
    NoDate,
}

impl Group {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Overdue, "Overdue"),
        (Self::Today, "Today"),
        (Self::Tomorrow, "Tomorrow"),
        (Self::Later, "Later"),
        (Self::NoDate, "No date"),
    ];

    fn of(watch: &Watch, task: &Task) -> Self {
        let Some(due) = &task.due else { return Self::NoDate };
        let date = watch.date(due);
        match watch.today() {
            today if rings(task) && date == today => Self::Today,
            _ if due.deadline() <= watch.now => Self::Overdue,
            today if date <= today => Self::Today,
            today if today.tomorrow().is_ok_and(|tomorrow| date == tomorrow) => Self::Tomorrow,
            _ => Self::Later,
        }
    }
}

/// Whether a task is a reminder for one time: until it has come it is not overdue, and then it is a past one.
const fn rings(task: &Task) -> bool {
    task.bare_reminder && task.recurring.is_none()
}

/// Puts the tasks in the order in which their groups are shown.
pub(crate) fn arrange(watch: &Watch, tasks: &mut [Listed]) {
    tasks.sort_by_key(|listed| Group::of(watch, &listed.task));
}

/// The list in words.
pub(crate) fn list(scene: &Scene, shown: &Shown) -> Vec<Block> {
    let missing = "Right now I cannot find out which channels you are in, so their tasks may be missing here.";
    let missing = (!shown.whole).then(|| Block::line(missing));
    missing.into_iter().chain(listed(scene, shown)).collect()
}

fn listed(scene: &Scene, shown: &Shown) -> Vec<Block> {
    if shown.tasks.is_empty() && shown.past.is_empty() {
        return empty(shown);
    }
    let mut blocks = vec![count(shown)];
    match shown.grouped {
        true => blocks.extend(groups(scene, &shown.tasks)),
        false => blocks.extend(shown.tasks.iter().map(|listed| row(scene, listed, date(scene, &listed.task)))),
    }
    blocks.extend(past(scene, shown));
    blocks.extend(paging(shown));
    blocks
}

fn past(scene: &Scene, shown: &Shown) -> Vec<Block> {
    let heading = match shown.past_left_out {
        true => format!("Past reminders (the latest {})", shown.past.len()),
        false => "Past reminders".to_owned(),
    };
    let heading = (!shown.past.is_empty()).then(|| Block::heading(heading));
    let rows = shown.past.iter().map(|listed| row(scene, listed, date(scene, &listed.task)));
    let all = || Block::Detail(Text::say("`list past`").and(shown.scope.clone()).then(" shows all of them"));
    heading.into_iter().chain(rows).chain(shown.past_left_out.then(all)).collect()
}

/// What is due in a workspace that removed the bot waits.
pub(crate) fn asleep(watch: &Watch, tenant: &TenantId, since: Timestamp) -> Block {
    let date = watch.zone.wall(since).date();
    Block::line(format!(
        "Reminders of {tenant} are held since {date}: I was removed there. Once I am installed again, they come."
    ))
}

fn empty(shown: &Shown) -> Vec<Block> {
    let (nothing, next) = match shown.everything {
        true => ("There are no ", "add one: `call Ana tomorrow 5pm`, or `help`"),
        false => ("I found no ", "`list` shows all that is open"),
    };
    let tasks = format!("{nothing}{}s", shown.what);
    vec![Block::Line(Text::say(tasks).and(shown.scope.clone()).then(".")), Block::detail(next)]
}

fn count(shown: &Shown) -> Block {
    let total = if shown.total == 0 { "No".to_owned() } else { format!("{}{}", shown.total, plus(shown)) };
    let several = if shown.total == 1 { "" } else { "s" };
    Block::Line(Text::say(format!("{total} {}{several}", shown.what)).and(shown.scope.clone()))
}

/// Behind a number that is as far as was counted.
const fn plus(shown: &Shown) -> &'static str {
    if shown.and_more { "+" } else { "" }
}

fn groups(scene: &Scene, tasks: &[Listed]) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (group, name) in Group::ALL {
        let mut members = tasks.iter().filter(|listed| Group::of(&scene.watch, &listed.task) == group).peekable();
        if members.peek().is_some() {
            blocks.push(Block::heading(name));
        }
        blocks.extend(members.map(|listed| row(scene, listed, time(scene, group, &listed.task))));
    }
    blocks
}

/// What a group's name leaves to say of the time.
fn time(scene: &Scene, group: Group, task: &Task) -> Text {
    match (&task.due, group) {
        (Some(due), Group::Today | Group::Tomorrow) => of_day(&scene.watch, due),
        (Some(due), Group::Overdue | Group::Later) => scene.watch.short_due(due),
        _ => Text::new(),
    }
}

fn of_day(watch: &Watch, due: &Due) -> Text {
    match due.time {
        Some(_) => Text::new().moment(due.at, clock(watch.zone.wall(due.at).time())),
        None => Text::say("any time"),
    }
}

fn date(scene: &Scene, task: &Task) -> Text {
    task.due.as_ref().map(|due| scene.watch.short_due(due)).unwrap_or_default()
}

fn paging(shown: &Shown) -> Option<Block> {
    if shown.page > 1 {
        return Some(Block::detail(format!("page {} of {}{}", shown.page, shown.pages.max(1), plus(shown))));
    }
    let all = shown.total + shown.past.len();
    let left_out = shown.total.saturating_sub(shown.tasks.len());
    let line = &shown.line;
    let narrow = "`list today`, `list #tag` or `find word` narrows it down";
    match (left_out, shown.and_more) {
        (0, false) => None,
        (0, true) => Some(Block::detail(format!("there are more; {narrow}"))),
        (_, true) => {
            Some(Block::detail(format!("there are more; `{line} limit {}` shows more, {narrow}", all.min(200))))
        }
        (left, false) => {
            Some(Block::detail(format!("{left} more; `{line} limit {}` shows more, {narrow}", all.min(200))))
        }
    }
}

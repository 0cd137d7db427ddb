//! A message of several reminders: a row for each, with what can be done about it; later what became of each.

use std::collections::BTreeMap;

use bot::reply::Standing;
use domain::task::{Status, Task};
use serde_json::{Value, json};

use super::kit::{actions, button, choice, choice_of_link, cut, menu, overflow, section};
use super::mrkdwn::{bold, mrkdwn, shown};
use super::reminder::{DONE, PICK, REOPEN, SKIP, SNOOZE, STOP, link, snoozes};

/// Before the number of the task: the name of a row's text, of its buttons, and of the menu among them.
const ROW: &str = "row:";
const WAYS: &str = "ways:";
const MORE: &str = "more:";
/// Before what became of it.
const ARROW: &str = "\n→ ";

/// Up to so many rows have buttons under them. More have one menu beside them: Slack takes 50 blocks.
const ROOMY: usize = 24;
/// The longest title among so many and among more, in characters of markup: Slack takes some 12,000 of all texts together.
const TITLE_MAX: (usize, usize) = (150, 80);
/// So many choices a menu behind three dots may have.
const CHOICES_MAX: usize = 5;
/// The longest text of a message, beside its blocks.
const TEXT_MAX: usize = 3_000;
/// The numbers of a menu, in characters: a choice takes 150, and `snooze … tomorrow 9:00` stands around them.
const NUMBERS_MAX: usize = 120;

/// A message of several reminders.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    heading: Option<Value>,
    rows: Vec<Row>,
}

/// A reminder among several.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    number: u64,
    /// What was due, as markup.
    due: String,
    /// What became of it, as markup.
    told: Option<String>,
    next: Next,
}

/// What can be done about a row.
#[derive(Clone, Debug)]
enum Next {
    /// It can be done; the choices are what else.
    Work(Vec<Value>),
    /// It can be opened again; the choices are what can be done besides, open or not.
    Undo(Vec<Value>),
    /// Nothing from here.
    Nothing,
}

impl Rows {
    /// These reminders under a heading, which calls others besides.
    pub(crate) fn under(rows: Vec<Row>, others: &str) -> Self {
        Self { heading: Some(section(&format!(":alarm_clock: *{} reminders*{others}", rows.len()))), rows }
    }

    /// The rows of a message, if it is one of several reminders.
    pub(crate) fn of(shown: &[Value]) -> Option<Self> {
        let rows: Vec<Row> = shown.iter().filter_map(|block| Row::of(block, shown)).collect();
        let heading = shown.first().filter(|block| number(block).is_none()).cloned();
        (!rows.is_empty()).then_some(Self { heading, rows })
    }

    /// Rows where the message that was there cannot be read any more: the tasks by their titles.
    pub(crate) fn anew(numbers: &[u64], standings: &BTreeMap<u64, Standing>) -> Self {
        let row = |number: &u64| Row::anew(*number, standings.get(number), numbers.len());
        Self::under(numbers.iter().map(row).collect(), "")
    }

    /// The numbers of the tasks.
    pub(crate) fn numbers(&self) -> Vec<u64> {
        self.rows.iter().map(|row| row.number).collect()
    }

    /// The rows as their tasks stand; one of which nothing is known stays as it is.
    pub(crate) fn standing(mut self, standings: &BTreeMap<u64, Standing>) -> Self {
        for row in &mut self.rows {
            if let Some(standing) = standings.get(&row.number) {
                row.stand(standing);
            }
        }
        self
    }

    /// The text for notifications, and the blocks.
    pub(crate) fn message(&self) -> (String, Vec<Value>) {
        let roomy = self.rows.len() <= ROOMY;
        let rows = self.rows.iter().flat_map(|row| if roomy { row.roomy() } else { vec![row.tight()] });
        let text: Vec<String> = self.rows.iter().map(Row::text).collect();
        (cut(&text.join("\n"), TEXT_MAX), self.heading.iter().cloned().chain(rows).chain(self.last()).collect())
    }

    /// What can be done about all that is open, or taken back if nothing is.
    fn last(&self) -> Option<Value> {
        let all = |wanted: fn(&Next) -> bool| {
            let numbers = self.rows.iter().filter(|row| wanted(&row.next)).map(|row| row.number.to_string());
            Some(numbers.collect::<Vec<_>>().join(" ")).filter(|numbers| !numbers.is_empty())
        };
        if let Some(open) = all(|next| matches!(next, Next::Work(_))) {
            // What was missed can be done, but not put off. So many numbers that Slack takes no menu of them: what is not
            // done is snoozed one by one.
            let later = all(|next| matches!(next, Next::Work(more) if more.iter().any(|choice| says(choice, SNOOZE))));
            let later = later.filter(|numbers| numbers.len() <= NUMBERS_MAX);
            let snooze = later.map(|numbers| menu(SNOOZE, "Snooze", &snoozes(&numbers)));
            let done = button(DONE, "All done", &format!("done {open}"));
            return Some(actions(std::iter::once(done).chain(snooze).collect()));
        }
        let closed = all(|next| matches!(next, Next::Undo(_))).filter(|numbers| numbers.contains(' '))?;
        Some(actions(vec![button(REOPEN, "Undo all", &format!("{REOPEN} {closed}"))]))
    }
}

impl Row {
    /// A reminder that has just come, as markup; `more` is what can be done besides what can be done with any.
    pub(crate) fn new(task: &Task, due: String, more: Vec<Value>) -> Self {
        Self { number: task.number, due, told: None, next: Next::Work(choices(task, more)) }
    }

    /// A row of a message, by its text; its buttons stand elsewhere in it.
    fn of(block: &Value, shown: &[Value]) -> Option<Self> {
        let number = number(block)?;
        let text = block["text"]["text"].as_str()?;
        let (due, told) = text.split_once(ARROW).map_or((text, None), |(due, told)| (due, Some(told.to_owned())));
        let ways = shown.iter().find(|block| block["block_id"] == format!("{WAYS}{number}").as_str());
        let elements = ways.and_then(|ways| ways["elements"].as_array()).cloned().unwrap_or_default();
        let elements: Vec<Value> = elements.into_iter().chain(block.get("accessory").cloned()).collect();
        Some(Self { number, due: due.to_owned(), told, next: Next::of(number, &elements) })
    }

    fn anew(number: u64, standing: Option<&Standing>, rows: usize) -> Self {
        let task = standing.and_then(|standing| standing.task.as_ref());
        let title = task.map(|task| bold(&among(task, rows)) + " ");
        let due = format!("{}#{number}", title.unwrap_or_default());
        Self { number, due, told: None, next: Next::Nothing }
    }

    /// What it says and offers from now on.
    fn stand(&mut self, standing: &Standing) {
        self.told = standing.told.as_ref().map(mrkdwn);
        self.next = match &standing.task {
            None => Next::Nothing,
            Some(task) => match task.status {
                Status::Done | Status::Skipped | Status::Deleted => Next::Undo(self.next.stops()),
                Status::Missed => Next::Work(self.next.stops()),
                Status::Open => Next::Work(choices(task, self.next.stops())),
            },
        };
    }

    fn text(&self) -> String {
        let told = self.told.iter().map(|told| format!("{ARROW}{told}"));
        std::iter::once(self.due.clone()).chain(told).collect()
    }

    fn section(&self) -> Value {
        let mut section = section(&self.text());
        section["block_id"] = json!(format!("{ROW}{}", self.number));
        section
    }

    /// The row with its buttons under it.
    fn roomy(&self) -> Vec<Value> {
        let done = || button(&format!("{DONE}:{}", self.number), "Done", &format!("{DONE} {}", self.number));
        let elements = match &self.next {
            Next::Work(more) => std::iter::once(done()).chain(self.more(more)).collect(),
            Next::Undo(more) => std::iter::once(self.undo()).chain(self.more(more)).collect(),
            Next::Nothing => return vec![self.section()],
        };
        let mut ways = actions(elements);
        ways["block_id"] = json!(format!("{WAYS}{}", self.number));
        vec![self.section(), ways]
    }

    /// The row with all of it in a menu beside it.
    fn tight(&self) -> Value {
        let mut section = self.section();
        match &self.next {
            Next::Undo(more) if more.is_empty() => section["accessory"] = self.undo(),
            Next::Work(more) => section["accessory"] = self.all("Done", DONE, more),
            Next::Undo(more) => section["accessory"] = self.all("Undo", REOPEN, more),
            Next::Nothing => {}
        }
        section
    }

    /// A menu of this and more.
    fn all(&self, label: &str, word: &str, more: &[Value]) -> Value {
        let first = choice(label, &format!("{word} {}", self.number));
        let choices: Vec<Value> = std::iter::once(first).chain(more.iter().cloned()).take(CHOICES_MAX).collect();
        overflow(&format!("{MORE}{}", self.number), &choices)
    }

    /// A menu of what else can be done, if there is anything.
    fn more(&self, more: &[Value]) -> Option<Value> {
        let more: Vec<Value> = more.iter().take(CHOICES_MAX).cloned().collect();
        (!more.is_empty()).then(|| overflow(&format!("{MORE}{}", self.number), &more))
    }

    fn undo(&self) -> Value {
        button(&format!("{REOPEN}:{}", self.number), "Undo", &format!("{REOPEN} {}", self.number))
    }
}

impl Next {
    /// What the elements of a row offer.
    fn of(number: u64, elements: &[Value]) -> Self {
        let is = |word: &str, element: &Value| element["value"] == format!("{word} {number}").as_str();
        let more = elements.iter().find_map(|element| element["options"].as_array()).cloned().unwrap_or_default();
        let has = |word: &str| elements.iter().chain(&more).any(|element| is(word, element));
        let (done, undo) = (has(DONE), has(REOPEN));
        let more = more.into_iter().filter(|choice| !is(DONE, choice) && !is(REOPEN, choice)).collect();
        match (done, undo) {
            (true, _) => Self::Work(more),
            (false, true) => Self::Undo(more),
            (false, false) => Self::Nothing,
        }
    }

    /// What whoever is reminded may stop, whatever becomes of the task.
    fn stops(&self) -> Vec<Value> {
        let (Self::Work(more) | Self::Undo(more)) = self else { return Vec::new() };
        more.iter().filter(|choice| says(choice, STOP)).cloned().collect()
    }
}

/// Whether a choice stands for a line that begins with this word.
fn says(choice: &Value, word: &str) -> bool {
    choice["value"].as_str().is_some_and(|line| line.starts_with(word))
}

/// A title among so many rows, as markup.
pub(crate) fn among(task: &Task, rows: usize) -> String {
    let most = if rows <= ROOMY { TITLE_MAX.0 } else { TITLE_MAX.1 };
    // What is escaped takes more room.
    let mut cuts = (1..=most).rev().map(|chars| shown(&cut(&task.title, chars)));
    cuts.find(|markup| markup.chars().count() <= most).unwrap_or_default()
}

/// The number of the task whose row begins with this block; messages of earlier days name it in their button.
fn number(block: &Value) -> Option<u64> {
    let by_button = || block["accessory"]["action_id"].as_str()?.strip_prefix("done:");
    block["block_id"].as_str().and_then(|id| id.strip_prefix(ROW)).or_else(by_button)?.parse().ok()
}

/// What can be done about an open task besides completing it, the most important first: what finds no room is left out.
fn choices(task: &Task, more: Vec<Value>) -> Vec<Value> {
    if !task.is_open() {
        return Vec::new();
    }
    let number = task.number;
    let skip = task.recurring.is_some().then(|| choice("Skip this one", &format!("{SKIP} {number}")));
    let open = link(task).map(|url| choice_of_link("Open thread", url));
    let pick = choice("Pick a time …", &format!("{PICK}{number}"));
    let snooze = choice("Snooze 1 hour", &format!("{SNOOZE} {number} 1h"));
    std::iter::once(snooze).chain(skip).chain(open).chain(more).chain([pick]).collect()
}

//! Lines typed into a console that may die at any moment.

use std::collections::{BTreeMap, BTreeSet};

use tokio::io::AsyncWriteExt as _;

use super::ledger::{Call, Ledger};
use crate::kit::program::Running;

/// What a line asks for; its key in the ledger is its own.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) key: String,
    pub(super) call: Call,
    pub(super) title: String,
}

/// What came of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Acknowledged,
    /// The program could not reach its database, and does not know whether it was done.
    Unsure,
    /// The program died before it answered.
    None,
}

/// How the program says that it does not know.
const UNSURE: &str = "I cannot reach my storage right now";

impl Typed {
    pub(super) fn new(call: Call, title: &str) -> Self {
        Self { key: format!("chat-{call:?}-{title}"), call, title: title.to_owned() }
    }

    /// The words; `number` is the short number of the task that has the title.
    fn line(&self, number: Option<i64>) -> String {
        let title = &self.title;
        match self.call {
            Call::Create => format!("add {title}\n"),
            Call::CreateSeries => format!("add {title} every day at 9am\n"),
            Call::Remind => format!("remind me to {title} in 2 seconds\n"),
            Call::Complete => format!("done {}\n", number.expect("a task that is there")),
        }
    }

    /// Whether this is the line that acknowledges it: `Added #3: title`, `Done #3: title`.
    fn is_acknowledged_by(&self, line: &str) -> bool {
        let word = if self.call == Call::Complete { "Done #" } else { "Added #" };
        let title = line.strip_prefix(word).and_then(|rest| rest.split_once(": "));
        title.is_some_and(|(_, title)| title == self.title)
    }

    /// Types it and waits for what comes of it.
    pub(super) async fn ask(&self, program: &mut Running, ledger: &Ledger, number: Option<i64>) -> Answer {
        ledger.begin(&self.key, self.call, &self.title);
        let before = program.out.count();
        let stdin = program.stdin.as_mut().expect("its input is open");
        let written = stdin.write_all(self.line(number).as_bytes()).await.is_ok();
        let acknowledged = |lines: &[String]| self.is_among(&lines[before..]);
        let unsure = |lines: &[String]| lines[before..].iter().any(|line| line.starts_with(UNSURE));
        if !written || !program.out.until(|lines| acknowledged(lines) || unsure(lines)).await {
            return Answer::None;
        }
        if !acknowledged(&program.out.all()) {
            return Answer::Unsure;
        }
        ledger.acknowledge(&self.key, None);
        Answer::Acknowledged
    }

    /// Whether it was acknowledged in these lines.
    pub(super) fn is_among(&self, lines: &[String]) -> bool {
        lines.iter().any(|line| self.is_acknowledged_by(line))
    }
}

/// In how many of these lines each word came out, acknowledgements left aside.
pub(super) fn shown(lines: &[String]) -> BTreeMap<&str, i64> {
    let mut shown = BTreeMap::new();
    for line in lines.iter().filter(|line| !line.starts_with("Added #") && !line.starts_with("Done #")) {
        for word in line.split_whitespace().collect::<BTreeSet<_>>() {
            *shown.entry(word).or_default() += 1;
        }
    }
    shown
}

/// What a program that has died had written.
pub(super) async fn remains(program: &mut Running) -> Vec<String> {
    program.out.until(|_| false).await;
    program.out.all()
}

//! Lines typed into a console that may die at any moment.

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

    /// Types it and waits for its acknowledgement; false if the program died before.
    pub(super) async fn ask(&self, program: &mut Running, ledger: &Ledger, number: Option<i64>) -> bool {
        ledger.begin(&self.key, self.call, &self.title);
        let stdin = program.stdin.as_mut().expect("its input is open");
        let written = stdin.write_all(self.line(number).as_bytes()).await.is_ok();
        if !written || !program.out.until(|lines| self.is_among(lines)).await {
            return false;
        }
        ledger.acknowledge(&self.key, None);
        true
    }

    /// Whether it was acknowledged in these lines.
    pub(super) fn is_among(&self, lines: &[String]) -> bool {
        lines.iter().any(|line| self.is_acknowledged_by(line))
    }
}

/// How often the reminder of this title came out in these lines.
pub(super) fn shown(lines: &[String], title: &str) -> i64 {
    let lines = lines.iter().filter(|line| !line.starts_with("Added #") && !line.starts_with("Done #"));
    let count = lines.filter(|line| line.split_whitespace().any(|word| word == title)).count();
    i64::try_from(count).expect("few lines")
}

/// What a program that has died had written.
pub(super) async fn remains(program: &mut Running) -> Vec<String> {
    program.out.until(|_| false).await;
    program.out.all()
}

//! What the load generator asked for and what was acknowledged, on disk before the next thing happens.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

/// What was asked for. Every title is used for one task only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Call {
    /// A task.
    Create,
    /// The first task of a series.
    CreateSeries,
    /// A bare reminder that is due soon.
    Remind,
    /// The (first) task of this title is done.
    Complete,
}

/// One line of the file.
#[derive(Serialize, Deserialize)]
enum Line {
    Begun { key: String, call: Call, title: String },
    Acknowledged { key: String, id: Option<String> },
    Refused { key: String, answer: String },
}

/// The file: each line is on disk before the call goes out, or before its answer counts.
pub(super) struct Ledger {
    path: PathBuf,
    file: Mutex<File>,
}

/// One call, with everything that came of it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) call: Call,
    pub(super) title: String,
    /// How often it was sent.
    pub(super) tries: usize,
    pub(super) acknowledged: bool,
    /// The task's id, where the answer tells it.
    pub(super) id: Option<String>,
    /// What a call that must not be refused was refused with.
    pub(super) refused: Option<String>,
}

impl Ledger {
    pub(super) fn new(path: &Path) -> Self {
        let file = OpenOptions::new().create_new(true).append(true).open(path).expect("a ledger");
        Self { path: path.to_owned(), file: Mutex::new(file) }
    }

    /// Before the call goes out, each time that it does.
    pub(super) fn begin(&self, key: &str, call: Call, title: &str) {
        self.write(&Line::Begun { key: key.to_owned(), call, title: title.to_owned() });
    }

    /// After its answer came.
    pub(super) fn acknowledge(&self, key: &str, id: Option<&str>) {
        self.write(&Line::Acknowledged { key: key.to_owned(), id: id.map(ToOwned::to_owned) });
    }

    /// After an answer that is a refusal.
    pub(super) fn refused(&self, key: &str, answer: &str) {
        self.write(&Line::Refused { key: key.to_owned(), answer: answer.to_owned() });
    }

    fn write(&self, line: &Line) {
        let line = serde_json::to_string(line).expect("JSON") + "\n";
        let mut file = self.file.lock().expect("nobody panicked with the ledger");
        file.write_all(line.as_bytes()).expect("written");
        file.sync_data().expect("on disk");
    }

    /// Every call by its key, as the file has it.
    pub(super) fn entries(&self) -> BTreeMap<String, Entry> {
        let text = std::fs::read_to_string(&self.path).expect("the ledger");
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for line in text.lines() {
            match serde_json::from_str(line).expect("a line of the ledger") {
                Line::Begun { key, call, title } => {
                    let new = Entry { call, title, tries: 0, acknowledged: false, id: None, refused: None };
                    entries.entry(key).or_insert(new).tries += 1;
                }
                Line::Acknowledged { key, id } => {
                    let entry = entries.get_mut(&key).expect("begun before");
                    (entry.acknowledged, entry.id) = (true, id);
                }
                Line::Refused { key, answer } => {
                    entries.get_mut(&key).expect("begun before").refused = Some(answer);
                }
            }
        }
        entries
    }
}

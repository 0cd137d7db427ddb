//! The store on SQLite: one file, one writer per process with group commit, and a small pool of readers.
//!
//! Every write is a `script::Script`: statements with their values, and how many rows each must touch. The
//! writer runs the scripts that are queued, each in a savepoint of its own, makes them durable with one COMMIT,
//! and only then answers. Every read is a single statement, hence one point in time.

mod agenda;
mod archive;
mod ask;
mod audit;
mod commit;
mod error;
mod explain;
mod find;
mod inbox;
mod installations;
mod load;
mod location;
mod numbers;
mod open;
mod outbox;
mod people;
#[cfg(test)]
mod plans;
mod purge;
mod readers;
mod rows;
mod script;
mod sealed;
mod seals;
mod source;
mod store;
mod writer;

use std::path::{Path, PathBuf};

pub use archive::SqliteArchive;
pub use open::Options;

use numbers::Numbers;
use readers::Readers;
use writer::Writer;

/// One SQLite database, implementing every port that needs one. Several processes may open the same file.
#[derive(Debug)]
pub struct SqliteStore {
    readers: Readers,
    writer: Writer,
    numbers: Numbers,
    path: Option<PathBuf>,
    new: bool,
}

impl SqliteStore {
    /// Whether there was no database before it was opened.
    #[must_use]
    pub const fn is_new(&self) -> bool {
        self.new
    }

    /// The absolute path of the file; `None` in memory.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Commits what is queued and closes every connection, the writer's last, because the last one to leave tidies
    /// the file up. Nothing is answered afterwards.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

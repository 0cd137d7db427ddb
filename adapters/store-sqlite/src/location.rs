//! Which database a URL or path names.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Trouble;

/// Where the database lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    /// In memory, under a name by which the connections of one store find it; gone when the last one is closed.
    Memory(String),
    /// In a file, by its absolute path.
    File(PathBuf),
}

impl Location {
    /// Reads `sqlite://taskbot.db`, `sqlite:///var/lib/taskbot.db`, `sqlite::memory:`, or a plain path.
    pub(crate) fn parse(url: &str) -> Result<Self, Trouble> {
        let rest = url.strip_prefix("sqlite:").unwrap_or(url);
        let name = rest.strip_prefix("//").unwrap_or(rest);
        if name == ":memory:" {
            static LAST: AtomicU64 = AtomicU64::new(0);
            return Ok(Self::Memory(format!("file:taskbot-memory-{}", LAST.fetch_add(1, Ordering::Relaxed))));
        }
        if name.is_empty() {
            return Err(Trouble::lasting(format!("“{url}” names no file; try sqlite://taskbot.db")));
        }
        match std::path::absolute(name) {
            Ok(path) => Ok(Self::File(path)),
            Err(error) => Err(Trouble::lasting(format!("“{name}” is no path: {error}"))),
        }
    }

    /// The path of the file.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Memory(_) => None,
            Self::File(path) => Some(path),
        }
    }

    /// Whether nothing is stored there yet.
    pub(crate) fn is_new(&self) -> bool {
        self.path().is_none_or(|path| std::fs::metadata(path).map_or(true, |file| file.len() == 0))
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Memory(_) => f.write_str("the database in memory"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

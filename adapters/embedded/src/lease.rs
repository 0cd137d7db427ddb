//! A lease between processes that share one database file: an operating-system lock on a file beside it, freed
//! by the system when the process dies.

use std::fs::{File, OpenOptions};
use std::path::PathBuf;
use std::time::Duration;

use domain::ports::error::PortError;

/// How often a process that waits for a lease tries again.
const RETRY: Duration = Duration::from_millis(500);

/// A lease that is held until it is dropped or the process dies.
#[derive(Debug)]
pub struct FileLease {
    _locked: File,
}

impl FileLease {
    /// Waits until no other process holds the lease. `None` as path means that nobody shares the database.
    ///
    /// # Errors
    /// When the lock file cannot be opened.
    pub async fn acquire(path: Option<PathBuf>) -> Result<Option<Self>, PortError> {
        let Some(path) = path else { return Ok(None) };
        loop {
            if let Some(lease) = Self::try_acquire(&path)? {
                return Ok(Some(lease));
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    fn try_acquire(path: &PathBuf) -> Result<Option<Self>, PortError> {
        let broken = |reason: String| PortError::Broken { backend: "lease", reason };
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).write(true).open(path);
        let file = file.map_err(|error| broken(format!("{}: {error}", path.display())))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _locked: file })),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => Err(broken(format!("{}: {error}", path.display()))),
        }
    }
}

//! Leases between processes that share one database file: an operating-system lock on a file beside it, freed by
//! the system when the process dies.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use domain::ports::error::PortError;
use domain::ports::lease::{Lease, Leases};

/// How often a process that waits for a lease tries again.
const RETRY: Duration = Duration::from_millis(500);

/// Leases beside a database file.
#[derive(Clone, Debug, Default)]
pub struct FileLeases {
    database: Option<PathBuf>,
}

impl FileLeases {
    /// Beside this file. `None` means a database in memory, which nobody shares.
    #[must_use]
    pub fn beside(database: Option<&Path>) -> Self {
        Self { database: database.map(Path::to_path_buf) }
    }

    /// The lock file of a name: `taskbot.db.audit.lock` beside `taskbot.db`.
    fn lock(&self, name: &str) -> Option<PathBuf> {
        let mut file = self.database.clone()?.into_os_string();
        file.push(format!(".{}.lock", name.replace(['/', ':'], "-")));
        Some(file.into())
    }
}

#[async_trait]
impl Leases for FileLeases {
    async fn acquire(&self, name: &str) -> Result<Box<dyn Lease>, PortError> {
        loop {
            if let Some(lease) = self.try_acquire(name).await? {
                return Ok(lease);
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    async fn try_acquire(&self, name: &str) -> Result<Option<Box<dyn Lease>>, PortError> {
        let Some(path) = self.lock(name) else { return Ok(Some(Box::new(FileLease { _locked: None }))) };
        let lease = FileLease::try_acquire(&path)?;
        Ok(lease.map(|lease| Box::new(lease) as Box<dyn Lease>))
    }
}

/// A lease that is held until it is dropped or the process dies.
#[derive(Debug)]
struct FileLease {
    _locked: Option<File>,
}

impl Lease for FileLease {
    /// Nobody can overtake the holder of a lock.
    fn epoch(&self) -> u64 {
        0
    }

    fn held(&self) -> bool {
        true
    }
}

impl FileLease {
    fn try_acquire(path: &Path) -> Result<Option<Self>, PortError> {
        let broken = |reason: String| PortError::Broken { backend: "lease", reason };
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).write(true).open(path);
        let file = file.map_err(|error| broken(format!("{}: {error}", path.display())))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _locked: Some(file) })),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => Err(broken(format!("{}: {error}", path.display()))),
        }
    }
}

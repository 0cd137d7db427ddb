//! What every keeper of leases must do.

use std::time::Duration;

use domain::ports::lease::{Lease, Leases};
use embedded::FileLeases;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

const NAME: &str = "deliver/slack:T1";
/// How soon what was given back is free.
const SOON: Duration = Duration::from_secs(30);

async fn asked(leases: &dyn Leases, name: &str) -> Option<Box<dyn Lease>> {
    leases.try_acquire(name).await.expect("an answer")
}

/// Between two processes: whoever asks while somebody holds it gets nothing and holds up nobody, and gets it once it was
/// given back, as a later holder.
pub(crate) async fn had_at_once_or_not_at_all(one: &dyn Leases, other: &dyn Leases) {
    let first = asked(one, NAME).await.expect("nobody has it");
    assert!(first.held() && !first.taken_over());
    assert!(asked(other, NAME).await.is_none() && asked(one, NAME).await.is_none(), "one at a time");
    assert!(first.held(), "asking takes nothing away");
    assert!(asked(other, "deliver/slack:T2").await.is_some(), "another name is free");
    let epoch = first.epoch();
    drop(first);
    let until = Instant::now() + SOON;
    let second = loop {
        if let Some(lease) = asked(other, NAME).await {
            break lease;
        }
        assert!(Instant::now() < until, "it was given back");
        sleep(Duration::from_millis(20)).await;
    };
    assert!(second.epoch() > epoch || second.epoch() == 0, "holders are counted, where anybody counts");
    assert!(asked(one, NAME).await.is_none(), "and now the other has it");
}

#[tokio::test]
async fn files_are_had_at_once_or_not_at_all() {
    let folder = TempDir::new().expect("a folder");
    let database = folder.path().join("taskbot.db");
    let process = || FileLeases::beside(Some(&database));
    had_at_once_or_not_at_all(&process(), &process()).await;
}

//! Under which numbers the pages that this process follows are noted.
//!
//! Each page that is shown is noted under a watch: a number whose lease the process holds that showed it. A lease ends with its
//! holder, and whoever takes it then follows the pages that are noted there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::ports::error::PortError;
use domain::ports::lease::{Lease, Leases};

type Held = BTreeMap<u64, Box<dyn Lease>>;

/// The watches of this process.
pub(crate) struct Watches {
    leases: Arc<dyn Leases>,
    held: Mutex<Held>,
}

impl Watches {
    pub(crate) fn new(leases: Arc<dyn Leases>) -> Self {
        Self { leases, held: Mutex::default() }
    }

    /// The one under which this process notes what it shows; none while it holds none.
    pub(crate) fn own(&self) -> Option<u64> {
        self.held().iter().find(|(_, lease)| lease.held()).map(|(&watch, _)| watch)
    }

    /// Forgets those that were lost, and gives back those beside its own under which nothing is noted. Which of the others
    /// this process does not hold.
    pub(crate) fn others(&self, noted: &[u64]) -> Vec<u64> {
        let own = self.own();
        let mut held = self.held();
        held.retain(|watch, lease| lease.held() && (own == Some(*watch) || noted.contains(watch)));
        noted.iter().copied().filter(|watch| !held.contains_key(watch)).collect()
    }

    /// The lease of a watch, if nobody holds it.
    ///
    /// # Errors
    /// When leases cannot be asked for.
    pub(crate) async fn free(&self, watch: u64) -> Result<Option<Box<dyn Lease>>, PortError> {
        self.leases.try_acquire(&format!("homes/{watch}")).await
    }

    /// Holds a watch from now on.
    pub(crate) fn keep(&self, watch: u64, lease: Box<dyn Lease>) {
        self.held().insert(watch, lease);
    }

    /// Takes the first watch that nobody has and under which nothing is noted, as its own.
    ///
    /// # Errors
    /// When leases cannot be asked for.
    pub(crate) async fn begin(&self, noted: &[u64]) -> Result<(), PortError> {
        for watch in (0..).filter(|watch| !noted.contains(watch)) {
            if let Some(lease) = self.free(watch).await? {
                self.keep(watch, lease);
                break;
            }
        }
        Ok(())
    }

    /// Leaves all of them to others.
    pub(crate) fn end(&self) {
        self.held().clear();
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use async_trait::async_trait;

    use super::*;

    /// The names that are held.
    #[derive(Clone, Default)]
    struct Names(Arc<Mutex<BTreeSet<String>>>);

    struct Named(Names, String);

    impl Lease for Named {
        fn epoch(&self) -> u64 {
            0
        }

        fn held(&self) -> bool {
            self.0.0.lock().expect("no panic").contains(&self.1)
        }
    }

    impl Drop for Named {
        fn drop(&mut self) {
            self.0.0.lock().expect("no panic").remove(&self.1);
        }
    }

    #[async_trait]
    impl Leases for Names {
        async fn acquire(&self, name: &str) -> Result<Box<dyn Lease>, PortError> {
            self.try_acquire(name).await?.ok_or(PortError::Unavailable { backend: "test", reason: String::new() })
        }

        async fn try_acquire(&self, name: &str) -> Result<Option<Box<dyn Lease>>, PortError> {
            let free = self.0.lock().expect("no panic").insert(name.to_owned());
            Ok(free.then(|| Box::new(Named(self.clone(), name.to_owned())) as Box<dyn Lease>))
        }
    }

    #[tokio::test]
    async fn a_process_holds_one_watch_of_its_own_and_those_of_others_while_something_is_noted_there()
    -> Result<(), PortError> {
        let names = Names::default();
        let process = || Watches::new(Arc::new(names.clone()));
        let (one, other) = (process(), process());
        one.begin(&[]).await?;
        other.begin(&[0]).await?;
        assert_eq!((one.own(), other.own()), (Some(0), Some(1)));
        assert_eq!(other.others(&[0, 1]), [0]);
        assert!(other.free(0).await?.is_none(), "somebody follows what is noted there");
        one.end();
        let freed = other.free(0).await?.expect("nobody holds it");
        other.keep(0, freed);
        assert!(other.others(&[0, 1]).is_empty());
        assert!(names.try_acquire("homes/1").await?.is_none(), "something is noted there");
        assert!(other.others(&[]).is_empty());
        assert_eq!((other.own(), names.0.lock().expect("no panic").len()), (Some(0), 1));
        names.0.lock().expect("no panic").clear();
        assert_eq!(other.own(), None, "it was lost");
        assert_eq!(other.others(&[0]), [0]);
        Ok(())
    }
}

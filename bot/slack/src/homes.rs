//! Whose page was opened lately, and what it showed.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashMap};
use std::hash::{Hash as _, Hasher as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::tenant::TenantId;
use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// How long at least between two pages of a tenant, and after a change before they are looked at: Slack takes some 100 pages a
/// minute in each workspace.
pub(crate) const PACE: Duration = Duration::from_millis(600);
/// How long at most before pages are looked at again, where no bell tells of changes.
pub(crate) const BETWEEN: Duration = Duration::from_secs(60);
/// How long a page is kept up to date after somebody saw it. Slack says so each time that they come back to it.
const WATCHED_FOR: Duration = Duration::from_secs(12 * 60 * 60);
/// So many pages are kept up to date.
const MOST: usize = 1_000;
/// For so many of them at the same time is looked up what they would say, however many workspaces there are: whoever waits
/// for an answer comes first.
const AT_ONCE: usize = 8;

/// What a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Its beginning, by a digest.
    Top(u64),
    /// Another part, which its reader asked for: it stays until they leave it.
    Elsewhere,
}

impl Look {
    pub(crate) fn at(view: &Value) -> Self {
        let mut hasher = DefaultHasher::new();
        view.to_string().hash(&mut hasher);
        Self::Top(hasher.finish())
    }
}

/// The pages by whose they are: when each was shown last, and what.
type Pages = HashMap<(TenantId, String), (Instant, Look)>;

/// The pages that people look at.
#[derive(Debug)]
pub(crate) struct Homes {
    pages: Mutex<Pages>,
    turns: Semaphore,
}

impl Default for Homes {
    fn default() -> Self {
        Self { pages: Mutex::default(), turns: Semaphore::new(AT_ONCE) }
    }
}

impl Homes {
    /// A page was shown.
    pub(crate) fn shown(&self, tenant: &TenantId, user: &str, look: Look) {
        let mut pages = self.pages();
        if pages.len() >= MOST {
            let oldest = pages.iter().min_by_key(|(_, (at, _))| *at).map(|(whose, _)| whose.clone());
            oldest.map(|whose| pages.remove(&whose));
        }
        pages.insert((tenant.clone(), user.to_owned()), (Instant::now(), look));
    }

    /// Whether a page would say something else than it does.
    pub(crate) fn differs(&self, tenant: &TenantId, user: &str, look: Look) -> bool {
        let shown = self.pages().get(&(tenant.clone(), user.to_owned())).map(|(_, look)| *look);
        !matches!(shown, Some(Look::Elsewhere)) && shown != Some(look)
    }

    /// The tenants in which pages are looked at.
    pub(crate) fn tenants(&self) -> BTreeSet<TenantId> {
        let mut pages = self.pages();
        pages.retain(|_, (at, _)| at.elapsed() < WATCHED_FOR);
        pages.keys().map(|(tenant, _)| tenant.clone()).collect()
    }

    /// Whose pages of a tenant are to be kept up to date.
    pub(crate) fn watched(&self, tenant: &TenantId) -> Vec<String> {
        let pages = self.pages();
        let theirs = pages.iter().filter(|((theirs, _), (_, look))| theirs == tenant && *look != Look::Elsewhere);
        theirs.map(|((_, user), _)| user.clone()).collect()
    }

    /// Waits for the turn to look up what a page would say; over when it is dropped.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.turns.acquire().await.ok()
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_page_is_watched_for_half_a_day_unless_its_reader_turned_it() {
        let tenant: TenantId = "slack:T1".parse().expect("a tenant");
        let homes = Homes::default();
        homes.shown(&tenant, "U1", Look::Top(1));
        homes.shown(&tenant, "U2", Look::Elsewhere);
        assert_eq!(homes.watched(&tenant), ["U1"]);
        assert_eq!(homes.watched(&"slack:T2".parse().expect("a tenant")), [] as [&str; 0]);
        assert!(homes.differs(&tenant, "U1", Look::Top(2)) && !homes.differs(&tenant, "U1", Look::Top(1)));
        assert!(!homes.differs(&tenant, "U2", Look::Top(2)));
        assert_eq!(homes.tenants(), [tenant].into());
        tokio::time::advance(WATCHED_FOR).await;
        assert!(homes.tenants().is_empty());
    }
}

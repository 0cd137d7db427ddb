//! Whose page was opened lately, and what it shows.

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

/// What somebody's page shows.
#[derive(Debug)]
struct Page {
    /// When it was shown last.
    at: Instant,
    /// The line whose answer it is: another one for each part of a long list.
    line: String,
    /// A digest of the view.
    digest: u64,
}

/// The pages by whose they are.
type Pages = HashMap<(TenantId, String), Page>;

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
    /// A page was shown: what this line says.
    pub(crate) fn shown(&self, tenant: &TenantId, user: &str, line: &str, view: &Value) {
        let mut pages = self.pages();
        if pages.len() >= MOST {
            let oldest = pages.iter().min_by_key(|(_, page)| page.at).map(|(whose, _)| whose.clone());
            oldest.map(|whose| pages.remove(&whose));
        }
        let page = Page { at: Instant::now(), line: line.to_owned(), digest: digest(view) };
        pages.insert((tenant.clone(), user.to_owned()), page);
    }

    /// Whether a page that shows what this line says would say something else than it does.
    pub(crate) fn differs(&self, tenant: &TenantId, user: &str, line: &str, view: &Value) -> bool {
        let pages = self.pages();
        let shown = pages.get(&(tenant.clone(), user.to_owned())).filter(|page| page.line == line);
        shown.is_some_and(|page| page.digest != digest(view))
    }

    /// The tenants in which pages are looked at.
    pub(crate) fn tenants(&self) -> BTreeSet<TenantId> {
        let mut pages = self.pages();
        pages.retain(|_, page| page.at.elapsed() < WATCHED_FOR);
        pages.keys().map(|(tenant, _)| tenant.clone()).collect()
    }

    /// Whose pages of a tenant are to be kept up to date, and by which lines.
    pub(crate) fn watched(&self, tenant: &TenantId) -> Vec<(String, String)> {
        let pages = self.pages();
        let theirs = pages.iter().filter(|((theirs, _), _)| theirs == tenant);
        theirs.map(|((_, user), page)| (user.clone(), page.line.clone())).collect()
    }

    /// Waits for the turn to look up what a page would say; over when it is dropped.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.turns.acquire().await.ok()
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn digest(view: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    view.to_string().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_page_is_watched_for_half_a_day_as_its_reader_turned_it() {
        let tenant: TenantId = "slack:T1".parse().expect("a tenant");
        let (homes, [one, other]) = (Homes::default(), [json!(1), json!(2)]);
        homes.shown(&tenant, "U1", "list", &one);
        homes.shown(&tenant, "U1", "list, page 2", &one);
        assert_eq!(homes.watched(&tenant), [("U1".to_owned(), "list, page 2".to_owned())]);
        assert_eq!(homes.watched(&"slack:T2".parse().expect("a tenant")), []);
        assert!(homes.differs(&tenant, "U1", "list, page 2", &other));
        assert!(!homes.differs(&tenant, "U1", "list, page 2", &one));
        assert!(!homes.differs(&tenant, "U1", "list", &other), "its reader has turned it");
        assert_eq!(homes.tenants(), [tenant].into());
        tokio::time::advance(WATCHED_FOR).await;
        assert!(homes.tenants().is_empty());
    }
}

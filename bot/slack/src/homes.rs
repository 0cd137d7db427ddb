//! Whose page was opened lately, and what it shows.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashMap};
use std::hash::{Hash as _, Hasher as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::person::Identity;
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
pub(crate) const WATCHED_FOR: Duration = Duration::from_secs(12 * 60 * 60);
/// So many pages are kept up to date.
pub(crate) const MOST: u32 = 1_000;
/// For so many of them at the same time is looked up what they would say, however many workspaces there are: whoever waits
/// for an answer comes first.
const AT_ONCE: usize = 8;

/// What somebody's page shows.
#[derive(Debug)]
struct Page {
    /// How long it is kept up to date.
    until: Instant,
    /// The line whose answer it is: another one for each part of a long list.
    line: String,
    /// A digest of the view; 0 if that is not known.
    digest: u64,
    /// By what Slack knows the page as it is; nothing if that is not known.
    hash: String,
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
    /// A page was shown: what this line says. By the hash Slack knows it.
    pub(crate) fn shown(&self, tenant: &TenantId, user: &str, (line, view): (&str, &Value), hash: String) {
        self.note(tenant, user, line, digest(view), hash);
    }

    /// A page that was known by this hash was shown anew. What was shown since then by others stays noted.
    pub(crate) fn renewed(
        &self,
        tenant: &TenantId,
        user: &str,
        before: &str,
        (line, view): (&str, &Value),
        hash: String,
    ) {
        let mut pages = self.pages();
        if let Some(page) = pages.get_mut(&(tenant.clone(), user.to_owned())).filter(|page| page.hash == before) {
            *page = Page { until: page.until, line: line.to_owned(), digest: digest(view), hash };
        }
    }

    /// A word was put on top of a page, which is as it was otherwise.
    pub(crate) fn told(&self, tenant: &TenantId, user: &str, (line, view): (&str, &Value), hash: String) {
        let before = self.pages().get(&(tenant.clone(), user.to_owned())).map(|page| (page.line == line, page.digest));
        let digest = before.filter(|(same, _)| *same).map_or_else(|| digest(view), |(_, digest)| digest);
        self.note(tenant, user, line, digest, hash);
    }

    /// It was shown just now.
    fn note(&self, tenant: &TenantId, user: &str, line: &str, digest: u64, hash: String) {
        let page = Page { until: Instant::now() + WATCHED_FOR, line: line.to_owned(), digest, hash };
        let mut pages = self.pages();
        if pages.len() >= MOST as usize {
            let oldest = pages.iter().min_by_key(|(_, page)| page.until).map(|(whose, _)| whose.clone());
            oldest.map(|whose| pages.remove(&whose));
        }
        pages.insert((tenant.clone(), user.to_owned()), page);
    }

    /// A page that another process showed is this one's to keep up to date, for so long, if there is room for it: somebody
    /// sees something there, and at first this line is to be shown.
    pub(crate) fn inherit(&self, tenant: &TenantId, user: &str, line: &str, left: Duration) {
        let (mut pages, until) = (self.pages(), Instant::now() + left);
        if pages.len() < MOST as usize {
            let unknown = Page { until, line: line.to_owned(), digest: 0, hash: String::new() };
            pages.entry((tenant.clone(), user.to_owned())).or_insert(unknown);
        }
    }

    /// Whose pages are kept up to date of which it is known how they look, and for how long yet.
    pub(crate) fn known(&self) -> Vec<(Identity, Duration)> {
        let (pages, now) = (self.pages(), Instant::now());
        let left = |page: &Page| page.until.saturating_duration_since(now);
        let whose = |(tenant, user): &(TenantId, String)| Identity { tenant: tenant.clone(), user: user.clone() };
        let known = pages.iter().filter(|(_, page)| !page.hash.is_empty());
        known.map(|(theirs, page)| (whose(theirs), left(page))).collect()
    }

    /// The hash of a page in whose place this is to be shown, since the line says something else by now; `None` if it does
    /// not, or the reader has turned the page.
    pub(crate) fn outdated(&self, tenant: &TenantId, user: &str, (line, view): (&str, &Value)) -> Option<String> {
        let pages = self.pages();
        let shown = pages.get(&(tenant.clone(), user.to_owned())).filter(|page| page.line == line)?;
        (shown.digest != digest(view)).then(|| shown.hash.clone())
    }

    /// A page that was known by this hash is another process's to keep up to date: its reader came there.
    pub(crate) fn leave(&self, tenant: &TenantId, user: &str, hash: &str) {
        self.pages().retain(|(theirs, one), page| theirs != tenant || one != user || page.hash != hash);
    }

    /// The tenants in which pages are looked at.
    pub(crate) fn tenants(&self) -> BTreeSet<TenantId> {
        let mut pages = self.pages();
        pages.retain(|_, page| Instant::now() < page.until);
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
        let shown = |line: &str, hash: &str| homes.shown(&tenant, "U1", (line, &one), hash.to_owned());
        shown("list", "a");
        shown("list, page 2", "b");
        assert_eq!(homes.watched(&tenant), [("U1".to_owned(), "list, page 2".to_owned())]);
        assert_eq!(homes.watched(&"slack:T2".parse().expect("a tenant")), []);
        let outdated = |line: &str, view| homes.outdated(&tenant, "U1", (line, view));
        assert_eq!(outdated("list, page 2", &other).as_deref(), Some("b"));
        assert_eq!(outdated("list, page 2", &one), None);
        assert_eq!(outdated("list", &other), None, "its reader has turned it");
        homes.leave(&tenant, "U1", "a");
        assert_eq!(homes.tenants(), [tenant.clone()].into(), "it was shown anew since");
        homes.leave(&tenant, "U1", "b");
        assert!(homes.tenants().is_empty());
        shown("list", "c");
        assert_eq!(homes.tenants(), [tenant].into());
        tokio::time::advance(WATCHED_FOR).await;
        assert!(homes.tenants().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn an_inherited_page_is_shown_once_whatever_it_says_and_watched_for_what_is_left() {
        let (tenant, homes): (TenantId, _) = ("slack:T1".parse().expect("a tenant"), Homes::default());
        let (view, left) = (json!(1), WATCHED_FOR / 3);
        homes.inherit(&tenant, "U1", "list", left);
        assert!(homes.known().is_empty());
        assert_eq!(homes.outdated(&tenant, "U1", ("list", &view)).as_deref(), Some(""), "over whatever is there");
        homes.renewed(&tenant, "U1", "", ("list", &view), "a".to_owned());
        assert_eq!(homes.outdated(&tenant, "U1", ("list", &view)), None);
        let identity = Identity { tenant: tenant.clone(), user: "U1".to_owned() };
        assert_eq!(homes.known(), [(identity, left)]);
        homes.inherit(&tenant, "U1", "list", WATCHED_FOR);
        assert_eq!(homes.outdated(&tenant, "U1", ("list", &view)), None, "it is known what that one shows");
        tokio::time::advance(left).await;
        assert!(homes.tenants().is_empty());
    }
}
